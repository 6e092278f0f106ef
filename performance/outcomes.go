package performance

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	measure "github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/sketch"
)

// FromOutcome measures an outcome table: what is left of predictions whose
// labels came, once the rows are gone. Every interval holds the error of
// binning besides that of sampling. threshold is the score at and above which
// the model calls a case; rowsPerUnit and icc (0 … 1; 1 counts a patient once)
// say how alike rows are. The metrics are those of [Report]; why names what
// could not be measured. Error: a table that contradicts itself.
func FromOutcome(o *sketch.Outcome, threshold, rowsPerUnit, icc float64) (out map[string]Figure, why []string, err error) {
	t, err := measure.TableOf(o, rowsPerUnit, icc)
	if err != nil {
		return nil, nil, err
	}
	out = map[string]Figure{}
	no := func(name string, err error) {
		if !errors.Is(err, measure.ErrOneClass) || len(why) == 0 {
			why = append(why, name+": "+err.Error())
		}
	}
	bound := func(name string, b measure.Bound, err error) {
		if err != nil {
			no(name, err)
			return
		}
		f := figure(b.Interval)
		f.Value = Number(b.Mid)
		out[name] = f
	}
	single := func(name string, e measure.Estimate, err error) {
		if err != nil {
			no(name, err)
			return
		}
		out[name] = figure(e)
	}
	b, err := t.AUROC(measure.Level)
	bound("auroc", b, err)
	b, err = t.AUPRC(measure.Level)
	bound("auprc", b, err)
	for name, b := range t.At(threshold, measure.Level) {
		bound(name, b, nil)
	}
	e, err := t.Brier(measure.Level)
	single("brier", e, err)
	e, err = t.InTheLarge(measure.Level)
	single("calibration_in_the_large", e, err)
	if r, err := t.Recalibrate(measure.Level); err != nil {
		no("calibration_slope", err)
	} else {
		out["calibration_slope"], out["calibration_intercept"] = figure(r.Slope), figure(r.Intercept)
	}
	if cases, others := t.Counts(); cases+others > 0 {
		d := max(1, t.DesignEffect)
		e := measure.Wilson(cases/d, (cases+others)/d, measure.Level)
		e.N = int(cases + others)
		out["prevalence"] = figure(e)
	}
	if ece, mce, err := t.ECE(10); err == nil {
		n := out["prevalence"].N
		out["ece"] = Figure{Value: Number(ece), Low: nan, High: nan, N: n, Method: "10 bins of equal width"}
		out["mce"] = Figure{Value: Number(mce), Low: nan, High: nan, N: n, Method: "10 bins of equal width"}
	}
	if o.Outside > 0 {
		why = append(why, fmt.Sprintf("%d labelled rows have a score outside the table and are in no figure", o.Outside))
	}
	return out, why, nil
}

// FromWindow measures the outcome tables of a window, merged per score and
// group; the key is the group, "" for all rows. Tables of another score than
// the first are left to [FromOutcome].
func FromWindow(w *sketch.Window, threshold, icc float64) (map[string]map[string]Figure, []string, error) {
	out := map[string]map[string]Figure{}
	var why []string
	for _, o := range w.Outcomes {
		if o.Score != w.Outcomes[0].Score {
			continue
		}
		f, no, err := FromOutcome(o, threshold, w.RowsPerUnit.Mean, icc)
		if err != nil {
			return nil, nil, err
		}
		out[o.Group] = f
		for _, n := range no {
			if o.Group != "" {
				n = o.Group + ": " + n
			}
			why = append(why, n)
		}
	}
	sort.Strings(why)
	return out, why, nil
}

// Gaps compares the groups of one column ("sex=") of a window: differences of
// sensitivity and specificity, from the binning and sampling intervals of both.
func Gaps(byGroup map[string]map[string]Figure, column, against string, limit float64) []Gap {
	var names []string
	for g := range byGroup {
		if strings.HasPrefix(g, column+"=") {
			names = append(names, g)
		}
	}
	sort.Strings(names)
	base, ok := byGroup[column+"="+against]
	if !ok {
		return nil
	}
	var out []Gap
	for _, g := range names {
		value := strings.TrimPrefix(g, column+"=")
		if value == against {
			continue
		}
		for metric, word := range map[string]string{"sensitivity": "equal opportunity", "specificity": "false positives"} {
			a, b := byGroup[g][metric], base[metric]
			if a.N == 0 || b.N == 0 {
				continue
			}
			d := measure.Newcombe(estimate(a), estimate(b))
			out = append(out, Gap{Column: column, Group: value, Against: against, Measure: word, Figure: figure(d), Decision: string(d.Within(limit))})
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		return out[i].Group < out[j].Group || out[i].Group == out[j].Group && out[i].Measure < out[j].Measure
	})
	return out
}

func estimate(f Figure) measure.Estimate {
	return measure.Estimate{Value: float64(f.Value), Low: float64(f.Low), High: float64(f.High), Level: measure.Level, N: f.N}
}
