package product

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/productrange"
)

// Entry is one product of an advisory, prepared for comparison. It derives from
// the product alone, so that whoever stores it need only store [advisory.Product].
type Entry struct {
	Product advisory.Product
	vendor  makerName
	kin     []string            // the companies of the vendor's family
	names   []name              // any of them is the product
	all     keys                // the joined words of everything the advisory calls it
	allow   keys                // words that may stand beside a name: "(including RF, EC)"
	exclude [][]word            // "not including EchoPAC"
	conds   []string            // "with wireless option"
	family  bool                // the name says that it stands for all its members: "Vivid products"
	models  []string            // model numbers that the version branch lists: others are not meant
	version string              // a version in the name: "8.0.x"
	ranges  productrange.Parsed // of the version's text
	text    bool                // the product has such a text
	label   string              // how the advisory calls it
	title   []word              // the telling words of its name
	second  productrange.Parsed // what the full name says of versions, if it says so differently
}

// name is one of the ways the advisory names a product.
type name struct {
	words []word // those that tell, without generic ones; only generic ones if there are no others
	weak  bool   // only generic words
	how   string // "name", "abbreviation", "model number"
	spans []span // "MX400-MX850"
}

// span is an interval of model numbers.
type span struct {
	prefix string
	lo, hi int
}

func (s span) holds(key string) bool {
	d, ok := strings.CutPrefix(key, s.prefix)
	n, err := strconv.Atoi(strings.TrimRight(d, "abcdefghijklmnopqrstuvwxyz"))
	return ok && err == nil && n >= s.lo && n <= s.hi
}

// Prepare reads the names of a product.
func Prepare(p advisory.Product) *Entry {
	e := &Entry{Product: p, vendor: readMaker(p.Vendor)}
	text := clip(p.Name)
	if strings.TrimSpace(text) == "" {
		text, _, _ = strings.Cut(clip(p.Full), ":")
	}
	text = e.clauses(text)
	numbers := slices.Concat(p.Models, p.SKUs)
	for _, m := range modelClause().FindAllStringSubmatch(text, 8) {
		if strings.ContainsAny(m[1], "0123456789") {
			numbers = append(numbers, m[1])
		}
	}
	e.family = len(e.exclude) > 0 || familyWord().MatchString(text)
	text, brackets := e.brackets(text, &numbers)
	desc := e.versions(&numbers)
	e.alternatives(text, "name")
	if _, part, ok := strings.Cut(text, " - "); ok { // "Device Integration Suite - Network Connectivity Engine"
		if ws := words(part); len(telling(ws)) >= 2 {
			e.add(ws, "name", nil)
		}
	}
	for _, b := range brackets {
		e.add(words(b), "abbreviation", nil)
	}
	for _, d := range desc {
		e.descriptor(text, d)
	}
	for _, n := range numbers {
		n = strings.TrimRight(n, "*?") // CSAF 2.0 §3.1.3.3.4: * and ? stand for anything
		if ws := words(n); len(plain(n)) >= 4 {
			e.add(ws, "model number", nil)
		}
	}
	e.kin = e.vendor.kin()
	e.title = telling(words(p.Name))
	e.label = strings.TrimSpace(p.Name)
	if e.label == "" {
		e.label = p.Full
	}
	if p.Vendor != "" && !strings.HasPrefix(fold(e.label), fold(p.Vendor)) {
		e.label = p.Vendor + " " + e.label
	}
	called := [][]word{words(p.Name), words(p.Family), words(p.Version)}
	for _, n := range e.names {
		called = append(called, n.words)
	}
	e.all.of(called...)
	return e
}

