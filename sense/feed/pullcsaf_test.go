package feed

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/internal/testkit"
)

// vendor is a provider of CSAF documents.
type vendor struct {
	*provider
	t       testing.TB
	docs    map[string]time.Time // path below the folder → changed
	key     *crypto.Key
	public  []byte
	folders bool // directories instead of a feed
}

func newVendor(t testing.TB, folders bool) *vendor {
	t.Helper()
	v := &vendor{provider: newProvider(t), t: t, docs: map[string]time.Time{}, folders: folders}
	var err error
	if v.key, err = crypto.PGP().KeyGeneration().AddUserId("Example", "psirt@example.org").GenerationTime(noon.AddDate(-1, 0, 0).Unix()).New().GenerateKey(); err != nil {
		t.Fatal(err)
	}
	armoured, err := v.key.GetArmoredPublicKey()
	if err != nil {
		t.Fatal(err)
	}
	v.public = []byte(armoured)
	return v
}

func (v *vendor) sign(doc string) string {
	h, err := crypto.PGP().Sign().SigningKey(v.key).Detached().SignTime(noon.AddDate(0, 0, -1).Unix()).New()
	if err != nil {
		v.t.Fatal(err)
	}
	sig, err := h.Sign([]byte(doc), crypto.Armor)
	if err != nil {
		v.t.Fatal(err)
	}
	return string(sig)
}

// advisory publishes a document about one product, with hash and signature.
func (v *vendor) advisory(id, cve, version string, changed time.Time) (path string) {
	v.t.Helper()
	date := changed.Format(time.RFC3339)
	doc := fmt.Sprintf(`{"document":{"category":"csaf_security_advisory","csaf_version":"2.0","title":"t","publisher":{"category":"vendor","name":"Example","namespace":"https://example.org"},"tracking":{"id":%q,"status":"final","version":"1","initial_release_date":%q,"current_release_date":%q,"revision_history":[{"number":"1","date":%q,"summary":"first"}]}},
"product_tree":{"branches":[{"category":"vendor","name":"Example","branches":[{"category":"product_name","name":"Pump","branches":[{"category":"product_version","name":%q,"product":{"name":"Example Pump %s","product_id":"P1"}}]}]}]},
"vulnerabilities":[{"cve":%q,"product_status":{"known_affected":["P1"]}}]}`, id, date, date, date, version, version, cve)
	path = csaf.Path(id, changed)
	v.publish(path, doc, changed)
	return path
}

func (v *vendor) publish(path, doc string, changed time.Time) {
	v.put("/csaf/"+path, doc)
	v.put("/csaf/"+path+".sha512", string(csaf.SHA512File([]byte(doc), path)))
	v.put("/csaf/"+path+".asc", v.sign(doc))
	v.docs[path] = changed
	v.list()
}

// list writes what stands around the documents.
func (v *vendor) list() {
	p := map[string]any{"canonical_url": v.URL + "/provider-metadata.json", "metadata_version": "2.0", "last_updated": noon, "role": "csaf_trusted_provider", "publisher": map[string]string{"category": "vendor", "name": "Example", "namespace": "https://example.org"}}
	if v.folders {
		p["distributions"] = []any{map[string]string{"directory_url": v.URL + "/csaf/"}}
	} else {
		p["distributions"] = []any{map[string]any{"rolie": map[string]any{"feeds": []any{
			map[string]string{"url": v.URL + "/csaf/feed.json", "tlp_label": "WHITE"}, map[string]string{"url": v.URL + "/secret.json", "tlp_label": "RED"},
		}}}}
	}
	b, err := json.Marshal(p)
	if err != nil {
		v.t.Fatal(err)
	}
	v.put("/.well-known/csaf/provider-metadata.json", string(b))
	var docs []csaf.Listed
	for _, path := range slices.Sorted(maps.Keys(v.docs)) {
		l, err := csaf.List([]byte(v.files["/csaf/"+path]))
		if err != nil {
			l = csaf.Listed{ID: path, Title: path, Version: "2.0", Published: v.docs[path]}
		}
		l.Path, l.Updated = path, v.docs[path]
		docs = append(docs, l)
	}
	feed, err := csaf.NewFeed("feed", "Example", v.URL+"/csaf/feed.json", v.URL+"/csaf", docs, true).JSON()
	if err != nil {
		v.t.Fatal(err)
	}
	v.put("/csaf/feed.json", strings.ReplaceAll(string(feed), ".sha256", ".sha512"))
	v.put("/csaf/changes.csv", string(csaf.ChangesCSV(docs, "2.0")))
	v.put("/csaf/index.txt", string(csaf.IndexTxt(docs)))
}

