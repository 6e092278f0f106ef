package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
)

var linkRoutes = []Route{
	{Method: GET, Path: "/api/v1/links", ID: "list-links", Tag: "links", Summary: "Who talks to whom",
		Doc: "Sorts: protocol, port, client, server, last, first, severity, encrypted, observations.", Needs: account.View, Errors: []int{501}, register: list((*Server).listLinks)},
	{Method: GET, Path: "/api/v1/assets/{id}/links", ID: "list-asset-links", Tag: "links", Summary: "What one asset talks to",
		Needs: account.View, Errors: []int{404, 501}, register: list((*Server).listAssetLinks)},
	{Method: GET, Path: "/api/v1/map", ID: "get-map", Tag: "links", Summary: "The site as a graph: assets, and one link per protocol between any two",
		Doc: "It stays the same, and so does its ETag, while nothing but times changes.", Needs: account.View, Errors: []int{304, 501}, register: graph},
}

type linksInput struct {
	ListQuery
	Q         string `query:"q" maxLength:"200" doc:"Words that all must occur in protocol or either end."`
	Protocol  string `query:"protocol" maxLength:"100"`
	Encrypted string `query:"encrypted" enum:"yes,no,unknown"`
	Zone      string `query:"zone" maxLength:"200" doc:"Of either end."`
	Asset     string `query:"asset" maxLength:"100" doc:"As either end."`
}

func (s *Server) listLinks(ctx context.Context, in *linksInput) (RowsFunc[*board.Link], error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	q := board.LinkQuery{
		List: board.List{Visible: v, Sort: in.Sort}, Q: in.Q, Protocol: in.Protocol, Encrypted: triOf(in.Encrypted),
		Zone: wardround.ZoneID(in.Zone), Asset: wardround.AssetID(in.Asset),
	}
	return linkRows(b, q), nil
}

func linkRows(b *board.Board, q board.LinkQuery) RowsFunc[*board.Link] {
	return func(_ context.Context, cursor string, limit int) (Rows[*board.Link], error) {
		q.Cursor, q.Limit = cursor, limit
		p, err := b.Links(q)
		return Rows[*board.Link](p), err
	}
}

// triOf reads a name that was checked; "" is any.
func triOf(name string) *wardround.Tri {
	if name == "" {
		return nil
	}
	var t wardround.Tri
	_ = t.UnmarshalText([]byte(name)) // never fails
	return &t
}

type assetLinksInput struct {
	ListQuery
	ID string `path:"id" maxLength:"100"`
	Q  string `query:"q" maxLength:"200" doc:"Words that all must occur in protocol or either end."`
}

func (s *Server) listAssetLinks(ctx context.Context, in *assetLinksInput) (RowsFunc[*board.Link], error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := assetOf(b, v, in.ID)
	if err != nil {
		return nil, err
	}
	sort := in.Sort
	if sort == "" {
		sort = "-severity,-last"
	}
	return linkRows(b, board.LinkQuery{List: board.List{Visible: v, Sort: sort}, Q: in.Q, Asset: a.ID}), nil
}

// graph registers the map: it is large, made seldom and read often, so that what is
// sent is kept, compressed as well.
func graph(s *Server, op huma.Operation) {
	raw[struct{}]([]string{"application/json"}, (*Server).getMap)(s, op)
	doc := s.huma.OpenAPI()
	doc.Paths[op.Path].Get.Responses["200"].Content["application/json"].Schema = doc.Components.Schemas.Schema(reflect.TypeFor[board.Graph](), true, "")
}

func (s *Server) getMap(w http.ResponseWriter, r *http.Request, _ *struct{}) error {
	b, v, err := s.seen(r.Context())
	if err != nil {
		return err
	}
	g := b.Graph(v)
	plain, packed, tag, err := g.Encoded()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("ETag", quote(tag))
	h.Set("Vary", "Accept-Encoding")
	if match := r.Header.Get("If-None-Match"); match != "" && matches(match, tag, true) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "application/json")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		plain = packed
	}
	_, _ = w.Write(plain) // who is gone needs no answer
	return nil
}
