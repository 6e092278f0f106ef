package stream

import (
	"math"
	"math/rand/v2"
)

// CUSUMRunLength is the mean number of standard normal values, shifted by shift
// standard deviations, until a two-sided CUSUM passes its limit: the sides' run lengths
// combine as 1/(1/up + 1/down). Each is that of a Markov chain on states fine cells wide
// (Brook and Evans, Biometrika 1972).
func CUSUMRunLength(slack, limit, shift float64) float64 {
	return cusumLength(slack, limit, shift, 200)
}

func cusumLength(slack, limit, shift float64, cells int) float64 {
	up, down := oneSided(slack, limit, shift, cells), oneSided(slack, limit, -shift, cells)
	return 1 / (1/up + 1/down)
}

func oneSided(slack, limit, shift float64, m int) float64 {
	w := 2 * limit / float64(2*m-1) // cell 0 is [0, w/2)
	q := make([][]float64, m)
	for i := range q {
		q[i] = make([]float64, m)
		at := float64(i) * w
		lo := 0.0
		for j := range q[i] {
			hi := normalCDF((float64(j)+0.5)*w - at + slack - shift)
			q[i][j] = hi - lo
			lo = hi
		}
	}
	return runLength(q, 0)
}

// EWMARunLength is the mean number of standard normal values, shifted by shift standard
// deviations, until an EWMA leaves its final band (a start-up band that is narrower
// makes it a little shorter).
func EWMARunLength(lambda, width, shift float64) float64 {
	return ewmaLength(lambda, width, shift, 201)
}

func ewmaLength(lambda, width, shift float64, m int) float64 { // m odd: the middle cell holds zero
	h := width * math.Sqrt(lambda/(2-lambda))
	w := 2 * h / float64(m)
	q := make([][]float64, m)
	for i := range q {
		q[i] = make([]float64, m)
		at := -h + (float64(i)+0.5)*w
		lo := normalCDF((-h-(1-lambda)*at)/lambda - shift)
		for j := range q[i] {
			hi := normalCDF((-h+float64(j+1)*w-(1-lambda)*at)/lambda - shift)
			q[i][j] = hi - lo
			lo = hi
		}
	}
	return runLength(q, m/2)
}

// coarse is how many cells a chain has while a limit is looked for: within a hundredth
// of the run length of 200.
const coarse = 61

// CUSUMLimit is the limit that gives a wanted average run length without a change, where
// what values are held against is itself off by a normal error of off standard
// deviations of one value.
func CUSUMLimit(slack, arl, off float64) float64 {
	return bisect(0.1, 80, arl, func(h float64) float64 {
		return mixed(off, func(by float64) float64 { return cusumLength(slack, h, by, coarse) })
	})
}

// EWMALimit is the width that does so.
func EWMALimit(lambda, arl, off float64) float64 {
	return bisect(0.1, 40, arl, func(l float64) float64 {
		return mixed(off, func(by float64) float64 { return ewmaLength(lambda, l, by, coarse) })
	})
}

// hermite are the places and weights, of those at least 0, of the mean over a standard
// normal law by nine points (Gauss–Hermite; Abramowitz and Stegun, table 25.10).
var hermite = [5][2]float64{{0, 0.4063492063492063}, {1.0232556637891326, 0.2440975028949394}, {2.0768479786778302, 0.04991640676521789}, {3.2054290028564703, 0.0027891413212317657}, {4.512745863399783, 2.2345844007746563e-05}}

// mixed is one over the rate of false alarms, as the mean over what the reference may be
// off by. A run length itself would be told by the references that are off by nothing.
func mixed(off float64, length func(by float64) float64) float64 {
	if !(off > 0) {
		return length(0)
	}
	rate := 0.0
	for i, h := range hermite {
		w := h[1]
		if i > 0 {
			w *= 2 // both sides are alike
		}
		rate += w / length(h[0]*off)
	}
	return 1 / rate
}

// PageHinkleyThreshold is the threshold that gives at least a wanted average run length
// on standard normal values, by trial: how often it is passed in a long row of them that
// is the same at each call. delta and alpha are the detector's, least its MinInstances.
func PageHinkleyThreshold(delta, alpha float64, least int, arl float64) float64 {
	n := int(min(max(60*arl, 20_000), 3e6))
	return bisect(0.5, 120, arl, func(t float64) float64 {
		p := PageHinkley{MinInstances: least, Delta: delta, Threshold: t, Alpha: alpha}
		rnd := rand.New(rand.NewPCG(71, 83))
		alarms := 0
		for range n {
			if p.Update(rnd.NormFloat64()) {
				alarms++
			}
		}
		// What is seen this often is this rare in 95 of 100 cases.
		return float64(n) / (float64(alarms) + 1.64*math.Sqrt(float64(alarms)) + 1.35)
	})
}

func bisect(lo, hi, want float64, f func(float64) float64) float64 {
	for hi-lo > 5e-4 {
		mid := (lo + hi) / 2
		if f(mid) < want {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
