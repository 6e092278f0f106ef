package api

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround/account"
)

var tokenRoutes = []Route{
	{Method: GET, Path: "/api/v1/tokens", ID: "list-tokens", Tag: "people", Summary: "API tokens",
		Doc: "Your own; with the permission people, everybody's.", register: list((*Server).listTokens)},
	{Method: POST, Path: "/api/v1/tokens", ID: "make-token", Tag: "people", Summary: "Make an API token",
		Doc: "It may do at most what you may. Its secret is shown this once.", InPerson: true, register: handle((*Server).makeToken)},
	{Method: DELETE, Path: "/api/v1/tokens/{id}", ID: "revoke-token", Tag: "people", Summary: "Revoke an API token",
		InPerson: true, Errors: []int{404}, register: handle((*Server).revokeToken)},
}

// Token is an API token; Secret is there once, when it is made.
type Token struct {
	account.TokenInfo
	Secret string `json:"secret,omitempty" list:"-"`
}

type tokensInput struct{ ListQuery }

func (s *Server) listTokens(ctx context.Context, _ *tokensInput) (RowsFunc[Token], error) {
	p := principal(ctx)
	of := p.Account.ID
	if p.MayAt(account.People, string(s.opt.Scope.Site)) {
		of = ""
	}
	all, err := s.opt.Accounts.Tokens(ctx, of)
	if err != nil {
		return nil, err
	}
	rows := make([]Token, 0, len(all))
	for _, t := range all {
		rows = append(rows, Token{TokenInfo: t})
	}
	slices.SortStableFunc(rows, func(a, b Token) int { return b.Created.Compare(a.Created) })
	return short(s, rows), nil
}

type makeTokenInput struct {
	Body struct {
		Name        string               `json:"name" minLength:"1" maxLength:"100"`
		Permissions []account.Permission `json:"permissions" minItems:"1" maxItems:"20"`
		Expires     time.Time            `json:"expires" doc:"At most a year from now."`
	}
}

type tokenOutput struct{ Body Token }

func (s *Server) makeToken(ctx context.Context, in *makeTokenInput) (*tokenOutput, error) {
	t, secret, err := s.opt.Accounts.MakeToken(ctx, s.client(ctx), principal(ctx), in.Body.Name, in.Body.Permissions, in.Body.Expires)
	if err != nil {
		return nil, err
	}
	return &tokenOutput{Token{t, secret}}, nil
}

func (s *Server) revokeToken(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, s.opt.Accounts.RevokeToken(ctx, s.client(ctx), principal(ctx), in.ID)
}
