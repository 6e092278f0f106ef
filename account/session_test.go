package account_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// Fixation: a value that an attacker planted, or saw, before somebody signed in is
// never that of the session; and what was seen before a change is worth nothing
// after it.
func TestASessionIsNeverTheOneBefore(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	first := h.admin()
	again, err := h.SignInPassword(ctx, desk, "ada", goodPassword)
	h.must(err)
	if again.Session == first.Session || len(again.Session) != 43 {
		t.Errorf("the same session twice, or a short one: %d", len(again.Session))
	}
	p := h.open(again.Session)

	changed, err := h.ChangePassword(ctx, desk, p, goodPassword, "mole quartz sleeve 77 drum")
	h.must(err)
	if changed.Session == again.Session {
		t.Error("a new password left the old session")
	}
	h.shut(first.Session, "from before the new password")
	h.shut(again.Session, "from before the new password")
	p = h.open(changed.Session)

	enrol, err := h.TOTPBegin(ctx, p)
	h.must(err)
	_, step, err := h.TOTPFinish(ctx, desk, p, code(t, enrol.Secret, h.clock()))
	h.must(err)
	h.shut(changed.Session, "from before the second factor")
	p = h.open(step.Session)
	step2, err := h.TOTPRemove(ctx, desk, p)
	h.must(err)
	h.shut(step.Session, "from before the second factor went")
	h.open(step2.Session)
}

// Somebody whose grants change signs in again, with what it may do now.
func TestNewGrantsEndSessions(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	bob := h.person(boss, "bob", everywhere(account.Viewer))
	id := bob.Principal.Account.ID
	a, err := h.UpdateAccount(ctx, desk, boss, id, "*", account.Patch{Grants: &[]account.Grant{everywhere(account.Auditor)}})
	h.must(err)
	h.shut(bob.Session, "with other grants")
	in, err := h.SignInPassword(ctx, desk, "bob", goodPassword)
	h.must(err)
	if !h.open(in.Session).May(account.Audit) {
		t.Error("the new grant is not there")
	}
	if a.Grants[0].Role != account.Auditor {
		t.Error(a.Grants)
	}
	off := true
	_, err = h.UpdateAccount(ctx, desk, boss, id, "*", account.Patch{Disabled: &off})
	h.must(err)
	h.shut(in.Session, "of a switched-off account")
	_, err = h.SignInPassword(ctx, desk, "bob", goodPassword)
	h.want(err, account.EUnauthenticated)
}

func TestASessionEnds(t *testing.T) {
	ctx := t.Context()
	t.Run("idle", func(t *testing.T) {
		h := newHouse(t)
		st := h.admin()
		h.pass(29 * time.Minute)
		h.open(st.Session)
		h.pass(29 * time.Minute)
		h.open(st.Session)
		h.pass(30 * time.Minute)
		h.shut(st.Session, "after half an hour of nothing")
		// It is gone, not hidden: a clock set back does not bring it.
		h.pass(-time.Hour)
		h.shut(st.Session, "that had ended")
	})
	t.Run("absolute", func(t *testing.T) {
		h := newHouse(t)
		st := h.admin()
		if want := h.clock().Add(12 * time.Hour); !st.Expires.Equal(want) {
			t.Errorf("ends %s", st.Expires)
		}
		for range 35 {
			h.pass(20 * time.Minute)
			h.open(st.Session)
		}
		h.pass(20 * time.Minute)
		h.shut(st.Session, "after twelve hours of work")
	})
	t.Run("as configured", func(t *testing.T) {
		h := newHouse(t, func(o *account.Options) {
			o.Policy = account.Policy{Password: true, IdleMinutes: 5, AbsoluteHours: 1}
		})
		st := h.admin()
		h.pass(5 * time.Minute)
		h.shut(st.Session, "after the five minutes that were asked for")
	})
	t.Run("signed out", func(t *testing.T) {
		h := newHouse(t)
		st := h.admin()
		h.must(h.SignOut(ctx, desk, st.Principal))
		h.shut(st.Session, "that was signed out")
		if h.told(account.ActSignedOut).By != "ada" {
			t.Error("who signed out is not told")
		}
		h.must(h.SignOut(ctx, desk, st.Principal)) // twice is no error
		h.want(h.SignOut(ctx, desk, nil), account.EUnauthenticated)
	})
	t.Run("forged", func(t *testing.T) {
		h := newHouse(t)
		st := h.admin()
		for _, v := range []string{"", "x", st.Session[1:], st.Session + "A", strings.ToLower(st.Session), st.Principal.Session, "../" + st.Session[3:], strings.Repeat("A", 43), strings.Repeat("A", 1<<16)} {
			h.shut(v, "that was never begun")
		}
	})
}

