package hl7

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/kind"
)

// An interface that becomes slow fails until it is well again, or for a week,
// after which its new pace is normal.
func TestPace(t *testing.T) {
	const floor, factor, adopt = 250, 5, 7 * 24 * time.Hour
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var p pace
	step := func(ms float64, n int64) bool {
		at = at.Add(time.Minute)
		p.add(ms, n)
		return p.judge(at, floor, factor, adopt)
	}
	if step(20, 100) || step(30, 100) {
		t.Fatal("normal is slow")
	}
	for range 5 {
		if step(3000, 1) {
			t.Fatal("single late answers are slow")
		}
	}
	if !step(3000, 1) {
		t.Fatal("six of ten late answers aren't slow")
	}
	for range 2000 { // more than a day: they don't become normal by their number
		if !step(3000, 1) {
			t.Fatal("slow became normal within two days")
		}
	}
	if !step(200, 10) {
		t.Error("half the way back is well already")
	}
	if step(60, 10) {
		t.Error("what is well is slow")
	}
	step(3000, 10)
	at = at.Add(adopt)
	if step(3000, 30) {
		t.Error("a week of a new pace isn't normal")
	}
	if step(3500, 10) || p.Normal.Count == 0 {
		t.Error("the new pace wasn't learned")
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	for ms := 1.0; ms <= 1000; ms++ {
		h.add(ms, 1)
	}
	for q, want := range map[float64]float64{0.5: 500, 0.95: 950, 0.99: 990} {
		if got := h.quantile(q); got < want*0.9 || got > want*1.1 {
			t.Errorf("quantile %g = %g, want about %g", q, got, want)
		}
	}
	h.add(0, 1)
	h.add(1e9, 1)
	h.add(7, 5000)
	if h.Count > timingMemory+5000 || h.quantile(0.5) < 6 || h.quantile(0.5) > 8 {
		t.Errorf("after many more: %d kept, median %g", h.Count, h.quantile(0.5))
	}
	if (&histogram{}).quantile(0.5) != 0 {
		t.Error("nothing has a median")
	}
}

func TestRequiredSegments(t *testing.T) {
	if len(required) > 12 {
		t.Errorf("%d message types; twelve were meant", len(required))
	}
	for _, c := range []struct {
		segments   string
		want       []string
		missing    []string
		disordered bool
	}{
		{"MSH EVN PID PV1", []string{"EVN", "PID", "PV1"}, nil, false},
		{"MSH EVN PID*2 NK1*3 PV1", []string{"EVN", "PID", "PV1"}, nil, false},
		{"MSH PID", []string{"EVN", "PID", "PV1"}, []string{"EVN", "PV1"}, false},
		{"MSH PV1 PID EVN", []string{"EVN", "PID", "PV1"}, nil, true},
		{"MSH ORC RXR RXE RXR", []string{"ORC", "RXE", "RXR"}, nil, false},
		{"MSH ORC RXR RXE", []string{"ORC", "RXE", "RXR"}, nil, true},
		{"", []string{"PID"}, []string{"PID"}, false},
	} {
		missing, disordered := absent(c.segments, c.want)
		if diff := cmp.Diff(c.missing, missing); diff != "" || disordered != c.disordered {
			t.Errorf("%q: disordered %v, %s", c.segments, disordered, diff)
		}
	}
	// An acknowledgement has a trigger of its own, and needs an MSA for any.
	problems, _ := problemsOf(&kind.HL7MessageV1{Type: "ACK", Trigger: "R01", Segments: "MSH", Whole: true})
	if diff := cmp.Diff([]string{"MSA is missing"}, problems); diff != "" {
		t.Error(diff)
	}
	if _, certain := problemsOf(&kind.HL7MessageV1{Type: "ORU", Trigger: "R01", Segments: "MSH", Whole: true, SegmentsCut: true}); certain {
		t.Error("what was cut is certain")
	}
}
