package account_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.admin()
	// The name as people type it; the password as any keyboard composes it.
	for _, name := range []string{"ada", "Ada", " ADA ", "ａｄａ"} {
		st, err := h.SignInPassword(ctx, desk, name, goodPassword)
		h.must(err)
		p := h.open(st.Session)
		if p.Name() != "ada" || p.Via != account.ViaPassword || !p.Fresh {
			t.Errorf("%+v", p)
		}
	}
	h.pass(11 * time.Minute)
	st, err := h.SignInPassword(ctx, desk, "ada", "ｇｒａｎｉｔｅ otter lamp violin")
	h.must(err)
	h.pass(10 * time.Minute)
	if h.open(st.Session).Fresh {
		t.Error("still fresh after ten minutes")
	}
	if e := h.told(account.ActSignedIn); e.By != "ada" || e.From != desk.Addr || e.Count != 1 || !strings.Contains(e.Detail, "password") {
		t.Errorf("%+v", e)
	}
}

// Wrong name, wrong password, no password, switched off: one answer.
func TestARefusalSaysNothing(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	off := h.person(boss, "off", everywhere(account.Viewer))
	yes := true
	_, err := h.UpdateAccount(ctx, desk, boss, off.Principal.Account.ID, "*", account.Patch{Disabled: &yes})
	h.must(err)
	_, _, err = h.Invite(ctx, desk, boss, account.NewAccount{Name: "invited"})
	h.must(err)
	var answers []string
	for i, c := range [][2]string{
		{"ada", "wrong password here"}, {"nobody", goodPassword}, {"off", goodPassword}, {"invited", ""}, {"invited", goodPassword},
		{"", ""}, {"ada", ""}, {"ada", strings.Repeat("x", 1<<20)}, {strings.Repeat("n", 1<<20), goodPassword}, {"ada\x00", goodPassword}, {"' OR 1=1 --", "x"},
	} {
		_, err := h.SignInPassword(ctx, from(fmt.Sprintf("10.9.0.%d", i+1)), c[0], c[1])
		h.want(err, account.EUnauthenticated)
		answers = append(answers, err.Error())
	}
	if a := slices.Compact(answers); len(a) != 1 {
		t.Errorf("different answers: %q", a)
	}
}

// The time of an answer does not say whether there is such an account. The lower
// quartiles of interleaved tries, because other work on the machine only adds; and a
// bound far under what leaving the hash out would give, a factor of fifty and more.
func TestAWrongNameTakesAsLongAsAWrongPassword(t *testing.T) {
	h := newHouse(t, func(o *account.Options) { o.Argon = account.Argon{Memory: 8192, Time: 1, Parallelism: 1} })
	boss := h.admin().Principal
	_, _, err := h.Invite(t.Context(), desk, boss, account.NewAccount{Name: "invited"})
	h.must(err)
	names := []string{"ada", "nobody", "invited"}
	took := map[string][]time.Duration{}
	for range 21 {
		for _, name := range names {
			begin := time.Now()
			_, err := h.SignInPassword(t.Context(), desk, name, "wrong password here")
			took[name] = append(took[name], time.Since(begin))
			h.want(err, account.EUnauthenticated)
			h.pass(time.Hour)
		}
	}
	quartile := func(name string) float64 {
		slices.Sort(took[name])
		return float64(took[name][len(took[name])/4])
	}
	for _, name := range names[1:] {
		if r := quartile(name) / quartile("ada"); r < 0.2 || r > 5 {
			t.Errorf("%s takes %.2f times as long as an account's", name, r)
		}
	}
}

