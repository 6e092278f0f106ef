package sketch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Limits bound what [Decode] takes. The zero value is the default.
type Limits struct {
	Bytes   int64 // of the whole; default 1 GiB
	Columns int   // and outcome tables; default 200,000, groups counted
}

const maxText = 1024 // bytes of a name, as of any text but a category

// Decode reads a window. It reads r to its end and fails on anything that
// [Window.Encode] would not have written; errors name the place.
func Decode(r io.Reader, lim Limits) (*Window, error) {
	if lim.Bytes == 0 {
		lim.Bytes = 1 << 30
	}
	if lim.Columns == 0 {
		lim.Columns = 200_000
	}
	var buf bytes.Buffer
	if n, err := buf.ReadFrom(io.LimitReader(r, lim.Bytes+1)); err != nil {
		return nil, fmt.Errorf("sketch: %w", err)
	} else if n > lim.Bytes {
		return nil, fmt.Errorf("sketch: larger than the limit of %d bytes", lim.Bytes)
	}
	b := buf.Bytes()
	if !IsSketch(b) {
		return nil, errors.New("sketch: this is no sketch file: it does not begin with " + magic)
	}
	d := &decoder{b: b, at: len(magic), lim: lim}
	if v := d.uint(); d.err == nil && v != Version {
		return nil, fmt.Errorf("sketch: the file is of version %d; this program reads version %d: build the sketch again, or use the program that wrote it", v, Version)
	}
	if len(b) < d.at+checkLen {
		return nil, fmt.Errorf("sketch: byte %d: the file ends too early", len(b))
	}
	body := b[:len(b)-checkLen]
	if !bytes.Equal(check(body), b[len(body):]) {
		return nil, fmt.Errorf("sketch: the file is cut or damaged: the check at byte %d does not fit", len(body))
	}
	d.b = body
	w := d.window()
	if d.err == nil && d.at != len(body) {
		d.fail("%d bytes are left over", len(body)-d.at)
	}
	if d.err != nil {
		return nil, d.err
	}
	again, err := w.AppendBinary(make([]byte, 0, len(b)))
	if err != nil || !bytes.Equal(again, b) {
		return nil, errors.New("sketch: the file is not in the one form that its content has")
	}
	return w, nil
}

type decoder struct {
	b   []byte
	at  int
	lim Limits
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("sketch: byte %d: %s", d.at, fmt.Sprintf(format, args...))
		d.at = len(d.b)
	}
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b[d.at:])
	if n <= 0 {
		d.fail("no number")
		return 0
	}
	d.at += n
	return v
}

func (d *decoder) sint() int64 {
	v, n := binary.Varint(d.b[d.at:])
	if n <= 0 {
		d.fail("no number")
		return 0
	}
	d.at += n
	return v
}

// int reads a count.
func (d *decoder) int() int64 {
	v := d.uint()
	if v > math.MaxInt64 {
		d.fail("a count of %d", v)
		return 0
	}
	return int64(v)
}

// len reads the length of a list whose elements take at least each bytes.
func (d *decoder) len(what string, each, most int) int {
	v := d.uint()
	if v > uint64(most) || v > uint64((len(d.b)-d.at)/each) {
		d.fail("%d %s, more than the limit of %d or than the file holds", v, what, most)
		return 0
	}
	return int(v)
}

func (d *decoder) float() float64 {
	if len(d.b)-d.at < 8 {
		d.fail("the file ends inside a number")
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(d.b[d.at:]))
	d.at += 8
	return f
}

func (d *decoder) text() string {
	n := d.len("bytes of text", 1, maxText)
	s := string(d.b[d.at : d.at+n])
	d.at += n
	return s
}

func (d *decoder) bool() bool {
	if d.at >= len(d.b) || d.b[d.at] > 1 {
		d.fail("no yes or no")
		return false
	}
	d.at++
	return d.b[d.at-1] == 1
}

func (d *decoder) time() time.Time {
	if !d.bool() {
		return time.Time{}
	}
	return time.UnixMilli(d.sint()).UTC()
}

func (d *decoder) window() *Window {
	w := &Window{Version: Version, Model: d.text(), Release: d.text(), Service: d.text()}
	w.From, w.To = d.time(), d.time()
	w.Rows, w.Refused = d.int(), d.int()
	w.Units = d.hll()
	w.RowsPerUnit = d.moments()
	for range d.len("columns", 12, d.lim.Columns) {
		w.Columns = append(w.Columns, d.column())
		if d.err != nil {
			return w
		}
	}
	for range d.len("outcome tables", 20, d.lim.Columns) {
		w.Outcomes = append(w.Outcomes, d.outcome())
		if d.err != nil {
			return w
		}
	}
	w.Schema = d.text()
	return w
}

