// Package keras judges the configuration of Keras models: config.json of a
// .keras archive and the attributes model_config and training_config of an HDF5
// file (format/hdf5 reads those).
//
// A configuration names the classes that a model is built of, and building runs
// their code. Keras 3 names them by module and class, and once took any module
// (CVE-2025-1550), any function of its own (CVE-2025-8747, CVE-2025-9906: one
// switches the safe mode off), and any file as a vocabulary (CVE-2025-12058).
// Lambda layers carry byte code, which the HDF5 reader runs whatever the safe
// mode (CVE-2024-3660, CVE-2025-9905). Check therefore knows what models are
// built of and calls the rest unknown:
//
//   - malicious: functions and modules outside Keras that lead to the system,
//     functions of Keras that fetch, load or unlock, byte code whose names lead
//     to the system, files outside the model that are read while loading;
//   - unknown: classes outside the allowlist, also those that a maker registered,
//     byte code of which only harmless names are seen (a Lambda layer has honest
//     uses: only its author can say what it does), files beside the model;
//   - unreadable: what is no JSON that every reader reads alike.
package keras

import (
	"io"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/jsontree"
)

// Limits bound what Check takes in. Zero values mean the defaults.
type Limits struct {
	Bytes  int64 // of the document; default 64 MiB
	Depth  int   // default 200
	Values int   // default 2 million
}

func (l Limits) filled() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	if l.Depth <= 0 {
		l.Depth = 200
	}
	if l.Values <= 0 {
		l.Values = 2_000_000
	}
	return l
}

// Config is what a configuration names.
type Config struct {
	Classes []string // "keras.layers.Dense", or "Dense" where no module is told; sorted
	Layers  int      // objects that have a class
	Version string   // keras_version, if the document says it (metadata.json does)
	Issues  []issue.Issue
}

// Check reads a configuration. where names the document in the issues
// ("config.json"). The error is of the reading only.
func Check(where string, r io.Reader, lim Limits) (*Config, error) {
	lim = lim.filled()
	c := &checker{where: where, seen: map[string]bool{}, f: &Config{}}
	w := &watched{r: r}
	root, at, err := jsontree.Parse(w, jsontree.Limits(lim), func(n jsonstream.Notice) {
		switch n.Code {
		case jsonstream.DuplicateName:
			c.issues.Add("keras.duplicate-key", issue.Unreadable, where+n.Pointer, n.Offset, "The name %s stands twice: readers take the first or the last.", n.Detail)
		case jsonstream.BadText:
			c.issues.Add("keras.bad-text", issue.Unreadable, where+n.Pointer, n.Offset, "A text of the configuration is no UTF-8.")
		}
	})
	if w.err != nil {
		return c.f, w.err
	}
	if err != nil {
		c.issues.Add("keras.bad-json", issue.Unreadable, where, at, "The configuration can't be read: %v.", err)
	}
	c.f.Version = root.Str("keras_version")
	c.walk(root, where, nil)
	for k := range c.seen {
		c.f.Classes = append(c.f.Classes, k)
	}
	slices.Sort(c.f.Classes)
	c.f.Issues = c.issues.Issues()
	return c.f, nil
}

type checker struct {
	where  string
	f      *Config
	seen   map[string]bool
	issues issue.List
}

// walk visits every value; owner is the class that the value configures.
func (c *checker) walk(n *jsontree.Node, path string, owner *jsontree.Node) {
	if n == nil {
		return
	}
	if n.Kind == jsonstream.Object {
		if n.Get("class_name").Is(jsonstream.String) {
			c.object(n, path)
			owner = n
		} else if n.Get("module").Is(jsonstream.String) && (n.Get("config") != nil || n.Get("registered_name") != nil) {
			c.object(n, path)
			owner = n
		}
		for i, k := range n.Keys {
			c.member(owner, n, k, n.Kids[i], path)
			c.walk(n.Kids[i], path+"/"+issue.Clip(k, 60), owner)
		}
		return
	}
	for _, kid := range n.Kids {
		c.walk(kid, path+"/*", owner)
	}
}

// object judges one serialised object.
func (c *checker) object(n *jsontree.Node, path string) {
	module, class, registered := n.Str("module"), n.Str("class_name"), n.Str("registered_name")
	full := class
	if module != "" {
		full = module + "." + class
	}
	c.f.Layers++
	if len(c.seen) < 100_000 {
		c.seen[issue.Clip(full, 200)] = true
	}
	if name := n.Get("config").Str("name"); name != "" {
		path += "(" + issue.Clip(name, 60) + ")"
	}
	switch class {
	case "Lambda", "__lambda__":
		c.lambda(n, path, full)
		return
	case "function":
		c.function(n, module, path)
		return
	case "__typespec__":
		c.typespec(n, module, path)
		return
	case "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__complex__", "__slice__", "__tuple__", "__keras_tensor__", "__dict__", "__list__", "__set__", "__timestamp__":
		if module == "" || inKeras(module) || module == "builtins" {
			return
		}
	case "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer":
		c.issues.Add("keras.foreign-code", issue.Unknown, path, n.At, "The layer %q carries or loads a model of another framework, with the code that this needs.", full)
		return
	case "TFOpLambda", "TensorFlowOpLayer", "InstanceMethod", "ClassMethod", "InstanceProperty":
		c.opLambda(n, path)
		return
	}
	if c.module(n, module, class, path) {
		c.class(n, module, class, registered, path)
	}
}

