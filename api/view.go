package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

var viewRoutes = []Route{
	{Method: GET, Path: "/api/v1/views", ID: "list-views", Tag: "views", Summary: "Saved views: mine, and those that are shared",
		Needs: account.View, Errors: []int{501}, register: list((*Server).listViews)},
	{Method: POST, Path: "/api/v1/views", ID: "save-view", Tag: "views", Summary: "Save a view",
		Needs: account.View, Status: http.StatusCreated, Errors: []int{422, 501, 507}, register: handle((*Server).saveView)},
	{Method: DELETE, Path: "/api/v1/views/{id}", ID: "delete-view", Tag: "views", Summary: "Delete a view",
		Doc: "One's own; those that others share, with the permission people.", Needs: account.View, Errors: []int{403, 404, 501}, register: handle((*Server).deleteView)},
}

// View is a page with its filters under a name.
type View struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Page   string `json:"page"`
	Query  string `json:"query"`
	Shared bool   `json:"shared"`
	Mine   bool   `json:"mine"`
}

// savedView is what is stored of a view.
type savedView struct {
	Name   string `json:"name"`
	Page   string `json:"page"`
	Query  string `json:"query"`
	Shared bool   `json:"shared"`
	Owner  string `json:"owner"` // id of an account
}

const (
	viewPrefix = "views/"
	// mostViews bounds the views that one person keeps.
	mostViews = 100
)

type viewsInput struct {
	ListQuery
	Page string `query:"page" maxLength:"100" doc:"Only those of this page."`
}

// views returns the views that the caller may use, by name.
func (s *Server) views(ctx context.Context, page string) ([]View, error) {
	if s.opt.Documents == nil {
		return nil, missing("saving views")
	}
	docs, err := s.opt.Documents.ListDocuments(ctx, viewPrefix)
	if err != nil {
		return nil, err
	}
	out := []View{}
	for _, d := range docs {
		v, err := readView(d)
		if err != nil {
			return nil, err
		}
		mine := v.Owner == principal(ctx).Account.ID
		if (mine || v.Shared) && (page == "" || v.Page == page) {
			out = append(out, View{strings.TrimPrefix(d.Name, viewPrefix), v.Name, v.Page, v.Query, v.Shared, mine})
		}
	}
	slices.SortFunc(out, func(a, b View) int {
		return strings.Compare(strings.ToLower(a.Name)+"\x00"+a.ID, strings.ToLower(b.Name)+"\x00"+b.ID)
	})
	return out, nil
}

func readView(d account.Document) (savedView, error) {
	var v savedView
	if err := json.Unmarshal(d.Value, &v); err != nil {
		return v, wardround.Errorf(wardround.EIntegrity, "api.views", "the stored view %s cannot be read: %w", d.Name, err)
	}
	return v, nil
}

func (s *Server) listViews(ctx context.Context, in *viewsInput) (RowsFunc[View], error) {
	views, err := s.views(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	return short(s, views), nil
}

type saveViewInput struct {
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"100"`
		Page   string `json:"page" maxLength:"100" pattern:"^/?[a-z][a-z0-9/-]*$" doc:"Path of the page, findings."`
		Query  string `json:"query" maxLength:"2000" doc:"Its filters, as in the URL."`
		Shared bool   `json:"shared,omitempty" doc:"Others see it too."`
	}
}

type viewOutput struct{ Body View }

func (s *Server) saveView(ctx context.Context, in *saveViewInput) (*viewOutput, error) {
	views, err := s.views(ctx, "")
	if err != nil {
		return nil, err
	}
	own := 0
	for _, v := range views {
		if v.Mine {
			own++
		}
	}
	if own >= mostViews {
		return nil, hinted(wardround.Errorf(wardround.EFull, "api.views", "you have %d saved views, which is as many as one may have", own), "Delete one that you no longer use.")
	}
	who := principal(ctx)
	v := savedView{Name: in.Body.Name, Page: in.Body.Page, Query: in.Body.Query, Shared: in.Body.Shared, Owner: who.Account.ID}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	id := strings.ToLower(rand.Text())
	_, err = s.opt.Documents.PutDocument(ctx, account.Document{Name: viewPrefix + id, Value: b, By: who.Name(), At: s.opt.Now()})
	if err != nil {
		return nil, err
	}
	return &viewOutput{View{id, v.Name, v.Page, v.Query, v.Shared, true}}, nil
}

type deleteViewInput struct {
	ID string `path:"id" maxLength:"60" pattern:"^[a-z0-9]+$"`
}

func (s *Server) deleteView(ctx context.Context, in *deleteViewInput) (*struct{}, error) {
	if s.opt.Documents == nil {
		return nil, missing("saving views")
	}
	none := wardround.Errorf(wardround.ENotFound, "api.views", "no view %q", in.ID)
	d, err := s.opt.Documents.Document(ctx, viewPrefix+in.ID)
	if wardround.ErrorCode(err) == wardround.ENotFound {
		return nil, none
	} else if err != nil {
		return nil, err
	}
	v, err := readView(d)
	if err != nil {
		return nil, err
	}
	switch who := principal(ctx); {
	case v.Owner == who.Account.ID:
	case !v.Shared:
		return nil, none
	case !who.MayAt(account.People, string(s.opt.Scope.Site)):
		return nil, wardround.Errorf(wardround.EForbidden, "api.views", "this view is somebody else's")
	}
	return nil, s.opt.Documents.DeleteDocument(ctx, d.Name, d.Version)
}