// The time of last use is written once a minute, however busy the page is.
func TestLastSeenIsWrittenOnceAMinute(t *testing.T) {
	h := newHouse(t)
	st := h.admin()
	version := func() int64 {
		r, err := h.store.Get(t.Context(), account.KindSession, st.Principal.Session)
		h.must(err)
		return r.Version
	}
	v := version()
	for range 59 {
		h.pass(time.Second)
		h.open(st.Session)
	}
	if version() != v {
		t.Error("written within the minute")
	}
	h.pass(time.Second)
	h.open(st.Session)
	if version() == v {
		t.Error("not written after a minute")
	}
	all, err := h.Sessions(t.Context(), st.Principal.Account.ID)
	h.must(err)
	if len(all) != 1 || !all[0].LastSeen.Equal(h.clock()) || all[0].Agent != "Firefox" || all[0].Address != "10.1.2.3" {
		t.Errorf("%+v", all)
	}
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin()
	bob := h.person(boss.Principal, "bob", everywhere(account.Viewer))
	eve := h.person(boss.Principal, "eve", everywhere(account.Viewer))
	id := bob.Principal.Account.ID
	h.pass(time.Second)
	other, err := h.SignInPassword(ctx, desk, "bob", goodPassword)
	h.must(err)
	all, err := h.Sessions(ctx, id)
	h.must(err)
	if len(all) != 2 || all[0].ID != other.Principal.Session {
		t.Fatalf("%+v", all)
	}
	// Not by others, and not through another's account.
	h.want(h.RevokeSession(ctx, desk, eve.Principal, id, other.Principal.Session), wardround.EForbidden)
	h.want(h.RevokeSession(ctx, desk, eve.Principal, eve.Principal.Account.ID, other.Principal.Session), wardround.ENotFound)
	_, err = h.RevokeSessions(ctx, desk, eve.Principal, id, "")
	h.want(err, wardround.EForbidden)
	h.open(other.Session)
	// By itself, and by who administers it.
	h.must(h.RevokeSession(ctx, desk, bob.Principal, id, other.Principal.Session))
	h.shut(other.Session, "that was revoked")
	h.open(bob.Session)
	if n, err := h.RevokeSessions(ctx, desk, boss.Principal, id, ""); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	h.shut(bob.Session, "that was revoked")
	if e := h.told(account.ActSessionRevoked); e.By != "ada" || e.Of != "bob" {
		t.Errorf("%+v", e)
	}
	// All but this one.
	for range 3 {
		_, err = h.SignInPassword(ctx, desk, "eve", goodPassword)
		h.must(err)
	}
	if n, err := h.RevokeSessions(ctx, desk, eve.Principal, eve.Principal.Account.ID, eve.Principal.Session); err != nil || n != 3 {
		t.Errorf("%d, %v", n, err)
	}
	h.open(eve.Session)
}

