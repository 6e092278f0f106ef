package twosample

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// patients draws rows of patients who keep part of their value from row to row: intra-class correlation icc.
func patients(r *rand.Rand, n, rows int, icc float64) (x []float64, unit []string) {
	for p := range n {
		own := r.NormFloat64() * math.Sqrt(icc)
		for range rows {
			x = append(x, own+r.NormFloat64()*math.Sqrt(1-icc))
			unit = append(unit, fmt.Sprint(p))
		}
	}
	return x, unit
}

// TestNullLevelWithDependentRows: five rows of each of 60 patients a side, nothing differs. Rows taken as independent alarm
// far too often; with the effective size of estimated ranks' correlation, by unit, and with units dealt whole, the share of
// p below 0.05 stays there (upper 99.9 % bound of a binomial).
func TestNullLevelWithDependentRows(t *testing.T) {
	const trials, alpha = 600, 0.05
	limit := alpha + 3.1*math.Sqrt(alpha*(1-alpha)/trials)
	forms := []string{"ks rows", "mwu rows", "ks eff", "mwu eff", "cvm eff", "ad eff", "t eff", "chi eff", "ks by unit", "mwu by unit", "t by unit", "energy dealt"}
	low := make(map[string]int)
	tried := make(map[string]int)
	var mu sync.Mutex
	t.Run("trials", func(t *testing.T) {
		for part := range 4 {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				for i := part; i < trials; i += 4 {
					r := rand.New(rand.NewPCG(uint64(i), 4))
					icc := []float64{0.3, 0.6, 0.9}[i%3]
					a, ua := patients(r, 60, 5, icc)
					b, ub := patients(r, 60, 5, icc)
					da, err := ICC(a, ua)
					if err != nil {
						t.Error(err)
					}
					db, _ := ICC(b, ub)
					o := Options{EffA: da.Effective(), EffB: db.Effective()}
					x, y, _ := sortBoth(a, b)
					ma, _ := ByUnit(a, ua)
					mb, _ := ByUnit(b, ub)
					bins, _ := EdgeBins([]float64{-1, 0, 1})
					ca, _ := bins.Count(a)
					cb, _ := bins.Count(b)
					run := map[string]func() (Result, error){
						"ks rows":     func() (Result, error) { return KSSorted(x, y, Options{}) },
						"mwu rows":    func() (Result, error) { return MannWhitneySorted(x, y, Options{}) },
						"ks eff":      func() (Result, error) { return KSSorted(x, y, o) },
						"mwu eff":     func() (Result, error) { return MannWhitneySorted(x, y, o) },
						"cvm eff":     func() (Result, error) { return CramerVonMisesSorted(x, y, o) },
						"ad eff":      func() (Result, error) { return AndersonDarlingSorted(x, y, o) },
						"t eff":       func() (Result, error) { return WelchTWith(a, b, o) },
						"chi eff":     func() (Result, error) { return ChiSquare(ca, cb, o) },
						"ks by unit":  func() (Result, error) { return KS(ma, mb) },
						"mwu by unit": func() (Result, error) { return MannWhitney(ma, mb) },
						"t by unit":   func() (Result, error) { return WelchT(ma, mb) },
						"energy dealt": func() (Result, error) {
							if i >= 200 { // the dearest form: a third of the trials, in the same proportions
								return Result{P: -1}, nil
							}
							return Permute(context.Background(), a, b, Permutation{Rounds: 99, Seed: uint64(i), UnitA: ua, UnitB: ub}, Energy)
						},
					}
					for name, f := range run {
						res, err := f()
						if err != nil {
							t.Errorf("%s: %v", name, err)
						}
						if res.P < 0 {
							continue
						}
						mu.Lock()
						tried[name]++
						if res.P <= alpha {
							low[name]++
						}
						mu.Unlock()
					}
				}
			})
		}
	})
	for _, name := range forms {
		share := float64(low[name]) / float64(tried[name])
		t.Logf("%-12s %.3f of %d", name, share, tried[name])
		bound := limit
		if name == "energy dealt" {
			bound = alpha + 3.1*math.Sqrt(alpha*(1-alpha)/float64(tried[name]))
		}
		naive := name == "ks rows" || name == "mwu rows"
		if naive && share < 3*alpha {
			t.Errorf("%s: %.3f: the trial is no trial, dependence should show", name, share)
		}
		if !naive && share > bound {
			t.Errorf("%s: %.3f of null trials below %.2f", name, share, alpha)
		}
	}
}

func TestICCFindsWhatWasPutIn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, icc := range []float64{0, 0.2, 0.5, 0.9} {
		x, u := patients(r, 2000, 5, icc)
		got, err := ICC(x, u)
		if err != nil || math.Abs(got.ICC-icc) > 0.04 || got.Units != 2000 || got.PerRow != 5 {
			t.Errorf("put in %v: %+v %v", icc, got, err)
		}
	}
	one, err := ICC([]float64{1, 2, 3}, []string{"a", "a", "a"})
	if err != nil || one.Effective() != 1 {
		t.Errorf("three rows of one patient are worth %v (%v)", one.Effective(), err)
	}
	alone, err := ICC([]float64{1, 2, 3}, []string{"a", "b", "c"})
	if err != nil || alone.Effective() != 3 {
		t.Errorf("three patients are worth %v (%v)", alone.Effective(), err)
	}
}
