package behaviour

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// results takes in what a host was told of laboratory results: for models that run
// behind it, and for those whose plan names the host, or who told it, as their source.
func (f *Fold) results(o *wardround.Observation, x *kind.InferenceWindowV1) error {
	x = f.timely(o, x)
	for _, m := range f.sorted() {
		p, err := f.planOf(m)
		if err != nil {
			return err
		}
		m.FedFrom = feedsOf(p)
		of := func(source string) bool { return inList(m.FedFrom, source) }
		direct := m.behind(x)
		if direct || of(x.Host) || of(x.Service) {
			of = func(string) bool { return true }
		}
		var from []kind.InferenceSource
		for _, s := range x.Sources {
			if of(s.Name) {
				from = append(from, s)
			}
		}
		if o.Blob == nil || len(from) == 0 {
			continue
		}
		m.dirty = true
		s, err := f.sceneOfResults(o, m, direct)
		if err != nil {
			return err
		}
		s.at, s.digest = x.To, o.Blob.Digest
		w, err := s.open(x.Part)
		if err != nil {
			return err
		}
		if w == nil {
			continue
		}
		told := *x // the observation is everybody's
		told.Version, told.Sources = m.Version, from
		f.feeding(o, m, &told)
		f.equipment(o, m, &told, w)
		for _, src := range from {
			s.measured(&told, w, src.Name)
		}
		if !direct {
			continue
		}
		if err := s.window(&told, w); err != nil {
			return err
		}
	}
	return nil
}

// sceneOfResults is where results of a model are judged. Where they are told to somebody
// else who feeds it, no windows of its own are kept.
func (f *Fold) sceneOfResults(o *wardround.Observation, m *instance, direct bool) (*scene, error) {
	if direct {
		return f.scene(o, m, kind.Results)
	}
	s, err := f.scene(o, m, "")
	if err != nil {
		return nil, err
	}
	s.l = &line{Part: kind.Results}
	s.ref, err = f.referenceOf(m, kind.Results)
	return s, err
}

// planOf is the plan in force for a model, nil for none that can be read.
func (f *Fold) planOf(m *instance) (*model.Plan, error) {
	d := f.inForce(m, "plan", "")
	if d == nil {
		return nil, nil
	}
	p, err := f.plan(d.Digest)
	if err != nil && refused(err) == "" {
		return nil, err
	}
	return p, nil
}

// feedsOf are the names of devices and services that a plan says feed the model.
func feedsOf(p *model.Plan) (names []string) {
	if p == nil {
		return nil
	}
	for _, s := range p.Model.Sources {
		names = append(names, s.Name)
	}
	return names
}

// inList reports whether a name, or its part before ^, is in a list.
func inList(list []string, name string) bool {
	app, _, _ := strings.Cut(name, "^")
	return name != "" && slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) || strings.EqualFold(s, app) })
}

// declared is the input of the plan that a code is, nil if none; any says that the plan
// names inputs by code at all.
func (s *scene) declared(code string) (in *model.Input, any bool) {
	if s.plan == nil {
		return nil, false
	}
	for i := range s.plan.Inputs {
		x := &s.plan.Inputs[i]
		if x.Name == code || x.System == code {
			in = x
		}
		any = any || strings.HasPrefix(x.Name, "loinc:") || strings.HasPrefix(x.System, "loinc:")
	}
	return in, any
}

// measured follows the units and the scale of each code that a device tells of. Of
// codes that the plan does not name, where it names others, nothing is said: the model
// does not read them.
func (s *scene) measured(x *kind.InferenceWindowV1, w *sketch.Window, source string) {
	group := sourceGroup + source
	for _, c := range w.Columns {
		code, ok := strings.CutSuffix(c.Name, " unit")
		if !ok || c.Group != group || !strings.ContainsRune(code, ':') || c.Top == nil {
			continue
		}
		in, any := s.declared(code)
		if any && in == nil {
			continue
		}
		st := s.measuring(x, source, code, in)
		if st == nil {
			continue
		}
		st.Last = x.To
		values := int64(0)
		for _, v := range w.Columns {
			unit, ok := strings.CutPrefix(v.Name, code+" [")
			if !ok || v.Group != group || !v.Type.Numeric() {
				continue
			}
			st.Missing, st.Rows, values = st.Missing+v.Missing, st.Rows+v.Rows(), values+v.N
			if unit = strings.TrimSuffix(unit, "]"); st.Unit == "" || unit == st.Unit || unit == "" && st.Unit == notToldUnit {
				st.Values = append(st.Values, quantiles(v, maxKeptValues-len(st.Values))...)
			}
		}
		for _, item := range c.Top.Top(-1) {
			if item.Text == notToldUnit && (values == 0 || len(c.Top.Top(2)) > 1) {
				continue // what has no value needs no unit
			}
			if st.Units == nil {
				st.Units = map[string]int64{}
			}
			st.Units[item.Text] += item.Mid
		}
		s.judgeMeasuring(x, st, in)
	}
}

// measuring is what is remembered of a code and device, made if needed; nil if there is
// no room.
func (s *scene) measuring(x *kind.InferenceWindowV1, source, code string, in *model.Input) *measuring {
	m := s.m
	i := slices.IndexFunc(m.Measured, func(t *measuring) bool { return t.Source == source && t.Code == code })
	if i < 0 {
		if len(m.Measured) >= maxMeasuring {
			oldest := slices.MinFunc(m.Measured, func(a, b *measuring) int { return a.Last.Compare(b.Last) })
			if !oldest.Last.Before(x.From.AddDate(0, 0, -14)) {
				return nil
			}
			m.Measured = slices.DeleteFunc(m.Measured, func(t *measuring) bool { return t == oldest })
		}
		t := &measuring{Source: source, Code: code, Since: x.From}
		s.reference(t)
		m.Measured = append(m.Measured, t)
		i = len(m.Measured) - 1
	}
	t := m.Measured[i]
	if d := s.f.inForce(m, "reference", kind.Results); d != nil && !t.Changed.IsZero() && d.At.After(t.Changed) {
		// A person said since then what is right.
		*t = measuring{Source: source, Code: code, Unit: t.Unit, Since: t.Since}
		s.reference(t)
	}
	if in != nil && in.Unit != "" {
		if !alike(in.Unit, t.Right) {
			t.Right, t.Base = in.Unit, nil
		}
	}
	return t
}
