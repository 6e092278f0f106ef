package twosample

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/wardround/wardround/stat/dist"
)

// The vectors hold recipes for columns and SciPy's answers; testdata/vectors.py wrote them.

type recipe struct {
	Kind         string
	Seed         uint64
	N            int
	Shift, Scale float64
}

func (r *recipe) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&r.Kind, &r.Seed, &r.N, &r.Shift, &r.Scale})
}

func splitmix(seed uint64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		z := seed + uint64(i+1)*0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		x[i] = float64((z^z>>31)>>11) * 0x1p-53
	}
	return x
}

func (r recipe) column(t testing.TB) []float64 {
	x := make([]float64, r.N)
	switch r.Kind {
	case "uniform":
		copy(x, splitmix(r.Seed, r.N))
	case "bell":
		u := splitmix(r.Seed, 4*r.N)
		for i := range x {
			x[i] = u[4*i] + u[4*i+1] + u[4*i+2] + u[4*i+3] - 2
		}
	case "skewed":
		for i, u := range splitmix(r.Seed, r.N) {
			x[i] = 1 / (1 - float64(0.999*u))
		}
	case "discrete":
		for i, u := range splitmix(r.Seed, r.N) {
			x[i] = math.Floor(u * 7)
		}
	case "rounded":
		u := splitmix(r.Seed, 2*r.N)
		for i := range x {
			x[i] = math.Floor((u[2*i] + u[2*i+1]) * 50)
		}
	case "constant":
	default:
		t.Fatalf("no recipe %q", r.Kind)
	}
	for i := range x {
		x[i] = float64(x[i]*r.Scale) + r.Shift
	}
	return x
}

type vectors struct {
	Numbers []struct {
		A, B recipe
		Want map[string][]float64
	}
	Counts []struct {
		A, B []float64
		Want map[string][]float64
	}
	Laws map[string][][]float64
}

func load(t testing.TB) (v vectors) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// near: statistics to 1e-9 of themselves (or of one, for those near zero by cancellation), p to 1e-9.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }

// nearTail also holds p above 1e-250 to 1e-9 of itself, for tests whose tail SciPy computes as such.
func nearTail(got, want float64) bool {
	return near(got, want) && (want < 1e-250 || math.Abs(got-want) <= 1e-9*want)
}

var numberTests = map[string]func(a, b []float64) (Result, error){
	"ks":                 KS,
	"ks asymptotic":      with(KSSorted, Asymptotic),
	"mann-whitney":       MannWhitney,
	"mann-whitney exact": with(MannWhitneySorted, Exact),
	"cramer-von-mises":   CramerVonMises,
	"anderson-darling":   with(AndersonDarlingSorted, Table),
	"epps-singleton":     EppsSingleton,
	"welch-t":            WelchT,
	"wasserstein":        Wasserstein,
	"energy":             Energy,
	"psi 10":             func(a, b []float64) (Result, error) { return PSIBinned(a, b, 10) },
	"psi sturges": func(a, b []float64) (Result, error) {
		bins, err := SturgesBins(a, b)
		if err != nil {
			return Result{}, err
		}
		x, err := bins.Count(a)
		if err != nil {
			return Result{}, err
		}
		y, err := bins.Count(b)
		if err != nil {
			return Result{}, err
		}
		return PSI(x, y)
	},
}

func with(f sortedTest, m Method) func(a, b []float64) (Result, error) {
	return func(a, b []float64) (Result, error) {
		x, y, err := sortBoth(a, b)
		if err != nil {
			return Result{}, err
		}
		return f(x, y, Options{Method: m})
	}
}

