package wardround

import (
	"context"
	"iter"
	"math"
	"strings"
	"time"
)

// Commit is everything one batch of observations changed. A store writes it in
// one transaction together with the position and the ledger rows: all or nothing,
// each once.
type Commit struct {
	Scope  Scope
	Origin Origin
	// After and To bound the log positions that were judged: (After, To]. A store
	// refuses (EConflict) a commit whose After is not its own position.
	After, To uint64
	At        time.Time // site time after the batch

	Assets    []*Asset
	Links     []*Link
	Proposals []*Proposal
	Releases  []*Release
	Documents []*Document

	Verdicts    []*Verdict    // current rows, replacing those of the same key
	Transitions []*Transition // appended to history
	Findings    []*Finding
	Cases       []*Case
	Notices     []*Notice

	States  []StateRow // check state, dirty keys only
	Wakes   []WakeRow
	Learned []LearnedRow
	Content []ContentRow

	// Evidence become leaves of the ledger, in this order; the store gives Index,
	// Salt and Leaf. The n-th transition that is not Late belongs to the n-th
	// evidence of kind "verdict": a commit with more of one than of the other is
	// refused (EInvalid).
	Evidence []*Evidence
}

// Transition is one change of a key's verdict, or its renewal.
type Transition struct {
	Key
	From, To State
	Seq      uint64
	At       time.Time
	Reason   string // "judged", "renewed", "went stale", "check switched off" …
	Leaf     uint64 // index of its evidence, given by the store; NoLeaf if it is Late
}

// NoLeaf is the Leaf of a transition without evidence.
const NoLeaf = math.MaxUint64

// LatePrefix begins the reason of a late transition.
const LatePrefix = "late: "

// Late reports whether t only notes how a late observation would have been judged:
// it changes nothing and has no evidence.
func (t *Transition) Late() bool { return strings.HasPrefix(t.Reason, LatePrefix) }

// StateRow is the state of one check for one key (mostly a subject), at most
// [MaxCheckState] bytes; nil Data deletes it.
type StateRow struct {
	Check   string
	Key     string
	Version int
	Data    []byte
}

// ModelState stands in the place of the check in the state rows that models keep. No
// check has it for an id.
const ModelState = "models"

// MaxCheckState is the largest encoded state of a check for one key, in bytes.
const MaxCheckState = 4 << 10

// WakeRow is a wake-up a check asked for; a zero At deletes it.
type WakeRow struct {
	Check string
	Key   string
	At    time.Time
}

// LearnedRow is one member of a learned set: "hosts that publish in zone icu".
type LearnedRow struct {
	Check   string
	Set     string
	Member  string
	First   time.Time
	Adopted bool
}

// ContentRow is one versioned setting: a zone plan, a threshold, a check switched
// off. Whatever changes a verdict is content.
type ContentRow struct {
	Name       string // "zones", "check/dicom.cleartext", "check/net.scan/off"
	Generation uint64 // log position of the change
	Value      []byte // canonical JSON; nil deletes
	By         string
	Reason     string
	At         time.Time
}

// Notice is one notification: at most one per case and severity step.
type Notice struct {
	ID       string    `json:"id"`
	Case     string    `json:"case"`
	Title    string    `json:"title"`
	Severity Severity  `json:"severity"`
	At       time.Time `json:"at"`
}

// VerdictFilter selects verdicts; zero fields select all.
type VerdictFilter struct {
	Check   string
	Subject Subject
}

// FindingFilter selects findings; zero fields select all.
type FindingFilter struct {
	Check    string
	Subject  Subject
	Case     string
	Live     bool     // leave out fixed ones
	Severity Severity // this or worse
}

// Store keeps what was judged. Every method takes a Scope. Every implementation
// passes the suite in storetest.
type Store interface {
	Committer
	Reader
	Close() error
}

// Committer writes.
type Committer interface {
	// Commit applies c in one durable transaction. Errors: EConflict (After is not
	// the store's position), EFull, EIntegrity.
	Commit(ctx context.Context, c *Commit) error
}

// Reader reads. Iterators yield rows in a stable order (by id or key) and end
// after their first error.
type Reader interface {
	// Position returns the committed log position and the site time with it.
	Position(ctx context.Context, s Scope) (uint64, time.Time, error)
	Assets(ctx context.Context, s Scope) iter.Seq2[*Asset, error]
	Links(ctx context.Context, s Scope) iter.Seq2[*Link, error]
	Proposals(ctx context.Context, s Scope) iter.Seq2[*Proposal, error]
	// Releases and Documents are the portfolio: its truth, from which every index of it
	// can be rebuilt.
	Releases(ctx context.Context, s Scope) iter.Seq2[*Release, error]
	Documents(ctx context.Context, s Scope) iter.Seq2[*Document, error]
	Verdicts(ctx context.Context, s Scope, f VerdictFilter) iter.Seq2[*Verdict, error]
	Transitions(ctx context.Context, s Scope, k Key) iter.Seq2[*Transition, error]
	Findings(ctx context.Context, s Scope, f FindingFilter) iter.Seq2[*Finding, error]
	Cases(ctx context.Context, s Scope) iter.Seq2[*Case, error]
	Notices(ctx context.Context, s Scope) iter.Seq2[*Notice, error]
	States(ctx context.Context, s Scope) iter.Seq2[StateRow, error]
	Wakes(ctx context.Context, s Scope) iter.Seq2[WakeRow, error]
	Learned(ctx context.Context, s Scope) iter.Seq2[LearnedRow, error]
	Content(ctx context.Context, s Scope) iter.Seq2[ContentRow, error]
	// Evidence yields leaves [from, to) in order; to 0 means all. An erased leaf
	// has nil Payload and Salt.
	Evidence(ctx context.Context, s Scope, from, to uint64) iter.Seq2[*Evidence, error]
}
