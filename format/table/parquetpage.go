package table

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// weigh looks at the headers of a column's pages before any is unpacked: what they say
// of sizes and counts must be possible and within the limits.
func (p *parquetFile) weigh(group, column int) error {
	meta := p.file.Metadata().RowGroups[group]
	if column >= len(meta.Columns) {
		return errors.New("the column is not there")
	}
	m := meta.Columns[column].MetaData
	from := m.DataPageOffset
	if m.DictionaryPageOffset > 0 && m.DictionaryPageOffset < from {
		from = m.DictionaryPageOffset
	}
	if from < 4 || m.TotalCompressedSize < 0 || from > p.size || m.TotalCompressedSize > p.size-from {
		return fmt.Errorf("its %d bytes from byte %d are not all in the file", m.TotalCompressedSize, from)
	}
	end := from + m.TotalCompressedSize
	var seen int64
	var protocol thrift.CompactProtocol
	buf := make([]byte, 0, 1<<10)
	for at := from; at < end && seen < meta.NumRows; {
		var h format.PageHeader
		n, err := 0, error(nil)
		for size := int64(1 << 10); ; size *= 16 { // statistics can make a header long
			buf = append(buf[:0], make([]byte, min(size, end-at))...)
			if _, err = p.r.ReadAt(buf, at); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			r := protocol.NewReaderFromBytes(bytes.Clone(buf))
			h = format.PageHeader{}
			err = thrift.NewDecoder(r).Decode(&h)
			n = r.BytesRead()
			if err == nil || size >= 1<<20 || size >= end-at {
				break
			}
		}
		if err != nil {
			return fmt.Errorf("byte %d: a page header that cannot be read: %w", at, err)
		}
		values := int64(0)
		switch {
		case h.DataPageHeader.Valid:
			values = int64(h.DataPageHeader.V.NumValues)
		case h.DataPageHeaderV2.Valid:
			values = int64(h.DataPageHeaderV2.V.NumValues)
		}
		if h.CompressedPageSize < 0 || int64(h.CompressedPageSize) > end-at || h.UncompressedPageSize < 0 || int(h.UncompressedPageSize) > p.lim.Page {
			return fmt.Errorf("byte %d: a page of %d bytes, %d unpacked: beyond its column, or over the limit of %d", at, h.CompressedPageSize, h.UncompressedPageSize, p.lim.Page)
		}
		if values < 0 || seen+values > meta.NumRows || values > 1<<27 {
			return fmt.Errorf("byte %d: a page of %d values after %d of %d", at, values, seen, meta.NumRows)
		}
		if d := h.DictionaryPageHeader; d.Valid && (d.V.NumValues < 0 || int64(d.V.NumValues) > int64(h.UncompressedPageSize)+1) {
			return fmt.Errorf("byte %d: a dictionary of %d values in %d bytes", at, d.V.NumValues, h.UncompressedPageSize)
		}
		seen += values
		at += int64(n) + int64(h.CompressedPageSize)
	}
	if seen < meta.NumRows {
		return fmt.Errorf("its pages hold %d values of %d", seen, meta.NumRows)
	}
	return nil
}

// leafReader turns pages into values.
type leafReader struct {
	c        *parquetColumn
	lim      Limits
	v        *Values
	rows, at int

	dict    parquet.Dictionary // of which the following are
	numbers []float64
	codes   []uint32
}

// page takes one page, or as much of it as is wanted.
func (d *leafReader) page(page parquet.Page) error {
	n := int(page.NumRows())
	if n > d.rows-d.at {
		page = page.Slice(0, int64(d.rows-d.at))
		n = d.rows - d.at
	}
	if n == 0 {
		return nil
	}
	first := d.at
	d.at += n
	// Values lie without gaps; where levels say that there is none, they move apart.
	levels := page.DefinitionLevels()
	there := n
	if len(levels) > 0 {
		there = bytes.Count(levels, []byte{1})
	}
	if dict := page.Dictionary(); dict != nil {
		if err := d.indexed(page, dict, first, there); err != nil {
			return err
		}
	} else if err := d.plain(page, first, there); err != nil {
		return err
	}
	if there == n {
		return nil
	}
	from := there - 1
	for i := n - 1; i >= 0; i-- {
		if levels[i] == 1 {
			if d.v.Kind == Text {
				d.v.Codes[first+i] = d.v.Codes[first+from]
			} else {
				d.v.Numbers[first+i] = d.v.Numbers[first+from]
			}
			from--
			continue
		}
		d.v.missing(first+i, d.rows)
		if d.v.Kind == Text {
			d.v.Codes[first+i] = d.v.code(nil)
		} else {
			d.v.Numbers[first+i] = 0
		}
	}
	return nil
}

// indexed takes a page of indexes into a dictionary.
func (d *leafReader) indexed(page parquet.Page, dict parquet.Dictionary, first, there int) error {
	if d.dict != dict {
		n := dict.Len()
		values := dict.Page()
		if d.v.Kind == Text {
			d.codes = make([]uint32, n)
			if err := d.texts(values, d.codes); err != nil {
				return err
			}
		} else {
			d.numbers = make([]float64, n)
			if err := d.convert(values, d.numbers); err != nil {
				return err
			}
		}
		d.dict = dict
	}
	data := page.Data()
	idx := data.Int32()
	if len(idx) < there {
		return fmt.Errorf("%d indexes for %d values", len(idx), there)
	}
	for i, x := range idx[:there] {
		if x < 0 || int(x) >= dict.Len() {
			return fmt.Errorf("index %d into a dictionary of %d", x, dict.Len())
		}
		if d.v.Kind == Text {
			d.v.Codes[first+i] = d.codes[x]
		} else {
			d.v.Numbers[first+i] = d.numbers[x]
		}
	}
	return nil
}

