package performance

import (
	"math"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// A Join says what became of the labels.
type Join struct {
	Labels        int64  `json:"labels"`         // rows of the labels file with a label
	Empty         int64  `json:"empty"`          // without one, or not readable
	Joined        int64  `json:"joined"`         // predictions that have a label now
	Waiting       int64  `json:"waiting"`        // predictions without one
	UnknownIDs    int64  `json:"unknown_ids"`    // labels for ids nobody predicted
	Duplicates    int64  `json:"duplicates"`     // the same label once more
	Conflicting   int64  `json:"conflicting"`    // ids with labels that contradict each other: none is used
	DuplicateRows int64  `json:"duplicate_rows"` // predictions that share an id: each gets the label
	Late          int64  `json:"late"`           // came later than the configured age; used
	Early         int64  `json:"early"`          // dated before the prediction; used, but the model may have seen it
	LateAfter     string `json:"late_after,omitempty"`
}

// a truth is a label as read.
type truth struct {
	yes   bool
	value float64
	at    float64
	bad   bool // conflicting
}

// readTruth reads labels of a frame by row; ok is false where there is none.
func readTruth(f *frame, col *column, c *Config, regression bool) (func(i int) (truth, bool), error) {
	if regression {
		if col.kind == table.Text {
			return nil, wardround.Errorf(wardround.EInvalid, "performance.labels", "%s, column %s holds text; the model predicts a number", f.name, col.name)
		}
		return func(i int) (truth, bool) {
			v := col.number(i)
			return truth{value: v, at: math.NaN()}, !math.IsNaN(v) && !math.IsInf(v, 0)
		}, nil
	}
	t, err := newTeller(f.name, col, c)
	if err != nil {
		return nil, err
	}
	return func(i int) (truth, bool) {
		yes, ok := t.tell(i)
		return truth{yes: yes, at: math.NaN()}, ok
	}, nil
}

// join gives rows the labels of a labels file, by id.
func (r *rows) join(f *frame, ro roles, c *Config, regression bool) (Join, error) {
	const op = "performance.labels"
	var j Join
	col := labelColumn(f, ro)
	if col == nil {
		return j, wardround.Errorf(wardround.EInvalid, op, "%s: which column is the label? It has %s; say it in the configuration: columns: {label: NAME}", f.name, names(f))
	}
	if ro.id == nil {
		return j, wardround.Errorf(wardround.EInvalid, op, "%s: which column is the id? It has %s; say it in the configuration: columns: {id: NAME}", f.name, names(f))
	}
	read, err := readTruth(f, col, c, regression)
	if err != nil {
		return j, err
	}
	by := make(map[string]truth, f.rows)
	for i := range f.rows {
		t, ok := read(i)
		id := ro.id.text(i)
		if !ok || id == "" {
			j.Empty++
			continue
		}
		j.Labels++
		if ro.labelTime != nil && ro.labelTime.kind == table.Time {
			t.at = ro.labelTime.number(i)
		} else if ro.time != nil && ro.time.kind == table.Time {
			t.at = ro.time.number(i)
		}
		switch was, seen := by[id]; {
		case !seen:
			by[id] = t
		case was.bad:
		case was.yes != t.yes || was.value != t.value:
			j.Conflicting++
			was.bad = true
			by[id] = was
		default:
			j.Duplicates++
		}
	}
	r.blank(regression)
	used := make(map[string]bool, len(by))
	late := c.late().Seconds()
	for i, id := range r.id {
		t, ok := by[id]
		if id == "" || !ok {
			j.Waiting++
			continue
		}
		if used[id] {
			j.DuplicateRows++
		}
		used[id] = true
		if t.bad {
			j.Waiting++
			continue
		}
		r.set(i, t)
		j.Joined++
		if r.at != nil && !math.IsNaN(t.at) && !math.IsNaN(r.at[i]) {
			switch age := t.at - r.at[i]; {
			case age > late:
				j.Late++
			case age < 0:
				j.Early++
			}
		}
	}
	j.UnknownIDs = int64(len(by) - len(used))
	if j.Late > 0 {
		j.LateAfter = c.late().String()
	}
	return j, nil
}

// own takes labels that stand beside the predictions.
func (r *rows) own(f *frame, col *column, ro roles, c *Config, regression bool) (Join, error) {
	var j Join
	read, err := readTruth(f, col, c, regression)
	if err != nil {
		return j, err
	}
	by := map[string]int{}
	r.blank(regression)
	for k, i := range r.source {
		t, ok := read(i)
		if !ok {
			j.Empty++
			j.Waiting++
			continue
		}
		j.Labels++
		j.Joined++
		r.set(k, t)
		if id := r.id[k]; id != "" {
			by[id]++
			if by[id] > 1 {
				j.DuplicateRows++
			}
		}
	}
	return j, nil
}

func (r *rows) blank(regression bool) {
	r.known = make([]bool, r.n())
	if regression {
		r.actual = make([]float64, r.n())
	} else {
		r.label = make([]bool, r.n())
	}
}

func (r *rows) set(i int, t truth) {
	r.known[i] = true
	if r.actual != nil {
		r.actual[i] = t.value
	} else {
		r.label[i] = t.yes
	}
}