func (v *vendor) source(keys bool) *Source {
	s := Source{Kind: "csaf", URL: v.URL}
	if keys {
		s.Keys = [][]byte{v.public}
	}
	return source(v.t, s)
}

// TestCSAF: what is new comes, signed and hashed; what is known is not asked for again.
func TestCSAF(t *testing.T) {
	for _, folders := range []bool{false, true} {
		t.Run(fmt.Sprintf("folders=%v", folders), func(t *testing.T) {
			v := newVendor(t, folders)
			v.advisory("EX-2026-1", "CVE-2026-0001", "1.0", noon.AddDate(0, 0, -9))
			second := v.advisory("EX-2026-2", "CVE-2026-0002", "1.0", noon.AddDate(0, 0, -8))
			pull, _ := pullerOf(t, PullOptions{})
			got, st, err := pull.Pull(t.Context(), v.source(true), State{})
			if err != nil || len(got) != 1 {
				t.Fatal(got, err)
			}
			b := got[0]
			if told(b) != "test csaf: CVE-2026-0001, CVE-2026-0002" || b.Complete || b.Trust != "verified" || b.Signer != v.key.GetFingerprint() {
				t.Errorf("%s, %+v", told(b), b)
			}
			if !strings.HasPrefix(b.Rows[0].URL, v.URL+"/csaf/2026/") || b.Rows[0].Digest == "" {
				t.Errorf("%+v", b.Rows[0])
			}
			v.requests()

			// Nothing new: only lists are asked for.
			got, st, err = pull.Pull(t.Context(), v.source(true), st)
			if err != nil || len(got) != 0 || len(v.requests()) != 2 {
				t.Errorf("%v, %v", got, err)
			}
			// One changed, one came, one is gone.
			v.advisory("EX-2026-1", "CVE-2026-0001", "1.1", noon.AddDate(0, 0, -1).Truncate(time.Hour))
			v.advisory("EX-2026-3", "CVE-2026-0003", "1.0", noon.AddDate(0, 0, -1))
			delete(v.docs, second)
			v.list()
			got, st, err = pull.Pull(t.Context(), v.source(true), st)
			if err != nil || len(got) != 1 || told(got[0]) != "test csaf: CVE-2026-0001, CVE-2026-0003" {
				t.Fatal(got, err)
			}
			if last := got[0].Rows[len(got[0].Rows)-1]; last.Gone != "EX-2026-2" {
				t.Errorf("%+v", last)
			}
			if len(st.Documents) != 2 {
				t.Errorf("%+v", st.Documents)
			}
		})
	}
}

