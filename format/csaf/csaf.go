// Package csaf reads, judges and writes security advisories in the Common Security
// Advisory Framework, versions 2.0 and 2.1 (OASIS).
//
// [Read] takes a document for what it says, whatever it leaves out: a provider's
// mistake in one place must not hide what the rest of the document knows. Its
// result turns into the models that every source of knowledge shares:
// [Document.Records] for advisories, [Document.VEX] for statements.
//
// [Validate] judges a document as the standard demands: the JSON schema, the
// mandatory tests (§6.1), and on request the optional ("recommended" in 2.1, §6.2)
// and informative ones (§6.3). Each test is a value in a table, named by its
// section number.
//
// [Draft] writes a document, and the functions of provider.go, feed.go and
// changes.go write and read what stands around documents where they are published (§7).
//
// Documents come from strangers: bytes, depth and the number of values are
// bounded, references may form circles, and nothing here opens a connection.
package csaf

import (
	"time"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Document is a CSAF document as far as it could be read.
type Document struct {
	Version    string // csaf_version: "2.0", "2.1"
	Category   string // profile: "csaf_security_advisory", "csaf_vex" …
	Title      string
	Lang       string // BCP 47
	SourceLang string
	TLP        string // label: "WHITE" (2.0), "CLEAR" …
	Severity   string // aggregate_severity.text
	License    string // license_expression (2.1)
	Publisher  Publisher
	Tracking   Tracking
	Notes      []Note
	References []Reference
	// Products holds every product that the document defines, in order: leaves of
	// branches, full_product_names, and combinations of products.
	Products        []Product
	Groups          []Group
	Vulnerabilities []Vulnerability
	// Problems are what could not be understood, a sentence each with its JSON
	// pointer; at most 100.
	Problems []string

	products map[string]*Product
	groups   map[string]*Group
}

// Publisher is who issues the document.
type Publisher struct {
	Category         string // "vendor", "coordinator", "discoverer", "other", "translator", "user"; 2.1: "multiplier"
	Name             string
	Namespace        string // URL
	Contact          string
	IssuingAuthority string
}

// Tracking is the document's identity and history.
type Tracking struct {
	ID        string
	Version   string // integer or SemVer
	Status    string // "draft", "final", "interim"
	Aliases   []string
	Initial   time.Time
	Current   time.Time
	Generator string // engine's name and version
	Revisions []Revision
}

// Revision is one entry of the revision history.
type Revision struct {
	Date    time.Time
	Number  string
	Summary string
}

// Note is a text with its purpose: "summary", "description", "details" …
type Note struct{ Category, Title, Text string }

// Reference is a link; Category is "external" or "self".
type Reference struct{ Category, Summary, URL string }

// Branch is one step of the path to a product.
type Branch struct{ Category, Name string }

// Product is one product of the product tree with what identifies it.
type Product struct {
	ID   string
	Name string // full_product_name.name: everything in one text
	Path []Branch
	CPE  string
	PURL []string // one in 2.0, one or more in 2.1
	// Hashes are "ALGORITHM:VALUE", of the files of the product.
	Hashes  []string
	Models  []string
	Serials []string
	SKUs    []string
	SBOMs   []string
	URIs    []string // "NAMESPACE URI"
	// Of a combination: the product it is about and, for each step, the relation
	// and the product related to. 2.0 has one step, 2.1 any number.
	Of      string
	Related []Relation
	Where   string // JSON pointer
}

// Relation is one step of a combination of products.
type Relation struct {
	Category string // "default_component_of", "external_component_of", "installed_on", "installed_with", "optional_component_of"
	Product  string // product id
}

// Group is a named set of products.
type Group struct {
	ID       string
	Summary  string
	Products []string
}

// Vulnerability is one item of the list of vulnerabilities.
type Vulnerability struct {
	CVE          string
	IDs          []ID
	Title        string
	CWEs         []CWE
	Disclosed    time.Time
	Discovered   time.Time
	Notes        []Note
	References   []Reference
	Status       map[string][]string // product ids by name of the status: "known_affected" …
	Flags        []Flag
	Threats      []Threat
	Remediations []Remediation
	Metrics      []Metric
	Exploited    []time.Time // first_known_exploitation_dates (2.1)
	Where        string      // JSON pointer
}

// ID is a name of a vulnerability in a tracker.
type ID struct{ System, Text string }

// CWE is a class of weakness; Version is that of the list (2.1).
type CWE struct{ ID, Name, Version string }

// Targets are the products that a statement speaks of, groups resolved.
type Targets []string

// Flag is a machine-readable reason: one of the five justifications of VEX.
type Flag struct {
	Label    string
	Date     time.Time
	Products Targets
}

// Threat says what is known: Category "exploit_status", "impact", "target_set".
type Threat struct {
	Category, Details string
	Date              time.Time
	Products          Targets
}

// Remediation is what to do about it.
type Remediation struct {
	Category, Details, URL string
	Date                   time.Time
	Entitlements           []string
	Restart                string // restart_required.category
	Products               Targets
}

// Metric is what is measured of a vulnerability in some products: an item of
// scores (2.0) or metrics (2.1).
type Metric struct {
	CVSS     []CVSS
	Severity string // qualitative_severity_rating (2.1)
	EPSS     string // probability (2.1)
	// SSVC holds chosen values by name of the decision point (2.1).
	SSVC     map[string]string
	Source   string // URL of who measured it, where that is not the publisher (2.1)
	Products []string
}

// CVSS is one rating.
type CVSS struct {
	Version string // "2.0", "3.0", "3.1", "4.0"
	Vector  string
	Score   float64 // baseScore
}

// ReadOptions bound what is read.
type ReadOptions struct {
	Bytes int // default 64 MiB
	Depth int // of arrays and objects; default 256
	Nodes int // JSON values; default 4 million
}

func (o ReadOptions) limits() tree.Limits {
	return tree.Limits{Bytes: o.Bytes, Depth: o.Depth, Nodes: o.Nodes}
}

// Product returns the product of this id; nil if the document defines none.
func (d *Document) Product(id string) *Product { return d.products[id] }

// Withdrawn reports whether the document says of itself that it no longer counts
// (2.1, profiles withdrawn and superseded).
func (d *Document) Withdrawn() bool {
	return d.Category == "csaf_withdrawn" || d.Category == "csaf_superseded"
}
