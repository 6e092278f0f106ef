package feed

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit"
)

// TestPullFiles: each kind of file is pulled once, and not again while it is the same.
func TestPullFiles(t *testing.T) {
	for name, c := range map[string]struct {
		path, text string
		source     Source
		want       string
	}{
		"kev":  {"/kev.json", kevDoc, Source{Kind: "kev", URL: "/kev.json"}, "test kev: kev CVE-2026-0001"},
		"epss": {"/epss.csv.gz", gz(t, epssDoc), Source{Kind: "epss", URL: "/epss.csv.gz"}, "test epss: epss CVE-2026-0001"},
		"osv":  {"/Debian:12/all.zip", zipOf(t, member{"1.json", osvOne}), Source{Kind: "osv", URL: "/", Ecosystems: []string{"Debian:12"}}, "test/Debian:12 osv: GO-2026-0001"},
		"eol":  {"/api/windows.json", eolDoc, Source{Kind: "eol", URL: "/api", Products: []string{"windows"}}, "test/windows eol: eol windows 7"},
		"vex":  {"/vex.json", openVE, Source{Kind: "vex", URL: "/vex.json"}, "test vex: ; 1 vex"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.put(c.path, c.text)
			c.source.URL = p.URL + c.source.URL
			s := source(t, c.source)
			pull, _ := pullerOf(t, PullOptions{})
			got, st, err := pull.Pull(t.Context(), s, State{})
			if err != nil || len(got) != 1 {
				t.Fatalf("%v, %v", got, err)
			}
			if told(got[0]) != c.want || !got[0].Complete || got[0].ETag == "" || !st.Reached.Equal(noon) {
				t.Errorf("%s, %+v, %+v; want %s", told(got[0]), got[0], st, c.want)
			}
			again, st2, err := pull.Pull(t.Context(), s, st)
			if err != nil || len(again) != 0 {
				t.Errorf("again: %v, %v", again, err)
			}
			if diff := cmp.Diff(st, st2); diff != "" {
				t.Errorf("what did not change changed the state: %s", diff)
			}
			if n := len(p.requests()); n != 2 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestPullRealFeeds: the Go database and the catalogue come whole from a server.
func TestPullRealFeeds(t *testing.T) {
	p := newProvider(t)
	for path, file := range map[string]string{"/Go/all.zip": "advisories/golang-vulndb-osv.zip", "/kev.json": "advisories/kev.json"} {
		b, err := os.ReadFile(testkit.Data(t, file))
		if err != nil {
			t.Fatal(err)
		}
		p.put(path, string(b))
	}
	pull, _ := pullerOf(t, PullOptions{})
	for _, c := range []struct {
		s    Source
		rows int
	}{{Source{Kind: "osv", URL: p.URL, Ecosystems: []string{"Go"}}, 4291}, {Source{Kind: "kev", URL: p.URL + "/kev.json"}, 1404}} {
		got, _, err := pull.Pull(t.Context(), source(t, c.s), State{})
		if err != nil || len(got) != 1 || len(got[0].Rows) != c.rows {
			t.Errorf("%v: %v", c.s.Kind, err)
		}
	}
}

// TestRetry: what may be over in a moment is tried again, later each time; what is not
// over then is said, and what was known stays.
func TestRetry(t *testing.T) {
	type f = func(http.ResponseWriter, *http.Request) bool
	half := func(n int) f {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			if n--; n < 0 {
				return false
			}
			w.Header().Set("Content-Length", fmt.Sprint(len(kevDoc)))
			_, _ = w.Write([]byte(kevDoc[:100]))
			return true
		}
	}
	for name, c := range map[string]struct {
		trouble  f
		want     []string // of the error; none: it works in the end
		slept    []time.Duration
		requests int
	}{
		"busy":              {status(503, 2), nil, []time.Duration{time.Second, 4 * time.Second}, 3},
		"asks for patience": {status(429, 1, "Retry-After", "30"), nil, []time.Duration{30 * time.Second}, 2},
		"until a date":      {status(429, 1, "Retry-After", noon.Add(time.Minute).Format(http.TimeFormat)), nil, []time.Duration{time.Minute}, 2},
		"for too long":      {status(429, 9, "Retry-After", "86400"), []string{"429"}, nil, 1},
		"broken":            {status(500, 9), []string{"500", "tried 4 times", "/kev.json", "test"}, []time.Duration{time.Second, 4 * time.Second, 16 * time.Second}, 4},
		"breaks off once":   {half(1), nil, []time.Duration{time.Second}, 2},
		"breaks off always": {half(9), []string{"broke off after 100 bytes", "tried 4 times"}, []time.Duration{time.Second, 4 * time.Second, 16 * time.Second}, 4},
		"not there":         {status(404, 9), []string{"404"}, nil, 1},
		"forbidden":         {status(403, 9), []string{"403"}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.put("/kev.json", kevDoc)
			p.fail("/kev.json", c.trouble)
			pull, clock := pullerOf(t, PullOptions{})
			before := State{Reached: noon.Add(-time.Hour), Failures: 1}
			got, st, err := pull.Pull(t.Context(), source(t, Source{Kind: "kev", URL: p.URL + "/kev.json"}), before)
			if c.want == nil {
				if err != nil || len(got) != 1 || st.Failures != 0 || st.Error != "" {
					t.Errorf("%v, %v, %+v", got, err, st)
				}
			} else {
				tells(t, err, c.want...)
				if wardround.ErrorCode(err) != wardround.ECannotTell || got != nil || st.Failures != 2 || !st.Reached.Equal(before.Reached) || st.Error == "" || len(st.Files) != 0 {
					t.Errorf("%v, %+v", got, st)
				}
			}
			if diff := cmp.Diff(c.slept, clock.slept); diff != "" {
				t.Error(diff)
			}
			if n := len(p.requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
		})
	}
}

// TestPullBounds: bodies that do not end, or are not what was asked for.
func TestPullBounds(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"huge":       {strings.Repeat(" ", 70_000), "more than 65536 bytes"},
		"a bomb":     {gz(t, strings.Repeat(" ", 1<<20)), "more than 65536 bytes unpacked"},
		"a page":     {"<html>captive portal</html>", "neither"},
		"other":      {osvOne, "this is osv, and not kev"},
		"broken off": {kevDoc[:200], "unexpected end"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.put("/kev.json", c.text)
			pull, _ := pullerOf(t, PullOptions{Download: 1 << 16, Limits: Limits{File: 1 << 16}})
			got, _, err := pull.Pull(t.Context(), source(t, Source{Kind: "kev", URL: p.URL + "/kev.json"}), State{})
			tells(t, err, c.want)
			if got != nil {
				t.Errorf("%v came all the same", got)
			}
		})
	}
	t.Run("endless", func(t *testing.T) {
		p := newProvider(t)
		p.fail("/kev.json", func(w http.ResponseWriter, _ *http.Request) bool {
			for range 100 {
				_, _ = w.Write(make([]byte, 4096))
				w.(http.Flusher).Flush()
			}
			return true
		})
		pull, _ := pullerOf(t, PullOptions{Download: 1 << 16})
		_, _, err := pull.Pull(t.Context(), source(t, Source{Kind: "kev", URL: p.URL + "/kev.json"}), State{})
		tells(t, err, "more than 65536 bytes")
	})
	t.Run("silent", func(t *testing.T) {
		done := make(chan struct{})
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
		defer s.Close()
		defer close(done)
		pull, _ := pullerOf(t, PullOptions{Timeout: 50 * time.Millisecond})
		_, _, err := pull.Pull(t.Context(), source(t, Source{Kind: "kev", URL: s.URL + "/kev.json"}), State{})
		tells(t, err, "tried 4 times")
	})
}