// TestCSAFWrong: a document with a wrong hash or signature is refused by name, the others
// come, and it is asked for again.
func TestCSAFWrong(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(v *vendor, path string)
		keys  bool
		want  string
	}{
		"hash":           {func(v *vendor, p string) { v.put("/csaf/"+p+".sha512", strings.Repeat("0", 128)+"  x.json") }, false, "is not the document"},
		"no hash there":  {func(v *vendor, p string) { delete(v.files, "/csaf/"+p+".sha512") }, false, "404"},
		"signature":      {func(v *vendor, p string) { v.put("/csaf/"+p+".asc", v.sign("another")) }, true, "signature is wrong"},
		"of a stranger":  {func(v *vendor, p string) { v.put("/csaf/"+p+".asc", newVendor(v.t, false).sign(v.files["/csaf/"+p])) }, true, "signature is wrong"},
		"no signature":   {func(v *vendor, p string) { delete(v.files, "/csaf/"+p+".asc") }, true, "404"},
		"no OpenPGP":     {func(v *vendor, p string) { v.put("/csaf/"+p+".asc", "signed, me") }, true, "signature"},
		"not there":      {func(v *vendor, p string) { delete(v.files, "/csaf/"+p) }, false, "404"},
		"broken":         {func(v *vendor, p string) { v.fail("/csaf/"+p, status(500, 99)) }, false, "500"},
		"another kind":   {func(v *vendor, p string) { v.publish(p, osvOne, v.docs[p]) }, false, "no CSAF"},
		"half a one":     {func(v *vendor, p string) { d := v.files["/csaf/"+p]; v.publish(p, d[:len(d)-30], v.docs[p]) }, false, "without an end"},
		"changed by one": {func(v *vendor, p string) { v.put("/csaf/"+p, strings.Replace(v.files["/csaf/"+p], "1.0", "9.0", 1)) }, false, "is not the document"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t, false)
			v.advisory("EX-2026-1", "CVE-2026-0001", "1.0", noon.AddDate(0, 0, -9))
			bad := v.advisory("EX-2026-2", "CVE-2026-0002", "1.0", noon.AddDate(0, 0, -8))
			v.advisory("EX-2026-3", "CVE-2026-0003", "1.0", noon.AddDate(0, 0, -7))
			c.spoil(v, bad)
			pull, _ := pullerOf(t, PullOptions{})
			got, st, err := pull.Pull(t.Context(), v.source(c.keys), State{})
			if err != nil || len(got) != 1 || told(got[0]) != "test csaf: CVE-2026-0001, CVE-2026-0003" {
				t.Fatal(got, err)
			}
			if r := st.Refused; len(r) != 1 || r[0].File != v.URL+"/csaf/"+bad || !strings.Contains(r[0].Why, c.want) {
				t.Errorf("%+v, want %s", r, c.want)
			}
			if _, ok := st.Documents[v.URL+"/csaf/"+bad]; ok || len(st.Documents) != 2 {
				t.Errorf("%+v", st.Documents)
			}
			want := "unsigned"
			if c.keys {
				want = "verified"
			}
			if got[0].Trust != want || got[0].Complete {
				t.Errorf("%+v", got[0])
			}
		})
	}
}

// TestCSAFEnds: a server that dies half-way: what came is whole in itself and goes on, the
// rest is asked for next time, and nothing is taken for withdrawn.
func TestCSAFEnds(t *testing.T) {
	v := newVendor(t, false)
	for i := range 12 {
		p := v.advisory(fmt.Sprintf("EX-2026-%02d", i), fmt.Sprintf("CVE-2026-00%02d", i), "1.0", noon.AddDate(0, 0, -20+i))
		if i < 10 {
			v.fail("/csaf/"+p, status(500, 99))
		}
	}
	pull, _ := pullerOf(t, PullOptions{})
	got, st, err := pull.Pull(t.Context(), v.source(false), State{Documents: map[string]Known{v.URL + "/csaf/old.json": {ID: "OLD"}}})
	tells(t, err, "5 documents in a row")
	if len(got) != 1 || told(got[0]) != "test csaf: CVE-2026-0010, CVE-2026-0011" || st.Failures != 1 || len(st.Documents) != 3 {
		t.Errorf("%s, %+v", told(got[0]), st)
	}
}

