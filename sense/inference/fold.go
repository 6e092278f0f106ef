package inference

import (
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/stat/sketch"
)

// Why a record is not in a window: the names under which [Counts] has it.
const (
	refusedTime   = "no time"
	refusedFuture = "time is to come"
	refusedLate   = "too late"
	refusedModel  = "no model"
	refusedMany   = "too many windows at once"
)

// ahead is how far a clock may be ahead of ours.
const ahead = 10 * time.Minute

// fold puts one record into its window. It returns why not, or "".
func (f *Folder) fold(r Record, now time.Time) string {
	m := f.mapping
	for name := range r {
		if _, ok := m.Fields[name]; !ok {
			f.counts.UnknownFields++
		}
	}
	named, ok := f.named(r)
	if !ok {
		return f.refuse(nil, refusedModel)
	}
	at := now
	if field := f.one[AsTime]; field != "" {
		if at, ok = moment(r[field]); !ok {
			return f.refuse(&named, refusedTime)
		}
	}
	if f.lateLabel(r, named, at, now) {
		return ""
	}
	switch {
	case at.After(now.Add(ahead)):
		return f.refuse(&named, refusedFuture)
	case at.Before(now.Add(-m.Late)):
		return f.refuse(&named, refusedLate)
	}
	w := f.at(span{named, from(at, m.Window)})
	if w == nil {
		return f.refuse(&named, refusedMany)
	}
	f.counts.Rows++
	w.window.Rows++
	groups := f.groups(w, r, at)
	f.columns(w, r, groups, at)
	if u, ok := text(f.value(r, AsUnit)); ok && u != "" && w.window.Units != nil {
		w.unit(string(f.pseudonyms.Of("unit", []byte(u))))
	}
	if yes(f.value(r, AsError)) {
		w.errors++
	}
	if yes(f.value(r, AsFallback)) {
		w.fallback++
	}
	f.outcome(w, r, groups, at)
	f.client(w, r)
	f.marks(w, r)
	if f.reservoir != nil {
		f.reservoir.add(m, r, at)
	}
	return ""
}

// value returns what a record has in the field that is mapped as that; nil if none is.
func (f *Folder) value(r Record, as As) any {
	if n := f.one[as]; n != "" {
		return r[n]
	}
	return nil
}

// refuse counts a record that is in no window; where its model is known, the fact of
// the model's next window tells it, too.
func (f *Folder) refuse(named *model, why string) string {
	f.counts.Refused[why]++
	if named != nil {
		if _, ok := f.refused[*named]; ok || len(f.refused) < maxOpen {
			f.refused[*named]++
		}
	}
	return why
}

// from is the beginning of the window that holds a time: in whole parts of the days
// of UTC.
func from(at time.Time, size time.Duration) int64 {
	s := int64(size / time.Second)
	t := at.Unix()
	return t - ((t%s)+s)%s
}

// named returns what the record says of the model, or the mapping instead.
func (f *Folder) named(r Record) (model, bool) {
	say := func(as As, dflt string) (string, bool) {
		v := f.value(r, as)
		if absent(v) {
			return dflt, true
		}
		s, ok := text(v)
		return s, ok && len(s) <= maxName && !strings.ContainsAny(s, "\x00\n")
	}
	name, a := say(AsModel, f.mapping.Model)
	version, b := say(AsVersion, f.mapping.Version)
	service, c := say(AsService, f.mapping.Service)
	return model{name, version, service}, a && b && c && name != ""
}

// at returns the open window of a span; nil if there are too many.
func (f *Folder) at(s span) *open {
	if w := f.open[s]; w != nil {
		return w
	}
	columns := 0
	for _, w := range f.open {
		columns += len(w.index)
	}
	if len(f.open) >= maxOpen || columns > maxAll {
		return nil
	}
	w := f.mapping.open(s, f.parts[s])
	w.lens = f.lens(s.model)
	f.open[s] = w
	return w
}

// groups returns the groups that the record belongs to, "" for all first.
func (f *Folder) groups(w *open, r Record, at time.Time) []string {
	groups := []string{""}
	for _, n := range f.groupFields {
		field := f.mapping.Fields[n]
		if value, ok := grouped(field, r[n], at); ok {
			groups = append(groups, w.group(field.Name, value))
		}
	}
	if field := f.one[AsSource]; field != "" {
		name, ok := text(r[field])
		if !ok || name == "" || len(name) > maxName {
			name = notTold
		}
		groups = append(groups, w.source(name))
	}
	return groups
}

