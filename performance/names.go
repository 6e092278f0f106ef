package performance

import (
	"strings"
	"unicode"
)

// known are the names by which a column's part is known. The sure ones say what
// they mean; the likely ones could be an input of the model too, and count only
// where no sure one is there.
var known = map[string]struct{ sure, likely []string }{
	"id": {[]string{"id", "row_id", "prediction_id", "identifier", "record_id", "case_id", "request_id", "inference_id", "study_id", "study_uid", "study_instance_uid",
		"accession", "accession_number", "passengerid", "uuid", "guid", "uid"},
		[]string{"index", "key", "row", "rowid", "row_number", "unnamed: 0", "__index_level_0__", "encounter_id", "sample_id", "exam_id", "order_id", "customer_id", "name_id"}},
	"time": {[]string{"timestamp", "time", "datetime", "date_time", "date", "predicted_at", "prediction_time", "prediction_timestamp", "event_time", "inference_time", "created_at", "ts"},
		[]string{"at", "day", "month", "week"}},
	"score": {[]string{"y_pred_proba", "predicted_probability", "prediction_probability", "predicted_proba", "pred_proba", "prediction_proba", "predict_proba", "probability", "proba",
		"y_score", "prediction_score", "predicted_score", "model_score", "y_prob", "y_proba", "pred_prob", "predicted_prob", "probability_score", "score"},
		[]string{"prob", "p", "risk", "risk_score", "predicted_risk", "likelihood", "confidence", "probability_1", "proba_1", "prob_1", "p_1", "y_pred_proba_1"}},
	"prediction": {[]string{"y_pred", "prediction", "predicted", "predicted_label", "predicted_class", "pred_label", "pred", "y_hat", "yhat", "predicted_value", "y_predicted", "model_prediction"},
		[]string{"output", "called", "call", "model_output", "classification", "forecast"}},
	"label": {[]string{"y_true", "label", "target", "truth", "ground_truth", "true_label", "actual_label", "clf_target", "actual", "y_actual", "true_class", "true_value", "gt"},
		[]string{"outcome", "y", "class", "result", "observed", "diagnosis"}},
	"label_time": {[]string{"label_time", "labelled_at", "labeled_at", "known_at", "label_timestamp", "outcome_time", "outcome_at"}, nil},
	"unit":       {[]string{"patient_id", "patient", "subject_id", "subject", "unit", "mrn", "person_id"}, nil},
	"final":      {[]string{"final_decision", "final", "clinician_decision", "human_decision"}, []string{"decision", "clinician", "human"}},
	"partition":  {[]string{"partition", "period", "data_split"}, []string{"split", "set", "fold"}},
}

// plain is a name without case and all that is no letter or digit, so that
// "Predicted Probability", "predictedProbability" and "predicted_probability"
// are one.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// called are the columns of f whose names are among the given, in the order of
// these.
func called(f *frame, want []string) []*column {
	var out []*column
	for _, w := range want {
		for _, c := range f.columns {
			if plain(c.name) == plain(w) && (plain(w) != "" || c.name == "") {
				out = append(out, c)
			}
		}
	}
	return out
}

// A family is a column of probabilities per class: y_pred_proba_A, y_pred_proba_B …
type family struct {
	prefix  string
	classes []string
	columns []*column
}

// maxClasses is how many classes a model may have here.
const maxClasses = 500

// familyOf finds the columns whose names are a name of a score and then a class,
// and whose rows add up to one; nil if there are none. told is the prefix, if it
// was told.
func familyOf(f *frame, told string) *family {
	var prefixes []string
	if told != "" {
		prefixes = []string{told}
	} else {
		for _, list := range [][]string{known["score"].sure, {"prob", "p"}} {
			for _, n := range list {
				for _, end := range []string{"_", ".", "-", " ", ":", "[", "(", "/"} {
					prefixes = append(prefixes, n+end)
				}
			}
		}
	}
	var best *family
	for _, p := range prefixes {
		g := &family{prefix: p}
		for _, c := range f.columns {
			if len(c.name) > len(p) && strings.EqualFold(c.name[:len(p)], p) && c.codes == nil {
				g.classes = append(g.classes, strings.TrimRight(c.name[len(p):], "])"))
				g.columns = append(g.columns, c)
			}
		}
		if len(g.columns) >= 2 && len(g.columns) <= maxClasses && (best == nil || len(g.columns) > len(best.columns)) && g.addsUp() {
			best = g
		}
	}
	return best
}

// addsUp reports whether nearly all rows are probabilities that add up to one,
// as far as rounding to two digits lets them.
func (g *family) addsUp() bool {
	n := len(g.columns[0].numbers)
	seen, good := 0, 0
	for i := 0; i < n; i += max(1, n/5000) {
		sum, inside := 0.0, true
		for _, c := range g.columns {
			v := c.number(i)
			sum += v
			inside = inside && v >= 0 && v <= 1
		}
		if sum != sum {
			continue
		}
		seen++
		if room := 0.006 * float64(len(g.columns)); inside && sum > 1-room && sum < 1+room {
			good++
		}
	}
	return seen > 0 && good*100 >= seen*95
}
