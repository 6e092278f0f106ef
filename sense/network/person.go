package network

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/kind"
)

// Applications, stations and devices are given names by people: most are CT_ROOM2,
// some are SCHMIDT_ANNA. Unlike host names, which leave only if every word of them
// is known, these leave unless they bear a mark of a person, because an inventory
// that does not know its archives by name is of no use. So what is here is a net,
// and no wall: docs/privacy.md says what goes through.

// identifier returns a name that an administrator gave to an application, station or
// device, at most n characters, or [kind.Withheld] if it bears the mark of a person.
func identifier(s string, n int) string { return unmarked(s, n, identifierMarks) }

// product returns the name of a product or its maker or version, as identifier does.
// Makers are often called after their founder: that one has a given name is no mark.
func product(s string, n int) string { return unmarked(s, n, productMarks) }

// place returns the name of an institution or of a part of it, as identifier does.
func place(s string, n int) string { return unmarked(s, n, placeMarks) }

// spot returns where within an institution something stands, down to the bed, which is
// often called by who lies in it: so there must be a number, of few digits, or nothing
// but words of devices.
func spot(s string, n int) string {
	if s = unmarked(s, n, identifierMarks&^byWords); s == kind.Withheld {
		return s
	}
	digits := 0
	for i := range len(s) {
		if digit(s[i]) {
			digits++
		}
	}
	if s != "" && (digits == 0 || digits > freeDigits) && deviceName(strings.ReplaceAll(s, " ", "-"), wardround.MAC{}) == "" {
		return kind.Withheld
	}
	return s
}

// serial returns the number that a maker gave to one device, as identifier does. Many
// hold a date: that of making.
func serial(s string, n int) string { return unmarked(s, n, serialMarks) }

// markedWithin is how many characters of a text are looked at; one that is longer
// does not leave.
const markedWithin = 256

func unmarked(s string, n int, by marks) string {
	if s == "" {
		return ""
	}
	whole := printableText(s, markedWithin+1)
	if len(whole) > markedWithin || marked(whole, by) {
		return kind.Withheld
	}
	return printableText(whole, n)
}

// marks are what makes a text one that may name a person.
type marks uint8

const (
	bySigns   marks = 1 << iota // signs of names and addresses: ^ @ ' " , ;
	byName                      // a common name anywhere
	byDate                      // what may be a birth date or the number of a record
	byWords                     // words without a single one of devices or a number
	byLetters                   // letters of other alphabets than the protocol's
	byPerson                    // titles and particles, given names beside family names
	byNumber                    // as many digits in a row as the number of a record has

	identifierMarks = bySigns | byName | byDate | byWords | byLetters | byPerson | byNumber
	serialMarks     = bySigns | byName | byWords | byLetters | byPerson
	placeMarks      = byName | byDate | byPerson
	productMarks    = byPerson
)

// marked reports whether s bears one of the marks.
func marked(s string, by marks) bool {
	if by&bySigns != 0 && strings.ContainsAny(s, "^@;,\"'`´’‘“”") || strings.ContainsAny(s, "^@") {
		return true
	}
	words, letters := wordsOf(s)
	house, device, numbers, long := false, false, 0, 0
	for _, w := range words {
		switch {
		case digit(w[0]):
			if numbers++; by&byNumber != 0 && len(w) >= 8 {
				return true
			}
		case isHouse(w):
			house = true
		case len(w) <= 2 && isWord(shortWords, w), deviceWord(w, ""):
			device = true
		case len(w) > 2:
			long++
		}
	}
	switch {
	case by&byPerson != 0 && titled(words), by&byPerson != 0 && by&byName == 0 && fullName(words),
		by&byDate != 0 && dated(s, words),
		by&byLetters != 0 && letters && !house,
		by&byWords != 0 && long > 1 && !device && !house && numbers == 0 && strings.ContainsRune(s, ' '):
		return true
	}
	if by&byName == 0 || house {
		return false
	}
	for i, w := range words {
		if commonName(w) && (i == 0 || !isWord(saints, words[i-1])) {
			return true
		}
	}
	return false
}

