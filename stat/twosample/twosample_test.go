package twosample

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// TestKnownValues: figures that peers print in their own tests and documents.
func TestKnownValues(t *testing.T) {
	// Evidently's tests: AD p .0635 (there to 1e-3), chi-square of a fixed reference p .67309, Hellinger .06812.
	reference := []float64{38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0}
	current := []float64{39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8}
	x, y, _ := sortBoth(reference, current)
	ad, err := AndersonDarlingSorted(x, y, Options{Method: Table})
	if err != nil || math.Abs(ad.P-0.0635) > 1e-3 {
		t.Errorf("Anderson–Darling: %+v %v", ad, err)
	}
	ref, cur := []float64{16, 18, 16, 14, 12, 12}, []float64{16, 16, 16, 16, 16, 8}
	fit, err := ChiSquareFit(ref, cur)
	if err != nil || math.Abs(fit.P-0.67309) > 1e-5 {
		t.Errorf("chi-square of a fixed reference: %+v %v", fit, err)
	}
	h, err := Hellinger(ref, cur)
	if err != nil || math.Abs(h.Statistic-0.06812) > 1e-5 {
		t.Errorf("Hellinger: %+v %v", h, err)
	}
	// scipy.stats.mannwhitneyu's page: males and females, U 17, exact p 1/9.
	mwu, err := MannWhitney([]float64{19, 22, 16, 29, 24}, []float64{20, 11, 17, 12})
	if err != nil || mwu.Statistic != 17 || math.Abs(mwu.P-1.0/9) > 1e-12 {
		t.Errorf("Mann–Whitney: %+v %v", mwu, err)
	}
	// Fisher's tea: 3 of 4 cups, two-sided p 0.4857.
	tea, err := Fisher([]float64{3, 1}, []float64{1, 3}, 0, 0)
	if err != nil || math.Abs(tea.P-34.0/70) > 1e-12 {
		t.Errorf("Fisher: %+v %v", tea, err)
	}
}

func TestInfinitiesAreTheExtremes(t *testing.T) {
	inf := math.Inf(1)
	a, b := []float64{-inf, 1, 2, 3, inf, inf}, []float64{-inf, 1, 2, 2.5, 3, inf, inf, inf}
	stand := func(x []float64) []float64 { // the same order with finite ends
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = math.Max(-9, math.Min(9, v))
		}
		return y
	}
	for name, f := range map[string]func(a, b []float64) (Result, error){"ks": KS, "mwu": MannWhitney, "cvm": CramerVonMises, "ad": AndersonDarling} {
		got, err := f(a, b)
		want, err2 := f(stand(a), stand(b))
		if err != nil || err2 != nil || got != want {
			t.Errorf("%s: %+v, of stand-ins %+v (%v %v)", name, got, want, err, err2)
		}
	}
	if w, err := Wasserstein(a, b); err != nil || !math.IsInf(w.Statistic, 1) {
		t.Errorf("unequal infinite shares: %+v %v", w, err)
	}
	if w, err := Wasserstein([]float64{0, inf}, []float64{1, inf}); err != nil || w.Statistic != 0.5 {
		t.Errorf("equal infinite shares: %+v %v", w, err)
	}
	if _, err := WelchT(a, b); err == nil {
		t.Error("a mean of infinities was given")
	}
}

func TestBadInputIsAnErrorNotAPanic(t *testing.T) {
	nan := math.NaN()
	for name, f := range numberTests {
		for _, c := range [][2][]float64{{nil, nil}, {{1}, nil}, {nil, {1, 2}}, {{nan}, {1}}, {{1, 2, 3}, {nan, 2}}, {{1}, {1}}, {{1}, {2}}, {{2, 2, 2, 2, 2}, {2, 2, 2, 2, 2}}, {{math.Inf(1)}, {math.Inf(-1)}}} {
			r, err := f(c[0], c[1])
			if err == nil && (r.P < 0 || r.P > 1 || r.PLow > r.PHigh) {
				t.Errorf("%s of %v: %+v", name, c, r)
			}
			hasNaN := false
			for _, v := range append(c[0], c[1]...) {
				hasNaN = hasNaN || v != v
			}
			if hasNaN && err == nil {
				t.Errorf("%s of %v: NaN was accepted: %+v", name, c, r)
			}
			if len(c[0]) == 0 && err == nil {
				t.Errorf("%s of %v: nothing was compared: %+v", name, c, r)
			}
		}
	}
	if _, err := KS(nil, []float64{1}); !errors.Is(err, ErrSmall) {
		t.Errorf("no values: %v", err)
	}
	if _, err := KS([]float64{1, nan}, []float64{1}); !errors.Is(err, ErrNaN) {
		t.Errorf("NaN: %v", err)
	}
	for _, c := range [][2][]float64{{{1}, {1, 2}}, {{-1, 2}, {1, 2}}, {{0, 0}, {1, 2}}, {{nan, 1}, {1, 1}}, {{math.Inf(1), 1}, {1, 1}}, {nil, nil}} {
		for name, f := range map[string]func(a, b []float64) (Result, error){"psi": PSI, "kl": KL, "hellinger": Hellinger, "fit": ChiSquareFit} {
			if r, err := f(c[0], c[1]); err == nil {
				t.Errorf("%s of %v: %+v", name, c, r)
			}
		}
	}
	if _, err := Fisher([]float64{1.5, 2}, []float64{1, 2}, 10, 1); err == nil {
		t.Error("half a patient was counted")
	}
}

// Fisher beyond 2×2: the random tables must agree with the enumeration of all.
func TestFisherOfThreeCategories(t *testing.T) {
	a, b := []int{3, 1, 0}, []int{0, 2, 4}
	lf := func(n int) float64 { v, _ := math.Lgamma(float64(n) + 1); return v }
	weight := func(x []int) float64 {
		s := 0.0
		for i, n := range x {
			m := a[i] + b[i] - n
			if m < 0 {
				return 0
			}
			s -= lf(n) + lf(m)
		}
		return math.Exp(s)
	}
	seen, all, tail := weight(a), 0.0, 0.0
	for i := range 4 {
		for j := range 4 {
			if k := 4 - i - j; k >= 0 && k <= 4 {
				w := weight([]int{i, j, k})
				all += w
				if w <= seen*(1+1e-9) {
					tail += w
				}
			}
		}
	}
	r, err := Fisher([]float64{3, 1, 0}, []float64{0, 2, 4}, 20_000, 9)
	if want := tail / all; err != nil || want < r.PLow || want > r.PHigh || r.PHigh-r.PLow > 0.02 {
		t.Errorf("%+v, counted %v (%v)", r, want, err)
	}
	again, _ := Fisher([]float64{3, 1, 0}, []float64{0, 2, 4}, 20_000, 9)
	if again.P != r.P {
		t.Error("the same seed gave another p")
	}
}

func TestPermutationLevelAndSeed(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	a, b := draw(r, "normal", 80, 0), draw(r, "normal", 90, 1)
	p, err := Permute(context.Background(), a, b, Permutation{Rounds: 199, Seed: 1}, Energy)
	if err != nil || p.P != 1.0/200 || p.PLow > p.P || p.PHigh < p.P {
		t.Errorf("a shift of one standard deviation: %+v %v", p, err)
	}
	q, _ := Permute(context.Background(), a, b, Permutation{Rounds: 199, Seed: 1}, Energy)
	if q != p {
		t.Error("the same seed gave another result")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Permute(ctx, a, b, Permutation{}, Energy); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Permute(context.Background(), a, b, Permutation{Rounds: 1 << 30}, Energy); err == nil {
		t.Error("a thousand million rounds were begun")
	}
}