// Spraying: one address, a thousand names. Few are looked at, and the record gets a
// line a minute rather than a thousand.
func TestSpraying(t *testing.T) {
	h := newHouse(t)
	boss := h.admin().Principal
	for i := range 12 {
		_, _, err := h.Invite(t.Context(), desk, boss, account.NewAccount{Name: fmt.Sprint("nurse", i)})
		h.must(err)
	}
	spray := from("203.0.113.7")
	looked := 0
	var waits []time.Duration
	for i := range 1000 {
		_, err := h.SignInPassword(t.Context(), spray, fmt.Sprint("nurse", i), "Summer-of-2026")
		switch wardround.ErrorCode(err) {
		case account.EUnauthenticated:
			looked++
		case account.EThrottled:
			waits = append(waits, account.RetryAfter(err))
		default:
			t.Fatal(err)
		}
	}
	if looked > 31 || len(waits) < 960 {
		t.Errorf("%d looked at, %d sent away", looked, len(waits))
	}
	if w := waits[0]; w < time.Second || w%time.Second != 0 {
		t.Errorf("Retry-After %s", w)
	}
	if n := len(h.acts(account.ActRefused)); n != 0 {
		t.Errorf("%d lines before the minute was over", n)
	}
	h.Tick(t.Context())
	e := h.told(account.ActRefused)
	if n := len(h.acts(account.ActRefused)); n != 1 || e.Count != 1000 || e.From != spray.Addr || !strings.Contains(e.Detail, "more than 10 accounts") || !strings.Contains(e.Detail, "too soon") {
		t.Errorf("%d lines, %+v", n, e)
	}
	h.Tick(t.Context())
	if n := len(h.acts(account.ActRefused)); n != 1 {
		t.Error("told twice")
	}
	// A neighbour of the same /64 is the same; one of another network is not.
	_, err := h.SignInPassword(t.Context(), from("10.0.0.1"), "ada", goodPassword)
	h.must(err)
}

func TestANetworkOfIPv6IsOneAddress(t *testing.T) {
	h := newHouse(t)
	h.admin()
	looked := 0
	for i := range 300 {
		_, err := h.SignInPassword(t.Context(), from(fmt.Sprintf("2001:db8:1:2::%x", i+1)), fmt.Sprint("n", i), "Summer-of-2026")
		if wardround.ErrorCode(err) == account.EUnauthenticated {
			looked++
		}
	}
	if looked > 31 {
		t.Errorf("%d looked at from one /64", looked)
	}
	_, err := h.SignInPassword(t.Context(), from("2001:db8:1:3::1"), "ada", goodPassword)
	h.must(err)
	_, err = h.SignInPassword(t.Context(), from("::ffff:10.0.0.9"), "ada", goodPassword)
	h.must(err)
}

// Guessing at one account from everywhere: the account slows down, and the wait
// grows. Its owner comes in all the same from a browser it has used before.
func TestGuessingSlowsDownAndTheOwnerComesIn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	first := h.admin()
	home := desk
	home.Device = first.Device
	if len(home.Device) != 43 {
		t.Fatalf("device cookie %q", home.Device)
	}
	var waits []time.Duration
	for i := range 40 {
		_, err := h.SignInPassword(ctx, from(fmt.Sprintf("198.51.%d.1", i)), "ada", fmt.Sprint("guess number ", i))
		if w := account.RetryAfter(err); w > 0 {
			waits = append(waits, w)
			h.pass(w)
		}
	}
	if len(waits) < 10 || !slices.IsSorted(waits) || waits[len(waits)-1] != 15*time.Minute {
		t.Errorf("waits %v", waits)
	}
	_, err := h.SignInPassword(ctx, from("198.51.100.200"), "ada", "one more guess")
	if wardround.ErrorCode(err) != account.EThrottled {
		// The wait was just over: the next is not.
		_, err = h.SignInPassword(ctx, from("198.51.100.201"), "ada", "one more guess")
	}
	h.want(err, account.EThrottled)
	// A stranger waits even with the right password; the owner does not.
	_, err = h.SignInPassword(ctx, desk, "ada", goodPassword)
	h.want(err, account.EThrottled)
	st, err := h.SignInPassword(ctx, home, "ada", goodPassword)
	h.must(err)
	if st.Device != "" {
		t.Error("a known browser got another device cookie")
	}
	// A made-up device is none, and one of another account neither.
	for _, d := range []string{strings.Repeat("A", 43), "x"} {
		stranger := desk
		stranger.Device = d
		_, err = h.SignInPassword(ctx, stranger, "ada", goodPassword)
		h.want(err, account.EThrottled)
	}
	// A stolen device cookie is no way round either.
	looked := 0
	for i := range 60 {
		_, err := h.SignInPassword(ctx, home, "ada", fmt.Sprint("guess number ", i))
		if wardround.ErrorCode(err) == account.EUnauthenticated {
			looked++
		}
	}
	if looked > 11 {
		t.Errorf("%d guesses with a known browser", looked)
	}
}

// Failures heal: after a day of quiet nobody waits.
func TestFailuresAreForgotten(t *testing.T) {
	h := newHouse(t)
	h.admin()
	for range 20 {
		_, _ = h.SignInPassword(t.Context(), desk, "ada", "wrong password here")
		h.pass(time.Minute)
	}
	_, err := h.SignInPassword(t.Context(), desk, "ada", "wrong password here")
	h.want(err, account.EThrottled)
	h.pass(24 * time.Hour)
	for range 4 {
		_, err := h.SignInPassword(t.Context(), desk, "ada", "wrong password here")
		h.want(err, account.EUnauthenticated)
	}
	_, err = h.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
}

