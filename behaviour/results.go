package behaviour

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

const (
	maxMeasuring   = 256 // codes and devices that are followed for one model
	maxKeptValues  = 96
	fewestUnits    = 5  // results that a unit is judged by
	fewestMissing  = 50 // results that a share without value is judged by
	notToldUnit    = "(not told)"
	mostMixed      = 0.2  // share of results in another unit than most
	mostGoneByThen = 0.15 // more results without a value than before
)

// measuring is one code from one device, as it feeds a model: the unit that it comes
// in, and values of when it was as it should be.
type measuring struct {
	Source string    `json:"source"`
	Code   string    `json:"code"`
	Unit   string    `json:"unit"` // that most come in now
	Since  time.Time `json:"since"`
	// Right is the unit that the model reads: of the plan, of the reference, or the one
	// that was seen first; Base are values in it.
	Right   string    `json:"right"`
	Base    []float64 `json:"base,omitempty"`
	Changed time.Time `json:"changed,omitzero"` // when the unit or the scale changed last
	Before  string    `json:"before,omitempty"` // the unit until then
	// Units and Values wait to be enough.
	Units  map[string]int64 `json:"units,omitempty"`
	Values []float64        `json:"values,omitempty"`
	// Like is the unit that values look like they come in although they say another,
	// "?" for a scale that is none; Times by how much they are off.
	Like  string  `json:"like,omitempty"`
	Times float64 `json:"times,omitempty"`
	// Rows and Missing of the time in which the base was made, and of now.
	BaseRows    int64     `json:"base_rows,omitempty"`
	BaseMissing int64     `json:"base_missing,omitempty"`
	Rows        int64     `json:"rows,omitempty"`
	Missing     int64     `json:"missing,omitempty"`
	Gone        string    `json:"gone,omitempty"`
	Last        time.Time `json:"last"`
}

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
		w, err := f.window(o.Blob.Digest)
		if err != nil {
			why := refused(err)
			if why == "" {
				return err
			}
			s.say(check.Judgement{Topic: "quality", Item: "window" + partMark(x.Part), State: wardround.Unknown, Why: "a window of inference cannot be read",
				Facts: wardround.Facts{"trouble": why}})
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
	s.l, s.ref = &line{Part: kind.Results}, nil
	if d := f.inForce(m, "reference", kind.Results); d != nil && d.Problem == "" {
		w, err := f.reference(d)
		if err != nil && refused(err) == "" {
			return nil, err
		}
		if err == nil {
			s.ref = w
		}
	}
	return s, nil
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

// accept makes what is seen now what is right: a person said so.
func (t *measuring) accept() {
	*t = measuring{Source: t.Source, Code: t.Code, Unit: t.Unit, Since: t.Since, Right: t.Unit, Last: t.Last}
}

// reference takes unit and values of the reference, where it holds them.
func (s *scene) reference(t *measuring) {
	if s.ref == nil {
		return
	}
	group := ""
	for _, c := range s.ref.Columns { // of this device, else of the first that tells of the code
		if c.Name == t.Code+" unit" && (c.Group == sourceGroup+t.Source || group == "") {
			if top := c.Top.Top(1); len(top) > 0 {
				t.Right, group = top[0].Text, c.Group
			}
		}
	}
	for _, c := range s.ref.Columns {
		if c.Group == group && c.Name == t.Code+" ["+t.Right+"]" {
			t.Base, t.BaseRows, t.BaseMissing = quantiles(c, maxKeptValues), c.Rows(), c.Missing
		}
	}
}

// quantiles are up to most values of a column, equally far apart by rank.
func quantiles(c *sketch.Column, most int) []float64 {
	n := int(min(int64(most), c.N))
	var out []float64
	for i := range n {
		_, v, _ := c.Ranks.Quantile((float64(i) + 0.5) / float64(n))
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, v)
		}
	}
	return out
}

// judgeMeasuring says whether a code comes in the unit and the scale that the model reads.
func (s *scene) judgeMeasuring(x *kind.InferenceWindowV1, t *measuring, in *model.Input) {
	var n, most, second int64
	unit, other := "", ""
	for _, u := range sortedKeys(t.Units) {
		k := t.Units[u]
		n += k
		switch {
		case k > most:
			second, other, most, unit = most, unit, k, u
		case k > second:
			second, other = k, u
		}
	}
	if n < fewestUnits {
		return
	}
	switch {
	case t.Unit == "":
		t.Unit, t.Since = unit, x.From
	case unit != t.Unit:
		s.f.event(s.m, Event{At: x.From, Kind: EventSchema, Said: "the unit of {item} from {source} changed", Source: t.Source, Item: t.Code, Before: t.Unit, After: unit, Digest: s.digest, Seq: s.o.Seq})
		t.Before, t.Unit, t.Since, t.Changed = t.Unit, unit, x.From, x.From
		t.Values = nil // they were in the other one
		t.Like, t.Times = "", 0
	}
	t.Right = cmp.Or(t.Right, t.Unit)
	t.Units = nil
	s.scale(x, t)
	s.gone(t)
	j := check.Judgement{Topic: "quality", Item: itemOf(t.Code, sourceGroup+t.Source) + partMark(s.l.Part), State: wardround.Pass, Shift: "quality", N: n, From: x.From, To: x.To,
		Facts: wardround.Facts{"column": clip(titled(t.Code)+", "+t.Source, 150), "device": t.Source, "unit": t.Unit, "read": t.Right, "results": n}}
	var trouble []string
	if text := t.wrongUnit(); text != "" {
		trouble = append(trouble, text)
	}
	if t.Like != "" {
		trouble = append(trouble, t.wrongScale())
	}
	if float64(second) > mostMixed*float64(n) && second >= fewestUnits && !alike(unit, other) {
		trouble = append(trouble, fmt.Sprintf("it comes in two units, %s and %s", clip(unit, 30), clip(other, 30)))
	}
	if t.Gone != "" {
		trouble = append(trouble, t.Gone)
	}
	if len(trouble) > 0 {
		j.State = wardround.Fail
		j.Facts["trouble"] = strings.Join(trouble, "; ")
		if in == nil {
			j.Facts["trouble"] = j.Facts["trouble"].(string) + ". Whether the model reads it, the plan does not say"
		}
	}
	s.say(j)
}

