package api

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/ledger"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func hash(t *testing.T, s string) (h tlog.Hash) {
	t.Helper()
	copy(h[:], unhex(t, s))
	return h
}

// An auditor computes what the server says: leaf, path, root; and tlog agrees.
func TestEveryStepCanBeComputed(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Auditor)
	if _, err := ledger.MakeCheckpoint(t.Context(), w.st, site, []*ledger.Key{w.key}, noon); err != nil {
		t.Fatal(err)
	}
	signed := w.st.Leaves()
	eng := w.role(account.ClinicalEngineering)
	eng.want(200, eng.decide(eng.one(onePerson).ID, map[string]any{"state": "acknowledged"})) // after the checkpoint
	var l Ledger
	v.read(v.get("/api/v1/evidence"), &l)
	if l.Size != int64(w.st.Leaves()) || l.Checkpoint == nil || l.Checkpoint.Size != int64(signed) || len(l.Keys) != 1 || l.Keys[0].Verifier != w.key.Public().String() {
		t.Fatalf("%+v", l)
	}
	sum := int64(0)
	for _, n := range l.ByKind {
		sum += n
	}
	if sum != l.Size || l.ByKind["action"] != 1 || len(l.Growth) == 0 || l.Growth[len(l.Growth)-1].Size != l.Size {
		t.Errorf("by kind %v, growth %v of %d", l.ByKind, l.Growth, l.Size)
	}
	for _, i := range []uint64{0, 1, 2, signed / 2, signed - 1, signed} {
		var e Entry
		var p Proof
		v.read(v.get(fmt.Sprint("/api/v1/evidence/entries/", i)), &e)
		v.read(v.get(fmt.Sprint("/api/v1/evidence/entries/", i, "/proof")), &p)
		leaf := sha256.Sum256(append(unhex(t, e.Salt), e.Canonical...))
		if hex.EncodeToString(leaf[:]) != e.Leaf || e.Leaf != p.Leaf {
			t.Errorf("entry %d: its leaf does not compute", i)
		}
		node := tlog.RecordHash(leaf[:])
		var way tlog.RecordProof
		for _, s := range p.Steps {
			sibling := hash(t, s.Hash)
			if way = append(way, sibling); s.Side == "left" {
				node = tlog.NodeHash(sibling, node)
			} else {
				node = tlog.NodeHash(node, sibling)
			}
			if node != hash(t, s.Node) {
				t.Errorf("entry %d: a step does not compute", i)
			}
		}
		root := hash(t, p.Root)
		if node != root || tlog.CheckRecord(way, p.Size, root, p.Index, tlog.RecordHash(leaf[:])) != nil {
			t.Errorf("entry %d does not lead to the root", i)
		}
		if after := i >= signed; (p.Checkpoint == "") != after {
			t.Errorf("entry %d of %d signed ones has the checkpoint %q", i, signed, p.Checkpoint)
		} else if !after {
			if c, err := ledger.ParseCheckpoint([]byte(p.Checkpoint)); err != nil || c.Size != p.Size || c.Root != root {
				t.Errorf("entry %d: its root is not the signed one: %v", i, err)
			}
		}
	}
	v.refused(404, "not_found", v.get(fmt.Sprint("/api/v1/evidence/entries/", l.Size)))
	v.refused(404, "not_found", v.get(fmt.Sprint("/api/v1/evidence/entries/", l.Size, "/proof")))
	v.refused(404, "not_found", v.get("/api/v1/evidence/entries/18446744073709551615"))
	v.refused(422, "invalid", v.get("/api/v1/evidence/entries/-1"))
}

