package table

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// leafReader turns what lies in pages into values.
type leafReader struct {
	c        *parquetColumn
	lim      Limits
	v        *Values
	rows, at int

	numbers []float64 // of the dictionary
	codes   []uint32
	held    int // bytes of texts
}

// maxTexts bounds the texts of a batch: pages are bounded, but there can be many.
const maxTexts = 1 << 30

// apart moves values that lie without gaps to where they belong.
func (d *leafReader) apart(first int, levels []byte, there byte, count int) {
	for i := len(levels) - 1; i >= 0; i-- {
		if levels[i] == there {
			count--
			if d.v.Kind == Text {
				d.v.Codes[first+i] = d.v.Codes[first+count]
			} else {
				d.v.Numbers[first+i] = d.v.Numbers[first+count]
			}
			continue
		}
		d.v.missing(first+i, d.rows)
		if d.v.Kind == Text {
			d.v.Codes[first+i] = d.v.code(nil)
		} else {
			d.v.Numbers[first+i] = 0
		}
	}
}

// textsOf gives each value from the given one on its code.
func (d *leafReader) textsOf(l lying, from int, out []uint32) error {
	var buf []byte
	for i := range out {
		var s []byte
		if d.c.how == asDigits {
			buf = d.digits(buf[:0], l, from+i)
			s = buf
		} else if l.width > 0 {
			buf = hex.AppendEncode(buf[:0], l.fixed[(from+i)*l.width:(from+i+1)*l.width])
			s = buf
		} else {
			at := l.texts[from+i]
			if s = l.data[at.from:at.to]; len(s) > d.lim.Field {
				return fmt.Errorf("a text of %d bytes, over the limit of %d", len(s), d.lim.Field)
			}
		}
		if l.width == 0 && !utf8.Valid(s) {
			s = bytes.ToValidUTF8(s, []byte("\uFFFD"))
		}
		known := len(d.v.Dict)
		out[i] = d.v.code(s)
		if len(d.v.Dict) > known {
			if d.held += len(s); d.held > maxTexts {
				return fmt.Errorf("more than %d bytes of different texts in %d rows", maxTexts, d.rows)
			}
		}
	}
	return nil
}

func (d *leafReader) digits(b []byte, l lying, i int) []byte {
	at := l.fixed[i*l.width:]
	switch {
	case l.width == 4 && d.c.unsigned:
		return strconv.AppendUint(b, uint64(binary.LittleEndian.Uint32(at)), 10)
	case l.width == 4:
		return strconv.AppendInt(b, int64(int32(binary.LittleEndian.Uint32(at))), 10)
	case d.c.unsigned:
		return strconv.AppendUint(b, binary.LittleEndian.Uint64(at), 10)
	}
	return strconv.AppendInt(b, int64(binary.LittleEndian.Uint64(at)), 10)
}

// numbersOf makes numbers of the values from the given one on.
func (d *leafReader) numbersOf(l lying, from int, out []float64) error {
	c := d.c
	if c.how == asBig && l.width == 0 {
		for i := range out {
			at := l.texts[from+i]
			out[i] = big(l.data[at.from:at.to]) / c.scale
		}
		return nil
	}
	w := l.width
	b := l.fixed[from*w : (from+len(out))*w]
	physical := c.leaf.Type().Kind()
	switch {
	case physical == parquet.Boolean:
		for i := range out {
			out[i] = float64(b[i])
		}
	case c.how == asHalf:
		for i := range out {
			out[i] = half(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case c.how == asBig:
		for i := range out {
			out[i] = big(b[i*w:(i+1)*w]) / c.scale
		}
	case physical == parquet.Int96:
		for i := range out { // day 2,440,588 of the Julian calendar is 1 January 1970
			out[i] = (float64(binary.LittleEndian.Uint32(b[12*i+8:]))-2440588)*86400 + float64(binary.LittleEndian.Uint64(b[12*i:]))/1e9
		}
	case physical == parquet.Double:
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case physical == parquet.Float:
		for i := range out {
			out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
	case physical == parquet.Int32 && c.how == asUnsigned:
		for i := range out {
			out[i] = float64(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case physical == parquet.Int32:
		for i := range out {
			out[i] = float64(int32(binary.LittleEndian.Uint32(b[4*i:]))) / c.scale
		}
	case physical == parquet.Int64 && c.how == asUnsigned:
		for i := range out {
			out[i] = float64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case physical == parquet.Int64:
		for i := range out {
			out[i] = float64(int64(binary.LittleEndian.Uint64(b[8*i:]))) / c.scale
		}
	default:
		return fmt.Errorf("a type that is not read: %v", c.leaf.Type())
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
