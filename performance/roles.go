package performance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// roles are the parts that the columns of one file play.
type roles struct {
	id, time, score, prediction, label, labelTime, unit, final *column
	scores                                                     *family           // instead of score, of a model of several classes
	how                                                        map[string]string // role → why this column, where its name does not say it
	doubt                                                      map[string]error  // role → several columns could be it
}

func (r *roles) set(role string) **column {
	switch role {
	case "id":
		return &r.id
	case "time":
		return &r.time
	case "score":
		return &r.score
	case "prediction":
		return &r.prediction
	case "label":
		return &r.label
	case "label_time":
		return &r.labelTime
	case "unit":
		return &r.unit
	}
	return &r.final
}

// order in which roles are shown.
var order = []string{"id", "time", "score", "prediction", "label", "label_time", "unit", "final"}

func (c *Columns) told(role string) string {
	return map[string]string{"id": c.ID, "time": c.Time, "score": c.Score, "prediction": c.Prediction, "label": c.Label,
		"label_time": c.LabelTime, "unit": c.Unit, "final": c.Final}[role]
}

// Set names the column of a role, as "label=employed" on the command line does.
// Error: EInvalid for a role that there is not.
func (c *Columns) Set(role, name string) error {
	switch role {
	case "groups", "group":
		c.Groups = append(c.Groups, name)
	case "features", "feature":
		c.Features = append(c.Features, name)
	case "ignore":
		c.Ignore = append(c.Ignore, name)
	case "scores":
		c.Scores = name
	default:
		to, ok := map[string]*string{"id": &c.ID, "time": &c.Time, "score": &c.Score, "prediction": &c.Prediction, "label": &c.Label,
			"label_time": &c.LabelTime, "unit": &c.Unit, "final": &c.Final}[role]
		if !ok {
			return wardround.Errorf(wardround.EInvalid, "performance.columns", "no part of a column is called %q; there are %s, scores, group, feature and ignore", role, strings.Join(order, ", "))
		}
		*to = name
	}
	return nil
}

// once are the roles of which a second candidate is a question, not a second choice.
var once = []string{"score", "prediction", "label"}

// rolesOf assigns columns: those told, else by name. A column that was told and
// is not in a file that must have it is an error; must names those roles.
func rolesOf(f *frame, c Columns, must ...string) (roles, error) {
	r := roles{how: map[string]string{}, doubt: map[string]error{}}
	if f == nil {
		return r, nil
	}
	for _, role := range order {
		told := c.told(role)
		if told != "" {
			got := f.column(told)
			if got == nil && slices.Contains(must, role) {
				return r, wardround.Errorf(wardround.EInvalid, "performance.columns", "%s has no column %q, which was named as %s; it has %s", f.name, told, role, names(f))
			}
			*r.set(role) = got
			if got != nil {
				r.how[role] = "as told"
			}
			continue
		}
		cand := called(f, known[role].sure)
		if len(cand) == 0 {
			cand = called(f, known[role].likely)
		}
		cand = slices.DeleteFunc(cand, func(x *column) bool { return slices.Contains(c.Ignore, x.name) || slices.Contains(r.all(), x) })
		switch {
		case len(cand) == 0:
		case len(cand) > 1 && slices.Contains(once, role):
			r.doubt[role] = doubt(f, role, cand)
		default:
			*r.set(role) = cand[0]
		}
	}
	r.time.dates()
	r.labelTime.dates()
	if c.Score == "" && r.score == nil && r.doubt["score"] == nil || c.Scores != "" || c.Score == "" && r.likelyScore() {
		if r.scores = familyOf(f, c.Scores); r.scores != nil {
			r.score = nil
			delete(r.doubt, "score")
		} else if c.Scores != "" && slices.Contains(must, "score") {
			return r, wardround.Errorf(wardround.EInvalid, "performance.columns",
				"%s has no two columns of numbers whose names begin with %q and whose rows add up to 1; it has %s", f.name, c.Scores, names(f))
		}
	}
	if r.score == nil && r.scores == nil && c.Score == "" && r.doubt["score"] == nil {
		r.byPart(f, c)
	}
	return r, nil
}

// likelyScore reports whether the score was only likely one, as "proba_1" is.
func (r *roles) likelyScore() bool {
	if r.score == nil {
		return r.doubt["score"] != nil
	}
	return !slices.ContainsFunc(known["score"].sure, func(n string) bool { return plain(n) == plain(r.score.name) })
}

// byPart takes the only column of numbers whose name speaks of a probability.
func (r *roles) byPart(f *frame, c Columns) {
	var cand []*column
	for _, x := range f.columns {
		n := plain(x.name)
		if x.kind == table.Number && (strings.Contains(n, "proba") || strings.HasSuffix(n, "prob")) && !slices.Contains(r.all(), x) && !slices.Contains(c.Ignore, x.name) {
			cand = append(cand, x)
		}
	}
	switch len(cand) {
	case 0:
	case 1:
		r.score, r.how["score"] = cand[0], "the only column whose name speaks of a probability"
	default:
		r.doubt["score"] = doubt(f, "score", cand)
	}
}

func doubt(f *frame, role string, cand []*column) error {
	var out []string
	for _, x := range cand {
		out = append(out, x.name)
	}
	return wardround.Errorf(wardround.EInvalid, "performance.columns", "%s: which column is the %s: %s? Say it: --column %s=%s", f.name, role, strings.Join(out, " or "), role, out[0])
}

