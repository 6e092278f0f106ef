package wardround_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/wardround/wardround"
)

// roundTrip checks that v is written as want and read back as itself.
func roundTrip[T comparable](t *testing.T, v T, want string) {
	t.Helper()
	b, err := json.Marshal(v)
	var back T
	if err != nil || string(b) != want {
		t.Errorf("%v is written %s (%v), want %s", v, b, err, want)
	} else if err := json.Unmarshal(b, &back); err != nil || back != v {
		t.Errorf("%s is read as %v (%v)", b, back, err)
	}
}

func TestNounsKeepTheirNames(t *testing.T) {
	roundTrip(t, AssetKind(0), `"unknown"`)
	roundTrip(t, Device, `"device"`)
	roundTrip(t, Intermediary, `"intermediary"`)
	roundTrip(t, Service, `"service"`)
	roundTrip(t, Model, `"model"`)
	for i, name := range []string{"unknown", "administrative", "monitoring", "diagnostic", "therapeutic", "life-sustaining"} {
		roundTrip(t, Criticality(i), `"`+name+`"`)
	}
	for i, name := range []string{"unknown", "pass", "fail"} {
		roundTrip(t, State(i), `"`+name+`"`)
	}
	roundTrip(t, Yes, `"yes"`)
	roundTrip(t, No, `"no"`)
	roundTrip(t, Tri(0), `"unknown"`)
	roundTrip(t, AssetSubject("a-1"), `"asset:a-1"`)
	roundTrip(t, SensorSubject("mirror:1"), `"sensor:mirror:1"`)
	roundTrip(t, SiteSubject(""), `"site:"`)
	if got := (Device | Service).String(); got != "device|service" {
		t.Errorf("a set of kinds is called %q", got)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	for _, tc := range []struct {
		into any
		text string
	}{
		{new(AssetKind), `"pump"`}, {new(AssetKind), `3`}, {new(Criticality), `"high"`}, {new(Criticality), `1`},
		{new(State), `"passed"`}, {new(Subject), `"asset"`}, {new(Severity), `"none at all"`}, {new(Severity), `2`},
	} {
		if err := json.Unmarshal([]byte(tc.text), tc.into); err == nil {
			t.Errorf("%T took %s", tc.into, tc.text)
		}
	}
}

func TestUnknownRanksHighest(t *testing.T) {
	for c := Administrative; c <= LifeSustaining; c++ {
		if CriticalityUnknown.Rank() < c.Rank() {
			t.Errorf("unknown ranks below %v", c)
		}
	}
	if Monitoring.Rank() >= Therapeutic.Rank() {
		t.Error("monitoring ranks above therapeutic")
	}
}

// A subject's state is the worst of its items: fail, then unknown, then pass.
func TestTheWorstStateCounts(t *testing.T) {
	for _, tc := range []struct{ a, b, want State }{
		{Pass, Pass, Pass}, {Pass, Unknown, Unknown}, {Pass, Fail, Fail}, {Unknown, Fail, Fail}, {Unknown, Unknown, Unknown}, {Fail, Fail, Fail},
	} {
		if got := tc.a.Worse(tc.b); got != tc.want {
			t.Errorf("%v and %v: %v", tc.a, tc.b, got)
		}
		if got := tc.b.Worse(tc.a); got != tc.want {
			t.Errorf("%v and %v: %v", tc.b, tc.a, got)
		}
	}
}

func TestDataClassesGrowMoreSensitive(t *testing.T) {
	order := []DataClass{DataUnknown, DataTechnical, DataClinical, DataIdentified}
	for i, a := range order {
		for j, b := range order {
			if got, want := a.Max(b), order[max(i, j)]; got != want {
				t.Errorf("%q and %q: %q", a, b, got)
			}
		}
		if a.Clinical() != (i >= 2) {
			t.Errorf("%q is clinical: %v", a, a.Clinical())
		}
	}
}

func TestAnAssetsName(t *testing.T) {
	a := &Asset{ID: "a-1"}
	step := func(want string) {
		t.Helper()
		if got := a.Name(); got != want {
			t.Errorf("called %q, want %q", got, want)
		}
	}
	step("a-1")
	a.Identifiers = []Identifier{{Type: "mac", Value: "02:00:00:00:00:01"}, {Type: "ip", Value: "10.0.0.1"}}
	step("10.0.0.1")
	a.Identifiers = append(a.Identifiers, Identifier{Type: "hl7-app", Value: "PUMPS^ICU"})
	step("PUMPS ICU")
	a.Identifiers = append(a.Identifiers, Identifier{Type: "ae-title", Value: "CT1"})
	step("CT1")
	a.Identifiers = append(a.Identifiers, Identifier{Type: "hl7-app", Value: "HELD", Confidence: Indicated}) // the others were lost again
	step("HELD")
	a.Attributes = map[string]Attribute{AttrStation: {Value: "CT room 2"}}
	step("CT room 2")
	a.Attributes[AttrName] = Attribute{Value: "Scanner"}
	step("Scanner")
	if !(&Asset{Speaks: []string{"dicom", "hl7"}}).SpeaksAny([]string{"fhir", "hl7"}) || a.SpeaksAny([]string{"dicom"}) {
		t.Error("what it speaks is not found")
	}
}

func TestFactsAreJSONInAnyCase(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for want, f := range map[string]Facts{
		`{}`: nil,
		`{"a":[1],"at":"2026-03-01T08:00:00Z","z":"x"}`: {"z": "x", "at": at, "a": []int{1}},
		`{"error":"facts cannot be encoded"}`:           {"f": func() {}},
	} {
		if got := string(f.JSON()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// What every log refuses, and that it says which observation it is.
func TestCheckBatch(t *testing.T) {
	good := func() *Observation {
		return &Observation{Kind: "flow", Sensor: "s", Input: "i", Position: 1, Logged: time.Unix(1, 0), Origin: Live}
	}
	if err := CheckBatch("log", []*Observation{good(), good()}, ""); err != nil {
		t.Errorf("a good batch: %v", err)
	}
	if err := CheckBatch("log", []*Observation{good()}, Live); err != nil {
		t.Errorf("a good batch of the log's origin: %v", err)
	}
	long := strings.Repeat("x", MaxSourceName+1)
	for name, spoil := range map[string]func(o *Observation){
		"kind": func(o *Observation) { o.Kind = "" }, "sensor": func(o *Observation) { o.Sensor = long }, "input": func(o *Observation) { o.Input = "" },
		"position": func(o *Observation) { o.Position = 0 }, "logged": func(o *Observation) { o.Logged = time.Time{} },
		"rumour": func(o *Observation) { o.Origin = "rumour" }, "mix": func(o *Observation) { o.Origin = Replay },
	} {
		bad := good()
		spoil(bad)
		err := CheckBatch("log", []*Observation{good(), bad}, "")
		if ErrorCode(err) != EInvalid || !strings.Contains(err.Error(), "observation 1") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := CheckBatch("log", []*Observation{nil}, ""); ErrorCode(err) != EInvalid {
		t.Errorf("nothing: %v", err)
	}
	if err := CheckBatch("log", make([]*Observation, MaxBatch+1), ""); ErrorCode(err) != EInvalid || !strings.Contains(err.Error(), fmt.Sprint(MaxBatch+1)) {
		t.Errorf("too many: %v", err)
	}
	if err := CheckBatch("log", []*Observation{good()}, Simulated); ErrorCode(err) != EInvalid {
		t.Errorf("live among simulated ones: %v", err)
	}
}

func TestSmallWords(t *testing.T) {
	if (&Observation{}).Times() != 1 || (&Observation{Count: 7}).Times() != 7 || (&Observation{Count: -3}).Times() != 1 {
		t.Error("an observation stands for at least itself")
	}
	for _, s := range []FindingState{Open, Acknowledged, Mitigated, Accepted, FalsePositive, Reopened} {
		if !s.Live() {
			t.Errorf("%s is not live", s)
		}
	}
	if Fixed.Live() {
		t.Error("fixed is live")
	}
	if (ClinicalProfile{}).Label() == "" || (ClinicalProfile{Reviewer: "a nurse"}).Label() != "" {
		t.Error("only unreviewed text is labelled")
	}
	if !(&Transition{Reason: LatePrefix + "x"}).Late() || (&Transition{Reason: "judged"}).Late() {
		t.Error("what is late")
	}
}
