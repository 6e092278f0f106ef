package portfolio

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wardround/wardround/format/vers"
)

// Range is a set of versions of one package type. The zero value holds every
// version.
type Range struct {
	text string
	in   *vers.Range
}

// ParseRange reads a range of versions for a package of a purl type ("npm", "deb",
// "golang"): in VERS (vers:npm/>=1.2.0|<1.2.9, whose own type counts), in the
// notation of the type's own tool, or else as comparisons joined by commas or
// spaces, with alternatives between "||"
//
//	>=1.2.0 <1.2.9 || >=2.0.0, <2.0.3
//
// "" and "*" are every version; a version alone is that version. Errors name what
// was not understood.
func ParseRange(typ, s string) (Range, error) {
	s = strings.TrimSpace(s)
	r := Range{text: s}
	if s == "" || s == "*" {
		return r, nil
	}
	in, err := readRange(typ, s)
	if err != nil {
		return r, fmt.Errorf("range %q: %w", s, err)
	}
	r.in = &in
	return r, nil
}

func readRange(typ, s string) (vers.Range, error) {
	if strings.HasPrefix(s, "vers:") {
		return vers.Read(s)
	}
	if scheme, ok := vers.Scheme(typ); ok && !strings.ContainsAny(s, "<>=^~|,*[]() ") {
		if _, err := scheme.Parse(s); err == nil {
			return vers.Read("vers:" + typ + "/" + url.PathEscape(s))
		}
	}
	in, err := vers.FromNative(typ, s)
	if err == nil || !strings.Contains(s, "||") {
		return in, err
	}
	var all []vers.Range
	for _, part := range strings.Split(s, "||") {
		one, err := vers.FromNative(typ, strings.TrimSpace(part))
		if err != nil {
			return in, err
		}
		all = append(all, one)
	}
	return vers.Union(all...)
}

// Holds reports whether a version is in the range. known is false where that
// cannot be told: there is no version, or none that can be compared.
func (r *Range) Holds(v string) (in, known bool) {
	if r.in == nil {
		return true, true
	}
	if v == "" {
		return false, false
	}
	in, err := r.in.Contains(v)
	return in, err == nil
}

// String is the range as it was written.
func (r *Range) String() string { return r.text }
