package network

import (
	"encoding/hex"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oui"
)

const (
	// maxHostLabel is the longest label, in bytes (RFC 1035 §2.3.4).
	maxHostLabel = 63
	// freeDigits is how many digits a name may have in all: a birth date has six.
	freeDigits = 5
	// freeLetters is how many letters may stand alone, as in v2 and 3b.
	freeLetters = 1
)

// countedPeople are device words after which a number stands for somebody.
var countedPeople = sortedWords(`outpatient patient student intern nurse`)

// deviceName returns the first label of a host name if it names a device and no
// person, else "". There it errs on the side of silence: a word that is none of
// [deviceWords] or [shortWords], no word of the maker that registered the hardware
// address, and no part of that address in hexadecimal, keeps the whole name back, so
// that initials do too; and so do more digits than half a birth date has. A machine
// that made its own hardware address, as private telephones do, has no name here.
func deviceName(name string, mac wardround.MAC) string {
	label, _, _ := strings.Cut(name, ".")
	if label == "" || len(label) > maxHostLabel || !mac.IsZero() && oui.LocallyAdministered(oui.MAC(mac)) {
		return ""
	}
	var c deviceLabel
	if !mac.IsZero() {
		c.address = hex.EncodeToString(mac[:])
		c.maker, _ = oui.Maker(oui.MAC(mac))
	}
	for piece := range strings.FieldsFuncSeq(label, func(r rune) bool { return r == '-' || r == '_' }) {
		if !c.piece(strings.ToLower(piece)) {
			return ""
		}
	}
	if c.words == 0 {
		return "" // a number alone may be anybody's
	}
	return label
}

// deviceLabel is what was seen of a label.
type deviceLabel struct {
	address, maker        string
	words, digits, single int
	last                  string // the word or number before
}

// piece takes the next piece, in lower case, and reports whether it may leave.
func (c *deviceLabel) piece(piece string) bool {
	if len(piece) >= 4 && strings.HasSuffix(c.address, piece) || c.factory(piece) {
		c.words++
		c.last = ""
		return true
	}
	for len(piece) > 0 {
		run := runOf(piece)
		switch first := piece[0]; {
		case first >= '0' && first <= '9':
			if c.digits += len(run); c.digits > freeDigits || isWord(countedPeople, c.last) {
				return false
			}
		case first < 'a' || first > 'z':
			return false // blanks, apostrophes, letters of other alphabets
		case isWord(shortWords, run) || deviceWord(run, c.maker):
			c.words++
		case len(run) == 1 && c.single < freeLetters:
			c.single++
		default:
			return false
		}
		c.last = run
		piece = piece[len(run):]
	}
	return true
}

// factory reports whether a piece is what Windows puts behind DESKTOP and LAPTOP
// when nobody chose a name: 7 or 8 letters and digits, well mixed. Nobody's initials
// and birth date are that mixed.
func (c *deviceLabel) factory(piece string) bool {
	if c.last != "desktop" && c.last != "laptop" || len(piece) != 7 && len(piece) != 8 {
		return false
	}
	runs := 0
	for len(piece) > 0 {
		run := runOf(piece)
		if c := run[0]; len(run) > 2 || (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
		piece = piece[len(run):]
		runs++
	}
	return runs >= 4
}

// runOf returns the run of letters, digits or other bytes that s begins with.
func runOf(s string) string {
	class := func(c byte) int {
		switch {
		case c >= 'a' && c <= 'z':
			return 1
		case c >= '0' && c <= '9':
			return 2
		}
		return 3
	}
	n := 1
	for n < len(s) && class(s[n]) == class(s[0]) {
		n++
	}
	return s[:n]
}

func deviceWord(word, maker string) bool {
	if isWord(deviceWords, word) {
		return true
	}
	if len(word) <= 2 {
		return false
	}
	for m := range strings.FieldsFuncSeq(strings.ToLower(maker), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if m == word {
			return true
		}
	}
	return false
}

// technicalText returns s if it is of at most limit printable ASCII bytes, else
// what of it is.
func technicalText(s string, limit int) string {
	for i := range len(s) {
		if i == limit || s[i] < 0x20 || s[i] > 0x7e {
			return s[:i]
		}
	}
	return s
}
