package labelfree

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wardround/wardround/stat/performance"
)

// threeClasses draws rows of a model that knows how often it is wrong.
func threeClasses(r *rand.Rand, n int) (prob [][]float64, label, call []int) {
	for range n {
		p, sum, l, best := make([]float64, 3), 0.0, 0, 0
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
			if p[c] > p[best] {
				best = c
			}
		}
		prob, label, call = append(prob, p), append(label, l), append(call, best)
	}
	return prob, label, call
}

// What is expected without labels is what the labels show, within the interval about
// as often as it says.
func TestExpectedFiguresOfClasses(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	prob, label, _ := threeClasses(r, 5000)
	names := []string{"a", "b", "c"}
	e, err := FitClasses(names, prob, label, 0)
	if err != nil {
		t.Fatal(err)
	}
	held, n := map[string]int{}, map[string]int{}
	const trials = 100
	for range trials {
		p, l, c := threeClasses(r, 500)
		all, by, err := e.Figures(p, c)
		if err != nil {
			t.Fatal(err)
		}
		columns := make([][]float64, 3)
		for k := range columns {
			for i := range p {
				columns[k] = append(columns[k], p[i][k])
			}
		}
		seen, each, err := performance.Classes{Names: names, Prob: columns, Label: l, Call: c}.Averages()
		if err != nil {
			t.Fatal(err)
		}
		for name, x := range all {
			n[name]++
			if v := seen[name].Value; x.Low <= v && v <= x.High {
				held[name]++
			}
		}
		for k := range by {
			x, v := by[k]["auroc"], each[k]["auroc"].Value
			n["class"]++
			if x.Low <= v && v <= x.High {
				held["class"]++
			}
		}
		old, err := e.Estimate(p, c)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(old.MacroF1-all["f1"].Value) > 1e-12 || math.Abs(old.MacroAUC-all["auroc"].Value) > 1e-12 || math.Abs(old.Accuracy.Value-all["accuracy"].Value) > 1e-12 {
			t.Fatalf("two ways give two answers: %+v %+v", old, all)
		}
	}
	for _, name := range []string{"accuracy", "auroc", "auroc_weighted", "f1", "f1_weighted", "ppv", "sensitivity", "specificity", "brier", "log_loss", "class"} {
		if share := float64(held[name]) / float64(n[name]); n[name] < trials || share < .86 {
			t.Errorf("%s: the realised figure lies in the interval in %.2f of %d", name, share, n[name])
		}
	}
	if _, _, err := e.Figures(nil, nil); err == nil {
		t.Error("no rows have figures")
	}
	if _, _, err := e.Figures([][]float64{{1, 0}}, []int{0}); err == nil {
		t.Error("two probabilities of three classes")
	}
}
