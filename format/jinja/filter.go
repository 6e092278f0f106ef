package jinja

import (
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// filter reads |name(arguments), or name(arguments) of a filter block.
func (p *parser) filter(v value, bare bool) (value, error) {
	if !bare {
		p.take()
	}
	t := p.take()
	if t.kind != name {
		return v, &syntaxError{t.at, "a filter's name was expected"}
	}
	n := plain(t.s)
	for p.accept(op, ".") {
		n += "." + p.take().s
	}
	a := arguments{}
	if p.is(op, "(") {
		var err error
		if a, err = p.arguments(); err != nil {
			return v, err
		}
	}
	if len(p.filters) < 10_000 {
		p.filters[n] = true
	}
	switch {
	case n == "attr":
		p.attr(a.at, t.at)
		return value{}, nil
	case !filters[n]:
		p.tell("unknown-filter", issue.Unknown, t.at, "The template uses the filter %q, which no chat template needs.", issue.Clip(n, 60))
		return value{built: v.isText()}, nil
	}
	if pos, ok := attributeFilters[n]; ok {
		p.byAttribute(n, pos, a, t.at)
	}
	out := p.follow(v, func() value { return p.apply(n, v, a, t.at) })
	p.texts(out, t.at)
	return out, nil
}

// attr judges |attr('name'): getattr by another name.
func (p *parser) attr(args []value, at int) {
	p.tell("attr-filter", issue.Unknown, at, "The template uses the filter attr, which reaches any attribute and which no chat template needs.")
	if len(args) > 0 {
		p.key(args[0], at)
	}
}

// byAttribute judges map(attribute='x'), map('attr', 'x'), selectattr('x') and their like.
func (p *parser) byAttribute(n string, pos int, a arguments, at int) {
	if v, ok := a.named["attribute"]; ok {
		p.key(v, at)
	}
	if pos >= 0 && pos < len(a.at) {
		p.key(a.at[pos], at)
	}
	if n != "map" || len(a.at) == 0 {
		return
	}
	if len(a.at[0].strs) == 0 || a.at[0].built {
		p.tell("unknown-filter", issue.Unknown, at, "The template maps by a filter whose name it puts together at run time.")
	}
	for _, f := range a.at[0].strs {
		switch {
		case f == "attr":
			p.attr(a.at[1:], at)
		case !filters[f]:
			p.tell("unknown-filter", issue.Unknown, at, "The template maps by the filter %q, which no chat template needs.", issue.Clip(f, 60))
		}
	}
}

// apply is what a filter makes of a value.
func (p *parser) apply(n string, v value, a arguments, at int) value {
	arg := func(i int, key string) value {
		if i < len(a.at) {
			return a.at[i]
		}
		return a.named[key]
	}
	switch n {
	case "join":
		return join(v, arg(0, "d"))
	case "format":
		out := percent(v, a.at)
		if len(a.named) > 0 {
			out.built = true
		}
		return out
	case "list", "batch", "slice", "unique", "sort":
		if v.isSeq {
			return v
		}
		if len(v.strs) == 1 {
			out := value{isSeq: true}
			for _, r := range v.strs[0] {
				out.add(text1(string(r)))
			}
			return out
		}
		return value{built: v.isText()}
	case "first", "last", "random", "min", "max":
		if v.isSeq && len(v.list) > 0 {
			switch n {
			case "first":
				return v.list[0]
			case "last":
				return v.list[len(v.list)-1]
			}
			return v.list[0].or(value{built: true})
		}
		return value{built: v.isText()}
	case "reverse":
		if v.isSeq {
			return slice(v, value{}, value{}, value{isNum: true, num: -1})
		}
		return v.each(reversed)
	case "default", "d":
		return v.or(arg(0, "default_value"))
	case "length", "count", "wordcount", "int", "float", "round", "abs", "sum":
		return value{}
	case "select", "reject", "selectattr", "rejectattr", "map", "groupby", "dictsort", "items":
		if v.isSeq && n != "map" {
			return v
		}
		return value{built: v.isText()}
	case "string", "safe":
		// What an object prints as is no text of the template's own: characters
		// picked from it are.
		if !v.isText() && !v.isNum {
			return value{}
		}
		if v.isNum {
			return text1(digits(v.num))
		}
		return v
	}
	return transform(v, n, a)
}

// transform is what filters and methods of one name make of a text.
func transform(v value, n string, a arguments) value {
	get := func(i int) string {
		if i < len(a.at) {
			return first(a.at[i])
		}
		return ""
	}
	switch n {
	case "lower", "casefold":
		return v.each(strings.ToLower)
	case "upper":
		return v.each(strings.ToUpper)
	case "capitalize", "title", "swapcase":
		return value{built: v.isText()}
	case "trim", "strip", "lstrip", "rstrip":
		set := get(0)
		if set == "" {
			set = " \t\r\n\f\v"
		}
		return v.each(func(s string) string {
			if n != "rstrip" {
				s = strings.TrimLeft(s, set)
			}
			if n != "lstrip" {
				s = strings.TrimRight(s, set)
			}
			return s
		})
	case "removeprefix":
		return v.each(func(s string) string { return strings.TrimPrefix(s, get(0)) })
	case "removesuffix":
		return v.each(func(s string) string { return strings.TrimSuffix(s, get(0)) })
	case "replace":
		if len(a.at) >= 2 && len(a.at[0].strs) > 0 && len(a.at[1].strs) > 0 && len(v.strs) > 0 {
			return v.each(func(s string) string {
				if old := get(0); old != "" {
					return strings.ReplaceAll(s, old, get(1))
				}
				return s
			})
		}
		return value{built: v.isText()}
	case "startswith", "endswith":
		return value{}
	}
	return value{built: v.isText()}
}

// test reads "is [not] name [argument]".
func (p *parser) test() error {
	p.take()
	p.accept(name, "not")
	t := p.take()
	if t.kind != name {
		return &syntaxError{t.at, "a test's name was expected"}
	}
	n := plain(t.s)
	for p.accept(op, ".") {
		n += "." + p.take().s
	}
	if !tests[n] {
		p.tell("unknown-test", issue.Unknown, t.at, "The template uses the test %q, which Jinja does not know.", issue.Clip(n, 60))
	}
	c := p.cur()
	switch {
	case c.kind == op && c.s == "(":
		_, err := p.arguments()
		return err
	case c.kind == name && (c.s == "else" || c.s == "or" || c.s == "and" || c.s == "is" || c.s == "if" || c.s == "in" || c.s == "not" || c.s == "recursive"):
		return nil
	case c.kind == name || c.kind == str || c.kind == integer || c.kind == float || c.kind == op && (c.s == "[" || c.s == "{"):
		v, err := p.primary()
		if err != nil {
			return err
		}
		_, err = p.postfix(v)
		return err
	}
	return nil
}

// follow computes what an operation makes of a value, as long as the template
// does not ask for more of it than any does; then the value is one that can't be
// seen.
func (p *parser) follow(v value, fn func() value) value {
	if p.ops++; p.ops > maxOps {
		return value{built: true}
	}
	return fn()
}
