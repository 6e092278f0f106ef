package stream_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/stat/stream"
)

type vectors struct {
	Name   string
	Values []float64
	ADWIN  []struct {
		Delta, Width, Mean, Variance float64
		Found                        [][3]float64
	}
	PageHinkley []struct {
		Threshold float64
		Found     []int
	} `json:"page_hinkley"`
	KSWIN *struct {
		Alpha float64
		Found []int
		Looks int
		Picks []string
	}
}

func read(t *testing.T) (all []vectors) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// Changes are found where river finds them, with the same windows.
func TestAgainstRiver(t *testing.T) {
	for _, v := range read(t) {
		t.Run(v.Name, func(t *testing.T) {
			for _, want := range v.ADWIN {
				a := stream.ADWIN{Delta: want.Delta}
				var found [][3]float64
				reset := false
				for i, x := range v.Values {
					if reset { // river begins anew after a change
						a, reset = stream.ADWIN{Delta: want.Delta}, false
					}
					if a.Update(x) {
						found = append(found, [3]float64{float64(i), float64(a.Width), a.Mean()})
						reset = true
					}
				}
				if d := cmp.Diff(want.Found, found, cmpopts.EquateApprox(1e-9, 1e-9), cmpopts.EquateEmpty()); d != "" {
					t.Errorf("ADWIN %g: %s", want.Delta, d)
				}
				if float64(a.Width) != want.Width || math.Abs(a.Mean()-want.Mean) > 1e-9*(1+math.Abs(want.Mean)) || math.Abs(a.Variance-want.Variance) > 1e-9*(1+want.Variance) {
					t.Errorf("ADWIN %g: width %d, mean %g, variance %g; want %g, %g, %g", want.Delta, a.Width, a.Mean(), a.Variance, want.Width, want.Mean, want.Variance)
				}
			}
			for _, want := range v.PageHinkley {
				p := stream.PageHinkley{Threshold: want.Threshold}
				var found []int
				for i, x := range v.Values {
					if p.Update(x) {
						found = append(found, i)
					}
				}
				if d := cmp.Diff(want.Found, found, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("Page–Hinkley %g: %s", want.Threshold, d)
				}
			}
			if want := v.KSWIN; want != nil {
				looks := 0
				k := stream.KSWIN{Alpha: want.Alpha, Pick: func(n, k int) []int {
					var out []int
					for _, r := range want.Picks[looks] { // what river drew
						out = append(out, int(r)-48)
					}
					looks++
					return out
				}}
				var found []int
				for i, x := range v.Values[350:1000] {
					if k.Update(x) {
						found = append(found, i)
					}
				}
				if d := cmp.Diff(want.Found, found, cmpopts.EquateEmpty()); d != "" || looks != want.Looks {
					t.Errorf("KSWIN: %d looks, want %d: %s", looks, want.Looks, d)
				}
			}
		})
	}
}

// Run lengths are those of the literature: two-sided CUSUM with slack 1/2 (Montgomery,
// Introduction to Statistical Quality Control, table 9.3: 168 and 465 without a change,
// 8.38 and 10.4 after a shift of one), EWMA (Lucas and Saccucci 1990, table 3: 500
// without a change, 10.3 after a shift of one at λ = 0.1).
func TestRunLengths(t *testing.T) {
	for _, tc := range []struct{ got, want, tol float64 }{
		{stream.CUSUMRunLength(0.5, 4, 0), 168, 0.01}, {stream.CUSUMRunLength(0.5, 5, 0), 465, 0.01},
		{stream.CUSUMRunLength(0.5, 4, 1), 8.38, 0.01}, {stream.CUSUMRunLength(0.5, 5, 1), 10.4, 0.01},
		{stream.EWMARunLength(0.1, 2.814, 0), 500, 0.01}, {stream.EWMARunLength(0.1, 2.814, 1), 10.3, 0.01},
		{stream.EWMARunLength(0.4, 3.054, 0), 500, 0.01},
		{stream.CUSUMLimit(0.5, 168), 4, 0.005}, {stream.EWMALimit(0.1, 500), 2.814, 0.002},
	} {
		if math.Abs(tc.got-tc.want) > tc.tol*tc.want {
			t.Errorf("got %.4g, want %.4g", tc.got, tc.want)
		}
	}
}

