package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// echo is a route with a body, open to everybody, to try the frame on.
type echoInput struct {
	Body struct {
		Name     string `json:"name" maxLength:"100"`
		Password string `json:"password,omitempty" maxLength:"10"`
		Inner    struct {
			N int `json:"n,omitempty" minimum:"0"`
		} `json:"inner,omitzero"`
	}
}

type echoOutput struct {
	Body struct {
		Name string `json:"name"`
	}
}

var errOf error

var echoRoutes = []Route{
	{Method: POST, Path: "/api/v1/echo", ID: "echo", Tag: "test", Public: true, register: handle(func(_ *Server, _ context.Context, in *echoInput) (*echoOutput, error) {
		var out echoOutput
		out.Body.Name = in.Body.Name
		return &out, errOf
	})},
	{Method: POST, Path: "/api/v1/upload", ID: "upload", Tag: "test", Public: true, Upload: []string{"application/zip"}, MaxBody: 1 << 20, Stream: true,
		register: handle(func(_ *Server, ctx context.Context, _ *struct{}) (*echoOutput, error) {
			n, err := io.Copy(io.Discard, upload(ctx))
			var out echoOutput
			out.Body.Name = fmt.Sprint(n)
			return &out, err
		})},
	{Method: GET, Path: "/api/v1/panic", ID: "panic", Tag: "test", Public: true, register: handle(func(*Server, context.Context, *struct{}) (*echoOutput, error) {
		panic("the secret cause")
	})},
	{Method: POST, Path: "/api/v1/slow", ID: "slow", Tag: "test", Public: true, BodyWithin: 200 * time.Millisecond,
		register: handle(func(_ *Server, ctx context.Context, in *echoInput) (*echoOutput, error) {
			select { // longer than the body's deadline: that was for the body alone
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(500 * time.Millisecond):
			}
			var out echoOutput
			out.Body.Name = in.Body.Name
			return &out, nil
		})},
}

func echo(t *testing.T, change ...func(*Options)) *visitor {
	t.Helper()
	errOf = nil
	return bare(t, echoRoutes, change...).stranger()
}

func TestBodiesThatAreRefused(t *testing.T) {
	v := echo(t)
	for name, c := range map[string]struct {
		body, contentType string
		status            int
		code, says        string
	}{
		"malformed":            {`{"name": "a",}`, "application/json", 400, "invalid", "at byte 14"},
		"cut off":              {`{"name": "a`, "application/json", 400, "invalid", "at byte 11"},
		"two values":           {`{"name":"a"}{"name":"b"}`, "application/json", 400, "invalid", "at byte 13"},
		"unknown field":        {`{"name":"a","rank":"boss"}`, "application/json", 422, "invalid", "body.rank: unknown field"},
		"unknown inner field":  {`{"name":"a","inner":{"m":1}}`, "application/json", 422, "invalid", "body.inner.m: unknown field"},
		"another case":         {`{"NAME":"a","name":"b"}`, "application/json", 422, "invalid", "body.NAME: unknown field"},
		"missing field":        {`{}`, "application/json", 422, "invalid", "name"},
		"wrong type":           {`{"name":7}`, "application/json", 422, "invalid", "body.name"},
		"out of range":         {`{"name":"a","inner":{"n":-1}}`, "application/json", 422, "invalid", "body.inner.n"},
		"no body":              {"", "application/json", 400, "invalid", "body is required"},
		"a form":               {"name=a", "application/x-www-form-urlencoded", 415, "invalid", "application/json"},
		"text, as forms can":   {`{"name":"a"}`, "text/plain", 415, "invalid", "application/json"},
		"no type":              {`{"name":"a"}`, "", 415, "invalid", "application/json"},
		"a type that is none":  {`{"name":"a"}`, "a/b/c;;", 415, "invalid", "application/json"},
		"too large":            {`{"name":"` + strings.Repeat("a", 70<<10) + `"}`, "application/json", 413, "too_large", "65536"},
		"deep":                 {strings.Repeat("[", 20000) + strings.Repeat("]", 20000), "application/json", 400, "invalid", "depth"},
		"another problem type": {`[]`, "application/json", 422, "invalid", "object"},
	} {
		t.Run(name, func(t *testing.T) {
			v.h.t = t
			r := v.request(POST, "/api/v1/echo", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.contentType)
			p := v.refused(c.status, c.code, v.do(r))
			if all := p.Detail + fmt.Sprint(p.Errors); !strings.Contains(all, c.says) {
				t.Errorf("%q does not say %q", all, c.says)
			}
		})
	}
}