var (
	exclusion  = pattern.Of(`(?i)[,;]?\s*\b(?:not including|excluding|except(?: for)?|other than)\b(.*)$`)
	clause     = pattern.Of(`(?i)\s+(?:used (?:with|on)|running on|installed on|when used|that (?:use|uses|run|runs))\s+.*$|\s*\bwindows \S+[- ]based\b`)
	familyWord = pattern.Of(`(?i)\b(?:products|family|families|series|line|models|systems|pumps|monitors)\s*$`)
	bracket    = pattern.Of(`[(\[]([^()\[\]]*)[)\]]`)
	narrowing  = pattern.Of(`(?i)^(?:with|without|enabled|only|if|when|for)\b|\b(?:only|enabled)$`)
	notBut     = pattern.Of(`(?i)\s*,?\s*(?:and|or)\s*$`)
	compound   = pattern.Of(`(?i)\b(pet|spect|nm|tcp|a|i|n)\s*/\s*(ct|mr|mri|ip|v|o|a)\b`)
	numberish  = pattern.Of(`^[0-9]{4,}[A-Za-z]{0,4}[0-9]*$|^[A-Za-z]{1,4}-?[0-9]{4,}[A-Za-z]{0,3}$`)
	interval   = pattern.Of(`\b([A-Za-z]{1,4})([0-9]{1,4})\s*(?:-|–|to|through)\s*([A-Za-z]{0,4})([0-9]{1,4})\b`)
)

// clauses takes what narrows or excludes out of a name.
func (e *Entry) clauses(s string) string {
	if m := exclusion().FindStringSubmatchIndex(s); m != nil {
		for _, part := range strings.FieldsFunc(notBut().ReplaceAllString(s[m[2]:m[3]], ""), func(r rune) bool { return r == ',' || r == ';' }) {
			for _, p := range strings.Split(part, " and ") {
				if ws, _ := takeMakers(words(p)); len(telling(ws)) > 0 {
					e.exclude = append(e.exclude, telling(ws))
				}
			}
		}
		s = s[:m[0]]
	}
	if m := clause().FindString(s); m != "" {
		e.conds = append(e.conds, strings.TrimSpace(m))
		s = strings.Replace(s, m, "", 1)
	}
	return strings.ReplaceAll(s, " w/ ", " with ")
}

// brackets takes brackets out of a name: abbreviations, model numbers, conditions,
// and remarks, whose words may stand beside the name.
func (e *Entry) brackets(s string, numbers *[]string) (string, []string) {
	var short []string
	for _, m := range bracket().FindAllStringSubmatch(s, 16) {
		in := strings.TrimSpace(m[1])
		upper := strings.IndexFunc(in, func(r rune) bool { return r >= 'A' && r <= 'Z' }) >= 0
		ws := words(in)
		if interval().MatchString(in) {
			continue // stays in the name: "MX (MX400-550)"
		}
		switch {
		case narrowing().MatchString(in):
			e.conds = append(e.conds, in)
		case len(ws) > 0 && len(ws) <= 3 && len(in) <= 12 && upper && strings.Count(in, "/") == 0 && !numberish().MatchString(in) && len(telling(ws)) > 0 && !table().variant[ws[0].key]:
			short = append(short, in)
		}
		for _, w := range strings.FieldsFunc(in, func(r rune) bool { return strings.ContainsRune(" ,;/:", r) }) {
			if numberish().MatchString(w) {
				*numbers = append(*numbers, w)
			}
		}
		e.allow.of(ws)
	}
	return bracket().ReplaceAllStringFunc(s, func(b string) string {
		if interval().MatchString(b) {
			return " " + strings.Trim(b, "()[]") + " "
		}
		return " "
	}), short
}

// generic: the word, or its singular, says nothing.
func generic(key string) bool {
	return table().generic[key] || len(key) > 3 && table().generic[strings.TrimSuffix(key, "s")]
}

// telling leaves out the words that say nothing.
func telling(ws []word) []word {
	var out []word
	for _, w := range ws {
		if !generic(w.key) {
			out = append(out, w)
		}
	}
	return out
}

// add adds a way to name the product.
func (e *Entry) add(ws []word, how string, spans []span) *name {
	ws, makers := takeMakers(ws)
	for _, id := range makers {
		if !slices.Contains(e.vendor.ids, id) {
			e.vendor.ids = append(e.vendor.ids, id)
		}
	}
	t := telling(ws)
	n := name{words: t, how: how, spans: spans}
	if len(t) == 0 && len(spans) == 0 {
		if len(ws) < 2 {
			return nil // nothing by which anything could be known: "Version", "Monitor"
		}
		n.words, n.weak = ws, true
	} else if len(t) == 1 && t[0].digits() && len(ws) > 1 && !numberish().MatchString(t[0].text) && strings.Contains(t[0].key, ".") {
		n.words, n.weak = ws, true // "MRI 1.5T"
	}
	if len(e.names) < 64 {
		e.names = append(e.names, n)
		return &e.names[len(e.names)-1]
	}
	return nil
}

