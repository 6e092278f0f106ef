package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
)

// thing is the observation kind of these tests.
const thing kind.Name = "test.thing"

type thingV1 struct {
	Good bool   `json:"good,omitempty"`
	Word string `json:"word,omitempty"`
	N    int    `json:"n,omitempty"`
}

var _ = kind.Register[thingV1](kind.Schema{Name: thing, Version: 1, Doc: "A thing of the tests.", Shed: kind.ShedTransaction, Repeats: true})

func (*thingV1) Link(*wardround.Observation) (kind.LinkClaim, bool) {
	return kind.LinkClaim{Protocol: "test"}, true
}

var (
	scope = wardround.Scope{Org: "o", Site: "s"}
	t0    = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
)

// seen makes one observation d after t0, from host a to host b.
func seen(d time.Duration, v thingV1) *wardround.Observation {
	return &wardround.Observation{
		Kind: string(thing), Version: 1, Sensor: "mirror", Input: "x", At: t0.Add(d), Origin: wardround.Replay,
		Flow: &wardround.Flow{
			Transport: "tcp",
			Src:       wardround.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000},
			Dst:       wardround.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 1},
		},
		Fields: &v,
	}
}

// goodness fails for what is not good.
func goodness() *check.Check {
	return &check.Check{
		ID: "test.goodness", Version: 1, Title: "Not good", Concern: wardround.Security, Applies: wardround.AnyKind,
		Severity: wardround.Medium, Watch: []kind.Name{thing}, Fresh: time.Hour,
		Run: func(_ context.Context, p *check.Pass) error {
			for o := range p.Seen() {
				v := o.Fields.(*thingV1)
				if v.Good {
					p.Pass(wardround.AssetSubject(o.Dst), v.Word, nil)
				} else {
					p.Fail(wardround.AssetSubject(o.Dst), v.Word, wardround.Facts{"n": v.N})
				}
			}
			return nil
		},
	}
}

// novelty fails for words that are new after learning.
func novelty() *check.Check {
	return &check.Check{
		ID: "test.words", Version: 1, Title: "A new word", Concern: wardround.Security, Applies: wardround.AnyKind,
		Severity: wardround.Medium, Watch: []kind.Name{thing}, Novelty: true,
		Run: func(_ context.Context, p *check.Pass) error {
			for o := range p.Seen() {
				w := o.Fields.(*thingV1).Word
				switch p.Learn("icu", "words", w) {
				case check.Learning:
					p.Unknown(wardround.AssetSubject(o.Dst), w, check.WhyLearning, nil)
				case check.Known:
					p.Pass(wardround.AssetSubject(o.Dst), w, nil)
				default:
					p.Fail(wardround.AssetSubject(o.Dst), w, nil)
				}
			}
			return nil
		},
	}
}

// silence fails for a word that was not said for ten minutes, and counts them all.
func silence() *check.Check {
	type said struct {
		Last  time.Time `json:"last"`
		Times int       `json:"times"`
	}
	return &check.Check{
		ID: "test.silence", Version: 1, Title: "A word is no longer said", Concern: wardround.Security, Applies: wardround.AnyKind,
		Severity: wardround.High, Watch: []kind.Name{thing}, Fresh: 2 * time.Hour, StateVersion: 1,
		Run: func(_ context.Context, p *check.Pass) error {
			for o := range p.Seen() {
				w := o.Fields.(*thingV1).Word
				s := check.State[said](p, w)
				s.Times += o.Times()
				if o.At.After(s.Last) {
					s.Last = o.At
				}
				p.Pass(wardround.SiteSubject("s"), w, wardround.Facts{"times": s.Times})
				p.WakeAt(w, s.Last.Add(10*time.Minute))
			}
			for w := range p.Wakes() {
				s := check.State[said](p, w.Key)
				p.Fail(wardround.SiteSubject("s"), w.Key, wardround.Facts{"since": s.Last, "now": p.Now()})
			}
			return nil
		},
	}
}

// bench is a pipeline over memory for one test.
type bench struct {
	*testing.T
	p       *Pipeline
	st      *memstore.Store
	feed    *Feed
	pos     uint64
	commits []*wardround.Commit
	log     *memlog.Log
}

// kept is a log that does not forget what was judged.
type kept struct{ wardround.Log }

func newBench(t *testing.T, opt Options, checks ...*check.Check) *bench {
	t.Helper()
	b := &bench{T: t, st: memstore.New(memstore.Options{History: true}), log: memlog.New(memlog.Options{})}
	opt.Scope, opt.Store, opt.Checks = scope, b.st, checks
	if opt.Origin == "" {
		opt.Origin = wardround.Replay
	}
	if opt.Learn == 0 {
		opt.Learn = 10 * time.Minute
	}
	opt.OnCommit = func(c *wardround.Commit) { b.commits = append(b.commits, c) }
	var err error
	if b.p, err = Open(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.p.Close)
	b.feed = NewFeed(b.p, kept{b.log}, nil)
	return b
}

// see judges one batch.
func (b *bench) see(obs ...*wardround.Observation) {
	b.Helper()
	for _, o := range obs {
		b.pos++
		o.Position = b.pos
	}
	if err := b.feed.Batch(b.Context(), obs); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) verdict(item string) *wardround.Verdict {
	for v, err := range b.st.Verdicts(b.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			b.Fatal(err)
		}
		if v.Item == item {
			return v
		}
	}
	return nil
}

func (b *bench) finding() *wardround.Finding {
	for f, err := range b.st.Findings(b.Context(), scope, wardround.FindingFilter{}) {
		if err != nil {
			b.Fatal(err)
		}
		return f
	}
	return nil
}

func (b *bench) say(d time.Duration, fields any) *wardround.Observation {
	s := kind.Of(fields)
	return &wardround.Observation{Kind: string(s.Name), Version: s.Version, Sensor: "people", Input: "cli", At: t0.Add(d), Origin: wardround.Replay, Fields: fields}
}

// dump writes everything a store holds, for comparing runs byte for byte.
func dump(t *testing.T, st wardround.Reader) string {
	t.Helper()
	var out []byte
	add := func(v any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, b...), '\n')
	}
	ctx := t.Context()
	for v, err := range st.Assets(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.Links(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.Proposals(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.Verdicts(ctx, scope, wardround.VerdictFilter{}) {
		add(v, err)
	}
	for v, err := range st.Findings(ctx, scope, wardround.FindingFilter{}) {
		add(v, err)
	}
	for v, err := range st.Cases(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.Notices(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.Content(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.States(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.Wakes(ctx, scope) {
		add(v, err)
	}
	for v, err := range st.Learned(ctx, scope) {
		add(v, err)
	}
	if len(out) == 0 {
		t.Fatal("nothing to compare")
	}
	return string(out)
}

func must[T any](t *testing.T, v *T, what string) *T {
	t.Helper()
	if v == nil {
		t.Fatal("no " + what)
	}
	return v
}

func word(n int) string { return fmt.Sprintf("w%d", n) }
