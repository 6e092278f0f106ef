package behaviour

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/inference"
	"github.com/wardround/wardround/stat/sketch"
)

const liveMapping = `inference: 1
model: chest
service: triage
version: "2.1"
maker: Maker
product: Chest Triage
window: 24h
fields:
  marker: {as: feature}
  sex: {as: group, values: [F, M]}
  patient: {as: unit}
  id: {as: record}
  at: {as: time}
  risk: {as: score}
  sick: {as: label}
  did: {as: action}
  took_ms: {as: decision-time}
`

const livePlan = `plan: 1
model: {maker: Maker, product: Chest Triage}
intended_use: {purpose: x}
inputs: [{name: marker, type: number}]
outputs: [{name: risk, type: number, operating_points: [{name: flag, threshold: 0.5}]}]
subgroups: [{column: sex, values: [F, M], minimum: 50}]
units: {is: patient}
budget: {alarms_per_year: 4, season: none}
told: [x]
watch:
  - {id: gap, kind: subgroup, metric: sensitivity, at_most: 0.1, every: 1d, min_units: 50}
  - {id: spec, kind: subgroup, metric: specificity, at_most: 0.1, every: 1d, min_units: 50}
  - {id: cal, kind: subgroup, metric: calibration_in_the_large, at_most: 0.05, every: 1d, min_units: 50}
  - {id: over, kind: override, at_most: 0.3, every: 1d, min_units: 50}
  - {id: est, kind: estimate, metric: auroc, at_least: 0.8, every: 1d, min_units: 100}
fallback: {plan: x, switch_off: [y]}
logs: {where: x, fields: [time], kept: 1y, by: y}
`

// pipe hands windows from the edge to a hospital, as the log would.
type pipeTo struct {
	f func(o *wardround.Observation, blob []byte)
}

func (p *pipeTo) Take(_ context.Context, o *wardround.Observation, blob []byte) error {
	p.f(o, blob)
	return nil
}

// live is a service whose records go the whole way: folded at the edge, handed over as
// sketches, judged by the pipeline, told as findings.
type live struct {
	t    *testing.T
	h    *hospital
	rnd  *rand.Rand
	edge *inference.Folder
	now  time.Time
	n    int
}

