package kernel

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func rows(r *rand.Rand, n, d int, shift, spread float64) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, d)
		for j := range out[i] {
			out[i][j] = r.NormFloat64()*spread + shift
		}
	}
	return out
}

// correlated keeps every column standard normal and ties neighbours together.
func correlated(r *rand.Rand, n, d int, rho float64) [][]float64 {
	out := rows(r, n, d, 0, 1)
	for _, x := range out {
		for j := 1; j < d; j++ {
			x[j] = rho*x[j-1] + math.Sqrt(1-rho*rho)*x[j]
		}
	}
	return out
}

var tests = map[string]func(context.Context, [][]float64, [][]float64, Options) (Result, error){
	"mmd":          MMD,
	"mmd-features": MMDFeatures,
	"lsdd":         LSDD,
	"classifier": func(ctx context.Context, a, b [][]float64, o Options) (Result, error) {
		t, err := Classifier(ctx, a, b, o)
		return t.Result, err
	},
	"pca": func(_ context.Context, a, b [][]float64, o Options) (Result, error) { return PCA(a, b, 0, o) },
}

// The unbiased statistic against the double sums of the paper's equation 3.
func TestMMDIsItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	a, b := rows(r, 7, 3, 0, 1), rows(r, 11, 3, 0.5, 1)
	got, err := MMD(context.Background(), a, b, Options{Width: 1.7, Rounds: 9})
	if err != nil {
		t.Fatal(err)
	}
	mean := func(x, y [][]float64, same bool) float64 {
		s, n := 0.0, 0.0
		for i := range x {
			for j := range y {
				if same && i == j {
					continue
				}
				s += math.Exp(-squared(x[i], y[j]) / (1.7 * 1.7))
				n++
			}
		}
		return s / n
	}
	want := mean(a, a, true) + mean(b, b, true) - 2*mean(a, b, false)
	if math.Abs(got.Statistic-want) > 1e-12 {
		t.Errorf("%v, by definition %v", got.Statistic, want)
	}
}

// Random features estimate the same quantity, up to its bias.
func TestFeaturesNearTheKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	a, b := rows(r, 600, 4, 0, 1), rows(r, 600, 4, 0.5, 1)
	exact, err := MMD(context.Background(), a, b, Options{Width: 2.5, Rounds: 9})
	if err != nil {
		t.Fatal(err)
	}
	got, err := MMDFeatures(context.Background(), a, b, Options{Width: 2.5, Rounds: 9, Features: 4096})
	if err != nil || math.Abs(got.Statistic-exact.Statistic) > 0.15*exact.Statistic+2.0/600 {
		t.Errorf("%v, exact %v (%v)", got.Statistic, exact.Statistic, err)
	}
}

func TestLevelAndPower(t *testing.T) {
	ctx := context.Background()
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const trials, alpha = 200, 0.05
			low, found := 0, 0
			for i := range trials {
				r := rand.New(rand.NewPCG(uint64(i), 6))
				o := Options{Rounds: 99, Seed: uint64(i)}
				a, b := rows(r, 60, 5, 0, 1), rows(r, 70, 5, 0, 1)
				null, err := f(ctx, a, b, o)
				if err != nil {
					t.Fatal(err)
				}
				if null.P <= alpha {
					low++
				}
				moved := rows(r, 70, 5, 0, 2.2)
				res, err := f(ctx, a, moved, o)
				if err != nil {
					t.Fatal(err)
				}
				if res.P <= alpha {
					found++
				}
			}
			limit := trials * (alpha + 3.1*math.Sqrt(alpha*(1-alpha)/trials))
			if float64(low) > limit {
				t.Errorf("%d of %d null trials at %v", low, trials, alpha)
			}
			if found < trials*6/10 {
				t.Errorf("a doubled spread was found %d times of %d", found, trials)
			}
			t.Logf("null %d, found %d of %d", low, found, trials)
		})
	}
}

func TestMMDSeesWhatNoColumnShows(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	a, b := correlated(r, 400, 4, 0), correlated(r, 400, 4, 0.8)
	res, err := MMD(context.Background(), a, b, Options{Rounds: 99})
	if err != nil || res.P > 0.02 {
		t.Errorf("%+v %v", res, err)
	}
}

