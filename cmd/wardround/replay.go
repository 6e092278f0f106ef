package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks" // registers them
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/network"
)

// replayCmd judges capture files in a temporary store.
type replayCmd struct {
	Files  []string      `arg:"" name:"file" help:"pcap or pcapng, also compressed; - for standard input."`
	Learn  time.Duration `default:"10m" help:"How long, in capture time, novelty checks learn what is normal."`
	FailOn string        `enum:"critical,high,medium,low,never" default:"never" help:"Exit with 1 when a finding is at or over this severity."`
	Zones  string        `type:"existingfile" placeholder:"FILE" help:"Zones as in the configuration file."`
}

// replayScope is whose rows a temporary store holds.
var replayScope = wardround.Scope{Org: "local", Site: "replay"}

func (c *replayCmd) Run(a *app) error {
	b, err := a.openBench(wardround.Replay, c.Learn)
	if err != nil {
		return err
	}
	defer b.Close()
	zones, err := a.zones(c.Zones)
	if err != nil {
		return err
	}
	if a.Format == "json" {
		b.each = a.observations()
	}
	start := time.Now()
	stats, err := b.captures(a.ctx, zones, c.Files, a.stdin, a.progress(c.Files))
	if err != nil {
		return err
	}
	return b.report(a, stats, time.Since(start), c.FailOn)
}

// bench is a pipeline over a temporary store: the judge of replay and demo.
type bench struct {
	store  wardround.Store
	log    wardround.Log
	pipe   *pipeline.Pipeline
	each   func([]*wardround.Observation)
	scope  wardround.Scope
	origin wardround.Origin
	commit func(*wardround.Commit)
	// models are how the models behave that are seen, blobs the sketches and documents
	// of them.
	models *behaviour.Fold
	blobs  *shelf
}

func (a *app) openBench(origin wardround.Origin, learn time.Duration) (*bench, error) {
	st := memstore.New(memstore.Options{})
	b := &bench{store: st, scope: replayScope, origin: origin, log: memlog.New(memlog.Options{}), blobs: newShelf()}
	b.models = behaviour.New(behaviour.Options{Scope: b.scope, Origin: origin, Blobs: b.blobs})
	var parts pipeline.Portfolio
	var err error
	if origin == wardround.Simulated { // a capture names no releases
		if parts, _, err = shelfStock(a.ctx, b); err != nil {
			st.Close()
			return nil, err
		}
	}
	b.pipe, err = pipeline.Open(a.ctx, pipeline.Options{
		Scope: b.scope, Origin: origin, Store: st, Checks: check.All(), Learn: learn, Maker: maker,
		Models: b.models, Portfolio: parts,
		OnCommit: func(c *wardround.Commit) {
			if b.commit != nil {
				b.commit(c)
			}
		},
	})
	if err != nil {
		st.Close()
		return nil, err
	}
	return b, nil
}

func (b *bench) Close() {
	b.pipe.Close()
	b.log.Close()
	b.store.Close()
}

// captures reads files on one goroutine and judges on another; batches are cut by
// count alone, so that the same files give the same batches.
func (b *bench) captures(ctx context.Context, zones string, files []string, stdin io.Reader, progress func(int64)) (network.Stats, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan []*wardround.Observation, 4)
	var stats network.Stats
	readErr := make(chan error, 1)
	pseudonyms, stdin := fromCapture(files[0], stdin)
	go func() {
		defer close(batches)
		out := &batcher{ctx: ctx, out: batches}
		out.first = func(at time.Time) *wardround.Observation { return contentObservation(b.origin, at, zones) }
		if zones == "" {
			out.first = nil
		}
		s := network.New(network.Options{
			Sensor: "capture", Input: "replay", Origin: b.origin, Pseudonyms: pseudonyms, Emit: out.add,
		})
		err := readFiles(ctx, s, files, stdin, progress)
		s.Close()
		stats = s.Stats()
		out.flush()
		readErr <- err
	}()
	feed := pipeline.NewFeed(b.pipe, b.log, b.each)
	for batch := range batches {
		if err := feed.Batch(ctx, batch); err != nil {
			cancel()
			for range batches { // let the reader end
			}
			<-readErr
			return stats, err
		}
	}
	err := <-readErr
	if serr := b.pipe.Settle(ctx); err == nil {
		err = serr
	}
	return stats, err
}

