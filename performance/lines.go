package performance

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

var nan = Number(math.NaN())

// shown are the metrics of the table for people, in this order; the report
// holds all.
var shown = []string{"auroc", "sensitivity", "specificity", "ppv", "accuracy", "f1", "calibration_slope", "mae", "rmse"}

// Head returns the first lines of the report for people.
func (r *Report) Head() []string {
	var out []string
	p := r.Predictions
	out = append(out, fmt.Sprintf("%s: %d rows%s", p.File, p.Rows, left(p.Left)))
	if l := r.Labels; l != nil {
		s := fmt.Sprintf("labels: %d joined, %d waiting", l.Joined, l.Waiting)
		for _, x := range []struct {
			n    int64
			what string
		}{{l.UnknownIDs, "for unknown ids"}, {l.Duplicates, "duplicates"}, {l.Conflicting, "conflicting (not used)"}, {l.DuplicateRows, "predictions share an id"},
			{l.Late, "late (used)"}, {l.Early, "dated before the prediction"}, {l.Empty, "empty or unreadable"}} {
			if x.n > 0 {
				s += fmt.Sprintf(", %d %s", x.n, x.what)
			}
		}
		out = append(out, s)
	}
	if r.Reference != nil {
		out = append(out, fmt.Sprintf("reference: %s, %d rows%s, %d inputs", r.Reference.File, r.Reference.Rows, left(r.Reference.Left), len(r.Reference.Features)))
	}
	if r.Caveat != "" {
		out = append(out, "estimates ("+string(r.Method)+"): "+r.Caveat)
	}
	return out
}

func left(l Left) string {
	n := l.Refused + l.MissingScore + l.MissingCall
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d left out: %d unreadable, %d without a score)", n, l.Refused, l.MissingScore+l.MissingCall)
}

// Table returns the chunks as rows under headers: per metric the realised
// figure with its interval, or the estimate marked ~.
func (r *Report) Table() (headers []string, rows [][]string) {
	var ms []string
	for _, m := range shown {
		for _, c := range r.Chunks {
			if _, ok := c.Realised[m]; ok {
				ms = append(ms, m)
				break
			}
			if _, ok := c.Estimated[m]; ok {
				ms = append(ms, m)
				break
			}
		}
	}
	headers = append([]string{"chunk", "from", "rows", "labelled"}, ms...)
	headers = append(headers, "decision")
	for _, c := range r.Chunks {
		row := []string{fmt.Sprint(c.Index), c.From, fmt.Sprint(c.Rows), fmt.Sprint(c.Labelled)}
		for _, m := range ms {
			row = append(row, cell(c, m))
		}
		rows = append(rows, append(row, decision(c)))
	}
	return headers, rows
}

func cell(c Chunk, m string) string {
	one := func(f Figure) string {
		if math.IsNaN(float64(f.Low)) {
			return fmt.Sprintf("%.3f", f.Value)
		}
		return fmt.Sprintf("%.3f (%.3f–%.3f)", f.Value, f.Low, f.High)
	}
	var parts []string
	if f, ok := c.Realised[m]; ok {
		parts = append(parts, one(f))
	}
	if f, ok := c.Estimated[m]; ok {
		parts = append(parts, "~"+one(f))
	}
	if len(parts) == 2 {
		parts[1] = fmt.Sprintf("~%.3f", c.Estimated[m].Value)
	}
	return strings.Join(parts, " ")
}

// decision names the metrics that make it.
func decision(c Chunk) string {
	if c.Decision == "" || c.Decision == OK {
		return c.Decision
	}
	var ms []string
	for _, x := range c.Judged {
		if x.Decision == c.Decision {
			ms = append(ms, x.Metric)
		}
	}
	return c.Decision + ": " + strings.Join(ms, ", ")
}

// Tail returns the last lines: the whole, gaps, the estimator's record, and why.
func (r *Report) Tail() []string {
	var out []string
	if w := r.Whole; w != nil {
		s := fmt.Sprintf("all %d labelled rows:", w.Rows)
		for _, m := range append([]string{"auprc", "brier", "calibration_intercept", "r2"}, shown...) {
			if f, ok := w.Realised[m]; ok {
				s += fmt.Sprintf(" %s %.3f (%.3f–%.3f)", m, f.Value, f.Low, f.High)
			}
		}
		out = append(out, s)
		out = append(out, w.Why...)
	}
	for _, g := range r.Gaps {
		s := fmt.Sprintf("%s %s against %s, %s: %+.3f (%.3f–%.3f) %s", g.Column, g.Group, g.Against, g.Measure, g.Figure.Value, g.Figure.Low, g.Figure.High, g.Decision)
		if g.Need > 0 {
			s += fmt.Sprintf("; %s, %d rows would do", g.Why, g.Need)
		}
		out = append(out, s)
	}
	ms := make([]string, 0, len(r.Estimator))
	for m := range r.Estimator {
		ms = append(ms, m)
	}
	sort.Strings(ms)
	for _, m := range ms {
		s := r.Estimator[m]
		word := map[string]string{OK: "believed", Breach: "no longer believed", Unknown: "too early to say"}[s.Believed]
		out = append(out, fmt.Sprintf("estimator, %s: mean error %.3f, coverage %.0f %% of %d chunks: %s", m, s.MAE, 100*float64(s.Coverage), s.Chunks, word))
	}
	out = append(out, r.Notes...)
	if r.Decision != "" {
		out = append(out, "decision: "+r.Decision)
	}
	return append(out, r.Why...)
}
