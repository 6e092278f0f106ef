package dist

import "math"

// Smirnov returns P(D⁺ₙ ≥ x): the one-sided one-sample statistic of n values (Smirnov 1944; Birnbaum & Tingey 1951), as a sum
// of positive terms. Cost: n terms.
func Smirnov(n int, x float64) float64 {
	switch {
	case n <= 0 || x != x:
		return math.NaN()
	case x <= 0:
		return 1
	case x >= 1:
		return 0
	}
	N := float64(n)
	sum := 0.0
	last := int(N * (1 - x))
	step := stride(n, N*x*x)
	for v := last; v >= 0; v -= step {
		p := x + float64(v)/N
		q := (N - float64(v) - N*x) / N
		if q <= 0 {
			continue
		}
		sum += x / p * binomialPoint(v, n, p, q)
	}
	return clip(sum * float64(step))
}

// sampled is how many terms of a long sum are taken.
const sampled = 2048

// stride says how many terms of Smirnov's sum one may stand for, given n·x². The terms are the values of a smooth function of
// v/n, near exp(−nx²/(2u(1−u))) at u, that with all its derivatives vanishes at both ends; of such a function the trapezium rule
// is exact but for its Fourier transform at the number of samples, M: exp(−√(2πM·nx²)), beside a sum of about exp(−2nx²). What the
// ends are cut off by is exp(−nx). Both are below 1e-20 of the sum where this gives more than 1.
func stride(n int, z2 float64) int {
	if n < 2*sampled || z2 < 1 || z2 > 400 {
		return 1
	}
	return n / sampled
}

// Kolmogorov returns P(Dₙ ≥ d) of the two-sided one-sample statistic of n values, by the choice of methods of Simard and
// L'Ecuyer ("Computing the two-sided Kolmogorov–Smirnov distribution", 2011), which SciPy's kstwo follows too.
// As there, n·d² ≥ 370 gives 0: the tail is below 1e-321.
func Kolmogorov(n int, d float64) float64 {
	N := float64(n)
	t := N * d
	switch {
	case n <= 0 || d != d:
		return math.NaN()
	case d >= 1:
		return 0
	case t <= 0.5:
		return 1
	case t <= 1:
		return clip(1 - rubenGambino(n, 2*t-1))
	case t >= N-1:
		return clip(2 * math.Pow(1-d, N))
	case d >= 0.5:
		return clip(2 * Smirnov(n, d))
	}
	z2 := t * d
	if n <= 140 {
		switch {
		case z2 <= 0.754693:
			return clip(1 - durbin(n, d))
		case z2 <= 4:
			return clip(1 - pomeranz(n, d))
		}
		return clip(2 * Smirnov(n, d))
	}
	switch {
	case z2 >= 370:
		return 0
	case z2 >= 2.2:
		return clip(2 * Smirnov(n, d))
	case z2 <= 0.034:
		return 1 // but for 1e-13: the matrix would have thousands of cells for that
	case n <= 100_000 && N*math.Pow(d, 1.5) <= 1.4:
		return clip(1 - durbin(n, d))
	}
	return clip(pelzGood(N, d))
}

// rubenGambino is n!·(w/n)ⁿ, the distribution function just above its lower end.
func rubenGambino(n int, w float64) float64 {
	N := float64(n)
	if n <= 140 {
		p := 1.0
		for i := 1; i <= n; i++ {
			p *= float64(i) / N * w
		}
		return p
	}
	return math.Exp(math.Log(2*math.Pi*N)/2 - N + stirling(N) + N*math.Log(w))
}

