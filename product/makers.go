package product

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed brands.yaml
var brandsYAML []byte

// maker is one company of brands.yaml.
type maker struct {
	ID    string   `yaml:"id"`
	Names []string `yaml:"names"`
	Lines []string `yaml:"lines"`
	// Products are names of single products, where Lines are families.
	Products []string `yaml:"products"`
	Into     []move   `yaml:"into"`
	SoldBy   []move   `yaml:"sold_by"`
}

// move says that a company, or some of its product lines, went to another, or that
// another sells them under its own name.
type move struct {
	Maker string   `yaml:"maker"`
	Year  int      `yaml:"year"`
	Lines []string `yaml:"lines"`
}

type brands struct {
	Makers   []maker             `yaml:"makers"`
	Legal    []string            `yaml:"legal"`
	Weak     []string            `yaml:"weak"`
	Generic  []string            `yaml:"generic"`
	Variants []string            `yaml:"variants"`
	Synonyms map[string]string   `yaml:"synonyms"`
	Kinds    map[string][]string `yaml:"kinds"`

	byID                          map[string]*maker
	alias                         map[string][]string // joined words of a name → the makers that use it
	aliasWords                    int
	legal, weak, generic, variant map[string]bool
	lines                         map[string][]string // joined words of a line → makers
	kindOf                        map[string][]string // joined words of a line → kinds
	family                        map[string]bool     // lines, but not products
	kin                           map[string][]string // maker → itself and the companies that went to it
	roots                         map[string][]string // maker → the companies nobody took over above it
}

// table is brands.yaml, read once, by the first that asks: a command that compares no
// product does not wait for it. A mistake in it is no error at run time; a test reads it.
var table = sync.OnceValue(func() *brands {
	b, err := readBrands(brandsYAML)
	if err != nil {
		panic("product/brands.yaml: " + err.Error())
	}
	return b
})

func readBrands(data []byte) (*brands, error) {
	b := &brands{byID: map[string]*maker{}, alias: map[string][]string{}, lines: map[string][]string{}, kindOf: map[string][]string{}, kin: map[string][]string{}, family: map[string]bool{}, roots: map[string][]string{}}
	if err := yaml.Load(data, b, yaml.WithKnownFields(true)); err != nil {
		return nil, err
	}
	set := func(l []string) map[string]bool {
		m := map[string]bool{}
		for _, s := range l {
			m[s] = true
		}
		return m
	}
	b.legal, b.weak, b.generic, b.variant = set(b.Legal), set(b.Weak), set(b.Generic), set(b.Variants)
	for i := range b.Makers {
		m := &b.Makers[i]
		if b.byID[m.ID] != nil {
			return nil, fmt.Errorf("maker %s stands twice", m.ID)
		}
		b.byID[m.ID] = m
		for _, n := range m.Names {
			k, words := b.companyKey(n)
			if k == "" {
				return nil, fmt.Errorf("%s: no name in %q", m.ID, n)
			}
			if !slices.Contains(b.alias[k], m.ID) {
				b.alias[k] = append(b.alias[k], m.ID)
			}
			b.aliasWords = max(b.aliasWords, words)
		}
		for _, l := range m.Lines {
			b.family[plain(l)] = true
		}
		for _, l := range slices.Concat(m.Lines, m.Products) {
			k := plain(l)
			b.lines[k] = append(b.lines[k], m.ID)
		}
	}
	for _, m := range b.Makers {
		for _, mv := range slices.Concat(m.Into, m.SoldBy) {
			if b.byID[mv.Maker] == nil {
				return nil, fmt.Errorf("%s went to %s, which is not listed", m.ID, mv.Maker)
			}
		}
		b.roots[m.ID] = b.rootsOf(m.ID, nil)
		for _, r := range b.roots[m.ID] {
			b.kin[r] = append(b.kin[r], m.ID)
		}
	}
	for k, lines := range b.Kinds {
		for _, l := range lines {
			b.kindOf[plain(l)] = append(b.kindOf[plain(l)], k)
		}
	}
	return b, nil
}

// plain is a name's letters and digits, folded.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if isWordRune(r) {
			return r
		}
		return -1
	}, fold(s))
}

// companyWords are a company's name without legal forms.
func (b *brands) companyWords(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(fold(clip(s)), func(r rune) bool { return !isWordRune(r) }) {
		if !b.legal[w] && len(out) < maxWords {
			out = append(out, w)
		}
	}
	if out == nil { // "SMS", "Company": then the words are all there is
		return strings.FieldsFunc(fold(clip(s)), func(r rune) bool { return !isWordRune(r) })
	}
	return out
}

func (b *brands) companyKey(s string) (string, int) {
	w := b.companyWords(s)
	return strings.Join(w, ""), len(w)
}

func (b *brands) rootsOf(id string, seen []string) []string {
	if slices.Contains(seen, id) {
		return nil
	}
	seen = append(seen, id)
	m := b.byID[id]
	out := []string{id}
	for _, mv := range slices.Concat(m.Into, m.SoldBy) {
		for _, r := range b.rootsOf(mv.Maker, seen) {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// makerName is a maker's name as read: the companies of brands.yaml that it names,
// and its own words for the others.
type makerName struct {
	text string
	ids  []string
	core []string // without legal forms and words like "Medical"
}

var makerCache sync.Map // string → makerName; bounded by maxCached
var makerCached struct {
	sync.Mutex
	n int
}

const maxCached = 4096

// readMaker finds the companies that a name names. Beyond the start of the name
// only names of five letters or more count: "Hillrom and ELI, Baxter International".
func readMaker(s string) makerName {
	if m, ok := makerCache.Load(s); ok {
		return m.(makerName)
	}
	m := table().readMaker(s)
	makerCached.Lock()
	defer makerCached.Unlock()
	if makerCached.n < maxCached && len(s) < 128 {
		makerCached.n++
		makerCache.Store(s, m)
	}
	return m
}

func (b *brands) readMaker(s string) makerName {
	m := makerName{text: strings.TrimSpace(s)}
	ws := b.companyWords(s)
	for i := 0; i < len(ws); {
		n := 0
		for j := min(len(ws), i+b.aliasWords); j > i; j-- {
			if ids, ok := b.alias[strings.Join(ws[i:j], "")]; ok && (i == 0 || len(strings.Join(ws[i:j], "")) >= 5) {
				m.ids = union(m.ids, ids)
				n = j - i
				break
			}
		}
		i += max(n, 1)
	}
	for _, w := range ws {
		if !b.weak[w] {
			m.core = append(m.core, w)
		}
	}
	if m.core == nil {
		m.core = ws
	}
	return m
}

func (m makerName) empty() bool { return len(m.ids) == 0 && len(m.core) == 0 }

// groups are what makers are looked up by: a company's own id and those of every
// company that it went to, and the first word of its name, for names not listed.
func (m makerName) groups() []string {
	var out []string
	for _, id := range m.ids {
		for _, r := range table().roots[id] {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	if len(m.core) > 0 {
		out = append(out, "?"+m.core[0])
	}
	return out
}

// kin are the companies that went to one of these, and these.
func (m makerName) kin() []string {
	if len(m.ids) == 1 {
		return table().kin[m.ids[0]]
	}
	var out []string
	for _, id := range m.ids {
		out = union(out, table().kin[id])
	}
	return out
}
