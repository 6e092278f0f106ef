package fdr

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The figures are scipy.stats.false_discovery_control's of the same p-values.
func TestAdjustedLikeSciPy(t *testing.T) {
	p := []float64{0.01, 0.04, 0.03, 0.005, math.NaN(), 0.8, 0.04}
	bh := []float64{0.03, 0.048, 0.048, 0.03, math.NaN(), 0.8, 0.048}
	c := 1 + 1.0/2 + 1.0/3 + 1.0/4 + 1.0/5 + 1.0/6
	for i, got := range BH(p) {
		if math.Abs(got-bh[i]) > 1e-12 || (got == got) != (bh[i] == bh[i]) {
			t.Errorf("BH %d: %v, want %v", i, got, bh[i])
		}
	}
	for i, got := range BY(p) {
		if want := math.Min(1, bh[i]*c); math.Abs(got-want) > 1e-12 {
			t.Errorf("BY %d: %v, want %v", i, got, want)
		}
	}
	if len(BH(nil)) != 0 || len(BY(nil)) != 0 {
		t.Error("nothing was adjusted to something")
	}
}

// Of 200 columns 20 have truly moved; the mean share of false alarms must keep to 0.1.
func TestShareOfFalseAlarms(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	const trials = 400
	var sum, found float64
	for range trials {
		p := make([]float64, 200)
		for i := range p {
			z := r.NormFloat64()
			if i < 20 {
				z += 3.5
			}
			p[i] = math.Erfc(z/math.Sqrt2) / 2
		}
		var alarms, false_ float64
		for i, q := range BH(p) {
			if q <= 0.1 {
				alarms++
				if i >= 20 {
					false_++
				}
			}
		}
		if alarms > 0 {
			sum += false_ / alarms
		}
		found += (alarms - false_) / 20
	}
	if sum/trials > 0.1 || found/trials < 0.7 {
		t.Errorf("false among alarms %.3f, found %.3f", sum/trials, found/trials)
	}
}
