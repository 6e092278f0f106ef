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
	name     string
	id       []string
	source   []int     // row of the file each came from; not kept in parts
	at       []float64 // seconds since 1970 UTC; nil without a time
	score    []float64 // nil without one
	called   []bool    // binary
	value    []float64 // regression: what was predicted
	label    []bool
	actual   []float64
	known    []bool // label is there
	unit     measure.Units
	final    []bool
	decided  []bool // final is there
	groups   map[string][]string
	features labelfree.Features
	Left     Left
	notes    []string
}

// Left counts rows that could not be used.
type Left struct {
	Refused      int64 `json:"refused"`       // rows the file reader could not read
	MissingScore int64 `json:"missing_score"` // no score, or not a number
	MissingCall  int64 `json:"missing_prediction,omitempty"`
	MissingTime  int64 `json:"missing_time,omitempty"` // in a file with times; they come last
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
func rowsOfFrame(f *frame, ro roles, c *Config, regression bool, features []string) (*rows, error) {
	const op = "performance.read"
	r := &rows{name: f.name, groups: map[string][]string{}, notes: append([]string(nil), f.notes...)}
	r.Left.Refused = f.refused
	var keep []int
	for i := range f.rows {
		if ro.score != nil && !regression {
			s := ro.score.number(i)
			if math.IsNaN(s) {
				r.Left.MissingScore++
				continue
			}
			if s < 0 || s > 1 {
				return nil, wardround.Errorf(wardround.EInvalid, op,
					"%s, row %d, column %s: the score is %v; a score is a probability from 0 to 1. If the model gives something else, name its probability as columns.score, or turn the score into one first",
					f.name, i+1, ro.score.name, s)
			}
		}
		if regression && math.IsNaN(ro.prediction.number(i)) || !regression && ro.score == nil && !ro.prediction.ok(i) {
			r.Left.MissingCall++
			continue
		}
		keep = append(keep, i)
	}
	if len(keep) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s: no row has a score or prediction", f.name)
	}
	if ro.time != nil && ro.time.kind == table.Time {
		for _, i := range keep {
			if math.IsNaN(ro.time.number(i)) {
				r.Left.MissingTime++
			}
		}
		at := func(i int) float64 {
			if v := ro.time.number(i); !math.IsNaN(v) {
				return v
			}
			return math.Inf(1)
		}
		sort.SliceStable(keep, func(a, b int) bool { return at(keep[a]) < at(keep[b]) })
		for _, i := range keep {
			r.at = append(r.at, ro.time.number(i))
		}
	}
	r.source = keep
	for _, i := range keep {
		id := ""
		if ro.id != nil {
			id = ro.id.text(i)
		}
		r.id = append(r.id, id)
		if ro.score != nil && !regression {
			r.score = append(r.score, ro.score.number(i))
		}
		if regression {
			r.value = append(r.value, ro.prediction.number(i))
		}
	}
	if err := r.calls(ro, c, keep, regression); err != nil {
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
		x := make([]float64, len(keep))
		for k, i := range keep {
			x[k] = col.number(i)
		}
		r.features.Columns = append(r.features.Columns, x)
	}
	return r, nil
}

// calls reads the model's calls, or makes them from the score, and the final
// decisions of people.
func (r *rows) calls(ro roles, c *Config, keep []int, regression bool) error {
	if regression {
		return nil
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
			if !ok && ro.score != nil {
				v = r.score[k] >= c.threshold()
			}
			r.called[k] = v
		}
	}
	if ro.final != nil {
		p, err := newTeller(r.name, ro.final, c)
		if err != nil {
			return err
		}
		r.final, r.decided = make([]bool, len(keep)), make([]bool, len(keep))
		for k, i := range keep {
			r.final[k], r.decided[k] = p.tell(i)
		}
	}
	return nil
}

// A teller reads yes and no from a column.
type teller struct {
	col *column
	yes func(i int) (yes, ok bool)
}

var yeses = map[string]bool{"1": true, "1.0": true, "true": true, "yes": true, "y": true, "positive": true, "pos": true, "case": true, "t": true}
var noes = map[string]bool{"0": true, "0.0": true, "false": true, "no": true, "n": true, "negative": true, "neg": true, "control": true, "f": true, "-1": true}

// newTeller says how a column's values are read, or why they cannot be.
func newTeller(file string, col *column, c *Config) (*teller, error) {
	const op = "performance.labels"
	n := max(len(col.numbers), len(col.codes))
	distinct := map[string]int{}
	for i := range n {
		if col.ok(i) && !(col.kind != table.Text && math.IsNaN(col.numbers[i])) {
			if t := col.text(i); len(distinct) < 6 {
				if _, ok := distinct[t]; !ok {
					distinct[t] = i
				}
			}
		}
	}
	var seen []string
	for t := range distinct {
		seen = append(seen, t)
	}
	sort.Strings(seen)
	if c.Positive == "" {
		for _, t := range seen {
			if l := strings.ToLower(t); !yeses[l] && !noes[l] {
				return nil, wardround.Errorf(wardround.EInvalid, op,
					"%s, column %s holds %s (row %d has %q); want 0 and 1, or say in the configuration which value is a case: positive: VALUE",
					file, col.name, strings.Join(seen, ", "), distinct[t]+1, t)
			}
		}
	} else if len(distinct) > 2 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s, column %s holds more than two values (%s); only models of two classes are measured here",
			file, col.name, strings.Join(seen, ", "))
	}
	return &teller{col, func(i int) (bool, bool) {
		if !col.ok(i) || col.kind != table.Text && math.IsNaN(col.numbers[i]) {
			return false, false
		}
		t := col.text(i)
		if c.Positive != "" {
			return t == c.Positive, true
		}
		return yeses[strings.ToLower(t)], true
	}}, nil
}

func (t *teller) tell(i int) (yes, ok bool) { return t.yes(i) }

// stamp of seconds since 1970, or "".
func stamp(at []float64, i int) string {
	if at == nil || math.IsNaN(at[i]) || math.Abs(at[i]) > 1e11 {
		return ""
	}
	return time.Unix(int64(math.Floor(at[i])), 0).UTC().Format(time.RFC3339)
}
