package version

import (
	"fmt"
	"strings"
)

// gem is a version as Gem::Version reads it: runs of digits and of letters, the
// zeros at the end of the numbers and of what follows them left out. A word is
// older than any number.
type gem struct{ segments []string }

func parseGem(s string) (*gem, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return &gem{}, nil // Gem::Version reads an empty version as 0
	}
	if !digit(s[0]) {
		return nil, fmt.Errorf("%w: no number at its start", ErrInvalid)
	}
	for i := range len(s) {
		if !digit(s[i]) && !letter(s[i]) && s[i] != '.' && s[i] != '-' {
			return nil, fmt.Errorf("%w: %q at byte %d", ErrInvalid, s[i], i)
		}
	}
	var numbers, words []string
	add := func(seg string) {
		if len(words) > 0 || !digit(seg[0]) {
			words = append(words, seg)
		} else {
			numbers = append(numbers, seg)
		}
	}
	for i := 0; i < len(s); {
		switch n := digits(s[i:]); {
		case n > 0:
			add(s[i : i+n])
			i += n
		case letter(s[i]):
			n = run(s[i:], letter)
			add(s[i : i+n])
			i += n
		case s[i] == '-': // 1.0-1 is 1.0.pre.1
			add("pre")
			i++
		default:
			i++
		}
	}
	return &gem{append(dropZeros(numbers), dropZeros(words)...)}, nil
}

func dropZeros(s []string) []string {
	for len(s) > 0 && digit(s[len(s)-1][0]) && trimZeros(s[len(s)-1]) == "" {
		s = s[:len(s)-1]
	}
	return s[:len(s):len(s)]
}

func (v *gem) compare(o order) (int, error) {
	w := o.(*gem)
	for i := 0; i < len(v.segments) || i < len(w.segments); i++ {
		x, y := "0", "0"
		if i < len(v.segments) {
			x = v.segments[i]
		}
		if i < len(w.segments) {
			y = w.segments[i]
		}
		nx, ny := digit(x[0]), digit(y[0])
		n := 0
		switch {
		case nx && ny:
			n = compareNumbers(x, y)
		case nx:
			n = 1
		case ny:
			n = -1
		default:
			n = strings.Compare(x, y)
		}
		if n != 0 {
			return n, nil
		}
	}
	return 0, nil
}
