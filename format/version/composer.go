package version

import (
	"fmt"
	"strings"
)

// composer is a version as PHP's version_compare reads it, without the leading v
// that Composer takes away: runs of digits and of letters; - _ + count as dots.
type composer struct{ parts []string }

func parseComposer(s string) (*composer, error) {
	s = strings.TrimSpace(s)
	if s != "" && (s[0] == 'v' || s[0] == 'V') {
		s = s[1:]
	}
	if s == "" {
		return nil, fmt.Errorf("%w: empty", ErrInvalid)
	}
	v := &composer{}
	start := 0
	cut := func(end int) {
		if end > start {
			v.parts = append(v.parts, s[start:end])
		}
		start = end
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.' || c == '-' || c == '_' || c == '+':
			cut(i)
			start = i + 1
		case i > start && digit(c) != digit(s[i-1]):
			cut(i)
		}
	}
	cut(len(s))
	return v, nil
}

// composerRank orders the words: any other, dev, alpha, beta, RC, a number, patch.
func composerRank(s string) int {
	switch {
	case digit(s[0]), s[0] == '#': // PHP's own sign for a number
		return 5
	case strings.HasPrefix(s, "dev"):
		return 1
	case strings.HasPrefix(s, "a"):
		return 2
	case strings.HasPrefix(s, "b"):
		return 3
	case strings.HasPrefix(s, "RC"), strings.HasPrefix(s, "rc"):
		return 4
	case strings.HasPrefix(s, "p"):
		return 6
	}
	return 0
}

func (v *composer) compare(o order) (int, error) {
	return composerCompare(v.parts, o.(*composer).parts), nil
}

// composerNumber stands for any number, see composerCompare.
var composerNumber = []string{"#"}

func composerCompare(a, b []string) int {
	for i := range min(len(a), len(b)) {
		n := sign(composerRank(a[i]) - composerRank(b[i]))
		if digit(a[i][0]) && digit(b[i][0]) {
			n = compareNumbers(a[i], b[i])
		}
		if n != 0 {
			return n
		}
	}
	switch {
	case len(a) > len(b):
		return composerMore(a[len(b):])
	case len(a) < len(b):
		return -composerMore(b[len(a):])
	}
	return 0
}

// composerMore compares a version that goes on with rest with one that has ended:
// with a number it is newer, else rest is compared with any number.
func composerMore(rest []string) int {
	if digit(rest[0][0]) {
		return 1
	}
	return composerCompare(rest, composerNumber)
}
