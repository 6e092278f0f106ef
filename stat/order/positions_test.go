package order

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// inputs are shapes that rank statistics meet: full doubles, rounded scores,
// counts, negative values, infinities, NaN and both zeros.
func inputs(n int) map[string][]float64 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	in := map[string][]float64{}
	for i := range n {
		in["normal"] = append(in["normal"], r.NormFloat64()*1e3)
		in["score"] = append(in["score"], math.Round(r.Float64()*100)/100)
		in["count"] = append(in["count"], float64(r.IntN(20)))
		in["far behind the point"] = append(in["far behind the point"], 1e6+float64(r.IntN(n))*1e-9)
		in["low bits"] = append(in["low bits"], 1+float64(r.IntN(1<<28))*0x1p-52)
		in["constant"] = append(in["constant"], 0.25)
		in["bits"] = append(in["bits"], math.Float64frombits(r.Uint64()))
		in["odd"] = append(in["odd"], []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0, 5e-324, -1}[(i*5+r.IntN(3))%7])
	}
	return in
}

func TestSortsAsAComparisonSortDoes(t *testing.T) {
	for _, n := range []int{0, 1, 2, small - 1, small, 5000, 2 * long} {
		for name, x := range inputs(n) {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				want := slices.Clone(x)
				slices.SortFunc(want, compare)
				got := Sorted(x)
				for i := range want {
					if got[i] != want[i] && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
						t.Fatalf("at %d: %v, want %v", i, got[i], want[i])
					}
				}
				stable := make([]uint32, len(x))
				for i := range stable {
					stable[i] = uint32(i)
				}
				slices.SortStableFunc(stable, func(i, j uint32) int { return compare(x[i], x[j]) })
				if !slices.Equal(Positions(x), stable) {
					t.Fatal("Positions are not the stable order")
				}
			})
		}
	}
}

func TestBothZerosAreOne(t *testing.T) {
	for _, n := range []int{3, small} {
		x := make([]float64, n)
		x[1] = math.Copysign(0, -1)
		for i, v := range Sorted(x) {
			if math.Signbit(v) {
				t.Fatalf("n=%d: -0 at %d", n, i)
			}
		}
	}
}

func BenchmarkFloat64s(b *testing.B) {
	for name, x := range inputs(1_000_000) {
		b.Run(name, func(b *testing.B) {
			y := make([]float64, len(x))
			for b.Loop() {
				copy(y, x)
				Float64s(y)
			}
		})
	}
}

func BenchmarkPositions(b *testing.B) {
	for name, x := range inputs(1_000_000) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Positions(x)
			}
		})
	}
}

// compare orders numbers, NaN last.
func compare(a, b float64) int {
	switch {
	case a < b, a == a && b != b:
		return -1
	case a > b, a != a && b == b:
		return 1
	}
	return 0
}
