package performance

import "math"

// A Confusion counts calls against truth. The counts may be fractions:
// expectations, or weights.
type Confusion struct{ TP, FP, FN, TN float64 }

// Confuse counts rows called positive at threshold t (score ≥ t).
func Confuse(score []float64, label []bool, t float64) (Confusion, error) {
	called := make([]bool, len(score))
	for i, s := range score {
		if s != s {
			return Confusion{}, ErrNaN
		}
		called[i] = s >= t
	}
	return ConfuseCalls(called, label)
}

// ConfuseCalls counts the calls that the model itself made.
func ConfuseCalls(called, label []bool) (Confusion, error) {
	var c Confusion
	if len(called) != len(label) {
		return c, ErrLength
	}
	if len(called) == 0 {
		return c, ErrEmpty
	}
	for i, p := range called {
		switch {
		case p && label[i]:
			c.TP++
		case p:
			c.FP++
		case label[i]:
			c.FN++
		default:
			c.TN++
		}
	}
	return c, nil
}

// N is the total.
func (c Confusion) N() float64 { return c.TP + c.FP + c.FN + c.TN }

// The shares; NaN where nothing is in the denominator: a model that calls
// nobody has no precision, not one of zero.

func (c Confusion) Sensitivity() float64 { return c.TP / (c.TP + c.FN) }
func (c Confusion) Specificity() float64 { return c.TN / (c.TN + c.FP) }
func (c Confusion) PPV() float64         { return c.TP / (c.TP + c.FP) }
func (c Confusion) NPV() float64         { return c.TN / (c.TN + c.FN) }
func (c Confusion) Accuracy() float64    { return (c.TP + c.TN) / c.N() }
func (c Confusion) Prevalence() float64  { return (c.TP + c.FN) / c.N() }
func (c Confusion) Called() float64      { return (c.TP + c.FP) / c.N() }

// F1 is the harmonic mean of precision and sensitivity; NaN without cases and calls.
func (c Confusion) F1() float64 { return 2 * c.TP / (2*c.TP + c.FP + c.FN) }

// BalancedAccuracy is the mean of sensitivity and specificity.
func (c Confusion) BalancedAccuracy() float64 { return (c.Sensitivity() + c.Specificity()) / 2 }

// Youden is sensitivity + specificity − 1.
func (c Confusion) Youden() float64 { return c.Sensitivity() + c.Specificity() - 1 }

// MCC is Matthews' correlation; 0 where a margin is empty, as scikit-learn.
func (c Confusion) MCC() float64 {
	d := math.Sqrt(c.TP+c.FP) * math.Sqrt(c.TP+c.FN) * math.Sqrt(c.TN+c.FP) * math.Sqrt(c.TN+c.FN)
	if d == 0 {
		return 0
	}
	return (c.TP*c.TN - c.FP*c.FN) / d
}

// Kappa is Cohen's: agreement beyond what the margins give by chance.
func (c Confusion) Kappa() float64 {
	n := c.N()
	pe := ((c.TP+c.FP)*(c.TP+c.FN) + (c.TN+c.FN)*(c.TN+c.FP)) / (n * n)
	return (c.Accuracy() - pe) / (1 - pe)
}

// LikelihoodRatios are sensitivity/(1−specificity) and (1−sensitivity)/specificity.
func (c Confusion) LikelihoodRatios() (positive, negative float64) {
	se, sp := c.Sensitivity(), c.Specificity()
	return se / (1 - sp), (1 - se) / sp
}

// Value is the worth of the calls per row, given the worth of one of each.
func (c Confusion) Value(worth Confusion) float64 {
	return (c.TP*worth.TP + c.FP*worth.FP + c.FN*worth.FN + c.TN*worth.TN) / c.N()
}

// Shares returns sensitivity, specificity, PPV, NPV and accuracy with Wilson
// intervals, for independent rows. exact asks for Clopper–Pearson.
func (c Confusion) Shares(level float64, exact bool) map[string]Estimate {
	f := Wilson
	if exact {
		f = ClopperPearson
	}
	return map[string]Estimate{
		"sensitivity": f(c.TP, c.TP+c.FN, level),
		"specificity": f(c.TN, c.TN+c.FP, level),
		"ppv":         f(c.TP, c.TP+c.FP, level),
		"npv":         f(c.TN, c.TN+c.FN, level),
		"accuracy":    f(c.TP+c.TN, c.N(), level),
	}
}

// F1Estimate is F1 with the delta-method interval for multinomial counts, made
// on the logit scale (Takahashi et al., Appl. Intell. 52, 2022).
func (c Confusion) F1Estimate(level float64) Estimate {
	f := c.F1()
	d := 2*c.TP + c.FP + c.FN
	// f = 2TP/d. Over multinomial cell shares the variance is Σ n_k g_k² (the
	// mean of g under the cells is zero, because f does not change with scale).
	gtp := 2 * (1 - f) / d
	gx := -f / d
	se := math.Sqrt(c.TP*gtp*gtp + (c.FP+c.FN)*gx*gx)
	return logitInterval(f, se, level, int(math.Round(c.N())), "delta, logit").atEnd(c.TP + c.FP + c.FN)
}

// PredictiveValues are PPV and NPV at the stated prevalence, from sensitivity
// and specificity of these counts. The rows may come from a case-control study
// or another ward; prevalence is that of the place of use. Intervals: Mercaldo,
// Lau & Zhou, on the logit scale, with their continuity adjustment when a cell
// is empty.
func (c Confusion) PredictiveValues(prevalence, level float64) (ppv, npv Estimate) {
	n1, n0 := c.TP+c.FN, c.TN+c.FP
	z := Z(level)
	value := func(se, sp float64) (float64, float64) {
		return se * prevalence / (se*prevalence + (1-sp)*(1-prevalence)),
			sp * (1 - prevalence) / ((1-se)*prevalence + sp*(1-prevalence))
	}
	se, sp := c.Sensitivity(), c.Specificity()
	p, n := value(se, sp)
	if c.TP == 0 || c.FN == 0 || c.TN == 0 || c.FP == 0 {
		se, sp = (c.TP+z*z/2)/(n1+z*z), (c.TN+z*z/2)/(n0+z*z)
		n1, n0 = n1+z*z, n0+z*z
	}
	ap, an := value(se, sp)
	sp2 := math.Sqrt((1-se)/(se*n1) + sp/((1-sp)*n0)) // of logit PPV
	sn2 := math.Sqrt(se/((1-se)*n1) + (1-sp)/(sp*n0)) // of logit NPV
	make := func(v, centre, s float64) Estimate {
		return Estimate{Value: v, SE: s * centre * (1 - centre), Level: level, N: int(math.Round(c.N())), Method: "Mercaldo, logit",
			Low: expit(logit(centre) - z*s), High: expit(logit(centre) + z*s)}
	}
	return make(p, ap, sp2), make(n, an, sn2)
}
