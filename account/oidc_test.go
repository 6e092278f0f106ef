package account_test

import (
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/account/accounttest"
)

// federated is a house that knows a provider, which provisions nurses and engineers.
func federated(t *testing.T, change ...func(*account.Provider)) (*house, *accounttest.Provider) {
	t.Helper()
	op := accounttest.NewProvider(t)
	h := newHouse(t)
	op.Now = h.clock
	x := account.Provider{
		ID: "hospital", Name: "Hospital sign-in", Issuer: op.Issuer, ClientID: op.ClientID, ClientSecret: op.ClientSecret, Provision: true,
		Roles: []account.ClaimGrant{
			{Value: "icu-nurses", Grant: account.Grant{Role: account.Ward, Site: "north"}},
			{Value: "biomed", Grant: account.Grant{Role: account.ClinicalEngineering}},
		},
	}
	for _, c := range change {
		c(&x)
	}
	sealed, err := h.SealPolicy(account.Policy{}, account.Policy{Password: true, OIDC: []account.Provider{x}})
	h.must(err)
	h.must(h.SetPolicy(sealed))
	op.Be(map[string]any{"sub": "248289761001", "preferred_username": "nina", "name": "Nina N.", "email": "nina@ward.example", "email_verified": true, "groups": []string{"icu-nurses", "canteen"}})
	return h, op
}

// visit goes to the provider and back.
func (h *house) visit(op *accounttest.Provider) (account.Step, string, error) {
	h.t.Helper()
	location, cookie, err := h.OIDCBegin(h.t.Context(), desk, "hospital", "/findings?severity=high")
	h.must(err)
	return h.OIDCFinish(h.t.Context(), desk, "hospital", cookie, op.Visit(h.t, location))
}

func TestOIDC(t *testing.T) {
	for _, alg := range []string{"RS256", "PS256", "ES256", "EdDSA"} {
		t.Run(alg, func(t *testing.T) {
			h, op := federated(t)
			op.SignWith(alg)
			if m, err := h.Methods(t.Context()); err != nil || len(m.OIDC) != 1 || m.OIDC[0].Name != "Hospital sign-in" {
				t.Errorf("%+v, %v", m, err)
			}
			st, to, err := h.visit(op)
			h.must(err)
			p := h.open(st.Session)
			if to != "/findings?severity=high" || p.Via != account.ViaOIDC || p.Name() != "nina" || p.Account.OIDC != "hospital" || p.Account.HasPassword {
				t.Errorf("%s, %+v", to, p.Account)
			}
			if d := cmp.Diff([]account.Grant{{Role: account.Ward, Site: "north", Product: "*"}}, p.Account.Grants); d != "" {
				t.Error(d)
			}
			// Again: the same account, found by who the provider says it is.
			op.Be(map[string]any{"sub": "248289761001", "preferred_username": "renamed", "groups": "icu-nurses"})
			st, _, err = h.visit(op)
			h.must(err)
			if st.Principal.Account.ID != p.Account.ID {
				t.Error("another account")
			}
			if all, _ := h.Accounts(t.Context()); len(all) != 1 {
				t.Errorf("%d accounts", len(all))
			}
			if h.told(account.ActAccountMade).By != "nina" || !strings.Contains(h.told(account.ActSignedIn).Detail, "oidc") {
				t.Error("not on the record")
			}
		})
	}
}

func TestWhatTheBrowserIsSentWith(t *testing.T) {
	h, _ := federated(t)
	location, cookie, err := h.OIDCBegin(t.Context(), desk, "hospital", "/")
	h.must(err)
	u, err := url.Parse(location)
	h.must(err)
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 || q.Get("scope") != "openid profile email" || q.Get("redirect_uri") != "https://ward.example:8443/auth/oidc/hospital/callback" {
		t.Error(location)
	}
	if strings.Contains(location, cookie) || strings.Contains(location, "secret") {
		t.Error("the cookie, or the client's secret, went to the provider through the browser")
	}
	_, _, err = h.OIDCBegin(t.Context(), desk, "none", "/")
	h.want(err, wardround.ENotFound)
}

