package pickle

import "strings"

// made is the plain result of a call: an instance of g.
func (m *machine) made(g uint32, args []value) value { return m.object(g, m.sum(args)) }

func (m *machine) globalOf(v value) *global {
	if v.kind() != kGlobal {
		return nil
	}
	return m.globals[v.pay()]
}

// ruleReconstructor: copyreg._reconstructor(cls, base, state) is
// base.__new__(cls, state), and base.__init__ where that is not object's.
func ruleReconstructor(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 3 {
		return 0, "is called with other than a class, its base and a state"
	}
	cls, base := m.globalOf(args[0]), m.globalOf(args[1])
	if cls == nil || base == nil {
		return 0, "is called with a class that the stream computes"
	}
	cls.callable.Called = true
	if !cls.has(useNew|useCall) || !base.has(useBase) {
		return 0, "makes an instance of " + cls.callable.Full + " from " + base.callable.Full + ", which is not vouched for"
	}
	if base.callable.Full != "builtins.object" && m.lively(args[2]) {
		return 0, asksInstance
	}
	return m.object(args[0].pay(), m.sum(args)), ""
}

// ruleNewObj: the first argument is a class, of which __new__ is called.
func ruleNewObj(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 {
		return 0, "is called with what we can't follow"
	}
	cls := m.globalOf(args[0])
	if cls == nil || !cls.has(useNew|useCall) {
		return 0, "makes an instance of what is not vouched for"
	}
	cls.callable.Called = true
	return m.object(args[0].pay(), m.sum(args)), ""
}

// ruleArray: numpy's _reconstruct(subtype, shape, dtype), and the masked one,
// which has a second class.
func ruleArray(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) < 3 {
		return 0, "is called with what we can't follow"
	}
	for i, v := range args[:2] {
		if cls := m.globalOf(v); cls != nil && cls.has(useArray) {
			cls.callable.Called = true
		} else if cls != nil || i == 0 {
			return 0, "makes an array of a class that is not vouched for"
		}
	}
	return m.object(args[0].pay(), m.sum(args)), ""
}

// ruleDtype: numpy.dtype("f8", align, copy).
func ruleDtype(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 {
		return m.newDtype("", false), ""
	}
	s, ok := m.text(args[0])
	if f := m.globalOf(args[0]); f != nil && recordTypes[f.callable.Full] {
		s, ok = "V0", true
	}
	v := m.newDtype(s, ok)
	if len(args) < 3 || args[2] != vTrue && args[2] != mk(kInt, 1) {
		// No copy: it may be the one that all share, which takes no state.
		m.dtypes[v.pay()].form = formUnknown
	}
	return v, ""
}

// ruleStringDtype: numpy's StringDType with its options, a flag and a missing value.
func ruleStringDtype(m *machine, g uint32, args []value, known bool) (value, string) {
	for _, v := range args {
		if v.kind() == kUnknown {
			return 0, "is called with what we can't follow"
		}
	}
	return m.newDtype("O", true), ""
}

// ruleEncode: _codecs.encode(text, "latin1") is how protocol 2 writes bytes. Other
// codecs compress, or are found by a search function that anyone can register.
func ruleEncode(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) < 1 || len(args) > 2 || args[0].kind() != kStr {
		return 0, "is called with other than text and an encoding"
	}
	found := uint32(bytesPlain)
	if len(args) == 2 {
		switch s, _ := m.text(args[1]); strings.ToLower(s) {
		case "latin1", "latin-1":
			switch args[0].pay() {
			case wordStorage:
				found = bytesStorage
			case wordHostile:
				found = bytesHostile
			}
		case "ascii", "utf-8", "utf8":
		default:
			return 0, "is called with a codec other than Latin-1, ASCII and UTF-8"
		}
	}
	return mk(kBytes, found), ""
}

// ruleGetattr: only the pairs of gettable, the members that old enumerations and
// bound methods are written as.
func ruleGetattr(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 2 {
		return 0, "is called with what we can't follow"
	}
	name, ok := m.text(args[1])
	of := m.globalOf(args[0])
	if ok && args[0].kind() == kObject {
		cls := m.globals[m.madeBy(args[0])]
		if cls.entry != nil && cls.has(useNew) && bindable(cls.callable.Full, name) {
			return m.object(g, 1), "" // made by getattr: nothing may be done with it
		}
	}
	if !ok || of == nil {
		return 0, "takes an attribute of what the stream computes"
	}
	full := of.callable.Full + "." + name
	if why := dangerous(of.callable.Full, name); why != "" {
		m.globals[g].callable.Class = Malicious
		m.raise(Malicious)
		return 0, "takes " + full + ": " + why
	}
	if !gettable[full] || !of.has(useValue) {
		return 0, "takes the attribute " + full + ", which is not vouched for"
	}
	return m.global(of.callable.Module, of.callable.Name+"."+name), ""
}

