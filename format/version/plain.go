package version

import (
	"fmt"
	"strings"
	"time"
)

// dotted is a row of numbers: CRAN's package_version and Cabal's Version, where a
// longer row is newer than its beginning, and nginx's, where what is missing is 0.
type dotted struct {
	text   string // "1.2.3"
	longer bool   // 1.0 is newer than 1
}

func parseDotted(s string, dash, longer bool) (*dotted, error) {
	s = strings.TrimSpace(s)
	if dash {
		s = strings.ReplaceAll(s, "-", ".")
	}
	for field := range strings.SplitSeq(s, ".") {
		if !numeric(field) {
			return nil, fmt.Errorf("%w: %q is no number", ErrInvalid, field)
		}
	}
	return &dotted{s, longer}, nil
}

func (v *dotted) compare(o order) (int, error) {
	w := o.(*dotted)
	a, b := v.text, w.text
	for a != "" || b != "" {
		if v.longer && (a == "" || b == "") {
			return sign(len(a) - len(b)), nil
		}
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if n := compareNumbers(x, y); n != 0 {
			return n, nil
		}
	}
	return 0, nil
}

type instant time.Time

// parseInstant reads RFC 3339; without a zone it would order nothing.
func parseInstant(s string) (instant, error) {
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(s))
	if err != nil {
		return instant{}, fmt.Errorf("%w: no RFC 3339 date and time with its zone", ErrInvalid)
	}
	return instant(t), nil
}

func (v instant) compare(o order) (int, error) {
	return time.Time(v).Compare(time.Time(o.(instant))), nil
}

type bytewise string

func (v bytewise) compare(o order) (int, error) {
	return strings.Compare(string(v), string(o.(bytewise))), nil
}
