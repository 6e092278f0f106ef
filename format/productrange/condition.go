package productrange

import (
	"strings"
	"unicode"
)

// conditionWords begin a text that narrows what stands before it.
var conditionWords = map[string]bool{
	"with": true, "without": true, "only": true, "if": true, "when": true, "where": true, "on": true, "running": true, "using": true, "used": true, "installed": true, "in": true, "for": true, "unless": true, "while": true,
	"having": true, "that": true, "which": true, "based": true, "configured": true, "equipped": true, "deployed": true, "sold": true, "utilizes": true, "utilising": true, "packaged": true,
	"who": true, "whose": true, "integrated": true, "by": true, "via": true, "from": true, "because": true, "provided": true, "connected": true, "affected": true, "bundled": true, "shipped": true,
}

// noteWords begin a bracket that neither narrows nor widens.
var noteWords = []string{"including ", "formerly ", "aka ", "also known ", "end-of-life", "end of life", "eol", "all editions", "inclusive", "all models", "all versions", "build nr ", "discontinued"}

// condition reads what narrows the statements so far: a bracket, "except …", or a
// clause up to the end of the text.
func (p *parser) condition() bool {
	if !p.all && len(p.items) == 0 && len(p.dateEv) == 0 {
		return false
	}
	t := p.peek()
	if t.kind == dash && (p.after(1).kind == open || p.after(1).kind == bar) {
		p.i++
		return true
	}
	switch {
	case t.kind == open:
		to := p.closes(p.i)
		if to == 0 {
			p.fail("a bracket that does not close")
			return false
		}
		inside := strings.TrimSpace(p.text[t.to:p.toks[to].from])
		low := strings.ToLower(inside)
		if p.exceptions(p.i+1, to) {
			p.i = to + 1
			return true
		}
		p.i = to + 1
		if inside == "" {
			return true
		}
		for _, w := range noteWords {
			if strings.HasPrefix(low+" ", w) || strings.HasPrefix(low, w) {
				p.notes = append(p.notes, inside)
				return true
			}
		}
		if widens(inside) {
			p.fail("a bracket that may add versions: " + clip(inside))
			return false
		}
		if strings.HasPrefix(low, "excl") || strings.HasPrefix(low, "except") {
			p.fail("an exception that cannot be read: " + clip(inside))
			return false
		}
		if p.otherName(inside) {
			p.fail("two names for one version: " + clip(inside))
			return false
		}
		p.conds = append(p.conds, inside)
		return true
	case t.kind == word && (t.low == "except" || t.low == "excluding" || t.low == "excl" || t.low == "other"):
		if p.exceptions(p.i, len(p.toks)-1) {
			p.i = len(p.toks) - 1
			return true
		}
		return false
	case t.kind == word && conditionWords[t.low]:
		rest := p.text[t.from:]
		if t.low == "from" || t.low == "by" && len(p.items) == 0 {
			return false
		}
		if widens(rest) {
			p.fail("a clause that may add versions: " + clip(rest))
			return false
		}
		p.conds = append(p.conds, rest)
		p.i = len(p.toks) - 1
		return true
	case t.kind == word && strings.HasPrefix(t.low, "cve-"):
		p.conds = append(p.conds, t.text)
		p.i++
		return true
	case t.kind == word && t.low == "including" && !strings.ContainsAny(p.text[t.from:], "0123456789"):
		p.notes = append(p.notes, p.text[t.from:])
		p.i = len(p.toks) - 1
		return true
	}
	return false
}

// otherName: the bracket begins with a version in another numbering ("2018 R1", "firmware
// 1.46", "1.9.0"): which of the two a device shows is not known.
func (p *parser) otherName(s string) bool {
	q := &parser{text: s, toks: append(scan(s), token{from: len(s), to: len(s)})}
	v, ok := q.version(false)
	return ok && v.low == ""
}

// widens: the words add something to a range ("or software 1.1", "7.50 may also be
// affected"), so that even what lies outside the range is uncertain.
func widens(s string) bool {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) })
	for i, w := range words {
		switch w {
		case "also", "possibly", "potentially", "may", "might", "well", "likely":
			return true
		case "or", "and", "plus":
			if i == 0 {
				return true
			}
		}
	}
	return false
}

// exceptions reads "except 9.4.2.6 and 9.5.3.2" between two tokens.
func (p *parser) exceptions(from, to int) bool {
	t := p.toks[from]
	if t.kind != word || !(t.low == "except" || t.low == "excluding" || t.low == "excl" || t.low == "other" || t.low == "not") {
		return false
	}
	q := &parser{text: p.text, toks: append(append([]token{}, p.toks[from+1:to]...), token{})}
	q.words("for")
	q.words("than")
	q.words("including")
	if t.low == "not" && q.i == 0 {
		return false
	}
	var not []item
	for q.peek().kind != end {
		q.separator()
		v, ok := q.version(false)
		if !ok || v.low != "" || q.err != "" {
			return false
		}
		not = append(not, item{op: "=", v: v})
	}
	p.not = append(p.not, not...)
	return len(not) > 0
}

// odd reads single versions that are named by a word and a number, "HD 16", "FW 01".
func (p *parser) odd(sep string) bool {
	t, n := p.peek(), p.after(1)
	if t.kind == word && len(t.text) <= 4 && !notNames[t.low] && t.text == strings.ToUpper(t.text) && !t.digits() && n.kind == word && number().MatchString(n.text) {
		p.i += 2
		p.items = append(p.items, item{op: "=", v: release{text: t.text + " " + n.text}, sep: sep})
		return true
	}
	return false
}