var (
	// titles stand before names and nowhere else. Dr is looked at apart: DR is
	// digital radiography. MR is magnetic resonance.
	titles = sortedWords(`mrs frau herr herrn prof professor doktor schwester pfleger madame monsieur mme signora signor dott drs`)
	saints = sortedWords(`st sankt saint sainte san santa sao sint`)
	houses = strings.Fields(`hospital hopital hospices clini klini spital krankenh stift univers medical medizin diakoni caritas health`)
)

// isHouse reports whether a word says that what it stands with is called after
// somebody, a saint mostly.
func isHouse(w string) bool {
	for _, h := range houses {
		if strings.Contains(w, h) {
			return true
		}
	}
	return false
}

// titled reports whether words hold a title or the particle of a family name.
func titled(words []string) bool {
	at := func(i int) string {
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i]
	}
	for i, w := range words {
		next := at(i + 1)
		switch w {
		case "dr":
			if next == "med" || len(next) > 2 && !digit(next[0]) && !deviceWord(next, "") || commonName(next) {
				return true
			}
		case "von", "vom":
			if len(next) > 2 {
				return true
			}
		case "van":
			if next == "der" || next == "den" || next == "de" || next == "het" || next == "t" {
				return true
			}
		case "de":
			if (next == "la" || next == "los") && at(i+2) != "" || commonName(next) {
				return true
			}
		default:
			if isWord(titles, w) {
				return true
			}
		}
	}
	return false
}

var (
	// founders are family names of makers called after their founder, companies what
	// makers call themselves besides.
	founders  = sortedWords(`bock bosch braun dornier hauser heine hellige leitz reichert ruesch schoelly stephan storz weinmann wolf zeiss`)
	companies = sortedWords(`ag asa bv co company corp corporation gesellschaft gmbh group inc kg llc ltd limited oy plc sa sarl se spa srl systems technik technologies technology`)
)

// fullName reports whether words hold a given name beside another name, or a login
// name made of them, and are not a maker's.
func fullName(words []string) bool {
	for _, w := range words {
		if isWord(companies, w) || isWord(founders, w) || isHouse(w) {
			return false
		}
	}
	for i, w := range words {
		for _, near := range [...]int{i - 1, i + 1} {
			if isWord(givenNames, w) && near >= 0 && near < len(words) && len(words[near]) > 2 && !digit(words[near][0]) && !deviceWord(words[near], "") {
				return true
			}
		}
		if !isWord(givenNames, w) && !isWord(familyNames, w) && loginName(w) {
			return true
		}
	}
	return false
}

// commonName reports whether a word is a name that many people bear, with an s
// behind it as in Annas, or a login name made of such: mmueller, annaschmidt.
func commonName(w string) bool {
	return len(w) > 2 && (isWord(givenNames, w) || isWord(familyNames, w) || isWord(givenNames, strings.TrimSuffix(w, "s")) || loginName(w))
}

// loginName reports whether a word is made of a name and something before or behind
// it: mmueller, annaschmidt, schmidtpc.
func loginName(w string) bool {
	for i := 1; i < len(w)-2; i++ {
		a, b := w[:i], w[i:]
		switch {
		case len(b) >= 5 && i == 1 && isWord(familyNames, b), len(b) >= 6 && isWord(familyNames, b), len(a) >= 6 && isWord(familyNames, a),
			isWord(givenNames, a) && isWord(familyNames, b), isWord(familyNames, a) && isWord(givenNames, b):
			return true
		}
	}
	return false
}

// dates in three parts that stand alone: in a UID or an address they don't.
var dates = pattern.Of(`(?:^|[^0-9.])(?:([0-9]{1,2})[-./]([0-9]{1,2})[-./]([0-9]{4}|[0-9]{2})|([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}))(?:[^0-9.]|$)`)

