package sketch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// truth answers exactly from all values.
type truth []float64

func newTruth(xs []float64) truth {
	t := slices.Clone(xs)
	slices.Sort(t)
	return t
}

func (t truth) cdf(x float64) float64 {
	return float64(sort.Search(len(t), func(i int) bool { return t[i] > x })) / float64(len(t))
}

func (t truth) below(x float64) float64 {
	return float64(sort.SearchFloat64s(t, x)) / float64(len(t))
}

// orders are streams by name, among them those that hurt a sketch most.
func orders(n int, seed uint64) map[string][]float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	normal := make([]float64, n)
	few := make([]float64, n)
	heavyTail := make([]float64, n)
	for i := range n {
		normal[i] = r.NormFloat64()
		few[i] = float64(r.IntN(5))
		heavyTail[i] = math.Exp(5 * r.NormFloat64())
	}
	ascending := newTruth(normal)
	descending := slices.Clone(ascending)
	slices.Reverse(descending)
	// zoomIn: each value falls between all before it: ranks move most.
	zoomIn := make([]float64, n)
	for i := range n {
		if i%2 == 0 {
			zoomIn[i] = float64(i)
		} else {
			zoomIn[i] = float64(2*n - i)
		}
	}
	zoomOut := slices.Clone(zoomIn)
	slices.Reverse(zoomOut)
	// organ: blocks that climb, each a copy of the one before.
	organ := make([]float64, n)
	for i := range n {
		organ[i] = float64(i % 1000)
	}
	return map[string][]float64{"normal": normal, "few values": few, "heavy tail": heavyTail, "ascending": ascending,
		"descending": descending, "zoom in": zoomIn, "zoom out": zoomOut, "blocks": organ}
}

func TestSmallSketchesAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 2, 3, 17, 1000, 1024} {
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = float64(r.IntN(50))
		}
		s := NewKLL(0, 1)
		s.AddAll(xs)
		if s.N() != int64(n) || (n < 2*DefaultK && !s.Exact()) {
			t.Fatalf("%d values: N %d, exact %v", n, s.N(), s.Exact())
		}
		if n == 0 {
			if lo, mid, hi := s.CDF(0); lo != 0 || !math.IsNaN(mid) || hi != 1 {
				t.Errorf("an empty sketch knows %g %g %g", lo, mid, hi)
			}
			if _, q, _ := s.Quantile(.5); !math.IsNaN(q) {
				t.Errorf("an empty sketch has the median %g", q)
			}
			continue
		}
		if !s.Exact() {
			continue
		}
		want := newTruth(xs)
		for x := -1.0; x < 52; x += .5 {
			if lo, mid, hi := s.CDF(x); mid != want.cdf(x) || lo != mid || hi != mid {
				t.Fatalf("%d values: CDF(%g) = %g %g %g, want %g", n, x, lo, mid, hi, want.cdf(x))
			}
			if lo, mid, hi := s.Below(x); mid != want.below(x) || lo != mid || hi != mid {
				t.Fatalf("%d values: Below(%g) = %g %g %g, want %g", n, x, lo, mid, hi, want.below(x))
			}
		}
		for _, q := range []float64{0, .01, .25, .5, .75, .99, 1} {
			i := max(0, int(math.Ceil(q*float64(n)))-1)
			if lo, mid, hi := s.Quantile(q); mid != want[i] || lo != mid || hi != mid {
				t.Errorf("%d values: quantile %g = %g %g %g, want %g", n, q, lo, mid, hi, want[i])
			}
		}
	}
}

// TestPromisedError: in at least 99 % of seeded trials the interval holds the truth,
// for every order, at every place, in one pass and merged from uneven parts.
func TestPromisedError(t *testing.T) {
	const n = 20_000
	trials := 200
	if testing.Short() {
		trials = 50
	}
	var streams = orders(n, 7)
	for name, xs := range streams {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := newTruth(xs)
			var at []float64
			for q := 0.02; q < 1; q += 0.02 {
				at = append(at, want[int(q*n)])
			}
			for _, parts := range []int{1, 7} {
				outside, asked, uniform := 0, 0, 0
				var worst, promised float64
				for seed := range trials {
					s := build(64, xs, parts, uint64(seed)*100)
					if s.N() != n || s.Min() != want[0] || s.Max() != want[n-1] {
						t.Fatalf("N %d, min %g, max %g", s.N(), s.Min(), s.Max())
					}
					far := 0.0
					for _, x := range at {
						lo, mid, hi := s.CDF(x)
						c := want.cdf(x)
						asked++
						if c < lo-1e-12 || c > hi+1e-12 {
							outside++
						}
						if !(lo <= mid && mid <= hi) {
							t.Fatalf("interval %g %g %g", lo, mid, hi)
						}
						far = max(far, math.Abs(c-mid))
					}
					if far > s.UniformRankError(Confidence) {
						uniform++
					}
					worst, promised = max(worst, far), max(promised, s.RankError(Confidence))
				}
				if float64(outside) > 0.01*float64(asked) {
					t.Errorf("%d parts: %d of %d ranks are outside their interval", parts, outside, asked)
				}
				if float64(uniform) > 0.01*float64(trials)+1 {
					t.Errorf("%d parts: %d of %d sketches are further off than the bound for all ranks at once", parts, uniform, trials)
				}
				if promised > 0.12 {
					t.Errorf("%d parts: the promise of %.3f is worth nothing", parts, promised)
				}
				t.Logf("%d parts: %d of %d outside; worst %.4f, promised %.4f", parts, outside, asked, worst, promised)
			}
		})
	}
}

