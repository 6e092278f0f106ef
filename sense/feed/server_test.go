package feed

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// provider is a server of knowledge that can be told to misbehave, and counts.
type provider struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string]string
	// trouble answers instead of a file, as long as it returns true.
	trouble map[string]func(w http.ResponseWriter, r *http.Request) bool
	asked   []string // "GET /x" with the query, in order
	headers []http.Header
}

func newProvider(t testing.TB) *provider {
	t.Helper()
	p := &provider{files: map[string]string{}, trouble: map[string]func(http.ResponseWriter, *http.Request) bool{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.URL.RequestURI())
	p.headers = append(p.headers, r.Header.Clone())
	if f := p.trouble[r.URL.Path]; f != nil && f(w, r) {
		return
	}
	text, ok := p.files[r.URL.EscapedPath()]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", `"`+sum([]byte(text))[7:20]+`"`)
	if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write([]byte(text))
}

func (p *provider) put(path, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[path] = text
}

func (p *provider) fail(path string, f func(http.ResponseWriter, *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble[path] = f
}

// requests returns what was asked for since the last call.
func (p *provider) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.asked
	p.asked = nil
	return out
}

func (p *provider) host() string {
	u, _ := url.Parse(p.URL)
	return u.Host
}

// status answers so n times, and then as usual.
func status(code, n int, header ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		if n--; n < 0 {
			return false
		}
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		return true
	}
}

// clockwork is a clock that only sleeping moves.
type clockwork struct {
	mu    sync.Mutex
	at    time.Time
	slept []time.Duration
}

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func (c *clockwork) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clockwork) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// pullerOf returns a puller whose time stands at noon, and its clock.
func pullerOf(t testing.TB, o PullOptions) (*Puller, *clockwork) {
	t.Helper()
	c := &clockwork{at: noon}
	o.Now, o.Sleep, o.Rand, o.Dir = c.now, c.sleep, func() float64 { return 0.5 }, t.TempDir()
	return NewPuller(o), c
}

func source(t testing.TB, s Source) *Source {
	t.Helper()
	if s.Name == "" {
		s.Name = "test"
	}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return &s
}

func tells(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one that says %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("%v does not say %q", err, p)
		}
	}
}
