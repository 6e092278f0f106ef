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
		{stream.CUSUMLimit(0.5, 168, 0), 4, 0.005}, {stream.EWMALimit(0.1, 500, 0), 2.814, 0.002},
	} {
		if math.Abs(tc.got-tc.want) > tc.tol*tc.want {
			t.Errorf("got %.4g, want %.4g", tc.got, tc.want)
		}
	}
}

// What is promised of false alarms is kept when it is tried, and a change is found
// soon after.
func TestCalibration(t *testing.T) {
	const arl, all = 500.0, 400
	limit, width := stream.CUSUMLimit(0.25, arl, 0), stream.EWMALimit(0.1, arl, 0)
	threshold, seed := stream.PageHinkleyThreshold(0.25, 1, 5, arl), uint64(0)
	type detector func(z float64) bool
	for name, tc := range map[string]struct {
		start func() detector
		least float64 // of the mean run length
		soon  float64 // most, after a shift of one standard deviation
	}{
		"CUSUM": {func() detector { c := &stream.CUSUM{Slack: 0.25, Limit: limit}; return c.Update }, 0.85 * arl, 20},
		"EWMA":  {func() detector { e := &stream.EWMA{Lambda: 0.1, Width: width}; return e.Update }, 0.75 * arl, 20}, // its first band is narrower
		"EDetector": {func() detector {
			d := &stream.EDetector{Length: arl}
			return func(z float64) bool {
				return d.Update(stream.MeanE(z, 1, 0.1, 0.5), stream.MeanE(z, 1, 0.1, 1), stream.MeanE(-z, 1, 0.1, 0.5), stream.MeanE(-z, 1, 0.1, 1))
			}
		}, arl, 20},
		"EDetector of shares": {func() detector { // of ten, each one in ten
			d := &stream.EDetector{Length: arl}
			return func(z float64) bool {
				hits, p := 0.0, 0.1
				if z > 100 { // stands for a change
					p, z = 0.2, z-1000
				}
				u := rand.New(rand.NewPCG(math.Float64bits(z), 1))
				for range 10 {
					if u.Float64() < p {
						hits++
					}
				}
				return d.Update(stream.ShareE(hits, 10, 0.1, 0.15), stream.ShareE(10-hits, 10, 0.9, 0.95))
			}
		}, arl, 0},
		"PageHinkley": {func() detector {
			p := &stream.PageHinkley{MinInstances: 5, Delta: 0.25, Alpha: 1, Threshold: threshold}
			return p.Update
		}, arl, 40},
		"ADWIN": {func() detector { a := &stream.ADWIN{Delta: 1 / arl, Clock: 1}; return a.Update }, arl, 70},
		"KSWIN": {func() detector {
			seed++
			k := &stream.KSWIN{Alpha: 1 / arl, Seed: seed, Size: 60, Newest: 20}
			return k.Update
		}, arl, 0}, // of twenty values little is seen
		"EDetector of p": {func() detector {
			d := &stream.EDetector{Length: arl}
			return func(z float64) bool { return d.Update(stream.EValue(math.Erfc(math.Abs(z) / math.Sqrt2))) }
		}, arl, 150},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(5, 6)) // for each its own: the order of a map is chance
			var quiet, late float64
			runs := all
			if name == "ADWIN" || name == "KSWIN" { // slow, and far within what is promised
				runs = 60
			}
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
			quiet, late = quiet/float64(runs), late/float64(runs)
			t.Logf("false alarm after %.0f values, change found after %.1f", quiet, late)
			if quiet < tc.least {
				t.Errorf("a false alarm after %.0f values on average; at least %.0f was promised", quiet, tc.least)
			}
			if tc.soon > 0 && late > tc.soon {
				t.Errorf("a change was found after %.1f values", late)
			}
		})
	}
}

// An e-value's mean is at most 1 while nothing has changed, at the edge of what does not
// matter as well; and what cannot be told is 1.
func TestEValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const n = 1_000_000
	var sum, means, shares float64
	for range n {
		means += stream.MeanE(0.2+0.5*rng.NormFloat64(), 0.5, 0.2, 0.6) / n
		hits := 0.0
		for range 12 {
			if rng.Float64() < 0.05 {
				hits++
			}
		}
		shares += stream.ShareE(hits, 12, 0.05, 0.1) / n
	}
	if math.Abs(means-1) > 0.01 || math.Abs(shares-1) > 0.01 {
		t.Errorf("the mean e-value of a mean is %.4f, of a share %.4f", means, shares)
	}
	for _, e := range []float64{stream.MeanE(1, 0, 0, 1), stream.MeanE(1, 1, 1, 1), stream.ShareE(1, 0, 0.1, 0.2), stream.ShareE(1, 2, 0, 0.2), stream.ShareE(3, 2, 0.1, 0.2), stream.ShareE(1, 2, 0.2, 1)} {
		if e != 1 {
			t.Errorf("what tells nothing is %v", e)
		}
	}
	if e := stream.MeanE(1e9, 1e-9, 0, 1); math.IsInf(e, 0) {
		t.Error("an e-value is infinite")
	}
	var d stream.EDetector
	if d.Update() || len(d.Sums) != 0 {
		t.Error("nothing was a change")
	}
	d.Length = math.Inf(1)
	for range 5 {
		d.Update(1e300, math.NaN(), -1)
	}
	if b, err := json.Marshal(d.Sums); err != nil {
		t.Errorf("%s %v", b, err)
	}
	for range n {
		sum += min(stream.EValue(rng.Float64()), 1e4)
	}
	if sum/n > 1.02 {
		t.Errorf("the mean e-value is %.3f", sum/n)
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

// A reference that was itself measured is off by the same amount for ever; the limit
// counts it in. Without that, false alarms come twice as often and more.
func TestAReferenceThatIsOff(t *testing.T) {
	const arl, off, runs = 200.0, 0.25, 600
	for name, tc := range map[string]func(known float64) func() func(float64) bool{
		"CUSUM": func(known float64) func() func(float64) bool {
			limit := stream.CUSUMLimit(0.5, arl, known)
			return func() func(float64) bool { c := &stream.CUSUM{Slack: 0.5, Limit: limit}; return c.Update }
		},
		"EWMA": func(known float64) func() func(float64) bool {
			width := stream.EWMALimit(0.2, arl, known)
			return func() func(float64) bool { e := &stream.EWMA{Lambda: 0.2, Width: width}; return e.Update }
		},
	} {
		rng := rand.New(rand.NewPCG(15, 16))
		rate := func(start func() func(float64) bool) float64 {
			alarms, values := 0, 2000
			for range runs {
				by, d := off*rng.NormFloat64(), start()
				for range values {
					if d(rng.NormFloat64() + by) {
						alarms++
					}
				}
			}
			return float64(alarms) / float64(runs*values)
		}
		naive, honest := rate(tc(0)), rate(tc(off))
		t.Logf("%s: a false alarm every %.0f values, counted in every %.0f", name, 1/naive, 1/honest)
		if honest > 1.2/arl || naive < 1.4/arl {
			t.Errorf("%s: a false alarm every %.0f values, not counted in every %.0f; %v was promised", name, 1/honest, 1/naive, arl)
		}
	}
}
