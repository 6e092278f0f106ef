package provider

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/format/vex"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func advisory(t *testing.T, id string, at time.Time, change func(*csaf.Draft)) []byte {
	t.Helper()
	d := &csaf.Draft{
		Title: "A parser reads too far", Publisher: csaf.Publisher{Category: "vendor", Name: "Example Imaging", Namespace: "https://imaging.example"},
		Tracking: csaf.Tracking{ID: id, Version: "1", Status: "final", Initial: now, Current: at},
		Notes:    []csaf.Note{{Category: "summary", Text: "One release."}},
		Products: []csaf.DraftProduct{{ID: "P1", Vendor: "Example Imaging", Name: "CT Gateway", Version: "4.2"}},
		Vulnerabilities: []csaf.DraftVulnerability{{CVE: "CVE-2026-1234", Notes: []csaf.Note{{Category: "description", Text: "It reads too far."}},
			Statements: []csaf.DraftStatement{{Status: vex.Affected, Products: []string{"P1"}, Remediations: []csaf.Remediation{{Category: "none_available", Details: "None yet."}}}}}},
	}
	if change != nil {
		change(d)
	}
	b, err := d.Build()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func key(t *testing.T) *crypto.Key {
	t.Helper()
	k, err := crypto.PGP().KeyGeneration().AddUserId("Example Imaging PSIRT", "psirt@imaging.example").New().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestDownload: from the metadata, as a downloader does: feed, documents, hashes,
// signatures; index and changes name the same documents.
func TestDownload(t *testing.T) {
	dir := t.TempDir()
	srv := httptest.NewTLSServer(Handler(dir, http.NotFoundHandler()))
	defer srv.Close()
	k := key(t)
	o := Options{URL: srv.URL, Publisher: csaf.Publisher{Name: "Example Imaging", Namespace: "https://imaging.example"}, Key: k, Now: now}
	if _, err := Write(dir, [][]byte{advisory(t, "EI-2026-001", now, nil), advisory(t, "EI-2026-002", now, nil)}, o); err != nil {
		t.Fatal(err)
	}
	o.Now = now.AddDate(0, 0, 1)
	if list, err := Write(dir, [][]byte{advisory(t, "EI-2026-003", o.Now, nil)}, o); err != nil || len(list) != 3 {
		t.Fatal(len(list), err)
	}
	get := func(url string) []byte {
		t.Helper()
		rs, err := srv.Client().Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer rs.Body.Close()
		b, err := io.ReadAll(rs.Body)
		if err != nil || rs.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %v", url, rs.Status, err)
		}
		return b
	}
	meta := get(srv.URL + "/.well-known/csaf/provider-metadata.json")
	if bad := csaf.ValidateProvider(meta); len(bad) > 0 {
		t.Fatal(bad)
	}
	p, err := csaf.ReadProvider(meta, csaf.ReadOptions{})
	if err != nil || p.Role != "csaf_trusted_provider" || len(p.Feeds) != 1 || len(p.Directories) != 1 || len(p.Keys) != 1 {
		t.Fatalf("%v %+v", err, p)
	}
	pub, err := crypto.NewKeyFromArmored(string(get(p.Keys[0].URL)))
	if err != nil || pub.IsPrivate() || !strings.EqualFold(pub.GetFingerprint(), p.Keys[0].Fingerprint) {
		t.Fatal("the key that is shown", err)
	}
	verifier, err := crypto.PGP().Verify().VerificationKey(pub).New()
	if err != nil {
		t.Fatal(err)
	}
	feed, err := csaf.ReadFeed(get(p.Feeds[0].URL), csaf.ReadOptions{})
	if err != nil || len(feed.Entries) != 3 || feed.Entries[0].ID != "EI-2026-003" {
		t.Fatalf("%v %+v", err, feed)
	}
	for _, e := range feed.Entries {
		doc := get(e.URL)
		if r := csaf.Validate(doc, csaf.Options{}); !r.Valid {
			t.Error(e.URL, r.Failures)
		}
		for _, h := range []string{e.SHA256, e.SHA512} {
			if same, err := csaf.CheckHashFile(get(h), doc); err != nil || !same {
				t.Error(h, same, err)
			}
		}
		v, err := verifier.VerifyDetached(doc, get(e.Signature), crypto.Armor)
		if err != nil || v.SignatureError() != nil {
			t.Error(e.Signature, err, v.SignatureError())
		}
	}
	paths, err := csaf.ReadIndex(get(p.Directories[0].URL + "/index.txt"))
	if err != nil || len(paths) != 3 {
		t.Error(paths, err)
	}
	changes, err := csaf.ReadChanges(get(p.Directories[0].URL + "/changes.csv"))
	if err != nil || len(changes) != 3 || changes[0].Path != "2026/ei-2026-003.json" {
		t.Error(changes, err)
	}
}

