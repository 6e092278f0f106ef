package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// phone is an authenticator with one credential, as a browser at some origin uses it.
type phone struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func newPhone(a *account.Account) *phone {
	return &phone{
		rp:   virtualwebauthn.RelyingParty{Name: "Wardround", ID: "ward.example", Origin: "https://ward.example:8443"},
		auth: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(a.ID)}),
		cred: virtualwebauthn.NewCredentialWithImportedKey(virtualwebauthn.KeyTypeEC2, newKey()),
	}
}

// newKey draws a P-256 key, in PKCS #8, whose coordinates fill their 32 bytes: the
// virtual authenticator leaves leading zeroes away, which no real one does.
func newKey() []byte {
	for {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		point, err := k.PublicKey.Bytes() // 4, x, y
		if err != nil {
			panic(err)
		}
		if point[1] == 0 || point[33] == 0 {
			continue
		}
		b, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			panic(err)
		}
		return b
	}
}

// register makes the credential for the options of AddPasskeyBegin.
func (p *phone) register(t *testing.T, options json.RawMessage) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(options))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(virtualwebauthn.CreateAttestationResponse(p.rp, p.auth, p.cred, *o))
}

// answer signs the challenge of PasskeyBegin; each use raises the counter.
func (p *phone) answer(t *testing.T, options json.RawMessage) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(options))
	if err != nil {
		t.Fatal(err)
	}
	p.cred.Counter++
	return []byte(virtualwebauthn.CreateAssertionResponse(p.rp, p.auth, p.cred, *o))
}

// add registers a phone for somebody who is signed in.
func (h *house) add(p *account.Principal, ph *phone) account.Passkey {
	h.t.Helper()
	options, cookie, err := h.AddPasskeyBegin(h.t.Context(), p)
	h.must(err)
	k, err := h.AddPasskeyFinish(h.t.Context(), desk, p, cookie, "phone", ph.register(h.t, options))
	h.must(err)
	return k
}

func (h *house) tap(ph *phone) (account.Step, error) {
	h.t.Helper()
	options, cookie, err := h.PasskeyBegin(h.t.Context(), desk)
	h.must(err)
	return h.PasskeyFinish(h.t.Context(), desk, cookie, ph.answer(h.t, options))
}

func TestPasskeys(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	st := h.admin()
	ph := newPhone(st.Principal.Account)
	options, _, err := h.AddPasskeyBegin(ctx, st.Principal)
	h.must(err)
	for _, want := range []string{`"publicKey"`, `"userVerification":"required"`, `"residentKey":"required"`, `"id":"ward.example"`} {
		if !strings.Contains(string(options), want) {
			t.Errorf("%s is not in %s", want, options)
		}
	}
	k := h.add(st.Principal, ph)
	if k.Name != "phone" || k.ID == "" {
		t.Errorf("%+v", k)
	}
	in, err := h.tap(ph)
	h.must(err)
	p := h.open(in.Session)
	if p.Via != account.ViaPasskey || p.Name() != "ada" || in.Session == st.Session {
		t.Errorf("%+v", p)
	}
	a, err := h.Account(ctx, p.Account.ID)
	h.must(err)
	if len(a.Passkeys) != 1 || a.Passkeys[0].LastUsed == nil {
		t.Errorf("%+v", a.Passkeys)
	}
	// Two factors in one: an authenticator app is not asked for.
	e, err := h.TOTPBegin(ctx, p)
	h.must(err)
	_, step, err := h.TOTPFinish(ctx, desk, p, code(t, e.Secret, h.clock()))
	h.must(err)
	in, err = h.tap(ph)
	h.must(err)
	if in.Next != account.Done {
		t.Errorf("%+v", in)
	}
	// Removed, it opens nothing, and what it had opened is shut.
	p = h.open(step.Session)
	h.must(h.RemovePasskey(ctx, desk, p, k.ID))
	h.shut(in.Session, "that came by a passkey that was removed")
	h.open(step.Session)
	_, err = h.tap(ph)
	h.want(err, account.EUnauthenticated)
	h.want(h.RemovePasskey(ctx, desk, p, k.ID), wardround.ENotFound)
	if h.told(account.ActPasskeyAdded).By != "ada" || h.told(account.ActPasskeyRemoved).Detail != "phone" {
		t.Error("not on the record")
	}
}

