package performance

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// What a stranger's files are called is found out, said, asked where it is in doubt,
// and can be told.
func TestColumnsOfStrangers(t *testing.T) {
	const p = "identifier,when_seen,Predicted Probability,y_pred\n1,2026-01-01,0.9,1\n2,2026-01-02,0.2,0\n3,2026-01-03,0.7,0\n4,2026-01-04,0.1,0\n"
	for name, c := range map[string]struct {
		p, l, r, conf, say, columns string
		none                        bool
	}{
		"label by what is left":       {p: p, l: "identifier,work_home_actual\n1,1\n2,0\n3,1\n4,0\n", columns: "id=identifier score=Predicted Probability prediction=y_pred label=work_home_actual"},
		"label that only labels have": {p: p, l: "identifier,y_pred,employed\n1,1,1\n2,0,0\n3,1,1\n4,0,0\n", columns: "label=employed"},
		"a frame with its index":      {p: p, l: ",identifier,employed\n0,1,1\n1,2,0\n2,3,1\n3,4,0\n", columns: "id=identifier label=employed"},
		"labels in both":              {p: "id,score,repaid\n1,.9,0\n2,.1,1\n", l: "id,repaid\n1,1\n2,0\n", columns: "label=repaid"},
		"row by row":                  {p: p, l: "repaid\n1\n0\n1\n0\n", columns: "label=repaid"},
		"not row by row":              {p: p, l: "repaid\n1\n0\n1\n", say: "which column is the id"},
		"id that both have":           {p: strings.ReplaceAll(p, "identifier", "specimen"), l: "specimen,known\n1,1\n2,0\n", columns: "id=specimen label=known"},
		"two scores":                  {p: "id,y_score,y_pred_proba,label\n1,.5,.4,1\n", say: "which column is the score: y_pred_proba or y_score? Say it: --column score=y_pred_proba"},
		"two scores, told":            {p: "id,y_score,y_pred_proba,label\n1,.5,.4,1\n2,.1,.2,0\n", conf: "columns: {score: y_score}", columns: "score=y_score"},
		"no score at all":             {p: "id,age\n1,50\n", say: "which column is the score (a probability) or the prediction of the model? It has id, age"},
		"two probabilities":           {p: "id,proba_0,proba_1,label\n1,.6,.4,0\n2,.1,.9,1\n", columns: "score=proba_1"},
		"one that speaks of it":       {p: "id,mortality_proba,label\n1,.6,0\n2,.1,1\n", columns: "score=mortality_proba"},
		"one file, two parts":         {p: "id,y_pred_proba,target,partition\n1,.6,1,reference\n2,.1,0,reference\n3,.2,0,analysis\n4,.7,1,analysis\n", columns: "label=target"},
		"one file, labels in one":     {p: "id,y_pred_proba,employed,period\n1,.6,1,reference\n2,.1,0,reference\n3,.2,,analysis\n4,.7,,analysis\n", r: "", columns: "label=employed", none: true},
		"label only reference has":    {p: p, r: p[:strings.Index(p, "\n")] + ",employed\n1,2025-01-01,0.9,1,1\n2,2025-01-02,0.2,0,0\n", columns: "score=Predicted Probability"},
		"reference without labels":    {p: p, r: p, say: "which column is the label"},
		"texts":                       {p: "id,y_pred_proba,y_true\n1,.6,malignant\n2,.1,benign\n", say: "--positive VALUE"},
		"texts, told":                 {p: "id,y_pred_proba,y_true\n1,.6,malignant\n2,.1,benign\n", conf: "positive: malignant", columns: "label=y_true"},
		"chunks of time, no time":     {p: "id,score,label\n1,.6,1\n2,.1,0\n", conf: "chunks: {period: week}", say: "no column of times"},
	} {
		t.Run(name, func(t *testing.T) {
			in := Files{Predictions: write(t, "p.csv", c.p)}
			if c.l != "" {
				in.Labels = write(t, "l.csv", c.l)
			}
			if c.r != "" {
				in.Reference = write(t, "r.csv", c.r)
			}
			r, err := Run(context.Background(), in, config(t, c.conf))
			if c.say != "" {
				if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), c.say) {
					t.Errorf("%v, want %q", err, c.say)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			head := strings.Join(r.Head(), "\n")
			for _, want := range strings.Split(c.columns, " ") {
				if !strings.Contains(head, want) {
					t.Errorf("%q is not said:\n%s", want, head)
				}
			}
			if c.r == "" && !c.none && r.Labels.Joined < 2 {
				t.Errorf("%+v", r.Labels)
			}
		})
	}
}

