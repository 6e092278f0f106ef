package performance

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// The usual names of columns, in lower case, the surest first.
var usual = map[string][]string{
	"id":         {"id", "row_id", "prediction_id", "identifier", "record_id", "study_id", "accession", "passengerid", "uuid", "index"},
	"time":       {"timestamp", "time", "datetime", "date", "predicted_at", "at"},
	"score":      {"score", "y_pred_proba", "predicted_probability", "probability", "proba", "prob", "y_score", "prediction_score", "y_prob", "risk"},
	"prediction": {"prediction", "y_pred", "predicted", "predicted_label", "called", "call", "output", "y_hat"},
	"label":      {"label", "y_true", "target", "truth", "ground_truth", "outcome", "actual", "y", "clf_target", "class"},
	"label_time": {"label_time", "labelled_at", "labeled_at", "known_at"},
	"unit":       {"unit", "patient_id", "patient", "subject_id", "subject"},
	"final":      {"final", "final_decision", "decision", "clinician", "human"},
}

// roles finds the columns of one file.
type roles struct {
	id, time, score, prediction, label, labelTime, unit, final *column
}

// find returns the column told, or the first of the usual names.
func find(f *frame, role, told string) (*column, error) {
	if f == nil {
		return nil, nil
	}
	if told != "" {
		return f.column(told), nil
	}
	var got *column
	for _, want := range usual[role] {
		for _, c := range f.columns {
			if strings.EqualFold(c.name, want) {
				if got == nil {
					got = c
				}
			}
		}
		if got != nil {
			return got, nil
		}
	}
	return nil, nil
}

// rolesOf assigns columns. A column that was told and is not in a file that
// must have it is an error; must names those.
func rolesOf(f *frame, c Columns, must ...string) (roles, error) {
	var r roles
	for _, x := range []struct {
		role, told string
		to         **column
	}{
		{"id", c.ID, &r.id}, {"time", c.Time, &r.time}, {"score", c.Score, &r.score}, {"prediction", c.Prediction, &r.prediction},
		{"label", c.Label, &r.label}, {"label_time", c.LabelTime, &r.labelTime}, {"unit", c.Unit, &r.unit}, {"final", c.Final, &r.final},
	} {
		got, err := find(f, x.role, x.told)
		if err != nil {
			return r, err
		}
		if got == nil && x.told != "" && slices.Contains(must, x.role) {
			return r, wardround.Errorf(wardround.EInvalid, "performance.columns", "%s has no column %q, which the configuration names as %s; it has %s",
				f.name, x.told, x.role, names(f))
		}
		*x.to = got
	}
	return r, nil
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

// labelColumn of a labels file: the usual name, or the only column besides the
// id and the time.
func labelColumn(f *frame, r roles) *column {
	if r.label != nil {
		return r.label
	}
	var left []*column
	for _, c := range f.columns {
		if c != r.id && c != r.labelTime && c != r.time {
			left = append(left, c)
		}
	}
	if len(left) == 1 {
		return left[0]
	}
	return nil
}

// featureColumns are the inputs that both files hold: those told, or all that
// have no other part to play and are not mere names (texts with more than 200
// values in the reference).
func featureColumns(pred, ref *frame, c Columns, taken []*column) []string {
	if len(c.Features) > 0 {
		return c.Features
	}
	var out []string
	for _, p := range pred.columns {
		if slices.Contains(taken, p) || slices.Contains(c.Ignore, p.name) {
			continue
		}
		r := ref.column(p.name)
		if r == nil || slices.Contains(taken, r) || r.kind != p.kind || p.kind == table.Time {
			continue
		}
		if p.kind == table.Text && len(r.dict) > 200 {
			continue
		}
		out = append(out, p.name)
	}
	return out
}
