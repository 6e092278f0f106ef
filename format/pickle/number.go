package pickle

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// big stands for an integer that does not fit into int64.
const big = math.MinInt64

// cString is what C sees of bytes: up to the first NUL.
func cString(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}

// strtol is how the C reader takes INT: strtol in base 0 up to a newline or NUL,
// and, failing that, as Python would.
func strtol(line []byte) (int64, bool) {
	b := cString(line)
	s := bytes.TrimLeft(b, " \t\n\v\f\r")
	neg := false
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		neg, s = s[0] == '-', s[1:]
	}
	base := 10
	switch {
	case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' && digit(s[2]) < 16:
		base, s = 16, s[2:]
	case len(s) > 0 && s[0] == '0':
		base = 8
	}
	v, n, over := uint64(0), 0, false
	for ; n < len(s) && int(digit(s[n])) < base; n++ {
		if v > (math.MaxInt64-uint64(digit(s[n])))/uint64(base) {
			over = true
		} else {
			v = v*uint64(base) + uint64(digit(s[n]))
		}
	}
	if n == 0 && len(b) == 0 && len(line) > 0 {
		return 0, true // nothing converted, and the NUL ends it
	}
	if n > 0 && n == len(s) && !over {
		if neg {
			return -int64(v), true
		}
		return int64(v), true
	}
	return pyInt(b, 0)
}

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return c | 0x20 - 'a' + 10
	}
	return 99
}

// pyInt is int(b, base) for base 0 and 10.
func pyInt(b []byte, base int) (int64, bool) {
	s := bytes.Trim(b, " \t\n\v\f\r")
	neg := false
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		neg, s = s[0] == '-', s[1:]
	}
	zeroOnly := false
	if base == 0 {
		base = 10
		if len(s) > 0 && s[0] == '0' {
			zeroOnly = true
			if len(s) > 1 {
				switch s[1] | 0x20 {
				case 'x':
					base = 16
				case 'o':
					base = 8
				case 'b':
					base = 2
				}
			}
			if base != 10 {
				s, zeroOnly = s[2:], false
				if len(s) > 0 && s[0] == '_' { // one may follow the prefix
					s = s[1:]
				}
			}
		}
	}
	if len(s) == 0 {
		return 0, false
	}
	v, over, under := uint64(0), false, true
	for _, c := range s {
		if c == '_' {
			if under {
				return 0, false
			}
			under = true
			continue
		}
		d := digit(c)
		if int(d) >= base {
			return 0, false
		}
		under = false
		if v > (math.MaxInt64-uint64(d))/uint64(base) {
			over = true
		} else {
			v = v*uint64(base) + uint64(d)
		}
	}
	switch {
	case under:
		return 0, false
	case zeroOnly && (v != 0 || over): // "010" is no integer in Python 3
		return 0, false
	case over:
		return big, true
	case neg:
		return -int64(v), true
	}
	return int64(v), true
}

// cFloat is PyOS_string_to_double up to a newline or NUL, with overflow refused.
func cFloat(line []byte) bool {
	s := cString(line)
	if len(s) == 0 || !decimal(s) {
		return false
	}
	_, err := strconv.ParseFloat(string(s), 64)
	return err == nil
}

// pyFloat is float(b): white space around and underscores between digits.
func pyFloat(line []byte) bool {
	s := bytes.Trim(line, " \t\n\v\f\r")
	clean := make([]byte, 0, len(s))
	for i, c := range s {
		if c == '_' {
			if i == 0 || i+1 == len(s) || digit(s[i-1]) > 9 || digit(s[i+1]) > 9 {
				return false
			}
			continue
		}
		clean = append(clean, c)
	}
	return decimal(clean)
}

// decimal says that b is a decimal floating-point literal, inf or nan.
func decimal(b []byte) bool {
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	switch string(bytes.ToLower(b)) {
	case "inf", "infinity", "nan":
		return true
	}
	digits := 0
	for len(b) > 0 && digit(b[0]) <= 9 {
		b, digits = b[1:], digits+1
	}
	if len(b) > 0 && b[0] == '.' {
		b = b[1:]
		for len(b) > 0 && digit(b[0]) <= 9 {
			b, digits = b[1:], digits+1
		}
	}
	if digits == 0 {
		return false
	}
	if len(b) > 0 && b[0]|0x20 == 'e' {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		if len(b) == 0 {
			return false
		}
		for len(b) > 0 && digit(b[0]) <= 9 {
			b = b[1:]
		}
	}
	return len(b) == 0
}

// unescape decodes the escapes of a bytes literal, as codecs.escape_decode.
func unescape(b []byte) ([]byte, bool) {
	if bytes.IndexByte(b, '\\') < 0 {
		return b, true
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c != '\\' {
			out = append(out, c)
			continue
		}
		if i++; i >= len(b) {
			return out, false
		}
		switch c = b[i]; c {
		case '\n':
		case '\\', '\'', '"':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 't':
			out = append(out, '\t')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 'v':
			out = append(out, '\v')
		case 'a':
			out = append(out, '\a')
		case 'x':
			if i+2 >= len(b) || digit(b[i+1]) > 15 || digit(b[i+2]) > 15 {
				return out, false
			}
			out = append(out, digit(b[i+1])<<4|digit(b[i+2]))
			i += 2
		case '0', '1', '2', '3', '4', '5', '6', '7':
			v, n := 0, 0
			for ; n < 3 && i+n < len(b) && b[i+n] >= '0' && b[i+n] <= '7'; n++ {
				v = v<<3 | int(b[i+n]-'0')
			}
			out = append(out, byte(v))
			i += n - 1
		default:
			out = append(out, '\\', c)
		}
	}
	return out, true
}

// unescapeRaw decodes raw-unicode-escape: \u and \U escapes in Latin-1, as UTF-8
// (with surrogates in three bytes).
func unescapeRaw(b []byte) ([]byte, bool) {
	if bytes.IndexByte(b, '\\') < 0 && ascii(b) {
		return b, true
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c != '\\' || i+1 >= len(b) {
			out = utf8.AppendRune(out, rune(c))
			continue
		}
		n := 0
		switch b[i+1] {
		case 'u':
			n = 4
		case 'U':
			n = 8
		default:
			out = utf8.AppendRune(append(out, '\\'), rune(b[i+1]))
			i++
			continue
		}
		if i+1+n >= len(b) {
			return out, false
		}
		v := uint64(0)
		for _, x := range b[i+2 : i+2+n] {
			if digit(x) > 15 {
				return out, false
			}
			v = v<<4 | uint64(digit(x))
		}
		switch {
		case v > 0x10ffff:
			return out, false
		case v >= 0xd800 && v < 0xe000:
			out = append(out, 0xe0|byte(v>>12), 0x80|byte(v>>6)&0x3f, 0x80|byte(v)&0x3f)
		default:
			out = utf8.AppendRune(out, rune(v))
		}
		i += 1 + n
	}
	return out, true
}
