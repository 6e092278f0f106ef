package version

import (
	"fmt"
	"strings"
)

// rpm is epoch:version-release, ordered by rpmvercmp (rpm's rpmio/rpmvercmp.cc;
// rpm-version(7)).
type rpm struct {
	epoch, version, release string
	released                bool // has a release, which is newer than none
}

func parseRPM(s string) (*rpm, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, fmt.Errorf("%w: empty", ErrInvalid)
	}
	v := &rpm{version: s}
	// Without digits only before it, a colon belongs to the version.
	if epoch, rest, ok := strings.Cut(s, ":"); ok && digits(epoch) == len(epoch) {
		v.epoch, v.version = epoch, rest
	}
	if i := strings.LastIndexByte(v.version, '-'); i >= 0 {
		v.version, v.release, v.released = v.version[:i], v.version[i+1:], true
	}
	return v, nil
}

func (v *rpm) compare(o order) (int, error) {
	w := o.(*rpm)
	if n := compareNumbers(v.epoch, w.epoch); n != 0 {
		return n, nil
	}
	if n := rpmCompare(v.version, w.version); n != 0 {
		return n, nil
	}
	switch {
	case v.released && !w.released:
		return 1, nil
	case !v.released && w.released:
		return -1, nil
	}
	return rpmCompare(v.release, w.release), nil
}

// run is the length of the run of one kind of bytes at the start of s.
func run(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func rpmSeparator(c byte) bool { return !digit(c) && !letter(c) && c != '~' && c != '^' }

func rpmCompare(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" || b != "" {
		a, b = a[run(a, rpmSeparator):], b[run(b, rpmSeparator):]
		// A tilde is older than the end, a caret newer than it but older than
		// anything else that follows.
		ta, tb := strings.HasPrefix(a, "~"), strings.HasPrefix(b, "~")
		if ta || tb {
			switch {
			case !tb:
				return -1
			case !ta:
				return 1
			}
			a, b = a[1:], b[1:]
			continue
		}
		ca, cb := strings.HasPrefix(a, "^"), strings.HasPrefix(b, "^")
		if ca || cb {
			switch {
			case a == "":
				return -1
			case b == "":
				return 1
			case !ca:
				return 1
			case !cb:
				return -1
			}
			a, b = a[1:], b[1:]
			continue
		}
		if a == "" || b == "" {
			break
		}
		kind, number := letter, digit(a[0])
		if number {
			kind = digit
		}
		m, n := run(a, kind), run(b, kind)
		if n == 0 { // of two kinds: numbers are newer
			if number {
				return 1
			}
			return -1
		}
		c := 0
		if number {
			c = compareNumbers(a[:m], b[:n])
		} else {
			c = strings.Compare(a[:m], b[:n])
		}
		if c != 0 {
			return c
		}
		a, b = a[m:], b[n:]
	}
	return sign(len(a) - len(b))
}
