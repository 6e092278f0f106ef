package knowledge_test

import (
	"archive/zip"
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/product"
)

// cisaEntries are CISA's advisories whose path has a part in it.
func cisaEntries(t testing.TB, part string) []knowledge.Entry {
	t.Helper()
	z, err := zip.OpenReader(testkit.Data(t, "advisories/cisa-csaf.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out []knowledge.Entry
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") || !strings.Contains(f.Name, part) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
		if err != nil {
			t.Fatal(f.Name, err)
		}
		recs := d.Records(csaf.RecordOptions{})
		for i := range recs {
			out = append(out, knowledge.Entry{Record: &recs[i]})
		}
	}
	return out
}

// labelledThings are the devices of package product's labelled sheets.
func labelledThings(t testing.TB) []knowledge.Thing {
	t.Helper()
	var out []knowledge.Thing
	for _, name := range []string{"triples.tsv", "tuning.tsv"} {
		f, err := os.Open(filepath.Join(testkit.Root(t), "product", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for sc := bufio.NewScanner(f); sc.Scan(); {
			c := strings.Split(sc.Text(), "\t")
			if len(c) < 8 || c[6] != "" || c[7] != "" || c[3] == "" && c[4] == "" {
				continue
			}
			th := knowledge.Thing{Maker: c[2], Product: c[4], Models: []string{c[3]}, Version: c[5]}
			if c[3] == "" {
				th.Models = nil
			}
			out = append(out, th)
		}
	}
	return out
}

type verdict struct {
	State    wardround.State
	Proposal bool
}

// Devices without package URL or CPE against all of CISA's advisories: the Base
// says what package product's own index does, from memory and from the file.
func TestByNameSameAsProduct(t *testing.T) {
	rows := cisaEntries(t, "icsma-")
	index := product.NewIndex()
	for _, e := range rows {
		index.Add(*e.Record)
	}
	states := map[product.Status]wardround.State{product.Affected: wardround.Fail, product.NotAffected: wardround.Pass, product.CannotTell: wardround.Unknown}
	b := knowledge.New(knowledge.Options{Products: product.Matcher()})
	d := b.Put(knowledge.Feed{Name: "cisa", Kind: "csaf"}, rows)
	things := labelledThings(t)
	check := func(where string) {
		asserted := 0
		for i := range things {
			th := &things[i]
			dev := product.Device{Maker: th.Maker, Model: th.Product, Software: th.Version}
			if len(th.Models) > 0 {
				dev.Model, dev.Product = th.Models[0], th.Product
			}
			ms, _ := index.Match(dev)
			byRecord := map[knowledge.Ref][]product.Match{}
			for _, m := range ms {
				ref := knowledge.Ref{Feed: "cisa", Document: m.Ref.Document, ID: m.Ref.Record}
				byRecord[ref] = append(byRecord[ref], m)
			}
			want := map[knowledge.Ref]verdict{}
			for ref, ms := range byRecord {
				m, _ := product.Fold(ms)
				want[ref] = verdict{states[m.Status], !m.Asserted()}
			}
			id := knowledge.Identity{Thing: th}
			got := map[knowledge.Ref]verdict{}
			err := b.Match(&id, func(h *knowledge.Hit) {
				got[h.Record] = verdict{h.State, h.Proposal()}
				if len(h.Others) > 0 {
					for _, o := range h.Others {
						got[o.Record] = verdict{o.State, want[o.Record].Proposal}
					}
				}
				if h.Why() == "" {
					t.Errorf("%+v, %s: no reason", th, h.Vulnerability)
				}
				if h.State == wardround.Fail && !h.Proposal() {
					asserted++
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: %+v (-product +Base):\n%s", where, th, diff)
			}
			if len(got) > 0 && !shares(d.Products, b.Keys(&id)) {
				t.Fatalf("%s: the delta names no key of %+v", where, th)
			}
		}
		if asserted < 100 {
			t.Errorf("%s: only %d things are affected", where, asserted)
		}
	}
	check("memory")
	if err := b.Save(t.TempDir(), 1); err != nil {
		t.Fatal(err)
	}
	check("file")
	if !b.Knows("product") {
		t.Error("it does not say that it knows products")
	}
}

func shares(a, b []knowledge.Key) bool {
	in := map[knowledge.Key]bool{}
	for _, k := range a {
		in[k] = true
	}
	for _, k := range b {
		if in[k] {
			return true
		}
	}
	return false
}

// All of CISA's advisories go in, into a file and out again, in bounded time.
func TestCISA(t *testing.T) {
	if testing.Short() {
		t.Skip("reads two thousand documents")
	}
	start := time.Now()
	lap := func(what string) { t.Logf("%s: %v", what, time.Since(start)); start = time.Now() }
	rows := cisaEntries(t, "/")
	lap("read")
	b := knowledge.New(knowledge.Options{Products: product.Matcher()})
	d := b.Put(knowledge.Feed{Name: "cisa", Kind: "csaf"}, rows)
	lap("put")
	dir := t.TempDir()
	if err := b.Save(dir, 1); err != nil {
		t.Fatal(err)
	}
	lap("save")
	info, _ := os.Stat(filepath.Join(dir, knowledge.FileName))
	t.Logf("%d records, %d words, %d vulnerabilities, %d bytes", d.New, len(d.Products), len(d.Vulnerabilities), info.Size())
	o, _, err := knowledge.Open(dir, knowledge.Options{Products: product.Matcher()})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	lap("open")
	n := 0
	things := labelledThings(t)
	for i := range things {
		if err := o.Match(&knowledge.Identity{Thing: &things[i]}, func(*knowledge.Hit) { n++ }); err != nil {
			t.Fatal(err)
		}
	}
	lap("match")
	t.Logf("%d things, %d hits", len(things), n)
	if n == 0 || d.New < 7000 {
		t.Error("too little came out")
	}
	if d := o.Put(knowledge.Feed{Name: "cisa", Kind: "csaf"}, rows); !d.Empty() {
		t.Errorf("the same again changed %d, %d words", d.Changed, len(d.Products))
	}
	lap("put the same")
}
