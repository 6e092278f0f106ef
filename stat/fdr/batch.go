package fdr

import (
	"cmp"
	"math"
	"slices"
)

// order returns the indices of p in rising order; NaN, no test, is left out.
func order(p []float64) []int {
	ix := make([]int, 0, len(p))
	for i, x := range p {
		if !math.IsNaN(x) {
			ix = append(ix, i)
		}
	}
	slices.SortStableFunc(ix, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	return ix
}

// adjusted are p-values times factor(rank), made monotone from the greatest down.
func adjusted(p []float64, factor func(rank, m int) float64) []float64 {
	out := make([]float64, len(p))
	for i := range out {
		out[i] = math.NaN()
	}
	ix := order(p)
	low := 1.0
	for r := len(ix); r >= 1; r-- {
		i := ix[r-1]
		low = min(low, p[i]*factor(r, len(ix)))
		out[i] = low
	}
	return out
}

// BenjaminiHochberg returns p-values adjusted so that calling those at most α alarms
// keeps the expected share of false ones at α, for tests that are independent or
// positively dependent (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57). NaN is
// no test and stays NaN. It equals scipy.stats.false_discovery_control.
func BenjaminiHochberg(p []float64) []float64 {
	return adjusted(p, func(r, m int) float64 { return float64(m) / float64(r) })
}

// BenjaminiYekutieli is the same for tests that depend in any way (Benjamini and
// Yekutieli 2001, Ann. Stat. 29): larger by 1 + 1/2 + … + 1/m.
func BenjaminiYekutieli(p []float64) []float64 {
	return adjusted(p, func(r, m int) float64 { return float64(m) / float64(r) * harmonic(m) })
}

func harmonic(m int) (h float64) {
	for i := 1; i <= m; i++ {
		h += 1 / float64(i)
	}
	return h
}
