package performance

import (
	"math"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// task finds out what the model does, and sees that its answers are there.
func (j *job) task(pf *frame, ro *roles) error {
	const op = "performance.columns"
	for _, role := range []string{"score", "prediction"} {
		if err := ro.doubt[role]; err != nil {
			return err
		}
	}
	if ro.score == nil && ro.scores == nil && ro.prediction == nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s: which column is the score (a probability) or the prediction of the model? It has %s. Say it: --column score=NAME or --column prediction=NAME; a file of inputs alone says nothing of a model", pf.name, names(pf))
	}
	if ro.score != nil && ro.score.kind == table.Text {
		return wardround.Errorf(wardround.EInvalid, op, "%s, column %s holds text where a number is wanted", pf.name, ro.score.name)
	}
	switch {
	case j.c.Type != "":
		j.is = task(j.c.Type)
	case ro.scores != nil:
		j.is = multiclass
		if ro.asOfTwo(j.c) {
			j.is = binary
		}
	case ro.score == nil && manyNumbers(ro.prediction):
		j.is = regression
	case ro.score == nil && ro.prediction.kind == table.Text && j.c.Positive == "" && manyTexts(ro.prediction):
		j.is = multiclass
	default:
		j.is = binary
	}
	if j.is == regression && (ro.prediction == nil || ro.prediction.kind == table.Text) {
		return wardround.Errorf(wardround.EInvalid, op, "%s: a regression needs a column of predicted numbers. Say it: --column prediction=NAME", pf.name)
	}
	if j.is == binary && ro.scores != nil && !ro.asOfTwo(j.c) {
		return wardround.Errorf(wardround.EInvalid, op, "%s: columns %s* hold %d classes; name the probability of a case: --column score=NAME", pf.name, ro.scores.prefix, len(ro.scores.columns))
	}
	if j.is == multiclass && ro.scores == nil && ro.prediction == nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s: a model of several classes needs a column of probabilities for each, such as y_pred_proba_CLASS, or the class that was predicted. Say it: --column scores=PREFIX or --column prediction=NAME", pf.name)
	}
	j.rep.Type = string(j.is)
	return nil
}

// asOfTwo makes the columns of two classes, no and yes, one score.
func (r *roles) asOfTwo(c *Config) bool {
	if r.scores == nil || len(r.scores.columns) != 2 {
		return false
	}
	for k, name := range r.scores.classes {
		other := strings.ToLower(r.scores.classes[1-k])
		if c.Positive != "" && name == c.Positive || c.Positive == "" && yeses[strings.ToLower(name)] && noes[other] {
			r.score, r.scores = r.scores.columns[k], nil
			r.how["score"] = "the probability of " + name
			return true
		}
	}
	return false
}

// answersAs sees that the reference holds the answers that the predictions hold.
func (r *roles) answersAs(rf *frame, p roles, pf *frame, t task) error {
	for _, x := range []struct {
		role string
		from *column
		to   **column
	}{{"score", p.score, &r.score}, {"prediction", p.prediction, &r.prediction}} {
		if x.from != nil {
			if c := rf.column(x.from.name); c != nil && c.kind == x.from.kind { // the same name is the same part
				*x.to = c
				delete(r.doubt, x.role)
			}
		}
		if err := r.doubt[x.role]; err != nil && x.from != nil {
			return err
		}
	}
	const op = "performance.columns"
	switch {
	case t == regression && r.prediction == nil, t == binary && p.score != nil && r.score == nil, t == binary && p.score == nil && r.prediction == nil,
		t == multiclass && p.scores == nil && r.prediction == nil:
		return wardround.Errorf(wardround.EInvalid, op, "%s has no column of scores or predictions as %s has (%s); the model's answers for the reference are needed. It has %s", rf.name, pf.name, given(p), names(rf))
	case t == multiclass && p.scores != nil:
		g := &family{prefix: p.scores.prefix, classes: p.scores.classes}
		for _, c := range p.scores.columns {
			x := rf.column(c.name)
			if x == nil || x.codes != nil {
				return wardround.Errorf(wardround.EInvalid, op, "%s has no column %q of numbers as %s has", rf.name, c.name, pf.name)
			}
			g.columns = append(g.columns, x)
		}
		r.scores, r.score = g, nil
	}
	if p.prediction == nil { // calls are made of scores in both
		r.prediction = nil
	}
	return nil
}

func given(r roles) string {
	if r.score != nil {
		return r.score.name
	}
	if r.prediction != nil {
		return r.prediction.name
	}
	return r.scores.prefix + "*"
}

// manyNumbers reports whether a column holds numbers other than 0 and 1.
func manyNumbers(c *column) bool {
	if c == nil || c.kind != table.Number {
		return false
	}
	for _, v := range c.numbers {
		if !math.IsNaN(v) && v != 0 && v != 1 {
			return true
		}
	}
	return false
}

// manyTexts reports whether a column of texts holds more than yes and no.
func manyTexts(c *column) bool {
	count, _ := c.values(maxClasses + 1)
	if len(count) < 3 {
		return false
	}
	known := 0
	for t := range count {
		if l := strings.ToLower(t); yeses[l] || noes[l] {
			known++
		}
	}
	return known == 0
}
