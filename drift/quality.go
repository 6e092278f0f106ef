package drift

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/twosample"
)

// remark is the share below which a difference in quality isn't worth a line.
const remark = 0.01

// quality compares what the values are like, apart from how they are distributed.
func (p *pairing) quality(unitsA, unitsB int64) {
	a, b := p.a, p.b
	o := twosample.Options{EffA: float64(unitsA), EffB: float64(unitsB)} // of missing rows little is known: units count
	add := func(kind, text string, na, nb, limit float64) {
		q := Quality{Kind: kind, Text: text, Reference: Number(na / float64(a.rows())), Current: Number(nb / float64(b.rows())), P: nan(), Adjusted: nan(), limit: limit}
		x, y := []float64{na, float64(a.rows()) - na}, []float64{nb, float64(b.rows()) - nb}
		test := func() (twosample.Result, error) { return twosample.ChiSquare(x, y, o) }
		if p.cfg.Unit == "" && twosample.Expected(x, y) < 5 {
			test = func() (twosample.Result, error) { return twosample.Fisher(x, y, 0, 0) }
		}
		if r, err := test(); err == nil && na+nb > 0 {
			q.P = Number(r.P)
			p.result.Quality = append(p.result.Quality, q)
		}
	}
	share := func(n, of int64) string { return fmt.Sprintf("%.3g %%", 100*float64(n)/math.Max(1, float64(of))) }
	if a.missing+b.missing > 0 {
		add("missing", fmt.Sprintf("missing: %s before, %s now", share(a.missing, a.rows()), share(b.missing, b.rows())), float64(a.missing), float64(b.missing), p.cfg.missingLimit())
	}
	if a.invalid+b.invalid > 0 {
		add("invalid", fmt.Sprintf("unreadable as %s: %s before, %s now", typeOf(a.kind), share(a.invalid, a.rows()), share(b.invalid, b.rows())), float64(a.invalid), float64(b.invalid), remark)
	}
	note := func(kind, format string, args ...any) {
		p.result.Quality = append(p.result.Quality, Quality{Kind: kind, Text: fmt.Sprintf(format, args...), Reference: nan(), Current: nan(), P: nan(), Adjusted: nan()})
	}
	if a.infinite+b.infinite > 0 {
		note("infinite", "infinite values: %d before, %d now", a.infinite, b.infinite)
	}
	switch {
	case a.n == 0 || b.n == 0:
	case a.kind == table.Text:
		p.newCategories(note)
	case a.kind == table.Number && p.names == nil:
		p.rangeAndUnit(note)
	}
}

func (p *pairing) newCategories(note func(kind, format string, args ...any)) {
	if p.a.counts == nil || p.b.counts == nil {
		return
	}
	var unseen int64
	var names, gone []string
	for k, n := range p.b.counts {
		if p.a.counts[k] == 0 {
			unseen += n
			names = append(names, k)
		}
	}
	for k, n := range p.a.counts {
		if p.b.counts[k] == 0 && float64(n) >= remark*float64(p.a.n) {
			gone = append(gone, k)
		}
	}
	if float64(unseen) >= remark*float64(p.b.n) {
		note("categories", "not in the reference: %.3g %% of the values (%s)", 100*float64(unseen)/float64(p.b.n), some(names))
	}
	if len(gone) > 0 && p.b.n >= 100 {
		note("categories", "not seen any more: %s", some(gone))
	}
}