func (d *leafReader) plain(page parquet.Page, first, there int) error {
	if d.v.Kind == Text {
		return d.texts(page, d.v.Codes[first:first+there])
	}
	return d.convert(page, d.v.Numbers[first:first+there])
}

// texts gives each of a page's values its code.
func (d *leafReader) texts(page parquet.Page, out []uint32) error {
	data := page.Data()
	if d.c.how == asHex {
		b, size := data.FixedLenByteArray()
		if size <= 0 || size > d.lim.Field || len(b) < size*len(out) {
			return fmt.Errorf("texts of %d bytes each", size)
		}
		for i := range out {
			out[i] = d.v.code(hex.AppendEncode(nil, b[i*size:(i+1)*size]))
		}
		return nil
	}
	b, offsets := data.ByteArray()
	if len(offsets) < len(out)+1 {
		return fmt.Errorf("%d texts of %d", len(offsets)-1, len(out))
	}
	for i := range out {
		lo, hi := offsets[i], offsets[i+1]
		if lo > hi || int(hi) > len(b) || int(hi-lo) > d.lim.Field {
			return fmt.Errorf("a text of %d bytes, over the limit of %d", int64(hi)-int64(lo), d.lim.Field)
		}
		s := b[lo:hi]
		if !utf8.Valid(s) {
			s = bytes.ToValidUTF8(s, []byte("\uFFFD"))
		}
		out[i] = d.v.code(s)
	}
	return nil
}

// convert makes numbers of a page's values.
func (d *leafReader) convert(page parquet.Page, out []float64) error {
	if d.c.how == asBool {
		return d.bools(page, out)
	}
	data := page.Data()
	scale := d.c.scale
	switch d.c.leaf.Type().Kind() {
	case parquet.Double:
		return fill(out, data.Double(), func(x float64) float64 { return x })
	case parquet.Float:
		return fill(out, data.Float(), func(x float32) float64 { return float64(x) })
	case parquet.Int32:
		if d.c.how == asUnsigned {
			return fill(out, data.Int32(), func(x int32) float64 { return float64(uint32(x)) })
		}
		return fill(out, data.Int32(), func(x int32) float64 { return float64(x) / scale })
	case parquet.Int64:
		if d.c.how == asUnsigned {
			return fill(out, data.Int64(), func(x int64) float64 { return float64(uint64(x)) })
		}
		return fill(out, data.Int64(), func(x int64) float64 { return float64(x) / scale })
	case parquet.Int96:
		return fill(out, data.Int96(), func(x deprecated.Int96) float64 {
			// Day 2,440,588 of the Julian calendar is 1 January 1970.
			return (float64(x[2])-2440588)*86400 + float64(uint64(x[1])<<32|uint64(x[0]))/1e9
		})
	case parquet.FixedLenByteArray:
		b, size := data.FixedLenByteArray()
		if size <= 0 || len(b) < size*len(out) {
			return fmt.Errorf("values of %d bytes each", size)
		}
		for i := range out {
			one := b[i*size : (i+1)*size]
			if d.c.how == asHalf && size == 2 {
				out[i] = half(binary.LittleEndian.Uint16(one))
			} else {
				out[i] = big(one) / scale
			}
		}
		return nil
	case parquet.ByteArray:
		b, offsets := data.ByteArray()
		if len(offsets) < len(out)+1 {
			return fmt.Errorf("%d values of %d", len(offsets)-1, len(out))
		}
		for i := range out {
			if offsets[i] > offsets[i+1] || int(offsets[i+1]) > len(b) {
				return errors.New("values that overlap")
			}
			out[i] = big(b[offsets[i]:offsets[i+1]]) / scale
		}
		return nil
	}
	return fmt.Errorf("a type that is not read: %v", d.c.leaf.Type())
}

func fill[T any](out []float64, in []T, as func(T) float64) error {
	if len(in) < len(out) {
		return fmt.Errorf("%d values of %d", len(in), len(out))
	}
	for i := range out {
		out[i] = as(in[i])
	}
	return nil
}

// bools reads one by one: a page of bits may begin inside a byte.
func (d *leafReader) bools(page parquet.Page, out []float64) error {
	r := page.Values()
	var buf [512]parquet.Value
	i := 0
	for i < len(out) {
		n, err := r.ReadValues(buf[:])
		for _, v := range buf[:n] {
			if v.IsNull() {
				continue
			}
			if i == len(out) {
				break
			}
			if out[i] = 0; v.Boolean() {
				out[i] = 1
			}
			i++
		}
		if err != nil && i < len(out) {
			return fmt.Errorf("%d values of %d: %w", i, len(out), err)
		}
	}
	return nil
}

// big reads a big-endian two's complement integer.
func big(b []byte) float64 {
	if len(b) == 0 {
		return 0
	}
	neg := b[0]&0x80 != 0
	var x float64
	for _, c := range b {
		if neg {
			c = ^c
		}
		x = x*256 + float64(c)
	}
	if neg {
		return -(x + 1)
	}
	return x
}

// half reads IEEE 754 binary16.
func half(b uint16) float64 {
	sign := 1.0
	if b&0x8000 != 0 {
		sign = -1
	}
	exp, frac := int(b>>10&31), float64(b&1023)
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1+frac/1024, exp-15)
}
