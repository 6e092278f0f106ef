package behaviour

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Kinds of event.
const (
	EventFirst     = "first"     // the model was seen for the first time
	EventVersion   = "version"   // another version answers
	EventSource    = "source"    // a device that feeds it changed, or is new
	EventSchema    = "schema"    // columns, types or units changed
	EventDocument  = "document"  // a card, a plan, a reference came
	EventSignature = "signature" // a signature was verified or failed
	EventArtefact  = "artefact"  // an artefact was scanned
	EventVerdict   = "verdict"   // a judgement began to fail, or passes again
	EventDecision  = "decision"  // a person decided
)

// Event is one thing that happened to a model, for its timeline.
type Event struct {
	Model  string          `json:"model"` // NAME@SERVICE
	N      int             `json:"n"`     // of the model, from 1
	At     time.Time       `json:"at"`
	Kind   string          `json:"kind"`
	Said   string          `json:"said"` // a phrase; {source} and {item} are the fields
	Source string          `json:"source,omitempty"`
	Topic  string          `json:"topic,omitempty"`
	Item   string          `json:"item,omitempty"`
	State  wardround.State `json:"state,omitempty"`
	Before string          `json:"before,omitempty"`
	After  string          `json:"after,omitempty"`
	Digest string          `json:"digest,omitempty"`
	Seq    uint64          `json:"seq,omitempty"`
}

// event adds to the timeline of a model.
func (f *Fold) event(m *instance, e Event) {
	m.Events++
	m.dirty = true
	e.Model, e.N, e.At = m.Key, m.Events, e.At.UTC()
	list := append(f.events[m.Key], e)
	if len(list) > f.opt.Limits.Events {
		list = list[len(list)-f.opt.Limits.Events:]
	}
	f.events[m.Key] = list
	f.newEvents = append(f.newEvents, e)
}

// noteDocument adds a document to the timelines of the models that it holds for.
func (f *Fold) noteDocument(o *wardround.Observation, d *document, said string) {
	for _, m := range f.sorted() {
		maker, product := f.product(m)
		if d.is(m, maker, product) > 0 {
			f.event(m, Event{At: o.At, Kind: EventDocument, Said: said, After: d.Version, Digest: d.Digest, Seq: o.Seq})
		}
	}
}

// turned adds to the timeline that a judgement of a model began to fail or to pass.
func (f *Fold) turned(m *instance, j *check.Judgement, before wardround.State, known bool) {
	switch {
	case j.State == wardround.Fail && before != wardround.Fail:
		f.event(m, Event{At: j.At, Kind: EventVerdict, Said: "{item} began to fail", Topic: j.Topic, Item: j.Item, State: j.State, Digest: j.Evidence})
	case j.State == wardround.Pass && known && before == wardround.Fail:
		f.event(m, Event{At: j.At, Kind: EventVerdict, Said: "{item} is as it should be again", Topic: j.Topic, Item: j.Item, State: j.State, Digest: j.Evidence})
	}
}

// sayOf judges a model in use.
func (f *Fold) sayOf(m *instance, j check.Judgement) {
	if j.Facts == nil {
		j.Facts = wardround.Facts{}
	}
	j.Facts["model"] = m.name()
	if m.Version != "" {
		j.Facts["version"] = m.Version
	}
	if j.Sensor == "" {
		j.Sensor = m.Sensor
	}
	before, known := f.had(ofModel+m.Key, j.Topic, j.Item)
	f.say(ofModel+m.Key, j)
	if before == wardround.Unknown && known && j.State == wardround.Pass {
		if f.failedBefore(entryKey{ofModel + m.Key, j.Topic, j.Item}) {
			before = wardround.Fail // what could not be told in between
		}
	}
	f.turned(m, &j, before, known)
}
