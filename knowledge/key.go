package knowledge

import (
	"strings"

	"github.com/wardround/wardround/format/purl"
	"github.com/wardround/wardround/format/version"
)

// Key is what records and components are filed under, so that they find each
// other. Three kinds of it: by package, by CPE, by product.
type Key string

// PackageKey is the key of a package; releases of a distribution share it. The
// ecosystem is spelt as in OSV, the name as advisories write it.
func PackageKey(ecosystem, name string) Key {
	return packageKey(version.ParseEcosystem(ecosystem).Family, name)
}

func packageKey(family, name string) Key {
	return Key("p\x00" + family + "\x00" + purl.Key(family, name))
}

// CPEKey is the key of a CPE: its part ("a", "o", "h"), vendor and product,
// unquoted. The vendor may be "" for any.
func CPEKey(part, vendor, product string) Key {
	return Key("c\x00" + part + "\x00" + strings.ToLower(vendor) + "\x00" + strings.ToLower(product))
}

// ProductKey is the key of a word of a product's name, as [Products] files it.
func ProductKey(s string) Key { return Key("n\x00" + s) }

// Ecosystem is the family of a package key, "cpe" or "product".
func (k Key) Ecosystem() string {
	parts := strings.SplitN(string(k), "\x00", 3)
	switch {
	case parts[0] == "p" && len(parts) > 1:
		return parts[1]
	case parts[0] == "c":
		return "cpe"
	}
	return "product"
}

// String is the key in a form to read: "Go github.com/a/b".
func (k Key) String() string {
	return strings.TrimSpace(strings.ReplaceAll(string(k[min(2, len(k)):]), "\x00", " "))
}