// Each way in which an answer is not the one that was asked for.
func TestAPasskeyIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*phone)
	}{
		{"on a page of another origin", func(p *phone) { p.rp.Origin = "https://ward.example.evil.example" }},
		{"on another port", func(p *phone) { p.rp.Origin = "https://ward.example" }},
		{"without TLS", func(p *phone) { p.rp.Origin = "http://ward.example:8443" }},
		{"for another relying party", func(p *phone) { p.rp.ID = "evil.example" }},
		{"by somebody who did not verify themselves", func(p *phone) { p.auth.Options.UserNotVerified = true }},
		{"by nobody's touch", func(p *phone) { p.auth.Options.UserNotPresent = true }},
		{"with another key", func(p *phone) { p.cred.Key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2).Key }},
		{"with an unknown credential", func(p *phone) { p.cred.ID = []byte("nobody's credential, at least 16") }},
		{"for another account", func(p *phone) { p.auth.Options.UserHandle = []byte("p-another") }},
		{"without saying whose", func(p *phone) { p.auth.Options.UserHandle = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			st := h.admin()
			ph := newPhone(st.Principal.Account)
			h.add(st.Principal, ph)
			c.change(ph)
			_, err := h.tap(ph)
			h.want(err, account.EUnauthenticated)
			h.Tick(t.Context())
			if e := h.told(account.ActRefused); e.Count != 1 || !strings.Contains(e.Detail, "passkey") {
				t.Errorf("%+v", e)
			}
		})
	}
	t.Run("switched off", func(t *testing.T) {
		h := newHouse(t)
		boss := h.admin().Principal
		bob := h.person(boss, "bob", everywhere(account.Viewer)).Principal
		ph := newPhone(bob.Account)
		h.add(bob, ph)
		_, err := h.UpdateAccount(t.Context(), desk, boss, bob.Account.ID, "*", account.Patch{Disabled: ptr(true)})
		h.must(err)
		_, err = h.tap(ph)
		h.want(err, account.EUnauthenticated)
	})
}

func TestAnAnswerIsUsedOnce(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	st := h.admin()
	ph := newPhone(st.Principal.Account)
	h.add(st.Principal, ph)
	options, cookie, err := h.PasskeyBegin(ctx, desk)
	h.must(err)
	answer := ph.answer(t, options)
	_, err = h.PasskeyFinish(ctx, desk, cookie, answer)
	h.must(err)
	_, err = h.PasskeyFinish(ctx, desk, cookie, answer)
	h.want(err, account.EUnauthenticated)
	// Also where no counter would tell.
	synced := newPhone(st.Principal.Account)
	h.add(st.Principal, synced)
	synced.cred.Counter = ^uint32(0) // and one more is 0
	options, cookie, err = h.PasskeyBegin(ctx, desk)
	h.must(err)
	same := synced.answer(t, options)
	_, err = h.PasskeyFinish(ctx, desk, cookie, same)
	h.must(err)
	_, err = h.PasskeyFinish(ctx, desk, cookie, same)
	h.want(err, account.EUnauthenticated)
	// Not under another ceremony's cookie either.
	_, other, err := h.PasskeyBegin(ctx, desk)
	h.must(err)
	_, err = h.PasskeyFinish(ctx, desk, other, answer)
	h.want(err, account.EUnauthenticated)
	// Nor too late.
	options, cookie, err = h.PasskeyBegin(ctx, desk)
	h.must(err)
	h.pass(account.CeremonyLife)
	_, err = h.PasskeyFinish(ctx, desk, cookie, ph.answer(t, options))
	h.want(err, account.EUnauthenticated)
	// Nor a challenge for adding one.
	st2, err := h.SignInPassword(ctx, desk, "ada", goodPassword)
	h.must(err)
	_, cookie, err = h.AddPasskeyBegin(ctx, st2.Principal)
	h.must(err)
	_, err = h.PasskeyFinish(ctx, desk, cookie, answer)
	h.want(err, account.EUnauthenticated)
	for _, junk := range []string{"", "{}", "null", "[]", `{"id":"` + strings.Repeat("A", 1<<20) + `"}`} {
		_, cookie, err = h.PasskeyBegin(ctx, desk)
		h.must(err)
		_, err = h.PasskeyFinish(ctx, desk, cookie, []byte(junk))
		h.want(err, account.EUnauthenticated)
	}
}

