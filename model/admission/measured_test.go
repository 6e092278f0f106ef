package admission_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/model/admission"
)

// TestMeasuredFromPredictions: what is measured on files is held against the plan's
// acceptance, all together and group by group.
func TestMeasuredFromPredictions(t *testing.T) {
	var b strings.Builder
	b.WriteString("patient,score,label,sex\n")
	for i := range 800 {
		label, score := i%2, 0.2
		if label == 1 {
			score = 0.9
			if i%20 == 1 && i%4 == 1 { // every tenth case is missed, all of one sex
				score = 0.55
			}
		}
		fmt.Fprintf(&b, "p%d,%g,%d,%s\n", i, score, label, map[int]string{0: "F", 1: "M"}[i/2%2])
	}
	path := filepath.Join(t.TempDir(), "p.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	limit := 0.85
	plan := &model.Plan{
		Outputs:    []model.Output{{Name: "score", Points: []model.OperatingPoint{{Name: "strict", Threshold: 0.6}, {Name: "wide", Threshold: 0.5}}}},
		Subgroups:  []model.Subgroup{{Column: "sex", Values: []string{"F", "M"}, Minimum: 100}},
		Units:      model.Units{Is: "patient", Column: "patient"},
		Acceptance: &model.Acceptance{Criteria: []model.Criterion{{Metric: "sensitivity", Point: "wide", Group: "each", AtLeast: &limit, MinUnits: 100}}},
	}
	m, err := admission.Measure(t.Context(), plan, path, "")
	if err != nil {
		t.Fatal(err)
	}
	if p := admission.Performance(plan, m); p.State != admission.Pass {
		t.Errorf("at the wide point: %+v", p)
	}
	plan.Acceptance.Criteria[0].Point = "strict"
	if p := admission.Performance(plan, m); p.State != admission.Fail || len(p.Items) != 1 || !strings.Contains(p.Items[0], "sex=F") {
		t.Errorf("at the strict point: %+v", p)
	}
	if _, err := admission.Measure(t.Context(), plan, "nowhere.csv", ""); err == nil {
		t.Error("a file that is not there was measured")
	}
}

// TestDriftByThePlan: what the plan says of one column counts more than what it says
// of all.
func TestDriftByThePlan(t *testing.T) {
	all, one := 0.15, 0.05
	p := &model.Plan{
		Units: model.Units{Column: "patient"}, Inputs: []model.Input{{Name: "age"}, {Name: "kvp"}},
		Watch: []model.Indicator{{Kind: model.Drift, Column: "kvp", Test: "cvm", AtMost: &one}, {Kind: model.Drift, Column: "*", AtMost: &all}, {Kind: model.Drift, Column: "age", Group: "sex=F", AtMost: &one}},
	}
	cfg := admission.DriftConfig(p)
	if cfg.Unit != "patient" || cfg.Columns["age"].Effect != all || cfg.Columns["kvp"].Effect != one || cfg.Columns["kvp"].Test != "cramer-von-mises" {
		t.Errorf("%+v", cfg)
	}
}
