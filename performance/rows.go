package performance

import (
	"math"
	"sort"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/labelfree"
	measure "github.com/wardround/wardround/stat/performance"
)

// rows are what is judged: of predictions or of the reference, in order of time
// where there is one.
type rows struct {
	name      string
	id        []string
	source    []int       // row of the file each came from; not kept in parts
	at        []float64   // seconds since 1970 UTC; nil without a time
	score     []float64   // nil without one
	called    []bool      // binary
	value     []float64   // regression: what was predicted; multiclass: the number of the class that was
	classes   []string    // multiclass
	prob      [][]float64 // multiclass with probabilities: by class, then row
	label     []bool
	actual    []float64
	known     []bool // label is there
	unit      measure.Units
	final     []bool
	decided   []bool // final is there
	groups    map[string][]string
	features  labelfree.Features
	Left      Left
	notes     []string
	strangers []string // what is said where no label fits
}

// Left counts rows that could not be used.
type Left struct {
	Refused      int64 `json:"refused"`       // rows the file reader could not read
	MissingScore int64 `json:"missing_score"` // no score, or not a number
	MissingCall  int64 `json:"missing_prediction,omitempty"`
	MissingTime  int64 `json:"missing_time,omitempty"` // in a file with times; they come last
	Rows         []int `json:"rows,omitempty"`         // the first of those without a score or prediction, from 1
}

func (r *rows) n() int { return len(r.id) }

// part returns the rows from … to−1.
func (r *rows) part(from, to int) *rows {
	p := &rows{name: r.name, id: r.id[from:to], groups: map[string][]string{}}
	cut := func(x []float64) []float64 {
		if x == nil {
			return nil
		}
		return x[from:to]
	}
	bits := func(x []bool) []bool {
		if x == nil {
			return nil
		}
		return x[from:to]
	}
	p.at, p.score, p.value, p.actual = cut(r.at), cut(r.score), cut(r.value), cut(r.actual)
	p.classes = r.classes
	for _, c := range r.prob {
		p.prob = append(p.prob, cut(c))
	}
	p.called, p.label, p.known, p.final, p.decided = bits(r.called), bits(r.label), bits(r.known), bits(r.final), bits(r.decided)
	if r.unit != nil {
		p.unit = r.unit[from:to]
	}
	for g, v := range r.groups {
		p.groups[g] = v[from:to]
	}
	p.features.Names = r.features.Names
	for _, c := range r.features.Columns {
		p.features.Columns = append(p.features.Columns, c[from:to])
	}
	return p
}

// labelled returns the rows whose label is there.
func (r *rows) labelled() *rows {
	var idx []int
	for i, k := range r.known {
		if k {
			idx = append(idx, i)
		}
	}
	if len(idx) == r.n() {
		return r
	}
	return r.pick(idx)
}

func (r *rows) pick(idx []int) *rows {
	p := &rows{name: r.name, groups: map[string][]string{}, Left: r.Left, notes: r.notes}
	p.id = take(r.id, idx)
	p.at, p.score, p.value, p.actual = take(r.at, idx), take(r.score, idx), take(r.value, idx), take(r.actual, idx)
	p.called, p.label, p.known, p.final, p.decided = take(r.called, idx), take(r.label, idx), take(r.known, idx), take(r.final, idx), take(r.decided, idx)
	p.unit = take(r.unit, idx)
	p.classes = r.classes
	for _, c := range r.prob {
		p.prob = append(p.prob, take(c, idx))
	}
	for g, v := range r.groups {
		p.groups[g] = take(v, idx)
	}
	p.features.Names = r.features.Names
	for _, c := range r.features.Columns {
		p.features.Columns = append(p.features.Columns, take(c, idx))
	}
	return p
}

func take[S ~[]T, T any](x S, idx []int) S {
	if x == nil {
		return nil
	}
	out := make(S, len(idx))
	for k, i := range idx {
		out[k] = x[i]
	}
	return out
}

// rowsOfFrame reads the frame's columns by their roles.
func rowsOfFrame(f *frame, ro roles, c *Config, t task, classes, features []string) (*rows, error) {
	const op = "performance.read"
	r := &rows{name: f.name, groups: map[string][]string{}, notes: append([]string(nil), f.notes...)}
	if t == multiclass {
		r.classes = classes
	}
	r.Left.Refused = f.refused
	var keep []int
	for i := range f.rows {
		ok, err := r.usable(f, ro, t, i)
		if err != nil {
			return nil, err
		}
		if ok {
			keep = append(keep, i)
		}
	}
	if len(keep) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s: no row has a score or prediction", f.name)
	}
	if ro.time != nil && ro.time.kind != table.Text {
		r.order(ro.time, keep)
	}
	r.source = keep
	for _, i := range keep {
		id := ""
		if ro.id != nil {
			id = ro.id.text(i)
		}
		r.id = append(r.id, id)
	}
	numbers := func(col *column) []float64 {
		x := make([]float64, len(keep))
		for k, i := range keep {
			x[k] = col.number(i)
		}
		return x
	}
	switch {
	case t == regression:
		r.value = numbers(ro.prediction)
	case t == multiclass && ro.scores != nil:
		for _, col := range ro.scores.columns {
			r.prob = append(r.prob, numbers(col))
		}
	case t == binary && ro.score != nil:
		r.score = numbers(ro.score)
	}
	if err := r.calls(ro, c, keep, t); err != nil {
		return nil, err
	}
	if ro.unit != nil {
		var units []string
		for _, i := range keep {
			units = append(units, ro.unit.text(i))
		}
		r.unit, _ = measure.UnitsOf(units)
	}
	for _, g := range c.Columns.Groups {
		col := f.column(g)
		if col == nil {
			continue
		}
		for _, i := range keep {
			r.groups[g] = append(r.groups[g], col.text(i))
		}
	}
	r.features.Names = features
	for _, name := range features {
		col := f.column(name)
		if col == nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s has no column %q, which the configuration names as an input", f.name, name)
		}
		r.features.Columns = append(r.features.Columns, numbers(col))
	}
	return r, nil
}

