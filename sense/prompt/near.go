package prompt

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A structure is what a planted instruction is made of, whatever its words: classes of
// words ("set aside", "rules", "yours") that stand near each other in one sentence. The
// classes are lists of expressions per language in the file; a structure needs one of each.
type structure struct {
	near    []*words // one of each must be there
	within  int      // words from the first to the last
	ordered bool     // in this order
	without []*words // and none of these in that sentence
	also    []*words // and one of these anywhere in the text, beside the structure
}

// maxHits bounds how often a class is looked for in one text.
const maxHits = 200

// structureOf reads what a pattern says of classes; nil if it says nothing.
func (p Pattern) structureOf(classes map[string]*words) (*structure, error) {
	if len(p.Near) == 0 {
		return nil, nil
	}
	s := &structure{within: p.Within, ordered: p.Ordered}
	if len(p.Near) < 2 || len(p.Near) > 5 || p.Within < 2 || p.Within > 60 {
		return nil, errors.New("near: two to five classes within 2 to 60 words")
	}
	for _, x := range []struct {
		names []string
		to    *[]*words
	}{{p.Near, &s.near}, {p.Without, &s.without}, {p.Also, &s.also}} {
		for _, n := range x.names {
			re, ok := classes[n]
			if !ok {
				return nil, fmt.Errorf("no class of words is called %q", n)
			}
			*x.to = append(*x.to, re)
		}
	}
	return s, nil
}

// a hit is a place at which a class was found.
type hit struct{ class, from, to int }

// a reading is a folded text, with what was found of each class, once.
type reading struct {
	text string
	at   map[*words][][2]int
}

func (r *reading) of(re *words) [][2]int {
	at, ok := r.at[re]
	if !ok {
		if r.at == nil {
			r.at = map[*words][][2]int{}
		}
		at = re.find(r.text)
		r.at[re] = at
	}
	return at
}

// in reports whether a folded text holds the structure.
func (s *structure) in(r *reading) bool {
	text := r.text
	var hits []hit
	for k, re := range s.near {
		at := r.of(re)
		if len(at) == 0 {
			return false
		}
		for _, m := range at {
			hits = append(hits, hit{k, m[0], m[1]})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	for i := range hits {
		if to, ok := s.from(hits[i:], text); ok && s.alone(text, hits[i].from, to) && s.wants(r, hits[i].from, to) {
			return true
		}
	}
	return false
}

// from reports whether a structure begins with the first of hits, and where it ends.
func (s *structure) from(hits []hit, text string) (end int, ok bool) {
	seen, need := 0, (1<<len(s.near))-1
	start := hits[0].from
	last := start
	for _, h := range hits[:min(len(hits), 40)] {
		if s.ordered && (seen>>h.class != 0 || h.class > 0 && seen>>(h.class-1)&1 == 0) {
			continue
		}
		if h.from < last && seen != 0 || seen>>h.class&1 != 0 {
			continue // one word is not two things
		}
		if between := text[start:h.from]; broken(between) || len(strings.Fields(between)) > s.within {
			return 0, false
		}
		seen |= 1 << h.class
		if last = h.to; seen == need {
			return last, true
		}
	}
	return 0, false
}

func word(b byte) bool {
	return b >= 0x80 || b >= 'a' && b <= 'z' || b >= '0' && b <= '9'
}

// broken reports whether a sentence ends in s.
func broken(s string) bool {
	for i := range len(s) - 1 {
		if (s[i] == '.' || s[i] == '!' || s[i] == '?') && (s[i+1] == ' ' || s[i+1] == '\n') {
			return true
		}
	}
	return false
}

// wants reports whether the text has, outside of what was found, one of the words
// without which the structure says little.
func (s *structure) wants(r *reading, from, to int) bool {
	for _, re := range s.also {
		for _, at := range r.of(re) {
			if at[1] <= from || at[0] >= to {
				return true
			}
		}
	}
	return len(s.also) == 0
}

// alone reports whether the sentence around has none of the words that make it a
// sentence about something else.
func (s *structure) alone(text string, from, to int) bool {
	if len(s.without) == 0 {
		return true
	}
	for from > 0 && !strings.ContainsRune(".!?\n", rune(text[from-1])) {
		from--
	}
	for to < len(text) && !strings.ContainsRune(".!?\n", rune(text[to])) {
		to++
	}
	for _, re := range s.without {
		if re.in(text[from:to]) {
			return false
		}
	}
	return true
}
