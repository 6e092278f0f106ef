package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/vex"
)

// shelf is a portfolio in memory: real index, real knowledge, real statements.
type shelf struct {
	mu     sync.Mutex
	blobs  map[string][]byte
	base   *knowledge.Base
	claims *vex.Set
	fold   *portfolio.Fold
}

func (s *shelf) content(digest string) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobs[digest]
	if !ok {
		return nil, os.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (s *shelf) keep(b []byte) wardround.Blob {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256(b)
	d := "sha256:" + hex.EncodeToString(sum[:])
	s.blobs[d] = b
	return wardround.Blob{Digest: d, Size: int64(len(b))}
}

func (s *shelf) open(t *testing.T, w *ward) *portfolio.Fold {
	s.blobs, s.base, s.claims = map[string][]byte{}, knowledge.New(knowledge.Options{}), vex.New(vex.Options{})
	base := portfolio.Base{Base: s.base}
	var err error
	s.fold, _, err = portfolio.OpenFold(t.Context(), portfolio.FoldOptions{
		Scope: site, Origin: wardround.Simulated, Blobs: portfolio.Opener(s.content), Scan: portfolio.Reading(sbom.Limits{}), Learn: base, State: s.claims,
	}, portfolio.Options{Knowledge: base, Claims: s.claims}, 0, w.st)
	if err != nil {
		t.Fatal(err)
	}
	return s.fold
}

// offer is what the server tells of it; what is uploaded goes the way of the program.
func (s *shelf) offer(w *ward) *Portfolio {
	return &Portfolio{Index: s.fold.Index(), Knowledge: s.base, Claims: s.claims, Open: s.content,
		Receive: func(ctx context.Context, in Incoming, r io.Reader) (wardround.Blob, error) {
			b, err := io.ReadAll(r)
			if err != nil {
				return wardround.Blob{}, err
			}
			var fields any = &kind.SBOMReceivedV1{Maker: in.Maker, Product: in.Product, Version: in.Version, File: in.Name, By: kind.PersonalText(in.By)}
			if in.Kind == wardround.DocumentVEX {
				fields = &kind.VEXReceivedV1{File: in.Name, Format: "OpenVEX", By: kind.PersonalText(in.By)}
			}
			return w.bring(ctx, s, b, fields)
		}}
}

// bring puts a document into the log, and waits until nothing waits to be judged.
func (w *ward) bring(ctx context.Context, s *shelf, content []byte, fields any) (wardround.Blob, error) {
	blob := s.keep(content)
	w.judging.Lock()
	w.position++
	o := &wardround.Observation{Kind: string(kind.Of(fields).Name), Version: 1, Sensor: "people", Input: "commands", Position: w.position, At: w.pipe.Now(),
		Origin: wardround.Simulated, Fields: fields, Blob: &blob}
	err := w.feed.Batch(ctx, []*wardround.Observation{o})
	for i := 0; err == nil && s.fold.Index().Waiting() > 0 && i < 100; i++ {
		w.position++
		err = w.feed.Batch(ctx, []*wardround.Observation{{Kind: string(kind.OperatorActed), Version: 1, Sensor: "people", Input: "commands", Position: w.position,
			At: w.pipe.Now().Add(time.Second), Origin: wardround.Simulated, Fields: &kind.OperatorActedV1{Act: "looked", By: "test"}}})
	}
	w.judging.Unlock()
	return blob, err
}

// Names that must not be heard while they are a secret.
const (
	secretID    = "CVE-2026-4242"
	secretAlias = "GHSA-zzzz-yyyy-xxxx"
	secretTitle = "Overflow in the quantum teapot decoder"
)

const pumpSBOM = `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:11111111-2222-4333-8444-555555555555","version":1,
"metadata":{"component":{"type":"device","bom-ref":"pump","name":"Infusor","version":"4.2"}},
"components":[{"type":"container","bom-ref":"image","name":"image","version":"1","components":[
{"type":"library","bom-ref":"net","name":"golang.org/x/net","version":"v0.10.0","purl":"pkg:golang/golang.org/x/net@v0.10.0"},
{"type":"library","bom-ref":"tea","name":"example.org/teapot","version":"v1.0.0","purl":"pkg:golang/example.org/teapot@v1.0.0"}]},
{"type":"library","bom-ref":"nameless","name":"blob"}]}`

func record(id, alias, title, name, fixed string) knowledge.Entry {
	return knowledge.Entry{Record: &advisory.Record{ID: id, Aliases: []string{alias}, Source: "osv", Title: title, Published: noon.Add(-48 * time.Hour), Modified: noon,
		Affected:   []advisory.Affected{{Package: &advisory.Package{Ecosystem: "Go", Name: name}, Status: "affected", Ranges: []advisory.Range{{Kind: "semver", Events: []advisory.Event{{Introduced: "0"}, {Fixed: fixed}}}}}},
		Severities: []advisory.Severity{{System: "CVSS:3.1", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},
		References: []advisory.Reference{{Kind: "web", URL: "https://example.org/" + id}}}}
}

// stocked is a ward with a release, its bill of materials and two vulnerabilities.
func stocked(t *testing.T) (*ward, *shelf, *visitor, string) {
	t.Helper()
	s := &shelf{}
	w := newWardWith(t, s)
	w.position++
	if err := w.judge(t.Context(), &wardround.Observation{Kind: string(kind.OperatorActed), Version: 1, Sensor: "people", Input: "commands", Position: w.position, At: noon, Logged: noon,
		Origin: wardround.Simulated, Fields: &kind.OperatorActedV1{Act: "began", By: "test"}}); err != nil {
		t.Fatal(err)
	}
	v := w.person(account.Grant{Role: account.Security, Site: "*", Product: "*"})
	var r ReleaseDetail
	v.read(v.want(201, v.send("POST", "/api/v1/releases", map[string]any{"maker": "Acme", "product": "Infusor", "version": "4.2", "support_ends": "2027-01-01T00:00:00Z"})), &r)
	id := string(r.ID)
	rq := v.request("POST", "/api/v1/releases/"+id+"/sbom?name=infusor.cdx.json", strings.NewReader(pumpSBOM))
	rq.Header.Set("Content-Type", "application/json")
	v.want(201, v.do(rq))
	var bundle bytes.Buffer
	if err := knowledge.WriteBundle(&bundle, []knowledge.Entry{record("CVE-2023-1111", "GHSA-aaaa-bbbb-cccc", "A known hole in x/net", "golang.org/x/net", "0.17.0"),
		record(secretID, secretAlias, secretTitle, "example.org/teapot", "1.1.0")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.bring(t.Context(), s, bundle.Bytes(), &kind.KnowledgeReceivedV1{Feed: "go", Kind: "osv", Records: 2, Newest: noon}); err != nil {
		t.Fatal(err)
	}
	return w, s, v, id
}

// TestFromSBOMToAnswer: who uploads a bill of materials finds it on the release's
// page, its components and what is said of them, the vulnerability's page, and the
// answer to "what is affected".
func TestFromSBOMToAnswer(t *testing.T) {
	_, _, v, id := stocked(t)
	var r ReleaseDetail
	v.read(v.get("/api/v1/releases/"+id), &r)
	if !r.HasSBOM || r.Components != 5 || r.Exposures.Affected != 2 || r.Worst < wardround.High || len(r.Documents) != 1 || r.Documents[0].Name != "infusor.cdx.json" ||
		len(r.May) != 2 || len(r.Stages) == 0 {
		t.Errorf("the release: %+v, %+v, documents %d, may %v", r.ReleaseRow, r.Exposures, len(r.Documents), r.May)
	}
	var tree Page[Component]
	v.read(v.get("/api/v1/releases/"+id+"/components"), &tree)
	row := -1
	for _, c := range tree.Items {
		if c.Name == "image" {
			row = c.Row
			if c.Rolled.Affected != 2 {
				t.Errorf("rolled up: %+v", c)
			}
		}
	}
	v.read(v.get(fmt.Sprintf("/api/v1/releases/%s/components?parent=%d", id, row)), &tree)
	if tree.Total == 0 {
		t.Error("nothing is below the image")
	}
	v.read(v.get("/api/v1/releases/"+id+"/components?q=x/net"), &tree)
	if len(tree.Items) != 1 || tree.Items[0].Exposed.Affected != 1 || !strings.Contains(tree.Items[0].Path, "image") {
		t.Errorf("a search: %+v", tree.Items)
	}
	var exposures Page[struct {
		Vulnerability string
		State         wardround.State
		Finding       string
		Priority      Priority
	}]
	v.read(v.get("/api/v1/releases/"+id+"/exposures"), &exposures)
	if len(exposures.Items) != 2 || exposures.Items[0].State != wardround.Fail || exposures.Items[0].Priority.Why == "" || exposures.Items[0].Finding == "" {
		t.Errorf("exposures: %+v", exposures.Items)
	}
	var all Page[Vulnerability]
	v.read(v.get("/api/v1/vulnerabilities?state=affected&q=x/net"), &all)
	if len(all.Items) != 1 || all.Items[0].ID != "CVE-2023-1111" || all.Items[0].Releases != 1 || all.Items[0].Priority.Decision == "" || strings.Contains(all.Items[0].Priority.Why, "no fixed version") {
		t.Fatalf("vulnerabilities: %+v", all.Items)
	}
	var one VulnerabilityDetail
	v.read(v.get("/api/v1/vulnerabilities/GHSA-aaaa-bbbb-cccc"), &one)
	if one.ID != "CVE-2023-1111" || one.Touches.Affected.Subjects != 1 || len(one.Records) != 1 || len(one.Findings) != 1 || len(one.Ratings) != 1 {
		t.Errorf("the vulnerability: %+v", one)
	}
	var page AdvisoryPage
	v.read(v.get("/api/v1/advisories/CVE-2023-1111"), &page)
	if len(page.Records) != 1 || len(page.Records[0].Affected) != 1 || page.Records[0].Affected[0].Name != "Go golang.org/x/net" || page.Records[0].Affected[0].Versions[0] != "< 0.17.0" {
		t.Errorf("the advisory: %+v", page)
	}
	for q, want := range map[string]int{"CVE-2023-1111": 1, "golang.org/x/net <0.17": 1, "golang.org/x/net >=0.17": 0, "CVE-1999-0001": 0} {
		var a portfolio.Result
		v.read(v.get("/api/v1/portfolio/affected?q="+url.QueryEscape(q)), &a)
		if a.Affected.Subjects != want || a.Share.WithSBOM != 1 || a.Affected.Subjects+a.NotAffected.Subjects+a.CannotTell.Subjects < 1 {
			t.Errorf("%s: %+v", q, a)
		}
	}
	var news News
	v.read(v.get("/api/v1/portfolio/news?since=2000-01-01T00:00:00Z"), &news)
	var metrics Metrics
	v.read(v.get("/api/v1/portfolio/metrics"), &metrics)
	var support Support
	v.read(v.get("/api/v1/portfolio/support?months=240"), &support)
	if len(news.Items) != 2 || metrics.Open != 2 || len(metrics.Feeds) != 1 || len(support.Ending) != 1 {
		t.Errorf("news %d, open %d, feeds %d, ending %d", len(news.Items), metrics.Open, len(metrics.Feeds), len(support.Ending))
	}
	if got := v.want(200, v.get("/api/v1/documents/"+string(r.Documents[0].ID)+"/content")).Body.String(); got != pumpSBOM {
		t.Errorf("the document came back with %d bytes", len(got))
	}
	if csv := v.want(200, v.get("/api/v1/releases?format=csv&fields=name,components")).Body.String(); !strings.Contains(csv, "Acme Infusor 4.2") {
		t.Errorf("as CSV: %s", csv)
	}
}

// TestUploadsAreRefused: with the reason, and what was known stays.
func TestUploadsAreRefused(t *testing.T) {
	_, _, v, id := stocked(t)
	for body, says := range map[string]string{"\x1f\x8b\x08 packed": "compressed", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":`: "cannot be read", "nothing of the kind": "cannot be read"} {
		rq := v.request("POST", "/api/v1/releases/"+id+"/sbom", strings.NewReader(body))
		rq.Header.Set("Content-Type", "application/octet-stream")
		if p := v.refused(422, "invalid", v.do(rq)); !strings.Contains(p.Detail, says) {
			t.Errorf("%q: %s", body, p.Detail)
		}
	}
	var r ReleaseDetail
	v.read(v.get("/api/v1/releases/"+id), &r)
	if !r.HasSBOM || r.Exposures.Affected != 2 {
		t.Errorf("after refusals: %+v", r.ReleaseRow)
	}
}

// TestALineSeesItsReleases: who looks after another product line sees nothing.
func TestALineSeesItsReleases(t *testing.T) {
	w, _, _, id := stocked(t)
	own := w.person(account.Grant{Role: account.ProductSecurity, Site: "*", Product: "Infusor"})
	other := w.person(account.Grant{Role: account.ProductSecurity, Site: "*", Product: "Ventilator"})
	for _, tc := range []struct {
		v *visitor
		n int
	}{{own, 1}, {other, 0}} {
		for _, path := range []string{"releases", "documents?kind=sbom", "vulnerabilities?q=x/net"} {
			var p Page[map[string]any]
			tc.v.read(tc.v.get("/api/v1/"+path), &p)
			if p.Total != tc.n {
				t.Errorf("%s: %d rows, want %d", path, p.Total, tc.n)
			}
		}
		var a portfolio.Result
		tc.v.read(tc.v.get("/api/v1/portfolio/affected?q=CVE-2023-1111"), &a)
		var m Metrics
		tc.v.read(tc.v.get("/api/v1/portfolio/metrics"), &m)
		if a.Affected.Subjects != tc.n || a.Share.Releases != tc.n || m.Open != 2*tc.n || m.Share.Releases != tc.n {
			t.Errorf("affected %+v, metrics %+v", a.Affected, m)
		}
	}
	other.refused(404, "not_found", other.get("/api/v1/releases/"+id))
	other.refused(404, "not_found", other.get("/api/v1/releases/"+id+"/components"))
}
