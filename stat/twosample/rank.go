package twosample

import (
	"math"

	"github.com/wardround/wardround/stat/dist"
)

// exactLimit is SciPy's: both samples at most this long get the exact law of D.
const exactLimit = 10_000

// KS is the two-sided two-sample Kolmogorov–Smirnov test (scipy.stats.ks_2samp, method "auto"): exact up to 10,000 values a
// side, else the one-sample law at round(nm/(n+m)). With ties p is an upper bound: the test is cautious on discrete values.
func KS(a, b []float64) (Result, error) { return raw(a, b, KSSorted) }

// KSSorted is [KS] on sorted columns.
func KSSorted(a, b Sorted, o Options) (Result, error) {
	if err := need(a, b, 1); err != nil {
		return Result{}, err
	}
	n, m := int64(len(a)), int64(len(b))
	// |i/n − j/m| in whole numbers: |i·m − j·n|, at most n·m, which stays below 2^63 for columns that fit in memory.
	var d int64
	i, j := int64(0), int64(0)
	for i < n && j < m {
		x := min(a[i], b[j])
		for i < n && a[i] <= x {
			i++
		}
		for j < m && b[j] <= x {
			j++
		}
		d = max(d, i*m-j*n, j*n-i*m)
	}
	p, method := ksP(int(n), int(m), d, o)
	stat := float64(d) / (float64(n) * float64(m))
	return result("ks", int(n), int(m), method, stat, p, stat), nil
}

// ksP takes the distance in steps of 1/(n·m).
func ksP(n, m int, d int64, o Options) (float64, string) {
	ratio, ea, eb := o.ratio(n, m)
	if ratio == 1 && (o.Method == Exact || o.Method == Auto && max(n, m) <= exactLimit) && float64(n)*float64(m) < 1e10 {
		g := int64(1)
		for x, y := int64(n), int64(m); ; x, y = y, x%y {
			if y == 0 {
				g = x
				break
			}
		}
		return dist.KolmogorovTwoSample(n, m, d/g), string(Exact)
	}
	en := math.Max(1, math.RoundToEven(ea*eb/(ea+eb)))
	return dist.Kolmogorov(int(en), float64(d)/(float64(n)*float64(m))), string(Asymptotic)
}

// MannWhitney is the two-sided Mann–Whitney U test with continuity correction (scipy.stats.mannwhitneyu, method "auto"): exact
// where a side has at most 8 values and nothing is tied. The statistic is U of the first sample; ties are corrected for.
func MannWhitney(a, b []float64) (Result, error) { return raw(a, b, MannWhitneySorted) }

// MannWhitneySorted is [MannWhitney] on sorted columns.
func MannWhitneySorted(a, b Sorted, o Options) (Result, error) {
	if err := need(a, b, 1); err != nil {
		return Result{}, err
	}
	u, ties, tied := mannWhitneyU(a, b)
	n, m := float64(len(a)), float64(len(b))
	ratio, _, _ := o.ratio(len(a), len(b))
	effect := 2*u/(n*m) - 1
	large := math.Max(u, n*m-u)
	if ratio == 1 && (o.Method == Exact || o.Method == Auto && min(len(a), len(b)) <= 8 && !tied) {
		if p, ok := dist.MannWhitney(len(a), len(b), int64(large)); ok {
			return result("mann-whitney", len(a), len(b), string(Exact), u, 2*p, effect), nil
		}
	}
	s := math.Sqrt(n * m / 12 * ((n + m + 1) - ties/((n+m)*(n+m-1))))
	z := (large - n*m/2 - 0.5) / s * math.Sqrt(ratio)
	if s == 0 {
		z = math.Inf(-1) // everything tied: SciPy's −0.5/0
	}
	return result("mann-whitney", len(a), len(b), string(Asymptotic), u, 2*dist.Normal(z), effect), nil
}

// mannWhitneyU counts pairs where a is larger, ties for a half, and Σ(t³−t) over tied groups.
func mannWhitneyU(a, b Sorted) (u, ties float64, tied bool) {
	i, j := 0, 0
	var whole, half int64 // exact in whole numbers, twice: below 2^63 for columns that fit in memory
	for i < len(a) {
		x := a[i]
		for j < len(b) && b[j] < x {
			j0 := j
			y := b[j]
			for j < len(b) && b[j] == y {
				j++
			}
			if t := float64(j - j0); t > 1 {
				ties += t*t*t - t
				tied = true
			}
		}
		i0, j0 := i, j
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		whole += int64(i-i0) * int64(j0)
		half += int64(i-i0) * int64(j-j0)
		if t := float64(i - i0 + j - j0); t > 1 {
			ties += t*t*t - t
			tied = true
		}
	}
	for j < len(b) {
		j0, y := j, b[j]
		for j < len(b) && b[j] == y {
			j++
		}
		if t := float64(j - j0); t > 1 {
			ties += t*t*t - t
			tied = true
		}
	}
	return float64(whole) + float64(half)/2, ties, tied
}

