package twosample

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/wardround/wardround/stat/dist"
)

// Counts are per category, the same order on both sides. They may be weights: whole numbers are only needed by Fisher.

func checkCounts(a, b []float64) (sumA, sumB float64, err error) {
	if len(a) != len(b) {
		return 0, 0, fmt.Errorf("%d categories against %d", len(a), len(b))
	}
	for i := range a {
		if !(a[i] >= 0) || !(b[i] >= 0) || math.IsInf(a[i], 1) || math.IsInf(b[i], 1) {
			return 0, 0, fmt.Errorf("category %d: %v and %v are not counts", i, a[i], b[i])
		}
		sumA += a[i]
		sumB += b[i]
	}
	if sumA == 0 || sumB == 0 {
		return 0, 0, fmt.Errorf("%w: a sample has no counts", ErrSmall)
	}
	return sumA, sumB, nil
}

// ChiSquare is Pearson's test of homogeneity (scipy.stats.chi2_contingency without Yates' correction; categories that neither
// side has are left out). Its p is an approximation that needs expected counts of about five: see [Expected].
func ChiSquare(a, b []float64, o Options) (Result, error) {
	return contingency("chi-square", a, b, o, func(o, e float64) float64 { return (o - e) * (o - e) / e })
}

// GTest is the log-likelihood ratio test (chi2_contingency with lambda_="log-likelihood", no correction).
func GTest(a, b []float64, o Options) (Result, error) {
	return contingency("g", a, b, o, func(o, e float64) float64 {
		if o == 0 {
			return 0
		}
		return 2 * o * math.Log(o/e)
	})
}

func contingency(name string, a, b []float64, o Options, term func(o, e float64) float64) (Result, error) {
	na, nb, err := checkCounts(a, b)
	if err != nil {
		return Result{}, err
	}
	N := na + nb
	var x float64
	df := -1.0
	for i := range a {
		col := a[i] + b[i]
		if col == 0 {
			continue
		}
		df++
		x += term(a[i], col*na/N) + term(b[i], col*nb/N)
	}
	x = math.Max(0, x)
	if df < 1 {
		return result(name, int(na), int(nb), string(Asymptotic), 0, 1, 0), nil
	}
	ratio := 1.0
	if o.EffA > 0 || o.EffB > 0 {
		ea, eb := na, nb
		if o.EffA > 0 {
			ea = min(ea, o.EffA)
		}
		if o.EffB > 0 {
			eb = min(eb, o.EffB)
		}
		ratio = ea * eb / (ea + eb) / (na * nb / N)
	}
	return result(name, int(na), int(nb), string(Asymptotic), x, dist.ChiSquare(df, x*ratio), math.Sqrt(x/N)), nil
}

// ChiSquareFit is Pearson's test of observed counts against the shares of a reference taken as known, without error of its own
// (scipy.stats.chisquare with the reference scaled; what Evidently calls chi-square). Of two samples it claims too much: use
// [ChiSquare], unless the reference is vastly larger. A category the reference lacks makes the statistic infinite.
func ChiSquareFit(reference, observed []float64) (Result, error) {
	na, nb, err := checkCounts(reference, observed)
	if err != nil {
		return Result{}, err
	}
	var x float64
	df := -1.0
	for i, e := range reference {
		e *= nb / na
		if e == 0 && observed[i] == 0 {
			continue
		}
		df++
		x += (observed[i] - e) * (observed[i] - e) / e
	}
	p := 1.0
	if df > 0 {
		p = dist.ChiSquare(df, x)
	}
	return result("chi-square-fit", int(na), int(nb), string(Asymptotic), x, p, math.Sqrt(x/nb)), nil
}

// Expected returns the smallest expected count under equal shares, over categories that somebody has.
func Expected(a, b []float64) float64 {
	na, nb, err := checkCounts(a, b)
	if err != nil {
		return 0
	}
	least := math.Inf(1)
	for i := range a {
		if c := a[i] + b[i]; c > 0 {
			least = math.Min(least, c*math.Min(na, nb)/(na+nb))
		}
	}
	return least
}

