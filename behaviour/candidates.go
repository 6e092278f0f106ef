package behaviour

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// How far back causes are looked for, and how many are named.
const (
	candidatesBack = 21 * 24 * time.Hour
	mostCandidates = 5
)

// Links between what happened before and what began to fail.
const (
	LinkInput  = "same-input"  // it is about the same column or code
	LinkDevice = "same-device" // it is about the device that this was found at
	LinkFeeds  = "feeds-it"    // it is about a device that feeds the model
	LinkReads  = "read-by-it"  // it is about another input of the model
	LinkModel  = "the-model"   // it is about the model itself: another version, a document
)

// Candidate is an event that came before another and may have led to it. It is no proof:
// what is known is that it came first, how long before, and what ties the two.
type Candidate struct {
	N      int           `json:"n"` // of the event, on the model's timeline
	At     time.Time     `json:"at"`
	Kind   string        `json:"kind"`
	Said   string        `json:"said"`
	Source string        `json:"source,omitempty"`
	Topic  string        `json:"topic,omitempty"`
	Item   string        `json:"item,omitempty"`
	Before string        `json:"before,omitempty"`
	After  string        `json:"after,omitempty"`
	Link   string        `json:"link"`
	Ahead  time.Duration `json:"ahead"` // how long before
}

// stageOf is how far down an event is from a device to what a model's answers are worth;
// false for one that leads to nothing and follows from nothing.
func stageOf(e *Event) (stage int, ok bool) {
	switch e.Kind {
	case EventSource, EventVersion:
		return 0, true
	case EventSchema:
		return 1, true
	case EventVerdict:
		if e.State != wardround.Fail {
			return 0, false
		}
		switch e.Topic {
		case "quality", "source":
			return 2, true
		case "drift", "outlier":
			return 3, true
		case "output":
			return 4, true
		case "performance", "calibration", "subgroup", "oversight":
			return 5, true
		}
	}
	return 0, false
}

// Candidates are what came before an event of the same model and may have led to it:
// events nearer to the devices, of the three weeks before, those with the closest tie
// and the shortest time first.
func Candidates(events []Event, of *Event) []Candidate {
	stage, ok := stageOf(of)
	if !ok || of.Kind != EventVerdict {
		return nil
	}
	type scored struct {
		Candidate
		score float64
	}
	var list []scored
	for i := range events {
		e := &events[i]
		s, ok := stageOf(e)
		ahead := of.At.Sub(e.At)
		if !ok || s >= stage || ahead < 0 || ahead > candidatesBack || e.N >= of.N && ahead == 0 {
			continue
		}
		if e.Kind == EventSource && e.Before == "" {
			continue // a device that is new changed nothing of the others
		}
		link, weight := linkOf(e, of)
		list = append(list, scored{Candidate{N: e.N, At: e.At, Kind: e.Kind, Said: e.Said, Source: e.Source, Topic: e.Topic, Item: e.Item, Before: e.Before, After: e.After, Link: link, Ahead: ahead},
			weight / (1 + ahead.Hours()/24)})
	}
	slices.SortStableFunc(list, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), b.At.Compare(a.At), cmp.Compare(a.N, b.N))
	})
	var out []Candidate
	for _, x := range list {
		if slices.ContainsFunc(out, func(c Candidate) bool {
			return c.Kind == x.Kind && c.Item == x.Item && c.Source == x.Source && c.Topic == x.Topic
		}) {
			continue // told by its newest
		}
		if out = append(out, x.Candidate); len(out) == mostCandidates {
			break
		}
	}
	return out
}

// linkOf says what ties two events, and how closely.
func linkOf(e, of *Event) (link string, weight float64) {
	column, device := aboutOf(of)
	from, source := aboutOf(e)
	switch {
	case from != "" && from == column:
		return LinkInput, 8
	case source != "" && sameDevice(source, device):
		return LinkDevice, 6
	case e.Kind == EventVersion:
		return LinkModel, 4
	case e.Kind == EventSource:
		return LinkFeeds, 3
	}
	return LinkReads, 3
}

// aboutOf is the column or code and the device that an event is about.
func aboutOf(e *Event) (column, device string) {
	item := e.Item
	if i := strings.Index(item, " of "); i > 0 { // of which part of the windows
		item = item[:i]
	}
	column, group, found := strings.Cut(item, " [")
	if found {
		device, _ = strings.CutPrefix(strings.TrimSuffix(group, "]"), sourceGroup)
	}
	switch {
	case e.Topic == "source":
		return "", column
	case e.Topic == "performance" || e.Topic == "calibration" || e.Topic == "subgroup":
		column = "" // that of a score
	}
	// A record and an image write one name in two ways.
	return strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(column)), cmp.Or(e.Source, device)
}

func sameDevice(a, b string) bool {
	plain := func(s string) string {
		s, _, _ = strings.Cut(s, "^")
		return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToUpper(s))
	}
	return b != "" && plain(a) == plain(b)
}