// Each way in which a token is not for us, not from the provider, or not now.
func TestATokenOfTheProviderIsRefused(t *testing.T) {
	set := func(k string, v any) func(_, c map[string]any) { return func(_, c map[string]any) { c[k] = v } }
	drop := func(k string) func(_, c map[string]any) { return func(_, c map[string]any) { delete(c, k) } }
	day := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, alg string
		mistake   func(header, claims map[string]any)
	}{
		{"signed by nobody", "none", nil},
		{"signed by nobody, in capitals", "none", func(h, _ map[string]any) { h["alg"] = "NONE" }},
		{"signed with the public key as if it were a secret", "HS256", nil},
		{"signed with the client's secret", "HS256-secret", nil},
		{"a MAC that calls itself a signature", "HS256", func(h, _ map[string]any) { h["alg"] = "RS256" }},
		{"a signature of another kind than it says", "ES256", func(h, _ map[string]any) { h["alg"] = "RS256" }},
		{"with a key of its own in the header", "RS256", func(h, _ map[string]any) { h["kid"] = "none"; h["jwk"] = map[string]any{"kty": "oct", "k": "AAAA"} }},
		{"from another issuer", "RS256", set("iss", "https://evil.example")},
		{"from an issuer that looks alike", "RS256", func(_, c map[string]any) { c["iss"] = c["iss"].(string) + "/" }},
		{"from no issuer", "RS256", drop("iss")},
		{"for another program", "RS256", set("aud", "another")},
		{"for nobody", "RS256", drop("aud")},
		{"for several, and no word of who asked", "RS256", set("aud", []string{"wardround", "another"})},
		{"for several, asked for by another", "RS256", func(_, c map[string]any) { c["aud"] = []string{"wardround", "another"}; c["azp"] = "another" }},
		{"asked for by another", "RS256", set("azp", "another")},
		{"with another nonce", "RS256", set("nonce", strings.Repeat("A", 43))},
		{"with no nonce", "RS256", drop("nonce")},
		{"expired", "RS256", set("exp", day.Add(-time.Second).Unix())},
		{"that never expires", "RS256", drop("exp")},
		{"not yet good", "RS256", set("nbf", day.Add(time.Hour).Unix())},
		{"from the future", "RS256", set("iat", day.Add(time.Hour).Unix())},
		{"about nobody", "RS256", drop("sub")},
		{"about somebody with an endless name", "RS256", set("sub", strings.Repeat("x", 300))},
		{"for another access token", "RS256", set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, op := federated(t)
			op.SignWith(c.alg)
			op.Mistake(c.mistake)
			_, to, err := h.visit(op)
			h.want(err, account.EUnauthenticated)
			if to != "/findings?severity=high" {
				t.Errorf("lost the way: %s", to)
			}
			if op.Tokens() != 1 {
				t.Errorf("%d tokens were given out: the test didn't get that far", op.Tokens())
			}
			if all, _ := h.Accounts(t.Context()); len(all) != 0 {
				t.Error("an account was made")
			}
		})
	}
	// For several of whom we asked, it is good.
	h, op := federated(t)
	op.Mistake(func(_, c map[string]any) { c["aud"] = []string{"wardround", "another"}; c["azp"] = "wardround" })
	_, _, err := h.visit(op)
	h.must(err)
}

// State and nonce are bound to one browser and used once.
func TestWhatComesBackIsUsedOnce(t *testing.T) {
	h, op := federated(t)
	ctx := t.Context()
	begin := func() (string, url.Values) {
		location, cookie, err := h.OIDCBegin(ctx, desk, "hospital", "/")
		h.must(err)
		return cookie, op.Visit(t, location)
	}
	try := func(cookie string, q url.Values, want wardround.Code) {
		t.Helper()
		_, _, err := h.OIDCFinish(ctx, desk, "hospital", cookie, q)
		h.want(err, want)
	}
	cookie, q := begin()
	try(cookie, q, "")
	try(cookie, q, account.EUnauthenticated) // replayed whole

	// Replayed into another visit of the same browser; login CSRF: the attacker's
	// answer in the victim's browser.
	_, stolen := begin()
	cookie, own := begin()
	try(cookie, stolen, account.EUnauthenticated)
	try(cookie, own, account.EUnauthenticated) // and that visit is spent
	// The victim's state with the attacker's code: the nonce and PKCE are the victim's.
	_, stolen = begin()
	cookie, own = begin()
	own.Set("code", stolen.Get("code"))
	try(cookie, own, account.EUnauthenticated)

	cookie, q = begin()
	q.Set("state", q.Get("state")[1:])
	try(cookie, q, account.EUnauthenticated)
	cookie, q = begin()
	q.Del("state")
	try(cookie, q, account.EUnauthenticated)
	_, q = begin()
	try("", q, account.EUnauthenticated)
	try(strings.Repeat("A", 43), q, account.EUnauthenticated)
	cookie, q = begin()
	q.Set("iss", "https://evil.example") // mix-up (RFC 9207)
	try(cookie, q, account.EUnauthenticated)
	cookie, _ = begin()
	try(cookie, url.Values{"error": {"access_denied"}, "state": q["state"]}, account.EUnauthenticated)
	cookie, q = begin()
	h.pass(account.FlowLife)
	try(cookie, q, account.EUnauthenticated)

	// Under another provider's name.
	cookie, q = begin()
	_, _, err := h.OIDCFinish(ctx, desk, "another", cookie, q)
	h.want(err, account.EUnauthenticated)

	// At the same time: one.
	cookie, q = begin()
	var in atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := h.OIDCFinish(ctx, from("10.7.7.7"), "hospital", cookie, q); err == nil {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 {
		t.Errorf("%d came in", in.Load())
	}
}

func TestNoWayLeadsElsewhere(t *testing.T) {
	h, op := federated(t)
	for _, to := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
		location, cookie, err := h.OIDCBegin(t.Context(), desk, "hospital", to)
		h.must(err)
		_, back, err := h.OIDCFinish(t.Context(), desk, "hospital", cookie, op.Visit(t, location))
		h.must(err)
		if back != "/" {
			t.Errorf("%q led to %q", to, back)
		}
	}
}

// The provider is down: that is said, it is nobody's failure, and it is asked again.
func TestTheProviderIsDown(t *testing.T) {
	h, op := federated(t)
	op.Down(true)
	_, _, err := h.OIDCBegin(t.Context(), desk, "hospital", "/")
	h.want(err, wardround.ECannotTell)
	if !strings.Contains(err.Error(), "emergency account") {
		t.Errorf("what to do is not said: %v", err)
	}
	op.Down(false)
	_, _, err = h.OIDCBegin(t.Context(), desk, "hospital", "/")
	h.want(err, wardround.ECannotTell) // not asked at each press of the button
	h.pass(5 * time.Second)
	_, _, err = h.visit(op)
	h.must(err)
}
