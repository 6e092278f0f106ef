// Package performance is the engine behind "wardround model performance": it
// reads predictions, joins the labels that have come, and says per chunk of
// time how well the model did (realised), how well it is thought to do where
// labels are still missing (estimated), against which limits, and whether that
// is ok, a breach or unknown.
//
// # Files
//
// Three tables, CSV or Parquet ([format/table]):
//
//   - predictions: one row per answer of the model. Needs a score (a number, for
//     a binary model a probability) or a prediction; may hold an id, a time, the
//     unit (patient, study), groups, inputs, and labels.
//   - labels: id and label, often late and incomplete. Joined by id; what does
//     not fit is counted and said ([Join]).
//   - reference: rows like those of predictions, with labels, from a time when
//     the model was known to do well. Without it nothing is estimated.
//
// Columns are known by their usual names, or told in a [Config].
//
// # Judgement
//
// A declared limit is judged by the interval: wholly on one side is ok or a
// breach, else unknown, with the number of rows that would do. Limits taken
// from the reference (so far from the mean of its chunks that one report in twenty
// breaks any of them while nothing changes) are judged by the value, because they
// already hold the noise of a chunk.
// Estimates are judged only while the estimator is believed: it is scored
// against every chunk whose labels have come ([labelfree.Track]).
package performance

import (
	"bytes"
	"math"
	"strconv"

	measure "github.com/wardround/wardround/stat/performance"
)

// A Number is a figure in a report: null in JSON where it is not defined.
type Number float64

// MarshalJSON writes null for NaN and infinities, which JSON has no word for.
func (n Number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', 10, 64), nil
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*n = Number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(b), 64)
	*n = Number(v)
	return err
}

// A Figure is a metric with its interval.
type Figure struct {
	Value  Number `json:"value"`
	Low    Number `json:"low"`
	High   Number `json:"high"`
	N      int    `json:"n"`
	Method string `json:"method,omitempty"`
}

func figure(e measure.Estimate) Figure {
	return Figure{Number(e.Value), Number(e.Low), Number(e.High), e.N, e.Method}
}

// Decisions, in order of gravity.
const (
	OK      = "ok"
	Unknown = "unknown"
	Breach  = "breach"
)

// worse returns the graver of two decisions; "" is none.
func worse(a, b string) string {
	rank := map[string]int{"": 0, OK: 1, Unknown: 2, Breach: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// Also are the names that other tools give to the metrics of a [Report].
var Also = map[string]string{"auroc": "roc_auc", "auprc": "average_precision", "ppv": "precision", "sensitivity": "recall"}
