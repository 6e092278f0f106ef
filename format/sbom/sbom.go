// Package sbom holds the model that every bill of materials is read into: one
// graph of components, whatever format it came in. Packages cyclonedx and spdx
// read and write it; this package merges, compares and judges the quality of it.
//
//	all := sbom.MergeUnder(device, board, image) // one graph, links followed
//	changes := sbom.Diff(&before, &after)        // paired by identity, then by place
//	way := sbom.NewPaths(&all).Names(i)          // from the product to a part
//	answers := sbom.Quality(&all, sbom.NTIA)     // pass, fail or unknown, rule by rule
//
// The hierarchy is kept: a component has a Parent it is part of (device → subsystem
// → image → package → file), and Relations say what depends on what. Nothing is
// dropped silently: what a reader could not place stands in Document.Problems.
package sbom

import "time"

// Type says what a component is, in the words of CycloneDX 1.7 (component.type).
type Type string

// The types. SPDX purposes are mapped onto them.
const (
	Application     Type = "application"
	Framework       Type = "framework"
	Library         Type = "library"
	Container       Type = "container"
	Platform        Type = "platform"
	OperatingSystem Type = "operating-system"
	Device          Type = "device" // hardware, a subsystem, a whole product
	DeviceDriver    Type = "device-driver"
	Firmware        Type = "firmware"
	File            Type = "file"
	Model           Type = "machine-learning-model"
	Data            Type = "data"
	Crypto          Type = "cryptographic-asset"
	Service         Type = "service" // CycloneDX services: what the product calls, not what it is made of
)

// Document is one bill of materials.
type Document struct {
	Format   string    `json:"format"`       // "CycloneDX", "SPDX"
	Version  string    `json:"spec_version"` // of the format: "1.6", "2.3", "3.0.1"
	ID       string    `json:"id,omitempty"` // serial number (urn:uuid:…) or document namespace
	Revision int       `json:"revision,omitempty"`
	Name     string    `json:"name,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Authors  []string  `json:"authors,omitempty"` // persons and organisations
	Tools    []string  `json:"tools,omitempty"`   // name@version
	Supplier string    `json:"supplier,omitempty"`
	// Phases are the lifecycle phases it was made in: "design", "build", "operations" …
	Phases []string `json:"phases,omitempty"`
	// Root is the index of the component that the document describes, -1 if it
	// names none.
	Root int `json:"root"`
	// Described are all the components the document says it describes, when it names
	// more than one; Root is then the one the others belong to, -1 if none stands out.
	Described  []int       `json:"described,omitempty"`
	Components []Component `json:"components"`
	Relations  []Relation  `json:"relations,omitempty"`
	// Links are other bills of materials that this one refers to (BOM-Link,
	// external document references).
	Links []Link `json:"links,omitempty"`
	// Compositions say where the authors know their list to be complete, and where
	// not ("known unknowns" in NTIA's words).
	Compositions []Composition `json:"compositions,omitempty"`
	Problems     []Problem     `json:"problems,omitempty"`
	// Sources are the documents this one was merged from.
	Sources []Source `json:"sources,omitempty"`
}

// Source is a document that went into a merged one.
type Source struct {
	ID       string `json:"id"`
	Revision int    `json:"revision,omitempty"`
	Root     int    `json:"root"` // what it described, an index of the merged document, or -1
}

// Composition is a statement about completeness.
type Composition struct {
	Aggregate string `json:"aggregate"` // "complete", "incomplete", "unknown", "not_specified" …
	// Assemblies are components of which the parts are meant; Dependencies those of
	// which the dependencies are. Indices. Neither: the whole document.
	Assemblies   []int `json:"assemblies,omitempty"`
	Dependencies []int `json:"dependencies,omitempty"`
}

// Component is one part of a product.
type Component struct {
	Ref string `json:"ref"` // bom-ref or SPDX id, unique in the document; made up by the reader where there is none
	// Parent is the index of the component that this one is part of, -1 at the top.
	Parent       int    `json:"parent"`
	Type         Type   `json:"type"`
	Group        string `json:"group,omitempty"`
	Name         string `json:"name"`
	Version      string `json:"version,omitempty"`
	VersionRange string `json:"version_range,omitempty"` // vers; CycloneDX 1.7 external components
	Supplier     string `json:"supplier,omitempty"`
	Manufacturer string `json:"manufacturer,omitempty"`
	Author       string `json:"author,omitempty"`
	// PURL and CPEs are as written; readers do not correct them.
	PURL     string   `json:"purl,omitempty"`
	CPEs     []string `json:"cpes,omitempty"` // 2.3 or 2.2
	SWID     string   `json:"swid,omitempty"`
	Hashes   []Hash   `json:"hashes,omitempty"`
	Licences []string `json:"licences,omitempty"` // SPDX ids, expressions or names
	Scope    string   `json:"scope,omitempty"`    // "required", "optional", "excluded"
	External bool     `json:"external,omitempty"` // expected where the product runs, not shipped with it
	// Support and EndOfSupport are what FDA section 524B asks for beyond the minimum
	// elements: "actively maintained", "no longer maintained", "abandoned" … and when
	// that ends; read from documented property names.
	Support      string    `json:"support,omitempty"`
	EndOfSupport time.Time `json:"end_of_support,omitzero"`
	// Identifiers of hardware: "udi-di", "gtin", "model-number", "serial-number".
	Identifiers map[string]string `json:"identifiers,omitempty"`
	// Symbols are functions or files known to be used, a hint for reachability.
	Symbols []string `json:"symbols,omitempty"`
	// Evidence is what an analysis found, Pedigree what it was made from; nil where
	// the document says nothing.
	Evidence *Evidence `json:"evidence,omitempty"`
	Pedigree *Pedigree `json:"pedigree,omitempty"`
	// Copies counts how often the same component stood in the document under other
	// references, when a merge or fold made them one.
	Copies int `json:"copies,omitempty"`
}

// Evidence says why a component is thought to be what the document calls it.
type Evidence struct {
	Identities []Identity `json:"identities,omitempty"`
	Locations  []string   `json:"locations,omitempty"` // where it was found: paths
}

// Identity is one conclusion of an analysis.
type Identity struct {
	Field      string  `json:"field"`           // "purl", "cpe", "name", "version", "hash" …
	Value      string  `json:"value,omitempty"` // what was concluded
	Confidence float64 `json:"confidence"`      // 0 to 1
}

// Pedigree says what a component was made from.
type Pedigree struct {
	// Ancestors are not part of the product, but what is known of them may hold for
	// it: forks and patched copies.
	Ancestors []Ancestor `json:"ancestors,omitempty"`
	// Resolves are vulnerabilities that the patches in it are said to resolve: a
	// claim to show, never a verdict.
	Resolves []string `json:"resolves,omitempty"`
	Notes    string   `json:"notes,omitempty"`
}

// Ancestor is a component that another was derived from.
type Ancestor struct {
	Type    Type   `json:"type,omitempty"`
	Group   string `json:"group,omitempty"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
	CPE     string `json:"cpe,omitempty"`
}

