package account_test

import (
	"bytes"
	"image/png"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// app sets up an authenticator app for the first administrator.
func app(t *testing.T, h *house) (secret string, recovery []string) {
	t.Helper()
	st := h.admin()
	e, err := h.TOTPBegin(t.Context(), st.Principal)
	h.must(err)
	recovery, _, err = h.TOTPFinish(t.Context(), desk, st.Principal, code(t, e.Secret, h.clock()))
	h.must(err)
	return e.Secret, recovery
}

// half signs in with the password and stops there.
func half(t *testing.T, h *house) string {
	t.Helper()
	st, err := h.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
	if st.Next != account.TOTP || st.Session != "" || st.Principal != nil || st.Pending == "" {
		t.Fatalf("the password alone gave %+v", st)
	}
	return st.Pending
}

func TestTheEnrolmentIsWhatAppsRead(t *testing.T) {
	h := newHouse(t)
	st := h.admin()
	e, err := h.TOTPBegin(t.Context(), st.Principal)
	h.must(err)
	if !strings.HasPrefix(e.URI, "otpauth://totp/Wardround:ada?") || !strings.Contains(e.URI, "secret="+e.Secret) || len(e.Secret) != 32 {
		t.Error(e.URI)
	}
	if img, err := png.Decode(bytes.NewReader(e.PNG)); err != nil || img.Bounds().Dx() != 240 {
		t.Errorf("the QR code: %v", err)
	}
	// Nothing is in force until a code was right.
	_, _, err = h.TOTPFinish(t.Context(), desk, st.Principal, "000000")
	h.want(err, account.EUnauthenticated)
	if a, _ := h.AccountNamed(t.Context(), "ada"); a.TOTP {
		t.Error("on without a code")
	}
	h.pass(11 * time.Minute)
	_, _, err = h.TOTPFinish(t.Context(), desk, st.Principal, code(t, e.Secret, h.clock()))
	h.want(err, wardround.EInvalid)
}

func TestAPasswordAloneOpensNothing(t *testing.T) {
	h := newHouse(t)
	secret, _ := app(t, h)
	pend := half(t, h)
	h.shut(pend, "from half a sign-in")
	if _, err := h.Token(t.Context(), desk, pend); wardround.ErrorCode(err) != account.EUnauthenticated {
		t.Error(err)
	}
	h.pass(time.Minute)
	st, err := h.SignInTOTP(t.Context(), desk, pend, code(t, secret, h.clock()))
	h.must(err)
	h.open(st.Session)
	// It is used up.
	h.pass(time.Minute)
	_, err = h.SignInTOTP(t.Context(), desk, pend, code(t, secret, h.clock()))
	h.want(err, account.EUnauthenticated)
	// And over after five minutes.
	pend = half(t, h)
	h.pass(account.PendingLife)
	_, err = h.SignInTOTP(t.Context(), desk, pend, code(t, secret, h.clock()))
	h.want(err, account.EUnauthenticated)
	// A password that was changed meanwhile ends it.
	pend = half(t, h)
	a, err := h.AccountNamed(t.Context(), "ada")
	h.must(err)
	l, err := h.Reset(t.Context(), desk, account.Console("root"), a.ID)
	h.must(err)
	st, err = h.Welcome(t.Context(), desk, l.Secret, account.Welcome{Password: "mole quartz sleeve 77 drum"})
	h.must(err)
	if st.Next != account.TOTP {
		t.Fatal("a reset link went round the authenticator app")
	}
	h.pass(time.Minute)
	_, err = h.SignInTOTP(t.Context(), desk, pend, code(t, secret, h.clock()))
	h.want(err, account.EUnauthenticated)
	st, err = h.SignInTOTP(t.Context(), desk, st.Pending, code(t, secret, h.clock()))
	h.must(err)
	h.open(st.Session)
}

// A code is good a step before and after, and once.
func TestACodeIsGoodOnce(t *testing.T) {
	for _, c := range []struct {
		off time.Duration
		ok  bool
	}{{-60 * time.Second, false}, {-30 * time.Second, true}, {0, true}, {30 * time.Second, true}, {60 * time.Second, false}} {
		t.Run(c.off.String(), func(t *testing.T) {
			h := newHouse(t)
			secret, _ := app(t, h)
			h.pass(10 * time.Minute)
			x := code(t, secret, h.clock().Add(c.off))
			_, err := h.SignInTOTP(t.Context(), desk, half(t, h), x)
			if (err == nil) != c.ok {
				t.Fatalf("%v", err)
			}
			if !c.ok {
				return
			}
			_, err = h.SignInTOTP(t.Context(), desk, half(t, h), x)
			h.want(err, account.EUnauthenticated)
			// Nor is an older one that was never used.
			_, err = h.SignInTOTP(t.Context(), desk, half(t, h), code(t, secret, h.clock().Add(c.off-30*time.Second)))
			h.want(err, account.EUnauthenticated)
		})
	}
}

// Of many who use one code at the same time, one gets in.
func TestACodeIsUsedByOne(t *testing.T) {
	h := newHouse(t)
	secret, recovery := app(t, h)
	h.pass(10 * time.Minute)
	for _, x := range []string{code(t, secret, h.clock()), recovery[0]} {
		var in atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			pend := half(t, h)
			wg.Go(func() {
				if _, err := h.SignInTOTP(t.Context(), desk, pend, x); err == nil {
					in.Add(1)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Errorf("%d got in with one code", in.Load())
		}
		h.pass(time.Hour) // for the throttle
	}
}

func TestRecoveryCodes(t *testing.T) {
	h := newHouse(t)
	_, recovery := app(t, h)
	if len(recovery) != 10 {
		t.Fatalf("%d codes", len(recovery))
	}
	// As people type it.
	st, err := h.SignInTOTP(t.Context(), desk, half(t, h), strings.ToUpper(strings.ReplaceAll(recovery[3], "-", " ")))
	h.must(err)
	h.open(st.Session)
	if e := h.told(account.ActRecoveryUsed); e.By != "ada" || e.Detail != "9 codes left" {
		t.Errorf("%+v", e)
	}
	_, err = h.SignInTOTP(t.Context(), desk, half(t, h), recovery[3])
	h.want(err, account.EUnauthenticated)
	h.clean(recovery...)
}

// Who has the password still has to guess a code of a million, a few an hour.
func TestCodesAreNotGuessed(t *testing.T) {
	h := newHouse(t)
	secret, _ := app(t, h)
	h.pass(10 * time.Minute)
	in, err := h.SignInTOTP(t.Context(), desk, half(t, h), code(t, secret, h.clock()))
	h.must(err)
	device := in.Device
	looked := 0
	thief := from("203.0.113.9")
	for range 24 * 60 {
		st, err := h.SignInPassword(t.Context(), thief, "ada", goodPassword)
		if err == nil {
			_, err = h.SignInTOTP(t.Context(), thief, st.Pending, "000000")
		}
		if wardround.ErrorCode(err) == account.EUnauthenticated {
			looked++
		}
		h.pass(time.Minute)
	}
	if looked > 150 || looked < 10 {
		t.Errorf("%d codes were looked at in a day", looked)
	}
	// The owner comes in meanwhile, from the browser that is known.
	st, err := h.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
	h.pass(30 * time.Second)
	home := desk
	home.Device = device
	st, err = h.SignInTOTP(t.Context(), home, st.Pending, code(t, secret, h.clock()))
	h.must(err)
	h.open(st.Session)
}

// A secret is sealed for its account, with a key that is not in the database.
func TestAnotherKeyOpensNoSecret(t *testing.T) {
	h := newHouse(t, func(o *account.Options) { o.Key = [32]byte{1} })
	secret, _ := app(t, h)
	s, err := account.New(account.Options{Store: h.store, Audit: h.audit, URL: "https://ward.example", Argon: cheap, Key: [32]byte{2}, Now: h.clock})
	h.must(err)
	h.pass(time.Minute)
	st, err := s.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
	_, err = s.SignInTOTP(t.Context(), desk, st.Pending, code(t, secret, h.clock()))
	h.want(err, wardround.EIntegrity)
	s, err = account.New(account.Options{Store: h.store, Audit: h.audit, URL: "https://ward.example", Argon: cheap, Key: [32]byte{1}, Now: h.clock})
	h.must(err)
	st, err = s.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
	_, err = s.SignInTOTP(t.Context(), desk, st.Pending, code(t, secret, h.clock()))
	h.must(err)
}
