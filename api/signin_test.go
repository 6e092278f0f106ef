package api

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
)

func (v *visitor) signIn(name, password string) SignInStep {
	v.h.t.Helper()
	var st SignInStep
	v.read(v.send(POST, "/api/v1/sign-in/password", map[string]string{"name": name, "password": password}), &st)
	return st
}

// The first minute: nobody has an account, a link makes the first, it works once.
func TestTheFirstAdministrator(t *testing.T) {
	h := build(t, routes)
	v := h.stranger()
	var m SignInMethods
	v.read(v.get("/api/v1/sign-in"), &m)
	if !m.FirstRun || !m.Password || m.Site != "St. Anna" || m.Origin != "live" || m.OIDC == nil {
		t.Fatalf("%+v", m)
	}
	link, err := h.accounts.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var info account.LinkInfo
	v.read(v.get("/api/v1/welcome/"+link.Secret), &info)
	if info.Purpose != account.PurposeFirst {
		t.Fatalf("%+v", info)
	}
	use := map[string]any{"token": link.Secret, "name": "anna", "display": "Anna", "password": passphrase}
	v.want(200, v.send(POST, "/api/v1/welcome", use))
	var s Session
	v.read(v.get("/api/v1/session"), &s)
	if s.Account.Name != "anna" || s.Via != account.ViaLink || s.Site != site.Site || s.SiteName != "St. Anna" || !s.Setup || len(s.Permissions) == 0 || !s.Expires.After(noon) {
		t.Fatalf("%+v", s)
	}
	v.read(v.get("/api/v1/sign-in"), &m)
	if m.FirstRun {
		t.Error("still the first run")
	}
	other := h.stranger()
	other.refused(401, "unauthenticated", other.send(POST, "/api/v1/welcome", use))
	if strings.Contains(h.log.String(), link.Secret) {
		t.Error("the link is in the log")
	}
}

// The cookie is for this host, over TLS, for no script and no other site; and it is
// another after signing in (session fixation).
func TestTheSessionCookie(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	v := h.stranger()
	v.cookies["__Host-wardround"] = &http.Cookie{Name: "__Host-wardround", Value: strings.Repeat("A", 43)} // planted
	w := v.send(POST, "/api/v1/sign-in/password", map[string]string{"name": "root", "password": passphrase})
	v.want(200, w)
	line := ""
	for _, l := range w.Header().Values("Set-Cookie") {
		if strings.HasPrefix(l, "__Host-wardround=") {
			line = l
		}
	}
	for _, word := range []string{"; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax", "; Expires="} {
		if !strings.Contains(line, word) {
			t.Errorf("%q lacks %q", line, word)
		}
	}
	if strings.Contains(line, "Domain") {
		t.Errorf("%q names a domain", line)
	}
	if v.cookies["__Host-wardround"].Value == strings.Repeat("A", 43) {
		t.Error("the planted session was taken over")
	}
	if v.cookies["__Host-wardround"].Value == admin.cookies["__Host-wardround"].Value {
		t.Error("two sessions share a cookie")
	}
	// The body names no secret.
	if b := w.Body.String(); strings.TrimSpace(b) != `{"next":"done"}` {
		t.Errorf("%s", b)
	}
}

// A wrong name is answered like a wrong password; the session of somebody else is
// not made by a page elsewhere.
func TestRefusedSignIns(t *testing.T) {
	h := build(t, routes)
	h.first()
	v := h.stranger()
	a := v.refused(401, "unauthenticated", v.send(POST, "/api/v1/sign-in/password", map[string]string{"name": "root", "password": "wrong"}))
	b := v.refused(401, "unauthenticated", v.send(POST, "/api/v1/sign-in/password", map[string]string{"name": "nobody", "password": "wrong"}))
	if a.Detail != b.Detail {
		t.Errorf("%q and %q differ", a.Detail, b.Detail)
	}
	v.refused(403, "csrf", v.send(POST, "/api/v1/sign-in/password", map[string]string{"name": "root", "password": passphrase}, "Sec-Fetch-Site", "cross-site"))
	v.refused(401, "unauthenticated", v.send(POST, "/api/v1/sign-in/totp", map[string]string{"code": "000000"}))
	if len(v.cookies) != 0 {
		t.Errorf("cookies %v", v.cookies)
	}
}