// grouped returns the value of a group: its band, its own text if that is allowed, or
// "(other)". A value that is not there has no group.
func grouped(f Field, v any, at time.Time) (string, bool) {
	if absent(v) {
		return "", false
	}
	if len(f.Bands) > 0 {
		return band(v, f.Bands, at)
	}
	s, ok := text(v)
	if ok && len(f.Values) > 0 && !slices.Contains(f.Values, s) {
		return other, true
	}
	return s, ok && len(s) <= maxName
}

// columns puts every mapped value into the columns of all groups.
func (f *Folder) columns(w *open, r Record, groups []string, at time.Time) {
	for _, n := range f.columnFields {
		field := f.mapping.Fields[n]
		v := r[n]
		var add func(c *sketch.Column)
		switch {
		case absent(v):
			add = func(c *sketch.Column) { c.AddMissing(1) }
		case field.As == AsGroup:
			s, ok := grouped(field, v, at)
			add = func(c *sketch.Column) { c.AddText(s, 1) }
			if !ok {
				add = func(c *sketch.Column) { c.AddInvalid(1) }
			}
		default:
			add = adder(field, v)
		}
		for _, g := range groups {
			if c := w.column(f.mapping, n, g); c != nil {
				add(c)
			} else {
				f.counts.NoColumn++
			}
		}
	}
}

// adder returns how a value goes into a column.
func adder(field Field, v any) func(*sketch.Column) {
	switch sketch.Type(field.Type) {
	case sketch.Number:
		if x, ok := number(v); ok {
			return func(c *sketch.Column) { c.AddNumber(x) }
		}
	case sketch.Time:
		if t, ok := moment(v); ok {
			return func(c *sketch.Column) { c.AddNumber(float64(t.UnixMilli()) / 1000) }
		}
	default:
		if s, ok := category(field, v); ok {
			return func(c *sketch.Column) { c.AddText(s, 1) }
		}
	}
	return func(c *sketch.Column) { c.AddInvalid(1) }
}

// category is the text under which a value is counted.
func category(field Field, v any) (string, bool) {
	if field.Type == string(sketch.Bool) {
		if x, ok := number(v); ok && (x == 0 || x == 1) {
			v = x == 1
		}
		s, _ := text(v)
		s = strings.ToLower(s)
		return s, s == "true" || s == "false"
	}
	s, ok := text(v)
	if ok && len(field.Values) > 0 && !slices.Contains(field.Values, s) {
		s = other
	}
	return s, ok
}

// yes reports whether a value says so.
func yes(v any) bool {
	if x, ok := number(v); ok {
		return x == 1
	}
	s, _ := v.(string)
	return strings.EqualFold(s, "true") || strings.EqualFold(s, "yes")
}

// threshold is the operating point of a record.
func (f *Folder) threshold(r Record) float64 {
	if x, ok := number(f.value(r, AsThreshold)); ok {
		return x
	}
	return f.mapping.Threshold
}

// What a user did with an answer.
const (
	undecided = iota
	accepted
	overridden
	ignored
)

// action reads what the user did, and counts it.
func (f *Folder) action(w *open, r Record) int8 {
	n := f.one[AsAction]
	if n == "" {
		return undecided
	}
	field := f.mapping.Fields[n]
	s, ok := text(r[n])
	if !ok || s == "" {
		return undecided
	}
	w.shown.Shown++
	if x, ok := number(f.value(r, AsDecision)); ok && w.decide != nil && x >= 0 {
		w.decide.AddNumber(x)
	}
	in := func(words []string, dflt ...string) bool {
		if len(words) == 0 {
			words = dflt
		}
		return slices.ContainsFunc(words, func(x string) bool { return strings.EqualFold(x, s) })
	}
	switch {
	case in(field.Accepted, "accepted", "accept", "confirmed", "true"):
		w.shown.Accepted++
		return accepted
	case in(field.Overrode, "overridden", "override", "overruled", "rejected", "reject", "changed", "false"):
		w.shown.Overridden++
		return overridden
	}
	w.shown.Ignored++
	return ignored
}
