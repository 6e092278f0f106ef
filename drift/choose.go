package drift

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/twosample"
)

// fewValues is up to how many different numbers are compared one by one, as categories are.
const fewValues = 10

// pairing is a column of both sides, ready to be tested.
type pairing struct {
	a, b   *column
	result *Column
	cfg    Config
	o      twosample.Options

	x, y   twosample.Sorted // numbers, exact
	sketch bool
	p, q   []float64 // counts in the order of names
	names  []string
}

// identifier says why a column names rows rather than describing them; "" if it doesn't.
func identifier(c *column) string {
	switch {
	case c.kind == table.Text && c.distinct != nil && c.n >= 50:
		if d := c.distinct.Estimate(); float64(d) > 0.5*float64(c.n) {
			return fmt.Sprintf("about %d different texts in %d rows: an identifier or free text", min(d, c.n), c.n)
		}
	case c.kind == table.Number && c.ranks == nil && c.n >= 50:
		step := 0.0
		for i, x := range c.values {
			if x != math.Trunc(x) {
				return ""
			}
			if i == 1 {
				step = x - c.values[0]
			}
			if i > 0 && (x-c.values[i-1] != step || step == 0) {
				step = math.NaN()
				break
			}
		}
		if step == step {
			return "whole numbers that go up by the same step from row to row: a row number"
		}
		name := strings.ToLower(c.name)
		if name == "id" || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "uid") {
			if by := distinctShare(c.values); by > 0.5 {
				return fmt.Sprintf("named an identifier, and %.0f %% of its values are different", 100*by)
			}
		}
	}
	return ""
}

func distinctShare(x []float64) float64 {
	s, err := twosample.Sort(x)
	if err != nil || len(s) == 0 {
		return 0
	}
	return float64(len(slices.Compact(s))) / float64(len(x))
}

// sizes fills in how many values there are, and what they are worth.
func (p *pairing) sizes(unitsA, unitsB int64) {
	p.result.NReference, p.result.NCurrent = p.a.n, p.b.n
	p.result.N = p.a.n + p.b.n
	if p.cfg.Unit == "" && p.a.worth == 0 && p.b.worth == 0 {
		return
	}
	p.o.EffA, p.o.EffB = p.a.effective(p.cfg.ICC, unitsA), p.b.effective(p.cfg.ICC, unitsB)
	whole := func(eff float64, c *column) Number {
		if eff == 0 { // this side knows no units
			eff = float64(c.n)
		}
		return Number(eff)
	}
	p.result.Effective = &[2]Number{whole(p.o.EffA, p.a), whole(p.o.EffB, p.b)}
}

// prepare sorts or counts, and settles on type and test. It returns why nothing can be compared, or "".
func (p *pairing) prepare() (string, error) {
	r := p.result
	r.Type = typeOf(p.a.kind)
	if p.a.n == 0 || p.b.n == 0 {
		side := "reference"
		if p.a.n > 0 {
			side = "current"
		}
		if p.a.n == 0 && p.b.n == 0 {
			side = "both files"
		}
		return fmt.Sprintf("no value in %s: all %s", side, p.absent(side)), nil
	}
	said := p.cfg.Columns[p.a.name].Test
	if said == "" {
		said = p.cfg.Tests[r.Type]
	}
	switch p.a.kind {
	case table.Text:
		if p.a.tooMany || p.b.tooMany {
			return fmt.Sprintf("too many categories to count one by one: more than %d; about %d and %d", p.cfg.Limits.Categories, p.a.distinct.Estimate(), p.b.distinct.Estimate()), nil
		}
		p.count(p.a.counts, p.b.counts)
	case table.Time:
		return "times move on by nature; only their presence is compared", nil
	default:
		ca, okA := p.a.few(fewValues)
		cb, okB := p.b.few(fewValues)
		asCounts := okA && okB && len(union(ca, cb)) <= fewValues
		if p.a.kind == table.Bool || asCounts && (said == "" || slices.Contains(categoryTests, said) && !slices.Contains(numberTests, said)) {
			if !okA || !okB { // beyond the bound of exact values: 0 and 1 all the same
				ca, cb = ofSketch(p.a), ofSketch(p.b)
			}
			p.count(ca, cb)
			break
		}
		p.sketch = p.a.ranks != nil || p.b.ranks != nil
		if err := p.sort(); err != nil {
			return "", err
		}
	}
	r.Test, r.Why = p.test(said)
	return "", nil
}

func (p *pairing) absent(side string) string {
	c := p.a
	if side == "current" {
		c = p.b
	}
	switch {
	case c.invalid > 0 && c.missing > 0:
		return "missing or unreadable"
	case c.invalid > 0:
		return "unreadable as " + typeOf(c.kind)
	}
	return "missing"
}

func typeOf(k table.Kind) string {
	if k == table.Text {
		return "category"
	}
	return string(k)
}

// ofSketch counts zeros and ones of a column that lies in a sketch.
func ofSketch(c *column) map[string]int64 {
	if c.ranks == nil {
		m, _ := c.few(fewValues)
		return m
	}
	_, mid, _ := c.ranks.CDF(0.5)
	zero := int64(math.Round(mid * float64(c.n)))
	return map[string]int64{"0": zero, "1": c.n - zero}
}

func union(a, b map[string]int64) []string {
	names := make([]string, 0, len(a)+len(b))
	for k := range a {
		names = append(names, k)
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	return names
}

func (p *pairing) count(a, b map[string]int64) {
	p.names = union(a, b)
	p.p, p.q = make([]float64, len(p.names)), make([]float64, len(p.names))
	for i, n := range p.names {
		p.p[i], p.q[i] = float64(a[n]), float64(b[n])
	}
}

func (p *pairing) sort() (err error) {
	if p.a.ranks == nil {
		if p.x, err = p.a.sorted(); err != nil {
			return err
		}
	}
	if p.b.ranks == nil {
		p.y, err = p.b.sorted()
	}
	return err
}

// test names the test and says why it is that one.
func (p *pairing) test(said string) (name, why string) {
	if said != "" {
		return said, "as configured"
	}
	if p.names != nil {
		kind := fmt.Sprintf("%d categories", len(p.names))
		if p.a.kind != table.Text {
			kind = fmt.Sprintf("%d different values", len(p.names))
		}
		least := twosample.Expected(p.p, p.q)
		if least < 5 && p.o.EffA == 0 && p.o.EffB == 0 && p.result.N <= 1_000_000 {
			return "fisher", fmt.Sprintf("%s, the smallest with %.2g expected: too few for chi-square", kind, least)
		}
		return "chi-square", kind
	}
	if p.sketch {
		return "ks", "more values than are kept one by one: ranks of a quantile sketch"
	}
	if t := twosample.Tied(p.x, p.y); t > 0.3 {
		return "anderson-darling", fmt.Sprintf("%.0f %% of the values are tied, which makes ks blunt", 100*t)
	}
	return "ks", "numbers with few ties"
}
