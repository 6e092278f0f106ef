package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/portfolio"
)

var embargoRoutes = []Route{
	{Method: PUT, Path: "/api/v1/vulnerabilities/{id}/embargo", ID: "set-embargo", Tag: "portfolio", Summary: "Put a vulnerability under embargo: only who has the permission, or is named of these, sees it",
		Doc: "It then is in no list, search, count, stream or file of anybody else, and nobody is notified of it.", Needs: account.Embargo, Whole: true, Errors: []int{404, 412, 422, 501}, register: handle((*Server).setEmbargo)},
	{Method: DELETE, Path: "/api/v1/vulnerabilities/{id}/embargo", ID: "lift-embargo", Tag: "portfolio", Summary: "Lift an embargo",
		Needs: account.Embargo, Whole: true, Status: http.StatusNoContent, Errors: []int{404, 501}, register: handle((*Server).liftEmbargo)},
}

type embargoInput struct {
	ID      string `path:"id" minLength:"1" maxLength:"200"`
	IfMatch string `header:"If-Match" doc:"The ETag of the embargo that is replaced, if it must be that."`
	Body    struct {
		Reason string     `json:"reason" minLength:"1" maxLength:"1000"`
		Until  *time.Time `json:"until,omitempty" doc:"When it ends by itself."`
		People []string   `json:"people,omitempty" maxItems:"100" doc:"Names of accounts, of those who have the permission; none is all of them. Who sets it is one of them."`
	}
}

type embargoOutput struct {
	ETag string `header:"ETag"`
	Body *board.Embargo
}

func embargoTag(e *board.Embargo) string {
	if e == nil {
		return "none"
	}
	return e.At.Format(time.RFC3339Nano)
}

// idsOf are all ids of a vulnerability, and its title.
func (s *Server) idsOf(id string) (ids []string, title string) {
	ids = []string{id}
	if f, ok := s.facts(id); ok {
		ids, title = append([]string{f.ID}, f.Aliases...), f.Title
	}
	return ids, title
}

func (s *Server) setEmbargo(ctx context.Context, in *embargoInput) (*embargoOutput, error) {
	id := s.folded(in.ID)
	if s.opt.Board == nil {
		return nil, missing("the portfolio")
	}
	if s.veil(ctx).hides(id) {
		return nil, noVulnerability(in.ID)
	}
	if in.IfMatch != "" && !matches(in.IfMatch, embargoTag(s.embargoOf(id)), false) {
		return nil, stale()
	}
	_, now := s.position()
	if in.Body.Until != nil && !in.Body.Until.After(now) {
		return nil, wardround.Errorf(wardround.EInvalid, "api.embargo", "until is not in the future")
	}
	by := principal(ctx).Name()
	x := board.Embargo{Reason: in.Body.Reason, Until: in.Body.Until, People: some(in.Body.People)}
	if len(x.People) > 0 && !slices.Contains(x.People, by) {
		x.People = append(slices.Clone(x.People), by)
	}
	x.IDs, x.Title = s.idsOf(id)
	value, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	if err := s.sayEmbargo(ctx, id, string(value), in.Body.Reason); err != nil {
		return nil, err
	}
	e := s.embargoOf(id)
	if e == nil {
		return nil, wardround.Errorf(wardround.EInternal, "api.embargo", "the embargo is not in force")
	}
	return &embargoOutput{quote(embargoTag(e)), e}, nil
}

func (s *Server) sayEmbargo(ctx context.Context, id, value, reason string) error {
	name := pipeline.ContentEmbargo + id
	if err := pipeline.ValidateContent(name, value); err != nil {
		return err
	}
	return s.say(ctx, &kind.ContentChangedV1{Name: name, Value: value, By: kind.PersonalText(principal(ctx).Name()), Reason: kind.PersonalText(reason)})
}

type liftEmbargoInput struct {
	ID     string `path:"id" minLength:"1" maxLength:"200"`
	Reason string `query:"reason" maxLength:"1000"`
}

func (s *Server) liftEmbargo(ctx context.Context, in *liftEmbargoInput) (*struct{}, error) {
	id := s.folded(in.ID)
	e := s.embargoOf(id)
	if e == nil || s.veil(ctx).hides(id) {
		return nil, wardround.Errorf(wardround.ENotFound, "api.embargo", "%q is not under embargo", clip(in.ID, 60))
	}
	return nil, s.sayEmbargo(ctx, e.Vulnerability, "", in.Reason)
}

// embargoOf is the embargo of a vulnerability, nil for none.
func (s *Server) embargoOf(id string) *board.Embargo {
	if s.opt.Board == nil {
		return nil
	}
	for _, e := range s.opt.Board.Embargoes() {
		ids, _ := s.idsOf(e.Vulnerability)
		if is := func(x string) bool { return strings.EqualFold(x, id) }; is(e.Vulnerability) || slices.ContainsFunc(ids, is) || slices.ContainsFunc(e.IDs, is) {
			return &e
		}
	}
	return nil
}

// secrets are the embargoes in force that are not for the caller.
func (s *Server) secrets(ctx context.Context) []board.Embargo {
	if s.opt.Board == nil {
		return nil
	}
	all := s.opt.Board.Embargoes()
	if len(all) == 0 {
		return nil
	}
	who := principal(ctx)
	reach := who.Reach(account.Embargo, string(s.opt.Scope.Site))
	return slices.DeleteFunc(all, func(e board.Embargo) bool {
		switch {
		case reach.None(), len(e.People) > 0 && !slices.Contains(e.People, who.Name()):
			return false
		case reach.All:
			return true
		case s.index() == nil:
			return false
		}
		// For some product lines: where it concerns no other that they may see.
		seen := portfolio.Scope{Embargoed: true}
		if v := who.Reach(account.View, string(s.opt.Scope.Site)); !v.All {
			seen.Lines = append([]string{}, v.Products...)
		}
		return s.index().Covered(s.folded(e.Vulnerability), seen, portfolio.Scope{Lines: append([]string{}, reach.Products...), Embargoed: true})
	})
}
