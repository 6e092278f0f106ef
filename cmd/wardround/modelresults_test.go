package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

// TestALaboratorysUpdateFromPacketsToTimeline: nothing but packets tells of the
// laboratory. It gets new software; four minutes later its creatinine is 88 times what
// it was, and is still called mg/dL. The model whose plan names both says so, on its
// timeline in this order, beside what is found on the laboratory's system; of
// patients nothing is kept.
func TestALaboratorysUpdateFromPacketsToTimeline(t *testing.T) {
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	w, err := a.openWard(learnDemo)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s := sim.New(sim.Options{Seed: 5, Length: time.Hour, Scenarios: []string{"lab-units"}})
	begin := s.Now()
	if err := w.begin(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := w.live(t.Context(), s, &pacer{}, func(time.Time, func() network.Stats) {}); err != nil {
		t.Fatal(err)
	}
	d, ok := w.models.Model(sim.TriageModel + "@" + sim.TriageService)
	if !ok {
		t.Fatal("there is no model")
	}
	var told []string
	var at []time.Time
	for _, e := range d.Events {
		if strings.HasPrefix(e.Source, sim.LabApp) && e.Before != "" || e.Kind == behaviour.EventVerdict && strings.HasPrefix(e.Item, "loinc:") {
			told = append(told, strings.Join([]string{e.Kind, e.Source, e.Topic, e.Item, e.Before, e.After}, " "))
			at = append(at, e.At)
		}
	}
	want := []string{
		"source LAB7^HOSP   LabCore 8.4.1 LabCore 8.5.0",
		"schema LAB7^HOSP  loinc:2160-0 mg/dL × 88.4 (as umol/L)",
		"verdict  quality loinc:2160-0 [source=LAB7^HOSP] of results  ",
	}
	if !slices.Equal(told, want) || !slices.IsSortedFunc(at, time.Time.Compare) {
		t.Fatalf("the timeline says, at %v:\n%s", at, strings.Join(told, "\n"))
	}
	if early, late := begin.Add(sim.LabUpdate), begin.Add(sim.LabUpdate+11*time.Minute); at[0].Before(early) || at[0].After(late) {
		t.Errorf("the update is told of %v", at[0])
	}
	for _, f := range d.Judgements {
		if f.Topic == "quality" && strings.Contains(f.Item, "loinc:") && !strings.Contains(f.Item, "loinc:2160-0") {
			t.Errorf("the model does not read %s", f.Item)
		}
	}
	asset := wardround.AssetID("")
	for _, src := range d.Sources {
		if src.Name == sim.LabApp+"^HOSP" {
			asset = src.Asset
		}
	}
	if asset == "" {
		t.Errorf("the laboratory is no asset of what feeds it: %+v", d.Sources)
	}
	for digest, b := range w.blobs.m {
		for _, c := range s.Canaries() {
			if strings.Contains(string(b), c) {
				t.Fatalf("%s holds %s", digest, c)
			}
		}
	}
}
