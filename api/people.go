package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

var peopleRoutes = []Route{
	{Method: GET, Path: "/api/v1/people", ID: "list-people", Tag: "people", Summary: "Everybody with an account",
		Needs: account.People, register: list((*Server).listPeople)},
	{Method: POST, Path: "/api/v1/people", ID: "invite", Tag: "people", Summary: "Invite somebody",
		Doc:   "Answers with a one-time link to hand over.",
		Needs: account.People, Errors: []int{409}, register: handle((*Server).invite)},
	{Method: GET, Path: "/api/v1/people/{id}", ID: "get-person", Tag: "people", Summary: "One account",
		Needs: account.People, Errors: []int{304, 404}, register: handle((*Server).getPerson)},
	{Method: PATCH, Path: "/api/v1/people/{id}", ID: "update-person", Tag: "people", Summary: "Change an account",
		Doc:   "New grants and switching off end its sessions.",
		Needs: account.People, Errors: []int{404, 409, 412, 428}, register: handle((*Server).updatePerson)},
	{Method: DELETE, Path: "/api/v1/people/{id}", ID: "delete-person", Tag: "people", Summary: "Delete an account",
		Needs: account.People, Errors: []int{404, 409}, register: handle((*Server).deletePerson)},
	{Method: POST, Path: "/api/v1/people/{id}/reset", ID: "reset-person", Tag: "people", Summary: "A link to set a new password",
		Needs: account.People, Errors: []int{404}, register: handle((*Server).resetPerson)},
	{Method: GET, Path: "/api/v1/people/{id}/sessions", ID: "list-sessions", Tag: "people", Summary: "Somebody's sessions",
		Needs: account.People, Errors: []int{404}, register: list((*Server).listSessions)},
	{Method: DELETE, Path: "/api/v1/people/{id}/sessions", ID: "end-sessions", Tag: "people", Summary: "End all of somebody's sessions",
		Needs: account.People, Errors: []int{404}, register: handle((*Server).endSessions)},
	{Method: DELETE, Path: "/api/v1/people/{id}/sessions/{session}", ID: "end-session", Tag: "people", Summary: "End one of somebody's sessions",
		Needs: account.People, Errors: []int{404}, register: handle((*Server).endSession)},
}

type peopleInput struct {
	ListQuery
	Q string `query:"q" maxLength:"200" doc:"Words of the name or the mail address."`
}

func (s *Server) listPeople(ctx context.Context, in *peopleInput) (RowsFunc[*account.Account], error) {
	by, err := in.sorted("name", "name", "display", "created", "last_sign_in")
	if err != nil {
		return nil, err
	}
	all, err := s.opt.Accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(a *account.Account) bool {
		return !s.governs(principal(ctx), a) || !contains(in.Q, a.Name, a.Display, a.Email)
	})
	slices.SortStableFunc(all, comparing(by, map[string]func(a, b *account.Account) int{
		"name":    func(a, b *account.Account) int { return strings.Compare(a.Name, b.Name) },
		"display": func(a, b *account.Account) int { return strings.Compare(a.Display, b.Display) },
		"created": func(a, b *account.Account) int { return a.Created.Compare(b.Created) },
		"last_sign_in": func(a, b *account.Account) int {
			return timeOf(a.LastSignIn).Compare(timeOf(b.LastSignIn))
		},
	}))
	return short(s, all), nil
}

// governs reports whether p administers everything that a may do. Whoever admits
// people for one product line does not see who else works here.
func (s *Server) governs(p *account.Principal, a *account.Account) bool {
	if p.MayAt(account.People, string(s.opt.Scope.Site)) || p.Account.ID == a.ID {
		return true
	}
	for _, g := range a.Grants {
		if !slices.ContainsFunc(p.Account.Grants, func(own account.Grant) bool {
			return own.Role.May(account.People) && (own.Site == account.Any || own.Site == g.Site) && g.Product != account.Any && own.Covers(own.Site, g.Product)
		}) {
			return false
		}
	}
	return len(a.Grants) > 0
}

