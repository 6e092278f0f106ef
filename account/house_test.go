package account_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/sqlite"
)

// house is a service with a clock of its own and everything it put on the record.
type house struct {
	*account.Service
	t     *testing.T
	store *sqlite.Accounts
	file  string

	mu     sync.Mutex
	now    time.Time
	events []account.Event
	refuse error // what the record answers
}

const goodPassword = "granite otter lamp violin"

// Everything of a test but one costs as little as may be.
var cheap = account.Argon{Memory: 64, Time: 1, Parallelism: 1}

func newHouse(t *testing.T, change ...func(*account.Options)) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), file: filepath.Join(t.TempDir(), "accounts.db")}
	store, err := sqlite.OpenAccounts(h.file, sqlite.AccountsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h.store = store
	opt := account.Options{Store: store, Audit: h.audit, URL: "https://ward.example:8443", Argon: cheap, Hashes: 8, Now: h.clock}
	for _, c := range change {
		c(&opt)
	}
	if h.Service, err = account.New(opt); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) audit(_ context.Context, e account.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse != nil {
		return h.refuse
	}
	h.events = append(h.events, e)
	return nil
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// acts returns the events of an act since the last call of forget.
func (h *house) acts(act account.Act) []account.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.events), func(e account.Event) bool { return e.Act != act })
}

func (h *house) told(act account.Act) account.Event {
	h.t.Helper()
	e := h.acts(act)
	if len(e) == 0 {
		h.t.Fatalf("%s is not on the record", act)
	}
	return e[len(e)-1]
}

// from is a browser at an address; each keeps its device cookie.
func from(addr string) account.Client {
	return account.Client{Addr: netip.MustParseAddr(addr), Agent: "Firefox"}
}

var desk = from("10.1.2.3")

// admin makes the first administrator.
func (h *house) admin() account.Step {
	h.t.Helper()
	l, err := h.FirstLink(h.t.Context())
	h.must(err)
	st, err := h.Welcome(h.t.Context(), desk, l.Secret, account.Welcome{Name: "ada", Display: "Ada L.", Password: goodPassword})
	h.must(err)
	return st
}

// person makes an account with a role everywhere and signs it in.
func (h *house) person(by *account.Principal, name string, grants ...account.Grant) account.Step {
	h.t.Helper()
	_, l, err := h.Invite(h.t.Context(), desk, by, account.NewAccount{Name: name, Grants: grants})
	h.must(err)
	st, err := h.Welcome(h.t.Context(), desk, l.Secret, account.Welcome{Password: goodPassword})
	h.must(err)
	return st
}

func everywhere(r account.Role) account.Grant { return account.Grant{Role: r, Site: "*", Product: "*"} }

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) want(err error, code wardround.Code) {
	h.t.Helper()
	if wardround.ErrorCode(err) != code {
		h.t.Fatalf("%v, want %q", err, code)
	}
}

// open and shut: whether a cookie is that of a session.
func (h *house) open(cookie string) *account.Principal {
	h.t.Helper()
	p, err := h.Session(h.t.Context(), desk, cookie)
	if err != nil {
		h.t.Fatalf("a session is shut: %v", err)
	}
	return p
}

func (h *house) shut(cookie, why string) {
	h.t.Helper()
	if _, err := h.Session(h.t.Context(), desk, cookie); wardround.ErrorCode(err) != account.EUnauthenticated {
		h.t.Fatalf("a cookie opened a session %s: %v", why, err)
	}
}

// clean fails if a secret is anywhere on the record.
func (h *house) clean(secrets ...string) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		for _, s := range secrets {
			if s != "" && strings.Contains(e.By+e.Of+e.Detail, s) {
				h.t.Errorf("%s: a secret is on the record", e.Act)
			}
		}
	}
}
