package wardround

import "time"

// FindingState is a step in the life of a failing key.
type FindingState string

// The life of a finding. Only a pass of the same key, seen at the same scope
// without sensor gaps, fixes it.
const (
	Open          FindingState = "open"
	Acknowledged  FindingState = "acknowledged"
	Mitigated     FindingState = "mitigated"
	Accepted      FindingState = "accepted"
	FalsePositive FindingState = "false positive"
	Fixed         FindingState = "fixed"
	Reopened      FindingState = "reopened"
	// ClaimedNotAffected is what an author's exploitability statement says of a
	// vulnerability. It is listed apart, and open again when the claim lapses.
	ClaimedNotAffected FindingState = "claimed not affected"
)

// Live reports whether the finding still asks for someone's attention or
// watches an accepted risk: everything but fixed.
func (s FindingState) Live() bool { return s != Fixed }

// Finding is the life of a failing key.
type Finding struct {
	ID    string `json:"id"`
	Scope Scope  `json:"scope"`
	Key
	Case     string       `json:"case"`
	State    FindingState `json:"state"`
	Severity Severity     `json:"severity"`
	Why      string       `json:"why,omitempty"` // reason of the severity
	Title    string       `json:"title"`
	Facts    Facts        `json:"facts,omitempty"`
	Opened   time.Time    `json:"opened"`
	LastSeen time.Time    `json:"last_seen"` // newest failing observation
	Fixed    time.Time    `json:"fixed,omitzero"`
	FixedBy  string       `json:"fixed_by,omitempty"` // the sensor that saw what fixed it; "" for what rests on state
	Stale    bool         `json:"stale,omitempty"`    // evidence went stale: "not seen again since …"
	Seq      uint64       `json:"seq"`                // log position of the newest change
	Origin   Origin       `json:"origin"`
	Decision *Decision    `json:"decision,omitempty"`
	// Proposed is a decision that waits for a second person.
	Proposed *Decision `json:"proposed,omitempty"`
	// Claim is what an author states of it, nil for nothing; Fact is a digest of what
	// it rests on. A claim that was confirmed for another fact has lapsed.
	Claim *Claim `json:"claim,omitempty"`
	Fact  string `json:"fact,omitempty"`
	// Assignment is who looks after it, nil for nobody.
	Assignment *Assignment `json:"assignment,omitempty"`
}

// FindingID derives a finding's id from its key.
func FindingID(s Scope, k Key) string {
	return DeriveID("f", string(s.Org), string(s.Site), k.Check, k.Subject.String(), k.Item)
}

// Decision is what people said of a finding. On a life-sustaining asset accepting
// needs two people, one of them of clinical engineering, and lasts at most 90 days.
type Decision struct {
	State  FindingState `json:"state"`
	By     []Person     `json:"by"`
	Reason string       `json:"reason"`
	At     time.Time    `json:"at"`
	Until  time.Time    `json:"until,omitzero"`
	// Severity is how grave the finding was then; what becomes graver is not accepted.
	Severity Severity `json:"severity"`
	// Scope is how far a false positive reaches; "" is ScopeFinding.
	Scope DecisionScope `json:"scope,omitempty"`
	// Fact is what the finding rested on then: a claim that was confirmed, or refused,
	// was for that.
	Fact string `json:"fact,omitempty"`
}

// Claim is what an author states of a vulnerability in a product.
type Claim struct {
	Status        string       `json:"status"` // "not_affected", "fixed", "affected", "under_investigation"
	Justification string       `json:"justification,omitempty"`
	Note          string       `json:"note,omitempty"`
	Author        string       `json:"author"`
	Trust         string       `json:"trust"` // "verified", "unsigned"
	Document      DocumentID   `json:"document"`
	Statement     string       `json:"statement,omitempty"`
	At            time.Time    `json:"at"`
	Expires       time.Time    `json:"expires,omitzero"`
	Conflicts     []DocumentID `json:"conflicts,omitempty"` // that say otherwise
}

// Frees reports whether the claim says, and still does, that the product is not
// affected.
func (c *Claim) Frees(now time.Time) bool {
	return c != nil && (c.Status == "not_affected" || c.Status == "fixed") && (c.Expires.IsZero() || now.Before(c.Expires))
}

// DecisionScope is how far what was said of a finding reaches.
type DecisionScope string

// The scopes of a false positive. ScopeAsset is this check on this asset: every
// item, also those still to come that are no graver, until it ends or someone says
// otherwise of one of them.
const (
	ScopeFinding DecisionScope = "finding"
	ScopeAsset   DecisionScope = "asset"
)

// MaxScope is how long a false positive of a whole asset lasts at most: then
// somebody looks again.
const MaxScope = 365 * 24 * time.Hour

// Assignment is who looks after a finding, and until when.
type Assignment struct {
	To   string    `json:"to"` // an account's name
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Due  time.Time `json:"due,omitzero"`
	Note string    `json:"note,omitempty"`
}

// Person is who decided, in which role.
type Person struct {
	Name string `json:"name"`
	Role string `json:"role"` // "security", "clinical-engineering", "ward", …
}

// RoleClinicalEngineering is the role one of two people must have.
const RoleClinicalEngineering = "clinical-engineering"

// MaxAcceptance is how long a finding on a life-sustaining asset can be accepted.
const MaxAcceptance = 90 * 24 * time.Hour

// Case folds findings of one check over many alike assets into one line: 40
// identical pumps are one case.
type Case struct {
	ID       string    `json:"id"`
	Scope    Scope     `json:"scope"`
	Check    string    `json:"check"`
	Group    string    `json:"group"` // what the members share: "release:…", "zone:…", "site:…", "item:…"
	Title    string    `json:"title"`
	Severity Severity  `json:"severity"` // the worst of its live findings
	Findings int       `json:"findings"` // live ones
	Total    int       `json:"total"`
	Opened   time.Time `json:"opened"`
	Last     time.Time `json:"last"`
	State    string    `json:"state"` // "open" or "closed"
	Notified time.Time `json:"notified,omitzero"`
	Told     Severity  `json:"told,omitempty"` // the worst a notice was given for since it opened
}

// CaseID derives a case's id from check and group.
func CaseID(s Scope, check, group string) string {
	return DeriveID("c", string(s.Org), string(s.Site), check, group)
}
