package account_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

func TestTheFirstStart(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	if m, err := h.Methods(ctx); err != nil || !m.FirstRun {
		t.Fatalf("%+v, %v", m, err)
	}
	old, err := h.FirstLink(ctx)
	h.must(err)
	// A second start, a second link: the first is over.
	l, err := h.FirstLink(ctx)
	h.must(err)
	_, err = h.LinkInfo(ctx, desk, old.Secret)
	h.want(err, account.EUnauthenticated)
	if l.URL != "https://ward.example:8443/welcome#"+l.Secret || !l.Expires.Equal(h.clock().Add(24*time.Hour)) {
		t.Errorf("%+v", l)
	}
	info, err := h.LinkInfo(ctx, desk, l.Secret)
	h.must(err)
	if info.Purpose != account.PurposeFirst || info.Name != "" {
		t.Errorf("%+v", info)
	}
	// A bad name or password doesn't cost the link.
	for _, w := range []account.Welcome{
		{Name: "", Password: goodPassword}, {Name: "a b", Password: goodPassword}, {Name: "ada", Password: "short"}, {Name: "granite", Password: goodPassword},
	} {
		_, err := h.Welcome(ctx, desk, l.Secret, w)
		h.want(err, wardround.EInvalid)
	}
	st, err := h.Welcome(ctx, desk, l.Secret, account.Welcome{Name: "Ada", Display: "Ada <b>L.</b>", Password: goodPassword})
	h.must(err)
	p := h.open(st.Session)
	if p.Name() != "ada" || p.Account.Display != "Ada <b>L.</b>" || !p.May(account.People) || p.May(account.Accept) || p.Via != account.ViaLink {
		t.Errorf("%+v", p.Account)
	}
	_, err = h.Welcome(ctx, desk, l.Secret, account.Welcome{Name: "eve", Password: goodPassword})
	h.want(err, account.EUnauthenticated)
	_, err = h.FirstLink(ctx)
	h.want(err, wardround.EConflict)
	if m, _ := h.Methods(ctx); m.FirstRun {
		t.Error("still the first run")
	}
	h.clean(l.Secret, old.Secret)
}

// Whatever was deleted last, an installation without accounts has a way in.
func TestTheFirstRunAgain(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	a, _, err := h.Invite(ctx, desk, account.Console("root"), account.NewAccount{Name: "only", Grants: []account.Grant{everywhere(account.Viewer)}})
	h.must(err)
	if first, err := h.FirstRun(ctx); first || err != nil {
		t.Error("an account, and still the first run")
	}
	h.must(h.DeleteAccount(ctx, desk, account.Console("root"), a.ID))
	if first, err := h.FirstRun(ctx); !first || err != nil {
		t.Error("no account, and no way in")
	}
	h.admin()
}

func TestTheFirstLinkExpires(t *testing.T) {
	h := newHouse(t)
	l, err := h.FirstLink(t.Context())
	h.must(err)
	h.pass(account.FirstLinkLife)
	_, err = h.Welcome(t.Context(), desk, l.Secret, account.Welcome{Name: "ada", Password: goodPassword})
	h.want(err, account.EUnauthenticated)
	for _, bad := range []string{"", "x", strings.Repeat("A", 43), l.Secret[:42]} {
		_, err = h.LinkInfo(t.Context(), desk, bad)
		h.want(err, account.EUnauthenticated)
	}
}

