package performance

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// A Join says what became of the labels.
type Join struct {
	By            string `json:"by,omitempty"`   // the column of ids, or "row"
	Labels        int64  `json:"labels"`         // rows of the labels file with a label
	Empty         int64  `json:"empty"`          // without one
	WrongType     int64  `json:"wrong_type"`     // with something that is no label of this model
	Joined        int64  `json:"joined"`         // predictions that have a label now
	Waiting       int64  `json:"waiting"`        // predictions without one
	UnknownIDs    int64  `json:"unknown_ids"`    // labels for ids nobody predicted
	Duplicates    int64  `json:"duplicates"`     // the same label once more
	Conflicting   int64  `json:"conflicting"`    // ids with labels that contradict each other: none is used
	DuplicateRows int64  `json:"duplicate_rows"` // predictions that share an id: each gets the label
	Late          int64  `json:"late"`           // came later than the configured age; used
	Early         int64  `json:"early"`          // dated before the prediction; used, but the model may have seen it
	LateAfter     string `json:"late_after,omitempty"`
	// Rows names the first rows of each kind, from 1, by the names above: of the file
	// of labels, but for duplicate_rows, late and early, which are of the predictions.
	Rows map[string][]int `json:"rows,omitempty"`
}

// count adds row i (from 0) to what is counted as kind.
func (j *Join) count(n *int64, kind string, i int) {
	*n++
	if j.Rows == nil {
		j.Rows = map[string][]int{}
	}
	if len(j.Rows[kind]) < shownRows {
		j.Rows[kind] = append(j.Rows[kind], i+1)
	}
}

// a truth is a label as read.
type truth struct {
	value float64 // binary: 1 is a case; multiclass: the number of the class
	at    float64
	row   int
	bad   bool // conflicting
}

// a reading of a label: there, missing, or something else.
type reading int

const (
	missing reading = iota
	wrong
	there
)

// readTruth reads labels of a frame by row.
func readTruth(f *frame, col *column, c *Config, t task, classes []string) (func(i int) (truth, reading), error) {
	var tell *teller
	switch t {
	case regression:
		if col.kind == table.Text {
			return nil, wardround.Errorf(wardround.EInvalid, "performance.labels", "%s, column %s holds text; the model predicts a number", f.name, col.name)
		}
		return func(i int) (truth, reading) {
			v := col.number(i)
			switch {
			case !col.ok(i):
				return truth{}, missing
			case math.IsNaN(v) || math.IsInf(v, 0):
				return truth{}, wrong
			}
			return truth{value: v, at: math.NaN()}, there
		}, nil
	case multiclass:
		if err := foreign(f.name, col, classes); err != nil {
			return nil, err
		}
		tell = newClassTeller(col, classes)
	default:
		var err error
		if tell, err = newTeller(f.name, col, c); err != nil {
			return nil, err
		}
	}
	return func(i int) (truth, reading) {
		v, ok := tell.tell(i)
		switch {
		case ok:
			return truth{value: float64(v), at: math.NaN()}, there
		case tell.odd(i):
			return truth{}, wrong
		}
		return truth{}, missing
	}, nil
}

