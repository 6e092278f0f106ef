package behaviour

import (
	"fmt"
	"math"
	"strconv"

	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// tested is what a test of two columns found. The intervals come from the sketches'
// own error.
type tested struct {
	test                  string
	statistic             float64
	p, pLow, pHigh        float64
	effect                float64
	effectLow, effectHigh float64
}

// compare holds a column against the reference. Whether a difference could be chance
// is told by Kolmogorov–Smirnov of numbers and chi-square of categories; how large it
// is by the measure that the plan names, else by those tests' own. refN and n are
// effective units, lump is that of [scene.lumps].
func compare(ref, cur *sketch.Column, refN, n, lump float64, measure string) (tested, string) {
	if cur.Type.Numeric() {
		// Kolmogorov–Smirnov sees any change, Mann–Whitney a shift with fewer patients: the
		// lesser p, twice.
		ks, mw, err := twosample.RanksSketch(ref.Ranks, cur.Ranks, twosample.Options{EffA: refN, EffB: n})
		if err != nil {
			return tested{}, "a column cannot be compared"
		}
		t := asTested(ks)
		if besides(ref, cur, refN/max(lump, 1), n/max(lump, 1)) >= leastExpected { // else ranks are of a handful of patients
			t.test, t.p, t.pLow, t.pHigh = "ks+mw", min(1, 2*min(t.p, mw.P)), min(1, 2*min(t.pLow, mw.PLow)), min(1, 2*min(t.pHigh, mw.PHigh))
		}
		t.measure(measure, nil, nil, ref, cur)
		return t, ""
	}
	table := tabulate(ref.Top, cur.Top, refN, n, lump)
	t := table.test()
	t.measure(measure, table.a, table.b, ref, cur)
	return t, ""
}

// besides is how many values are expected in the smaller of two columns that are not the
// one value which half of the reference or more has, in effective units: infinitely many
// where there is none such.
func besides(ref, cur *sketch.Column, refN, n float64) float64 {
	_, at, _ := ref.Ranks.Quantile(0.5)
	equal := func(k *sketch.KLL) float64 {
		_, below, _ := k.Below(at)
		_, upto, _ := k.CDF(at)
		return max(upto-below, 0)
	}
	a := equal(ref.Ranks)
	if a < 0.5 {
		return math.Inf(1)
	}
	return ((1-a)*refN + (1-equal(cur.Ranks))*n) / (refN + n) * min(refN, n)
}

// asTested is the two-sample Kolmogorov–Smirnov test at effective sizes: the size of the
// change is D, whose interval is the sketches' error, and so is that of p.
func asTested(r twosample.Result) tested {
	t := tested{test: "ks", statistic: r.Statistic, p: r.P, pLow: r.PLow, pHigh: r.PHigh, effect: r.Effect, effectLow: r.Low, effectHigh: r.High}
	if r.Method != "sketch" { // nothing was left out: no interval
		t.pLow, t.pHigh, t.effectLow, t.effectHigh = r.P, r.P, r.Effect, r.Effect
	}
	return t
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// variation is the share of rows that lie in other cells.
func variation(a, b []float64) float64 {
	sa, sb, d := sum(a), sum(b), 0.0
	for i := range a {
		d += math.Abs(a[i]/sa - b[i]/sb)
	}
	return d / 2
}

// tenths are the edges of bins that each hold a tenth of the reference.
func tenths(ref *sketch.KLL) (edges []float64) {
	for i := 1; i < 10; i++ {
		_, q, _ := ref.Quantile(float64(i) / 10)
		if len(edges) == 0 || q > edges[len(edges)-1] {
			edges = append(edges, q)
		}
	}
	return edges
}

// binned counts both sides in bins that each hold a tenth of the reference.
func binned(ref, cur *sketch.KLL) (a, b []float64) {
	edges := tenths(ref)
	share := func(k *sketch.KLL) []float64 {
		var out []float64
		last := 0.0
		for _, x := range edges {
			_, c, _ := k.CDF(x)
			out = append(out, (c-last)*float64(k.N()))
			last = c
		}
		return append(out, (1-last)*float64(k.N()))
	}
	return share(ref), share(cur)
}

// measure replaces the size of the change by that of the measure that a plan names;
// one that cannot be had from sketches leaves it. a and b are counts of categories.
func (t *tested) measure(name string, a, b []float64, ref, cur *sketch.Column) {
	var r twosample.Result
	var err error
	numbers := cur.Type.Numeric()
	switch {
	case name == "psi" && numbers:
		r, err = twosample.PSISketch(ref.Ranks, cur.Ranks, tenths(ref.Ranks))
	case name == "wasserstein" && numbers:
		r, err = twosample.WassersteinSketch(ref.Ranks, cur.Ranks)
		sd := ref.Moments.SD() // the size is in standard deviations of the reference
		r.Effect, r.Low, r.High = r.Statistic/sd, r.Low/sd, r.High/sd
	case name == "psi":
		r, err = twosample.PSI(a, b)
	case name == "js" || name == "hellinger":
		if numbers {
			a, b = binned(ref.Ranks, cur.Ranks)
		}
		if name == "js" {
			r, err = twosample.JensenShannon(a, b, 2)
		} else {
			r, err = twosample.Hellinger(a, b)
		}
	default:
		return
	}
	size := r.Effect
	if err != nil || math.IsNaN(size) || math.IsInf(size, 0) {
		return
	}
	t.test += " and " + name
	t.effect, t.effectLow, t.effectHigh = size, size, size
	if r.Method == "sketch" && r.High >= r.Low {
		t.effectLow, t.effectHigh = min(size, r.Low), max(size, r.High)
	}
}

// moved says in words how a column changed.
func (c *comparison) moved() string {
	if c.column.Type.Numeric() {
		_, was, _ := c.ref.Ranks.Quantile(0.5)
		_, now, _ := c.column.Ranks.Quantile(0.5)
		if number(was) != number(now) {
			return "the middle value was " + number(was) + " and is " + number(now)
		}
		return c.around()
	}
	best, gain := "", 0.0
	for _, it := range c.column.Top.Top(maxCells) {
		_, before, _ := c.ref.Top.Count(it.Text)
		was, now := float64(before)/float64(max(c.ref.Top.N(), 1)), float64(it.Mid)/float64(max(c.column.Top.N(), 1))
		if d := math.Abs(now - was); d > gain {
			best, gain = it.Text+" was "+percent(was)+" and is "+percent(now), d
		}
	}
	for _, it := range c.ref.Top.Top(maxCells) {
		_, count, _ := c.column.Top.Count(it.Text)
		was, now := float64(it.Mid)/float64(max(c.ref.Top.N(), 1)), float64(count)/float64(max(c.column.Top.N(), 1))
		if d := math.Abs(now - was); d > gain {
			best, gain = it.Text+" was "+percent(was)+" and is "+percent(now), d
		}
	}
	return clip(best, 160)
}

// around says in words how a column changed whose middle is what it was: at the value
// where the shares below it differ most, or else in mean or spread.
func (c *comparison) around() string {
	best, was, now := 0.0, 0.0, 0.0
	for _, k := range []*sketch.KLL{c.ref.Ranks, c.column.Ranks} {
		for i := range 100 {
			_, x, _ := k.Quantile(float64(i) / 100)
			x = round(x) // what is said is true of the value that is told
			_, a, _ := c.ref.Ranks.CDF(x)
			_, b, _ := c.column.Ranks.CDF(x)
			if math.Abs(b-a) > math.Abs(now-was) {
				best, was, now = x, a, b
			}
		}
	}
	if percent(was) != percent(now) {
		return percent(was) + " of values were at most " + number(best) + ", and " + percent(now) + " are"
	}
	if a, b := number(c.ref.Moments.Mean), number(c.column.Moments.Mean); a != b {
		return "the mean was " + a + " and is " + b
	}
	if a, b := number(c.ref.Moments.SD()), number(c.column.Moments.SD()); a != b {
		return "the standard deviation was " + a + " and is " + b
	}
	return "middle and mean are what they were, and the values are spread otherwise"
}

func number(x float64) string { return strconv.FormatFloat(round(x), 'g', -1, 64) }

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
