package productrange

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wardround/wardround/format/pattern"
)

type tokenKind uint8

const (
	end   tokenKind = iota
	word            // "versions", "V4.33", "02.07.07(10)"
	op              // < <= > >= = !=
	bar             // |
	comma           // , ; and a slash that stands alone
	dash            // a dash that stands alone, or an en or em dash
	open            // ( [
	shut            // ) ]
)

type token struct {
	kind     tokenKind
	text     string // as written; an operator in its ASCII form
	low      string // lower case, without a final full stop or colon
	from, to int    // bytes in the cleaned text
}

func (t token) digits() bool { return strings.ContainsAny(t.text, "0123456789") }

// replacements brings the many ways to type one thing to one.
var replacements = strings.NewReplacer(
	"\u00a0", " ", "\u202f", " ", "\u2007", " ", "\t", " ", "\r", " ", "\n", " ",
	"_", " ", // CISA's documents since 2024 have underscores for spaces
	"≤", "<=", "≥", ">=", "＜", "<", "＞", ">", "=<", "<=", "=>", ">=", "≦", "<=", "≧", ">=",
	"“", "", "”", "", "„", "", "\"", "", "«", "", "»", "", "`", "", "’", "'",
	"—", " – ", "–", " – ", "‒", " – ", "‑", "-", "‐", "-", "…", "...",
	"&lt;", "<", "&gt;", ">", "&amp;", "&", "&&", " and ",
)

// clean returns the text that is read and whether it was marked as vers
// (Version Range Specifier), where '|' separates constraints.
func clean(text string) (string, bool) {
	s := strings.ToValidUTF8(text, " ")
	vers := false
	if rest, ok := strings.CutPrefix(strings.TrimSpace(s), "vers:"); ok {
		if scheme, r, ok := strings.Cut(rest, "/"); ok && len(scheme) <= 32 && !strings.ContainsAny(scheme, " <>=|") {
			s, vers = r, true
			if strings.Contains(s, "%") {
				if u, err := url.PathUnescape(s); err == nil && utf8.ValidString(u) {
					s = u
				}
			}
		}
	}
	s = replacements.Replace(s)
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\ufeff' || r == '\u200b' {
			return -1
		}
		return r
	}, s)
	s = bracketed().ReplaceAllString(s, " $1 ")
	return strings.Join(strings.Fields(s), " "), vers
}

// bracketed are words of a bound that some put in brackets: "1.2.3 (and earlier)",
// "up to (but not including) 2.5".
var bracketed = pattern.Of(`(?i)\(\s*((?:and|or)\s+(?:earlier|prior|below|older|lower|previous|later|newer|above|higher)(?:\s+versions?)?|but\s+not\s+including|not\s+including|and\s+including)\s*\)`)

// scan splits cleaned text.
func scan(s string) []token {
	var out []token
	add := func(k tokenKind, text string, from, to int) {
		out = append(out, token{kind: k, text: text, low: strings.TrimRight(strings.ToLower(text), ".:"), from: from, to: to})
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ':
			i++
		case c == '<' || c == '>' || c == '=' || c == '!' && strings.HasPrefix(s[i:], "!="):
			j := i + 1
			if j < len(s) && s[j] == '=' {
				j++
			}
			text := s[i:j]
			if text == "==" {
				text = "="
			}
			add(op, text, i, j)
			i = j
		case c == '|':
			add(bar, "|", i, i+1)
			i++
		case c == ',' || c == ';':
			add(comma, ",", i, i+1)
			i++
		case c == '(' || c == '[' || c == '{':
			add(open, s[i:i+1], i, i+1)
			i++
		case c == ')' || c == ']' || c == '}':
			add(shut, s[i:i+1], i, i+1)
			i++
		case strings.HasPrefix(s[i:], "–"):
			add(dash, "-", i, i+len("–"))
			i += len("–")
		case c == '-' && (i+1 == len(s) || s[i+1] == ' '):
			add(dash, "-", i, i+1)
			i++
		case c == '-' && i > 0 && s[i-1] == ' ' && i+1 < len(s) && isVersionStart(s[i+1:]):
			add(dash, "-", i, i+1) // "01.14.000 -01.47.000"
			i++
		case c == '/' && (i+1 == len(s) || s[i+1] == ' '):
			add(comma, "/", i, i+1)
			i++
		default:
			j := wordEnd(s, i)
			text := s[i:j]
			trimmed := strings.TrimRight(text, ".:")
			if trimmed == "" {
				trimmed = text
			}
			add(word, trimmed, i, j)
			i = j
		}
	}
	return out
}

func isVersionStart(s string) bool {
	if s[0] >= '0' && s[0] <= '9' {
		return true
	}
	return len(s) > 1 && (s[0] == 'v' || s[0] == 'V') && s[1] >= '0' && s[1] <= '9'
}

// wordEnd finds the end of a word. A bracket that follows a digit at once and holds
// a few letters or digits belongs to it: "15.2(5)EA", "02.07.07(10)", "15.2{7}E2".
func wordEnd(s string, i int) int {
	j := i
	for j < len(s) {
		switch c := s[j]; {
		case c == '(' || c == '{':
			if j == i || !(s[j-1] >= '0' && s[j-1] <= '9') {
				return j
			}
			k := strings.IndexAny(s[j:], ")}")
			if k < 2 || k > 6 || strings.IndexFunc(s[j+1:j+k], func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsLetter(r) }) >= 0 ||
				!strings.ContainsAny(s[j+1:j+k], "0123456789") {
				return j
			}
			j += k + 1
		case strings.IndexByte(" |,;)]}[<>=", c) >= 0:
			return j
		case strings.HasPrefix(s[j:], "–"):
			return j
		default:
			j++
		}
	}
	return j
}