// A thousand tries at the same moment count as a thousand.
func TestTriesAtTheSameTimeAllCount(t *testing.T) {
	h := newHouse(t)
	h.admin()
	var looked atomic.Int32
	var wg sync.WaitGroup
	for range 60 {
		wg.Go(func() {
			_, err := h.SignInPassword(t.Context(), desk, "ada", "wrong password here")
			if wardround.ErrorCode(err) == account.EUnauthenticated {
				looked.Add(1)
			}
		})
	}
	wg.Wait()
	if looked.Load() > 5 {
		t.Errorf("%d tries were looked at", looked.Load())
	}
}

// The hospital behind one address: many mistype, each then gets it right.
func TestAWholeHospitalBehindOneAddress(t *testing.T) {
	h := newHouse(t)
	boss := h.admin().Principal
	for i := range 60 {
		h.person(boss, fmt.Sprint("nurse", i), everywhere(account.Ward))
	}
	for i := range 60 {
		name := fmt.Sprint("nurse", i)
		_, err := h.SignInPassword(t.Context(), desk, name, "wrong password here")
		h.want(err, account.EUnauthenticated)
		h.pass(time.Minute)
		_, err = h.SignInPassword(t.Context(), desk, name, goodPassword)
		h.must(err)
	}
}

// The account for the day on which the provider is down: it comes in, loudly.
func TestTheEmergencyAccount(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	boss := h.admin().Principal
	_, l, err := h.Invite(ctx, desk, boss, account.NewAccount{Name: "glass", Grants: []account.Grant{everywhere(account.Administrator)}, Emergency: true})
	h.must(err)
	_, err = h.Welcome(ctx, desk, l.Secret, account.Welcome{Password: goodPassword})
	h.must(err)
	_, err = h.SignInPassword(ctx, desk, "glass", goodPassword)
	h.must(err)
	if len(h.acts(account.ActEmergency)) != 0 {
		t.Error("an emergency while passwords are open to all")
	}
	p := h.Policy()
	p.Password = false
	h.must(h.SetPolicy(p))
	if m, err := h.Methods(ctx); err != nil || m.Password || m.FirstRun {
		t.Errorf("%+v, %v", m, err)
	}
	_, err = h.SignInPassword(ctx, desk, "ada", goodPassword)
	h.want(err, account.EUnauthenticated)
	st, err := h.SignInPassword(ctx, desk, "glass", goodPassword)
	h.must(err)
	h.open(st.Session)
	if e := h.told(account.ActEmergency); e.By != "glass" || !strings.Contains(e.Detail, "emergencies") {
		t.Errorf("%+v", e)
	}
}

// A hash that costs less than what is asked for now is made anew at the next sign-in.
func TestHashesGrow(t *testing.T) {
	h := newHouse(t)
	h.admin()
	dear, err := account.New(account.Options{Store: h.store, Audit: h.audit, URL: "https://ward.example", Now: h.clock, Argon: account.Argon{Memory: 128, Time: 2, Parallelism: 1}})
	h.must(err)
	stored := func() string {
		r, err := h.store.Find(t.Context(), account.KindAccount, "name:ada")
		h.must(err)
		return string(r.Value)
	}
	if !strings.Contains(stored(), "$m=64,t=1,p=1$") {
		t.Fatal("not hashed as asked")
	}
	for range 2 {
		_, err = dear.SignInPassword(t.Context(), desk, "ada", goodPassword)
		h.must(err)
	}
	if !strings.Contains(stored(), "$m=128,t=2,p=1$") {
		t.Error("not hashed anew")
	}
	// And never weaker.
	_, err = h.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
	if !strings.Contains(stored(), "$m=128,t=2,p=1$") {
		t.Error("hashed weaker")
	}
}

// With what is in force in production it takes tens of milliseconds, and works.
func TestTheRealCost(t *testing.T) {
	h := newHouse(t, func(o *account.Options) { o.Argon = account.Argon{} })
	h.admin()
	r, err := h.store.Find(t.Context(), account.KindAccount, "name:ada")
	h.must(err)
	if !strings.Contains(string(r.Value), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error("not OWASP's parameters")
	}
	_, err = h.SignInPassword(t.Context(), desk, "ada", goodPassword)
	h.must(err)
}
