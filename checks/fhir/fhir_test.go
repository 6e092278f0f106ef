package fhir

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

func one(patient string) *kind.FHIRInteractionV1 {
	return &kind.FHIRInteractionV1{
		Status: 200, Interaction: "read", Patient: kind.Pseudonym(patient), Types: []kind.FHIRCountV1{{Type: "Patient", Count: 1}},
		Personal: kind.FHIRPersonalV1{ToClient: true},
	}
}

// The hour slides, late interactions count in their time or not at all, and the
// fullest state fits in what the frame keeps for a key.
func TestTaken(t *testing.T) {
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var c taken
	add := func(after time.Duration, who string, times int64) (resources, patients int64) {
		c.add(start.Add(after), one(who), times)
		return c.Resources.Hour.Sum(), c.patients()
	}
	for i := range maxPatients + 50 {
		add(time.Duration(i)*time.Second, fmt.Sprintf("e1:%022d", i), 1)
	}
	if r, n := add(8*time.Minute, "e1:again", 1); n != maxPatients || r != maxPatients+51 {
		t.Errorf("within the hour %d resources of %d patients", r, n)
	}
	full := c
	full.Resources.Usual, full.Patients.Usual, full.Failed = 1e9, 1e9, start.Unix()
	for i := range full.Resources.Hour.Slots {
		full.Resources.Hour.Slots[i], full.Patients.Hour.Slots[i], full.Exports.Hour.Slots[i] = 1e12, 1e12, 1e12
	}
	b, err := json.Marshal(full)
	if err != nil || len(b) > wardround.MaxCheckState {
		t.Errorf("the state takes %d bytes, %v", len(b), err)
	}
	if _, n := add(62*time.Minute, fmt.Sprintf("e1:%022d", 0), 1); n >= maxPatients || n < 100 {
		t.Errorf("when the first are over an hour ago %d patients", n)
	}
	if r, n := add(3*time.Hour, "e1:x", 2); r != 2 || n != 1 {
		t.Errorf("hours later %d resources of %d patients", r, n)
	}
	if r, n := add(time.Hour, "e1:y", 1); r != 2 || n != 1 {
		t.Errorf("with one that is too late %d resources of %d patients", r, n)
	}
	if r, n := add(3*time.Hour-10*time.Minute, "e1:x", 1); r != 3 || n != 1 {
		t.Errorf("with one that is late %d resources of %d patients", r, n)
	}
}

func TestFailure(t *testing.T) {
	type answer struct{ failed, counts bool }
	for name, test := range map[string]struct {
		f    kind.FHIRInteractionV1
		want answer
	}{
		"done":              {kind.FHIRInteractionV1{Status: 201}, answer{false, true}},
		"unchanged":         {kind.FHIRInteractionV1{Status: 304}, answer{false, true}},
		"not found":         {kind.FHIRInteractionV1{Status: 404}, answer{false, false}},
		"gone":              {kind.FHIRInteractionV1{Status: 410}, answer{false, false}},
		"not authorised":    {kind.FHIRInteractionV1{Status: 403}, answer{false, false}},
		"not understood":    {kind.FHIRInteractionV1{Status: 400}, answer{true, true}},
		"broken":            {kind.FHIRInteractionV1{Status: 500}, answer{true, true}},
		"no answer":         {kind.FHIRInteractionV1{HTTP: kind.HTTPExchangeV1{Outcome: kind.HTTPUnanswered}}, answer{true, true}},
		"cut":               {kind.FHIRInteractionV1{Status: 200, HTTP: kind.HTTPExchangeV1{Outcome: kind.HTTPCut}}, answer{true, true}},
		"not captured":      {kind.FHIRInteractionV1{Status: 500, HTTP: kind.HTTPExchangeV1{Outcome: kind.HTTPUnseen}}, answer{false, false}},
		"fatal in disguise": {kind.FHIRInteractionV1{Status: 200, Severity: "fatal"}, answer{true, true}},
	} {
		test.f.Interaction = "read"
		failed, counts := failure(&test.f)
		if (answer{failed, counts}) != test.want {
			t.Errorf("%s: %v %v", name, failed, counts)
		}
	}
}
