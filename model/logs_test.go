package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/model"
)

// TestLogsExistAndAreKept: what was seen decides; a promise is a promise.
func TestLogsExistAndAreKept(t *testing.T) {
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	all := model.LogFields
	good := model.LogEvidence{Observed: true, At: now, Records: 1000, Oldest: ago(200 * model.Day), Newest: now, Fields: all}
	with := func(f func(*model.LogEvidence)) []model.LogEvidence {
		e := good
		f(&e)
		return []model.LogEvidence{e}
	}
	plan := &model.Plan{Logs: &model.LogsPlan{Where: "db", By: "it", Fields: all, Kept: 13 * model.Month}}
	for _, c := range []struct {
		name                  string
		plan                  *model.Plan
		evidence              []model.LogEvidence
		exist, complete, kept model.State
		why                   string
	}{
		{"seen, complete, old enough", plan, []model.LogEvidence{good}, model.Yes, model.Yes, model.Yes, ""},
		{"seen without a plan", &model.Plan{}, []model.LogEvidence{good}, model.Yes, model.Yes, model.Yes, "no plan says"},
		{"only promised", plan, nil, model.Unknown, model.Unknown, model.Unknown, "nobody has looked"},
		{"somebody says so", plan, with(func(e *model.LogEvidence) { e.Observed = false }), model.Unknown, model.Unknown, model.Unknown, "nobody has looked"},
		{"seen long ago", plan, with(func(e *model.LogEvidence) { e.At = ago(60 * model.Day) }), model.Unknown, model.Unknown, model.Unknown, "nobody has looked"},
		{"promised too little", &model.Plan{Logs: &model.LogsPlan{Fields: all, Kept: 90 * model.Day}}, nil, model.Unknown, model.Unknown, model.No, "90 days"},
		{"empty", plan, with(func(e *model.LogEvidence) { e.Records = 0 }), model.No, model.No, model.No, "no record"},
		{"the person's act is missing", plan, with(func(e *model.LogEvidence) { e.Fields = []string{"time", "model", "input", "output"} }), model.Yes, model.No, model.Yes, "records lack: user-action"},
		{"deleted after three months", plan, with(func(e *model.LogEvidence) { e.Kept = 90 * model.Day }), model.Yes, model.Yes, model.No, "deleted after 90 days"},
		{"in use for long, and records begin late", plan, with(func(e *model.LogEvidence) { e.Oldest = ago(80 * model.Day); e.InUse = ago(400 * model.Day) }), model.Yes, model.Yes, model.No, "in use since"},
		{"in use for short, all is there", plan, with(func(e *model.LogEvidence) { e.Oldest = ago(80 * model.Day); e.InUse = ago(80 * model.Day) }), model.Yes, model.Yes, model.Unknown, "will be seen"},
		{"in use for short, and nothing deletes it", plan, with(func(e *model.LogEvidence) {
			e.Oldest = ago(80 * model.Day)
			e.InUse = ago(80 * model.Day)
			e.Kept = model.Year
		}), model.Yes, model.Yes, model.Yes, ""},
		{"nobody knows since when", plan, with(func(e *model.LogEvidence) { e.Oldest = ago(80 * model.Day) }), model.Yes, model.Yes, model.Unknown, "not known"},
		{"with gaps", plan, with(func(e *model.LogEvidence) { e.Gaps = 2 }), model.Yes, model.Yes, model.No, "2 gaps"},
		{"out of reach", plan, with(func(e *model.LogEvidence) { e.Problem = "permission denied" }), model.Unknown, model.Unknown, model.Unknown, "permission denied"},
	} {
		v := c.plan.JudgeLogs(c.evidence, now)
		if v.Exist != c.exist || v.Complete != c.complete || v.Kept != c.kept {
			t.Errorf("%s: exist %s, complete %s, kept %s (%s)", c.name, v.Exist, v.Complete, v.Kept, v.Why)
		}
		if !strings.Contains(strings.Join(v.Why, "; "), c.why) {
			t.Errorf("%s: %q does not say %q", c.name, v.Why, c.why)
		}
	}
}