// some names a few categories, cut so that a line stays a line.
func some(names []string) string {
	slices.Sort(names)
	more := ""
	if len(names) > 5 {
		more = fmt.Sprintf(" and %d more", len(names)-5)
		names = names[:5]
	}
	short := make([]string, len(names))
	for i, n := range names {
		if r := []rune(n); len(r) > 40 {
			n = string(r[:40]) + "…"
		}
		short[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(short, ", ") + more
}

func (p *pairing) rangeAndUnit(note func(kind, format string, args ...any)) {
	lo, hi := p.a.quantile(p.x, 0), p.a.quantile(p.x, 1)
	outside := p.b.share(p.y, lo, hi)
	if outside >= remark {
		note("range", "outside of the reference's range %.6g to %.6g: %.3g %%", lo, hi, 100*outside)
	}
	if u := p.unit(); u != "" {
		note("unit", "%s", u)
	}
}

// share of values below lo or above hi.
func (c *column) share(s twosample.Sorted, lo, hi float64) float64 {
	if c.ranks != nil {
		below, _, _ := c.ranks.CDF(math.Nextafter(lo, math.Inf(-1)))
		_, _, upto := c.ranks.CDF(hi)
		return below + 1 - upto
	}
	i := sort.SearchFloat64s(s, lo)
	j := sort.Search(len(s), func(i int) bool { return s[i] > hi })
	return float64(i+len(s)-j) / float64(len(s))
}

// units are the factors by which the same quantity differs between units in medical use (rounded to what the conversion is
// known to; a match within 3 % is one).
var units = []struct {
	factor float64
	is     string
}{
	{10, "per litre and per decilitre, or centi and milli"}, {100, "share and per cent, or metre and centimetre"}, {1000, "one step of milli, micro or kilo"}, {1e6, "two steps of milli"},
	{60, "seconds and minutes, or minutes and hours"}, {3600, "seconds and hours"}, {24, "hours and days"}, {365.25, "days and years"}, {12, "months and years"},
	{18.016, "mmol/l and mg/dl of glucose"}, {38.67, "mmol/l and mg/dl of cholesterol"}, {88.57, "mmol/l and mg/dl of triglycerides"},
	{88.42, "mg/dl and µmol/l of creatinine"}, {17.1, "mg/dl and µmol/l of bilirubin"}, {59.48, "mg/dl and µmol/l of urate"}, {2.801, "mmol/l and mg/dl of urea nitrogen"},
	{4.008, "mmol/l and mg/dl of calcium"}, {1.611, "mmol/l and g/dl of haemoglobin"}, {7.5006, "kPa and mmHg"}, {2.2046, "kg and lb"}, {2.54, "inch and cm"}, {30.48, "foot and cm"}, {10.197, "kPa and cmH2O"}, {28.35, "ounce and g"},
}

// unitNames are parts of column names that speak of a quantity with a small factor between its units.
var unitNames = map[string][]string{
	"mmol/l and g/dl of haemoglobin":    {"hb", "hgb", "haemo", "hemo"},
	"mmol/l and mg/dl of urea nitrogen": {"urea", "bun"},
	"kg and lb":                         {"weight", "mass", "kg", "lb", "dose"},
	"inch and cm":                       {"height", "length", "width", "thick", "size", "diam", "inch", "cm", "mm"},
}

func speaksOf(column, is string) bool {
	return slices.ContainsFunc(unitNames[is], func(part string) bool { return strings.Contains(strings.ToLower(column), part) })
}

// unit says if the current values look like the reference's in another unit: all five quantiles scaled by one factor (or as
// Celsius and Fahrenheit), and the distributions near each other once it is undone.
func (p *pairing) unit() string {
	qs := [...]float64{0.1, 0.25, 0.5, 0.75, 0.9}
	var a, b [5]float64
	for i, q := range qs {
		a[i], b[i] = p.a.quantile(p.x, q), p.b.quantile(p.y, q)
	}
	if a[0] == a[4] || b[0] == b[4] {
		return ""
	}
	// Spread against spread finds the factor also where the median is near zero; the median must agree.
	spread := (b[4] - b[0]) / (a[4] - a[0])
	fits := func(scale, offset float64) bool {
		if p.x == nil || p.y == nil {
			tol := 0.1 * math.Abs(scale) * (a[4] - a[0])
			for i := range a {
				if math.Abs(a[i]*scale+offset-b[i]) > tol {
					return false
				}
			}
			return true
		}
		back := make(twosample.Sorted, len(p.y))
		for i, v := range p.y {
			back[i] = (v - offset) / scale
		}
		before, err := twosample.KSSorted(p.x, p.y, twosample.Options{Method: twosample.Asymptotic})
		after, err2 := twosample.KSSorted(p.x, back, twosample.Options{Method: twosample.Asymptotic})
		noise := 1.63 * math.Sqrt(1/float64(len(p.x))+1/float64(len(p.y)))
		return err == nil && err2 == nil && before.Statistic > 0.2 && after.Statistic < math.Max(0.1, noise) && after.Statistic < before.Statistic/2
	}
	if math.Abs(spread/1.8-1) < 0.25 && fits(1.8, 32) {
		return "looks like the same quantity in another unit: Celsius before, Fahrenheit now"
	}
	if math.Abs(spread*1.8-1) < 0.25 && fits(1/1.8, -32/1.8) {
		return "looks like the same quantity in another unit: Fahrenheit before, Celsius now"
	}
	if math.Abs(spread-1) < 0.25 && math.Abs(b[2]-a[2]-273.15) < 0.1*273.15 && fits(1, 273.15) {
		return "looks like the same quantity in another unit: Celsius before, Kelvin now"
	}
	best, name := 0.0, ""
	for _, u := range units {
		if u.factor < 3 && !speaksOf(p.a.name, u.is) {
			continue // many things change a value by half or double
		}
		for _, f := range []float64{u.factor, 1 / u.factor} {
			if math.Abs(math.Log(spread/f)) < math.Abs(math.Log(spread/math.Max(best, 1e-300))) {
				best, name = f, u.is
			}
		}
	}
	if spread > 0 && math.Abs(math.Log(spread/best)) < 0.2 && fits(best, 0) {
		return fmt.Sprintf("looks like the same quantity in another unit: values times %.4g, as between %s", best, name)
	}
	return ""
}
