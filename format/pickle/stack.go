package pickle

import (
	"encoding/binary"

	"github.com/wardround/wardround/format/issue"
)

// rare runs the opcodes that the main loop doesn't inline; false means that
// there is no such opcode.
func (m *machine) rare(op byte) bool {
	switch op {
	case opStop:
		m.stop()
	case opPop:
		if k := len(m.marks); k > 0 && len(m.stack) == m.fence {
			m.popMark()
		} else {
			m.pop()
		}
	case opPopMark:
		m.popMark()
	case opDup:
		m.push(m.top())
	case opInt, opLong, opFloat, opString, opUnicode, opPut, opGet, opPersID, opGlobal, opInst:
		m.textOp(op)
	case opBinString, opBinUnicode, opBinBytes, opLong4:
		if b := m.need(4); b != nil {
			n := binary.LittleEndian.Uint32(b)
			if int32(n) < 0 && (op == opBinString || op == opLong4) {
				m.die(All, "pickle.invalid", "negative length")
				m.issue("pickle.length", issue.Unreadable, m.start, "the length is negative")
				m.done, m.fatal = true, true
				break
			}
			m.constant(uint64(n))
		}
	case opBinBytes8, opBinUnicode8, opByteArray8:
		if b := m.need(8); b != nil {
			n := binary.LittleEndian.Uint64(b)
			if n > 1<<63-1 {
				m.die(All, "pickle.invalid", "a length above any memory")
				m.issue("pickle.length", issue.Unreadable, m.start, "the length is above any memory")
				m.done, m.fatal = true, true
				break
			}
			m.constant(n)
		}
	case opShortBinString, opShortBinBytes, opLong1:
		if b := m.need(1); b != nil {
			m.constant(uint64(b[0]))
		}
	case opAppend:
		v := m.pop()
		m.appendTo(m.top(), []value{v})
	case opAppends:
		items := m.popMark()
		m.appendTo(m.topKeeping(&items), items)
	case opAddItems:
		items := m.popMark()
		m.addTo(m.topKeeping(&items), items)
	case opSetItem:
		v := m.pop()
		k := m.pop()
		m.setItems(m.top(), []value{k, v})
	case opSetItems:
		items := m.popMark()
		m.setItems(m.topKeeping(&items), items)
	case opList:
		items := m.popMark()
		m.leaks(items, "a list")
		m.push(m.container(kList, items))
	case opFrozenSet:
		items := m.popMark()
		m.leaks(items, "a set")
		for _, v := range items {
			m.mustHash(v)
		}
		m.push(m.container(kFrozen, items))
	case opTuple:
		at := len(m.stack)
		items := m.popMark()
		// The elements stay on the stack while the tuple is made: see tuple.
		m.leaks(items, "a tuple")
		at -= len(items)
		m.stack = m.stack[:at+len(items)]
		v := m.tuple(m.stack[at:])
		m.stack = m.stack[:at]
		m.push(v)
	case opDict:
		items := m.popMark()
		m.leaks(items, "a dict")
		if len(items)%2 != 0 {
			m.die(C|Python, "pickle.divergence-odd", "an odd number of keys and values")
		}
		d := m.container(kDict, items)
		m.keys(d, items)
		m.push(d)
	case opStackGlobal:
		m.stackGlobal()
	case opReduce:
		args := m.pop()
		m.push(m.reduce(m.pop(), args))
	case opNewObj:
		args := m.pop()
		m.push(m.newObj(m.pop(), args, vNone))
	case opNewObjEx:
		kw := m.pop()
		args := m.pop()
		m.push(m.newObj(m.pop(), args, kw))
	case opObj:
		m.obj()
	case opBuild:
		m.build()
	case opExt1, opExt2, opExt4:
		m.ext(int(opcodes[op].fixed))
	case opBinPersID:
		m.push(m.persistent(m.pop()))
	case opProto:
		if b := m.need(1); b != nil {
			m.setProto(b[0])
		}
	case opFrame:
		if b := m.need(8); b != nil {
			m.openFrame(binary.LittleEndian.Uint64(b))
		}
	case opNextBuffer:
		m.issue("pickle.out-of-band", issue.Unknown, m.start, "takes a buffer that the caller must hand in beside the stream")
		m.push(vUnknown)
	case opReadonlyBuffer:
		switch m.top().kind() {
		case kBytes, kBytearr:
		case kUnknown, kObject:
			m.unsure = true
		default:
			if m.top().plain() {
				m.die(C|Python, "pickle.divergence-type", "the value on top is no buffer")
			}
		}
	default:
		return false
	}
	return true
}

// topKeeping is top for callers that hold a slice of the stack above it: on
// underflow top pushes, which would overwrite that slice.
func (m *machine) topKeeping(items *[]value) value {
	if len(m.stack)-1 < m.fence {
		*items = append([]value(nil), *items...)
	}
	return m.top()
}

func (m *machine) stop() {
	if len(m.stack)-1 < m.fence {
		m.underflow()
	} else {
		m.leaks(m.stack[len(m.stack)-1:], "what the loader gets")
		m.stack = m.stack[:len(m.stack)-1]
	}
	if m.alive&Pickletools != 0 && m.tools == nil && len(m.stack)+len(m.marks) > 0 {
		m.die(Pickletools, "pickle.divergence-stop", "values are left on the stack")
	}
	m.rep.Stopped = true
	m.done = true
}

