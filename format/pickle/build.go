package pickle

import "github.com/wardround/wardround/format/issue"

// mutate judges APPEND, SETITEM and ADDITEMS on what is no builtin container.
func (m *machine) mutate(to value, what string, need use) {
	switch to.kind() {
	case kGlobal:
		g := m.globals[to.pay()]
		m.blame(g, max(g.callable.Class, Malicious), "pickle.changes-import", "the stream tries to "+what+" an imported object, which changes the process that loads it", 0)
		m.unsure = true
	case kObject:
		m.unsure = true
		g := m.globals[m.madeBy(to)]
		if g.entry != nil && !g.has(need) {
			m.blame(g, Unknown, "pickle.use-unsafe", "the stream tries to "+what+" an instance, which calls its methods", 0)
		}
	case kUnknown:
		m.unsure = true
	default:
		m.unsure = true
		m.issue("pickle.use-unsafe", issue.Unknown, m.start, "the stream tries to "+what+" what is no container")
	}
}

// build hands a state to an instance: its __setstate__, or its attributes.
func (m *machine) build() {
	state := m.pop()
	inst := m.top()
	m.leaks([]value{state}, "a state")
	switch inst.kind() {
	case kGlobal:
		g := m.globals[inst.pay()]
		m.unsure = true
		m.blame(g, max(g.callable.Class, Malicious), "pickle.changes-import", "the stream sets attributes of an imported object, which changes the process that loads it", state)
	case kObject:
		m.unsure = true
		m.buildObject(inst, state)
	case kDtype:
		m.buildDtype(inst, state)
	case kUnknown, kPersist:
		m.unsure = true
		if inst.kind() == kPersist {
			m.issue("pickle.use-unsafe", issue.Unknown, m.start, "sets the state of a persistent object")
		}
	default:
		m.buildPlain(state)
	}
}

func (m *machine) buildObject(inst, state value) {
	g := m.globals[m.madeBy(inst)]
	again := m.cells.get(inst.pay())&flagFilled != 0
	m.grow(inst, m.weight(state), 0)
	if g.entry == nil {
		return // blamed when it was made
	}
	if again && g.callable.Full == wrapperClass {
		m.joblibLost("an array wrapper that is used twice: what its first state said still holds")
		return
	}
	if g.entry.state != nil {
		if why := g.entry.state(m, inst, state); why != "" {
			m.blame(g, Unknown, "pickle.use-unsafe", why, state)
		}
		return
	}
	if !g.has(useBuild) {
		m.blame(g, Unknown, "pickle.use-unsafe", "is given a state, for which it is not vouched", state)
		return
	}
	if why := m.oddState(state); why != "" {
		m.blame(g, Unknown, "pickle.state-dunder", why, state)
	}
}

// oddState finds states that reach beyond plain attributes.
func (m *machine) oddState(state value) string {
	switch state.kind() {
	case kDict:
		if m.cells.get(state.pay())&flagDunder != 0 {
			return "the state has a key that Python itself gives a meaning"
		}
		if m.cells.get(state.pay())&flagShadow != 0 {
			return "the state puts something in place of a method that is called while loading"
		}
	case kTuple:
		items, _ := m.items(state)
		if len(items) == 2 {
			for _, v := range items {
				if v.kind() == kDict {
					if why := m.oddState(v); why != "" {
						return why
					}
				}
			}
			if v := items[1]; v.kind() == kDict && m.cells.get(v.pay())&flagNonStr != 0 {
				return "the state sets an attribute by a name that is computed"
			}
		}
	}
	return ""
}

// buildPlain is BUILD on a builtin value, which has neither __setstate__ nor
// __dict__: only an empty state passes.
func (m *machine) buildPlain(state value) {
	stop := func(who Semantics) {
		m.die(who, "pickle.divergence-type", "a state for a value that takes none")
	}
	switch state.kind() {
	case kNone:
	case kUnknown, kObject:
		m.unsure = true
	case kTuple:
		if items, ok := m.items(state); ok && len(items) != 2 {
			stop(C)
			if len(items) > 0 {
				stop(Python)
			}
		} else {
			m.unsure = true
		}
	case kDict, kList, kSet, kFrozen:
		filled := m.cells.get(state.pay())&flagFilled != 0
		stop(C)
		if filled {
			stop(Python)
		}
	case kInt, kBool:
		stop(C)
		if v, ok := m.intOf(state); ok && v != 0 {
			stop(Python)
		} else if !ok {
			m.unsure = true
		}
	case kGlobal:
		m.unsure = true
	default: // str, bytes, float: empty or zero would pass in Python
		stop(C)
		m.unsure = true
	}
}
