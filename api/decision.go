package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
)

var decisionRoutes = []Route{
	{Method: POST, Path: "/api/v1/findings/{id}/decision", ID: "decide-finding", Tag: "findings", Summary: "Acknowledge, accept, declare false, mitigated, confirm a claim, or reopen",
		Doc: "Acknowledging needs decide, the rest accept. On a life-sustaining asset, or one of which nobody knows, accepting and declaring false need two people, " +
			"one of the two of clinical engineering, and last at most 90 days: the first leaves the finding with proposed, another decides. " +
			"\"claimed not affected\" confirms what an author claims of it, under the same rule; the word holds for what the finding rests on now.",
		Needs: account.Decide, Errors: []int{404, 409, 412, 422, 428}, register: handle((*Server).decideFinding)},
	{Method: POST, Path: "/api/v1/findings/{id}/assignment", ID: "assign-finding", Tag: "findings", Summary: "Give a finding to someone, or take it back",
		Needs: account.Decide, Errors: []int{404, 409, 412, 422, 428}, register: handle((*Server).assignFinding)},
	{Method: POST, Path: "/api/v1/findings/bulk", ID: "decide-findings", Tag: "findings", Summary: "The same for many findings",
		Doc:   "What needs two people is refused, each by name; the rest is done.",
		Needs: account.Decide, Errors: []int{422}, register: handle((*Server).decideFindings)},
}

// Decided is what a person says of a finding.
type Decided struct {
	State  string    `json:"state" enum:"acknowledged,accepted,false positive,mitigated,claimed not affected,reopened"`
	Until  time.Time `json:"until,omitzero" doc:"Until when it is accepted, false, or confirmed."`
	Reason string    `json:"reason,omitempty" maxLength:"2000" doc:"Why; needed for all but acknowledged."`
	Scope  string    `json:"scope,omitempty" enum:"finding,asset" doc:"How far a false positive reaches; asset is this check on this asset, also what is still to come."`
	Role   string    `json:"role,omitempty" maxLength:"40" doc:"Which of the caller's own roles speaks; clinical-engineering goes first if it is one."`
}

type decisionInput struct {
	IfMatch
	ID   string `path:"id" minLength:"1" maxLength:"100"`
	Body Decided
}

type findingOutput struct {
	ETag string `header:"ETag"`
	Body *board.Finding
}

// may lists what the caller can do with a finding now.
func (s *Server) may(ctx context.Context, f *board.Finding) []string {
	out := []string{}
	if f.State == wardround.Fixed {
		return out
	}
	decide, accept := s.mayDo(ctx, account.Decide, f), s.mayDo(ctx, account.Accept, f)
	add := func(ok bool, what string) {
		if ok {
			out = append(out, what)
		}
	}
	add(decide && f.State != wardround.Acknowledged, "acknowledge")
	add(accept, "accept")
	add(accept, "false positive")
	add(accept && f.State != wardround.Mitigated, "mitigated")
	_, now := s.position()
	add(accept && f.Claim.Frees(now) && (f.State != wardround.ClaimedNotAffected || f.Decision == nil), "confirm claim")
	add(accept && f.State != wardround.Open && f.State != wardround.Reopened, "reopen")
	add(decide, "assign")
	return out
}

func (s *Server) mayDo(ctx context.Context, x account.Permission, f *board.Finding) bool {
	return principal(ctx).MayFor(x, string(s.opt.Scope.Site), s.linesOf(f)...)
}

// linesOf are the product lines a finding is about.
func (s *Server) linesOf(f *board.Finding) []string {
	if a := s.opt.Board.SubjectAsset(board.Visible{}, f.Subject); a != nil {
		return productsOf(a.Asset)
	}
	if f.Subject.Kind == wardround.SubjectRelease {
		return s.opt.Board.Lines(wardround.ReleaseID(f.Subject.ID))
	}
	return nil
}

