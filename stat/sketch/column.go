package sketch

import (
	"fmt"
	"math"
)

// Type is what a column holds.
type Type string

// The types.
const (
	Number   Type = "number"
	Category Type = "category"
	Bool     Type = "bool" // as a category "true" or "false"
	Time     Type = "time" // as a number: seconds since 1970 UTC
)

// Numeric reports whether values are ranked; otherwise they are counted by text.
func (t Type) Numeric() bool { return t == Number || t == Time }

// Role is what a column is to the model.
type Role string

// The roles.
const (
	Feature   Role = "feature"
	Output    Role = "output"    // score, class
	Source    Role = "source"    // what the feeding device says of itself
	Oversight Role = "oversight" // what the user did with the output
)

// Options size the sketches of a column. The zero value is the default.
type Options struct {
	K          int       // of [KLL]
	Seed       uint64    // of [KLL]; mixed with the column's name and group
	Categories int       // counters of [Heavy]
	Edges      []float64 // of a [Histogram], if given
	NoDisplay  bool      // without [DD]
}

// Column is one feature or output of one group of rows.
type Column struct {
	Name, Unit string // unit as the source writes it, UCUM if it does: "mmol/L"
	Type       Type
	Role       Role
	Group      string // "" all rows; "sex=F" a subgroup; "source=CT_3" a source device
	// N counts values that were right; Missing, Invalid, PosInf and NegInf those that
	// are in no sketch: not there; of the wrong type or NaN; infinite.
	N, Missing, Invalid int64
	PosInf, NegInf      int64
	// Of numbers:
	Moments Moments
	Ranks   *KLL
	Display *DD
	Bins    *Histogram // nil unless edges were given
	// Of categories:
	Top      *Heavy
	Distinct *HLL
}

// NewColumn returns an empty column.
func NewColumn(name string, t Type, role Role, group string, opt Options) (*Column, error) {
	c := &Column{Name: name, Type: t, Role: role, Group: group}
	switch {
	case t.Numeric():
		c.Ranks = NewKLL(opt.K, opt.Seed^hashText(group+"\x00"+name))
		if !opt.NoDisplay {
			c.Display = NewDD()
		}
		if len(opt.Edges) > 0 {
			h, err := NewHistogram(opt.Edges)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", named(name, group), err)
			}
			c.Bins = h
		}
	case t == Category || t == Bool:
		c.Top, c.Distinct = NewHeavy(opt.Categories), NewHLL()
	default:
		return nil, fmt.Errorf("column %s has the type %q; want number, category, bool or time", named(name, group), t)
	}
	return c, nil
}

// Rows is how many rows the column saw, with and without a value.
func (c *Column) Rows() int64 { return c.N + c.Missing + c.Invalid + c.PosInf + c.NegInf }

// MissingShare is the share of rows without a usable value; NaN of no rows.
func (c *Column) MissingShare() float64 {
	return float64(c.Rows()-c.N) / float64(c.Rows())
}

// AddNumber adds a number. NaN is invalid, infinities are counted apart.
func (c *Column) AddNumber(x float64) {
	switch {
	case !c.Type.Numeric() || x != x:
		c.Invalid++
	case math.IsInf(x, 1):
		c.PosInf++
	case math.IsInf(x, -1):
		c.NegInf++
	default:
		c.N++
		c.Moments.Add(x)
		c.Ranks.Add(x)
		if c.Display != nil {
			c.Display.Add(x)
		}
		if c.Bins != nil {
			c.Bins.Add(x)
		}
	}
}

