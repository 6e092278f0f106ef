package table

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/text/encoding/charmap"
)

// parse returns what a field means in a column of a kind other than text; NaN if it
// means nothing there.
func parse(k Kind, field []byte, comma bool) float64 {
	switch k {
	case Bool:
		switch {
		case is(field, "true"), is(field, "1"):
			return 1
		case is(field, "false"), is(field, "0"):
			return 0
		}
		return math.NaN()
	case Time:
		if t, ok := instant(field); ok {
			return t
		}
		return math.NaN()
	}
	x, ok := number(field, comma)
	if !ok {
		return math.NaN()
	}
	return x
}

// is compares without regard to case; lower is in lower case.
func is(field []byte, lower string) bool {
	return len(field) == len(lower) && bytes.EqualFold(field, []byte(lower))
}

var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// number reads a decimal number, exactly rounded. Up to 2^53 with a power of ten up to
// 22 one operation is exact (Clinger 1990); the rest is the standard library's. Not
// numbers: hexadecimal, underscores, thousands separators.
func number(field []byte, comma bool) (float64, bool) {
	i, neg := 0, false
	if i < len(field) && (field[i] == '-' || field[i] == '+') {
		neg = field[i] == '-'
		i++
	}
	var m uint64
	digits, places, point := 0, 0, false
	sign := byte('.')
	if comma {
		sign = ','
	}
	for ; i < len(field); i++ {
		b := field[i]
		if d := b - '0'; d <= 9 {
			m = m*10 + uint64(d)
			digits++
			if point {
				places++
			}
			if digits > 18 {
				return slow(field, comma)
			}
		} else if b == sign && !point {
			point = true
		} else {
			return slow(field, comma)
		}
	}
	if digits == 0 {
		return 0, false
	}
	if m > 1<<53 || places > 22 {
		return slow(field, comma)
	}
	x := float64(m)
	if places > 0 {
		x /= powers[places]
	}
	if neg {
		x = -x
	}
	return x, true
}

// slow reads what number does not: exponents, infinities, many digits.
func slow(field []byte, comma bool) (float64, bool) {
	if len(field) > 400 {
		return 0, false
	}
	var buf [400]byte
	b := append(buf[:0], field...)
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9', c == '+', c == '-':
		case c == ',' && comma:
			b[i] = '.'
		case c == '.' && !comma:
		case c == 'e' || c == 'E':
		case bytes.IndexByte([]byte("infatyINFATY"), c) >= 0: // inf, infinity
		default:
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	if err != nil && !math.IsInf(x, 0) { // out of range is infinite: that is what was said
		return 0, false
	}
	return x, x == x
}

// layouts are those in which no part can be mistaken for another: day and month in
// the order of ISO 8601.
var layouts = [...]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04"}

// instant returns seconds since 1970; without a zone it is UTC.
func instant(field []byte) (float64, bool) {
	if len(field) < 10 || len(field) > 40 || field[4] != '-' || field[7] != '-' {
		return 0, false
	}
	s := string(field)
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return seconds(t), true
		}
	}
	return 0, false
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// fromWindows reads bytes that are no UTF-8 as Windows-1252, which holds ISO 8859-1's
// letters.
func fromWindows(b []byte) []byte {
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return bytes.ToValidUTF8(b, []byte("\uFFFD"))
	}
	return out
}
