package performance

import (
	"errors"
	"math"
	"sort"

	"github.com/wardround/wardround/stat/order"
	"gonum.org/v1/gonum/mathext"
)

// ErrConstant says that the scores do not vary, so that nothing can be fitted to them.
var ErrConstant = errors.New("the scores do not vary")

// ErrSeparated says that a threshold parts cases from non-cases without error
// (or that the fit ran away), so that a logistic slope has no finite value.
var ErrSeparated = errors.New("cases and non-cases are parted without error: the slope has no finite value")

// Bins says how probabilities are put into bins.
type Bins struct {
	Count     int  // 10 unless told
	EqualMass bool // edges at quantiles (type 7, equal ones merged) instead of equal steps from 0 to 1
}

// A Bin is one bin of a reliability diagram. It holds (Low, High], the first
// also its lower edge.
type Bin struct {
	Low, High    float64
	N, Cases     float64
	SumProb      float64
	SumSq        float64 // Σ p²
	SumProbCases float64 // Σ p over cases
}

// Reliability returns the bins that a reliability diagram is drawn from. Empty
// bins of equal width are kept, with N = 0.
func (b Bins) Reliability(prob []float64, label []bool) ([]Bin, error) { return b.fill(prob, label) }

func (b Bins) fill(prob []float64, label []bool) ([]Bin, error) {
	if len(prob) != len(label) {
		return nil, ErrLength
	}
	if len(prob) == 0 {
		return nil, ErrEmpty
	}
	if err := probabilities(prob); err != nil {
		return nil, err
	}
	edges := b.edges(prob)
	bins := make([]Bin, len(edges)-1)
	for i := range bins {
		bins[i].Low, bins[i].High = edges[i], edges[i+1]
	}
	for i, p := range prob {
		k := sort.SearchFloat64s(edges, p) - 1 // edges[k] < p ≤ edges[k+1]
		c := &bins[max(0, min(k, len(bins)-1))]
		c.N++
		c.SumProb += p
		c.SumSq += p * p
		if label[i] {
			c.Cases++
			c.SumProbCases += p
		}
	}
	return bins, nil
}

func (b Bins) edges(prob []float64) []float64 {
	n := b.Count
	if n <= 0 {
		n = 10
	}
	edges := make([]float64, 0, n+1)
	if !b.EqualMass {
		for i := range n + 1 {
			edges = append(edges, float64(i)/float64(n))
		}
		return edges
	}
	s := order.Sorted(prob)
	for i := range n + 1 {
		q := quantile7(s, float64(i)/float64(n))
		if len(edges) == 0 || q > edges[len(edges)-1] {
			edges = append(edges, q)
		}
	}
	if len(edges) == 1 { // one distinct value
		edges = append(edges, edges[0])
	}
	return edges
}

// ECE is the expected, MCE the largest distance of mean probability and share
// of cases over the bins. Both are biased upwards in small samples: a perfectly
// calibrated model of 100 rows in 10 bins has an ECE near 0.1. Compare like
// with like, or use [Recalibrate].
func ECE(prob []float64, label []bool, b Bins) (ece, mce float64, err error) {
	bins, err := b.fill(prob, label)
	if err != nil {
		return 0, 0, err
	}
	n := float64(len(prob))
	for _, c := range bins {
		if c.N == 0 {
			continue
		}
		gap := math.Abs(c.SumProb-c.Cases) / c.N
		ece += gap * c.N / n
		mce = math.Max(mce, gap)
	}
	return ece, mce, nil
}

// HosmerLemeshow compares expected and seen cases in g groups of equal mass.
// The p-value is from chi-square with g−2 degrees of freedom for data the model
// was fitted to, and g for new data (external true), where nothing was fitted.
// With many rows it rejects what nobody would notice, with few nothing.
func HosmerLemeshow(prob []float64, label []bool, groups int, external bool) (chi2, p float64, df int, err error) {
	bins, err := Bins{Count: groups, EqualMass: true}.fill(prob, label)
	if err != nil {
		return 0, 0, 0, err
	}
	for _, c := range bins {
		if c.N == 0 {
			continue
		}
		df++
		q := c.SumProb / c.N
		if v := c.N * q * (1 - q); v > 0 {
			chi2 += (c.Cases - c.SumProb) * (c.Cases - c.SumProb) / v
		} else if c.Cases != c.SumProb {
			chi2 = math.Inf(1)
		}
	}
	if !external {
		df -= 2
	}
	if df < 1 {
		return chi2, math.NaN(), df, ErrConstant
	}
	return chi2, mathext.GammaIncRegComp(float64(df)/2, chi2/2), df, nil
}

// A Recalibration is Cox's: logit P(case) = a + b·logit(prob).
type Recalibration struct {
	Slope     Estimate // b of the joint fit: 1 is right, below 1 too extreme
	Intercept Estimate // a with b held at 1 (calibration in the large): 0 is right, above 0 too low
	Joint     float64  // a of the joint fit
	Chi2, P   float64  // Wald test of a = 0 and b = 1 together, 2 degrees of freedom
}

// Recalibrate fits both. Probabilities are held 1e-12 away from 0 and 1.
// Standard errors are of maximum likelihood, or by unit (sandwich) if u is given.
func Recalibrate(prob []float64, label []bool, u Units, level float64) (Recalibration, error) {
	return recalibrate(prob, label, nil, u, level)
}

// recalibrate with each row counted times over; nil is once.
func recalibrate(prob []float64, label []bool, times []float64, u Units, level float64) (Recalibration, error) {
	var r Recalibration
	if len(prob) != len(label) || u != nil && len(u) != len(prob) {
		return r, ErrLength
	}
	if err := probabilities(prob); err != nil {
		return r, err
	}
	x := make([]float64, len(prob))
	cases, lo, hi := 0, math.Inf(1), math.Inf(-1)
	for i, p := range prob {
		x[i] = logit(math.Min(math.Max(p, 1e-12), 1-1e-12))
		lo, hi = math.Min(lo, x[i]), math.Max(hi, x[i])
		if label[i] {
			cases++
		}
	}
	switch {
	case len(prob) == 0:
		return r, ErrEmpty
	case cases == 0 || cases == len(prob):
		return r, ErrOneClass
	case lo == hi:
		return r, ErrConstant
	}
	y, n := make([]float64, len(label)), float64(len(label))
	for i, l := range label {
		y[i] = truth(l)
		if times != nil {
			n += times[i] - 1
		}
	}
	method := "maximum likelihood"
	if u != nil {
		method = "maximum likelihood, sandwich by unit"
	}
	large, err := logisticFit(x, y, times, true)
	if err != nil {
		return r, err
	}
	_, cov := large.covariance(u)
	r.Intercept = wald(large.a, math.Sqrt(cov[0]), level, math.Inf(-1), math.Inf(1), int(n), method)
	joint, err := logisticFit(x, y, times, false)
	if err != nil {
		return r, err
	}
	_, cov = joint.covariance(u)
	r.Joint = joint.a
	r.Slope = wald(joint.b, math.Sqrt(cov[2]), level, math.Inf(-1), math.Inf(1), int(n), method)
	da, db := joint.a, joint.b-1
	det := cov[0]*cov[2] - cov[1]*cov[1]
	r.Chi2 = (da*da*cov[2] - 2*da*db*cov[1] + db*db*cov[0]) / det
	r.P = math.Exp(-r.Chi2 / 2)
	return r, nil
}
