package performance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// columnsOf turns rows of probabilities into columns.
func columnsOf(prob [][]float64) [][]float64 {
	out := make([][]float64, len(prob[0]))
	for c := range out {
		for _, p := range prob {
			out[c] = append(out[c], p[c])
		}
	}
	return out
}

func highest(prob [][]float64) []int {
	call := make([]int, len(prob))
	for i, p := range prob {
		for c := range p {
			if p[c] > p[call[i]] {
				call[i] = c
			}
		}
	}
	return call
}

func TestAveragesEqualThePeers(t *testing.T) {
	v := read(t).Multiclass
	all, by, err := Classes{Names: []string{"a", "b", "c", "d"}, Prob: columnsOf(v.Prob), Label: v.Label, Call: highest(v.Prob)}.Averages()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"accuracy": v.Accuracy, "auroc": v.MacroAUC, "auroc_weighted": v.WeightedAUC, "f1": v.MacroF1, "f1_weighted": v.WeightedF1,
		"ppv": v.MacroPPV, "ppv_weighted": v.WeightedPPV, "sensitivity": v.MacroRecall, "sensitivity_weighted": v.Accuracy, "log_loss": v.LogLoss} {
		near(t, name, all[name].Value, want)
		if e := all[name]; !(e.Low < e.Value && e.Value < e.High) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for c := range by {
		p := columnsOf(v.Prob)[c]
		is := make([]bool, len(p))
		for i := range is {
			is[i] = v.Label[i] == c
		}
		near(t, fmt.Sprint("class ", c), by[c]["auroc"].Value, must[Estimate](t)(AUROC(p, is, nil, Level)).Value)
	}
}

// draw makes rows of three classes from a model that is right about itself.
func drawClasses(r *rand.Rand, n int) (prob [][]float64, label []int) {
	for range n {
		p, sum, l := make([]float64, 3), 0.0, 0
		for c := range p {
			p[c] = math.Exp(1.3 * r.NormFloat64())
			sum += p[c]
		}
		u := r.Float64() * sum
		for acc := p[0]; l < 2 && u > acc; acc += p[l] {
			l++
		}
		for c := range p {
			p[c] /= sum
		}
		prob, label = append(prob, p), append(label, l)
	}
	return prob, label
}

// The intervals hold what a large sample has about as often as they say, also with
// rows that come five at a time.
func TestIntervalsOfAveragesHold(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	prob, label := drawClasses(r, 30_000)
	truth, _, err := Classes{Names: []string{"a", "b", "c"}, Prob: columnsOf(prob), Label: label, Call: highest(prob)}.Averages()
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range []int{1, 5} {
		held := map[string]int{}
		const trials = 120
		for range trials {
			p, l := drawClasses(r, 400/each)
			var prob [][]float64
			var label []int
			var units Units
			for i := range p {
				for range each {
					prob, label, units = append(prob, p[i]), append(label, l[i]), append(units, int32(i))
				}
			}
			got, _, err := Classes{Names: []string{"a", "b", "c"}, Prob: columnsOf(prob), Label: label, Call: highest(prob), Units: units}.Averages()
			if err != nil {
				t.Fatal(err)
			}
			for name, e := range got {
				if want := truth[name].Value; e.Low <= want && want <= e.High {
					held[name]++
				}
			}
		}
		for _, name := range []string{"accuracy", "auroc", "auroc_weighted", "f1", "f1_weighted", "ppv", "sensitivity", "specificity", "brier", "log_loss"} {
			if share := float64(held[name]) / trials; share < .86 {
				t.Errorf("%d rows a unit, %s: the interval holds the truth in %.3f of trials", each, name, share)
			}
		}
	}
}

// A class that nobody has and nobody is called is in no average, as in scikit-learn; of
// the area it is needed.
func TestAClassThatIsNotThere(t *testing.T) {
	prob := [][]float64{{.8, .1, .1}, {.2, .7, .1}, {.6, .3, .1}, {.3, .6, .1}}
	all, by, err := Classes{Names: []string{"a", "b", "c"}, Prob: columnsOf(prob), Label: []int{0, 1, 1, 1}, Call: highest(prob)}.Averages()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "f1", all["f1"].Value, (2.0/3+.8)/2)
	if _, ok := all["auroc"]; ok {
		t.Error("an area over a class that is not there")
	}
	if _, ok := by[2]["auroc"]; ok || by[2]["prevalence"].Value != 0 {
		t.Errorf("%+v", by[2])
	}
	for _, bad := range []Classes{{}, {Names: []string{"a"}, Label: []int{0}, Call: []int{0}}, {Names: []string{"a", "b"}, Label: []int{2}, Call: []int{0}}, {Names: []string{"a", "b"}, Label: []int{1}, Call: []int{}}} {
		if _, _, err := bad.Averages(); err == nil {
			t.Errorf("taken: %+v", bad)
		}
	}
}
