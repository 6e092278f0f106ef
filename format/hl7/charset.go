package hl7

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Charset turns the bytes of a message into UTF-8. The zero Charset is that of a
// message without MSH-18: ASCII, and UTF-8 where it is valid.
//
// Separators are looked for in the bytes, as the standard has it. In the sets of
// East Asia whose second bytes can look like separators, a sender must escape
// them or switch back to ASCII; where it doesn't, fields are cut wrongly here as
// in every receiver.
type Charset struct{ e encoding.Encoding }

// Charset returns the character set named by the first repetition of MSH-18, and
// whether it is one that is known here.
func (m Message) Charset() (Charset, bool) {
	return CharsetNamed(m.Header().CharacterSets().Repetition(1).Text())
}

// CharsetNamed returns the character set with a name as used in MSH-18, such as
// "8859/15" or "UNICODE UTF-8"; the customary ISO and IANA spellings are
// understood as well. An empty name is the zero Charset. The second result is
// false where the name isn't known; the zero Charset is returned with it.
func CharsetNamed(name string) (Charset, bool) {
	key := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	key = strings.TrimPrefix(key, "UNICODE")
	key = strings.TrimPrefix(key, "ISO")
	switch key {
	case "", "ASCII", "USASCII", "IR6", "UTF8":
		return Charset{}, true
	case "IR14", "IR87", "IR159", "2022JP":
		return Charset{japanese.ISO2022JP}, true
	case "GB180302000", "GB18030":
		return Charset{simplifiedchinese.GB18030}, true
	case "KSX1001", "IR149", "EUCKR":
		return Charset{korean.EUCKR}, true
	case "BIG5":
		return Charset{traditionalchinese.Big5}, true
	case "WINDOWS1252", "CP1252":
		return Charset{charmap.Windows1252}, true
	}
	if e, ok := latin[key]; ok {
		return Charset{e}, true
	}
	return Charset{}, false
}

var latin = map[string]encoding.Encoding{
	"88591": charmap.ISO8859_1, "88592": charmap.ISO8859_2, "88593": charmap.ISO8859_3,
	"88594": charmap.ISO8859_4, "88595": charmap.ISO8859_5, "88596": charmap.ISO8859_6,
	"88597": charmap.ISO8859_7, "88598": charmap.ISO8859_8, "88599": charmap.ISO8859_9,
	"885915": charmap.ISO8859_15,
}

// String returns b as valid UTF-8. Bytes that mean nothing in the set become
// U+FFFD.
func (c Charset) String(b string) string {
	if ascii(b) && c.e != japanese.ISO2022JP {
		return b
	}
	if c.e == nil {
		return strings.ToValidUTF8(b, string(utf8.RuneError))
	}
	s, err := c.e.NewDecoder().String(b)
	if err != nil {
		return strings.ToValidUTF8(b, string(utf8.RuneError))
	}
	return s
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