func TestClassifierNamesTheColumn(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	a, b := rows(r, 400, 8, 0, 1), rows(r, 400, 8, 0, 1)
	for _, x := range b {
		x[3] += 0.8
	}
	res, err := Classifier(context.Background(), a, b, Options{})
	if err != nil || res.P > 1e-4 || res.Statistic < 0.6 {
		t.Fatalf("%+v %v", res.Result, err)
	}
	for j, w := range res.Weight {
		if j != 3 && w >= res.Weight[3] {
			t.Errorf("column %d weighs %v, the one that moved %v", j, w, res.Weight[3])
		}
	}
}

// Ten rows of each patient that are all but equal: rows taken for themselves alarm, units don't.
func TestUnitsAreDealtWhole(t *testing.T) {
	ctx := context.Background()
	low := make(map[string]int)
	const trials = 80
	for i := range trials {
		r := rand.New(rand.NewPCG(uint64(i), 8))
		var a, b [][]float64
		var ua, ub []uint32
		for u := range uint32(20) {
			pa, pb := rows(r, 1, 3, 0, 1)[0], rows(r, 1, 3, 0, 1)[0]
			for range 10 {
				na, nb := rows(r, 1, 3, 0, 0.1)[0], rows(r, 1, 3, 0, 0.1)[0]
				for j := range na {
					na[j] += pa[j]
					nb[j] += pb[j]
				}
				a, b, ua, ub = append(a, na), append(b, nb), append(ua, u), append(ub, u)
			}
		}
		for name, f := range map[string]func(context.Context, [][]float64, [][]float64, Options) (Result, error){"mmd": MMD, "classifier": tests["classifier"]} {
			if res, err := f(ctx, a, b, Options{Rounds: 39, Seed: uint64(i), UnitA: ua, UnitB: ub}); err != nil {
				t.Fatal(err)
			} else if res.P <= 0.05 {
				low[name+" units"]++
			}
			if res, _ := f(ctx, a, b, Options{Rounds: 39, Seed: uint64(i)}); res.P <= 0.05 {
				low[name+" rows"]++
			}
		}
	}
	t.Log(low)
	for _, name := range []string{"mmd", "classifier"} {
		if low[name+" units"] > 11 { // 4 expected; 99.9 % bound
			t.Errorf("%s by unit: %d of %d null trials at 0.05", name, low[name+" units"], trials)
		}
	}
	if low["mmd rows"] < trials/2 {
		t.Errorf("rows for themselves: %d: the trial is no trial", low["mmd rows"])
	}
}

func TestBadRowsAreErrors(t *testing.T) {
	ctx := context.Background()
	good := rows(rand.New(rand.NewPCG(1, 2)), 20, 2, 0, 1)
	ragged := append([][]float64{{1}}, good...)
	nan := append([][]float64{{1, math.NaN()}}, good...)
	inf := append([][]float64{{1, math.Inf(1)}}, good...)
	for name, f := range tests {
		for _, bad := range [][][]float64{nil, {{1, 2}}, ragged, nan, inf} {
			if r, err := f(ctx, good, bad, Options{}); err == nil {
				t.Errorf("%s of %d bad rows: %+v", name, len(bad), r)
			}
		}
	}
	if _, err := MMD(ctx, rows(rand.New(rand.NewPCG(1, 2)), MaxRows, 1, 0, 1), good, Options{}); err == nil {
		t.Error("more rows than the bound were taken")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := MMD(done, good, good, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := MMD(ctx, good, good, Options{UnitA: []uint32{1}}); err == nil {
		t.Error("one unit for twenty rows was taken")
	}
	same := [][]float64{{1, 1}, {1, 1}, {1, 1}}
	if r, err := MMD(ctx, same, same, Options{}); err != nil || r.P < 0.9 {
		t.Errorf("equal rows: %+v %v", r, err)
	}
}

func TestMMDTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	a, b := rows(r, 500, 20, 0, 1), rows(r, 500, 20, 0, 1)
	begin := time.Now()
	if _, err := MMD(context.Background(), a, b, Options{Rounds: 100}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 2*time.Second { // 200 ms on a quiet machine; see bench/drift
		t.Errorf("500 and 500 rows of 20, 100 permutations: %v", took)
	} else {
		t.Log(took)
	}
}
