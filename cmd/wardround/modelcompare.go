package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/provenance"
)

type modelCompareCmd struct {
	Old     string   `arg:"" help:"The version in use: its plan, its card, or its files."`
	New     string   `arg:"" help:"The version that is to take its place, likewise."`
	AlsoOld []string `placeholder:"PATH" help:"More that is known of the old version: plan, card, files, measurements. Can be given again."`
	AlsoNew []string `placeholder:"PATH" help:"More that is known of the new version. Can be given again."`
	Plan    string   `placeholder:"FILE" help:"The plan whose change control counts; default: the old version's."`
}

func (c *modelCompareCmd) Help() string {
	return "Lists what differs between two versions of a model, and holds each difference against the predetermined change control plan (PCCP) of the old one: inside what was agreed, outside, or unknown. A change of the intended use is never inside.\n\n" +
		"Measurements are JSON: [{\"metric\": \"auroc\", \"group\": \"sex=F\", \"dataset\": \"fifth centre\", \"value\": 0.96, \"low\": 0.95, \"high\": 0.97, \"units\": 2600}]\n\n" +
		"Exit status 0: nothing differs, or all is inside. 1: something is outside. 4: something cannot be told. 2: a file cannot be read."
}

func (c *modelCompareCmd) Run(a *app) error {
	cmp, err := a.compareModels(append([]string{c.Old}, c.AlsoOld...), append([]string{c.New}, c.AlsoNew...), c.Plan)
	if err != nil {
		return err
	}
	if a.Format == "json" {
		if err := a.object("comparison", cmp); err != nil {
			return err
		}
	} else {
		var rows [][]string
		for _, x := range cmp.Changes {
			rows = append(rows, []string{changeMark(x.Verdict), string(x.What), clip(x.Item, 30), clip(x.From, 40), clip(x.To, 40), x.Clause, x.Why})
		}
		if err := a.grid([]string{"", "what", "which", "from", "to", "clause", "why"}, rows); err != nil {
			return err
		}
		for _, k := range cmp.Unseen {
			a.note("of neither version anything is known of: %s", k)
		}
		switch {
		case len(cmp.Changes) == 0:
			fmt.Fprintln(a.stdout, "Nothing differs in what is known of both.")
		case cmp.Verdict == model.Inside:
			fmt.Fprintln(a.stdout, "Inside what was agreed.")
		case cmp.Verdict == model.Outside:
			fmt.Fprintln(a.stdout, "Outside what was agreed: people have to decide, and the maker may have to submit it anew.")
		default:
			fmt.Fprintln(a.stdout, "It cannot be told: people have to decide.")
		}
		if cmp.Rollback != "" {
			a.note("The way back: %s", cmp.Rollback)
		}
	}
	switch cmp.Verdict {
	case model.Outside:
		return status(exitFindings)
	case model.Undecid:
		return status(exitCannotTell)
	}
	return nil
}

func changeMark(v model.Verdict) string {
	return map[model.Verdict]string{model.Inside: "✓ inside", model.Outside: "▲ outside", model.Undecid: "? unknown"}[v]
}

// compareModels compares two versions by what the files named say of them.
func (a *app) compareModels(old, latest []string, planFile string) (*model.Comparison, error) {
	before, plan, filesBefore, err := a.modelFacts(old)
	if err != nil {
		return nil, err
	}
	now, _, filesNow, err := a.modelFacts(latest)
	if err != nil {
		return nil, err
	}
	if planFile != "" {
		if plan, err = readPlan(planFile); err != nil {
			return nil, err
		}
	}
	var weights *model.WeightDiff
	if len(filesBefore) == 1 && len(filesNow) == 1 {
		_, one, err := signatureBeside(filesBefore, "")
		if err != nil {
			return nil, err
		}
		_, two, err := signatureBeside(filesNow, "")
		if err != nil {
			return nil, err
		}
		d, err := provenance.Diff(a.ctx, filesBefore[0], filesNow[0], provenance.HashOptions{Ignore: append(one, two...)})
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(d)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInternal, "model compare", err)
		}
		if weights, err = behaviour.ReadWeights(bytes.NewReader(text)); err != nil {
			return nil, err
		}
	}
	return model.Compare(before, now, weights, plan), nil
}

// looksLikeMeasured reports whether a text is a list of measurements.
func looksLikeMeasured(b []byte) bool {
	s := strings.TrimSpace(string(b[:min(len(b), 4096)]))
	return strings.HasPrefix(s, "[") && strings.Contains(s, `"metric"`)
}

// maxMeasured bounds a file of measurements, in bytes.
const maxMeasured = 16 << 20

// readMeasured reads measurements: a JSON list. Error: EInvalid.
func readMeasured(name string) ([]model.Measured, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "measurements", err)
	}
	if info.Size() > maxMeasured {
		return nil, wardround.Errorf(wardround.EInvalid, "measurements", "%s: more than %d bytes", name, maxMeasured)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "measurements", err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	var out []model.Measured
	if err := d.Decode(&out); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "measurements", "%s: byte %d: %v", name, d.InputOffset(), err)
	}
	for i := range out {
		m := &out[i]
		m.Ranged = m.Ranged || m.Low != 0 || m.High != 0
	}
	return out, nil
}
