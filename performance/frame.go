package performance

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// MaxRows is how many rows of a file are held. More is refused, because a part
// would be judged as the whole.
const MaxRows = 20_000_000

// shownRows is how many rows are named where some could not be used.
const shownRows = 5

// A column of a frame: numbers, or texts by code.
type column struct {
	name    string
	kind    table.Kind
	numbers []float64 // NaN: missing or of the wrong kind
	codes   []uint32
	dict    []string
	present []bool // nil: all
	invalid int64  // of the wrong kind
	bad     []int  // the first rows of those, from 0

	long  bool    // some are whole and beyond what a number holds exactly
	exact *column // those as they are written
}

func (c *column) ok(i int) bool { return c.present == nil || c.present[i] }

// text of a value; whole numbers without a point, so that 7, 7.0 and "7" are one id.
func (c *column) text(i int) string {
	if !c.ok(i) {
		return ""
	}
	if c.kind == table.Text {
		s := c.dict[c.codes[i]]
		if v, err := strconv.ParseFloat(s, 64); err == nil && v == math.Trunc(v) && math.Abs(v) < 1<<53 && strings.HasSuffix(s, ".0") {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return s
	}
	if c.exact != nil && c.exact.ok(i) {
		return strings.TrimSuffix(c.exact.text(i), ".0")
	}
	return strconv.FormatFloat(c.numbers[i], 'f', -1, 64)
}

// number of a value; categories by their code.
func (c *column) number(i int) float64 {
	if !c.ok(i) {
		return math.NaN()
	}
	if c.kind == table.Text {
		return float64(c.codes[i])
	}
	return c.numbers[i]
}

// A frame is a file's columns in memory.
type frame struct {
	name    string
	rows    int
	columns []*column
	refused int64
	notes   []string
	read    int // how many of these say how the file was read, not what is wrong with it
}

func (f *frame) column(name string) *column {
	if f == nil || name == "" {
		return nil
	}
	for _, c := range f.columns {
		if c.name == name {
			return c
		}
	}
	return nil
}

// A Source is a table that can be opened: a file, or what a test makes.
type Source struct {
	Name string
	Open func(table.Options) (*table.File, error)
}

// File is a source of that path.
func File(path string) *Source {
	return &Source{Name: path, Open: func(o table.Options) (*table.File, error) { return table.Open(path, o) }}
}

// load reads a whole table. Error: EInvalid with the file and the place.
func load(s *Source) (*frame, error) {
	const op = "performance.read"
	f, err := s.Open(table.Options{})
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s cannot be read: %w", s.Name, err)
	}
	defer f.Close()
	fr := &frame{name: s.Name, notes: f.Notes(), read: len(f.Notes())}
	index := make([]map[string]uint32, len(f.Columns()))
	for k, c := range f.Columns() {
		fr.columns = append(fr.columns, &column{name: c.Name, kind: c.Kind})
		index[k] = map[string]uint32{}
	}
	var v table.Values
	for {
		b, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %w", s.Name, err)
		}
		if fr.rows+b.Rows > MaxRows {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s has more than %d rows; cut it by time and judge the parts", s.Name, MaxRows)
		}
		for k, c := range fr.columns {
			if err := b.Read(k, &v); err != nil {
				return nil, wardround.Errorf(wardround.EInvalid, op, "%s, column %s: %w", s.Name, c.name, err)
			}
			c.add(&v, b.Rows, fr.rows, index[k])
		}
		fr.rows += b.Rows
	}
	n, bad := f.Refused()
	fr.refused = n
	for _, e := range bad {
		fr.notes = append(fr.notes, e.Error())
	}
	if fr.rows == 0 {
		why := ""
		if n > 0 {
			why = fmt.Sprintf(" that could be read; %d were refused", n)
		}
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s has no rows%s", s.Name, why)
	}
	return fr, fr.spell(s)
}

// spell reads numbers that are too long to be exact a second time, as texts: as ids two
// patients would be one. Error: EInvalid if the file has changed in between.
func (f *frame) spell(s *Source) error {
	const op = "performance.read"
	kinds := map[string]table.Kind{}
	for _, c := range f.columns {
		if c.long {
			kinds[c.name] = table.Text
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	t, err := s.Open(table.Options{Kinds: kinds})
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s cannot be read: %w", s.Name, err)
	}
	defer t.Close()
	index := make([]map[string]uint32, len(f.columns))
	rows := 0
	var v table.Values
	for {
		b, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return wardround.Errorf(wardround.EInvalid, op, "%s: %w", s.Name, err)
		}
		for k, c := range f.columns {
			if !c.long || k >= len(t.Columns()) || t.Columns()[k].Name != c.name {
				continue
			}
			if c.exact == nil {
				c.exact = &column{name: c.name, kind: table.Text}
				index[k] = map[string]uint32{}
			}
			if err := b.Read(k, &v); err != nil {
				return wardround.Errorf(wardround.EInvalid, op, "%s, column %s: %w", s.Name, c.name, err)
			}
			c.exact.add(&v, b.Rows, rows, index[k])
		}
		rows += b.Rows
	}
	if rows != f.rows {
		return wardround.Errorf(wardround.EInvalid, op, "%s has changed while it was read: %d rows, then %d", s.Name, f.rows, rows)
	}
	return nil
}

func (c *column) add(v *table.Values, rows, before int, index map[string]uint32) {
	if v.Valid != nil && c.present == nil {
		c.present = make([]bool, before, before+rows)
		for i := range c.present {
			c.present[i] = true
		}
	}
	for i := range rows {
		ok := v.Ok(i)
		if c.kind == table.Text {
			code := uint32(0)
			if ok {
				s := v.Dict[v.Codes[i]]
				k, seen := index[s]
				if !seen {
					k = uint32(len(c.dict))
					index[s] = k
					c.dict = append(c.dict, s)
				}
				code = k
			}
			c.codes = append(c.codes, code)
		} else {
			x := math.NaN()
			if ok {
				if x = v.Numbers[i]; math.Abs(x) >= 1<<53 && math.Abs(x) < 1e30 && c.kind == table.Number {
					c.long = true
				}
				if math.IsNaN(x) {
					if c.invalid++; len(c.bad) < shownRows {
						c.bad = append(c.bad, before+i)
					}
				}
			}
			c.numbers = append(c.numbers, x)
		}
		if c.present != nil {
			c.present = append(c.present, ok)
		}
	}
}

// where returns the rows for which keep holds.
func (f *frame) where(keep func(i int) bool) *frame {
	var idx []int
	for i := range f.rows {
		if keep(i) {
			idx = append(idx, i)
		}
	}
	out := &frame{name: f.name, rows: len(idx), notes: f.notes, read: f.read}
	for _, c := range f.columns {
		// The texts are copied: rows of the two halves are coded anew later.
		out.columns = append(out.columns, c.take(idx))
	}
	return out
}

func (c *column) take(idx []int) *column {
	out := &column{name: c.name, kind: c.kind, numbers: take(c.numbers, idx), codes: take(c.codes, idx), dict: slices.Clone(c.dict), present: take(c.present, idx)}
	if c.exact != nil {
		out.exact = c.exact.take(idx)
	}
	return out
}