// join gives rows the labels of a labels file, by id.
func (r *rows) join(f *frame, ro roles, c *Config, t task) (Join, error) {
	j := Join{By: ro.id.name}
	read, err := readTruth(f, ro.label, c, t, r.classes)
	if err != nil {
		return j, err
	}
	by := make(map[string]truth, f.rows)
	for i := range f.rows {
		v, how := read(i)
		id := ro.id.text(i)
		switch {
		case how == wrong:
			j.count(&j.WrongType, "wrong_type", i)
			continue
		case how == missing || id == "":
			j.count(&j.Empty, "empty", i)
			continue
		}
		j.Labels++
		v.row = i
		if ro.labelTime != nil && ro.labelTime.kind == table.Time {
			v.at = ro.labelTime.number(i)
		} else if ro.time != nil && ro.time.kind == table.Time {
			v.at = ro.time.number(i)
		}
		switch was, seen := by[id]; {
		case !seen:
			by[id] = v
		case was.bad:
		case was.value != v.value:
			j.count(&j.Conflicting, "conflicting", i)
			was.bad = true
			by[id] = was
		default:
			j.count(&j.Duplicates, "duplicates", i)
		}
	}
	r.blank(t)
	used := make(map[string]bool, len(by))
	late := c.late().Seconds()
	for i, id := range r.id {
		v, ok := by[id]
		if id == "" || !ok {
			j.Waiting++
			continue
		}
		if used[id] {
			j.count(&j.DuplicateRows, "duplicate_rows", r.source[i])
		}
		used[id] = true
		if v.bad {
			j.Waiting++
			continue
		}
		r.set(i, v)
		j.Joined++
		if r.at != nil && !math.IsNaN(v.at) && !math.IsNaN(r.at[i]) {
			switch age := v.at - r.at[i]; {
			case age > late:
				j.count(&j.Late, "late", r.source[i])
			case age < 0:
				j.count(&j.Early, "early", r.source[i])
			}
		}
	}
	j.unknown(by, used)
	if j.Late > 0 {
		j.LateAfter = c.late().String()
	}
	if j.Joined == 0 && j.Labels > 0 && j.Conflicting == 0 {
		r.strangers = append(r.strangers, fmt.Sprintf("no label fits a prediction: ids of predictions look like %q, those of labels (column %s of %s) like %q", r.id[0], ro.id.name, f.name, ro.id.text(0)))
		r.notes = append(r.notes, r.strangers...)
	}
	return j, nil
}

// unknown counts labels for ids that nobody predicted.
func (j *Join) unknown(by map[string]truth, used map[string]bool) {
	var rows []int
	for id, v := range by {
		if !used[id] {
			rows = append(rows, v.row)
		}
	}
	sort.Ints(rows)
	for _, i := range rows {
		j.count(&j.UnknownIDs, "unknown_ids", i)
	}
}

// beside takes labels that stand in the rows of the predictions, or of a file
// with as many rows in the same order.
func (r *rows) beside(f *frame, col *column, c *Config, t task) (Join, error) {
	j := Join{By: "row"}
	read, err := readTruth(f, col, c, t, r.classes)
	if err != nil {
		return j, err
	}
	seen := map[string]bool{}
	r.blank(t)
	for k, i := range r.source {
		v, how := read(i)
		if how != there {
			if j.Waiting++; how == wrong {
				j.count(&j.WrongType, "wrong_type", i)
			} else {
				j.count(&j.Empty, "empty", i)
			}
			continue
		}
		j.Labels++
		j.Joined++
		r.set(k, v)
		if id := r.id[k]; id != "" {
			if seen[id] {
				j.count(&j.DuplicateRows, "duplicate_rows", i)
			}
			seen[id] = true
		}
	}
	return j, nil
}

func (r *rows) blank(t task) {
	r.known = make([]bool, r.n())
	if t != binary {
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
		r.label[i] = t.value == 1
	}
}

// String says it for people.
func (j *Join) String() string {
	s := fmt.Sprintf("labels: %d joined", j.Joined)
	if j.By != "" {
		s += " by " + j.By
	}
	s += fmt.Sprintf(", %d waiting", j.Waiting)
	for _, x := range []struct {
		n          int64
		kind, what string
	}{{j.UnknownIDs, "unknown_ids", "for unknown ids"}, {j.Duplicates, "duplicates", "duplicates"}, {j.Conflicting, "conflicting", "conflicting (none used)"},
		{j.DuplicateRows, "duplicate_rows", "predictions share an id"}, {j.Late, "late", "later than " + j.LateAfter + " (used)"},
		{j.Early, "early", "dated before the prediction (used)"}, {j.WrongType, "wrong_type", "of the wrong type"}, {j.Empty, "empty", "empty"}} {
		if x.n > 0 {
			s += fmt.Sprintf(", %d %s%s", x.n, x.what, inRows(j.Rows[x.kind], x.n))
		}
	}
	return s
}

// inRows names some rows.
func inRows(rows []int, n int64) string {
	if len(rows) == 0 {
		return ""
	}
	var out []string
	for _, i := range rows {
		out = append(out, fmt.Sprint(i))
	}
	more := ""
	if int64(len(rows)) < n {
		more = " …"
	}
	word := "row"
	if len(rows) > 1 {
		word = "rows"
	}
	return " (" + word + " " + strings.Join(out, ", ") + more + ")"
}
