package pickle

import "encoding/binary"

// widest is the length of the longest opcode with an argument of fixed length.
const widest = 1 + 8

// scalars are the values below this one: of kinds that hold nothing and weigh one.
const scalars = value(uint32(kTuple) << kindShift)

// emptyCell is what container makes around nothing: weight 1, no flags.
const emptyCell = value(0x3f800000)

// fast runs the opcodes that a long pickle is made of: numbers, short texts and bytes,
// tuples, lists and dicts of them, and the memo. It does what run's cases do, with
// the state of the run in registers, and stops before the first opcode about which
// anything can be said: near the end of the buffer or of a frame, where the stack is
// too short, where an arena is full, at a name, and at all that is not listed here. So
// it issues nothing, compacts nothing and reads nothing; run decides. That both do
// the same is held by TestFastReadsAlike and FuzzFast.
func (m *machine) fast() {
	r := &m.reader
	hard := r.n
	if m.frame >= 0 {
		hard = int(min(int64(hard), m.frame-r.base))
	}
	if m.fetched >= 0 {
		hard = int(min(int64(hard), m.fetched-r.base))
	}
	last := hard - widest
	if r.p > last || m.tools != nil || m.lim.slow || m.lim.Ops-m.ops <= int64(hard) {
		return
	}
	buf, p := r.buf[:hard], r.p
	st, sp, low := m.stack[:cap(m.stack)], len(m.stack), m.fence
	memo, ops := &m.memo, m.ops
	if sp > 0 && ops > 0 {
		m.ring[(ops-1)&(ringSize-1)].v = st[sp-1]
	}
loop:
	for p <= last && sp < len(st) {
		b := (*[widest]byte)(buf[p:])
		op := b[0]
		now := &m.ring[ops&(ringSize-1)]
		now.off, now.op = r.base+int64(p), op
		switch op {
		case opBinInt1:
			st[sp] = mk(kInt, uint32(b[1]))
			sp, p = sp+1, p+2
		case opBinInt2:
			st[sp] = mk(kInt, uint32(binary.LittleEndian.Uint16(b[1:])))
			sp, p = sp+1, p+3
		case opBinInt:
			x := int32(binary.LittleEndian.Uint32(b[1:]))
			if uint32(x) < bigInt {
				st[sp] = mk(kInt, uint32(x))
			} else {
				st[sp] = m.integer(int64(x))
			}
			sp, p = sp+1, p+5
		case opBinFloat:
			st[sp] = vFloat
			sp, p = sp+1, p+9
		case opNone:
			st[sp] = vNone
			sp, p = sp+1, p+1
		case opNewTrue:
			st[sp] = vTrue
			sp, p = sp+1, p+1
		case opNewFalse:
			st[sp] = vFalse
			sp, p = sp+1, p+1
		case opEmptyTuple:
			st[sp] = vEmpty
			sp, p = sp+1, p+1
		case opEmptyList, opEmptyDict, opEmptySet:
			c := &m.cells
			if c.n&(cellPage-1) == 0 || c.n >= m.lim.Objects {
				break loop
			}
			c.pages[c.n>>14][c.n&(cellPage-1)] = emptyCell
			st[sp] = mk(containers[op], uint32(c.n))
			c.n++
			sp, p = sp+1, p+1
		case opMark:
			if len(m.marks) == cap(m.marks) {
				break loop
			}
			low = sp
			m.marks = append(m.marks, int32(sp))
			p++
		case opMemoize, opBinPut, opLongBinPut:
			i, size := memo.n, 1
			switch op {
			case opBinPut:
				i, size = int(b[1]), 2
			case opLongBinPut:
				i, size = int(binary.LittleEndian.Uint32(b[1:])), 5
				if i > 1<<20 && i > 64*memo.n {
					break loop
				}
			}
			if sp <= low || memo.far != nil || memo.n >= m.lim.Memo || i>>12 >= len(memo.pages) {
				break loop
			}
			page := memo.pages[i>>12]
			if page == nil || page[i&(memoPage-1)] != empty {
				break loop
			}
			page[i&(memoPage-1)] = st[sp-1]
			memo.state[i>>12] |= dirty
			memo.n++
			p += size
		case opBinGet, opLongBinGet:
			i, size := int(b[1]), 2
			if op == opLongBinGet {
				i, size = int(binary.LittleEndian.Uint32(b[1:])), 5
			}
			if i>>12 >= len(memo.pages) {
				break loop
			}
			page := memo.pages[i>>12]
			if page == nil || page[i&(memoPage-1)] == empty {
				break loop
			}
			st[sp] = page[i&(memoPage-1)]
			sp, p = sp+1, p+size
		case opTuple1, opTuple2, opTuple3, opTuple:
			at := sp - int(op-opTuple1) - 1
			k := len(m.marks) - 1
			if op == opTuple {
				if k < 0 {
					break loop
				}
				at = int(m.marks[k])
			} else if at < low {
				break loop
			}
			v, ok := m.quickTuple(st[at:sp])
			if !ok {
				break loop
			}
			if op == opTuple {
				m.marks, low = m.marks[:k], m.below(k)
			}
			st[at] = v
			sp, p = at+1, p+1
		case opAppend:
			if sp-2 < low || !m.quickGrow(kList, st[sp-2], st[sp-1:sp]) {
				break loop
			}
			sp, p = sp-1, p+1
		case opSetItem:
			if sp-3 < low || !m.quickGrow(kDict, st[sp-3], st[sp-2:sp]) {
				break loop
			}
			sp, p = sp-2, p+1
		case opAppends, opSetItems, opAddItems:
			k := len(m.marks) - 1
			if k < 0 {
				break loop
			}
			at, under := int(m.marks[k]), m.below(k)
			if at <= under || !m.quickGrow(containers[op], st[at-1], st[at:sp]) {
				break loop
			}
			m.marks, low = m.marks[:k], under
			sp, p = at, p+1
		case opShortBinUnicode, opBinUnicode:
			n, from := int(b[1]), p+2
			if op == opBinUnicode {
				n, from = int(binary.LittleEndian.Uint32(b[1:])), p+5
			}
			if n > maxName || from+n > hard {
				break loop
			}
			v, ok := m.quickText(buf[from : from+n])
			if !ok {
				break loop
			}
			st[sp] = v
			sp, p = sp+1, from+n
		case opShortBinBytes, opBinBytes:
			n, from := int(b[1]), p+2
			if op == opBinBytes {
				n, from = int(binary.LittleEndian.Uint32(b[1:])), p+5
			}
			if from+n > hard || n > 0 && buf[from] == torchMagic[0] || curious(buf[from:from+n]) {
				break loop
			}
			st[sp] = vBytes
			sp, p = sp+1, from+n
		case opLong1:
			n := int(b[1])
			if n > widest-2 {
				break loop
			}
			st[sp] = m.long(b[2:2+n], uint64(n))
			sp, p = sp+1, p+2+n
		default:
			break loop
		}
		now.v = 0
		if sp > 0 {
			now.v = st[sp-1]
		}
		ops++
	}
	r.p, r.hold = p, p
	m.stack, m.fence, m.ops = st[:sp], low, ops
}

// containers are the kinds that opcodes make or fill.
var containers = [256]kind{
	opEmptyList: kList, opEmptyDict: kDict, opEmptySet: kSet, opAppends: kList, opSetItems: kDict, opAddItems: kSet,
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
