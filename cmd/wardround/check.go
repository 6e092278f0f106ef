package main

import (
	"fmt"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/control"
)

// checkCmd shows the catalogue of checks.
type checkCmd struct {
	List    checkListCmd    `cmd:"" help:"List the checks."`
	Explain checkExplainCmd `cmd:"" help:"Explain one check: meaning, remedy, limits, controls."`
}

type checkListCmd struct{}

// checkRow is a check as JSON.
type checkRow struct {
	ID       string             `json:"id"`
	Version  int                `json:"version"`
	Title    string             `json:"title"`
	Doc      string             `json:"doc"`
	Concern  wardround.Concern  `json:"concern"`
	Applies  string             `json:"applies"`
	Speaks   []string           `json:"speaks,omitempty"`
	Stage    wardround.Stage    `json:"stage"`
	Severity wardround.Severity `json:"severity"`
	Fresh    string             `json:"fresh"`
	Novelty  bool               `json:"novelty,omitempty"`
	Controls []string           `json:"controls"`
	Watch    []string           `json:"watch"`
	Say      check.Say          `json:"say"`
}

func rowOf(c *check.Check) checkRow {
	r := checkRow{
		ID: c.ID, Version: c.Version, Title: c.Title, Doc: c.Doc, Concern: c.Concern, Applies: c.Applies.String(),
		Speaks: c.Speaks, Stage: c.Stage, Severity: c.Severity, Fresh: c.Fresh.String(), Novelty: c.Novelty,
		Controls: c.Controls, Say: c.Say,
	}
	if c.Applies == 0 {
		r.Applies = "site and sensors"
	}
	if c.Fresh == 0 {
		r.Fresh = "for ever"
	}
	for _, k := range c.Watch {
		r.Watch = append(r.Watch, string(k))
	}
	return r
}

func (c *checkListCmd) Run(a *app) error {
	var rows [][]string
	for _, c := range check.All() {
		if a.Format == "json" {
			if err := a.object("check", rowOf(c)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{c.ID, string(c.Concern), c.Severity.String(), c.Title})
	}
	return a.grid([]string{"check", "concern", "base severity", "title"}, rows)
}

type checkExplainCmd struct {
	ID string `arg:"" help:"The check's id, as in check list."`
}

func (c *checkExplainCmd) Run(a *app) error {
	ch := check.Lookup(c.ID)
	if ch == nil {
		return wardround.Errorf(wardround.ENotFound, "check explain", "no check %q; see: wardround check list", c.ID)
	}
	r := rowOf(ch)
	if a.Format == "json" {
		return a.object("check", r)
	}
	p := func(label, text string) {
		if text != "" {
			fmt.Fprintf(a.stdout, "%-22s %s\n", label, text)
		}
	}
	fmt.Fprintf(a.stdout, "%s — %s\n\n%s\n\n", ch.ID, ch.Title, ch.Doc)
	p("At the bedside:", ch.Say.Bedside)
	p("Ward:", ch.Say.Ward)
	p("Clinical engineering:", ch.Say.Engineering)
	p("Security:", ch.Say.Security)
	p("Don't:", ch.Say.Dont)
	p("Why we say so:", ch.Say.Why)
	p("Wrong if:", ch.Say.Wrong)
	fmt.Fprintln(a.stdout)
	p("concern", string(ch.Concern))
	p("base severity", ch.Severity.String())
	p("judges", r.Applies)
	p("speaking", strings.Join(ch.Speaks, ", "))
	p("looks at", strings.Join(r.Watch, ", "))
	p("a verdict holds", r.Fresh)
	if ch.Novelty {
		p("learns first", "yes: answers \"unknown: learning\" until it has seen enough")
	}
	for _, id := range ch.Controls {
		ctl, _ := control.Lookup(id)
		p("control "+id, ctl.Title+" ["+strings.Join(ctl.Clause, "; ")+"]")
	}
	return nil
}