// durbin returns P(Dₙ < d) by Durbin's matrix in the form of Marsaglia, Tsang and Wang (2003).
func durbin(n int, d float64) float64 {
	nd := float64(n) * d
	k := int(math.Ceil(nd))
	h := float64(k) - nd
	m := 2*k - 1
	H := make([]float64, m*m)
	fac := 1.0
	w, v := make([]float64, m), make([]float64, m)
	for j := 1; j <= m; j++ {
		w[j-1] = fac
		fac /= float64(j)
		v[j-1] = (1 - math.Pow(h, float64(j))) * fac
	}
	M := float64(m)
	v[m-1] = (1 + math.Pow(max(2*h-1, 0), M) - 2*math.Pow(h, M)) * fac
	for i := 1; i < m; i++ {
		for r := i - 1; r < m; r++ {
			H[r*m+i] = w[r-i+1]
		}
	}
	for r := range m {
		H[r*m] = v[r]
	}
	for c := range m {
		H[(m-1)*m+c] = v[m-1-c]
	}
	// Of Hⁿ one cell is wanted, so a row of the product is carried, and only the powers of two are whole matrices.
	row, next := make([]float64, m), make([]float64, m)
	row[k-1] = 1
	scratch := make([]float64, m*m)
	exp, hExp := 0, 0
	const big, bits = 0x1p128, 128
	centre := (k-1)*m + k - 1
	for e := n; ; {
		if e&1 == 1 {
			clear(next)
			for i, x := range row {
				for j, y := range H[i*m : i*m+m] {
					next[j] += x * y
				}
			}
			row, next = next, row
			exp += hExp
		}
		if e >>= 1; e == 0 {
			break
		}
		H, scratch = multiply(H, H, scratch, m), H
		hExp *= 2
		if H[centre] > big {
			for i := range H {
				H[i] /= big
			}
			hExp += bits
		}
	}
	p := row[k-1]
	for i := 1; i <= n; i++ {
		p = p * float64(i) / float64(n)
		if p < 1/big {
			p *= big
			exp -= bits
		}
	}
	return math.Ldexp(p, exp)
}

func multiply(a, b, c []float64, m int) []float64 {
	clear(c)
	for i := range m {
		for k := range m {
			if x := a[i*m+k]; x != 0 {
				row, out := b[k*m:k*m+m], c[i*m:i*m+m]
				for j, y := range row {
					out[j] += x * y
				}
			}
		}
	}
	return c
}

// pelzGood returns P(Dₙ ≥ d) from the limit and its first three corrections in 1/√n (Pelz & Good 1976), each a theta
// function in the form that converges for small z.
func pelzGood(n, d float64) float64 {
	z := math.Sqrt(n) * d
	z2 := z * z
	z3, z4, z6 := z2*z, z2*z2, z2*z2*z2
	const pi2 = math.Pi * math.Pi
	const pi4, pi6 = pi2 * pi2, pi2 * pi2 * pi2
	lq := -pi2 / 8 / z2
	if lq < -708 {
		return 1
	}
	var k0, k1, k2, k3 float64
	last := int(math.Ceil(16 * z / math.Pi))
	for k := last; k > 0; k-- { // odd numbers m = 2k−1
		m2 := float64((2*k - 1) * (2*k - 1))
		m4 := m2 * m2
		q := math.Exp(lq * m2)
		k0 += q
		k1 += q * (-z2 + pi2/4*m2)
		k2 += q * (6*z6 + 2*z4 + (2*z4-5*z2)*pi2/4*m2 + pi4*(1-2*z2)/16*m4)
		k3 += q * (-30*z6 - 90*z4*z4 + pi2*(135*z4-96*z6)/4*m2 + pi4*(212*z4-60*z2)/16*m4 + pi6*(5-30*z2)/64*m4*m2)
	}
	root := math.Sqrt(2 * math.Pi)
	k0 *= root / z
	k1 *= root / (6 * z4)
	k2 *= root / (72 * z4 * z3)
	k3 *= root / (6480 * z6 * z4)
	var e2, e3 float64
	for k := last; k > 0; k-- {
		k2 := float64(k * k)
		q := math.Exp(-pi2 / 2 / z2 * k2)
		e2 += k2 * q
		e3 += (3*z2 - pi2*k2) * k2 * q
	}
	k2 -= e2 * pi2 * root / (36 * z3)
	k3 += e3 * pi2 * root / (216 * z6)
	return (1 - k0) - k1/math.Sqrt(n) - k2/n - k3/(n*math.Sqrt(n))
}
