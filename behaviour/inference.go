package behaviour

import (
	"fmt"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// open returns the instance of a key, made if needed; nil if there is no room.
func (f *Fold) open(o *wardround.Observation, key string) *instance {
	if m := f.instances[key]; m != nil {
		return m
	}
	if key == "" {
		return nil
	}
	if len(f.instances) >= f.opt.Limits.Models {
		f.full(o.At)
		return nil
	}
	m := &instance{Key: key, First: o.At, Sensor: o.Sensor, dirty: true}
	f.due = f.now // what there is about it is looked at in this batch
	f.instances[key] = m
	f.event(m, Event{At: o.At, Kind: EventFirst, Said: "the model was seen for the first time", Seq: o.Seq})
	return m
}

// inference takes in a window of inference.
func (f *Fold) inference(o *wardround.Observation, x *kind.InferenceWindowV1) error {
	if x.OfHost() {
		return f.inputs(o, x)
	}
	x = f.timely(o, x)
	m := f.open(o, x.Key())
	if m == nil {
		return nil
	}
	m.dirty, m.Sensor = true, o.Sensor
	if x.Maker != "" {
		m.Maker = x.Maker
	}
	if x.Product != "" {
		m.Product = x.Product
	}
	if x.Host != "" {
		m.Host = x.Host
	}
	if x.To.After(m.Last) {
		m.Last = x.To
	}
	f.version(o, m, x.Version)
	f.feeding(o, m, x)
	if !m.Off.IsZero() && x.From.After(m.Off) && x.Rows > x.Fallback {
		first := m.Still.IsZero()
		if m.Still = x.To; first {
			if err := f.consider(o, m); err != nil {
				return err
			}
		}
	}
	s, err := f.scene(o, m, x.Part)
	if err != nil {
		return err
	}
	s.at = o.At
	s.oversight(x)
	s.attacks(x)
	if o.Blob == nil {
		s.estimates(x, nil)
		return nil
	}
	s.digest = o.Blob.Digest
	w, err := s.open(x.Part)
	if err != nil || w == nil {
		return err
	}
	return s.window(x, w)
}

// timely is a window whose span can be true: one that ends after it was told, by a
// clock that is ahead, ends then; one that does not begin before it ends is an hour.
func (f *Fold) timely(o *wardround.Observation, x *kind.InferenceWindowV1) *kind.InferenceWindowV1 {
	told := f.timeOf(o)
	if !x.To.IsZero() && !x.To.After(told) && x.From.Before(x.To) && !x.From.IsZero() {
		return x
	}
	c := *x // the observation is everybody's
	if c.To.IsZero() || c.To.After(told) {
		c.To = told
	}
	if c.From.IsZero() || !c.From.Before(c.To) {
		c.From = c.To.Add(-time.Hour)
	}
	return &c
}

// learn makes what was seen of the version in use, as far as it is remembered, its
// reference here: a person says that it is as it should be.
func (f *Fold) learn(o *wardround.Observation, m *instance) {
	for _, t := range m.Measured {
		t.accept()
	}
	for _, part := range sortedKeys(m.lines) {
		d := &document{Kind: "reference", Part: part, Version: m.Version, Model: m.Key, File: "as found", Format: "windows", At: o.At, Seq: o.Seq}
		for _, r := range m.lines[part].Recent {
			if r.Version == m.Version {
				d.Windows = append(d.Windows, r.Digest)
			}
		}
		if len(d.Windows) == 0 {
			continue
		}
		f.documents[d.place()] = d
		f.dirtyDocuments[d.place()] = true
		m.lines[part].Pending, m.lines[part].merged = nil, nil
	}
}

// version notes that another version answers.
func (f *Fold) version(o *wardround.Observation, m *instance, version string) {
	switch {
	case version == "" || version == m.Version:
		return
	case m.Version != "":
		f.event(m, Event{At: o.At, Kind: EventVersion, Said: "another version answers", Before: m.Version, After: version, Seq: o.Seq})
		m.Before, m.Changed = m.Version, o.At
	}
	m.Version, m.dirty = version, true
	f.outdate(o, m)
	f.change(o, m)
}

// feeding notes which devices inputs come from.
func (f *Fold) feeding(o *wardround.Observation, m *instance, x *kind.InferenceWindowV1) {
	for i := range x.Sources {
		src := &x.Sources[i]
		at := slices.IndexFunc(m.Sources, func(s feeding) bool { return s.Name == src.Name && s.Type == string(src.Type) })
		if at < 0 {
			if len(m.Sources) >= maxFeeding {
				oldest := 0
				for k := range m.Sources {
					if m.Sources[k].Last.Before(m.Sources[oldest].Last) {
						oldest = k
					}
				}
				m.Sources = slices.Delete(m.Sources, oldest, oldest+1)
				f.feeds = nil
			}
			m.Sources = append(m.Sources, feeding{Name: src.Name, Type: string(src.Type)})
			at = len(m.Sources) - 1
			if m.First.Before(o.At) {
				f.event(m, Event{At: o.At, Kind: EventSource, Source: src.Name, Said: "inputs come from {source}, too", Seq: o.Seq})
			}
		}
		m.Sources[at].Last = x.To
	}
}

// window judges a window of sketches, together with those before it that were too few.
func (s *scene) window(x *kind.InferenceWindowV1, w *sketch.Window) error {
	l := s.l
	if l.Schema != "" && w.Schema != l.Schema {
		s.f.event(s.m, Event{At: s.at, Kind: EventSchema, Said: "columns, types or units of what comes changed", Digest: s.digest, Seq: s.o.Seq})
		l.Pending, l.merged = nil, nil // what does not fit together is not merged
	}
	if l.Version != x.Version {
		l.Pending, l.merged = nil, nil // another version is another model
	}
	l.Schema, l.Version = w.Schema, x.Version
	r := ref{Digest: s.digest, Size: s.o.Blob.Size, From: x.From, To: x.To, Rows: w.Rows, Units: w.EffectiveUnits(), Version: x.Version}
	l.Recent, _ = push(l.Recent, r, s.f.opt.Limits.Recent)
	if len(w.Outcomes) > 0 {
		l.Labelled, _ = push(l.Labelled, r, s.f.opt.Limits.Recent)
		l.outcomes = nil
	}
	if err := s.pend(r, w); err != nil {
		return err
	}
	s.quality(w)
	s.estimates(x, l.merged)
	if err := s.trends(x, w); err != nil {
		return err
	}
	if len(w.Outcomes) > 0 {
		if err := s.believeTables(r); err != nil {
			return err
		}
		if err := s.trendsOfOutcomes(r); err != nil {
			return err
		}
		if err := s.performance(); err != nil {
			return err
		}
	}
	return s.compare()
}

// pend adds a window to those that wait to be enough.
func (s *scene) pend(r ref, w *sketch.Window) error {
	l := s.l
	if l.merged == nil && len(l.Pending) > 0 {
		merged, _, err := s.f.gather(l.Pending)
		if err != nil {
			return err
		}
		l.merged = merged
	}
	var dropped bool
	l.Pending, dropped = push(l.Pending, r, s.f.opt.Limits.Pending)
	switch {
	case dropped:
		merged, _, err := s.f.gather(l.Pending)
		if err != nil {
			return err
		}
		l.merged = merged
	case l.merged == nil:
		l.merged = clone(w)
	default:
		if err := l.merged.Merge(w); err != nil { // begin anew with what does not fit
			l.Pending, l.merged = []ref{r}, clone(w)
		}
	}
	return nil
}

// span is the time that the pending windows are of.
func (l *line) span() (from, to time.Time) { return spanOf(l.Pending) }

func spanOf(refs []ref) (from, to time.Time) {
	for _, r := range refs {
		if from.IsZero() || r.From.Before(from) {
			from = r.From
		}
		if r.To.After(to) {
			to = r.To
		}
	}
	return from, to
}

// labelled takes in outcomes of answers of before.
func (f *Fold) labelled(o *wardround.Observation, x *kind.InferenceLabelledV1) error {
	m := f.open(o, x.Key())
	if m == nil || o.Blob == nil {
		return nil
	}
	m.dirty = true
	if m.Version == "" { // a later one is told by windows: outcomes come late
		m.Version = x.Version
	}
	if x.To.After(m.Labels) {
		m.Labels = x.To
	}
	s, err := f.scene(o, m, "")
	if err != nil {
		return err
	}
	s.at, s.digest = o.At, o.Blob.Digest
	w, err := f.window(o.Blob.Digest)
	if err != nil {
		why := refused(err)
		if why == "" {
			return err
		}
		s.say(check.Judgement{Topic: "quality", Item: "outcomes", State: wardround.Unknown, Why: "a table of outcomes cannot be read",
			Facts: wardround.Facts{"trouble": why}})
		return nil
	}
	r := ref{Digest: s.digest, Size: o.Blob.Size, From: x.From, To: x.To, Rows: x.Labels, Units: x.Units, Version: x.Version, Came: o.At}
	if l := s.l; len(w.Outcomes) > 0 {
		if n := len(l.Labelled); n > 0 && l.Labelled[n-1].Version != x.Version {
			l.Labelled = nil // outcomes of another version are another model's
		}
		l.Labelled, _ = push(l.Labelled, r, f.opt.Limits.Recent)
		l.outcomes = nil
	}
	s.labels(x)
	s.lateOversight(x, w)
	s.reconcile(x)
	s.believe(x, w)
	if len(w.Outcomes) > 0 {
		if len(x.Estimates) == 0 {
			if err := s.believeTables(r); err != nil {
				return err
			}
		}
		if err := s.trendsOfOutcomes(r); err != nil {
			return err
		}
	}
	return s.performance()
}

// labels judges how outcomes come: an outcome that nobody asked for, or that changed,
// says that the join is wrong.
func (s *scene) labels(x *kind.InferenceLabelledV1) {
	all := x.Labels + x.Unmatched + x.TooLate
	if all == 0 {
		return
	}
	facts := wardround.Facts{"labels": x.Labels, "unmatched": x.Unmatched, "contrary": x.Contrary, "late": x.TooLate, "column": "outcomes"}
	j := check.Judgement{Topic: "quality", Item: "outcomes", State: wardround.Pass, N: x.Labels, Facts: facts, From: x.From, To: x.To}
	if lost := x.Unmatched + x.TooLate; float64(lost) > 0.2*float64(all) && lost >= 20 {
		j.State = wardround.Fail
		facts["trouble"] = fmt.Sprintf("%d of %d outcomes belong to no answer that is remembered", lost, all)
	} else if float64(x.Contrary) > 0.01*float64(all) && x.Contrary >= 5 {
		j.State = wardround.Fail
		facts["trouble"] = fmt.Sprintf("%d outcomes came twice and said something else the second time", x.Contrary)
	}
	s.say(j)
}
