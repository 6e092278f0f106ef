package pickle

import "strings"

// A class that is vouched for only stores what it is given. But an instance of it may
// carry functions in its attributes, and something that is called while loading may ask
// it: OrderedDict(x) calls x.keys(), deque(x) walks x, a schedule's __setstate__ calls
// group.setdefault(…). Put together, harmless functions then run on what the stream
// chose, long before anybody uses the object. So what asks its arguments takes only
// values whose answers are their class's own; partial, which would give the functions
// their arguments, takes only plain ones; and no state gives an instance an attribute
// in place of a method that loaders call.

// answering are the beginnings of the names whose instances answer out of code of
// their own, in C or over data, and not out of their attributes.
var answering = strings.Fields(`numpy. pandas. pyarrow. datetime. decimal. _decimal. fractions. uuid. zoneinfo. pytz. dateutil. ipaddress. array. pathlib. re.
	builtins. collections.OrderedDict collections.Counter collections.deque collections.defaultdict _codecs. torch._utils. torch._tensor. torch.Size torch.device
	torch.storage. torch.Tensor torch.nn.parameter. joblib.numpy_pickle.NumpyArrayWrapper torch.nested. torch.masked. torch.serialization._get_layout torch._C.Generator torchvision.tv_tensors.`)

// answers says that instances of a name answer by themselves.
func answers(full string) bool {
	if strings.HasSuffix(full, ".vectorize") {
		return false
	}
	for _, p := range answering {
		if strings.HasPrefix(full, p) {
			return true
		}
	}
	return false
}

// lively says that a value is an instance whose attributes may answer for it.
func (m *machine) lively(v value) bool {
	return v.kind() == kObject && m.globals[m.madeBy(v)].lively
}

func (m *machine) anyLively(vs []value) bool {
	for _, v := range vs {
		if m.lively(v) {
			return true
		}
	}
	return false
}

const asksInstance = "asks an instance that the stream made, which may answer by calling what it holds"

// asks says that a call of a name asks its arguments. Exceptions store them, and the
// compiled classes of scikit-learn check their types.
func asks(full string) bool {
	return full == "builtins.complex" || !strings.HasPrefix(full, "builtins.") && !strings.HasPrefix(full, "sklearn.") && !strings.HasPrefix(full, "_loss.")
}

// methodNames are methods that something calls while loading.
var methodNames = func() map[string]bool {
	t := make(map[string]bool)
	for _, n := range strings.Fields("keys items values get setdefault pop update append extend add") {
		t[n] = true
	}
	return t
}()

// answer looks at a value that is put into a dict under a key, and says what the dict
// is to be marked with.
func (m *machine) answer(key, v value) uint32 {
	switch v.kind() {
	case kObject, kGlobal:
	default:
		return 0
	}
	var flags uint32
	if v.kind() == kObject {
		flags = flagHolds
	}
	if v.kind() == kObject && !m.lively(v) {
		return flags
	}
	if own, word, ok := m.content(key); ok && (own != nil && len(own) < 11 && methodNames[string(own)] || methodNames[word]) {
		flags |= flagShadow
	}
	return flags
}

// partialArgs says what is wrong with what partial is to hand on.
func (m *machine) partialArgs(vs []value) string {
	for _, v := range vs {
		switch v.kind() {
		case kObject, kUnknown, kPersist:
			return "hands an instance to a function, which may ask it"
		case kDict:
			c := m.cells.at(v.pay())
			if uint32(*c)&flagHolds != 0 {
				return "hands an instance to a function, which may ask it"
			}
			*c |= value(flagGiven)
		}
	}
	return ""
}