// build sketches xs in uneven parts and merges them in an order of the seed's.
func build(k int, xs []float64, parts int, seed uint64) *KLL {
	r := rand.New(rand.NewPCG(seed, 2))
	var sketches []*KLL
	for p := range parts {
		part := xs
		if p < parts-1 {
			part = xs[:r.IntN(len(xs)*2/(parts-p)+1)]
		}
		xs = xs[len(part):]
		s := NewKLL(k, seed+uint64(p))
		s.AddAll(part)
		sketches = append(sketches, s)
	}
	for len(sketches) > 1 {
		i := r.IntN(len(sketches))
		one := sketches[i]
		sketches = slices.Delete(sketches, i, i+1)
		j := r.IntN(len(sketches))
		if err := sketches[j].Merge(one); err != nil {
			panic(err)
		}
	}
	return sketches[0]
}

func TestDefaultErrorIsBelowOnePercent(t *testing.T) {
	for name, xs := range orders(1_000_000, 3) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewKLL(0, 5)
			s.AddAll(xs)
			want := newTruth(xs)
			var worst float64
			for i := 0; i < len(want); i += 997 {
				_, mid, _ := s.CDF(want[i])
				worst = max(worst, math.Abs(mid-want.cdf(want[i])))
			}
			if e := s.RankError(Confidence); e > 0.0055 || s.UniformRankError(Confidence) > 0.009 || worst > s.UniformRankError(Confidence) {
				t.Errorf("promised %.4f, worst of all ranks %.4f (bound %.4f)", e, worst, s.UniformRankError(Confidence))
			}
			if s.Held() > 6*DefaultK {
				t.Errorf("%d values are held", s.Held())
			}
			t.Logf("promised %.4f, worst of all %.4f, bound for all %.4f, held %d", s.RankError(Confidence), worst, s.UniformRankError(Confidence), s.Held())
		})
	}
}

func TestQuantileIntervalHoldsTheTrueQuantile(t *testing.T) {
	xs := orders(50_000, 9)["heavy tail"]
	want := newTruth(xs)
	outside, asked := 0, 0
	for seed := range 100 {
		s := NewKLL(128, uint64(seed))
		s.AddAll(xs)
		for q := 0.01; q < 1; q += 0.01 {
			x := want[max(0, int(math.Ceil(q*float64(len(xs))))-1)]
			lo, mid, hi := s.Quantile(q)
			asked++
			if x < lo || x > hi {
				outside++
			}
			if !(lo <= mid && mid <= hi) {
				t.Fatalf("quantile %g: %g %g %g", q, lo, mid, hi)
			}
		}
	}
	if outside*100 > asked {
		t.Errorf("%d of %d quantiles are outside", outside, asked)
	}
}

func TestWeightsStandForRows(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	one, many := NewKLL(256, 1), NewKLL(256, 2)
	var all []float64
	for range 3000 {
		x, w := math.Round(r.NormFloat64()*100), int64(1+r.IntN(40))
		one.AddN(x, w)
		for range w {
			many.Add(x)
			all = append(all, x)
		}
	}
	one.AddN(1, 0)
	one.AddN(1, -5)
	if one.N() != many.N() {
		t.Fatalf("N %d and %d", one.N(), many.N())
	}
	want := newTruth(all)
	for x := -200.0; x <= 200; x += 10 {
		for _, s := range []*KLL{one, many} {
			if lo, _, hi := s.CDF(x); want.cdf(x) < lo || want.cdf(x) > hi {
				t.Errorf("CDF(%g): %g is outside %g to %g", x, want.cdf(x), lo, hi)
			}
		}
	}
	huge := NewKLL(8, 1)
	for range 100 {
		huge.AddN(1, 1<<55)
	}
	huge.Add(2)
	if _, mid, _ := huge.CDF(1); mid > 1 || mid < .99 {
		t.Errorf("CDF %g", mid)
	}
}

