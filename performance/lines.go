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
var shown = []string{"auroc", "auprc", "sensitivity", "specificity", "ppv", "accuracy", "f1", "brier", "value", "mae", "rmse", "mape", "rmsle"}

// Head returns the first lines of the report for people: what was read, and which
// column was taken as what.
func (r *Report) Head() []string {
	var out []string
	p := r.Predictions
	out = append(out, fmt.Sprintf("%s: %d rows%s", p.File, p.Rows, left(p.Left)), p.columns())
	if f := r.LabelsFile; f != nil {
		out = append(out, fmt.Sprintf("%s: %d rows%s", f.File, f.Rows, left(f.Left)), f.columns())
	}
	if r.Labels != nil {
		out = append(out, r.Labels.String())
	}
	if f := r.Reference; f != nil {
		out = append(out, fmt.Sprintf("reference %s: %d rows%s, %d inputs", f.File, f.Rows, left(f.Left), len(f.Features)), f.columns())
	}
	if r.Caveat != "" {
		out = append(out, "estimates ("+string(r.Method)+"): "+r.Caveat)
	}
	return out
}

// columns says which column was taken as what, and why where its name does not say it.
func (in *Input) columns() string {
	var out []string
	for _, role := range append(append([]string{}, order[:3]...), append([]string{"scores"}, order[3:]...)...) {
		name, ok := in.Columns[role]
		if !ok {
			continue
		}
		s := role + "=" + name
		if how := in.How[role]; how != "" && how != "as told" {
			s += " (" + how + ")"
		}
		if role == "scores" {
			s += fmt.Sprintf(" (%d classes: %s)", len(in.Classes), strings.Join(in.Classes[:min(8, len(in.Classes))], ", "))
		}
		out = append(out, s)
	}
	return "  columns: " + strings.Join(out, ", ")
}

func left(l Left) string {
	n := l.Refused + l.MissingScore + l.MissingCall
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d left out: %d unreadable, %d without a score%s)", n, l.Refused, l.MissingScore+l.MissingCall, inRows(l.Rows, l.MissingScore+l.MissingCall))
}

// Table returns the chunks as rows under headers: of each what was realised, and
// under it what was estimated, with their intervals; the last are all rows together.
func (r *Report) Table() (headers []string, rows [][]string) {
	all := r.Chunks
	if w := r.Whole; w != nil && len(r.Chunks) > 1 {
		all = append(append([]Chunk{}, all...), Chunk{Index: -1, Rows: r.Predictions.Rows, Labelled: w.Rows, Realised: w.Realised, Estimated: w.Estimated})
	}
	var ms []string
	for _, m := range shown {
		for _, c := range all {
			_, real := c.Realised[m]
			if _, est := c.Estimated[m]; real || est {
				ms = append(ms, m)
				break
			}
		}
	}
	headers = append([]string{"chunk", "from", "rows", "labelled", ""}, ms...)
	headers = append(headers, "decision")
	for _, c := range all {
		first := []string{fmt.Sprint(c.Index), c.From, fmt.Sprint(c.Rows), fmt.Sprint(c.Labelled)}
		if c.Index < 0 {
			first[0] = "all"
		}
		last := decision(c)
		for _, x := range []struct {
			what string
			f    map[string]Figure
		}{{"realised", c.Realised}, {"estimated", c.Estimated}} {
			if len(x.f) == 0 {
				continue
			}
			row := append(first, x.what)
			for _, m := range ms {
				row = append(row, cell(x.f, m))
			}
			rows = append(rows, append(row, last))
			first, last = []string{"", "", "", ""}, ""
		}
		if last != "" || first[0] != "" {
			rows = append(rows, append(append(first, ""), append(make([]string, len(ms)), last)...))
		}
	}
	return headers, rows
}

func cell(figures map[string]Figure, m string) string {
	f, ok := figures[m]
	switch {
	case !ok:
		return ""
	case strings.HasSuffix(m, "itives") || strings.HasSuffix(m, "atives"): // counts
		return fmt.Sprintf("%.0f", f.Value)
	case math.IsNaN(float64(f.Low)):
		return number(f.Value)
	}
	return fmt.Sprintf("%s (%s–%s)", number(f.Value), number(f.Low), number(f.High))
}

// number with three decimals, or as many figures as mean something.
func number(v Number) string {
	if a := math.Abs(float64(v)); a >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3f", v)
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

// Tail returns the last lines: what else there is of the whole, gaps, the
// estimator's record, and why.
func (r *Report) Tail() []string {
	var out []string
	if w := r.Whole; w != nil && len(w.Realised) > 0 {
		s := fmt.Sprintf("all %d labelled rows:", w.Rows)
		for _, m := range []string{"npv", "log_loss", "ece", "calibration_intercept", "calibration_slope", "auroc_weighted", "f1_weighted", "true_positives", "false_positives",
			"false_negatives", "true_negatives", "value_per_row", "mse", "msle", "r2", "bias"} {
			if _, ok := w.Realised[m]; ok {
				s += " " + m + " " + cell(w.Realised, m)
			}
		}
		out = append(out, s)
		for _, c := range w.Classes {
			if s := fmt.Sprintf("class %s, %d cases:", c.Class, c.Cases); len(w.Classes) <= 20 {
				for _, m := range []string{"auroc", "auprc", "sensitivity", "specificity", "ppv", "f1"} {
					if _, ok := c.Realised[m]; ok {
						s += " " + m + " " + cell(c.Realised, m)
					}
				}
				out = append(out, s)
			}
		}
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
		if m != "value" && !strings.HasSuffix(m, "itives") && !strings.HasSuffix(m, "atives") {
			ms = append(ms, m)
		}
	}
	sort.Strings(ms)
	for _, m := range ms {
		s := r.Estimator[m]
		word := map[string]string{OK: "believed", Breach: "no longer believed", Unknown: "too early to say"}[s.Believed]
		out = append(out, fmt.Sprintf("estimator, %s: mean error %.3f, coverage %.0f %% of %d chunks: %s", m, s.MAE, 100*float64(s.Coverage), s.Chunks, word))
	}
	for _, in := range []*Input{&r.Predictions, r.LabelsFile, r.Reference} {
		if in != nil {
			for _, n := range in.Notes[min(in.read, len(in.Notes)):] {
				out = append(out, in.File+": "+n)
			}
		}
	}
	out = append(out, r.Notes...)
	if r.Decision != "" {
		out = append(out, "decision: "+r.Decision)
	}
	return append(out, r.Why...)
}
