package pickle

import (
	"encoding/binary"
	"fmt"

	"github.com/wardround/wardround/format/issue"
)

// machine runs one pickle on abstract values. The first readers to reject the
// stream leave alive; the machine goes on as long as it can tell opcodes apart.
type machine struct {
	reader
	lim   Limits
	pol   Policy
	depth int // pickles around this one
	rep   *Report
	list  issue.List

	alive     Semantics
	unsure    bool // a reader may have stopped where we can't tell (a type error deep in a library)
	done      bool // no opcode can follow
	fatal     bool // done before STOP
	stack     []value
	marks     []int32
	fence     int // stack height at the topmost mark; nothing below may be popped
	memo      memo
	cells     cells
	shapes    []value
	spare     []value // the arena that compact filled before
	strs      names
	spareStrs names
	strBytes  int
	ints      []int64
	dtypes    []dtype
	globals   []*global
	byName    map[[2]string]uint32
	pairs     map[uint64]uint32 // (module id, name id) -> global
	ops       int64
	proto     int
	protos    int // PROTO opcodes seen

	maxWeight  float32
	compacting bool

	op     byte
	start  int64 // offset of the opcode
	mid    int64 // offset after the first line of GLOBAL and INST
	n0, k0 int   // height of stack and marks before the opcode
	tools  *tools

	fetched int64      // end of what the C reader has in its buffer by FRAME, or -1
	altered int        // other readings followed
	arrays  int        // arrays followed as programs
	frame   int64      // end of the frame that the Python reader is in, or -1
	needs   [][2]int64 // FRAMEs for the C reader: offset, end that must exist
	ring    [ringSize]step
	trailed int64 // ops already written to the trail
	kept    int   // bytes kept of inner payloads
	wrap    wrapper
}

type step struct {
	off int64
	op  byte
	v   value
}

const ringSize = 32

func newMachine(lim Limits, pol Policy) *machine {
	m := &machine{lim: lim, pol: pol, alive: All, rep: &Report{}, frame: -1, fetched: -1}
	m.shapes = make([]value, 2, 64) // indices 0 and 1 mean unknown and ()
	m.byName = make(map[[2]string]uint32)
	m.pairs = make(map[uint64]uint32)
	return m
}

// die takes readers out. Readers that were already out don't count.
func (m *machine) die(who Semantics, rule, text string) {
	who &= m.alive
	if who == 0 {
		return
	}
	m.alive &^= who
	if m.alive == 0 && who == All {
		m.issue("pickle.invalid", issue.Unreadable, m.start, "every reader stops at "+m.opName()+": "+text)
	} else {
		m.diverge(who, rule, text)
	}
	if m.alive == Pickletools && m.tools == nil {
		m.tools = newTools(m)
	}
}

func (m *machine) opName() string {
	if n := opcodes[m.op].name; n != "" {
		return n
	}
	return fmt.Sprintf("byte 0x%02x", m.op)
}

const maxDivergences = 200

func (m *machine) diverge(who Semantics, rule, text string) {
	if len(m.rep.Divergences) < maxDivergences {
		m.rep.Divergences = append(m.rep.Divergences, Divergence{Rule: rule, Offset: m.start, Stop: who, Text: text})
	}
	level := issue.Unknown
	switch rule {
	case "pickle.divergence-encoding": // ordinary in what Python 2 wrote
		level = issue.Note
	}
	text = m.opName() + ": " + text
	if who != 0 {
		text += " (stops: " + who.String() + ")"
	}
	m.issue(rule, level, m.start, text)
}

func (m *machine) issue(rule string, level issue.Level, off int64, text string) {
	m.list.Add(rule, level, "", off, "%s", text)
	switch level {
	case issue.Unknown:
		m.raise(Unknown)
	case issue.Unreadable:
		m.raise(Unreadable)
	case issue.Malicious:
		m.raise(Malicious)
	}
}

func (m *machine) raise(c Class) { m.rep.Class = max(m.rep.Class, c) }

// limit ends the scan because a budget is spent.
func (m *machine) limit(rule, format string, args ...any) {
	if m.done {
		return
	}
	m.issue(rule, issue.Unreadable, m.start, fmt.Sprintf(format, args...))
	m.done, m.fatal = true, true
}

// truncated ends the scan because the stream did.
func (m *machine) truncated() {
	m.op = opcodes[m.op].orStop(m.op)
	m.done, m.fatal = true, true
	if m.reader.room <= 0 && m.lim.Bytes > 0 && m.offset() >= m.lim.Bytes {
		m.issue("pickle.bytes", issue.Unreadable, m.offset(), fmt.Sprintf("longer than the %d bytes allowed", m.lim.Bytes))
		return
	}
	m.issue("pickle.truncated", issue.Unreadable, m.offset(), "the stream ends before STOP")
	m.alive = 0
}

func (o opcode) orStop(b byte) byte { return b }

func (m *machine) push(v value) {
	if len(m.stack) == cap(m.stack) {
		if len(m.stack) >= m.lim.Stack {
			m.limit("pickle.stack", "more than %d values on the stack", m.lim.Stack)
			return
		}
		m.stack = grown(m.stack, m.lim.Stack)
	}
	m.stack = append(m.stack, v)
}

// grown makes room. Growing step by step would leave the stacks of before behind as
// garbage, as much again; so the last step takes all that is allowed, of which the
// system gives memory only to what is used.
func grown[T any](s []T, most int) []T {
	n := min(max(256, 2*cap(s)), most)
	if n > 1<<20 {
		n = most
	}
	out := make([]T, len(s), n)
	copy(out, s)
	return out
}