// Hash is a digest of a component's content.
type Hash struct {
	Algorithm string `json:"alg"` // "SHA-256", as CycloneDX writes it
	Value     string `json:"value"`
}

// RelationKind says how one component relates to another.
type RelationKind string

// The relations. Containment is Component.Parent.
const (
	DependsOn RelationKind = "depends-on"
	Provides  RelationKind = "provides" // implements a specification
	RunsOn    RelationKind = "runs-on"
	BuiltFrom RelationKind = "built-from" // generated from, source of
	Patched   RelationKind = "patched"    // a patch for it

	// Contains stands beside Component.Parent where a component is part of several:
	// Parent is one container, each further one has a relation to the part.
	Contains RelationKind = "contains"

	VariantOf     RelationKind = "variant-of"     // same lineage: ancestor, descendant, copy, modified file
	DistributedAs RelationKind = "distributed-as" // the archive or package it is shipped in
	BuiltWith     RelationKind = "built-with"     // a tool that made it; not part of it
	Tests         RelationKind = "tests"          // a test, test case or test tool for it
	Documents     RelationKind = "documents"      // documentation, metadata, manifest or specification of it
	TrainedOn     RelationKind = "trained-on"     // a model and its training data
	TestedOn      RelationKind = "tested-on"      // a model and its test data
	Related       RelationKind = "related"        // anything else the document names
)

// Relation is one edge; From and To are indices of components.
type Relation struct {
	From int          `json:"from"`
	To   int          `json:"to"`
	Kind RelationKind `json:"kind"`
	// Scope narrows a dependency as the document does: "build", "development",
	// "test", "runtime", "optional", "provided", "static", "dynamic"; empty: no word.
	Scope string `json:"scope,omitempty"`
}

// Link refers to another document, or to a component of it.
type Link struct {
	From int `json:"from"` // index of the component it stands at, -1 for the document
	// Kind is how From relates to what the link points at; empty: the other document
	// describes From itself in more detail. Reverse turns it round: what the link
	// points at relates to From.
	Kind     RelationKind `json:"kind,omitempty"`
	Scope    string       `json:"scope,omitempty"`
	Reverse  bool         `json:"reverse,omitempty"`
	Document string       `json:"document"` // urn:cdx:serial/version, or a namespace or URL
	Element  string       `json:"element,omitempty"`
	Digest   string       `json:"digest,omitempty"`
}

// Problem is something in the document that a reader could not use.
type Problem struct {
	Code   string `json:"code"`           // "duplicate-ref", "unknown-ref", "bad-purl", "cycle", "no-identity" …
	Where  string `json:"where"`          // JSON pointer, XPath, line or ref
	Detail string `json:"detail"`         // a sentence
	Count  int    `json:"count,omitzero"` // how many alike; 0 means 1
}

// Limits bound what a reader takes in; zero fields take the default.
type Limits struct {
	Bytes      int64 // of the document; 2 GiB
	Depth      int   // of nesting; 512
	Components int   // 2,000,000
	Relations  int   // 20,000,000
	Text       int   // of one string in bytes; 1 MiB
	Problems   int   // kept; the rest is counted under "more"; 1,000
}

// OrDefault fills in the defaults.
func (l Limits) OrDefault() Limits {
	set := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	if l.Bytes <= 0 {
		l.Bytes = 2 << 30
	}
	set(&l.Depth, 512)
	set(&l.Components, 2_000_000)
	set(&l.Relations, 20_000_000)
	set(&l.Text, 1<<20)
	set(&l.Problems, 1_000)
	return l
}
