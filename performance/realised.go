package performance

import (
	"errors"
	"math"

	measure "github.com/wardround/wardround/stat/performance"
)

// realised measures rows that all have labels. What is not defined is left out;
// why says of what and why.
func realised(r *rows, c *Config) (out map[string]Figure, why []string) {
	out = map[string]Figure{}
	if r.n() == 0 {
		return out, []string{"no labels have come"}
	}
	put := func(name string, e measure.Estimate, err error) {
		switch {
		case err != nil:
			if !errors.Is(err, measure.ErrOneClass) || len(why) == 0 {
				why = append(why, name+": "+err.Error())
			}
		case !math.IsNaN(e.Value):
			out[name] = figure(e)
		}
	}
	if r.multi() {
		all, _, why := realisedClasses(r)
		return all, why
	}
	if r.actual != nil {
		errorsOf(r, put)
		return out, why
	}
	u := r.unit
	if r.score != nil {
		e, err := measure.AUROC(r.score, r.label, u, measure.Level)
		put("auroc", e, err)
		e, err = measure.AUPRC(r.score, r.label, u, measure.Level)
		put("auprc", e, err)
		e, err = measure.Brier(r.score, r.label, u, measure.Level)
		put("brier", e, err)
		e, err = measure.LogLoss(r.score, r.label, u, measure.Level)
		put("log_loss", e, err)
		if ece, mce, err := measure.ECE(r.score, r.label, measure.Bins{EqualMass: true}); err == nil {
			bins := measure.Estimate{Value: ece, SE: math.NaN(), Low: math.NaN(), High: math.NaN(), N: r.n(), Method: "10 bins of equal mass"}
			put("ece", bins, nil)
			bins.Value = mce
			put("mce", bins, nil)
		}
		if k, err := measure.Recalibrate(r.score, r.label, u, measure.Level); err == nil {
			put("calibration_slope", k.Slope, nil)
			put("calibration_intercept", k.Intercept, nil)
		} else {
			put("calibration_slope", measure.Estimate{}, err)
		}
	}
	m, err := measure.ConfuseCalls(r.called, r.label)
	if err != nil {
		return out, append(why, err.Error())
	}
	share := func(name string, in, hit func(i int) bool) {
		var h []bool
		var units measure.Units
		for i := range r.label {
			if in(i) {
				h = append(h, hit(i))
				if u != nil {
					units = append(units, u[i])
				}
			}
		}
		if len(h) > 0 {
			put(name, measure.Share(h, units, measure.Level), nil)
		}
	}
	all := func(int) bool { return true }
	share("sensitivity", func(i int) bool { return r.label[i] }, func(i int) bool { return r.called[i] })
	share("specificity", func(i int) bool { return !r.label[i] }, func(i int) bool { return !r.called[i] })
	share("ppv", func(i int) bool { return r.called[i] }, func(i int) bool { return r.label[i] })
	share("npv", func(i int) bool { return !r.called[i] }, func(i int) bool { return !r.label[i] })
	share("accuracy", all, func(i int) bool { return r.label[i] == r.called[i] })
	share("prevalence", all, func(i int) bool { return r.label[i] })
	share("called", all, func(i int) bool { return r.called[i] })
	r.counts(m, c, put)
	if m.TP+m.FN+m.FP > 0 {
		put("f1", spread(m.F1Estimate(measure.Level), r), nil)
	}
	return out, why
}

// counts are the cells of the confusion matrix, and what they are worth.
func (r *rows) counts(m measure.Confusion, c *Config, put func(string, measure.Estimate, error)) {
	for name, v := range map[string]float64{"true_positives": m.TP, "false_positives": m.FP, "false_negatives": m.FN, "true_negatives": m.TN} {
		put(name, measure.Estimate{Value: v, Low: math.NaN(), High: math.NaN(), N: r.n(), Method: "counted"}, nil)
	}
	if c.Value == nil {
		return
	}
	worth := make([]float64, r.n())
	for i := range worth {
		worth[i] = c.Value.of(r.called[i], r.label[i])
	}
	mean, se := measure.Mean(worth, r.unit)
	z, n := measure.Z(measure.Level), float64(r.n())
	put("value_per_row", measure.Estimate{Value: mean, Low: mean - z*se, High: mean + z*se, N: r.n(), Method: "mean"}, nil)
	put("value", measure.Estimate{Value: n * mean, Low: n * (mean - z*se), High: n * (mean + z*se), N: r.n(), Method: "sum"}, nil)
}