// batcher collects observations into batches.
type batcher struct {
	ctx   context.Context
	out   chan<- []*wardround.Observation
	batch []*wardround.Observation
	// first makes what goes before the first observation, at its time; nil for
	// nothing.
	first func(at time.Time) *wardround.Observation
}

func (b *batcher) add(o *wardround.Observation) {
	if fn := b.first; fn != nil {
		b.first = nil
		b.add(fn(o.At))
	}
	if b.batch == nil {
		b.batch = make([]*wardround.Observation, 0, wardround.MaxBatch)
	}
	b.batch = append(b.batch, o)
	if len(b.batch) == wardround.MaxBatch {
		b.flush()
	}
}

func (b *batcher) flush() {
	if len(b.batch) == 0 {
		return
	}
	select {
	case b.out <- b.batch:
	case <-b.ctx.Done():
	}
	b.batch = nil
}

func readFiles(ctx context.Context, s *network.Sensor, files []string, stdin io.Reader, progress func(int64)) error {
	for _, name := range files {
		if err := readFile(ctx, s, name, stdin, progress); err != nil {
			return err
		}
	}
	return nil
}

func readFile(ctx context.Context, s *network.Sensor, name string, stdin io.Reader, progress func(int64)) error {
	r := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "replay", err)
		}
		defer f.Close()
		r = f
	}
	return capturing(name, s.Read(ctx, &counted{r: r, progress: progress}))
}

// capturing says what is wrong with what should be a capture.
func capturing(name string, err error) error {
	var fe *format.Error
	var pe *fs.PathError // a folder, a disk that fails
	if errors.As(err, &fe) || errors.As(err, &pe) {
		return wardround.Errorf(wardround.EInvalid, "replay", "%s is not a readable capture: %w", name, err)
	}
	return err
}

// counted tells how many bytes were read.
type counted struct {
	r        io.Reader
	progress func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.progress != nil {
		c.progress(int64(n))
	}
	return n, err
}

// headBytes is how much of a capture's begin is looked at for the key of a replay,
// keyBytes how much of it, decompressed, makes the key.
const (
	headBytes = 64 << 10
	keyBytes  = 4 << 10
)

// fromCapture returns pseudonyms under a key that is made from the begin of the
// first capture and never stored: the same capture gives the same output, and
// whoever has only the output has no key. It returns stdin as it was before.
func fromCapture(name string, stdin io.Reader) (*sense.Pseudonyms, io.Reader) {
	head := make([]byte, headBytes)
	n := 0
	if name == "-" {
		n, _ = io.ReadFull(stdin, head) // what is wrong with it is said when it is read
		stdin = io.MultiReader(bytes.NewReader(head[:n]), stdin)
	} else if f, err := os.Open(name); err == nil {
		n, _ = io.ReadFull(f, head)
		f.Close()
	}
	head = head[:n]
	if z, err := gzip.NewReader(bytes.NewReader(head)); err == nil {
		plain := make([]byte, keyBytes)
		n, _ := io.ReadFull(z, plain) // the rest of the compressed stream is not here
		head = plain[:n]
	}
	return replayKey(head[:min(len(head), keyBytes)]), stdin
}

func replayKey(from []byte) *sense.Pseudonyms {
	sum := sha256.Sum256(append([]byte("wardround replay\x00"), from...))
	return sense.NewPseudonyms("r", sum[:])
}

func contentObservation(origin wardround.Origin, at time.Time, zones string) *wardround.Observation {
	return &wardround.Observation{
		Kind: string(kind.ContentChanged), Version: 1, Sensor: "settings", Input: "start", Position: 1, At: at, Origin: origin,
		Fields: &kind.ContentChangedV1{Name: pipeline.ContentZones, Value: zones, By: "command line", Reason: "start-up"},
	}
}

// observations returns what prints each observation as one JSON object.
func (a *app) observations() func([]*wardround.Observation) {
	var buf []byte
	failed := false
	return func(batch []*wardround.Observation) {
		if failed {
			return
		}
		buf = buf[:0]
		for _, o := range batch {
			b, err := (kind.Codec{}).Append(buf, o)
			if err != nil {
				fmt.Fprintln(a.stderr, "wardround: observation left out:", err)
				continue
			}
			buf = append(b, '\n')
		}
		if _, err := a.stdout.Write(buf); err != nil {
			failed = true
		}
	}
}

// learnReplay is how long novelty checks learn in replay and demo, in capture
// time; scenarioTime is long enough for every scenario to begin.
const (
	learnReplay  = 10 * time.Minute
	scenarioTime = 20 * time.Minute
)