func TestLabelsOfTheWrongTypeAreNamed(t *testing.T) {
	p := "id,score\n1,0.9\n2,0.1\n3,0.8\n4,0.2\n5,0.3\n"
	r := run(t, Files{Predictions: write(t, "p.csv", p), Labels: write(t, "l.csv", "id,outcome\n1,yes\n2,no\n3,pending\n4,no\n5,\n")}, &Config{})
	if r.Labels.Joined != 3 || r.Labels.WrongType != 1 || r.Labels.Rows["wrong_type"][0] != 3 || r.Labels.Empty != 1 {
		t.Errorf("%+v", r.Labels)
	}
	if s := r.Labels.String(); !strings.Contains(s, "1 of the wrong type (row 3)") {
		t.Error(s)
	}
	_, err := Run(context.Background(), Files{Predictions: write(t, "p.csv", p), Labels: write(t, "l.csv", "id,outcome\nA-8,1\nA-9,0\n")}, &Config{})
	if wardround.ErrorCode(err) != wardround.ECannotTell || !strings.Contains(err.Error(), `ids of predictions look like "1", those of labels`) {
		t.Error(err)
	}
}

// classes makes rows of three classes; wrong of them are called anything.
func classes(seed uint64, n int, wrong float64, labels bool) string {
	r := rand.New(rand.NewPCG(seed, 7))
	var b strings.Builder
	b.WriteString("id,y_pred_proba_ok,y_pred_proba_cyst,y_pred_proba_mass,y_pred")
	if labels {
		b.WriteString(",y_true")
	}
	b.WriteString("\n")
	names := []string{"ok", "cyst", "mass"}
	for i := range n {
		p, sum, l, best := make([]float64, 3), 0.0, 0, 0
		for c := range p {
			p[c] = math.Exp(1.5 * r.NormFloat64())
			sum += p[c]
		}
		u := r.Float64() * sum
		for acc := p[0]; l < 2 && u > acc; acc += p[l] {
			l++
		}
		if r.Float64() < wrong {
			l = r.IntN(3)
		}
		for c := range p {
			if p[c] > p[best] {
				best = c
			}
		}
		fmt.Fprintf(&b, "%d,%.5f,%.5f,%.5f,%s", i, p[0]/sum, p[1]/sum, p[2]/sum, names[best])
		if labels {
			fmt.Fprintf(&b, ",%s", names[l])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestAModelOfThreeClasses(t *testing.T) {
	ref := write(t, "r.csv", classes(1, 4000, 0, true))
	r := run(t, Files{Predictions: write(t, "p.csv", classes(2, 3000, 0, true)), Reference: ref}, &Config{})
	if r.Type != "multiclass" || r.Decision != OK || len(r.Whole.Classes) != 3 || len(r.Whole.Confusion.Counts) != 3 {
		t.Fatalf("%s %s %v %+v", r.Type, r.Decision, r.Why, r.Whole)
	}
	for _, m := range []string{"auroc", "f1", "ppv", "sensitivity", "specificity", "accuracy", "brier", "log_loss"} {
		a, b := r.Whole.Realised[m], r.Whole.Estimated[m]
		if math.Abs(float64(a.Value-b.Value)) > 0.03 || r.Estimator[m].Believed != OK {
			t.Errorf("%s: realised %v, estimated %v, %+v", m, a, b, r.Estimator[m])
		}
	}
	r = run(t, Files{Predictions: write(t, "p.csv", classes(3, 3000, 0.4, true)), Reference: ref}, &Config{})
	if r.Decision != Breach {
		t.Errorf("four of ten labels are anything: %s", r.Decision)
	}
	r = run(t, Files{Predictions: write(t, "p.csv", classes(4, 2000, 0, false)), Reference: ref}, &Config{})
	if r.Decision != OK || len(r.Chunks[0].Realised) != 0 || len(r.Chunks[0].Classes) != 3 {
		t.Errorf("without labels: %s %v", r.Decision, r.Chunks[0].Judged)
	}
	// Without probabilities what can be counted is.
	bare := "id,prediction,truth\n1,a,a\n2,b,b\n3,c,b\n4,c,c\n5,zebra,a\n"
	r = run(t, Files{Predictions: write(t, "p.csv", bare)}, &Config{})
	if r.Type != "multiclass" || r.Whole.Realised["accuracy"].Value != 0.6 {
		t.Errorf("%s %+v", r.Type, r.Whole)
	}
	// Labels that are no class of the model are counted; if most are, refused.
	odd := strings.Replace(classes(5, 50, 0, true), "ok\n", "artefact\n", 1)
	r = run(t, Files{Predictions: write(t, "p.csv", odd)}, &Config{})
	if r.Labels.WrongType != 1 || len(r.Labels.Rows["wrong_type"]) != 1 {
		t.Errorf("%+v", r.Labels)
	}
	_, err := Run(context.Background(), Files{Predictions: write(t, "p.csv", strings.NewReplacer("ok\n", "0\n", "cyst\n", "1\n", "mass\n", "2\n").Replace(classes(6, 50, 0, true)))}, &Config{})
	if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), "its classes are ok, cyst, mass") {
		t.Error(err)
	}
}

func TestChunksOfTheCalendar(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,timestamp,score,label\n")
	for d := range 90 {
		fmt.Fprintf(&b, "%d,2026-%02d-%02d,0.%d,%d\n", d, 1+d/30, 1+d%30%28, 1+d%9, d%2)
	}
	for how, want := range map[string]int{"month": 3, "quarter": 1, "year": 1, "45rows": 2, "10": 10} {
		c, err := ReadChunks(how)
		if err != nil {
			t.Fatal(err)
		}
		if r := run(t, Files{Predictions: write(t, "p.csv", b.String())}, &Config{Chunks: c}); len(r.Chunks) != want {
			t.Errorf("%s: %d chunks, want %d", how, len(r.Chunks), want)
		}
	}
	for _, bad := range []string{"", "0", "-1rows", "fortnight", "-3h"} {
		if _, err := ReadChunks(bad); err == nil {
			t.Errorf("taken: %q", bad)
		}
	}
}

func TestDatesThatAreTexts(t *testing.T) {
	text := func(values ...string) *column {
		c := &column{name: "ts", kind: table.Text}
		for i, v := range values {
			c.dict, c.codes = append(c.dict, v), append(c.codes, uint32(i))
		}
		return c
	}
	for _, c := range []*column{text("2026-03-01", "2026-03-02 10:00:00", "2026-03-02T10:00:00.5Z", "2026-03-02 10:00:00+01:00"),
		{name: "ts", kind: table.Number, numbers: []float64{1772323200, 1772323300, math.NaN()}}, {name: "ts", kind: table.Number, numbers: []float64{1772323200000}}} {
		if c.dates(); c.kind != table.Time || stamp(c.numbers, 0) != "2026-03-01T00:00:00Z" {
			t.Errorf("%+v", c)
		}
	}
	for _, c := range []*column{text("soon", "2026-03-02"), {kind: table.Number, numbers: []float64{2015, 2016}}, text()} {
		if kind := c.kind; true {
			if c.dates(); c.kind != kind {
				t.Errorf("%+v is a time", c)
			}
		}
	}
}

func TestWhatAnswersAreWorth(t *testing.T) {
	rp, rl := triage(1, 0, 3000, 0, 0)
	p, l := triage(2, 9000, 2000, 0, 0)
	r := run(t, Files{write(t, "p.csv", p), write(t, "l.csv", l), write(t, "r.csv", withLabels(rp, rl))},
		config(t, "value: {true_positive: 10, false_positive: -2, false_negative: -20}\nestimator: cbpe\nlimits: {value_per_row: {at_least: 0.5}}"))
	f := r.Whole.Realised
	want := 10*f["true_positives"].Value - 2*f["false_positives"].Value - 20*f["false_negatives"].Value
	if math.Abs(float64(f["value"].Value-want)) > 1e-6 {
		t.Errorf("%v, want %v", f["value"], want)
	}
	e := r.Whole.Estimated
	if got := e["value"]; !(got.Low <= want && want <= got.High) || math.Abs(float64(e["true_positives"].Value+e["false_positives"].Value+e["false_negatives"].Value+e["true_negatives"].Value)-2000) > 1e-6 {
		t.Errorf("estimated %+v, realised %v", e["value"], want)
	}
}

// Ids of more digits than a number holds exactly stay apart, each with its own label.
func TestLongIdsAreNotOne(t *testing.T) {
	const first = int64(1)<<53 - 50
	p, l := "id,score\n", "id,outcome\n"
	for i := range int64(200) {
		p += fmt.Sprintf("%d,0.%d\n", first+i, 1+i%2*7)
		l += fmt.Sprintf("%d,%d\n", first+199-i, (199-i)%2)
	}
	r := run(t, Files{Predictions: write(t, "p.csv", p), Labels: write(t, "l.csv", l)}, &Config{})
	if r.Labels.Joined != 200 || r.Labels.Duplicates != 0 || r.Labels.Conflicting != 0 {
		t.Fatalf("%s", r.Labels)
	}
	for _, c := range r.Chunks {
		if c.Cases != 10 { // one in two, and in the order of the predictions
			t.Errorf("%d cases in chunk %d", c.Cases, c.Index)
		}
	}
}