func TestMergeIsAssociativeInDistribution(t *testing.T) {
	xs := orders(30_000, 2)["normal"]
	want := newTruth(xs)
	var left, right []float64
	for seed := range uint64(150) {
		part := func(i uint64) *KLL {
			s := NewKLL(32, seed*10+i)
			s.AddAll(xs[i*10_000 : (i+1)*10_000])
			return s
		}
		ab := part(0)
		must(t, ab.Merge(part(1)))
		must(t, ab.Merge(part(2)))
		bc := part(1)
		must(t, bc.Merge(part(2)))
		a := part(0)
		must(t, a.Merge(bc))
		_, l, _ := ab.CDF(want[15_000])
		_, r, _ := a.CDF(want[15_000])
		left, right = append(left, l-.5), append(right, r-.5)
	}
	var l, r Moments
	l.AddAll(left)
	r.AddAll(right)
	// Both are unbiased and of like spread.
	for _, m := range []Moments{l, r} {
		if math.Abs(m.Mean) > 4*m.SD()/math.Sqrt(float64(m.N)) {
			t.Errorf("the median's rank is off by %g on average, sd %g", m.Mean, m.SD())
		}
	}
	if ratio := l.SD() / r.SD(); ratio < .7 || ratio > 1.4 {
		t.Errorf("spread of (a+b)+c and a+(b+c): %g and %g", l.SD(), r.SD())
	}
}

func TestEqualSeedsAreAllowedFor(t *testing.T) {
	xs := orders(20_000, 5)["normal"]
	same, other := NewKLL(32, 1), NewKLL(32, 2)
	for _, s := range []*KLL{same, other} {
		s.AddAll(xs)
	}
	a, b := NewKLL(32, 1), NewKLL(32, 1)
	a.AddAll(xs)
	b.AddAll(xs)
	must(t, a.Merge(same))
	must(t, b.Merge(other))
	if a.RankError(.99) <= b.RankError(.99)*1.3 {
		t.Errorf("same coins: %g, other coins: %g; the first should be about √2 of the second", a.RankError(.99), b.RankError(.99))
	}
}

func TestMergeRefusesAnotherK(t *testing.T) {
	err := NewKLL(100, 1).Merge(NewKLL(200, 1))
	if err == nil || fmt.Sprint(err) != "quantile sketches of k 100 and k 200 do not merge: build both with one k" {
		t.Errorf("%v", err)
	}
}

func TestSameCallsSameState(t *testing.T) {
	xs := orders(30_000, 2)["normal"]
	a, b := NewKLL(64, 9), NewKLL(64, 9)
	for i, x := range xs {
		a.Add(x)
		if i%1000 == 0 {
			a.CDF(x) // reading changes nothing
		}
	}
	b.AddAll(xs)
	if !slices.Equal(a.Support(), b.Support()) || a.RankError(.99) != b.RankError(.99) {
		t.Error("adding one at a time and all at once differ")
	}
	c := a.Clone()
	c.Add(1e9)
	if a.N() == c.N() || a.Max() == c.Max() {
		t.Error("a clone shares")
	}
	d, e := a.Clone(), a.Clone()
	must(t, d.Merge(b))
	must(t, e.Merge(b))
	if !slices.Equal(d.Support(), e.Support()) {
		t.Error("merging twice alike differs")
	}
}

func TestOddNumbers(t *testing.T) {
	s := NewKLL(8, 1)
	s.Add(math.NaN())
	s.AddAll([]float64{math.NaN(), math.Copysign(0, -1), 0, math.Inf(1), math.Inf(-1)})
	s.AddN(math.NaN(), 3)
	if s.N() != 4 || !math.IsInf(s.Max(), 1) || !math.IsInf(s.Min(), -1) {
		t.Errorf("N %d, %g to %g", s.N(), s.Min(), s.Max())
	}
	if got := s.Support(); len(got) != 3 || math.Signbit(got[1]) {
		t.Errorf("support %v", got)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkKLLAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	xs := make([]float64, 1<<16)
	for i := range xs {
		xs[i] = r.NormFloat64()
	}
	s := NewKLL(0, 1)
	b.SetBytes(8)
	for i := 0; i < b.N; i += 1024 {
		s.AddAll(xs[i&(1<<16-1):][:1024])
	}
}

func BenchmarkColumnAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	xs := make([]float64, 1<<16)
	for i := range xs {
		xs[i] = r.NormFloat64()
	}
	c, _ := NewColumn("x", Number, Feature, "", Options{})
	b.SetBytes(8)
	for i := 0; i < b.N; i += 1024 {
		c.AddNumbers(xs[i&(1<<16-1):][:1024], nil)
	}
}
