package board

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

var scope = wardround.Scope{Org: "example", Site: "ward"}

const learn = 10 * time.Minute

// ward is the simulated hospital going through a pipeline, with a board beside it.
type ward struct {
	*testing.T
	board *Board
	store *memstore.Store
	pipe  *pipeline.Pipeline
	feed  *pipeline.Feed
	said  uint64
	// each, if not nil, is called after each commit.
	each func(*wardround.Commit)
}

func newWard(t *testing.T) *ward {
	t.Helper()
	w := &ward{T: t, store: memstore.New(memstore.Options{History: true}), board: newBoard()}
	var err error
	w.pipe, err = pipeline.Open(t.Context(), pipeline.Options{
		Scope: scope, Origin: wardround.Simulated, Store: w.store, Checks: check.All(), Learn: learn,
		OnCommit: func(c *wardround.Commit) {
			w.board.Apply(c)
			if w.each != nil {
				w.each(c)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pipe.Close)
	w.feed = pipeline.NewFeed(w.pipe, memlog.New(memlog.Options{}), w.board.Observed)
	return w
}

func newBoard() *Board {
	return New(Options{Scope: scope, Origin: wardround.Simulated, Learn: learn})
}

// run lets the ward live for a while.
func (w *ward) run(length time.Duration, scenarios ...string) {
	w.Helper()
	s := sim.New(sim.Options{Seed: 1, Length: length, Scenarios: scenarios})
	var zones []wardround.Zone
	b := []byte("[")
	for i, z := range sim.Zones {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"id":%q,"name":%q,"prefixes":[%q]}`, z.ID, z.Name, z.Prefix)
	}
	b = append(b, ']')
	if err := json.Unmarshal(b, &zones); err != nil {
		w.Fatal(err)
	}
	w.saysAt(s.Now(), &kind.ContentChangedV1{Name: pipeline.ContentZones, Value: string(b), By: "start", Reason: "start-up"})
	var batch []*wardround.Observation
	flush := func() {
		if len(batch) == 0 {
			return
		}
		if err := w.feed.Batch(w.Context(), batch); err != nil {
			w.Fatal(err)
		}
		batch = nil
	}
	key := sha256.Sum256([]byte("board"))
	n := network.New(network.Options{
		Sensor: "mirror-1", Input: "ward", Origin: wardround.Simulated, Pseudonyms: sense.NewPseudonyms("r", key[:]),
		Emit: func(o *wardround.Observation) {
			if batch = append(batch, o); len(batch) == 200 {
				flush()
			}
		},
	})
	mark := int64(0)
	err := s.Run(func(at int64, frame []byte) error {
		if at-mark > int64(10*time.Second) {
			mark = at
			flush()
		}
		n.Packet(packet.Ethernet, frame, len(frame), at)
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	n.Close()
	flush()
}

// says lets a person say something, now.
func (w *ward) says(fields any) {
	w.Helper()
	w.saysAt(w.pipe.Now(), fields)
}

func (w *ward) saysAt(at time.Time, fields any) {
	w.Helper()
	s := kind.Of(fields)
	w.said++
	err := w.feed.Batch(w.Context(), []*wardround.Observation{{
		Kind: string(s.Name), Version: s.Version, Sensor: "people", Input: "test", Position: w.said, At: at, Origin: wardround.Simulated, Fields: fields,
	}})
	if err != nil {
		w.Fatal(err)
	}
}

// again is a board that is loaded from what the store has.
func (w *ward) again() *Board {
	w.Helper()
	b := newBoard()
	if err := b.Load(w.Context(), w.store); err != nil {
		w.Fatal(err)
	}
	return b
}

func everything() List { return List{Limit: -1} }

// told is everything a board says, for comparing two.
func told(t *testing.T, b *Board, v Visible) string {
	t.Helper()
	l := List{Limit: -1, Visible: v}
	out := map[string]any{}
	put := func(name string, x any, err error) {
		if err != nil {
			t.Fatal(name, err)
		}
		out[name] = x
	}
	p1, err := b.Findings(FindingQuery{List: l, Fixed: true})
	put("findings", p1, err)
	p2, err := b.Cases(CaseQuery{List: l})
	put("cases", p2, err)
	p3, err := b.Assets(AssetQuery{List: l, Remote: true})
	put("assets", p3, err)
	p4, err := b.Assets(AssetQuery{List: l, Merged: true})
	put("merged", p4, err)
	p5, err := b.Links(LinkQuery{List: l})
	put("links", p5, err)
	p6, err := b.Proposals(ProposalQuery{List: l})
	put("proposals", p6, err)
	p7, err := b.Audit(AuditQuery{List: l})
	put("audit", p7, err)
	put("coverage", b.Coverage(v), nil)
	put("counts", b.Counts(v), nil)
	put("graph", b.Graph(v), nil)
	put("learning", b.LearningUntil(), nil)
	put("zones", b.Zones(), nil)
	put("hits", b.Search(v, "icu", 50, "en"), nil)
	now, more := b.Now(v, 8, "en")
	put("now", []any{now, more}, nil)
	var changes []Change
	list, _ := b.Changes(v, 1000)
	for _, c := range list {
		switch c.Kind {
		case AssetChanged, FindingReopened, SensorLost, SensorBack:
			continue // nobody wrote down how it was before
		}
		changes = append(changes, c)
	}
	put("changes", changes, nil)
	tallies := map[string]CheckTally{}
	for _, c := range check.All() {
		tallies[c.ID] = b.Tally(c.ID)
	}
	put("tallies", tallies, nil)
	text, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
