package main

import (
	"os"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
)

type modelPlanCmd struct {
	File []string `arg:"" help:"Plans, YAML; see docs/reference/model-plan.md."`
}

func (c *modelPlanCmd) Run(a *app) error {
	for _, name := range c.File {
		if _, err := readPlan(name); err != nil {
			return err
		}
	}
	return nil
}

// readPlan reads a plan from a file. Error: EInvalid with file and line.
func readPlan(name string) (*model.Plan, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "model plan", err)
	}
	defer f.Close()
	p, err := model.ReadPlan(f)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "model plan", "%s: %s", name, wording(err))
	}
	return p, nil
}