func (m *machine) smallTuple(n int) {
	at := len(m.stack) - n
	if at < m.fence {
		m.underflow()
		for len(m.stack) > m.fence {
			m.pop()
		}
		m.push(vUnknown)
		return
	}
	m.leaks(m.stack[at:], "a tuple")
	v := m.tuple(m.stack[at:])
	m.stack[at] = v
	m.stack = m.stack[:at+1]
}

// store puts the top of the stack into the memo.
func (m *machine) store(i int64, v value) {
	if m.memo.n >= m.lim.Memo {
		m.limit("pickle.memo", "more than %d memo entries", m.lim.Memo)
		return
	}
	again, ok := m.memo.put(i, v)
	if !ok {
		m.limit("pickle.memo", "more than %d memo entries far apart", maxFar)
		return
	}
	if again {
		m.die(Pickletools, "pickle.divergence-memo", "stores into a memo slot that is taken")
	}
	if i > 1<<20 && i > 64*int64(m.memo.n) {
		m.diverge(0, "pickle.divergence-memo", "a memo index far above the others: the C reader makes room for all below it")
	}
}

func (m *machine) recall(i int64) {
	v, ok := m.memo.get(i)
	if !ok {
		m.die(All, "pickle.divergence-memo", "a memo slot that nothing was stored in")
	}
	m.push(v)
}

func (m *machine) mustHash(v value) {
	if m.unhashable(v) {
		m.die(C|Python, "pickle.divergence-type", "a list, dict, set or bytearray as a key")
	} else if k := v.kind(); k == kUnknown || k == kObject || k == kTuple {
		m.unsure = true
	}
}

// appendTo models APPEND and APPENDS: list.append, or append and extend of
// whatever lies there.
func (m *machine) appendTo(to value, items []value) {
	m.leaks(items, "a list")
	switch to.kind() {
	case kList:
	case kBytearr:
		m.unsure = true
	case kObject, kUnknown, kGlobal, kDtype, kPersist:
		if m.op == opAppends && len(items) == 0 {
			m.unsure = true
		}
		m.mutate(to, "append to", useItems)
	default:
		if m.op == opAppends && len(items) == 0 {
			m.die(Python, "pickle.divergence-type", "appends nothing to what has no append")
			break
		}
		m.die(C|Python, "pickle.divergence-type", "appends to what has no append")
	}
	m.grow(to, m.sum(items), 0)
}

func (m *machine) addTo(to value, items []value) {
	m.leaks(items, "a set")
	switch to.kind() {
	case kSet:
		for _, v := range items {
			m.mustHash(v)
		}
	case kObject, kUnknown, kGlobal, kDtype, kPersist:
		if len(items) == 0 {
			m.unsure = true
		}
		m.mutate(to, "add to", useItems)
	default:
		if len(items) == 0 {
			m.die(Python, "pickle.divergence-type", "adds nothing to what has no add")
			break
		}
		m.die(C|Python, "pickle.divergence-type", "adds to what has no add")
	}
	m.grow(to, m.sum(items), 0)
}

// setItems models SETITEM and SETITEMS; items are keys and values in turn.
func (m *machine) setItems(to value, items []value) {
	m.leaks(items, "a dict")
	if len(items)%2 != 0 {
		m.die(C|Python, "pickle.divergence-odd", "an odd number of keys and values")
	}
	switch to.kind() {
	case kDict:
		if m.keys(to, items); m.cells.get(to.pay())&flagGiven != 0 {
			m.issue("pickle.use-unsafe", issue.Unknown, m.start, "changes the keywords that a function is given, after they were looked at")
		}
	case kList, kBytearr:
		if len(items) > 0 {
			m.unsure = true
		}
	case kObject, kUnknown, kGlobal, kDtype, kPersist:
		if len(items) > 0 {
			m.mutate(to, "set an item of", useItems)
		}
		m.unsure = m.unsure || len(items) > 0 && to.kind() != kObject
	default:
		if len(items) > 0 {
			m.die(C|Python, "pickle.divergence-type", "sets an item of what has none")
		}
	}
	m.grow(to, m.sum(items), 0)
}

// keys looks at the keys put into a dict.
func (m *machine) keys(d value, items []value) {
	var flags uint32
	for i := 0; i+1 < len(items); i += 2 {
		k := items[i]
		if len(m.dtypes) > 0 && items[i+1].kind() == kTuple && m.holdsObjects(items[i+1]) {
			flags |= flagObjects
		}
		flags |= m.answer(k, items[i+1])
		if k.kind() != kStr {
			flags |= flagNonStr
			m.mustHash(k)
			continue
		}
		id := k.pay()
		if id == 0 {
			continue
		}
		if m.dunder(k) {
			flags |= flagDunder
		}
		if id == wordParserKey && items[i+1] != mk(kStr, wordParser) {
			flags |= flagParser
		}
		m.wrap.see(m, d, id, items[i+1])
	}
	if flags != 0 && d.kind() == kDict {
		*m.cells.at(d.pay()) |= value(flags)
	}
}
