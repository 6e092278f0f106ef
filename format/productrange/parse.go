package productrange

import (
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

// item is one statement of a text: a bound, or a single version (op "=").
type item struct {
	op  string // "<", "<=", ">", ">=", "="
	v   release
	hi  *item  // the upper half of an interval that was written as one
	sep string // what stood before it: "", "|", ",", "and", "or"
}

type parser struct {
	text    string
	toks    []token
	i       int
	vers    bool
	err     string // what was not understood
	all     bool
	subject []string // words that named a part, in the order they were met
	of      string   // the part whose versions these are
	items   []item
	dateEv  []item
	serials []item
	not     []item // "except 9.4.2.6"
	conds   []string
	notes   []string
}

func (p *parser) peek() token { return p.after(0) }

func (p *parser) after(n int) token {
	if p.i+n < len(p.toks) {
		return p.toks[p.i+n]
	}
	return token{}
}

func (p *parser) fail(why string) {
	if p.err == "" {
		p.err = why
	}
}

// words takes the next tokens if they are these words.
func (p *parser) words(s ...string) bool {
	for n, w := range s {
		if t := p.after(n); t.kind != word || t.low != w {
			return false
		}
	}
	p.i += len(s)
	return true
}

// phrase takes the first of the phrases that stands here.
func (p *parser) phrase(phrases [][]string) bool {
	for _, f := range phrases {
		if p.words(f...) {
			return true
		}
	}
	return false
}

func (p *parser) dash() bool {
	if p.peek().kind == dash {
		p.i++
		return true
	}
	return false
}

// closes returns the index of the bracket that closes the one at i, or 0.
func (p *parser) closes(i int) int {
	depth := 0
	for j := i; j < len(p.toks); j++ {
		switch p.toks[j].kind {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return 0
}

// mathInterval is "[1.0, 2.0)" as mathematicians, Maven and NuGet write it.
var mathInterval = pattern.Of(`^([\[(])\s*([^\s,()\[\]]*)\s*,\s*([^\s,()\[\]]*)\s*([\])])$`)

// Parse reads a text. It is total: what it does not understand is in Unread.
func Parse(text string) Parsed {
	unread := func(why string) Parsed {
		if text == "" {
			return Parsed{Unread: " ", Why: why}
		}
		return Parsed{Unread: text, Why: why}
	}
	if len(text) > MaxLength {
		return unread("longer than any range")
	}
	s, vers := clean(text)
	if s == "" {
		return unread("empty")
	}
	p := &parser{text: s, toks: append(scan(s), token{from: len(s), to: len(s)}), vers: vers}
	if len(p.toks) > 512 {
		return unread("more words than any range")
	}
	if m := mathInterval().FindStringSubmatch(s); m != nil && (m[2] != "" || m[3] != "") && isBound(m[2]) && isBound(m[3]) {
		lo, hi := ">=", "<="
		if m[1] == "(" {
			lo = ">"
		}
		if m[4] == ")" {
			hi = "<"
		}
		s = strings.TrimSpace(boundText(lo, m[2]) + " " + boundText(hi, m[3]))
		p.text, p.toks = s, append(scan(s), token{from: len(s), to: len(s)})
	}
	p.run()
	if p.err != "" {
		return unread(p.err)
	}
	out, why := p.result(text)
	if why != "" {
		return unread(why)
	}
	return out
}

func isBound(s string) bool { return s == "" || core().MatchString(s) }

func boundText(op, v string) string {
	if v == "" {
		return ""
	}
	return op + " " + v
}

// serialName is a product name that ends with what its versions are.
var serialName = pattern.Of(`(?i)(?:with\s+)?(?:the\s+)?first\s+(?:[0-9]+|[a-z]+)\s+(?:digits|characters)\s+of\s+(?:the\s+)?serial\s+(?:numbers?|no\.?)\s*$`)

// ParseOf reads the text of a product's branch together with the product's name,
// which in some documents holds half of the statement: "L26CPU The first 5 digits
// of serial No." and "<=23121".
func ParseOf(product, text string) Parsed {
	m := serialName().FindString(product)
	if m == "" {
		return Parse(text)
	}
	s, _ := clean(text)
	p := Parse(m + " " + s)
	if !p.OK() {
		p.Unread = text
	}
	for i := range p.Ranges {
		p.Ranges[i].Text = text
	}
	return p
}

// run reads the statements, then what narrows them.
func (p *parser) run() {
	if p.serial() || p.err != "" {
		return
	}
	if p.dates() {
		p.tail()
		return
	}
	for p.err == "" {
		sep := p.separator()
		if p.peek().kind == end {
			if sep != "" && sep != "|" && sep != "," {
				p.fail("the text ends after “" + sep + "”")
			}
			break
		}
		if p.condition() {
			continue
		}
		if len(p.conds) > 0 {
			p.fail("a condition, and then more versions")
			break
		}
		before, n := len(p.subject), len(p.items)
		if p.statement(sep) {
			p.oneSubject(p.subject[before:], n)
		} else {
			p.fail("not understood from “" + clip(p.text[p.peek().from:]) + "”")
		}
	}
	if p.err == "" && !p.all && len(p.items) == 0 {
		p.fail("no version is named")
	}
}

// oneSubject refuses versions of several parts in one text.
func (p *parser) oneSubject(words []string, items int) {
	if len(words) == 0 {
		return
	}
	s := strings.Join(words, " ")
	if items > 0 && s != p.of {
		p.fail("versions of several parts")
	}
	p.of = s
}

// tail reads what may follow a date: nothing, or a condition.
func (p *parser) tail() {
	for p.err == "" && p.peek().kind != end {
		if !p.condition() {
			p.fail("not understood from “" + clip(p.text[p.peek().from:]) + "”")
		}
	}
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// separator takes what stands between two statements.
func (p *parser) separator() string {
	sep := ""
	for {
		t := p.peek()
		switch {
		case t.kind == bar:
			sep = "|"
		case t.kind == comma:
			if sep == "" {
				sep = ","
			}
		case t.kind == word && (t.low == "and" || t.low == "&" || t.low == "but"):
			sep = "and"
		case t.kind == word && (t.low == "or" || t.low == "and/or"):
			sep = "or"
		default:
			return sep
		}
		p.i++
	}
}

// before are phrases before an upper bound, beforeIncl where it belongs to the range.
var (
	before = [][]string{{"prior", "to"}, {"before"}, {"earlier", "than"}, {"older", "than"}, {"lower", "than"}, {"less", "than"}, {"below"}, {"under"}, {"preceding"}, {"previous", "to"},
		{"up", "to", "but", "not", "including"}, {"up", "to", "and", "excluding"}, {"up", "to", "but", "excluding"}, {"up", "to", "excluding"}, {"up", "to", "not", "including"}, {"up", "to", "exclusive"},
		{"up", "to", "and", "not", "including"}, {"but", "not", "including"}, {"to", "but", "not", "including"}, {"to", "excluding"}, {"and", "excluding"}}
	beforeIncl = [][]string{{"up", "to", "and", "including"}, {"up", "to", "including"}, {"up", "to"}, {"up", "through"}, {"upto"}, {"through"}, {"thru"}, {"until"}, {"till"}, {"no", "later", "than"}, {"not", "later", "than"},
		{"at", "or", "below"}, {"at", "most"}, {"prior", "to", "and", "including"}, {"equal", "to", "or", "less", "than"}, {"less", "than", "or", "equal", "to"}, {"lower", "than", "or", "equal", "to"}, {"earlier", "than", "or", "equal", "to"}}
	after     = [][]string{{"later", "than"}, {"newer", "than"}, {"after"}, {"above"}, {"greater", "than"}, {"higher", "than"}, {"over"}, {"more", "recent", "than"}}
	afterIncl = [][]string{{"starting", "with"}, {"starting", "from"}, {"starting", "at"}, {"beginning", "with"}, {"beginning", "from"}, {"since"}, {"at", "least"}, {"greater", "than", "or", "equal", "to"}, {"later", "than", "or", "equal", "to"}, {"from", "and", "including"}}
	// andBefore and andAfter follow a version: "7.1.2 and prior", "2.0 or newer".
	lowerWords = map[string]bool{"prior": true, "earlier": true, "below": true, "older": true, "lower": true, "previous": true, "before": true, "under": true, "preceding": true, "down": true}
	upperWords = map[string]bool{"later": true, "newer": true, "above": true, "higher": true, "up": true, "onwards": true, "onward": true, "greater": true, "subsequent": true, "after": true, "beyond": true, "upwards": true, "following": true}
)

// bound takes an operator, in signs or words.
func (p *parser) bound() (string, bool) {
	t := p.peek()
	if t.kind == op {
		p.i++
		return t.text, true
	}
	for _, f := range []struct {
		op      string
		phrases [][]string
	}{{"<=", beforeIncl}, {"<", before}, {">=", afterIncl}, {">", after}} {
		if f.op == "<=" && p.isPhrase(before) > p.isPhrase(beforeIncl) {
			continue // "up to but not including" is longer than "up to"
		}
		if f.op == ">" && p.isPhrase(afterIncl) > 0 {
			continue
		}
		if p.phrase(f.phrases) {
			return f.op, true
		}
	}
	return "", false
}

// isPhrase is the number of words of the longest phrase that stands here.
func (p *parser) isPhrase(phrases [][]string) int {
	n, start := 0, p.i
	for _, f := range phrases {
		if p.words(f...) {
			n = max(n, p.i-start)
			p.i = start
		}
	}
	return n
}
