package behaviour

import (
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// scene is one window as it is judged: the model, what is agreed on it, what was seen.
type scene struct {
	f      *Fold
	o      *wardround.Observation
	m      *instance
	l      *line
	plan   *model.Plan    // nil for none
	ref    *sketch.Window // nil for none
	at     time.Time      // of what is judged
	digest string
	wider  float64 // by how much an interval must be, for an alarm
	errs   float64 // standard errors, of shares
}

// scene collects what a window is judged by.
func (f *Fold) scene(o *wardround.Observation, m *instance, part string) (*scene, error) {
	s := &scene{f: f, o: o, m: m, l: m.line(part)}
	if d := f.inForce(m, "plan", ""); d != nil {
		p, err := f.plan(d.Digest)
		if err != nil && refused(err) == "" {
			return nil, err
		}
		s.plan = p
		m.FedFrom = feedsOf(p)
	}
	ref, err := f.referenceOf(m, part)
	s.ref = ref
	return s, err
}

// open reads the window that the scene is of; nil for one that cannot be read, which is said.
func (s *scene) open(part string) (*sketch.Window, error) {
	w, err := s.f.window(s.digest)
	if err == nil {
		return w, nil
	}
	why := refused(err)
	if why == "" {
		return nil, err
	}
	s.say(check.Judgement{Topic: "quality", Item: "window" + partMark(part), State: wardround.Unknown, Why: "a window of inference cannot be read",
		Facts: wardround.Facts{"trouble": why}})
	return nil, nil
}

// say judges the model of the scene.
func (s *scene) say(j check.Judgement) {
	if j.At.IsZero() {
		j.At = s.at
	}
	if j.Evidence == "" {
		j.Evidence = s.digest
	}
	j.Sensor = s.o.Sensor
	s.f.sayOf(s.m, j)
}

// referenceOf is the reference in force for a part of a model; nil for none that can be read.
func (f *Fold) referenceOf(m *instance, part string) (*sketch.Window, error) {
	d := f.inForce(m, "reference", part)
	if d == nil || d.Problem != "" {
		return nil, nil
	}
	w, err := f.reference(d)
	if err == nil {
		return w, nil
	}
	if refused(err) != "" {
		err = nil
	}
	return nil, err
}

// reference reads a reference: one document, or the windows that a person made one of.
func (f *Fold) reference(d *document) (*sketch.Window, error) {
	if len(d.Windows) == 0 {
		return f.window(d.Digest)
	}
	return f.windows.get(strings.Join(d.Windows, " "), func() (*sketch.Window, error) {
		var refs []ref
		for _, digest := range d.Windows {
			refs = append(refs, ref{Digest: digest})
		}
		w, problems, err := f.gather(refs)
		if err == nil && w == nil {
			return nil, &refusal{wardround.Errorf(wardround.ENotFound, "behaviour", "no window of the reference can be read: %s", join(problems))}
		}
		return w, err
	})
}