// An account has a bounded number of sessions: the one unused longest makes room.
func TestSessionsAreBounded(t *testing.T) {
	h := newHouse(t)
	st := h.admin()
	var last account.Step
	for range 25 {
		h.pass(time.Second)
		var err error
		last, err = h.SignInPassword(t.Context(), desk, "ada", goodPassword)
		h.must(err)
	}
	all, err := h.Sessions(t.Context(), st.Principal.Account.ID)
	h.must(err)
	if len(all) != 20 {
		t.Errorf("%d sessions", len(all))
	}
	h.shut(st.Session, "beyond the number")
	h.open(last.Session)
}

func TestSweep(t *testing.T) {
	h := newHouse(t)
	h.admin()
	h.pass(13 * time.Hour)
	h.Tick(t.Context())
	if all, err := h.store.List(t.Context(), account.KindSession, ""); err != nil || len(all) != 0 {
		t.Errorf("%d left, %v", len(all), err)
	}
}

// Whoever reads the file finds nothing that opens anything.
func TestTheStoreHoldsNoSecret(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	st := h.admin()
	link, err := h.Reset(ctx, desk, account.Console("root"), st.Principal.Account.ID)
	h.must(err)
	_, token, err := h.MakeToken(ctx, desk, st.Principal, "export", []account.Permission{account.View}, h.clock().Add(time.Hour))
	h.must(err)
	enrol, err := h.TOTPBegin(ctx, st.Principal)
	h.must(err)
	recovery, st2, err := h.TOTPFinish(ctx, desk, st.Principal, code(t, enrol.Secret, h.clock()))
	h.must(err)
	h.must(h.store.Close())
	b, err := os.ReadFile(h.file)
	h.must(err)
	secrets := append([]string{goodPassword, "granite", st.Session, st.Device, st2.Session, link.Secret, token, token[3:], enrol.Secret}, recovery...)
	for _, s := range secrets {
		if s != "" && strings.Contains(string(b), s) {
			t.Errorf("%.4s… is in the file", s)
		}
		if strings.Contains(string(b), strings.ReplaceAll(s, "-", "")) && s != "" {
			t.Errorf("%.4s… is in the file", s)
		}
	}
	h.clean(secrets...)
}

// What cannot be put on the record and gives power is not done; looking, and
// leaving, go on.
func TestWithoutTheRecordNoPower(t *testing.T) {
	var failed []account.Act
	h := newHouse(t, func(o *account.Options) { o.Failed = func(a account.Act, _ error) { failed = append(failed, a) } })
	ctx := t.Context()
	boss := h.admin().Principal
	bob := h.person(boss, "bob", everywhere(account.Viewer)).Principal
	h.refuse = wardround.Errorf(wardround.EFull, "log", "no room")
	_, _, err := h.Invite(ctx, desk, boss, account.NewAccount{Name: "eve"})
	h.want(err, wardround.EFull)
	_, err = h.UpdateAccount(ctx, desk, boss, bob.Account.ID, "*", account.Patch{Grants: &[]account.Grant{everywhere(account.Administrator)}})
	h.want(err, wardround.EFull)
	_, _, err = h.MakeToken(ctx, desk, boss, "t", []account.Permission{account.View}, h.clock().Add(time.Hour))
	h.want(err, wardround.EFull)
	_, err = h.Reset(ctx, desk, boss, bob.Account.ID)
	h.want(err, wardround.EFull)
	_, err = h.ChangePassword(ctx, desk, bob, goodPassword, "mole quartz sleeve 77 drum")
	h.want(err, wardround.EFull)
	h.want(h.DeleteAccount(ctx, desk, boss, bob.Account.ID), wardround.EFull)
	if a, err := h.Account(ctx, bob.Account.ID); err != nil || a.Grants[0].Role != account.Viewer {
		t.Errorf("%+v, %v", a, err)
	}
	_, err = h.AccountNamed(ctx, "eve")
	h.want(err, wardround.ENotFound)
	st, err := h.SignInPassword(ctx, desk, "bob", goodPassword)
	h.must(err)
	h.must(h.SignOut(ctx, desk, st.Principal))
	if len(failed) != 2 {
		t.Errorf("told of %v", failed)
	}
}
