package dist

import "math"

// pomeranz returns P(Dₙ < d) by Pomeranz's recursion (Algorithm 487, CACM 1974): the chance that a Poisson path stays in the
// band, carried from one place where the band's edge crosses a whole number to the next.
func pomeranz(n int, d float64) float64 {
	t := float64(n) * d
	l := int(math.Floor(t))
	f := t - float64(l)
	g := min(f, 1-f)
	up, half := 0, 0
	if f > 0 {
		up = 1
	}
	if f > 0.5 {
		half = 1
	}
	size := 2 * (l + 1)
	poisson := func(mean float64) []float64 { // without the factor e^−mean, which cancels
		p := make([]float64, size)
		p[0] = 1
		for m := 1; m < size; m++ {
			p[m] = p[m-1] * mean / float64(m)
		}
		return p
	}
	N := float64(n)
	edge, odd, even := poisson(g/N), poisson(2*g/N), poisson((1-2*g)/N)

	band := func(i int) (lo, hi int) {
		k := (i + 1) / 2
		switch {
		case i == 0:
			lo, hi = -l-up-1, l+up-1
		case i%2 == 0:
			lo, hi = k-1-l-1, k+l+half-1
		case k == n+1:
			lo, hi = n-l-up-1, n+l+up-1
		default:
			lo, hi = k-1-l-half-1, k+l-1+up-1
		}
		return max(lo+2, 0), min(hi, n)
	}
	row := make([]float64, n+1)
	next := make([]float64, n+1)
	row[0] = 1
	exp := 0
	lo, _ := band(0)
	for i := 1; i < 2*n+2; i++ {
		weights := even
		switch {
		case i == 1 || i == 2*n+1:
			weights = edge
		case i%2 == 1:
			weights = odd
		}
		from := lo
		var hi int
		lo, hi = band(i)
		clear(next)
		top := 0.0
		for j := lo; j <= hi; j++ {
			s := 0.0
			for k := max(from, j-size+1); k <= j; k++ {
				s += row[k] * weights[j-k]
			}
			next[j] = s
			top = max(top, s)
		}
		if top > 0 && top < 0x1p-128 {
			for j := range next {
				next[j] *= 0x1p128
			}
			exp -= 128
		}
		row, next = next, row
	}
	p := row[n]
	for m := 1; m <= n; m++ {
		if p > 0x1p128 {
			p *= 0x1p-128
			exp += 128
		}
		p *= float64(m)
	}
	return math.Ldexp(p, exp)
}
