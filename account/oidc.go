package account

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/wardround/wardround"
)

// flow is a visit to a provider from which somebody is to come back.
type flow struct {
	provider, issuer, client string
	state, nonce, verifier   string
	to                       string
}

// algorithms are those an ID token may be signed with: keys that only the provider
// has. Neither "none" nor a MAC, whose key would be one we hand out (RFC 8725 §3.1).
var algorithms = []string{oidc.RS256, oidc.PS256, oidc.ES256, oidc.EdDSA}

// providers remembers what providers said of themselves.
type providers struct {
	ctx context.Context // carries the HTTP client
	now func() time.Time

	mu  sync.Mutex
	was map[string]discovered // by issuer; as many as a policy has
}

type discovered struct {
	p     *oidc.Provider
	err   error // it was down
	until time.Time
}

func newProviders(client *http.Client, now func() time.Time) *providers {
	c := *client
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	c.Transport = bounded{next}
	return &providers{ctx: oidc.ClientContext(context.Background(), &c), now: now, was: map[string]discovered{}}
}

// bounded cuts what a provider answers to a size that no honest answer has.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, 1<<20), resp.Body}
	}
	return resp, err
}

// get returns a provider by its issuer. It asks for the provider's description once
// an hour, and one that is down again after five seconds: whoever presses the button
// makes us send something, so that must not be often.
func (d *providers) get(issuer string) (*oidc.Provider, error) {
	d.mu.Lock()
	x, ok := d.was[issuer]
	d.mu.Unlock()
	if ok && x.until.After(d.now()) {
		return x.p, x.err
	}
	p, err := oidc.NewProvider(d.ctx, issuer)
	life := time.Hour
	if err != nil {
		life = 5 * time.Second
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.was) > 64 {
		clear(d.was)
	}
	d.was[issuer] = discovered{p, err, d.now().Add(life)}
	return p, err
}

func (s *Service) provider(op, id string) (Provider, *oidc.Provider, *oauth2.Config, error) {
	all := s.Policy().OIDC
	i := slices.IndexFunc(all, func(x Provider) bool { return x.ID == id })
	if i < 0 {
		return Provider{}, nil, nil, wardround.Errorf(wardround.ENotFound, op, "there is no provider %q", clip(id))
	}
	x := all[i]
	secret, err := s.clientSecret(x)
	if err != nil {
		return x, nil, nil, err
	}
	p, err := s.providers.get(x.Issuer)
	if err != nil {
		return x, nil, nil, wardround.Errorf(wardround.ECannotTell, op, "%s can't be reached or isn't set up as it should be; an emergency account signs in with its password: %w", x.Name, err)
	}
	end := p.Endpoint()
	for _, e := range []string{end.AuthURL, end.TokenURL} {
		if u, err := url.Parse(e); err != nil || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			return x, nil, nil, wardround.Errorf(wardround.ECannotTell, op, "%s names an address that is not https", x.Name)
		}
	}
	scopes := x.Scopes
	if scopes == nil {
		scopes = []string{"profile", "email"}
	}
	return x, p, &oauth2.Config{
		ClientID: x.ClientID, ClientSecret: secret, Endpoint: end, RedirectURL: s.url.String() + "/auth/oidc/" + x.ID + "/callback",
		Scopes: append([]string{oidc.ScopeOpenID}, scopes...),
	}, nil
}

// OIDCBegin returns where to send the browser, and a value for a cookie that lives
// for [FlowLife] and binds what comes back to this browser. to is where the person
// wants to go afterwards, a path of ours. Errors: ENotFound, ECannotTell (the
// provider is down).
func (s *Service) OIDCBegin(_ context.Context, c Client, provider, to string) (location, cookie string, err error) {
	x, _, conf, err := s.provider("account.oidc", provider)
	if err != nil {
		return "", "", err
	}
	f := flow{provider: x.ID, issuer: x.Issuer, client: x.ClientID, state: s.secret(), nonce: s.secret(), verifier: s.secret(), to: LocalPath(to)}
	cookie = s.secret()
	s.flows.put(cookie, network(c.Addr), f)
	// PKCE with S256 (RFC 7636), as RFC 9700 §2.1.1 asks.
	return conf.AuthCodeURL(f.state, oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier)), cookie, nil
}

// OIDCFinish signs in whoever comes back from a provider with query. The cookie, and
// with it the state and the nonce, is good once. to is a path of ours, also when
// there is an error. Errors: EUnauthenticated, EThrottled, EForbidden (the person is
// known there and not here), ECannotTell (the provider is down).
func (s *Service) OIDCFinish(ctx context.Context, c Client, provider, cookie string, query url.Values) (step Step, to string, err error) {
	const op = "account.oidc"
	try := &attempt{t: s.slow}
	try.add("address "+network(c.Addr), perAddress)
	if wait := try.begin(); wait > 0 {
		s.refusals.add(c, "provider", "", true)
		return Step{}, "/", throttled(op, wait)
	}
	f, ok := s.flows.take(cookie)
	if !ok {
		s.refusals.add(c, "provider", "", false)
		return Step{}, "/", wardround.Errorf(EUnauthenticated, op, "this sign-in was finished already, was begun in another browser, or took too long; begin again")
	}
	claims, x, err := s.claims(ctx, f, provider, query)
	if err != nil {
		if is(err, wardround.ECannotTell) {
			try.undo()
		} else {
			s.refusals.add(c, "provider", "", false)
		}
		return Step{}, f.to, err
	}
	step, err = s.arrive(ctx, c, x, claims)
	if err == nil || is(err, wardround.EForbidden) {
		try.done()
	}
	return step, f.to, err
}

