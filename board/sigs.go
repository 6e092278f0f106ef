package board

import (
	"context"
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/coverage"
)

type state struct{}

// New returns an empty board.
func New(opt Options) *Board { return &Board{opt: opt} }

// Load fills the board from what is stored.
func (b *Board) Load(ctx context.Context, r wardround.Reader) error { return nil }

// Apply takes in one commit, in order. It keeps the rows: they must not be changed.
func (b *Board) Apply(c *wardround.Commit) {}

// Observed takes in one judged batch: what sensors say of themselves, and rates.
func (b *Board) Observed(batch []*wardround.Observation) {}

// Position returns the log position that the board shows, and the site's time.
func (b *Board) Position() (uint64, time.Time) { return 0, time.Time{} }

// Findings lists findings; their own order is the worst first: "-severity,-criticality,opened".
// Sorts: severity, criticality, opened, last_seen, title, asset, check, state, due.
// Errors: EInvalid for a sort or a cursor that is none.
func (b *Board) Findings(q FindingQuery) (Page[*Finding], error) { return Page[*Finding]{}, nil }

// Finding returns one finding, nil if there is none to be seen.
func (b *Board) Finding(v Visible, id string) *Finding { return nil }

// Related returns findings of the same asset or case, the worst first.
func (b *Board) Related(v Visible, id string, most int) []*Finding { return nil }

// Cases lists cases; their own order is "-severity,-criticality,-opened".
func (b *Board) Cases(q CaseQuery) (Page[*CaseLine], error) { return Page[*CaseLine]{}, nil }

// Case returns one case, nil if there is none to be seen.
func (b *Board) Case(v Visible, id, language string) *CaseLine { return nil }

// Assets lists assets; their own order is "name".
// Sorts: name, last, first, criticality, severity.
func (b *Board) Assets(q AssetQuery) (Page[*Asset], error) { return Page[*Asset]{}, nil }

// Asset returns an asset, or what it was merged into; nil if there is none to be seen.
func (b *Board) Asset(v Visible, id wardround.AssetID) *Asset { return nil }

// SubjectAsset returns the asset that a subject is about: of a link, its server.
func (b *Board) SubjectAsset(v Visible, s wardround.Subject) *Asset { return nil }

// Name returns the name of an asset, or its id.
func (b *Board) Name(id wardround.AssetID) string { return "" }

// Holder returns the asset that holds a network address now, "" for none.
func (b *Board) Holder(addr netip.Addr) wardround.AssetID { return "" }

// Links lists links. Sorts: protocol, client, server, port, last, first, severity, encrypted.
func (b *Board) Links(q LinkQuery) (Page[*Link], error) { return Page[*Link]{}, nil }

// Link returns one link, nil if there is none to be seen.
func (b *Board) Link(v Visible, id wardround.LinkID) *Link { return nil }

// LinksOf returns the links that a subject concerns: the link itself, or those of an asset.
func (b *Board) LinksOf(v Visible, s wardround.Subject, most int) []*Link { return nil }

// Proposals lists proposals, the newest first.
func (b *Board) Proposals(q ProposalQuery) (Page[*Proposal], error) { return Page[*Proposal]{}, nil }

// Proposal returns one proposal, nil if there is none to be seen.
func (b *Board) Proposal(v Visible, id string) *Proposal { return nil }

// Coverage returns the matrix.
func (b *Board) Coverage(v Visible) *coverage.Matrix { return nil }

// Counts returns the findings that ask for attention, by severity.
func (b *Board) Counts(v Visible) map[string]int { return nil }

// Now returns the open cases that nobody has accepted, the worst first, at most most, and how many more.
func (b *Board) Now(v Visible, most int, language string) ([]*CaseLine, int) { return nil, 0 }

// Changes returns what is different since 24 hours ago, the newest first, and how many more.
func (b *Board) Changes(v Visible, most int) ([]Change, int) { return nil, 0 }

// Sensors returns the sensors in order of name.
func (b *Board) Sensors() []Sensor { return nil }

// LearningUntil returns when novelty checks will have learned, zero if they have.
func (b *Board) LearningUntil() time.Time { return time.Time{} }

// Tally returns what one check said so far.
func (b *Board) Tally(check string) CheckTally { return CheckTally{} }

// Content returns one setting in force.
func (b *Board) Content(name string) (wardround.ContentRow, bool) {
	return wardround.ContentRow{}, false
}

// Zones returns the declared zones; ZoneName the name of one.
func (b *Board) Zones() []wardround.Zone { return nil }

// ZoneName returns the name of a zone, or its id.
func (b *Board) ZoneName(id wardround.ZoneID) string { return "" }

// Audit lists what was done, the newest first.
func (b *Board) Audit(q AuditQuery) (Page[AuditRow], error) { return Page[AuditRow]{}, nil }

// Search finds assets, findings, cases, checks and zones by words.
func (b *Board) Search(v Visible, q string, most int) []Hit { return nil }

// Graph returns the map. The same pointer comes back while nothing on it changed.
func (b *Board) Graph(v Visible) *Graph { return nil }
