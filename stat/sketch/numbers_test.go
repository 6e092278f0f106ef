package sketch

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// exactly computes the moments with 300 bits.
func exactly(xs []float64) (mean, m2, m3, m4 float64) {
	n := new(big.Float).SetPrec(300).SetInt64(int64(len(xs)))
	sum := new(big.Float).SetPrec(300)
	for _, x := range xs {
		sum.Add(sum, big.NewFloat(x))
	}
	m := new(big.Float).SetPrec(300).Quo(sum, n)
	var s [5]*big.Float
	for i := range s {
		s[i] = new(big.Float).SetPrec(300)
	}
	for _, x := range xs {
		d := new(big.Float).SetPrec(300).Sub(big.NewFloat(x), m)
		p := new(big.Float).SetPrec(300).Set(d)
		for i := 2; i <= 4; i++ {
			p = new(big.Float).SetPrec(300).Mul(p, d)
			s[i].Add(s[i], p)
		}
	}
	f := func(b *big.Float) float64 { x, _ := b.Float64(); return x }
	return f(m), f(s[2]), f(s[3]), f(s[4])
}

// TestMomentsAreStable: a large offset leaves the spread exact, in any parts.
func TestMomentsAreStable(t *testing.T) {
	for _, offset := range []float64{0, 1e6, 1e9} {
		r := rand.New(rand.NewPCG(1, uint64(offset)))
		xs := make([]float64, 9000)
		for i := range xs {
			xs[i] = offset + r.ExpFloat64()
		}
		mean, m2, m3, m4 := exactly(xs)
		var one, all, parts Moments
		for _, x := range xs {
			one.Add(x)
		}
		all.AddAll(xs)
		for p := range slices.Chunk(xs, 7) {
			var m Moments
			m.AddAll(p)
			parts.Merge(m)
		}
		for name, m := range map[string]Moments{"one by one": one, "all": all, "parts": parts} {
			rel := 1e-12
			if offset > 0 {
				rel = 2e-6 // the mean itself is rounded at 1e-7 of the spread
			}
			for i, got := range []float64{m.Mean, m.M2, m.M3, m.M4} {
				want := []float64{mean, m2, m3, m4}[i]
				if math.Abs(got-want) > rel*math.Abs(want) {
					t.Errorf("offset %g, %s: moment %d is %.17g, want %.17g", offset, name, i+1, got, want)
				}
			}
			if m.N != 9000 || m.Min != slices.Min(xs) || m.Max != slices.Max(xs) {
				t.Errorf("%s: %+v", name, m)
			}
		}
	}
	var huge Moments
	huge.AddAll([]float64{math.MaxFloat64, math.MaxFloat64})
	if huge.Mean != math.MaxFloat64 {
		t.Errorf("the mean of two largest numbers is %g", huge.Mean)
	}
	var none Moments
	if !math.IsNaN(none.SD()) || !math.IsNaN(none.Skewness()) || !math.IsNaN(none.Kurtosis()) {
		t.Error("the spread of nothing is a number")
	}
}

func TestDisplayIsWithinItsAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	d := NewDD()
	var xs []float64
	for range 20_000 {
		x := math.Exp(4*r.NormFloat64()) * float64(1-2*r.IntN(2))
		if r.IntN(20) == 0 {
			x = 0
		}
		xs = append(xs, x)
	}
	d.AddAll(xs)
	d.Add(math.MaxFloat64)
	want := newTruth(xs)
	for q := .01; q < 1; q += .01 {
		got, err := d.Quantile(q)
		x := want[int(q*float64(len(xs)))-1]
		y := want[min(int(q*float64(len(xs)))+1, len(xs)-1)]
		if err != nil || got < x-1.001*DDAccuracy*math.Abs(x)-1e-12 || got > y+1.001*DDAccuracy*math.Abs(y)+1e-12 {
			t.Errorf("quantile %g: %g, want %g to %g (%v)", q, got, x, y, err)
		}
	}
	var sum float64
	last := math.Inf(-1)
	for _, b := range d.Bars() {
		if b.Low > b.High || b.Low < last {
			t.Fatalf("bars do not ascend: %+v", b)
		}
		last, sum = b.Low, sum+b.Count
	}
	if sum != 20_001 || d.N() != sum {
		t.Errorf("%g values in bars", sum)
	}
}