// inKeras reports whether a module belongs to Keras by one of its names.
func inKeras(module string) bool {
	for _, root := range []string{"keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras", "tf.keras"} {
		if module == root || strings.HasPrefix(module, root+".") {
			return true
		}
	}
	return false
}

// module judges where a class is taken from and reports whether it is Keras.
func (c *checker) module(n *jsontree.Node, module, class, path string) bool {
	switch {
	case module == "" || inKeras(module):
		return true
	case leads(module) || leads(module+"."+class):
		c.issues.Add("keras.system-module", issue.Malicious, path, n.At, "The configuration builds %q of the module %q, which leads to the system (CVE-2025-1550).", issue.Clip(class, 80), issue.Clip(module, 80))
	case module == "builtins":
		c.issues.Add("keras.system-module", issue.Malicious, path, n.At, "The configuration calls the Python built-in %q.", issue.Clip(class, 80))
	default:
		c.issues.Add("keras.custom-module", issue.Unknown, path, n.At, "The configuration builds %q of the module %q, outside of Keras.", issue.Clip(class, 80), issue.Clip(module, 80))
	}
	return false
}

func (c *checker) class(n *jsontree.Node, module, class, registered, path string) {
	switch {
	case unlocks[class]:
		c.issues.Add("keras.unlocking-function", issue.Malicious, path, n.At, "The configuration calls %q of Keras, which fetches, loads or switches the safe mode off (CVE-2025-8747, CVE-2025-9906).", class)
	case classes[class] || operations[class]:
		if module != "" && !ordinary(module) {
			c.issues.Add("keras.unusual-module", issue.Unknown, path, n.At, "The class %q is taken from %q, where models take none from.", class, issue.Clip(module, 80))
		} else if registered != "" && registered != class && !strings.HasPrefix(registered, "keras") && !strings.HasPrefix(registered, "Keras") {
			c.issues.Add("keras.custom-class", issue.Unknown, path, n.At, "The class %q is registered as %q: its code is not Keras's.", class, issue.Clip(registered, 80))
		}
	case functions[class] && n.Get("config") == nil:
	default:
		c.issues.Add("keras.custom-class", issue.Unknown, path, n.At, "The class %q is none of Keras's own: what it does its maker knows.", issue.Clip(class, 80))
	}
}

// ordinary reports whether models take classes from a module of Keras.
func ordinary(module string) bool {
	for _, root := range []string{"tensorflow.python.keras", "tensorflow.keras", "tf.keras", "tf_keras", "keras"} {
		rest, ok := strings.CutPrefix(module, root)
		if !ok {
			continue
		}
		rest = strings.TrimPrefix(rest, ".")
		if r, ok := strings.CutPrefix(rest, "src."); ok {
			rest = r
		}
		if r, ok := strings.CutPrefix(rest, "engine"); ok {
			return r == "" || strings.HasPrefix(r, ".")
		}
		first, _, _ := strings.Cut(rest, ".")
		return first == "" || parts[first]
	}
	return false
}

// function judges a function that is named instead of a class.
func (c *checker) function(n *jsontree.Node, module, path string) {
	name := ""
	if cfg := n.Get("config"); cfg.Is(jsonstream.String) {
		name = cfg.Text
	}
	if name == "" {
		name = n.Str("registered_name")
	}
	if i := strings.LastIndexByte(name, '>'); i >= 0 {
		name = name[i+1:]
	}
	switch {
	case unlocks[name]:
		c.issues.Add("keras.unlocking-function", issue.Malicious, path, n.At, "The configuration calls %q of Keras, which fetches, loads or switches the safe mode off (CVE-2025-8747, CVE-2025-9906).", name)
	case module != "" && module != "builtins" && !inKeras(module):
		c.module(n, module, name, path)
	case functions[name]:
	case module == "builtins" && builtin[name]:
		c.issues.Add("keras.system-module", issue.Malicious, path, n.At, "The configuration calls the Python built-in %q.", name)
	default:
		c.issues.Add("keras.custom-function", issue.Unknown, path, n.At, "The function %q is none of Keras's own: what it does its maker knows.", issue.Clip(name, 80))
	}
}

func (c *checker) typespec(n *jsontree.Node, module, path string) {
	spec := n.Str("spec_name")
	if module != "" && !strings.HasPrefix(module, "tensorflow") && !inKeras(module) || spec != "" && !strings.HasSuffix(spec, "Spec") {
		c.issues.Add("keras.custom-module", issue.Unknown, path, n.At, "The configuration takes the type %q from %q.", issue.Clip(spec, 80), issue.Clip(module, 80))
	}
}

type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
