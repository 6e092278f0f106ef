package hl7

import (
	"github.com/wardround/wardround/format"
)

// Delimiters are the separators of one message, as MSH-1 and MSH-2 declare
// them (v2.5.1 §2.5.4). A zero byte means that the message declares none: MSH-2
// may end early, and only version 2.7 and later know the truncation character.
type Delimiters struct {
	Field        byte
	Component    byte
	Repetition   byte
	Escape       byte
	Subcomponent byte
	Truncation   byte
}

// Default returns the separators the standard recommends: |^~\& without a
// truncation character.
func Default() Delimiters {
	return Delimiters{Field: '|', Component: '^', Repetition: '~', Escape: '\\', Subcomponent: '&'}
}

// Encoding returns MSH-2: the declared separators after the first, in order.
func (d Delimiters) Encoding() []byte {
	b := make([]byte, 0, 5)
	for _, c := range [...]byte{d.Component, d.Repetition, d.Escape, d.Subcomponent, d.Truncation} {
		if c == 0 {
			break
		}
		b = append(b, c)
	}
	return b
}

// Check reports whether a message can be written with d: the five basic
// separators declared, all different, none a letter, digit, space or control
// character. The error is a [format.Error] with cause [format.ErrMalformed].
func (d Delimiters) Check() error {
	if d.Component == 0 || d.Repetition == 0 || d.Escape == 0 || d.Subcomponent == 0 {
		return malformed(4, "MSH-2", "v2.5.1 §2.5.4")
	}
	return d.distinct()
}

func (d Delimiters) distinct() error {
	if !separator(d.Field) {
		return malformed(3, "MSH-1", "v2.5.1 §2.5.4")
	}
	all := [...]byte{d.Field, d.Component, d.Repetition, d.Escape, d.Subcomponent, d.Truncation}
	for i, c := range all {
		if c == 0 {
			continue
		}
		if !separator(c) {
			return malformed(int64(3+i), "MSH-2", "v2.5.1 §2.5.4")
		}
		for _, other := range all[:i] {
			if c == other {
				return malformed(int64(3+i), "MSH-2", "v2.5.1 §2.5.4")
			}
		}
	}
	return nil
}

// readDelimiters reads the separators of a header segment (MSH, FHS, BHS) that
// starts at header[0]. It looks at the first nine bytes at most, and copes with
// an MSH-2 that is short, empty or followed by the end of the segment.
func readDelimiters(header []byte) (Delimiters, error) {
	if len(header) < 4 {
		return Delimiters{}, truncated(int64(len(header)), "MSH-1")
	}
	d := Delimiters{Field: header[3]}
	if !separator(d.Field) {
		return Delimiters{}, malformed(3, "MSH-1", "v2.5.1 §2.5.4")
	}
	slots := [...]*byte{&d.Component, &d.Repetition, &d.Escape, &d.Subcomponent, &d.Truncation}
	for i, c := range header[4:] {
		if c == d.Field || c == '\r' || c == '\n' {
			break
		}
		if i == len(slots) {
			return Delimiters{}, malformed(int64(4+i), "MSH-2", "v2.7 §2.5.4")
		}
		*slots[i] = c
	}
	if err := d.distinct(); err != nil {
		return Delimiters{}, err
	}
	return d, nil
}

// separator reports whether c can separate: a printable ASCII character that is
// no letter, digit or space. Anything else would cut values apart.
func separator(c byte) bool {
	return c > ' ' && c < 0x7f && !letter(c) && !(c >= '0' && c <= '9')
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func malformed(at int64, field, source string) error {
	return &format.Error{Format: "hl7", Offset: at, Field: field, Source: source, Err: format.ErrMalformed}
}

func truncated(at int64, field string) error {
	return &format.Error{Format: "hl7", Offset: at, Field: field, Err: format.ErrTruncated}
}
