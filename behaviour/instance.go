package behaviour

import (
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/stat/extraction"
	"github.com/wardround/wardround/stat/sketch"
)

// Limits bound what is held. Zero fields take the defaults.
type Limits struct {
	Models    int // 500; windows of more are left out, and that is said
	Documents int // 4,000 in force
	Columns   int // 2,000 judged of one window; the first by name
	Pending   int // 400 windows that wait for more units, or for whole weeks (168 of an hour each); the oldest give way
	Recent    int // 64 windows told for pictures, and as many with outcomes
	Series    int // 120 points of one judgement
	Events    int // 400 of one model's timeline
	Portion   int // 4,000 judgements said in one batch
	Judged    int // 100,000 judgements held; of what is beyond nothing is said, and that is said
}

func (l Limits) orDefault() Limits {
	for _, x := range []struct {
		v   *int
		def int
	}{{&l.Models, 500}, {&l.Documents, 4000}, {&l.Columns, 2000}, {&l.Pending, 400}, {&l.Recent, 64}, {&l.Series, 120}, {&l.Events, 400}, {&l.Portion, 4000}, {&l.Judged, 100_000}} {
		if *x.v <= 0 {
			*x.v = x.def
		}
	}
	return l
}

// instance is one model in use: NAME@SERVICE.
type instance struct {
	Key     string    `json:"key"`
	Maker   string    `json:"maker,omitempty"`
	Product string    `json:"product,omitempty"`
	Version string    `json:"version,omitempty"` // as called last
	Before  string    `json:"before,omitempty"`  // the version before it
	Changed time.Time `json:"changed,omitzero"`  // when the version changed
	Host    string    `json:"host,omitempty"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"` // end of the newest window
	Sensor  string    `json:"sensor,omitempty"`
	// Off is since when people have it switched off; Allowed the version of which a
	// person said that it may be used.
	Off      time.Time `json:"off,omitzero"`
	Still    time.Time `json:"still,omitzero"`     // when it answered last although it is off
	Accepted string    `json:"accepted,omitempty"` // version
	Until    time.Time `json:"until,omitzero"`     // and until when
	Refused  string    `json:"refused,omitempty"`
	Allowed  string    `json:"allowed,omitempty"`
	Labels   time.Time `json:"labels,omitzero"` // end of the newest span with outcomes
	Events   int       `json:"events,omitempty"`
	Guesses  []guess   `json:"guesses,omitempty"` // estimates, and what outcomes said
	Sources  []feeding `json:"sources,omitempty"`
	// Overseen is what people did with the answers, newest last.
	Overseen []overseen `json:"overseen,omitempty"`
	// Measured are the laboratory results that feed it.
	Measured []*measuring `json:"measured,omitempty"`
	FedFrom  []string     `json:"fed_from,omitempty"` // devices and services that the plan names
	// Usual is how clients ask of the version UsualOf.
	Usual   *extraction.Usual `json:"usual,omitempty"`
	UsualOf string            `json:"usual_of,omitempty"`

	asset   wardround.AssetID
	release wardround.ReleaseID
	lines   map[string]*line // by part
	dirty   bool
}

// feeding is a device that inputs came from.
type feeding struct {
	Name     string            `json:"name"`
	Type     string            `json:"type,omitempty"`
	Asset    wardround.AssetID `json:"asset,omitempty"`
	Software string            `json:"software,omitempty"`
	Last     time.Time         `json:"last"`
}

// maxFeeding bounds the devices that are remembered of one model.
const maxFeeding = 64

// name is what people call the model.
func (m *instance) name() string {
	n, _, _ := strings.Cut(m.Key, "@")
	return n
}

func (m *instance) service() string {
	_, s, _ := strings.Cut(m.Key, "@")
	return s
}

// line is one kind of windows of a model: records of inference, or metadata of inputs.
type line struct {
	Part    string `json:"part,omitempty"`
	Version string `json:"version,omitempty"` // that Pending is of
	Schema  string `json:"schema,omitempty"`  // of the newest window
	// Pending are windows not judged with enough units yet, in the order in which they
	// came; Recent the newest, judged or not; Labelled those with outcomes.
	Pending  []ref     `json:"pending,omitempty"`
	Recent   []ref     `json:"recent,omitempty"`
	Labelled []ref     `json:"labelled,omitempty"`
	Judged   time.Time `json:"judged,omitzero"` // up to when budget was spent
	Alarm    []byte    `json:"alarm,omitempty"` // what the [Alarms] keep
	// Unbelieved are those with outcomes that no estimate was held against yet.
	Unbelieved []ref     `json:"unbelieved,omitempty"`
	Scored     time.Time `json:"scored,omitzero"` // when outcomes were looked at last
	Seen       time.Time `json:"seen,omitzero"`   // up to when all was told before a season was whole
	// Stays is what [Fold.stays] said last; 0 before it was asked.
	Stays float64 `json:"stays,omitempty"`

	// Periods are what is added up until it is whole, by its length.
	Periods  map[time.Duration]*period `json:"periods,omitempty"`
	Followed int                       `json:"followed,omitempty"` // trends

	trends   map[string]*trend // by what is followed; each in a row of its own
	fresh    *sketch.Window    // of freshOf
	freshOf  []ref
	merged   *sketch.Window // of Pending; nil when not made yet
	outcomes *sketch.Window // of Labelled
}

// ref names a window.
type ref struct {
	Digest  string    `json:"digest"`
	Size    int64     `json:"size,omitempty"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Rows    int64     `json:"rows"`
	Units   int64     `json:"units,omitempty"`
	Version string    `json:"version,omitempty"`
	Came    time.Time `json:"came,omitzero"` // of outcomes: when they were known here
}

func push(list []ref, r ref, most int) (out []ref, dropped bool) {
	list = append(list, r)
	if len(list) > most {
		return slices.Clone(list[len(list)-most:]), true
	}
	return list, false
}

// line returns the windows of a part, made if needed.
func (m *instance) line(part string) *line {
	l := m.lines[part]
	if l == nil {
		l = &line{Part: part}
		if m.lines == nil {
			m.lines = map[string]*line{}
		}
		m.lines[part] = l
	}
	return l
}

// gather merges the windows named, leaving out those that do not fit, whose reasons
// are returned.
func (f *Fold) gather(refs []ref) (out *sketch.Window, problems []string, err error) {
	for _, r := range refs {
		w, err := f.window(r.Digest)
		if err != nil {
			why := refused(err)
			if why == "" {
				return nil, nil, err
			}
			problems = append(problems, why)
			continue
		}
		if out == nil {
			out = clone(w)
			continue
		}
		if err := out.Merge(w); err != nil {
			problems = append(problems, clip(err.Error(), 200))
		}
	}
	return out, problems, nil
}

// clone returns a copy of a window that shares nothing that changes.
func clone(w *sketch.Window) *sketch.Window {
	out := *w
	out.Columns, out.Outcomes = make([]*sketch.Column, len(w.Columns)), make([]*sketch.Outcome, len(w.Outcomes))
	for i, c := range w.Columns {
		out.Columns[i] = c.Clone()
	}
	for i, o := range w.Outcomes {
		out.Outcomes[i] = o.Clone()
	}
	if w.Units != nil {
		out.Units = w.Units.Clone()
	}
	return &out
}