// What is promised of false alarms is kept when it is tried, and a change is found
// soon after.
func TestCalibration(t *testing.T) {
	const arl, runs = 500.0, 400
	rng := rand.New(rand.NewPCG(5, 6))
	limit, width := stream.CUSUMLimit(0.25, arl), stream.EWMALimit(0.1, arl)
	type detector func(z float64) bool
	for name, tc := range map[string]struct {
		start func() detector
		least float64 // of the mean run length
		soon  float64 // most, after a shift of one standard deviation
	}{
		"CUSUM": {func() detector { c := &stream.CUSUM{Slack: 0.25, Limit: limit}; return c.Update }, 0.85 * arl, 20},
		"EWMA":  {func() detector { e := &stream.EWMA{Lambda: 0.1, Width: width}; return e.Update }, 0.75 * arl, 20}, // its first band is narrower
		"EDetector": {func() detector {
			j, d := &stream.Jumper{}, &stream.EDetector{Length: arl}
			return func(z float64) bool { return d.Update(j.E(math.Erfc(-z/math.Sqrt2) / 2)) }
		}, arl, 60},
		"EDetector of p": {func() detector {
			d := &stream.EDetector{Length: arl}
			return func(z float64) bool { return d.Update(stream.EValue(math.Erfc(math.Abs(z) / math.Sqrt2))) }
		}, arl, 150},
	} {
		t.Run(name, func(t *testing.T) {
			var quiet, late float64
			for range runs {
				d := tc.start()
				n := 0
				for n = 1; n < 20*arl && !d(rng.NormFloat64()); n++ {
				}
				quiet += float64(n)
				d = tc.start()
				for range 100 {
					d(rng.NormFloat64())
				}
				for n = 1; n < 20*arl && !d(rng.NormFloat64()+1); n++ {
				}
				late += float64(n)
			}
			t.Logf("false alarm after %.0f values, change found after %.1f", quiet/runs, late/runs)
			if quiet/runs < tc.least {
				t.Errorf("a false alarm after %.0f values on average; at least %.0f was promised", quiet/runs, tc.least)
			}
			if late/runs > tc.soon {
				t.Errorf("a change was found after %.1f values", late/runs)
			}
		})
	}
}

// Ville's inequality: the product passes 20 in at most one of twenty runs, looked at
// after every value; and an e-value's mean is at most 1.
func TestAnytime(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const runs = 2000
	passed := 0
	var sum float64
	for range runs {
		var j stream.Jumper
		var e stream.EProcess
		p := 1.0
		for range 300 {
			p = min(p, e.Update(j.E(rng.Float64())))
		}
		if p <= 0.05 {
			passed++
		}
	}
	for range 2_000_000 {
		sum += min(stream.EValue(rng.Float64()), 1e4)
	}
	t.Logf("passed in %d of %d; mean e-value %.3f", passed, runs, sum/2e6)
	if passed > runs/20 {
		t.Errorf("%d of %d runs passed 20", passed, runs)
	}
	if sum/2e6 > 1.02 {
		t.Errorf("the mean e-value is %.3f", sum/2e6)
	}
	for _, p := range []float64{0, 1e-300, 0.5, 0.9999, 0.99991, 1} {
		if e := stream.EValue(p); math.IsNaN(e) || e < 0.49 {
			t.Errorf("EValue(%g) = %g", p, e)
		}
	}
	if a, b := stream.EValue(0.99989), stream.EValue(0.99991); math.Abs(a-b) > 1e-4 {
		t.Errorf("a step between the formula and its series: %g, %g", a, b)
	}
}

// What is no number changes nothing, and state survives being stored.
func TestState(t *testing.T) {
	var a stream.ADWIN
	var k stream.KSWIN
	rng := rand.New(rand.NewPCG(9, 9))
	for i := range 2000 {
		x := rng.NormFloat64() + float64(i/1000)*3
		if a.Update(math.NaN()) || a.Update(math.Inf(1)) || k.Update(math.NaN()) {
			t.Fatal("no number was a change")
		}
		var a2 stream.ADWIN
		b, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1023 {
			if err := json.Unmarshal(b, &a2); err != nil {
				t.Fatal(err)
			}
			if a.Update(x) != a2.Update(x) || a.Width != a2.Width {
				t.Fatal("a stored window went another way")
			}
			continue
		}
		a.Update(x)
		k.Update(x)
	}
	if len(a.Rows) > 20 || len(k.Window) > 100 {
		t.Errorf("%d rows, %d values kept", len(a.Rows), len(k.Window))
	}
}
