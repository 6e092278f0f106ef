package api

import (
	"compress/gzip"
	"io"
	"net/url"
	"strings"
	"testing"
)

func TestPagesAreOfTheUI(t *testing.T) {
	v := echo(t)
	for _, path := range []string{"/", "/findings", "/findings/f-123", "/assets/a-1", "/assets", "/index.html", "/sign-in?to=/x", "/welcome", "/a/b/c.d"} {
		w := v.want(200, v.get(path))
		if !strings.HasPrefix(w.Body.String(), "<!doctype html>") || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %v %.40s", path, w.Header(), w.Body)
		}
	}
	if w := v.want(200, v.get("/icon.svg")); w.Body.String() != "<svg/>" || w.Header().Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	w := v.want(200, v.get("/static/index-abc1.js"))
	if cc := w.Header().Get("Cache-Control"); !strings.Contains(cc, "immutable") {
		t.Errorf("Cache-Control %q", cc)
	}
}

func TestFilesAreCompressedAndKnownByTheirTag(t *testing.T) {
	v := echo(t)
	r := v.request(GET, "/static/index-abc1.js", nil)
	r.Header.Set("Accept-Encoding", "br, gzip;q=0.8")
	w := v.want(200, v.do(r))
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%v", w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(z)
	if string(b) != string(ui["static/index-abc1.js"].Data) {
		t.Error("another file came out")
	}
	plain := v.want(200, v.get("/static/index-abc1.js"))
	if plain.Header().Get("Etag") == w.Header().Get("Etag") {
		t.Error("two representations, one tag")
	}
	for _, none := range []string{"", "identity", "gzip;q=0", "gzip; q=0.0", "br"} {
		r.Header.Set("Accept-Encoding", none)
		if v.do(r).Header().Get("Content-Encoding") != "" {
			t.Errorf("%q got gzip", none)
		}
	}
	r.Header.Set("If-None-Match", plain.Header().Get("Etag"))
	if w := v.do(r); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
	head := v.do(v.request("HEAD", "/", nil))
	if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %d %d", head.Code, head.Body.Len())
	}
}

// A path is a key of what was built in: there is no file system behind it.
func TestPathsLeadNowhereElse(t *testing.T) {
	v := echo(t)
	for _, path := range []string{
		"/../etc/passwd", "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc%2fpasswd",
		"/..%5c..%5cwindows", "/%00", "/static//etc/passwd", "//etc/passwd", "/static/.", "/.git/config", "/static/index-abc1.js%00.html", "/.%2e/",
	} {
		u, err := url.Parse("http://ward.example:8443" + path)
		if err != nil {
			t.Fatal(err)
		}
		r := v.request(GET, "/", nil)
		r.URL = u
		r.RequestURI = path
		w := v.do(r)
		body := w.Body.String()
		if strings.Contains(body, "root:") || w.Code != 200 && w.Code != 404 && w.Code/100 != 3 {
			t.Errorf("%s: status %d: %.80s", path, w.Code, body)
		}
		if w.Code == 200 && !strings.HasPrefix(body, "<!doctype html>") {
			t.Errorf("%s: %.80s", path, body)
		}
		if l := w.Header().Get("Location"); strings.HasPrefix(l, "//") || strings.Contains(l, "\\") || strings.Contains(l, "://") {
			t.Errorf("%s leads to %q", path, l)
		}
	}
}

func TestAServerWithoutPages(t *testing.T) {
	v := echo(t, func(o *Options) { o.UI = nil })
	v.refused(404, "not_found", v.get("/"))
}

// A link to us leads to us.
func TestRedirectsStayHere(t *testing.T) {
	for to, want := range map[string]string{
		"/findings?severity=high":       "/findings?severity=high",
		"/":                             "/",
		"":                              "/",
		"findings":                      "/",
		"//evil.example":                "/",
		"///evil.example":               "/",
		"/\\evil.example":               "/",
		"/%5cevil.example":              "/%5cevil.example", // one path of ours, as browsers see it
		"https://evil.example/":         "/",
		"javascript:alert(1)":           "/",
		"/x\r\nSet-Cookie: a=b":         "/",
		"/\tevil":                       "/",
		"\\\\evil.example":              "/",
		"/auth/oidc/x/start?to=/a":      "/",
		"/api/v1/session":               "/",
		"/" + strings.Repeat("a", 3000): "/",
	} {
		if got := local(to); got != want {
			t.Errorf("local(%q) is %q, want %q", to, got, want)
		}
	}
}

func FuzzLocal(f *testing.F) {
	f.Add("/findings")
	f.Add("//evil")
	f.Add("/\\evil")
	base, _ := url.Parse("https://ward.example:8443/sign-in")
	f.Fuzz(func(t *testing.T, to string) {
		got := local(to)
		u, err := base.Parse(got)
		if err != nil || u.Host != base.Host || u.Scheme != "https" || strings.ContainsAny(got, "\r\n\\") || !strings.HasPrefix(got, "/") {
			t.Fatalf("local(%q) is %q", to, got)
		}
	})
}

func FuzzAccepts(f *testing.F) {
	f.Add("gzip;q=0.5, br")
	f.Fuzz(func(t *testing.T, header string) {
		if accepts(header, "gzip") && !strings.Contains(strings.ToLower(header), "gzip") {
			t.Fatalf("%q", header)
		}
	})
}