// TestOneBadRecord: of a large archive one record cannot be read; the rest comes, and
// what was known of it stays.
func TestOneBadRecord(t *testing.T) {
	var all []member
	for i := range 40 {
		all = append(all, member{fmt.Sprintf("%d.json", i), strings.Replace(osvOne, "0001", fmt.Sprintf("%04d", i), 1)})
	}
	all = append(all, member{"bad.json", osvTwo[:90]})
	p := newProvider(t)
	p.put("/Go/all.zip", zipOf(t, all...))
	pull, _ := pullerOf(t, PullOptions{})
	got, st, err := pull.Pull(t.Context(), source(t, Source{Kind: "osv", URL: p.URL, Ecosystems: []string{"Go"}}), State{})
	if err != nil || len(got) != 1 || len(got[0].Rows) != 40 || got[0].Complete {
		t.Fatalf("%v, %v", got, err)
	}
	if len(st.Refused) != 1 || !strings.HasSuffix(st.Refused[0].File, "bad.json") {
		t.Errorf("%+v", st.Refused)
	}
}

// TestElsewhere: nobody else is asked, whatever a server says, unless named; and a key
// stays with the one who gave it.
func TestElsewhere(t *testing.T) {
	other := newProvider(t)
	other.put("/kev.json", kevDoc)
	p := newProvider(t)
	p.fail("/kev.json", func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, other.URL+"/kev.json", http.StatusFound)
		return true
	})
	pull, _ := pullerOf(t, PullOptions{})
	s := Source{Kind: "kev", URL: p.URL + "/kev.json", Headers: map[string]string{"apiKey": "secret"}}
	_, _, err := pull.Pull(t.Context(), source(t, s), State{})
	tells(t, err, other.host(), "name it under hosts")
	if n := len(other.requests()); n != 0 {
		t.Fatalf("the other host was asked %d times", n)
	}
	s.Hosts = []string{other.host()}
	got, _, err := pull.Pull(t.Context(), source(t, s), State{})
	if err != nil || len(got) != 1 {
		t.Fatal(err)
	}
	if p.headers[0].Get("apiKey") != "secret" || other.headers[0].Get("apiKey") != "" {
		t.Error("the key went elsewhere, or not where it should")
	}
	p.fail("/kev.json", func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, p.URL+"/kev.json?again", http.StatusFound)
		return true
	})
	_, _, err = pull.Pull(t.Context(), source(t, s), State{})
	tells(t, err, "more than 5 redirects")
}

