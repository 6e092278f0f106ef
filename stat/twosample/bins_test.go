package twosample_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/stat/order"
	"github.com/wardround/wardround/stat/twosample"
)

// TestManyValuesAreCountedAsFewAre: columns that are long enough for a table of cells are
// counted as a walk over the edges would count them, whatever their scale and offset, and
// so are their quantiles.
func TestManyValuesAreCountedAsFewAre(t *testing.T) {
	const n = 1<<16 + 7
	rng := rand.New(rand.NewPCG(31, 32))
	for _, shape := range []struct {
		name string
		draw func() float64
	}{
		{"normal", rng.NormFloat64},
		{"shifted", func() float64 { return 1e6 + rng.NormFloat64() }},
		{"below zero", func() float64 { return -math.Exp(rng.NormFloat64()) }},
		{"few values", func() float64 { return float64(rng.IntN(5)) }},
		{"one value", func() float64 { return 7 }},
		{"two values far apart", func() float64 { return []float64{-math.MaxFloat64, math.MaxFloat64}[rng.IntN(2)] }},
		{"both zeros", func() float64 { return []float64{0, math.Copysign(0, -1), 1}[rng.IntN(3)] }},
		{"heavy tails", func() float64 { return math.Tan(math.Pi * (rng.Float64() - 0.5)) }},
		{"infinities", func() float64 { return []float64{math.Inf(-1), math.Inf(1), rng.Float64()}[rng.IntN(3)] }},
		{"subnormal", func() float64 { return float64(rng.IntN(1000)) * math.SmallestNonzeroFloat64 }},
	} {
		x := make([]float64, n)
		for i := range x {
			x[i] = shape.draw()
		}
		for _, k := range []int{2, 10, 3000} {
			ps := make([]float64, k-1)
			for i := range ps {
				ps[i] = float64(i+1) / float64(k)
			}
			sorted := slices.Clone(x)
			slices.Sort(sorted)
			for _, xs := range [][]float64{x, sorted} {
				q, below, err := order.Split(xs, ps)
				if err != nil {
					t.Fatal(err)
				}
				for j, e := range q {
					i := int(ps[j] * (n - 1))
					if lo, hi := sorted[i], sorted[i+1]; !(lo <= e && e <= hi) {
						t.Fatalf("%s: quantile %g is %g, outside of %g … %g", shape.name, ps[j], e, lo, hi)
					}
					if want, _ := slices.BinarySearch(sorted, e); below[j] != want {
						t.Fatalf("%s: %d below %g, want %d", shape.name, below[j], e, want)
					}
				}
				bins, err := twosample.EdgeBins(slices.Compact(q))
				if err != nil {
					t.Fatal(err)
				}
				got, err := bins.Count(xs)
				if err != nil {
					t.Fatal(err)
				}
				want := make([]float64, bins.Len())
				for at := 0; at < n; at += 1 << 15 { // too few for a table
					part, err := bins.Count(xs[at:min(n, at+1<<15)])
					if err != nil {
						t.Fatal(err)
					}
					for i := range part {
						want[i] += part[i]
					}
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s, %d bins: %s", shape.name, k, d)
				}
			}
		}
	}
	bad := make([]float64, n)
	bad[n-1] = math.NaN()
	if _, err := twosample.PSIBinned(bad, bad, 10); err == nil {
		t.Error("NaN was binned")
	}
}
