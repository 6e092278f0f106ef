package sketch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestCountsAreExactWhileThereIsRoom(t *testing.T) {
	h := NewHeavy(4)
	for i, s := range strings.Fields("a b a c a d b") {
		h.Add(s)
		if !h.Exact() || h.N() != int64(i+1) {
			t.Fatalf("after %s: N %d, exact %v", s, h.N(), h.Exact())
		}
	}
	if got := fmt.Sprint(h.Top(2)); got != "[{a 3 3 3} {b 2 2 2}]" {
		t.Error(got)
	}
	if lo, hi := h.Other(); lo != 0 || hi != 0 {
		t.Errorf("other %d to %d", lo, hi)
	}
	if lo, mid, hi := h.Count("never"); lo != 0 || mid != 0 || hi != 0 {
		t.Errorf("a category that never came: %d %d %d", lo, mid, hi)
	}
	h.AddN("x", 0)
	h.AddN("x", -1)
	if h.N() != 7 {
		t.Errorf("N %d", h.N())
	}
}

// TestBoundsHoldFor streams of ever more categories, whole and in parts.
func TestBoundsHold(t *testing.T) {
	for _, c := range []struct {
		name string
		next func(r *rand.Rand, i int) int
	}{
		{"a few are frequent", func(r *rand.Rand, i int) int { return int(math.Exp(r.ExpFloat64() * 3)) }},
		{"all alike", func(r *rand.Rand, i int) int { return r.IntN(5000) }},
		{"each once", func(r *rand.Rand, i int) int { return i }},
		{"one after the other", func(r *rand.Rand, i int) int { return i / 20 }},
		{"a frequent one at the end", func(r *rand.Rand, i int) int {
			if i > 15_000 {
				return 1_000_000
			}
			return i
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, parts := range []int{1, 5} {
				r := rand.New(rand.NewPCG(1, 1))
				want := map[string]int64{}
				hs := make([]*Heavy, parts)
				for p := range hs {
					hs[p] = NewHeavy(50)
				}
				const n = 20_000
				for i := range n {
					s := fmt.Sprint("c", c.next(r, i))
					want[s]++
					hs[i*parts/n].Add(s)
				}
				h := hs[0]
				for _, o := range hs[1:] {
					must(t, h.Merge(o))
				}
				if h.N() != n {
					t.Fatalf("N %d", h.N())
				}
				for s, true_ := range want {
					lo, mid, hi := h.Count(s)
					if true_ < lo || true_ > hi || mid < lo || mid > hi {
						t.Fatalf("%d parts: %s came %d times, bounds %d %d %d", parts, s, true_, lo, mid, hi)
					}
					if hi-lo > n/50 {
						t.Errorf("%d parts: bounds of %s are %d apart, promised %d", parts, s, hi-lo, n/50)
					}
					if true_ > n/50 && h.by[s] == nil {
						t.Errorf("%d parts: %s came %d times and is not held", parts, s, true_)
					}
				}
				if len(h.by) > 50 || len(h.order) != len(h.by) {
					t.Errorf("%d categories are held in %d places", len(h.by), len(h.order))
				}
				lo, hi := h.Other()
				var other int64 = n
				for _, i := range h.Top(-1) {
					other -= want[i.Text]
				}
				if other < lo || other > hi {
					t.Errorf("others are %d, said to be %d to %d", other, lo, hi)
				}
			}
		})
	}
}

func TestLongTextsStayDifferent(t *testing.T) {
	long := strings.Repeat("ä", 200)
	h := NewHeavy(10)
	h.Add(long + "1")
	h.Add(long + "2")
	h.Add(long + "2")
	if len(h.by) != 2 {
		t.Errorf("%v", h.Top(-1))
	}
	for _, i := range h.Top(-1) {
		if len(i.Text) > MaxText {
			t.Errorf("%d bytes are held", len(i.Text))
		}
	}
	if _, n, _ := h.Count(long + "2"); n != 2 {
		t.Errorf("counted %d times", n)
	}
}

func TestSummariesOfDifferentSizesDoNotMerge(t *testing.T) {
	if err := NewHeavy(3).Merge(NewHeavy(4)); err == nil {
		t.Error("they do")
	}
}

func BenchmarkHeavyManyCategories(b *testing.B) {
	texts := make([]string, 10_000)
	for i := range texts {
		texts[i] = fmt.Sprint("category ", i)
	}
	h := NewHeavy(0)
	for i := 0; b.Loop(); i++ {
		h.Add(texts[i*7919%len(texts)])
	}
}
