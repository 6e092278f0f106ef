package api

import (
	"context"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/vex"
)

var vexRoutes = []Route{
	{Method: GET, Path: "/api/v1/vex", ID: "list-vex", Tag: "portfolio", Summary: "The documents of exploitability statements in force, and what became of what they state",
		Needs: account.View, register: list((*Server).listVEX)},
	{Method: GET, Path: "/api/v1/vex/{document}/diagnostics", ID: "list-vex-diagnostics", Tag: "portfolio", Summary: "Statement by statement: what it matched, or what kept it from matching anything",
		Needs: account.View, Errors: []int{404}, register: list((*Server).listDiagnostics)},
}

// VEXRow is a document of statements, and how many of these came to what.
type VEXRow struct {
	Document
	Statements int `json:"statements"`
	Applied    int `json:"applied" doc:"Decide somewhere."`
	Overruled  int `json:"overruled" doc:"Others decide wherever they speak."`
	Expired    int `json:"expired"`
	Nothing    int `json:"nothing" doc:"Speak of nothing that is here."`
	Conflicts  int `json:"conflicts" doc:"Others of equal trust say otherwise."`
}

// fleet is the index as somebody may see it, for [vex.Set.Diagnose].
type fleet struct {
	ix *portfolio.Index
	sc portfolio.Scope
}

func (f fleet) Questions(id string) ([]portfolio.Question, bool) {
	list, known := f.ix.Questions(id)
	return f.seen(list), known
}

func (f fleet) Products() []portfolio.Question { return f.seen(f.ix.Products()) }

func (f fleet) seen(list []portfolio.Question) []portfolio.Question {
	return slices.DeleteFunc(list, func(q portfolio.Question) bool {
		if q.Release != nil {
			return !f.sc.Sees(q.Release)
		}
		return !f.sc.Sees(&wardround.Release{Maker: q.Component.Supplier, Product: q.Component.Name, Models: q.Component.Models, Names: q.Component.Names})
	})
}

// diagnoses are those of the documents that the caller may see, by document.
func (s *Server) diagnoses(ctx context.Context, only wardround.DocumentID) map[wardround.DocumentID][]vex.Diagnosis {
	out := map[wardround.DocumentID][]vex.Diagnosis{}
	veil := s.veil(ctx)
	_, now := s.position()
	for _, d := range s.opt.Portfolio.Claims.Diagnose(fleet{s.index(), s.scope(ctx)}, now, only) {
		if veil.hides(d.Vulnerability) || veil.mentions(d.Said) {
			continue
		}
		d.Products = some(d.Products)
		out[d.Document] = append(out[d.Document], d)
	}
	return out
}

type vexInput struct {
	ListQuery
	Q       string `query:"q" maxLength:"200" doc:"Words that all must occur in name or author."`
	Outcome string `query:"outcome" enum:"applied,overruled,expired,nothing" doc:"Some statement came to this."`
}

func (s *Server) listVEX(ctx context.Context, in *vexInput) (RowsFunc[VEXRow], error) {
	if _, err := in.sorted("-at", "-at"); err != nil {
		return nil, err
	}
	rows := []VEXRow{}
	if s.index() == nil || s.opt.Portfolio.Claims == nil {
		return short(s, rows), nil
	}
	docs, err := s.documents(ctx, func(d *wardround.Document) bool { return d.Kind == wardround.DocumentVEX && d.Replaced.IsZero() })
	if err != nil {
		return nil, err
	}
	said := s.diagnoses(ctx, "")
	for _, d := range docs {
		if !contains(in.Q, d.Name, d.Author) {
			continue
		}
		row := VEXRow{Document: d}
		for _, x := range said[d.ID] {
			row.Statements++
			if len(x.Conflicts) > 0 {
				row.Conflicts++
			}
			switch x.Outcome {
			case "applied":
				row.Applied++
			case "overruled":
				row.Overruled++
			case "expired":
				row.Expired++
			default:
				row.Nothing++
			}
		}
		n := map[string]int{"applied": row.Applied, "overruled": row.Overruled, "expired": row.Expired, "nothing": row.Nothing}
		if in.Outcome == "" || n[in.Outcome] > 0 {
			rows = append(rows, row)
		}
	}
	return short(s, rows), nil
}

type diagnosticsInput struct {
	ListQuery
	Document string `path:"document" minLength:"1" maxLength:"100"`
	Outcome  string `query:"outcome" enum:"applied,overruled,expired,nothing"`
}

func (s *Server) listDiagnostics(ctx context.Context, in *diagnosticsInput) (RowsFunc[vex.Diagnosis], error) {
	if _, err := in.sorted("place", "place"); err != nil {
		return nil, err
	}
	d, err := s.documentOf(ctx, in.Document)
	if err != nil {
		return nil, err
	}
	rows := []vex.Diagnosis{}
	if s.opt.Portfolio.Claims != nil {
		for _, x := range s.diagnoses(ctx, d.ID)[d.ID] {
			if in.Outcome == "" || x.Outcome == in.Outcome {
				rows = append(rows, x)
			}
		}
	}
	return short(s, rows), nil
}
