package hl7

import (
	"bytes"
)

// AppendEscaped appends text to dst with everything escaped that would end or
// divide a value (v2.5.1 §2.7): the separators, the escape character, the
// truncation character where one is declared, and control characters, which
// would break segments or the MLLP frame. Without an escape character, which
// [Delimiters.Check] refuses, such bytes are left out.
func (d Delimiters) AppendEscaped(dst []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(text); i++ {
		c := text[i]
		letter := d.escapeLetter(c)
		switch {
		case letter == 0 && c >= ' ':
			dst = append(dst, c)
		case d.Escape == 0:
		case letter != 0:
			dst = append(dst, d.Escape, letter, d.Escape)
		default:
			dst = append(dst, d.Escape, 'X', hex[c>>4], hex[c&15], d.Escape)
		}
	}
	return dst
}

// escapeLetter returns the letter that stands for the separator c in an escape
// sequence (v2.5.1 §2.7.1; P is of v2.7), or 0.
func (d *Delimiters) escapeLetter(c byte) byte {
	switch c {
	case 0:
		return 0
	case d.Field:
		return 'F'
	case d.Component:
		return 'S'
	case d.Subcomponent:
		return 'T'
	case d.Repetition:
		return 'R'
	case d.Escape:
		return 'E'
	case d.Truncation:
		return 'P'
	}
	return 0
}

// AppendUnescaped appends raw to dst with its escape sequences resolved (v2.5.1
// §2.7):
//
//   - F, S, T, R, E and P become the message's separators
//   - Xhh… becomes the bytes
//   - the formatting commands of FT fields become line ends and blanks: .br,
//     .ce and .sp<n> give line feeds, .sk<n> blanks; indents, fill modes and
//     highlighting (H, N) vanish
//   - character set changes (C…, M…), local sequences (Z…) and everything
//     unknown or unfinished stay as they are
//
// The result is never longer than [maxSkip] bytes a sequence over len(raw).
func (d Delimiters) AppendUnescaped(dst, raw []byte) []byte {
	if d.Escape == 0 {
		return append(dst, raw...)
	}
	for {
		i := bytes.IndexByte(raw, d.Escape)
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		end := bytes.IndexByte(raw[1:], d.Escape)
		if end < 0 {
			return append(dst, raw...)
		}
		out, ok := d.resolve(dst, raw[1:1+end])
		if !ok {
			// The second escape character may be the start of a good sequence.
			dst = append(dst, raw[:1+end]...)
			raw = raw[1+end:]
			continue
		}
		dst = out
		raw = raw[end+2:]
	}
}

// maxSkip bounds what one .sp<n> or .sk<n> may add.
const maxSkip = 200

// resolve appends what the inside of an escape sequence stands for.
func (d *Delimiters) resolve(dst, seq []byte) ([]byte, bool) {
	if len(seq) == 0 {
		return dst, false
	}
	if len(seq) == 1 {
		var c byte
		switch seq[0] {
		case 'F':
			c = d.Field
		case 'S':
			c = d.Component
		case 'T':
			c = d.Subcomponent
		case 'R':
			c = d.Repetition
		case 'E':
			c = d.Escape
		case 'P':
			c = d.Truncation
		case 'H', 'N':
			return dst, true
		}
		if c == 0 {
			return dst, false
		}
		return append(dst, c), true
	}
	switch seq[0] {
	case 'X':
		return appendHex(dst, seq[1:])
	case '.':
		return appendFormatted(dst, seq[1:])
	}
	return dst, false
}

func appendHex(dst, digits []byte) ([]byte, bool) {
	if len(digits)%2 != 0 {
		return dst, false
	}
	for _, c := range digits {
		if hexValue(c) > 15 {
			return dst, false
		}
	}
	for i := 0; i < len(digits); i += 2 {
		dst = append(dst, hexValue(digits[i])<<4|hexValue(digits[i+1]))
	}
	return dst, true
}

func hexValue(c byte) byte {
	switch {
	case digit(c):
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 16
}

// appendFormatted resolves a formatting command (v2.5.1 §2.7.6) without its dot.
func appendFormatted(dst, command []byte) ([]byte, bool) {
	if len(command) < 2 {
		return dst, false
	}
	n, ok := 1, true
	if len(command) > 2 {
		n, ok = count(command[2:])
	}
	if !ok {
		return dst, false
	}
	repeat := func(c byte) ([]byte, bool) {
		for ; n > 0; n-- {
			dst = append(dst, c)
		}
		return dst, true
	}
	switch string(command[:2]) {
	case "br", "ce":
		n = 1
		return repeat('\n')
	case "sp":
		return repeat('\n')
	case "sk":
		return repeat(' ')
	case "in", "ti", "fi", "nf":
		return dst, true
	}
	return dst, false
}

// count reads the number of a formatting command, with or without sign.
func count(b []byte) (int, bool) {
	if b[0] == '+' || b[0] == '-' {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 4 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if !digit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return min(n, maxSkip), true
}
