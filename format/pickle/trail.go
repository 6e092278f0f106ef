package pickle

import (
	"fmt"
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// show writes a value for people, in at most about 200 bytes.
func (m *machine) show(v value, depth int) string {
	switch v.kind() {
	case kBool:
		if v.pay() == 1 {
			return "True"
		}
		return "False"
	case kInt:
		if x, ok := m.intOf(v); ok {
			return fmt.Sprint(x)
		}
		return "int"
	case kStr:
		if s, ok := m.text(v); ok {
			return fmt.Sprintf("%q", issue.Clip(s, 80))
		}
		return "str"
	case kTuple:
		items, ok := m.items(v)
		if !ok || depth > 2 {
			return "(…)"
		}
		var b strings.Builder
		b.WriteByte('(')
		for i, e := range items {
			if i > 0 {
				b.WriteString(", ")
			}
			if b.Len() > 160 {
				b.WriteString("…")
				break
			}
			b.WriteString(m.show(e, depth+1))
		}
		b.WriteByte(')')
		return b.String()
	case kGlobal:
		return m.globals[v.pay()].callable.Full
	case kObject:
		return "a " + m.globals[m.madeBy(v)].callable.Full
	case kDtype:
		return "a numpy.dtype"
	}
	return kindNames[v.kind()]
}

// trail writes down the opcodes before this one, once each.
func (m *machine) trail(note string) {
	from := max(m.ops-12, m.trailed, 0)
	for i := from; i < m.ops; i++ {
		if len(m.rep.Trail) >= m.lim.Trail {
			return
		}
		s := m.ring[i&(ringSize-1)]
		o := &opcodes[s.op]
		st := Step{Offset: s.off, Op: o.name}
		if i == m.ops-1 {
			st.Note = note
		} else if o.gives > 0 && s.v != 0 {
			st.Arg = m.show(s.v, 0)
		}
		m.rep.Trail = append(m.rep.Trail, st)
	}
	if from == m.ops && len(m.rep.Trail) > 0 { // a second remark on the same opcode
		m.rep.Trail[len(m.rep.Trail)-1].Note += "; " + note
	}
	m.trailed = m.ops
}
