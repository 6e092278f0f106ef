package fhir

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

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
	for i := range maxPatients + 50 {
		c.add(start.Add(time.Duration(i)*time.Second), one(fmt.Sprintf("e1:%022d", i)), 1)
	}
	s := c.add(start.Add(8*time.Minute), one("e1:again"), 1)
	if s.patients != maxPatients || s.resources != maxPatients+51 {
		t.Errorf("within the hour %+v", s)
	}
	b, err := json.Marshal(c)
	if err != nil || len(b) > 4096 {
		t.Errorf("the state takes %d bytes, %v", len(b), err)
	}
	if s = c.add(start.Add(62*time.Minute), one(fmt.Sprintf("e1:%022d", 0)), 1); s.patients >= maxPatients || s.patients < 100 {
		t.Errorf("when the first are over an hour ago %+v", s)
	}
	if s = c.add(start.Add(3*time.Hour), one("e1:x"), 2); s != (sums{resources: 2, patients: 1}) {
		t.Errorf("hours later %+v", s)
	}
	if s = c.add(start.Add(time.Hour), one("e1:y"), 1); s != (sums{resources: 2, patients: 1}) {
		t.Errorf("with one that is too late %+v", s)
	}
	if s = c.add(start.Add(3*time.Hour-10*time.Minute), one("e1:x"), 1); s != (sums{resources: 3, patients: 1}) {
		t.Errorf("with one that is late %+v", s)
	}
}

// Ten minutes of learning tell what an hour would come to.
func TestTakenLearns(t *testing.T) {
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var c taken
	for i := range 11 {
		at := start.Add(time.Duration(i) * time.Minute)
		c.learn(at, c.add(at, one(fmt.Sprint("e1:", i)), 1))
	}
	if c.UsualPatients < 60 || c.UsualPatients > 80 || c.UsualResources != c.UsualPatients {
		t.Errorf("one patient a minute is taken for %d an hour, %d resources", c.UsualPatients, c.UsualResources)
	}
}

func TestOutcomes(t *testing.T) {
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var c outcomes
	for i := range 6 {
		c.add(start.Add(time.Duration(i)*10*time.Minute), i%2 == 0, 1)
	}
	if requests, errors := c.add(start.Add(55*time.Minute), true, 2); requests != 8 || errors != 5 || c.Row != 2 {
		t.Errorf("%d errors of %d, %d in a row", errors, requests, c.Row)
	}
	if requests, errors := c.add(start.Add(48*time.Hour), false, 1); requests != 1 || errors != 0 || c.Row != 0 {
		t.Errorf("days later: %d errors of %d", errors, requests)
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
