package spdx

import (
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

// The values that say nothing (SPDX 2.3 clause 3, "NONE" and "NOASSERTION").
func said(v string) string {
	if v == "NOASSERTION" || v == "NONE" {
		return ""
	}
	return v
}

// part is a package or file of SPDX 2 as far as it is kept, whichever form it was
// read from.
type part struct {
	component  sbom.Component
	concluded  string
	declared   string
	originator string
	supplier   string
	source     bool // the purpose is SOURCE
}

func (p *part) done() sbom.Component {
	c := p.component
	if p.source {
		c.Type = sourceType(&c)
	}
	for _, l := range []string{p.concluded, p.declared} {
		if l = said(l); l != "" && (len(c.Licences) == 0 || c.Licences[0] != l) {
			c.Licences = append(c.Licences, l)
		}
	}
	_, c.Supplier = agent(p.supplier)
	if kind, name := agent(p.originator); kind == "Person" {
		c.Author = name
	} else {
		c.Manufacturer = name
	}
	return c
}

// agent takes "Organization: Example Ltd (mail@example.org)" apart; the address is
// dropped.
func agent(v string) (kind, name string) {
	v = strings.TrimSpace(said(strings.TrimSpace(v)))
	kind, name, ok := strings.Cut(v, ":")
	if !ok || (kind != "Organization" && kind != "Person" && kind != "Tool") {
		return "", v
	}
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
		name = strings.TrimSpace(name[:i])
	}
	return kind, said(name)
}

// creator sorts a creator into authors and tools.
func (b *builder) creator(v string) {
	switch kind, name := agent(v); {
	case name == "":
	case kind == "Tool":
		b.doc.Tools = append(b.doc.Tools, name)
	default:
		b.doc.Authors = append(b.doc.Authors, name)
	}
}

// reference files an external reference (SPDX 2.3 clause 7.21) with its component.
func (b *builder) reference(c *sbom.Component, kind, locator string) {
	if i := strings.LastIndexByte(kind, '/'); i >= 0 { // http://spdx.org/rdf/references/cpe23Type
		kind = kind[i+1:]
	}
	switch kind {
	case "purl", "packageUrl", "packageURL", "package-url":
		switch c.PURL {
		case "":
			c.PURL = locator
		case locator:
		default:
			b.tally("several-purls")
		}
	case "cpe23Type", "cpe22Type", "cpe23", "cpe22":
		c.CPEs = append(c.CPEs, locator)
	case "swid":
		c.SWID = locator
	}
}

// purposes of SPDX 2.3 (clause 7.24) and SPDX 3 SoftwarePurpose, both spelt
// without case, hyphens and underscores. What is not here is a library, as
// CycloneDX advises for packages of unknown use.
var purposes = map[string]sbom.Type{
	"application": sbom.Application, "executable": sbom.Application,
	"framework": sbom.Framework, "library": sbom.Library, "module": sbom.Library,
	"container": sbom.Container, "platform": sbom.Platform,
	"operatingsystem": sbom.OperatingSystem,
	"device":          sbom.Device, "devicedriver": sbom.DeviceDriver, "firmware": sbom.Firmware,
	"file": sbom.File, "model": sbom.Model, "data": sbom.Data,
}

func purpose(v string) sbom.Type {
	v = strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(v))
	if t, ok := purposes[v]; ok {
		return t
	}
	return sbom.Library
}

// sourceType is the type of a package of source: an archive or patch with neither
// version nor purl is a file that was built from, not a component one could look up.
func sourceType(c *sbom.Component) sbom.Type {
	if c.Version == "" && c.PURL == "" && len(c.CPEs) == 0 {
		return sbom.File
	}
	return sbom.Library
}

// algorithms are the names of hash functions as SPDX writes them, without case
// and punctuation, and as CycloneDX does.
var algorithms = map[string]string{
	"md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512",
	"sha3224": "SHA3-224", "sha3256": "SHA3-256", "sha3384": "SHA3-384", "sha3512": "SHA3-512",
	"blake2b256": "BLAKE2b-256", "blake2b384": "BLAKE2b-384", "blake2b512": "BLAKE2b-512", "blake3": "BLAKE3",
}

func algorithm(v string) string {
	plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(v))
	if i := strings.LastIndex(plain, "algorithm"); i >= 0 { // checksumAlgorithm_sha1
		plain = plain[i+len("algorithm"):]
	}
	if a, ok := algorithms[plain]; ok {
		return a
	}
	return strings.ToUpper(v)
}

// moment reads a date as SPDX prescribes it, and the few other ways it is met.
func moment(v string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, v); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// claim is what the document says about the list of parts, or of dependencies, of
// a component being the whole truth.
type claim struct {
	of           handle
	dependencies bool
}

// aggregates are the answers, in the words of CycloneDX, from worst to best.
var aggregates = []string{"unknown", "incomplete", "complete"}

// state notes a statement about completeness; the worst one holds.
func (b *builder) state(of handle, m meaning, aggregate string) {
	if of == none || m.turn || (m.kind != sbom.Contains && m.kind != sbom.DependsOn) {
		return
	}
	c := claim{of, m.kind == sbom.DependsOn}
	if old, ok := b.stated[c]; !ok || slices.Index(aggregates, aggregate) < slices.Index(aggregates, old) {
		b.stated[c] = aggregate
	}
}

// absent is a relationship to NONE (there is nothing more) or NOASSERTION (nobody
// says that there is not).
func (b *builder) absent(of handle, m meaning, value string) {
	if value == "NONE" {
		b.state(of, m, "complete")
	} else {
		b.state(of, m, "unknown")
	}
}

// compositions writes the statements into the document.
func (b *builder) compositions() {
	all := make([]sbom.Composition, len(aggregates))
	for c, aggregate := range b.stated {
		i := b.index(c.of)
		if i < 0 {
			continue
		}
		to := &all[slices.Index(aggregates, aggregate)]
		if c.dependencies {
			to.Dependencies = append(to.Dependencies, i)
		} else {
			to.Assemblies = append(to.Assemblies, i)
		}
	}
	for i, c := range all {
		if len(c.Assemblies)+len(c.Dependencies) > 0 {
			c.Aggregate = aggregates[i]
			slices.Sort(c.Assemblies)
			slices.Sort(c.Dependencies)
			b.doc.Compositions = append(b.doc.Compositions, c)
		}
	}
}
