// Package gate judges one bill of materials on the spot: what is known of its
// components, what exploitability statements say of that, and whether a policy lets
// it pass. It is what runs in a build; the portfolio does the same continuously.
//
//	sbom.Document ─► Look (knowledge, statements) ─► Result ─► Policy ─► Verdict
//
// "Cannot tell" is an answer of its own: components without identity, ecosystems
// without knowledge and ranges that were not understood are counted and named, and
// what cannot be told never passes as clean.
package gate

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
)

// Status is the answer of a row.
type Status string

// The statuses.
const (
	Affected    Status = "affected"
	NotAffected Status = "not_affected" // by an exploitability statement: Claim says whose
	Fixed       Status = "fixed"        // likewise
	CannotTell  Status = "cannot_tell"
)

// Row is one vulnerability in one component.
type Row struct {
	Vulnerability string             `json:"vulnerability"`
	Aliases       []string           `json:"aliases"`
	Component     string             `json:"component"` // a purl, else name@version
	Path          string             `json:"path"`      // names from the product down: "pump > linux image > openssl"
	Fixed         []string           `json:"fixed"`     // versions, nearest first
	Status        Status             `json:"status"`
	Why           string             `json:"why"`
	Severity      wardround.Severity `json:"severity"`
	Score         float64            `json:"score"` // CVSS; -1 for none
	Vector        string             `json:"vector,omitempty"`
	Exploited     bool               `json:"kev"`
	EPSS          float64            `json:"epss"` // -1 for none
	Licences      []string           `json:"licences,omitempty"`
	Claim         *check.Claim       `json:"claim,omitempty"`
	Decision      string             `json:"decision,omitempty"` // SSVC deployer, at worst

	// Copies counts other places of the same component in the document.
	Copies int `json:"copies,omitempty"`

	index int // of the component
}

// Unidentified is a component that nothing can be asked by.
type Unidentified struct {
	Component string `json:"component"`
	Path      string `json:"path"`
	Why       string `json:"why"`
}

// Result is what was found in one document.
type Result struct {
	Name       string           `json:"name"` // of the file
	Product    string           `json:"product,omitempty"`
	Version    string           `json:"version,omitempty"`
	Digest     string           `json:"digest,omitempty"` // of the file
	Format     string           `json:"format"`
	At         time.Time        `json:"at"`
	Rows       []Row            `json:"-"`
	Components int              `json:"components"`
	Matched    int              `json:"identified"` // components that could be asked for
	Without    int              `json:"unidentified"`
	Examples   []Unidentified   `json:"unidentified_examples,omitempty"` // at most 20
	Missing    []string         `json:"missing_knowledge,omitempty"`     // ecosystems that are present, and of which nothing is known
	Feeds      []knowledge.Feed `json:"feeds"`
	Oldest     time.Time        `json:"knowledge_as_of,omitzero"` // of the oldest feed that was asked
	Base       string           `json:"base,omitempty"`           // the document that only the difference to was judged

	doc *sbom.Document
}

// Counts tells how many rows have each status.
func (r *Result) Counts() map[Status]int {
	out := map[Status]int{}
	for i := range r.Rows {
		out[r.Rows[i].Status]++
	}
	return out
}

// maxExamples bounds the unidentified components that are named.
const maxExamples = 20
