// Package fdr keeps the share of false alarms among all alarms of one look at many columns.
//
// A thousand columns judged at p < 0.05 give fifty alarms on a day when nothing happened. [BH] (Benjamini & Hochberg 1995)
// turns p-values into adjusted ones such that, of the columns adjusted to at most α, no more than α are expected to be false:
// under independence, or the positive dependence that features of the same patients mostly show. [BY] (Benjamini & Yekutieli
// 2001) holds under any dependence, at the price of a factor 1 + ½ + … + 1/m.
//
//	q := fdr.BH(p) // q[i] ≤ 0.05: an alarm
//
// A NaN is no test: it stays NaN and doesn't count. Both keep the order of p, so interval ends may be adjusted each by its own.
package fdr

import (
	"math"
	"slices"
)

// BH returns the adjusted p-values of Benjamini and Hochberg, in the order of p; p is not changed.
func BH(p []float64) []float64 { return stepUp(p, 1) }

// BY returns the adjusted p-values of Benjamini and Yekutieli.
func BY(p []float64) []float64 {
	c, m := 0.0, 0
	for _, v := range p {
		if v == v {
			m++
			c += 1 / float64(m)
		}
	}
	return stepUp(p, c)
}

func stepUp(p []float64, factor float64) []float64 {
	out := make([]float64, len(p))
	at := make([]int, 0, len(p))
	for i, v := range p {
		if v != v {
			out[i] = v
			continue
		}
		at = append(at, i)
	}
	slices.SortStableFunc(at, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	least := 1.0
	for k := len(at) - 1; k >= 0; k-- {
		least = math.Min(least, p[at[k]]*float64(len(at))*factor/float64(k+1))
		out[at[k]] = math.Max(0, least)
	}
	return out
}
