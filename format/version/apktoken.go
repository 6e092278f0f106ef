package version

import "strings"

// The order of valid apk versions: their tokens are compared in turn. Where the
// kinds of tokens differ, a pre-release suffix is older, and otherwise the version
// with the kind that stands earlier in the grammar is newer: 1.0.1 than 1.0-r9,
// 1.0-r0 than 1.0.

type apkKind uint8

const (
	apkInitial apkKind = iota
	apkDigit
	apkLetter
	apkSuffixWord
	apkSuffixNumber
	apkHash
	apkRevision
	apkEnd
	apkInvalid
)

// apkToken is one token and what follows it.
type apkToken struct {
	kind  apkKind
	value string
	rank  int // of a suffix
	rest  string
}

func apkFirst(s string) apkToken {
	return apkToken{kind: apkInitial}.number(apkInitial, s)
}

// number takes the digits at the start of s, of which there must be some.
func (t apkToken) number(kind apkKind, s string) apkToken {
	n := digits(s)
	if n == 0 {
		return apkToken{kind: apkInvalid}
	}
	return apkToken{kind: kind, value: s[:n], rest: s[n:]}
}

func (t apkToken) next() apkToken {
	s := t.rest
	if s == "" {
		return apkToken{kind: apkEnd}
	}
	switch c := s[0]; {
	case 'a' <= c && c <= 'z' && t.kind <= apkDigit:
		return apkToken{kind: apkLetter, value: s[:1], rest: s[1:]}
	case c == '.' && t.kind <= apkDigit:
		return t.number(apkDigit, s[1:])
	case digit(c) && t.kind == apkSuffixWord:
		return t.number(apkSuffixNumber, s)
	case c == '_' && t.kind <= apkSuffixNumber:
		rank, size := apkSuffix(s)
		if size == 0 || size != 1+run(s[1:], func(c byte) bool { return 'a' <= c && c <= 'z' }) {
			break
		}
		return apkToken{kind: apkSuffixWord, value: s[1:size], rank: rank, rest: s[size:]}
	case c == '~' && t.kind < apkHash:
		n := run(s[1:], func(c byte) bool { return digit(c) || 'a' <= c && c <= 'f' })
		if n > 0 {
			return apkToken{kind: apkHash, value: s[1 : 1+n], rest: s[1+n:]}
		}
	case c == '-' && t.kind < apkRevision && strings.HasPrefix(s, "-r"):
		return t.number(apkRevision, s[2:])
	}
	return apkToken{kind: apkInvalid}
}

// apkValid reports whether s is a version to apk.
func apkValid(s string) bool {
	t := apkFirst(s)
	for t.kind < apkEnd {
		t = t.next()
	}
	return t.kind == apkEnd
}

// apkCompare compares two valid versions.
func apkCompare(a, b string) int {
	x, y := apkFirst(a), apkFirst(b)
	for x.kind == y.kind && x.kind < apkEnd {
		if n := x.compare(y); n != 0 {
			return n
		}
		x, y = x.next(), y.next()
	}
	switch {
	case x.kind == y.kind:
		return 0
	case x.kind == apkSuffixWord && x.rank < apkNone:
		return -1
	case y.kind == apkSuffixWord && y.rank < apkNone:
		return 1
	}
	return sign(int(y.kind) - int(x.kind))
}

func (t apkToken) compare(o apkToken) int {
	switch t.kind {
	case apkSuffixWord:
		return sign(t.rank - o.rank)
	case apkDigit:
		// Like decimals, as Gentoo has it: 1.02 is older than 1.1.
		if t.value[0] != '0' && o.value[0] != '0' {
			return compareNumbers(t.value, o.value)
		}
		return strings.Compare(t.value, o.value)
	case apkLetter, apkHash:
		return strings.Compare(t.value, o.value)
	}
	return compareNumbers(t.value, o.value)
}