// TestSomeEcosystems: one that does not come leaves the others.
func TestSomeEcosystems(t *testing.T) {
	p := newProvider(t)
	p.put("/Go/all.zip", zipOf(t, member{"1.json", osvOne}))
	pull, _ := pullerOf(t, PullOptions{})
	got, st, err := pull.Pull(t.Context(), source(t, Source{Kind: "osv", URL: p.URL, Ecosystems: []string{"npm", "Go"}}), State{})
	tells(t, err, "/npm/all.zip", "404")
	if len(got) != 1 || got[0].Feed != "test/Go" || st.Files[p.URL+"/Go/all.zip"].ETag == "" {
		t.Errorf("%v, %+v", got, st)
	}
}

// TestClockAhead: dates that have yet to come are said, and not passed on.
func TestClockAhead(t *testing.T) {
	p := newProvider(t)
	p.put("/x.json", strings.Replace(osvOne, `"modified":"2026`, `"modified":"2036`, 1))
	pull, _ := pullerOf(t, PullOptions{})
	got, st, err := pull.Pull(t.Context(), source(t, Source{Kind: "osv", URL: p.URL + "/x.json"}), State{})
	if err != nil || got[0].Newest.After(noon) || !strings.Contains(st.Clock, "2036") {
		t.Errorf("%v, %v, %q", got[0].Newest, err, st.Clock)
	}
}

func TestSourceCheck(t *testing.T) {
	for want, s := range map[string]Source{
		"no kind":         {Name: "x", Kind: "rss", URL: "https://a.example"},
		"its name has":    {Name: "a/b", Kind: "kev", URL: "https://a.example"},
		"no address":      {Name: "x", Kind: "kev", URL: "file:///etc/passwd"},
		"has neither":     {Name: "x", Kind: "kev", URL: "https://me:secret@a.example"},
		"are those of os": {Name: "x", Kind: "kev", URL: "https://a.example", Ecosystems: []string{"Go"}},
		"neither an ecos": {Name: "x", Kind: "osv", URL: "https://a.example", Ecosystems: []string{"../etc"}},
		"too often":       {Name: "x", Kind: "kev", URL: "https://a.example", Every: time.Second},
		"no public Open":  {Name: "x", Kind: "csaf", URL: "https://a.example", Keys: [][]byte{[]byte("key")}},
	} {
		tells(t, s.Check(), want)
	}
}

// TestAllowed: which addresses a source may lead to.
func TestAllowed(t *testing.T) {
	s := source(t, Source{Kind: "kev", URL: "https://a.example/kev.json", Hosts: []string{"cdn.a.example", "b.example:8443"}})
	for addr, want := range map[string]bool{
		"https://a.example/x":       true,
		"https://A.example/x":       true,
		"https://cdn.a.example/x":   true,
		"https://b.example:8443/x":  true,
		"https://b.example/x":       false,
		"https://a.example:8443/x":  false,
		"http://a.example/x":        false, // in the open
		"https://me:pw@a.example/x": false,
		"https://a.example.evil/x":  false,
		"file:///etc/passwd":        false,
		"https://127.0.0.1/x":       false,
	} {
		u, err := url.Parse(addr)
		if err != nil {
			t.Fatal(err)
		}
		if s.allowed(u) != want {
			t.Errorf("%s: %v", addr, !want)
		}
	}
}
