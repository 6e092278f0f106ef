package hl7

import "bytes"

// Segment is one segment of a message, without its end. The zero Segment has no
// id and no fields.
type Segment struct {
	raw []byte
	d   Delimiters
}

// Raw returns the bytes of the segment.
func (s Segment) Raw() []byte { return s.raw }

// ID returns what stands before the first field separator, "PID". It is as sent
// and may be anything; see [Segment.Valid].
func (s Segment) ID() []byte {
	// Three characters are so much the rule that it pays to look there first.
	if len(s.raw) > 3 && s.raw[3] == s.d.Field && s.raw[0] != s.d.Field && s.raw[1] != s.d.Field && s.raw[2] != s.d.Field {
		return s.raw[:3]
	}
	if i := bytes.IndexByte(s.raw, s.d.Field); i >= 0 {
		return s.raw[:i]
	}
	return s.raw
}

// Valid reports whether the segment begins as one must: an upper-case letter and
// two more upper-case letters or digits, then a field separator or the end
// (v2.5.1 §2.5.2).
func (s Segment) Valid() bool { return validID(s.ID()) }

func validID(id []byte) bool {
	return len(id) == 3 && upper(id[0]) && (upper(id[1]) || digit(id[1])) && (upper(id[2]) || digit(id[2]))
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
func digit(c byte) bool { return c >= '0' && c <= '9' }

// header reports whether the segment declares separators, so that its first
// field is the separator itself.
func (s Segment) header() bool {
	if len(s.raw) < 4 || s.raw[3] != s.d.Field {
		return false
	}
	switch string(s.raw[:3]) {
	case "MSH", "FHS", "BHS":
		return true
	}
	return false
}

// Field returns field n, counted from 1, all repetitions together. The time it
// takes grows with the bytes before the field; to read many fields use
// [Segment.AppendFields] or [Segment.Presence].
func (s Segment) Field(n int) Value {
	if n < 1 {
		return Value{}
	}
	rest := s.raw
	if s.header() {
		switch n {
		case 1:
			return Value{Raw: s.raw[3:4]}
		case 2:
			// The separators are no components of themselves.
			return Value{Raw: cut(s.raw[4:], s.d.Field)}
		}
		n--
	}
	for ; n > 0; n-- {
		i := bytes.IndexByte(rest, s.d.Field)
		if i < 0 {
			return Value{}
		}
		rest = rest[i+1:]
	}
	return Value{Raw: cut(rest, s.d.Field), d: s.d}
}

// Value returns raw, which [Segment.AppendFields] found, as a value to take apart.
func (s Segment) Value(raw []byte) Value { return Value{raw, s.d} }

// cut returns b up to the first sep. A zero sep cuts nothing.
func cut(b []byte, sep byte) []byte {
	if sep == 0 {
		return b
	}
	if i := bytes.IndexByte(b, sep); i >= 0 {
		return b[:i:i]
	}
	return b
}

// AppendFields appends the raw bytes of fields 1, 2, 3 … to dst in one pass, at
// most cap(dst)-len(dst) of them: it never allocates, so a segment of a million
// separators costs what the caller has room for.
func (s Segment) AppendFields(dst [][]byte) [][]byte {
	rest := s.raw
	if s.header() {
		if len(dst) == cap(dst) {
			return dst
		}
		dst = append(dst, s.raw[3:4])
		rest = s.raw[3:]
	}
	i := bytes.IndexByte(rest, s.d.Field)
	for i >= 0 && len(dst) < cap(dst) {
		rest = rest[i+1:]
		if i = bytes.IndexByte(rest, s.d.Field); i < 0 {
			dst = append(dst, rest)
			break
		}
		dst = append(dst, rest[:i:i])
	}
	return dst
}

// Presence is the set of a segment's fields that carry a value, without the
// values: bit n stands for field n, 1 ≤ n ≤ 63.
type Presence uint64

// Has reports whether field n carries a value. Fields over 63 are not kept.
func (p Presence) Has(n int) bool { return n >= 1 && n <= 63 && p>>n&1 == 1 }

// Presence returns which fields carry a value, in one pass. Fields that are
// empty, hold nothing but separators, or hold the HL7 null "" carry none.
func (s Segment) Presence() Presence {
	var p Presence
	if s.header() {
		p = 1 << 1
	}
	rest, n := s.raw, 0
	if p != 0 {
		rest, n = s.raw[3:], 1
	}
	i := bytes.IndexByte(rest, s.d.Field)
	for i >= 0 && n < 63 {
		rest = rest[i+1:]
		n++
		field := rest
		if i = bytes.IndexByte(rest, s.d.Field); i >= 0 {
			field = rest[:i]
		}
		v := Value{field, s.d}
		if n == 2 && p&(1<<1) != 0 && s.header() {
			v.d = Delimiters{} // MSH-2, whose characters separate nothing
		}
		if len(field) > 0 && v.Has() {
			p |= 1 << n
		}
	}
	return p
}
