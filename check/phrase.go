package check

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Phrase is a text that the program itself makes, by language. The English one is
// how it is stored; it is told in another language when it is read, so that what is
// in the store and the ledger is the same whoever reads it.
//
// A phrase has places: {name} stands for any text and is copied; {name:said} for a
// text that is a phrase itself; {name:word} for one such word. A text of which a
// part is not known stays English as a whole.
type Phrase map[string]string

// Phrases are the phrases of all languages: reasons wherever they stand, and what a
// check puts into a fact, by the fact's name. "*" is any fact, "item" the item.
type Phrases struct {
	Reasons []Phrase
	Facts   map[string][]Phrase
}

var phrasebook func() *book

// TellPhrases registers the phrases; read is called when they are first needed.
// Package words does it while the program starts.
func TellPhrases(read func() Phrases) {
	if phrasebook != nil {
		panic("check: phrases are registered twice")
	}
	phrasebook = sync.OnceValue(func() *book {
		p := read()
		b := &book{reasons: compile(p.Reasons), facts: map[string]*chapter{}, before: map[remembered]string{}}
		for name, of := range p.Facts {
			b.facts[name] = compile(of)
		}
		return b
	})
}

// PhraseIn tells a reason in a language, or as it is where it is not known; is says
// which language that is. Several reasons are parted by semicolons.
func PhraseIn(language, text string) (told, is string) {
	if told, ok := reasonIn(language, text); ok {
		return told, language
	}
	return text, English
}

func reasonIn(language, text string) (string, bool) {
	if !translatable(language, text) {
		return text, false
	}
	b, key := phrasebook(), remembered{language, text}
	told, ok := b.recall(key)
	if !ok {
		told = b.reason(language, text)
		b.remember(key, told)
	}
	if told == "" {
		return text, false
	}
	return told, true
}

// reason tells a reason, or several; "" if one is not known.
func (b *book) reason(language, text string) string {
	if told, ok := b.inParts(language, text, b.reasons); ok {
		return told
	}
	told, _ := b.reasons.tell(b, language, text, 0)
	return told
}

// inParts tells sentences that are parted by semicolons, each by itself: a place of a
// phrase takes any text, and would take what follows, too. False if there is one
// sentence, or one is not known; then the text may be a phrase as a whole.
func (b *book) inParts(language, text string, of ...*chapter) (string, bool) {
	parts := strings.Split(text, "; ")
	if len(parts) == 1 || len(parts) > maxReasons {
		return "", false
	}
next:
	for i, p := range parts {
		for _, c := range of {
			if told, ok := c.tell(b, language, p, 0); ok {
				parts[i] = told
				continue next
			}
		}
		return "", false
	}
	return strings.Join(parts, "; "), true
}

// recall returns what a reason was told as before: a list has few reasons many times.
func (b *book) recall(k remembered) (string, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	told, ok := b.before[k]
	return told, ok
}

func (b *book) remember(k remembered, told string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.before) >= maxRemembered {
		clear(b.before)
	}
	b.before[k] = told
}

// FactIn tells what a check put into a fact, a text or a list of texts; known is
// false where nothing of it is a phrase.
func FactIn(language, name string, v any) (told any, known bool) {
	switch v := v.(type) {
	case string:
		if !translatable(language, v) {
			return v, false
		}
		b := phrasebook()
		of := []*chapter{b.facts[name], b.facts["*"]}
		if t, ok := b.inParts(language, v, of...); ok {
			return t, true
		}
		for _, c := range of {
			if t, ok := c.tell(b, language, v, 0); ok {
				return t, true
			}
		}
	case []string:
		out := slices.Clone(v)
		for i := range out {
			if t, ok := FactIn(language, name, out[i]); ok {
				out[i], known = t.(string), true
			}
		}
		return out, known
	case []any:
		out := slices.Clone(v)
		for i := range out {
			if _, ok := out[i].(string); !ok {
				continue
			}
			if t, ok := FactIn(language, name, out[i]); ok {
				out[i], known = t, true
			}
		}
		return out, known
	}
	return v, false
}

const (
	maxPhrase  = 2048 // bytes; longer texts are none of ours
	maxReasons = 16
	maxDepth   = 4 // of phrases within phrases

	maxRemembered = 1024 // reasons of all languages
)

func translatable(language, text string) bool {
	return language != English && phrasebook != nil && told[language] != nil && text != "" && len(text) <= maxPhrase
}

// book is all phrases, ready to be found.
type book struct {
	reasons *chapter
	facts   map[string]*chapter

	mu     sync.RWMutex
	before map[remembered]string // "" for what is not known
}

type remembered struct{ language, text string }

// chapter are phrases that are looked for together.
type chapter struct {
	whole    map[string]Phrase
	patterns []pattern // in the order in which they are tried
}

type pattern struct {
	begin, end string // what a text must begin and end with
	re         *regexp.Regexp
	names      []string // of the groups
	said       []bool   // the group is a phrase itself
	phrase     Phrase
}

var phrasePlace = regexp.MustCompile(`\{(\w+)(?::(said|word))?\}`)

func compile(list []Phrase) *chapter {
	c := &chapter{whole: map[string]Phrase{}}
	for _, p := range list {
		en := p[English]
		at := phrasePlace.FindAllStringSubmatchIndex(en, -1)
		if len(at) == 0 {
			c.whole[en] = p
			continue
		}
		x := pattern{begin: en[:at[0][0]], end: en[at[len(at)-1][1]:], phrase: p}
		var re strings.Builder
		re.WriteString(`(?s)\A`)
		last := 0
		for _, m := range at {
			re.WriteString(regexp.QuoteMeta(en[last:m[0]]))
			kind := ""
			if m[4] >= 0 {
				kind = en[m[4]:m[5]]
			}
			if kind == "word" {
				re.WriteString(`(\S+)`)
			} else {
				re.WriteString(`(.+)`)
			}
			x.names, x.said = append(x.names, en[m[2]:m[3]]), append(x.said, kind != "")
			last = m[1]
		}
		re.WriteString(regexp.QuoteMeta(en[last:]) + `\z`)
		x.re = regexp.MustCompile(re.String())
		c.patterns = append(c.patterns, x)
	}
	return c
}

func (c *chapter) tell(b *book, language, text string, depth int) (string, bool) {
	if c == nil || depth > maxDepth {
		return "", false
	}
	if p, ok := c.whole[text]; ok {
		t := p[language]
		return t, t != ""
	}
	for i := range c.patterns {
		x := &c.patterns[i]
		if x.phrase[language] == "" || !strings.HasPrefix(text, x.begin) || !strings.HasSuffix(text, x.end) {
			continue
		}
		m := x.re.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if t, ok := x.fill(b, language, m[1:], depth); ok {
			return t, true
		}
	}
	return "", false
}

// fill puts what was found into the places of the other language.
func (x *pattern) fill(b *book, language string, found []string, depth int) (string, bool) {
	pairs := make([]string, 0, 2*len(found))
	for i, v := range found {
		if x.said[i] {
			t, ok := b.reasons.tell(b, language, v, depth+1)
			if !ok {
				return "", false
			}
			v = t
		}
		pairs = append(pairs, "{"+x.names[i]+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(x.phrase[language]), true
}