// of is what one row is worth.
func (v *Value) of(called, label bool) float64 {
	switch {
	case called && label:
		return v.TP
	case called:
		return v.FP
	case label:
		return v.FN
	}
	return v.TN
}

// spread widens an interval made for independent rows by rows per unit, the
// most that dependence within units can do.
func spread(e measure.Estimate, r *rows) measure.Estimate {
	if r.unit == nil {
		return e
	}
	f := math.Sqrt(float64(r.n()) / float64(max(1, r.unit.Count(r.n()))))
	e.Low, e.High = math.Max(0, e.Value-f*(e.Value-e.Low)), math.Min(1, e.Value+f*(e.High-e.Value))
	e.Method += ", units"
	return e
}

func errorsOf(r *rows, put func(string, measure.Estimate, error)) {
	g, err := measure.Regress(r.value, r.actual, r.unit, measure.Level)
	if err != nil {
		put("mae", measure.Estimate{}, err)
		return
	}
	put("mae", g.MAE, nil)
	put("mse", g.MSE, nil)
	put("rmse", g.RMSE, nil)
	put("bias", g.Bias, nil)
	put("r2", g.R2, nil)
	if g.MAPE != nil {
		put("mape", *g.MAPE, nil)
	}
	if g.MSLE != nil {
		put("msle", *g.MSLE, nil)
		put("rmsle", *g.RMSLE, nil)
	}
}

// An OperatingPoint is a figure at a threshold that was looked for.
type OperatingPoint struct {
	Fixed     string `json:"fixed"` // "specificity" or "sensitivity"
	At        Number `json:"at"`
	Threshold Number `json:"threshold"`
	Figure    Figure `json:"figure"` // of the other
}

// A CurvePoint of the decision curve.
type CurvePoint struct {
	Threshold Number `json:"threshold"`
	Model     Figure `json:"model"`
	TreatAll  Number `json:"treat_all"`
	Over      Figure `json:"over_best_simple"` // model less the better of treating all and none
}

// Whole holds what is measured once, over all rows.
type Whole struct {
	Rows            int               `json:"rows"`
	Units           int               `json:"units"`
	Realised        map[string]Figure `json:"realised,omitempty"`  // of the labelled rows
	Estimated       map[string]Figure `json:"estimated,omitempty"` // of all, with labels or without
	Confusion       *Matrix           `json:"confusion,omitempty"`
	Classes         []ClassReport     `json:"classes,omitempty"`
	AtPrevalence    map[string]Figure `json:"at_prevalence,omitempty"`
	OperatingPoints []OperatingPoint  `json:"operating_points,omitempty"`
	DecisionCurve   []CurvePoint      `json:"decision_curve,omitempty"`
	HosmerLemeshow  *Test             `json:"hosmer_lemeshow,omitempty"`
	Spiegelhalter   *Test             `json:"spiegelhalter,omitempty"`
	Brier           map[string]Number `json:"brier_parts,omitempty"`
	BlandAltman     map[string]Figure `json:"bland_altman,omitempty"`
	Reliability     []ReliabilityBin  `json:"reliability,omitempty"`
	People          map[string]Figure `json:"people,omitempty"`
	Why             []string          `json:"why,omitempty"` // what could not be measured
}

// A Test is a statistic and its p-value.
type Test struct {
	Statistic Number `json:"statistic"`
	P         Number `json:"p"`
	DF        int    `json:"df,omitempty"`
}

// A ReliabilityBin is a point of the reliability diagram.
type ReliabilityBin struct {
	Low   Number `json:"low"`
	High  Number `json:"high"`
	N     int    `json:"n"`
	Mean  Number `json:"mean_score"`
	Share Figure `json:"share_of_cases"`
}

