package performance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/stat/sketch"
)

func write(t *testing.T, name, text string) *Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return File(path)
}

func config(t *testing.T, text string) *Config {
	t.Helper()
	c, err := ReadConfig(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// triage makes predictions whose scores are right, from row first on; turn is
// the share of labels that are turned round, shift moves the inputs.
func triage(seed uint64, first, n int, turn, shift float64) (predictions, labels string) {
	r := rand.New(rand.NewPCG(seed, 1))
	var p, l strings.Builder
	p.WriteString("id,timestamp,patient_id,sex,age,score\n")
	l.WriteString("id,label\n")
	for i := first; i < first+n; i++ {
		age := 60 + 10*r.NormFloat64() + shift
		s := 1 / (1 + math.Exp(-(1.5*r.NormFloat64() - 0.3)))
		yes := r.Float64() < s
		if r.Float64() < turn {
			yes = !yes
		}
		fmt.Fprintf(&p, "%d,2026-%02d-%02d %02d:00:00,p%d,%s,%.1f,%.4f\n", i, 1+i/1000%12, 1+i/40%28, i%24, i/2, []string{"F", "M"}[i%2], age, s)
		fmt.Fprintf(&l, "%d,%d\n", i, map[bool]int{true: 1}[yes])
	}
	return p.String(), l.String()
}

func withLabels(p, l string) string {
	pl, ll := strings.Split(strings.TrimSpace(p), "\n"), strings.Split(strings.TrimSpace(l), "\n")
	for i := range pl {
		pl[i] += "," + strings.SplitN(ll[i], ",", 2)[1]
	}
	return strings.Join(pl, "\n") + "\n"
}

func run(t *testing.T, in Files, c *Config) *Report {
	t.Helper()
	r, err := Run(context.Background(), in, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestASteadyModelIsOK(t *testing.T) {
	rp, rl := triage(1, 0, 6000, 0, 0)
	p, l := triage(2, 6000, 4000, 0, 0)
	r := run(t, Files{write(t, "p.csv", p), write(t, "l.csv", l), write(t, "r.csv", withLabels(rp, rl))}, &Config{})
	if r.Decision != OK || len(r.Chunks) != 10 || r.Labels.Joined != 4000 {
		t.Errorf("%s %v, %d chunks, %+v", r.Decision, r.Why, len(r.Chunks), r.Labels)
	}
	if s := r.Estimator["auroc"]; s.Believed != OK || s.Chunks != 10 {
		t.Errorf("estimator: %+v", s)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	var head bytes.Buffer
	h, rows := r.Table()
	fmt.Fprintln(&head, r.Head(), h, rows[0], r.Tail())
	if !strings.Contains(head.String(), "concept drift") {
		t.Error("the caveat is not beside the estimates")
	}
}

// A third of the truth turns round: with labels that is a breach, and the
// estimator, which cannot see it, is no longer believed for the chunks to come.
func TestTheTruthChangesAndTheEstimatorIsNotBelieved(t *testing.T) {
	rp, rl := triage(1, 0, 6000, 0, 0)
	p, l := triage(2, 6000, 4000, 0.33, 0)
	l = strings.Join(strings.SplitAfter(l, "\n")[:3201], "") // the last two chunks wait
	r := run(t, Files{write(t, "p.csv", p), write(t, "l.csv", l), write(t, "r.csv", withLabels(rp, rl))}, &Config{})
	if r.Decision != Breach {
		t.Errorf("%s %v", r.Decision, r.Why)
	}
	if s := r.Estimator["auroc"]; s.Believed != Breach {
		t.Errorf("estimator: %+v", s)
	}
	last := r.Chunks[len(r.Chunks)-1]
	if last.Labelled != 0 || last.Decision != Unknown {
		t.Errorf("the last chunk has %d labels and is %q", last.Labelled, last.Decision)
	}
}

func TestWithoutLabelsItIsEstimated(t *testing.T) {
	rp, rl := triage(1, 0, 6000, 0, 0)
	p, _ := triage(2, 6000, 2000, 0, 0)
	r := run(t, Files{Predictions: write(t, "p.csv", p), Reference: write(t, "r.csv", withLabels(rp, rl))}, config(t, "limits: {auroc: {at_least: 0.6}}"))
	for _, c := range r.Chunks {
		if c.Labelled != 0 || len(c.Estimated) < 8 || len(c.Realised) != 0 {
			t.Fatalf("%+v", c)
		}
		for _, j := range c.Judged {
			if j.Metric == "auroc" && (j.By != "estimated" || j.Decision != OK) {
				t.Errorf("%+v", j)
			}
		}
	}
}

func TestADeclaredLimitIsJudgedByTheInterval(t *testing.T) {
	p, l := triage(2, 0, 400, 0, 0)
	// The area is about 0.8, known to ± 0.04.
	for limit, want := range map[string]string{"0.6": OK, "0.8": Unknown, "0.95": Breach} {
		r := run(t, Files{Predictions: write(t, "p.csv", withLabels(p, l))}, config(t, "chunks: {number: 1}\nlimits: {auroc: {at_least: "+limit+"}}"))
		if r.Decision != want {
			t.Errorf("at least %s: %s, %+v", limit, r.Decision, r.Chunks[0].Judged)
		}
		if j := r.Chunks[0].Judged[0]; want == Unknown && j.Need <= 400 {
			t.Errorf("unknown without what is needed: %+v", j)
		}
	}
}

func TestLabelsThatDoNotFitAreCounted(t *testing.T) {
	p := "id,timestamp,score\n1,2026-01-01 00:00:00,0.9\n2,2026-01-02 00:00:00,0.1\n3,2026-01-03 00:00:00,0.8\n3,2026-01-03 00:00:00,0.8\n4,2026-01-04 00:00:00,0.2\n5,2026-01-05 00:00:00,0.3\n"
	l := "id,label,known_at\n1,1,2026-01-08 00:00:00\n1,1,2026-01-08 00:00:00\n2,0,2029-01-01 00:00:00\n3,1,2026-01-05 00:00:00\n4,1,2026-02-01 00:00:00\n4,0,2026-02-02 00:00:00\n99,1,2026-01-01 00:00:00\n5,,2026-01-09 00:00:00\n"
	r := run(t, Files{Predictions: write(t, "p.csv", p), Labels: write(t, "l.csv", l)}, config(t, "chunks: {number: 1}"))
	got := *r.Labels
	want := Join{By: "id", Labels: 7, Empty: 1, Joined: 4, Waiting: 2, UnknownIDs: 1, Duplicates: 1, Conflicting: 1, DuplicateRows: 1, Late: 1, LateAfter: got.LateAfter,
		Rows: map[string][]int{"empty": {8}, "unknown_ids": {7}, "duplicates": {2}, "conflicting": {6}, "duplicate_rows": {4}, "late": {2}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestBadInputIsRefusedWithItsPlace(t *testing.T) {
	ok := "id,score,label\n1,0.9,1\n2,0.1,0\n"
	for name, c := range map[string]struct {
		p, l, conf, say string
		code            wardround.Code
	}{
		"empty":          {p: "", say: "p.csv", code: wardround.EInvalid},
		"only names":     {p: "id,score,label\n", say: "no rows", code: wardround.EInvalid},
		"score 1.7":      {p: "id,score,label\n1,0.9,1\n2,1.7,0\n", say: "row 2", code: wardround.EInvalid},
		"no score":       {p: "a,b\n1,2\n", say: "which column is the score", code: wardround.EInvalid},
		"all missing":    {p: "id,score,label\n1,,1\n2,,0\n", say: "score", code: wardround.EInvalid},
		"three classes":  {p: "id,score,label\n1,0.9,1\n2,0.1,0\n3,0.2,2\n", say: "row 3", code: wardround.EInvalid},
		"unknown word":   {p: ok, conf: "limitz: {}", say: "limitz", code: wardround.EInvalid},
		"unknown metric": {p: ok, conf: "limits: {aurock: {at_least: 1}}", say: "aurock", code: wardround.EInvalid},
		"no labels":      {p: "id,score\n1,0.9\n2,0.1\n", say: "--labels", code: wardround.ECannotTell},
		"no such column": {p: ok, conf: "columns: {score: risk}", say: `"risk"`, code: wardround.EInvalid},
		"labels of what": {p: "id,score\n1,0.9\n", l: "id,a,b\n1,2,3\n", say: "which column is the label", code: wardround.EInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			conf, err := ReadConfig(strings.NewReader(c.conf))
			if err == nil {
				in := Files{Predictions: write(t, "p.csv", c.p)}
				if c.l != "" {
					in.Labels = write(t, "l.csv", c.l)
				}
				_, err = Run(context.Background(), in, conf)
			}
			var e *wardround.Error
			if !errors.As(err, &e) || wardround.ErrorCode(err) != c.code || !strings.Contains(err.Error(), c.say) {
				t.Errorf("%v", err)
			}
		})
	}
}

// What cannot be measured is not an error: one class, one row, a constant score.
func TestLittleToSayIsSaid(t *testing.T) {
	for name, p := range map[string]string{
		"one class": "id,score,label\n1,0.9,1\n2,0.1,1\n3,0.4,1\n",
		"one row":   "id,score,label\n1,0.9,1\n",
		"constant":  "id,score,label\n1,0.5,1\n2,0.5,0\n3,0.5,0\n",
		"mixed":     "id,score,label\n1,0.5,1\n2,abc,0\n3,0.2,0\n4,NaN,0\n5,inf,1\n6,0.3,0\n",
	} {
		in := Files{Predictions: write(t, "p.csv", p)}
		r, err := Run(context.Background(), in, config(t, "chunks: {number: 1}\nlimits: {auroc: {at_least: 0.7}}"))
		if err != nil {
			if name == "mixed" && wardround.ErrorCode(err) == wardround.EInvalid {
				continue // inf is no score
			}
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Decision != Unknown {
			t.Errorf("%s: %s", name, r.Decision)
		}
	}
}

func TestGroupsAreCompared(t *testing.T) {
	p, l := triage(3, 0, 6000, 0, 0)
	c := config(t, "columns: {groups: [sex]}\nfixed_specificity: [0.9]\nprevalence: 0.05\ndecision_curve: [0.1, 0.3]")
	r := run(t, Files{Predictions: write(t, "p.csv", p), Labels: write(t, "l.csv", l)}, c)
	if len(r.Groups) != 2 || len(r.Gaps) == 0 {
		t.Fatalf("%d groups, %d gaps", len(r.Groups), len(r.Gaps))
	}
	for _, g := range r.Gaps {
		if g.Decision == Breach {
			t.Errorf("there is no gap: %+v", g)
		}
	}
	w := r.Whole
	if len(w.OperatingPoints) != 1 || len(w.DecisionCurve) != 2 || !(w.AtPrevalence["ppv"].Value < w.Realised["ppv"].Value) || w.Units != 3000 {
		t.Errorf("%+v %+v %+v %d", w.OperatingPoints, w.DecisionCurve, w.AtPrevalence, w.Units)
	}
}

func TestARegressionIsMeasuredAndEstimated(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	table := func(n int) (string, string) {
		var a, b strings.Builder
		a.WriteString("id,x,prediction,actual\n")
		b.WriteString("id,x,prediction\n")
		for i := range n {
			x := r.Float64()
			p := 50 + 10*x
			fmt.Fprintf(&a, "%d,%.3f,%.3f,%.3f\n", i, x, p, p+5*r.NormFloat64())
			fmt.Fprintf(&b, "%d,%.3f,%.3f\n", i, x, p)
		}
		return a.String(), b.String()
	}
	ref, _ := table(2000)
	all, bare := table(1000)
	got := run(t, Files{Predictions: write(t, "p.csv", bare), Reference: write(t, "r.csv", ref)}, &Config{})
	if got.Type != "regression" || math.Abs(float64(got.Chunks[0].Estimated["rmse"].Value)-5) > 1 {
		t.Errorf("%s %+v", got.Type, got.Chunks[0].Estimated)
	}
	got = run(t, Files{Predictions: write(t, "p.csv", all)}, &Config{})
	if math.Abs(float64(got.Whole.Realised["rmse"].Value)-5) > 0.5 || len(got.Whole.BlandAltman) != 3 {
		t.Errorf("%+v", got.Whole)
	}
}

// California housing, as NannyML hands it out: the estimate is checked chunk by
// chunk against the labels, and the report says that it cannot be believed.
func TestCalifornia(t *testing.T) {
	file := func(name string) *Source {
		return File(testkit.Data(t, "models/nannyml/california_housing_"+name+".csv"))
	}
	r := run(t, Files{file("analysis"), file("analysis_gt"), file("reference")}, &Config{})
	if r.Decision != Breach || r.Predictions.Rows != 8232 || r.Labels.Joined != 8232 || len(r.Chunks) != 10 {
		t.Errorf("%s, %d rows, %+v, %d chunks", r.Decision, r.Predictions.Rows, r.Labels, len(r.Chunks))
	}
	if len(r.Reference.Features) != 8 {
		t.Errorf("inputs: %v", r.Reference.Features)
	}
	for m, bar := range map[string]float64{"auroc": 0.044, "f1": 0.050, "ppv": 0.070, "sensitivity": 0.042, "accuracy": 0.143} {
		if s := r.Estimator[m]; !(float64(s.MAE) <= bar) {
			t.Errorf("%s: mean error %.4f, NannyML %.3f", m, s.MAE, bar)
		}
	}
	if s := r.Estimator["accuracy"]; s.Believed != Breach {
		t.Errorf("estimates of accuracy miss by %.2f with %v coverage and are believed", s.MAE, s.Coverage)
	}
}

func TestWhatAWindowKeepsIsEnough(t *testing.T) {
	o, err := sketch.NewOutcome("score", "", 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(8, 8))
	for range 5000 {
		s := r.Float64()
		o.Add(s, r.Float64() < s)
	}
	f, why, err := FromOutcome(o, 0.5, 3, 1)
	if err != nil || len(why) != 0 {
		t.Fatal(err, why)
	}
	// Of uniform, right scores: area 5/6, sensitivity 3/4 at 0.5, Brier 1/6, slope 1.
	for m, v := range map[string]float64{"auroc": 5.0 / 6, "sensitivity": 0.75, "specificity": 0.75, "brier": 1.0 / 6, "calibration_slope": 1, "calibration_in_the_large": 0} {
		if g := f[m]; !(float64(g.Low) <= v && v <= float64(g.High)) {
			t.Errorf("%s: %v is not in %+v", m, v, g)
		}
	}
	empty, _ := sketch.NewOutcome("score", "", 0, 0, 0)
	if f, why, err := FromOutcome(empty, 0.5, 1, 0); err != nil || len(why) == 0 || len(f) != 0 {
		t.Errorf("of nothing: %v %v %v", f, why, err)
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add("columns: {score: risk}\nlimits: {auroc: {at_least: 0.8}}\nchunks: {every: 24h}\n")
	f.Add("threshold: .nan\n")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ReadConfig(strings.NewReader(s)); err == nil && c == nil {
			t.Fatal("neither a configuration nor an error")
		}
	})
}

func FuzzRun(f *testing.F) {
	p, l := triage(1, 0, 60, 0, 0)
	f.Add(withLabels(p, l), l)
	f.Add("id,score,label\n1,0.9,1\n2,,0\n", "id,label\n1,1\n1,0\n")
	f.Add("prediction,actual\n1.5,2\n-1e308,1e308\n", "")
	f.Fuzz(func(t *testing.T, p, l string) {
		if len(p)+len(l) > 8<<10 {
			return
		}
		in := Files{Predictions: write(t, "p.csv", p), Reference: write(t, "r.csv", p)}
		if l != "" {
			in.Labels = write(t, "l.csv", l)
		}
		r, err := Run(context.Background(), in, &Config{})
		if err == nil {
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
			r.Table()
			r.Tail()
		}
	})
}
