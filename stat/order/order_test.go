package order

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func columns() map[string][]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	fill := func(n int, f func() float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = f()
		}
		return x
	}
	return map[string][]float64{
		"empty":     {},
		"one":       {3},
		"few":       fill(100, r.NormFloat64),
		"normal":    fill(20_000, r.NormFloat64),
		"discrete":  fill(20_000, func() float64 { return float64(r.IntN(7)) - 3 }),
		"all equal": fill(5_000, func() float64 { return -2.5 }),
		"wide":      fill(9_999, func() float64 { return math.Exp(200 * r.NormFloat64()) }),
		"close":     fill(9_999, func() float64 { return 1 + float64(r.IntN(1<<20))*0x1p-52 }), // differ in the lowest bits only
		"any bits": fill(9_999, func() float64 {
			x := math.Float64frombits(r.Uint64())
			if x != x {
				return math.Inf(-1)
			}
			return x
		}),
	}
}

func TestSortLikeSlices(t *testing.T) {
	var s Sorter
	for name, x := range columns() {
		want := slices.Clone(x)
		slices.Sort(want)
		before := slices.Clone(x)
		got, nan := s.Sort(nil, x)
		if nan != 0 || !slices.Equal(got, want) {
			t.Errorf("%s: not sorted", name)
		}
		if !slices.Equal(x, before) {
			t.Errorf("%s: the column was changed", name)
		}
	}
}

func TestSortCountsNaN(t *testing.T) {
	for _, n := range []int{10, 10_000} {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(n - i)
			if i%10 == 0 {
				x[i] = math.NaN()
			}
		}
		var s Sorter
		got, nan := s.Sort(nil, x)
		if nan != n/10 || len(got) != n-n/10 || !slices.IsSorted(got) {
			t.Errorf("n %d: %d NaN, %d values", n, nan, len(got))
		}
	}
}

func TestQuantilesAreOrderStatistics(t *testing.T) {
	ps := []float64{0, 0.001, 0.1, 0.25, 0.5, 0.5, 0.9, 0.999, 1}
	for name, x := range columns() {
		if len(x) == 0 {
			continue
		}
		got, err := Quantiles(x, ps)
		if err != nil {
			t.Fatal(err)
		}
		y := slices.Clone(x)
		slices.Sort(y)
		for j, p := range ps {
			at := p * float64(len(y)-1)
			i := int(at)
			lo, hi := y[i], y[min(i+1, len(y)-1)]
			want := lo + (hi-lo)*(at-float64(i))
			if lo == hi || at == float64(i) {
				want = lo
			}
			if math.Abs(got[j]-want) > 1e-12*math.Abs(want) {
				t.Errorf("%s: quantile %v is %v, want %v", name, p, got[j], want)
			}
		}
	}
	for name, x := range columns() {
		for _, n := range []int{1, 20} { // twenty times as long takes the other way
			long := slices.Repeat(x, n)
			q, below, err := Split(long, ps)
			if err != nil {
				if len(x) > 0 {
					t.Fatal(err)
				}
				continue
			}
			for j := range ps {
				want := 0
				for _, v := range long {
					if v < q[j] {
						want++
					}
				}
				if below[j] != want {
					t.Errorf("%s, %d values: %d below %v, want %d", name, len(long), below[j], q[j], want)
				}
			}
		}
	}
	for _, bad := range [][]float64{{0.5, 0.1}, {-1}, {2}, {math.NaN()}} {
		if _, err := Quantiles([]float64{1, 2}, bad); err == nil {
			t.Errorf("probabilities %v were accepted", bad)
		}
	}
	if _, err := Quantiles([]float64{1, math.NaN()}, []float64{0.5}); err == nil {
		t.Error("NaN was accepted")
	}
}

// Between a number and an infinity lies no number: the quantile is the infinity. Between numbers whose difference is none it is a
// number all the same.
func TestQuantilesOfExtremes(t *testing.T) {
	inf, most := math.Inf(1), math.MaxFloat64
	ps := []float64{0.1, 0.25, 0.4, 0.75, 0.9}
	for _, tc := range []struct{ x, want []float64 }{
		{[]float64{-inf, -inf, 1, 2, 3, 4, inf}, []float64{-inf, -inf, 1.4, 3.5, inf}},
		{[]float64{-inf, inf}, []float64{-inf, -inf, -inf, -inf, -inf}},
		{[]float64{5, inf}, []float64{inf, inf, inf, inf, inf}},
		{[]float64{-most, most}, []float64{-0.8 * most, -0.5 * most, -0.2 * most, 0.5 * most, 0.8 * most}},
	} {
		got, err := Quantiles(tc.x, ps)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range tc.want {
			if !(got[i] == want || math.Abs(got[i]-want) <= 1e-12*math.Abs(want)) {
				t.Errorf("%v: quantile %v is %v, want %v", tc.x, ps[i], got[i], want)
			}
		}
		long, err := Quantiles(slices.Repeat(tc.x, 1<<15), ps)
		if err != nil || !slices.IsSorted(long) || slices.ContainsFunc(long, math.IsNaN) {
			t.Errorf("%v many times: %v, %v", tc.x, long, err)
		}
	}
}

func BenchmarkSort1M(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, 1_000_000)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	var s Sorter
	var dst []float64
	for b.Loop() {
		dst, _ = s.Sort(dst, x)
	}
}

func BenchmarkQuantiles1M(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, 1_000_000)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for b.Loop() {
		Quantiles(x, []float64{0, .1, .2, .3, .4, .5, .6, .7, .8, .9, 1})
	}
}
