package behaviour

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// TestWhatCameBefore: a scanner and a laboratory get new software, voltage and a unit
// move, calibration is lost. Of each verdict, what came before is named by how closely
// it is tied and how near it is; nothing that came later or lies further down is.
func TestWhatCameBefore(t *testing.T) {
	day := func(n int) time.Time { return t0.AddDate(0, 0, n) }
	fail := func(n, at int, topic, item string) Event {
		return Event{N: n, At: day(at), Kind: EventVerdict, Said: "{item} began to fail", Topic: topic, Item: item, State: wardround.Fail}
	}
	events := []Event{
		{N: 1, At: day(-60), Kind: EventSource, Source: "CT-1", Said: "the software of {source} changed", Before: "4.0", After: "4.1"},
		{N: 2, At: day(0), Kind: EventFirst},
		{N: 3, At: day(2), Kind: EventSource, Source: "CT9", Said: "inputs come from {source}, too"},
		{N: 4, At: day(3), Kind: EventSource, Source: "CT-1", Said: "the software of {source} changed", Before: "4.1", After: "4.2"},
		{N: 5, At: day(3), Kind: EventSource, Source: "LAB7^HOSP", Said: "the software of {source} changed", Before: "8", After: "9"},
		{N: 6, At: day(4), Kind: EventSchema, Source: "LAB7^HOSP", Item: "loinc:2160-0", Before: "mg/dL", After: "umol/L"},
		fail(7, 4, "quality", "loinc:2160-0 [source=LAB7^HOSP] of results"),
		fail(8, 5, "drift", "kvp of inputs"),
		fail(9, 5, "source", "CT1"),
		fail(10, 8, "drift", "kvp"),
		fail(11, 9, "calibration", "score"),
		fail(12, 12, "drift", "age"),
	}
	for i, want := range map[int]string{ // the first ones
		6:  "same-input loinc:2160-0 LAB7^HOSP 0s|same-device  LAB7^HOSP 24h0m0s|feeds-it  CT-1 24h0m0s",
		8:  "same-device  CT-1 48h0m0s|read-by-it loinc:2160-0 LAB7^HOSP 24h0m0s|feeds-it  LAB7^HOSP 48h0m0s",
		10: "read-by-it kvp  24h0m0s",
		11: "read-by-it",
	} {
		var got []string
		for _, c := range Candidates(events, &events[i]) {
			got = append(got, strings.Join([]string{c.Link, c.Item, c.Source, c.Ahead.String()}, " "))
		}
		if !strings.HasPrefix(strings.Join(got, "|"), want) {
			t.Errorf("%s %s:\n%s\n%s", events[i].Topic, events[i].Item, strings.Join(got, "|"), want)
		}
		for _, c := range Candidates(events, &events[i]) {
			if c.At.After(events[i].At) || c.N == 1 || c.N == 3 || c.Ahead < 0 {
				t.Errorf("%+v came not before, or long before, or changed nothing", c)
			}
		}
	}
	if Candidates(events, &events[3]) != nil {
		t.Error("a device that changed is no consequence")
	}
}
