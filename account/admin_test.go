package account_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

func TestWhoMayChangeWhom(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	north := h.person(boss, "north.admin", account.Grant{Role: account.Administrator, Site: "north", Product: "*"}).Principal
	bob := h.person(boss, "bob", everywhere(account.Viewer)).Principal
	nurse := h.person(north, "nurse", account.Grant{Role: account.Ward, Site: "north", Product: "*"}).Principal

	grant := func(g ...account.Grant) account.Patch { return account.Patch{Grants: &g} }
	yes := true
	for _, c := range []struct {
		name string
		by   *account.Principal
		id   string
		x    account.Patch
		want wardround.Code
	}{
		{"nobody raises itself", bob, bob.Account.ID, grant(everywhere(account.Administrator)), wardround.EForbidden},
		{"not even an administrator", boss, boss.Account.ID, grant(everywhere(account.Administrator), everywhere(account.Security)), wardround.EForbidden},
		{"or makes itself an emergency", boss, boss.Account.ID, account.Patch{Emergency: &yes}, wardround.EForbidden},
		{"a viewer changes nobody", bob, nurse.Account.ID, grant(), wardround.EForbidden},
		{"an administrator of one site gives no more than that site", north, nurse.Account.ID, grant(everywhere(account.Ward)), wardround.EForbidden},
		{"nor another site", north, nurse.Account.ID, grant(account.Grant{Role: account.Ward, Site: "south"}), wardround.EForbidden},
		{"nor touches who reaches further", north, bob.Account.ID, account.Patch{Disabled: &yes}, wardround.EForbidden},
		{"within its site it does", north, nurse.Account.ID, grant(account.Grant{Role: account.ClinicalEngineering, Site: "north", Product: "*"}), ""},
		{"a role that isn't", boss, nurse.Account.ID, grant(account.Grant{Role: "root"}), wardround.EInvalid},
		{"nobody acts", nil, nurse.Account.ID, grant(), wardround.EForbidden},
		{"nobody is there", boss, "p-none", grant(), wardround.ENotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.t = t
			_, err := h.UpdateAccount(ctx, desk, c.by, c.id, "*", c.x)
			h.want(err, c.want)
		})
	}
	h.t = t
	_, _, err := h.Invite(ctx, desk, north, account.NewAccount{Name: "eve", Grants: []account.Grant{everywhere(account.Viewer)}})
	h.want(err, wardround.EForbidden)
	_, _, err = h.Invite(ctx, desk, bob, account.NewAccount{Name: "eve"})
	h.want(err, wardround.EForbidden)
	h.want(h.DeleteAccount(ctx, desk, north, bob.Account.ID), wardround.EForbidden)
	h.want(h.DeleteAccount(ctx, desk, bob, bob.Account.ID), wardround.EForbidden)
	// People change how they are called, and shown things.
	name, lang := "Bob the builder", "de-ch"
	a, err := h.UpdateProfile(ctx, desk, bob, account.Profile{Display: &name, Language: &lang})
	h.must(err)
	if a.Display != name || a.Language != "de-CH" {
		t.Errorf("%+v", a)
	}
	for _, bad := range []account.Profile{{Language: ptr("no such language")}, {Theme: ptr("pink")}, {TimeZone: ptr("../../etc/passwd\x00")}, {Email: ptr("a@b\r\nBcc: x@y")}, {Display: ptr("a\x1b[31m")}, {Display: ptr(strings.Repeat("x", 101))}} {
		_, err := h.UpdateProfile(ctx, desk, h.again("bob"), bad)
		h.want(err, wardround.EInvalid)
	}
}

func ptr[T any](v T) *T { return &v }

// again signs somebody in once more.
func (h *house) again(name string) *account.Principal {
	h.t.Helper()
	st, err := h.SignInPassword(h.t.Context(), desk, name, goodPassword)
	h.must(err)
	return st.Principal
}

func TestIfMatch(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	bob, _, err := h.Invite(ctx, desk, boss, account.NewAccount{Name: "bob"})
	h.must(err)
	one, err := h.UpdateAccount(ctx, desk, boss, bob.ID, bob.ETag, account.Patch{Display: ptr("Bob")})
	h.must(err)
	_, err = h.UpdateAccount(ctx, desk, boss, bob.ID, bob.ETag, account.Patch{Display: ptr("Bert")})
	h.want(err, account.EPrecondition)
	_, err = h.UpdateAccount(ctx, desk, boss, bob.ID, one.ETag, account.Patch{Display: ptr("Bert")})
	h.must(err)
	_, err = h.UpdateAccount(ctx, desk, boss, bob.ID, "", account.Patch{})
	h.want(err, account.EPrecondition)
}

