package dicom

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Text returns b as UTF-8. The character set is the value of
// SpecificCharacterSet (0008,0005), several joined with backslashes
// (PS3.3 §C.12.1.1.2). With code extensions (ISO 2022) the first set that is
// known is taken for all of b, which is right for all but mixed text. Bytes the
// set does not have become U+FFFD.
func Text(b []byte, characterSet string) string {
	if ascii(b) && !strings.Contains(characterSet, "2022 IR 13") && !strings.Contains(characterSet, "2022 IR 87") {
		return string(b)
	}
	for name := range strings.SplitSeq(characterSet, `\`) {
		enc := characterSets[strings.ReplaceAll(strings.TrimSpace(name), "ISO 2022 IR ", "ISO_IR ")]
		if enc == nil {
			continue
		}
		if s, err := enc.NewDecoder().Bytes(b); err == nil {
			return designations.Replace(string(s))
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// designations are the escapes that only announce a set and print nothing
// (PS3.3 table C.12-4): Korean and simplified Chinese.
var designations = strings.NewReplacer("\x1b$)C", "", "\x1b$)A", "")

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 || c == 0x1B {
			return false
		}
	}
	return true
}

// characterSets are the defined terms of PS3.3 §C.12.1.1.2 beside ISO_IR 6
// (ASCII) and ISO_IR 192 (UTF-8).
var characterSets = map[string]encoding.Encoding{
	"ISO_IR 100": charmap.ISO8859_1,
	"ISO_IR 101": charmap.ISO8859_2,
	"ISO_IR 109": charmap.ISO8859_3,
	"ISO_IR 110": charmap.ISO8859_4,
	"ISO_IR 144": charmap.ISO8859_5,
	"ISO_IR 127": charmap.ISO8859_6,
	"ISO_IR 126": charmap.ISO8859_7,
	"ISO_IR 138": charmap.ISO8859_8,
	"ISO_IR 148": charmap.ISO8859_9,
	"ISO_IR 203": charmap.ISO8859_15,
	"ISO_IR 166": charmap.Windows874,
	"ISO_IR 13":  japanese.ShiftJIS, // half-width katakana is a subset
	"ISO_IR 87":  japanese.ISO2022JP,
	"ISO_IR 149": korean.EUCKR,
	"ISO_IR 58":  simplifiedchinese.GBK,
	"GB18030":    simplifiedchinese.GB18030,
	"GBK":        simplifiedchinese.GBK,
}
