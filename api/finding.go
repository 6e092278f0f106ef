package api

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/clinical"
	"github.com/wardround/wardround/control"
	"github.com/wardround/wardround/live"
)

var findingListRoutes = []Route{
	{Method: GET, Path: "/api/v1/findings", ID: "list-findings", Tag: "findings", Summary: "What fails",
		Doc:   "The worst first. Sorts: severity, criticality, opened, last_seen, fixed, due, title, asset, check, state, zone, ward.",
		Needs: account.View, register: list((*Server).listFindings)},
	{Method: GET, Path: "/api/v1/findings/{id}", ID: "get-finding", Tag: "findings", Summary: "One finding: what it means, what to do, what it rests on",
		Needs: account.View, Errors: []int{304, 404}, register: handle((*Server).getFinding)},
}

type findingsInput struct {
	ListQuery
	Spoken
	Q           string    `query:"q" maxLength:"200" doc:"Words that all occur in title, check, asset or item."`
	State       []string  `query:"state" maxItems:"7" doc:"Any of these: open, acknowledged, mitigated, accepted, false positive, fixed, reopened."`
	Live        bool      `query:"live" default:"true" doc:"Leave out what is fixed, unless state asks for it."`
	Severity    string    `query:"severity" enum:"none,info,low,medium,high,critical" doc:"This or worse."`
	Check       string    `query:"check" maxLength:"100"`
	Concern     string    `query:"concern" enum:"security,privacy,interoperability"`
	Asset       string    `query:"asset" maxLength:"100" doc:"Id of an asset; of a link's finding, either end."`
	Zone        string    `query:"zone" maxLength:"200"`
	Ward        string    `query:"ward" maxLength:"200"`
	Role        string    `query:"role" maxLength:"200" doc:"Role of the asset."`
	Criticality string    `query:"criticality" enum:"unknown,administrative,monitoring,diagnostic,therapeutic,life-sustaining"`
	Kind        string    `query:"kind" enum:"device,intermediary,service,model,unknown"`
	Case        string    `query:"case" maxLength:"100"`
	Assignee    string    `query:"assignee" maxLength:"200" doc:"Name of an account; me is the caller's."`
	Overdue     string    `query:"overdue" enum:"true,false"`
	Stale       string    `query:"stale" enum:"true,false" doc:"Whether it was not seen again for too long to tell."`
	OpenedSince time.Time `query:"opened_since"`
}

var findingStates = []wardround.FindingState{
	wardround.Open, wardround.Acknowledged, wardround.Mitigated, wardround.Accepted, wardround.FalsePositive, wardround.Fixed, wardround.Reopened,
	wardround.ClaimedNotAffected,
}

func (s *Server) listFindings(ctx context.Context, in *findingsInput) (RowsFunc[*board.Finding], error) {
	if s.opt.Board == nil {
		return nil, missing("the list of findings")
	}
	q := board.FindingQuery{
		List: board.List{Visible: s.sight(ctx, account.View), Sort: in.Sort}, Q: in.Q, Fixed: !in.Live, Check: in.Check, Concern: wardround.Concern(in.Concern),
		Asset: wardround.AssetID(in.Asset), Zone: wardround.ZoneID(in.Zone), Ward: in.Ward, Role: in.Role, Case: in.Case,
		Assignee: in.Assignee, Overdue: tristate(in.Overdue), Stale: tristate(in.Stale), OpenedSince: in.OpenedSince,
	}
	if q.Assignee == "me" {
		q.Assignee = principal(ctx).Name()
	}
	for _, st := range in.State {
		if err := oneOf("state", wardround.FindingState(st), findingStates...); err != nil {
			return nil, err
		}
		q.States = append(q.States, wardround.FindingState(st))
	}
	severity, err := optional("severity", in.Severity, wardround.ParseSeverity)
	if err != nil {
		return nil, err
	}
	if severity != nil {
		q.Severity = *severity
	}
	if q.Criticality, err = optional("criticality", in.Criticality, wardround.ParseCriticality); err != nil {
		return nil, err
	}
	if q.Kind, err = optional("kind", in.Kind, wardround.ParseAssetKind); err != nil {
		return nil, err
	}
	language := s.language(ctx, in.Language)
	return func(_ context.Context, cursor string, limit int) (Rows[*board.Finding], error) {
		q.Cursor, q.Limit = cursor, limit
		p, err := s.opt.Board.Findings(q)
		p.Items = told(p.Items, language)
		return Rows[*board.Finding](p), err
	}, nil
}

// FindingDetail is a finding with all that is read of it on its page.
type FindingDetail struct {
	*board.Finding
	Voice check.Text `json:"voice"`
	// FactsTold are those of Facts that are words of the check, in its language.
	FactsTold map[string]any  `json:"facts_told" doc:"Those of facts that are words of the check, in the language of the answer."`
	Card      *board.Asset    `json:"asset_card,omitempty"`
	Line      *board.CaseLine `json:"case_line"`
	Links     []*board.Link   `json:"links"`
	Controls  []ControlRef    `json:"controls"`
	// History is of the verdict, newest first, at most maxHistory.
	History   []Transition     `json:"history"`
	Decisions []board.AuditRow `json:"decisions"`
	Related   []*board.Finding `json:"related"`
	// Observations are what it rests on; empty without the permission to observe.
	Observations []live.ObservationRow `json:"observations"`
	Leaf         *uint64               `json:"leaf,omitempty" doc:"Its newest evidence in the ledger."`
	May          []string              `json:"may" doc:"What the caller may do with it now: acknowledge, accept, false positive, mitigated, reopen, assign."`
	MaxUntil     *time.Time            `json:"max_until,omitempty" doc:"Until when it can be accepted at most."`
}