func newLive(t *testing.T) *live {
	l := &live{t: t, h: newHospital(t, false), rnd: rand.New(rand.NewPCG(11, 12))}
	// The reference goes the same way: outcomes known at once, merged into one sketch.
	var ref *sketch.Window
	l.now = t0.AddDate(0, -1, 0)
	l.edge = l.folder(func(o *wardround.Observation, blob []byte) {
		w, err := sketch.Decode(strings.NewReader(string(blob)), sketch.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if ref == nil {
			ref = w
		} else if err := ref.Merge(w); err != nil {
			t.Fatal(err)
		}
	})
	for range 6 {
		l.day(400, func(p *patient) { p.label = true })
	}
	l.close()
	rel := kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1"}
	doc := rel
	doc.Document, doc.File = "reference", "ref.sketch"
	l.h.see(t0, &doc, l.h.blobs.window(t, ref))
	doc = rel
	doc.Document, doc.File = "plan", "plan.yaml"
	l.h.see(t0, &doc, l.h.blobs.put([]byte(livePlan)))
	l.now = t0
	l.edge = l.folder(func(o *wardround.Observation, blob []byte) {
		var b *wardround.Blob
		if o.Blob != nil {
			b = l.h.blobs.put(blob)
		}
		l.h.see(l.now, o.Fields, b)
	})
	return l
}

func (l *live) folder(f func(o *wardround.Observation, blob []byte)) *inference.Folder {
	m, err := inference.ReadMapping(strings.NewReader(liveMapping))
	if err != nil {
		l.t.Fatal(err)
	}
	edge, err := inference.New(inference.Options{Sensor: "edge", Mapping: m, Pseudonyms: sense.NewPseudonyms("e1", []byte("0123456789abcdef")), Dir: l.t.TempDir(), Origin: wardround.Simulated,
		Sink: &pipeTo{f}, Now: func() time.Time { return l.now }})
	if err != nil {
		l.t.Fatal(err)
	}
	return edge
}

func (l *live) close() {
	if err := l.edge.Close(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

// patient is one record before it is sent.
type patient struct {
	sex        string
	sick       bool
	marker     float64
	risk       float64
	label      bool // known at once
	late       bool // told two days later
	truth      bool // what outcomes say
	accepted   bool
	overridden bool
	took       float64
}

// day sends a day of records, and the outcomes that come later.
func (l *live) day(rows int, set func(p *patient)) {
	l.t.Helper()
	var records, labels []inference.Record
	for range rows {
		p := &patient{sex: []string{"F", "M"}[l.rnd.IntN(2)], sick: l.rnd.Float64() < 0.3, accepted: true, took: 4000 + 3000*l.rnd.Float64()}
		p.marker = l.rnd.NormFloat64()
		if p.sick {
			p.marker += 2
		}
		p.truth = p.sick
		p.risk = 1 / (1 + math.Exp(-(2*p.marker - 2.85))) // its true probability
		p.accepted = l.rnd.Float64() > 0.1
		p.overridden = !p.accepted
		set(p)
		l.n++
		id := fmt.Sprint("r", l.n)
		r := inference.Record{"marker": p.marker, "sex": p.sex, "patient": fmt.Sprint("P", l.n), "id": id, "at": l.now.Add(time.Duration(l.rnd.IntN(86000)) * time.Second).Format(time.RFC3339Nano), "risk": p.risk, "took_ms": p.took}
		switch {
		case p.accepted:
			r["did"] = "accepted"
		case p.overridden:
			r["did"] = "overridden"
		}
		truth := fmt.Sprint(p.truth)
		if p.label {
			r["sick"] = truth
		}
		records = append(records, r)
		if p.late {
			labels = append(labels, inference.Record{"id": id, "sick": truth})
		}
	}
	l.now = l.now.Add(24 * time.Hour)
	if added := l.edge.Add(inference.Batch{Records: records}); added.Rows != rows {
		l.t.Fatalf("%+v", added)
	}
	for i := range labels {
		labels[i]["at"] = l.now.Format(time.RFC3339Nano)
	}
	if len(labels) > 0 {
		l.edge.Add(inference.Batch{Records: labels})
	}
	if err := l.edge.Commit(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

// TestFromRecordsToFindings: what goes wrong with people and estimates is a finding in the
// running pipeline, from records at the edge on, and nothing is where nothing goes wrong.
func TestFromRecordsToFindings(t *testing.T) {
	stories := []struct {
		name  string
		set   func(l *live, p *patient)
		check string
		item  string
	}{
		{"the sick among women are missed", func(l *live, p *patient) {
			p.label = true
			if p.sex == "F" && p.sick && l.rnd.Float64() < 0.5 {
				p.risk *= 0.2
			}
		}, "model.subgroup", "sensitivity at flag of risk by sex"},
		{"healthy men are called", func(l *live, p *patient) {
			p.label = true
			if p.sex == "M" && !p.sick && l.rnd.Float64() < 0.4 {
				p.risk = 0.5 + 0.5*p.risk
			}
		}, "model.subgroup", "specificity at flag of risk by sex"},
		{"what is said of women is too little", func(l *live, p *patient) {
			p.label = true
			if p.sex == "F" {
				p.truth = p.truth || l.rnd.Float64() < 0.25
			}
		}, "model.subgroup", "calibration_in_the_large of risk by sex"},
		{"clinicians overrule half of it", func(l *live, p *patient) {
			p.accepted = l.rnd.Float64() < 0.5
			p.overridden = !p.accepted
		}, "model.oversight", "overridden"},
		{"wrong answers are accepted, as outcomes that come later tell", func(l *live, p *patient) {
			p.late, p.accepted, p.overridden = true, l.rnd.Float64() < 0.98, false
			p.overridden = !p.accepted
			if l.rnd.Float64() < 0.15 {
				p.truth = !p.truth
			}
		}, "model.oversight", "accepted unseen"},
		{"all is accepted within a moment", func(l *live, p *patient) {
			p.accepted, p.overridden, p.took = true, false, 400
		}, "model.oversight", "accepted unseen"},
		{"the same marker means something else, and outcomes come later", func(l *live, p *patient) {
			p.late = true
			if l.rnd.Float64() < 0.35 {
				p.truth = l.rnd.Float64() < 0.3
			}
		}, "model.performance", "trust in the estimate of auroc"},
		{"cases are harder to tell, and no outcomes come", func(l *live, p *patient) {
			p.risk = 0.3 + 0.1*(p.risk-0.3) + 0.02*l.rnd.NormFloat64()
		}, "model.performance", "estimate of auroc"},
	}
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			l := newLive(t)
			for range 9 {
				l.day(300, func(p *patient) { s.set(l, p) })
			}
			l.close()
			if st := l.h.finding(s.check, s.item); st != wardround.Open {
				t.Errorf("%s %q is %q", s.check, s.item, st)
				for f, err := range l.h.store.Findings(t.Context(), scope, wardround.FindingFilter{}) {
					if err == nil {
						t.Logf("%s %q %s", f.Check, f.Item, f.State)
					}
				}
				d, _ := l.h.fold.Model("chest@triage")
				for _, j := range d.Judgements {
					t.Logf("%s/%s %v %q %v", j.Topic, j.Item, j.State, j.Why, j.Facts)
				}
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		l := newLive(t)
		for i := range 9 {
			l.day(300, func(p *patient) {
				p.label, p.late = i%2 == 0, i%2 == 1
				if wrong := (p.risk >= 0.5) != p.sick; wrong { // people see it, mostly
					p.accepted = l.rnd.Float64() < 0.3
				} else {
					p.accepted = l.rnd.Float64() < 0.95
				}
				p.overridden = !p.accepted
			})
		}
		l.close()
		for f, err := range l.h.store.Findings(t.Context(), scope, wardround.FindingFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			switch f.Check {
			case "model.card", "model.plan", "model.logs", "model.acceptance", "model.artefact", "model.signature":
			default:
				t.Errorf("%s %q: %s", f.Check, f.Item, f.State)
			}
		}
		trusted, ok := l.h.fold.had(ofModel+"chest@triage", "performance", "trust in the estimate of auroc")
		if !ok || trusted == wardround.Fail {
			t.Errorf("the estimate is %v, known %v", trusted, ok)
		}
	})
}
