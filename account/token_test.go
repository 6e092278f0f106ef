package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

func TestTokens(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	bob := h.person(boss, "bob", everywhere(account.Security)).Principal
	info, secret, err := h.MakeToken(ctx, desk, bob, "nightly export", []account.Permission{account.Evidence, account.View}, h.clock().Add(30*24*time.Hour))
	h.must(err)
	if !strings.HasPrefix(secret, "wr_") || len(secret) != 46 {
		t.Errorf("%d characters", len(secret))
	}
	p, err := h.Token(ctx, desk, secret)
	h.must(err)
	if d := cmp.Diff([]account.Permission{account.View, account.Evidence}, p.Permissions()); d != "" || p.Via != account.ViaToken || p.Token != info.ID || p.Session != "" {
		t.Errorf("%+v\n%s", p, d)
	}
	if p.May(account.Accept) || p.MayAt(account.Accept, "north") || len(p.Roles(account.Accept, "north")) != 0 || !p.Reach(account.Accept, "north").None() {
		t.Error("a token may what it was not given")
	}
	// What the owner loses, the token loses at once.
	_, err = h.UpdateAccount(ctx, desk, boss, bob.Account.ID, "*", account.Patch{Grants: &[]account.Grant{everywhere(account.Viewer)}})
	h.must(err)
	p, err = h.Token(ctx, desk, secret)
	h.must(err)
	if p.May(account.Evidence) || !p.May(account.View) {
		t.Errorf("%v", p.Permissions())
	}
	// And gets no more than it was made with.
	_, err = h.UpdateAccount(ctx, desk, boss, bob.Account.ID, "*", account.Patch{Grants: &[]account.Grant{everywhere(account.Administrator), everywhere(account.Security)}})
	h.must(err)
	p, err = h.Token(ctx, desk, secret)
	h.must(err)
	if p.May(account.People) || p.May(account.Accept) {
		t.Errorf("%v", p.Permissions())
	}
	all, err := h.Tokens(ctx, bob.Account.ID)
	h.must(err)
	if len(all) != 1 || all[0].Name != "nightly export" || all[0].LastUsed == nil || !all[0].LastUsed.Equal(h.clock()) {
		t.Errorf("%+v", all)
	}
	if e := h.told(account.ActTokenMade); e.By != "bob" || !strings.Contains(e.Detail, "nightly export: view evidence, until 2026-10-01") {
		t.Errorf("%+v", e)
	}
	h.clean(secret, secret[3:])
}

func TestATokenEnds(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	bob := h.person(boss, "bob", everywhere(account.Security)).Principal
	eve := h.person(boss, "eve", everywhere(account.Security)).Principal
	make := func(life time.Duration) (string, string) {
		info, secret, err := h.MakeToken(ctx, desk, bob, "x", []account.Permission{account.View}, h.clock().Add(life))
		h.must(err)
		_, err = h.Token(ctx, desk, secret)
		h.must(err)
		return info.ID, secret
	}
	dead := func(secret, why string) {
		t.Helper()
		if _, err := h.Token(ctx, desk, secret); wardround.ErrorCode(err) != account.EUnauthenticated {
			t.Errorf("%s: %v", why, err)
		}
	}
	_, short := make(time.Hour)
	h.pass(time.Hour)
	dead(short, "expired")

	id, secret := make(time.Hour)
	h.want(h.RevokeToken(ctx, desk, eve, id), wardround.EForbidden)
	h.want(h.RevokeToken(ctx, desk, bob, "t-none"), wardround.ENotFound)
	h.must(h.RevokeToken(ctx, desk, bob, id))
	dead(secret, "revoked")
	h.must(h.RevokeToken(ctx, desk, bob, id))
	if n := len(h.acts(account.ActTokenRevoked)); n != 1 {
		t.Errorf("told %d times", n)
	}
	id, secret = make(time.Hour)
	h.must(h.RevokeToken(ctx, desk, boss, id)) // who administers people
	dead(secret, "revoked by the administrator")
	if e := h.told(account.ActTokenRevoked); e.By != "ada" || e.Of != "bob" {
		t.Errorf("%+v", e)
	}

	_, secret = make(time.Hour)
	yes, no := true, false
	_, err := h.UpdateAccount(ctx, desk, boss, bob.Account.ID, "*", account.Patch{Disabled: &yes})
	h.must(err)
	dead(secret, "of a switched-off account")
	_, err = h.UpdateAccount(ctx, desk, boss, bob.Account.ID, "*", account.Patch{Disabled: &no})
	h.must(err)
	h.must(h.DeleteAccount(ctx, desk, boss, bob.Account.ID))
	dead(secret, "of a deleted account")
	if all, _ := h.Tokens(ctx, ""); len(all) != 0 {
		t.Errorf("%d left", len(all))
	}
	for _, s := range []string{"", "wr_", secret[3:], secret[:45], secret + "A", strings.ToUpper(secret), "wr_" + strings.Repeat("A", 43), "wr_" + strings.Repeat("A", 1<<16)} {
		dead(s, "never made")
	}
}

func TestWhatATokenIsNotMadeWith(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	in := h.clock().Add(time.Hour)
	view := []account.Permission{account.View}
	for _, c := range []struct {
		name    string
		what    []account.Permission
		expires time.Time
		want    wardround.Code
	}{
		{"", view, in, wardround.EInvalid},
		{"x\nSet-Cookie: y", view, in, wardround.EInvalid},
		{"x", nil, in, wardround.EInvalid},
		{"x", view, h.clock(), wardround.EInvalid},
		{"x", view, time.Time{}, wardround.EInvalid},
		{"x", view, h.clock().Add(account.TokenLife + time.Second), wardround.EInvalid},
		{"x", []account.Permission{account.Accept}, in, wardround.EForbidden}, // an administrator has not
		{"x", []account.Permission{"root"}, in, wardround.EForbidden},
	} {
		_, _, err := h.MakeToken(ctx, desk, boss, c.name, c.what, c.expires)
		h.want(err, c.want)
	}
	// A token makes no token, and nothing else of a person's own.
	_, secret, err := h.MakeToken(ctx, desk, boss, "x", []account.Permission{account.People, account.View}, in)
	h.must(err)
	robot, err := h.Token(ctx, desk, secret)
	h.must(err)
	_, _, err = h.MakeToken(ctx, desk, robot, "y", view, in)
	h.want(err, wardround.EForbidden)
	_, err = h.ChangePassword(ctx, desk, robot, goodPassword, "mole quartz sleeve 77 drum")
	h.want(err, wardround.EForbidden)
	_, err = h.TOTPBegin(ctx, robot)
	h.want(err, wardround.EForbidden)
	_, _, err = h.AddPasskeyBegin(ctx, robot)
	h.want(err, wardround.EForbidden)
	// There are at most fifty.
	for range 49 {
		_, _, err = h.MakeToken(ctx, desk, boss, "x", view, in)
		h.must(err)
	}
	_, _, err = h.MakeToken(ctx, desk, boss, "x", view, in)
	h.want(err, wardround.EFull)
	h.pass(time.Hour)
	st, err := h.SignInPassword(ctx, desk, "ada", goodPassword)
	h.must(err)
	_, _, err = h.MakeToken(ctx, desk, st.Principal, "x", view, h.clock().Add(time.Hour))
	h.must(err)
}
