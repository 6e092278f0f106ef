package dist

import "math"

// Binomial point probabilities by Loader's saddle-point expansion ("Fast and accurate computation of binomial
// probabilities", 2000): log-gamma differences lose digits as n grows, deviances don't.

// stirling returns ln n! − ln(√(2πn)·(n/e)ⁿ).
func stirling(n float64) float64 {
	if n <= 15 {
		l, _ := math.Lgamma(n + 1)
		return l - (n+0.5)*math.Log(n) + n - math.Log(2*math.Pi)/2
	}
	i := 1 / n
	q := i * i
	return i * (1.0/12 - q*(1.0/360-q*(1.0/1260-q*(1.0/1680-q*(1.0/1188-q*691.0/360360)))))
}

// stirlings holds the whole numbers, where the closed form is used most and is least accurate.
var stirlings = func() (t [16]float64) {
	// ln n! in extended precision is exact enough through the series at n+32 and the recurrence down.
	for n := 1; n < len(t); n++ {
		s := stirling(float64(n + 64))
		for k := n + 64; k > n; k-- {
			// δ(k−1) = δ(k) + (k−½)·ln(k/(k−1)) − 1
			x := float64(k)
			s += (x-0.5)*math.Log1p(1/(x-1)) - 1
		}
		t[n] = s
	}
	return t
}()

func stirlingInt(n int) float64 {
	if n < len(stirlings) {
		return stirlings[n]
	}
	return stirling(float64(n))
}

// deviance returns x·ln(x/m) + m − x without cancellation.
func deviance(x, m float64) float64 {
	if math.Abs(x-m) < 0.1*(x+m) {
		v := (x - m) / (x + m)
		s := (x - m) * v
		e := 2 * x * v
		v *= v
		for j := 1; j < 1000; j++ {
			e *= v
			t := s + e/float64(2*j+1)
			if t == s {
				break
			}
			s = t
		}
		return s
	}
	return x*math.Log(x/m) + m - x
}

// binomialPoint returns C(n, k)·pᵏ·qⁿ⁻ᵏ; q is given, since 1 − p loses digits where p is near one.
func binomialPoint(k, n int, p, q float64) float64 {
	switch {
	case k < 0 || k > n:
		return 0
	case p == 0:
		return b2f(k == 0)
	case q == 0:
		return b2f(k == n)
	case k == 0:
		if p < 0.1 {
			return math.Exp(float64(n) * math.Log1p(-p))
		}
		return math.Exp(float64(n) * math.Log(q))
	case k == n:
		return math.Exp(float64(n) * math.Log(p))
	}
	N, K := float64(n), float64(k)
	l := stirlingInt(n) - stirlingInt(k) - stirlingInt(n-k) - deviance(K, N*p) - deviance(N-K, N*q)
	return math.Exp(l) * math.Sqrt(N/(2*math.Pi*K*(N-K)))
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Hypergeometric returns the probability that draw of n from a urn of good and bad holds exactly k good ones.
func Hypergeometric(k, n, good, bad int) float64 {
	if k < 0 || k > good || n-k < 0 || n-k > bad || n < 0 {
		return 0
	}
	if n == 0 || n == good+bad {
		return 1
	}
	p := float64(n) / float64(good+bad)
	q := float64(good+bad-n) / float64(good+bad)
	return binomialPoint(k, good, p, q) * binomialPoint(n-k, bad, p, q) / binomialPoint(n, good+bad, p, q)
}

// FisherExact returns the two-sided p of the 2×2 table ((a, b), (c, d)): the sum over all tables with the same margins that
// are no more probable (with SciPy's and R's slack of 1e-14 for equal ones). An empty row or column gives 1.
func FisherExact(a, b, c, d int) float64 {
	row1, row2, col1 := a+b, c+d, a+c
	if row1 == 0 || row2 == 0 || col1 == 0 || b+d == 0 {
		return 1
	}
	lo, hi := max(0, col1-row2), min(col1, row1)
	mode := int((float64(col1) + 1) * (float64(row1) + 1) / (float64(row1) + float64(row2) + 2))
	mode = max(lo, min(hi, mode))
	limit := Hypergeometric(a, col1, row1, row2) * (1 + 1e-14)
	if Hypergeometric(mode, col1, row1, row2) <= limit {
		return 1
	}
	// Each side: search the first table no more probable, then add outwards by the ratio of neighbours.
	side := func(edge, step int) float64 {
		near, far := mode, edge // near is too probable; is far?
		if Hypergeometric(far, col1, row1, row2) > limit {
			return 0
		}
		for abs(near-far) > 1 {
			mid := near + (far-near)/2
			if Hypergeometric(mid, col1, row1, row2) > limit {
				near = mid
			} else {
				far = mid
			}
		}
		t := Hypergeometric(far, col1, row1, row2)
		sum := t
		for k := far; k != edge && t > sum*1e-17; k += step {
			t *= ratio(k, step, col1, row1, row2)
			sum += t
		}
		return sum
	}
	return clip(side(lo, -1) + side(hi, +1))
}

// ratio is Hypergeometric(k+step) / Hypergeometric(k).
func ratio(k, step, n, good, bad int) float64 {
	if step > 0 {
		return float64(good-k) * float64(n-k) / (float64(k+1) * float64(bad-n+k+1))
	}
	return float64(k) * float64(bad-n+k) / (float64(good-k+1) * float64(n-k+1))
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
