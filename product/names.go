package product

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of what is read of one name. Names longer than this are hostile: the
// longest in CISA's documents has 251 bytes.
const (
	maxName  = 1024
	maxWords = 64
	joined   = 5 // pieces that may be written as one word: "Inter View MX 800"
)

// word is one word of a name, as its author separated it.
type word struct {
	text string // as written
	key  string // folded, letters and digits only: what is compared
}

func (w word) digits() bool { return strings.ContainsAny(w.key, "0123456789") }

// fold brings a name to what is compared: lower case, without accents, with text
// that was decoded wrongly put right.
func fold(s string) string {
	s = mend(s)
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// mend undoes UTF-8 that was read as Latin-1 ("YhtymÃ¤"), as some documents have it.
func mend(s string) string {
	if !strings.ContainsAny(s, "ÃÂ") {
		return s
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return s
		}
		b = append(b, byte(r))
	}
	if utf8.Valid(b) {
		return string(b)
	}
	return s
}

// clip bounds a name before anything else looks at it.
func clip(s string) string {
	if len(s) > maxName {
		s = s[:maxName]
	}
	return strings.ToValidUTF8(s, " ")
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// words splits a name where its author did: at everything but letters and digits.
// A plus sign at the end of a word is a word: "XR656+" is not "XR656". A decimal
// point between digits stays: "1.5T".
func words(s string) []word {
	s = clip(s)
	var out []word
	add := func(text string) {
		if text == "" || len(out) == maxWords {
			return
		}
		k := strings.ReplaceAll(fold(text), ".", "")
		if strings.ContainsRune(text, '.') {
			k = fold(text)
		}
		if syn, ok := table().Synonyms[k]; ok {
			k = syn
		}
		if n, unit, ok := strings.Cut(k, ".0"); ok && n != "" && strings.Trim(n, "0123456789") == "" && len(unit) == 1 && unit[0] >= 'a' && unit[0] <= 'z' {
			k = n + unit // a field strength: "3.0T" is "3T"
		}
		switch text { // standing alone and in capitals, they are numbers; "iX" and "IV" are not
		case "II":
			k = "2"
		case "III":
			k = "3"
		}
		out = append(out, word{text: text, key: k})
	}
	start := -1
	rs := []rune(s)
	for i, r := range rs {
		inside := isWordRune(r) || r == '.' && i > 0 && i+1 < len(rs) && unicode.IsDigit(rs[i-1]) && unicode.IsDigit(rs[i+1])
		if inside && start < 0 {
			start = i
		}
		if !inside && start >= 0 {
			add(string(rs[start:i]))
			start = -1
			if r == '+' && (i+1 == len(rs) || !isWordRune(rs[i+1])) {
				add("plus")
			}
		}
	}
	if start >= 0 {
		add(string(rs[start:]))
	}
	return out
}

// pieces splits words further, where letters meet digits and where a capital
// follows a small letter: "SpaceStation" is also "Space Station", "MX800" also "MX-800".
func pieces(ws []word) []string {
	var out []string
	for _, w := range ws {
		if syn := fold(w.text); syn != w.key { // a synonym has no pieces of its own
			out = append(out, w.key)
			continue
		}
		var cur []rune
		flush := func() {
			if len(cur) > 0 {
				out = append(out, strings.ReplaceAll(fold(string(cur)), ".", ""))
			}
			cur = cur[:0]
		}
		var last rune
		for _, r := range w.text {
			digit, was := unicode.IsDigit(r) || r == '.', unicode.IsDigit(last) || last == '.'
			if last != 0 && (digit != was || unicode.IsUpper(r) && unicode.IsLower(last)) {
				flush()
			}
			cur = append(cur, r)
			last = r
		}
		flush()
	}
	return out
}

// wordSet is a set of joined words.
type wordSet map[string]struct{}

func (s wordSet) has(k string) bool { _, ok := s[k]; return ok }

// joins is every way to write up to five neighbouring pieces as one word, and the
// words themselves: what another name's words are looked up in.
func joins(ws []word) wordSet {
	set := make(wordSet, 4*len(ws))
	for _, w := range ws {
		set[w.key] = struct{}{}
		set[strings.ReplaceAll(w.key, ".", "")] = struct{}{}
	}
	ps := pieces(ws)
	for i := range ps {
		s := ""
		for j := i; j < len(ps) && j < i+joined; j++ {
			s += ps[j]
			set[s] = struct{}{}
		}
	}
	return set
}

// found marks which words of a name occur in another, alone or written together
// with their neighbours.
func found(ws []word, in interface{ has(string) bool }) []bool {
	hit := make([]bool, len(ws))
	for i := range ws {
		s := ""
		for j := i; j < len(ws) && j < i+3; j++ {
			s += strings.ReplaceAll(ws[j].key, ".", "")
			if in.has(s) {
				for k := i; k <= j; k++ {
					hit[k] = true
				}
			}
		}
	}
	return hit
}

// keys is a set of joined words, kept as hashes: an index holds a hundred thousand
// of them, and a collision only makes two words look alike that are not.
type keys []uint64

func hash(s string) uint64 { // FNV-1a
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func (k keys) has(s string) bool {
	_, ok := slices.BinarySearch(k, hash(s))
	return ok
}

// of adds the joined words of names.
func (k *keys) of(ws ...[]word) {
	for _, w := range ws {
		for s := range joins(w) {
			*k = append(*k, hash(s))
		}
	}
	slices.Sort(*k)
	*k = slices.Clip(slices.Compact(*k))
}