// CramerVonMises is the two-sample Cramér–von Mises test (scipy.stats.cramervonmises_2samp, method "auto"): exact up to 20
// values a side. It is meant for values without ties. With midranks, as SciPy has it, an atom held by a share p of two samples
// of different size adds about p³(n²−m²)²/12nm(n+m) to the statistic though nothing differs: [TieExcess] tells,
// [CramerVonMisesOfTies] leaves it out.
func CramerVonMises(a, b []float64) (Result, error) { return raw(a, b, CramerVonMisesSorted) }

// CramerVonMisesSorted is [CramerVonMises] on sorted columns.
func CramerVonMisesSorted(a, b Sorted, o Options) (Result, error) {
	if err := need(a, b, 2); err != nil {
		return Result{}, err
	}
	n, m := float64(len(a)), float64(len(b))
	k, N := n*m, n+m
	u, t, _ := cvmStatistic(a, b)
	ratio, ea, eb := o.ratio(len(a), len(b))
	effect := t * N / k // ∫(F−G)² over the pooled sample, between 0 and about 1/3
	if ratio == 1 && (o.Method == Exact || o.Method == Auto && max(len(a), len(b)) <= 20) {
		if p := dist.CramerVonMisesTwoSample(len(a), len(b), u); p == p {
			return result("cramer-von-mises", len(a), len(b), string(Exact), t, p, effect), nil
		}
	}
	return result("cramer-von-mises", len(a), len(b), string(Asymptotic), t, cvmP(t*ratio, ea, eb), effect), nil
}

// CramerVonMisesOfTies is the test for values with ties: its statistic is the mean of [CramerVonMises]'s over all orders that tied
// values may have, which midranks of samples of different size exceed without bound. P is of the law without ties, which is
// cautious here, the more so the larger the atoms; [Permute] is not. Without ties the two are equal.
func CramerVonMisesOfTies(a, b []float64) (Result, error) {
	return raw(a, b, CramerVonMisesOfTiesSorted)
}

// CramerVonMisesOfTiesSorted is [CramerVonMisesOfTies] on sorted columns.
func CramerVonMisesOfTiesSorted(a, b Sorted, o Options) (Result, error) {
	r, err := CramerVonMisesSorted(a, b, o)
	if err != nil {
		return r, err
	}
	_, t, mean := cvmStatistic(a, b)
	if t == mean {
		return r, nil
	}
	n, m := float64(len(a)), float64(len(b))
	ratio, ea, eb := o.ratio(len(a), len(b))
	return result(r.Test, r.NA, r.NB, string(Asymptotic), mean, cvmP(mean*ratio, ea, eb), mean*(n+m)/(n*m)), nil
}

// TieExcess is by how much midranks move the Cramér–von Mises statistic, whose standard deviation is about 0.15: far up where an
// atom is in samples of different size, a little down where sizes are equal.
func TieExcess(a, b Sorted) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	_, t, mean := cvmStatistic(a, b)
	return t - mean
}

// cvmStatistic returns U, T, and the mean of T over all orders of tied values. T is a small difference of large numbers, 10⁶ against
// 1 for a million values a side, so all are taken twelvefold in whole numbers of 128 bits.
func cvmStatistic(a, b Sorted) (u, t, mean float64) {
	var ua, ub, more, less wide
	n, m := uint64(len(a)), uint64(len(b))
	groups(a, b, func(_ float64, inA, inB, beforeA, beforeB int) {
		// (Midrank minus own place)², summed over a tie of f values with g of the other side beside and B below:
		// f·(B+g/2)² + (f³−f)/12, here times twelve. In a random order the number of the g that come before one of the f has the
		// mean g/2 and the variance g(g+2)/12, so that the sum's mean is f·(B+g/2)² + f·g(g+2)/12.
		add := func(w *wide, f, g, below, size uint64) {
			d := 2*below + g
			w.add(3*f*d, d)
			w.add(f*f-1, f)
			more.add(size*f, f*f)
			less.add(size*f, (g+1)*(g+1))
		}
		if inA > 0 {
			add(&ua, uint64(inA), uint64(inB), uint64(beforeB), n)
		}
		if inB > 0 {
			add(&ub, uint64(inB), uint64(inA), uint64(beforeA), m)
		}
	})
	sum := ua.times(n).plus(ub.times(m))
	var middle wide // 2k(4k−1) of twelve times U
	middle.add(2*n*m, 4*n*m-1)
	k := float64(n) * float64(m)
	unit := 12 * k * (float64(n) + float64(m))
	return sum.float() / 12, sum.minus(middle) / unit, sum.plus(less).minus(middle.plus(more)) / unit
}

