// Package skops judges schema.json of a skops archive: the tree of types from
// which a scikit-learn model is built.
//
// skops was made so that loading a model runs nothing unknown: each node names a
// module, a class and the loader that builds it, and what is not trusted is
// refused. Attacks make the node say one thing and the loader do another
// (CVE-2025-54412: an operator of another module; CVE-2025-54413: a method of
// another object than is shown). Check compares the three, names every type so
// that the gate can judge it, and calls unknown what lies outside of NumPy,
// SciPy, scikit-learn and their like.
package skops

import (
	"io"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/jsontree"
	"github.com/wardround/wardround/format/location"
)

// Type is a type or function that the model is built of.
type Type struct {
	Module, Name, Loader string
	Count                int
	At                   int64 // of the first node, in bytes from the start of the schema
}

// File is what a schema holds.
type File struct {
	Version  string // of skops
	Protocol string
	Types    []Type   // in the order in which they stand
	Files    []string // members of the archive that nodes name
	Issues   []issue.Issue
}

// Check reads a schema. The error is of the reading only.
func Check(r io.Reader, lim jsontree.Limits) (*File, error) {
	c := &checker{f: &File{}, seen: map[Type]int{}}
	w := &watched{r: r}
	root, at, err := jsontree.Parse(w, lim, func(n jsonstream.Notice) {
		if n.Code == jsonstream.DuplicateName {
			c.add("duplicate-key", issue.Unreadable, n.Pointer, n.Offset, "The name %s stands twice: readers take the first or the last.", n.Detail)
		}
	})
	if w.err != nil {
		return c.f, w.err
	}
	if err != nil {
		c.add("bad-json", issue.Unreadable, "", at, "The schema can't be read: %v.", err)
	} else if !root.Get("__loader__").Is(jsonstream.String) {
		c.add("no-model", issue.Unreadable, "", 0, "The schema describes no model.")
	}
	c.f.Version = root.Str("_skops_version")
	if p := root.Get("protocol"); p != nil {
		c.f.Protocol = p.Text
	}
	c.walk(root, "")
	c.f.Issues = c.issues.Issues()
	return c.f, nil
}

type checker struct {
	f      *File
	seen   map[Type]int
	issues issue.List
}

func (c *checker) add(rule string, level issue.Level, where string, at int64, format string, args ...any) {
	c.issues.Add("skops."+rule, level, where, at, format, args...)
}

func (c *checker) walk(n *jsontree.Node, path string) {
	if n == nil {
		return
	}
	if n.Get("__loader__") != nil || n.Get("__class__") != nil || n.Get("__module__") != nil {
		c.node(n, path)
	}
	if n.Kind == jsonstream.Object {
		for i, k := range n.Keys {
			c.walk(n.Kids[i], path+"/"+issue.Clip(k, 60))
		}
		return
	}
	for _, kid := range n.Kids {
		c.walk(kid, path+"/*")
	}
}

func (c *checker) node(n *jsontree.Node, path string) {
	t := Type{Module: n.Str("__module__"), Name: n.Str("__class__"), Loader: n.Str("__loader__")}
	if t.Name == "" || t.Loader == "" || n.Get("__module__") == nil {
		c.add("bad-node", issue.Unreadable, path, n.At, "A node lacks its class, module or loader.")
		return
	}
	if i, ok := c.seen[t]; ok {
		c.f.Types[i].Count++
	} else if len(c.seen) < 100_000 {
		c.seen[t] = len(c.f.Types)
		first := t
		first.Count, first.At = 1, n.At
		c.f.Types = append(c.f.Types, first)
	}
	full := issue.Clip(t.Module+"."+t.Name, 160)
	if f := n.Str("file"); f != "" {
		c.file(f, path, n)
	}
	want, known := loaders[t.Loader]
	switch {
	case !known:
		c.add("unknown-loader", issue.Unknown, path, n.At, "The loader %q of %q is none of skops's.", issue.Clip(t.Loader, 60), full)
	case t.Loader == "OperatorFuncNode" && t.Module != "operator":
		c.add("operator-module", issue.Malicious, path, n.At, "%q is loaded as an operator and is of another module (CVE-2025-54412).", full)
		return
	case t.Loader == "MethodNode":
		c.method(n, t, full, path)
	case len(want) > 0 && !contains(want, t.Module+"."+t.Name):
		c.add("loader-mismatch", issue.Malicious, path, n.At, "%q is loaded by %s, which is for %s: what is shown is not what is built.", full, t.Loader, strings.Join(want, ", "))
		return
	case t.Loader == "OperatorFuncNode":
		if t.Name != "itemgetter" {
			c.add("operator", issue.Unknown, path, n.At, "The model calls %q, which reaches attributes or methods by their names.", full)
		}
		return
	case t.Loader == "PartialNode":
		c.add("partial", issue.Unknown, path, n.At, "The model holds a function with arguments filled in (%s).", full)
		return
	}
	c.judge(t, full, path, n.At)
}