// Somebody copied the key: two counters run apart. The copy that is behind is
// refused, and the record says so.
func TestAClonedPasskey(t *testing.T) {
	h := newHouse(t)
	st := h.admin()
	ph := newPhone(st.Principal.Account)
	h.add(st.Principal, ph)
	for range 3 {
		_, err := h.tap(ph)
		h.must(err)
	}
	clone := *ph
	clone.cred.Counter = 1
	_, err := h.tap(&clone)
	h.want(err, account.EUnauthenticated)
	if !strings.Contains(err.Error(), "copy") {
		t.Errorf("the person isn't told: %v", err)
	}
	if e := h.told(account.ActPasskeyCloned); e.Of != "ada" {
		t.Errorf("%+v", e)
	}
	// The same counter again is no better.
	clone.cred.Counter = ph.cred.Counter - 1
	_, err = h.tap(&clone)
	h.want(err, account.EUnauthenticated)
	_, err = h.tap(ph)
	h.must(err)
}

// Synced passkeys count nothing: always 0.
func TestAPasskeyWithoutACounter(t *testing.T) {
	h := newHouse(t)
	st := h.admin()
	ph := newPhone(st.Principal.Account)
	h.add(st.Principal, ph)
	for range 3 {
		ph.cred.Counter = ^uint32(0) // and one more is 0
		_, err := h.tap(ph)
		h.must(err)
	}
}

func TestAPasskeyIsNotAdded(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin()
	ada := h.open(boss.Session)
	bob := h.person(ada, "bob", everywhere(account.Viewer)).Principal
	for name, change := range map[string]func(*phone){
		"on another origin":    func(p *phone) { p.rp.Origin = "https://evil.example" },
		"for another party":    func(p *phone) { p.rp.ID = "evil.example" },
		"without verification": func(p *phone) { p.auth.Options.UserNotVerified = true },
	} {
		ph := newPhone(ada.Account)
		change(ph)
		options, cookie, err := h.AddPasskeyBegin(ctx, ada)
		h.must(err)
		if _, err = h.AddPasskeyFinish(ctx, desk, ada, cookie, "x", ph.register(t, options)); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A ceremony that somebody else began, or another session, is not mine to finish.
	ph := newPhone(ada.Account)
	options, cookie, err := h.AddPasskeyBegin(ctx, ada)
	h.must(err)
	answer := ph.register(t, options)
	_, err = h.AddPasskeyFinish(ctx, desk, bob, cookie, "x", answer)
	h.want(err, wardround.EInvalid)
	_, err = h.AddPasskeyFinish(ctx, desk, ada, cookie, "x", answer) // and is used up
	h.want(err, wardround.EInvalid)
	// One credential belongs to one account.
	h.add(ada, ph)
	thief := *ph
	thief.auth.Options.UserHandle = []byte(bob.Account.ID)
	options, cookie, err = h.AddPasskeyBegin(ctx, bob)
	h.must(err)
	_, err = h.AddPasskeyFinish(ctx, desk, bob, cookie, "x", thief.register(t, options))
	h.want(err, wardround.EConflict)
}

// Under a bare address, or without TLS, there are none, and the page is told.
func TestWherePasskeysCannotBe(t *testing.T) {
	for url, want := range map[string]bool{
		"https://10.0.0.5:8443": false, "https://[2001:db8::1]": false, "http://ward.example": false, "http://localhost:8080": true, "https://ward.example": true,
	} {
		h := newHouse(t, func(o *account.Options) { o.URL = url })
		m, err := h.Methods(t.Context())
		h.must(err)
		if m.Passkey != want {
			t.Errorf("%s: %v", url, m.Passkey)
		}
		if _, _, err := h.PasskeyBegin(t.Context(), desk); (err == nil) != want {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, bad := range []string{"", "ward.example", "ftp://x", "https://x/path", "https://u:p@x", "https://x?q"} {
		if _, err := account.New(account.Options{Store: newHouse(t).store, Audit: (&house{}).audit, URL: bad}); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
