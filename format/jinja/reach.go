package jinja

import (
	"strings"

	"github.com/wardround/wardround/format/issue"
)

func (p *parser) name(t token) (value, error) {
	n := plain(t.s)
	switch n {
	case "true", "false", "none", "True", "False", "None":
		return value{}, nil
	}
	if len(p.read) < 10_000 {
		p.read[n] = true
	}
	if v, ok := p.vars[n]; ok || p.set[n] {
		return v, nil
	}
	switch {
	case grave(n) == 2:
		p.tell("python-internals", issue.Malicious, t.at, "The template names %q, the interpreter's own.", issue.Clip(n, 60))
	case globals[n] && !p.macros[n]:
		p.tell("unneeded-global", issue.Unknown, t.at, "The template uses %q, a first step out of a template that no chat template needs.", n)
	}
	return value{}, nil
}

// postfix reads .name, [index] and (arguments).
func (p *parser) postfix(v value) (value, error) {
	path := ""
	if t := p.peek(-1); t.kind == name {
		path = plain(t.s)
	}
	for {
		switch {
		case p.accept(op, "."):
			t := p.take()
			if t.kind == integer {
				v, path = value{}, ""
				continue
			}
			if t.kind != name {
				return v, &syntaxError{t.at, "a name was expected after the dot"}
			}
			p.attribute(t.s, t.at, "")
			if p.is(op, "(") {
				var err error
				if v, err = p.call(v, "."+plain(t.s), t.at); err != nil {
					return v, err
				}
				path = ""
				continue
			}
			path += "." + plain(t.s)
			v = p.member(v, path)
		case p.is(op, "["):
			at := p.take().at
			var err error
			if v, err = p.subscript(v, at); err != nil {
				return v, err
			}
			path = ""
		case p.is(op, "("):
			var err error
			if v, err = p.call(v, path, p.cur().at); err != nil {
				return v, err
			}
			path = ""
		default:
			return v, nil
		}
	}
}

// member is what a namespace's attribute may be.
func (p *parser) member(v value, path string) value {
	if known, ok := p.vars[path]; ok {
		return known
	}
	if len(v.list) == 1 && !v.isSeq {
		return v.list[0]
	}
	return value{}
}

func (p *parser) subscript(v value, at int) (value, error) {
	var parts [3]value
	n, colon, comma := 0, false, false
	for !p.is(op, "]") {
		switch {
		case p.accept(op, ":"):
			colon = true
			n++
		case p.accept(op, ","):
			comma = true
		default:
			x, err := p.expr()
			if err != nil {
				return v, err
			}
			if n < 3 {
				parts[n] = x
			}
		}
		if n > 3 {
			return v, p.fail("a slice of more than three parts")
		}
	}
	p.take()
	if colon || comma {
		return slice(v, parts[0], parts[1], parts[2]), nil
	}
	k := parts[0]
	p.key(k, at)
	switch {
	case v.isSeq && k.isNum:
		i := k.num
		if i < 0 {
			i += int64(len(v.list))
		}
		if i >= 0 && i < int64(len(v.list)) {
			return v.list[i], nil
		}
		return value{}, nil
	case len(v.strs) > 0 && k.isNum:
		to := value{isNum: true, num: k.num + 1}
		if k.num == -1 {
			to = value{}
		}
		return slice(v, k, to, value{}), nil
	case len(v.list) == 1 && !v.isSeq:
		return v.list[0], nil
	}
	return value{built: v.built || len(v.strs) > 0}, nil
}

// key judges what an item or attribute is reached by.
func (p *parser) key(k value, at int) {
	for _, s := range k.strs {
		p.attribute(s, at, " by a text")
	}
	if k.built {
		p.tell("built-name", issue.Unknown, at, "The template reaches an item by a name that it puts together at run time.")
	}
}

type arguments struct {
	at    []value
	named map[string]value
}

