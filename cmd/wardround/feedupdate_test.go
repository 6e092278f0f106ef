package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const smallKEV = `{"title":"t","catalogVersion":"2026.03.01","dateReleased":"2026-03-01T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-0001","vendorProject":"Example","product":"Pump","vulnerabilityName":"n","dateAdded":"2026-02-01","shortDescription":"d","requiredAction":"a","dueDate":"2026-02-22","knownRansomwareCampaignUse":"Unknown","notes":""}]}`

// kevServer serves a catalogue, as long as it is up.
func kevServer(t *testing.T) (config string, up *atomic.Bool, requests *atomic.Int64) {
	t.Helper()
	up, requests = &atomic.Bool{}, &atomic.Int64{}
	up.Store(true)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		switch {
		case !up.Load():
			w.WriteHeader(http.StatusForbidden)
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"1"`)
			fmt.Fprint(w, smallKEV)
		}
	}))
	t.Cleanup(s.Close)
	config = filepath.Join(t.TempDir(), "c.yaml")
	text := fmt.Sprintf("listen: 127.0.0.1:0\nfeeds:\n  - {name: cisa, kind: kev, url: %s/kev.json, every: 1h}\n", s.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config, up, requests
}

// writeKEV writes a catalogue to a file.
func writeKEV(t *testing.T, name string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(smallKEV), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// wr runs a command in this process.
func wr(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// objects reads lines of JSON of a type.
func objects(t *testing.T, text, typ string) (out []map[string]any) {
	t.Helper()
	for line := range strings.Lines(text) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if o["type"] == typ {
			out = append(out, o)
		}
	}
	return out
}

// TestFeedUpdate: pulled now, without a server; what went wrong is said and kept.
func TestFeedUpdate(t *testing.T) {
	config, up, _ := kevServer(t)
	data := filepath.Join(t.TempDir(), "d")
	args := []string{"--config", config, "--data", data, "--format", "json", "-q"}
	for _, want := range []string{"new", "same"} {
		code, out, errs := wr(t, append(args, "feed", "update")...)
		if o := objects(t, out, "update"); code != 0 || len(o) != 1 || o[0]["status"] != want || o[0]["name"] != "cisa" {
			t.Fatalf("%d, %s, %s", code, out, errs)
		}
	}
	// The very first pull fails: that is seen, too.
	up.Store(false)
	none := filepath.Join(t.TempDir(), "d")
	if code, out, errs := wr(t, "--config", config, "--data", none, "-q", "feed", "update"); code != exitCannotTell {
		t.Errorf("%d, %s%s", code, out, errs)
	}
	if code, out, errs := wr(t, "--data", none, "-q", "feed", "status"); code != exitCannotTell || !strings.Contains(out, "403") {
		t.Errorf("%d, %s%s", code, out, errs)
	}
	up.Store(true)
	// A directory that lost what was pulled: all comes again.
	lost := filepath.Join(t.TempDir(), "d")
	if code, _, errs := wr(t, "--data", lost, "-q", "feed", "import", writeKEV(t, "other.json")); code != 0 {
		t.Fatal(errs)
	}
	states, err := os.ReadFile(filepath.Join(data, dirKnowledge, "feeds.json"))
	if err != nil || os.WriteFile(filepath.Join(lost, dirKnowledge, "feeds.json"), states, 0o600) != nil {
		t.Fatal(err)
	}
	code, out, errs := wr(t, "--config", config, "--data", lost, "--format", "json", "-q", "feed", "update")
	if o := objects(t, out, "update"); code != 0 || o[0]["status"] != "new" {
		t.Errorf("%d, %s%s", code, out, errs)
	}
	up.Store(false)
	code, out, _ = wr(t, append(args, "feed", "update", "cisa")...)
	if o := objects(t, out, "update"); code != exitCannotTell || o[0]["status"] != "failed" || !strings.Contains(fmt.Sprint(o[0]["error"]), "403") {
		t.Errorf("%d, %s", code, out)
	}
	code, out, _ = wr(t, append(args, "feed", "status")...)
	feeds, sources := objects(t, out, "feed"), objects(t, out, "source")
	if code != 0 || len(feeds) != 1 || feeds[0]["name"] != "cisa" || len(sources) != 1 || sources[0]["failures"] != 1.0 || sources[0]["reached"] == nil {
		t.Errorf("%d, %s", code, out)
	}
	if code, out, _ := wr(t, "--data", data, "feed", "status"); code != 0 || !strings.Contains(out, "403") {
		t.Errorf("%d, %s", code, out)
	}
	if code, _, errs := wr(t, append(args, "feed", "update", "nobody")...); code != exitUsage || !strings.Contains(errs, `no feed "nobody"`) {
		t.Errorf("%d, %s", code, errs)
	}
	if code, _, errs := wr(t, "--data", data, "feed", "update"); code != exitUsage || !strings.Contains(errs, "no feed is configured") {
		t.Errorf("%d, %s", code, errs)
	}
}

// TestFeedServe: a running server pulls by itself, and a command's update goes through it.
func TestFeedServe(t *testing.T) {
	config, _, requests := kevServer(t)
	data := filepath.Join(t.TempDir(), "d")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"--config", config, "--data", data, "-q", "serve"}, strings.NewReader(""), &bytes.Buffer{}, &errs)
	}()
	known := func() bool {
		_, out, _ := wr(t, "--data", data, "--format", "json", "-q", "feed", "status")
		return len(objects(t, out, "feed")) == 1 && len(objects(t, out, "source")) == 1
	}
	for deadline := time.Now().Add(20 * time.Second); !known(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			cancel()
			t.Fatalf("nothing came: %d requests; %d %s", requests.Load(), <-ended, errs.String())
		}
	}
	code, out, msg := wr(t, "--config", config, "--data", data, "--format", "json", "-q", "feed", "update")
	if o := objects(t, out, "update"); code != 0 || o[0]["status"] != "same" || requests.Load() != 2 {
		t.Errorf("%d, %s%s, %d requests", code, out, msg, requests.Load())
	}
	if err := os.Remove(filepath.Join(data, dirKnowledge, "feeds.json")); err != nil {
		t.Fatal(err)
	}
	code, out, msg = wr(t, "--config", config, "--data", data, "--format", "json", "-q", "feed", "update")
	if o := objects(t, out, "update"); code != 0 || o[0]["status"] != "new" {
		t.Errorf("through the server: %d, %s%s", code, out, msg)
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("the server ended with %d: %s", code, errs.String())
	}
}

// TestFeedConfig: what is wrong in the configuration is said before anything is done.
func TestFeedConfig(t *testing.T) {
	for text, want := range map[string]string{
		"{name: a, kind: rss, url: 'https://a.example'}":                                                     "no kind",
		"{name: a, kind: kev, url: 'https://a.example', every: soon}":                                        "duration",
		"{name: a, kind: csaf, url: 'https://a.example', keys: [nowhere.asc]}":                               "nowhere.asc",
		"{name: a, kind: nvd, url: 'https://a.example', header: {apiKey: '@nowhere'}}":                       "nowhere",
		"{name: a, kind: kev, url: 'https://a.example'}\n  - {name: a, kind: kev, url: 'https://a.example'}": "two feeds",
		"{name: a, kind: kev, uri: 'https://a.example'}":                                                     "uri",
	} {
		config := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(config, []byte("feeds:\n  - "+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		data := filepath.Join(t.TempDir(), "d")
		for _, cmd := range []string{"update", "serve"} {
			args := []string{"--config", config, "--data", data, "serve", "--once"}
			if cmd == "update" {
				args = []string{"--config", config, "--data", data, "feed", "update"}
			}
			if code, _, errs := wr(t, args...); code != exitUsage || !strings.Contains(errs, want) {
				t.Errorf("%s %s: %d, %s", cmd, text, code, errs)
			}
		}
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%s: a data directory was made", text)
		}
	}
}
