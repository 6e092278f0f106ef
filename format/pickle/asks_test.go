package pickle

import (
	"bytes"
	"testing"
)

// instance is an instance of a class with one attribute, made by __new__ and BUILD.
func instance(module, name, attribute, v string) string {
	return named(module, name) + ")\x81}" + text(attribute) + v + "sb"
}

// TestInstancesThatAnswer: each stream names only what is vouched for. Five such (the keys
// of a dict, of one with a factory and of a reconstructed one, a function over arrays,
// an attribute in place of keys) deleted a file while pickle.load of Python 3.11 was at
// work, through a pipeline of scikit-learn. Those of torch were not loaded.
func TestInstancesThatAnswer(t *testing.T) {
	fn := named("functools", "partial") + named("numpy", "exp") + "\x85R"
	bag := instance("types", "SimpleNamespace", "keys", fn)
	set := instance("torch.utils.data.dataset", "Subset", "dataset", named("collections", "defaultdict")+fn+"\x85R")
	holder := named("functools", "partial") + named("numpy", "exp") + "\x85R(" + named("numpy", "exp")
	path := named("pathlib", "PosixPath") + text("x") + "\x85R"
	for name, s := range map[string]string{
		"the keys of a dict":              named("collections", "OrderedDict") + bag + "\x85R",
		"the keys of a dict with factory": named("collections", "defaultdict") + "N" + bag + "\x86R",
		"the keys of a reconstructed":     named("copyreg", "_reconstructor") + named("collections", "OrderedDict") + named("collections", "OrderedDict") + bag + "\x87R",
		"the items of a parameter":        named("torch._utils", "_rebuild_parameter_with_state") + "(" + named("torch", "Tensor") + ")\x81\x89N" + bag + "tR",
		"a function over arrays":          named("collections", "OrderedDict") + instance("numpy", "vectorize", "pyfunc", fn) + "\x85R",
		"a walk":                          named("collections", "deque") + set + "\x85R",
		"a walk into an array":            named("array", "array") + text("i") + set + "\x86R",
		"a walk into a shape":             named("torch", "Size") + set + "\x85R",
		"a walk into an index":            named("pandas", "Index") + set + "\x85R",
		"a text of what":                  named("torch.torch_version", "TorchVersion") + instance("torch.nn.modules.linear", "Linear", "extra_repr", fn) + "\x85\x81",
		"an attribute in place of keys":   instance("pandas.core.frame", "DataFrame", "_flags", bag),
		"in place of setdefault":          instance("types", "SimpleNamespace", "setdefault", fn),
		"an argument for a function":      holder + path + "\x85}Ntb",
		"a keyword for a function":        holder + ")}" + text("key") + path + "sNtb",
		"a keyword put in afterwards":     "}q\x09" + holder + ")h\x09Ntbh\x09" + text("key") + path + "s\x86",
	} {
		rep, err := Scan(bytes.NewReader([]byte("\x80\x04"+s+".")), Limits{}, Policy{})
		if err != nil || rep.Class <= Safe {
			t.Errorf("%s: %v %v %v", name, rep.Class, err, rep.Accepts)
		}
	}
}

// TestPlainCallsStaySafe: what honest writers hand to the same callables.
func TestPlainCallsStaySafe(t *testing.T) {
	for name, s := range map[string]string{
		"ordered":  named("collections", "OrderedDict") + ")R(" + text("keys") + "K\x01u",
		"counted":  named("collections", "Counter") + "}" + text("a") + "K\x01s\x85R",
		"deque":    named("collections", "deque") + "]K\x05\x86R",
		"partial":  named("functools", "partial") + named("numpy", "exp") + "\x85R(" + named("numpy", "exp") + ")}" + text("axis") + "K\x00sNtb",
		"interval": named("pandas", "Interval") + named("pandas", "Timestamp") + "K\x01\x85R" + named("pandas", "Timestamp") + "K\x02\x85R\x86R",
		"version":  named("torch.torch_version", "TorchVersion") + text("2.4.1") + "\x85\x81",
		"sparse":   named("torch._utils", "_rebuild_sparse_tensor") + named("torch.serialization", "_get_layout") + text("torch.sparse_coo") + "\x85R)\x86R",
		"grouped":  instance("sklearn.decomposition._pca", "PCA", "keys", "]"),
	} {
		rep, err := Scan(bytes.NewReader([]byte("\x80\x04"+s+".")), Limits{}, Policy{})
		if err != nil || rep.Class != Safe {
			t.Errorf("%s: %v %v %v", name, rep.Class, err, rep.Issues)
		}
	}
}