func (d *decoder) moments() Moments {
	m := Moments{N: d.int()}
	if m.N > 0 {
		for _, f := range [...]*float64{&m.Mean, &m.M2, &m.M3, &m.M4, &m.Min, &m.Max} {
			*f = d.float()
		}
		if !(m.Min <= m.Max) || math.IsNaN(m.Mean) || !(m.M2 >= 0) {
			d.fail("moments that no numbers have")
		}
	}
	return m
}

func (d *decoder) column() *Column {
	c := &Column{Name: d.text(), Unit: d.text(), Type: Type(d.text()), Role: Role(d.text()), Group: d.text()}
	for _, n := range [...]*int64{&c.N, &c.Missing, &c.Invalid, &c.PosInf, &c.NegInf} {
		*n = d.int()
	}
	if c.N > math.MaxInt64/8 || c.Missing > math.MaxInt64/8 || c.Invalid > math.MaxInt64/8 || c.PosInf > math.MaxInt64/8 || c.NegInf > math.MaxInt64/8 {
		d.fail("column %s has a count beyond all rows there can be", named(c.Name, c.Group))
	}
	switch {
	case d.err != nil:
	case c.Type.Numeric():
		c.Moments = d.moments()
		c.Ranks = d.kll()
		if d.bool() {
			c.Display = d.dd()
		}
		if d.bool() {
			c.Bins = d.histogram()
		}
		if d.err == nil && (c.Moments.N != c.N || c.Ranks.n != c.N) {
			d.fail("column %s has %d values, its moments %d, its ranks %d", named(c.Name, c.Group), c.N, c.Moments.N, c.Ranks.n)
		}
	case c.Type == Category || c.Type == Bool:
		c.Top, c.Distinct = d.heavy(), d.hll()
		if d.err == nil && (c.Top.n != c.N || c.Distinct == nil) {
			d.fail("column %s has %d values, its categories %d", named(c.Name, c.Group), c.N, c.Top.n)
		}
	default:
		d.fail("column %s has the unknown type %q", named(c.Name, c.Group), c.Type)
	}
	return c
}

func (d *decoder) kll() *KLL {
	k := d.uint()
	if k < MinK || k > MaxK {
		d.fail("a quantile sketch of k %d; want %d to %d", k, MinK, MaxK)
		return NewKLL(0, 0)
	}
	s := NewKLL(int(k), d.uint())
	s.tosses = d.uint()
	s.n = d.int()
	if s.n == 0 {
		return s
	}
	s.min, s.max, s.variance = d.float(), d.float(), d.float()
	if !(s.min <= s.max) || !(s.variance >= 0) || math.IsInf(s.variance, 1) {
		d.fail("a quantile sketch from %g to %g with variance %g", s.min, s.max, s.variance)
	}
	levels := d.len("levels", 1, maxLevels)
	var weight uint64
	for h := range levels {
		if h >= len(s.levels) {
			s.grow()
		}
		n := d.len("values", 8, len(d.b))
		if uint64(n) > (math.MaxInt64-weight)>>h {
			d.fail("level %d weighs more than can be", h)
			return s
		}
		weight += uint64(n) << h
		l := make([]float64, n)
		for i := range l {
			l[i] = d.float()
			if !(l[i] >= s.min && l[i] <= s.max) || (i > 0 && l[i] < l[i-1]) || (l[i] == 0 && math.Signbit(l[i])) {
				d.fail("value %d of level %d is out of order or range", i, h)
				return s
			}
		}
		s.levels[h] = l
		s.size += n
	}
	if weight != uint64(s.n) || s.size >= s.room || levels < 1 {
		d.fail("a quantile sketch of %d values holds the weight %d in %d places of %d", s.n, weight, s.size, s.room)
	}
	return s
}

func (d *decoder) dd() *DD {
	out := NewDD()
	zero := d.float()
	if !(zero >= 0) || math.IsInf(zero, 1) {
		d.fail("a count of %g", zero)
	} else if zero > 0 {
		_ = out.s.AddWithCount(0, zero)
	}
	lowest, highest := int64(ddMapping.Index(ddLeast)), int64(ddMapping.Index(ddMost))
	for half := range 2 {
		store := out.s.GetNegativeValueStore()
		if half == 1 {
			store = out.s.GetPositiveValueStore()
		}
		at := int64(0)
		for range d.len("bins", 9, ddBins) {
			by := d.sint()
			n := d.float()
			if by < 2*lowest-2*highest || by > 2*highest-2*lowest || at+by < lowest || at+by > highest || !(n > 0) || math.IsInf(n, 1) {
				d.fail("a bin out of range or without a count")
				return out
			}
			at += by
			store.AddWithCount(int(at), n)
		}
	}
	return out
}

