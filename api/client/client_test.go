package client_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
)

// patient waits for nothing, so that tests of retries are quick; it counts.
func patient(n *int) func(context.Context, time.Duration) error {
	return func(context.Context, time.Duration) error { *n++; return nil }
}

func open(t *testing.T, opt client.Options) *client.Client {
	t.Helper()
	c, err := client.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func problem(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		server, token, want string
		code                wardround.Code
	}{
		{server: "localhost:8420", token: "t", want: "http://localhost:8420"},
		{server: "[::1]:8420", token: "t", want: "http://[::1]:8420"},
		{server: "wardround.example", token: "t", want: "https://wardround.example"},
		{server: "https://wardround.example/", want: "https://wardround.example"},
		{server: "https://example.org/wardround/api/v1/", want: "https://example.org/wardround"},
		{server: "http://wardround.example", want: "http://wardround.example"},
		{server: "http://wardround.example", token: "t", code: wardround.EForbidden},
		{server: "http://127.0.0.1.example:8420", token: "t", code: wardround.EForbidden},
		{server: "", code: wardround.EInvalid},
		{server: "ftp://wardround.example", code: wardround.EInvalid},
		{server: "https://", code: wardround.EInvalid},
		{server: "https://ann:secret@wardround.example", code: wardround.EInvalid},
		{server: "https://wardround.example/?token=x", code: wardround.EInvalid},
		{server: "http://[::1", code: wardround.EInvalid},
	} {
		c, err := client.New(client.Options{Server: tt.server, Token: tt.token})
		if got := wardround.ErrorCode(err); got != tt.code {
			t.Errorf("%q: code %q (%v), want %q", tt.server, got, err, tt.code)
			continue
		}
		if err != nil {
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: the error tells the password: %v", tt.server, err)
			}
			continue
		}
		if c.Server() != tt.want {
			t.Errorf("%q is %q, want %q", tt.server, c.Server(), tt.want)
		}
	}
}

