package labelfree

import (
	"math"
	"math/rand/v2"

	"github.com/wardround/wardround/stat/performance"
)

// An Expected is what a chunk is expected to show once its labels are known.
type Expected struct {
	N         int
	Method    Method
	Confusion performance.Confusion // expected counts; zero without calls
	// Figures by name: "roc_auc", "average_precision", "brier", "log_loss", and with calls
	// "sensitivity", "specificity", "ppv", "npv", "accuracy", "f1", "prevalence",
	// "called", "mcc". Undefined ones are left out. The interval is where the
	// realised figure of this chunk is expected to lie.
	Figures map[string]performance.Estimate

	Calibrated bool    // isotonic calibration was used
	Effective  float64 // reference rows that the calibration really rests on
	Shift      float64 // standard errors by which the chunk can be told from the reference
	Trees      int     // in the density ratio
}

// expect adds up what probabilities p say of rows with the given scores and
// calls. effective is the number of rows p was learned from.
func expect(score, p []float64, called []bool, effective, level float64) (map[string]performance.Estimate, performance.Confusion) {
	n := len(p)
	z := performance.Z(level)
	grow := math.Sqrt(1 + float64(n)/math.Max(effective, 1))
	out := map[string]performance.Estimate{}
	put := func(name string, v, variance, lo, hi float64) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		se := math.Sqrt(variance) * grow
		out[name] = performance.Estimate{Value: v, SE: se, Level: level, N: n, Method: "expected, label noise and reference",
			Low: math.Max(lo, v-z*se), High: math.Min(hi, v+z*se)}
	}
	if auc, v, ok := softAUC(score, p); ok {
		put("roc_auc", auc, v, 0, 1)
		ap, v := softAP(score, p)
		put("average_precision", ap, v, 0, 1)
	}
	losses(put, score, p)
	var c performance.Confusion
	if called == nil {
		return out, c
	}
	var spreadCalled, spreadOther float64 // Σ p(1−p) among called, among the rest
	for i, q := range p {
		if called[i] {
			c.TP += q
			c.FP += 1 - q
			spreadCalled += q * (1 - q)
		} else {
			c.FN += q
			c.TN += 1 - q
			spreadOther += q * (1 - q)
		}
	}
	// Labels are drawn independently, so the variance of f is Σ p(1−p)·(what f
	// changes when the label turns)², to first order.
	delta := func(name string, f func(performance.Confusion) float64, lo, hi float64) {
		const h = 1e-4
		v := f(c)
		dc := (f(performance.Confusion{TP: c.TP + h, FP: c.FP - h, FN: c.FN, TN: c.TN}) -
			f(performance.Confusion{TP: c.TP - h, FP: c.FP + h, FN: c.FN, TN: c.TN})) / (2 * h)
		do := (f(performance.Confusion{TP: c.TP, FP: c.FP, FN: c.FN + h, TN: c.TN - h}) -
			f(performance.Confusion{TP: c.TP, FP: c.FP, FN: c.FN - h, TN: c.TN + h})) / (2 * h)
		put(name, v, spreadCalled*dc*dc+spreadOther*do*do, lo, hi)
	}
	delta("sensitivity", performance.Confusion.Sensitivity, 0, 1)
	delta("specificity", performance.Confusion.Specificity, 0, 1)
	if c.TP+c.FP > 0 {
		delta("ppv", performance.Confusion.PPV, 0, 1)
	}
	if c.TN+c.FN > 0 {
		delta("npv", performance.Confusion.NPV, 0, 1)
	}
	delta("accuracy", performance.Confusion.Accuracy, 0, 1)
	delta("prevalence", performance.Confusion.Prevalence, 0, 1)
	delta("f1", performance.Confusion.F1, 0, 1)
	delta("mcc", performance.Confusion.MCC, -1, 1)
	out["called"] = performance.Estimate{Value: c.Called(), Low: c.Called(), High: c.Called(), Level: level, N: n, Method: "counted"}
	return out, c
}

// losses are the Brier score and the log loss expected of scores that are
// probabilities.
func losses(put func(name string, v, variance, lo, hi float64), score, p []float64) {
	n := float64(len(p))
	var brier, vb, log, vl float64
	for i, s := range score {
		if s < 0 || s > 1 {
			return
		}
		yes, no := (1-s)*(1-s), s*s
		brier += p[i]*yes + (1-p[i])*no
		vb += p[i] * (1 - p[i]) * (yes - no) * (yes - no)
		yes, no = -math.Log(math.Max(s, 0x1p-52)), -math.Log(math.Max(1-s, 0x1p-52))
		log += p[i]*yes + (1-p[i])*no
		vl += p[i] * (1 - p[i]) * (yes - no) * (yes - no)
	}
	put("brier", brier/n, vb/(n*n), 0, 1)
	put("log_loss", log/n, vl/(n*n), 0, math.Inf(1))
}

// softAUC is the area expected under probabilities p, with its variance from
// the labels that are not known.
func softAUC(score, p []float64) (auc, variance float64, ok bool) {
	r, err := performance.RankSoft(score, p, nil)
	if err != nil {
		return 0, 0, false
	}
	auc = r.AUC()
	// U = Σ yᵢ(1−yⱼ)[sᵢ>sⱼ]. Turning label i adds the non-cases below i and
	// takes the cases above it; P·N changes by N−P.
	below, above := r.Around()
	for i, k := range r.Places(score) {
		d := (below[k] - above[k] - auc*(r.N-r.P)) / (r.P * r.N)
		variance += p[i] * (1 - p[i]) * d * d
	}
	return auc, variance, true
}

// softAP is the expected average precision; its variance by drawing labels.
func softAP(score, p []float64) (ap, variance float64) {
	r, err := performance.RankSoft(score, p, nil)
	if err != nil {
		return math.NaN(), math.NaN()
	}
	ap = r.AveragePrecision()
	rng := rand.New(rand.NewPCG(5, 6))
	label := make([]float64, len(p))
	place := r.Places(score)
	draws, s, ss := 0.0, 0.0, 0.0
	for range max(20, min(100, 2_000_000/len(p))) {
		for i := range label {
			label[i] = 0
			if rng.Float64() < p[i] {
				label[i] = 1
			}
		}
		if v, ok := r.Relabel(place, label).AP(); ok {
			draws++
			s += v
			ss += v * v
		}
	}
	if draws < 2 {
		return ap, math.NaN()
	}
	return ap, (ss - s*s/draws) / (draws - 1)
}
