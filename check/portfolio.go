package check

import (
	"cmp"
	"iter"
	"time"

	"github.com/wardround/wardround"
)

// Portfolio is the read-only view of releases, what they are made of, and what is
// known of it: a fold of the same log, applied before the batch's checks. What it
// returns must not be changed, nor kept beyond the batch.
type Portfolio interface {
	// Release returns a release by id, or nil; Releases yields all by id.
	Release(id wardround.ReleaseID) *wardround.Release
	Releases() iter.Seq[*wardround.Release]
	// Instances yields the assets that are instances of a release.
	Instances(id wardround.ReleaseID) iter.Seq[wardround.AssetID]
	// Document returns a received document by id, or nil.
	Document(id wardround.DocumentID) *wardround.Document
	// Touched is what the batch changed the answers of.
	Touched() Touched
	// Exposures yields all answers whose key (subject, vulnerability) is after the
	// given one, in order of key: for a check that starts anew or lost a batch.
	Exposures(after ExposureKey) iter.Seq[*Exposure]
	// Qualities yields what the release's bill of materials lacks, by profile.
	Qualities(id wardround.ReleaseID) iter.Seq[Quality]
	// Feeds yields the state of knowledge by feed.
	Feeds() iter.Seq[Feed]
}

// Touched is a portion of the answers that changed. Portions are numbered without
// gaps, so that a check notices when it missed one. A portfolio that lost what
// waited, as when it is built anew after a restart, begins again at 1.
type Touched struct {
	Number    uint64 // of the portion, from 1; 0 when nothing was touched
	Exposures []*Exposure
	Releases  []wardround.ReleaseID // said anew, with a new bill of materials, or new instances
	// More says that another portion waits: ask for a wake-up of the key [MoreKey].
	More bool
}

// MoreKey is the key of a wake-up that brings the next portion.
const MoreKey = "more"

// NoPortfolio is the portfolio of a site that has none: it answers nothing.
func NoPortfolio() Portfolio { return noPortfolio{} }

type noPortfolio struct{}

func (noPortfolio) Release(wardround.ReleaseID) *wardround.Release    { return nil }
func (noPortfolio) Document(wardround.DocumentID) *wardround.Document { return nil }
func (noPortfolio) Touched() Touched                                  { return Touched{} }
func (noPortfolio) Releases() iter.Seq[*wardround.Release]            { return none[*wardround.Release] }
func (noPortfolio) Instances(wardround.ReleaseID) iter.Seq[wardround.AssetID] {
	return none[wardround.AssetID]
}
func (noPortfolio) Exposures(ExposureKey) iter.Seq[*Exposure]       { return none[*Exposure] }
func (noPortfolio) Qualities(wardround.ReleaseID) iter.Seq[Quality] { return none[Quality] }
func (noPortfolio) Feeds() iter.Seq[Feed]                           { return none[Feed] }

func none[T any](func(T) bool) {}

// ExposureKey orders exposures.
type ExposureKey struct {
	Subject       wardround.Subject
	Vulnerability string
}

// Exposure is the answer for one vulnerability in one release, or in one asset
// that is known only by what it calls itself.
type Exposure struct {
	Subject       wardround.Subject `json:"subject"`
	Vulnerability string            `json:"vulnerability"`     // the folded id: a CVE where there is one
	Aliases       []string          `json:"aliases,omitempty"` // other ids of it
	Title         string            `json:"title,omitempty"`
	// State is Fail for affected, Pass for not affected (any more), Unknown for
	// cannot tell; Why says it in a sentence.
	State wardround.State `json:"state"`
	Why   string          `json:"why,omitempty"`
	// Places are where it is, at most eight of Count.
	Places     []Place              `json:"places,omitempty"`
	Count      int                  `json:"count,omitempty"`
	Fixed      []string             `json:"fixed,omitempty"`      // versions of the component that are fixed
	Advisories []string             `json:"advisories,omitempty"` // documents that say so
	Severity   wardround.Severity   `json:"severity"`
	Rating     string               `json:"rating,omitempty"`    // the vector, or the text, that the severity rests on
	Score      float64              `json:"score"`               // its base score, 0 to 10; -1 when there is none
	Exploited  bool                 `json:"exploited,omitempty"` // listed in CISA KEV
	DueKEV     time.Time            `json:"due_kev,omitzero"`
	EPSS       float64              `json:"epss"` // probability of exploitation within 30 days, 0 to 1; -1 when not known
	Confidence wardround.Confidence `json:"confidence"`
	Claim      *Claim               `json:"claim,omitempty"` // the exploitability statement that decides, nil for none
	Embargoed  bool                 `json:"embargoed,omitempty"`
	Changed    time.Time            `json:"changed,omitzero"` // when the newest knowledge under it came
	// Fact is a digest of what the answer rests on: a claim that was confirmed for
	// another one has lapsed.
	Fact string `json:"fact,omitempty"`
}

// Key returns the exposure's place in the order.
func (e *Exposure) Key() ExposureKey { return ExposureKey{e.Subject, e.Vulnerability} }

// Compare orders keys as verdicts are ordered: by kind and id of the subject, then
// by vulnerability.
func (k ExposureKey) Compare(o ExposureKey) int {
	return cmp.Or(cmp.Compare(k.Subject.Kind, o.Subject.Kind), cmp.Compare(k.Subject.ID, o.Subject.ID), cmp.Compare(k.Vulnerability, o.Vulnerability))
}

// Place is one component that has it.
type Place struct {
	Component string `json:"component"` // a purl, else name@version
	Path      string `json:"path"`      // names from the product to it: "pump > linux image > openssl"
	Fixed     string `json:"fixed,omitempty"`
	Why       string `json:"why,omitempty"`
}

// Claim is what an author states of an exposure.
type Claim = wardround.Claim

// Quality is one answer about a bill of materials.
type Quality struct {
	Profile string          `json:"profile"` // "ntia-minimum", "fda-524b", "cra-annex-i", "integrity"
	Rule    string          `json:"rule"`
	State   wardround.State `json:"state"`
	Said    string          `json:"said"`            // a sentence
	Count   int             `json:"count,omitempty"` // components concerned
	Of      int             `json:"of,omitempty"`
}

// Feed is the state of one source of knowledge.
type Feed struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Records int       `json:"records"`
	Newest  time.Time `json:"newest"` // newest modification in it
	At      time.Time `json:"at"`     // last time it came
	Trust   string    `json:"trust,omitempty"`
	// Missing are components that knowledge of this name would speak of, where no feed
	// has brought any: Name is then the ecosystem.
	Missing int `json:"missing,omitempty"`
}
