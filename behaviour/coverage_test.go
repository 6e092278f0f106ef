package behaviour

import (
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/coverage"
	"github.com/wardround/wardround/kind"
)

// TestTheRowOfModels: the coverage matrix has cells for models in each concern, by what
// the checks said; where nobody tried who was in the data, that is seen, too.
func TestTheRowOfModels(t *testing.T) {
	h := newHospital(t, false)
	h.month(nil)
	row := func() coverage.Row {
		m, err := coverage.Compute(t.Context(), h.store, scope, check.All())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range m.Rows {
			if r.Kind == wardround.Model {
				return r
			}
		}
		return coverage.Row{}
	}
	r := row()
	if r.Assets != 1 || len(r.Cells) != 3 {
		t.Fatalf("the row of models is %+v", r)
	}
	for i, c := range r.Cells {
		if c.Concern == wardround.Privacy {
			if c.Unwatched != 1 || c.Applicable == 0 {
				t.Errorf("privacy: %+v", c)
			}
		} else if c.Failing+c.Unknown+c.Passing != 1 || c.Fresh < 2 {
			t.Errorf("%s: %+v", wardround.Concerns[i], c)
		}
	}
	h.see(h.pipe.Now(), &kind.ModelProbedV1{Model: "chest", Service: "triage", Probe: "membership", Measures: []kind.ModelResult{{Name: "area under the attack's curve", Value: 0.5, Limit: 0.55, State: "pass"}}}, nil)
	for _, c := range row().Cells {
		if c.Concern == wardround.Privacy && c.Passing != 1 {
			t.Errorf("after a trial, privacy: %+v", c)
		}
	}
}
