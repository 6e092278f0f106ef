package performance

import (
	"math"
)

// Brier is the mean squared distance of probability and truth, with the
// interval of a mean. Lower is better; always answering the prevalence p gives
// p(1−p).
func Brier(prob []float64, label []bool, u Units, level float64) (Estimate, error) {
	x, err := rowScores(prob, label, func(p, y float64) float64 { return (p - y) * (p - y) })
	if err != nil {
		return Estimate{}, err
	}
	m, se := Mean(x, u)
	return wald(m, se, level, 0, 1, len(x), meanMethod(u)), nil
}

// LogLoss is the mean of −log of the probability given to what happened.
// Probabilities are held 2⁻⁵² away from 0 and 1, as in scikit-learn, so that
// one certain error costs 36 and not infinity.
func LogLoss(prob []float64, label []bool, u Units, level float64) (Estimate, error) {
	const eps = 0x1p-52
	x, err := rowScores(prob, label, func(p, y float64) float64 {
		p = math.Min(math.Max(p, eps), 1-eps)
		if y == 1 {
			return -math.Log(p)
		}
		return -math.Log1p(-p)
	})
	if err != nil {
		return Estimate{}, err
	}
	m, se := Mean(x, u)
	return wald(m, se, level, 0, math.Inf(1), len(x), meanMethod(u)), nil
}

func rowScores(prob []float64, label []bool, f func(p, y float64) float64) ([]float64, error) {
	if len(prob) != len(label) {
		return nil, ErrLength
	}
	if len(prob) == 0 {
		return nil, ErrEmpty
	}
	if err := probabilities(prob); err != nil {
		return nil, err
	}
	x := make([]float64, len(prob))
	for i, p := range prob {
		x[i] = f(p, truth(label[i]))
	}
	return x, nil
}

func truth(l bool) float64 {
	if l {
		return 1
	}
	return 0
}

func meanMethod(u Units) string {
	if u == nil {
		return "mean"
	}
	return "mean, sandwich by unit"
}

// A Decomposition splits the Brier score: Brier = Reliability − Resolution +
// Uncertainty + WithinVariance − WithinCovariance, exactly. The last two are
// what binning hides (Stephenson et al. 2008) and are zero when every bin holds
// one distinct probability.
type Decomposition struct {
	Reliability, Resolution, Uncertainty float64
	WithinVariance, WithinCovariance     float64
}

// Decompose splits the Brier score over the bins of b.
func Decompose(prob []float64, label []bool, b Bins) (Decomposition, error) {
	bins, err := b.fill(prob, label)
	if err != nil {
		return Decomposition{}, err
	}
	n := float64(len(prob))
	var base float64
	for _, c := range bins {
		base += c.Cases
	}
	base /= n
	d := Decomposition{Uncertainty: base * (1 - base)}
	for _, c := range bins {
		if c.N == 0 {
			continue
		}
		p, y := c.SumProb/c.N, c.Cases/c.N
		d.Reliability += c.N * (p - y) * (p - y) / n
		d.Resolution += c.N * (y - base) * (y - base) / n
		d.WithinVariance += (c.SumSq - c.N*p*p) / n
		d.WithinCovariance += 2 * (c.SumProbCases - c.N*p*y) / n
	}
	return d, nil
}

// Spiegelhalter tests whether the probabilities are calibrated, without bins:
// z is standard normal if they are. P is two-sided.
func Spiegelhalter(prob []float64, label []bool) (z, p float64, err error) {
	x, err := rowScores(prob, label, func(p, y float64) float64 { return (y - p) * (1 - 2*p) })
	if err != nil {
		return 0, 0, err
	}
	var num, v float64
	for i := range x {
		num += x[i]
		q := prob[i]
		v += (1 - 2*q) * (1 - 2*q) * q * (1 - q)
	}
	if v == 0 {
		return math.NaN(), math.NaN(), ErrConstant
	}
	z = num / math.Sqrt(v)
	return z, normalP(z), nil
}
