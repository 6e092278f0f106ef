package privacy_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/wardround/wardround/stat/privacy"
)

// Bounds equal those of the paper's formulas over SciPy's binomial.
func TestAudit(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		M, R, V        int
		Delta, Epsilon float64
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 20 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		got, err := privacy.Audit(c.M, c.R, c.V, c.Delta, 0.95)
		if err != nil || math.Abs(got.Epsilon-c.Epsilon) > 1e-9*(1+c.Epsilon) {
			t.Errorf("%+v: %g %v", c, got.Epsilon, err)
		}
	}
	for _, bad := range [][3]int{{10, 11, 5}, {10, 5, 6}, {10, 5, -1}} {
		if _, err := privacy.Audit(bad[0], bad[1], bad[2], 0, 0.95); !errors.Is(err, privacy.ErrGuesses) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// A mechanism whose ε is known is never said to leak more, but in the share of runs
// that the confidence leaves: coin tosses that are told truly with probability
// e^ε/(1+e^ε).
func TestAuditHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const eps, runs, n = 1.0, 400, 500
	over, found := 0, 0.0
	for range runs {
		right := 0
		for range n {
			if rng.Float64() < 1/(1+math.Exp(-eps)) {
				right++
			}
		}
		r, err := privacy.Audit(n, n, right, 0, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if r.Epsilon > eps {
			over++
		}
		found += r.Epsilon / runs
	}
	t.Logf("said more than there is in %d of %d; %.2f on average", over, runs, found)
	if over > runs*5/100+12 || found < 0.6 {
		t.Errorf("said more than there is in %d of %d runs; %.2f of %.2f found", over, runs, found, eps)
	}
}

// A model that answers everybody alike gives nobody away; one that knows a few of its
// members by heart gives those away, which the area under the curve hardly shows.
func TestMembership(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	draw := func(n int, known float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = rng.NormFloat64()
			if rng.Float64() < known {
				out[i] = 8 + rng.Float64()
			}
		}
		return out
	}
	none, err := privacy.Membership(draw(4000, 0), draw(4000, 0), 0.95, 0.01, 0.001, 1e-6)
	if err != nil {
		t.Fatal(err)
	}
	if none.AUC.Low > 0.5 || none.AUC.High < 0.5 || len(none.At) != 2 || none.At[0].TPR.Low > 0.01 || none.Advantage > 0.06 {
		t.Errorf("chance: %+v", none)
	}
	few, err := privacy.Membership(draw(4000, 0.05), draw(4000, 0), 0.95, 0.01, 0.001)
	if err != nil {
		t.Fatal(err)
	}
	if few.AUC.Value > 0.56 || few.At[1].TPR.Low < 0.03 {
		t.Errorf("a few by heart: %+v", few)
	}
	if _, err := privacy.Membership(draw(10, 0), draw(4000, 0), 0.95); !errors.Is(err, privacy.ErrFew) {
		t.Errorf("too few: %v", err)
	}
	same := make([]float64, 100)
	all, err := privacy.Membership(same, same, 0.95, 0.05)
	if err == nil && (all.Advantage != 0 || all.At[0].Told != 0) {
		t.Errorf("all alike: %+v", all)
	}
	if privacy.Loss(0.9, true) <= privacy.Loss(0.9, false) || math.IsInf(privacy.Loss(0, true), 0) {
		t.Error("loss")
	}
}
