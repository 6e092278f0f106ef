package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	_ "github.com/wardround/wardround/checks"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/sqlite"
)

// books is what a data directory holds: log, state and ledger, read beside or
// after whoever writes.
type books struct {
	last        uint64 // position of the log
	judged      uint64 // position of the store
	leaves      int
	byKind      map[string]int // leaves
	transitions int
	// said counts, in the log, what people said of assets, by host name.
	said     map[string]int
	verdicts []*wardround.Verdict
	findings map[string]*wardround.Finding
	assets   map[wardround.AssetID]*wardround.Asset
	links    map[wardround.LinkID]*wardround.Link
}

// leafKind says which kinds of observation are evidence by themselves, and of
// which kind.
var leafKind = map[kind.Name]string{
	kind.InventorySaid: "action", kind.OperatorActed: "action", kind.CheckFailed: "action",
	kind.ContentChanged: "content", kind.LogGap: "gap",
	kind.SBOMReceived: "action", kind.KnowledgeReceived: "action", kind.VEXReceived: "action", kind.BuildReceived: "action", kind.ReleaseSaid: "action",
}

// audit reads everything in a data directory and fails the test unless it fits
// together: the log's chain is whole and reaches as far as the store; the ledger's
// tree is that of its leaves; each transition has one leaf and each leaf of a
// verdict one transition; and what people and the monitor itself did is in the
// ledger once.
func audit(t testing.TB, dir string) *books {
	t.Helper()
	ctx := context.Background()
	d, err := datadir.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(d.State(), sqlite.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	b := &books{
		byKind: map[string]int{}, said: map[string]int{}, findings: map[string]*wardround.Finding{},
		assets: map[wardround.AssetID]*wardround.Asset{}, links: map[wardround.LinkID]*wardround.Link{},
	}
	if b.judged, _, err = store.Position(ctx, d.Scope()); err != nil {
		t.Fatal(err)
	}
	if err := store.Verify(ctx); err != nil {
		t.Fatal(err)
	}
	log, err := filelog.Open(d.Log(), filelog.Options{Codec: kind.Codec{}, ReadOnly: true, AtLeast: b.judged})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := log.Verify(ctx); err != nil {
		t.Fatal(err)
	}
	if b.last = log.Last(); b.judged > b.last {
		t.Errorf("the store stands at %d, the log ends at %d", b.judged, b.last)
	}
	acts := b.readLog(t, ctx, log)
	b.readStore(t, ctx, store, d.Scope())
	b.readLedger(t, ctx, store, d.Scope(), acts)
	return b
}

// readLog returns the positions, at or below the store's, of what is evidence by
// itself.
func (b *books) readLog(t testing.TB, ctx context.Context, log *filelog.Log) map[uint64]string {
	t.Helper()
	type source struct{ sensor, input string }
	reached := map[source]uint64{}
	acts := map[uint64]string{}
	next := log.First()
	err := log.Read(ctx, next-1, func(batch []*wardround.Observation) error {
		for _, o := range batch {
			src := source{o.Sensor, o.Input}
			if o.Position <= reached[src] {
				t.Errorf("observation %d repeats position %d of %v", o.Seq, o.Position, src)
			}
			reached[src] = o.Position
			if o.Seq < next {
				t.Errorf("observation %d after %d", o.Seq, next-1)
			}
			next = o.Seq + 1
			if k := leafKind[kind.Name(o.Kind)]; k != "" && o.Seq <= b.judged {
				acts[o.Seq] = k
			}
			if s, ok := o.Fields.(*kind.InventorySaidV1); ok {
				for _, id := range s.Match {
					b.said[id.Value]++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return acts
}

func (b *books) readStore(t testing.TB, ctx context.Context, store *sqlite.Store, scope wardround.Scope) {
	t.Helper()
	for v, err := range store.Verdicts(ctx, scope, wardround.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		b.verdicts = append(b.verdicts, v)
	}
	for f, err := range store.Findings(ctx, scope, wardround.FindingFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		b.findings[f.ID] = f
	}
	for a, err := range store.Assets(ctx, scope) {
		if err != nil {
			t.Fatal(err)
		}
		b.assets[a.ID] = a
	}
	for l, err := range store.Links(ctx, scope) {
		if err != nil {
			t.Fatal(err)
		}
		b.links[l.ID] = l
	}
}

func (b *books) readLedger(t testing.TB, ctx context.Context, store *sqlite.Store, scope wardround.Scope, acts map[uint64]string) {
	t.Helper()
	keyOf := map[uint64]wardround.Key{} // of the leaves of verdicts
	for e, err := range store.Evidence(ctx, scope, 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Index != uint64(b.leaves) {
			t.Fatalf("leaf %d has index %d", b.leaves, e.Index)
		}
		b.leaves++
		b.byKind[e.Kind]++
		switch {
		case e.Seq > b.judged:
			t.Errorf("leaf %d is of position %d, the store stands at %d", e.Index, e.Seq, b.judged)
		case e.Kind == "verdict":
			var v wardround.Verdict
			if err := json.Unmarshal(e.Payload, &v); err != nil {
				t.Fatal(err)
			}
			keyOf[e.Index] = v.Key
		case acts[e.Seq] == e.Kind:
			delete(acts, e.Seq) // a second leaf would find nothing
		case e.Kind == "action" && strings.HasPrefix(e.Reason, "finding "), e.Kind == ledger.KindErased:
		default:
			t.Errorf("leaf %d (%s, %s) is of position %d, where the log has no such act, or it is there twice", e.Index, e.Kind, e.Reason, e.Seq)
		}
	}
	for seq, k := range acts {
		t.Errorf("position %d of the log should be a leaf of kind %s, and is none", seq, k)
	}
	for _, v := range b.verdicts {
		state := wardround.State(0)
		n := 0
		for tr, err := range store.Transitions(ctx, scope, v.Key) {
			if err != nil {
				t.Fatal(err)
			}
			if tr.Late() {
				continue
			}
			n++
			b.transitions++
			if keyOf[tr.Leaf] != v.Key {
				t.Errorf("a transition of %v names leaf %d, which is of %v, or of two transitions", v.Key, tr.Leaf, keyOf[tr.Leaf])
			}
			delete(keyOf, tr.Leaf)
			if n > 1 && tr.From != state {
				t.Errorf("transition %d of %v begins with %v after %v", n, v.Key, tr.From, state)
			}
			state = tr.To
		}
		if n == 0 || state != v.State {
			t.Errorf("%d transitions of %v end with %v, but it is %v", n, v.Key, state, v.State)
		}
	}
	if len(keyOf) > 0 {
		t.Errorf("%d leaves of verdicts belong to no transition: %v", len(keyOf), keyOf)
	}
	if b.transitions != b.byKind["verdict"] {
		t.Errorf("%d transitions, %d leaves of verdicts", b.transitions, b.byKind["verdict"])
	}
}

// subject names a verdict's subject by what it is known by, because ids follow
// from log positions, which differ from run to run.
func (b *books) subject(s wardround.Subject) string {
	switch s.Kind {
	case wardround.SubjectAsset:
		return b.asset(wardround.AssetID(s.ID))
	case wardround.SubjectLink:
		if l := b.links[wardround.LinkID(s.ID)]; l != nil {
			return fmt.Sprintf("%s to %s by %s on %d", b.asset(l.Client), b.asset(l.Server), l.Protocol, l.Port)
		}
	}
	return s.String()
}

func (b *books) asset(id wardround.AssetID) string {
	a := b.assets[id]
	if a == nil {
		return "nobody " + string(id)
	}
	var names []string
	for _, i := range a.Identifiers {
		names = append(names, i.Type+"="+i.Value)
	}
	slices.Sort(names)
	return strings.Join(names, "+")
}

// name is what a key is about, without ids. Some items name a peer by its id.
func (b *books) name(k wardround.Key) string {
	item := k.Item
	for id := range b.assets {
		if strings.Contains(item, string(id)) {
			item = strings.ReplaceAll(item, string(id), b.asset(id))
		}
	}
	return fmt.Sprintf("%s | %s | %s", k.Check, b.subject(k.Subject), item)
}

// outcome is everything that was judged, without what depends on when and in
// which batches: a line for each verdict and each finding, sorted.
func (b *books) outcome() []string {
	var out []string
	for _, v := range b.verdicts {
		out = append(out, fmt.Sprintf("verdict %s | %v %v", b.name(v.Key), v.State, v.Severity))
	}
	for _, f := range b.findings {
		out = append(out, fmt.Sprintf("finding %s | %v %v stale %v", b.name(f.Key), f.State, f.Severity, f.Stale))
	}
	slices.Sort(out)
	return out
}

// logFiles returns the log's files, oldest first.
func logFiles(t testing.TB, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "log", "*.wrl"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	slices.Sort(names)
	return names
}

// observations returns what one sensor wrote to the log.
func observations(t testing.TB, dir, sensor string) (all []*wardround.Observation) {
	t.Helper()
	log, err := filelog.Open(filepath.Join(dir, "log"), filelog.Options{Codec: kind.Codec{}, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	err = log.Read(context.Background(), log.First()-1, func(batch []*wardround.Observation) error {
		for _, o := range batch {
			if o.Sensor == sensor {
				all = append(all, o)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