// wrongUnit says that results come in another unit than the model reads.
func (t *measuring) wrongUnit() string {
	if alike(t.Unit, t.Right) {
		return ""
	}
	text := fmt.Sprintf("its unit is %s, the model reads %s", clip(t.Unit, 30), clip(t.Right, 30))
	if t.Before != "" && !t.Changed.IsZero() {
		text = fmt.Sprintf("its unit changed from %s to %s on %s", clip(t.Before, 30), clip(t.Unit, 30), t.Changed.UTC().Format(time.DateOnly))
	}
	switch by := between(t.Code, t.Right, t.Unit); {
	case t.Times == 0 || t.Like == "":
	case by > 0 && math.Abs(math.Log(t.Times/by)) < 0.1:
		return "" // told of the scale
	}
	return text
}

// wrongScale says that values are off by a factor.
func (t *measuring) wrongScale() string {
	on := t.Changed.UTC().Format(time.DateOnly)
	switch {
	case t.Like == "=":
		return "its values did not move with its unit: one of the two is wrong"
	case t.Like == "?":
		return fmt.Sprintf("the scale of its values changed by about %s on %s, and its unit still says %s", number(t.Times), on, clip(t.Unit, 30))
	case t.Times == 0:
		return fmt.Sprintf("since %s its values look as if they came in %s, and its unit still says %s", on, t.Like, clip(t.Unit, 30))
	}
	return fmt.Sprintf("since %s its values are %s times what they were, as if they came in %s, and its unit still says %s", on, number(t.Times), t.Like, clip(t.Unit, 30))
}

// scale compares the values that wait with those of before, where there are enough.
func (s *scene) scale(x *kind.InferenceWindowV1, t *measuring) {
	same := alike(t.Unit, t.Right)
	switch {
	case len(t.Values) < fewestScale:
		return
	case same && len(t.Base) < fewestScale:
		t.Base = append(t.Base, t.Values[:min(len(t.Values), maxKeptValues)]...)
		t.Values = nil
		return
	case len(t.Base) < fewestScale:
		t.Values = nil
		return
	}
	defer func() { t.Values = nil }()
	if !same {
		// The unit says that they changed: did they?
		by := between(t.Code, t.Right, t.Unit)
		if k, err, changed := scaleOf(t.Base, t.Values); by > 0 && math.Abs(math.Log(by)) > math.Log(leastScale) && !changed && math.Abs(math.Log(k)) < max(0.1, 4*err) {
			t.Like, t.Times = "=", 1
		} else {
			t.Like, t.Times = "", 0
		}
		return
	}
	to, times, changed := likeness(t.Code, t.Unit, t.Base, t.Values)
	switch {
	case changed && t.Like == "":
		t.Like, t.Times, t.Changed = cmp.Or(to, "?"), times, x.From
		after := "× " + number(times)
		if to != "" {
			after += " (as " + to + ")"
		}
		s.f.event(s.m, Event{At: x.From, Kind: EventSchema, Said: "the scale of {item} from {source} changed, and its unit does not say so", Source: t.Source, Item: t.Code, Before: t.Unit, After: after, Digest: s.digest, Seq: s.o.Seq})
	case changed:
		t.Like, t.Times = cmp.Or(to, "?"), times
	case t.Like != "":
		t.Like, t.Times = "", 0
		s.f.event(s.m, Event{At: x.From, Kind: EventSchema, Said: "the scale of {item} from {source} is what it was", Source: t.Source, Item: t.Code, After: t.Unit, Digest: s.digest, Seq: s.o.Seq})
	case len(t.Base) < maxKeptValues: // more of what is right
		t.Base = append(t.Base, t.Values[:min(len(t.Values), maxKeptValues-len(t.Base))]...)
	}
}

// gone notes that many more results than before have no value.
func (s *scene) gone(t *measuring) {
	if t.Rows < fewestMissing {
		return
	}
	if t.BaseRows < fewestMissing {
		t.BaseRows, t.BaseMissing = t.BaseRows+t.Rows, t.BaseMissing+t.Missing
	} else {
		was, now := float64(t.BaseMissing)/float64(t.BaseRows), float64(t.Missing)/float64(t.Rows)
		low, _ := wilson(now, float64(t.Rows), 4)
		if t.Gone = ""; low > was+mostGoneByThen {
			t.Gone = fmt.Sprintf("%s of its results have no value, %s had none before", percent(now), percent(was))
		}
	}
	t.Rows, t.Missing = 0, 0
}
