package api

import (
	"context"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/portfolio"
)

type exposuresInput struct {
	ListQuery
	ID        string   `path:"id" minLength:"1" maxLength:"100"`
	Q         string   `query:"q" maxLength:"200" doc:"Words that all must occur in id, aliases, title or components."`
	State     []string `query:"state" maxItems:"3" doc:"Any of fail, unknown, pass."`
	Severity  string   `query:"severity" enum:"none,info,low,medium,high,critical" doc:"This or worse."`
	Exploited string   `query:"exploited" enum:"true,false"`
	Claimed   string   `query:"claimed" enum:"true,false" doc:"Whether a statement decides."`
	Component string   `query:"component" maxLength:"1000" doc:"In a component whose name or purl holds this."`
}

func (s *Server) releaseExposures(ctx context.Context, in *exposuresInput) (RowsFunc[Exposure], error) {
	x, err := s.releaseOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.exposuresOf(ctx, in, wardround.ReleaseSubject(x.Release.ID), x.Release.Name(), s.criticality(x.Release.ID))
}

func (s *Server) assetExposures(ctx context.Context, in *exposuresInput) (RowsFunc[Exposure], error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := assetOf(b, v, in.ID)
	if err != nil {
		return nil, err
	}
	subject, name := wardround.AssetSubject(a.ID), a.Name
	if ix := s.index(); ix != nil && a.Release != "" {
		if r := ix.Release(a.Release); r != nil {
			subject, name = wardround.ReleaseSubject(r.ID), r.Name()
		}
	}
	return s.exposuresOf(ctx, in, subject, name, a.Criticality)
}

func (s *Server) exposuresOf(ctx context.Context, in *exposuresInput, subject wardround.Subject, name string, crit wardround.Criticality) (RowsFunc[Exposure], error) {
	if _, err := in.sorted("priority", "priority"); err != nil {
		return nil, err
	}
	for _, st := range in.State {
		if err := oneOf("state", st, "fail", "unknown", "pass"); err != nil {
			return nil, err
		}
	}
	if s.index() == nil {
		return short(s, []Exposure{}), nil
	}
	all, err := s.exposures(ctx, subject, name, crit)
	if err != nil {
		return nil, err
	}
	rows := []Exposure{}
	for _, e := range all {
		var components []string
		for _, p := range e.Places {
			components = append(components, p.Component, p.Path)
		}
		switch {
		case len(in.State) > 0 && !slices.Contains(in.State, e.State.String()),
			in.Severity != "" && e.Severity < severityOf(in.Severity),
			in.Exploited != "" && e.Exploited != (in.Exploited == "true"),
			in.Claimed != "" && (e.Claim != nil) != (in.Claimed == "true"),
			in.Component != "" && !contains(in.Component, components...),
			!contains(in.Q, append(components, e.Vulnerability, e.Title, strings.Join(e.Aliases, "\n"))...):
			continue
		}
		rows = append(rows, e)
	}
	return short(s, rows), nil
}

// criticality is the highest of the assets that are instances of a release.
func (s *Server) criticality(id wardround.ReleaseID) (out wardround.Criticality) {
	if s.opt.Board == nil {
		return out
	}
	first := true
	for a := range s.index().Instances(id) {
		if x := s.opt.Board.Asset(board.Visible{}, a); x != nil && (first || x.Criticality.Rank() > out.Rank()) {
			out, first = x.Criticality, false
		}
	}
	return out
}

// findingsOf are the ids of the live findings of a subject, by vulnerability.
func (s *Server) findingsOf(ctx context.Context, subject wardround.Subject) map[string]string {
	out := map[string]string{}
	if s.opt.Board == nil {
		return out
	}
	p, err := s.opt.Board.Findings(board.FindingQuery{List: board.List{Visible: s.sight(ctx, account.View), Limit: -1}, Subject: subject, Check: portfolio.CheckKnown})
	if err == nil {
		for _, f := range p.Items {
			out[f.Item] = f.ID
		}
	}
	return out
}
