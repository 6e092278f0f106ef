package performance

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wardround/wardround/stat/sketch"
)

// ward makes n scored rows whose probabilities are right.
func ward(seed uint64, n int) (prob []float64, label []bool) {
	r := rand.New(rand.NewPCG(seed, 7))
	for range n {
		p := expit(1.5*r.NormFloat64() - 0.5)
		prob, label = append(prob, p), append(label, r.Float64() < p)
	}
	return prob, label
}

func TestWhatCannotBeMeasuredIsAnError(t *testing.T) {
	yes := []bool{true, true, true}
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"nothing":     {second(AUROC(nil, nil, nil, 0.95)), ErrEmpty},
		"one class":   {second(AUROC([]float64{0.1, 0.2, 0.3}, yes, nil, 0.95)), ErrOneClass},
		"lengths":     {second(AUROC([]float64{0.1}, yes, nil, 0.95)), ErrLength},
		"NaN":         {second(AUROC([]float64{0.1, math.NaN(), 1}, []bool{true, false, true}, nil, 0.95)), ErrNaN},
		"1.2":         {second(Brier([]float64{0.1, 1.2, 1}, yes, nil, 0.95)), ErrNotProbability},
		"no slope":    {second(Recalibrate([]float64{0.3, 0.3}, []bool{true, false}, nil, 0.95)), ErrConstant},
		"parted":      {second(Recalibrate([]float64{0.1, 0.2, 0.8, 0.9}, []bool{false, false, true, true}, nil, 0.95)), ErrSeparated},
		"one outcome": {second(Recalibrate([]float64{0.1, 0.2, 0.8}, yes, nil, 0.95)), ErrOneClass},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if c := (Confusion{TN: 5, FN: 2}); !math.IsNaN(c.PPV()) {
		t.Error("a model that calls nobody has no precision")
	}
}

func second[T any](_ T, err error) error { return err }

func TestAConstantScoreIsWorthAHalf(t *testing.T) {
	e := must[Estimate](t)(AUROC([]float64{1, 1, 1, 1}, []bool{true, false, true, false}, nil, 0.95))
	if e.Value != 0.5 || e.SE != 0 {
		t.Errorf("%+v", e)
	}
}