func TestHistogramCountsEdgesOnce(t *testing.T) {
	h, err := NewHistogram([]float64{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []float64{-1, 0, .5, 1, 2, 2.1, math.NaN()} {
		h.Add(x)
	}
	if h.Below != 1 || h.Counts[0] != 2 || h.Counts[1] != 2 || h.Above != 1 || h.N() != 6 {
		t.Errorf("%+v", h)
	}
	for _, bad := range [][]float64{nil, {1}, {1, 1}, {2, 1}, {0, math.Inf(1)}, {math.NaN(), 1}, make([]float64, MaxEdges+1)} {
		if _, err := NewHistogram(bad); err == nil {
			t.Errorf("edges %v are taken", bad[:min(len(bad), 3)])
		}
	}
}

// TestOutcomeKnowsItsError: the interval holds the AUROC of the rows, and is as narrow
// as the bins are.
func TestOutcomeKnowsItsError(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var scores []float64
	var labels []bool
	o, err := NewOutcome("score", "", 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var brier float64
	for range 5000 {
		s := r.Float64()
		if r.IntN(3) == 0 {
			s = math.Round(s*10) / 10 // ties, and both ends
		}
		l := r.Float64() < s
		scores, labels = append(scores, s), append(labels, l)
		o.Add(s, l)
		y := 0.0
		if l {
			y = 1
		}
		brier += (s - y) * (s - y) / 5000
	}
	var won, pairs float64
	for i, a := range labels {
		for j, b := range labels {
			if a && !b {
				pairs++
				switch {
				case scores[i] > scores[j]:
					won++
				case scores[i] == scores[j]:
					won += .5
				}
			}
		}
	}
	lo, mid, hi := o.AUROC()
	if auc := won / pairs; auc < lo || auc > hi || hi-lo > 0.012 || mid < lo || mid > hi {
		t.Errorf("AUROC %g; table says %g %g %g", auc, lo, mid, hi)
	}
	near(t, "Brier", o.Brier(), brier, 1e-12)
	o.Add(1.5, true)
	o.Add(math.NaN(), true)
	if pos, neg := o.Counts(); o.Outside != 2 || pos+neg != 5000 {
		t.Errorf("%d outside, %d + %d inside", o.Outside, pos, neg)
	}
	empty, _ := NewOutcome("s", "", 10, -1, 1)
	if _, mid, _ := empty.AUROC(); !math.IsNaN(mid) || !math.IsNaN(empty.Brier()) || empty.Edge(5) != 0 || empty.Edge(10) != 1 {
		t.Error("an empty table knows something")
	}
	for _, c := range []struct {
		bins   int
		lo, hi float64
	}{{-1, 0, 1}, {MaxBins + 1, 0, 1}, {10, 1, 0}, {10, math.NaN(), 1}, {10, 0, math.Inf(1)}} {
		if _, err := NewOutcome("s", "", c.bins, c.lo, c.hi); err == nil {
			t.Errorf("a table %+v is made", c)
		}
	}
}

func TestColumnsCountWhatIsNoValue(t *testing.T) {
	n, err := NewColumn("x", Number, Feature, "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	xs := make([]float64, 2500)
	valid := make([]bool, 2500)
	for i := range xs {
		xs[i], valid[i] = float64(i), i%5 != 0
	}
	xs[1], xs[2], xs[3], xs[5] = math.NaN(), math.Inf(1), math.Inf(-1), math.NaN()
	n.AddNumbers(xs, valid)
	n.AddText("seven", 2)
	if n.N != 1997 || n.Missing != 500 || n.Invalid != 3 || n.PosInf != 1 || n.NegInf != 1 || n.Rows() != 2502 {
		t.Errorf("%+v", n)
	}
	c, _ := NewColumn("c", Category, Feature, "", Options{})
	c.AddNumber(1)
	c.AddNumbers([]float64{1, 2}, nil)
	if c.Invalid != 3 || c.N != 0 {
		t.Errorf("%+v", c)
	}
	if _, err := NewColumn("x", "vector", Feature, "", Options{}); err == nil {
		t.Error("a column of vectors is made")
	}
	if _, err := NewColumn("x", Number, Feature, "", Options{Edges: []float64{1}}); err == nil {
		t.Error("a histogram of one edge is made")
	}
	one, _ := NewColumn("x", Number, Feature, "", Options{})
	for i, x := range xs {
		if valid[i] {
			one.AddNumber(x)
		} else {
			one.AddMissing(1)
		}
	}
	one.AddInvalid(2)
	if one.N != n.N || one.Rows() != n.Rows() || !slices.Equal(one.Ranks.Support(), n.Ranks.Support()) {
		t.Error("one at a time and all at once differ")
	}
}
