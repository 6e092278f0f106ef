package knowledge

import (
	"time"

	"github.com/wardround/wardround/format/advisory"
)

// Feed is the state of one source of knowledge. Name is its identity: what a
// source sends replaces what it sent before, and nothing of another.
type Feed struct {
	Name string `json:"name"` // in the configuration, or the file that was imported
	Kind string `json:"kind"` // "osv", "nvd", "cve5", "csaf", "kev", "epss", "eol"
	// Complete says that the rows are all of the feed: records that it holds and
	// these do not name were taken back.
	Complete bool      `json:"complete,omitempty"`
	At       time.Time `json:"at,omitzero"` // when it came
	Trust    string    `json:"trust,omitempty"`
	// What follows is counted by the Base; Put ignores it.
	Records int       `json:"records"`
	Newest  time.Time `json:"newest,omitzero"` // newest modification, at most At
	// Ahead counts records that were modified after they came: a clock is wrong.
	Ahead int `json:"ahead,omitempty"`
	// Unfiled counts statements that no component can be found by: no package is
	// named, the CPE cannot be read, the product's name tells nothing.
	Unfiled int `json:"unfiled,omitempty"`
	// Ecosystems are the families that its records speak of, sorted: "Go", "Debian";
	// "cpe" and "product" for records by CPE and by product.
	Ecosystems []string `json:"ecosystems,omitempty"`
}

// Entry is one row of a feed. Exactly one of Record, Exploited, Score, Cycle and
// Gone is set.
type Entry struct {
	Digest string `json:"digest,omitempty"` // "sha256:…" of the document it was read from
	URL    string `json:"url,omitempty"`    // where that came from

	Record    *advisory.Record `json:"record,omitempty"`
	Exploited *Exploited       `json:"kev,omitempty"`
	Score     *Score           `json:"epss,omitempty"`
	Cycle     *Cycle           `json:"eol,omitempty"`
	// Gone takes back the records of this id that the feed sent before.
	Gone string `json:"gone,omitempty"`
}

// Exploited is one entry of CISA's catalogue of known exploited vulnerabilities.
type Exploited struct {
	CVE        string    `json:"cve"`
	Vendor     string    `json:"vendor,omitempty"`
	Product    string    `json:"product,omitempty"`
	Name       string    `json:"name,omitempty"`
	Added      time.Time `json:"added,omitzero"`
	Due        time.Time `json:"due,omitzero"`
	Ransomware bool      `json:"ransomware,omitempty"` // known to be used by it
	Action     string    `json:"action,omitempty"`
	Notes      string    `json:"notes,omitempty"`
	CWEs       []string  `json:"cwes,omitempty"`
}

// Score is one row of FIRST's EPSS: the probability that a vulnerability is
// exploited within 30 days, and the share of all that score lower; 0 to 1.
type Score struct {
	CVE        string    `json:"cve"`
	EPSS       float64   `json:"epss"`
	Percentile float64   `json:"percentile"`
	Model      string    `json:"model,omitempty"`
	Date       time.Time `json:"date,omitzero"`
}

// Cycle is one release cycle of a product as endoflife.date lists it.
type Cycle struct {
	Product string    `json:"product"` // its slug: "windows-embedded"
	Label   string    `json:"label,omitempty"`
	Cycle   string    `json:"cycle"` // "22.04"
	Name    string    `json:"name,omitempty"`
	Release time.Time `json:"release,omitzero"`
	// Support, Security and Extended are when active, security and paid support
	// end; zero where not known. Ended says that it has, of an unknown date.
	Support      time.Time `json:"support,omitzero"`
	Security     time.Time `json:"security,omitzero"`
	Extended     time.Time `json:"extended,omitzero"`
	Ended        bool      `json:"ended,omitempty"`
	Latest       string    `json:"latest,omitempty"`
	Identifiers  []string  `json:"identifiers,omitempty"` // purls and CPEs without version
	Discontinued time.Time `json:"discontinued,omitzero"`
}

// Delta is what a Put changed. An index looks again at the components that have
// one of the keys, and at the answers about the vulnerabilities.
type Delta struct {
	Packages []Key // sorted, as are all of them
	CPEs     []Key
	Products []Key
	// Vulnerabilities are the ids whose title, rating, score, members or name are
	// not what they were: both the old and the new name of one that was renamed.
	Vulnerabilities []string
	// Renamed maps an id under which answers were given to those that they stand
	// under now: one where groups merged, several where one split, none where all
	// records were taken back.
	Renamed map[string][]string
	// Cycles are products of endoflife.date whose dates changed.
	Cycles []string
	// New, Changed, Same, Gone and Refused count rows; Refused ones had no id.
	New, Changed, Same, Gone, Refused int
}

// Empty reports whether nothing has to be looked at again.
func (d *Delta) Empty() bool {
	return len(d.Packages)+len(d.CPEs)+len(d.Products)+len(d.Vulnerabilities)+len(d.Cycles) == 0
}
