package sketch

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// The encoding: magic, version, body, and the first eight bytes of the SHA-256 of all
// before. Integers are varints, numbers IEEE 754 little-endian, texts and lists
// preceded by their length. One content has one encoding.
const (
	magic    = "WRSK"
	checkLen = 8
)

// MediaType is that of an encoded window.
const MediaType = "application/vnd.wardround.sketch"

// Encode writes the window. It sorts nothing and changes nothing of w; two windows of
// the same content give the same bytes.
func (w *Window) Encode(out io.Writer) error {
	b, err := w.AppendBinary(nil)
	if err != nil {
		return err
	}
	_, err = out.Write(b)
	return err
}

// AppendBinary appends the encoding to b.
func (w *Window) AppendBinary(b []byte) ([]byte, error) {
	if v := cmp.Or(w.Version, Version); v != Version {
		return nil, fmt.Errorf("sketch: a window of version %d cannot be written; this is version %d", v, Version)
	}
	start := len(b)
	e := &encoder{b: append(b, magic...)}
	e.uint(Version)
	e.text(w.Model)
	e.text(w.Release)
	e.text(w.Service)
	e.time(w.From)
	e.time(w.To)
	e.int(w.Rows)
	e.int(w.Refused)
	e.hll(w.Units)
	e.moments(&w.RowsPerUnit)
	columns := slices.Clone(w.Columns)
	slices.SortStableFunc(columns, byColumn)
	e.uint(uint64(len(columns)))
	for i, c := range columns {
		if i > 0 && byColumn(columns[i-1], c) == 0 {
			return nil, fmt.Errorf("sketch: column %s is there twice", named(c.Name, c.Group))
		}
		e.column(c)
	}
	outcomes := slices.Clone(w.Outcomes)
	slices.SortStableFunc(outcomes, byOutcome)
	e.uint(uint64(len(outcomes)))
	for i, o := range outcomes {
		if i > 0 && byOutcome(outcomes[i-1], o) == 0 {
			return nil, fmt.Errorf("sketch: outcome table %s is there twice", named(o.Score, o.Group))
		}
		e.outcome(o)
	}
	e.text(w.Schema)
	if e.err != nil {
		return nil, e.err
	}
	return append(e.b, check(e.b[start:])...), nil
}

func check(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:checkLen]
}

// IsSketch reports whether the first bytes of a file are those of an encoded window.
func IsSketch(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

type encoder struct {
	b   []byte
	err error
}

func (e *encoder) uint(v uint64) { e.b = binary.AppendUvarint(e.b, v) }

// int writes a count, which is never negative.
func (e *encoder) int(v int64) {
	if v < 0 && e.err == nil {
		e.err = errors.New("sketch: a count is negative")
	}
	e.uint(uint64(v))
}
func (e *encoder) float(f float64) {
	e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(f))
}

func (e *encoder) text(s string) {
	if len(s) > maxText && e.err == nil {
		e.err = fmt.Errorf("sketch: a name of %d bytes is longer than %d: %.40q…", len(s), maxText, s)
	}
	e.uint(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) bool(v bool) {
	if v {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 0)
	}
}

func (e *encoder) time(t time.Time) {
	e.bool(!t.IsZero())
	if !t.IsZero() {
		e.b = binary.AppendVarint(e.b, t.UnixMilli())
	}
}

func (e *encoder) moments(m *Moments) {
	e.int(m.N)
	if m.N > 0 {
		for _, f := range [...]float64{m.Mean, m.M2, m.M3, m.M4, m.Min, m.Max} {
			e.float(f)
		}
	}
}

func (e *encoder) column(c *Column) {
	e.text(c.Name)
	e.text(c.Unit)
	e.text(string(c.Type))
	e.text(string(c.Role))
	e.text(c.Group)
	for _, n := range [...]int64{c.N, c.Missing, c.Invalid, c.PosInf, c.NegInf} {
		e.int(n)
	}
	if c.Type.Numeric() {
		e.moments(&c.Moments)
		e.kll(c.Ranks)
		e.bool(c.Display != nil)
		if c.Display != nil {
			e.dd(c.Display)
		}
		e.bool(c.Bins != nil)
		if c.Bins != nil {
			e.histogram(c.Bins)
		}
		return
	}
	e.heavy(c.Top)
	e.hll(c.Distinct)
}

func (e *encoder) kll(s *KLL) {
	e.uint(uint64(s.k))
	e.uint(s.seed)
	e.uint(s.tosses)
	e.int(s.n)
	if s.n == 0 {
		return
	}
	e.float(s.min)
	e.float(s.max)
	e.float(s.variance)
	e.uint(uint64(len(s.levels)))
	for h, l := range s.levels {
		e.uint(uint64(len(l)))
		if h == 0 {
			l = slices.Clone(l)
			slices.Sort(l)
		}
		for _, x := range l {
			e.float(x)
		}
	}
}

func (e *encoder) dd(d *DD) {
	e.float(d.s.GetZeroCount())
	for _, half := range [...]ddStore{d.s.GetNegativeValueStore(), d.s.GetPositiveValueStore()} {
		var at []int
		var counts []float64
		half.ForEach(func(i int, n float64) bool {
			at, counts = append(at, i), append(counts, n)
			return false
		})
		e.uint(uint64(len(at)))
		last := 0
		for i := range at {
			e.b = binary.AppendVarint(e.b, int64(at[i]-last))
			e.float(counts[i])
			last = at[i]
		}
	}
}

type ddStore interface {
	ForEach(func(index int, count float64) (stop bool))
}

func (e *encoder) histogram(h *Histogram) {
	e.uint(uint64(len(h.Edges)))
	for _, x := range h.Edges {
		e.float(x)
	}
	for _, n := range h.Counts {
		e.int(n)
	}
	e.int(h.Below)
	e.int(h.Above)
}

func (e *encoder) heavy(h *Heavy) {
	e.uint(uint64(h.size))
	e.int(h.n)
	order := slices.Clone(h.order)
	slices.SortFunc(order, before)
	e.uint(uint64(len(order)))
	for _, c := range order {
		e.text(c.text)
		e.int(c.count)
		e.int(c.over)
	}
	e.bool(h.rest != nil)
	if h.rest != nil {
		for _, n := range h.rest.cells {
			e.int(n)
		}
	}
}

func (e *encoder) hll(h *HLL) {
	if h == nil {
		e.uint(0)
		return
	}
	b := h.bytes()
	e.uint(uint64(len(b)))
	e.b = append(e.b, b...)
}

func (e *encoder) outcome(o *Outcome) {
	e.text(o.Score)
	e.text(o.Group)
	e.uint(uint64(o.Bins))
	e.float(o.Low)
	e.float(o.High)
	e.int(o.Outside)
	for i := range o.Bins {
		e.int(o.Pos[i])
		if o.Pos[i] > 0 {
			e.float(o.SumPos[i])
			e.float(o.SquarePos[i])
		}
		e.int(o.Neg[i])
		if o.Neg[i] > 0 {
			e.float(o.SumNeg[i])
			e.float(o.SquareNeg[i])
		}
	}
}
