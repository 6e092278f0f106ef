// Package twosample asks whether two samples come from the same distribution, and how far apart they are.
//
//	r, err := twosample.KS(reference, current)
//	fmt.Println(r.Statistic, r.P, r.Effect)
//
// Numbers: [KS], [CramerVonMises], [AndersonDarling], [MannWhitney], [EppsSingleton], [WelchT], [ZTest] give a p-value;
// [Wasserstein], [Energy], [PSI] and the like give a distance, whose p, where wanted, comes from [Permute].
// Categories: [ChiSquare], [GTest], [Fisher] on counts; [JensenShannon], [Hellinger], [KL], [TotalVariation], [LInfinity].
//
// Statistic and p equal SciPy's 1.17 within 1e-9 (absolute for p, relative for statistics; the vectors in testdata say for
// what). They differ on purpose where SciPy's own digits end: the Cramér–von Mises and Anderson–Darling tails here are right
// below 1e-9 and 0.001, where SciPy gives 1 − (nearly 1) and a clipped table (Method [Table] gives that one).
//
// # The unit
//
// A test counts independent units. Five images of one patient are not five. Give what is independent in Options.EffA and EffB
// ([DesignEffect] and [ICC] compute them), or take one value per unit first ([ByUnit]), or shuffle whole units ([Permute]).
// Valid with effective sizes: Mann–Whitney, Welch t, Z, chi-square, G (first-order Rao–Scott), and, as an approximation
// that the tests of this package hold to its level, KS, Cramér–von Mises and Anderson–Darling with the intra-class
// correlation of the ranks. Not valid with them: exact methods, Fisher, Epps–Singleton; aggregate by unit there.
//
// # Values
//
// NaN is refused: callers drop and count what is missing, since missing more often is itself a finding. Infinities are the
// largest and smallest of values for rank tests; a distance that needs their difference is +Inf unless their shares are equal.
// Fewer than the values a test needs is an [ErrSmall].
package twosample

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/wardround/wardround/stat/order"
)

// Errors that a caller may want to tell from others.
var (
	ErrSmall    = errors.New("too few values")
	ErrNaN      = errors.New("a value is not a number")
	ErrConstant = errors.New("all values are equal")
)

// Result is what one test found.
type Result struct {
	Test      string
	Statistic float64
	Low, High float64 // the interval of the statistic, as PLow and PHigh for P
	P         float64 // NaN where the test is a distance without one
	// PLow ≤ P ≤ PHigh. On raw values all three are equal; on sketches the interval holds the p that raw values would give.
	PLow, PHigh float64
	// Effect is a size that does not grow with n, 0 for none: KS's D; Mann–Whitney's 2·AUC−1 (rank-biserial, signed: above 0
	// where a is larger); Cohen's d for t and Z; Cramér's V for counts; otherwise the distance itself.
	Effect float64
	NA, NB int
	Method string // "exact", "asymptotic", "permutation", "sketch" …
}

// Method chooses how p is computed.
type Method string

// Auto takes the exact law where SciPy would. Table is Anderson–Darling's clipped table.
const (
	Auto       Method = ""
	Exact      Method = "exact"
	Asymptotic Method = "asymptotic"
	Table      Method = "table"
)

// Options of a test. The zero value is SciPy's default.
type Options struct {
	Method Method
	// EffA and EffB are effective sample sizes, 0 < Eff ≤ n; zero means every value is independent. Exact laws need zero.
	EffA, EffB float64
}

// information is n·m/(n+m): what variance of a difference is the reciprocal of. ratio is effective to nominal, at most one.
func (o Options) ratio(n, m int) (ratio, ea, eb float64) {
	ea, eb = float64(n), float64(m)
	full := ea * eb / (ea + eb)
	if o.EffA > 0 && o.EffA < ea {
		ea = o.EffA
	}
	if o.EffB > 0 && o.EffB < eb {
		eb = o.EffB
	}
	return ea * eb / (ea + eb) / full, ea, eb
}

// Sorted is a column in ascending order without NaN.
type Sorted []float64

// scratch is what a sort needs, and where its result may lie while a test runs.
type scratch struct {
	order.Sorter
	out []float64
}

var sorters = sync.Pool{New: func() any { return new(scratch) }}

func (s *scratch) sort(dst, x []float64) (Sorted, error) {
	y, nan := s.Sort(dst, x)
	if nan > 0 {
		return nil, fmt.Errorf("%d of %d: %w", nan, len(x), ErrNaN)
	}
	return y, nil
}

// Sort returns a sorted copy of x, or ErrNaN.
func Sort(x []float64) (Sorted, error) {
	s := sorters.Get().(*scratch)
	defer sorters.Put(s)
	return s.sort(make([]float64, 0, len(x)), x)
}

func sortBoth(a, b []float64) (Sorted, Sorted, error) {
	x, err := Sort(a)
	if err != nil {
		return nil, nil, fmt.Errorf("first sample: %w", err)
	}
	y, err := Sort(b)
	if err != nil {
		return nil, nil, fmt.Errorf("second sample: %w", err)
	}
	return x, y, nil
}

type sortedTest func(a, b Sorted, o Options) (Result, error)

// raw sorts into memory that is used again: no test keeps its columns.
func raw(a, b []float64, f sortedTest) (Result, error) {
	s, t := sorters.Get().(*scratch), sorters.Get().(*scratch)
	defer sorters.Put(s)
	defer sorters.Put(t)
	x, err := s.sort(s.out, a)
	if err != nil {
		return Result{}, fmt.Errorf("first sample: %w", err)
	}
	s.out = x
	y, err := t.sort(t.out, b)
	if err != nil {
		return Result{}, fmt.Errorf("second sample: %w", err)
	}
	t.out = y
	return f(x, y, Options{})
}

func need(a, b Sorted, n int) error {
	if len(a) < n || len(b) < n {
		return fmt.Errorf("%w: %d and %d, each must have %d", ErrSmall, len(a), len(b), n)
	}
	return nil
}

func result(test string, a, b int, method string, statistic, p, effect float64) Result {
	p = math.Max(0, math.Min(1, p)) // NaN stays
	return Result{Test: test, Statistic: statistic, Low: statistic, High: statistic, P: p, PLow: p, PHigh: p, Effect: effect, NA: a, NB: b, Method: method}
}

// groups walks the pooled values in order: for every distinct one, how many a and b have of it, and how many came before.
func groups(a, b Sorted, fn func(x float64, inA, inB, beforeA, beforeB int)) {
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		var x float64
		switch {
		case j == len(b) || i < len(a) && a[i] < b[j]:
			x = a[i]
		default:
			x = b[j]
		}
		i0, j0 := i, j
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		fn(x, i-i0, j-j0, i0, j0)
	}
}
