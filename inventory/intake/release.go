package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Limits of what is said of one release, in one observation.
const (
	maxModels   = 64
	maxDeclared = 64 // of a row; an MDS2 form comes by another way
)

// releaseFields are the fields of a release that can be emptied, by their name in JSON.
var releaseFields = []string{"udi_di", "basic_udi_di", "gtin", "models", "called", "support", "limited_support", "support_ends", "end_of_life", "released", "retired", "declared"}

// Day reads a date as 2027-01-31, or a time as in RFC 3339; "" is none.
func Day(s string) (time.Time, error) {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			if y := t.Year(); y < 1950 || y > 2200 {
				return time.Time{}, fmt.Errorf("%q: the year is not one of a product", s)
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no date as 2027-01-31", s)
}

// CheckRelease reports what is wrong with what is said of a release. Error: EInvalid,
// with every fault, joined.
func CheckRelease(s *kind.ReleaseSaidV1) error {
	var all []error
	for _, why := range wrongWith(s) {
		all = append(all, errors.New(why.what))
	}
	return wardround.Wrap(wardround.EInvalid, "inventory.release", errors.Join(all...))
}

// wrong is what is wrong with one field.
type wrong struct{ field, what string }

func wrongWith(s *kind.ReleaseSaidV1) (out []wrong) {
	add := func(field, format string, args ...any) {
		out = append(out, wrong{field, fmt.Sprintf(format, args...)})
	}
	for _, x := range []struct{ field, value string }{
		{"maker", s.Maker}, {"product", s.Product}, {"version", s.Version}, {"udi-di", s.UDIDI}, {"basic-udi-di", s.BasicUDIDI}, {"gtin", s.GTIN},
	} {
		if why := harmful(x.value); why != "" {
			add(x.field, "%s: %s", x.field, why)
		}
	}
	if strings.TrimSpace(s.Product) == "" {
		add("product", "a release needs the product's name")
	}
	if strings.TrimSpace(s.Version) == "" {
		add("version", "a release of %q needs a version", s.Product)
	}
	if s.Kind != "" {
		if _, err := wardround.ParseAssetKind(s.Kind); err != nil {
			add("kind", "%v", err)
		}
	}
	if s.GTIN != "" {
		if why := GTIN(s.GTIN); why != "" {
			add("gtin", "%s", why)
		}
	}
	if n := len(s.UDIDI); n == 14 && strings.Trim(s.UDIDI, "0123456789") == "" { // issued by GS1
		if why := GTIN(s.UDIDI); why != "" {
			add("udi-di", "UDI-DI: %s", why)
		}
	}
	switch s.Support {
	case "", wardround.SupportDevelopment, wardround.SupportFull, wardround.SupportLimited, wardround.SupportEnded:
	default:
		add("support", "no stage of support %.40q; want development, supported, limited support, end of support", s.Support)
	}
	if len(s.Models) > maxModels || len(s.Called) > maxModels {
		add("models", "more than %d models or names", maxModels)
	}
	for _, m := range slices.Concat(s.Models, s.Called) {
		if why := harmful(m); why != "" {
			add("models", "%.40q: %s", m, why)
		}
	}
	if len(s.Declared) > maxDeclared {
		add("declared", "more than %d declared properties at a time", maxDeclared)
	}
	for k, v := range s.Declared {
		if why := harmful(k); why != "" {
			add("declared", "%.40q: %s", k, why)
		} else if why := harmful(v); why != "" {
			add("declared", "%s: %s", k, why)
		}
	}
	for _, f := range s.Clear {
		if !slices.Contains(releaseFields, f) {
			add("clear", "no field %.40q; there are %s", f, strings.Join(releaseFields, ", "))
		}
	}
	for _, x := range []struct {
		field, what    string
		earlier, later time.Time
	}{
		{"support-ends", "support ends before it becomes limited", s.LimitedSupport, s.SupportEnds},
		{"support-ends", "support ends before the release came out", s.Released, s.SupportEnds},
		{"end-of-life", "it is no longer sold before it came out", s.Released, s.EndOfLife},
		{"retired", "it is retired before it came out", s.Released, s.Retired},
	} {
		if !x.earlier.IsZero() && !x.later.IsZero() && x.later.Before(x.earlier) {
			add(x.field, "%s (%s before %s)", x.what, x.later.Format(time.DateOnly), x.earlier.Format(time.DateOnly))
		}
	}
	return out
}

// GTIN says what is wrong with a GS1 number of 8, 12, 13 or 14 digits (GS1 General
// Specifications §7.9: the last digit makes the sum, weighted 3 and 1 from the
// right, a multiple of ten), "" if nothing is.
func GTIN(s string) string {
	switch len(s) {
	case 8, 12, 13, 14:
	default:
		return fmt.Sprintf("%.40q has %d characters; a GTIN has 8, 12, 13 or 14 digits", s, len(s))
	}
	sum := 0
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			return fmt.Sprintf("%q: a GTIN is made of digits", s)
		}
		weight := 1
		if (len(s)-i)%2 == 0 {
			weight = 3
		}
		sum += int(c-'0') * weight
	}
	if sum%10 != 0 {
		return fmt.Sprintf("%q: the check digit does not fit; look for a digit that was mistyped", s)
	}
	return ""
}

// shelf collects releases and refuses one that stands twice.
type shelf struct {
	from   From
	given  string // version for those that name none
	faults faults
	seen   map[wardround.ReleaseID]bearer
	rows   []*kind.ReleaseSaidV1
}

func newShelf(from From, version string) *shelf {
	return &shelf{from: from, given: strings.TrimSpace(version), faults: faults{file: from.File}, seen: map[wardround.ReleaseID]bearer{}}
}

// add takes a release. merge adds what another says of the same one, where nothing
// contradicts: many devices are instances of one release.
func (b *shelf) add(s *kind.ReleaseSaidV1, at bearer, merge bool) {
	if s.Version == "" {
		s.Version = b.given
	}
	for _, w := range wrongWith(s) {
		path := at.path
		if path != "" {
			path += "." + w.field
		}
		b.faults.add(at.line, 0, path, "%s", w.what)
		if b.faults.count() >= maxFaults {
			return
		}
	}
	id := wardround.ReleaseIDOf("", s.Maker, s.Product, s.Version)
	if first, taken := b.seen[id]; taken {
		if merge {
			return
		}
		where := first.path
		if where == "" {
			where = "line " + itoa(first.line)
		}
		b.faults.add(at.line, 0, at.path, "%s %s %s stands in %s already", s.Maker, s.Product, s.Version, where)
		return
	}
	if len(b.rows) >= MaxRows {
		b.faults.add(at.line, 0, at.path, "more than %d releases", MaxRows)
		return
	}
	b.seen[id] = at
	s.By, s.Source = kind.PersonalText(b.from.By), b.from.source()
	b.rows = append(b.rows, s)
}

func (b *shelf) done() ([]*kind.ReleaseSaidV1, error) {
	if err := b.faults.err(); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "inventory.release", err)
	}
	if len(b.rows) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, "inventory.release", "%s: it names no release", b.from.File)
	}
	return b.rows, nil
}