// The last administrator who can sign in stays: also when two demote each other at
// the same time.
func TestTheLastAdministratorStays(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	ada := h.admin().Principal
	root := account.Console("root")
	none := &[]account.Grant{}
	_, err := h.UpdateAccount(ctx, desk, root, ada.Account.ID, "*", account.Patch{Grants: none})
	h.want(err, wardround.EConflict)
	_, err = h.UpdateAccount(ctx, desk, root, ada.Account.ID, "*", account.Patch{Disabled: ptr(true)})
	h.want(err, wardround.EConflict)
	h.want(h.DeleteAccount(ctx, desk, root, ada.Account.ID), wardround.EConflict)
	// Somebody who was only invited cannot take over.
	_, _, err = h.Invite(ctx, desk, ada, account.NewAccount{Name: "invited", Grants: []account.Grant{everywhere(account.Administrator)}})
	h.must(err)
	h.want(h.DeleteAccount(ctx, desk, root, ada.Account.ID), wardround.EConflict)
	// Nor one of a site.
	h.person(ada, "north", account.Grant{Role: account.Administrator, Site: "north", Product: "*"})
	h.want(h.DeleteAccount(ctx, desk, root, ada.Account.ID), wardround.EConflict)

	bob := h.person(ada, "bob", everywhere(account.Administrator)).Principal
	var wg sync.WaitGroup
	for _, c := range [][2]*account.Principal{{ada, bob}, {bob, ada}} {
		wg.Go(func() {
			_, _ = h.UpdateAccount(ctx, desk, c[0], c[1].Account.ID, "*", account.Patch{Grants: none})
		})
	}
	wg.Wait()
	all, err := h.Accounts(ctx)
	h.must(err)
	left := 0
	for _, a := range all {
		if a.HasPassword && a.May(account.People) && a.Grants[0].Site == "*" {
			left++
		}
	}
	if left != 1 {
		t.Errorf("%d administrators are left", left)
	}
}

func TestAnAccountIsDeleted(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	bob := h.person(boss, "bob", everywhere(account.Viewer))
	id := bob.Principal.Account.ID
	l, err := h.Reset(ctx, desk, boss, id)
	h.must(err)
	h.must(h.DeleteAccount(ctx, desk, boss, id))
	h.shut(bob.Session, "of a deleted account")
	_, err = h.Welcome(ctx, desk, l.Secret, account.Welcome{Password: goodPassword})
	h.want(err, account.EUnauthenticated)
	_, err = h.SignInPassword(ctx, desk, "bob", goodPassword)
	h.want(err, account.EUnauthenticated)
	for _, kind := range []account.Kind{account.KindSession, account.KindLink, account.KindToken} {
		if left, err := h.store.List(ctx, kind, id); err != nil || len(left) != 0 {
			t.Errorf("%d of kind %s left, %v", len(left), kind, err)
		}
	}
	h.want(h.DeleteAccount(ctx, desk, boss, id), wardround.ENotFound)
	_, _, err = h.Invite(ctx, desk, boss, account.NewAccount{Name: "Bob"})
	h.must(err)
}

func TestNames(t *testing.T) {
	h := newHouse(t)
	boss := h.admin().Principal
	for name, want := range map[string]wardround.Code{
		"bob": "", "b.müller@ward": "", "李雷": "", "ADA": wardround.EConflict, "ａｄａ": wardround.EConflict,
		"": wardround.EInvalid, "x": wardround.EInvalid, strings.Repeat("x", 65): wardround.EInvalid, "a b": wardround.EInvalid, "a\nb": wardround.EInvalid,
		"<b>": wardround.EInvalid, "=cmd()": wardround.EInvalid, "a\u202eb": wardround.EInvalid, "../a": wardround.EInvalid, "a\xff": wardround.EInvalid,
	} {
		_, _, err := h.Invite(t.Context(), desk, boss, account.NewAccount{Name: name})
		if wardround.ErrorCode(err) != want {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}

// Who lost the phone asks an administrator, and it is on the record.
func TestALostAuthenticator(t *testing.T) {
	h := newHouse(t)
	app(t, h)
	a, err := h.AccountNamed(t.Context(), "ada")
	h.must(err)
	if !a.TOTP {
		t.Fatal("not set up")
	}
	_, err = h.UpdateAccount(t.Context(), desk, account.Console("root"), a.ID, "*", account.Patch{TOTP: ptr(true)})
	h.want(err, wardround.EInvalid)
	a, err = h.UpdateAccount(t.Context(), desk, account.Console("root"), a.ID, "*", account.Patch{TOTP: ptr(false)})
	h.must(err)
	if e := h.told(account.ActAccountChanged); a.TOTP || e.By != "root" || e.Of != "ada" || !strings.Contains(e.Detail, "authenticator app removed") {
		t.Errorf("%+v", e)
	}
	st, err := h.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
	h.open(st.Session)
}
