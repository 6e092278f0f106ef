package pickle

// tools is the stack that pickletools.dis would have, kept from where the
// unpicklers stop. dis knows of values only whether they are marks, and takes
// values through marks, which no unpickler does.
type tools struct {
	stack []bool // true is a mark
	marks int
}

// newTools rebuilds the stack as it was before the current opcode.
func newTools(m *machine) *tools {
	t := &tools{marks: m.k0}
	k := 0
	for i := 0; i <= m.n0; i++ {
		for k < m.k0 && k < cap(m.marks) && int(m.marks[:m.k0][k]) == i {
			t.stack = append(t.stack, true)
			k++
		}
		if i < m.n0 {
			t.stack = append(t.stack, false)
		}
	}
	return t
}

func (t *tools) step(m *machine) {
	if m.alive&Pickletools == 0 {
		return
	}
	o := &opcodes[m.op]
	pops := int(o.pops)
	n := len(t.stack)
	mark := o.mark
	if m.op == opPop && n > 0 && t.stack[n-1] {
		mark, pops = true, 0
	}
	bad := func(text string) { m.die(Pickletools, "pickle.divergence-stack", text) }
	if mark {
		if t.marks == 0 {
			bad("needs a mark and there is none")
			return
		}
		t.marks--
		i := n - 1
		for i >= 0 && !t.stack[i] {
			i--
		}
		if i < 0 {
			bad("needs a mark that was taken")
			return
		}
		t.stack = t.stack[:i]
	}
	switch m.op {
	case opPut, opBinPut, opLongBinPut, opMemoize:
		if n == 0 || t.stack[n-1] {
			bad("nothing to store in the memo")
			return
		}
	}
	if len(t.stack) < pops {
		bad("takes more from the stack than there is")
		return
	}
	t.stack = t.stack[:len(t.stack)-pops]
	for range o.gives {
		t.stack = append(t.stack, m.op == opMark)
	}
	if m.op == opMark {
		t.marks++
	}
	if len(t.stack) > m.lim.Stack {
		m.limit("pickle.stack", "more than %d values on the stack", m.lim.Stack)
	}
	if m.op == opStop && len(t.stack) > 0 {
		bad("values are left on the stack")
	}
}
