package cpe

import (
	"errors"
	"fmt"
	"strings"
)

// MaxLength bounds a name, in bytes. NVD's longest has about 250.
const MaxLength = 4096

// ErrInvalid is wrapped by every error of this package.
var ErrInvalid = errors.New("not a CPE name")

// Attribute is one of a name's eleven, in the order of the formatted string.
type Attribute int

// The attributes.
const (
	Part Attribute = iota // a application, o operating system, h hardware
	Vendor
	Product
	Version
	Update
	Edition
	Language
	SWEdition
	TargetSW
	TargetHW
	Other
	Attributes // how many there are
)

var attributeNames = [Attributes]string{
	"part", "vendor", "product", "version", "update", "edition", "language", "sw_edition", "target_sw", "target_hw", "other",
}

// String is the attribute's name in the standard, "sw_edition".
func (a Attribute) String() string {
	if a < 0 || a >= Attributes {
		return "attribute"
	}
	return attributeNames[a]
}

// Name is a CPE name. The zero Name is ANY in everything.
type Name [Attributes]Value

// Parse reads a name in either binding: the formatted string of 2.3 or the URI of
// 2.2 and 2.3.
func Parse(s string) (Name, error) {
	if len(s) > MaxLength {
		return Name{}, fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(s), MaxLength)
	}
	s = strings.TrimSpace(s)
	switch {
	case len(s) >= 8 && strings.EqualFold(s[:8], "cpe:2.3:"):
		return parseFormatted(s)
	case len(s) >= 5 && strings.EqualFold(s[:5], "cpe:/"):
		return parseURI(s)
	}
	return Name{}, fmt.Errorf("%w: %.80q begins with neither cpe:2.3: nor cpe:/", ErrInvalid, s)
}

func parseFormatted(s string) (Name, error) {
	var n Name
	at := Attribute(0)
	start := len("cpe:2.3:")
	for i := start; i <= len(s); i++ {
		if i < len(s) && s[i] == '\\' {
			i++
			continue
		}
		if i < len(s) && s[i] != ':' {
			continue
		}
		if at == Attributes {
			return Name{}, fmt.Errorf("%w: more than %d components", ErrInvalid, Attributes)
		}
		v, err := parseValue(s[start:min(i, len(s))])
		if err != nil {
			return Name{}, fmt.Errorf("%s at byte %d: %w", at, start, err)
		}
		n[at] = v
		at++
		start = i + 1
	}
	if at != Attributes {
		return Name{}, fmt.Errorf("%w: %d components of %d", ErrInvalid, at, Attributes)
	}
	return n, n.check()
}

// check holds what the standard says of single attributes.
func (n Name) check() error {
	switch n[Part] {
	case "a", "o", "h", Any, NA, "":
	default:
		return fmt.Errorf("%w: part %q is not a, o or h", ErrInvalid, string(n[Part]))
	}
	return nil
}

// String is the formatted string, "cpe:2.3:a:…", eleven components long.
func (n Name) String() string {
	var b strings.Builder
	b.WriteString("cpe:2.3")
	for _, v := range n {
		b.WriteByte(':')
		if v == "" {
			v = Any
		}
		b.WriteString(string(v))
	}
	return b.String()
}
