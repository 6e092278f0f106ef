package knowledge

import (
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
)

// Hit is the answer about one vulnerability in one component.
type Hit struct {
	Vulnerability string // the folded id
	// State is Fail for affected, Pass for not affected, Unknown for cannot tell.
	State  wardround.State
	Reason Reason
	// Fixed are versions of the package without it, the nearest first; none where
	// none is recorded.
	Fixed      []string
	Confidence wardround.Confidence
	Record     Ref // which decided
	// Others are the other records about it for this component.
	Others []Answer
	// Symbols says that the record names functions: see [Base.Symbols].
	Symbols bool

	proposal bool
	detail   detail
}

// Proposal reports whether a person has to confirm that the record is about this
// component: an affected one counts as "cannot tell" until then.
func (h *Hit) Proposal() bool { return h.proposal }

// Answer is what one record says.
type Answer struct {
	Record Ref
	State  wardround.State
	Reason Reason
}

// Ref names a record in a feed.
type Ref struct {
	Feed     string `json:"feed"`
	Document string `json:"document,omitempty"` // "CVE-2024-24790@nvd" where a source calls its documents by the CVE
	ID       string `json:"id"`
}

// String is the document's name, else the id.
func (r Ref) String() string {
	if r.Document != "" && !strings.HasPrefix(r.Document, r.ID+"@") {
		return r.Document
	}
	return r.ID
}

// Reason classifies why a state is what it is.
type Reason uint8

// The reasons.
const (
	InRange            Reason = iota + 1 // affected: within a range
	Enumerated                           // affected: named as such
	EveryVersion                         // affected: all of them are
	OutOfRange                           // not affected
	SaidNotAffected                      // not affected: the source says so of this version
	SaidFixed                            // not affected: this version is named as fixed
	WithdrawnRecord                      // not affected: the record was withdrawn
	NoVersion                            // cannot tell: the component has none
	BadVersion                           // cannot tell: the component's cannot be ordered
	UnreadRange                          // cannot tell: the record's range was not understood
	CommitsOnly                          // cannot tell: the range is of commits
	BranchMissing                        // cannot tell: which release of the distribution is not said
	PlatformUnknown                      // cannot tell: affected only on a platform
	UnderInvestigation                   // cannot tell: nor can the source
	Contradiction                        // cannot tell: the record says both
	Resemblance                          // cannot tell: it may be another product
	NoRange                              // cannot tell: the record names the package and no version of it
	OtherPlatform                        // not affected: only on a platform that this is not
	VagueName                            // cannot tell: the component's CPE says too little
	numReasons
)

// Vulnerability is what all records of one vulnerability say together.
type Vulnerability struct {
	ID        string
	Aliases   []string // its other ids, sorted
	Title     string
	Published time.Time // earliest
	Modified  time.Time // latest
	Withdrawn bool      // every record is
	Records   []Ref
	// Severities are those of all records, By saying whose where the record did not.
	Severities []advisory.Severity
	CWEs       []string
	SSVC       map[string]string
	Exploited  *Exploited // nil when not listed
	Score      *Score     // the highest; nil when there is none
}

// Products finds products by name; package product does.
type Products interface {
	// Filed are the words under which statements about a product are looked for.
	Filed(p *advisory.Product) []string
	// Looked are the words under which statements about a thing are looked for.
	Looked(t *Thing) []string
	// Judge says of each statement whether it is about a thing, and what it says of
	// it. partial says that these are not all statements that share words with it.
	Judge(t *Thing, said []Statement, partial bool) []Judgement
}

// Statement is one statement about a product.
type Statement struct {
	Record Ref
	Said   *advisory.Affected // its Product is set
}

// Judgement is what a statement says of a thing.
type Judgement struct {
	About      bool // it is about this thing, or may be
	Proposal   bool // a person has to confirm that it is
	State      wardround.State
	Reason     Reason
	Fixed      []string
	Why        string // a sentence
	Confidence wardround.Confidence
}
