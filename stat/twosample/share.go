package twosample

import "math"

// Distances between the shares of categories, or of bins. None has a p of its own; [Permute] gives one.

func distance(name string, a, b []float64, f func(p, q []float64) float64) (Result, error) {
	na, nb, err := checkCounts(a, b)
	if err != nil {
		return Result{}, err
	}
	p, q := make([]float64, len(a)), make([]float64, len(b))
	for i := range a {
		p[i], q[i] = a[i]/na, b[i]/nb
	}
	d := f(p, q)
	return result(name, int(na), int(nb), "distance", d, math.NaN(), d), nil
}

// JensenShannon is the square root of the Jensen–Shannon divergence (scipy.spatial.distance.jensenshannon) in the base of
// logarithm given; zero is base e. In base 2 it lies between 0 and 1.
func JensenShannon(a, b []float64, base float64) (Result, error) {
	return distance("jensen-shannon", a, b, func(p, q []float64) float64 {
		var s float64
		for i := range p {
			m := (p[i] + q[i]) / 2
			s += relative(p[i], m) + relative(q[i], m)
		}
		if base > 0 {
			s /= math.Log(base)
		}
		return math.Sqrt(math.Max(0, s/2))
	})
}

func relative(p, q float64) float64 {
	switch {
	case p == 0:
		return 0
	case q == 0:
		return math.Inf(1)
	}
	return p * math.Log(p/q)
}

// KL is the Kullback–Leibler divergence of a from b in nats (scipy.stats.entropy(a, b)): +Inf where b lacks what a has.
func KL(a, b []float64) (Result, error) {
	return distance("kullback-leibler", a, b, func(p, q []float64) (s float64) {
		for i := range p {
			s += relative(p[i], q[i])
		}
		return s
	})
}

// Hellinger is the Hellinger distance, √(½Σ(√p−√q)²), between 0 and 1.
func Hellinger(a, b []float64) (Result, error) {
	return distance("hellinger", a, b, func(p, q []float64) (s float64) {
		for i := range p {
			d := math.Sqrt(p[i]) - math.Sqrt(q[i])
			s += d * d
		}
		return math.Sqrt(s / 2)
	})
}

// TotalVariation is half the sum of absolute differences of shares: the largest difference any set of categories can show.
func TotalVariation(a, b []float64) (Result, error) {
	return distance("total-variation", a, b, func(p, q []float64) (s float64) {
		for i := range p {
			s += math.Abs(p[i]-q[i]) / 2
		}
		return s
	})
}

// LInfinity is the largest difference of a share.
func LInfinity(a, b []float64) (Result, error) {
	return distance("l-infinity", a, b, func(p, q []float64) (s float64) {
		for i := range p {
			s = math.Max(s, math.Abs(p[i]-q[i]))
		}
		return s
	})
}

// PSI is the population stability index, Σ(p−q)·ln(p/q). A share of zero would make it infinite, so it is taken as 0.0001, or,
// where a side has shares that small, a millionth of its smallest (the rule of Evidently).
func PSI(a, b []float64) (Result, error) {
	return distance("psi", a, b, func(p, q []float64) (s float64) {
		fill(p)
		fill(q)
		for i := range p {
			s += (p[i] - q[i]) * math.Log(p[i]/q[i])
		}
		return s
	})
}

func fill(p []float64) {
	least := math.Inf(1)
	for _, x := range p {
		if x > 0 {
			least = math.Min(least, x)
		}
	}
	floor := 0.0001
	if least <= floor {
		floor = least / 1e6
	}
	for i, x := range p {
		if x == 0 {
			p[i] = floor
		}
	}
}
