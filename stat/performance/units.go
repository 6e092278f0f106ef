package performance

import "math"

// Units names the unit (patient, study) of each row by a small number. Nil
// means that each row is its own unit.
type Units []int32

// UnitsOf numbers names in order of first appearance. An empty name is a unit
// of its own: what is not known to belong together is not put together.
func UnitsOf(names []string) (u Units, count int) {
	seen := make(map[string]int32, len(names))
	u = make(Units, len(names))
	for i, n := range names {
		if n == "" {
			u[i] = int32(count)
			count++
			continue
		}
		k, ok := seen[n]
		if !ok {
			k = int32(count)
			count++
			seen[n] = k
		}
		u[i] = k
	}
	return u, count
}

// perClass returns the number of distinct units among the cases, and among the
// others; rows where u is nil.
func (u Units) perClass(label []bool) (cases, others float64) {
	var seen [2][]bool
	if u != nil {
		seen = [2][]bool{make([]bool, u.span()), make([]bool, u.span())}
	}
	for i, l := range label {
		k, n := 0, &others
		if l {
			k, n = 1, &cases
		}
		if u != nil {
			if seen[k][u[i]] {
				continue
			}
			seen[k][u[i]] = true
		}
		*n++
	}
	return cases, others
}

// Count returns the number of distinct units among n rows.
func (u Units) Count(n int) int {
	if u == nil {
		return n
	}
	seen := make([]bool, u.span())
	c := 0
	for _, k := range u {
		if !seen[k] {
			seen[k] = true
			c++
		}
	}
	return c
}

// span is one more than the largest unit number.
func (u Units) span() int {
	m := int32(-1)
	for _, k := range u {
		m = max(m, k)
	}
	return int(m) + 1
}

// pick returns the units of the chosen rows.
func (u Units) pick(rows []int) Units {
	if u == nil {
		return nil
	}
	v := make(Units, len(rows))
	for i, r := range rows {
		v[i] = u[r]
	}
	return v
}

// Mean returns the mean of x and its standard error, rows of one unit taken
// together (the linearised variance of a ratio mean, equal to the cluster
// sandwich of an intercept-only model times the usual I/(I−1)).
func Mean(x []float64, u Units) (mean, se float64) {
	n := float64(len(x))
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	for _, v := range x {
		mean += v
	}
	mean /= n
	return mean, math.Sqrt(sumSquares(func(i int) float64 { return x[i] - mean }, len(x), u)) / n
}

// sumSquares is I/(I−1) · Σ over units of (Σ over its rows of f)², the meat of
// every sandwich here; NaN with fewer than two units.
func sumSquares(f func(i int) float64, n int, u Units) float64 {
	var s float64
	if u == nil {
		for i := range n {
			v := f(i)
			s += v * v
		}
		if n < 2 {
			return math.NaN()
		}
		return s * float64(n) / float64(n-1)
	}
	sums := make([]float64, u.span())
	seen := make([]bool, len(sums))
	units := 0
	for i := range n {
		k := u[i]
		sums[k] += f(i)
		if !seen[k] {
			seen[k] = true
			units++
		}
	}
	if units < 2 {
		return math.NaN()
	}
	for _, v := range sums {
		s += v * v
	}
	return s * float64(units) / float64(units-1)
}

// EffectiveN returns how many independent rows a share estimated from hits is
// worth: n divided by the design effect, at most n. With a share of 0 or 1 the
// design effect cannot be seen, and the number of units is returned.
func EffectiveN(hit []bool, u Units) float64 {
	n := float64(len(hit))
	if u == nil || n == 0 {
		return n
	}
	var k float64
	for _, h := range hit {
		if h {
			k++
		}
	}
	p := k / n
	units := float64(u.Count(len(hit)))
	if p == 0 || p == 1 {
		return units
	}
	s := sumSquares(func(i int) float64 {
		if hit[i] {
			return 1 - p
		}
		return -p
	}, len(hit), u)
	if math.IsNaN(s) || s == 0 {
		return units
	}
	return math.Min(n, p*(1-p)*n*n/s)
}
