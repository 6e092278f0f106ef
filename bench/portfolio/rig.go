package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/blob"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/sqlite"
)

var scope = wardround.Scope{Org: "bench", Site: "portfolio"}

// rig is what serve runs, as far as the portfolio goes.
type rig struct {
	blobs  *blob.Store
	base   *knowledge.Base
	fold   *portfolio.Fold
	ingest *pipeline.Ingest
	next   map[string]uint64
	closes []func()

	mu       sync.Mutex
	watch    map[string]time.Time // by vulnerability: when it was written
	findings map[wardround.Key]bool
	took     []time.Duration
	commits  int
}

func newRig(o options) (*rig, error) {
	ctx := context.Background()
	r := &rig{next: map[string]uint64{}, watch: map[string]time.Time{}, findings: map[wardround.Key]bool{}, base: knowledge.New(knowledge.Options{})}
	store, err := sqlite.Open(filepath.Join(o.dir, "state.db"), sqlite.Options{Origin: wardround.Live})
	if err != nil {
		return nil, err
	}
	r.closes = append(r.closes, func() { store.Close() })
	log, err := filelog.Open(filepath.Join(o.dir, "log"), filelog.Options{Codec: kind.Codec{}, Origin: wardround.Live})
	if err != nil {
		return nil, err
	}
	r.closes = append(r.closes, func() { log.Close() })
	if r.blobs, err = blob.Open(filepath.Join(o.dir, "blobs"), blob.Options{}); err != nil {
		return nil, err
	}
	known := portfolio.Base{Base: r.base}
	r.fold, _, err = portfolio.OpenFold(ctx, portfolio.FoldOptions{
		Scope: scope, Origin: wardround.Live, Scan: portfolio.Reading(sbom.Limits{}), Learn: known, Dir: filepath.Join(o.dir, "portfolio"),
		Blobs: portfolio.Opener(func(d string) (io.ReadCloser, error) { return r.blobs.Open(d) }),
	}, portfolio.Options{Knowledge: known}, 0, store)
	if err != nil {
		return nil, err
	}
	pipe, err := pipeline.Open(ctx, pipeline.Options{
		Scope: scope, Origin: wardround.Live, Store: store, Checks: check.All(), Portfolio: r.fold,
		Learn: 14 * 24 * time.Hour, OnCommit: r.committed, MaxKeys: 3_000_000,
	})
	if err != nil {
		return nil, err
	}
	r.closes = append(r.closes, func() { pipe.Close() })
	r.ingest = pipeline.NewIngest(pipeline.IngestOptions{Log: log, Pipeline: pipe, Clock: time.Now})
	run, stop := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- r.ingest.Run(run) }()
	r.closes = append(r.closes, func() { stop(); <-ran })
	return r, nil
}

func (r *rig) close() {
	for i := len(r.closes) - 1; i >= 0; i-- {
		r.closes[i]()
	}
}

// put writes one observation, with its blob first.
func (r *rig) put(name kind.Name, fields any, body io.Reader, media string) error {
	return r.putBy(string(name), name, fields, body, media)
}

// putBy is put for one of several writers: input is the writer's.
func (r *rig) putBy(input string, name kind.Name, fields any, body io.Reader, media string) error {
	ctx := context.Background()
	now := time.Now()
	o := &wardround.Observation{Kind: string(name), Version: 1, Sensor: "bench", At: now, Origin: wardround.Live, Fields: fields}
	if body != nil {
		b, err := r.blobs.Put(ctx, body, media)
		if err != nil {
			return err
		}
		o.Blob = &b
	}
	r.mu.Lock()
	r.next[input]++
	o.Input, o.Position = input, r.next[input]
	r.mu.Unlock()
	return r.ingest.Put(ctx, o)
}

// settle waits until nothing waits any more, and nothing was committed for a while.
func (r *rig) settle() error {
	for last := -1; ; {
		if err := r.ingest.Sync(context.Background()); err != nil {
			return err
		}
		r.mu.Lock()
		commits := r.commits
		r.mu.Unlock()
		if commits == last && r.fold.Index().Waiting() == 0 {
			return nil
		}
		last = commits
		time.Sleep(quiet)
	}
}

// quiet is how long nothing happens before everything is said to be stored.
const quiet = 400 * time.Millisecond

// committed notes when the findings of watched vulnerabilities are stored.
func (r *rig) committed(c *wardround.Commit) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.commits++
	for _, f := range c.Findings {
		if f.Check != portfolio.CheckKnown || r.findings[f.Key] {
			continue
		}
		r.findings[f.Key] = true
		if at, ok := r.watch[f.Item]; ok {
			r.took = append(r.took, now.Sub(at))
		}
	}
}

func (r *rig) knowledge(entries []knowledge.Entry) error {
	var b bytes.Buffer
	if err := knowledge.WriteBundle(&b, entries); err != nil {
		return err
	}
	return r.put(kind.KnowledgeReceived, &kind.KnowledgeReceivedV1{Feed: "go", Kind: "osv", Records: len(entries)}, &b, "application/x-ndjson")
}

func (r *rig) sbom(n int, body []byte, components int) error { return r.sbomBy(0, n, body, components) }

func (r *rig) sbomBy(writer, n int, body []byte, components int) error {
	return r.putBy(fmt.Sprint("sbom ", writer), kind.SBOMReceived, &kind.SBOMReceivedV1{Maker: "Acme", Product: fmt.Sprintf("Pump %d", n), Version: "1.0",
		File: fmt.Sprintf("%d.cdx.json", n), Format: "CycloneDX 1.6", Components: components}, bytes.NewReader(body), "application/vnd.cyclonedx+json")
}

func (r *rig) file(f io.Reader) error {
	return r.put(kind.SBOMReceived, &kind.SBOMReceivedV1{Maker: "Acme", Product: "Scanner", Version: "1.0", File: "huge.cdx.json", Format: "CycloneDX 1.6"}, f, "application/vnd.cyclonedx+json")
}

func (r *rig) device(n, release int) error {
	id := wardround.ReleaseIDOf(scope.Org, "Acme", fmt.Sprintf("Pump %d", release), "1.0")
	return r.put(kind.InventorySaid, &kind.InventorySaidV1{Act: "set", Match: []kind.SaidID{{Type: "serial", Value: fmt.Sprintf("BENCH-%07d", n)}},
		Set: map[string]string{"release": string(id), wardround.AttrWard: fmt.Sprintf("Ward %d", n%40)}, By: "bench"}, nil, "")
}

// peak is the most memory that was resident, in MB; 0 where it is not told.
func peak() int {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, l := range strings.Split(string(b), "\n") {
		var kb int
		if _, err := fmt.Sscanf(l, "VmHWM: %d kB", &kb); err == nil {
			return kb / 1024
		}
	}
	return 0
}
