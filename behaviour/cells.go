package behaviour

import (
	"cmp"
	"math"
	"slices"

	"github.com/wardround/wardround/stat/dist"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// maxCells bounds the categories that are compared one by one; the rest are one.
const maxCells = 256

// leastExpected is how many patients or studies a category must be expected to have in
// the smaller sample, for chi-square to be trusted. They are units and not rows: five
// rows may be of one patient.
const leastExpected = 5

// cells are the counts of two samples by category.
type cells struct {
	a, b, slack []float64 // those that are told apart, and one of the others, if that has enough
	rare        []cell    // too few for chi-square
	na, nb      float64   // rows
	ea, eb      float64   // effective units
	lump        float64   // of how many of those the largest units are, at least 1
}

// cell is a category: its rows on both sides, and by what share they may be off.
type cell struct {
	text        string
	a, b, slack float64
}

// tabulate counts how often each category was on both sides, in samples of that many
// effective units. lump is that of [scene.lumps].
func tabulate(ref, cur *sketch.Heavy, refN, n, lump float64) *cells {
	seen := map[string]bool{}
	var list []cell
	for _, h := range []*sketch.Heavy{ref, cur} {
		for _, it := range h.Top(maxCells) {
			if seen[it.Text] {
				continue
			}
			seen[it.Text] = true
			alo, amid, ahi := ref.Count(it.Text)
			blo, bmid, bhi := cur.Count(it.Text)
			list = append(list, cell{it.Text, float64(amid), float64(bmid), max(float64(ahi-alo)/float64(max(ref.N(), 1)), float64(bhi-blo)/float64(max(cur.N(), 1)))})
		}
	}
	slices.SortFunc(list, func(x, y cell) int { return cmp.Or(cmp.Compare(y.a+y.b, x.a+x.b), cmp.Compare(x.text, y.text)) })
	c := &cells{na: float64(ref.N()), nb: float64(cur.N()), lump: max(lump, 1)}
	c.ea, c.eb = min(refN, c.na), min(n, c.nb)
	rest := cell{a: c.na, b: c.nb}
	for _, x := range list {
		if c.expected(x) < leastExpected || len(c.a) == maxCells {
			c.rare = append(c.rare, x)
			continue
		}
		c.add(x)
		rest.a, rest.b = rest.a-x.a, rest.b-x.b
	}
	rest.a, rest.b = max(rest.a, 0), max(rest.b, 0)
	switch {
	case c.expected(rest) >= leastExpected:
		c.add(rest)
	case rest.a+rest.b > 0 && len(c.rare) != 1:
		c.rare = append(c.rare, rest)
	}
	return c
}

func (c *cells) add(x cell) {
	c.a, c.b, c.slack = append(c.a, x.a), append(c.b, x.b), append(c.slack, x.slack)
}

// units are the rows of a category, and all rows, in units as they count for what is rare.
func (c *cells) units(x cell) (a, b, ea, eb float64) {
	ea, eb = c.ea/c.lump, c.eb/c.lump
	return x.a / c.na * ea, x.b / c.nb * eb, ea, eb
}

// expected is how many units the smaller sample has of a category if both have the same
// share.
func (c *cells) expected(x cell) float64 {
	a, b, ea, eb := c.units(x)
	return (a + b) / (ea + eb) * min(ea, eb)
}

// lumps is how many times as many rows as the design effect has are in the units that a
// rare category may be of: that effect is the size of units weighted by their rows, and
// tells how far a count varies. How far its tail reaches is told by their size weighted
// by its square (what matches the third moment of a sum of few units, too). 1 where units
// are of one size, or where rows are declared independent.
func (s *scene) lumps(w *sketch.Window) float64 {
	icc := 1.0
	if p := s.plan; p != nil {
		if p.Units.Independent != "" {
			return 1
		}
		if p.Units.ICC != nil {
			icc = min(max(*p.Units.ICC, 0), 1)
		}
	}
	m := w.RowsPerUnit
	if m.N == 0 || !(m.Mean > 0) {
		return 1
	}
	n := float64(m.N)
	square := m.M2/n + m.Mean*m.Mean
	cube := m.M3/n + 3*m.Mean*m.M2/n + m.Mean*m.Mean*m.Mean
	// Of stays that end by chance the same is at most half as much again.
	lump := 1 + (min(s.again(w), 1.5)*cube*m.Mean/(square*square)-1)*icc
	if math.IsNaN(lump) || lump > absurd {
		return 1
	}
	return max(lump, 1)
}

// test asks whether shares differ: those with enough units by chi-square, of the others
// the one that differs most by Fisher's exact test, as often as there are such. Where
// counts are known to within an interval only, p is one as well: with every count as near
// to the other side's share as it may be, and as far.
func (c *cells) test() tested {
	t := tested{test: "chi2", p: 1}
	tests := 0
	if len(c.a) > 1 {
		t.p, t.statistic = c.chiSquare(c.b)
		t.effect, tests = variation(c.a, c.b), 1
	}
	t.pLow, t.pHigh, t.effectLow, t.effectHigh = t.p, t.p, t.effect, t.effect
	if tests > 0 && slices.ContainsFunc(c.slack, func(s float64) bool { return s > 0 }) {
		near, far := c.bounds()
		p, _ := c.chiSquare(near)
		t.pHigh, t.effectLow = max(t.p, p), min(t.effect, variation(c.a, near))
		p, _ = c.chiSquare(far)
		t.pLow, t.effectHigh = min(t.p, p), max(t.effect, variation(c.a, far))
	}
	x, ok := c.strangest()
	if !ok {
		return t
	}
	tests++
	p := min(1, c.fisher(x)*float64(len(c.rare)))
	t.test = "chi2+fisher"
	for _, v := range []*float64{&t.p, &t.pLow, &t.pHigh} {
		*v = min(1, float64(tests)*min(*v, p))
	}
	size := math.Abs(x.a/c.na - x.b/c.nb)
	t.effect, t.effectLow, t.effectHigh = max(t.effect, size), max(t.effectLow, size-x.slack), max(t.effectHigh, min(1, size+x.slack))
	return t
}

// bounds are counts of now as near to the shares of the reference as they may be, and as
// far from them.
func (c *cells) bounds() (near, far []float64) {
	sumA, sumB := sum(c.a), sum(c.b)
	near, far = slices.Clone(c.b), slices.Clone(c.b)
	for i, b := range c.b {
		want, off := c.a[i]/sumA*sumB, c.slack[i]*sumB
		near[i] = min(max(want, b-off), b+off)
		if b >= want {
			far[i] = b + off
		} else {
			far[i] = max(b-off, 0)
		}
	}
	return near, far
}

func (c *cells) chiSquare(b []float64) (p, statistic float64) {
	r, err := twosample.ChiSquare(c.a, b, twosample.Options{EffA: c.ea * sum(c.a) / c.na, EffB: c.eb * sum(b) / c.nb})
	if err != nil {
		return 1, 0
	}
	return r.P, r.Statistic
}

// strangest is the rare category that is the least likely at the share of both samples.
func (c *cells) strangest() (out cell, ok bool) {
	most := -1.0
	for _, x := range c.rare {
		a, b, ea, eb := c.units(x)
		share := (a + b) / (ea + eb)
		if d := deviance(a, share*ea) + deviance(b, share*eb); d > most {
			most, out, ok = d, x, true
		}
	}
	return out, ok
}

// deviance is how unlikely a count is where so many are expected, by Poisson's law.
func deviance(n, expected float64) float64 {
	if n <= 0 || expected <= 0 {
		return expected
	}
	return n*math.Log(n/expected) - n + expected
}

// fisher tests one category against all others, in whole units: what is part of one is
// counted so that both sides are more alike.
func (c *cells) fisher(x cell) float64 {
	const slip = 1e-9 // of a division
	a, b, ea, eb := c.units(x)
	if b/eb > a/ea {
		a, b = math.Ceil(a-slip), math.Floor(b+slip)
	} else {
		a, b = math.Floor(a+slip), math.Ceil(b-slip)
	}
	ea, eb = max(math.Round(ea), a), max(math.Round(eb), b)
	return dist.FisherExact(int(a), int(ea-a), int(b), int(eb-b))
}
