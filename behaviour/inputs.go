package behaviour

import (
	"strings"
	"unicode"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// inputs takes in what was seen on the network of what a host was fed with: for every
// model that runs behind it. So the column that moved stands beside the scanner that
// moved it, also where the model's own records say nothing of either.
func (f *Fold) inputs(o *wardround.Observation, x *kind.InferenceWindowV1) error {
	if x.Part == kind.Results {
		return f.results(o, x)
	}
	x = f.timely(o, x)
	for _, m := range f.sorted() {
		if !m.behind(x) {
			continue
		}
		m.dirty = true
		s, err := f.scene(o, m, x.Part)
		if err != nil {
			return err
		}
		s.at = x.To
		if o.Blob == nil {
			continue
		}
		s.digest = o.Blob.Digest
		w, err := s.open(x.Part)
		if err != nil {
			return err
		}
		if w == nil {
			continue
		}
		f.equipment(o, m, x, w)
		of := *x // the observation is everybody's
		of.Version = m.Version
		if err := s.window(&of, w); err != nil {
			return err
		}
	}
	return nil
}

// Feeds reports whether a model runs behind a host, by its address or its name, or says
// in its plan that it is fed from there: what that is fed with matters. It may be called from any goroutine.
func (f *Fold) Feeds(host, name string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	x := kind.InferenceWindowV1{Host: host, Service: name}
	for _, m := range f.instances {
		if m.behind(&x) || inList(m.FedFrom, host) || inList(m.FedFrom, name) {
			return true
		}
	}
	return false
}

// behind reports whether the model runs at the host of a window of metadata.
func (m *instance) behind(x *kind.InferenceWindowV1) bool {
	is := func(name string) bool {
		return name != "" && (strings.EqualFold(name, x.Host) || strings.EqualFold(name, x.Service))
	}
	return is(m.Host) || is(m.service())
}

// equipment notes what the devices that feed a model run, as the images name it: also
// of a device that the sensor does not see itself. What the inventory knows of a device
// comes first, because it knows at once.
func (f *Fold) equipment(o *wardround.Observation, m *instance, x *kind.InferenceWindowV1, w *sketch.Window) {
	for _, c := range w.Columns {
		name, ok := strings.CutPrefix(c.Group, sourceGroup)
		if !ok || c.Name != kind.InputSoftware || c.Top == nil || c.N == 0 {
			continue
		}
		top := c.Top.Top(1)
		if len(top) == 0 || 2*top[0].Mid <= c.N {
			continue // of several, none is the one
		}
		s := m.fedBy(name)
		if s == nil {
			f.feeding(o, m, &kind.InferenceWindowV1{To: x.To, Sources: []kind.InferenceSource{{Name: name}}})
			if s = m.fedBy(name); s == nil {
				continue
			}
		}
		if now := top[0].Text; s.Asset == "" && now != s.Software {
			if s.Software != "" {
				f.event(m, Event{At: x.To, Kind: EventSource, Source: s.Name, Said: "the software of {source} changed", Before: s.Software, After: now, Digest: o.Blob.Digest, Seq: o.Seq})
			}
			s.Software = now
		}
	}
}

// fedBy is the device of a name; a station and an application entity are one where
// their names differ in nothing but marks between letters.
func (m *instance) fedBy(name string) *feeding {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return unicode.ToUpper(r)
		}, s)
	}
	for i := range m.Sources {
		if m.Sources[i].Name == name {
			return &m.Sources[i]
		}
	}
	p := plain(name)
	for i := range m.Sources {
		if p != "" && plain(m.Sources[i].Name) == p {
			return &m.Sources[i]
		}
	}
	return nil
}
