package portfolio

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
)

// shelves are blobs in memory.
type shelves map[string]string

func (b shelves) put(s string) *wardround.Blob {
	sum := sha256.Sum256([]byte(s))
	d := "sha256:" + hex.EncodeToString(sum[:])
	b[d] = s
	return &wardround.Blob{Digest: d, Size: int64(len(s))}
}

func (b shelves) Open(digest string) (io.ReadCloser, error) {
	s, ok := b[digest]
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, "blob", "there is no %s", digest)
	}
	return io.NopCloser(strings.NewReader(s)), nil
}

// learner reads lines of "id package fixed".
type learner struct{ *shelf }

func (l learner) Learn(_ *wardround.Observation, r io.Reader) (Delta, error) {
	var d Delta
	dec := json.NewDecoder(r)
	for {
		var row [3]string
		if err := dec.Decode(&row); err == io.EOF {
			return d, nil
		} else if err != nil {
			return Delta{}, err
		}
		x := l.put(row[0], row[1], row[2])
		d.Keys, d.Vulnerabilities = append(d.Keys, x.Keys...), append(d.Vulnerabilities, x.Vulnerabilities...)
	}
}

// bench is a fold with everything in memory.
type foldBench struct {
	*Fold
	t     *testing.T
	blobs shelves
	shelf *shelf
	seq   uint64
}

func newFoldBench(t *testing.T) *foldBench {
	s, b := newShelf(), shelves{}
	return &foldBench{t: t, blobs: b, shelf: s, Fold: NewFold(FoldOptions{Scope: wardround.Scope{Org: "o", Site: "s"}, Origin: wardround.Live,
		Index: New(Options{Knowledge: s}), Blobs: b, Scan: Reading(sbom.Limits{}), Learn: learner{s}})}
}

// batch folds one observation as the pipeline does, and returns the portion and
// the rows.
func (f *foldBench) batch(fields any, blob string) (check.Touched, *wardround.Commit) {
	f.t.Helper()
	f.seq++
	o := &wardround.Observation{Seq: f.seq, Sensor: "import", At: monday, Logged: monday, Fields: fields}
	if blob != "" {
		o.Blob = f.blobs.put(blob)
	}
	if err := f.Fold.Fold(o); err != nil {
		f.t.Fatal(err)
	}
	f.Assets(nil)
	t := f.View().Touched()
	c := &wardround.Commit{}
	f.Flush(c)
	f.Committed(f.seq)
	return t, c
}

const oneComponent = `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,
"components":[{"type":"library","bom-ref":"a","name":"x/net","version":"1.0","purl":"pkg:golang/x/net@1.0"}]}`

func TestFoldingObservationsGivesRowsAndAnswers(t *testing.T) {
	f := newFoldBench(t)
	f.batch(&kind.ReleaseSaidV1{Maker: "Acme", Product: "Pump", Version: "1", Models: []string{"P-1"}, UDIDI: "0401"}, "")
	got, c := f.batch(&kind.SBOMReceivedV1{Maker: "acme", Product: "PUMP", Version: "1", File: "pump.cdx.json"}, oneComponent)
	if len(c.Releases) != 1 || c.Releases[0].SBOM != string(c.Documents[0].ID) || c.Releases[0].UDIDI != "0401" || c.Documents[0].Parts != 1 {
		t.Fatalf("rows %+v %+v", c.Releases, c.Documents)
	}
	if len(got.Exposures) != 0 || got.Number == 0 || len(got.Releases) != 1 {
		t.Errorf("touched %+v", got)
	}
	got, _ = f.batch(&kind.KnowledgeReceivedV1{Feed: "osv", Kind: "osv"}, `["CVE-1","pkg:golang/x/net","2"]`)
	if len(got.Exposures) != 1 || got.Exposures[0].State != wardround.Fail {
		t.Fatalf("touched %+v", got)
	}

	// What cannot be read changes nothing of what was known.
	first := f.ix.Release(c.Releases[0].ID).SBOM
	for name, bad := range map[string]string{
		"broken off": oneComponent[:100], "not JSON": "hello", "something else": `{"a":1}`, "empty": " ",
	} {
		got, c = f.batch(&kind.SBOMReceivedV1{Maker: "Acme", Product: "Pump", Version: "1", File: "bad.json"}, bad)
		if len(c.Documents) != 1 || c.Documents[0].Problem == "" {
			t.Errorf("%s: rows %+v", name, c.Documents)
		}
		if len(got.Exposures) != 0 || f.ix.Release(wardround.ReleaseIDOf("o", "Acme", "Pump", "1")).SBOM != first {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, c = f.batch(&kind.KnowledgeReceivedV1{Feed: "osv", Kind: "osv"}, `["CVE-2","pkg:golang/x/net","2"] [`)
	if c.Documents[0].Problem == "" {
		t.Error("half a bundle was taken")
	}

	got, c = f.batch(&kind.SBOMReceivedV1{Maker: "Acme", Product: "Pump", Version: "1", File: "pump.cdx.json"}, strings.ReplaceAll(oneComponent, "1.0", "2.0"))
	if len(got.Exposures) != 1 || got.Exposures[0].State != wardround.Pass {
		t.Errorf("touched %+v", got)
	}
	replaced := 0
	for _, d := range c.Documents {
		if !d.Replaced.IsZero() {
			replaced++
		}
	}
	if len(c.Documents) != 2 || replaced != 1 {
		t.Errorf("rows %+v", c.Documents)
	}
}

func TestReadingTellsFormatsApart(t *testing.T) {
	for name, text := range map[string]string{
		"CycloneDX": oneComponent,
		"SPDX":      "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: x\nDocumentNamespace: https://example.org/x\nCreator: Tool: x\nCreated: 2026-01-01T00:00:00Z\n\nPackageName: x\nSPDXID: SPDXRef-x\nPackageVersion: 1\nPackageDownloadLocation: NOASSERTION\n",
	} {
		b := shelves{}
		blob := b.put(text)
		d, err := Reading(sbom.Limits{})(func() (io.ReadCloser, error) { return b.Open(blob.Digest) }, *blob, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d.Format != name || len(d.Components) != 1 {
			t.Errorf("%s: %s with %d components", name, d.Format, len(d.Components))
		}
	}
}

func TestTimeAloneEndsAClaim(t *testing.T) {
	ends := &check.Claim{Status: "not_affected", Author: "Acme", Expires: monday.Add(time.Hour)}
	s := newShelf()
	f := NewFold(FoldOptions{Scope: wardround.Scope{Org: "o", Site: "s"}, Origin: wardround.Live, Index: New(Options{Knowledge: s, Claims: statements{"ref-0": ends}})})
	ix := f.Index()
	ix.At(monday)
	id := release(t, ix, "Pump", "1")
	put(t, ix, id, bom("a", "x/net 1.0"))
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	want(t, "claimed", drained(t, ix), "Acme Pump 1 CVE-1 fail")
	batch := func(at time.Time) int {
		f.Assets(nil)
		n := len(f.View().Touched().Exposures)
		f.Flush(&wardround.Commit{At: at})
		f.Committed(1)
		return n
	}
	for i, want := range []int{0, 0, 1, 0} {
		if got := batch(monday.Add(time.Duration(i+1) * 40 * time.Minute)); got != want {
			t.Errorf("batch %d: %d answers, want %d", i, got, want)
		}
	}
}
