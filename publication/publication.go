// Package publication is how a statement of our own becomes one that others may rely
// on: one person drafts it, another approves it, and only then it is signed and
// published.
//
//	draft ──approve──► approved ──publish──► published
//	  └─────reject────► rejected     └─withdraw─► withdrawn (also a draft, by its author)
//
// A statement "not affected" takes a finding off somebody's list, at a bedside we do
// not know. That is why nobody can do it alone, and why the rule is enforced where
// the log is folded, not where a command is typed: an approval by the person who
// drafted changes nothing, whoever wrote it to the log.
//
// # Where drafts are kept
//
// Each draft is a row of content, "draft/ID", made by folding the observations
// publication.said. Rows of content are part of the store's truth: they survive
// restarts, and retention, which thins the log, leaves them alone; and they are
// written in the same commit as the evidence of the step. Documents would not do:
// their rows stand for what came with a blob, and a draft has none until it is
// published, when it becomes a document like everybody else's.
package publication

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Prefix begins the names of the rows that drafts are kept in.
const Prefix = "draft/"

// Limits: a draft is one observation, so it must stay far below its largest size.
const (
	MaxProducts   = 200
	MaxComponents = 50     // of a product
	MaxBytes      = 12_000 // of a draft
	MaxDrafts     = 10_000
)

// State is where a draft stands.
type State string