// Fisher is Fisher's exact test: for two categories by sum (scipy.stats.fisher_exact); for more by rounds random tables of the
// same margins from the seed, p = (1 + as improbable) / (1 + rounds), with PLow and PHigh its 99.9 % Wilson interval.
// Statistic is the sample odds ratio, NaN beyond 2×2.
func Fisher(a, b []float64, rounds int, seed uint64) (Result, error) {
	na, nb, err := checkCounts(a, b)
	if err != nil {
		return Result{}, err
	}
	const most = 50_000_000
	if na+nb > most {
		return Result{}, fmt.Errorf("fisher's test of %.0f counts: at most %d, chi-square serves here", na+nb, most)
	}
	var ia, ib []int
	for i := range a {
		if a[i] != math.Trunc(a[i]) || b[i] != math.Trunc(b[i]) {
			return Result{}, fmt.Errorf("category %d: %v and %v are not whole", i, a[i], b[i])
		}
		if a[i]+b[i] > 0 {
			ia, ib = append(ia, int(a[i])), append(ib, int(b[i]))
		}
	}
	v := 0.0
	if r, err := ChiSquare(a, b, Options{}); err == nil {
		v = r.Effect
	}
	switch {
	case len(ia) == 1:
		return result("fisher", int(na), int(nb), string(Exact), math.NaN(), 1, 0), nil
	case len(ia) == 2:
		odds := math.Inf(1)
		if ib[0] > 0 && ia[1] > 0 {
			odds = float64(ia[0]) * float64(ib[1]) / (float64(ib[0]) * float64(ia[1]))
		}
		return result("fisher", int(na), int(nb), string(Exact), odds, dist.FisherExact(ia[0], ia[1], ib[0], ib[1]), v), nil
	}
	const draws = 10_000_000
	if most := int(draws / (na + nb)); rounds > most {
		rounds = max(most, 99)
	}
	p, lo, hi := tables(ia, ib, rounds, rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)))
	r := result("fisher", int(na), int(nb), "monte carlo", math.NaN(), p, v)
	r.PLow, r.PHigh = lo, hi
	return r, nil
}

// tables draws 2×k tables with the given margins by dealing the pooled items.
func tables(a, b []int, rounds int, r *rand.Rand) (p, lo, hi float64) {
	var pool []int32
	na := 0
	for i := range a {
		na += a[i]
		for range a[i] + b[i] {
			pool = append(pool, int32(i))
		}
	}
	fact := make([]float64, len(pool)+2)
	for i := 2; i < len(fact); i++ {
		fact[i] = fact[i-1] + math.Log(float64(i))
	}
	// Up to a constant, −ln of the table's probability.
	cost := func(x []int) (s float64) {
		for i, n := range x {
			s += fact[n] + fact[a[i]+b[i]-n]
		}
		return s
	}
	seen := cost(a) * (1 - 1e-13)
	x := make([]int, len(a))
	hits := 0
	take := min(na, len(pool)-na) // deal the smaller side
	for range rounds {
		clear(x)
		for i := range take {
			j := i + r.IntN(len(pool)-i)
			pool[i], pool[j] = pool[j], pool[i]
			x[pool[i]]++
		}
		if cost(x) >= seen {
			hits++
		}
	}
	n := float64(rounds)
	p = (1 + float64(hits)) / (1 + n)
	lo, hi = wilson(float64(hits), n, 3.2905)
	return p, math.Min(lo, p), math.Max(hi, p)
}

func wilson(k, n, z float64) (lo, hi float64) {
	s := k / n
	mid := (s + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(s*(1-s)/n+z*z/(4*n*n))
	return math.Max(0, mid-half), math.Min(1, mid+half)
}
