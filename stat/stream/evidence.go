package stream

import "math"

// EDetector multiplies e-values, each of which has a mean of at most 1 while nothing
// has changed, whatever came before, and tells a change when the products that began at
// each moment are large in sum: the Shiryaev–Roberts e-detector. Several bets may be
// made side by side, on a rise and on a fall, on small changes and on large ones: their
// mean counts. Without a change it takes at least Length steps on average until a false
// alarm, by construction and whenever one looks (Shin, Ramdas and Rinaldo 2023,
// "E-detectors").
type EDetector struct {
	Length float64   `json:"length"`         // least average run length that is kept; it may differ from step to step
	Sums   []float64 `json:"sums,omitempty"` // one for each bet
}

// mostSum keeps sums finite, which JSON asks for.
const mostSum = 1e300

// Update takes the e-values of a step, one for each bet and as many as at the step
// before, and says whether a change is told; it then starts anew. An e-value that is no
// number counts as 1: nothing was learnt.
func (d *EDetector) Update(e ...float64) bool {
	if len(e) == 0 {
		return false
	}
	if len(d.Sums) != len(e) {
		d.Sums = make([]float64, len(e))
	}
	total := 0.0
	for i, x := range e {
		if math.IsNaN(x) || x < 0 {
			x = 1
		}
		d.Sums[i] = min((d.Sums[i]+1)*x, mostSum)
		total += d.Sums[i] / float64(len(e))
	}
	if total < d.Length {
		return false
	}
	d.Sums = nil
	return true
}

// MeanE is an e-value for a mean that was found diff above what it should be, with a
// standard error of se, against all means that are at most least above it: the
// likelihood ratio of most against least, of a normal law. For a fall give −diff. 1 where
// it cannot be told.
func MeanE(diff, se, least, most float64) float64 {
	if !(se > 0) || !(most > least) {
		return 1
	}
	return math.Exp(min((diff*(most-least)-(most*most-least*least)/2)/(se*se), 600))
}

// ShareE is the same of a share: hits of n independent trials, against all shares that
// are at most least: the likelihood ratio of most against least, of a binomial law, which
// holds for the smallest shares, too. For a fall count misses.
func ShareE(hits, n, least, most float64) float64 {
	if !(n > 0) || !(0 < least && least < most && most < 1) || hits < 0 || hits > n {
		return 1
	}
	return math.Exp(min(hits*math.Log(most/least)+(n-hits)*math.Log((1-most)/(1-least)), 600))
}

// EValue turns a p-value into an e-value: the mixture over all κ of κ·p^(κ−1), whose
// mean under no change is 1 (Vovk and Wang, Ann. Stat. 2021). It is 1/2 at p = 1.
func EValue(p float64) float64 {
	switch {
	case math.IsNaN(p):
		return 1
	case p <= 0:
		return math.Inf(1)
	case p >= 1-1e-4: // the formula cancels here; its series about 1
		q := 1 - min(p, 1)
		return 0.5 + q/6
	}
	l := math.Log(p)
	return (1 - p + p*l) / (p * l * l)
}
