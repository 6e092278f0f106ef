package knowledge

import (
	"net/url"
	"strings"

	"github.com/wardround/wardround/format/purl"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/version"
)

// Identity is what a component is, in the words that records are filed under.
type Identity struct {
	Type sbom.Type `json:"type,omitempty"`
	// Label is how the component is called in answers: its purl, else name@version.
	Label   string `json:"label"`
	Name    string `json:"name,omitempty"` // as the bill of materials has it
	Version string `json:"version,omitempty"`

	// Package is the package of an ecosystem; its Name is "" where there is none.
	Package Package `json:"package,omitzero"`
	// CPEs are formatted strings of CPE 2.3.
	CPEs   []string    `json:"cpes,omitempty"`
	Hashes []sbom.Hash `json:"hashes,omitempty"`
	// Thing is set for a device, a firmware or a whole product: it is also looked
	// for by its names.
	Thing *Thing `json:"thing,omitempty"`
	// On are the CPEs of what it runs on; nil where that is not known.
	On []string `json:"on,omitempty"`
}

// Package is a package of an ecosystem.
type Package struct {
	Ecosystem string `json:"ecosystem,omitempty"` // OSV's: "Debian:12"
	Name      string `json:"name,omitempty"`      // of the source package where advisories go by that
	Version   string `json:"version,omitempty"`   // with epoch
	// Binary is the package as installed, where that is not Name, and its version.
	Binary        string `json:"binary,omitempty"`
	BinaryVersion string `json:"binary_version,omitempty"`
	Arch          string `json:"arch,omitempty"`
	// AnyCase says that the case of Name is lost: package URLs write Go modules in
	// lower case, but a module whose path differs in case is another one.
	AnyCase bool `json:"any_case,omitempty"`
}

// Thing is a product as its maker, its label or the network calls it.
type Thing struct {
	Maker   string   `json:"maker,omitempty"`
	Product string   `json:"product,omitempty"`
	Names   []string `json:"names,omitempty"`  // other names of the product
	Models  []string `json:"models,omitempty"` // model and catalogue numbers
	Version string   `json:"version,omitempty"`
	Serial  string   `json:"serial,omitempty"`
}

// Identify says what a component is. The reason is "" when it can be matched, else
// a sentence that says what is missing.
func Identify(c *sbom.Component) (id Identity, reason string) {
	id = Identity{Type: c.Type, Name: c.Name, Version: c.Version, CPEs: c.CPEs, Hashes: c.Hashes, Label: c.PURL}
	if id.Label == "" {
		id.Label = c.Name
		if c.Version != "" {
			id.Label += "@" + c.Version
		}
	}
	switch c.Type {
	case sbom.Device, sbom.Firmware, sbom.OperatingSystem, sbom.Platform:
		maker := c.Manufacturer
		if maker == "" {
			maker = c.Supplier
		}
		t := &Thing{Maker: maker, Product: c.Name, Version: c.Version, Serial: c.Identifiers["serial-number"]}
		if m := c.Identifiers["model-number"]; m != "" {
			t.Models = []string{m}
		}
		id.Thing = t
	}
	if c.PURL != "" {
		p, err := purl.Parse(c.PURL)
		if err != nil {
			reason = "its package URL cannot be read: " + err.Error()
		} else if l, ok := purl.Locate(p); ok {
			id.Package = Package{Ecosystem: l.Ecosystem.String(), Name: l.Name, Version: l.Version,
				Binary: l.Binary, BinaryVersion: l.BinaryVer, Arch: p.Qualifier("arch")}
			if id.Package.Version == "" {
				id.Package.Version = c.Version
			}
			if p.Type == "golang" {
				id.Package.Name, id.Package.AnyCase = written(l.Name, c)
			}
		} else {
			reason = "no advisories are kept by package for pkg:" + p.Type
		}
	} else {
		reason = "it has neither package URL nor CPE"
	}
	if id.Package.Name != "" || len(id.CPEs) > 0 || id.Thing != nil && id.Thing.Maker != "" {
		reason = ""
	}
	return id, reason
}

// Ecosystem is the family of the component's package, "" where it has none.
func (id *Identity) Ecosystem() string {
	return version.ParseEcosystem(id.Package.Ecosystem).Family
}

// written finds the case in which a Go module's path was written: in the
// component's name, else in the package URL, if that holds a capital.
func written(path string, c *sbom.Component) (name string, lost bool) {
	for _, n := range []string{c.Name, c.Group + "/" + c.Name} {
		if strings.EqualFold(n, path) {
			return n, false
		}
	}
	_, raw, _ := strings.Cut(c.PURL, "/")
	if i := strings.IndexAny(raw, "@?#"); i >= 0 {
		raw = raw[:i]
	}
	if n, err := url.PathUnescape(raw); err == nil && n != path && strings.EqualFold(n, path) {
		return n, false
	}
	return path, strings.ContainsRune(path, '/') // not the standard library
}