// cvmP standardises T by its mean and variance at finite sizes (Anderson 1962, eq. 11–15) and reads the limit law.
func cvmP(t, n, m float64) float64 {
	k, N := n*m, n+m
	mean := (1 + 1/N) / 6
	v := (N + 1) * (4*k*N - 3*(n*n+m*m) - 2*k) / (45 * N * N * 4 * k)
	x := 1.0/6 + (t-mean)/math.Sqrt(45*v)
	if x < 0.003 {
		return 1
	}
	return dist.CramerVonMises(x)
}

// AndersonDarling is the two-sample Anderson–Darling test with midranks (Scholz & Stephens 1987). The statistic is
// standardised, as scipy.stats.anderson_ksamp gives it. P is of the limit law, without a floor or ceiling; Method [Table]
// gives SciPy's interpolated p, clipped to [0.001, 0.25].
func AndersonDarling(a, b []float64) (Result, error) { return raw(a, b, AndersonDarlingSorted) }

// AndersonDarlingSorted is [AndersonDarling] on sorted columns.
func AndersonDarlingSorted(a, b Sorted, o Options) (Result, error) {
	if err := need(a, b, 1); err != nil {
		return Result{}, err
	}
	if len(a)+len(b) < 4 {
		return Result{}, ErrSmall
	}
	n, m := float64(len(a)), float64(len(b))
	N := n + m
	var sum float64
	distinct := 0
	groups(a, b, func(_ float64, inA, inB, beforeA, beforeB int) {
		distinct++
		l := float64(inA + inB)
		B := float64(beforeA+beforeB) + l/2
		// N·Mb − B·m is the negative of N·Ma − B·n, so one square serves both samples: 1/n + 1/m = N/(nm).
		d := N*(float64(beforeA)+float64(inA)/2) - B*n
		sum += l / N * d * d / (B*(N-B) - N*l/4)
	})
	if distinct < 2 {
		return Result{}, ErrConstant
	}
	a2 := sum * N / (n * m) * (N - 1) / N
	ratio, _, _ := o.ratio(len(a), len(b))
	z := (a2*ratio - 1) / adSigma(len(a), len(b))
	effect := a2 * N / (n * m)
	if o.Method == Table {
		return result("anderson-darling", len(a), len(b), string(Table), z, dist.AndersonDarlingTable(z, 2), effect), nil
	}
	return result("anderson-darling", len(a), len(b), string(Asymptotic), z, adP(z), effect), nil
}

// adP puts the standardised statistic back on the scale of the limit law, whose mean is 1 and variance 2(π²−9)/3.
func adP(z float64) float64 { return dist.AndersonDarling(1 + z*math.Sqrt(2*(math.Pi*math.Pi-9)/3)) }

// adSigma is the standard deviation of A² at finite sizes for k = 2 (Scholz & Stephens 1987, eq. 4).
func adSigma(na, nb int) float64 {
	const k = 2.0
	N := float64(na + nb)
	H := 1/float64(na) + 1/float64(nb)
	var h, g float64
	for i := 0; i < na+nb-2; i++ {
		h += 1 / (N - 1 - float64(i))
		g += h / float64(i+2)
	}
	h++
	a := (4*g-6)*(k-1) + (10-6*g)*H
	b := (2*g-4)*k*k + 8*h*k + (2*g-14*h-4)*H - 8*h + 4*g - 6
	c := (6*h+2*g-2)*k*k + (4*h-4*g+6)*k + (2*h-6)*H + 4*h
	d := (2*h+6)*k*k - 4*h*k
	return math.Sqrt((a*N*N*N + b*N*N + c*N + d) / ((N - 1) * (N - 2) * (N - 3)))
}

// Tied returns the share of all values that equal another one.
func Tied(a, b Sorted) float64 {
	tied := 0
	groups(a, b, func(_ float64, inA, inB, _, _ int) {
		if inA+inB > 1 {
			tied += inA + inB
		}
	})
	return float64(tied) / math.Max(1, float64(len(a)+len(b)))
}

func normalTail(z float64) float64 { return dist.Normal(z) }
