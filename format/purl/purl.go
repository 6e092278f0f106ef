package purl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	packageurl "github.com/package-url/packageurl-go"
)

// Bounds of what is read.
const (
	MaxLength     = 8192 // bytes of the whole purl
	MaxQualifiers = 64
)

// ErrInvalid is wrapped by every error of this package.
var ErrInvalid = errors.New("not a package URL")

// PURL is a package URL, its parts decoded. The zero value of a part means that
// it is absent.
type PURL struct {
	Type       string // lower case, "deb"
	Namespace  string // may hold slashes, "github.com/spf13"
	Name       string
	Version    string
	Qualifiers []Qualifier // sorted by key, each key once, no empty value
	Subpath    string      // without slash at either end
}

// Qualifier is one key=value of a purl.
type Qualifier struct{ Key, Value string }

// Qualifier returns the value of a key, or "".
func (p PURL) Qualifier(key string) string {
	for _, q := range p.Qualifiers {
		if q.Key == key {
			return q.Value
		}
	}
	return ""
}

// Parse reads a purl as ECMA-427 §5 says: the type in any case, qualifier keys in
// lower case only. Parts are decoded and put into their type's canonical form.
// Use [Canonical] for text from tools that are less careful.
func Parse(s string) (PURL, error) {
	if err := strict(s); err != nil {
		return PURL{}, err
	}
	return parse(s)
}

func parse(s string) (PURL, error) {
	if len(s) > MaxLength {
		return PURL{}, fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(s), MaxLength)
	}
	if strings.Count(s, "&") >= MaxQualifiers {
		return PURL{}, fmt.Errorf("%w: more than %d qualifiers", ErrInvalid, MaxQualifiers)
	}
	u, err := packageurl.FromString(s)
	if err != nil {
		return PURL{}, fmt.Errorf("%w: %s: %v", ErrInvalid, clip(s), err)
	}
	return fix(fromLibrary(u))
}

// Canonical reads a purl that need not be in canonical form and writes it so.
// It accepts what ECMA-427 recommends to repair: keys in upper case, slashes
// after the scheme, wrong percent-encoding.
func Canonical(s string) (string, error) {
	p, err := parse(s)
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

// Build puts the parts into canonical form and writes them.
func Build(p PURL) (string, error) {
	p, err := p.Normalise()
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

// Normalise returns p with its parts in the canonical form of its type, or why
// they are no purl.
func (p PURL) Normalise() (PURL, error) {
	u := p.toLibrary()
	if err := u.Normalize(); err != nil {
		return PURL{}, fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	return fix(fromLibrary(u))
}

// String is the canonical text of a normalised p.
func (p PURL) String() string {
	u := written(p).toLibrary()
	return u.ToString()
}

// WithoutVersion is p without version, qualifiers and subpath: the package.
func (p PURL) WithoutVersion() PURL {
	return PURL{Type: p.Type, Namespace: p.Namespace, Name: p.Name}
}

func fromLibrary(u packageurl.PackageURL) PURL {
	p := PURL{Type: u.Type, Namespace: u.Namespace, Name: u.Name, Version: u.Version, Subpath: u.Subpath}
	for _, q := range u.Qualifiers {
		p.Qualifiers = append(p.Qualifiers, Qualifier(q))
	}
	slices.SortFunc(p.Qualifiers, func(a, b Qualifier) int { return strings.Compare(a.Key, b.Key) })
	return p
}

func (p PURL) toLibrary() packageurl.PackageURL {
	u := packageurl.PackageURL{Type: p.Type, Namespace: p.Namespace, Name: p.Name, Version: p.Version, Subpath: p.Subpath}
	for _, q := range p.Qualifiers {
		u.Qualifiers = append(u.Qualifiers, packageurl.Qualifier(q))
	}
	return u
}

func clip(s string) string {
	if len(s) > 120 {
		return s[:120] + "…"
	}
	return s
}
