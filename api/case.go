package api

import (
	"context"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
)

var caseRoutes = []Route{
	{Method: GET, Path: "/api/v1/cases", ID: "list-cases", Tag: "findings", Summary: "Findings that are one matter, as one line each",
		Needs: account.View, register: list((*Server).listCases)},
	{Method: GET, Path: "/api/v1/cases/{id}", ID: "get-case", Tag: "findings", Summary: "One case and its findings",
		Needs: account.View, Errors: []int{404}, register: handle((*Server).getCase)},
}

type casesInput struct {
	ListQuery
	Spoken
	Q        string `query:"q" maxLength:"200"`
	State    string `query:"state" enum:"open,closed"`
	Severity string `query:"severity" enum:"none,info,low,medium,high,critical" doc:"This or worse."`
	Check    string `query:"check" maxLength:"100"`
	Zone     string `query:"zone" maxLength:"200"`
}

func (s *Server) listCases(ctx context.Context, in *casesInput) (RowsFunc[*board.CaseLine], error) {
	if s.opt.Board == nil {
		return nil, missing("the list of cases")
	}
	q := board.CaseQuery{
		List: board.List{Visible: s.sight(ctx, account.View), Sort: in.Sort}, Q: in.Q, State: in.State, Check: in.Check,
		Zone: wardround.ZoneID(in.Zone), Language: s.language(ctx, in.Language),
	}
	severity, err := optional("severity", in.Severity, wardround.ParseSeverity)
	if err != nil {
		return nil, err
	}
	if severity != nil {
		q.Severity = *severity
	}
	return func(_ context.Context, cursor string, limit int) (Rows[*board.CaseLine], error) {
		q.Cursor, q.Limit = cursor, limit
		p, err := s.opt.Board.Cases(q)
		return Rows[*board.CaseLine](p), err
	}, nil
}

// CaseDetail is a case with a page of its findings, fixed ones included.
type CaseDetail struct {
	*board.CaseLine
	Items []*board.Finding `json:"items"`
	Next  string           `json:"next,omitempty" doc:"Send it as cursor for more of its findings."`
	Total int              `json:"total"`
}

type caseInput struct {
	Spoken
	ID     string `path:"id" minLength:"1" maxLength:"100"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500"`
	Cursor string `query:"cursor" maxLength:"2048"`
}

type caseOutput struct{ Body *CaseDetail }

func (s *Server) getCase(ctx context.Context, in *caseInput) (*caseOutput, error) {
	if s.opt.Board == nil {
		return nil, missing("cases")
	}
	see := s.sight(ctx, account.View)
	language := s.language(ctx, in.Language)
	line := s.opt.Board.Case(see, in.ID, language)
	if line == nil {
		return nil, wardround.Errorf(wardround.ENotFound, "api.case", "there is no case %q", clip(in.ID, 40))
	}
	bound := "case " + in.ID
	cursor, err := s.cursors.open(bound, in.Cursor)
	if err != nil {
		return nil, err
	}
	p, err := s.opt.Board.Findings(board.FindingQuery{
		List: board.List{Visible: see, Cursor: cursor, Limit: in.Limit}, Case: in.ID, Fixed: true,
	})
	if err != nil {
		return nil, err
	}
	return &caseOutput{&CaseDetail{CaseLine: line, Items: told(p.Items, language), Next: s.cursors.seal(bound, p.Next), Total: p.Total}}, nil
}
