package twosample

import (
	"fmt"
	"math"
	"slices"

	"github.com/wardround/wardround/stat/order"
)

// DesignEffect is how many dependent rows are worth one independent one: 1 + (m−1)·icc (Kish 1965), where m is the size of the
// unit the average row lies in, Σm²/Σm, so that uneven units are not flattered. The effective size is rows over this.
// icc below 0 counts as 0: negative estimates are noise.
func DesignEffect(rowsPerUnit, icc float64) float64 {
	return 1 + math.Max(0, rowsPerUnit-1)*math.Max(0, math.Min(1, icc))
}

// Units describes how rows hang together.
type Units struct {
	Rows, Units int
	PerRow      float64 // size of the unit the average row lies in
	ICC         float64 // one-way analysis of variance on ranks, within [0, 1]
}

// Effective is the number of independent rows that these are worth, never fewer than the units.
func (u Units) Effective() float64 {
	if u.Rows == 0 {
		return 0
	}
	e := float64(u.Rows) / DesignEffect(u.PerRow, u.ICC)
	return math.Max(e, math.Min(float64(u.Units), float64(u.Rows)/math.Max(1, u.PerRow)))
}

// ICC estimates the intra-class correlation of values within units, from the ranks: what KS, Mann–Whitney and their like see.
// unit[i] names the unit of values[i]; two rows of the same unit somewhere are needed, otherwise ICC is 0.
func ICC[U comparable](values []float64, unit []U) (Units, error) {
	if len(values) != len(unit) {
		return Units{}, fmt.Errorf("%d values, %d units", len(values), len(unit))
	}
	type sum struct{ n, s float64 }
	by := make(map[U]*sum)
	ranks, err := midranks(values)
	if err != nil {
		return Units{}, err
	}
	var total, squares float64
	for i, r := range ranks {
		u := by[unit[i]]
		if u == nil {
			u = new(sum)
			by[unit[i]] = u
		}
		u.n++
		u.s += r
		total += r
		squares += r * r
	}
	N, k := float64(len(values)), float64(len(by))
	out := Units{Rows: len(values), Units: len(by), PerRow: 1}
	if N == 0 || k == N {
		return out, nil
	}
	var between, sizes float64
	for _, u := range by {
		between += u.s * u.s / u.n
		sizes += u.n * u.n
	}
	out.PerRow = sizes / N
	out.ICC = correlation(between-total*total/N, squares-between, N, k, sizes)
	return out, nil
}

// ICCOfCategories is [ICC] for categories: the analysis of variance of their indicators, summed over categories, which is what
// the first-order correction of chi-square and G (Rao & Scott 1981) asks for.
func ICCOfCategories[U, C comparable](category []C, unit []U) (Units, error) {
	if len(category) != len(unit) {
		return Units{}, fmt.Errorf("%d values, %d units", len(category), len(unit))
	}
	type cell struct {
		u U
		c C
	}
	cells, units, all := make(map[cell]float64), make(map[U]float64), make(map[C]float64)
	for i, c := range category {
		cells[cell{unit[i], c}]++
		units[unit[i]]++
		all[c]++
	}
	N, k := float64(len(category)), float64(len(units))
	out := Units{Rows: len(category), Units: len(units), PerRow: 1}
	if N == 0 || k == N {
		return out, nil
	}
	within, total, sizes := N, N, 0.0
	for c, n := range cells {
		within -= n * n / units[c.u]
	}
	for _, n := range all {
		total -= n * n / N
	}
	for _, n := range units {
		sizes += n * n
	}
	out.PerRow = sizes / N
	out.ICC = correlation(total-within, within, N, k, sizes)
	return out, nil
}

// correlation is the one-way estimate from sums of squares between and within k units of N rows.
func correlation(between, within, N, k, sizes float64) float64 {
	if k < 2 {
		return 1 // one unit says nothing of other units
	}
	within /= N - k
	between /= k - 1
	n0 := (N - sizes/N) / (k - 1)
	d := between + (n0-1)*within
	if d <= 0 {
		return 0
	}
	return math.Max(0, math.Min(1, (between-within)/d))
}

// midranks returns ranks 1…n, ties sharing their mean.
func midranks(x []float64) ([]float64, error) {
	s, err := Sort(x)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(x))
	for i, v := range x {
		lo, _ := slices.BinarySearch(s, v)
		hi := lo + 1
		for step := 1; hi < len(s) && s[hi] == v; step *= 2 { // gallop over ties
			if hi+step < len(s) && s[hi+step] == v {
				hi += step
				continue
			}
			n, _ := slices.BinarySearchFunc(s[hi:min(hi+step, len(s))], v, func(e, v float64) int {
				if e <= v {
					return -1
				}
				return 1
			})
			hi += n
			if n < step {
				break
			}
		}
		out[i] = float64(lo+hi+1) / 2
	}
	return out, nil
}

// ByUnit returns one value per unit, its median: independent values that every test of this package is valid for. What it costs
// is power where units differ little within; what it changes is the question, which is then about units.
func ByUnit[U comparable](values []float64, unit []U) ([]float64, error) {
	if len(values) != len(unit) {
		return nil, fmt.Errorf("%d values, %d units", len(values), len(unit))
	}
	by := make(map[U][]float64)
	var names []U
	for i, v := range values {
		if v != v {
			return nil, ErrNaN
		}
		if _, ok := by[unit[i]]; !ok {
			names = append(names, unit[i])
		}
		by[unit[i]] = append(by[unit[i]], v)
	}
	out := make([]float64, 0, len(names))
	for _, n := range names {
		q, err := order.Quantiles(by[n], []float64{0.5})
		if err != nil {
			return nil, err
		}
		out = append(out, q[0])
	}
	return out, nil
}
