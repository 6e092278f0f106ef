package inference

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/stat/sketch"
)

// outcome takes the label that came with the record, or remembers the record for one
// that comes later.
func (f *Folder) outcome(w *open, r Record, groups []string, at time.Time) {
	did := f.action(w, r)
	scores := make([]float64, len(f.scoreFields))
	any := false
	for i, n := range f.scoreFields {
		x, ok := number(r[n])
		if scores[i] = x; !ok {
			scores[i] = math.NaN()
		} else {
			any = true
		}
	}
	if !any {
		return
	}
	positive := scores[0] >= f.threshold(r)
	if y, ok := f.label(r); ok {
		w.labels++
		for _, g := range groups {
			f.tally(func(n string) *sketch.Outcome { return w.outcome(f.mapping, n, g) }, scores, y)
		}
		w.shown.add(judged(did, positive, y))
		return
	}
	if id, ok := text(f.value(r, AsRecord)); ok && id != "" {
		f.remember(key(string(f.pseudonyms.Of("record", []byte(id)))), &pending{
			Span: w.span, At: at.UnixMilli(), Scores: scores, Groups: groups[1:], Did: did, Positive: positive, Label: -1,
		})
	}
}

// tally counts scores against a label.
func (f *Folder) tally(table func(field string) *sketch.Outcome, scores []float64, y bool) {
	for i, n := range f.scoreFields {
		if scores[i] == scores[i] {
			if o := table(n); o != nil {
				o.Add(scores[i], y)
			}
		}
	}
}

// judged says what the label makes of the user's decision.
func judged(did int8, positive, y bool) (o oversight) {
	if did == undecided || positive == y {
		return o
	}
	o.Wrong = 1
	if did == accepted {
		o.WrongAccepted = 1
	}
	return o
}

// label reads the truth; ok is false if there is none, or one that is not known.
func (f *Folder) label(r Record) (y, ok bool) {
	n := f.one[AsLabel]
	if n == "" || absent(r[n]) {
		return false, false
	}
	field := f.mapping.Fields[n]
	s, isText := text(r[n])
	in := func(words []string, dflt ...string) bool {
		if len(words) == 0 {
			words = dflt
		}
		return isText && slices.ContainsFunc(words, func(x string) bool { return strings.EqualFold(x, s) })
	}
	switch {
	case in(field.Positive, "1", "true", "yes"):
		return true, true
	case in(field.Negative, "0", "false", "no"):
		return false, true
	case isText && len(field.Positive) > 0 && len(field.Negative) == 0:
		return false, true
	}
	f.counts.UnknownLabels++
	return false, false
}

// client looks at the input, and counts who asked.
func (f *Folder) client(w *open, r Record) {
	id, ok := text(f.value(r, AsClient))
	told := ok && id != ""
	var cats uint64
	numbers := make([]float64, 0, len(f.columnFields))
	for _, n := range f.columnFields {
		field := f.mapping.Fields[n]
		if field.As != AsFeature {
			continue
		}
		if x, ok := number(r[n]); ok && field.Type == string(sketch.Number) {
			numbers = append(numbers, x)
		} else if s, ok := text(r[n]); ok && field.Type != string(sketch.Number) {
			cats = cats*1099511628211 ^ key(s)
		} else {
			numbers = append(numbers, math.NaN())
		}
	}
	seen := w.look(f, numbers)
	w.echo(f, r, numbers)
	if !told {
		return
	}
	near := false
	if len(f.scoreFields) > 0 {
		if x, ok := number(r[f.scoreFields[0]]); ok {
			near = math.Abs(x-f.threshold(r)) <= f.mapping.Margin
		}
	}
	w.clients.of(string(f.pseudonyms.Of("client", []byte(id)))).ask(seen, numbers, cats, near)
}
