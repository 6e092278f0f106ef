package main

import (
	"fmt"
	"os"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/drift"
	"github.com/wardround/wardround/gate"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/model/admission"
	"github.com/wardround/wardround/provenance"
)

type modelGateCmd struct {
	Plan      string   `required:"" placeholder:"FILE" help:"The model's plan; see docs/reference/model-plan.md."`
	Artefact  []string `placeholder:"PATH" help:"The model: a folder, or its files. Can be given again."`
	Signature string   `placeholder:"FILE" help:"The signature; MODEL/model.sig for a folder, MODEL.sig for a file."`
	modelTrustFlags
	Reference string   `placeholder:"FILE" help:"Data that the model was accepted on: CSV or Parquet."`
	Current   string   `placeholder:"FILE" help:"Data of now, with the same columns."`
	Config    string   `name:"drift-config" placeholder:"FILE" help:"How the two are compared; default: units, tests and limits as the plan says."`
	Previous  []string `placeholder:"PATH" help:"The version in use: its plan, card and files. Its change control plan counts. Can be given again."`
	Card      []string `placeholder:"PATH" help:"More that is known of the new version: card, measurements. Can be given again."`
	Measured  string   `placeholder:"FILE" help:"What was measured here, as JSON; held against the plan's acceptance. See: wardround model compare --help"`
	Predicted string   `name:"predictions" placeholder:"FILE" help:"Answers of the model here, CSV or Parquet: measured at the plan's operating points, and held against its acceptance."`
	Labels    string   `placeholder:"FILE" help:"What was true, by id, where the predictions do not say it."`
	Policy    string   `placeholder:"FILE" help:"What is needed: YAML with conditions in CEL. Default: plan, artefact, signature and drift, and whatever else was given."`
	Summary   string   `placeholder:"FILE" help:"Also append a Markdown summary here; GitHub: \"$GITHUB_STEP_SUMMARY\"."`
}

func (c *modelGateCmd) Help() string {
	return "One verdict for a build: does the plan hold, would loading the files run something, is it signed by whom it must be, is what changed inside what was agreed, has the data moved, is it good enough here.\n\n" +
		"What was not given is unknown and never passes: give it, or say in a policy that it is not needed.\n\n" +
		"Exit status 0: pass. 1: refused. 4: cannot tell. 2: a file cannot be read."
}

func (c *modelGateCmd) Run(a *app) error {
	policy, err := c.policy()
	if err != nil {
		return err
	}
	plan, err := readPlan(c.Plan)
	if err != nil {
		return err
	}
	parts := []admission.Part{admission.Plan(plan)}
	for _, f := range []func(*app, *model.Plan) (*admission.Part, error){c.artefact, c.signature, c.change, c.drift, c.performance} {
		p, err := f(a, plan)
		if err != nil {
			return err
		}
		if p != nil {
			parts = append(parts, *p)
		}
	}
	v, err := policy.Decide(plan.Model.Product, parts...)
	if err != nil {
		return err
	}
	if err := a.admission(v); err != nil {
		return err
	}
	if c.Summary != "" {
		f, err := os.OpenFile(c.Summary, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			return wardround.Wrap(wardround.EForbidden, "model gate", err)
		}
		defer f.Close()
		if err := admission.WriteMarkdown(f, v); err != nil {
			return wardround.Wrap(wardround.EFull, "model gate", err)
		}
	}
	switch v.Outcome {
	case gate.Refused:
		return status(exitFindings)
	case gate.Unsure:
		return status(exitCannotTell)
	}
	return nil
}

func (c *modelGateCmd) policy() (*admission.Policy, error) {
	if c.Policy == "" {
		return admission.Default(), nil
	}
	f, err := os.Open(c.Policy)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "model gate", err)
	}
	defer f.Close()
	p, err := admission.ReadPolicy(f)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "model gate", "%s: %s", c.Policy, wording(err))
	}
	return p, nil
}