// All entries can be walked, newest first, each once; and those of a kind or period.
func TestWalkingTheLedger(t *testing.T) {
	w := busyWard(t)
	eng := w.role(account.ClinicalEngineering)
	for i := range 7 {
		eng.want(200, eng.decide(eng.one(onePerson).ID, map[string]any{"state": []string{"acknowledged", "reopened"}[i%2], "reason": "x"}))
	}
	walk := func(query string) (out []Entry) {
		cursor := ""
		for {
			var p Page[Entry]
			eng.read(eng.get("/api/v1/evidence/entries?limit=100&"+query+"&cursor="+cursor), &p)
			if out = append(out, p.Items...); p.Next == "" {
				if len(out) != p.Total {
					t.Errorf("%s: %d of %d", query, len(out), p.Total)
				}
				return out
			}
			cursor = p.Next
		}
	}
	all := walk("")
	for i, e := range all {
		if e.Index != uint64(len(all)-1-i) || e.Canonical != "" || e.Salt != "" {
			t.Fatalf("at %d: %+v", i, e)
		}
	}
	if uint64(len(all)) != w.st.Leaves() {
		t.Errorf("%d of %d", len(all), w.st.Leaves())
	}
	if acts := walk("kind=action"); len(acts) != 7 {
		t.Errorf("%d acts", len(acts))
	}
	if none := walk("kind=none"); len(none) != 0 {
		t.Errorf("%d of no kind", len(none))
	}
	from, to := all[len(all)/2].At, all[len(all)/4].At
	part := walk("from=" + from.Format(time.RFC3339Nano) + "&to=" + to.Format(time.RFC3339Nano))
	if len(part) == 0 || len(part) >= len(all) || part[0].At.After(to) || part[len(part)-1].At.Before(from) {
		t.Errorf("%d entries from %v to %v", len(part), from, to)
	}
	// What people said is not for everybody, that they did is.
	viewer := w.role(account.Viewer)
	act := walk("kind=action")[0].Index
	var e Entry
	viewer.read(viewer.get(fmt.Sprint("/api/v1/evidence/entries/", act)), &e)
	if e.Payload != nil || e.Canonical != "" || e.Salt != "" || e.Leaf == "" || !strings.HasPrefix(e.Reason, "finding ") {
		t.Errorf("a viewer reads %+v", e)
	}
	if err := w.st.Erase(t.Context(), site, []uint64{act}, "dp", "asked for by Mrs Smith", noon); err != nil {
		t.Fatal(err)
	}
	eng.read(eng.get(fmt.Sprint("/api/v1/evidence/entries/", act)), &e)
	if !e.Erased {
		t.Errorf("erased: %+v", e)
	}
	var p Proof
	eng.read(eng.get(fmt.Sprint("/api/v1/evidence/entries/", act, "/proof")), &p)
	if p.Leaf != e.Leaf {
		t.Error("an erased entry is not proven")
	}
	if got := viewer.get("/api/v1/evidence/entries").Body.String(); strings.Contains(got, "Smith") {
		t.Error("why something was erased is shown to a viewer")
	}
}

