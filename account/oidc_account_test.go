package account_test

import (
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/account/accounttest"
)

func TestWhoGetsAnAccount(t *testing.T) {
	t.Run("nobody, if it isn't configured", func(t *testing.T) {
		h, op := federated(t, func(p *account.Provider) { p.Provision = false })
		_, _, err := h.visit(op)
		h.want(err, wardround.EForbidden)
	})
	t.Run("nobody whose groups give no role", func(t *testing.T) {
		h, op := federated(t)
		op.Be(map[string]any{"sub": "1", "preferred_username": "cook", "groups": []any{"canteen", 7, nil}})
		_, _, err := h.visit(op)
		h.want(err, wardround.EForbidden)
	})
	t.Run("whoever was invited with the verified address", func(t *testing.T) {
		h, op := federated(t, func(p *account.Provider) { p.Provision = false })
		boss := h.admin().Principal
		a, l, err := h.Invite(t.Context(), desk, boss, account.NewAccount{Name: "n.nurse", Email: "Nina@ward.example", Grants: []account.Grant{everywhere(account.Auditor)}})
		h.must(err)
		st, _, err := h.visit(op)
		h.must(err)
		if p := h.open(st.Session); p.Account.ID != a.ID || !p.May(account.Audit) {
			t.Errorf("%+v", p.Account)
		}
		// The link of the invitation is over.
		_, err = h.Welcome(t.Context(), desk, l.Secret, account.Welcome{Password: goodPassword})
		h.want(err, account.EUnauthenticated)
		// And the grants are ours to keep, not the provider's.
		st, _, err = h.visit(op)
		h.must(err)
		if !st.Principal.May(account.Audit) {
			t.Error("the grants went")
		}
	})
	t.Run("not who only says so", func(t *testing.T) {
		h, op := federated(t, func(p *account.Provider) { p.Provision = false })
		boss := h.admin().Principal
		_, _, err := h.Invite(t.Context(), desk, boss, account.NewAccount{Name: "n.nurse", Email: "nina@ward.example"})
		h.must(err)
		for _, v := range []any{false, "false", nil, 1} {
			op.Be(map[string]any{"sub": "1", "email": "nina@ward.example", "email_verified": v})
			_, _, err = h.visit(op)
			h.want(err, wardround.EForbidden)
		}
		// Nor whose address only looks alike: U+017F folds to s, U+212A to k.
		_, _, err = h.Invite(t.Context(), desk, boss, account.NewAccount{Name: "k.smith", Email: "k.smith@ward.example"})
		h.must(err)
		for _, mail := range []string{"k.\u017fmith@ward.example", "\u212a.smith@ward.example"} {
			op.Be(map[string]any{"sub": "2", "email": mail, "email_verified": true})
			_, _, err = h.visit(op)
			h.want(err, wardround.EForbidden)
		}
	})
	t.Run("an account with a password is not taken over", func(t *testing.T) {
		h, op := federated(t)
		boss := h.admin().Principal
		l, a := account.Link{}, (*account.Account)(nil)
		a, l, err := h.Invite(t.Context(), desk, boss, account.NewAccount{Name: "nina", Email: "nina@ward.example", Grants: []account.Grant{everywhere(account.Administrator)}})
		h.must(err)
		_, err = h.Welcome(t.Context(), desk, l.Secret, account.Welcome{Password: goodPassword})
		h.must(err)
		_, _, err = h.visit(op) // same name, same verified address
		h.want(err, wardround.EForbidden)
		if b, _ := h.Account(t.Context(), a.ID); b.OIDC != "" {
			t.Error("linked all the same")
		}
	})
	t.Run("not the same subject at another provider", func(t *testing.T) {
		h, op := federated(t)
		_, _, err := h.visit(op)
		h.must(err)
		evil := accounttest.NewProvider(t)
		evil.Now = h.clock
		evil.Be(map[string]any{"sub": "248289761001", "preferred_username": "nina"})
		p := h.Policy()
		x := p.OIDC[0]
		x.Issuer, x.Provision = evil.Issuer, false
		x.ClientSecret, x.SealedSecret = evil.ClientSecret, nil
		h.must(h.SetPolicy(account.Policy{OIDC: []account.Provider{x}}))
		_, _, err = h.visit(evil)
		h.want(err, wardround.EForbidden)
	})
	t.Run("groups change", func(t *testing.T) {
		h, op := federated(t)
		old, _, err := h.visit(op)
		h.must(err)
		op.Be(map[string]any{"sub": "248289761001", "groups": []string{"biomed"}})
		st, _, err := h.visit(op)
		h.must(err)
		h.shut(old.Session, "with other grants")
		if !st.Principal.May(account.Accept) || !strings.Contains(h.told(account.ActAccountChanged).Detail, "clinical-engineering") {
			t.Errorf("%+v", st.Principal.Account.Grants)
		}
		op.Be(map[string]any{"sub": "248289761001", "groups": []string{}})
		_, _, err = h.visit(op)
		h.want(err, wardround.EForbidden)
	})
	t.Run("switched off", func(t *testing.T) {
		h, op := federated(t)
		st, _, err := h.visit(op)
		h.must(err)
		h.admin2()
		_, err = h.UpdateAccount(t.Context(), desk, account.Console("root"), st.Principal.Account.ID, "*", account.Patch{Disabled: ptr(true)})
		h.must(err)
		h.shut(st.Session, "of a switched-off account")
		_, _, err = h.visit(op)
		h.want(err, wardround.EForbidden)
	})
	t.Run("a name full of tricks", func(t *testing.T) {
		h, op := federated(t)
		op.Be(map[string]any{"sub": "1", "preferred_username": "../../ada", "email": "x@y.example", "name": "a\x1b[31m", "groups": "biomed"})
		st, _, err := h.visit(op)
		h.must(err)
		if st.Principal.Name() != "x@y.example" || st.Principal.Account.Display != "x@y.example" || st.Principal.Account.Email != "" {
			t.Errorf("%+v", st.Principal.Account)
		}
	})
}