// A body of unknown length is counted as it comes.
func TestABodyOfUnknownLengthIsCounted(t *testing.T) {
	v := echo(t)
	r := v.request(POST, "/api/v1/echo", io.MultiReader(strings.NewReader(`{"name":"`), strings.NewReader(strings.Repeat("a", 70<<10)+`"}`)))
	r.ContentLength = -1
	v.refused(413, "too_large", v.do(r))

	r = v.request(POST, "/api/v1/upload", io.LimitReader(zeros{}, 2<<20))
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/zip")
	v.refused(413, "too_large", v.do(r))

	r = v.request(POST, "/api/v1/upload", io.LimitReader(zeros{}, 1<<20))
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/zip")
	v.want(200, v.do(r))
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// What was sent may be a password: it is not said back, nor logged.
func TestABodyIsNotSaidBack(t *testing.T) {
	v := echo(t)
	for _, body := range []string{`{"name":"a","password":"correct horse battery"}`, `{"name":"a","password":"correct horse battery"`} {
		w := v.send(POST, "/api/v1/echo?token=correct+horse", body)
		if strings.Contains(w.Body.String(), "horse") {
			t.Errorf("said back: %s", w.Body)
		}
	}
	if strings.Contains(v.h.log.String(), "horse") {
		t.Errorf("logged: %s", v.h.log)
	}
}

// serve answers on a real connection.
func serve(t *testing.T, h *house) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h.server.Handler())
	t.Cleanup(s.Close)
	return s
}

func TestASlowBodyIsCutOff(t *testing.T) {
	h := echo(t, func(o *Options) { o.PublicURL = "" }).h
	c, err := net.Dial("tcp", serve(t, h).Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /api/v1/slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	start := time.Now()
	_ = c.SetReadDeadline(start.Add(20 * time.Second))
	rs, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if rs.StatusCode != 408 {
		t.Fatalf("status %d", rs.StatusCode)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Fatalf("took %v", took)
	}
}

// An upload may take long, but not stand still; what comes steadily is taken.
func TestAnUploadThatStandsStillIsCutOff(t *testing.T) {
	h := echo(t, func(o *Options) { o.PublicURL = "" }).h
	h.server.pace.upload = 300 * time.Millisecond
	addr := serve(t, h).Listener.Addr().String()
	for bytes, want := range map[int]int{12: 200, 5: 408} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /api/v1/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/zip\r\nContent-Length: 12\r\n\r\n")
		for range bytes { // in all longer than it may stand still
			time.Sleep(50 * time.Millisecond)
			fmt.Fprint(c, "x")
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		rs, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%d of 12 bytes: %v", bytes, err)
		}
		if rs.StatusCode != want {
			b, _ := io.ReadAll(rs.Body)
			t.Errorf("%d of 12 bytes: status %d, want %d: %s", bytes, rs.StatusCode, want, b)
		}
	}
}