func (c *modelGateCmd) artefact(a *app, _ *model.Plan) (*admission.Part, error) {
	if len(c.Artefact) == 0 {
		return nil, nil
	}
	var reports []*artefact.Report
	err := artefact.ScanPaths(a.ctx, c.Artefact, artefact.Options{}, func(r *artefact.Report) error {
		reports = append(reports, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	p := admission.Artefact(reports)
	return &p, nil
}

func (c *modelGateCmd) signature(a *app, _ *model.Plan) (*admission.Part, error) {
	if len(c.Artefact) == 0 {
		if c.Signature != "" || c.Key != "" || len(c.Attested) > 0 {
			return nil, wardround.Errorf(wardround.EInvalid, "model gate", "a signature is of files, and so is an attestation; name them with --artefact")
		}
		return nil, nil
	}
	if len(c.Artefact) > 1 {
		return nil, nil // a signature is of one folder or file: unknown
	}
	o, err := c.options(a)
	if err != nil {
		return nil, err
	}
	sig := c.Signature
	if sig == "" {
		if sig, err = signatureOf(c.Artefact[0]); err != nil {
			return nil, err
		}
	}
	v, err := provenance.Verify(a.ctx, c.Artefact[0], sig, o)
	if err != nil {
		return nil, err
	}
	p := admission.Signature(v)
	return &p, nil
}

func (c *modelGateCmd) change(a *app, _ *model.Plan) (*admission.Part, error) {
	if len(c.Previous) == 0 {
		return nil, nil
	}
	now := append([]string{c.Plan}, c.Artefact...)
	if now = append(now, c.Card...); c.Measured != "" {
		now = append(now, c.Measured)
	}
	cmp, err := a.compareModels(c.Previous, now, "")
	if err != nil {
		return nil, err
	}
	p := admission.Change(cmp)
	return &p, nil
}

func (c *modelGateCmd) drift(a *app, plan *model.Plan) (*admission.Part, error) {
	if c.Reference == "" && c.Current == "" {
		return nil, nil
	}
	if c.Reference == "" || c.Current == "" {
		return nil, wardround.Errorf(wardround.EInvalid, "model gate", "--reference and --current go together")
	}
	cfg := admission.DriftConfig(plan)
	if c.Config != "" {
		f, err := os.Open(c.Config)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, "model gate", err)
		}
		defer f.Close()
		if cfg, err = drift.ReadConfig(f); err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, "model gate", "%s: %s", c.Config, wording(err))
		}
	}
	r, err := drift.Files(a.ctx, c.Reference, c.Current, cfg)
	if err != nil {
		return nil, err
	}
	p := admission.Drift(r)
	return &p, nil
}

func (c *modelGateCmd) performance(a *app, plan *model.Plan) (*admission.Part, error) {
	if c.Labels != "" && c.Predicted == "" {
		return nil, wardround.Errorf(wardround.EInvalid, "model gate", "--labels are of --predictions; name both")
	}
	var all []model.Measured
	if c.Measured != "" {
		m, err := readMeasured(c.Measured)
		if err != nil {
			return nil, err
		}
		all = append(all, m...)
	}
	if c.Predicted != "" {
		m, err := admission.Measure(a.ctx, plan, c.Predicted, c.Labels)
		if err != nil && wardround.ErrorCode(err) != wardround.ECannotTell {
			return nil, err
		}
		all = append(all, m...)
	}
	if c.Measured == "" && c.Predicted == "" {
		return nil, nil
	}
	p := admission.Performance(plan, all)
	return &p, nil
}

// admission prints a verdict.
func (a *app) admission(v *admission.Verdict) error {
	tool, _ := versionOf()
	switch a.Format {
	case "json":
		return a.object("model-gate", v)
	case "sarif":
		return admission.WriteSARIF(a.stdout, v, tool)
	case "junit":
		return admission.WriteJUnit(a.stdout, v, a.now())
	case "markdown":
		return admission.WriteMarkdown(a.stdout, v)
	}
	var rows [][]string
	for _, p := range v.Parts {
		why := p.Why
		if !p.Needed {
			why += " (does not decide)"
		}
		rows = append(rows, []string{stateMark(string(p.State)), p.Name, why})
	}
	for _, b := range v.Broken {
		rows = append(rows, []string{map[string]string{"fail": "▲ fail", "warn": "● warn"}[b.Action], "rule " + b.Rule, b.Say})
	}
	if err := a.grid([]string{"", "part", "why"}, rows); err != nil {
		return err
	}
	for _, p := range v.Parts {
		for _, s := range p.Items {
			fmt.Fprintf(a.stdout, "  %s: %s\n", p.Name, printable(clip(s, 200)))
		}
		if p.More > 0 {
			fmt.Fprintf(a.stdout, "  %s: and %d more\n", p.Name, p.More)
		}
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %s\n", printable(v.Model), v.Outcome)
	return err
}
