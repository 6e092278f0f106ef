package jinja

import (
	"strconv"
	"strings"
)

// expr reads a conditional expression, the widest that is no tuple.
func (p *parser) expr() (value, error) {
	if p.depth++; p.depth > p.lim.Depth {
		return value{}, p.fail("expressions nest too deep")
	}
	defer func() { p.depth-- }()
	v, err := p.or()
	for err == nil && p.accept(name, "if") {
		if _, err = p.or(); err != nil {
			break
		}
		if p.accept(name, "else") {
			var o value
			o, err = p.expr()
			v = v.or(o)
		}
	}
	return v, err
}

// tuple reads a, b, c; one expression alone is itself.
func (p *parser) tuple() (value, error) { return p.list((*parser).expr) }

func (p *parser) tupleNoIf() (value, error) { return p.list((*parser).or) }

func (p *parser) list(one func(*parser) (value, error)) (value, error) {
	v, err := one(p)
	if err != nil || !p.is(op, ",") {
		return v, err
	}
	out := value{isSeq: true, list: []value{v}}
	for err == nil && p.accept(op, ",") {
		if t := p.cur(); t.kind == closing || t.kind == end || t.kind == op && (t.s == ")" || t.s == "=") {
			break
		}
		v, err = one(p)
		out.add(v)
	}
	return out, err
}

func (p *parser) or() (value, error)  { return p.either("or", (*parser).and) }
func (p *parser) and() (value, error) { return p.either("and", (*parser).not) }

func (p *parser) either(word string, next func(*parser) (value, error)) (value, error) {
	v, err := next(p)
	for err == nil && p.accept(name, word) {
		var o value
		o, err = next(p)
		v = v.or(o)
	}
	return v, err
}

func (p *parser) not() (value, error) {
	n := false
	for p.accept(name, "not") {
		n = true
	}
	v, err := p.compare()
	if n {
		v = value{}
	}
	return v, err
}

func (p *parser) compare() (value, error) {
	v, err := p.sum()
	for err == nil {
		t := p.cur()
		switch {
		case t.kind == op && (t.s == "==" || t.s == "!=" || t.s == "<" || t.s == ">" || t.s == "<=" || t.s == ">="):
			p.take()
		case t.kind == name && t.s == "in":
			p.take()
		case t.kind == name && t.s == "not" && p.peek(1).kind == name && p.peek(1).s == "in":
			p.take()
			p.take()
		default:
			return v, nil
		}
		at := p.cur().at
		var o value
		o, err = p.sum()
		p.texts(v, t.at)
		p.texts(o, at)
		v = value{}
	}
	return v, err
}

func (p *parser) sum() (value, error) {
	v, err := p.tilde()
	for err == nil {
		plus := p.is(op, "+")
		if !plus && !p.is(op, "-") {
			break
		}
		p.take()
		var o value
		o, err = p.tilde()
		switch {
		case plus && v.isSeq && o.isSeq:
			v = value{isSeq: true, list: append(append([]value{}, v.list...), o.list...)}
		case plus && (v.isText() || o.isText()):
			v = concat(v, o)
		case v.isNum && o.isNum && plus:
			v = value{isNum: true, num: v.num + o.num}
		case v.isNum && o.isNum:
			v = value{isNum: true, num: v.num - o.num}
		default:
			v = value{}
		}
		if len(v.list) > maxList {
			v = value{isSeq: true, list: v.list[:maxList], built: true}
		}
	}
	return v, err
}

func (p *parser) tilde() (value, error) {
	v, err := p.product()
	for err == nil && p.accept(op, "~") {
		var o value
		o, err = p.product()
		v = concat(v, o)
	}
	return v, err
}