// dated reports whether s holds what may be a birth date: a whole date with a year
// of four digits, a date in three parts, six digits behind initials, or nothing but
// as many digits as a date or the number of a record has.
func dated(s string, words []string) bool {
	for _, w := range words {
		if len(w) == 8 && digit(w[0]) && (date(w[6:], w[4:6], w[:4]) || date(w[:2], w[2:4], w[4:]) || date(w[2:4], w[:2], w[4:])) {
			return true
		}
	}
	if len(words) == 1 && len(words[0]) >= 6 && digit(words[0][0]) {
		return true // a number and nothing else: of a record, or a date
	}
	if len(words) == 2 && len(words[1]) == 6 && digit(words[1][0]) && len(words[0]) <= 3 && !isWord(shortWords, words[0]) && !deviceWord(words[0], "") {
		return true
	}
	for _, m := range dates().FindAllStringSubmatch(s, -1) {
		if date(m[1], m[2], m[3]) || date(m[2], m[1], m[3]) || date(m[6], m[5], m[4]) {
			return true
		}
	}
	return false
}

// date reports whether three numbers are a day of one who may be alive. Two digits
// are enough for a year.
func date(day, month, year string) bool {
	d, m, y := number(day), number(month), number(year)
	return d >= 1 && d <= 31 && m >= 1 && m <= 12 && (y >= 1900 && y <= 2099 || len(year) == 2 && y >= 0)
}

func number(s string) int {
	if s == "" || len(s) > 4 {
		return -1
	}
	n := 0
	for i := range len(s) {
		if !digit(s[i]) {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// wordsOf cuts s into words and numbers, in lower case and without accents: also
// where a capital letter begins a new word, as in DrHouse. other is set when there
// are letters that ASCII does not have.
func wordsOf(s string) (words []string, other bool) {
	var b strings.Builder
	class := 0 // of the word being read: 1 letters, 2 digits
	end := func() {
		if b.Len() > 0 {
			words = append(words, b.String())
			b.Reset()
		}
		class = 0
	}
	runes := []rune(s)
	for i, r := range runes {
		is := 0
		switch {
		case unicode.IsLetter(r):
			is = 1
		case r >= '0' && r <= '9':
			is = 2
		}
		capital := is == 1 && unicode.IsUpper(r) && i > 0 &&
			(unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]))
		if is != class || capital {
			end()
		}
		if class = is; is == 0 {
			continue
		}
		other = other || is == 1 && r >= utf8.RuneSelf
		b.WriteString(folded(unicode.ToLower(r)))
	}
	end()
	return words, other
}

// folded writes a small letter without its accent.
func folded(r rune) string {
	if r < utf8.RuneSelf {
		return string(r)
	}
	for _, f := range [...]struct{ from, to string }{
		{"äàáâãåąăā", "a"}, {"öòóôõøőō", "o"}, {"üùúûůűū", "u"}, {"éèêëęěēė", "e"}, {"íìîïıī", "i"}, {"çćčĉ", "c"}, {"ñńňņ", "n"}, {"ß", "ss"},
		{"śšşșß", "s"}, {"žźż", "z"}, {"łľĺ", "l"}, {"ýÿ", "y"}, {"ğģ", "g"}, {"řŕ", "r"}, {"ťțţ", "t"}, {"ďđð", "d"}, {"æ", "ae"}, {"œ", "oe"}, {"þ", "th"},
	} {
		if strings.ContainsRune(f.from, r) {
			return f.to
		}
	}
	return string(r)
}

// model returns the identifier of a model that a UDI begins with: digits alone are a
// GTIN of 12 to 14 (GS1 General Specifications §2.1).
func model(s string, n int) string {
	if s = serial(s, n); s != "" && strings.Trim(s, "0123456789") == "" && (len(s) < 12 || len(s) > 14) {
		return kind.Withheld
	}
	return s
}

// printableText returns the printable characters of s, at most n.
func printableText(s string, n int) string {
	plain := len(s) <= n
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] >= ' ' && s[i] < 0x7F
	}
	if plain {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if n == 0 || r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		n--
		return r
	}, s))
}
