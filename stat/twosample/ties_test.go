package twosample

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wardround/wardround/stat/dist"
)

// The statistic of tied values is the mean over the orders they may have: here over orders drawn at random.
func TestTiedValuesHaveTheMeanOfTheirOrders(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for range 20 {
		a, b := draw(r, "counts", 5+r.IntN(20), 0), draw(r, "counts", 5+r.IntN(90), 0.5)
		got, err := CramerVonMisesOfTies(a, b)
		if err != nil {
			t.Fatal(err)
		}
		var sum, squares float64
		const rounds = 3000
		for range rounds {
			x, y := slices.Clone(a), slices.Clone(b)
			for _, s := range [][]float64{x, y} {
				for i := range s {
					s[i] += 0.5 * r.Float64()
				}
			}
			slices.Sort(x)
			slices.Sort(y)
			_, one, _ := cvmStatistic(x, y)
			sum += one
			squares += one * one
		}
		mean := sum / rounds
		se := math.Sqrt((squares/rounds - mean*mean) / rounds)
		if math.Abs(got.Statistic-mean) > 4.5*se {
			t.Errorf("%d and %d: %v, the mean of all orders is %v ± %v", len(a), len(b), got.Statistic, mean, se)
		}
		x, y, _ := sortBoth(a, b)
		mid, _ := CramerVonMises(a, b)
		if d := mid.Statistic - got.Statistic - TieExcess(x, y); math.Abs(d) > 1e-12 {
			t.Errorf("the excess is off by %v", d)
		}
	}
}

// Values rounded to a tenth, a few of the one and many of the other: nothing differs, and nothing is told. Midranks alone would
// tell it every time.
func TestRoundedValuesKeepTheLevel(t *testing.T) {
	rounded := func(r *rand.Rand, n int) []float64 {
		x := draw(r, "normal", n, 0)
		for i := range x {
			x[i] = math.Round(10*x[i]) / 10
		}
		return x
	}
	alarms, midranks := 0, 0
	const trials = 400
	for i := range trials {
		r := rand.New(rand.NewPCG(uint64(i), 9))
		a, b := rounded(r, 60), rounded(r, 6000)
		own, err := CramerVonMisesOfTies(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if own.P <= 0.05 {
			alarms++
		}
		if w, _ := CramerVonMises(a, b); w.P <= 0.05 {
			midranks++
		}
	}
	if alarms > trials/10 || alarms < trials/100 || midranks < trials*9/10 {
		t.Errorf("%d of %d alarms at 0.05, %d with midranks", alarms, trials, midranks)
	}
}

// Sketches hold nothing of the ties within their error, and need not.
func TestSketchesOfRoundedValuesCoverTheExactP(t *testing.T) {
	tried, covered := 0, 0
	for i := range 240 {
		r := rand.New(rand.NewPCG(uint64(i), 11))
		n, m := 50+r.IntN(400), 20_000+r.IntN(60_000)
		a, b := draw(r, "normal", n, 0), draw(r, "normal", m, []float64{0, 0.1, 0.3}[i%3])
		for _, s := range [][]float64{a, b} {
			for k := range s {
				s[k] = math.Round(s[k]*100) / 100
				if i%2 == 0 && r.IntN(100) == 0 {
					s[k] = 1
				}
			}
		}
		got, err := CramerVonMisesSketch(kll(a, uint64(2*i)), kll(b, uint64(2*i+1)), Options{})
		if err != nil {
			continue // an atom that the sketches see
		}
		want, err := CramerVonMisesOfTies(a, b)
		if err != nil {
			t.Fatal(err)
		}
		tried++
		if got.PLow <= want.P*(1+1e-9)+1e-12 && want.P <= got.PHigh*(1+1e-9)+1e-12 {
			covered++
		}
	}
	if tried < 150 || covered < (tried*99+99)/100 {
		t.Errorf("%d of %d intervals hold the exact p", covered, tried)
	}
}

// Neither where zero lies nor the unit changes a test of means, a shape or a distance in standard deviations.
func TestPlaceAndUnitDoNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	whole := func(n, from int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(from + r.IntN(60) + r.IntN(60))
		}
		return x
	}
	a, b := whole(31, 0), whole(23, 9)
	for name, f := range map[string]func(a, b []float64) (Result, error){
		"t": WelchT, "z": func(a, b []float64) (Result, error) { return ZTest(a, b, Options{}) }, "epps-singleton": EppsSingleton, "wasserstein": Wasserstein,
	} {
		want, err := f(a, b)
		if err != nil {
			t.Fatal(name, err)
		}
		for how, move := range map[string]func(float64) float64{
			"far from zero": func(x float64) float64 { return x + 1e15 },
			"huge":          func(x float64) float64 { return math.Ldexp(x, 1000) },
			"tiny":          func(x float64) float64 { return math.Ldexp(x, -700) },
			"subnormal":     func(x float64) float64 { return math.Ldexp(x, -1074) },
		} {
			x, y := slices.Clone(a), slices.Clone(b)
			for _, s := range [][]float64{x, y} {
				for i := range s {
					s[i] = move(s[i])
				}
			}
			got, err := f(x, y)
			if err != nil {
				t.Errorf("%s, %s: %v", name, how, err)
				continue
			}
			if name == "wasserstein" {
				got.Statistic = want.Statistic // which has a unit
			}
			near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-11*(1+math.Abs(b)) || a != a && b != b }
			if !near(got.Statistic, want.Statistic) || !near(got.P, want.P) || !near(got.Effect, want.Effect) {
				t.Errorf("%s, %s: %v, p %v, effect %v; want %v, %v, %v", name, how, got.Statistic, got.P, got.Effect, want.Statistic, want.P, want.Effect)
			}
		}
	}
}

// Samples of four different values have three degrees of freedom, whatever rounding makes of the fourth.
func TestFewValuesHaveFewDegreesOfFreedom(t *testing.T) {
	for i := range 300 {
		r := rand.New(rand.NewPCG(uint64(i), 17))
		pick := func(n int) []float64 {
			x := make([]float64, n)
			for k := range x {
				x[k] = []float64{-1, 0, 0.5, 1}[r.IntN(4)]
			}
			return x
		}
		got, err := EppsSingleton(pick(30+r.IntN(300)), pick(30+r.IntN(2000)))
		if err != nil {
			t.Fatal(err)
		}
		if want := dist.ChiSquare(3, got.Statistic); math.Abs(got.P-want) > 1e-12 {
			t.Fatalf("trial %d: p %v of %v, want %v", i, got.P, got.Statistic, want)
		}
	}
}
