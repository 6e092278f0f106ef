package behaviour

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// drawn is a column of n normal values.
func drawn(t testing.TB, n int, seed uint64, shift float64) (*sketch.Column, []float64) {
	t.Helper()
	c, err := sketch.NewColumn("x", sketch.Number, sketch.Feature, "", sketch.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 3))
	values := make([]float64, n)
	for i := range values {
		values[i] = r.NormFloat64() + shift
		c.AddNumber(values[i])
	}
	return c, values
}

// TestTooSmallToMatter: with a million rows the sketches cannot tell whether a change of
// a hundredth of a standard deviation is chance, and need not: wherever in its interval
// its size lies, it is under the limit.
func TestTooSmallToMatter(t *testing.T) {
	const rows = 1_000_000
	ref, _ := drawn(t, rows, 1, 0)
	cur, _ := drawn(t, rows, 2, 0.005)
	for _, tc := range []struct {
		name  string
		limit float64
		want  wardround.State
	}{{"far under the limit", DefaultLimit, wardround.Pass}, {"the limit lies in the interval", 0.005, wardround.Unknown}} {
		s := newSite(t)
		m := s.f.open(s.o.of(t0, &kind.InferenceWindowV1{}, nil), "chest@triage")
		sc := &scene{f: s.f, o: s.o.of(t0, &kind.InferenceWindowV1{}, nil), m: m, l: m.line(""), at: t0}
		c := &comparison{column: cur, ref: ref, n: rows, refN: rows, dec: Decision{State: wardround.Unknown}}
		c.res, c.err = compare(ref, cur, rows, rows, 1, "")
		if against(Test{P: c.res.p, PLow: c.res.pLow, PHigh: c.res.pHigh}, 1e-4) != wardround.Unknown || c.err != "" {
			t.Fatalf("p lies in %g to %g: nothing is left open", c.res.pLow, c.res.pHigh)
		}
		c.ind = limitOf(tc.limit)
		sc.judged(c, t0, t0.AddDate(0, 0, 1), DefaultEffect, DefaultPower, 1e-4, &naming{})
		j := s.f.current[entryKey{ofModel + "chest@triage", "drift", "x"}].j
		if j.State != tc.want {
			t.Errorf("%s: %v %q, the size is %g to %g", tc.name, j.State, j.Why, c.res.effectLow, c.res.effectHigh)
		}
	}
}

// TestTheSameAsTheTests: what is told of two columns is what the tests of two samples
// say of their values, within the interval that is told with it.
func TestTheSameAsTheTests(t *testing.T) {
	for _, n := range []int{300, 20_000} {
		ref, a := drawn(t, n, 5, 0)
		cur, b := drawn(t, n, 6, 0.05)
		ks, err := twosample.KS(a, b)
		if err != nil {
			t.Fatal(err)
		}
		got, why := compare(ref, cur, float64(n), float64(n), 1, "")
		if why != "" || ks.Statistic < got.effectLow-1e-12 || ks.Statistic > got.effectHigh+1e-12 {
			t.Errorf("%d rows: D is %g, told as %g to %g %s", n, ks.Statistic, got.effectLow, got.effectHigh, why)
		}
		w, err := twosample.Wasserstein(a, b)
		if err != nil {
			t.Fatal(err)
		}
		got, _ = compare(ref, cur, float64(n), float64(n), 1, "wasserstein")
		if is := w.Statistic / ref.Moments.SD(); is < got.effectLow-1e-9 || is > got.effectHigh+1e-9 || got.test != "ks+mw and wasserstein" {
			t.Errorf("%d rows: the distance is %g, told as %g to %g by %s", n, is, got.effectLow, got.effectHigh, got.test)
		}
		got, _ = compare(ref, cur, float64(n), float64(n), 1, "psi")
		if !(got.effectLow <= got.effect && got.effect <= got.effectHigh) || math.IsNaN(got.effect) || n > 1000 && got.effectLow == got.effectHigh {
			t.Errorf("%d rows: PSI is %g in %g to %g", n, got.effect, got.effectLow, got.effectHigh)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	ref, _ := drawn(b, 6800, 1, 0)
	cur, _ := drawn(b, 850, 2, 0.1)
	for b.Loop() {
		compare(ref, cur, 1360, 170, 1, "")
	}
}

// limitOf is an indicator of drift with a limit.
func limitOf(limit float64) *model.Indicator {
	return &model.Indicator{Kind: model.Drift, Column: "*", AtMost: &limit}
}

// TestTheMiddleIsWhatItWas: a column whose middle is what it was did not move there, and
// is told by what did.
func TestTheMiddleIsWhatItWas(t *testing.T) {
	column := func(values ...float64) *sketch.Column {
		c, err := sketch.NewColumn("slice_thickness", sketch.Number, sketch.Feature, "", sketch.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			c.AddNumber(v)
		}
		return c
	}
	for _, tc := range []struct {
		was, now []float64
		want     string
	}{
		{[]float64{1, 2, 3}, []float64{2, 4, 6}, "the middle value was 2 and is 4"},
		{[]float64{1.25, 1.25, 1.25, 5, 5}, []float64{0.625, 0.625, 1.25, 1.25, 5}, "0.0 % of values were at most 0.625, and 40.0 % are"},
		{append(slices.Repeat([]float64{1}, 999), 1000), append(slices.Repeat([]float64{1}, 999), 10000), "the mean was 2 and is 11"},
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, "middle and mean are what they were, and the values are spread otherwise"},
	} {
		if got := (&comparison{ref: column(tc.was...), column: column(tc.now...)}).moved(); got != tc.want {
			t.Errorf("%v, then %v: %q, want %q", tc.was[:3], tc.now[:3], got, tc.want)
		}
	}
}