// TestRefused: what is not for everybody, not final, not valid or older than what is
// there is refused, and nothing is written.
func TestRefused(t *testing.T) {
	for word, doc := range map[string][]byte{
		"TLP:AMBER":          advisory(t, "EI-1", now, func(d *csaf.Draft) { d.TLP = "AMBER" }),
		"status draft":       advisory(t, "EI-1", now, func(d *csaf.Draft) { d.Tracking.Status, d.Tracking.Version = "draft", "0" }),
		"no valid document":  []byte(`{"document":{"csaf_version":"2.0"}}`),
		"no valid document:": []byte(`nothing`),
	} {
		dir := t.TempDir()
		o := Options{URL: "https://imaging.example", Publisher: csaf.Publisher{Name: "Example Imaging", Namespace: "https://imaging.example"}, Now: now}
		_, err := Write(dir, [][]byte{advisory(t, "EI-0", now, nil), doc}, o)
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%s: something was written: %v", word, left)
		}
	}
	dir := t.TempDir()
	o := Options{URL: "https://imaging.example", Publisher: csaf.Publisher{Name: "Example Imaging", Namespace: "https://imaging.example"}, Now: now}
	if _, err := Write(dir, [][]byte{advisory(t, "EI-1", now.Add(time.Hour), nil)}, o); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, [][]byte{advisory(t, "EI-1", now, nil)}, o); wardround.ErrorCode(err) != wardround.EConflict {
		t.Error("an older version:", err)
	}
	o.Key = key(t)
	if _, err := Write(dir, nil, o); wardround.ErrorCode(err) != wardround.EConflict {
		t.Error("one that is not signed among signed ones:", err)
	}
	o.URL = "http://imaging.example"
	if _, err := Write(dir, nil, o); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Error("without TLS:", err)
	}
}

// TestHandlerShowsNothingElse: secrets beside the folder stay secret.
func TestHandlerShowsNothingElse(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"keys/a.json": "secret", "csaf/amber/2026/a.json": "secret", "csaf/white/2026/a.json": "{}", "csaf/white/.env": "secret", "csaf/white/x.html": "secret", "secret.json": "secret"} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "..", filepath.Base(dir), "secret.json"), filepath.Join(dir, "csaf/white/2026/link.json")); err != nil {
		t.Log("no links here:", err)
	}
	outside := filepath.Join(t.TempDir(), "out.json")
	if err := os.WriteFile(outside, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	_ = os.Symlink(outside, filepath.Join(dir, "csaf/white/2026/out.json"))
	h := Handler(dir, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for target, want := range map[string]int{
		"/csaf/white/2026/a.json": 200, "/csaf/white/": 404, "/csaf/white/2026": 404, "/csaf/white/2026/": 404, "/csaf/white/.env": 404, "/csaf/white/x.html": 404,
		"/csaf/white/2026/out.json": 404, "/csaf/white/../amber/2026/a.json": 404, "/csaf/white/%2e%2e/%2e%2e/keys/a.json": 404, "/csaf/amber/2026/a.json": http.StatusTeapot,
		"/keys/a.json": http.StatusTeapot, "/": http.StatusTeapot, "/.well-known/csaf/provider-metadata.json": 404, "/.well-known/csaf/other": http.StatusTeapot,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
		if w.Code != want || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s, want %d", target, w.Code, w.Body, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/csaf/white/2026/a.json", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
}
