package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
)

type modelPlanCmd struct {
	File    []string `arg:"" optional:"" help:"Plans, YAML; see docs/reference/model-plan.md."`
	Example bool     `help:"Print a plan with every part, to begin with, and do nothing else."`
	Schema  bool     `help:"Print a JSON Schema of plans, for editors, and do nothing else."`
}

func (c *modelPlanCmd) Help() string {
	return "wardround model plan --example > plan.yaml writes one to begin with; every field and its unit: docs/reference/model-plan.md.\n\n" +
		"Holds a plan against the rules that make it useful: an indicator without a limit is a picture, a subgroup without a minimum size is an alarm by chance, a model without a fallback is a risk.\n\n" +
		"Exit status 0: it can be used; gaps are told. 1: something in it is wrong. 2: it cannot be read."
}

// plannedRow is a problem of a plan as JSON.
type plannedRow struct {
	File string `json:"file"`
	model.Problem
}

func (c *modelPlanCmd) Run(a *app) error {
	if c.Example {
		_, err := a.stdout.Write(model.Example())
		return err
	}
	if c.Schema {
		_, err := a.stdout.Write(model.JSONSchema())
		return err
	}
	if len(c.File) == 0 {
		return wardround.Errorf(wardround.EInvalid, "model plan", "name a plan, or say --example for one to begin with, or --schema")
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
	p, _, err := readPlanText(name)
	return p, err
}

// readPlanText reads a plan and returns it as it is written, too: what was checked is
// what is kept.
func readPlanText(name string) (*model.Plan, []byte, error) {
	const op = "model plan"
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, model.MaxPlan+1))
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	p, err := model.ReadPlan(bytes.NewReader(text))
	if err != nil {
		return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: %s", name, wording(err))
	}
	return p, text, nil
}
