package behaviour

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// clinic makes days of two scanners whose model answers by what it sees: a marker that
// is higher in the sick, and the tube voltage.
type clinic struct {
	rnd      *rand.Rand
	sick     float64                 // share of the sick
	marker   float64                 // added to the marker of everybody
	kvp      func(ct int) float64    // added to the voltage
	first    float64                 // share of rows from the first scanner; 0: half
	missing  float64                 // share of rows without age
	meaning  float64                 // share of labels that are turned
	answers  func(p float64) float64 // what becomes of an answer
	labelled bool
}

func (c *clinic) day(t *testing.T, from time.Time, rows int, seed uint64) *sketch.Window {
	t.Helper()
	w := &sketch.Window{Version: sketch.Version, Model: "chest", Service: "triage", From: from, To: from.Add(24 * time.Hour), Units: sketch.NewHLL()}
	columns := map[string]*sketch.Column{}
	col := func(name, group string, role sketch.Role) *sketch.Column {
		k := name + "|" + group
		if columns[k] == nil {
			x, err := sketch.NewColumn(name, sketch.Number, role, group, sketch.Options{Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			columns[k] = x
			w.Columns = append(w.Columns, x)
		}
		return columns[k]
	}
	out, err := sketch.NewOutcome("score", "", 100, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	first := c.first
	if first == 0 {
		first = 0.5
	}
	for i := range rows {
		ct := 4
		if c.rnd.Float64() < first {
			ct = 3
		}
		sick := c.rnd.Float64() < c.sick
		marker := c.rnd.NormFloat64() + c.marker
		if sick {
			marker += 2
		}
		p := 1 / (1 + math.Exp(-(2*marker - 3.4 + 0.3*c.rnd.NormFloat64())))
		if c.answers != nil {
			p = c.answers(p)
		}
		kvp := 120 + 8*c.rnd.NormFloat64()
		if c.kvp != nil {
			kvp += c.kvp(ct)
		}
		for _, g := range []string{"", fmt.Sprintf("source=CT_%d", ct)} {
			col("kvp", g, sketch.Feature).AddNumber(kvp)
			if c.rnd.Float64() < c.missing {
				col("age", g, sketch.Feature).AddMissing(1)
			} else {
				col("age", g, sketch.Feature).AddNumber(60 + 15*c.rnd.NormFloat64())
			}
			col("score", g, sketch.Output).AddNumber(p)
		}
		if c.labelled {
			if c.rnd.Float64() < c.meaning {
				sick = !sick
			}
			out.Add(p, sick)
		}
		w.Units.Add(fmt.Sprint(from.Unix(), i))
		w.Rows++
	}
	if c.labelled {
		w.Outcomes = []*sketch.Outcome{out}
	}
	w.RowsPerUnit.Add(1)
	return w
}

// TestKindsOfShift: what each kind of shift does to windows is told as that kind, by the
// judge of "model drift"; mixtures as the one that explains the most; and where nothing
// tells, it is said that nothing does.
func TestKindsOfShift(t *testing.T) {
	for _, tc := range []struct {
		name  string
		set   func(c *clinic)
		at    string // the judgement that tells
		kind  string
		words string
	}{
		{"cases are twice as frequent, no labels", func(c *clinic) { c.sick = 0.5 }, "output/score", "label", "the answers are what other rates of the classes alone would make of them"},
		{"cases are twice as frequent, with labels", func(c *clinic) { c.sick, c.labelled = 0.5, true }, "output/score", "label", "within a class the answers are what they were"},
		{"the marker is higher in everybody", func(c *clinic) { c.marker = 0.8 }, "output/score", "", "cannot be told"},
		{"the voltage moves everywhere", func(c *clinic) { c.kvp = func(int) float64 { return 8 } }, "drift/kvp", "covariate", "inputs moved: kvp"},
		{"the voltage moves at one scanner", func(c *clinic) {
			c.kvp = func(ct int) float64 { return map[int]float64{3: 10}[ct] }
		}, "drift/kvp", "source", "at one device alone"},
		{"one scanner differs and sends more", func(c *clinic) {
			c.kvp, c.first = func(ct int) float64 { return map[int]float64{3: 10}[ct] }, 0.9
		}, "drift/kvp", "source", "at one device alone"},
		{"half the ages are missing, and the answers follow", func(c *clinic) {
			c.missing, c.answers = 0.5, func(p float64) float64 { return p * 0.5 }
		}, "output/score", "quality", "age: "},
		{"labels mean something else, and the answers moved", func(c *clinic) {
			c.labelled, c.meaning, c.kvp = true, 0.3, func(int) float64 { return 8 }
		}, "drift/kvp", "concept", "for the same score of the model the labels come out differently"},
		{"answers moved, labels and inputs as before", func(c *clinic) {
			c.answers = func(p float64) float64 { return 0.3 + 0.4*p }
		}, "output/score", "", "cannot be told"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			ref := &clinic{rnd: rand.New(rand.NewPCG(5, 5)), sick: 0.25, labelled: true}
			var r *sketch.Window
			for i := range 6 {
				d := ref.day(t, t0.AddDate(0, -1, i), 900, uint64(i+1))
				if r == nil {
					r = d
				} else if err := r.Merge(d); err != nil {
					t.Fatal(err)
				}
			}
			s.see(t0, &kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1", Document: "reference", File: "ref.sketch"}, s.blobs.window(t, r))
			cur := &clinic{rnd: rand.New(rand.NewPCG(6, 6)), sick: 0.25}
			tc.set(cur)
			d := cur.day(t, t0, 1200, 99)
			got := s.see(d.To, windowOf(d, "2.1"), s.blobs.window(t, d))
			j := want(t, got, tc.at, wardround.Fail)
			words := fmt.Sprint(j.Facts["shift"], j.Facts["reasons"])
			if j.Shift != tc.kind || !strings.Contains(words, tc.words) {
				t.Errorf("told as %q: %s; want %q, %q", j.Shift, words, tc.kind, tc.words)
			}
			if tc.kind != "" && s.f.List()[0].Shift == "" {
				t.Error("the model has no kind of shift")
			}
		})
	}
}

// TestNothingToName: without an alarm no kind is named, however much is known.
func TestNothingToName(t *testing.T) {
	s, w := newSite(t), newWard(8)
	w.label = true
	s.reference(w, 10)
	for n := range 3 {
		for k, j := range s.day(w, n) {
			if j.State == wardround.Fail && (j.Topic == "drift" || j.Topic == "output" || j.Topic == "source") {
				t.Errorf("%s fails", k)
			}
			if j.State != wardround.Fail && j.Facts["shift"] != nil {
				t.Errorf("%s is told as %v", k, j.Facts["shift"])
			}
		}
	}
}
