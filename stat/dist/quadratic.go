package dist

import (
	"math"
	"slices"
	"sync"
)

// CramerVonMises returns P(ω² ≥ x) of the limit law of the Cramér–von Mises statistic.
func CramerVonMises(x float64) float64 {
	switch {
	case x != x:
		return math.NaN()
	case x < 0.02: // P(ω² < 0.02) is 3e-5, and the sum below would need thousands of terms
		return clip(1 - cvmLower(x))
	}
	return quadratic(x, func(j float64) float64 { return j * math.Pi }, cvmWeight, func(t float64) float64 { return t * t })
}

// AndersonDarling returns P(A² ≥ x) of the limit law of the Anderson–Darling statistic.
func AndersonDarling(x float64) float64 {
	switch {
	case x != x:
		return math.NaN()
	case x < 0.05: // P(A² < 0.05) is below 1e-10
		return 1
	}
	// λ = j(j+1) in the variable t = √(1+4λ)·π/2 is (2j+1)·π/2.
	return quadratic(x, func(j float64) float64 { return (2*j + 1) * math.Pi / 2 }, adWeight,
		func(t float64) float64 { return t*t/(math.Pi*math.Pi) - 0.25 })
}

// quadratic is Smirnov's inversion for Q = Σ Zⱼ²/λⱼ with simple λ₁ < λ₂ < …:
//
//	P(Q ≥ x) = (1/π) Σₖ (−1)ᵏ⁺¹ ∫ e^(−xy/2) / (y·√|D(y)|) dy,  y from λ₂ₖ₋₁ to λ₂ₖ,  D(y) = ∏(1 − y/λⱼ).
//
// Every term is taken over t with y = square(t), zeros of D at t = zero(j); weight(t, a, b) is dy/dt / (y·√|D|) times
// √((t−a)(b−t)), which is smooth, so that Gauss–Chebyshev nodes converge exponentially. Relative accuracy holds in the tail.
func quadratic(x float64, zero func(float64) float64, weight func(t, a, b float64) float64, square func(float64) float64) float64 {
	sum, sign := 0.0, 1.0
	for k := 1.0; k < 500; k++ {
		a, b := zero(2*k-1), zero(2*k)
		// e^(−x·y/2) varies over the interval: the nodes grow with that.
		n := 24 + 2*int(math.Sqrt(x*(square(b)-square(a))))
		part := 0.0
		for _, c := range cosines(n) {
			t := (a+b)/2 + (b-a)/2*c
			part += weight(t, a, b) * math.Exp(-x*square(t)/2)
		}
		part /= float64(n) // (1/π)·(π/n)
		sum += sign * part
		if part < 1e-17*math.Abs(sum) {
			break
		}
		sign = -sign
	}
	return clip(sum)
}

// sineRatio is |sin(t−a)|·… : √((t−a)(b−t)/|sin|) where sin vanishes at a and b = a+π.
func sineRatio(t, a, b float64) float64 {
	u, v := t-a, b-t
	if u > v {
		u, v = v, u
	}
	s := 1.0 // sin(u)/u
	if u > 1e-8 {
		s = math.Sin(u) / u
	}
	return math.Sqrt(v / s)
}

// D(y) = sin t / t with y = t²: dy/(y·√|D|) = (2/t)·√(t/|sin t|) dt.
func cvmWeight(t, a, b float64) float64 { return 2 / math.Sqrt(t) * sineRatio(t, a, b) }

// D(y) = −cos(t)/(πy) with y = t²/π² − ¼: dy/(y·√|D|) = (2t/π²)·√(π/y)/√|cos t| dt.
func adWeight(t, a, b float64) float64 {
	y := t*t/(math.Pi*math.Pi) - 0.25
	return 2 * t / (math.Pi * math.Pi) * math.Sqrt(math.Pi/y) * sineRatio(t, a, b)
}

var chebyshev sync.Map // n → nodes

func cosines(n int) []float64 {
	n = min(n, 4096)
	if v, ok := chebyshev.Load(n); ok {
		return v.([]float64)
	}
	c := make([]float64, n)
	for i := range c {
		c[i] = math.Cos((float64(i) + 0.5) * math.Pi / float64(n))
	}
	chebyshev.Store(n, c)
	return c
}

// cvmLower returns P(ω² < x) by the series of Csörgő and Faraway (1996, eq. 1.3), which needs a term or two for small x.
func cvmLower(x float64) float64 {
	if x < 0.002 {
		return 0 // below 1e-26
	}
	sum := 0.0
	for k := 0.0; k < 50; k++ {
		y := 4*k + 1
		q := y * y / (16 * x)
		a, _ := math.Lgamma(k + 0.5)
		b, _ := math.Lgamma(k + 1)
		term := math.Exp(a-b-2*q) / (math.Pow(math.Pi, 1.5) * math.Sqrt(x)) * math.Sqrt(y) * besselQuarter(q)
		sum += term
		if term < 1e-18 {
			break
		}
	}
	return sum
}