// claims are what an ID token says of a person.
type claims struct {
	Subject  string `json:"sub"`
	Party    string `json:"azp"`
	Name     string `json:"name"`
	User     string `json:"preferred_username"`
	Email    string `json:"email"`
	Verified any    `json:"email_verified"` // some send a string
	values   []string
}

// claims checks what came back, in the order of OpenID Connect Core §3.1.2.7 and
// §3.1.3.7, and returns what the ID token says.
func (s *Service) claims(ctx context.Context, f flow, provider string, query url.Values) (claims, Provider, error) {
	const op = "account.oidc"
	refuse := func(why string) (claims, Provider, error) {
		return claims{}, Provider{}, wardround.Errorf(EUnauthenticated, op, "%s", why)
	}
	if f.provider != provider || !same(query.Get("state"), f.state) {
		return refuse("what came back is not the answer to what this browser asked; begin again")
	}
	if iss := query.Get("iss"); iss != "" && iss != f.issuer { // RFC 9207
		return refuse("another provider answered than the one that was asked")
	}
	if e := query.Get("error"); e != "" {
		if len(e) > 60 || strings.Trim(e, "abcdefghijklmnopqrstuvwxyz_") != "" {
			e = "an error"
		}
		return refuse("the provider says: " + e)
	}
	x, p, conf, err := s.provider(op, provider)
	if err != nil {
		return claims{}, x, err
	}
	if x.Issuer != f.issuer || x.ClientID != f.client {
		return refuse("the provider was set up anew meanwhile; begin again")
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	client, _ := s.providers.ctx.Value(oauth2.HTTPClient).(*http.Client)
	tok, err := conf.Exchange(oidc.ClientContext(ctx, client), query.Get("code"), oauth2.VerifierOption(f.verifier))
	if err != nil {
		return refuse("the provider did not accept the code it gave out; begin again")
	}
	raw, _ := tok.Extra("id_token").(string)
	if raw == "" || len(raw) > 64<<10 {
		return refuse("the provider sent no identity")
	}
	id, err := p.Verifier(&oidc.Config{ClientID: x.ClientID, SupportedSigningAlgs: algorithms, Now: s.opt.Now}).Verify(ctx, raw)
	if err != nil {
		return refuse("the provider's token was refused: its signature, issuer, audience or time is not right")
	}
	return s.read(op, x, f, id, tok.AccessToken)
}

// read checks what the library leaves to us.
func (s *Service) read(op string, x Provider, f flow, id *oidc.IDToken, access string) (claims, Provider, error) {
	refuse := func(why string) (claims, Provider, error) {
		return claims{}, x, wardround.Errorf(EUnauthenticated, op, "the provider's token was refused: %s", why)
	}
	var out claims
	var all map[string]any
	if id.Claims(&out) != nil || id.Claims(&all) != nil {
		return refuse("its claims can't be read")
	}
	switch {
	case !same(id.Nonce, f.nonce):
		return refuse("it was made for another sign-in")
	case out.Party != "" && out.Party != x.ClientID, len(id.Audience) > 1 && out.Party == "":
		return refuse("it was made for another program")
	case out.Subject == "" || len(out.Subject) > 255: // Core §2
		return refuse("it names nobody")
	case id.IssuedAt.After(s.opt.Now().Add(5 * time.Minute)):
		return refuse("it is from the future; compare the clocks")
	case id.AccessTokenHash != "" && id.VerifyAccessToken(access) != nil:
		return refuse("its access token is another's")
	}
	claim := x.Claim
	if claim == "" {
		claim = "groups"
	}
	switch v := all[claim].(type) {
	case string:
		out.values = []string{v}
	case []any:
		for _, e := range v {
			if t, ok := e.(string); ok {
				out.values = append(out.values, t)
			}
		}
	}
	return out, x, nil
}

// LocalPath returns to if it is a path of ours that a browser cannot take for
// another host, else "/".
func LocalPath(to string) string {
	if len(to) > 2000 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/api/") || strings.HasPrefix(to, "/auth/") {
		return "/"
	}
	// Browsers read \ as /, and drop tabs and line ends (WHATWG URL §4.4).
	if strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r >= 0x80 && r < 0xa0 }) {
		return "/"
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(u.Path, "\\\r\n\t") {
		return "/"
	}
	return to
}
