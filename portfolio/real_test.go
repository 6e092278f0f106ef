package portfolio

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
)

// records are the Go vulnerability database.
func records(t *testing.T) []knowledge.Entry {
	f, err := os.Open(testkit.Data(t, "advisories/golang-vulndb-osv.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	var out []knowledge.Entry
	err = osv.Archive(f, st.Size(), osv.Limits{}, func(_ string, _ []byte, r *advisory.Record) error {
		out = append(out, knowledge.Entry{Record: r})
		return nil
	}, func(name string, err error) { t.Error(name, err) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// learned makes an observation of a bundle, and folds it in.
func learned(t *testing.T, b Base, ix *Index, rows []knowledge.Entry) {
	t.Helper()
	var bundle bytes.Buffer
	if err := knowledge.WriteBundle(&bundle, rows); err != nil {
		t.Fatal(err)
	}
	o := &wardround.Observation{Kind: string(kind.KnowledgeReceived), At: monday, Fields: &kind.KnowledgeReceivedV1{Feed: "go", Kind: "osv"}}
	d, err := b.Learn(o, &bundle)
	if err != nil {
		t.Fatal(err)
	}
	ix.Change(d)
}

// A real inventory of ten thousand modules in three releases, against the real
// records: each vulnerability is one answer of each release, whatever the order in
// which they came; and a record that is withdrawn touches those answers alone.
func TestTheGoDatabaseAgainstTenThousandModules(t *testing.T) {
	t.Parallel()
	rows := records(t)
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "sbom"), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var doc *sbom.Document
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := cyclonedx.Read(bytes.NewReader(b), sbom.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if doc == nil || len(d.Components) > len(doc.Components) {
			doc = d
		}
	}
	b := Base{knowledge.New(knowledge.Options{})}
	ix := New(Options{Knowledge: b})
	ix.At(monday)
	first := release(t, ix, "Before", "1")
	put(t, ix, first, doc)
	learned(t, b, ix, rows)
	second := release(t, ix, "After", "1")
	put(t, ix, second, doc)

	// What the records say of each component, asked one by one.
	expect := map[string]wardround.State{}
	for i := range doc.Components {
		id := identityOf(&doc.Components[i])
		for _, h := range b.Match(&id) {
			if h.State != wardround.Pass {
				expect[h.Vulnerability] = expect[h.Vulnerability].Worse(h.State)
			}
		}
	}
	got := map[wardround.ReleaseID]map[string]wardround.State{first: {}, second: {}}
	for {
		p := ix.Drain()
		if p.Number == 0 {
			break
		}
		for _, e := range p.Exposures {
			got[wardround.ReleaseID(e.Subject.ID)][e.Vulnerability] = e.State
		}
	}
	for id, said := range got {
		if len(said) != len(expect) || len(said) < 1000 {
			t.Errorf("%s: %d answers, want %d", id, len(said), len(expect))
		}
		for v, st := range expect {
			if said[v] != st {
				t.Errorf("%s: %s is %v, want %v", id, v, said[v], st)
			}
		}
	}

	// One record is withdrawn.
	var gone advisory.Record
	for _, r := range rows {
		v := b.Folded(r.Record.ID)
		if x, _ := b.Vulnerability(v); expect[v] == wardround.Fail && len(x.Records) == 1 {
			gone = *r.Record
			break
		}
	}
	v := b.Folded(gone.ID)
	gone.Withdrawn = monday
	learned(t, b, ix, []knowledge.Entry{{Record: &gone}})
	p := ix.Drain()
	if len(p.Exposures) != 2 {
		t.Fatalf("%d answers were touched by the withdrawal of %s", len(p.Exposures), v)
	}
	for _, e := range p.Exposures {
		if e.Vulnerability != v || e.State != wardround.Pass || !strings.Contains(e.Why, "withdrawn") {
			t.Errorf("%+v", e)
		}
	}
}

// Every real inventory is folded, or refused with a reason; none takes anything down.
func TestRealBillsOfMaterialsAreFolded(t *testing.T) {
	t.Parallel()
	b := shelves{}
	ix := New(Options{Knowledge: newShelf()})
	f := NewFold(FoldOptions{Scope: scope, Origin: wardround.Live, Index: ix, Blobs: b, Scan: Reading(sbom.Limits{})})
	seq, taken := uint64(0), 0
	err := filepath.Walk(testkit.Data(t, "cyclonedx/bom-examples/SBOM"), func(name string, st os.FileInfo, err error) error {
		if err != nil || st.IsDir() || !strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, ".xml") {
			return err
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		seq++
		at := monday.Add(time.Duration(seq) * time.Second)
		err = f.Fold(&wardround.Observation{Seq: seq, At: at, Logged: at, Blob: b.put(string(body)),
			Fields: &kind.SBOMReceivedV1{Maker: "m", Product: filepath.Base(filepath.Dir(name)), Version: filepath.Base(name), File: name}})
		if err != nil {
			return err
		}
		f.Assets(nil)
		c := &wardround.Commit{At: at}
		f.Flush(c)
		f.Committed(seq)
		if len(c.Documents) != 1 {
			t.Errorf("%s: %d rows", name, len(c.Documents))
		} else if p := c.Documents[0].Problem; p != "" {
			t.Logf("%s: %s", name, p)
		} else {
			taken++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if taken == 0 || taken < int(seq)*9/10 {
		t.Errorf("%d of %d were taken", taken, seq)
	}
	t.Logf("%d of %d, %d components", taken, seq, ix.Size().Rows)
	// And all of it comes back from a file.
	dir := t.TempDir()
	if err := ix.Save(dir, seq); err != nil {
		t.Fatal(err)
	}
	again, at, err := Load(dir, Options{Knowledge: newShelf()})
	if err != nil || at != seq || again.Size().Rows != ix.Size().Rows {
		t.Errorf("position %d, %d components: %v", at, again.Size().Rows, err)
	}
}