func verify(v *visitor, body []byte, header ...string) *httptest.ResponseRecorder {
	r := v.request(POST, "/api/v1/evidence/verify", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/zip")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return v.do(r)
}

// A bundle that was exported verifies against the key from elsewhere, by itself only
// with itself, and not when one bit of it is another.
func TestABundleGoesOutAndComesBack(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	w := busyWard(t)
	eng := w.role(account.ClinicalEngineering)
	rsp := eng.want(200, eng.send(POST, "/api/v1/evidence/export", map[string]any{}))
	if h := rsp.Header(); h.Get("Content-Type") != "application/zip" || !strings.HasPrefix(h.Get("Content-Disposition"), `attachment; filename="evidence-st-anna-`) {
		t.Errorf("%v", h)
	}
	bundle := rsp.Body.Bytes()
	var r Verification
	eng.read(verify(eng, bundle, "X-Verifier-Key", w.key.Public().String()), &r)
	if r.Result != ledger.Verified || r.Entries != uint64(r.Total) || r.Entries != w.st.Leaves() || len(r.Problems) != 0 || r.SignedBy != w.key.Public().Fingerprint() || r.At == nil {
		t.Errorf("%+v", r)
	}
	eng.read(verify(eng, bundle, "X-Verifier-Key", w.key.Public().Fingerprint()), &r)
	if r.Result != ledger.Verified {
		t.Errorf("by fingerprint: %+v", r)
	}
	eng.read(verify(eng, bundle), &r)
	if r.Result != ledger.SelfConsistent {
		t.Errorf("without a key: %+v", r)
	}
	other, err := ledger.DrawKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	eng.read(verify(eng, bundle, "X-Verifier-Key", other.Public().String()), &r)
	if r.Result != ledger.Failed || len(r.Problems) == 0 {
		t.Errorf("against another key: %+v", r)
	}
	forged := rezip(t, bundle, "entries.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("fail"), []byte("pass"), 1) })
	eng.read(verify(eng, forged, "X-Verifier-Key", w.key.Public().String()), &r)
	if r.Result != ledger.Failed || !strings.Contains(fmt.Sprint(r.Problems), "altered") {
		t.Errorf("forged: %+v", r)
	}
	n := exports(w)
	if n != 1 {
		t.Errorf("the export is %d times on the record", n)
	}
	eng.refused(422, "invalid", verify(eng, bundle, "X-Verifier-Key", "hello"))
	eng.refused(422, "invalid", eng.send(POST, "/api/v1/evidence/export", map[string]any{"from": noon, "to": noon}))
	w.role(account.Viewer).want(200, verify(w.role(account.Viewer), bundle)) // whoever is given one may verify it
	w.role(account.Viewer).refused(403, "forbidden", w.role(account.Viewer).send(POST, "/api/v1/evidence/export", map[string]any{}))
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left in the temporary folder: %v %v", left, err)
	}
}

// exports counts the exports in the ledger.
func exports(w *ward) (n int) {
	for e, err := range w.st.Evidence(w.t.Context(), site, 0, 0) {
		if err == nil && strings.Contains(string(e.Payload), "evidence export") {
			n++
		}
	}
	return n
}

// rezip changes one file of a zip file.
func rezip(t *testing.T, b []byte, name string, change func([]byte) []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		data := content.Bytes()
		if f.Name == name {
			data = change(data)
		}
		wr, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := wr.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What would fill a memory or a disk is refused, quickly, and leaves nothing behind.
func TestUploadsThatAreNoBundles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	w := newWard(t)
	v := w.role(account.Viewer)
	bomb := func(files ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i, f := range append([]string{"manifest.json", "bundle.txt", "entries.jsonl"}, files...) {
			wr, err := z.Create(f)
			if err != nil {
				t.Fatal(err)
			}
			if i >= 3 {
				if _, err := wr.Write(make([]byte, 32<<20)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, body := range map[string][]byte{
		"no zip": []byte("hello"), "a bomb": bomb("tile/8/0/000"), "a way out": bomb("../../../tmp/x"), "nothing": {}, "half of one": bomb("x")[:4000],
	} {
		start := time.Now()
		p := v.refused(422, "invalid", verify(v, body))
		if !strings.Contains(p.Detail, "no evidence bundle") || time.Since(start) > 2*time.Second {
			t.Errorf("%s: %s after %v", name, p.Detail, time.Since(start))
		}
	}
	r := v.request(POST, "/api/v1/evidence/verify", strings.NewReader("x"))
	r.Header.Set("Content-Type", "application/zip")
	r.ContentLength = maxBundle + 1
	v.refused(413, "too_large", v.do(r))
	r = v.request(POST, "/api/v1/evidence/verify", strings.NewReader("{}"))
	v.refused(415, "invalid", v.do(r))
	w.server.verifying <- struct{}{}
	w.server.verifying <- struct{}{}
	if rsp := verify(v, bomb()); rsp.Code != 503 || rsp.Header().Get("Retry-After") == "" {
		t.Errorf("a third at a time: %d", rsp.Code)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left in the temporary folder: %v %v", left, err)
	}
}
