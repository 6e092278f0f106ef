package twosample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/wardround/wardround/stat/order"
	"github.com/wardround/wardround/stat/sketch"
)

func kll(x []float64, seed uint64) *sketch.KLL {
	k := sketch.NewKLL(sketch.DefaultK, seed)
	k.AddAll(x)
	return k
}

// draw makes columns of several shapes; shift is in units of spread.
func draw(r *rand.Rand, shape string, n int, shift float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		switch shape {
		case "normal":
			x[i] = r.NormFloat64() + shift
		case "lognormal":
			x[i] = math.Exp(r.NormFloat64() + shift)
		case "uniform":
			x[i] = r.Float64() + shift/3.5
		case "two humps":
			x[i] = r.NormFloat64() + shift + 6*float64(r.IntN(2))
		case "counts":
			x[i] = math.Floor(math.Exp(1.5 + r.NormFloat64()/2 + shift/2))
		}
	}
	return x
}

// TestSketchIntervalsCoverTheExactP is the promise of the sketches: of at least 1,000 pairs of columns for every test, in at least 99 of 100 the
// interval holds the p that the raw values give. Trials differ in shape, size, balance and shift.
func TestSketchIntervalsCoverTheExactP(t *testing.T) {
	trials := 1250 // a fifth of them is tied, where two of the tests are not meant for sketches
	if testing.Short() {
		trials = 250
	}
	type test struct {
		name   string
		exact  sortedTest
		sketch func(a, b Ranked, o Options) (Result, error)
		ties   bool
	}
	tests := []test{
		{"ks", KSSorted, KSSketch, true},
		{"mann-whitney", MannWhitneySorted, MannWhitneySketch, true},
		{"cramer-von-mises", CramerVonMisesSorted, CramerVonMisesSketch, false},
		{"anderson-darling", AndersonDarlingSorted, AndersonDarlingSketch, false},
		{"wasserstein", WassersteinSorted, func(a, b Ranked, _ Options) (Result, error) { return WassersteinSketch(a, b) }, true},
	}
	var mu sync.Mutex
	covered, tried, decided := make(map[string]int), make(map[string]int), make(map[string]int)
	shapes := []string{"normal", "lognormal", "uniform", "two humps", "counts"}
	t.Run("trials", func(t *testing.T) {
		for part := range 4 {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				for i := part; i < trials; i += 4 {
					r := rand.New(rand.NewPCG(uint64(i), 77))
					shape := shapes[i%len(shapes)]
					n := int(math.Exp(math.Log(300) + r.Float64()*math.Log(20)))
					m := int(math.Exp(math.Log(300) + r.Float64()*math.Log(20)))
					shift := []float64{0, 0, 0.02, 0.1, 0.5}[r.IntN(5)]
					a, b := draw(r, shape, n, 0), draw(r, shape, m, shift)
					ka, kb := kll(a, uint64(2*i)), kll(b, uint64(2*i+1))
					x, y, _ := sortBoth(a, b)
					for _, test := range tests {
						if shape == "counts" && !test.ties {
							continue
						}
						want, err := test.exact(x, y, Options{})
						got, err2 := test.sketch(ka, kb, Options{})
						mu.Lock()
						tried[test.name]++
						ok := err == nil && err2 == nil && got.PLow <= want.P*(1+1e-9)+1e-12 && want.P <= got.PHigh*(1+1e-9)+1e-12
						if test.name == "wasserstein" {
							ok = err2 == nil && got.Low <= want.Statistic*(1+1e-9) && want.Statistic <= got.High*(1+1e-9)
						}
						if ok {
							covered[test.name]++
						} else if tried[test.name]-covered[test.name] < 5 {
							t.Logf("%s of %s, %d and %d, shift %v: %v to %v (%v), exact %v %v %v", test.name, shape, n, m, shift, got.PLow, got.PHigh, got.P, want.P, err, err2)
						}
						if got.PHigh < 0.01 || got.PLow > 0.01 {
							decided[test.name]++
						}
						mu.Unlock()
					}
				}
			})
		}
	})
	for name, n := range tried {
		if covered[name] < (n*99+99)/100 {
			t.Errorf("%s: %d of %d intervals hold the exact p", name, covered[name], n)
		}
		t.Logf("%s: %d of %d hold it; %d are decided at 0.01", name, covered[name], n, decided[name])
		if name != "wasserstein" && decided[name] < n/10 {
			t.Errorf("%s: only %d of %d intervals say anything at 0.01", name, decided[name], n)
		}
	}
}

