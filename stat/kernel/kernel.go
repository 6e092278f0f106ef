// Package kernel compares samples of whole rows, where each column alone may look the same.
//
//	[MMD]         maximum mean discrepancy: kernel means, any difference (Gretton et al. 2012)
//	[MMDFeatures] the same in random Fourier features, for many rows (Rahimi & Recht 2007)
//	[LSDD]        least-squares density difference (Sugiyama et al. 2013)
//	[Classifier]  can a classifier tell the samples apart? Also says by which columns (Lopez-Paz & Oquab 2017)
//	[PCA]         does the second sample leave the plane that the first lies in?
//
// Rows are of equal length and finite: missing values are for the caller to fill in or leave out. Columns should be of comparable
// scale; [Standardize] makes them so. What draws lots takes a seed and gives the same answer for the same seed. Sizes are
// bounded; more is an error, not a long wait: draw a sample of rows first.
//
// Where rows belong to units (patients), Options.UnitA and UnitB deal whole units in permutations, and the classifier is scored
// per unit.
package kernel

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Options of a test on rows. The zero value is the default.
type Options struct {
	Rounds       int      // of permutation: 1…100,000; 0 is 199
	Seed         uint64   // of permutation, features and folds
	Width        float64  // of the kernel exp(−‖x−y‖²/width²); 0 is the median distance of pooled pairs
	Features     int      // random Fourier features, 2…4,096; 0 is 256
	UnitA, UnitB []uint32 // nil: every row is its own unit
}

// The bounds.
const (
	MaxRows    = 4_000   // pooled, of tests that look at all pairs
	MaxLong    = 200_000 // pooled, of the others
	MaxColumns = 10_000
)

// ErrSmall is told of fewer rows than a test needs.
var ErrSmall = errors.New("too few rows")

func check(a, b [][]float64, least, most int) (d int, err error) {
	if len(a) < least || len(b) < least {
		return 0, fmt.Errorf("%w: %d and %d, each must have %d", ErrSmall, len(a), len(b), least)
	}
	if len(a)+len(b) > most {
		return 0, fmt.Errorf("%d and %d rows: at most %d together; draw a sample", len(a), len(b), most)
	}
	d = len(a[0])
	if d == 0 || d > MaxColumns {
		return 0, fmt.Errorf("%d columns: between 1 and %d", d, MaxColumns)
	}
	for s, rows := range [][][]float64{a, b} {
		for i, r := range rows {
			if len(r) != d {
				return 0, fmt.Errorf("row %d of sample %d has %d columns, not %d", i, s+1, len(r), d)
			}
			for j, v := range r {
				if v != v || math.IsInf(v, 0) {
					return 0, fmt.Errorf("row %d of sample %d, column %d: %v is not finite", i, s+1, j, v)
				}
			}
		}
	}
	return d, nil
}

func (o Options) rounds() (int, error) {
	switch {
	case o.Rounds == 0:
		return 199, nil
	case o.Rounds < 0 || o.Rounds > 100_000:
		return 0, fmt.Errorf("%d rounds: between 1 and 100,000", o.Rounds)
	}
	return o.Rounds, nil
}

// Result of a test on rows.
type Result struct {
	Test      string
	Statistic float64
	P         float64
	Method    string
	NA, NB    int
	Width     float64 // of the kernel, where there is one
}

func pool(a, b [][]float64) [][]float64 {
	return append(append(make([][]float64, 0, len(a)+len(b)), a...), b...)
}

func squared(x, y []float64) (s float64) {
	for i, v := range x {
		d := v - y[i]
		s += d * d
	}
	return s
}

// width2 is the square of the kernel's width: the median squared distance, of at most 1,000 rows evenly taken.
func (o Options) width2(z [][]float64) float64 {
	if o.Width > 0 {
		return o.Width * o.Width
	}
	step := (len(z) + 999) / 1000
	var d []float64
	for i := 0; i < len(z); i += step {
		for j := i + step; j < len(z); j += step {
			d = append(d, squared(z[i], z[j]))
		}
	}
	return median(d)
}

