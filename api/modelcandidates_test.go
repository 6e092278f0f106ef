package api

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/behaviour"
)

// aStory is a model whose laboratory got new software before it told another unit.
type aStory struct{ twoModels }

func (s aStory) Model(key string) (*behaviour.Detail, bool) {
	d, ok := s.twoModels.Model(key)
	if !ok {
		return nil, false
	}
	const item = "loinc:2160-0 [source=LAB7^HOSP] of results"
	d.Events = []behaviour.Event{
		{N: 1, At: noon, Kind: behaviour.EventSource, Source: "LAB7^HOSP", Said: "the software of {source} changed", Before: "8.4", After: "8.5"},
		{N: 2, At: noon.Add(time.Hour), Kind: behaviour.EventSchema, Source: "LAB7^HOSP", Item: "loinc:2160-0", Said: "the unit of {item} from {source} changed", Before: "mg/dL", After: "umol/L"},
		{N: 3, At: noon.Add(2 * time.Hour), Kind: behaviour.EventVerdict, Said: "{item} began to fail", Topic: "quality", Item: item, State: wardround.Fail},
		{N: 4, At: noon.Add(50 * time.Hour), Kind: behaviour.EventVerdict, Said: "{item} began to fail", Topic: "calibration", Item: "score", State: wardround.Fail},
	}
	return d, true
}

// TestWhatCameBeforeAVerdict stands with it on the timeline, closest tie first, in the
// reader's language.
func TestWhatCameBeforeAVerdict(t *testing.T) {
	h := build(t, routes, func(o *Options) { o.Models = aStory{} })
	v := h.role(account.Viewer)
	var p Page[ModelEvent]
	v.read(v.get("/api/v1/models/a%2Fb@triage/timeline?language=de"), &p)
	if len(p.Items) != 4 || len(p.Items[0].Candidates)+len(p.Items[1].Candidates) != 0 {
		t.Fatalf("%+v", p.Items)
	}
	c := p.Items[2].Candidates
	if len(c) != 2 || c[0].Link != behaviour.LinkInput || c[0].Ahead != 3600 || c[0].After != "umol/L" || c[1].Link != behaviour.LinkDevice || c[1].Tie != "dasselbe Gerät" || c[1].Said != "die Software von {source} wechselte" {
		t.Errorf("%+v", c)
	}
	if c := p.Items[3].Candidates; len(c) != 3 || c[0].Kind == behaviour.EventSource {
		t.Errorf("calibration: %+v", c)
	}
}
