// Package advisory holds the model that every source of vulnerability knowledge
// is read into: OSV, NVD, CVE 5, CSAF, CISA KEV, EPSS. One Record is one document
// of one source; that several records speak of the same vulnerability is found
// out by their ids and aliases, later.
//
// A Record says what is affected in the source's own terms. Nothing is guessed: a
// range that could not be read stands in Affected.Unread, as text.
package advisory

import "time"

// Record is one document of one source about one vulnerability. A CSAF advisory
// about several becomes several records with the same Document.
type Record struct {
	ID       string   `json:"id"`                 // of the vulnerability in this source: "GO-2024-2687", "CVE-2024-24790"
	Aliases  []string `json:"aliases,omitempty"`  // the same vulnerability under other names
	Related  []string `json:"related,omitempty"`  // others that have to do with it: never folded
	Upstream []string `json:"upstream,omitempty"` // OSV 1.7: what this one was derived from: not an alias
	// Source is the feed's kind: "osv", "nvd", "cve5", "csaf", "ghsa", "vendor".
	Source string `json:"source"`
	// Document names the document of a source that has several vulnerabilities in
	// one: "ICSMA-20-254-01"; "" where it is the ID.
	Document   string      `json:"document,omitempty"`
	Revision   string      `json:"revision,omitempty"` // the document's own version
	Title      string      `json:"title,omitempty"`
	Details    string      `json:"details,omitempty"`
	Published  time.Time   `json:"published,omitzero"`
	Modified   time.Time   `json:"modified,omitzero"`
	Withdrawn  time.Time   `json:"withdrawn,omitzero"` // or rejected
	Affected   []Affected  `json:"affected,omitempty"`
	Severities []Severity  `json:"severities,omitempty"`
	CWEs       []string    `json:"cwes,omitempty"`
	References []Reference `json:"references,omitempty"`
	Remedies   []Remedy    `json:"remedies,omitempty"`
	// SSVC holds decision points by name as CISA's Vulnrichment gives them:
	// "exploitation", "automatable", "technical-impact".
	SSVC map[string]string `json:"ssvc,omitempty"`
}

// Affected is one product or package and the versions of it that are concerned.
// Exactly one of Package, CPE and Product is set.
type Affected struct {
	Package *Package `json:"package,omitempty"`
	CPE     *CPE     `json:"cpe,omitempty"`
	Product *Product `json:"product,omitempty"`
	// Status is what the source says of the versions in Ranges and Versions.
	Status Status  `json:"status"`
	Ranges []Range `json:"ranges,omitempty"`
	// Versions are enumerated ones, compared as the ecosystem does or, failing that,
	// as text.
	Versions []string `json:"versions,omitempty"`
	All      bool     `json:"all,omitempty"` // every version
	// Unread is a range that could not be understood; whoever matches it gets
	// "cannot tell", never "not affected".
	Unread string `json:"unread,omitempty"`
	// Conditions narrow the versions in the source's words ("only if web components
	// are used"): a version within is "cannot tell" until somebody has looked.
	Conditions []string `json:"conditions,omitempty"`
	// Symbols are affected functions (Go): a hint, no proof.
	Symbols []string `json:"symbols,omitempty"`
	// Platforms are what it has to run on, as the source writes it.
	Platforms []string `json:"platforms,omitempty"`
}

// Status is the source's statement about versions, in the words of VEX.
type Status string

// The statuses.
const (
	IsAffected  Status = "affected"
	NotAffected Status = "not_affected"
	Fixed       Status = "fixed"
	InReview    Status = "under_investigation"
)

// Package names a package of an ecosystem, in OSV's terms.
type Package struct {
	Ecosystem string `json:"ecosystem"` // "Go", "npm", "Debian:12", "Alpine:v3.18"
	Name      string `json:"name"`      // as the ecosystem writes it: "org.apache:log4j", "github.com/a/b"
	PURL      string `json:"purl,omitempty"`
}

