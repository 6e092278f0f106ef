package portfolio

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
)

// site is a pipeline with a portfolio, on a store that outlives it.
type site struct {
	t     *testing.T
	store *memstore.Store
	blobs shelves
	dir   string
	fold  *Fold
	pipe  *pipeline.Pipeline
	seq   uint64
	// shelf is knowledge that outlives the fold as well, as it stood at learned; nil:
	// it begins empty.
	shelf   *shelf
	learned uint64
}

var scope = wardround.Scope{Org: "o", Site: "s"}

// open opens the fold and the pipeline anew, with knowledge that is empty.
func (s *site) open() (warning error) {
	s.t.Helper()
	sh := newShelf()
	if s.shelf != nil {
		sh = s.shelf
	}
	var err error
	s.fold, warning, err = OpenFold(context.Background(), FoldOptions{Scope: scope, Origin: wardround.Live, Blobs: s.blobs,
		Scan: Reading(sbom.Limits{}), Learn: learner{sh}, Dir: s.dir}, Options{Knowledge: sh}, s.learned, s.store)
	if err != nil {
		s.t.Fatal(err)
	}
	known := &check.Check{ID: CheckKnown, Version: 1, Title: "known", Severity: wardround.Medium, Watch: []kind.Name{kind.SBOMReceived}, Portfolio: true,
		Run: func(_ context.Context, p *check.Pass) error {
			for _, e := range p.Portfolio().Touched().Exposures {
				if e.State == wardround.Fail {
					p.Fail(e.Subject, e.Vulnerability, nil)
				}
				if e.State == wardround.Pass {
					p.Pass(e.Subject, e.Vulnerability, nil)
				}
			}
			return nil
		}}
	s.pipe, err = pipeline.Open(context.Background(), pipeline.Options{Scope: scope, Origin: wardround.Live, Store: s.store, Checks: []*check.Check{known}, Portfolio: s.fold})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { s.pipe.Close() })
	return warning
}

func (s *site) judge(name kind.Name, fields any, blob string) {
	s.t.Helper()
	s.seq++
	at := monday.Add(time.Duration(s.seq) * time.Hour)
	o := &wardround.Observation{Seq: s.seq, Kind: string(name), Version: 1, Sensor: "import", Input: "i", Position: s.seq, At: at, Logged: at, Origin: wardround.Live, Fields: fields}
	if blob != "" {
		o.Blob = s.blobs.put(blob)
	}
	if err := s.pipe.Judge(context.Background(), []*wardround.Observation{o}); err != nil {
		s.t.Fatal(err)
	}
}

func TestAfterARestartTheAnswersAreTheSame(t *testing.T) {
	s := &site{t: t, store: memstore.New(memstore.Options{}), blobs: shelves{}, dir: filepath.Join(t.TempDir(), "portfolio")}
	s.open()
	s.judge(kind.ReleaseSaid, &kind.ReleaseSaidV1{Maker: "Acme", Product: "Pump", Version: "1", Models: []string{"P-1"}}, "")
	s.judge(kind.SBOMReceived, &kind.SBOMReceivedV1{Maker: "Acme", Product: "Pump", Version: "1", File: "a.json"}, oneComponent)
	s.judge(kind.KnowledgeReceived, &kind.KnowledgeReceivedV1{Feed: "osv", Kind: "osv"}, `["CVE-1","pkg:golang/x/net","2"]`)
	if err := s.fold.Compact(context.Background()); err != nil {
		t.Fatal(err)
	}
	if committed, saved := s.fold.Position(); saved != committed || saved != 3 {
		t.Fatalf("saved %d of %d", saved, committed)
	}
	s.judge(kind.SBOMReceived, &kind.SBOMReceivedV1{Maker: "Acme", Product: "Pump", Version: "2", File: "b.json"}, strings.ReplaceAll(oneComponent, "1.0", "1.5"))
	s.judge(kind.KnowledgeReceived, &kind.KnowledgeReceivedV1{Feed: "osv", Kind: "osv"}, `["CVE-2","pkg:golang/x/net","1.2"]`)
	s.judge(kind.SBOMReceived, &kind.SBOMReceivedV1{Maker: "Acme", Product: "Pump", Version: "3", File: "c.json"}, "nothing that can be read")
	id := wardround.ReleaseIDOf("o", "Acme", "Pump", "2")
	s.judge(kind.InventorySaid, &kind.InventorySaidV1{Act: "set", Match: []kind.SaidID{{Type: "serial", Value: "SN-12345"}}, Set: map[string]string{"release": string(id)}, By: "x"}, "")
	whole, files := s.fold.opt.Learn.(learner).shelf, s.dir
	before := everything(s.fold.ix)
	news, _, err := s.fold.ix.New(context.Background(), monday, 0, false)
	if err != nil || len(before) != 3 || len(news) != 2 {
		t.Fatalf("%d answers, %d news, %v", len(before), len(news), err)
	}

	for _, how := range []string{"from the file and what came since", "from a file that knowledge is ahead of", "from rows and blobs", "from rows, with knowledge"} {
		s.dir, s.shelf, s.learned = files, nil, 0
		if strings.HasPrefix(how, "from rows") {
			s.dir = ""
		}
		if strings.Contains(how, "knowledge") {
			s.shelf, s.learned = whole, s.seq
		}
		if err := s.open(); err != nil {
			t.Errorf("%s: %v", how, err)
		}
		if d := cmp.Diff(before, everything(s.fold.ix)); d != "" {
			t.Errorf("%s (-before +after):\n%s", how, d)
		}
		if n := s.fold.View().Touched().Number; n != 0 {
			t.Errorf("%s: portion %d was made before any batch, where nobody hears it", how, n)
		}
		s.fold.ix.Drain()
		again, _, err := s.fold.ix.New(context.Background(), monday, 0, false)
		if d := cmp.Diff(news, again); d != "" || err != nil {
			t.Errorf("%s, since when (-before +after): %v\n%s", how, err, d)
		}
		n := 0
		for range s.fold.ix.Instances(id) {
			n++
		}
		if n != 1 {
			t.Errorf("%s: %d instances", how, n)
		}
	}

	s.dir, s.shelf, s.learned = "", nil, 0
	// A blob that is gone is told, and nothing else is lost.
	for d, body := range s.blobs {
		if strings.Contains(body, "1.5") {
			delete(s.blobs, d)
		}
	}
	if err := s.open(); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("a blob is gone: %v", err)
	}
	if s.fold.ix.Size().Releases != 3 || s.fold.ix.Size().Rows != 1 {
		t.Errorf("%+v", s.fold.ix.Size())
	}
}

func TestABatchHoldsACompactionUpOnlyWhileItIsFolded(t *testing.T) {
	f := newFoldBench(t)
	f.opt.Dir = t.TempDir()
	if err := f.Fold.Fold(&wardround.Observation{Seq: 1, At: monday, Logged: monday, Fields: &kind.ReleaseSaidV1{Maker: "A", Product: "B", Version: "1"}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := f.Compact(ctx); err == nil {
		t.Fatal("half a batch was saved")
	}
	done := make(chan error, 1)
	go func() { done <- f.Compact(context.Background()) }()
	f.Assets(nil)
	f.Flush(&wardround.Commit{})
	f.Committed(1)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if names, _ := os.ReadDir(f.opt.Dir); len(names) != 1 || names[0].Name() != "1.gen" {
		t.Errorf("files %v", names)
	}
}
