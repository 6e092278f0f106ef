package main

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

// TestScannersUpdateFromPacketsToTimeline: the simulated ward's AI triage service,
// whose scanner got new software. What it was given moved then; what it said was worth
// less some days later. All of it stands on one timeline in this order, few of it are
// cases, and no record of a study is kept.
func TestScannersUpdateFromPacketsToTimeline(t *testing.T) {
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	w, err := a.openWard(learnDemo)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s := sim.New(sim.Options{Seed: 3, Length: 90 * time.Minute})
	if err := w.begin(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := w.live(t.Context(), s, &pacer{}, func(time.Time, func() network.Stats) {}); err != nil {
		t.Fatal(err)
	}
	d, ok := w.models.Model(sim.TriageModel + "@" + sim.TriageService)
	if !ok || d.Asset == "" || len(w.models.List()) != 1 {
		t.Fatalf("the model is %+v", w.models.List())
	}
	order := []string{"source software", "drift slice thickness of inputs", "drift slice_thickness", "calibration score"}
	at := make([]time.Time, len(order))
	for _, e := range d.Events {
		name := e.Topic + " " + e.Item
		if e.Kind == behaviour.EventSource && e.Before == "4.1.1" && e.After == "4.1.2" {
			name = "source software"
		}
		if i := slices.Index(order, name); i >= 0 && at[i].IsZero() && (e.Kind == behaviour.EventSource || e.State == wardround.Fail) {
			at[i] = e.At
		}
	}
	if slices.ContainsFunc(at, time.Time.IsZero) || at[1].Before(at[0]) || !at[3].After(at[0]) || !at[3].After(at[2]) {
		t.Errorf("%v happened at %v", order, at)
	}
	var parts []string
	for _, l := range d.Lines {
		parts = append(parts, l.Part)
		if len(l.Recent) < 22 { // three weeks, and what was live
			t.Errorf("%q has %d windows", l.Part, len(l.Recent))
		}
	}
	if !slices.Contains(parts, kind.Inputs) {
		t.Errorf("its windows are of %q", parts)
	}
	ref, cur, err := w.models.Picture(d.Key, kind.Inputs, 1)
	if err != nil || ref == nil || cur == nil {
		t.Fatalf("what it is fed with: %v", err)
	}
	if c := cur.Column("kvp", "source=CT-1"); c == nil || c.N == 0 || c.Moments.Mean > 115 {
		t.Errorf("the voltage of what was seen live is %+v", c)
	}
	findings, cases, joined := 0, map[string]bool{}, false
	for f, err := range w.book.Findings(t.Context(), w.scope, wardround.FindingFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Check, "model.") && f.State != wardround.Fixed {
			findings++
			cases[f.Case] = true
		}
	}
	for _, src := range d.Sources {
		joined = joined || src.Name == "CT1" && src.Asset != "" && src.Software == "4.1.2"
	}
	if findings < 4 || findings > 20 || len(cases) > 10 || !joined {
		t.Errorf("%d findings in %d cases; it is fed by %+v", findings, len(cases), d.Sources)
	}
	for _, b := range w.blobs.m {
		for _, c := range s.Canaries() {
			if strings.Contains(string(b), c) {
				t.Fatalf("a sketch holds %s", c)
			}
		}
	}
}

// TestServeFoldsWhatModelsAreFedWith: images cross to the host behind which a model
// runs, and nothing is sent by anybody. An hour later its scanner's settings are a
// window of the model; an end in between loses nothing and counts nothing twice.
func TestServeFoldsWhatModelsAreFedWith(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: func() time.Time { now = now.Add(time.Second); return now }}
	a.Data = t.TempDir()
	const host = "10.20.9.7"
	n := uint64(0)
	image := func(at time.Time) *wardround.Observation {
		n++
		return &wardround.Observation{Kind: string(kind.DICOMOperation), Version: 1, Sensor: "mirror", Input: "eth1", Position: n, At: at, Origin: wardround.Live,
			Flow: &wardround.Flow{Transport: "tcp", Src: wardround.Endpoint{Addr: netip.MustParseAddr("10.20.2.10"), Port: 40000}, Dst: wardround.Endpoint{Addr: netip.MustParseAddr(host), Port: 104}},
			Fields: &kind.DICOMOperationV1{Operation: "C-STORE", Transactions: 10, Calling: "CT1", Called: "TRIAGE", Service: "storage", Outcome: kind.DICOMSuccess, RequestBytes: 1000,
				Acquisitions: []kind.DICOMAcquisitionV1{{Station: "CT-1", Software: "4.1.2", Modality: "CT", KVP: 100, SliceThickness: 1.25, Objects: 10}}}}
	}
	start := now.Truncate(time.Hour)
	hour := func(from, to int, more ...*wardround.Observation) {
		t.Helper()
		if err := a.alone(func(w *writer) error {
			for _, o := range more {
				if err := w.Take(a.ctx, o, nil); err != nil {
					return err
				}
			}
			f := openFed(a.ctx, w)
			for i := from; i < to; i++ {
				o := image(start.Add(time.Duration(i) * 10 * time.Minute))
				if err := w.Take(a.ctx, o, nil); err != nil {
					return err
				}
			}
			return w.log.Read(a.ctx, 0, func(batch []*wardround.Observation) error { return f.observe(a.ctx, batch) })
		}); err != nil {
			t.Fatal(err)
		}
	}
	model := &wardround.Observation{Kind: string(kind.InferenceWindow), Version: 1, Sensor: "inference/x", Input: "inference", Position: 1, At: start, Origin: wardround.Live,
		Fields: &kind.InferenceWindowV1{Model: "triage", Service: "ward", Host: host, From: start.Add(-time.Hour), To: start, Rows: 1, Units: 1}}
	hour(0, 3, model) // and an end
	hour(3, 9)
	if err := a.alone(func(w *writer) error {
		d, ok := w.models.Model("triage@ward")
		if !ok || len(w.models.List()) != 1 {
			return fmt.Errorf("models: %+v", w.models.List())
		}
		for _, l := range d.Lines {
			if l.Part != kind.Inputs {
				continue
			}
			if len(l.Recent) != 1 || l.Recent[0].Rows != 6*10 {
				t.Errorf("the windows are %+v", l.Recent)
			}
			return nil
		}
		return fmt.Errorf("nothing is known of what it is fed with: %+v", d.Lines)
	}); err != nil {
		t.Fatal(err)
	}
}