// unnamed is the error of a role that no column was found for.
func unnamed(f *frame, role, more string) error {
	if more != "" {
		more = "; " + more
	}
	return wardround.Errorf(wardround.EInvalid, "performance.columns", "%s: which column is the %s? It has %s%s. Say it: --column %s=NAME", f.name, role, names(f), more, role)
}

func names(f *frame) string {
	var out []string
	for i, c := range f.columns {
		if i == 40 {
			out = append(out, "…")
			break
		}
		out = append(out, c.name)
	}
	return strings.Join(out, ", ")
}

// labelOf finds the label of a labels file that has no usual name: the only
// column besides id and times that the predictions do not have as well.
func (r *roles) labelOf(f, pred *frame) error {
	if r.label != nil && r.how["label"] != "" {
		return nil
	}
	var left, all []*column
	for _, c := range f.columns {
		if c == r.id || c == r.labelTime || c == r.time || c == r.unit || rowNumber(c.name) {
			continue
		}
		if all = append(all, c); pred.lacks(c.name) {
			left = append(left, c)
		}
	}
	if len(left) == 0 {
		left = all
	}
	switch {
	case r.label != nil && (len(left) != 1 || left[0] == r.label || sure("label", r.label)):
	case len(left) == 1:
		r.label, r.how["label"] = left[0], "the only column besides id and time"
		delete(r.doubt, "label")
	}
	if r.label != nil {
		return nil
	}
	if err := r.doubt["label"]; err != nil {
		return err
	}
	return unnamed(f, "label", "")
}

// labelIn finds the label of the reference, which must have one: the column
// called as in the labels file, or by its name, or the only one that the
// predictions lack.
func (r *roles) labelIn(ref, pred *frame, labels *column) error {
	if r.label != nil && r.how["label"] != "" {
		return nil
	}
	if labels != nil {
		if c := ref.column(labels.name); c != nil {
			r.label, r.how["label"] = c, "as in the labels"
			return nil
		}
	}
	if r.label != nil && (sure("label", r.label) || pred.lacks(r.label.name)) {
		return nil
	}
	var left []*column
	for _, c := range ref.columns {
		if !rowNumber(c.name) && !slices.Contains(r.all(), c) && (r.scores == nil || !slices.Contains(r.scores.columns, c)) && pred.lacks(c.name) {
			left = append(left, c)
		}
	}
	switch {
	case len(left) == 1:
		r.label, r.how["label"] = left[0], "the only column that the predictions lack"
	case r.label != nil:
	case len(left) > 1:
		var out []string
		for _, c := range left {
			out = append(out, c.name)
		}
		return unnamed(ref, "label", "the predictions lack "+strings.Join(out, ", "))
	case r.doubt["label"] != nil:
		return r.doubt["label"]
	default:
		return unnamed(ref, "label", "a reference without labels says nothing of performance")
	}
	return nil
}

// rowNumber reports whether a column is the number of the row, as data frames write
// it: without a name, which the reader of tables makes "column 1".
func rowNumber(name string) bool {
	return name == "" || name == "column 1" || strings.EqualFold(name, "unnamed: 0") || name == "__index_level_0__"
}

// lacks reports whether a file has no value in a column of that name.
func (f *frame) lacks(name string) bool {
	c := f.column(name)
	if c == nil {
		return true
	}
	for i := range f.rows {
		if c.there(i) {
			return false
		}
	}
	return true
}

func sure(role string, c *column) bool {
	return slices.ContainsFunc(known[role].sure, func(n string) bool { return plain(n) == plain(c.name) })
}

// sharedID is the only column of labels, besides label and times, that the
// predictions have as well.
func sharedID(labels, pred *frame, r roles) (of, in *column) {
	for _, c := range labels.columns {
		if c == r.label || c == r.time || c == r.labelTime || c.kind == table.Time {
			continue
		}
		if p := pred.column(c.name); p != nil && p.kind == c.kind {
			if of != nil {
				return nil, nil
			}
			of, in = c, p
		}
	}
	return of, in
}

// featureColumns are the inputs that both files hold: those told, or all that
// have no other part to play and are not mere names (texts with more than 200
// values in the reference). why says of columns that would only tell which file
// a row is from.
func featureColumns(pred, ref *frame, c Columns, taken []*column) (out, why []string) {
	if len(c.Features) > 0 {
		return c.Features, nil
	}
	for _, p := range pred.columns {
		if slices.Contains(taken, p) || slices.Contains(c.Ignore, p.name) || rowNumber(p.name) {
			continue
		}
		r := ref.column(p.name)
		if r == nil || slices.Contains(taken, r) || r.kind != p.kind || p.kind == table.Time {
			continue
		}
		if p.kind == table.Text && len(r.dict) > 200 {
			continue
		}
		if p.kind == table.Text && !slices.ContainsFunc(p.dict, func(s string) bool { return slices.Contains(r.dict, s) }) {
			why = append(why, fmt.Sprintf("column %s is no input: no value of it is in both files", p.name))
			continue
		}
		out = append(out, p.name)
	}
	return out, why
}

func (r *roles) all() []*column {
	out := []*column{r.id, r.time, r.score, r.prediction, r.label, r.labelTime, r.unit, r.final}
	if r.scores != nil {
		out = append(out, r.scores.columns...)
	}
	return out
}
