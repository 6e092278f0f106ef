package jinja

import (
	"fmt"

	"github.com/wardround/wardround/format/issue"
)

type parser struct {
	where  string
	lim    Limits
	tokens []token
	i      int
	depth  int
	ops    int // that were followed

	vars    map[string]value // what a name that the template sets may be
	macros  map[string]bool
	set     map[string]bool
	read    map[string]bool
	calls   map[string]bool
	filters map[string]bool
	told    map[string]bool
	issues  issue.List
}

func (p *parser) cur() token { return p.tokens[min(p.i, len(p.tokens)-1)] }

func (p *parser) peek(n int) token { return p.tokens[min(p.i+n, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.cur()
	p.i++
	return t
}

func (p *parser) is(k kind, s string) bool { t := p.cur(); return t.kind == k && t.s == s }

func (p *parser) accept(k kind, s string) bool {
	if p.is(k, s) {
		p.i++
		return true
	}
	return false
}

func (p *parser) fail(format string, args ...any) error {
	return &syntaxError{p.cur().at, fmt.Sprintf(format, args...)}
}

func (p *parser) expect(k kind, s string) error {
	if !p.accept(k, s) {
		return p.fail("%q was expected, not %q", s, issue.Clip(p.cur().s, 40))
	}
	return nil
}

// declare learns the names of macros, which may be called before they stand.
func (p *parser) declare(tokens []token) {
	for i := range tokens {
		if tokens[i].kind == name && tokens[i].s == "macro" && i > 0 && tokens[i-1].kind == open && i+1 < len(tokens) && tokens[i+1].kind == name {
			p.macros[tokens[i+1].s] = true
		}
	}
}

var closers = map[string]string{
	"for": "endfor", "if": "endif", "macro": "endmacro", "call": "endcall", "filter": "endfilter", "set": "endset",
	"with": "endwith", "block": "endblock", "generation": "endgeneration", "autoescape": "endautoescape", "trans": "endtrans",
}

// template reads text and blocks to the end.
func (p *parser) template() error {
	var open []string
	for {
		t := p.take()
		switch t.kind {
		case end:
			if len(open) > 0 {
				return &syntaxError{t.at, fmt.Sprintf("a %q block has no end", open[len(open)-1])}
			}
			return nil
		case text:
			continue
		}
		if t.s == "{{" {
			v, err := p.tuple()
			if err != nil {
				return err
			}
			p.texts(v, t.at)
			if err := p.expect(closing, "}}"); err != nil {
				return err
			}
			continue
		}
		var err error
		if open, err = p.statement(open); err != nil {
			return err
		}
		if len(open) > p.lim.Depth {
			return &syntaxError{t.at, "blocks nest too deep"}
		}
		if err := p.expect(closing, "%}"); err != nil {
			return err
		}
	}
}

func (p *parser) statement(open []string) ([]string, error) {
	t := p.take()
	if t.kind != name {
		return open, &syntaxError{t.at, "a block without a statement"}
	}
	word := t.s
	if len(open) > 0 && word == closers[open[len(open)-1]] {
		for !p.is(closing, "%}") && p.cur().kind == name {
			p.take() // endblock may repeat its name
		}
		return open[:len(open)-1], nil
	}
	var err error
	block := true
	switch word {
	case "if":
		_, err = p.expr()
	case "elif":
		block = false
		_, err = p.expr()
	case "else":
		block = false
	case "break", "continue", "debug":
		block = false
	case "do":
		block = false
		_, err = p.tuple()
	case "for":
		err = p.loop()
	case "set":
		block, err = p.assign()
	case "macro":
		if p.cur().kind != name {
			return open, p.fail("a macro without a name")
		}
		p.take()
		err = p.params()
	case "call":
		if p.is(op, "(") {
			if err = p.params(); err != nil {
				return open, err
			}
		}
		_, err = p.expr()
	case "filter":
		_, err = p.filter(value{built: true}, true)
	case "with":
		for !p.is(closing, "%}") && err == nil {
			err = p.assignment()
			if !p.accept(op, ",") {
				break
			}
		}
	case "generation":
	case "block":
		for p.cur().kind == name {
			p.take()
		}
	case "autoescape":
		_, err = p.expr()
	case "include", "import", "extends", "from":
		block = false
		p.tell("loads-template", issue.Unknown, t.at, "The template loads another one (%s).", word)
		p.toClose()
	case "endset", "endif", "endfor":
		return open, &syntaxError{t.at, fmt.Sprintf("%q closes nothing", word)}
	default:
		p.tell("unknown-statement", issue.Unknown, t.at, "The template uses the statement %q, which no chat template needs.", issue.Clip(word, 40))
		block = false
		p.toClose()
	}
	if block && err == nil {
		open = append(open, word)
	}
	return open, err
}

func (p *parser) toClose() {
	for p.cur().kind != closing && p.cur().kind != end {
		p.take()
	}
}

func (p *parser) loop() error {
	targets, err := p.targets()
	if err != nil {
		return err
	}
	if err := p.expect(name, "in"); err != nil {
		return err
	}
	it, err := p.tupleNoIf()
	if err != nil {
		return err
	}
	item := value{built: it.isText()}
	for i, v := range it.list {
		if i == 0 {
			item = v
		} else {
			item = item.or(v)
		}
	}
	for _, t := range targets {
		p.assignTo(t, item)
	}
	if p.accept(name, "if") {
		if _, err := p.expr(); err != nil {
			return err
		}
	}
	p.accept(name, "recursive")
	return nil
}

func (p *parser) targets() ([]string, error) {
	var out []string
	paren := p.accept(op, "(")
	for {
		if p.is(op, "(") {
			inner, err := p.targets()
			if err != nil || len(out)+len(inner) > 100 {
				return nil, p.fail("targets that are none")
			}
			out = append(out, inner...)
		} else {
			t := p.take()
			if t.kind != name {
				return nil, &syntaxError{t.at, "a name was expected"}
			}
			out = append(out, t.s)
			p.lead(t)
			for p.is(op, ".") && p.peek(1).kind == name { // ns.x
				p.take()
				t := p.take()
				p.attribute(t.s, t.at, "")
				out[len(out)-1] += "." + t.s
			}
		}
		if !p.accept(op, ",") || p.is(name, "in") || p.is(op, "=") || p.is(op, ")") {
			break
		}
	}
	if paren {
		return out, p.expect(op, ")")
	}
	return out, nil
}

// lead looks at a name that the template sets.
func (p *parser) lead(t token) {
	if grave(t.s) == 2 {
		p.tell("python-internals", issue.Malicious, t.at, "The template sets %q.", issue.Clip(t.s, 60))
	}
}

func (p *parser) assignTo(name string, v value) {
	p.set[name] = true
	if old, ok := p.vars[name]; ok {
		v = v.or(old)
	}
	if len(p.vars) < 10_000 {
		p.vars[name] = v
	}
}

func (p *parser) assignment() error {
	targets, err := p.targets()
	if err != nil {
		return err
	}
	if err := p.expect(op, "="); err != nil {
		return err
	}
	v, err := p.expr()
	for _, t := range targets {
		p.assignTo(t, v)
	}
	return err
}

// assign reads {% set a = b %} or {% set a %}…{% endset %}; block says which.
func (p *parser) assign() (block bool, err error) {
	targets, err := p.targets()
	if err != nil {
		return false, err
	}
	if !p.accept(op, "=") {
		for _, t := range targets {
			p.assignTo(t, value{built: true})
		}
		if p.is(op, "|") {
			_, err = p.filter(value{built: true}, false)
		}
		return true, err
	}
	at := p.cur().at
	v, err := p.tuple()
	p.texts(v, at)
	for i, t := range targets {
		if len(targets) > 1 && i < len(v.list) {
			p.assignTo(t, v.list[i])
			continue
		}
		p.assignTo(t, v)
	}
	return false, err
}

// params are the parameters of a macro.
func (p *parser) params() error {
	if err := p.expect(op, "("); err != nil {
		return err
	}
	for !p.is(op, ")") {
		t := p.take()
		if t.kind != name {
			return &syntaxError{t.at, "a parameter's name was expected"}
		}
		p.lead(t)
		v := value{}
		if p.accept(op, "=") {
			var err error
			if v, err = p.expr(); err != nil {
				return err
			}
		}
		p.assignTo(t.s, v)
		if !p.accept(op, ",") {
			break
		}
	}
	return p.expect(op, ")")
}