// The states.
const (
	Drafted   State = "drafted"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// Step is one thing that somebody did.
type Step struct {
	Act    string    `json:"act"`
	By     string    `json:"by"`
	Role   string    `json:"role,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Draft is a statement on its way.
type Draft struct {
	ID    string `json:"id"`
	State State  `json:"state"`
	Steps []Step `json:"steps"` // at most five: no state is come to twice

	Vulnerability string                    `json:"vulnerability"`
	Aliases       []string                  `json:"aliases,omitempty"`
	Status        string                    `json:"status"`
	Justification string                    `json:"justification,omitempty"`
	Impact        string                    `json:"impact,omitempty"`
	Action        string                    `json:"action,omitempty"`
	Inherits      bool                      `json:"inherits,omitempty"`
	Expires       time.Time                 `json:"expires,omitzero"`
	Author        string                    `json:"author"`
	Format        string                    `json:"format"`
	Products      []kind.PublicationProduct `json:"products"`

	Document string `json:"document,omitempty"` // digest of what was published
	Signer   string `json:"signer,omitempty"`
}

// By returns who did something first, and when; zero if nobody did.
func (d *Draft) By(act string) Step {
	for _, s := range d.Steps {
		if s.Act == act {
			return s
		}
	}
	return Step{}
}

// Approvers are the roles that may approve.
var Approvers = []string{"product-security", "clinical-engineering"}

var (
	statuses       = []string{"not_affected", "affected", "fixed", "under_investigation"}
	justifications = []string{"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"}
	formats        = []string{"openvex", "csaf", "cyclonedx", "spdx"}
)

// Next is a draft after a step; d is nil before the first and is not changed.
// Errors: EInvalid for what makes no sense, ENotFound for a draft that is not there,
// EConflict for a step that does not follow, EForbidden for one that this person may
// not do.
func Next(d *Draft, f *kind.PublicationSaidV1, at time.Time) (*Draft, error) {
	const op = "publication"
	by := fold(string(f.By))
	if by == "" {
		return nil, wardround.Errorf(wardround.EInvalid, op, "who says so is not said")
	}
	if f.Act == "draft" {
		if d != nil {
			return nil, wardround.Errorf(wardround.EConflict, op, "draft %s is there already", f.Draft)
		}
		return first(f, at)
	}
	if d == nil {
		return nil, wardround.Errorf(wardround.ENotFound, op, "no draft %q; see: wardround vex drafts", f.Draft)
	}
	out := *d
	out.Steps = append(slices.Clone(d.Steps), Step{Act: f.Act, By: string(f.By), Role: f.Role, Reason: string(f.Reason), At: at})
	not := func(what string) error {
		return wardround.Errorf(wardround.EConflict, op, "draft %s is %s: it cannot be %s", d.ID, d.State, what)
	}
	switch f.Act {
	case "approve", "reject":
		switch {
		case d.State != Drafted:
			return nil, not(f.Act + "d any more")
		case by == fold(d.By("draft").By):
			return nil, wardround.Errorf(wardround.EForbidden, op, "%s drafted %s; somebody else has to %s it", f.By, d.ID, f.Act)
		case !slices.Contains(Approvers, f.Role):
			return nil, wardround.Errorf(wardround.EForbidden, op, "a draft is %sd by product security or clinical engineering, not by %q", strings.TrimSuffix(f.Act, "e")+"e", f.Role)
		}
		out.State = Approved
		if f.Act == "reject" {
			out.State = Rejected
		}
	case "publish":
		switch {
		case d.State != Approved:
			return nil, not("published; a second person has to approve it first")
		case f.Document == "" || f.Signer == "":
			return nil, wardround.Errorf(wardround.EInvalid, op, "what was published, and whose key signed it, is not said")
		case !d.Expires.IsZero() && !d.Expires.After(at):
			return nil, wardround.Errorf(wardround.EConflict, op, "draft %s ended on %s", d.ID, d.Expires.Format(time.DateOnly))
		}
		out.State, out.Document, out.Signer = Published, f.Document, f.Signer
	case "withdraw":
		if d.State == Rejected || d.State == Withdrawn {
			return nil, not("withdrawn")
		}
		out.State = Withdrawn
	default:
		return nil, wardround.Errorf(wardround.EInvalid, op, "nothing is known of %q", f.Act)
	}
	return &out, nil
}

// first is a new draft.
func first(f *kind.PublicationSaidV1, at time.Time) (*Draft, error) {
	const op = "publication"
	bad := func(format string, args ...any) (*Draft, error) {
		return nil, wardround.Errorf(wardround.EInvalid, op, format, args...)
	}
	switch {
	case f.Draft == "" || len(f.Draft) > 64 || strings.ContainsAny(f.Draft, "/ \t\n"):
		return bad("%q is no id of a draft", f.Draft)
	case strings.TrimSpace(f.Vulnerability) == "":
		return bad("no vulnerability is named")
	case !slices.Contains(statuses, f.Status):
		return bad("the status %q is none of %s", f.Status, strings.Join(statuses, ", "))
	case f.Justification != "" && !slices.Contains(justifications, f.Justification):
		return bad("the justification %q is none of %s", f.Justification, strings.Join(justifications, ", "))
	case f.Status == "not_affected" && f.Justification == "" && f.Impact == "":
		return bad("why it is not affected is not said: a justification, or the impact in words")
	case f.Status != "not_affected" && (f.Justification != "" || f.Impact != ""):
		return bad("a justification or an impact belongs to not_affected, not to %s", f.Status)
	case f.Status == "affected" && f.Action == "":
		return bad("what to do is not said: somebody who reads \"affected\" needs an action")
	case f.Status != "affected" && f.Action != "":
		return bad("an action belongs to affected, not to %s", f.Status)
	case f.Author == "":
		return bad("who issues it is not said: the maker, as a rule")
	case !slices.Contains(formats, f.Format):
		return bad("the format %q is none of %s", f.Format, strings.Join(formats, ", "))
	case !f.Expires.IsZero() && !f.Expires.After(at):
		return bad("it would have ended on %s", f.Expires.Format(time.DateOnly))
	case len(f.Products) == 0:
		return bad("no product is named")
	case len(f.Products) > MaxProducts:
		return bad("%d products; one draft takes %d, draft it in parts", len(f.Products), MaxProducts)
	}
	for i := range f.Products {
		p := &f.Products[i]
		if p.PURL == "" && p.Name == "" {
			return bad("product %d has no name", i+1)
		}
		if len(p.Components) > MaxComponents {
			return bad("%s has %d components; a statement takes %d, name the product as a whole", p.Name, len(p.Components), MaxComponents)
		}
	}
	d := &Draft{
		ID: f.Draft, State: Drafted, Vulnerability: f.Vulnerability, Aliases: f.Aliases, Status: f.Status, Justification: f.Justification, Impact: f.Impact,
		Action: f.Action, Inherits: f.Inherits, Expires: f.Expires, Author: f.Author, Format: f.Format, Products: f.Products,
		Steps: []Step{{Act: "draft", By: string(f.By), Role: f.Role, Reason: string(f.Reason), At: at}},
	}
	if b, err := json.Marshal(d); err != nil || len(b) > MaxBytes {
		return bad("the draft has %d bytes, at most %d; draft it in parts", len(b), MaxBytes)
	}
	return d, nil
}

// Row is the row of content that keeps a draft. generation is the position in the
// log of the step that made it.
func (d *Draft) Row(generation uint64) wardround.ContentRow {
	last := d.Steps[len(d.Steps)-1]
	b, _ := json.Marshal(d) // plain values
	return wardround.ContentRow{Name: Prefix + d.ID, Value: b, Generation: generation, By: last.By, Reason: last.Reason, At: last.At}
}

// Of reads a draft from its row; false for rows of other content. Error: EIntegrity.
func Of(row wardround.ContentRow) (*Draft, bool, error) {
	if !strings.HasPrefix(row.Name, Prefix) || len(row.Value) == 0 {
		return nil, false, nil
	}
	d := new(Draft)
	if err := json.Unmarshal(row.Value, d); err != nil {
		return nil, true, wardround.Errorf(wardround.EIntegrity, "publication", "the stored %s cannot be read: %w", row.Name, err)
	}
	return d, true, nil
}

// fold makes two spellings of a person's name one: nobody is two people.
func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
