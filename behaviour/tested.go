package behaviour

import (
	"cmp"
	"fmt"
	"math"
	"slices"
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
// effective units.
func compare(ref, cur *sketch.Column, refN, n float64, measure string) (tested, string) {
	if cur.Type.Numeric() {
		// Kolmogorov–Smirnov sees any change, Mann–Whitney a shift with fewer patients: the
		// lesser p, twice.
		ks, mw, err := twosample.RanksSketch(ref.Ranks, cur.Ranks, twosample.Options{EffA: refN, EffB: n})
		if err != nil {
			return tested{}, "a column cannot be compared"
		}
		t := asTested(ks)
		t.test, t.p, t.pLow, t.pHigh = "ks+mw", min(1, 2*min(t.p, mw.P)), min(1, 2*min(t.pLow, mw.PLow)), min(1, 2*min(t.pHigh, mw.PHigh))
		t.measure(measure, nil, nil, ref, cur)
		return t, ""
	}
	a, b, slack, others := counts(ref.Top, cur.Top)
	if len(a) < 2 {
		return tested{test: "chi2", p: 1, pLow: 1, pHigh: 1}, ""
	}
	t, err := chiSquare(a, b, slack, refN, n)
	if err != nil {
		return t, "a column cannot be compared"
	}
	_ = others
	t.measure(measure, a, b, ref, cur)
	return t, ""
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

// maxCells bounds the categories that are compared one by one; the rest are one.
const maxCells = 256

// counts returns how often each category was on both sides, those too rare to be told
// as one at the end, and by how much each count may be off.
func counts(ref, cur *sketch.Heavy) (a, b, slack []float64, others bool) {
	type cell struct {
		text   string
		a, b   float64
		offset float64
	}
	seen := map[string]*cell{}
	var cells []*cell
	add := func(text string) {
		if seen[text] != nil {
			return
		}
		alo, amid, ahi := ref.Count(text)
		blo, bmid, bhi := cur.Count(text)
		c := &cell{text, float64(amid), float64(bmid), max(float64(ahi-alo)/float64(max(ref.N(), 1)), float64(bhi-blo)/float64(max(cur.N(), 1)))}
		seen[text] = c
		cells = append(cells, c)
	}
	for _, h := range []*sketch.Heavy{ref, cur} {
		for _, it := range h.Top(maxCells) {
			add(it.Text)
		}
	}
	slices.SortFunc(cells, func(x, y *cell) int { return cmp.Or(cmp.Compare(y.a+y.b, x.a+x.b), cmp.Compare(x.text, y.text)) })
	na, nb := float64(ref.N()), float64(cur.N())
	var resta, restb = na, nb
	for _, c := range cells {
		// Expected in the smaller sample: below five, chi-square is not to be trusted.
		if expected := (c.a + c.b) / (na + nb) * min(na, nb); expected < 5 || len(a) == maxCells {
			continue
		}
		a, b, slack = append(a, c.a), append(b, c.b), append(slack, c.offset)
		resta, restb = resta-c.a, restb-c.b
	}
	if rest := max(resta, 0) + max(restb, 0); rest > 0 && (rest/(na+nb)*min(na, nb) >= 5 || len(a) < 2) {
		a, b, slack = append(a, max(resta, 0)), append(b, max(restb, 0)), append(slack, 0)
		others = true
	}
	return a, b, slack, others
}

// chiSquare tests counts at effective sizes. Where counts are known to within an
// interval only, p is one as well: with every count as near to the other side's share
// as it may be, and as far.
func chiSquare(a, b, slack []float64, refN, n float64) (tested, error) {
	opt := twosample.Options{EffA: refN, EffB: n}
	r, err := twosample.ChiSquare(a, b, opt)
	if err != nil {
		return tested{}, fmt.Errorf("chi-square: %w", err)
	}
	tv := variation(a, b)
	t := tested{test: "chi2", statistic: r.Statistic, p: r.P, pLow: r.P, pHigh: r.P, effect: tv, effectLow: tv, effectHigh: tv}
	if !slices.ContainsFunc(slack, func(s float64) bool { return s > 0 }) {
		return t, nil
	}
	sumA, sumB := sum(a), sum(b)
	near, far := slices.Clone(b), slices.Clone(b)
	for i := range b {
		want, off := a[i]/sumA*sumB, slack[i]*sumB
		near[i] = min(max(want, b[i]-off), b[i]+off)
		if b[i] >= want {
			far[i] = b[i] + off
		} else {
			far[i] = max(b[i]-off, 0)
		}
	}
	if r, err := twosample.ChiSquare(a, near, opt); err == nil {
		t.pHigh, t.effectLow = max(t.p, r.P), min(tv, variation(a, near))
	}
	if r, err := twosample.ChiSquare(a, far, opt); err == nil {
		t.pLow, t.effectHigh = min(t.p, r.P), max(tv, variation(a, far))
	}
	return t, nil
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
		return "the middle value was " + number(was) + " and is " + number(now)
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

func number(x float64) string { return strconv.FormatFloat(round(x), 'g', -1, 64) }

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
