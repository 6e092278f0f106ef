// Package torchscript judges the source code that a TorchScript archive carries:
// the files code/*.py of a .pt made by torch.jit.save.
//
// The code is a small dialect of Python that PyTorch's own interpreter runs: no
// imports of Python, no access to the system but through operators. Every call is
// of an operator ("torch.add", "ops.aten.add"), of a method, of a function or
// class of the archive ("__torch__.…"). Check reads the code token by token and
// calls
//
//   - malicious: what has no place in the dialect and is aimed at Python (imports of
//     modules, names such as __import__ and os.system), operators that write files;
//   - unknown: operators that map files or load models, and operators of
//     libraries that must be loaded beside the archive ("torch.ops.mine.x").
//
// Strings and comments are passed over, except comments that carry debug names.
package torchscript

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/payload"
)

// Limits bound what Check takes in. Zero values mean the defaults.
type Limits struct {
	Bytes  int // of one file; default 64 MiB
	Tokens int // default 20 million
}

// File is what a source file uses.
type File struct {
	Calls   []string // dotted names that are called or imported, sorted
	Classes []string // that it defines
	Issues  []issue.Issue
}

// Check reads the source of the archive's member name. Offsets are bytes from the
// source's start.
func Check(name string, src []byte, lim Limits) *File {
	if lim.Bytes <= 0 {
		lim.Bytes = 64 << 20
	}
	if lim.Tokens <= 0 {
		lim.Tokens = 20_000_000
	}
	c := &checker{name: name, src: src, left: lim.Tokens, calls: map[string]bool{}, told: map[string]bool{}}
	if len(src) > lim.Bytes {
		c.issues.Add("torchscript.too-large", issue.Unreadable, name, 0, "The source has %d bytes; at most %d are read.", len(src), lim.Bytes)
	} else {
		c.file()
	}
	for k := range c.calls {
		c.f.Calls = append(c.f.Calls, k)
	}
	slices.Sort(c.f.Calls)
	c.f.Issues = c.issues.Issues()
	return &c.f
}

type checker struct {
	name   string
	src    []byte
	i      int
	left   int
	f      File
	calls  map[string]bool
	told   map[string]bool
	issues issue.List
}

func (c *checker) tell(rule string, level issue.Level, at int, key, format string, args ...any) {
	if k := rule + key; len(c.told) < 10_000 && !c.told[k] {
		c.told[k] = true
		c.issues.Add("torchscript."+rule, level, c.name, int64(at), format, args...)
	}
}

// file walks the tokens that matter: dotted names, and what stands after them.
func (c *checker) file() {
	start := true // of a statement
	for c.i < len(c.src) {
		if c.left--; c.left < 0 {
			c.issues.Add("torchscript.too-many-tokens", issue.Unreadable, c.name, int64(c.i), "The source has more parts than are read.")
			return
		}
		b := c.src[c.i]
		switch {
		case b == '\n' || b == ';':
			start = true
			c.i++
		case b == ' ' || b == '\t' || b == '\r':
			c.i++
		case b == '#':
			for c.i < len(c.src) && c.src[c.i] != '\n' {
				c.i++
			}
		case b == '"' || b == '\'':
			c.text(b)
			start = false
		case letter(b) || b >= 0x80:
			at := c.i
			word := c.dotted()
			c.word(word, at, start)
			start = false
		case b >= '0' && b <= '9':
			for c.i < len(c.src) && (letter(c.src[c.i]) || c.src[c.i] >= '0' && c.src[c.i] <= '9' || c.src[c.i] == '.') {
				c.i++
			}
			start = false
		case b == '@':
			c.tell("decorator", issue.Unknown, c.i, "", "The source has a decorator, which the dialect does not know.")
			c.i++
		case b == 0:
			c.tell("binary", issue.Unreadable, c.i, "", "The source holds a NUL byte.")
			c.i++
		case b == '.':
			// An attribute of an expression: "(x).y", "self.a[0].b".
			c.i++
			if c.i < len(c.src) && (letter(c.src[c.i]) || c.src[c.i] >= 0x80) {
				at := c.i
				c.method(c.dotted(), at)
			}
			start = false
		default:
			c.i++
			start = b == ':' && start
		}
	}
}

