package api

import (
	"context"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
)

var searchRoutes = []Route{
	{Method: GET, Path: "/api/v1/search", ID: "search", Tag: "overview", Summary: "Find assets, identifiers, findings, cases, checks, zones and pages by words",
		Needs: account.View, Errors: []int{501}, register: handle((*Server).search)},
}

type searchInput struct {
	Q     string `query:"q" maxLength:"200" doc:"Words that all must occur."`
	Limit int    `query:"limit" default:"20" minimum:"1" maximum:"100"`
	Spoken
}

type searchOutput struct {
	Body struct {
		Items []board.Hit `json:"items" doc:"The best first."`
	}
}

// sitePage is a page of the UI that can be found by its name.
type sitePage struct {
	id, title, href, words string
	needs                  account.Permission
}

var sitePages = []sitePage{
	{"overview", "Overview", "/", "now coverage since yesterday sensors start home", account.View},
	{"ecosystem", "Ecosystem", "/ecosystem", "map zones links network", account.View},
	{"assets", "Assets", "/assets", "inventory devices", account.View},
	{"findings", "Findings", "/findings", "cases queue", account.View},
	{"live", "Live", "/live", "observations stream rates", account.Observe},
	{"evidence", "Evidence", "/evidence", "ledger proof export verify bundle", account.View},
	{"checks", "Checks", "/checks", "catalogue rules", account.View},
	{"proposals", "Proposals", "/proposals", "questions merge baseline", account.View},
	{"audit", "Audit trail", "/audit", "who did what", account.Audit},
	{"settings", "Settings", "/settings", "sensors people tokens retention notifications about zones", account.View},
}

func (s *Server) search(ctx context.Context, in *searchInput) (*searchOutput, error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	out := &searchOutput{}
	out.Body.Items = []board.Hit{}
	if in.Q != "" {
		for _, p := range sitePages {
			if len(out.Body.Items) < in.Limit && contains(in.Q, p.title) && principal(ctx).May(p.needs) {
				out.Body.Items = append(out.Body.Items, board.Hit{Kind: "page", ID: p.id, Title: p.title, Href: p.href})
			}
		}
	}
	out.Body.Items = append(out.Body.Items, b.Search(v, in.Q, in.Limit-len(out.Body.Items), s.language(ctx, in.Language))...)
	for _, p := range sitePages { // what only belongs to a page comes last
		if len(out.Body.Items) < in.Limit && in.Q != "" && !contains(in.Q, p.title) && contains(in.Q, p.title, p.words) && principal(ctx).May(p.needs) {
			out.Body.Items = append(out.Body.Items, board.Hit{Kind: "page", ID: p.id, Title: p.title, Href: p.href})
		}
	}
	return out, nil
}