func (d *decoder) histogram() *Histogram {
	n := d.len("edges", 8, MaxEdges)
	edges := make([]float64, n)
	for i := range edges {
		edges[i] = d.float()
	}
	h, err := NewHistogram(edges)
	if err != nil {
		d.fail("%v", err)
		return &Histogram{}
	}
	for i := range h.Counts {
		h.Counts[i] = d.int()
	}
	h.Below, h.Above = d.int(), d.int()
	return h
}

func (d *decoder) heavy() *Heavy {
	size := d.uint()
	if size < 1 || size > MaxCategories {
		d.fail("%d counters; want 1 to %d", size, MaxCategories)
		return NewHeavy(0)
	}
	h := NewHeavy(int(size))
	h.n = d.int()
	var sum int64
	for i := range d.len("categories", 3, h.size) {
		c := &counter{text: d.text(), count: d.int(), over: d.int(), at: i}
		if len(c.text) > MaxText || c.count < 1 || c.over >= c.count || h.by[c.text] != nil || c.count > math.MaxInt64-sum {
			d.fail("category %d is too long, there twice, or has an impossible count", i)
			return h
		}
		if i > 0 && before(h.order[i-1], c) >= 0 {
			d.fail("category %d is out of order", i)
			return h
		}
		sum += c.count
		h.by[c.text] = c
		h.order = append(h.order, c) // ascending, so already a heap
	}
	if d.bool() {
		h.rest = newCountMin()
		for r := range cmRows {
			var row int64
			for i := range cmWidth {
				n := d.int()
				if n > h.n-row {
					d.fail("more is counted than there is")
					return h
				}
				h.rest.cells[r*cmWidth+i] = n
				row += n
			}
			if row != h.n {
				d.fail("row %d of the count-min sketch holds %d of %d", r, row, h.n)
			}
		}
		if len(h.order) != h.size {
			d.fail("a count-min sketch where %d of %d counters are used", len(h.order), h.size)
		}
		return h
	}
	if sum != h.n {
		d.fail("categories of %d rows, but %d were counted", sum, h.n)
	}
	for _, c := range h.order {
		if c.over != 0 {
			d.fail("category %q is uncertain where all are exact", c.text)
		}
	}
	return h
}

func (d *decoder) hll() *HLL {
	n := d.len("bytes of a distinct count", 1, 1<<18)
	if n == 0 || d.err != nil {
		return nil
	}
	h := NewHLL()
	if p := d.b[d.at : d.at+n]; len(p) < 8 || p[1] != 14 {
		d.fail("a distinct count of another precision")
		return nil
	} else if err := h.s.UnmarshalBinary(p); err != nil {
		d.fail("%v", err)
		return nil
	}
	d.at += n
	return h
}

func (d *decoder) outcome() *Outcome {
	score, group, bins := d.text(), d.text(), d.uint()
	lo, hi := d.float(), d.float()
	if bins < 1 || bins > MaxBins || bins*2 > uint64(len(d.b)-d.at) {
		d.fail("an outcome table of %d bins", bins)
		return &Outcome{}
	}
	o, err := NewOutcome(score, group, int(bins), lo, hi)
	if err != nil || o.Low != lo || o.High != hi {
		d.fail("an outcome table from %g to %g", lo, hi)
		return &Outcome{}
	}
	o.Outside = d.int()
	for i := range o.Pos {
		if o.Pos[i] = d.int(); o.Pos[i] > 0 {
			o.SumPos[i], o.SquarePos[i] = d.float(), d.float()
		}
		if o.Neg[i] = d.int(); o.Neg[i] > 0 {
			o.SumNeg[i], o.SquareNeg[i] = d.float(), d.float()
		}
		if bad(o.SumPos[i]) || bad(o.SquarePos[i]) || bad(o.SumNeg[i]) || bad(o.SquareNeg[i]) || o.Pos[i] > 1<<56 || o.Neg[i] > 1<<56 {
			d.fail("bin %d of an outcome table holds what cannot be summed", i)
			return o
		}
	}
	return o
}

func bad(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }
