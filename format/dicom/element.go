package dicom

import (
	"encoding/binary"
	"strconv"
)

// UndefinedLength is the length of a value that ends with a delimiter (PS3.5 §7.5).
const UndefinedLength = 0xFFFFFFFF

// Element is one data element as it went by. It and its slices are valid only
// during the call they are passed to.
type Element struct {
	Tag       Tag
	VR        VR     // as written, or from the dictionary when implicit
	Length    uint32 // of the value in bytes, or UndefinedLength
	Value     []byte // its first bytes, at most Limits.Value; none of a sequence or of fragments
	Whole     bool   // Value is all of it
	BigEndian bool   // order of the numbers in Value
	Path      []Tag  // the sequences around the element, outermost first
	Offset    int64  // of the element in its data set, in bytes
}

// Depth returns how many sequences the element is in.
func (e *Element) Depth() int { return len(e.Path) }

// Bytes returns the value without the padding that makes it even, and without
// leading and trailing spaces, which have no meaning in identifying text
// (PS3.5 §6.2). The bytes are in the data set's character set; see [Text].
func (e *Element) Bytes() []byte { return trimTitle(e.Value) }

// Blank reports whether the element has no value.
func (e *Element) Blank() bool {
	return len(e.Bytes()) == 0 && e.VR != SQ && e.Length != UndefinedLength
}

// Uint16 returns the first number of a US value.
func (e *Element) Uint16() (n uint16, ok bool) {
	if len(e.Value) < 2 {
		return 0, false
	}
	if e.BigEndian {
		return binary.BigEndian.Uint16(e.Value), true
	}
	return binary.LittleEndian.Uint16(e.Value), true
}

// Int returns the number in an IS value.
func (e *Element) Int() (n int, ok bool) {
	n, err := strconv.Atoi(string(e.Bytes()))
	return n, err == nil && e.Whole
}

// trimTitle removes spaces and nulls at both ends.
func trimTitle(b []byte) []byte {
	blank := func(c byte) bool { return c == ' ' || c == 0 }
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}
