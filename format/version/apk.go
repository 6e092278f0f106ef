package version

import (
	"fmt"
	"strings"
)

// apk is number{.number}…{letter}{_suffix{number}}…{~hash}{-r#}, the versions of
// Alpine and what follows it (apk-package(5)). What does not fit the grammar is
// taken apart as far as it does, because apk compares it too.
type apk struct {
	raw      string
	numbers  string // "1.02.3"
	letter   byte   // 0 when absent
	suffixes string // "_rc1_p2"
	build    string // digits
	rest     string // what was not understood
	invalid  bool
	valid    bool // to apk itself
}

func parseAPK(s string) (*apk, error) {
	if s == "" {
		return nil, fmt.Errorf("%w: empty", ErrInvalid)
	}
	v := &apk{raw: s, valid: apkValid(s)}
	if v.valid {
		return v, nil
	}
	return v.take(s), nil
}

// apart is v taken apart whether it is valid or not.
func (v *apk) apart() *apk {
	if !v.valid {
		return v
	}
	return (&apk{raw: v.raw}).take(v.raw)
}

func (v *apk) take(s string) *apk {
	n := 0
	for n < len(s) && digit(s[n]) {
		n += digits(s[n:])
		if n < len(s) && s[n] == '.' {
			n++
		}
	}
	v.numbers, s = s[:n], s[n:]
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		v.letter, s = s[0], s[1:]
	}
	whole := s
	for {
		_, size := apkSuffix(s)
		if size == 0 {
			break
		}
		s = s[size:]
		s = s[digits(s):]
	}
	v.suffixes = whole[:len(whole)-len(s)]
	if strings.HasPrefix(s, "~") { // a commit's hash orders nothing
		if hex := run(s[1:], func(c byte) bool { return digit(c) || 'a' <= c && c <= 'f' }); hex > 0 {
			s = s[1+hex:]
		}
	}
	switch {
	case s == "":
	case strings.HasPrefix(s, "-r"):
		v.build = s[2 : 2+digits(s[2:])]
		v.rest = s[2+len(v.build):]
	default:
		v.rest, v.invalid = s, true
	}
	return v
}

// apkSuffixes in their order; without suffix is between rc and cvs.
var apkSuffixes = [...]string{"_alpha", "_beta", "_pre", "_rc", "", "_cvs", "_svn", "_git", "_hg", "_p"}

const apkNone = 4

// apkSuffix is the place in the order of the suffix at the start of s, and the
// length of its word.
func apkSuffix(s string) (weight, size int) {
	best, length := apkNone, 0
	for i, word := range apkSuffixes {
		if word != "" && len(word) > length && strings.HasPrefix(s, word) {
			best, length = i, len(word)
		}
	}
	return best, length
}

func (v *apk) compare(o order) (int, error) {
	w := o.(*apk)
	switch {
	case v.valid && w.valid:
		return apkCompare(v.raw, w.raw), nil
	case v.valid != w.valid:
		v, w = v.apart(), w.apart()
	}
	if v.invalid && w.invalid {
		return strings.Compare(v.raw, w.raw), nil
	}
	if n := apkNumbers(v.numbers, w.numbers); n != 0 {
		return n, nil
	}
	if v.letter != w.letter {
		return sign(int(v.letter) - int(w.letter)), nil
	}
	if n := apkSuffixOrder(v.suffixes, w.suffixes); n != 0 {
		return n, nil
	}
	if n := compareNumbers(v.build, w.build); n != 0 {
		return n, nil
	}
	switch {
	case v.rest == "" && w.rest != "":
		return 1, nil
	case v.rest != "" && w.rest == "":
		return -1, nil
	}
	return 0, nil
}

// apkNumbers compares field by field. From the second on, a field with a leading
// zero is compared as text, as decimals are: 1.02 is older than 1.1.
func apkNumbers(a, b string) int {
	for first := true; a != "" || b != ""; first = false {
		missing := a == "" || b == ""
		x, restA, _ := strings.Cut(a, ".")
		y, restB, _ := strings.Cut(b, ".")
		n := 0
		if !first && !missing && (strings.HasPrefix(x, "0") || strings.HasPrefix(y, "0")) {
			n = strings.Compare(x, y)
		} else {
			n = compareNumbers(x, y)
		}
		if n != 0 {
			return n
		}
		a, b = restA, restB
	}
	return 0
}

func apkSuffixOrder(a, b string) int {
	for a != "" || b != "" {
		x, sizeA := apkSuffix(a)
		y, sizeB := apkSuffix(b)
		if x != y {
			return sign(x - y)
		}
		a, b = a[sizeA:], b[sizeB:]
		m, n := digits(a), digits(b)
		if c := compareNumbers(a[:m], b[:n]); c != 0 {
			return c
		}
		a, b = a[m:], b[n:]
	}
	return 0
}
