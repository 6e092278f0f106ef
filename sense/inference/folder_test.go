package inference

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/stat/sketch"
)

const triage = `inference: 1
model: triage
service: icu
window: 1h
fields:
  features.lactate: {as: feature, name: lactate, unit: mmol/L}
  features.site: {as: feature, name: site, type: category}
  born: {as: group, name: age, bands: [18, 65]}
  sex: {as: group, values: [F, M]}
  device: {as: source}
  patient: {as: unit}
  id: {as: record}
  at: {as: time}
  who: {as: client}
  risk: {as: score}
  died: {as: label}
  did: {as: action}
  took_ms: {as: decision-time}
`

func mapping(t testing.TB, s string) *Mapping {
	t.Helper()
	m, err := ReadMapping(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ledger is a sink that keeps what it took, by position; a repeat is not kept twice.
type ledger struct {
	mu    sync.Mutex
	took  map[uint64]*wardround.Observation
	blobs map[uint64][]byte
	times int
	fail  error
}

func (l *ledger) Take(_ context.Context, o *wardround.Observation, blob []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	if l.took == nil {
		l.took, l.blobs = map[uint64]*wardround.Observation{}, map[uint64][]byte{}
	}
	l.times++
	l.took[o.Position], l.blobs[o.Position] = o, bytes.Clone(blob)
	return nil
}

// rows sums rows and merges the windows of each span.
func (l *ledger) rows(t testing.TB) (rows int64, merged map[string]*sketch.Window) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	merged = map[string]*sketch.Window{}
	for p, o := range l.took {
		f, ok := o.Fields.(*kind.InferenceWindowV1)
		if !ok {
			continue
		}
		rows += f.Rows
		w, err := sketch.Decode(bytes.NewReader(l.blobs[p]), sketch.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if w.Rows != f.Rows || w.Schema != f.Schema || int64(len(l.blobs[p])) != o.Blob.Size {
			t.Errorf("the fact says %+v, the window has %d rows", f, w.Rows)
		}
		if m := merged[w.From.Format(time.RFC3339)]; m == nil {
			merged[w.From.Format(time.RFC3339)] = w
		} else if err := m.Merge(w); err != nil {
			t.Fatal(err)
		}
	}
	return rows, merged
}

func (l *ledger) labelled(t testing.TB) (facts []*kind.InferenceLabelledV1, windows []*sketch.Window) {
	t.Helper()
	for p := range uint64(1000) {
		o := l.took[p]
		if o == nil {
			continue
		}
		if f, ok := o.Fields.(*kind.InferenceLabelledV1); ok {
			w, err := sketch.Decode(bytes.NewReader(l.blobs[p]), sketch.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			facts, windows = append(facts, f), append(windows, w)
		}
	}
	return facts, windows
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	c.t = c.t.Add(d)
	c.mu.Unlock()
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func folder(t testing.TB, m *Mapping, dir string, l *ledger, c *clock, more ...func(*Options)) *Folder {
	t.Helper()
	opt := Options{Sensor: "edge-1", Mapping: m, Pseudonyms: sense.NewPseudonyms("e1", []byte("0123456789abcdef")), Dir: dir, Origin: wardround.Simulated, Sink: l, Now: c.now}
	for _, f := range more {
		f(&opt)
	}
	f, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func record(i int, at time.Time) Record {
	r := rand.New(rand.NewPCG(uint64(i), 1))
	return Record{
		"features.lactate": r.ExpFloat64(), "features.site": []string{"icu", "er", "ward"}[r.IntN(3)], "born": "1961-03-12", "sex": []any{"F", "M", nil}[r.IntN(3)],
		"device": fmt.Sprint("CT_", i%3), "patient": fmt.Sprint("P", i/5), "id": fmt.Sprint("r", i), "at": at.Format(time.RFC3339Nano),
		"who": fmt.Sprint("viewer ", i%4), "risk": r.Float64(), "did": []string{"accepted", "overridden", "dismissed"}[r.IntN(3)], "took_ms": float64(1000 + i%100),
	}
}

func TestAnHourBecomesAWindow(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c)
	var records []Record
	for i := range 600 {
		r := record(i, noon.Add(time.Duration(i)*time.Second))
		if i%10 == 0 {
			r["features.lactate"] = "n/a"
		}
		if i%10 == 1 {
			delete(r, "features.lactate")
		}
		r["secret"] = "Dorothea Planted"
		records = append(records, r)
	}
	c.add(10 * time.Minute)
	added := f.Add(Batch{Records: records})
	if added.Rows != 600 || len(added.Refused) != 0 {
		t.Fatalf("%+v", added)
	}
	ctx := t.Context()
	if err := f.Commit(ctx); err != nil || l.times != 0 {
		t.Fatalf("%v; %d windows before the hour is over", err, l.times)
	}
	c.add(time.Hour)
	if err := f.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	rows, merged := l.rows(t)
	w := merged["2026-03-01T12:00:00Z"]
	if rows != 600 || w == nil || w.Units.Estimate() != 120 || w.RowsPerUnit.Mean != 5 {
		t.Fatalf("%d rows, %+v", rows, w)
	}
	lactate := w.Column("lactate", "")
	if lactate.N != 480 || lactate.Missing != 60 || lactate.Invalid != 60 || lactate.Unit != "mmol/L" || lactate.Role != sketch.Feature {
		t.Errorf("%+v", lactate)
	}
	if a := w.Column("age", ""); a == nil || a.Top.Top(1)[0].Text != "65+" && a.Top.Top(1)[0].Text != "18-65" {
		t.Errorf("the age band is %+v", a)
	}
	var bySource int64
	for i := range 3 {
		if col := w.Column("risk", fmt.Sprint("source=CT_", i)); col != nil {
			bySource += col.N
		}
	}
	if bySource != 600 || w.Column("risk", "sex=F") == nil || w.Column("decision time", "").N != 600 {
		t.Errorf("%d rows by source", bySource)
	}
	fact := l.took[1].Fields.(*kind.InferenceWindowV1)
	o := fact.Oversight
	if fact.Model != "triage" || fact.Service != "icu" || len(fact.Sources) != 3 || fact.Sources[0].Rows != 200 || fact.ClientsOf != 4 || o.Shown != 600 || o.Accepted+o.Overridden+o.Ignored != 600 || o.Decide50 < 1040 || o.Decide50 > 1060 {
		t.Errorf("%+v %+v", fact, o)
	}
	if n := f.Counts(); n.UnknownFields != 600 || n.Rows != 600 || n.Windows != 1 {
		t.Errorf("%+v", n)
	}
	if err := f.Commit(ctx); err != nil || l.times != 1 {
		t.Errorf("%v; handed over %d times", err, l.times)
	}
}

func TestEveryRecordGoesIntoTheWindowOfItsTime(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon.Add(90 * time.Minute)}, &ledger{}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c)
	ctx := t.Context()
	at := func(d time.Duration) Record { return record(1, noon.Add(d)) }
	f.Add(Batch{Records: []Record{at(5 * time.Minute), at(65 * time.Minute)}})
	if err := f.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	// The first hour was handed over. What comes late is a further part of it.
	late := Record{"at": "yesterday", "risk": .5}
	added := f.Add(Batch{Records: []Record{at(10 * time.Minute), at(-49 * time.Hour), at(3 * time.Hour), late}})
	if added.Rows != 1 || added.Refused["too late"] != 1 || added.Refused["time is to come"] != 1 || added.Refused["no time"] != 1 {
		t.Errorf("%+v", added)
	}
	if err := f.Close(ctx); err != nil {
		t.Fatal(err)
	}
	rows, merged := l.rows(t)
	if rows != 3 || merged["2026-03-01T12:00:00Z"].Rows != 2 || merged["2026-03-01T13:00:00Z"].Rows != 1 || len(l.took) != 3 {
		t.Errorf("%d rows in %d windows", rows, len(l.took))
	}
	var refused int64
	for _, o := range l.took {
		refused += o.Fields.(*kind.InferenceWindowV1).Refused
	}
	if refused != 3 {
		t.Errorf("the facts tell of %d refused records", refused)
	}
}

func TestLabelsFindTheirPrediction(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon.Add(10 * time.Minute)}, &ledger{}
	dir := t.TempDir()
	m := mapping(t, triage)
	f := folder(t, m, dir, l, c)
	ctx := t.Context()
	var records []Record
	want, _ := sketch.NewOutcome("risk", "", 0, 0, 1)
	for i := range 200 {
		r := record(i, noon.Add(time.Duration(i)*time.Second))
		records = append(records, r)
		if i < 150 {
			want.Add(r["risk"].(float64), i%3 == 0)
		}
	}
	f.Add(Batch{Records: records})
	if err := f.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	c.add(5 * 24 * time.Hour)
	label := func(id string, v any, at time.Time) Record {
		return Record{"id": id, "died": v, "at": at.Format(time.RFC3339)}
	}
	var labels []Record
	for i := range 100 {
		labels = append(labels, label(fmt.Sprint("r", i), b2f(i%3 == 0), c.now()))
	}
	f.Add(Batch{Records: labels})
	if err := f.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	// Killed here, and begun again: what waits is still there.
	f = folder(t, m, dir, l, c)
	if f.Waiting() != 200 {
		t.Fatalf("%d wait", f.Waiting())
	}
	labels = labels[:0]
	for i := 100; i < 150; i++ {
		labels = append(labels, label(fmt.Sprint("r", i), fmt.Sprint(i%3 == 0), c.now()))
	}
	labels = append(labels,
		label("r0", 1.0, c.now()),                         // again
		label("r1", true, c.now()),                        // again, and otherwise
		label("nobody", "0", c.now()),                     // of no prediction
		label("long ago", "0", c.now().AddDate(-3, 0, 0)), // years late
		label("r160", "perhaps", c.now()),                 // neither
	)
	f.Add(Batch{Records: labels})
	c.add(2 * time.Hour)
	if err := f.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	facts, windows := l.labelled(t)
	if len(facts) != 1 {
		t.Fatalf("%d facts", len(facts))
	}
	x := facts[0]
	if x.Labels != 150 || x.Repeated != 1 || x.Contrary != 1 || x.Unmatched != 1 || x.TooLate != 1 || !x.From.Equal(noon) || x.Delay50 < 5*86400-3600 {
		t.Errorf("%+v", x)
	}
	got := windows[0].Outcome("risk", "")
	if got == nil || fmt.Sprint(got.Pos, got.Neg) != fmt.Sprint(want.Pos, want.Neg) {
		t.Error("the table is not that of the rows")
	}
	if j := windows[0].Column("judged", ""); j.N != 150 {
		t.Errorf("%+v", j)
	}
	if f.Counts().UnknownLabels != 1 {
		t.Errorf("%+v", f.Counts())
	}
	c.add(31 * 24 * time.Hour)
	if err := f.Commit(ctx); err != nil || f.Waiting() != 0 {
		t.Errorf("%v; %d still wait after 36 days", err, f.Waiting())
	}
	f.Add(Batch{Records: []Record{label("r170", "1", noon)}})
	if f.strays.TooLate != 1 {
		t.Errorf("%+v", f.strays)
	}
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