// ControlRef is a control that a check gives evidence for.
type ControlRef struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Clauses []string `json:"clauses"`
}

// Transition is one change of a verdict.
type Transition struct {
	From   wardround.State `json:"from"`
	To     wardround.State `json:"to"`
	At     time.Time       `json:"at"`
	Seq    uint64          `json:"seq"`
	Reason string          `json:"reason"`
	Leaf   *uint64         `json:"leaf,omitempty"`
}

// How much of each a finding's page shows.
const (
	maxHistory   = 200
	maxDecisions = 100
	maxRelated   = 20
	maxLinks     = 20
	maxSeen      = 20
)

type findingInput struct {
	IfNoneMatch
	Spoken
	ID string `path:"id" minLength:"1" maxLength:"100"`
}

type findingDetailOutput struct {
	ETag string `header:"ETag"`
	Body *FindingDetail
}

func (s *Server) getFinding(ctx context.Context, in *findingInput) (*findingDetailOutput, error) {
	see := s.sight(ctx, account.View)
	f, err := s.finding(see, in.ID)
	if err != nil {
		return nil, err
	}
	// The ETag is of what is decided by; the page has more that changes, and asks
	// again without it.
	if err := in.changed(f.ETag); err != nil {
		return nil, err
	}
	language := s.language(ctx, in.Language)
	asset := s.opt.Board.SubjectAsset(see, f.Subject)
	d := &FindingDetail{
		Finding: f.In(language), Voice: voice(language, f, asset), FactsTold: f.FactsIn(language), Line: s.opt.Board.Case(see, f.Case, language),
		Links: some(s.opt.Board.LinksOf(see, f.Subject, maxLinks)), Controls: controlsOf(f.Check),
		Related: told(s.opt.Board.Related(see, f.ID, maxRelated), language), May: s.may(ctx, f), History: []Transition{}, Observations: []live.ObservationRow{},
	}
	if asset != nil {
		d.Card = asset.In(language)
	}
	if f.TwoPeople {
		_, now := s.position()
		until := now.Add(wardround.MaxAcceptance).UTC()
		d.MaxUntil = &until
	}
	if d.History, d.Leaf, err = s.history(ctx, f.Key, language); err != nil {
		return nil, err
	}
	acts, err := s.opt.Board.Audit(board.AuditQuery{List: board.List{Limit: maxDecisions}, About: f.ID})
	if err != nil {
		return nil, err
	}
	d.Decisions = some(acts.Items)
	if watch := s.sight(ctx, account.Observe); watch.All() || len(watch.Products) > 0 {
		if d.Observations, err = s.restsOn(ctx, watch, f.Finding, asset); err != nil {
			return nil, err
		}
	}
	return &findingDetailOutput{quote(f.ETag), d}, nil
}

// some is rows, [] for none.
func some[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

// finding returns one that may be seen. Errors: ENotFound.
func (s *Server) finding(see board.Visible, id string) (*board.Finding, error) {
	if s.opt.Board == nil {
		return nil, missing("findings")
	}
	f := s.opt.Board.Finding(see, id)
	if f == nil {
		return nil, wardround.Errorf(wardround.ENotFound, "api.finding", "there is no finding %q", clip(id, 40))
	}
	return f, nil
}

func voice(language string, f *board.Finding, asset *board.Asset) check.Text {
	c := check.Lookup(f.Check)
	if c == nil {
		return check.Text{Language: check.English, Title: f.Title, Where: f.AssetName, Why: "This version does not have the check " + f.Check + "."}
	}
	if asset == nil {
		return c.RenderIn(language, f.Finding, nil, nil)
	}
	return c.RenderIn(language, f.Finding, asset.Asset, clinical.ProfileIn(language, asset.Attr(wardround.AttrRole)))
}

func controlsOf(id string) []ControlRef {
	out := []ControlRef{}
	c := check.Lookup(id)
	if c == nil {
		return out
	}
	for _, id := range c.Controls {
		if x, ok := control.Lookup(id); ok {
			out = append(out, ControlRef{ID: x.ID, Title: x.Title, Clauses: x.Clause})
		}
	}
	return out
}

// history is what became of a verdict, newest first, and its newest leaf.
func (s *Server) history(ctx context.Context, k wardround.Key, language string) ([]Transition, *uint64, error) {
	out := []Transition{}
	var leaf *uint64
	if s.opt.Store == nil {
		return out, nil, nil
	}
	for t, err := range s.opt.Store.Transitions(ctx, s.opt.Scope, k) {
		if err != nil {
			return nil, nil, err
		}
		x := Transition{From: t.From, To: t.To, At: t.At.UTC(), Seq: t.Seq}
		x.Reason, _ = check.PhraseIn(language, t.Reason)
		if t.Leaf != wardround.NoLeaf && !t.Late() {
			n := t.Leaf
			x.Leaf, leaf = &n, &n
		}
		if out = append(out, x); len(out) >= 2*maxHistory {
			out = append([]Transition{}, out[len(out)-maxHistory:]...)
		}
	}
	out = out[max(0, len(out)-maxHistory):]
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, leaf, nil
}
