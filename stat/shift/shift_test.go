package shift

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func kindsOf(f []Finding) string {
	var k []string
	for _, x := range f {
		if len(x.Reasons) == 0 {
			return "a kind without a reason"
		}
		k = append(k, string(x.Kind))
	}
	return strings.Join(k, " ")
}

func TestJudge(t *testing.T) {
	estimate := &Prevalence{Reference: []float64{0.9, 0.1}, Current: []float64{0.7, 0.3}, Low: []float64{0.65, 0.25}, High: []float64{0.75, 0.35}}
	for name, c := range map[string]struct {
		e    Evidence
		want string
	}{
		"nothing known":                      {Evidence{}, ""},
		"nothing moved":                      {Evidence{Inputs: Same, Predictions: Same, Labels: Same}, ""},
		"older patients":                     {Evidence{Inputs: Moved, MovedInputs: []string{"age"}}, "covariate"},
		"glucose in another unit":            {Evidence{Quality: []string{"glucose in mg/dl"}, Inputs: Moved, MovedInputs: []string{"glucose"}, SpoiltInputs: []string{"glucose"}}, "data-quality"},
		"a unit, and older patients":         {Evidence{Quality: []string{"glucose in mg/dl"}, Inputs: Moved, MovedInputs: []string{"age", "glucose"}, SpoiltInputs: []string{"glucose"}}, "data-quality covariate"},
		"an epidemic, labels known":          {Evidence{Inputs: Moved, Predictions: Moved, Labels: Moved, InputsGivenLabel: Same, LabelGivenScore: Moved}, "label"},
		"an epidemic, estimated":             {Evidence{Inputs: Moved, Predictions: Moved, Estimate: estimate}, "label covariate"},
		"predictions stayed":                 {Evidence{Predictions: Same, Estimate: estimate}, ""},
		"a new guideline":                    {Evidence{Inputs: Same, LabelGivenScore: Moved}, "concept"},
		"one scanner":                        {Evidence{Inputs: Moved, MovedInputs: []string{"kvp"}, BySource: map[string]State{"CT_1": Same, "CT_2": Moved}}, "source covariate"},
		"all scanners":                       {Evidence{Inputs: Moved, MovedInputs: []string{"kvp"}, BySource: map[string]State{"CT_1": Moved, "CT_2": Moved}}, "covariate"},
		"more from one scanner":              {Evidence{SourceMix: Moved, BySource: map[string]State{"CT_1": Same, "CT_2": Same}}, "source"},
		"classes that look different":        {Evidence{Inputs: Moved, Labels: Moved, InputsGivenLabel: Moved}, "covariate"},
		"a shift of rows, of no column":      {Evidence{Inputs: Moved}, "covariate"},
		"an epidemic, and judged otherwise":  {Evidence{Labels: Moved, InputsGivenLabel: Moved, LabelGivenScore: Moved}, "concept"},
		"answers that no rates explain":      {Evidence{Inputs: Moved, Predictions: Moved, Estimate: estimate, Mixture: Moved}, "covariate"},
		"answers that rates explain":         {Evidence{Inputs: Same, Predictions: Moved, Estimate: estimate, Mixture: Same}, "label"},
		"estimates that labels deny":         {Evidence{Inputs: Same, Estimator: Moved}, "concept"},
		"answers moved, and nothing else":    {Evidence{Inputs: Same, Predictions: Moved}, ""},
		"one source, and nothing to compare": {Evidence{Inputs: Moved, BySource: map[string]State{"CT_1": Moved}}, "covariate"},
		"rates moved, nothing known of rest": {Evidence{Labels: Moved}, "label"},
	} {
		if got := kindsOf(Judge(c.e)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A classifier right four times of five sees a ward whose prevalence went from 0.2 to 0.5.
func TestBBSEFindsThePrevalence(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	covered := 0
	const trials = 200
	for i := range trials {
		draw := func(n int, prevalence float64) (c [][]float64) {
			c = [][]float64{{0, 0}, {0, 0}}
			for range n {
				y := 0
				if r.Float64() < prevalence {
					y = 1
				}
				p := y
				if r.Float64() < 0.2 {
					p = 1 - y
				}
				c[p][y]++
			}
			return c
		}
		ref, cur := draw(2000, 0.2), draw(1000, 0.5)
		got, err := BBSE(ref, []float64{cur[0][0] + cur[0][1], cur[1][0] + cur[1][1]}, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		if got.Low[1] <= 0.5 && 0.5 <= got.High[1] {
			covered++
		}
		if math.Abs(got.Current[1]-0.5) > 0.15 || got.Low[1] > got.Current[1] || got.High[1] < got.Current[1] {
			t.Errorf("trial %d: %+v", i, got)
		}
	}
	if covered < trials*90/100 {
		t.Errorf("%d of %d intervals hold the truth; 95 %% should", covered, trials)
	}
}

// With the confusion matrix known exactly the answer is the inverse by hand: (0.38−0.2)/(0.8−0.2) = 0.3.
func TestBBSEByHand(t *testing.T) {
	got, err := BBSE([][]float64{{720, 20}, {180, 80}}, []float64{620, 380}, 1)
	if err != nil || math.Abs(got.Current[1]-0.3) > 1e-12 || math.Abs(got.Reference[1]-0.1) > 1e-12 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestBBSEOfLittleUse(t *testing.T) {
	if _, err := BBSE([][]float64{{50, 50}, {50, 50}}, []float64{10, 20}, 1); !errors.Is(err, ErrBlind) {
		t.Errorf("a coin as classifier: %v", err)
	}
	for _, c := range []struct {
		c [][]float64
		p []float64
	}{{nil, nil}, {[][]float64{{1}}, []float64{1}}, {[][]float64{{1, 2}, {3}}, []float64{1, 2}}, {[][]float64{{0, 0}, {0, 0}}, []float64{1, 1}},
		{[][]float64{{5, 0}, {5, 0}}, []float64{1, 1}}, {[][]float64{{1, -2}, {3, 4}}, []float64{1, 2}}, {[][]float64{{1, math.NaN()}, {3, 4}}, []float64{1, 2}}, {[][]float64{{9, 1}, {1, 9}}, []float64{0, 0}}} {
		if got, err := BBSE(c.c, c.p, 1); err == nil {
			t.Errorf("%v %v: %+v", c.c, c.p, got)
		}
	}
}

// tables draws scores of two classes, by tenths: cases lie at 0.65+by, others at 0.35.
func tables(r *rand.Rand, n int, prevalence, by, wrong float64) (out [][2]float64, scores []float64) {
	out, scores = make([][2]float64, 10), make([]float64, 10)
	for range n {
		label, at := 0, 0.35
		if r.Float64() < prevalence {
			label, at = 1, 0.65+by
		}
		bin := min(max(int((at+0.15*r.NormFloat64())*10), 0), 9)
		if r.Float64() < wrong {
			label = 1 - label
		}
		out[bin][label]++
		scores[bin]++
	}
	return out, scores
}

// What tells other rates from other classes, and both from another meaning: each test
// holds its level where nothing of its own changed, and finds what did.
func TestGivenLabelsAndScores(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	const rounds = 400
	for name, c := range map[string]struct {
		prevalence, by, wrong float64
		within, mixed, same   bool // expected to be rejected: scores within a class, the mixture, labels for a score
	}{
		"nothing":             {0.2, 0, 0, false, false, false},
		"other rates":         {0.4, 0, 0, false, false, true},
		"cases look worse":    {0.2, 0.1, 0, true, true, true},
		"another meaning":     {0.2, 0, 0.25, true, false, true},
		"rates and the looks": {0.4, 0.12, 0, true, true, true},
	} {
		var within, mixed, same, off float64
		for range rounds {
			ref, _ := tables(r, 4000, 0.2, 0, 0)
			cur, scores := tables(r, 2500, c.prevalence, c.by, c.wrong)
			if ScoreGivenLabel(ref, cur, 0, 0) <= 0.05 {
				within++
			}
			if LabelGivenScore(ref, cur, 0, 0) <= 0.05 {
				same++
			}
			share, p := Mixture(ref, scores, 0, 0)
			if p <= 0.05 {
				mixed++
			}
			off += math.Abs(share-c.prevalence) / rounds
		}
		within, mixed, same = within/rounds, mixed/rounds, same/rounds
		t.Logf("%s: within a class %.3f, mixture %.3f, for a score %.3f; share off by %.3f", name, within, mixed, same, off)
		for what, x := range map[string]struct {
			got  float64
			want bool
		}{"within": {within, c.within}, "mixture": {mixed, c.mixed}, "same": {same, c.same}} {
			if x.want && x.got < 0.6 || !x.want && x.got > 0.09 {
				t.Errorf("%s: %s rejects in %.3f", name, what, x.got)
			}
		}
		if !c.mixed && c.wrong == 0 && off > 0.03 {
			t.Errorf("%s: the share is off by %.3f", name, off)
		}
	}
	// Half the rows are worth half as much; nothing is nothing.
	ref, _ := tables(r, 1000, 0.2, 0, 0)
	cur, scores := tables(r, 1000, 0.3, 0, 0)
	if all, half := LabelGivenScore(ref, cur, 0, 0), LabelGivenScore(ref, cur, 300, 300); !(half > all) {
		t.Errorf("p of all rows %g, of units %g", all, half)
	}
	for _, p := range []float64{LabelGivenScore(nil, nil, 0, 0), ScoreGivenLabel(ref[:1], cur[:1], 0, 0), LabelGivenScore(make([][2]float64, 3), cur[:3], 0, 0)} {
		if p == p {
			t.Errorf("p of nothing: %v", p)
		}
	}
	if _, p := Mixture(make([][2]float64, 10), scores, 0, 0); p == p {
		t.Errorf("p of no reference: %v", p)
	}
	if _, p := Mixture(ref, make([]float64, 10), 0, 0); p == p {
		t.Errorf("p of no scores: %v", p)
	}
}