// method compares what a method node shows with the object whose method it takes.
func (c *checker) method(n *jsontree.Node, t Type, full, path string) {
	content := n.Get("content")
	obj := content.Get("obj")
	if obj == nil {
		c.add("bad-node", issue.Unreadable, path, n.At, "A method node has no object.")
		return
	}
	if obj.Str("__module__") != t.Module || obj.Str("__class__") != t.Name {
		c.add("method-mismatch", issue.Malicious, path, n.At, "The node shows %q and takes a method of %q (CVE-2025-54413).", full, issue.Clip(obj.Str("__module__")+"."+obj.Str("__class__"), 160))
	}
	f := content.Str("func")
	if strings.HasPrefix(f, "_") {
		c.add("method-private", issue.Malicious, path, n.At, "The node takes the internal method %q of %q.", issue.Clip(f, 60), full)
		return
	}
	c.add("method", issue.Unknown, path, n.At, "The model holds the method %q of %q.", issue.Clip(f, 60), full)
}

func (c *checker) file(name, path string, n *jsontree.Node) {
	if len(c.f.Files) < 1_000_000 {
		c.f.Files = append(c.f.Files, name)
	}
	if kind, why := location.Judge(name); kind != location.Inside {
		c.add("file-escapes", issue.Malicious, path, n.At, "The node names the file %q: %s.", issue.Clip(name, 120), why)
	}
}

// judge says what is known of a type. The gate's allowlist of callables may know more.
func (c *checker) judge(t Type, full, path string, at int64) {
	root, _, _ := strings.Cut(t.Module, ".")
	switch {
	case t.Module == "__main__" && !strings.Contains(t.Name, "__"): // a class of the script that trained the model
		c.add("untrusted-type", issue.Unknown, path, at, "The model is built of %q, a class of the program that wrote it.", full)
	case strings.Contains(t.Module+"."+t.Name, "__"):
		c.add("internal", issue.Malicious, path, at, "The model names %q, an internal of Python.", full)
	case system[root], root == "builtins" && !builtins[t.Name]:
		c.add("system-type", issue.Malicious, path, at, "The model is built of %q, which leads to the system.", full)
	case root == "builtins", root == "collections", root == "datetime":
	case t.Loader == "FunctionNode":
		if !(t.Module == "numpy" || strings.HasPrefix(t.Module, "numpy.")) && !strings.HasPrefix(t.Module, "scipy.special") || t.Module != "scipy.special" && t.Module != "scipy.special._ufuncs" && !ufuncs[t.Name] {
			c.add("untrusted-function", issue.Unknown, path, at, "The model calls the function %q, which is no plain function of numbers.", full)
		}
	case !frameworks[root]:
		c.add("untrusted-type", issue.Unknown, path, at, "The model is built of %q, outside of the libraries that skops trusts.", full)
	case t.Name[0] >= 'a' && t.Name[0] <= 'z' && !plain[t.Name]:
		c.add("untrusted-function", issue.Unknown, path, at, "The model is built of %q, which is no class of models.", full)
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
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