// governed returns an account that the caller administers. Errors: ENotFound.
func (s *Server) governed(ctx context.Context, id string) (*account.Account, error) {
	a, err := s.opt.Accounts.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.governs(principal(ctx), a) {
		return nil, wardround.Errorf(wardround.ENotFound, "api.people", "there is no such account")
	}
	return a, nil
}

// Invitation is a new account, or an old one that starts anew, and its link.
type Invitation struct {
	Account *account.Account `json:"account"`
	Link    string           `json:"link" doc:"Works once; shown this once."`
	Expires time.Time        `json:"expires"`
}

type invitationOutput struct{ Body Invitation }

type inviteInput struct {
	Body struct {
		Name      string          `json:"name" maxLength:"200"`
		Display   string          `json:"display" maxLength:"200"`
		Email     string          `json:"email,omitempty" maxLength:"254"`
		Grants    []account.Grant `json:"grants" maxItems:"32"`
		Emergency bool            `json:"emergency,omitempty" doc:"May use a password although that is switched off."`
	}
}

func (s *Server) invite(ctx context.Context, in *inviteInput) (*invitationOutput, error) {
	b := in.Body
	a, link, err := s.opt.Accounts.Invite(ctx, s.client(ctx), principal(ctx), account.NewAccount{
		Name: b.Name, Display: b.Display, Email: b.Email, Grants: b.Grants, Emergency: b.Emergency,
	})
	if err != nil {
		return nil, err
	}
	return &invitationOutput{Invitation{a, link.URL, link.Expires.UTC()}}, nil
}

type getPersonInput struct {
	ByID
	IfNoneMatch
}

func (s *Server) getPerson(ctx context.Context, in *getPersonInput) (*accountOutput, error) {
	a, err := s.governed(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.changed(a.ETag); err != nil {
		return nil, err
	}
	return accountAnswer(a), nil
}

type updatePersonInput struct {
	ByID
	IfMatch
	Body struct {
		Display   *string          `json:"display,omitempty" maxLength:"200"`
		Email     *string          `json:"email,omitempty" maxLength:"254"`
		Grants    *[]account.Grant `json:"grants,omitempty" maxItems:"32"`
		Disabled  *bool            `json:"disabled,omitempty"`
		Emergency *bool            `json:"emergency,omitempty"`
	}
}

func (s *Server) updatePerson(ctx context.Context, in *updatePersonInput) (*accountOutput, error) {
	a, err := s.governed(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.check(a.ETag); err != nil {
		return nil, err
	}
	b := in.Body
	a, err = s.opt.Accounts.UpdateAccount(ctx, s.client(ctx), principal(ctx), in.ID, a.ETag, account.Patch{
		Display: b.Display, Email: b.Email, Grants: b.Grants, Disabled: b.Disabled, Emergency: b.Emergency,
	})
	if err != nil {
		return nil, err
	}
	return accountAnswer(a), nil
}

func (s *Server) deletePerson(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, s.opt.Accounts.DeleteAccount(ctx, s.client(ctx), principal(ctx), in.ID)
}

func (s *Server) resetPerson(ctx context.Context, in *ByID) (*invitationOutput, error) {
	link, err := s.opt.Accounts.Reset(ctx, s.client(ctx), principal(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	a, err := s.opt.Accounts.Account(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &invitationOutput{Invitation{a, link.URL, link.Expires.UTC()}}, nil
}

type personSessionsInput struct {
	ByID
	ListQuery
}

func (s *Server) listSessions(ctx context.Context, in *personSessionsInput) (RowsFunc[SessionRow], error) {
	if _, err := s.governed(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.sessionRows(ctx, in.ID)
}

func (s *Server) endSessions(ctx context.Context, in *ByID) (*struct{}, error) {
	p := principal(ctx)
	_, err := s.opt.Accounts.RevokeSessions(ctx, s.client(ctx), p, in.ID, "")
	return nil, err
}

type personSessionInput struct {
	ByID
	Session string `path:"session" minLength:"1" maxLength:"200"`
}

func (s *Server) endSession(ctx context.Context, in *personSessionInput) (*struct{}, error) {
	return nil, s.opt.Accounts.RevokeSession(ctx, s.client(ctx), principal(ctx), in.ID, in.Session)
}