// What is in the way passes: what only reads is tried again, what acts is not.
func TestOnlyReadingIsTriedAgain(t *testing.T) {
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			w.Header().Set("Retry-After", "1")
			problem(w, http.StatusServiceUnavailable, `{"title":"no room","status":503,"detail":"250 streams are open","code":"full","hint":"try later"}`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"version":"1"}`)
	}))
	defer s.Close()
	waited := 0
	c := open(t, client.Options{Server: s.URL, Token: "t", Sleep: patient(&waited)})
	session, err := c.Session(t.Context())
	if err != nil || session.Version != "1" || calls.Load() != 3 || waited != 2 {
		t.Fatalf("%+v, %v after %d calls and %d waits", session, err, calls.Load(), waited)
	}
	calls.Store(0)
	_, err = c.Answer(t.Context(), "p-1", true)
	if got := wardround.ErrorCode(err); got != wardround.ECannotTell || calls.Load() != 1 {
		t.Errorf("an act: %q (%v) after %d calls, want one call and cannot_tell", got, err, calls.Load())
	}
}

func TestProblemsKeepTheirCodeAndHint(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		code   wardround.Code
		says   string
	}{
		{401, `{"title":"x","detail":"no session","code":"unauthenticated"}`, wardround.EForbidden, "has expired or was revoked"},
		{403, `{"title":"x","detail":"needs the permission decide","code":"forbidden","hint":"ask an administrator"}`, wardround.EForbidden, "ask an administrator"},
		{404, `{"title":"x","detail":"no finding f-1","code":"not_found"}`, wardround.ENotFound, "no finding f-1"},
		{412, `{"title":"x","detail":"it changed","code":"precondition"}`, wardround.EConflict, "it changed"},
		{422, `{"title":"x","detail":"invalid","code":"invalid","errors":[{"location":"body.until","message":"is past"}]}`, wardround.EInvalid, "body.until: is past"},
		{429, `{"title":"x","detail":"too many","code":"throttled"}`, wardround.ECannotTell, "too many"},
		{413, `{"title":"x","detail":"too large","code":"too_large"}`, wardround.EInvalid, "too large"},
		{500, `{"title":"x","detail":"our fault","code":"internal"}`, wardround.EInternal, "our fault"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { problem(w, tt.status, tt.body) }))
		n := 0
		c := open(t, client.Options{Server: s.URL, Token: "t", Sleep: patient(&n)})
		_, err := c.Session(t.Context())
		var p *client.Problem
		if wardround.ErrorCode(err) != tt.code || !strings.Contains(err.Error(), tt.says) || !errors.As(err, &p) || p.Status != tt.status {
			t.Errorf("%d: %q: %v", tt.status, wardround.ErrorCode(err), err)
		}
		s.Close()
	}
}

// What answers may be anything: a proxy's page, another program, a login that wants
// the token elsewhere.
func TestSomethingElseAnswers(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		code    wardround.Code
		says    string
	}{
		"a page":    {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello</html>") }, wardround.EInvalid, "not the API"},
		"not found": {http.NotFound, wardround.EInvalid, "not the API"},
		"other JSON": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `[1]`)
		}, wardround.EInvalid, "not the API"},
		"a redirect":    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, wardround.EInvalid, "sends elsewhere"},
		"a bad proxy":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, wardround.ECannotTell, "proxy"},
		"no media type": {func(w http.ResponseWriter, _ *http.Request) { w.Header()["Content-Type"] = nil; w.WriteHeader(200) }, wardround.EInvalid, "not the API"},
	} {
		s := httptest.NewServer(tt.handler)
		n := 0
		c := open(t, client.Options{Server: s.URL, Token: "secret", Sleep: patient(&n)})
		_, err := c.Session(t.Context())
		if wardround.ErrorCode(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %q: %v", name, wardround.ErrorCode(err), err)
		}
		for _, err := range c.Findings(t.Context(), wardround.Scope{}, wardround.FindingFilter{}) {
			if wardround.ErrorCode(err) != tt.code && !(name == "other JSON" && wardround.ErrorCode(err) == wardround.EInvalid) {
				t.Errorf("%s: the list: %v", name, err)
			}
		}
		s.Close()
	}
}

func TestNobodyAnswers(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	waited := 0
	c := open(t, client.Options{Server: s.URL, Token: "t", Sleep: patient(&waited)})
	_, err := c.Session(t.Context())
	if wardround.ErrorCode(err) != wardround.ECannotTell || !strings.Contains(err.Error(), "cannot be reached") || waited != 3 {
		t.Errorf("%v after %d waits", err, waited)
	}
}

// A list that ends in the middle is never taken for a shorter one.
func TestACutListIsAnError(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		for i := range 3 {
			fmt.Fprintf(w, `{"id":"f-%d","state":"open"}`+"\n", i)
		}
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer s.Close()
	c := open(t, client.Options{Server: s.URL, Token: "t"})
	n, last := 0, error(nil)
	for f, err := range c.Findings(t.Context(), wardround.Scope{}, wardround.FindingFilter{}) {
		if last = err; err == nil {
			n++
			_ = f
		}
	}
	// How many rows were on the wire when the connection was reset is chance.
	if n > 3 || wardround.ErrorCode(last) != wardround.ECannotTell {
		t.Errorf("%d rows and %v", n, last)
	}
}

func TestPagesAreWalked(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Query().Get("cursor") {
		case "":
			fmt.Fprint(w, `{"items":[{"id":"f-1"},{"id":"f-2"}],"next":"x","total":3}`)
		case "x":
			fmt.Fprint(w, `{"items":[{"id":"f-3"}],"total":3}`)
		}
	}))
	defer s.Close()
	c := open(t, client.Options{Server: s.URL, Token: "t"})
	var got []string
	for f, err := range client.Pages[wardround.Finding](t.Context(), c, "/findings", nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f.ID)
	}
	if fmt.Sprint(got) != "[f-1 f-2 f-3]" {
		t.Errorf("%v", got)
	}
}

// A certificate is trusted because the system, a file or its key says so.
func TestTrust(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"via":%q}`, r.Header.Get("Authorization"))
	}))
	s.Config.ErrorLog = nil
	defer s.Close()
	var file bytes.Buffer
	if err := pem.Encode(&file, &pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}); err != nil {
		t.Fatal(err)
	}
	pin := client.Pin(s.Certificate())
	other := "sha256:" + strings.Repeat("00", 32)
	for name, tt := range map[string]struct {
		opt  client.Options
		code wardround.Code
		says string
	}{
		"by the system": {client.Options{}, wardround.EForbidden, "--cacert"},
		"by a file":     {client.Options{Roots: file.Bytes()}, "", ""},
		"by its key":    {client.Options{Pin: pin}, "", ""},
		"another key":   {client.Options{Pin: other}, wardround.EForbidden, "something stands between"},
	} {
		tt.opt.Server, tt.opt.Token, tt.opt.Retries = s.URL, "t", -1
		got, err := open(t, tt.opt).Session(t.Context())
		if wardround.ErrorCode(err) != tt.code || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && got.Via != "Bearer t" {
			t.Errorf("%s: the server got %q", name, got.Via)
		}
	}
	if _, err := client.New(client.Options{Server: s.URL, Roots: []byte("x")}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("a file without a certificate: %v", err)
	}
	if _, err := client.New(client.Options{Server: s.URL, Pin: "sha256:12"}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("half a pin: %v", err)
	}
}
