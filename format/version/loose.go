package version

import (
	"fmt"
	"strings"
)

// loose is a version in a maker's own numbering; the package comment has the
// rules. Everything in it is lower case.
type loose struct {
	family  string       // what stands before the number: "", "v", "r", "rev", or the maker's own word
	letters string       // a revision in letters before the numbers, "d" of D.01.05
	main    []looseField // the numbers between dots
	slots   [numSlots]looseSlot
	rest    string // words that say nothing to us
	date    *looseDate
}

// looseField is a number and what clings to it: 7 of 2.7, 7a of 2.7A, 22d24.
type looseField struct {
	number   string
	letter   byte // 0 when there is none
	after    string
	numbered bool // digits follow the letter
}

// looseSlot is one word after the numbers with its own number.
type looseSlot struct {
	word    string // canonical; "" when absent
	number  string // "3", "1.2" or "" when the word stands alone
	present bool
}

// The slots, in the order in which they count.
const (
	slotRelease = iota // 2014 R2
	slotPack           // service packs
	slotUpdate         // updates, maintenance releases
	slotFix            // hotfixes, patches
	slotPre            // before the release: alpha, beta, candidate
	slotBuild          // builds, and numbers without a word
	numSlots
)

type looseWord struct {
	slot int
	word string
}

// looseWords are the words makers put after a number. Two words of one slot are
// never ordered against each other.
var looseWords = map[string]looseWord{
	"r": {slotRelease, "r"}, "release": {slotRelease, "r"}, "rel": {slotRelease, "r"},
	"sp": {slotPack, "sp"}, "servicepack": {slotPack, "sp"}, "service pack": {slotPack, "sp"},
	"sr": {slotPack, "sr"}, "service release": {slotPack, "sr"}, "fp": {slotPack, "fp"}, "fix pack": {slotPack, "fp"},
	"update": {slotUpdate, "update"}, "upd": {slotUpdate, "update"}, "u": {slotUpdate, "update"},
	"cu": {slotUpdate, "cu"}, "cumulative update": {slotUpdate, "cu"}, "ur": {slotUpdate, "ur"}, "update rollup": {slotUpdate, "ur"},
	"mr": {slotUpdate, "mr"}, "maintenance release": {slotUpdate, "mr"}, "mp": {slotUpdate, "mp"}, "maintenance pack": {slotUpdate, "mp"},
	"hf": {slotFix, "hf"}, "hotfix": {slotFix, "hf"}, "hot fix": {slotFix, "hf"}, "fix": {slotFix, "fix"},
	"p": {slotFix, "patch"}, "patch": {slotFix, "patch"}, "pl": {slotFix, "patch"}, "patch level": {slotFix, "patch"},
	"alpha": {slotPre, "alpha"}, "beta": {slotPre, "beta"}, "rc": {slotPre, "rc"}, "release candidate": {slotPre, "rc"},
	"pre": {slotPre, "pre"}, "preview": {slotPre, "preview"}, "dev": {slotPre, "dev"}, "eap": {slotPre, "eap"},
	"build": {slotBuild, "build"}, "bld": {slotBuild, "build"}, "rev": {slotBuild, "rev"}, "revision": {slotBuild, "rev"},
}

// looseFamilies are the words that may stand before the number and mean no more
// than "version".
var looseFamilies = map[string]string{
	"v": "v", "ver": "v", "vers": "v", "version": "v", "fw": "v", "firmware": "v", "sw": "v", "software": "v",
	"r": "r", "rel": "r", "release": "r", "rev": "rev", "revision": "rev",
}

// looseRange are words of which none stands in a version of one release.
var looseRange = map[string]bool{
	"all": true, "and": true, "or": true, "to": true, "later": true, "newer": true, "higher": true, "above": true, "earlier": true,
	"older": true, "lower": true, "below": true, "prior": true, "before": true, "after": true, "through": true, "thru": true, "until": true, "since": true, "only": true,
}

const looseFields = 16 // of numbers between dots

func parseLoose(s string) (*loose, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, r := range s {
		if r < ' ' || r > '~' || strings.ContainsRune("<>=|*,;?&!", r) {
			return nil, fmt.Errorf("%w: %q is no part of one version", ErrInvalid, r)
		}
	}
	if d, ok := parseLooseDate(s); ok {
		return &loose{date: d}, nil
	}
	v := &loose{}
	rest, err := v.prefix(s)
	if err != nil {
		return nil, err
	}
	if rest, err = v.numbers(rest); err != nil {
		return nil, err
	}
	if err := v.words(rest); err != nil {
		return nil, err
	}
	return v, nil
}

func looseSeparator(c byte) bool {
	return c == ' ' || c == '.' || c == '-' || c == '_' || c == '/' || c == ':'
}

