package prompt

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what is looked through. Of a longer text the beginning and the end are:
// instructions that are to be obeyed stand at either.
const (
	maxHead  = 256 << 10
	maxTail  = 64 << 10
	maxForms = 24
	maxRuns  = 32 // encoded runs of one text that are decoded
)

// forms returns the text folded, and then what it may hide, folded likewise. The first
// is the text as a person reads it.
func forms(text string) []string {
	if len(text) > maxHead+maxTail {
		text = text[:maxHead] + "\n" + text[len(text)-maxTail:]
	}
	text = strings.ToValidUTF8(text, "\ufffd")
	out := []string{strings.Join(strings.Fields(strings.ToLower(stripAccents(text, false))), " ")}
	if strings.Contains(text, "\n") {
		out[0] = lines(strings.ToLower(stripAccents(text, false)))
	}
	add := func(s string) {
		if len(out) >= maxForms || s == "" {
			return
		}
		for _, have := range out {
			if have == s {
				return
			}
		}
		out = append(out, s)
	}
	disguises(text, 0, add)
	return out
}

// disguises adds what a text may hide, and what that may hide again.
func disguises(text string, depth int, add func(string)) {
	f := fold(text)
	add(f)
	if hidden := tags(text); hidden != "" {
		add(fold(hidden))
	}
	add(lookalike(f))
	if mixed(f) {
		add(leet(lookalike(f)))
	}
	// Before blanks are made single: two part words whose letters stand apart.
	apart := lookalike(strings.ToLower(stripAccents(text, true)))
	if s := spaced.ReplaceAllStringFunc(apart, joined); s != apart {
		add(lines(s))
	}
	if depth >= 2 {
		return
	}
	if depth == 0 {
		if r := rot13(f); holdsAny(r, "instruction", "prompt", "ignore", "system", "disregard", "guideline", "rules", "forget", "output", "reveal") {
			add(r)
		}
		if holdsAny(f, "tcurtsni", "tpmorp", "erongi", "dragersid", "enilediug") {
			r := []rune(f)
			slices.Reverse(r)
			add(string(r))
		}
	}
	for _, run := range encoded.FindAllString(text, maxRuns) {
		if s := decode(run); s != "" {
			disguises(s, depth+1, add)
		}
	}
	if strings.Count(text, "%") >= 4 {
		if s, err := url.PathUnescape(text); err == nil && s != text && utf8.ValidString(s) {
			disguises(s, depth+1, add)
		}
	}
}

// fold is lower case, compatibility forms made one, without accents and invisible
// characters, blanks single but for the ends of lines.
func fold(s string) string { return lines(strings.ToLower(stripAccents(s, true))) }

func lines(s string) string {
	var b strings.Builder
	for l := range strings.Lines(s) {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(l)
		}
	}
	return b.String()
}

// stripAccents takes accents off, and, if all, invisible characters and compatibility
// forms as well.
func stripAccents(s string, all bool) string {
	form := norm.NFD
	if all {
		form = norm.NFKD
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range form.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case all && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)):
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// tags are characters that show nothing and stand for ASCII (U+E0020 to U+E007E).
func tags(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 0xE0020 && r <= 0xE007E {
			b.WriteByte(byte(r - 0xE0000))
		}
	}
	return b.String()
}

// alike are letters of other scripts that look like Latin ones (Unicode TR 39,
// confusables; those that lower case leaves).
var alike = strings.NewReplacer(
	"а", "a", "в", "b", "е", "e", "к", "k", "м", "m", "н", "h", "о", "o", "р", "p", "с", "c", "т", "t", "у", "y", "х", "x", "і", "i", "ї", "i", "ј", "j", "ѕ", "s", "ԁ", "d", "ԛ", "q", "ԝ", "w", "һ", "h", "ӏ", "l", "ɡ", "g", "г", "r", "п", "n", "и", "u",
	"α", "a", "ε", "e", "ι", "i", "κ", "k", "ν", "v", "ο", "o", "ρ", "p", "τ", "t", "υ", "u", "χ", "x", "γ", "y", "η", "n", "ω", "w", "σ", "o",
	"ı", "i", "ł", "l", "ø", "o", "đ", "d", "ɑ", "a", "ɩ", "i", "ո", "n", "ѵ", "v", "ᴀ", "a", "ʙ", "b", "ᴄ", "c", "ᴅ", "d", "ᴇ", "e", "ɢ", "g", "ʜ", "h", "ɪ", "i", "ᴊ", "j", "ᴋ", "k", "ʟ", "l", "ᴍ", "m", "ɴ", "n", "ᴏ", "o", "ᴘ", "p", "ʀ", "r", "ꜱ", "s", "ᴛ", "t", "ᴜ", "u", "ᴠ", "v", "ᴡ", "w", "ʏ", "y", "ᴢ", "z",
)

func lookalike(s string) string { return alike.Replace(s) }

var digits = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i", "8", "b", "9", "g")

func leet(s string) string { return digits.Replace(s) }

var letterDigit = regexp.MustCompile(`[a-z][0134579@$!8][a-z]`)

func mixed(s string) bool { return letterDigit.MatchString(s) }

// spaced are words whose letters stand apart: "i g n o r e", "i.g.n.o.r.e".
var spaced = regexp.MustCompile(`\b(?:\pL[ ._*|/-]{1,2}){3,}\pL\b`)

// holdsAny reports whether s holds one of the words.
func holdsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

func joined(s string) string {
	var b strings.Builder
	gap := 0
	marks := strings.ContainsAny(s, "._*|/-") // then a blank parts words
	for _, r := range s {
		if unicode.IsLetter(r) {
			if gap >= 2 {
				b.WriteByte(' ')
			}
			gap = 0
			b.WriteRune(r)
		} else if gap++; marks && r == ' ' {
			gap = 2
		}
	}
	return b.String()
}

func rot13(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return 'a' + (r-'a'+13)%26
		}
		return r
	}, s)
}

var encoded = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}={0,2}`)

// decode returns the text that a run of base64 or hexadecimal is; "" for none.
func decode(run string) string {
	run = strings.TrimRight(run, "=")
	if len(run)%2 == 0 {
		if b, err := hex.DecodeString(run); err == nil && readable(b) {
			return string(b)
		}
	}
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := e.DecodeString(run[:len(run)-btoi(len(run)%4 == 1)]); err == nil && readable(b) {
			return string(b)
		}
	}
	return ""
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func readable(b []byte) bool {
	if len(b) < 8 || !utf8.Valid(b) {
		return false
	}
	bad := 0
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			bad++
		}
	}
	return bad*20 < len(b)
}
