package performance

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// A model that parts a few rows without error is not known to be perfect: each figure that is 1 keeps the lower end that so few
// rows leave, and one that is 0 its upper end.
func TestPerfectFiguresKeepAnInterval(t *testing.T) {
	var score []float64
	var label []bool
	var unit Units
	for i := range 24 {
		score, label, unit = append(score, float64(i)/24), append(label, i >= 12), append(unit, int32(i/2))
	}
	end := func(n float64) float64 { return math.Pow(0.025, 1/n) }
	check := func(name string, e Estimate, low float64) {
		t.Helper()
		if e.Value != 1 || math.Abs(e.Low-low) > 1e-12 || e.High != 1 {
			t.Errorf("%s: %v, from %v to %v; want 1, from %v to 1", name, e.Value, e.Low, e.High, low)
		}
	}
	for _, u := range []Units{nil, unit} {
		n := 12.0
		if u != nil {
			n = 6
		}
		a, err := AUROC(score, label, u, Level)
		if err != nil {
			t.Fatal(err)
		}
		check("area", a, end(n))
		if a, err = AUPRC(score, label, u, Level); err != nil {
			t.Fatal(err)
		}
		check("average precision", a, end(n))
		c, err := CompareAUROC(score, score, label, u, Level)
		if err != nil {
			t.Fatal(err)
		}
		check("compared", c.A, end(n))
	}
	r, err := Rank(score, label)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.SensitivityAt(0.9, Bootstrap{})
	check("sensitivity at a fixed specificity", e, end(12))
	e, _ = r.SpecificityAt(0.9, Bootstrap{})
	check("specificity at a fixed sensitivity", e, end(12))
	check("F1", Confusion{TP: 5, TN: 9}.F1Estimate(Level), end(5))
	if f := (Confusion{FP: 2, FN: 3, TN: 9}).F1Estimate(Level); f.Value != 0 || f.Low != 0 || math.Abs(f.High-(1-end(5))) > 1e-12 {
		t.Errorf("F1 of no hit: %+v", f)
	}
	tab := &Table{Edges: []float64{0, 0.5, 1}, Pos: []float64{0, 12}, Neg: []float64{12, 0}, DesignEffect: 2}
	b, err := tab.AUROC(Level)
	if err != nil {
		t.Fatal(err)
	}
	check("area of a table", b.Interval, end(6))

	// Three classes, each known by itself.
	m := Classes{Names: []string{"a", "b", "c"}}
	for c := range 3 {
		m.Prob = append(m.Prob, make([]float64, 30))
		for range 10 {
			m.Prob[c][len(m.Label)], m.Label = 1, append(m.Label, c)
		}
	}
	m.Call = m.Label
	all, by, err := m.Averages()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sensitivity", "ppv", "f1", "auroc", "f1_weighted", "auroc_weighted"} {
		e := all[name]
		e.Value = math.Round(e.Value*1e12) / 1e12
		check("mean "+name, e, end(10))
		if e, ok := by[1][name]; ok {
			check("one class's "+name, e, end(10))
		}
	}
}

// Two groups that a model parts without error have no gap that was seen, and none that is known to be small. Where a group has no
// case at all, what would do is said in rows that somebody could have.
func TestGapsOfPerfectAndEmptyGroups(t *testing.T) {
	var score []float64
	var label, called []bool
	var group []string
	for i := range 120 {
		g := []string{"a", "b", "c"}[i%3]
		l := i >= 60 && g != "c"
		score, label, called, group = append(score, float64(i)/120), append(label, l), append(called, l), append(group, g)
	}
	_, gaps, err := Subgroups(score, called, label, group, nil, GroupOptions{Against: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gaps {
		if g.Measure == "auroc" && (g.Verdict != Unknown || g.Estimate.Low > -0.1 || g.Estimate.High < 0.1) {
			t.Errorf("%s: %s, from %v to %v", g.Measure, g.Verdict, g.Estimate.Low, g.Estimate.High)
		}
		if g.Verdict == Unknown && (g.Need < 20 || g.Need > 1_000_000) {
			t.Errorf("%s of %s needs %d rows", g.Measure, g.Group, g.Need)
		}
	}
}

// The lower end holds: models whose true area is that low part so few rows less often than one time in forty.
func TestLowerEndOfAPerfectAreaHolds(t *testing.T) {
	const n, trials = 10, 4000
	shift := math.Sqrt2 * distuv.UnitNormal.Quantile(worst(n, Level)) // two normal laws so far apart have that area
	r := rand.New(rand.NewPCG(7, 7)).NormFloat64
	parted := 0
	for range trials {
		top, low := math.Inf(-1), math.Inf(1)
		for range n {
			top, low = math.Max(top, r()), math.Min(low, r()+shift)
		}
		if low > top {
			parted++
		}
	}
	if parted > trials/40 {
		t.Errorf("%d of %d parted", parted, trials)
	}
}