func (p *parser) product() (value, error) {
	v, err := p.power()
	for err == nil {
		t := p.cur()
		if t.kind != op || t.s != "*" && t.s != "/" && t.s != "//" && t.s != "%" {
			break
		}
		p.take()
		var o value
		o, err = p.power()
		switch {
		case t.s == "%" && v.isText():
			args := o.list
			if !o.isSeq {
				args = []value{o}
			}
			v = p.follow(v, func() value { return percent(v, args) })
		case t.s == "*" && v.isText() && o.isNum:
			p.large(o.num, t.at)
			n := int(max(0, min(o.num, maxLen)))
			v = v.each(func(s string) string {
				if len(s)*n > maxLen {
					return s + strings.Repeat(" ", maxLen)
				}
				return strings.Repeat(s, n)
			})
		case t.s == "*" && v.isNum && o.isText():
			p.large(v.num, t.at)
			v = value{built: true}
		default:
			if t.s == "*" && o.isNum {
				p.large(o.num, t.at)
			}
			v = value{built: v.built || o.built}
		}
	}
	return v, err
}

func (p *parser) power() (value, error) {
	v, err := p.unary(true)
	for err == nil && p.is(op, "**") {
		t := p.take()
		var o value
		o, err = p.unary(true)
		if o.isNum {
			p.large(o.num*o.num, t.at)
		}
		v = value{}
	}
	return v, err
}

// large tells of repetitions whose only use is to use up a machine.
func (p *parser) large(n int64, at int) {
	if n > 100_000 {
		p.tell("exhaustion", 1, at, "The template repeats something %d times.", n)
	}
}

func (p *parser) unary(filters bool) (value, error) {
	if p.depth++; p.depth > p.lim.Depth {
		return value{}, p.fail("expressions nest too deep")
	}
	defer func() { p.depth-- }()
	var v value
	var err error
	if p.is(op, "-") || p.is(op, "+") {
		neg := p.take().s == "-"
		v, err = p.unary(false)
		if v.isNum && neg {
			v.num = -v.num
		}
	} else if v, err = p.primary(); err == nil {
		v, err = p.postfix(v)
	}
	for err == nil && filters {
		switch {
		case p.is(op, "|"):
			v, err = p.filter(v, false)
		case p.is(name, "is"):
			err = p.test()
			v = value{}
		case p.is(op, "("):
			v, err = p.call(v, "", p.cur().at)
		default:
			return v, nil
		}
	}
	return v, err
}

func (p *parser) primary() (value, error) {
	t := p.take()
	switch t.kind {
	case str:
		s := t.s
		for p.cur().kind == str && len(s) < maxLen {
			s += p.take().s
		}
		p.texts(text1(s), t.at)
		return text1(s), nil
	case integer:
		n, err := strconv.ParseInt(t.s, 0, 64)
		if err != nil {
			n, err = strconv.ParseInt(t.s, 10, 64)
		}
		return value{isNum: err == nil, num: n}, nil
	case float:
		return value{}, nil
	case name:
		return p.name(t)
	case op:
		switch t.s {
		case "(":
			if p.accept(op, ")") {
				return value{isSeq: true}, nil
			}
			v, err := p.tuple()
			if err != nil {
				return v, err
			}
			return v, p.expect(op, ")")
		case "[":
			return p.items()
		case "{":
			return p.dict()
		}
	}
	p.i--
	return value{}, p.fail("an expression was expected, not %q", t.s)
}

func (p *parser) items() (value, error) {
	out := value{isSeq: true}
	for !p.is(op, "]") {
		v, err := p.expr()
		if err != nil {
			return out, err
		}
		out.add(v)
		if !p.accept(op, ",") {
			break
		}
	}
	return out, p.expect(op, "]")
}

func (p *parser) dict() (value, error) {
	out := value{}
	for !p.is(op, "}") {
		if _, err := p.expr(); err != nil {
			return out, err
		}
		if err := p.expect(op, ":"); err != nil {
			return out, err
		}
		v, err := p.expr()
		if err != nil {
			return out, err
		}
		// d['k'] may be any of the dict's values.
		if v.isText() {
			out = out.or(v)
			out.list, out.isSeq = nil, false
		}
		if !p.accept(op, ",") {
			break
		}
	}
	// A dict is no text; what it holds is found again by its members.
	return value{list: []value{out}}, p.expect(op, "}")
}
