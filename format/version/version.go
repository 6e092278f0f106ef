package version

import (
	"errors"
	"fmt"
)

// MaxLength is the longest version that is read, in bytes. The longest in the
// wild are git pseudo-versions and Red Hat module builds, well below 200.
const MaxLength = 1024

var (
	// ErrInvalid: the text is no version in the scheme.
	ErrInvalid = errors.New("not a version")
	// ErrIncomparable: both are versions, but nothing says which is older.
	ErrIncomparable = errors.New("cannot be compared")
	// ErrScheme: the two were parsed under different schemes.
	ErrScheme = errors.New("versions of different schemes")
)

// Version is a parsed version, for comparing many times what is parsed once.
// The zero Version compares with nothing. It is safe for concurrent use.
type Version struct {
	scheme Scheme
	raw    string
	order  order
}

// An order is what a scheme made of a text; compare is only called with what
// the same scheme made.
type order interface {
	compare(order) (int, error)
}

// Compare says whether a is older (-1), the same (0) or newer (+1) than b in the
// ecosystem, which is spelt as in OSV ("Debian:12", "npm"). The error is or
// wraps [ErrInvalid] or [ErrIncomparable]: then nothing is known, and nothing
// must be concluded.
func Compare(ecosystem, a, b string) (int, error) {
	return ParseEcosystem(ecosystem).Scheme().Compare(a, b)
}

// Parse reads a version of the ecosystem.
func Parse(ecosystem, v string) (Version, error) {
	return ParseEcosystem(ecosystem).Scheme().Parse(v)
}

// Compare compares two texts. Where many are compared with one, use [Scheme.Parse].
func (s Scheme) Compare(a, b string) (int, error) {
	v, err := s.Parse(a)
	if err != nil {
		return 0, err
	}
	w, err := s.Parse(b)
	if err != nil {
		return 0, err
	}
	return v.Compare(w)
}

// Parse reads a version. The error wraps [ErrInvalid].
func (s Scheme) Parse(v string) (Version, error) {
	if len(v) > MaxLength {
		return Version{}, fmt.Errorf("%s version of %d bytes, at most %d: %w", s, len(v), MaxLength, ErrInvalid)
	}
	o, err := s.parse(v)
	if err != nil {
		return Version{}, fmt.Errorf("%q in %s: %w", v, s, err)
	}
	return Version{scheme: s, raw: v, order: o}, nil
}

// Compare is -1 when v is older than w, 0 when they are the same, +1 when newer.
// The error wraps [ErrScheme] or [ErrIncomparable].
func (v Version) Compare(w Version) (int, error) {
	if v.scheme != w.scheme || v.order == nil || w.order == nil {
		return 0, ErrScheme
	}
	return v.order.compare(w.order)
}

// String is the text as it was written.
func (v Version) String() string { return v.raw }

// Scheme is the scheme under which v was parsed.
func (v Version) Scheme() Scheme { return v.scheme }

// IsZero reports whether v was never parsed.
func (v Version) IsZero() bool { return v.order == nil }