func (p *parser) arguments() (arguments, error) {
	a := arguments{named: map[string]value{}}
	if err := p.expect(op, "("); err != nil {
		return a, err
	}
	for !p.is(op, ")") {
		star := p.accept(op, "*") || p.accept(op, "**")
		if t := p.cur(); !star && t.kind == name && p.peek(1).kind == op && p.peek(1).s == "=" {
			p.i += 2
			v, err := p.expr()
			if err != nil {
				return a, err
			}
			// dict(__cla=1, ss__=2)|join makes a name of names.
			if grave(t.s) == 2 {
				p.tell("python-internals", issue.Malicious, t.at, "The template passes an argument named %q.", issue.Clip(t.s, 60))
			} else if strings.HasPrefix(t.s, "__") || strings.HasSuffix(t.s, "__") {
				p.tell("private-attribute", issue.Unknown, t.at, "The template passes an argument named %q, half of an internal name.", issue.Clip(t.s, 60))
			}
			a.named[t.s] = v
		} else {
			at := p.cur().at
			v, err := p.expr()
			if err != nil {
				return a, err
			}
			p.texts(v, at)
			if star {
				v = value{built: true}
			}
			if len(a.at) < 256 {
				a.at = append(a.at, v)
			}
		}
		if !p.accept(op, ",") {
			break
		}
	}
	return a, p.expect(op, ")")
}

// call reads the arguments and judges what is called: path is a name, a path
// ("loop.cycle"), or the name of a method with a leading dot; "" is the result
// of something else.
func (p *parser) call(v value, path string, at int) (value, error) {
	if path != "" && len(p.calls) < 10_000 {
		p.calls[path] = true
	}
	a, err := p.arguments()
	if err != nil {
		return value{}, err
	}
	method, isMethod := strings.CutPrefix(path, ".")
	switch {
	case path == "":
		p.tell("unknown-call", issue.Unknown, at, "The template calls the result of an expression.")
	case isMethod && (method == "format" || method == "format_map"):
		reaches := false
		out := p.follow(v, func() (out value) {
			out, reaches = braces(v, a.at)
			return out
		})
		for _, arg := range a.named {
			out.built = out.built || !arg.isNum
		}
		if reaches || !v.isText() && len(v.strs) == 0 {
			p.tell("format-reaches", issue.Unknown, at, "The template formats with a text whose fields may reach into its arguments.")
		}
		p.texts(out, at)
		return out, nil
	case isMethod && !methods[method]:
		if grave(method) == 0 { // else it is told already
			p.tell("unknown-method", issue.Unknown, at, "The template calls the method %q, which no chat template needs.", issue.Clip(method, 60))
		}
	case !isMethod && p.macros[path]:
		return value{built: true}, nil
	case !isMethod && path == "range":
		for _, n := range a.at {
			if n.isNum {
				p.large(n.num, at)
			}
		}
		return value{}, nil
	case !isMethod && path == "namespace":
		for k, v := range a.named {
			for _, ns := range p.namespaceTargets() {
				p.assignTo(ns+"."+k, v)
			}
		}
		return value{}, nil
	case !isMethod && path == "dict":
		return value{built: true}, nil
	case !isMethod && !functions[path]:
		p.tell("unknown-call", issue.Unknown, at, "The template calls %q, which is outside of what chat templates need.", issue.Clip(path, 60))
	}
	if isMethod {
		return p.follow(v, func() value { return p.method(v, method, a) }), nil
	}
	return value{}, nil
}

// namespaceTargets is the name that the surrounding {% set x = namespace(…) %} sets.
func (p *parser) namespaceTargets() []string {
	last := min(p.i, len(p.tokens)-1)
	for i := last; i >= max(3, last-500); i-- {
		if t := p.tokens[i]; t.kind == name && t.s == "namespace" {
			if p.tokens[i-1].s == "=" && p.tokens[i-2].kind == name {
				return []string{p.tokens[i-2].s}
			}
			return nil
		}
	}
	return nil
}

// method is what an allowed method makes of a text.
func (p *parser) method(v value, method string, a arguments) value {
	arg := func(i int) value {
		if i < len(a.at) {
			return a.at[i]
		}
		return value{}
	}
	switch method {
	case "join":
		return join(arg(0), v)
	case "append", "extend", "insert", "update", "setdefault", "index", "count", "find", "rfind", "sort", "reverse":
		return value{}
	case "split", "rsplit", "splitlines", "partition", "rpartition":
		if len(v.strs) == 0 {
			return value{}
		}
		sep := first(arg(0))
		out := value{isSeq: true}
		for _, s := range v.strs {
			parts := strings.Fields(s)
			if sep != "" {
				parts = strings.Split(s, sep)
			}
			for _, x := range parts {
				out.add(text1(x))
			}
		}
		return out
	case "get", "pop", "items", "keys", "values", "copy":
		if len(v.list) == 1 && !v.isSeq {
			return v.list[0]
		}
		return value{}
	}
	return transform(v, method, a)
}