func median(d []float64) float64 {
	if len(d) == 0 {
		return 1
	}
	slices.Sort(d)
	k := len(d) / 2
	m := d[k]
	if len(d)%2 == 0 {
		m = (m + d[k-1]) / 2
	}
	if m == 0 { // more than half of the rows are equal: the mean of the others serves
		for _, v := range d {
			m += v
		}
		m /= float64(len(d))
	}
	if m == 0 {
		return 1
	}
	return m
}

// shuffler deals rows, or whole units, into a first sample of na rows or units and the rest.
func (o Options) shuffler(na, nb int) (func(r *rand.Rand) (inA []int32), error) {
	if o.UnitA == nil && o.UnitB == nil {
		all := make([]int32, na+nb)
		for i := range all {
			all[i] = int32(i)
		}
		return func(r *rand.Rand) []int32 {
			for i := range na {
				j := i + r.IntN(len(all)-i)
				all[i], all[j] = all[j], all[i]
			}
			return all[:na]
		}, nil
	}
	if len(o.UnitA) != na || len(o.UnitB) != nb {
		return nil, fmt.Errorf("%d and %d rows, %d and %d units", na, nb, len(o.UnitA), len(o.UnitB))
	}
	var units [][]int32
	group := func(u []uint32, first int) int {
		at, before := make(map[uint32]int), len(units)
		for i, k := range u {
			g, ok := at[k]
			if !ok {
				g = len(units)
				at[k] = g
				units = append(units, nil)
			}
			units[g] = append(units[g], int32(first+i))
		}
		return len(units) - before
	}
	ua := group(o.UnitA, 0)
	group(o.UnitB, na)
	var out []int32
	return func(r *rand.Rand) []int32 {
		out = out[:0]
		for i := range ua {
			j := i + r.IntN(len(units)-i)
			units[i], units[j] = units[j], units[i]
			out = append(out, units[i]...)
		}
		return out
	}, nil
}

// permute compares a statistic of the first sample's rows with that of random ones: (1 + as large) / (1 + rounds).
func (o Options) permute(ctx context.Context, na, nb int, statistic func(inA []int32) float64) (seen, p float64, err error) {
	rounds, err := o.rounds()
	if err != nil {
		return 0, 0, err
	}
	deal, err := o.shuffler(na, nb)
	if err != nil {
		return 0, 0, err
	}
	first := make([]int32, na)
	for i := range first {
		first[i] = int32(i)
	}
	seen = statistic(first)
	r := rand.New(rand.NewPCG(o.Seed, 0x5851f42d4c957f2d))
	hits := 0
	for range rounds {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		if s := statistic(deal(r)); s >= seen-1e-12*math.Abs(seen) {
			hits++
		}
	}
	return seen, (1 + float64(hits)) / (1 + float64(rounds)), nil
}

// Standardize returns both samples scaled by the first one's means and standard deviations; a column that doesn't vary there is
// only centred.
func Standardize(a, b [][]float64) (x, y [][]float64, err error) {
	d, err := check(a, b, 1, math.MaxInt)
	if err != nil {
		return nil, nil, err
	}
	mean, sd := moments(a, d)
	return scale(a, mean, sd), scale(b, mean, sd), nil
}

func moments(a [][]float64, d int) (mean, sd []float64) {
	mean, sd = make([]float64, d), make([]float64, d)
	n := float64(len(a))
	for _, r := range a {
		for j, v := range r {
			mean[j] += v / n
		}
	}
	for _, r := range a {
		for j, v := range r {
			sd[j] += (v - mean[j]) * (v - mean[j]) / n
		}
	}
	for j := range sd {
		if sd[j] = math.Sqrt(sd[j]); sd[j] == 0 {
			sd[j] = 1
		}
	}
	return mean, sd
}

func scale(rows [][]float64, mean, sd []float64) [][]float64 {
	out := make([][]float64, len(rows))
	for i, r := range rows {
		out[i] = make([]float64, len(r))
		for j, v := range r {
			out[i][j] = (v - mean[j]) / sd[j]
		}
	}
	return out
}

