package labelfree

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wardround/wardround/stat/performance"
)

// clinic makes n rows of two inputs, of which the model sees the first: age
// moves the truth by beta, and its mean is what shifts.
func clinic(seed uint64, n int, age, beta float64) (score []float64, label, called []bool, f Features) {
	r := rand.New(rand.NewPCG(seed, 1))
	x, a := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], a[i] = r.NormFloat64(), age+r.NormFloat64()
		s := expit(1.5*x[i] - 0.3)
		score = append(score, s)
		called = append(called, s >= 0.5)
		label = append(label, r.Float64() < expit(1.5*x[i]-0.3+beta*a[i]))
	}
	return score, label, called, Features{[]string{"x", "age"}, [][]float64{x, a}}
}

func fit(t *testing.T, score []float64, label []bool, f Features) *Estimator {
	t.Helper()
	e, err := Fit(Reference{score, label, f}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Older patients come. The score does not know age, so the meaning of a score
// changes, and CBPE cannot see it; those that look at the inputs can.
func TestOlderPatientsCome(t *testing.T) {
	score, label, _, f := clinic(1, 8000, 0, 1.2)
	e := fit(t, score, label, f)
	cs, cl, cc, cf := clinic(2, 4000, 1.0, 1.2)
	m, _ := performance.ConfuseCalls(cc, cl)
	miss := map[Method]float64{}
	for _, method := range []Method{CBPE, Conditional, Weighted} {
		x, err := e.Estimate(Chunk{cs, cc, cf}, method)
		if err != nil {
			t.Fatal(err)
		}
		miss[method] = math.Abs(x.Figures["prevalence"].Value - m.Prevalence())
		t.Logf("%s: prevalence %.3f, realised %.3f, effective %.0f", method, x.Figures["prevalence"].Value, m.Prevalence(), x.Effective)
	}
	if miss[CBPE] < 0.1 {
		t.Errorf("the shift is too small to try anything: %v", miss)
	}
	if miss[Conditional] > 0.03 || miss[Weighted] > 0.04 {
		t.Errorf("%v", miss)
	}
}

// Nothing has shifted and the inputs say nothing: all three give one answer.
func TestWithoutShiftTheAnswerIsCBPEs(t *testing.T) {
	score, label, _, f := clinic(3, 3000, 0, 0)
	e := fit(t, score, label, f)
	cs, _, cc, cf := clinic(4, 1000, 0, 0)
	want, err := e.Estimate(Chunk{cs, cc, cf}, CBPE)
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []Method{Conditional, Weighted} {
		got, err := e.Estimate(Chunk{cs, cc, cf}, method)
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range want.Figures {
			if got.Figures[name].Value != w.Value {
				t.Errorf("%s %s: %v, want %v", method, name, got.Figures[name].Value, w.Value)
			}
		}
	}
}

// Intervals of a sound estimator hold the realised figure about as often as
// they promise, and its track says so; when the truth changes, the track says
// that the estimator is no longer to be believed.
func TestTheEstimatorIsMonitoredItself(t *testing.T) {
	score, label, _, f := clinic(5, 6000, 0, 0)
	e := fit(t, score, label, f)
	tracks := map[string]*Track{}
	add := func(seed uint64, flip bool) {
		cs, cl, cc, cf := clinic(seed, 500, 0, 0)
		if flip { // concept drift: a third of the truth turns round
			for i := range cl {
				if i%3 == 0 {
					cl[i] = !cl[i]
				}
			}
		}
		x, err := e.Estimate(Chunk{cs, cc, cf}, CBPE)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := performance.ConfuseCalls(cc, cl)
		r, _ := performance.Rank(cs, cl)
		for name, v := range map[string]float64{"accuracy": m.Accuracy(), "sensitivity": m.Sensitivity(), "ppv": m.PPV(), "f1": m.F1(), "roc_auc": r.AUC(), "average_precision": r.AveragePrecision()} {
			if tracks[name] == nil {
				tracks[name] = &Track{}
			}
			tracks[name].Add(x.Figures[name], v)
		}
	}
	for k := range uint64(60) {
		add(100+k, false)
	}
	for name, tr := range tracks {
		s := tr.Standing()
		t.Logf("%s: coverage %.2f, mae %.4f, widen %.2f", name, s.Coverage, s.MAE, s.Widen)
		if s.Credible != performance.OK || s.Coverage < 0.88 {
			t.Errorf("%s: a sound estimator is not believed: %+v", name, s)
		}
	}
	for k := range uint64(8) {
		add(500+k, true)
	}
	for name, tr := range tracks {
		if s := tr.Standing(); s.Credible != performance.Breach {
			t.Errorf("%s: still believed after the truth changed: %+v", name, s)
		}
	}
	if s := (&Track{}).Standing(); s.Credible != performance.Unknown {
		t.Errorf("believed without a record: %+v", s)
	}
}

func TestTooLittleIsSaid(t *testing.T) {
	score, label, _, f := clinic(6, 30, 0, 0)
	if _, err := Fit(Reference{score, label, f}, 0); !errors.Is(err, ErrNoReference) {
		t.Errorf("30 rows: %v", err)
	}
	score, label, called, f := clinic(6, 500, 0, 0)
	e := fit(t, score, label, f)
	if _, err := e.Estimate(Chunk{}, CBPE); err == nil {
		t.Error("an estimate of nothing")
	}
	if _, err := e.Estimate(Chunk{Score: score[:3], Called: called[:3], Features: f}, CBPE); !errors.Is(err, ErrShape) {
		t.Errorf("rows that do not fit: %v", err)
	}
	if _, err := e.Estimate(Chunk{Score: []float64{math.NaN()}, Features: Features{f.Names, [][]float64{{1}, {1}}}}, CBPE); !errors.Is(err, ErrNaN) {
		t.Errorf("NaN: %v", err)
	}
	// One row, no calls, a missing input.
	x, err := e.Estimate(Chunk{Score: []float64{0.4}, Features: Features{f.Names, [][]float64{{math.NaN()}, {math.Inf(1)}}}}, Conditional)
	if err != nil || len(x.Figures) == 0 {
		t.Errorf("%v %v", x, err)
	}
}

func TestAccuracyFromConfidence(t *testing.T) {
	score, label, called, _ := clinic(7, 5000, 0, 0)
	right := make([]bool, len(label))
	for i := range right {
		right[i] = label[i] == called[i]
	}
	cs, cl, cc, _ := clinic(8, 3000, 0, 0)
	m, _ := performance.ConfuseCalls(cc, cl)
	for name, f := range map[string]func([]float64, []bool, []float64, float64) (performance.Estimate, error){"ATC": ATC, "DoC": DoC} {
		e, err := f(Confidence(score), right, Confidence(cs), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if !(e.Low <= m.Accuracy() && m.Accuracy() <= e.High) {
			t.Errorf("%s: %v is not in %+v", name, m.Accuracy(), e)
		}
	}
	if _, err := ATC([]float64{1, 1}, []bool{true, false}, []float64{1}, 0.95); !errors.Is(err, ErrNoSpread) {
		t.Error(err)
	}
}

// The error of a regression grows with an input, and the chunk has more of it.
func TestDirectLossFollowsTheInputs(t *testing.T) {
	make1 := func(seed uint64, n int, mean float64) (p, y []float64, f Features) {
		r := rand.New(rand.NewPCG(seed, 2))
		x := make([]float64, n)
		for i := range n {
			x[i] = mean + r.Float64()
			p = append(p, 100+10*r.NormFloat64())
			y = append(y, p[i]+5*x[i]*r.NormFloat64())
		}
		return p, y, Features{[]string{"noise"}, [][]float64{x}}
	}
	p, y, f := make1(1, 20000, 0)
	// The reference holds both halves of what will come.
	p2, y2, f2 := make1(2, 5000, 1)
	p, y = append(p, p2...), append(y, y2...)
	f.Columns[0] = append(f.Columns[0], f2.Columns[0]...)
	d, err := FitDLE(p, y, f, 0)
	if err != nil {
		t.Fatal(err)
	}
	cp, cy, cf := make1(3, 3000, 1)
	got, err := d.Estimate(cp, cf)
	if err != nil {
		t.Fatal(err)
	}
	g, _ := performance.Regress(cp, cy, nil, 0.95)
	for name, v := range map[string]float64{"mae": g.MAE.Value, "rmse": g.RMSE.Value, "mape": g.MAPE.Value, "rmsle": g.RMSLE.Value} {
		if math.Abs(got[name].Value-v) > 0.08*v {
			t.Errorf("%s: estimated %v, realised %v", name, got[name].Value, v)
		}
	}
}

func TestClassesAreExpectedAsTheyCome(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	draw := func(n int) (prob [][]float64, label, call []int) {
		for range n {
			z := [3]float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
			p := make([]float64, 3)
			sum := 0.0
			for c := range p {
				p[c] = math.Exp(1.5 * z[c])
				sum += p[c]
			}
			u, l, best := r.Float64(), 0, 0
			for c := range p {
				p[c] /= sum
				if p[c] > p[best] {
					best = c
				}
			}
			for acc := p[0]; l < 2 && u > acc; acc += p[l] {
				l++
			}
			prob, label, call = append(prob, p), append(label, l), append(call, best)
		}
		return
	}
	prob, label, _ := draw(4000)
	e, err := FitClasses([]string{"a", "b", "c"}, prob, label, 0)
	if err != nil {
		t.Fatal(err)
	}
	cp, cl, cc := draw(3000)
	x, err := e.Estimate(cp, cc)
	if err != nil {
		t.Fatal(err)
	}
	g, _ := performance.Multiclass{Classes: []string{"a", "b", "c"}, Prob: cp, Label: cl, Call: cc}.Figures()
	for name, v := range map[string][2]float64{"accuracy": {x.Accuracy.Value, g.Accuracy.Value}, "f1": {x.MacroF1, g.MacroF1}, "auc": {x.MacroAUC, g.MacroAUROC}} {
		if math.Abs(v[0]-v[1]) > 0.03 {
			t.Errorf("%s: %v", name, v)
		}
	}
}
