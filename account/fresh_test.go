package account_test

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// A session that somebody else came by, at a screen left open, makes no way in that
// outlives it and takes none of the owner's away: that takes a fresh sign-in.
func TestAnOldSessionChangesNoWayIn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	st := h.admin()
	ph := newPhone(st.Principal.Account)
	key := h.add(st.Principal, ph)
	e, err := h.TOTPBegin(ctx, st.Principal)
	h.must(err)
	_, st, err = h.TOTPFinish(ctx, desk, st.Principal, code(t, e.Secret, h.clock()))
	h.must(err)

	h.pass(account.FreshFor)
	old := h.open(st.Session)
	if old.Fresh {
		t.Fatal("still fresh")
	}
	_, err = h.TOTPRemove(ctx, desk, old)
	h.want(err, wardround.EForbidden)
	_, _, err = h.AddPasskeyBegin(ctx, old)
	h.want(err, wardround.EForbidden)
	h.want(h.RemovePasskey(ctx, desk, old, key.ID), wardround.EForbidden)
	a, err := h.AccountNamed(ctx, "ada")
	h.must(err)
	if !a.TOTP || len(a.Passkeys) != 1 {
		t.Errorf("authenticator app %v, %d passkeys", a.TOTP, len(a.Passkeys))
	}

	// Whoever signs in again may.
	pend := half(t, h)
	again, err := h.SignInTOTP(ctx, desk, pend, code(t, e.Secret, h.clock()))
	h.must(err)
	st, err = h.TOTPRemove(ctx, desk, h.open(again.Session))
	h.must(err)
	h.pass(account.FreshFor + time.Second)
	_, err = h.TOTPBegin(ctx, h.open(st.Session)) // which would shut the owner out
	h.want(err, wardround.EForbidden)
}
