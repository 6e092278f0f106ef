package drift

import (
	"math"
	"strconv"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// column is what is kept of one column of one side, or of one group of it.
type column struct {
	name string
	kind table.Kind
	n    int64 // rows with a value that could be read

	missing, invalid, infinite int64

	values []float64 // exact, up to bound
	bound  int
	ranks  *sketch.KLL // in their place beyond it
	worth  float64     // rows as independent values, where that was told with them; 0: not

	counts   map[string]int64
	most     int // categories counted one by one
	tooMany  bool
	distinct *sketch.HLL

	// Per kept row, while rows belong to units: the unit, and the category as a number.
	withUnits bool
	units     []uint32
	codes     []uint32
	code      map[string]uint32
}

func newColumn(c table.Column, bound, categories int, withUnits bool) *column {
	return &column{name: c.Name, kind: c.Kind, bound: bound, most: categories, withUnits: withUnits}
}

// add takes row i of a batch.
func (c *column) add(v *table.Values, i int, unit uint32) {
	if !v.Ok(i) {
		c.missing++
		return
	}
	if c.kind == table.Text {
		c.text(v.Dict[v.Codes[i]], unit)
		return
	}
	x := v.Numbers[i]
	if x != x {
		c.invalid++
		return
	}
	c.n++
	if math.IsInf(x, 0) {
		c.infinite++
	}
	if c.ranks != nil {
		c.ranks.Add(x)
		return
	}
	if len(c.values) == c.bound {
		c.fold()
		c.ranks.Add(x)
		return
	}
	c.values = append(c.values, x)
	if c.withUnits {
		c.units = append(c.units, unit)
	}
}

// fold puts the values, which are as many as may be kept, into a sketch.
func (c *column) fold() {
	c.ranks = sketch.NewKLL(4096, seedOf(c.name)) // ranks within 0.1 %, 160 kB
	c.ranks.AddAll(c.values)
	c.values, c.units = nil, nil
}

// addAll takes all rows of a batch.
func (c *column) addAll(v *table.Values, units []uint32) {
	if c.withUnits {
		for i := range v.Rows() {
			c.add(v, i, units[i])
		}
		return
	}
	if c.kind == table.Text {
		times := make([]int64, len(v.Dict))
		for i, code := range v.Codes {
			if v.Ok(i) {
				times[code]++
			} else {
				c.missing++
			}
		}
		for code, n := range times {
			if n > 0 {
				c.texts(v.Dict[code], n)
			}
		}
		return
	}
	var buf [512]float64
	for from := 0; from < len(v.Numbers); from += len(buf) {
		n := 0
		for i, x := range v.Numbers[from:min(from+len(buf), len(v.Numbers))] {
			switch {
			case v.Valid != nil && !v.Valid[from+i]:
				c.missing++
			case x != x:
				c.invalid++
			default:
				if x-x != 0 {
					c.infinite++
				}
				buf[n] = x
				n++
			}
		}
		c.n += int64(n)
		if c.ranks == nil && len(c.values)+n > c.bound {
			c.values = append(c.values, buf[:n]...)
			c.fold()
		} else if c.ranks != nil {
			c.ranks.AddAll(buf[:n])
		} else {
			c.values = append(c.values, buf[:n]...)
		}
	}
}

func (c *column) text(s string, unit uint32) {
	if !c.texts(s, 1) {
		return
	}
	if c.withUnits && len(c.codes) < c.bound {
		if c.code == nil {
			c.code = make(map[string]uint32)
		}
		k, ok := c.code[s]
		if !ok {
			k = uint32(len(c.code))
			c.code[s] = k
		}
		c.codes, c.units = append(c.codes, k), append(c.units, unit)
	}
}

// texts counts a category n times; false if there are too many to count.
func (c *column) texts(s string, n int64) bool {
	c.n += n
	if c.distinct == nil {
		c.distinct, c.counts = sketch.NewHLL(), make(map[string]int64)
	}
	c.distinct.Add(s)
	if c.tooMany {
		return false
	}
	if _, ok := c.counts[s]; !ok && len(c.counts) >= c.most {
		c.tooMany = true
		c.counts, c.codes, c.units, c.code = nil, nil, nil, nil
		return false
	}
	c.counts[s] += n
	return true
}

func seedOf(name string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return h
}

func (c *column) rows() int64 { return c.n + c.missing + c.invalid }

// few returns the counts of a column of numbers with at most limit different ones, and false if there are more or if the
// column lies in a sketch.
func (c *column) few(limit int) (map[string]int64, bool) {
	if c.ranks != nil {
		return nil, false
	}
	if c.kind == table.Bool && c.counts != nil {
		return c.counts, true
	}
	by := make(map[float64]int64, limit+1)
	for _, x := range c.values {
		by[x+0]++
		if len(by) > limit {
			return nil, false
		}
	}
	out := make(map[string]int64, len(by))
	for x, n := range by {
		out[strconv.FormatFloat(x, 'g', -1, 64)] = n
	}
	return out, true
}

// effective is the number of independent values that the column's rows are worth; 0 if they are taken as independent.
func (c *column) effective(icc *float64, sideUnits int64) float64 {
	if c.worth > 0 || !c.withUnits || c.n == 0 {
		return c.worth
	}
	whole := int64(len(c.units)) == c.n
	if !whole { // beyond the bound only the units are counted: the cautious end
		return math.Min(float64(c.n), float64(max(1, sideUnits)))
	}
	var u twosample.Units
	var err error
	if c.kind == table.Text {
		u, err = twosample.ICCOfCategories(c.codes, c.units)
	} else {
		u, err = twosample.ICC(c.values, c.units)
	}
	if err != nil {
		return math.Min(float64(c.n), float64(max(1, sideUnits)))
	}
	if icc != nil {
		u.ICC = *icc
	}
	return u.Effective()
}

func (c *column) sorted() (twosample.Sorted, error) { return twosample.Sort(c.values) }

// quantile of a column of numbers, exact or of the sketch.
func (c *column) quantile(s twosample.Sorted, q float64) float64 {
	if c.ranks != nil {
		_, mid, _ := c.ranks.Quantile(q)
		return mid
	}
	return s[min(int(q*float64(len(s))), len(s)-1)]
}
