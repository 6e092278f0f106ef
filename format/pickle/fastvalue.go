package pickle

import "bytes"

// containers are the kinds that opcodes make or fill.
var containers = [256]kind{
	opEmptyList: kList, opEmptyDict: kDict, opEmptySet: kSet, opList: kList, opDict: kDict, opAppends: kList, opSetItems: kDict, opAddItems: kSet,
}

// below is the height of the stack at the mark under the k-th.
func (m *machine) below(k int) int {
	if k > 0 {
		return int(m.marks[k-1])
	}
	return 0
}

// plainSum is sum for values that leaks has nothing to say about; ok is false if
// there is another.
func (m *machine) plainSum(vs []value) (w float32, ok bool) {
	for _, v := range vs {
		switch {
		case v < scalars:
			w++
		case v.kind() == kGlobal:
			return 0, false
		default:
			w += m.weight(v)
		}
	}
	return w, true
}

// bearable is heavy where nothing has to be said; false says that something may.
func (m *machine) bearable(w float32) bool {
	if w > m.maxWeight {
		if float64(w) > m.lim.Expansion {
			return false
		}
		m.maxWeight = w
	}
	return true
}

// quickTuple is tuple where there is room in the arena.
func (m *machine) quickTuple(items []value) (v value, ok bool) {
	if len(items) == 0 {
		return vEmpty, true
	}
	s := len(m.shapes)
	if s+len(items)+1 > min(shapeRoom, cap(m.shapes)) {
		return 0, false
	}
	w, ok := m.plainSum(items)
	if !ok || !m.bearable(1+w) {
		return 0, false
	}
	if len(items) > maxShape {
		return tupleOf(1+w, 0), true
	}
	// One by one: what was just pushed is not yet in the cache for a copy of several.
	m.shapes = m.shapes[:s+1+len(items)]
	to := m.shapes[s:]
	to[0] = value(len(items))
	for i, v := range items {
		to[i+1] = v
	}
	return tupleOf(1+w, uint32(s)), true
}

// quickGrow puts items into a container, if it is one of the given kind.
func (m *machine) quickGrow(k kind, to value, items []value) bool {
	if to.kind() != k {
		return false
	}
	page := m.cells.pages[to.pay()>>14]
	if page == nil {
		return false
	}
	flags := flagFilled
	switch k {
	case kDict:
		if len(items)%2 != 0 {
			return false
		}
		for i := 0; i < len(items); i += 2 {
			f, ok := m.plainKey(items[i])
			if !ok || items[i+1].kind() == kTuple && len(m.dtypes) > 0 { // the field of an element type, perhaps
				return false
			}
			flags |= f
		}
	case kSet:
		for _, v := range items {
			if !hashes(v) {
				return false
			}
		}
	}
	w, ok := m.plainSum(items)
	if !ok {
		return false
	}
	c := &page[to.pay()&(cellPage-1)]
	w += weightOf(uint32(*c))
	if !m.bearable(w) {
		return false
	}
	*c = value(withWeight(uint32(*c), w) | flags)
	return true
}

// hashes says that a value can be a key, and that its type is known.
func hashes(v value) bool {
	switch v.kind() {
	case kNone, kBool, kInt, kFloat, kBytes, kStr:
		return true
	}
	return false
}

// plainKey is what keys makes of a key that says nothing about the dict; ok is false
// for another.
func (m *machine) plainKey(k value) (flags uint32, ok bool) {
	if k.kind() != kStr {
		return flagNonStr, hashes(k)
	}
	id := k.pay()
	return 0, id >= firstOwn && m.strs.dunders == 0 || id < firstOwn && !telling[id]
}

// quickText is what constant makes of a text of at most maxName bytes.
func (m *machine) quickText(s []byte) (v value, ok bool) {
	if len(s) == 0 {
		return mk(kStr, 0), false
	}
	if s[0] == torchText[0] || m.strBytes+len(s)+16 > m.lim.Strings {
		return 0, false
	}
	all := byte(0xff)
	for _, c := range s {
		all &= letters[c]
	}
	if all&asciiByte == 0 && !validText(s) || curious(s) {
		return 0, false
	}
	if all&nameLetter == 0 {
		return vStr, true
	}
	return mk(kStr, m.intern(s)), true
}

const nameLetter, asciiByte = 1, 2

// letters tells which bytes are nameByte, and which ASCII.
var letters = func() (t [256]byte) {
	for c := range t {
		if nameByte[c] {
			t[c] |= nameLetter
		}
		if c < 0x80 {
			t[c] |= asciiByte
		}
	}
	return t
}()

// index is the memo index of PUT and GET at the start of b, and the length of the
// opcode; 0 if the index is not written as every pickler does.
func index(b []byte) (i, size int) {
	v, n := plainInt(b[1:])
	if n == 0 || v < 0 {
		return 0, 0
	}
	return int(v), 1 + n
}

// plainInt reads the line of an integer that is written as Python writes it, as which
// all readers take it, and says how long the line is; 0 if it is not so written,
// or not whole.
func plainInt(b []byte) (v int64, n int) {
	neg := b[0] == '-'
	if neg {
		b = b[1:]
		n = 1
	}
	for i, c := range b[:min(len(b), 19)] {
		switch {
		case c-'0' <= 9:
			v = v*10 + int64(c-'0')
		case c == '\n' && i > 0 && (b[0] != '0' || i == 1 && !neg):
			if neg {
				v = -v
			}
			return v, n + i + 1
		default:
			return 0, 0
		}
	}
	return 0, 0
}

// plainFloat is the length of the line of a number that is written as Python writes
// it and whose size no reader minds; 0 for another.
func plainFloat(b []byte) int {
	const most = 40
	if len(b) > most {
		b = b[:most]
	}
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := digits(b[i:])
	i += whole
	if i < len(b) && b[i] == '.' {
		part := digits(b[i+1:])
		i += 1 + part
		whole = min(whole, part)
	}
	if i < len(b) && b[i] == 'e' {
		if i++; i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		n := digits(b[i:])
		if n < 1 || n > 2 {
			return 0
		}
		i += n
	}
	if whole == 0 || i >= len(b) || b[i] != '\n' {
		return 0
	}
	return i + 1
}

func digits(b []byte) int {
	for i, c := range b {
		if c-'0' > 9 {
			return i
		}
	}
	return len(b)
}

// quickLine is the line of UNICODE if it is short, whole and means what it says;
// otherwise nothing.
func quickLine(b []byte) []byte {
	i := bytes.IndexByte(b[:min(len(b), maxName+1)], '\n')
	if i <= 0 {
		return nil
	}
	for _, c := range b[:i] {
		if c >= 0x80 || c == '\\' {
			return nil
		}
	}
	return b[:i]
}