// admin2 makes an administrator beside those a provider made.
func (h *house) admin2() {
	h.t.Helper()
	_, l, err := h.Invite(h.t.Context(), desk, account.Console("root"), account.NewAccount{Name: "ada", Grants: []account.Grant{everywhere(account.Administrator)}})
	h.must(err)
	_, err = h.Welcome(h.t.Context(), desk, l.Secret, account.Welcome{Password: goodPassword})
	h.must(err)
}

func TestTheClientsSecretIsSealed(t *testing.T) {
	h, op := federated(t)
	p := h.Policy()
	if p.OIDC[0].ClientSecret != "" || len(p.OIDC[0].SealedSecret) == 0 || strings.Contains(string(p.OIDC[0].SealedSecret), op.ClientSecret) {
		t.Error("the secret is open")
	}
	r := p.Redacted().OIDC[0]
	if r.ClientSecret != "" || r.SealedSecret != nil || !r.HasSecret || p.OIDC[0].SealedSecret == nil {
		t.Errorf("%+v", r)
	}
	// Saved as it was shown, it keeps the secret; for another issuer it does not.
	again, err := h.SealPolicy(p, p.Redacted())
	h.must(err)
	if len(again.OIDC[0].SealedSecret) == 0 {
		t.Error("the secret is gone")
	}
	moved := p.Redacted()
	moved.OIDC[0].Issuer = "https://evil.example"
	again, err = h.SealPolicy(p, moved)
	h.must(err)
	if len(again.OIDC[0].SealedSecret) != 0 {
		t.Error("the secret went to another issuer")
	}
}

func TestPolicies(t *testing.T) {
	h := newHouse(t)
	good := account.Provider{ID: "x", Name: "X", Issuer: "https://op.example", ClientID: "c"}
	h.must(h.SetPolicy(account.Policy{OIDC: []account.Provider{good}}))
	for _, change := range []func(*account.Policy){
		func(p *account.Policy) { p.IdleMinutes = 1 },
		func(p *account.Policy) { p.IdleMinutes = -1 },
		func(p *account.Policy) { p.AbsoluteHours = 1000 },
		func(p *account.Policy) { p.OIDC = append(p.OIDC, good) },
		func(p *account.Policy) { p.OIDC[0].ID = "../x" },
		func(p *account.Policy) { p.OIDC[0].Issuer = "http://op.example" },
		func(p *account.Policy) { p.OIDC[0].Issuer = "https://u:p@op.example" },
		func(p *account.Policy) { p.OIDC[0].Issuer = "https://op.example?x" },
		func(p *account.Policy) { p.OIDC[0].ClientID = "" },
		func(p *account.Policy) { p.OIDC[0].Name = "a\nb" },
		func(p *account.Policy) {
			p.OIDC[0].Roles = []account.ClaimGrant{{Value: "g", Grant: account.Grant{Role: "root"}}}
		},
		func(p *account.Policy) {
			p.OIDC[0].Roles = []account.ClaimGrant{{Grant: account.Grant{Role: account.Viewer}}}
		},
	} {
		p := account.Policy{OIDC: []account.Provider{good}}
		change(&p)
		h.want(h.SetPolicy(p), wardround.EInvalid)
	}
	if len(h.Policy().OIDC) != 1 {
		t.Error("a bad policy is in force")
	}
}
