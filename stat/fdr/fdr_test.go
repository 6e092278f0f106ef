package fdr_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/stat/fdr"
)

// The example of scipy.stats.false_discovery_control (its own documentation's data),
// with what SciPy 1.17 returns.
func TestAdjusted(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000}
	near := cmpopts.EquateApprox(0, 1e-12)
	if d := cmp.Diff([]float64{0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714285714286, 0.06385714285714286, 0.0645, 0.0765, 0.486, 0.5811818181818182, 0.714875, 0.7532307692307692, 0.8132142857142857, 1}, fdr.BenjaminiHochberg(p), near); d != "" {
		t.Errorf("BH: %s", d)
	}
	by := fdr.BenjaminiYekutieli(p)
	if d := cmp.Diff([]float64{0.004977343489843491, 0.009954686979686982, 0.03152317543567544}, by[:3], near); d != "" {
		t.Errorf("BY: %s", d)
	}
}

// Over many streams in which one test in twenty has something to find, the share of
// false alarms stays at what was promised, and most of what there is is found.
func TestOnline(t *testing.T) {
	const alpha, streams, length = 0.1, 300, 1000
	type procedure interface {
		Test(float64) (bool, float64)
	}
	for name, start := range map[string]func() procedure{
		"LORD":  func() procedure { return fdr.NewLORD(alpha) },
		"ELond": func() procedure { return fdr.NewELond(alpha) },
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			var share, found, there float64
			for range streams {
				s := start()
				var alarms, wrong float64
				for range length {
					real := rng.Float64() < 0.05
					z := rng.NormFloat64()
					if real {
						z += 4.5
						there++
					}
					in := math.Erfc(z/math.Sqrt2) / 2
					if name == "ELond" { // likelihood ratio against the alternative: an e-value
						in = math.Exp(4.5*z - 4.5*4.5/2)
					}
					if alarm, _ := s.Test(in); alarm {
						alarms++
						if real {
							found++
						} else {
							wrong++
						}
					}
				}
				share += wrong / max(alarms, 1)
			}
			share /= streams
			t.Logf("share of false alarms %.3f, found %.2f", share, found/there)
			if share > alpha*1.15 {
				t.Errorf("of the alarms %.3f are false; at most %.2f was promised", share, alpha)
			}
			if found/there < 0.25 {
				t.Errorf("found %.2f of what is there", found/there)
			}
		})
	}
}

// The shares sum to at most one, or nothing of it holds.
func TestSharesSum(t *testing.T) {
	l := fdr.NewLORD(1)
	l.W0 = 1
	var sum float64
	for range 2_000_000 {
		sum += l.Level()
		l.T++
	}
	t.Logf("first two million shares: %.4f", sum)
	if sum > 1 {
		t.Errorf("the shares sum to %.4f", sum)
	}
}