// gettable are attributes that getattr may take; all are constants or functions
// of numerical code that are not called while loading.
var gettable = map[string]bool{
	"builtins.str.lower": true, "builtins.str.upper": true, "builtins.str.strip": true, "builtins.str.split": true, "builtins.str.casefold": true,
	"builtins.str.title": true, "builtins.str.capitalize": true, "builtins.str.lstrip": true, "builtins.str.rstrip": true,
	"zoneinfo.ZoneInfo._unpickle":                                true,
	"scipy.interpolate._interpolate.interp1d._call_spline":       true,
	"scipy.interpolate._interpolate.interp1d._call_linear":       true,
	"scipy.interpolate._interpolate.interp1d._call_linear_np":    true,
	"scipy.interpolate._interpolate.interp1d._call_nearest":      true,
	"scipy.interpolate._interpolate.interp1d._call_previousnext": true,
	"scipy.interpolate.interpolate.interp1d._call_spline":        true,
	"scipy.interpolate.interpolate.interp1d._call_linear":        true,
	"torch.optim.swa_utils.SWALR._cosine_anneal":                 true, "torch.optim.swa_utils.SWALR._linear_anneal": true,
	"torch.optim.lr_scheduler.CyclicLR._triangular_scale_fn": true, "torch.optim.lr_scheduler.CyclicLR._triangular2_scale_fn": true,
	"torch.optim.lr_scheduler.CyclicLR._exp_range_scale_fn": true, "torch.optim.lr_scheduler.OneCycleLR._annealing_cos": true,
	"torch.optim.lr_scheduler.OneCycleLR._annealing_linear": true,
}

// ruleUfunc: numpy.core._ufunc_reconstruct(module, name) imports and getattrs.
func ruleUfunc(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 2 {
		return 0, "is called with what we can't follow"
	}
	mod, ok1 := m.text(args[0])
	name, ok2 := m.text(args[1])
	if !ok1 || !ok2 {
		return 0, "imports a name that the stream computes"
	}
	v := m.global(mod, name)
	if v.kind() != kGlobal || !m.globals[v.pay()].has(useFunc) {
		return 0, "imports " + mod + "." + name + ", which is no function vouched for"
	}
	return v, ""
}

// rulePartial: functools.partial(f). Nothing is called while loading, but what is
// held will be; it must be a function that is harmless to call.
func rulePartial(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 {
		return 0, "holds what we can't follow"
	}
	if !m.holdable(args[0], args[1:], true) {
		return 0, "holds a function that is not vouched for"
	}
	if why := m.partialArgs(args[1:]); why != "" {
		return 0, why
	}
	return m.made(g, args), ""
}

// holdable says that partial may hold a function with these arguments: one that is
// harmless to call, or defaultdict, of which counts within counts are made.
func (m *machine) holdable(fn value, args []value, known bool) bool {
	f := m.globalOf(fn)
	if f == nil {
		return false
	}
	if f.callable.Full == "collections.defaultdict" && f.entry != nil {
		_, why := ruleFactory(m, fn.pay(), args, known)
		return why == ""
	}
	return f.has(useFunc | useFactory)
}

// statePartial: partial.__setstate__((f, args, keywords, dict)) puts another f.
func statePartial(m *machine, inst, state value) string {
	items, ok := m.items(state)
	if !ok || len(items) != 4 {
		return "is given a state that we can't follow"
	}
	if args, known := m.items(items[1]); !m.holdable(items[0], args, known) {
		return "holds a function that is not vouched for"
	}
	// The attributes of its own, last, are not handed on.
	keywords := []value{items[2]}
	positional, known := m.items(items[1])
	if !known || items[2].kind() != kDict && items[2] != vNone {
		return "is given a state that we can't follow"
	}
	if why := m.partialArgs(positional); why != "" {
		return why
	}
	return m.partialArgs(keywords)
}

// ruleAttr: operator.attrgetter and itemgetter with names that are no dunders.
func ruleAttr(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 {
		return 0, "is called with what we can't follow"
	}
	for _, v := range args {
		if v.kind() == kInt {
			continue
		}
		if s, ok := m.text(v); !ok || strings.Contains(s, "__") {
			return 0, "takes an attribute that is not plain"
		}
	}
	return m.made(g, args), ""
}

// ruleSized: bytes(n), bytearray(n), range(n): a number makes that many bytes.
func ruleSized(m *machine, g uint32, args []value, known bool) (value, string) {
	for _, v := range args {
		if n, ok := m.intOf(v); v.kind() == kInt && (!ok || n > 1<<20) || v.kind() == kUnknown || v.kind() == kObject {
			return 0, "makes something of a size that is not bounded"
		}
	}
	if !known {
		return 0, "is called with what we can't follow"
	}
	return m.made(g, args), ""
}

