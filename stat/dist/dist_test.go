package dist

import (
	"math"
	"math/bits"
	"slices"
	"testing"
)

// The laws are compared with SciPy's and mpmath's figures in package twosample. Here small cases are counted out by hand:
// every way to split n+m places between two samples.

func splits(m, n int, fn func(inA []bool)) {
	N := m + n
	in := make([]bool, N)
	for mask := range uint32(1) << N {
		if bits.OnesCount32(mask) != m {
			continue
		}
		for i := range in {
			in[i] = mask>>i&1 == 1
		}
		fn(in)
	}
}

func statistics(in []bool, m, n int) (d, u int64, cvm float64) {
	var i, j int64
	var sa, sb float64
	for k, a := range in {
		if a {
			i++
			u += j
			sa += math.Pow(float64(k+1)-float64(i), 2)
		} else {
			j++
			sb += math.Pow(float64(k+1)-float64(j), 2)
		}
		d = max(d, i*int64(n)-j*int64(m), j*int64(m)-i*int64(n))
	}
	return d, u, float64(m)*sa + float64(n)*sb
}

func TestTwoSampleLawsCountedOut(t *testing.T) {
	for _, s := range [][2]int{{1, 1}, {1, 4}, {2, 2}, {3, 2}, {4, 4}, {5, 3}, {6, 4}, {5, 7}, {6, 6}} {
		m, n := s[0], s[1]
		var ds, us []int64
		var cs []float64
		splits(m, n, func(in []bool) {
			d, u, c := statistics(in, m, n)
			ds, us, cs = append(ds, d), append(us, u), append(cs, c)
		})
		share := func(k int) float64 { return float64(k) / float64(len(ds)) }
		g := int64(gcd(m, n))
		for _, at := range slices.Compact(slices.Sorted(slices.Values(ds))) {
			k := 0
			for _, d := range ds {
				if d >= at {
					k++
				}
			}
			if got := KolmogorovTwoSample(m, n, at/g); math.Abs(got-share(k)) > 1e-12 {
				t.Errorf("D of %d and %d at %d: %v, counted %v", m, n, at, got, share(k))
			}
		}
		for u := int64(-1); u <= int64(m*n)+1; u++ {
			k := 0
			for _, v := range us {
				if v >= u {
					k++
				}
			}
			if got, ok := MannWhitney(m, n, u); !ok || math.Abs(got-share(k)) > 1e-12 {
				t.Errorf("U of %d and %d at %d: %v, counted %v", m, n, u, got, share(k))
			}
		}
		for _, at := range cs {
			k := 0
			for _, c := range cs {
				if c >= at-1e-9 {
					k++
				}
			}
			if got := CramerVonMisesTwoSample(m, n, at); math.Abs(got-share(k)) > 1e-12 {
				t.Errorf("Cramér–von Mises of %d and %d at %v: %v, counted %v", m, n, at, got, share(k))
			}
		}
	}
}

func TestMannWhitneyOfLargeSamples(t *testing.T) {
	// Eight against many is where SciPy's default is exact too; the normal law is near.
	const n = 50_000
	mean, sd := 8.0*n/2, math.Sqrt(8.0*n*(n+9)/12)
	got, ok := MannWhitney(8, n, int64(mean+2*sd))
	if want := Normal(2); !ok || math.Abs(got-want) > 2e-3 {
		t.Errorf("%v %v, the normal law says %v", got, ok, want)
	}
	if _, ok := MannWhitney(100, 100, 5000); ok {
		t.Error("more than 2^127 arrangements were said to be tabulated")
	}
}

func TestHypergeometricSumsToOne(t *testing.T) {
	for _, c := range [][3]int{{10, 5, 40}, {100, 500, 500}, {2000, 3000, 100_000}, {3, 3, 0}} {
		var sum float64
		for k := 0; k <= c[0]; k++ {
			sum += Hypergeometric(k, c[0], c[1], c[2])
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%v: %v", c, sum)
		}
	}
}

func TestTailsFallAndMeetTheirEnds(t *testing.T) {
	for name, f := range map[string]func(float64) float64{
		"cramer-von-mises": CramerVonMises,
		"anderson-darling": AndersonDarling,
		"normal":           Normal,
		"chi-square":       func(x float64) float64 { return ChiSquare(3, x) },
		"kolmogorov":       func(x float64) float64 { return Kolmogorov(1000, x/20) },
		"kolmogorov 50":    func(x float64) float64 { return Kolmogorov(50, x/20) },
		"smirnov":          func(x float64) float64 { return Smirnov(77, x/20) },
	} {
		last := 1.0
		for x := 0.0; x < 25; x += 0.01 {
			p := f(x)
			if p > last*(1+1e-9)+1e-12 || p < 0 || p != p {
				t.Fatalf("%s at %v is %v after %v", name, x, p, last)
			}
			last = p
		}
		if last > 1e-3 {
			t.Errorf("%s ends at %v", name, last)
		}
		if f(math.NaN()) == f(math.NaN()) {
			t.Errorf("%s of NaN is a number", name)
		}
	}
}

// A long sum of Smirnov is taken at some 2,000 places. The judge takes every term.
func TestSmirnovOfLongSamplesTermByTerm(t *testing.T) {
	whole := func(n int, x float64) float64 {
		N, sum := float64(n), 0.0
		for v := int(N * (1 - x)); v >= 0; v-- {
			p := x + float64(v)/N
			if q := (N - float64(v) - N*x) / N; q > 0 {
				sum += x / p * binomialPoint(v, n, p, q)
			}
		}
		return sum
	}
	for _, n := range []int{4095, 4096, 4097, 6000, 8191, 50_000, 272_727} {
		for _, z2 := range []float64{0.5, 0.99, 1, 1.3, 2.2, 4, 10, 37, 120, 300, 369} {
			x := math.Sqrt(z2 / float64(n))
			want, got := whole(n, x), Smirnov(n, x)
			if math.Abs(got-want) > 1e-12*want {
				t.Errorf("n %d, n·x² %v: %v, term by term %v: off by %.2g of it", n, z2, got, want, got/want-1)
			}
		}
	}
}

// Where the distance is so small that nearly every sample has it, the matrix is not needed to say so.
func TestKolmogorovNearOne(t *testing.T) {
	for _, n := range []int{141, 142, 200, 500, 1000, 3000} {
		for _, z2 := range []float64{0.034, 0.03, 0.02} {
			d := math.Sqrt(z2 / float64(n))
			if float64(n)*d <= 1 {
				continue
			}
			if below := durbin(n, d); below > 1e-12 {
				t.Errorf("n %d, n·d² %v: %v of samples lie below, which is not nothing", n, z2, below)
			}
		}
	}
}