// PCA compares reconstruction errors. Half of a (every other row, or unit) gives scale and the principal components that hold
// the share of variance (0.65 as in NannyML, where share is 0); the rows of its other half and of b are projected and their
// distance to the projection is taken. Statistic is (mean error of b − mean error of a) / standard deviation of a's; p is
// Welch's, two-sided. Where rows belong to units, the error of one is the mean over its rows. Of o, the units count.
func PCA(a, b [][]float64, share float64, o Options) (Result, error) {
	d, err := check(a, b, 8, MaxLong)
	if err != nil {
		return Result{}, err
	}
	if share == 0 {
		share = 0.65
	}
	if !(share > 0 && share <= 1) || d > 500 {
		return Result{}, fmt.Errorf("a share of %v of %d columns: above 0 and at most 1, of at most 500", share, d)
	}
	var fit, held [][]float64
	if o.UnitA != nil && len(o.UnitA) != len(a) || o.UnitB != nil && len(o.UnitB) != len(b) {
		return Result{}, fmt.Errorf("units of %d and %d rows, for %d and %d", len(o.UnitA), len(o.UnitB), len(a), len(b))
	}
	var heldUnits []uint32
	place := make(map[uint32]int)
	for i, r := range a {
		at := i
		if o.UnitA != nil {
			if _, ok := place[o.UnitA[i]]; !ok {
				place[o.UnitA[i]] = len(place)
			}
			at = place[o.UnitA[i]]
		}
		if at%2 == 0 {
			fit = append(fit, r)
			continue
		}
		held = append(held, r)
		if o.UnitA != nil {
			heldUnits = append(heldUnits, o.UnitA[i])
		}
	}
	if len(fit) < 2 || len(held) < 2 {
		return Result{}, fmt.Errorf("%w: of one unit alone", ErrSmall)
	}
	mean, sd := moments(fit, d)
	v, k, err := components(scale(fit, mean, sd), d, share)
	if err != nil {
		return Result{}, err
	}
	ea, eb := ofUnits(errorsOf(scale(held, mean, sd), v, k), heldUnits), ofUnits(errorsOf(scale(b, mean, sd), v, k), o.UnitB)
	return compareErrors(ea, eb, len(a), len(b))
}

// ofUnits are the means over the rows of each unit, in order of their first row.
func ofUnits(x []float64, unit []uint32) []float64 {
	if unit == nil {
		return x
	}
	place := make(map[uint32]int)
	var out, n []float64
	for i, v := range x {
		k, ok := place[unit[i]]
		if !ok {
			k = len(out)
			place[unit[i]] = k
			out, n = append(out, 0), append(n, 0)
		}
		out[k] += v
		n[k]++
	}
	for i := range out {
		out[i] /= n[i]
	}
	return out
}

// components returns the eigenvectors of the covariance, most variance first, and how many reach the share.
func components(x [][]float64, d int, share float64) (*mat.Dense, int, error) {
	cov := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			s := 0.0
			for _, r := range x {
				s += r[i] * r[j]
			}
			cov.SetSym(i, j, s/float64(len(x)))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(cov, true) {
		return nil, 0, errors.New("the covariance could not be decomposed")
	}
	vals := e.Values(nil) // ascending
	var v mat.Dense
	e.VectorsTo(&v)
	total, sum := 0.0, 0.0
	for _, l := range vals {
		total += math.Max(0, l)
	}
	k := 0
	for k < d && (k == 0 || sum < (share-1e-12)*total) {
		sum += math.Max(0, vals[d-1-k])
		k++
	}
	return &v, k, nil
}

func errorsOf(x [][]float64, v *mat.Dense, k int) []float64 {
	out := make([]float64, len(x))
	d, _ := v.Dims()
	for i, r := range x {
		// ‖x‖² less what lies in the plane.
		rest := squared(r, make([]float64, d))
		for c := range k {
			s := 0.0
			for j, f := range r {
				s += f * v.At(j, d-1-c)
			}
			rest -= s * s
		}
		out[i] = math.Sqrt(math.Max(0, rest))
	}
	return out
}
