package api

import (
	"context"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/portfolio"
)

var componentRoutes = []Route{
	{Method: GET, Path: "/api/v1/releases/{id}/components", ID: "list-components", Tag: "portfolio", Summary: "What a release is made of, level by level, with what is said of each and of all below it",
		Doc: "Without q the components directly below parent; with q all that fit, wherever they stand, at most 1,000.", Needs: account.View, Errors: []int{404}, register: list((*Server).listComponents)},
}

// Component is one component of a release's bill of materials.
type Component struct {
	Row        int                 `json:"row" doc:"In the bill of materials: ask for what is below with parent; -1 for another release whose bill of materials is linked."`
	Release    wardround.ReleaseID `json:"release" doc:"Whose bill of materials it stands in."`
	Ref        string              `json:"ref,omitempty"`
	Parent     int                 `json:"parent" doc:"-1: at the top."`
	Children   int                 `json:"children" doc:"Directly below."`
	Below      int                 `json:"below" doc:"All below; linked bills of materials are not counted."`
	Type       string              `json:"type,omitempty"`
	Group      string              `json:"group,omitempty"`
	Name       string              `json:"name"`
	Version    string              `json:"version,omitempty"`
	PURL       string              `json:"purl,omitempty"`
	CPEs       []string            `json:"cpes,omitempty"`
	Supplier   string              `json:"supplier,omitempty"`
	Label      string              `json:"label" doc:"A purl, else name@version."`
	Path       string              `json:"path" doc:"Names from the product to it, in answers to a search."`
	Identified bool                `json:"identified" doc:"Whether anything can be asked about it."`
	Excluded   bool                `json:"excluded,omitempty" doc:"Not shipped."`
	Flags      []string            `json:"flags,omitempty" doc:"excluded, optional, external, no identity."`
	Exposed    portfolio.Exposed   `json:"exposed" doc:"Its own vulnerabilities. What authors claim is not taken off."`
	Rolled     portfolio.Exposed   `json:"rolled" doc:"Its own and those of all below, each once."`
	Own        []string            `json:"vulnerabilities,omitempty" doc:"Its own that affect it, at most 50."`
}

func componentOf(n *portfolio.Node, path string) Component {
	c := Component{Row: n.Row, Release: n.Release, Ref: n.Ref, Parent: n.Parent, Children: n.Children, Below: n.Below, Type: string(n.Type), Group: n.Group, Name: n.Name,
		Version: n.Version, PURL: n.PURL, CPEs: n.CPEs, Supplier: n.Supplier, Label: n.Label, Path: path, Flags: n.Flags, Exposed: n.Exposed, Rolled: n.Rolled, Own: n.Own,
		Identified: !slices.Contains(n.Flags, "no identity"), Excluded: slices.Contains(n.Flags, "excluded")}
	if n.Row < 0 { // it is looked at as a release of its own
		c.Parent, c.Children = -1, 0
	}
	return c
}

type componentsInput struct {
	ListQuery
	ID     string `path:"id" minLength:"1" maxLength:"100"`
	Parent int    `query:"parent" default:"-1" minimum:"-1" doc:"Row of a component; -1 is the top."`
	Q      string `query:"q" maxLength:"200" doc:"Words that all must occur in name, group, version, purl or supplier."`
}

// mostFound bounds the components that a search lists.
const mostFound = 1000

func (s *Server) listComponents(ctx context.Context, in *componentsInput) (RowsFunc[Component], error) {
	x, err := s.releaseOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := in.sorted("row", "row"); err != nil {
		return nil, err
	}
	rows := []Component{}
	sc := s.scope(ctx)
	if !blank(in.Q) {
		found, all := s.index().FindComponents(x.Release.ID, in.Q, mostFound, sc)
		for i := range found {
			rows = append(rows, componentOf(&found[i].Node, found[i].Path))
		}
		return more(short(s, rows), all-len(rows)), nil
	}
	if !x.HasSBOM {
		return short(s, rows), nil
	}
	nodes, rest, err := s.index().TreeIn(x.Release.ID, in.Parent, sc)
	if err != nil {
		return nil, err
	}
	for i := range nodes {
		rows = append(rows, componentOf(&nodes[i], ""))
	}
	return more(short(s, slices.Clip(rows)), rest), nil
}

// more adds rows that are counted and not shown to the total of a list.
func more[T any](rows RowsFunc[T], n int) RowsFunc[T] {
	return func(ctx context.Context, cursor string, limit int) (Rows[T], error) {
		r, err := rows(ctx, cursor, limit)
		r.Total += n
		return r, err
	}
}
