package productrange

import (
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

// lettersSpan is an interval of revisions in letters.
var lettersSpan = pattern.Of(`^[A-Z]-[A-Z]$`)

// statement reads one bound, interval, list member or "all versions".
func (p *parser) statement(sep string) bool {
	start := p.i
	if p.everything() {
		return true
	}
	p.skipLabels()
	if p.peek().kind == word && (p.words("from") || p.words("between")) {
		between := p.toks[p.i-1].low == "between"
		return p.interval(sep, between)
	}
	subject := len(p.subject)
	if p.peek().kind == open { // "<=(R4.10)" has its own case; "(Release 1.3.2 1.4.0)" is a list in brackets
		if to := p.closes(p.i); to > 0 && p.toks[to+1].kind == end && len(p.items) == 0 && !p.all {
			p.toks = append(append(append([]token{}, p.toks[:p.i]...), p.toks[p.i+1:to]...), p.toks[to+1:]...)
			return p.statement(sep)
		}
		return false
	}
	if p.named(false) { // "CPCI85 < V05", "NMC2 <= 6.9.6", "BIOS < V22.01.04"
		p.skipLabels()
	}
	if b, ok := p.bound(); ok {
		if b == "!=" {
			v, ok := p.version(true)
			if ok {
				p.not = append(p.not, item{op: "=", v: v})
			}
			return ok
		}
		return p.bounded(sep, b)
	}
	if t := p.peek(); t.kind == word && lettersSpan().MatchString(t.text) { // "Rev B-M"
		p.i++
		p.items = append(p.items, item{op: ">=", v: release{text: t.text[:1]}, hi: &item{op: "<=", v: release{text: t.text[2:]}}, sep: sep})
		return true
	}
	v, ok := p.version(p.items == nil && (lowerFollows(p) || spanFollows(p)))
	if !ok {
		p.i, p.subject = start, p.subject[:subject]
		return p.odd(sep)
	}
	return p.single(sep, v, subject)
}

// lowerFollows: a revision in letters counts as a version only where "and prior" follows.
func lowerFollows(p *parser) bool {
	for n := 1; n < 4; n++ {
		if lowerWords[p.after(n).low] || upperWords[p.after(n).low] {
			return true
		}
	}
	return false
}

// spanFollows: "Rev. A through Rev. F".
func spanFollows(p *parser) bool {
	n := p.after(1)
	return n.low == "through" || n.low == "thru" || n.low == "to" || n.kind == dash
}

// skipLabels passes over words that only announce a version.
func (p *parser) skipLabels() {
	for p.peek().kind == word && (labels[p.peek().low] && p.peek().low != "v" || parts[p.peek().low] != "") {
		if s := parts[p.peek().low]; s != "" {
			p.subject = append(p.subject, s)
		}
		p.i++
	}
}

// everything reads "all versions", "*" and the like.
func (p *parser) everything() bool {
	start := p.i
	t := p.peek()
	if t.kind != word {
		return false
	}
	if t.text == "*" {
		p.i++
	} else if t.low == "all" || t.low == "any" || t.low == "every" {
		p.i++
		for w := p.peek().low; w == "versions" || w == "version" || w == "models" || w == "releases" || w == "revisions" || w == "devices" || w == "units" || w == "firmware" || w == "software" || w == "supported" || w == "known" || w == "of" || w == "the" || w == "product" || w == "products" || w == "deployments"; w = p.peek().low {
			p.i++
		}
	} else {
		return false
	}
	switch n := p.peek(); {
	case n.kind == end, n.kind == open, n.kind == word && (n.low == "except" || n.low == "excluding"), n.kind == comma && p.after(1).low == "except",
		n.kind == word && conditionWords[n.low] && !p.isBoundHere():
		if len(p.items) > 0 {
			p.fail("all versions, and some")
			return false
		}
		p.all = true
		return true
	}
	p.i = start
	return false
}

func (p *parser) isBoundHere() bool {
	start := p.i
	_, ok := p.bound()
	p.i = start
	return ok
}

// notNames are words that say something else than whose version follows.
var notNames = map[string]bool{"except": true, "excluding": true, "excl": true, "other": true, "than": true, "not": true, "no": true, "non": true, "none": true, "fixed": true, "unaffected": true, "patched": true,
	"resolved": true, "corrected": true, "upgrade": true, "upgraded": true, "mitigated": true, "unknown": true, "see": true, "also": true, "possibly": true, "is": true, "are": true, "has": true, "have": true, "be": true, "but": true,
	"serial": true, "sn": true, "s/n": true, "lot": true, "lots": true, "batch": true, "udi": true, "numbers": true, "beginning": true, "starting": true}

// named takes words that name a part of the product before a bound or a version.
// They must be followed by one; at most five words. bounded: an operator went before.
func (p *parser) named(bounded bool) bool {
	start := p.i
	var name []string
	for len(name) < 5 && p.peek().kind == word {
		t := p.peek()
		if len(name) == 0 && prefixes[t.low] || labels[t.low] || notNames[t.low] || letters().MatchString(t.text) && len(t.text) == 1 || conditionWords[t.low] || lowerWords[t.low] || upperWords[t.low] || t.low == "and" || t.low == "or" || t.low == "to" || t.low == "-" || t.low == "/" {
			break
		}
		if p.isBoundHere() {
			break
		}
		if core().MatchString(t.text) && !p.partName(len(name)) {
			break
		}
		name = append(name, t.text)
		p.i++
	}
	if len(name) > 0 && (p.isBoundHere() || p.peek().kind == word && core().MatchString(p.peek().text) && (bounded || p.announced())) {
		p.subject = append(p.subject, name...)
		return true
	}
	p.i = start
	return false
}

// announced: the version here follows the word "version", starts with a V or has fields.
func (p *parser) announced() bool {
	t := p.peek()
	return p.i > 0 && labels[p.toks[p.i-1].low] || isVersionStart(t.text) && (t.low[0] == 'v' || strings.Contains(t.text, "."))
}

// partName: the word at hand looks like a version but names a part, for a version
// in another form follows: "CPCI85 V05", "WinAC RTX 2010 SP3" (no: 2010 is the
// version there), "NMC2 <= 6.9.6".
func (p *parser) partName(already int) bool {
	t, n := p.peek(), p.after(1)
	c := t.text[0]
	if c >= '0' && c <= '9' || isVersionStart(t.text) {
		return false
	}
	if n.kind == op && len(t.text) > 2 && !strings.Contains(t.text, ".") {
		return letterPrefix(t.text) != letterPrefix(p.after(2).text) // not "A10 < A11"
	}
	if n.kind == word && core().MatchString(n.text) && strings.Contains(n.text, ".") && !strings.Contains(t.text, ".") && already == 0 {
		return true // "S4 A.07.107", "IR302 3.5.56"
	}
	return n.kind == word && (n.text[0] == 'V' || n.text[0] == 'v') && isVersionStart(n.text) && already == 0 && !strings.Contains(t.text, ".")
}

// bounded reads the version after an operator.
func (p *parser) bounded(sep, b string) bool {
	if p.peek().kind == op || p.peek().kind == end {
		p.fail("a bound without a version")
		return false
	}
	var v release
	ok := false
	if p.peek().kind == open && p.closes(p.i) > 0 { // "<=(R4.10)"
		p.i++
		if v, ok = p.version(true); !ok || p.peek().kind != shut {
			return false
		}
		p.i++
	} else {
		p.named(true)
		if v, ok = p.version(true); !ok {
			return false
		}
	}
	switch {
	case p.words("and", "prior") || p.words("and", "earlier") || p.words("and", "below"):
		if b == "<" || b == "<=" { // "< 2.3 and prior" says two things
			if b == "<" {
				p.fail("below and up to in one bound")
				return false
			}
		} else if b == "=" {
			b = "<="
		} else {
			return false
		}
	case b == ">=" && p.words("and", "later"), b == ">=" && p.words("or", "later"), b == ">=" && p.words("and", "newer"):
	}
	p.items = append(p.items, item{op: b, v: v, sep: sep})
	return true
}

// single reads what may follow a version without operator: "and prior", "through
// 4.1", "< 4.1", or nothing.
func (p *parser) single(sep string, v release, subject int) bool {
	if o := p.including(); o != "" { // "6.02 (excluding 5.83)" is no bound; "(including) and X (excluding)" is
		if o != "in" || !(p.words("and") || p.words("to") || p.words("through") || p.dash()) {
			p.fail("(including) or (excluding) without an interval")
			return false
		}
		return p.upper(sep, v, "<=")
	}
	plus := p.peek().kind == word && p.peek().low == "+"
	if t, ok := strings.CutSuffix(v.text, "+"); ok && v.low == "" { // "2.0+"
		v.text, plus = t, true
		p.i--
	}
	if plus {
		p.i++
		p.items = append(p.items, item{op: ">=", v: v, sep: sep})
		return true
	}
	start := p.i
	p.words("and")
	if p.i == start {
		if !p.words("or") {
			p.words("&")
		}
	}
	if p.peek().kind == comma && (p.after(1).low == "and" || p.after(1).low == "or") {
		p.i += 2
	}
	p.words("all")
	p.words("any")
	if t := p.peek(); t.kind == word && (lowerWords[t.low] || upperWords[t.low]) && !p.isBoundWithVersion() {
		b := "<="
		if upperWords[t.low] {
			b = ">="
		}
		p.i++
		p.words("to") // "up to" would have been a bound
		for p.words("versions") || p.words("version") || p.words("releases") || p.words("revisions") || p.words("software") || p.words("firmware") || p.words("builds") || p.words("minor") {
		}
		p.items = append(p.items, item{op: b, v: v, sep: sep})
		return true
	}
	p.i = start
	switch {
	case p.words("to", "but", "not", "including"), p.words("up", "to", "but", "not", "including"), p.words("up", "to", "and", "excluding"), p.words("and", "up", "to", "but", "not", "including"), p.words("to", "excluding"), p.words("up", "to", "excluding"), p.words("up", "to", "but", "excluding"), p.words("up", "to", "not", "including"), p.words("and", "before"), p.words("and", "prior", "to"), p.words("but", "before"), p.words("before"), p.words("and", "earlier", "than"), p.words("and", "lower", "than"), p.words("and", "less", "than"):
		return p.upper(sep, v, "<")
	case p.words("through", "to"), p.words("through"), p.words("thru"), p.words("to"), p.words("until"), p.words("up", "to", "and", "including"), p.words("up", "to"), p.words("and", "up", "to", "and", "including"), p.words("and", "up", "to"), p.dash():
		return p.upper(sep, v, "<=")
	}
	if t := p.peek(); t.kind == op && (t.text == "<" || t.text == "<=") {
		p.i++
		return p.upper(sep, v, t.text)
	}
	if lo, hi, ok := p.hyphenated(v.text); ok {
		p.items = append(p.items, item{op: ">=", v: release{text: lo}, hi: &item{op: "<=", v: release{text: hi}}, sep: sep})
		return true
	}
	for p.words("versions") || p.words("releases") || p.words("revisions") { // "all 3.x versions"
	}
	if n := p.subject[subject:]; len(n) == 1 && len(n[0]) <= 4 && n[0] == strings.ToUpper(n[0]) { // "LPI 3.5.12.P30" is its name
		v.text, p.subject = n[0]+" "+v.text, p.subject[:subject]
	}
	p.items = append(p.items, item{op: "=", v: v, sep: sep})
	return true
}

// isBoundWithVersion: "before V5" after a version starts an upper bound of its own.
func (p *parser) isBoundWithVersion() bool {
	start, subject := p.i, len(p.subject)
	defer func() { p.i, p.subject = start, p.subject[:subject] }()
	if _, ok := p.bound(); !ok {
		return false
	}
	e := p.err
	_, ok := p.version(false)
	p.err = e
	return ok
}

// upper reads the end of an interval that began with v.
func (p *parser) upper(sep string, v release, b string) bool {
	if x, ok := p.bound(); ok {
		if x != "<" && x != "<=" {
			return false
		}
		b = x
	}
	w, ok := p.version(true)
	if !ok {
		return false
	}
	if o := p.including(); o == "ex" {
		b = "<"
	}
	p.items = append(p.items, item{op: ">=", v: v, hi: &item{op: b, v: w}, sep: sep})
	return true
}

// interval reads after "from" or "between".
func (p *parser) interval(sep string, between bool) bool {
	v, ok := p.version(true)
	if !ok {
		return false
	}
	lo := ">="
	if p.including() == "ex" {
		lo = ">"
	}
	hi := "<="
	if !between {
		if p.words("onwards") || p.words("onward") || p.words("and", "later") || p.words("or", "later") || p.words("and", "above") || p.words("and", "up") || p.words("upwards") || p.words("and", "newer") || p.words("and", "higher") || p.peek().kind == end {
			p.items = append(p.items, item{op: lo, v: v, sep: sep})
			return true
		}
	} else if !p.words("and") && !p.words("to") {
		return false
	}
	n := len(p.items)
	if !between {
		if !(p.words("to", "but", "not", "including") || p.words("up", "to", "but", "not", "including")) {
			if b, ok := p.bound(); ok {
				hi = b
			} else if !p.words("to") && !p.dash() && !p.words("and", "up", "to") {
				return false
			}
		} else {
			hi = "<"
		}
	}
	if !p.upper(sep, v, hi) {
		return false
	}
	p.items[n].op = lo
	return true
}

// including takes "(including)", "(excluding)", "inclusive".
func (p *parser) including() string {
	t, n, c := p.peek(), p.after(1), p.after(2)
	read := func(s string) string {
		switch s {
		case "including", "inclusive", "included", "incl":
			return "in"
		case "excluding", "exclusive", "excluded", "excl":
			return "ex"
		}
		return ""
	}
	if t.kind == open && n.kind == word && c.kind == shut {
		if r := read(n.low); r != "" {
			p.i += 3
			return r
		}
	}
	if t.kind == word && (t.low == "inclusive" || t.low == "exclusive" || t.low == "included" || t.low == "excluded") {
		p.i++
		return read(t.low)
	}
	return ""
}

// hyphenated splits "V191-V195" and "2014-2016": both halves alike, the second larger.
// Everything else with a hyphen is one version ("5.03-1.56a", "2.4.2-r29").
func (p *parser) hyphenated(s string) (lo, hi string, ok bool) {
	lo, hi, ok = strings.Cut(s, "-")
	if !ok || strings.Contains(hi, "-") || lo == "" || hi == "" {
		return "", "", false
	}
	lv, hv := lo[0] == 'V' || lo[0] == 'v', hi[0] == 'V' || hi[0] == 'v'
	if lv && hv && isVersionStart(lo) && isVersionStart(hi) {
		return lo, hi, true
	}
	if len(lo) == len(hi) && lo < hi && strings.Trim(lo+hi, "0123456789") == "" {
		p.fail("one version or an interval: " + s)
	}
	return "", "", false
}