// Of many who follow one link at the same time, one is let in.
func TestALinkIsUsedByOne(t *testing.T) {
	for _, purpose := range []account.Purpose{account.PurposeFirst, account.PurposeInvitation, account.PurposeReset} {
		t.Run(string(purpose), func(t *testing.T) {
			h := newHouse(t)
			ctx := t.Context()
			var l account.Link
			var err error
			if purpose == account.PurposeFirst {
				l, err = h.FirstLink(ctx)
			} else {
				boss := h.admin().Principal
				var a *account.Account
				a, l, err = h.Invite(ctx, desk, boss, account.NewAccount{Name: "bob"})
				if purpose == account.PurposeReset {
					h.must(err)
					_, err = h.Welcome(ctx, desk, l.Secret, account.Welcome{Password: goodPassword})
					h.must(err)
					l, err = h.Reset(ctx, desk, boss, a.ID)
				}
			}
			h.must(err)
			var in atomic.Int32
			var cookie atomic.Value
			var wg sync.WaitGroup
			for i := range 12 {
				wg.Go(func() {
					st, err := h.Welcome(ctx, desk, l.Secret, account.Welcome{Name: fmt.Sprint("ada", i), Password: fmt.Sprint(goodPassword, " ", i)})
					if err == nil {
						in.Add(1)
						cookie.Store(st.Session)
					} else if wardround.ErrorCode(err) != account.EUnauthenticated {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if in.Load() != 1 {
				t.Fatalf("%d were let in", in.Load())
			}
			h.open(cookie.Load().(string))
			if purpose == account.PurposeFirst {
				if all, _ := h.Accounts(ctx); len(all) != 1 {
					t.Errorf("%d accounts", len(all))
				}
			}
		})
	}
}

func TestInvitationAndReset(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	a, l, err := h.Invite(ctx, desk, boss, account.NewAccount{Name: "bob", Email: "bob@ward.example", Grants: []account.Grant{everywhere(account.Ward)}})
	h.must(err)
	if a.HasPassword || a.Display != "bob" {
		t.Errorf("%+v", a)
	}
	info, err := h.LinkInfo(ctx, desk, l.Secret)
	h.must(err)
	if info.Purpose != account.PurposeInvitation || info.Name != "bob" {
		t.Errorf("%+v", info)
	}
	h.pass(account.InvitationLife)
	_, err = h.Welcome(ctx, desk, l.Secret, account.Welcome{Password: goodPassword})
	h.want(err, account.EUnauthenticated)
	// A new one, to the same account.
	l, err = h.Reset(ctx, desk, boss, a.ID)
	h.must(err)
	if info, err := h.LinkInfo(ctx, desk, l.Secret); err != nil || info.Purpose != account.PurposeInvitation {
		t.Errorf("%+v, %v", info, err)
	}
	bob, err := h.Welcome(ctx, desk, l.Secret, account.Welcome{Display: "Bob", Password: goodPassword})
	h.must(err)
	h.open(bob.Session)

	// A reset: the old password goes on until the link is used, then nothing of before.
	l, err = h.Reset(ctx, desk, boss, a.ID)
	h.must(err)
	newer, err := h.Reset(ctx, desk, boss, a.ID)
	h.must(err)
	_, err = h.Welcome(ctx, desk, l.Secret, account.Welcome{Password: "mole quartz sleeve 77 drum"})
	h.want(err, account.EUnauthenticated)
	before, err := h.SignInPassword(ctx, desk, "bob", goodPassword)
	h.must(err)
	after, err := h.Welcome(ctx, desk, newer.Secret, account.Welcome{Password: "mole quartz sleeve 77 drum"})
	h.must(err)
	h.shut(before.Session, "from before the reset")
	h.open(after.Session)
	_, err = h.SignInPassword(ctx, desk, "bob", goodPassword)
	h.want(err, account.EUnauthenticated)
	// A password that is changed ends the links that were open.
	l, err = h.Reset(ctx, desk, boss, a.ID)
	h.must(err)
	_, err = h.ChangePassword(ctx, desk, h.open(after.Session), "mole quartz sleeve 77 drum", goodPassword)
	h.must(err)
	_, err = h.Welcome(ctx, desk, l.Secret, account.Welcome{Password: "another tree of glass 12"})
	h.want(err, account.EUnauthenticated)
	// Nobody resets who may not.
	eve := h.person(boss, "eve", everywhere(account.Security)).Principal
	_, err = h.Reset(ctx, desk, eve, a.ID)
	h.want(err, wardround.EForbidden)
	_, err = h.Reset(ctx, desk, nil, a.ID)
	h.want(err, wardround.EForbidden)
}

func TestTheDemo(t *testing.T) {
	h := newHouse(t)
	_, err := h.DemoLink(t.Context())
	h.want(err, wardround.EForbidden)

	h = newHouse(t, func(o *account.Options) { o.Demo = true })
	l, err := h.DemoLink(t.Context())
	h.must(err)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			st, err := h.Welcome(t.Context(), desk, l.Secret, account.Welcome{})
			if err != nil {
				t.Error(err)
				return
			}
			if p, err := h.Session(t.Context(), desk, st.Session); err != nil || !p.May(account.Accept) || !p.May(account.People) {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
	wg.Wait()
	// Another start of the demo: another link to the same account.
	_, err = h.DemoLink(t.Context())
	h.must(err)
	if all, _ := h.Accounts(t.Context()); len(all) != 1 || all[0].HasPassword {
		t.Errorf("%d accounts", len(all))
	}
	_, err = h.SignInPassword(t.Context(), desk, "demo", "")
	h.want(err, account.EUnauthenticated)
	h.pass(24 * time.Hour)
	_, err = h.Welcome(t.Context(), desk, l.Secret, account.Welcome{})
	h.want(err, account.EUnauthenticated)
	// A service that is no demo follows no demo's link.
	l, err = h.DemoLink(t.Context())
	h.must(err)
	s, err := account.New(account.Options{Store: h.store, Audit: h.audit, URL: "https://ward.example", Argon: cheap, Now: h.clock})
	h.must(err)
	_, err = s.Welcome(t.Context(), desk, l.Secret, account.Welcome{})
	h.want(err, account.EUnauthenticated)
}