func TestNumbersEqualSciPy(t *testing.T) {
	seen := make(map[string]int)
	for _, c := range load(t).Numbers {
		a, b := c.A.column(t), c.B.column(t)
		for name, want := range c.Want {
			got, err := numberTests[name](a, b)
			id := fmt.Sprintf("%s of %v and %v", name, c.A, c.B)
			if err != nil {
				t.Errorf("%s: %v, SciPy says %v", id, err, want)
				continue
			}
			seen[name]++
			if name == "epps-singleton" {
				// Of few distinct values the covariance is nearly singular, and both sides lose digits with it.
				if r := math.Abs(got.Statistic/want[0] - 1); r > 1e-7 || math.Abs(got.P-want[1]) > 1e-7 {
					t.Errorf("%s: %v, SciPy %v", id, got, want)
				}
				continue
			}
			if !near(got.Statistic, want[0]) {
				t.Errorf("%s: statistic %v, SciPy %v", id, got.Statistic, want[0])
			}
			if len(want) == 1 {
				continue
			}
			same := near
			switch name {
			case "mann-whitney", "welch-t", "ks":
				same = nearTail
			}
			if name == "cramer-von-mises" && want[1] < 1e-6 {
				// SciPy stops its series at terms of 1e-7 and subtracts from one; TestLaws has the tail from mpmath.
				same = func(got, want float64) bool { return got < 1e-6 }
			}
			if !same(got.P, want[1]) {
				t.Errorf("%s: p %v, SciPy %v (%s)", id, got.P, want[1], got.Method)
			}
		}
	}
	for name := range numberTests {
		if seen[name] < 50 {
			t.Errorf("%s was tried %d times only", name, seen[name])
		}
	}
	t.Log(seen)
}

func TestCountsEqualSciPy(t *testing.T) {
	n := 0
	for _, c := range load(t).Counts {
		for name, want := range c.Want {
			var r Result
			var err error
			switch name {
			case "chi-square":
				r, err = ChiSquare(c.A, c.B, Options{})
			case "g":
				r, err = GTest(c.A, c.B, Options{})
			case "fisher p":
				r, err = Fisher(c.A, c.B, 1, 1)
				r.Statistic = r.P
			case "jensen-shannon":
				r, err = JensenShannon(c.A, c.B, 0)
			case "jensen-shannon 2":
				r, err = JensenShannon(c.A, c.B, 2)
			case "kullback-leibler":
				r, err = KL(c.A, c.B)
			case "hellinger":
				r, err = Hellinger(c.A, c.B)
			case "total-variation":
				r, err = TotalVariation(c.A, c.B)
			case "l-infinity":
				r, err = LInfinity(c.A, c.B)
			}
			n++
			switch {
			case err != nil:
				t.Errorf("%s of %v and %v: %v", name, c.A, c.B, err)
			case !near(r.Statistic, want[0]) || name == "fisher p" && !nearTail(r.P, want[0]):
				t.Errorf("%s of %v and %v: %v, SciPy %v", name, c.A, c.B, r.Statistic, want[0])
			case len(want) == 2 && !nearTail(r.P, want[1]):
				t.Errorf("%s of %v and %v: p %v, SciPy %v", name, c.A, c.B, r.P, want[1])
			}
		}
	}
	if n < 400 {
		t.Errorf("only %d comparisons", n)
	}
}

func TestLaws(t *testing.T) {
	for name, rows := range load(t).Laws {
		for _, r := range rows {
			want := r[len(r)-1]
			var got float64
			switch name {
			case "kolmogorov":
				got = dist.Kolmogorov(int(r[0]), r[1])
			case "cramer-von-mises":
				got = dist.CramerVonMises(r[0])
			case "anderson-darling":
				got = dist.AndersonDarling(r[0])
			case "chi-square":
				got = dist.ChiSquare(r[0], r[1])
			case "student":
				got = dist.StudentTwoSided(r[0], r[1])
			case "hypergeometric":
				got = dist.Hypergeometric(int(r[0]), int(r[1]), int(r[2]), int(r[3]))
			default:
				t.Fatal(name)
			}
			if !nearTail(got, want) {
				t.Errorf("%s%v is %v, off by %.1e of itself", name, r, got, math.Abs(got-want)/want)
			}
		}
	}
}
