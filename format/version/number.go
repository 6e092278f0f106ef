package version

import "strings"

// Numbers stay text: they may be longer than any integer type (dates, commit
// counts, hashes), and comparing text costs no allocation.

func digit(c byte) bool  { return '0' <= c && c <= '9' }
func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// digits is the length of the run of ASCII digits at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return n
}

// numeric reports whether s is ASCII digits only, at least one.
func numeric(s string) bool { return s != "" && digits(s) == len(s) }

// trimZeros is s without leading zeros; zero is "".
func trimZeros(s string) string { return strings.TrimLeft(s, "0") }

// compareNumbers compares two runs of digits by value; an empty one is 0.
func compareNumbers(a, b string) int {
	a, b = trimZeros(a), trimZeros(b)
	if len(a) != len(b) {
		return sign(len(a) - len(b))
	}
	return strings.Compare(a, b)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// compareFold is strings.Compare without regard to the case of ASCII letters.
func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return sign(int(x) - int(y))
		}
	}
	return sign(len(a) - len(b))
}