// whole measures all labelled rows.
func whole(r *rows, c *Config) Whole {
	w := Whole{Rows: r.n(), Units: r.unit.Count(r.n())}
	w.Realised, w.Why = realised(r, c)
	if r.n() == 0 {
		return w
	}
	if r.multi() {
		_, w.Classes, _ = realisedClasses(r)
		w.Confusion = r.confusion()
		return w
	}
	if r.actual != nil {
		if b, err := measure.Agree(r.value, r.actual, measure.Level); err == nil {
			w.BlandAltman = map[string]Figure{"bias": figure(b.Bias), "lower_limit": figure(b.Lower), "upper_limit": figure(b.Upper)}
		}
		return w
	}
	w.people(r)
	m, err := measure.ConfuseCalls(r.called, r.label)
	if err == nil && c.Prevalence > 0 {
		ppv, npv := m.PredictiveValues(c.Prevalence, measure.Level)
		w.AtPrevalence = map[string]Figure{"ppv": figure(ppv), "npv": figure(npv)}
	}
	if r.score == nil {
		return w
	}
	if k, err := measure.Rank(r.score, r.label); err == nil {
		for _, s := range c.FixedSpecificity {
			e, p := k.SensitivityAt(s, measure.Bootstrap{})
			w.OperatingPoints = append(w.OperatingPoints, OperatingPoint{"specificity", Number(s), Number(p.Threshold), figure(e)})
		}
		for _, s := range c.FixedSensitivity {
			e, p := k.SpecificityAt(s, measure.Bootstrap{})
			w.OperatingPoints = append(w.OperatingPoints, OperatingPoint{"sensitivity", Number(s), Number(p.Threshold), figure(e)})
		}
	}
	if curve, err := measure.DecisionCurve(r.score, r.label, c.DecisionCurve, r.unit, measure.Level); err == nil {
		for _, b := range curve {
			w.DecisionCurve = append(w.DecisionCurve, CurvePoint{Number(b.T), figure(b.Model), Number(b.All), figure(b.Over)})
		}
	}
	if x, p, df, err := measure.HosmerLemeshow(r.score, r.label, 10, true); err == nil {
		w.HosmerLemeshow = &Test{Number(x), Number(p), df}
	}
	if z, p, err := measure.Spiegelhalter(r.score, r.label); err == nil {
		w.Spiegelhalter = &Test{Statistic: Number(z), P: Number(p)}
	}
	bins := measure.Bins{EqualMass: true}
	if d, err := measure.Decompose(r.score, r.label, bins); err == nil {
		w.Brier = map[string]Number{"reliability": Number(d.Reliability), "resolution": Number(d.Resolution), "uncertainty": Number(d.Uncertainty),
			"within_variance": Number(d.WithinVariance), "within_covariance": Number(d.WithinCovariance)}
	}
	if rel, err := bins.Reliability(r.score, r.label); err == nil {
		for _, b := range rel {
			if b.N > 0 {
				w.Reliability = append(w.Reliability, ReliabilityBin{Number(b.Low), Number(b.High), int(b.N), Number(b.SumProb / b.N),
					figure(measure.Wilson(b.Cases, b.N, measure.Level))})
			}
		}
	}
	return w
}

// people measures overrides, where final decisions are there.
func (w *Whole) people(r *rows) {
	var idx []int
	for i, d := range r.decided {
		if d {
			idx = append(idx, i)
		}
	}
	if len(idx) == 0 {
		return
	}
	p := r.pick(idx)
	f, err := measure.Reader{Advice: p.called, Final: p.final, Truth: p.label, Units: p.unit}.Figures()
	if err != nil {
		return
	}
	w.People = map[string]Figure{"override": figure(f.Override)}
	for name, e := range map[string]*measure.Estimate{"override_positive": &f.OverridePositive, "override_negative": &f.OverrideNegative,
		"wrong_advice_accepted": f.WrongAccepted, "right_advice_overridden": f.RightOverridden, "accuracy_of_advice": f.Alone, "accuracy_with_people": f.Together,
		"added_by_people": f.Added} {
		if e != nil && e.N > 0 {
			w.People[name] = figure(*e)
		}
	}
}
