package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// shiftWindow is a day of inference whose voltage lies around a mean.
func shiftWindow(t *testing.T, from time.Time, mean float64) ([]byte, *sketch.Window) {
	t.Helper()
	w := &sketch.Window{Version: sketch.Version, Model: "chest", Service: "triage", From: from, To: from.Add(24 * time.Hour), Rows: 600}
	c, err := sketch.NewColumn("kvp", sketch.Number, sketch.Feature, "", sketch.Options{Seed: uint64(from.Unix())})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 600 {
		c.AddNumber(mean + float64(i*7919%600)/10)
	}
	w.Columns = []*sketch.Column{c}
	w.Schema = w.Digest()
	var b bytes.Buffer
	if err := w.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w
}

// TestModelsOfADataDirectory: a command brings a reference and a decision, a sensor hands
// its windows over, a device drifts, and the next start still knows it all. A fact that
// is handed over twice is one.
func TestModelsOfADataDirectory(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: func() time.Time { now = now.Add(time.Second); return now }}
	a.Data = dir
	ref, _ := shiftWindow(t, now.AddDate(0, 0, -30), 100)
	rel := kind.ModelReceivedV1{Maker: "Maker", Product: "Chest", Version: "1", Document: "reference", File: "ref.sketch"}
	if err := a.bring(received{fields: &rel, media: sketchType, open: bytesOf(ref)},
		received{fields: &kind.ModelDecidedV1{Maker: "Maker", Product: "Chest", Version: "1", Act: "accept", By: "anna"}}); err != nil {
		t.Fatal(err)
	}
	fact := func(n int, mean float64) (*wardround.Observation, []byte) {
		from := now.Truncate(time.Hour).AddDate(0, 0, n)
		b, w := shiftWindow(t, from, mean)
		return &wardround.Observation{Kind: string(kind.InferenceWindow), Version: 1, Sensor: "inference", Input: "w", Position: uint64(n + 1), At: w.To, Origin: wardround.Live,
			Fields: &kind.InferenceWindowV1{Model: "chest", Service: "triage", Version: "1", Maker: "Maker", Product: "Chest", From: w.From, To: w.To, Rows: w.Rows, Units: w.Rows, Schema: w.Schema}}, b
	}
	if err := a.alone(func(w *writer) error {
		for n, mean := range []float64{100, 100, 130, 130} {
			now = now.AddDate(0, 0, 1)
			o, b := fact(n, mean)
			for range 2 {
				c := *o
				if err := w.Take(a.ctx, &c, b); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := a.alone(func(w *writer) error {
		d, ok := w.models.Model("chest@triage")
		if !ok || d.Failing == 0 || len(d.Lines) != 1 || len(d.Lines[0].Recent) != 4 {
			t.Errorf("after a restart the model is %+v", d)
		}
		state := wardround.FindingState("")
		for f, err := range w.store.Findings(a.ctx, w.scope, wardround.FindingFilter{Check: "model.drift"}) {
			if err != nil {
				return err
			}
			state = f.State
		}
		if state != wardround.Open {
			t.Errorf("the drift is %q", state)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// Old sketches that nobody needs go; those that are needed, and what is no sketch, stay.
	if err := a.alone(func(w *writer) error {
		old, _ := shiftWindow(t, now.AddDate(-1, 0, 0), 77)
		put := func(b []byte) string {
			x, err := w.stock.blobs.Put(a.ctx, bytes.NewReader(b), sketchType)
			if err != nil {
				t.Fatal(err)
			}
			return x.Digest
		}
		gone, other := put(old), put([]byte("a bill of materials"))
		now = time.Now().AddDate(0, 3, 0) // files are as old as the disk says
		if err := w.sweepSketches(a.ctx, 31*24*time.Hour); err != nil {
			return err
		}
		left := map[string]bool{}
		for b, err := range w.stock.blobs.All() {
			if err != nil {
				return err
			}
			left[b.Digest] = true
		}
		if left[gone] || !left[other] {
			t.Errorf("an old sketch is there: %v; another file: %v", left[gone], left[other])
		}
		for digest := range w.models.Referenced() {
			if !left[digest] {
				t.Errorf("%s is needed and gone", digest)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	rq := request{Act: "receive", Files: []file{{}}}
	raw, err := rawFact(&kind.ContentChangedV1{Name: "zones", Value: "[]", By: "x"}, now)
	if err != nil {
		t.Fatal(err)
	}
	rq.Observations = append(rq.Observations, raw)
	if err := a.aloneDo(rq); wardround.ErrorCode(err) != wardround.EForbidden {
		t.Errorf("what is no document is received: %v", err)
	}
}

// TestAShelfIsBounded: the oldest content gives way.
func TestAShelfIsBounded(t *testing.T) {
	s := newShelf()
	first := s.put([]byte("first"), sketchType)
	big := make([]byte, mostShelved/2)
	for i := range 3 {
		big[0] = byte(i)
		s.put(big, sketchType)
	}
	if _, err := s.Open(first.Digest); wardround.ErrorCode(err) != wardround.ENotFound || s.size > mostShelved {
		t.Errorf("%v, %d bytes", err, s.size)
	}
	var _ behaviour.Blobs = s
}
