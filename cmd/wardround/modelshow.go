package main

import (
	"fmt"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// modelDocuments are the kinds of document that belong to a model, with what they are
// called here.
var modelDocuments = []struct {
	kind wardround.DocumentKind
	name string
}{
	{wardround.DocumentModelCard, "card"}, {wardround.DocumentModelPlan, "plan"}, {wardround.DocumentModelReference, "reference"},
	{wardround.DocumentModelAcceptance, "acceptance"}, {wardround.DocumentModelArtefact, "artefact"}, {wardround.DocumentSBOM, "SBOM"},
}

type modelListCmd struct{}

func (c *modelListCmd) Help() string {
	return "Releases of models with what is there of each: card, plan, reference, reports of its files; and how many answer here."
}

// modelRow is a model as JSON.
type modelRow struct {
	*wardround.Release
	Documents map[string]int      `json:"documents"`
	Missing   []string            `json:"missing,omitempty"`
	Instances []wardround.AssetID `json:"instances,omitempty"`
	Findings  map[string]int      `json:"findings,omitempty"` // open ones by severity
}

func (c *modelListCmd) Run(a *app) error {
	cat, err := a.catalogue(a.ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	n := 0
	for _, r := range cat.releases {
		if r.Kind != wardround.Model {
			continue
		}
		n++
		row := cat.model(r)
		if a.Format == "json" {
			if err := a.object("model", row); err != nil {
				return err
			}
			continue
		}
		var there []string
		for _, d := range modelDocuments {
			if k := row.Documents[d.name]; k > 1 {
				there = append(there, fmt.Sprintf("%s (%d)", d.name, k))
			} else if k == 1 {
				there = append(there, d.name)
			}
		}
		rows = append(rows, []string{clip(r.Maker, 24), clip(r.Product, 32), clip(r.Version, 18), strings.Join(there, ", "), strings.Join(row.Missing, ", "), fmt.Sprint(len(row.Instances)), severityCounts(row.Findings), string(r.ID)})
	}
	if n == 0 && a.Format != "json" {
		fmt.Fprintln(a.stdout, "No models. See: wardround model register --help, wardround model say --help")
	}
	return a.grid([]string{"maker", "model", "version", "there", "missing", "in use", "findings", "id"}, rows)
}

// model is what the catalogue has of a release of a model.
func (c *catalogue) model(r *wardround.Release) modelRow {
	row := modelRow{Release: r, Documents: map[string]int{}, Findings: map[string]int{}}
	for _, d := range c.documents[r.ID] {
		if !d.Replaced.IsZero() || d.Problem != "" {
			continue
		}
		for _, k := range modelDocuments {
			if d.Kind == k.kind {
				row.Documents[k.name]++
			}
		}
	}
	for _, name := range []string{"card", "plan", "reference"} {
		if row.Documents[name] == 0 {
			row.Missing = append(row.Missing, name)
		}
	}
	for _, x := range c.instances[r.ID] {
		row.Instances = append(row.Instances, x.ID)
	}
	for _, f := range c.findings[r.ID] {
		if f.State == wardround.ClaimedNotAffected {
			row.Findings["claimed"]++
			continue
		}
		row.Findings[f.Severity.String()]++
	}
	return row
}

type modelShowCmd struct {
	Model string `arg:"" name:"model" help:"The release's id, its name, or a part of it that no other has."`
}

// shownModel is a model as JSON.
type shownModel struct {
	modelRow
	Held []*wardround.Document `json:"held,omitempty"`
	Open []*wardround.Finding  `json:"open,omitempty"`
}

func (c *modelShowCmd) Run(a *app) error {
	cat, err := a.catalogue(a.ctx)
	if err != nil {
		return err
	}
	r, err := cat.find("model show", c.Model)
	if err != nil {
		return err
	}
	if r.Kind != wardround.Model {
		return wardround.Errorf(wardround.EInvalid, "model show", "%s is a release of kind %s; see: wardround release show", r.Name(), r.Kind)
	}
	open, err := a.modelFindings(cat, r)
	if err != nil {
		return err
	}
	row := cat.model(r)
	if a.Format == "json" {
		return a.object("model", shownModel{row, cat.documents[r.ID], open})
	}
	fmt.Fprintf(a.stdout, "%s  (%s)\n", printable(r.Name()), r.ID)
	if len(r.Names) > 0 {
		fmt.Fprintf(a.stdout, "  called      %s\n", printable(strings.Join(r.Names, ", ")))
	}
	if len(row.Missing) > 0 {
		fmt.Fprintf(a.stdout, "  missing     %s\n", strings.Join(row.Missing, ", "))
	}
	var rows [][]string
	for _, d := range cat.documents[r.ID] {
		state := ""
		switch {
		case d.Problem != "":
			state = "▲ " + d.Problem
		case !d.Replaced.IsZero():
			state = "replaced " + day(d.Replaced)
		}
		rows = append(rows, []string{string(d.Kind), clip(d.Name, 40), d.Format, day(d.At), state})
	}
	if err := a.grid([]string{"document", "file", "format", "came", ""}, rows); err != nil {
		return err
	}
	rows = nil
	for _, x := range cat.instances[r.ID] {
		key := ""
		for _, id := range x.Identifiers {
			if kind.IDType(id.Type) == kind.IDModel {
				key = id.Value
			}
		}
		rows = append(rows, []string{string(x.ID), key, day(x.Last)})
	}
	if err := a.grid([]string{"in use", "called", "last seen"}, rows); err != nil {
		return err
	}
	rows = nil
	for _, f := range open {
		rows = append(rows, []string{mark(f.Severity), f.Check, clip(f.Item, 40), string(f.ID)})
	}
	if err := a.grid([]string{"open", "check", "what", "finding"}, rows); err != nil {
		return err
	}
	if len(open) == 0 {
		fmt.Fprintln(a.stdout, "No open finding of it.")
	}
	return nil
}

// modelFindings are the open findings of a release and of its instances.
func (a *app) modelFindings(cat *catalogue, r *wardround.Release) ([]*wardround.Finding, error) {
	out := append([]*wardround.Finding{}, cat.findings[r.ID]...)
	of := map[string]bool{}
	for _, x := range cat.instances[r.ID] {
		of[string(x.ID)] = true
	}
	s, err := a.openRead()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for f, err := range s.store.Findings(a.ctx, s.scope, wardround.FindingFilter{Live: true}) {
		if err != nil {
			return nil, err
		}
		if f.Subject.Kind == wardround.SubjectAsset && of[f.Subject.ID] {
			out = append(out, f)
		}
	}
	return out, nil
}
