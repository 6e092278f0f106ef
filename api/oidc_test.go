package api

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/account/accounttest"
)

// provided makes a house with a provider that gives nurses the role of a ward.
func provided(t *testing.T) (*house, *accounttest.Provider) {
	t.Helper()
	h := build(t, routes)
	op := accounttest.NewProvider(t)
	op.Now = h.clock
	op.Be(map[string]any{"sub": "248289761001", "preferred_username": "nina", "name": "Nina N.", "email": "nina@ward.example", "email_verified": true, "groups": []string{"icu-nurses"}})
	admin := h.first()
	var x Setting[account.Policy]
	admin.read(admin.get("/api/v1/settings/sign-in"), &x)
	x.Value.OIDC = []account.Provider{{
		ID: "hospital", Name: "Hospital", Issuer: op.Issuer, ClientID: op.ClientID, ClientSecret: op.ClientSecret, Provision: true,
		Roles: []account.ClaimGrant{{Value: "icu-nurses", Grant: account.Grant{Role: account.Ward, Site: "*", Product: "*"}}},
	}}
	admin.want(200, admin.send(PUT, "/api/v1/settings/sign-in", map[string]any{"value": x.Value, "reason": "one door"}, "If-Match", x.ETag))
	return h, op
}

// begin sends a browser to the provider and returns where the provider sends it.
func (v *visitor) begin(op *accounttest.Provider, to string) url.Values {
	v.h.t.Helper()
	w := v.want(302, v.get("/auth/oidc/hospital/start?to="+url.QueryEscape(to)))
	location := w.Header().Get("Location")
	if !strings.HasPrefix(location, op.Issuer+"/authorize?") {
		v.h.t.Fatalf("to %s", location)
	}
	return op.Visit(v.h.t, location)
}

func TestSignInWithOpenIDConnect(t *testing.T) {
	h, op := provided(t)
	for to, want := range map[string]string{"/findings?severity=high": "/findings?severity=high", "//evil.example/": "/", "https://evil.example": "/", "/\\evil.example": "/"} {
		v := h.stranger()
		back := v.begin(op, to)
		w := v.want(302, v.get("/auth/oidc/hospital/callback?"+back.Encode()))
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("to %q ends at %q", to, got)
		}
		var s Session
		v.read(v.get("/api/v1/session"), &s)
		if s.Via != account.ViaOIDC || s.Account.Name != "nina" || len(s.Account.Grants) != 1 || s.Account.Grants[0].Role != account.Ward {
			t.Errorf("%+v", s)
		}
		if v.cookies["__Host-"+flowCookie] != nil {
			t.Error("the cookie of the way there is still there")
		}
		h.pass(time.Second)
	}
}

// What comes back counts once, for the browser that went, in time.
func TestWhatComesBackFromAProviderCountsOnce(t *testing.T) {
	h, op := provided(t)
	refused := func(v *visitor, query url.Values) {
		t.Helper()
		w := v.want(302, v.get("/auth/oidc/hospital/callback?"+query.Encode()))
		if l := w.Header().Get("Location"); !strings.HasPrefix(l, "/sign-in?problem=") {
			t.Errorf("leads to %q", l)
		}
		if v.cookies["__Host-"+sessionCookie] != nil {
			t.Error("somebody is signed in")
		}
		h.pass(time.Second)
	}
	v := h.stranger()
	back := v.begin(op, "/")
	refused(h.stranger(), back) // another browser, with a stolen answer
	v = h.stranger()
	back = v.begin(op, "/")
	forged := url.Values{"code": back["code"], "state": {"forged"}}
	refused(v, forged)
	v = h.stranger()
	back = v.begin(op, "/")
	h.pass(account.FlowLife + time.Second)
	refused(v, back)

	v = h.stranger()
	back = v.begin(op, "/")
	keep := v.cookies["__Host-"+flowCookie]
	v.want(302, v.get("/auth/oidc/hospital/callback?"+back.Encode()))
	again := h.stranger()
	again.cookies["__Host-"+flowCookie] = keep
	refused(again, back) // the same, again

	op.SignWith("none")
	v = h.stranger()
	refused(v, v.begin(op, "/"))
	op.SignWith("HS256")
	v = h.stranger()
	refused(v, v.begin(op, "/"))
	op.SignWith("RS256")
	op.Mistake(func(_, claims map[string]any) { claims["iss"] = "https://evil.example" })
	v = h.stranger()
	refused(v, v.begin(op, "/"))
}
