package pickle

import (
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// A global is one imported name, by its full path, and what the tables say of it.
type global struct {
	callable Callable
	entry    *entry // nil: not in the tables
	blamed   int    // steps of trail written for it
	lively   bool   // its instances may answer out of their attributes; see asks.go
}

// misuse is the class of a use that the tables don't allow.
func (g *global) misuse() Class {
	if g.entry != nil && g.entry.over {
		return Malicious
	}
	return Unknown
}

func (g *global) has(u use) bool { return g.entry != nil && g.entry.use&u != 0 }

// canonical applies the renaming of protocols 0 to 2.
func canonical(module, name string, proto int) (string, string) {
	if proto >= 3 {
		return module, name
	}
	if to, ok := nameRenames[[2]string{module, name}]; ok {
		return to[0], to[1]
	}
	if to, ok := moduleRenames[module]; ok {
		return to, name
	}
	return module, name
}

// global resolves a name as find_class would and judges it.
func (m *machine) global(module, name string) value {
	key := [2]string{module, name}
	if m.proto < 3 { // names of one stream are renamed or not, by the protocol of the moment
		key[0] += "\x00"
	}
	i, ok := m.byName[key]
	if !ok {
		if len(m.globals) >= m.lim.Globals {
			m.limit("pickle.globals", "more than %d distinct names", m.lim.Globals)
			return vUnknown
		}
		g := &global{}
		mod, nam := canonical(module, name, m.proto)
		g.callable = Callable{Module: mod, Name: nam, Full: mod + "." + nam, Offset: m.start, Op: opcodes[m.op].name, Class: Unknown}
		if mod != module || nam != name {
			g.callable.Was = module + "." + name
		}
		i = uint32(len(m.globals))
		g.lively = !answers(g.callable.Full)
		m.globals = append(m.globals, g)
		m.byName[key] = i
		m.judgeName(g, module, name)
	}
	g := m.globals[i]
	g.callable.Uses++
	g.callable.Under |= m.alive & (C | Python)
	return mk(kGlobal, i)
}

// judgeName says what importing a name means, before anything is done with it.
func (m *machine) judgeName(g *global, module, name string) {
	c := &g.callable
	c.Module, c.Name, c.Full = issue.Clip(c.Module, 300), issue.Clip(c.Name, 300), issue.Clip(c.Full, 600)
	if m.pol.Torch && scriptClass(c.Module, c.Name) {
		g.entry, c.Class, c.Why = scriptEntry, Safe, scriptEntry.why
		return
	}
	if e := lookup(c.Module, c.Name); e != nil && e.over && (c.Was == "" || strings.HasPrefix(c.Was, "__builtin__.")) {
		g.entry, c.Class, c.Why = e, Safe, e.why
		return
	}
	why := dangerous(c.Module, c.Name)
	if why == "" && c.Was != "" {
		// fix_imports=False leaves the old name.
		why = dangerous(module, name)
	}
	if why != "" {
		m.blame(g, Malicious, "pickle.import-malicious", why, 0)
		return
	}
	if e := lookup(c.Module, c.Name); e != nil {
		g.entry, c.Class, c.Why = e, Safe, e.why
		return
	}
	m.blame(g, Unknown, "pickle.import-unknown", "nobody has vouched for this name", 0)
}

// nameless stands for a name that can't be known from the stream.
func (m *machine) nameless(why string) value {
	v := m.global("?", opcodes[m.op].name)
	g := m.globals[v.pay()]
	g.callable.Why = why
	return v
}

// blame raises a global's class and writes the trail that led here.
func (m *machine) blame(g *global, class Class, rule, why string, args value) {
	c := &g.callable
	if class > c.Class || c.Why == "" || class == c.Class && c.Args == "" && args != 0 {
		c.Class, c.Why = class, why
		if args != 0 {
			c.How, c.Args = opcodes[m.op].name, m.show(args, 0)
		}
	}
	m.raise(class)
	if g.blamed++; g.blamed > 4 {
		return
	}
	level := issue.Unknown
	if class == Malicious {
		level = issue.Malicious
	}
	text := c.Full + ": " + why
	if args != 0 {
		text = c.Full + " " + m.show(args, 0) + ": " + why
	}
	m.list.Add(rule, level, c.Full, m.start, "%s", text)
	m.trail(rule + ": " + c.Full)
}

func (m *machine) stackGlobal() {
	name := m.pop()
	module := m.pop()
	for _, v := range [...]value{module, name} {
		switch k := v.kind(); {
		case k == kStr:
		case k == kUnknown || k == kObject:
			m.unsure = true
		default:
			m.die(C|Python, "pickle.divergence-type", "a name that is no string")
		}
	}
	ms, ok1 := m.text(module)
	ns, ok2 := m.text(name)
	if !ok1 || !ok2 {
		why := "a name that is too long to be one, or computed while loading"
		m.push(m.nameless(why))
		return
	}
	key := uint64(module.pay())<<32 | uint64(name.pay())
	if i, ok := m.pairs[key]; ok && m.proto >= 3 {
		g := m.globals[i]
		g.callable.Uses++
		g.callable.Under |= m.alive & (C | Python)
		m.push(mk(kGlobal, i))
		return
	}
	g := m.global(ms, ns)
	if g.kind() == kGlobal && m.proto >= 3 {
		m.pairs[key] = g.pay()
	}
	m.push(g)
}

// iterable says whether Python's f(*args) takes the value where C wants a tuple.
func (m *machine) argumentsOf(args value) {
	switch k := args.kind(); k {
	case kTuple:
	case kList, kDict, kSet, kFrozen, kStr, kBytes, kBytearr:
		m.die(C, "pickle.divergence-arguments", "arguments that are no tuple: the Python reader unpacks them all the same")
	case kUnknown, kObject:
		m.unsure = true
		m.diverge(0, "pickle.divergence-arguments", "arguments that may be no tuple")
	default:
		m.die(C|Python, "pickle.divergence-arguments", "arguments that can't be unpacked")
	}
}

// reduce calls f(*args).
func (m *machine) reduce(f, args value) value {
	m.argumentsOf(args)
	switch f.kind() {
	case kGlobal:
		return m.call(f.pay(), args)
	case kUnknown:
		m.unsure = true
	case kObject, kDtype, kPersist:
		m.unsure = true
		m.list.Add("pickle.call-instance", issue.Unknown, "", m.start, "calls an object that the stream itself made")
		m.raise(Unknown)
		m.trail("pickle.call-instance")
	default:
		m.die(C|Python, "pickle.divergence-type", "calls what can't be called")
	}
	return m.orphan(m.weight(args))
}

// orphan is the result of a call that nobody knows.
func (m *machine) orphan(w float32) value {
	g := m.global("?", "result")
	m.globals[g.pay()].callable.Why = "what a call returned that we can't follow"
	return m.object(g.pay(), w)
}

// call judges a call of a global with a value that unpacks to its arguments.
func (m *machine) call(gi uint32, args value) value {
	g := m.globals[gi]
	c := &g.callable
	c.Called = true
	w := m.weight(args)
	if g.entry == nil {
		rule := "pickle.call-unknown"
		if c.Class == Malicious {
			rule = "pickle.call-malicious"
		}
		m.blame(g, c.Class, rule, c.Why, args)
		return m.object(gi, w)
	}
	if g.entry.rule != nil {
		items, known := m.items(args)
		v, why := g.entry.rule(m, gi, items, known)
		if why != "" {
			m.blame(g, g.misuse(), "pickle.use-unsafe", why, args)
			return m.object(gi, w)
		}
		return v
	}
	if !g.has(useCall) {
		m.blame(g, g.misuse(), "pickle.use-unsafe", "is vouched for as data, not to be called with arguments", args)
	} else if items, _ := m.items(args); m.anyLively(items) && asks(c.Full) {
		m.blame(g, Unknown, "pickle.use-unsafe", asksInstance, args)
	}
	return m.object(gi, w)
}

// newObj is cls.__new__(cls, *args, **kw), without __init__.
func (m *machine) newObj(cls, args, kw value) value {
	m.argumentsOf(args)
	switch kw.kind() {
	case kDict, kNone:
	case kUnknown, kObject:
		m.unsure = true
	default:
		m.die(C|Python, "pickle.divergence-arguments", "keyword arguments that are no dict")
	}
	w := m.weight(args) + m.weight(kw)
	switch cls.kind() {
	case kGlobal:
		return m.create(cls.pay(), args, w)
	case kUnknown, kObject:
		m.unsure = true
		m.list.Add("pickle.call-instance", issue.Unknown, "", m.start, "makes an instance of what the stream itself made: C wants a type here, the Python reader calls any __new__")
		m.raise(Unknown)
		m.trail("pickle.call-instance")
	default:
		m.die(C|Python, "pickle.divergence-type", "makes an instance of what is no class")
	}
	return m.orphan(w)
}

// create judges the creation of an instance of a global by __new__.
func (m *machine) create(gi uint32, args value, w float32) value {
	g := m.globals[gi]
	c := &g.callable
	c.Called = true
	switch {
	case g.entry == nil:
		rule := "pickle.call-unknown"
		if c.Class == Malicious {
			rule = "pickle.call-malicious"
		}
		m.blame(g, c.Class, rule, c.Why, args)
	case g.has(useNew):
	case g.entry.rule != nil:
		return m.call(gi, args)
	case g.has(useCall):
	default:
		m.blame(g, g.misuse(), "pickle.use-unsafe", "is not vouched for as a class", args)
	}
	return m.object(gi, w)
}

// above makes a tuple of the n values that were just popped off the stack.
func (m *machine) above(n int) value {
	at := len(m.stack)
	m.stack = m.stack[:at+n]
	v := m.tuple(m.stack[at:])
	m.stack = m.stack[:at]
	return v
}

// instantiate is what INST and OBJ do: __new__ without arguments, else a call.
// items were just popped off the stack.
func (m *machine) instantiate(cls value, items []value) value {
	args := m.above(len(items))
	switch cls.kind() {
	case kGlobal:
		if len(items) == 0 && m.globals[cls.pay()].has(useNew) {
			return m.create(cls.pay(), args, 1)
		}
		return m.call(cls.pay(), args)
	default:
		return m.reduce(cls, args)
	}
}

func (m *machine) obj() {
	items := m.popMark()
	if len(items) == 0 {
		m.die(C|Python, "pickle.divergence-stack", "no class after the mark")
		m.push(vUnknown)
		return
	}
	m.leaks(items[1:], "arguments")
	cls, n := items[0], len(items)-1
	// Shift the arguments down over the class, so that they are what was popped.
	copy(items, items[1:])
	m.push(m.instantiate(cls, items[:n]))
}

// leaks finds names among items that are vouched for only as something to call.
func (m *machine) leaks(items []value, into string) {
	for _, v := range items {
		if v.kind() != kGlobal {
			continue
		}
		if g := m.globals[v.pay()]; g.entry != nil && !g.has(useValue) {
			m.blame(g, Unknown, "pickle.use-unsafe", "is put into "+into+", where something else may call it", 0)
		}
	}
}
