package api

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

// ward is a house at a simulated ward: real packets through the real sensor, the
// real pipeline with its ledger, and everything that follows it.
type ward struct {
	*house
	pipe  *pipeline.Pipeline
	st    *memstore.Store
	past  *memlog.Log
	board *board.Board
	hub   *live.Hub
	key   *ledger.Key

	judging  sync.Mutex // held by whoever appends and judges
	feed     *pipeline.Feed
	position uint64
}

const seed = 11

// packets is the ward's traffic, made once: batches of observations as the sensor
// tells them. They are cloned for each ward, which numbers them.
var packets = sync.OnceValues(func() (out [][]wardround.Observation, err error) {
	var names []string
	for _, s := range sim.Scenarios() {
		names = append(names, s.Name)
	}
	w := sim.New(sim.Options{Seed: seed, Length: 40 * time.Minute, Scenarios: names})
	var batch []wardround.Observation
	s := network.New(network.Options{
		Sensor: "mirror-1", Input: "ward", Origin: wardround.Simulated, Pseudonyms: sense.NewPseudonyms("test", []byte("a key for tests, of 32 bytes ...")),
		Emit: func(o *wardround.Observation) {
			if batch = append(batch, *o); len(batch) == 200 {
				out, batch = append(out, batch), nil
			}
		},
	})
	err = w.Run(func(at int64, frame []byte) error { s.Packet(packet.Ethernet, frame, len(frame), at); return nil })
	s.Close()
	return append(out, batch), err
})

// newWard opens a ward in which nothing has happened yet.
func newWard(t *testing.T) *ward { return newWardWith(t, nil) }

// newWardWith is newWard with a portfolio; nil for none.
func newWardWith(t *testing.T, shelf *shelf) *ward {
	t.Helper()
	w := &ward{st: memstore.New(memstore.Options{Ledger: true}), past: memlog.New(memlog.Options{})}
	var err error
	if w.key, err = ledger.DrawKey(nil); err != nil {
		t.Fatal(err)
	}
	w.board = board.New(board.Options{Scope: site, Origin: wardround.Simulated, Now: time.Now, Learn: 10 * time.Minute})
	w.hub = live.New(live.Options{Origin: wardround.Simulated, Directory: w.board, Sees: func(products []string, what, id string) bool {
		v := board.Visible{Products: products}
		switch what {
		case "asset":
			return w.board.Asset(v, wardround.AssetID(id)) != nil
		case "finding":
			return w.board.Finding(v, id) != nil
		case "case":
			return w.board.Case(v, id, "en") != nil
		}
		return false
	}})
	var folded pipeline.Portfolio
	if shelf != nil {
		folded = shelf.open(t, w)
	}
	w.pipe, err = pipeline.Open(t.Context(), pipeline.Options{
		Portfolio: folded,
		Scope:     site, Origin: wardround.Simulated, Store: w.st, Checks: check.All(), Learn: 10 * time.Minute, Clock: time.Now,
		OnCommit: func(c *wardround.Commit) { w.board.Apply(c); w.hub.Changed(c) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pipe.Close)
	w.feed = pipeline.NewFeed(w.pipe, kept{w.past}, func(batch []*wardround.Observation) {
		w.board.Observed(batch)
		w.hub.Observed(batch)
	})
	w.house = build(t, routes, func(o *Options) {
		o.Origin, o.Board, o.Store, o.Say = wardround.Simulated, w.board, w.st, w.say
		o.Hub, o.Keys = w.hub, []*ledger.Key{w.key}
		if shelf != nil {
			o.Portfolio = shelf.offer(w)
		}
		o.Judged = Judged{
			Past: w.past, Stats: w.pipe.Stats,
			Statement: func(context.Context) (ledger.Statement, error) { return ledger.Statement{Program: "test"}, nil },
		}
	})
	return w
}

// kept is a log that does not forget what was judged.
type kept struct{ wardround.Log }

// judge appends and judges one batch.
func (w *ward) judge(ctx context.Context, batch ...*wardround.Observation) error {
	w.judging.Lock()
	defer w.judging.Unlock()
	return w.feed.Batch(ctx, batch)
}

// say is what people say, at the ward's time.
func (w *ward) say(ctx context.Context, fields ...any) error {
	w.judging.Lock()
	defer w.judging.Unlock()
	var batch []*wardround.Observation
	for _, f := range fields {
		s := kind.Of(f)
		w.position++
		batch = append(batch, &wardround.Observation{
			Kind: string(s.Name), Version: s.Version, Sensor: "people", Input: "commands", Position: w.position, At: w.pipe.Now(), Origin: wardround.Simulated, Fields: f,
		})
	}
	return w.feed.Batch(context.WithoutCancel(ctx), batch)
}

// live lets the whole simulated time pass.
func (w *ward) live() {
	w.t.Helper()
	batches, err := packets()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, b := range batches {
		batch := make([]*wardround.Observation, len(b))
		for i := range b {
			o := b[i]
			batch[i] = &o
		}
		if err := w.judge(w.t.Context(), batch...); err != nil {
			w.t.Fatal(err)
		}
	}
}

// busyWard is a ward that has lived.
func busyWard(t *testing.T) *ward {
	t.Helper()
	w := newWard(t)
	w.live()
	return w
}

// findings reads a list of findings.
func (v *visitor) findings(query string) Page[findingRow] {
	v.h.t.Helper()
	var p Page[findingRow]
	v.read(v.get("/api/v1/findings?"+query), &p)
	return p
}

// findingRow is a finding as a client reads it.
type findingRow struct {
	ID        string
	Check     string
	Subject   string
	Item      string
	State     wardround.FindingState
	Severity  wardround.Severity
	Case      string
	Title     string
	Asset     string
	TwoPeople bool `json:"two_people"`
	ETag      string
	Seq       uint64
	Decision  *wardround.Decision
	Proposed  *wardround.Decision
	May       []string
	Assigned  *wardround.Assignment `json:"assignment"`
}

// one returns a finding of the ward for which keep holds.
func (v *visitor) one(keep func(f findingRow) bool) findingRow {
	v.h.t.Helper()
	for _, f := range v.findings("limit=500").Items {
		if keep(f) {
			return f
		}
	}
	v.h.t.Fatal("the ward has no such finding")
	return findingRow{}
}

func twoPeople(f findingRow) bool { return f.TwoPeople && strings.HasPrefix(f.Subject, "asset:") }
func onePerson(f findingRow) bool { return !f.TwoPeople }

func (v *visitor) finding(id string) (f findingRow) {
	v.h.t.Helper()
	v.read(v.get("/api/v1/findings/"+url.PathEscape(id)), &f)
	return f
}

func TestTheWardIsWorthTesting(t *testing.T) {
	start := time.Now()
	w := busyWard(t)
	v := w.role(account.Security)
	p := v.findings("limit=500")
	two, one := 0, 0
	for _, f := range p.Items {
		if f.TwoPeople {
			two++
		} else {
			one++
		}
	}
	t.Logf("%d findings, %d need two people, %d do not; %d observations, in %v", p.Total, two, one, w.past.Last(), time.Since(start))
	if two == 0 || one == 0 {
		t.Errorf("%d findings need two people, %d do not", two, one)
	}
}
