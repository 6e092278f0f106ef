package inference

import (
	"math"
	"time"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// MaxPending is how long a prediction waits for its label, at most: as long as a
// pseudonym may be kept.
const MaxPending = 30 * 24 * time.Hour

// DefaultPending is how many predictions wait at once.
const DefaultPending = 200_000

// pending is a prediction that waits for its label.
type pending struct {
	Span     span
	At       int64 // Unix milliseconds
	Scores   []float64
	Groups   []string
	Did      int8
	Positive bool
	Label    int8 // -1 none yet
}

// labelled is what labels say of the predictions of one window. Its columns are "delay",
// and "judged": whether the answer was right and what the user did with it, "wrong,
// accepted" being blind trust.
type labelled struct {
	span
	Opened int64 // Unix seconds: when the first label came
	window *sketch.Window
	index  map[string]*sketch.Outcome
	delay  *sketch.Column
	judged *sketch.Column
	labels int64
}

// strays are labels that are in no table.
type strays struct{ Unmatched, Repeated, Contrary, TooLate int64 }

func (f *Folder) labelledAt(s span, now time.Time) *labelled {
	if l := f.labels[s]; l != nil {
		return l
	}
	if len(f.labels) >= maxOpen {
		return nil
	}
	w := &sketch.Window{Model: s.Model, Release: s.Version, Service: s.Service, From: time.Unix(s.From, 0).UTC(), To: time.Unix(s.From, 0).UTC().Add(f.mapping.Window)}
	l := &labelled{span: s, Opened: now.Unix(), window: w, index: map[string]*sketch.Outcome{}}
	l.delay = extra(w, "delay", "s", sketch.Oversight, s)
	l.judged, _ = sketch.NewColumn("judged", sketch.Category, sketch.Oversight, "", sketch.Options{Categories: 16})
	w.Columns = append(w.Columns, l.judged)
	f.labels[s] = l
	return l
}

func (l *labelled) outcome(f *Folder, field, group string) *sketch.Outcome {
	fl := f.mapping.Fields[field]
	at := group + "\x00" + fl.Name
	if o := l.index[at]; o != nil {
		return o
	}
	o, err := sketch.NewOutcome(fl.Name, group, f.mapping.Bins, fl.Low, fl.High)
	if err != nil || len(l.index) >= maxColumns {
		return nil
	}
	l.index[at] = o
	l.window.Outcomes = append(l.window.Outcomes, o)
	return o
}

// lateLabel takes a record that is a label and no prediction: it has an id and a label
// and no score. It reports whether it was one.
func (f *Folder) lateLabel(r Record, named model, at, now time.Time) bool {
	id, ok := text(f.value(r, AsRecord))
	if !ok || id == "" || absent(f.value(r, AsLabel)) {
		return false
	}
	for _, n := range f.scoreFields {
		if !absent(r[n]) {
			return false
		}
	}
	y, ok := f.label(r)
	if !ok {
		return true
	}
	p := f.pending[key(string(f.pseudonyms.Of("record", []byte(id))))]
	switch {
	case p == nil && at.Before(now.Add(-f.mapping.LabelsFor)):
		f.strays.TooLate++
	case p == nil:
		f.strays.Unmatched++
	case now.UnixMilli()-p.At > f.mapping.LabelsFor.Milliseconds():
		f.strays.TooLate++
	case p.Label >= 0 && (p.Label == 1) == y:
		f.strays.Repeated++
	case p.Label >= 0:
		f.strays.Contrary++
	default:
		l := f.labelledAt(p.Span, now)
		if l == nil {
			f.counts.Refused[refusedMany]++
			return true
		}
		p.Label = 0
		if y {
			p.Label = 1
		}
		f.journal.label(key(string(f.pseudonyms.Of("record", []byte(id)))), p.Label)
		l.labels++
		f.counts.Labels++
		if s := float64(at.UnixMilli()-p.At) / 1000; s >= 0 {
			l.delay.AddNumber(s)
		}
		for _, g := range append([]string{""}, p.Groups...) {
			f.tally(func(n string) *sketch.Outcome { return l.outcome(f, n, g) }, p.Scores, y)
		}
		if p.Did != undecided {
			right := "wrong, "
			if p.Positive == y {
				right = "right, "
			}
			l.judged.AddText(right+[...]string{"", "accepted", "overridden", "ignored"}[p.Did], 1)
		}
	}
	return true
}

// remember keeps a prediction until its label comes, or until it is too old or there
// are too many. An id that comes again is that of another prediction: the first stands.
func (f *Folder) remember(k uint64, p *pending) {
	if f.pending[k] != nil {
		f.counts.RepeatedIDs++
		return
	}
	f.pending[k] = p
	f.queue = append(f.queue, k)
	f.journal.add(k, p)
	for len(f.pending) > f.maxPending {
		f.forget()
		f.counts.Forgotten++
	}
}

// forget drops the prediction that has waited longest.
func (f *Folder) forget() {
	delete(f.pending, f.queue[0])
	f.queue = f.queue[1:]
	f.journal.dead++
}

// expire drops predictions that are too old for labels.
func (f *Folder) expire(now time.Time) {
	for len(f.queue) > 0 {
		p := f.pending[f.queue[0]]
		if p != nil && now.UnixMilli()-p.At <= f.mapping.LabelsFor.Milliseconds() {
			return
		}
		f.forget()
	}
}

// fact is what the log is told of labels.
func (l *labelled) fact(s strays) *kind.InferenceLabelledV1 {
	f := &kind.InferenceLabelledV1{
		Model: l.Model, Service: l.Service, Version: l.Version, From: l.window.From, To: l.window.To, Labels: l.labels,
		Unmatched: s.Unmatched, Repeated: s.Repeated, Contrary: s.Contrary, TooLate: s.TooLate,
	}
	if _, q, _ := l.delay.Ranks.Quantile(.5); !math.IsNaN(q) {
		f.Delay50 = int64(q)
	}
	if _, q, _ := l.delay.Ranks.Quantile(.9); !math.IsNaN(q) {
		f.Delay90 = int64(q)
	}
	return f
}
