package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/sqlite"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var site = wardround.Scope{Org: "org", Site: "st-anna"}

// house is a server with everything around it, and the people who use it.
type house struct {
	t        *testing.T
	server   *Server
	accounts *account.Service
	store    *sqlite.Accounts
	log      *bytes.Buffer
	admin    *visitor

	mu     sync.Mutex
	now    time.Time
	said   []any
	refuse error // what Say answers
	n      int
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

func (h *house) say(_ context.Context, fields ...any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse != nil {
		return h.refuse
	}
	h.said = append(h.said, fields...)
	return nil
}

// acts are what was said of kind T, oldest first.
func acts[T any](h *house) []T {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []T
	for _, f := range h.said {
		if x, ok := f.(T); ok {
			out = append(out, x)
		}
	}
	return out
}

// syncBuffer is written by handlers and read by tests.
type syncBuffer struct {
	mu sync.Mutex
	b  *bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

var ui = fstest.MapFS{
	"index.html":           {Data: []byte("<!doctype html><title>Wardround</title>" + strings.Repeat("<!-- -->", 200))},
	"icon.svg":             {Data: []byte("<svg/>")},
	"static/index-abc1.js": {Data: []byte(strings.Repeat("export const x = 1;\n", 200))},
}

// build makes a house; change may alter the options.
func build(t *testing.T, table []Route, change ...func(*Options)) *house {
	t.Helper()
	h := &house{t: t, now: noon, log: &bytes.Buffer{}}
	var err error
	if h.store, err = sqlite.OpenAccounts(sqlite.Memory, sqlite.AccountsOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	trail := NewTrail(h.say, nil)
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- trail.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ran
	})
	h.accounts, err = account.New(account.Options{
		Store: h.store, Audit: trail.Audit, URL: "https://ward.example:8443", Policy: account.Policy{Password: true, IdleMinutes: 30, AbsoluteHours: 12}, Now: h.clock,
		Argon: account.Argon{Memory: 64, Time: 1, Parallelism: 1}, Hashes: 8,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.serve(table, append([]func(*Options){func(o *Options) { o.Accounts, o.Documents = h.accounts, h.store }}, change...)...)
	return h
}

// bare makes a house that nobody can sign in to.
func bare(t *testing.T, table []Route, change ...func(*Options)) *house {
	t.Helper()
	h := &house{t: t, now: noon, log: &bytes.Buffer{}}
	h.serve(table, change...)
	return h
}

func (h *house) serve(table []Route, change ...func(*Options)) {
	h.t.Helper()
	opt := Options{
		Scope: site, SiteName: "St. Anna", Origin: wardround.Live,
		Board: board.New(board.Options{Scope: site, Origin: wardround.Live, Now: h.clock}),
		Store: memstore.New(memstore.Options{}), Judged: Judged{Past: memlog.New(memlog.Options{})}, Hub: live.New(live.Options{Origin: wardround.Live}), Say: h.say, UI: ui,
		PublicURL: "https://ward.example:8443", TLS: true, Now: h.clock,
		Log: slog.New(slog.NewTextHandler(&syncBuffer{b: h.log}, nil)),
	}
	for _, c := range change {
		c(&opt)
	}
	var err error
	if h.server, err = newServer(opt, table); err != nil {
		h.t.Fatal(err)
	}
}

// visitor is a browser, or a program with a token.
type visitor struct {
	h       *house
	cookies map[string]*http.Cookie
	token   string
	name    string
	id      string
}

func (h *house) stranger() *visitor { return &visitor{h: h, cookies: map[string]*http.Cookie{}} }

// first makes the first administrator.
func (h *house) first() *visitor {
	h.t.Helper()
	if h.admin != nil {
		return h.admin
	}
	link, err := h.accounts.FirstLink(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	v := h.stranger()
	v.name = "root"
	v.want(200, v.send(POST, "/api/v1/welcome", map[string]any{"token": link.Secret, "name": "root", "display": "Root", "password": passphrase}))
	var s Session
	v.read(v.get("/api/v1/session"), &s)
	v.id = s.Account.ID
	h.admin = v
	return v
}

// person invites somebody with grants and signs them in.
func (h *house) person(grants ...account.Grant) *visitor {
	h.t.Helper()
	admin := h.first()
	h.n++
	name := fmt.Sprintf("person-%d", h.n)
	var inv Invitation
	admin.read(admin.send(POST, "/api/v1/people", map[string]any{"name": name, "display": "Person", "grants": grants}), &inv)
	v := h.stranger()
	v.name, v.id = name, inv.Account.ID
	secret := inv.Link[strings.LastIndexAny(inv.Link, "/#=")+1:]
	v.want(200, v.send(POST, "/api/v1/welcome", map[string]any{"token": secret, "password": passphrase}))
	return v
}

func (h *house) role(r account.Role) *visitor {
	h.t.Helper()
	return h.person(account.Grant{Role: r, Site: "*", Product: "*"})
}

// request makes one as a browser at our own page does.
func (v *visitor) request(method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, path, body)
	r.Host = "ward.example:8443"
	r.RemoteAddr = "192.0.2.7:4711"
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	return r
}

func (v *visitor) do(r *http.Request) *httptest.ResponseRecorder {
	v.h.t.Helper()
	w := httptest.NewRecorder()
	func() {
		defer func() {
			if e := recover(); e != nil && e != http.ErrAbortHandler {
				panic(e)
			}
		}()
		v.h.server.Handler().ServeHTTP(w, r)
	}()
	for _, c := range w.Result().Cookies() {
		if v.cookies == nil {
			continue
		}
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c
		}
	}
	return w
}

func (v *visitor) get(path string) *httptest.ResponseRecorder {
	v.h.t.Helper()
	return v.do(v.request(GET, path, nil))
}

func (v *visitor) send(method, path string, body any, header ...string) *httptest.ResponseRecorder {
	v.h.t.Helper()
	var b io.Reader
	switch x := body.(type) {
	case nil:
	case string:
		b = strings.NewReader(x)
	default:
		j, err := json.Marshal(x)
		if err != nil {
			v.h.t.Fatal(err)
		}
		b = bytes.NewReader(j)
	}
	r := v.request(method, path, b)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return v.do(r)
}

// want fails unless the status is the one wanted.
func (v *visitor) want(status int, w *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	v.h.t.Helper()
	if w.Code != status {
		v.h.t.Fatalf("status %d, want %d: %s\n%s", w.Code, status, w.Body, v.h.log)
	}
	return w
}

// read decodes a successful answer.
func (v *visitor) read(w *httptest.ResponseRecorder, into any) {
	v.h.t.Helper()
	if w.Code/100 != 2 {
		v.h.t.Fatalf("status %d: %s\n%s", w.Code, w.Body, v.h.log)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		v.h.t.Fatalf("%v: %s", err, w.Body)
	}
}

// refused fails unless the answer is a problem of this status and code, whole and
// in the right type, and returns it.
func (v *visitor) refused(status int, code string, w *httptest.ResponseRecorder) Problem {
	v.h.t.Helper()
	var p Problem
	if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
		v.h.t.Fatalf("status %d of type %q, want a problem: %s\n%s", w.Code, ct, w.Body, v.h.log)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		v.h.t.Fatalf("%v: %s", err, w.Body)
	}
	if w.Code != status || p.Status != status || p.Code != code {
		v.h.t.Fatalf("status %d (in words %d) code %q, want %d %q: %s\n%s", w.Code, p.Status, p.Code, status, code, w.Body, v.h.log)
	}
	if p.Title == "" || p.Detail == "" || p.Instance == "" {
		v.h.t.Fatalf("a problem without title, detail or instance: %s", w.Body)
	}
	return p
}

// row and rows are a list to try the frame on.
type row struct {
	Name string            `json:"name"`
	N    int               `json:"n"`
	Note string            `json:"note,omitempty"`
	More map[string]string `json:"more,omitempty"`
}

type rowsInput struct {
	ListQuery
	Q string `query:"q"`
}

var someRows []row

var rowsRoute = Route{Method: GET, Path: "/api/v1/rows", ID: "list-rows", Tag: "test", Summary: "Rows", Public: true,
	register: list(func(s *Server, _ context.Context, in *rowsInput) (RowsFunc[row], error) {
		by, err := in.sorted("n", "n", "name")
		if err != nil {
			return nil, err
		}
		rows := slices.Clone(someRows)
		slices.SortStableFunc(rows, comparing(by, map[string]func(a, b row) int{
			"n":    func(a, b row) int { return a.N - b.N },
			"name": func(a, b row) int { return strings.Compare(a.Name, b.Name) },
		}))
		rows = slices.DeleteFunc(rows, func(r row) bool { return !contains(in.Q, r.Name) })
		return allRows(rows, 7, noon), nil
	})}

const passphrase = "kettle orbit seven lanterns"
