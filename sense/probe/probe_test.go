package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const text = `grant: 1
target: %s
is: test endpoint
sensor: model-probe
given_by: Jane Example, clinical engineering
reason: acceptance of version 2.1
from: 2026-03-01T11:00:00Z
until: 2026-03-01T13:00:00Z
rate: 10
requests: 20
send: [table]
patients: [TEST-1, TEST-2]
request: {wrap: instances, answer: predictions.0}
`

func grant(t testing.TB, target string) *Grant {
	g, err := ReadGrant(strings.NewReader(fmt.Sprintf(text, target)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// clock is moved by who sleeps.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }
func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.t = c.t.Add(d)
	return ctx.Err()
}

// A grant that leaves something open, or allows more than may be allowed, is refused
// with what is wrong.
func TestGrantIsStrict(t *testing.T) {
	good := fmt.Sprintf(text, "https://triage.example.org/predict")
	if _, err := ReadGrant(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"http goes to a loopback":  {"https://triage.example.org/predict", "http://triage.example.org/predict"},
		"http goes to a loopback ": {"https://triage.example.org/predict", "http://localhost.example.org/predict"},
		"without a password":       {"https://", "https://a:b@"},
		"want https":               {"https://", "ftp://"},
		"answers for patients":     {"is: test endpoint", "is: production"},
		"model-probe":              {"sensor: model-probe", "sensor: other"},
		"who gives it":             {"given_by: Jane Example, clinical engineering", "given_by: ''"},
		"and why":                  {"reason: acceptance of version 2.1", "reason: ' '"},
		"the first before":         {"until: 2026-03-01T13", "until: 2026-03-01T10"},
		"at most 24h":              {"until: 2026-03-01", "until: 2026-03-09"},
		"rate":                     {"rate: 10", "rate: 1000"},
		"rate ":                    {"rate: 10", "rate: .nan"},
		"requests":                 {"requests: 20", "requests: 0"},
		"send":                     {"[table]", "[everything]"},
		"test patients":            {"[TEST-1, TEST-2]", "[]"},
		"answer":                   {"answer: predictions.0", "answer: ''"},
		"patientz":                 {"patients:", "patientz:"},
		"more than one document":   {"grant: 1", "grant: 1\n---\ngrant: 1"},
		"this program reads":       {"grant: 1", "grant: 2"},
	} {
		_, err := ReadGrant(strings.NewReader(strings.Replace(good, change[0], change[1], 1)))
		if wardround.ErrorCode(err) != wardround.EInvalid || want != "more than one document" && !strings.Contains(fmt.Sprint(err), strings.TrimSpace(want)) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := ReadGrant(strings.NewReader(strings.Repeat("#", MaxGrant+1))); err == nil {
		t.Error("a grant without end is read")
	}
}

// Nothing is sent without a grant, outside its window, to another place, of another
// kind, or of anybody who is no test patient; and no more and no faster than it says.
func TestTheGrantIsKept(t *testing.T) {
	var hits atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		var q struct{ Instances []map[string]float64 }
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, `{"predictions":[%v]}`, q.Instances[0]["x"]/2)
	}))
	defer s.Close()
	g, c := grant(t, s.URL+"/predict"), &clock{noon}
	opt := Options{Endpoint: s.URL + "/predict", What: Table, Now: c.now, Sleep: c.sleep}
	forbidden := func(name string, g *Grant, opt Options) {
		if _, err := NewClient(g, opt); wardround.ErrorCode(err) != wardround.EForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	forbidden("no grant", nil, opt)
	forbidden("a grant that was not read", &Grant{}, opt)
	other := opt
	other.Endpoint += "2"
	forbidden("another endpoint", g, other)
	other = opt
	other.What = Image
	forbidden("another kind", g, other)
	for _, at := range []time.Time{noon.Add(-2 * time.Hour), noon.Add(time.Hour)} {
		other = opt
		other.Now = func() time.Time { return at }
		forbidden("another time", g, other)
	}
	client := func() *Client {
		x, err := NewClient(g, opt)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x := client()
	if _, err := x.Ask(t.Context(), "Mrs Real", map[string]any{"x": 1}); wardround.ErrorCode(err) != wardround.EForbidden || strings.Contains(err.Error(), "Real") {
		t.Errorf("a patient: %v", err)
	}
	if _, err := x.Ask(t.Context(), "TEST-1", map[string]any{"x": 1}); err == nil {
		t.Error("it went on after an error")
	}
	if hits.Load() != 0 {
		t.Fatalf("%d requests were sent", hits.Load())
	}
	x = client()
	for i := range 20 {
		got, err := x.Ask(t.Context(), "TEST-2", map[string]any{"x": i})
		if err != nil || got != float64(i)/2 {
			t.Fatal(got, err)
		}
	}
	if took := c.t.Sub(noon); took < 1900*time.Millisecond {
		t.Errorf("20 requests at 10 a second took %s", took)
	}
	if _, err := x.Ask(t.Context(), "TEST-2", map[string]any{"x": 1}); wardround.ErrorCode(err) != wardround.EForbidden || hits.Load() != 20 || x.Sent() != 20 {
		t.Errorf("more than granted: %v, %d", err, hits.Load())
	}
	c.t, x = noon, client()
	c.t = noon.Add(time.Hour)
	if _, err := x.Ask(t.Context(), "TEST-2", map[string]any{"x": 1}); wardround.ErrorCode(err) != wardround.EForbidden || hits.Load() != 20 {
		t.Errorf("after the window: %v", err)
	}
}

// Whatever an endpoint answers, the first error ends it: one request, and no more.
func TestHostileEndpoints(t *testing.T) {
	away := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer away.Close()
	for name, answer := range map[string]http.HandlerFunc{
		"error":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"too many": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, away.URL, http.StatusTemporaryRedirect)
		},
		"no JSON":     func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"deep":        func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("[", 500_000)) },
		"no score":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"predictions":["high"]}`) },
		"no such":     func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"predictions":[]}`) },
		"endless":     func(w http.ResponseWriter, _ *http.Request) { io.Copy(w, io.LimitReader(zeros{}, 64<<20)) },
		"slow":        func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"hangs up":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"drips":       func(w http.ResponseWriter, r *http.Request) { drip(w, r) },
		"long header": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var hits atomic.Int64
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				hits.Add(1)
				io.Copy(io.Discard, r.Body)
				answer(w, r)
			}))
			defer s.Close()
			c := &clock{noon}
			x, err := NewClient(grant(t, s.URL), Options{Endpoint: s.URL, What: Table, Now: c.now, Sleep: c.sleep, Timeout: 500 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			for range 3 {
				if _, err := x.Ask(t.Context(), "TEST-1", map[string]any{"x": 1}); err == nil {
					t.Error("taken for an answer")
				}
			}
			if hits.Load() != 1 || x.Sent() != 1 || time.Since(began) > 5*time.Second {
				t.Errorf("%d requests in %s", hits.Load(), time.Since(began))
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		target := "http://" + l.Addr().String()
		l.Close()
		c := &clock{noon}
		x, _ := NewClient(grant(t, target), Options{Endpoint: target, What: Table, Now: c.now, Sleep: c.sleep})
		if _, err := x.Ask(t.Context(), "TEST-1", 1); err == nil || x.Sent() != 1 {
			t.Error(err)
		}
	})
	t.Run("a certificate of nobody", func(t *testing.T) {
		s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
		defer s.Close()
		c := &clock{noon}
		x, _ := NewClient(grant(t, s.URL), Options{Endpoint: s.URL, What: Table, Now: c.now, Sleep: c.sleep})
		if _, err := x.Ask(t.Context(), "TEST-1", 1); err == nil {
			t.Error("taken")
		}
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func drip(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write([]byte(" ")); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		time.Sleep(20 * time.Millisecond)
	}
}

func FuzzGrant(f *testing.F) {
	f.Add(fmt.Sprintf(text, "https://triage.example.org/predict"))
	f.Add("grant: 1")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, s string) {
		g, err := ReadGrant(strings.NewReader(s))
		if err != nil {
			return
		}
		if g.url == nil || g.Until.Sub(g.From) > MaxWindow || g.Requests > MaxRequests || !(g.Rate <= MaxRate) || len(g.Patients) == 0 {
			t.Errorf("%+v", g)
		}
	})
}

func FuzzScore(f *testing.F) {
	f.Add([]byte(`{"predictions":[0.5]}`), "predictions.0")
	f.Add([]byte(`0.5`), "")
	f.Fuzz(func(t *testing.T, b []byte, path string) { scoreAt(b, path) })
}
