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
		t := kolmogorov(ref.Ranks, cur.Ranks, refN, n)
		// Kolmogorov–Smirnov sees any change, Mann–Whitney a shift with fewer patients: the
		// lesser p, twice.
		if r, err := twosample.MannWhitneySketch(ref.Ranks, cur.Ranks, twosample.Options{EffA: refN, EffB: n}); err == nil {
			t.test, t.p, t.pLow, t.pHigh = "ks+mw", min(1, 2*min(t.p, r.P)), min(1, 2*min(t.pLow, r.PLow)), min(1, 2*min(t.pHigh, r.PHigh))
		}
		t.measure(measure, func() ([]float64, []float64) { return binned(ref.Ranks, cur.Ranks) }, ref, cur)
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
	t.measure(measure, func() ([]float64, []float64) { return a, b }, ref, cur)
	return t, ""
}

// ranked is a distribution function known to within an interval.
type ranked interface {
	CDF(x float64) (lo, mid, hi float64)
	Below(x float64) (lo, mid, hi float64)
	Support() []float64
}

// kolmogorov is the two-sample Kolmogorov–Smirnov test with the asymptotic law at
// effective sizes. The statistic is an interval, from the sketches' error, and so is p.
func kolmogorov(ref, cur ranked, refN, n float64) tested {
	at := append(ref.Support(), cur.Support()...)
	slices.Sort(at)
	at = slices.Compact(at)
	var d, low, high float64
	gap := func(alo, amid, ahi, blo, bmid, bhi float64) {
		d = max(d, math.Abs(amid-bmid))
		low = max(low, blo-ahi, alo-bhi)
		high = max(high, bhi-alo, ahi-blo)
	}
	for _, x := range at {
		alo, amid, ahi := ref.CDF(x)
		blo, bmid, bhi := cur.CDF(x)
		gap(alo, amid, ahi, blo, bmid, bhi)
		alo, amid, ahi = ref.Below(x)
		blo, bmid, bhi = cur.Below(x)
		gap(alo, amid, ahi, blo, bmid, bhi)
	}
	low, high = min(low, d), min(max(high, d), 1)
	e := math.Sqrt(refN * n / (refN + n))
	law := func(d float64) float64 { return smirnov(e * d) }
	return tested{test: "ks", statistic: d, p: law(d), pLow: law(high), pHigh: law(low), effect: d, effectLow: low, effectHigh: high}
}

// smirnov is the tail of Kolmogorov's law, P(K ≥ x).
func smirnov(x float64) float64 {
	if x < 0.2 {
		return 1
	}
	sum, sign := 0.0, 1.0
	for k := 1.0; k <= 100; k++ {
		term := math.Exp(-2 * k * k * x * x)
		sum += sign * term
		if term < 1e-17 {
			break
		}
		sign = -sign
	}
	return min(1, max(0, 2*sum))
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

// binned counts both sides in bins that each hold a tenth of the reference.
func binned(ref, cur *sketch.KLL) (a, b []float64) {
	var edges []float64
	for i := 1; i < 10; i++ {
		_, q, _ := ref.Quantile(float64(i) / 10)
		if len(edges) == 0 || q > edges[len(edges)-1] {
			edges = append(edges, q)
		}
	}
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
// one that cannot be had from sketches leaves it.
func (t *tested) measure(name string, shares func() (a, b []float64), ref, cur *sketch.Column) {
	var r twosample.Result
	var err error
	switch name {
	case "psi", "js", "hellinger":
		a, b := shares()
		switch name {
		case "psi":
			r, err = twosample.PSI(a, b)
		case "js":
			r, err = twosample.JensenShannon(a, b, 2)
		default:
			r, err = twosample.Hellinger(a, b)
		}
	case "wasserstein":
		if !cur.Type.Numeric() {
			return
		}
		r.Effect = wasserstein(ref.Ranks, cur.Ranks) / ref.Moments.SD()
	default:
		return
	}
	if err != nil || math.IsNaN(r.Effect) || math.IsInf(r.Effect, 0) {
		return
	}
	t.test += " and " + name
	t.effect, t.effectLow, t.effectHigh = r.Effect, r.Effect, r.Effect
}

// wasserstein is the area between the distribution functions.
func wasserstein(ref, cur ranked) float64 {
	at := append(ref.Support(), cur.Support()...)
	slices.Sort(at)
	at = slices.Compact(at)
	area := 0.0
	for i := 1; i < len(at); i++ {
		_, a, _ := ref.CDF(at[i-1])
		_, b, _ := cur.CDF(at[i-1])
		area += math.Abs(a-b) * (at[i] - at[i-1])
	}
	return area
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