// What rows can have, the table's bound must hold: for every figure, over many
// wards, coarse tables and fine.
func TestBoundsFromATableHoldTheRows(t *testing.T) {
	for seed := range uint64(30) {
		prob, label := ward(seed, 300)
		o, err := sketch.NewOutcome("score", "", []int{5, 20, 200}[seed%3], 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range prob {
			o.Add(p, label[i])
		}
		table := must[*Table](t)(TableOf(o, 1, 0))
		r := must[*Ranking](t)(Rank(prob, label))
		auc, ap := must[Bound](t)(table.AUROC(0.95)), must[Bound](t)(table.AUPRC(0.95))
		holds(t, "auroc", auc, r.AUC())
		holds(t, "average precision", ap, r.AveragePrecision())
		at := table.At(0.37, 0.95)
		m, _ := Confuse(prob, label, 0.37)
		holds(t, "sensitivity", at["sensitivity"], m.Sensitivity())
		holds(t, "specificity", at["specificity"], m.Specificity())
		holds(t, "ppv", at["ppv"], m.PPV())
		holds(t, "npv", at["npv"], m.NPV())
		holds(t, "accuracy", at["accuracy"], m.Accuracy())
		brier := must[Estimate](t)(Brier(prob, label, nil, 0.95))
		near(t, "Brier", must[Estimate](t)(table.Brier(0.95)).Value, brier.Value)
		rows := must[Recalibration](t)(Recalibrate(prob, label, nil, 0.95))
		bins := must[Recalibration](t)(table.Recalibrate(0.95))
		if seed%3 == 2 && math.Abs(rows.Slope.Value-bins.Slope.Value) > 0.01 {
			t.Errorf("slope %v from rows, %v from 200 bins", rows.Slope.Value, bins.Slope.Value)
		}
		if seed%3 == 2 && auc.High-auc.Low > 0.02 {
			t.Errorf("200 bins leave %v of the area open", auc.High-auc.Low)
		}
	}
}

func holds(t *testing.T, what string, b Bound, v float64) {
	t.Helper()
	if !(b.Low <= v+1e-12 && v <= b.High+1e-12 && b.Interval.Low <= b.Low+1e-12 && b.Interval.High >= b.High-1e-12) {
		t.Errorf("%s: %v is not in %+v", what, v, b)
	}
}

// 95 % intervals should hold the truth in about 95 % of wards; for rows that
// repeat by patient only if the patient is told.
func TestIntervalsHoldWhatTheyPromise(t *testing.T) {
	const truthAUC = 0.8 // of scores N(μ,1) and N(0,1) with μ = √2·Φ⁻¹(0.8)
	mu := math.Sqrt2 * 0.8416212335729143
	r := rand.New(rand.NewPCG(4, 4))
	held, naive, byUnit := 0, 0, 0
	const trials = 600
	for range trials {
		var s []float64
		var l []bool
		var u Units
		var s2 []float64
		var l2 []bool
		for p := range 120 {
			isCase := p%3 == 0
			x := r.NormFloat64()
			if isCase {
				x += mu
			}
			s, l = append(s, x), append(l, isCase)
			for range 5 { // five near copies of each patient
				s2, l2, u = append(s2, x+0.05*r.NormFloat64()), append(l2, isCase), append(u, int32(p))
			}
		}
		in := func(e Estimate, err error) int {
			if err == nil && e.Low <= truthAUC && truthAUC <= e.High {
				return 1
			}
			return 0
		}
		held += in(AUROC(s, l, nil, 0.95))
		naive += in(AUROC(s2, l2, nil, 0.95))
		byUnit += in(AUROC(s2, l2, u, 0.95))
	}
	if held < trials*92/100 || byUnit < trials*92/100 {
		t.Errorf("of %d: %d held, %d by unit", trials, held, byUnit)
	}
	if naive > trials*75/100 {
		t.Errorf("rows taken for patients should mislead: %d of %d held", naive, trials)
	}
}

func TestSubgroupsSayWhatTheyCannotSay(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var called, label []bool
	var group []string
	add := func(name string, n int, sens float64) {
		for i := range n {
			isCase := i%2 == 0
			p := 0.2
			if isCase {
				p = sens
			}
			called, label, group = append(called, r.Float64() < p), append(label, isCase), append(group, name)
		}
	}
	add("F", 4000, 0.9)
	add("M", 4000, 0.6)
	add("X", 12, 0.9)
	add("same", 4000, 0.9)
	_, gaps, err := Subgroups(nil, called, label, group, nil, GroupOptions{Against: "F"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Verdict{"M": Breach, "X": Unknown, "same": OK}
	for _, g := range gaps {
		if g.Measure != "equal opportunity" {
			continue
		}
		if g.Verdict != want[g.Group] {
			t.Errorf("%s: %s %+v", g.Group, g.Verdict, g.Estimate)
		}
		if g.Verdict == Unknown && (g.Need <= 6 || g.Why == "") {
			t.Errorf("%s: unknown without what is needed: %+v", g.Group, g)
		}
	}
}

func TestAutomationBiasIsSeen(t *testing.T) {
	advice := []bool{true, true, true, true, false, false, false, false}
	truths := []bool{true, true, false, false, false, false, true, true}
	final := []bool{true, true, true, true, false, true, false, true} // accepts 3 of 4 wrong ones, overrides 1 of 4 right ones
	f, err := Reader{Advice: advice, Final: final, Truth: truths}.Figures()
	if err != nil {
		t.Fatal(err)
	}
	if f.WrongAccepted.Value != 0.75 || f.RightOverridden.Value != 0.25 || f.Override.Value != 0.25 || f.Added.Value != 0 {
		t.Errorf("%+v %+v %+v %+v", f.WrongAccepted, f.RightOverridden, f.Override, f.Added)
	}
}

func TestQuantileIntervalIsThatOfTheBinomial(t *testing.T) {
	var x []float64
	for i := range 100 {
		x = append(x, float64(i+1))
	}
	e := must[Estimate](t)(Quantile(x, 0.5, 0.95))
	// The textbook interval of a median of 100: order statistics 40 and 61.
	if e.Low != 40 || e.High != 61 || e.Value != 50.5 {
		t.Errorf("%+v", e)
	}
	few := must[Estimate](t)(Quantile(x[:4], 0.5, 0.95))
	if !math.IsInf(few.Low, -1) || !math.IsInf(few.High, 1) {
		t.Errorf("four values bound a median at 95 %%: %+v", few)
	}
}

func TestPlattIsAtTheTopOfItsLikelihood(t *testing.T) {
	prob, label := ward(3, 500)
	p := must[*Platt](t)(FitPlatt(prob, label))
	var pos, neg float64
	for _, l := range label {
		pos += truth(l)
		neg += 1 - truth(l)
	}
	like := func(a, b float64) (s float64) {
		for i, x := range prob {
			y := 1 / (neg + 2)
			if label[i] {
				y = (pos + 1) / (pos + 2)
			}
			s += y*(a+b*x) - softplus(a+b*x)
		}
		return s
	}
	top := like(p.A, p.B)
	for _, d := range []float64{-1e-3, 1e-3} {
		if like(p.A+d, p.B) > top || like(p.A, p.B+d) > top {
			t.Errorf("not the top at %+v", p)
		}
	}
}

func TestPredictiveValuesAtThePrevalenceOfUse(t *testing.T) {
	c := Confusion{TP: 240, FN: 178, TN: 288, FP: 87}
	ppv, npv := c.PredictiveValues(0.03, 0.95)
	se, sp := c.Sensitivity(), c.Specificity()
	near(t, "ppv", ppv.Value, se*0.03/(se*0.03+(1-sp)*0.97))
	near(t, "npv", npv.Value, sp*0.97/(sp*0.97+(1-se)*0.03))
	if !(ppv.Low < ppv.Value && ppv.Value < ppv.High && npv.Low < npv.Value && npv.Value < npv.High) {
		t.Errorf("%+v %+v", ppv, npv)
	}
	edge, _ := Confusion{TP: 10, TN: 20}.PredictiveValues(0.1, 0.95)
	if edge.Value != 1 || !(edge.Low > 0.1 && edge.Low < 1) || math.IsNaN(edge.High) {
		t.Errorf("%+v", edge)
	}
}

func BenchmarkAUROC(b *testing.B) {
	prob, label := ward(1, 1_000_000)
	for b.Loop() {
		if _, err := AUROC(prob, label, nil, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIsotonic(b *testing.B) {
	prob, label := ward(1, 1_000_000)
	y := make([]float64, len(prob))
	for i := range y {
		y[i] = truth(label[i])
	}
	for b.Loop() {
		if _, err := FitIsotonic(prob, y, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIsotonicLabels(b *testing.B) {
	prob, label := ward(1, 1_000_000)
	for b.Loop() {
		if _, err := FitIsotonicLabels(prob, label); err != nil {
			b.Fatal(err)
		}
	}
}
