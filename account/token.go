package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// TokenPrefix begins every API token, so that scanners for leaked secrets know one.
const TokenPrefix = "wr_"

// TokenInfo is an API token without its secret.
type TokenInfo struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Account     string       `json:"account"` // its id
	Permissions []Permission `json:"permissions"`
	Created     time.Time    `json:"created"`
	Expires     time.Time    `json:"expires"`
	LastUsed    *time.Time   `json:"last_used,omitempty"` // to the minute
	Revoked     *time.Time   `json:"revoked,omitempty"`
}

const (
	maxTokens = 50                  // live ones of an account
	keepToken = 30 * 24 * time.Hour // for how long one is shown after its end
)

// parseToken returns what is kept of a token, and whether s has the form of one:
// wr_ and 256 bits in base64url.
func parseToken(s string) (hash string, ok bool) {
	text, ok := strings.CutPrefix(s, TokenPrefix)
	if !ok || !validSecret(text) {
		return "", false
	}
	return digest(s), true
}

func noToken() error {
	return wardround.Errorf(EUnauthenticated, "account.token", "the token is not good: it has another form, was revoked, or its time is over")
}

func (t *TokenInfo) record(hash string, version int64) Record {
	v, err := json.Marshal(t)
	if err != nil {
		panic("account: a token is plain data: " + err.Error())
	}
	return Record{Kind: KindToken, ID: t.ID, Owner: t.Account, Keys: []string{hash}, Expires: t.Expires.Add(keepToken), Version: version, Value: v}
}

func readToken(r Record) (*TokenInfo, error) {
	t := &TokenInfo{}
	if err := json.Unmarshal(r.Value, t); err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "account.token", "token %s cannot be read: %w", r.ID, err)
	}
	return t, nil
}

// Token returns who an API token stands for: its owner, with those of the token's
// permissions that the owner has now. Errors: EUnauthenticated.
func (s *Service) Token(ctx context.Context, _ Client, secret string) (*Principal, error) {
	hash, ok := parseToken(secret)
	if !ok {
		return nil, noToken()
	}
	r, err := s.opt.Store.Find(ctx, KindToken, hash)
	if is(err, wardround.ENotFound) {
		return nil, noToken()
	}
	if err != nil {
		return nil, err
	}
	t, err := readToken(r)
	if err != nil {
		return nil, err
	}
	now := s.opt.Now()
	if t.Revoked != nil || !t.Expires.After(now) {
		return nil, noToken()
	}
	p, err := s.person(ctx, t.Account)
	if is(err, wardround.ENotFound) || err == nil && p.Disabled {
		return nil, noToken()
	}
	if err != nil {
		return nil, err
	}
	if t.LastUsed == nil || now.Sub(*t.LastUsed) >= seenEvery {
		t.LastUsed = ptr(now)
		if _, err := s.opt.Store.Apply(ctx, Change{Record: t.record(hash, r.Version)}); err != nil && !is(err, wardround.EConflict) && !is(err, wardround.EFull) {
			return nil, err
		}
	}
	scope := append([]Permission{}, t.Permissions...) // never nil, which is no limit
	return &Principal{Account: p.public(), Via: ViaToken, Token: t.ID, Expires: t.Expires, scope: scope}, nil
}

// MakeToken makes an API token of the principal; its secret is shown this once.
// Errors: EInvalid, EForbidden (a permission the principal has not, or it is a token
// itself), EFull.
func (s *Service) MakeToken(ctx context.Context, c Client, p *Principal, name string, permissions []Permission, expires time.Time) (TokenInfo, string, error) {
	const op = "account.token"
	fail := func(err error) (TokenInfo, string, error) { return TokenInfo{}, "", err }
	me, err := s.self(ctx, op, p)
	if err != nil {
		return fail(err)
	}
	now := s.opt.Now()
	if name, err = validText(op, "name of the token", name, 100); err != nil {
		return fail(err)
	}
	switch {
	case name == "":
		return fail(wardround.Errorf(wardround.EInvalid, op, "give the token a name that says what uses it"))
	case len(permissions) == 0:
		return fail(wardround.Errorf(wardround.EInvalid, op, "a token needs at least one permission"))
	case !expires.After(now) || expires.After(now.Add(TokenLife)):
		return fail(wardround.Errorf(wardround.EInvalid, op, "a token ends within a year from now"))
	}
	t := TokenInfo{ID: s.id("t"), Name: name, Account: me.ID, Created: now, Expires: expires.UTC().Truncate(time.Millisecond)}
	for _, x := range Permissions {
		if slices.Contains(permissions, x) {
			t.Permissions = append(t.Permissions, x)
		}
	}
	for _, x := range permissions {
		if !p.May(x) {
			return fail(wardround.Errorf(wardround.EForbidden, op, "you can't give a token %q, which you don't have or which doesn't exist", clip(string(x))))
		}
	}
	all, err := s.Tokens(ctx, me.ID)
	if err != nil {
		return fail(err)
	}
	live := 0
	for _, x := range all {
		if x.Revoked == nil && x.Expires.After(now) {
			live++
		}
	}
	if live >= maxTokens {
		return fail(wardround.Errorf(wardround.EFull, op, "you have %d tokens, which is the most; revoke those that nothing uses", live))
	}
	secret := TokenPrefix + base64.RawURLEncoding.EncodeToString(s.draw(32))
	if err := s.record(ctx, c, Event{Act: ActTokenMade, By: p.Name(), Detail: t.ID + " " + name + ": " + joined(t.Permissions) + ", until " + t.Expires.Format(time.DateOnly)}); err != nil {
		return fail(err)
	}
	_, err = s.opt.Store.Apply(ctx, Change{Record: t.record(digest(secret), 0)})
	if err != nil {
		return fail(err)
	}
	return t, secret, nil
}

func joined(ps []Permission) string {
	var parts []string
	for _, p := range ps {
		parts = append(parts, string(p))
	}
	return strings.Join(parts, " ")
}

// Tokens lists the tokens of an account, of all if account is "", the newest first;
// also those that ended less than 30 days ago.
func (s *Service) Tokens(ctx context.Context, account string) ([]TokenInfo, error) {
	all, err := s.opt.Store.List(ctx, KindToken, account)
	if err != nil {
		return nil, err
	}
	out := []TokenInfo{}
	for _, r := range all {
		t, err := readToken(r)
		if err != nil {
			return nil, err
		}
		out = append(out, *t)
	}
	slices.SortStableFunc(out, func(a, b TokenInfo) int { return b.Created.Compare(a.Created) })
	return out, nil
}

// RevokeToken ends a token at once. Errors: ENotFound, EForbidden (another's, and by
// has no [People]).
func (s *Service) RevokeToken(ctx context.Context, c Client, by *Principal, id string) error {
	for range 8 {
		r, err := s.opt.Store.Get(ctx, KindToken, id)
		if err != nil {
			return err
		}
		p, err := s.others(ctx, "account.token", by, r.Owner)
		if err != nil {
			return err
		}
		t, err := readToken(r)
		if err != nil || t.Revoked != nil {
			return err
		}
		t.Revoked = ptr(s.opt.Now())
		_, err = s.opt.Store.Apply(ctx, Change{Record: t.record(r.Keys[0], r.Version)})
		if is(err, wardround.EConflict) {
			continue // it was used meanwhile
		}
		if err == nil {
			s.note(ctx, c, Event{Act: ActTokenRevoked, By: by.Name(), Of: other(by, p), Detail: t.ID + " " + t.Name})
		}
		return err
	}
	return wardround.Errorf(wardround.EConflict, "account.token", "the token is used all the time; try again")
}
