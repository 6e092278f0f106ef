package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Account is a person, or a program with a name of its own.
type Account struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Display    string    `json:"display"`
	Email      string    `json:"email,omitempty"`
	Grants     []Grant   `json:"grants"`
	TOTP       bool      `json:"totp"`
	Emergency  bool      `json:"emergency,omitempty"`
	Disabled   bool      `json:"disabled,omitempty"`
	Created    time.Time `json:"created"`
	LastSignIn time.Time `json:"last_sign_in,omitzero"`
	ETag       string    `json:"etag"`
}

// Grant is one role at a site, "*" for all, for a product line, "*" for all.
type Grant struct {
	Role    string `json:"role"`
	Site    string `json:"site"`
	Product string `json:"product"`
}

// Invitation is a one-time link for a person.
type Invitation struct {
	Account Account   `json:"account"`
	Link    string    `json:"link"`
	Expires time.Time `json:"expires"`
}

// Token is an API token; Secret is there once, when it is made.
type Token struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Account     string    `json:"account"`
	Permissions []string  `json:"permissions"`
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires"`
	LastUsed    time.Time `json:"last_used,omitzero"`
	Revoked     time.Time `json:"revoked,omitzero"`
	Secret      string    `json:"secret,omitempty"`
}

// People lists the accounts.
func (c *Client) People(ctx context.Context) iter.Seq2[*Account, error] {
	return List[Account](ctx, c, "/people", nil)
}

// Invite makes an account and the link that its person signs in with first.
func (c *Client) Invite(ctx context.Context, a Account) (*Invitation, error) {
	body := map[string]any{"name": a.Name, "display": a.Display, "grants": a.Grants}
	if a.Email != "" {
		body["email"] = a.Email
	}
	if a.Emergency {
		body["emergency"] = true
	}
	in := new(Invitation)
	return in, c.Send(ctx, http.MethodPost, "/people", nil, body, in)
}

// Reset makes a link by which a person sets a new password.
func (c *Client) Reset(ctx context.Context, id string) (*Invitation, error) {
	in := new(Invitation)
	return in, c.Send(ctx, http.MethodPost, "/people/"+url.PathEscape(id)+"/reset", nil, struct{}{}, in)
}

// Tokens lists one's own tokens; all of them for who may manage people.
func (c *Client) Tokens(ctx context.Context) iter.Seq2[*Token, error] {
	return List[Token](ctx, c, "/tokens", nil)
}

// NewToken makes a token; its secret is in the answer and nowhere else.
func (c *Client) NewToken(ctx context.Context, name string, permissions []string, expires time.Time) (*Token, error) {
	t := new(Token)
	body := map[string]any{"name": name, "permissions": permissions, "expires": expires}
	return t, c.Send(ctx, http.MethodPost, "/tokens", nil, body, t)
}

// Revoke ends a token.
func (c *Client) Revoke(ctx context.Context, id string) error {
	return c.Send(ctx, http.MethodDelete, "/tokens/"+url.PathEscape(id), nil, nil, nil)
}
