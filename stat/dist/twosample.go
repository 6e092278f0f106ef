package dist

import (
	"math"
	"math/bits"
)

// KolmogorovTwoSample returns the exact P(D ≥ h/lcm(m, n)) of two samples of m and n values without ties, given the distance
// in whole steps of 1/lcm(m, n). With ties it is an upper bound. Cost: at most m·n.
//
// Lattice paths from (0, 0) to (m, n) stand for the orders of the pooled values; those that leave the band count. The
// recursion carries the outer probability itself (Viehmann, arXiv 2102.08037), so that small p keep their digits.
func KolmogorovTwoSample(m, n int, h int64) float64 {
	if m <= 0 || n <= 0 {
		return math.NaN()
	}
	if h <= 0 {
		return 1
	}
	if m == n {
		return clip(equalSizes(n, int(min(h, int64(n)+1))))
	}
	if m < n {
		m, n = n, m
	}
	g := gcd(m, n)
	mg, ng := int64(m/g), int64(n/g)
	if h > mg*int64(n) {
		return 0
	}
	// out[j] is the share of paths to (i, j) that left the band on the way; outside of the band it is one.
	out := make([]float64, n+1)
	last := min(ceilDiv(h, mg), int64(n)+1) // the band in row i: lo ≤ j < last
	for j := last; j <= int64(n); j++ {
		out[j] = 1
	}
	for i := int64(1); i <= int64(m); i++ {
		was := last
		lo := min(max(floorDiv(ng*i-h, mg)+1, 0), int64(n))
		last = min(ceilDiv(ng*i+h, mg), int64(n)+1)
		if last <= lo {
			return 1
		}
		for j := was; j < last; j++ {
			out[j] = 1
		}
		v := 1.0
		if lo == 0 {
			v = 0
		}
		for j := lo; j < last; j++ {
			v = (out[j]*float64(i) + v*float64(j)) / float64(i+j)
			out[j] = v
		}
	}
	if last <= int64(n) {
		return 1
	}
	return clip(out[n])
}

// equalSizes is the closed form for m = n: 2·Σ(−1)ᵏ⁺¹·C(2n, n−kh)/C(2n, n), nested so that nothing cancels.
func equalSizes(n, h int) float64 {
	p := 0.0
	for k := n / h; k >= 0; k-- {
		t := 1.0
		for j := range h {
			t *= float64(n-k*h-j) / float64(n+k*h+j+1)
		}
		p = t * (1 - p)
	}
	return 2 * p
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && a < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }

// MannWhitney returns the exact P(U ≥ u) of samples of m and n values without ties. ok is false where the law isn't
// tabulated: more than 2^127 arrangements, or more than 8 million values of U. The normal law is right to 1e-6 there.
//
// The number of arrangements with a given U is a coefficient of the Gaussian binomial ∏(1−q^(n+i))/(1−q^i). The product is
// taken in whole numbers modulo 2^128, which wrap on the way and are exact at the end.
func MannWhitney(m, n int, u int64) (p float64, ok bool) {
	if m > n {
		m, n = n, m
	}
	if m <= 0 {
		return math.NaN(), false
	}
	all := int64(m) * int64(n)
	switch {
	case u <= 0:
		return 1, true
	case u > all:
		return 0, true
	}
	a, _ := math.Lgamma(float64(m + n + 1))
	b, _ := math.Lgamma(float64(m + 1))
	c, _ := math.Lgamma(float64(n + 1))
	if (a-b-c)/math.Ln2 > 126 || all > 8_000_000 {
		return 0, false
	}
	low := all - u // P(U ≥ u) = P(U ≤ all−u), by symmetry
	upper := low > all/2
	if upper { // then sum the other, shorter, tail
		low = u - 1
	}
	hi, lo := make([]uint64, low+1), make([]uint64, low+1)
	lo[0] = 1
	for i := 1; i <= m; i++ {
		for k, d := low, int64(n+i); k >= d; k-- { // times 1 − q^(n+i)
			var borrow uint64
			lo[k], borrow = bits.Sub64(lo[k], lo[k-d], 0)
			hi[k], _ = bits.Sub64(hi[k], hi[k-d], borrow)
		}
		for k, d := int64(i), int64(i); k <= low; k++ { // divided by 1 − q^i
			var carry uint64
			lo[k], carry = bits.Add64(lo[k], lo[k-d], 0)
			hi[k], _ = bits.Add64(hi[k], hi[k-d], carry)
		}
	}
	sum := 0.0
	for k := range lo {
		sum += float64(hi[k])*0x1p64 + float64(lo[k])
	}
	total := 1.0
	for i := 1; i <= m; i++ {
		total = total * float64(n+i) / float64(i)
	}
	if upper {
		return clip(1 - sum/total), true
	}
	return clip(sum / total), true
}