// A sketch that is still exact gives what the raw values give.
func TestSmallSketchesAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	a, b := draw(r, "counts", 60, 0), draw(r, "counts", 80, 0.4)
	ka, kb := kll(a, 1), kll(b, 2)
	for name, f := range map[string][2]func() (Result, error){
		"ks":  {func() (Result, error) { return KS(a, b) }, func() (Result, error) { return KSSketch(ka, kb, Options{}) }},
		"mwu": {func() (Result, error) { return MannWhitney(a, b) }, func() (Result, error) { return MannWhitneySketch(ka, kb, Options{}) }},
		"cvm": {func() (Result, error) { return CramerVonMisesOfTies(a, b) }, func() (Result, error) { return CramerVonMisesSketch(ka, kb, Options{}) }},
		"ad":  {func() (Result, error) { return AndersonDarling(a, b) }, func() (Result, error) { return AndersonDarlingSketch(ka, kb, Options{}) }},
		"w":   {func() (Result, error) { return Wasserstein(a, b) }, func() (Result, error) { return WassersteinSketch(ka, kb) }},
	} {
		want, err := f[0]()
		got, err2 := f[1]()
		if err != nil || err2 != nil || got.Statistic != want.Statistic || !(got.P == want.P || want.P != want.P) {
			t.Errorf("%s: %+v and %+v (%v, %v)", name, got, want, err, err2)
		}
	}
}

func TestPSIOfSketches(t *testing.T) {
	miss := 0
	for i := range 100 {
		r := rand.New(rand.NewPCG(uint64(i), 3))
		a, b := draw(r, "normal", 20_000, 0), draw(r, "normal", 15_000, 0.3*r.Float64())
		edges, err := order.Quantiles(a, []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9})
		if err != nil {
			t.Fatal(err)
		}
		got, err := PSISketch(kll(a, uint64(i)), kll(b, uint64(i+500)), edges)
		if err != nil {
			t.Fatal(err)
		}
		bins, _ := EdgeBins(edges)
		ca, _ := bins.Count(a)
		cb, _ := bins.Count(b)
		want, _ := PSI(ca, cb)
		if want.Statistic < got.Low || want.Statistic > got.High {
			miss++
		}
	}
	if miss > 1 {
		t.Errorf("%d of 100 intervals miss the exact index", miss)
	}
}

// plainly hides that a sketch answers for many values at once.
type plainly struct{ k *sketch.KLL }

func (p plainly) N() int64                            { return p.k.N() }
func (p plainly) CDF(x float64) (lo, mid, hi float64) { return p.k.CDF(x) }
func (p plainly) Support() []float64                  { return p.k.Support() }
func (p plainly) UniformRankError(c float64) float64  { return p.k.UniformRankError(c) }

// One pass over two sketches gives what a search for each value gives, to the last digit.
func TestOnePassIsWhatSearchesFind(t *testing.T) {
	tests := map[string]func(a, b Ranked) (Result, error){
		"ks":               func(a, b Ranked) (Result, error) { return KSSketch(a, b, Options{}) },
		"effective ks":     func(a, b Ranked) (Result, error) { return KSSketch(a, b, Options{EffA: 90, EffB: 40}) },
		"mann-whitney":     func(a, b Ranked) (Result, error) { return MannWhitneySketch(a, b, Options{}) },
		"cramer-von-mises": func(a, b Ranked) (Result, error) { return CramerVonMisesSketch(a, b, Options{}) },
		"anderson-darling": func(a, b Ranked) (Result, error) { return AndersonDarlingSketch(a, b, Options{}) },
		"wasserstein":      func(a, b Ranked) (Result, error) { return WassersteinSketch(a, b) },
		"psi":              func(a, b Ranked) (Result, error) { return PSISketch(a, b, []float64{-1, 0, 0.5, 3}) },
	}
	for i := range 120 {
		r := rand.New(rand.NewPCG(uint64(i), 41))
		shape := []string{"normal", "lognormal", "counts", "two humps"}[i%4]
		a, b := draw(r, shape, 1+r.IntN(6000), 0), draw(r, shape, 1+r.IntN(3000), 0.1*float64(i%3))
		if i%11 == 0 { // one value alone, of which much is known
			for k := range b {
				b[k] = 1
			}
		}
		ka, kb := kll(a, uint64(i)), kll(b, uint64(i+1000))
		for name, test := range tests {
			want, err := test(plainly{ka}, plainly{kb})
			got, err2 := test(ka, kb)
			if (err == nil) != (err2 == nil) || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Fatalf("%s of %s, %d and %d:\n%+v (%v), by searches\n%+v (%v)", name, shape, len(a), len(b), got, err2, want, err)
			}
		}
		if i%2 == 0 { // a sorted column beside a sketch
			x, err := Sort(a)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := KSSketch(x.Ranked(), kb, Options{})
			want, _ := KSSketch(struct{ Ranked }{x.Ranked()}, plainly{kb}, Options{})
			if got != want {
				t.Fatalf("a column and a sketch: %+v, by searches %+v", got, want)
			}
		}
	}
}
