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
