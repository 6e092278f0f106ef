package main

import (
	"fmt"
	"os"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
)

type modelPlanCmd struct {
	File   []string `arg:"" optional:"" help:"Plans, YAML; see docs/reference/model-plan.md."`
	Schema bool     `help:"Print a JSON Schema of plans, for editors, and do nothing else."`
}

func (c *modelPlanCmd) Help() string {
	return "Holds a plan against the rules that make it useful: an indicator without a limit is a picture, a subgroup without a minimum size is an alarm by chance, a model without a fallback is a risk.\n\n" +
		"Exit status 0: it can be used; gaps are told. 1: something in it is wrong. 2: it cannot be read."
}

// plannedRow is a problem of a plan as JSON.
type plannedRow struct {
	File string `json:"file"`
	model.Problem
}

func (c *modelPlanCmd) Run(a *app) error {
	if c.Schema {
		_, err := a.stdout.Write(model.JSONSchema())
		return err
	}
	if len(c.File) == 0 {
		return wardround.Errorf(wardround.EInvalid, "model plan", "name a plan, or say --schema")
	}
	var rows [][]string
	usable := true
	for _, name := range c.File {
		p, err := readPlan(name)
		if err != nil {
			return err
		}
		list := p.Problems()
		usable = usable && model.Usable(list)
		for _, x := range list {
			if a.Format == "json" {
				if err := a.object("problem", plannedRow{name, x}); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, []string{name, fmt.Sprint(x.Line), planMark(x.Level), x.Text, x.Why})
		}
		if a.Format != "json" && len(list) == 0 {
			fmt.Fprintf(a.stdout, "%s: the plan of %s holds: %d indicators, %d agreed changes\n", printable(name), printable(p.Model.Product), len(p.Watch), agreed(p))
		}
	}
	if err := a.grid([]string{"plan", "line", "", "what", "why it matters"}, rows); err != nil {
		return err
	}
	if !usable {
		return status(exitFindings)
	}
	return nil
}

func agreed(p *model.Plan) int {
	if p.PCCP == nil {
		return 0
	}
	return len(p.PCCP.Changes)
}

func planMark(l model.Level) string {
	if l == model.Wrong {
		return "▲ wrong"
	}
	return "● weak"
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