// nameVersion is a version at the end of a name: "IntelliSpace Portal 8.0.x", "PCS 7 V8.1".
var nameVersion = pattern.Of(`^(?:[vV][0-9]+(?:\.[0-9xX]+)*|[0-9]+(?:\.[0-9xX]+)+)$`)

// alternatives reads a name that may be several: lists with slashes or commas,
// rows of models, intervals of models.
func (e *Entry) alternatives(s, how string) {
	s = compound().ReplaceAllString(s, "$1$2")
	var spans []span
	for _, m := range interval().FindAllStringSubmatch(s, 8) {
		lo, _ := strconv.Atoi(m[2])
		hi, _ := strconv.Atoi(m[4])
		if (m[3] == "" || strings.EqualFold(m[1], m[3])) && lo < hi {
			spans = append(spans, span{strings.ToLower(m[1]), lo, hi})
			s = strings.Replace(s, m[0], " ", 1)
		}
	}
	if spans != nil {
		e.add(words(strings.NewReplacer("/", " ", ",", " ").Replace(s)), how, spans)
		return
	}
	if f := strings.Fields(s); len(f) > 1 && how == "name" && nameVersion().MatchString(f[len(f)-1]) {
		e.version = f[len(f)-1]
		s = strings.Join(f[:len(f)-1], " ")
	}
	segs := strings.FieldsFunc(strings.NewReplacer(" and ", "/", " & ", "/", " or ", "/").Replace(s), func(r rune) bool { return r == '/' || r == ',' || r == ';' })
	if len(segs) > 16 {
		segs = segs[:16]
	}
	var lists [][]word
	for _, g := range segs {
		lists = append(lists, rows(words(g))...)
	}
	if len(lists) < 2 {
		e.add(words(s), how, nil)
		return
	}
	numbered := slices.ContainsFunc(lists, func(ws []word) bool { return slices.ContainsFunc(ws, word.digits) })
	head := headOf(words(segs[0]))
	if first := rows(words(segs[0])); len(first) > 1 {
		head = headOf(first[0]) // "PageWriter TC10 TC20": what stands before TC10
	}
	prefix := ""
	for i, ws := range lists {
		if len(ws) == 0 {
			continue
		}
		alone := ws
		if i > 0 && len(ws) == 1 {
			if strings.Trim(ws[0].key, "0123456789") == "" && prefix != "" { // "MX800/700/600"
				ws = []word{{prefix + ws[0].text, prefix + ws[0].key}}
				alone = ws
			}
			if len(head) > 0 {
				alone = append(slices.Clone(head), ws...)
			}
		} else if i > 0 && ws[0].digits() && len(head) > 0 { // "NextSeq 500/550 Control Software"
			alone = append(slices.Clone(head), ws...)
		}
		if p := letterPrefix(ws[len(ws)-1].key); p != "" && ws[len(ws)-1].digits() {
			prefix = p
		}
		if numbered && !slices.ContainsFunc(alone, word.digits) {
			continue // "Avalon Fetal" of "Avalon Fetal/Maternal Monitors FM20/FM30" is no product
		}
		e.add(alone, how, nil)
	}
	if len(e.names) == 0 {
		e.add(words(s), how, nil)
	}
}

// headOf is what the first member of a list shares with the others.
func headOf(ws []word) []word {
	if len(ws) == 0 {
		return nil
	}
	return ws[:len(ws)-1]
}

func letterPrefix(k string) string {
	return k[:len(k)-len(strings.TrimLeft(k, "abcdefghijklmnopqrstuvwxyz"))]
}

// rows splits "PageWriter TC10 TC20 TC30" where models of one series follow each other.
func rows(ws []word) [][]word {
	for len(ws) > 0 && generic(ws[len(ws)-1].key) {
		ws = ws[:len(ws)-1]
	}
	out := [][]word{ws}
	for i := 1; i < len(ws); i++ {
		p := letterPrefix(ws[i].key)
		if p != "" && ws[i].digits() && ws[i-1].digits() && p == letterPrefix(ws[i-1].key) {
			if len(out) == 1 {
				out[0] = ws[:i]
			}
			out = append(out, ws[i:i+1])
		} else if len(out) > 1 {
			return [][]word{ws}
		}
	}
	return out
}

// String is how an advisory calls the product.
func (e *Entry) String() string { return e.label }
