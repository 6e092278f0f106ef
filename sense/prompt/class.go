package prompt

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// words is a class of words. Its expressions are tried at the beginnings of words
// alone, and there only where one of them can begin so.
type words struct {
	re     *regexp.Regexp
	begins map[string]bool // up to three bytes with which a word of it begins
	any    bool            // cannot be said: every word is tried
}

// maxBegins bounds the beginnings of one class.
const maxBegins = 4000

// class compiles a class of words: each expression stands between the ends of words.
func class(list []string) (*words, error) {
	if len(list) == 0 {
		return nil, errors.New("no words")
	}
	text := `(?:` + strings.Join(list, "|") + `)`
	re, err := regexp.Compile(`^` + text + `(?:$|[^\pL\pN])`)
	if err != nil {
		return nil, err
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	w := &words{re: re, begins: map[string]bool{}}
	for _, b := range begins(parsed.Simplify()) {
		if b.text == "" || b.open && len(b.text) < 1 || len(w.begins) > maxBegins {
			w.any = true
		}
		w.begins[b.text[:min(3, len(b.text))]] = true
	}
	return w, nil
}

// a begin is how a match can begin; open says that anything may follow.
type begin struct {
	text string
	open bool
}

// begins are the ways in which a match of re can begin, up to three bytes.
func begins(re *syntax.Regexp) []begin {
	open := []begin{{"", true}}
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []begin{{"", false}}
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return open
		}
		return []begin{{string(re.Rune), false}}
	case syntax.OpCharClass:
		var out []begin
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > 40 || len(out) > 80 {
				return open
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				out = append(out, begin{string(r), false})
			}
		}
		return out
	case syntax.OpCapture:
		return begins(re.Sub[0])
	case syntax.OpQuest:
		return append(begins(re.Sub[0]), begin{"", false})
	case syntax.OpPlus:
		out := begins(re.Sub[0])
		for i := range out {
			out[i].open = true
		}
		return out
	case syntax.OpAlternate:
		var out []begin
		for _, s := range re.Sub {
			out = append(out, begins(s)...)
		}
		return out
	case syntax.OpConcat:
		out := []begin{{"", false}}
		for _, s := range re.Sub {
			var next []begin
			grew := false
			for _, b := range out {
				if b.open || len(b.text) >= 3 {
					next = append(next, b)
					continue
				}
				grew = true
				for _, c := range begins(s) {
					next = append(next, begin{b.text + c.text, c.open})
				}
				if len(next) > maxBegins {
					return open
				}
			}
			if out = next; !grew {
				break
			}
		}
		return out
	}
	return open
}

// find returns where words of the class stand, without the marks around them.
func (w *words) find(text string) (out [][2]int) {
	before := false // whether the byte before belongs to a word
	for at := 0; at < len(text) && len(out) < maxHits; at++ {
		is := word(text[at])
		if begin := is && !before; begin && (w.any || w.may(text[at:])) {
			if m := w.re.FindStringIndex(text[at:min(len(text), at+maxPhrase)]); m != nil {
				to := at + m[1]
				for to > at && !word(text[to-1]) {
					to--
				}
				out = append(out, [2]int{at, to})
			}
		}
		before = is
	}
	return out
}

// maxPhrase is the longest match of a class, in bytes.
const maxPhrase = 200

// may reports whether a word of the class can begin like s.
func (w *words) may(s string) bool {
	for n := 1; n <= 3 && n <= len(s); n++ {
		if w.begins[s[:n]] {
			return true
		}
	}
	return false
}

// in reports whether a word of the class is in text.
func (w *words) in(text string) bool { return len(w.find(text)) > 0 }
