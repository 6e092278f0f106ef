// Command latency measures the live path at a steady rate: from the moment an
// observation is acknowledged (durable in the log) to the moment what follows from
// it is stored (the commit that holds its verdicts, findings and ledger leaves has
// returned).
//
//	go run ./bench/latency --rate 5000 --seconds 60
//
// The parts are those of serve: the file log, the SQLite store, every check, and
// the ingest that joins them. The observations come from the simulated ward
// through the network sensor, one after the other, dated now. Among them, new
// faults are strewn that each open a finding: for these the time to the commit
// that holds the finding is measured by itself.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sqlite"
)

type options struct {
	rate    int           // observations a second
	seconds int           // measured, after warm
	warm    time.Duration // not measured: the inventory is new
	faults  int           // new findings a second, part of rate
	beds    int
	dir     string
	limit   time.Duration // p99 that must not be exceeded
	streams int           // event streams held open beside
}

func main() {
	var o options
	flag.IntVar(&o.rate, "rate", 5000, "observations a second")
	flag.IntVar(&o.seconds, "seconds", 60, "how long is measured")
	flag.DurationVar(&o.warm, "warm", 5*time.Second, "how long runs before that")
	flag.IntVar(&o.faults, "faults", 20, "new findings a second, part of the rate")
	flag.IntVar(&o.beds, "beds", 60, "beds of the simulated ward")
	flag.StringVar(&o.dir, "dir", "", "where log and store are written; default: a temporary directory")
	flag.IntVar(&o.streams, "streams", 0, "event streams held open beside the load")
	flag.DurationVar(&o.limit, "limit", 250*time.Millisecond, "exit 1 when p99 is over this")
	flag.Parse()
	if o.rate < 100 || o.rate > 1_000_000 || o.seconds < 1 || o.faults < 1 || o.faults >= o.rate || o.beds < 1 {
		fmt.Fprintln(os.Stderr, "latency: want 100 to 1000000 observations a second, some of them faults, for a second or more")
		os.Exit(2)
	}
	r, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "latency:", err)
		os.Exit(2)
	}
	if !r.print(o) {
		os.Exit(1)
	}
}

// stamps notes when each position was acknowledged, and what came of it.
type stamps struct {
	mu       sync.Mutex
	measure  bool
	acked    map[uint64]time.Time
	offered  map[uint64]time.Time
	faults   map[time.Time]time.Time // by the fault's At: when it was acknowledged
	stored   []time.Duration         // acknowledged to stored, every observation
	whole    []time.Duration         // offered to stored
	findings []time.Duration         // acknowledged to the commit with the finding
	commits  int
}

// stampedLog notes the time at which Append acknowledges.
type stampedLog struct {
	wardround.Log
	s *stamps
}

func (l stampedLog) Append(ctx context.Context, batch []*wardround.Observation) ([]*wardround.Observation, error) {
	out, err := l.Log.Append(ctx, batch)
	now := time.Now()
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	if l.s.measure {
		for _, o := range out {
			l.s.acked[o.Seq] = now
			l.s.offered[o.Seq] = o.At
			if o.Input == faultInput {
				l.s.faults[o.At.UTC()] = now
			}
		}
	}
	return out, err
}

func (s *stamps) committed(c *wardround.Commit) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits++
	for seq := c.After + 1; seq <= c.To; seq++ {
		if at, ok := s.acked[seq]; ok {
			s.stored = append(s.stored, now.Sub(at))
			s.whole = append(s.whole, now.Sub(s.offered[seq]))
			delete(s.acked, seq)
			delete(s.offered, seq)
		}
	}
	for _, f := range c.Findings {
		if at, ok := s.faults[f.Opened.UTC()]; ok && f.Check == faultCheck {
			s.findings = append(s.findings, now.Sub(at))
			delete(s.faults, f.Opened.UTC())
		}
	}
}

func run(o options) (*result, error) {
	ctx := context.Background()
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "latency")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	r := &result{sync: syncTime(o.dir)}
	store, err := sqlite.Open(filepath.Join(o.dir, "state.db"), sqlite.Options{Origin: wardround.Live})
	if err != nil {
		return nil, err
	}
	defer store.Close()
	log, err := filelog.Open(filepath.Join(o.dir, "log"), filelog.Options{Codec: kind.Codec{}, Origin: wardround.Live})
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s := &stamps{acked: map[uint64]time.Time{}, offered: map[uint64]time.Time{}, faults: map[time.Time]time.Time{}}
	committed, observed := s.committed, func([]*wardround.Observation) {}
	if o.streams > 0 {
		w, err := watch(o.streams)
		if err != nil {
			return nil, err
		}
		defer w.close()
		committed, observed = func(c *wardround.Commit) { s.committed(c); w.hub.Changed(c) }, w.hub.Observed
		defer func() { r.streamed = w.bytes.Load() }()
	}
	pipe, err := pipeline.Open(ctx, pipeline.Options{
		Scope: wardround.Scope{Org: "bench", Site: "latency"}, Origin: wardround.Live, Store: store,
		Checks: check.All(), Learn: 14 * 24 * time.Hour, OnCommit: committed,
	})
	if err != nil {
		return nil, err
	}
	defer pipe.Close()
	ingest := pipeline.NewIngest(pipeline.IngestOptions{Log: stampedLog{log, s}, Pipeline: pipe, Clock: time.Now, OnJudged: observed})
	runCtx, stop := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- ingest.Run(runCtx) }()
	defer func() { stop(); <-ran }()

	load := newLoad(o)
	if err := load.offer(ctx, ingest, o, o.warm); err != nil {
		return nil, err
	}
	if err := ingest.Sync(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.measure, s.commits = true, 0
	s.mu.Unlock()
	cpu, start := cpuTime(), time.Now()
	before := ingest.Health().Judged
	if err := load.offer(ctx, ingest, o, time.Duration(o.seconds)*time.Second); err != nil {
		return nil, err
	}
	r.lasted = time.Since(start)
	if err := ingest.Sync(ctx); err != nil {
		return nil, err
	}
	r.cpu, r.all = cpuTime()-cpu, time.Since(start)
	h := ingest.Health()
	r.judged, r.shed = int(h.Judged-before), h.ShedFlow+h.ShedRepeat+h.ShedTransaction
	s.mu.Lock()
	defer s.mu.Unlock()
	r.stored, r.whole, r.findings, r.commits = s.stored, s.whole, s.findings, s.commits
	r.missing = len(s.acked) + len(s.faults)
	return r, nil
}

// syncTime is the median of syncing 4 kB to the disk: what no log can be faster
// than.
func syncTime(dir string) time.Duration {
	f, err := os.CreateTemp(dir, "sync")
	if err != nil {
		return 0
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var took []time.Duration
	for range 50 {
		start := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil || f.Sync() != nil {
			return 0
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2]
}