func (m *machine) underflow() {
	m.die(C|Python, "pickle.divergence-stack", "takes more from the stack than there is above the mark")
	if m.tools == nil && m.alive&(C|Python) == 0 {
		m.issue("pickle.stack-underflow", issue.Unreadable, m.start, m.opName()+" takes more from the stack than there is")
	}
}

func (m *machine) pop() value {
	n := len(m.stack) - 1
	if n < m.fence {
		m.underflow()
		return vUnknown
	}
	v := m.stack[n]
	m.stack = m.stack[:n]
	return v
}

// top is the value on top, which stays there.
func (m *machine) top() value {
	n := len(m.stack) - 1
	if n < m.fence {
		m.underflow()
		m.push(vUnknown)
		return vUnknown
	}
	return m.stack[n]
}

// popMark returns the values above the topmost mark and removes them and it. The
// slice is valid until the next push.
func (m *machine) popMark() []value {
	k := len(m.marks) - 1
	if k < 0 {
		m.die(C|Python, "pickle.divergence-mark", "needs a mark and there is none")
		items := m.stack
		m.stack = m.stack[:0]
		return items
	}
	at := int(m.marks[k])
	m.marks = m.marks[:k]
	m.fence = 0
	if k > 0 {
		m.fence = int(m.marks[k-1])
	}
	items := m.stack[at:]
	m.stack = m.stack[:at]
	return items
}

// run executes opcodes until STOP, breakage or a limit.
func (m *machine) run() {
	r := &m.reader
	for !m.done {
		m.fast()
		if r.p >= r.n && !r.fill(1) {
			m.op, m.start = 0, m.offset()
			m.truncated()
			break
		}
		op := r.buf[r.p]
		m.op, m.start = op, r.base+int64(r.p)
		m.n0, m.k0 = len(m.stack), len(m.marks)
		if m.n0 > 0 && m.ops > 0 {
			m.ring[(m.ops-1)&(ringSize-1)].v = m.stack[m.n0-1]
		}
		m.ring[m.ops&(ringSize-1)] = step{off: m.start, op: op}
		r.hold = r.p
		r.p++
		m.ops++
		switch op {
		case opBinInt1:
			if r.p >= r.n && !r.fill(1) {
				m.truncated()
				break
			}
			m.push(mk(kInt, uint32(r.buf[r.p])))
			r.p++
		case opBinInt2:
			if b := m.need(2); b != nil {
				m.push(mk(kInt, uint32(binary.LittleEndian.Uint16(b))))
			}
		case opBinInt:
			if b := m.need(4); b != nil {
				m.push(m.integer(int64(int32(binary.LittleEndian.Uint32(b)))))
			}
		case opBinFloat:
			if m.need(8) != nil {
				m.push(vFloat)
			}
		case opNone:
			m.push(vNone)
		case opNewTrue:
			m.push(vTrue)
		case opNewFalse:
			m.push(vFalse)
		case opEmptyTuple:
			m.push(vEmpty)
		case opEmptyList:
			m.push(m.container(kList, nil))
		case opEmptyDict:
			m.push(m.container(kDict, nil))
		case opEmptySet:
			m.push(m.container(kSet, nil))
		case opMark:
			if len(m.marks) == cap(m.marks) {
				if len(m.marks) >= m.lim.Stack {
					m.limit("pickle.stack", "more than %d marks on the stack", m.lim.Stack)
					break
				}
				m.marks = grown(m.marks, m.lim.Stack)
			}
			m.fence = len(m.stack)
			m.marks = append(m.marks, int32(m.fence))
		case opMemoize:
			v := m.top()
			m.store(int64(m.memo.n), v)
		case opBinPut:
			if b := m.need(1); b != nil {
				m.store(int64(b[0]), m.top())
			}
		case opLongBinPut:
			if b := m.need(4); b != nil {
				m.store(int64(binary.LittleEndian.Uint32(b)), m.top())
			}
		case opBinGet:
			if b := m.need(1); b != nil {
				m.recall(int64(b[0]))
			}
		case opLongBinGet:
			if b := m.need(4); b != nil {
				m.recall(int64(binary.LittleEndian.Uint32(b)))
			}
		case opTuple1, opTuple2, opTuple3:
			m.smallTuple(int(op-opTuple1) + 1)
		case opShortBinUnicode:
			if b := m.need(1); b != nil {
				m.constant(uint64(b[0]))
			}
		default:
			if !m.rare(op) {
				m.unknownOpcode()
			}
		}
		if m.frame >= 0 && m.offset() > m.frame {
			m.crossFrame()
		}
		if m.fetched >= 0 && m.offset() > m.fetched {
			m.crossFetched()
		}
		if m.tools != nil {
			m.tools.step(m)
		}
		if m.ops >= m.lim.Ops {
			m.limit("pickle.ops", "more than %d opcodes", m.lim.Ops)
		}
	}
}

// need returns the next n bytes, n at most 8, or nil at the end of the stream.
// The slice is valid until the next read.
func (m *machine) need(n int) []byte {
	r := &m.reader
	if r.n-r.p < n && !r.fill(n) {
		m.reader.p = r.n
		m.truncated()
		return nil
	}
	b := r.buf[r.p : r.p+n]
	r.p += n
	return b
}

func (m *machine) unknownOpcode() {
	if m.alive != 0 {
		m.die(All, "pickle.invalid", "no such opcode")
	}
	m.issue("pickle.unknown-opcode", issue.Unreadable, m.start, fmt.Sprintf("byte 0x%02x is no opcode", m.op))
	m.alive = 0
	m.done, m.fatal = true, true
	m.reader.p-- // the breakage is at this byte
}