func TestManyTriesAreThrottled(t *testing.T) {
	h := build(t, routes)
	h.first()
	v := h.stranger()
	for range 50 {
		w := v.send(POST, "/api/v1/sign-in/password", map[string]string{"name": "root", "password": "guess"})
		if w.Code == 429 {
			v.refused(429, "throttled", w)
			if w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
		v.refused(401, "unauthenticated", w)
	}
	t.Fatal("50 tries went through")
}

// A page elsewhere cannot act with the session of whoever looks at it.
func TestAnotherSiteCannotUseASession(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	for i := range routes {
		rt := &routes[i]
		if rt.Method == GET {
			continue
		}
		r := admin.ask(rt)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		admin.refused(403, "csrf", admin.do(r))
	}
}

func TestPasswordAndCode(t *testing.T) {
	h := build(t, routes)
	v := h.role(account.Viewer)
	var e TotpEnrolment
	v.read(v.send(POST, "/api/v1/me/totp/begin", nil), &e)
	if !strings.HasPrefix(e.QR, "data:image/png;base64,") || !strings.HasPrefix(e.URI, "otpauth://totp/") {
		t.Fatalf("%+v", e)
	}
	// A wrong code is not the end of the session.
	v.refused(403, "forbidden", v.send(POST, "/api/v1/me/totp/finish", map[string]string{"code": "12345"}))
	code := func() string {
		c, err := totp.GenerateCode(strings.ToUpper(e.Secret), h.clock())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var rec Recovery
	v.read(v.send(POST, "/api/v1/me/totp/finish", map[string]string{"code": code()}), &rec)
	if len(rec.Recovery) == 0 {
		t.Fatal("no recovery codes")
	}
	h.pass(time.Minute)
	w := h.stranger()
	if st := w.signIn(v.name, passphrase); st.Next != "totp" {
		t.Fatalf("%+v", st)
	}
	w.refused(401, "unauthenticated", w.get("/api/v1/session")) // the step's cookie opens nothing
	w.want(200, w.send(POST, "/api/v1/sign-in/totp", map[string]string{"code": code()}))
	w.want(200, w.get("/api/v1/session"))
	again := h.stranger()
	again.signIn(v.name, passphrase)
	again.refused(401, "unauthenticated", again.send(POST, "/api/v1/sign-in/totp", map[string]string{"code": code()})) // used
	again.want(200, again.send(POST, "/api/v1/sign-in/totp", map[string]string{"code": rec.Recovery[0]}))
	var me account.Account
	again.read(again.get("/api/v1/me"), &me)
	if !me.TOTP {
		t.Error("the account does not say that it has a code")
	}
	again.want(204, again.send(DELETE, "/api/v1/me/totp", nil))
	again.want(200, again.get("/api/v1/session"))
}

func TestAPasskey(t *testing.T) {
	h := build(t, routes)
	v := h.role(account.Viewer)
	rp := virtualwebauthn.RelyingParty{Name: "Wardround", ID: "ward.example", Origin: "https://ward.example:8443"}
	device := virtualwebauthn.NewAuthenticator()
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)

	w := v.want(200, v.send(POST, "/api/v1/me/passkeys/begin", nil))
	creation, err := virtualwebauthn.ParseAttestationOptions(w.Body.String())
	if err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	device.Options.UserHandle = []byte(creation.UserID)
	answer := virtualwebauthn.CreateAttestationResponse(rp, device, key, *creation)
	var made account.Passkey
	v.read(v.send(POST, "/api/v1/me/passkeys/finish?name=YubiKey", answer), &made)
	if made.Name != "YubiKey" {
		t.Fatalf("%+v", made)
	}
	device.AddCredential(key)

	enter := func(rp virtualwebauthn.RelyingParty) (*visitor, int) {
		s := h.stranger()
		w := s.want(200, s.send(POST, "/api/v1/sign-in/passkey/begin", nil))
		options, err := virtualwebauthn.ParseAssertionOptions(w.Body.String())
		if err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		return s, s.send(POST, "/api/v1/sign-in/passkey/finish", virtualwebauthn.CreateAssertionResponse(rp, device, key, *options)).Code
	}
	s, code := enter(rp)
	if code != 200 {
		t.Fatalf("status %d", code)
	}
	var session Session
	s.read(s.get("/api/v1/session"), &session)
	if session.Via != account.ViaPasskey || session.Account.ID != v.id {
		t.Fatalf("%+v", session)
	}
	phish := rp
	phish.Origin = "https://ward.example.evil"
	if _, code := enter(phish); code != 401 {
		t.Errorf("from another origin: status %d", code)
	}
	s.refused(401, "unauthenticated", h.stranger().send(POST, "/api/v1/sign-in/passkey/finish", `{"id":"x"}`))
	v.want(204, v.send(DELETE, "/api/v1/me/passkeys/"+made.ID, nil))
	if _, code := enter(rp); code != 401 {
		t.Errorf("with a passkey that was removed: status %d", code)
	}
}

// What goes wrong at a provider leads back to the page to sign in, never elsewhere.
func TestOpenIDConnectThatGoesWrong(t *testing.T) {
	h := build(t, routes)
	for _, path := range []string{
		"/auth/oidc/none/start?to=/findings",
		"/auth/oidc/none/start?to=//evil.example",
		"/auth/oidc/none/start?to=https://evil.example/",
		"/auth/oidc/none/callback?state=x&code=y&iss=z",
		"/auth/oidc/none/callback?error=access_denied&error_uri=https://evil.example",
		"/auth/oidc/none%0d%0aX-Injected:%201/start",
	} {
		v := h.stranger()
		w := v.get(path)
		l, err := url.Parse(w.Header().Get("Location"))
		if w.Code != 302 || err != nil || l.Host != "" || l.Path != "/sign-in" || l.Query().Get("problem") == "" {
			t.Errorf("%s: status %d to %q: %s", path, w.Code, l, w.Body)
		}
		if strings.Contains(w.Header().Get("Location"), "evil") || w.Header().Get("X-Injected") != "" {
			t.Errorf("%s leads to %q", path, l)
		}
		h.pass(time.Second)
	}
}

// Everything people do with accounts is on the record, without a secret.
func TestActsOfPeopleAreOnTheRecord(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	v := h.role(account.Viewer)
	v.want(204, v.send(POST, "/api/v1/me/password", map[string]string{"old": passphrase, "new": "another kettle of seven moons"}))
	admin.want(200, admin.send(PATCH, "/api/v1/people/"+v.id, map[string]any{"grants": []account.Grant{{Role: account.Security, Site: "*", Product: "*"}}}, "If-Match", h.tag(v.id)))
	want := map[string]string{
		"account-made": "root", "invited": "root", "link-used": v.name, "password-changed": v.name, "account-changed": "root",
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		got := map[string]string{}
		for _, a := range acts[*kind.OperatorActedV1](h) {
			got[a.Act] = string(a.By)
			b, _ := json.Marshal(a)
			for _, secret := range []string{passphrase, "seven moons", "$argon2"} {
				if strings.Contains(string(b), secret) {
					t.Fatalf("a secret is on the record: %s", b)
				}
			}
		}
		missing := ""
		for act, by := range want {
			if got[act] != by {
				missing += " " + act + " by " + by
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not on the record:%s\ngot %v", missing, got)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// An act of power that cannot be put on the record is not done.
func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	h.mu.Lock()
	h.refuse = io.ErrShortWrite
	h.mu.Unlock()
	w := admin.send(POST, "/api/v1/people", map[string]any{"name": "mallory", "display": "M", "grants": []account.Grant{{Role: account.Administrator, Site: "*", Product: "*"}}})
	if w.Code < 500 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	h.mu.Lock()
	h.refuse = nil
	h.mu.Unlock()
	var p Page[account.Account]
	admin.read(admin.get("/api/v1/people"), &p)
	if p.Total != 1 {
		t.Errorf("%d accounts", p.Total)
	}
}