// besselQuarter returns e^q·K_¼(q) = ∫₀^∞ exp(−q(cosh t − 1))·cosh(t/4) dt; the trapezium rule converges exponentially.
func besselQuarter(q float64) float64 {
	h := min(0.1, 0.4/math.Sqrt(q))
	sum := 0.5
	for t := h; ; t += h {
		s := math.Sinh(t / 2)
		term := math.Exp(-2*q*s*s) * math.Cosh(t/4)
		sum += term
		if term < 1e-18*sum {
			return sum * h
		}
	}
}

// CramerVonMisesTwoSample returns the exact P(U ≥ u) of samples of m and n values without ties (with ties: of the untied law),
// U = m·Σ(rᵢ−i)² + n·Σ(sⱼ−j)² (Anderson 1962, eq. 10), by the frequency recursion of Xiao, Gordon and Yakovlev (2006).
// It is meant for m, n ≤ 20 and returns NaN beyond 30, where counts leave 64 bits.
func CramerVonMisesTwoSample(m, n int, u float64) float64 {
	if m <= 0 || n <= 0 || m > 30 || n > 30 {
		return math.NaN()
	}
	l := int64(m / gcd(m, n) * n)
	a, b := l/int64(m), l/int64(n)
	mn := int64(m * n)
	M := float64(mn)
	limit := math.Floor(float64(l*l*int64(m+n)) * (6*u - M*(4*M-1)) / (6 * M * M))
	col := make([]frequencies, m+1)
	col[0] = frequencies{{0, 1}}
	for v := range n + 1 {
		var left frequencies
		for w := range col {
			left = merge(left, col[w])
			d := a*int64(w) - b*int64(v)
			for i := range left {
				left[i].value += d * d
			}
			col[w] = left
			left = slices.Clone(left)
		}
	}
	var tail, all float64
	for _, f := range col[m] {
		all += float64(f.count)
		if float64(f.value) >= limit {
			tail += float64(f.count)
		}
	}
	return tail / all
}

type frequency struct{ value, count int64 }
type frequencies []frequency // ascending by value

func merge(x, y frequencies) frequencies {
	out := make(frequencies, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0].value < y[0].value:
			out, x = append(out, x[0]), x[1:]
		case x[0].value > y[0].value:
			out, y = append(out, y[0]), y[1:]
		default:
			out = append(out, frequency{x[0].value, x[0].count + y[0].count})
			x, y = x[1:], y[1:]
		}
	}
	return append(append(out, x...), y...)
}

// AndersonDarlingTable returns the p of the standardised k-sample statistic as SciPy's anderson_ksamp gives it: a quadratic
// through the logarithms of Scholz and Stephens' table (1987, table 2), clipped to [0.001, 0.25].
func AndersonDarlingTable(a2 float64, k int) float64 {
	if k < 2 || a2 != a2 {
		return math.NaN()
	}
	b0 := [...]float64{0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085}
	b1 := [...]float64{-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615}
	b2 := [...]float64{-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154}
	level := [...]float64{0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001}
	var x, y [7]float64
	m := float64(k - 1)
	for i := range x {
		x[i] = b0[i] + b1[i]/math.Sqrt(m) + b2[i]/m
		y[i] = math.Log(level[i])
	}
	switch {
	case a2 < x[0]:
		return 0.25
	case a2 > x[6]:
		return 0.001
	}
	return math.Exp(parabola(x[:], y[:], a2))
}

// parabola fits a quadratic by least squares, on polynomials orthogonal over the points, and returns its value at t.
func parabola(x, y []float64, t float64) float64 {
	n := float64(len(x))
	var mean float64
	for _, v := range x {
		mean += v / n
	}
	p1 := func(v float64) float64 { return v - mean }
	var s11, s111 float64
	for _, v := range x {
		s11 += p1(v) * p1(v)
		s111 += v * p1(v) * p1(v)
	}
	alpha, beta := s111/s11, s11/n
	p2 := func(v float64) float64 { return (v-alpha)*p1(v) - beta }
	var c0, c1, c2, s22 float64
	for i, v := range x {
		c0 += y[i] / n
		c1 += y[i] * p1(v) / s11
		c2 += y[i] * p2(v)
		s22 += p2(v) * p2(v)
	}
	return c0 + c1*p1(t) + c2/s22*p2(t)
}