// CPE names a product as NVD does. Match is the match criteria in the 2.3
// formatted string; Ranges hold its version bounds.
type CPE struct {
	Match string `json:"match"`
	// RunningOn are the other half of an AND node: platforms, themselves not affected.
	RunningOn []string `json:"running_on,omitempty"`
	// Vulnerable is NVD's flag; a false one is a platform.
	Vulnerable bool `json:"vulnerable"`
}

// Product names a product as CSAF does: a path of branches, and whatever helps to
// identify it.
type Product struct {
	ID          string   `json:"id"` // product_id in the document
	Vendor      string   `json:"vendor,omitempty"`
	Family      string   `json:"family,omitempty"`
	Name        string   `json:"name,omitempty"`    // product_name branch
	Version     string   `json:"version,omitempty"` // product_version branch or the version range as written
	Full        string   `json:"full,omitempty"`    // full_product_name.name
	Models      []string `json:"models,omitempty"`  // model_numbers
	Serials     []string `json:"serials,omitempty"` // serial_numbers, patterns with * and ?
	SKUs        []string `json:"skus,omitempty"`
	CPE         string   `json:"cpe,omitempty"`
	PURLs       []string `json:"purls,omitempty"`
	SBOMs       []string `json:"sboms,omitempty"`
	URIs        []string `json:"uris,omitempty"` // x_generic_uris, "NAMESPACE URI"
	Hashes      []string `json:"hashes,omitempty"`
	InstalledOn string   `json:"installed_on,omitempty"` // product id of the platform of a relationship
}

// RangeKind says how the bounds of a range are compared.
type RangeKind string

// The kinds of range.
const (
	Semver    RangeKind = "SEMVER"    // OSV: SemVer 2.0
	Ecosystem RangeKind = "ECOSYSTEM" // OSV: as the package's ecosystem orders versions
	Git       RangeKind = "GIT"       // commits: not comparable without the repository
	Loose     RangeKind = "LOOSE"     // a product's own numbering: format/version.Loose
	Serial    RangeKind = "SERIAL"    // of serial numbers or their prefixes
	Date      RangeKind = "DATE"      // of manufacture or build
)

// Range is a set of versions: the union of the intervals between events, in OSV's
// terms. Text is what the source wrote, when it wrote text.
type Range struct {
	Kind   RangeKind `json:"kind"`
	Repo   string    `json:"repo,omitempty"`
	Events []Event   `json:"events"`
	Text   string    `json:"text,omitempty"`
}

// Event is one bound; exactly one field is set. Introduced "0" is before every
// version. Last is inclusive (OSV last_affected), After is an exclusive lower
// bound, which OSV cannot say and vendors do.
type Event struct {
	Introduced string `json:"introduced,omitempty"`
	Fixed      string `json:"fixed,omitempty"`
	Last       string `json:"last_affected,omitempty"`
	After      string `json:"after,omitempty"`
	Limit      string `json:"limit,omitempty"`
}

// Severity is one rating as the source gave it.
type Severity struct {
	System string  `json:"system"` // "CVSS:2.0", "CVSS:3.0", "CVSS:3.1", "CVSS:4.0", "text"
	Vector string  `json:"vector,omitempty"`
	Score  float64 `json:"score,omitempty"`
	Text   string  `json:"text,omitempty"`
	By     string  `json:"by,omitempty"`
}

// Reference is a link; Kind in OSV's words: "ADVISORY", "FIX", "WEB" …
type Reference struct {
	Kind string `json:"kind"`
	URL  string `json:"url"`
}

// Remedy is what the source says to do. Products are ids of Product; none means
// all.
type Remedy struct {
	Category string   `json:"category"` // CSAF: "vendor_fix", "mitigation", "workaround", "none_available", "no_fix_planned"
	Details  string   `json:"details"`
	URL      string   `json:"url,omitempty"`
	Products []string `json:"products,omitempty"`
}