// prefix reads what stands before the first number.
func (v *loose) prefix(s string) (rest string, err error) {
	var own []string
	for s != "" && !digit(s[0]) {
		n := run(s, letter)
		if n == 0 {
			if !looseSeparator(s[0]) {
				return "", fmt.Errorf("%w: %q before its number", ErrInvalid, s[0])
			}
			s = s[1:]
			continue
		}
		word := s[:n]
		s = s[n:]
		family, generic := looseFamilies[word]
		switch {
		case generic && (v.family == "" || v.family == "v"):
			v.family = family
		case n <= 2 && s == "", n == 1 && len(s) > 1 && s[0] == '.' && digit(s[1]):
			v.letters = word
		default:
			own = append(own, word)
		}
	}
	switch {
	case len(own) > 2:
		return "", fmt.Errorf("%w: too many words before its number", ErrInvalid)
	case len(own) > 0:
		v.family = strings.Join(own, "-")
		if s == "" {
			return "", fmt.Errorf("%w: no number", ErrInvalid)
		}
	case s == "" && v.letters == "":
		return "", fmt.Errorf("%w: no number", ErrInvalid)
	}
	return s, nil
}

// numbers reads the fields between dots.
func (v *loose) numbers(s string) (rest string, err error) {
	for {
		n := digits(s)
		if n == 0 {
			return s, nil
		}
		if len(v.main) == looseFields {
			return "", fmt.Errorf("%w: more than %d fields", ErrInvalid, looseFields)
		}
		f := looseField{number: s[:n]}
		s = s[n:]
		if run(s, letter) == 1 {
			f.letter = s[0]
			m := digits(s[1:])
			f.after, f.numbered = s[1:1+m], m > 0
			if f.letter == 'x' && m == 0 {
				return "", fmt.Errorf("%w: x stands for any number", ErrInvalid)
			}
			s = s[1+m:]
		}
		v.main = append(v.main, f)
		if len(s) < 2 || s[0] != '.' {
			return s, nil
		}
		if !digit(s[1]) {
			if s[1] == 'x' && run(s[1:], letter) == 1 {
				return "", fmt.Errorf("%w: x stands for any number", ErrInvalid)
			}
			return s, nil
		}
		s = s[1:]
	}
}

// words reads what stands after the numbers: known words with theirs, numbers
// without a word, and the rest, which only equality is known of.
func (v *loose) words(s string) error {
	var unknown []string
	for s != "" {
		c := s[0]
		switch {
		case looseSeparator(c) || c == '(' || c == ')' || c == '[' || c == ']' || c == '+' || c == '~':
			s = s[1:]
		case digit(c):
			n := run(s, func(c byte) bool { return digit(c) || c == '.' })
			number := strings.TrimRight(s[:n], ".")
			if strings.Contains(number, ".") {
				return fmt.Errorf("%w: two versions, or a range", ErrInvalid)
			}
			s = s[n:]
			slot := &v.slots[slotBuild]
			switch {
			case run(s, letter) > 0 && looseWords[s[:run(s, letter)]].word == "":
				unknown = append(unknown, number)
			case slot.present && slot.word == "":
				slot.number += "." + number // 1-02-08
			case slot.present:
				unknown = append(unknown, number)
			default:
				*slot = looseSlot{number: number, present: true}
			}
		case letter(c):
			word, known, rest := looseWordAt(s)
			s = rest
			if !known || v.slots[looseWords[word].slot].present {
				unknown = append(unknown, word)
				continue
			}
			w := looseWords[word]
			number := ""
			if t := strings.TrimLeft(s, " .-_:"); t != "" && digit(t[0]) {
				n := run(t, func(c byte) bool { return digit(c) || c == '.' })
				number = strings.Trim(t[:n], ".")
				s = t[n:]
			}
			v.slots[w.slot] = looseSlot{word: w.word, number: number, present: true}
		default:
			unknown = append(unknown, s[:1])
			s = s[1:]
		}
	}
	if len(unknown) > 3 {
		return fmt.Errorf("%w: prose", ErrInvalid)
	}
	for _, word := range unknown {
		if looseRange[word] {
			return fmt.Errorf("%w: %q makes it a range", ErrInvalid, word)
		}
	}
	v.rest = strings.Join(unknown, " ")
	return nil
}

// looseWordAt reads the word at the start of s, two words where they are known
// together ("service pack").
func looseWordAt(s string) (word string, known bool, rest string) {
	n := run(s, letter)
	word = s[:n]
	if t := strings.TrimLeft(s[n:], " -_"); len(t) < len(s[n:]) {
		m := run(t, letter)
		if both := word + " " + t[:m]; looseWords[both].word != "" {
			return both, true, t[m:]
		}
	}
	return word, looseWords[word].word != "", s[n:]
}