func letter(b byte) bool { return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

func (c *checker) dotted() string {
	at := c.i
	for c.i < len(c.src) {
		b := c.src[c.i]
		if !letter(b) && !(b >= '0' && b <= '9') && b != '.' && b < 0x80 {
			break
		}
		c.i++
	}
	return strings.TrimRight(string(c.src[at:c.i]), ".")
}

// text passes over a string literal and looks for a program in it.
func (c *checker) text(q byte) {
	at := c.i
	triple := len(c.src)-c.i >= 3 && c.src[c.i+1] == q && c.src[c.i+2] == q
	n := 1
	if triple {
		n = 3
	}
	c.i += n
	for c.i < len(c.src) {
		b := c.src[c.i]
		switch {
		case b == '\\':
			c.i += 2
			continue
		case b == '\n' && !triple:
			c.tell("bad-text", issue.Unreadable, at, "", "A text has no end.")
			return
		case b == q && (!triple || len(c.src)-c.i >= 3 && c.src[c.i+1] == q && c.src[c.i+2] == q):
			body := string(c.src[at+n : min(c.i, at+n+1<<20)])
			c.i += n
			for _, h := range payload.Look(body) {
				if h.Kind != payload.Code { // error messages quote code
					c.tell("text-"+string(h.Kind), issue.Malicious, at, "", "A text of the source holds %s (%s).", h.What, h.Encoding)
				}
			}
			return
		}
		c.i++
	}
	c.i = len(c.src)
	c.tell("bad-text", issue.Unreadable, at, "", "A text has no end.")
}

// called reports whether a bracket follows.
func (c *checker) called() bool {
	i := c.i
	for i < len(c.src) && (c.src[i] == ' ' || c.src[i] == '\t') {
		i++
	}
	return i < len(c.src) && c.src[i] == '('
}

func (c *checker) word(w string, at int, start bool) {
	switch w {
	case "import", "from":
		if start || w == "import" {
			c.imports(w, at)
			return
		}
	case "class", "def":
		c.spaces()
		if w == "class" {
			if name := c.dotted(); len(c.f.Classes) < 100_000 {
				c.f.Classes = append(c.f.Classes, name)
			}
		} else {
			c.dotted()
		}
		return
	case "exec", "eval", "lambda", "global", "nonlocal", "yield", "async", "await", "try", "except", "del":
		if w == "exec" || w == "eval" {
			if c.called() {
				c.tell("python", issue.Malicious, at, w, "The source calls %q of Python, which has no place in TorchScript.", w)
			}
			return
		}
		if start || w == "lambda" {
			c.tell("not-torchscript", issue.Unknown, at, w, "The source uses %q, which TorchScript does not know.", w)
		}
		return
	}
	root, rest, dotted := strings.Cut(w, ".")
	if system[root] && (dotted || builtin[root]) && c.called() || strings.Contains(w, "__import__") || strings.Contains(w, "__builtins__") || strings.Contains(w, "__globals__") || strings.Contains(w, "__subclasses__") {
		c.tell("python", issue.Malicious, at, w, "The source calls %q of Python, which has no place in TorchScript.", issue.Clip(w, 100))
		return
	}
	if !c.called() {
		if root == "torch" && strings.HasPrefix(rest, "ops.") {
			c.operator(w, at)
		}
		return
	}
	if len(c.calls) < 100_000 {
		c.calls[issue.Clip(w, 200)] = true
	}
	switch {
	case root == "torch" || root == "ops" || root == "aten" || root == "prim":
		c.operator(w, at)
	case root == "__torch__" || !dotted: // of the archive, or a function of the dialect
	default:
		c.method(rest, at)
	}
}

// method judges the last name of a path that is called on a value.
func (c *checker) method(w string, at int) {
	last := w[strings.LastIndexByte(w, '.')+1:]
	if c.called() && files[last] {
		c.tell("file-operator", issue.Unknown, at, last, "The source calls %q, which reaches files.", issue.Clip(last, 80))
	}
	for part := range strings.SplitSeq(w, ".") {
		if reflection[part] {
			c.tell("python", issue.Malicious, at, part, "The source reaches %q, an internal of Python.", part)
		}
	}
}

// operator judges "torch.x", "torch.ops.ns.x", "ops.ns.x".
func (c *checker) operator(w string, at int) {
	parts := strings.Split(w, ".")
	if parts[0] == "torch" {
		parts = parts[1:]
	}
	if len(parts) > 0 && parts[0] == "ops" {
		parts = parts[1:]
		if len(parts) < 2 {
			c.tell("custom-operator", issue.Unknown, at, w, "The source calls %q, which is no operator of PyTorch's.", issue.Clip(w, 100))
			return
		}
		switch ns := parts[0]; {
		case namespaces[ns]:
		case shipped[ns] != "":
			c.tell("library-operator", issue.Note, at, ns, "The source calls operators of %s.", shipped[ns])
		default:
			c.tell("custom-operator", issue.Unknown, at, w, "The source calls %q, an operator of a library that must be loaded beside the archive.", issue.Clip(w, 100))
			return
		}
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return
	}
	switch last := parts[len(parts)-1]; {
	case writes[last]:
		c.tell("writing-operator", issue.Malicious, at, last, "The source calls %q, which writes files.", issue.Clip(w, 100))
	case files[last] || len(parts) > 1 && others[parts[0]]:
		c.tell("file-operator", issue.Unknown, at, w, "The source calls %q, which reaches beyond the archive.", issue.Clip(w, 100))
	}
}

func (c *checker) spaces() {
	for c.i < len(c.src) && (c.src[c.i] == ' ' || c.src[c.i] == '\t') {
		c.i++
	}
}

// imports judges "import x" and "from x import y": the dialect imports classes
// of the archive and nothing else.
func (c *checker) imports(w string, at int) {
	c.spaces()
	module := c.dotted()
	root, _, _ := strings.Cut(module, ".")
	if root == "__torch__" || root == "torch" || module == "" {
		return
	}
	level := issue.Unknown
	if system[root] {
		level = issue.Malicious
	}
	c.tell("import", level, at, module, "The source imports %q, which TorchScript can't.", issue.Clip(module, 100))
}
