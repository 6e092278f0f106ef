package order

import (
	"math"
	"slices"
	"testing"
)

// TestColumnsInOrderAreNotSorted: a column that lies in order takes no working
// memory, whichever way it lies, and comes out as any other does.
func TestColumnsInOrderAreNotSorted(t *testing.T) {
	t.Parallel()
	const n = 10_000
	up, down, level := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		up[i] = math.Floor(float64(i)/3) - 1000
		down[n-1-i] = up[i]
		level[i] = 7
	}
	up[0], down[n-1] = math.Inf(-1), math.Inf(-1)
	zeros := slices.Clone(up)
	for i, v := range zeros {
		if v == 0 && i%2 == 0 {
			zeros[i] = math.Copysign(0, -1)
		}
	}
	for name, x := range map[string][]float64{"rising": up, "falling": down, "level": level, "zeros of both signs": zeros} {
		var s Sorter
		before := slices.Clone(x)
		got, nan := s.Sort(nil, x)
		want := slices.Sorted(slices.Values(x))
		if !slices.Equal(got, want) || nan != 0 {
			t.Errorf("%s: not in order", name)
		}
		for i, v := range got {
			if v == 0 && math.Signbit(v) {
				t.Fatalf("%s: −0 at %d", name, i)
			}
		}
		if s.keys != nil {
			t.Errorf("%s: was sorted", name)
		}
		for i := range x {
			if math.Float64bits(x[i]) != math.Float64bits(before[i]) {
				t.Fatalf("%s: the column was changed at %d", name, i)
			}
		}
		inPlace := slices.Clone(x)
		Float64s(inPlace)
		if !slices.Equal(inPlace, want) {
			t.Errorf("%s: not in order in place", name)
		}
		rank := Positions(x)
		for i := 1; i < n; i++ {
			a, b := rank[i-1], rank[i]
			if x[a] > x[b] || x[a] == x[b] && a >= b {
				t.Fatalf("%s: positions %d, %d of %v, %v", name, a, b, x[a], x[b])
			}
		}
	}
}

// TestNearlyInOrder: one value out of place, or one that is no number, is seen
// wherever it lies.
func TestNearlyInOrder(t *testing.T) {
	t.Parallel()
	const n = 2000
	for _, at := range []int{0, 1, 2, n / 2, n - 2, n - 1} {
		for _, odd := range []float64{-5, 1e9, 77.5, math.NaN(), math.Inf(1)} {
			for _, step := range []float64{1, -1, 0} {
				x := make([]float64, n)
				for i := range x {
					x[i] = step * float64(i)
				}
				x[at] = odd
				want := slices.DeleteFunc(slices.Clone(x), math.IsNaN)
				slices.Sort(want)
				got, nan := new(Sorter).Sort(nil, x)
				if !slices.Equal(got, want) || nan != n-len(want) {
					t.Fatalf("%v at %d, step %v: %d values, %d NaN", odd, at, step, len(got), nan)
				}
			}
		}
	}
}