// usable reports whether row i has an answer of the model, and counts it if not.
func (r *rows) usable(f *frame, ro roles, t task, i int) (bool, error) {
	const op = "performance.read"
	left := func(n *int64) (bool, error) {
		if *n++; len(r.Left.Rows) < shownRows {
			r.Left.Rows = append(r.Left.Rows, i+1)
		}
		return false, nil
	}
	scores := []*column{}
	if t == binary && ro.score != nil {
		scores = append(scores, ro.score)
	} else if t == multiclass && ro.scores != nil {
		scores = ro.scores.columns
	}
	for _, col := range scores {
		s := col.number(i)
		if math.IsNaN(s) {
			return left(&r.Left.MissingScore)
		}
		if s < 0 || s > 1 {
			return false, wardround.Errorf(wardround.EInvalid, op,
				"%s, row %d, column %s: the score is %v; a score is a probability from 0 to 1. If another column holds the probability, say so: --column score=NAME; if the model gives something else, turn it into a probability first",
				f.name, i+1, col.name, s)
		}
	}
	switch {
	case t == regression && (math.IsNaN(ro.prediction.number(i)) || math.IsInf(ro.prediction.number(i), 0)),
		t != regression && len(scores) == 0 && !ro.prediction.there(i):
		return left(&r.Left.MissingCall)
	}
	return true, nil
}

// order sorts rows by time; those without one come last.
func (r *rows) order(col *column, keep []int) {
	for _, i := range keep {
		if math.IsNaN(col.number(i)) {
			r.Left.MissingTime++
		}
	}
	at := func(i int) float64 {
		if v := col.number(i); !math.IsNaN(v) {
			return v
		}
		return math.Inf(1)
	}
	sort.SliceStable(keep, func(a, b int) bool { return at(keep[a]) < at(keep[b]) })
	if col.kind != table.Time {
		return // numbers have an order, not a date
	}
	for _, i := range keep {
		r.at = append(r.at, col.number(i))
	}
}

// calls reads the model's calls, or makes them from the score, and the final
// decisions of people.
func (r *rows) calls(ro roles, c *Config, keep []int, t task) error {
	switch t {
	case regression:
		return nil
	case multiclass:
		return r.classCalls(ro, keep)
	}
	r.called = make([]bool, len(keep))
	if ro.prediction == nil {
		for k := range keep {
			r.called[k] = r.score[k] >= c.threshold()
		}
	} else {
		p, err := newTeller(r.name, ro.prediction, c)
		if err != nil {
			return err
		}
		for k, i := range keep {
			v, ok := p.tell(i)
			r.called[k] = v == 1
			if !ok && ro.score != nil {
				r.called[k] = r.score[k] >= c.threshold()
			}
		}
	}
	if ro.final != nil {
		p, err := newTeller(r.name, ro.final, c)
		if err != nil {
			return err
		}
		r.final, r.decided = make([]bool, len(keep)), make([]bool, len(keep))
		for k, i := range keep {
			v, ok := p.tell(i)
			r.final[k], r.decided[k] = v == 1, ok
		}
	}
	return nil
}

// classCalls reads which class each row was called, or takes the most probable,
// the first of equals.
func (r *rows) classCalls(ro roles, keep []int) error {
	r.value = make([]float64, len(keep))
	if ro.prediction == nil {
		for k := range keep {
			best := 0
			for c := range r.prob {
				if r.prob[c][k] > r.prob[best][k] {
					best = c
				}
			}
			r.value[k] = float64(best)
		}
		return nil
	}
	p := newClassTeller(ro.prediction, r.classes)
	for k, i := range keep {
		v, ok := p.tell(i)
		if !ok {
			return wardround.Errorf(wardround.EInvalid, "performance.read", "%s, row %d, column %s: %q is no class of the model; its classes are %s",
				r.name, i+1, ro.prediction.name, ro.prediction.text(i), strings.Join(r.classes[:min(len(r.classes), 12)], ", "))
		}
		r.value[k] = float64(v)
	}
	return nil
}

// stamp of seconds since 1970, or "".
func stamp(at []float64, i int) string {
	if at == nil || math.IsNaN(at[i]) || math.Abs(at[i]) > 1e11 {
		return ""
	}
	return time.Unix(int64(math.Floor(at[i])), 0).UTC().Format(time.RFC3339)
}