// ruleContainer: list(x), set(x) …: only of containers, whose size is known.
func ruleContainer(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) > 1 {
		return 0, "is called with what we can't follow"
	}
	for _, v := range args {
		if !v.plain() {
			return 0, "walks what is no plain container"
		}
	}
	return m.made(g, args), ""
}

// rulePlain: arguments that are plain values, containers of them, or instances.
func rulePlain(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known {
		return m.made(g, nil), ""
	}
	for _, v := range args {
		if v.kind() == kUnknown {
			return 0, "is called with what we can't follow"
		}
	}
	if m.anyLively(args) {
		return 0, asksInstance
	}
	return m.made(g, args), ""
}

// ruleFactory: collections.defaultdict(factory).
func ruleFactory(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) > 2 {
		return 0, "is called with what we can't follow"
	}
	if len(args) > 1 && m.lively(args[1]) {
		return 0, asksInstance
	}
	if len(args) > 0 && args[0] != vNone {
		f := m.globalOf(args[0])
		if f == nil && args[0].kind() == kObject {
			f = m.globals[m.madeBy(args[0])] // partial(list), say
			if f.callable.Full == "functools.partial" && f.entry != nil {
				return m.made(g, args), ""
			}
		}
		if f == nil || !f.has(useFactory) {
			return 0, "calls, for each missing key, what is not vouched for"
		}
	}
	return m.made(g, args), ""
}

// ruleCython: Cython's __pyx_unpickle_X(cls, checksum, state) and __pyx_unpickle
// relatives: cls.__new__(cls), then the state into C fields.
func ruleCython(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) < 2 || len(args) > 3 {
		return 0, "is called with what we can't follow"
	}
	cls := m.globalOf(args[0])
	if cls == nil || !cls.has(useNew) {
		return 0, "makes an instance of a class that is not vouched for"
	}
	cls.callable.Called = true
	return m.object(args[0].pay(), m.sum(args)), ""
}

// ruleBitGenerator: numpy.random's constructors take a name or a class.
func ruleBitGenerator(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known {
		return 0, "is called with what we can't follow"
	}
	for _, v := range args {
		switch f := m.globalOf(v); {
		case v.kind() == kStr || v.kind() == kObject:
		case f != nil && (strings.HasPrefix(f.callable.Full, "numpy.random.")) && f.entry != nil:
		default:
			return 0, "is called with other than a bit generator"
		}
	}
	return m.made(g, args), ""
}

// ruleUnpackDict: callables that take a class first and store the rest.
func ruleClassFirst(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 {
		return 0, "is called with what we can't follow"
	}
	cls := m.globalOf(args[0])
	if cls == nil || !cls.has(useNew|useCall) {
		return 0, "makes an instance of a class that is not vouched for"
	}
	cls.callable.Called = true
	return m.object(args[0].pay(), m.sum(args)), ""
}

// ruleFraction: Fraction("1e999999999") computes that power, so no exponents.
func ruleFraction(m *machine, g uint32, args []value, known bool) (value, string) {
	for _, v := range args {
		if s, ok := m.text(v); v.kind() != kInt && (!ok || strings.ContainsAny(s, "eE")) {
			return 0, "is made from other than whole numbers"
		}
	}
	if !known {
		return 0, "is called with what we can't follow"
	}
	return m.made(g, args), ""
}

// ruleRebuildType: torch._tensor._rebuild_from_type_v2(function, type, args,
// state) calls the function; it must be one of torch's own rebuilders.
func ruleRebuildType(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 4 {
		return 0, "is called with what we can't follow"
	}
	f, t := m.globalOf(args[0]), m.globalOf(args[1])
	if f == nil || t == nil || f.entry == nil || !t.has(useNew) {
		return 0, "calls a function that is not one of torch's rebuilders"
	}
	result := m.object(args[1].pay(), m.sum(args))
	// torch before 2.5 names the ragged tensor's own class, which takes its two parts.
	if f == t && f.callable.Full == "torch.nested._internal.nested_tensor.NestedTensor" {
		return result, ""
	}
	if f.entry.rule == nil || !rebuilder(f.callable.Full) {
		return 0, "calls a function that is not one of torch's rebuilders"
	}
	// What it hands on is judged as if the stream called the function itself.
	inner, known := m.items(args[2])
	if _, why := f.entry.rule(m, args[0].pay(), inner, known); why != "" {
		return 0, "calls " + f.callable.Full + ", which " + why
	}
	return result, ""
}

// rebuilder says that a function makes a tensor of its parts and nothing else.
func rebuilder(full string) bool {
	return strings.HasPrefix(full, "torch._utils._rebuild_") || full == "torch.nested._internal.nested_tensor._rebuild_njt"
}
