package filter

import (
	"fmt"

	"github.com/wardround/wardround/format/packet"
)

// node is a parsed expression. The leaves are tests; and, or and not join them.
type node struct {
	op   string // "and", "or", "not", "test", "true", "false"
	a, b *node
	test test
}

func and(a, b *node) *node { return join("and", a, b) }
func or(a, b *node) *node  { return join("or", a, b) }
func not(a *node) *node    { return &node{op: "not", a: a} }

func join(op string, a, b *node) *node {
	if a == nil {
		return b
	}
	return &node{op: op, a: a, b: b}
}

// qualifier is what comes before an address or number.
type qualifier struct {
	proto string // "", ether, ip, ip6, arp, rarp, tcp, udp, sctp, icmp, icmp6
	dir   string // "", src, dst, or, and
	kind  string // "", host, net, port, portrange, proto
}

type parser struct {
	tokens []token
	layout layout
	last   *qualifier // for an address or number without qualifiers
	depth  int
}

// maxDepth bounds parentheses and negations.
const maxDepth = 100

// Parse errors are *[Error].
func parse(expr string, link packet.LinkType, live bool) (*node, error) {
	tokens, err := lex(expr)
	if err != nil {
		return nil, err
	}
	l, err := layoutOf(link, live)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, layout: l}
	if p.peek() == "" {
		return &node{op: "true"}, nil
	}
	n, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.peek() != "" {
		return nil, p.fail("%q was not expected; join conditions with and, or", p.peek())
	}
	return n, nil
}

func (p *parser) peek() string { return p.tokens[0].text }

func (p *parser) ahead(n int) string {
	if n < len(p.tokens) {
		return p.tokens[n].text
	}
	return ""
}

func (p *parser) take() string {
	t := p.tokens[0].text
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) fail(format string, args ...any) error {
	return &Error{p.tokens[0].at, fmt.Sprintf(format, args...)}
}

// expression is terms joined by and and or, from left to right.
func (p *parser) expression() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("too many parentheses")
	}
	defer func() { p.depth-- }()
	left, err := p.term()
	for err == nil && (p.peek() == "and" || p.peek() == "or") {
		op := p.take()
		var right *node
		if right, err = p.term(); err == nil {
			left = join(op, left, right)
		}
	}
	return left, err
}

func (p *parser) term() (*node, error) {
	switch p.peek() {
	case "not":
		p.take()
		if p.depth++; p.depth > maxDepth {
			return nil, p.fail("too many negations")
		}
		n, err := p.term()
		p.depth--
		if err != nil {
			return nil, err
		}
		return not(n), nil
	case "(":
		p.take()
		n, err := p.expression()
		if err != nil {
			return nil, err
		}
		if p.peek() != ")" {
			return nil, p.fail("a closing parenthesis is missing")
		}
		p.take()
		return n, nil
	case "":
		return nil, p.fail("the expression ends where a condition was expected")
	case "vlan":
		p.take()
		return p.vlan()
	}
	return p.primitive()
}

// primitive is qualifiers and a value, a protocol alone, or a value alone.
func (p *parser) primitive() (*node, error) {
	var q qualifier
	switch p.peek() {
	case "ether", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6":
		q.proto = p.take()
	}
	switch p.peek() {
	case "src", "dst":
		q.dir = p.take()
		if both := p.ahead(1); (p.peek() == "or" || p.peek() == "and") && (both == "src" || both == "dst") && both != q.dir {
			q.dir = p.take()
			p.take()
		}
	}
	switch p.peek() {
	case "host", "net", "port", "portrange", "proto":
		q.kind = p.take()
	}
	if q == (qualifier{}) {
		if p.last == nil || !value(p.peek()) {
			return nil, p.fail("%q is not a condition", p.peek())
		}
		return p.value(*p.last)
	}
	if q.dir == "" && q.kind == "" && !value(p.peek()) && p.peek() != "(" {
		p.last = nil
		n := p.layout.protocol(q.proto)
		if n == nil {
			return nil, p.fail("an address or a number is missing")
		}
		return n, nil
	}
	if q.kind == "" {
		q.kind = "host"
	}
	p.last = &q
	if p.peek() == "(" && p.depth < maxDepth {
		return p.group(q)
	}
	return p.value(q)
}

// group is values in parentheses after their common qualifiers: port (80 or 443).
func (p *parser) group(q qualifier) (*node, error) {
	p.take()
	var left *node
	for op := "or"; ; op = p.take() {
		negate := false
		for p.peek() == "not" {
			p.take()
			negate = !negate
		}
		n, err := p.value(q)
		if err != nil {
			return nil, err
		}
		if negate {
			n = not(n)
		}
		left = join(op, left, n)
		switch p.peek() {
		case "and", "or":
		case ")":
			p.take()
			return left, nil
		default:
			return nil, p.fail("a closing parenthesis is missing")
		}
	}
}

func (p *parser) value(q qualifier) (*node, error) {
	n, reason := p.layout.condition(q, p.peek())
	if reason != "" {
		return nil, p.fail("%s", reason)
	}
	p.take()
	return n, nil
}

func (p *parser) vlan() (*node, error) {
	id := -1
	if t := p.peek(); t != "" && t[0] >= '0' && t[0] <= '9' {
		n, ok := number(t, 4095)
		if !ok {
			return nil, p.fail("%q is not a VLAN id, 0 to 4095", t)
		}
		id = int(n)
		p.take()
	}
	p.last = nil
	n, reason := p.layout.vlan(id)
	if reason != "" {
		return nil, p.fail("%s", reason)
	}
	return n, nil
}

// value reports whether a token can be an address or a number.
func value(t string) bool {
	switch t {
	case "", "(", ")", "and", "or", "not":
		return false
	}
	return !qualifies(t) && t != "vlan" && (t[0] >= '0' && t[0] <= '9' || t[0] == ':' || hexColon(t))
}

// hexColon reports whether t begins like an IPv6 or MAC address that starts with a letter.
func hexColon(t string) bool {
	for i := range len(t) {
		switch c := t[i]; {
		case c == ':':
			return true
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		default:
			return false
		}
	}
	return false
}

// qualifies reports whether t is the word before a value.
func qualifies(t string) bool {
	switch t {
	case "host", "net", "port", "portrange", "proto":
		return true
	}
	return false
}
