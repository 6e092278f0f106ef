package version

import (
	"fmt"
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// pypi is a version after PEP 440, or one from before it, which is older than all
// of those. The old ones are ordered by osv-scalibr, as setuptools did.
type pypi struct {
	epoch, release string
	pre            byte // 'a', 'b', 'r'; 0 for none
	preNumber      string
	post, dev      bool
	postNumber     string
	devNumber      string
	local          string
	legacy         *semantic.PyPIVersion
}

func parsePyPI(s string) (*pypi, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if v, ok := parsePEP440(s); ok {
		return v, nil
	}
	old, err := semantic.ParsePyPIVersion(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	return &pypi{legacy: &old}, nil
}

// parsePEP440 follows the expression of appendix B: each part has an optional
// separator before its word and another after it.
func parsePEP440(s string) (*pypi, bool) {
	v := &pypi{}
	s = strings.TrimPrefix(s, "v")
	if n := digits(s); n > 0 && n < len(s) && s[n] == '!' {
		v.epoch, s = s[:n], s[n+1:]
	}
	n := digits(s)
	if n == 0 {
		return nil, false
	}
	for n+1 < len(s) && s[n] == '.' && digit(s[n+1]) {
		n += 1 + digits(s[n+1:])
	}
	v.release, s = s[:n], s[n:]
	if word, number, rest, ok := pepPart(s, "alpha", "a", "beta", "b", "preview", "pre", "rc", "c"); ok {
		v.pre, v.preNumber, s = word[0], number, rest
		if v.pre == 'p' || v.pre == 'c' {
			v.pre = 'r'
		}
	}
	if len(s) > 1 && s[0] == '-' && digit(s[1]) {
		n := digits(s[1:])
		v.post, v.postNumber, s = true, s[1:1+n], s[1+n:]
	} else if _, number, rest, ok := pepPart(s, "post", "rev", "r"); ok {
		v.post, v.postNumber, s = true, number, rest
	}
	if _, number, rest, ok := pepPart(s, "dev"); ok {
		v.dev, v.devNumber, s = true, number, rest
	}
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		if !pepLocal(rest) {
			return nil, false
		}
		v.local, s = rest, ""
	}
	return v, s == ""
}

func pepSeparator(c byte) bool { return c == '.' || c == '-' || c == '_' }

// pepPart reads separator, word, separator, number.
func pepPart(s string, words ...string) (word, number, rest string, ok bool) {
	if s != "" && pepSeparator(s[0]) {
		s = s[1:]
	}
	for _, w := range words {
		if rest, ok = strings.CutPrefix(s, w); !ok {
			continue
		}
		if rest != "" && pepSeparator(rest[0]) {
			rest = rest[1:]
		}
		n := digits(rest)
		return w, rest[:n], rest[n:], true
	}
	return "", "", "", false
}

func pepLocal(s string) bool {
	inside := false
	for i := range len(s) {
		switch {
		case digit(s[i]) || letter(s[i]):
			inside = true
		case pepSeparator(s[i]) && inside && i+1 < len(s):
			inside = false
		default:
			return false
		}
	}
	return inside
}

func (v *pypi) compare(o order) (int, error) {
	w := o.(*pypi)
	switch {
	case v.legacy != nil && w.legacy != nil:
		n, err := v.legacy.Compare(*w.legacy)
		if err != nil {
			return refuse("%v", err)
		}
		return n, nil
	case v.legacy != nil:
		return -1, nil
	case w.legacy != nil:
		return 1, nil
	}
	return v.cmp(w), nil
}

func (v *pypi) cmp(w *pypi) int {
	if n := compareNumbers(v.epoch, w.epoch); n != 0 {
		return n
	}
	if n := compareDotted(v.release, w.release); n != 0 {
		return n
	}
	if n := v.phase() - w.phase(); n != 0 {
		return sign(n)
	}
	if n := compareNumbers(v.preNumber, w.preNumber); n != 0 {
		return n
	}
	if v.post != w.post {
		return oneIf(v.post)
	}
	if n := compareNumbers(v.postNumber, w.postNumber); n != 0 {
		return n
	}
	if v.dev != w.dev {
		return -oneIf(v.dev)
	}
	if n := compareNumbers(v.devNumber, w.devNumber); n != 0 {
		return n
	}
	return compareLocal(v.local, w.local)
}

// phase orders what comes before a release: 1.0.dev1, 1.0a1, 1.0b1, 1.0rc1, 1.0.
func (v *pypi) phase() int {
	switch {
	case v.pre != 0:
		return int(v.pre)
	case !v.post && v.dev:
		return 0
	}
	return 256
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return -1
}

// compareLocal compares local versions: none before any, words before numbers,
// the longer after its beginning.
func compareLocal(a, b string) int {
	for a != "" || b != "" {
		if a == "" || b == "" {
			return sign(len(a) - len(b))
		}
		m, n := run(a, pepWord), run(b, pepWord)
		x, y := a[:m], b[:n]
		nx, ny := numeric(x), numeric(y)
		c := 0
		switch {
		case nx && ny:
			c = compareNumbers(x, y)
		case nx != ny:
			c = oneIf(nx)
		default:
			c = strings.Compare(x, y)
		}
		if c != 0 {
			return c
		}
		a, b = a[min(m+1, len(a)):], b[min(n+1, len(b)):]
	}
	return 0
}

func pepWord(c byte) bool { return !pepSeparator(c) }