func (s *Server) decideFinding(ctx context.Context, in *decisionInput) (*findingOutput, error) {
	see := s.sight(ctx, account.View)
	s.deciding.Lock() // what is checked here is what is decided on
	defer s.deciding.Unlock()
	f, err := s.finding(see, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.check(f.ETag); err != nil {
		return nil, err
	}
	said, err := s.decision(ctx, f, &in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.say(ctx, said); err != nil {
		return nil, err
	}
	if f, err = s.finding(see, in.ID); err != nil {
		return nil, err
	}
	if !decidedAs(f, said) {
		return nil, wardround.Errorf(wardround.EConflict, "api.decide", "the finding changed meanwhile and is %s; nothing was decided", f.State)
	}
	return &findingOutput{quote(f.ETag), f.In(s.language(ctx, ""))}, nil
}

// decidedAs reports whether what was said stands, or is proposed.
func decidedAs(f *board.Finding, d *kind.FindingDecidedV1) bool {
	by := func(x *wardround.Decision) bool {
		return x != nil && x.State == d.State && len(x.By) > 0 && x.By[len(x.By)-1].Name == string(d.By)
	}
	return f.State == d.State && by(f.Decision) || by(f.Proposed)
}

// decision checks what a person wants to say of a finding, and words it for the
// log. The pipeline checks again; here the person is told what is missing. Errors:
// EInvalid, EForbidden, EConflict.
func (s *Server) decision(ctx context.Context, f *board.Finding, d *Decided) (*kind.FindingDecidedV1, error) {
	const op = "api.decide"
	state := wardround.FindingState(d.State)
	needs := account.Accept
	if state == wardround.Acknowledged {
		needs = account.Decide
	}
	role, err := s.speaks(ctx, needs, f, d.Role)
	if err != nil {
		return nil, err
	}
	_, now := s.position()
	if err := decidable(f, state, now); err != nil {
		return nil, err
	}
	if err := s.within(f, state, d, now); err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(d.Reason)
	if reason == "" && state != wardround.Acknowledged {
		return nil, wardround.Errorf(wardround.EInvalid, op, "say why: a reason is needed to call it %s", state)
	}
	said := &kind.FindingDecidedV1{
		Finding: f.ID, State: state, Until: d.Until, By: kind.PersonalText(principal(ctx).Name()), Role: string(role),
		Reason: kind.PersonalText(reason), Scope: wardround.DecisionScope(d.Scope),
	}
	if f.TwoPeople && needsTwo(state) {
		if state == wardround.ClaimedNotAffected && f.Proposed != nil && f.Proposed.Fact != f.Fact {
			return said, nil // what was proposed was of something else
		}
		return said, second(f.Proposed, said, f.Severity)
	}
	return said, nil
}

// speaks returns the role in which the caller decides. It comes from the grants: a
// request can only choose among them.
func (s *Server) speaks(ctx context.Context, needs account.Permission, f *board.Finding, asked string) (account.Role, error) {
	p, lines := principal(ctx), s.linesOf(f)
	roles := p.Roles(needs, string(s.opt.Scope.Site), lines...)
	switch {
	case len(roles) == 0:
		return "", wardround.Errorf(wardround.EForbidden, "api.decide", "it needs the permission %q for this asset", needs)
	case asked == "":
		return p.PersonRole(needs, string(s.opt.Scope.Site), lines...), nil
	case !slices.Contains(roles, account.Role(asked)):
		return "", wardround.Errorf(wardround.EForbidden, "api.decide", "you cannot speak as %s here; you can as %s", clip(asked, 40), strings.Join(text(roles), ", "))
	}
	return account.Role(asked), nil
}

// decidable refuses what cannot be said of a finding as it is.
func decidable(f *board.Finding, state wardround.FindingState, now time.Time) error {
	const op = "api.decide"
	switch {
	case f.State == wardround.Fixed:
		return wardround.Errorf(wardround.EConflict, op, "it was seen to be fixed on %s; there is nothing to decide", f.Fixed.UTC().Format(time.DateOnly))
	case state == wardround.ClaimedNotAffected && !f.Claim.Frees(now):
		return wardround.Errorf(wardround.EConflict, op, "no author claims that it is not affected; there is nothing to confirm")
	case state == wardround.Reopened && (f.State == wardround.Open || f.State == wardround.Reopened):
		return wardround.Errorf(wardround.EConflict, op, "it is open already")
	}
	return nil
}

// needsTwo reports whether it takes two people to say that of what a life may depend
// on.
func needsTwo(state wardround.FindingState) bool {
	return state == wardround.Accepted || state == wardround.FalsePositive || state == wardround.ClaimedNotAffected
}

// within checks how long and how far a decision reaches.
func (s *Server) within(f *board.Finding, state wardround.FindingState, d *Decided, now time.Time) error {
	const op = "api.decide"
	until, two := d.Until, f.TwoPeople
	switch {
	case !needsTwo(state):
		if !until.IsZero() {
			return wardround.Errorf(wardround.EInvalid, op, "until goes with accepted, false positive and a confirmed claim; %s lasts until someone says otherwise", state)
		}
		if d.Scope != "" && d.Scope != string(wardround.ScopeFinding) {
			return wardround.Errorf(wardround.EInvalid, op, "scope goes with false positive")
		}
		return nil
	case state == wardround.Accepted && until.IsZero():
		return wardround.Errorf(wardround.EInvalid, op, "a risk is accepted until a date: send until")
	case !until.IsZero() && !until.After(now):
		return wardround.Errorf(wardround.EInvalid, op, "until is %s; it is %s at the site already", until.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case two && until.Sub(now) > wardround.MaxAcceptance:
		return wardround.Errorf(wardround.EInvalid, op, "where a life may depend on it, at most 90 days: until %s", now.Add(wardround.MaxAcceptance).UTC().Format(time.DateOnly))
	}
	if d.Scope != string(wardround.ScopeAsset) {
		return nil
	}
	switch {
	case state != wardround.FalsePositive:
		return wardround.Errorf(wardround.EInvalid, op, "a risk is accepted of one finding; scope goes with false positive")
	case f.Subject.Kind != wardround.SubjectAsset:
		return wardround.Errorf(wardround.EInvalid, op, "it is of a %s and not of an asset: only the finding itself can be called false", f.Subject.Kind)
	case until.Sub(now) > wardround.MaxScope:
		return wardround.Errorf(wardround.EInvalid, op, "a whole asset for at most a year: until %s", now.Add(wardround.MaxScope).UTC().Format(time.DateOnly))
	}
	return nil
}

// second refuses early what the pipeline would not let stand, and says who is
// missing. What the first of two says always becomes the proposal.
func second(first *wardround.Decision, d *kind.FindingDecidedV1, severity wardround.Severity) error {
	scope := func(x wardround.DecisionScope) wardround.DecisionScope {
		if x == "" {
			return wardround.ScopeFinding
		}
		return x
	}
	if first == nil || first.State != d.State || scope(first.Scope) != scope(d.Scope) || first.Severity < severity || len(first.By) == 0 {
		return nil // this is the first word on that
	}
	who := first.By[0]
	clinical := who.Role == wardround.RoleClinicalEngineering
	switch {
	case strings.EqualFold(strings.TrimSpace(who.Name), strings.TrimSpace(string(d.By))):
		missing := "another person must say so too"
		if !clinical {
			missing += ", of clinical engineering"
		}
		return hinted(wardround.Errorf(wardround.EForbidden, "api.decide", "you have proposed it already; %s", missing), "Ask that person to look at it.")
	case !clinical && d.Role != wardround.RoleClinicalEngineering:
		return hinted(wardround.Errorf(wardround.EForbidden, "api.decide", "%s (%s) has proposed it; one of the two must be of clinical engineering", who.Name, who.Role),
			"Ask someone of clinical engineering to look at it.")
	}
	return nil
}

// Assigned is who is to look after a finding.
type Assigned struct {
	To   string    `json:"to" maxLength:"200" doc:"Name of an account; nothing takes it back."`
	Due  time.Time `json:"due,omitzero"`
	Note string    `json:"note,omitempty" maxLength:"1000"`
}

type assignmentInput struct {
	IfMatch
	ID   string `path:"id" minLength:"1" maxLength:"100"`
	Body Assigned
}

func (s *Server) assignFinding(ctx context.Context, in *assignmentInput) (*findingOutput, error) {
	see := s.sight(ctx, account.View)
	s.deciding.Lock()
	defer s.deciding.Unlock()
	f, err := s.finding(see, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.check(f.ETag); err != nil {
		return nil, err
	}
	if err := s.assignable(ctx, &in.Body); err != nil {
		return nil, err
	}
	said, err := s.assignment(ctx, f, &in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.say(ctx, said); err != nil {
		return nil, err
	}
	if f, err = s.finding(see, in.ID); err != nil {
		return nil, err
	}
	if a := f.Assignment; (a == nil) != (in.Body.To == "") || a != nil && a.To != in.Body.To {
		return nil, wardround.Errorf(wardround.EConflict, "api.assign", "the finding changed meanwhile and is %s; nobody was given it", f.State)
	}
	return &findingOutput{quote(f.ETag), f.In(s.language(ctx, ""))}, nil
}

// assignable checks who is to be given something, and until when. To becomes the
// account's name as it is written.
func (s *Server) assignable(ctx context.Context, a *Assigned) error {
	const op = "api.assign"
	if a.To == "" {
		if !a.Due.IsZero() || a.Note != "" {
			return wardround.Errorf(wardround.EInvalid, op, "who takes it back leaves neither a date nor a note")
		}
		return nil
	}
	who, err := s.opt.Accounts.AccountNamed(ctx, a.To)
	if wardround.ErrorCode(err) == wardround.ENotFound || err == nil && who.Disabled {
		return hinted(wardround.Errorf(wardround.EInvalid, op, "there is nobody called %q who could do it", clip(a.To, 60)), "Use the name of an account.")
	}
	if err != nil {
		return err
	}
	a.To = who.Name
	if _, now := s.position(); !a.Due.IsZero() && !a.Due.After(now) {
		return wardround.Errorf(wardround.EInvalid, op, "it would have been due on %s already", a.Due.UTC().Format(time.RFC3339))
	}
	return nil
}

func (s *Server) assignment(ctx context.Context, f *board.Finding, a *Assigned) (*kind.FindingAssignedV1, error) {
	role, err := s.speaks(ctx, account.Decide, f, "")
	if err != nil {
		return nil, err
	}
	if f.State == wardround.Fixed {
		return nil, decidable(f, wardround.Acknowledged, time.Time{})
	}
	return &kind.FindingAssignedV1{
		Finding: f.ID, To: kind.PersonalText(a.To), Due: a.Due, By: kind.PersonalText(principal(ctx).Name()), Role: string(role), Note: kind.PersonalText(a.Note),
	}, nil
}

// twoNeeded is why something is not done in bulk.
func twoNeeded(f *board.Finding) error {
	return hinted(wardround.Errorf(wardround.EForbidden, "api.bulk", "%s: a life may depend on %s, so two people look at it, and never at many at once", f.Title, f.AssetName),
		fmt.Sprintf("Open it by itself: /findings/%s.", f.ID))
}