// AddNumbers adds many; a place whose valid is false is missing (nil: all are there).
// It may reorder nothing and keeps nothing of xs.
func (c *Column) AddNumbers(xs []float64, valid []bool) {
	if !c.Type.Numeric() {
		c.Invalid += int64(len(xs))
		return
	}
	var buf [1024]float64
	for start := 0; start < len(xs); start += len(buf) {
		part := xs[start:min(start+len(buf), len(xs))]
		n := 0
		for i, x := range part {
			switch {
			case valid != nil && !valid[start+i]:
				c.Missing++
			case x != x:
				c.Invalid++
			case x > math.MaxFloat64:
				c.PosInf++
			case x < -math.MaxFloat64:
				c.NegInf++
			default:
				buf[n] = x
				n++
			}
		}
		fin := buf[:n]
		if n == 0 {
			continue
		}
		c.N += int64(n)
		c.Moments.AddAll(fin)
		c.Ranks.AddAll(fin)
		if c.Display != nil {
			c.Display.AddAll(fin)
		}
		if c.Bins != nil {
			for _, x := range fin {
				c.Bins.Add(x)
			}
		}
	}
}

// AddText adds a category n times.
func (c *Column) AddText(value string, n int64) {
	if c.Type.Numeric() {
		c.Invalid += n
		return
	}
	c.N += n
	c.Top.AddN(value, n)
	c.Distinct.Add(value)
}

// AddMissing counts rows without a value.
func (c *Column) AddMissing(n int64) { c.Missing += n }

// AddInvalid counts rows with a value of the wrong type.
func (c *Column) AddInvalid(n int64) { c.Invalid += n }

// Merge adds what o was given. Name, group, type, unit and the sketches' sizes must
// be equal; otherwise c is unchanged and the error says what differs.
func (c *Column) Merge(o *Column) error {
	if err := c.fits(o); err != nil {
		return fmt.Errorf("column %s: %w", named(c.Name, c.Group), err)
	}
	c.N += o.N
	c.Missing += o.Missing
	c.Invalid += o.Invalid
	c.PosInf += o.PosInf
	c.NegInf += o.NegInf
	c.Moments.Merge(o.Moments)
	if c.Ranks != nil {
		if err := c.Ranks.Merge(o.Ranks); err != nil {
			return err
		}
	}
	if c.Display != nil {
		c.Display.Merge(o.Display)
	}
	if c.Bins != nil {
		return c.Bins.Merge(o.Bins)
	}
	if c.Top != nil {
		c.Top.merge(o.Top)
		c.Distinct.Merge(o.Distinct)
	}
	return nil
}

// fits reports why o cannot be merged into c.
func (c *Column) fits(o *Column) error {
	switch {
	case c.Name != o.Name || c.Group != o.Group:
		return fmt.Errorf("is not %s", named(o.Name, o.Group))
	case c.Type != o.Type:
		return fmt.Errorf("is of type %s here and %s there", c.Type, o.Type)
	case c.Role != o.Role:
		return fmt.Errorf("is a %s here and a %s there", c.Role, o.Role)
	case c.Unit != o.Unit:
		return fmt.Errorf("has the unit %q here and %q there; convert one first", c.Unit, o.Unit)
	case (c.Display == nil) != (o.Display == nil):
		return fmt.Errorf("has a picture of its distribution on one side only")
	case (c.Bins == nil) != (o.Bins == nil):
		return fmt.Errorf("has a histogram on one side only")
	}
	if c.Ranks != nil && c.Ranks.k != o.Ranks.k {
		return fmt.Errorf("quantile sketches of k %d and k %d do not merge: build both with one k", c.Ranks.k, o.Ranks.k)
	}
	if c.Bins != nil {
		if err := c.Bins.Clone().Merge(o.Bins); err != nil {
			return err
		}
	}
	if c.Top != nil && c.Top.size != o.Top.size {
		return fmt.Errorf("holds %d categories here and %d there: build both with one size", c.Top.size, o.Top.size)
	}
	return nil
}

// Clone returns a copy that shares nothing.
func (c *Column) Clone() *Column {
	out := *c
	if c.Ranks != nil {
		out.Ranks = c.Ranks.Clone()
	}
	if c.Display != nil {
		out.Display = NewDD()
		out.Display.Merge(c.Display)
	}
	if c.Bins != nil {
		out.Bins = c.Bins.Clone()
	}
	if c.Top != nil {
		out.Top, out.Distinct = c.Top.Clone(), c.Distinct.Clone()
	}
	return &out
}
