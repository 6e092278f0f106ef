package vers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/version"
)

// Bounds of what is read.
const (
	MaxLength      = 64 << 10 // bytes of a range
	MaxConstraints = 1000
)

// ErrInvalid is wrapped by the error of every text that is no range.
var ErrInvalid = errors.New("not a version range")

// A Comparator stands before the version of a constraint.
type Comparator string

// The comparators. Equality is written as nothing.
const (
	Equal          Comparator = "="
	NotEqual       Comparator = "!="
	Less           Comparator = "<"
	LessOrEqual    Comparator = "<="
	Greater        Comparator = ">"
	GreaterOrEqual Comparator = ">="
)

// Constraint is one signpost: a comparator and a version, decoded.
type Constraint struct {
	Comparator Comparator
	Version    string
}

func (c Constraint) String() string {
	if c.Comparator == Equal {
		return encode(c.Version)
	}
	return string(c.Comparator) + encode(c.Version)
}

// Range is a version range. The zero Range contains nothing.
type Range struct {
	Type        string
	Constraints []Constraint // as written; empty with Any or for an empty set
	Any         bool         // * alone
	set         set
}

// Parse reads a valid vers (clause 5 of the standard). Nothing is repaired.
func Parse(s string) (Range, error) {
	r, err := split(s)
	if err != nil {
		return Range{}, err
	}
	return r, r.build(true)
}

// Read reads a vers whose constraints may stand in any order and repeat. What
// contradicts itself is refused.
func Read(s string) (Range, error) {
	r, err := split(s)
	if err != nil {
		return Range{}, err
	}
	if !r.Any {
		if err := r.sort(); err != nil {
			return Range{}, err
		}
		r.Constraints = slices.Compact(r.Constraints)
	}
	return r, r.build(false)
}

// Sorted puts the constraints of a vers into the order of their versions and
// judges nothing else.
func Sorted(s string) (string, error) {
	r, err := split(s)
	if err != nil {
		return "", err
	}
	if err := r.sort(); err != nil {
		return "", err
	}
	return r.String(), nil
}

// split reads the text and knows nothing of versions.
func split(s string) (Range, error) {
	if len(s) > MaxLength {
		return Range{}, fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(s), MaxLength)
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return Range{}, fmt.Errorf("%w: white space, or not ASCII, at byte %d", ErrInvalid, i)
		}
	}
	rest, ok := strings.CutPrefix(s, "vers:")
	if !ok {
		return Range{}, fmt.Errorf("%w: %.40q has not the scheme vers", ErrInvalid, s)
	}
	typ, list, ok := strings.Cut(rest, "/")
	if !ok || list == "" {
		return Range{}, fmt.Errorf("%w: no constraints", ErrInvalid)
	}
	r := Range{Type: typ}
	if err := checkType(typ); err != nil {
		return Range{}, err
	}
	if list == "*" {
		r.Any = true
		return r, nil
	}
	if typ == "all" || typ == "none" {
		return Range{}, fmt.Errorf("%w: type %s stands with * alone", ErrInvalid, typ)
	}
	if n := strings.Count(list, "|") + 1; n > MaxConstraints {
		return Range{}, fmt.Errorf("%w: %d constraints, at most %d", ErrInvalid, n, MaxConstraints)
	}
	for part := range strings.SplitSeq(list, "|") {
		c, err := constraint(part, typ)
		if err != nil {
			return Range{}, fmt.Errorf("constraint %d: %w", len(r.Constraints)+1, err)
		}
		r.Constraints = append(r.Constraints, c)
	}
	return r, nil
}

func checkType(typ string) error {
	switch {
	case typ == "invalid":
		return fmt.Errorf("%w: the type invalid is", ErrInvalid)
	case typ == "" || typ[0] < 'a' || typ[0] > 'z':
		return fmt.Errorf("%w: type %q does not begin with a lower-case letter", ErrInvalid, typ)
	}
	for _, c := range typ {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return fmt.Errorf("%w: %q in type %q", ErrInvalid, c, typ)
		}
	}
	return nil
}

func constraint(s, typ string) (Constraint, error) {
	c := Constraint{Comparator: Equal}
	for _, op := range []Comparator{GreaterOrEqual, LessOrEqual, NotEqual, Less, Greater} {
		if rest, ok := strings.CutPrefix(s, string(op)); ok {
			c.Comparator, s = op, rest
			break
		}
	}
	if s == "" {
		return Constraint{}, fmt.Errorf("%w: no version", ErrInvalid)
	}
	if i := strings.IndexAny(s, "<>=!*"); i >= 0 {
		return Constraint{}, fmt.Errorf("%w: %q in version %q must be percent-encoded", ErrInvalid, s[i], s)
	}
	v, err := decode(s)
	if err != nil {
		return Constraint{}, err
	}
	// RFC 3339 has nothing to encode and one spelling of its letters.
	if typ == "datetime" && (strings.Contains(s, "%") || strings.ContainsAny(v, "tz")) {
		return Constraint{}, fmt.Errorf("%w: %q is not RFC 3339 in capital letters", ErrInvalid, s)
	}
	c.Version = v
	return c, nil
}

// decode takes percent-encoding away, once.
func decode(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("%w: %q ends within a code", ErrInvalid, s)
		}
		hi, lo := hex(s[i+1]), hex(s[i+2])
		if hi < 0 || lo < 0 {
			return "", fmt.Errorf("%w: code %q", ErrInvalid, s[i:i+3])
		}
		c := byte(hi<<4 | lo)
		if c < ' ' || c == 0x7f {
			return "", fmt.Errorf("%w: code %q is no printable character", ErrInvalid, s[i:i+3])
		}
		b.WriteByte(c)
		i += 2
	}
	return b.String(), nil
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// encode writes a version as a constraint may hold it.
func encode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("<>=!*|%", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// String is the range as it was written, or converted.
func (r Range) String() string {
	switch {
	case r.Any:
		return "vers:" + r.Type + "/*"
	case len(r.Constraints) == 0:
		return "vers:none/*"
	}
	var b strings.Builder
	b.WriteString("vers:" + r.Type + "/")
	for i, c := range r.Constraints {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(c.String())
	}
	return b.String()
}

// parsed are the versions of the constraints, in their order.
func (r *Range) parsed() ([]version.Version, error) {
	scheme, ok := Scheme(r.Type)
	if !ok {
		return nil, fmt.Errorf("%w: the order of %s versions is not known", version.ErrIncomparable, r.Type)
	}
	out := make([]version.Version, len(r.Constraints))
	for i, c := range r.Constraints {
		v, err := scheme.Parse(c.Version)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// sort orders the constraints by version; where versions are the same, what ends
// stands before what begins.
func (r *Range) sort() error {
	vs, err := r.parsed()
	if err != nil {
		return err
	}
	index := make([]int, len(vs))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(i, j int) int {
		n, e := vs[i].Compare(vs[j])
		if e != nil && err == nil {
			err = e
		}
		if n != 0 {
			return n
		}
		return side(r.Constraints[i].Comparator) - side(r.Constraints[j].Comparator)
	})
	if err != nil {
		return err
	}
	sorted := make([]Constraint, len(index))
	for to, from := range index {
		sorted[to] = r.Constraints[from]
	}
	r.Constraints = sorted
	return nil
}

func side(c Comparator) int {
	switch c {
	case Less, LessOrEqual:
		return 0
	case Greater, GreaterOrEqual:
		return 2
	}
	return 1
}
