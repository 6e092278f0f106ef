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
		case opEmptyList, opEmptyDict, opEmptySet, opList, opDict:
			c := &m.cells
			if op == opList || op == opDict {
				k := len(m.marks) - 1
				if k < 0 || int(m.marks[k]) != sp {
					break loop
				}
			}
			if c.n&(cellPage-1) == 0 || c.n >= m.lim.Objects {
				break loop
			}
			c.pages[c.n>>14][c.n&(cellPage-1)] = emptyCell
			st[sp] = mk(containers[op], uint32(c.n))
			c.n++
			if op == opList || op == opDict {
				k := len(m.marks) - 1
				m.marks, low = m.marks[:k], m.below(k)
			}
			sp, p = sp+1, p+1
		case opMark:
			if len(m.marks) == cap(m.marks) {
				break loop
			}
			low = sp
			m.marks = append(m.marks, int32(sp))
			p++
		case opMemoize, opBinPut, opLongBinPut, opPut:
			i, size := memo.n, 1
			switch op {
			case opPut:
				if i, size = index(buf[p:]); size == 0 {
					break loop
				}
			case opBinPut:
				i, size = int(b[1]), 2
			case opLongBinPut:
				i, size = int(binary.LittleEndian.Uint32(b[1:])), 5
			}
			if i > 1<<20 && i > 64*memo.n || sp <= low || memo.far != nil || memo.n >= m.lim.Memo || i>>12 >= len(memo.pages) {
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
		case opBinGet, opLongBinGet, opGet:
			i, size := int(b[1]), 2
			switch op {
			case opLongBinGet:
				i, size = int(binary.LittleEndian.Uint32(b[1:])), 5
			case opGet:
				if i, size = index(buf[p:]); size == 0 {
					break loop
				}
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
		case opUnicode:
			s := quickLine(buf[p+1:])
			v, ok := m.quickText(s)
			if !ok {
				break loop
			}
			st[sp] = v
			sp, p = sp+1, p+1+len(s)+1
		case opInt:
			x, n := plainInt(buf[p+1:])
			if n == 0 {
				break loop
			}
			st[sp] = m.integer(x)
			sp, p = sp+1, p+1+n
		case opFloat:
			n := plainFloat(buf[p+1:])
			if n == 0 {
				break loop
			}
			st[sp] = vFloat
			sp, p = sp+1, p+1+n
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