// The deadline for the body does not end a handler that takes longer.
func TestAHandlerMayTakeLongerThanItsBody(t *testing.T) {
	h := echo(t, func(o *Options) { o.PublicURL = "" }).h
	rs, err := http.Post(serve(t, h).URL+"/api/v1/slow", "application/json", strings.NewReader(`{"name":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Body.Close()
	if rs.StatusCode != 200 {
		b, _ := io.ReadAll(rs.Body)
		t.Fatalf("status %d: %s", rs.StatusCode, b)
	}
}

func TestAnotherSiteCannotMakeABrowserAsk(t *testing.T) {
	v := echo(t)
	for name, header := range map[string][2]string{
		"by fetch metadata":       {"Sec-Fetch-Site", "cross-site"},
		"from a neighbour":        {"Sec-Fetch-Site", "same-site"},
		"by origin":               {"Origin", "https://evil.example"},
		"from a sandboxed frame":  {"Origin", "null"},
		"from another port of us": {"Origin", "https://ward.example:9999"},
	} {
		t.Run(name, func(t *testing.T) {
			v.h.t = t
			v.refused(403, "csrf", v.send(POST, "/api/v1/echo", `{"name":"a"}`, header[0], header[1]))
		})
	}
	v.h.t = t
	v.want(200, v.send(POST, "/api/v1/echo", `{"name":"a"}`, "Sec-Fetch-Site", "same-origin"))
	v.want(200, v.send(POST, "/api/v1/echo", `{"name":"a"}`, "Origin", "https://ward.example:8443"))
	v.want(200, v.send(POST, "/api/v1/echo", `{"name":"a"}`)) // no browser
}

func TestOnlyKnownHostsAreAnswered(t *testing.T) {
	v := echo(t, func(o *Options) { o.Hosts = []string{"10.0.0.5"} })
	for host, status := range map[string]int{
		"ward.example:8443":             200,
		"ward.example":                  200,
		"WARD.Example.":                 200,
		"10.0.0.5:8443":                 200,
		"localhost":                     421, // the server has a name; it is not that
		"evil.example":                  421,
		"ward.example.evil.example":     421,
		"evil.example:8443":             421,
		"ward.example@evil.example":     421,
		"ward.example:8443.evil":        421,
		"ward.example:99999":            421,
		"":                              421,
		"[::1]:8443":                    421,
		"ward.example\r\nX-Injected: 1": 421,
	} {
		r := v.request(POST, "/api/v1/echo", strings.NewReader(`{"name":"a"}`))
		r.Host = host
		w := v.do(r)
		if w.Code != status {
			t.Errorf("host %q: status %d, want %d", host, w.Code, status)
		}
		if w.Header().Get("X-Injected") != "" {
			t.Errorf("host %q reaches a header", host)
		}
	}
	loop := echo(t, func(o *Options) { o.PublicURL, o.TLS = "", false })
	for host, status := range map[string]int{"localhost:8420": 200, "127.0.0.1:8420": 200, "[::1]:8420": 200, "rebound.evil.example:8420": 421} {
		r := loop.request(POST, "/api/v1/echo", strings.NewReader(`{"name":"a"}`))
		r.Host = host
		if w := loop.do(r); w.Code != status {
			t.Errorf("on loopback, host %q: status %d, want %d", host, w.Code, status)
		}
	}
}

// X-Forwarded headers are of proxies that we do not have: they change nothing.
func TestNoHeaderIsBelievedAboutWhereARequestComesFrom(t *testing.T) {
	v := echo(t)
	r := v.request(POST, "/api/v1/echo", strings.NewReader(`{"name":"a"}`))
	for _, h := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		r.Header.Set(h, "127.0.0.1")
	}
	if a := peer(r); a.String() != "192.0.2.7" {
		t.Errorf("peer %v", a)
	}
	v.want(200, v.do(r))
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	v := echo(t)
	for _, path := range []string{"/", "/findings", "/static/index-abc1.js", "/icon.svg", "/api/v1/none", "/auth/none", "/api/v1/panic", "/static/none.js"} {
		w := v.get(path)
		h := w.Header()
		for k, want := range map[string]string{
			"Content-Security-Policy":      csp,
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "max-age=31536000",
		} {
			if got := h.Get(k); got != want {
				t.Errorf("%s: %s is %q, want %q", path, k, got, want)
			}
		}
		if h.Get("X-Request-Id") == "" || h.Get("Permissions-Policy") == "" || h.Get("Cache-Control") == "" {
			t.Errorf("%s: %v", path, h)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is open to other origins", path)
		}
	}
	for _, word := range []string{"unsafe-inline", "unsafe-eval", "http:", "https:", "*"} {
		if strings.Contains(csp, word) {
			t.Errorf("the policy allows %s", word)
		}
	}
	for _, word := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(csp, word) {
			t.Errorf("the policy lacks %s", word)
		}
	}
	plain := echo(t, func(o *Options) { o.PublicURL, o.TLS = "", false })
	r := plain.request(GET, "/", nil)
	r.Host = "localhost"
	if h := plain.do(r).Header(); h.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS")
	}
}

func TestWhatIsNotThere(t *testing.T) {
	v := echo(t)
	v.refused(404, "not_found", v.get("/api/v1/none"))
	v.refused(404, "not_found", v.get("/api/"))
	v.refused(404, "not_found", v.get("/auth/none"))
	v.refused(404, "not_found", v.get("/static/none.js"))
	w := v.get("/api/v1/echo")
	v.refused(405, "invalid", w)
	if w.Header().Get("Allow") != "POST" {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	}
	v.refused(405, "invalid", v.send(DELETE, "/api/v1/panic", nil))
	v.refused(405, "invalid", v.send(POST, "/findings", nil))
	v.refused(405, "invalid", v.send("TRACE", "/", nil))
}
