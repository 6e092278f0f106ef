package version

import (
	"fmt"
	"strings"
)

// deb is a version after deb-version(7). Debian, Ubuntu and, but for the epoch's
// rules, Arch's and OpenWrt's packages are written so.
type deb struct{ epoch, upstream, revision string }

func parseDeb(s string) (*deb, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, fmt.Errorf("%w: empty", ErrInvalid)
	}
	v := &deb{upstream: s}
	if epoch, rest, ok := strings.Cut(s, ":"); ok {
		if !numeric(epoch) {
			return nil, fmt.Errorf("%w: epoch %q is no number", ErrInvalid, epoch)
		}
		if rest == "" {
			return nil, fmt.Errorf("%w: nothing after the epoch", ErrInvalid)
		}
		v.epoch, v.upstream = epoch, rest
	}
	if i := strings.LastIndexByte(v.upstream, '-'); i >= 0 {
		v.upstream, v.revision = v.upstream[:i], v.upstream[i+1:]
	}
	for i := range len(s) { // what dpkg refuses too, but for the underscore
		if c := s[i]; !digit(c) && !letter(c) && strings.IndexByte(".-+~:_", c) < 0 {
			return nil, fmt.Errorf("%w: %q in it", ErrInvalid, c)
		}
	}
	return v, nil
}

func (v *deb) compare(o order) (int, error) {
	w := o.(*deb)
	if n := compareNumbers(v.epoch, w.epoch); n != 0 {
		return n, nil
	}
	if n := debCompare(v.upstream, w.upstream); n != 0 {
		return n, nil
	}
	return debCompare(v.revision, w.revision), nil
}

// debWeight orders the characters outside numbers: tilde, the end of the part,
// letters, everything else.
func debWeight(s string, i int) int {
	switch {
	case i >= len(s) || digit(s[i]):
		return 0
	case s[i] == '~':
		return -1
	case letter(s[i]):
		return int(s[i])
	}
	return int(s[i]) + 256
}

func debCompare(a, b string) int {
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		for i < len(a) && !digit(a[i]) || j < len(b) && !digit(b[j]) {
			x, y := debWeight(a, i), debWeight(b, j)
			if x != y {
				return sign(x - y)
			}
			i, j = i+1, j+1
		}
		m, n := digits(a[min(i, len(a)):]), digits(b[min(j, len(b)):])
		if c := compareNumbers(a[i:i+m], b[j:j+n]); c != 0 {
			return c
		}
		i, j = i+m, j+n
	}
	return 0
}