// TestCSAFIndex: a provider without changes.csv is asked for each document, which need not
// come again while it is the same.
func TestCSAFIndex(t *testing.T) {
	v := newVendor(t, true)
	one := v.advisory("EX-2026-1", "CVE-2026-0001", "1.0", noon.AddDate(0, 0, -9))
	v.advisory("EX-2026-2", "CVE-2026-0002", "1.0", noon.AddDate(0, 0, -8))
	delete(v.files, "/csaf/changes.csv")
	pull, _ := pullerOf(t, PullOptions{})
	got, st, err := pull.Pull(t.Context(), v.source(false), State{})
	if err != nil || len(got) != 1 || len(got[0].Rows) != 2 {
		t.Fatal(got, err)
	}
	if got, st, err = pull.Pull(t.Context(), v.source(false), st); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	v.publish(one, strings.Replace(v.files["/csaf/"+one], "CVE-2026-0001", "CVE-2026-0009", 1), noon)
	delete(v.files, "/csaf/changes.csv")
	got, _, err = pull.Pull(t.Context(), v.source(false), st)
	if err != nil || len(got) != 1 || told(got[0]) != "test csaf: CVE-2026-0009" {
		t.Errorf("%v, %v", got, err)
	}
	// Paths that lead out of the folder are not followed.
	v.put("/csaf/index.txt", "../../secret.json\n")
	_, _, err = pull.Pull(t.Context(), v.source(false), st)
	tells(t, err, "index.txt", "line 1")
}

// TestCSAFElsewhere: a provider that points to another host is not followed.
func TestCSAFElsewhere(t *testing.T) {
	v, other := newVendor(t, true), newVendor(t, true)
	other.advisory("EX-2026-1", "CVE-2026-0001", "1.0", noon.AddDate(0, 0, -9))
	v.list()
	v.put("/.well-known/csaf/provider-metadata.json", strings.ReplaceAll(v.files["/.well-known/csaf/provider-metadata.json"], v.URL, other.URL))
	other.requests()
	pull, _ := pullerOf(t, PullOptions{})
	_, _, err := pull.Pull(t.Context(), v.source(false), State{})
	tells(t, err, "name it under hosts")
	if len(other.requests()) != 0 {
		t.Error("it was followed")
	}
	s := v.source(false)
	s.Hosts = []string{other.host()}
	if got, _, err := pull.Pull(t.Context(), s, State{}); err != nil || len(got) != 1 {
		t.Error(err)
	}
}

// TestPullRealCSAF: CISA's medical advisories as a provider has them, all signed; then one
// of them changes on its way.
func TestPullRealCSAF(t *testing.T) {
	dir := testkit.Data(t, "advisories/cisa-csaf-medical")
	v := newVendor(t, true)
	n := 0
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		l, err := csaf.List(b)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		v.put("/csaf/"+rel, string(b))
		v.put("/csaf/"+rel+".sha256", string(csaf.SHA256File(b, rel)))
		v.put("/csaf/"+rel+".asc", v.sign(string(b)))
		v.docs[rel] = l.Updated
		n++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	v.list()
	pull, _ := pullerOf(t, PullOptions{})
	got, st, err := pull.Pull(t.Context(), v.source(true), State{})
	if err != nil || len(got) != 1 || got[0].Documents != n || got[0].Trust != "verified" || len(st.Refused) != 0 || n != 124 {
		t.Fatalf("%d documents, %v, %+v", n, err, st.Refused)
	}
	rows := len(got[0].Rows)
	imported, err := Import(t.Context(), []string{dir}, ImportOptions{})
	if err != nil || len(imported[0].Rows) != rows {
		t.Errorf("pulled: %d rows, from files: %d", rows, len(imported[0].Rows))
	}
	const one = "2020/icsma-20-254-01.json"
	v.put("/csaf/"+one, strings.Replace(v.files["/csaf/"+one], " ", "  ", 1))
	v.docs[one] = noon
	v.list()
	got, st, err = pull.Pull(t.Context(), v.source(true), st)
	if err != nil || len(got) != 1 || len(got[0].Rows) != 0 || len(st.Refused) != 1 || !strings.Contains(st.Refused[0].File, one) || len(st.Documents) != n {
		t.Errorf("%v, %+v", err, st.Refused)
	}
}
