package dicom

import (
	"encoding/binary"
	"strings"
)

// maxShortValue is the longest even value whose length fits 16 bits.
const maxShortValue = 0xFFFE

// order returns the byte order of s.
func (s Syntax) order() interface {
	binary.ByteOrder
	binary.AppendByteOrder
} {
	if s.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// appendHead appends tag, VR and length (PS3.5 §7.1).
func (s Syntax) appendHead(dst []byte, t Tag, v VR, length uint32) []byte {
	o := s.order()
	dst = o.AppendUint16(dst, t.Group())
	dst = o.AppendUint16(dst, t.Element())
	if s.Implicit || t.Group() == 0xFFFE {
		return o.AppendUint32(dst, length)
	}
	dst = append(dst, byte(v>>8), byte(v))
	if v.short() {
		return o.AppendUint16(dst, uint16(length))
	}
	return o.AppendUint32(append(dst, 0, 0), length)
}

// AppendElement appends one element whose value is already in the byte order of
// s. An odd value is padded. A value too long for a VR with a short length is cut.
func AppendElement(dst []byte, s Syntax, t Tag, v VR, value []byte) []byte {
	if !s.Implicit && v.short() && len(value) > maxShortValue {
		value = value[:maxShortValue]
	}
	dst = s.appendHead(dst, t, v, uint32(len(value)+len(value)&1))
	dst = append(dst, value...)
	if len(value)&1 == 1 {
		dst = append(dst, v.padding())
	}
	return dst
}

// AppendText appends an element of text, several values joined with backslashes.
func AppendText(dst []byte, s Syntax, t Tag, v VR, values ...string) []byte {
	if len(values) == 1 {
		return AppendElement(dst, s, t, v, []byte(values[0]))
	}
	return AppendElement(dst, s, t, v, []byte(strings.Join(values, `\`)))
}

// AppendUint16 appends an element of 16-bit numbers.
func AppendUint16(dst []byte, s Syntax, t Tag, v VR, values ...uint16) []byte {
	dst = s.appendHead(dst, t, v, uint32(2*len(values)))
	for _, n := range values {
		dst = s.order().AppendUint16(dst, n)
	}
	return dst
}

// AppendUint32 appends an element of 32-bit numbers.
func AppendUint32(dst []byte, s Syntax, t Tag, v VR, values ...uint32) []byte {
	dst = s.appendHead(dst, t, v, uint32(4*len(values)))
	for _, n := range values {
		dst = s.order().AppendUint32(dst, n)
	}
	return dst
}

// AppendTags appends an element of tags, VR AT.
func AppendTags(dst []byte, s Syntax, t Tag, values ...Tag) []byte {
	dst = s.appendHead(dst, t, AT, uint32(4*len(values)))
	for _, v := range values {
		dst = s.order().AppendUint16(dst, v.Group())
		dst = s.order().AppendUint16(dst, v.Element())
	}
	return dst
}

// AppendSequence appends a sequence of items, each the elements of one data set
// in the same syntax; with delimiters when undefined is set, else with lengths
// (PS3.5 §7.5).
func AppendSequence(dst []byte, s Syntax, t Tag, undefined bool, items ...[]byte) []byte {
	if undefined {
		dst = s.appendHead(dst, t, SQ, UndefinedLength)
		for _, item := range items {
			dst = s.appendHead(dst, Item, 0, UndefinedLength)
			dst = append(dst, item...)
			dst = s.appendHead(dst, ItemDelimitation, 0, 0)
		}
		return s.appendHead(dst, SequenceDelimitation, 0, 0)
	}
	total := 0
	for _, item := range items {
		total += 8 + len(item)
	}
	dst = s.appendHead(dst, t, SQ, uint32(total))
	for _, item := range items {
		dst = s.appendHead(dst, Item, 0, uint32(len(item)))
		dst = append(dst, item...)
	}
	return dst
}

// AppendFragments appends encapsulated pixel data (PS3.5 §A.4): an empty offset
// table and the fragments, odd ones padded.
func AppendFragments(dst []byte, s Syntax, t Tag, fragments ...[]byte) []byte {
	dst = s.appendHead(dst, t, OB, UndefinedLength)
	dst = s.appendHead(dst, Item, 0, 0)
	for _, f := range fragments {
		dst = s.appendHead(dst, Item, 0, uint32(len(f)+len(f)&1))
		dst = append(dst, f...)
		if len(f)&1 == 1 {
			dst = append(dst, 0)
		}
	}
	return s.appendHead(dst, SequenceDelimitation, 0, 0)
}
