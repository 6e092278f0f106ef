package portfolio

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
)

// What was said piece by piece is what would be said of everything at once,
// whatever changed in whatever order.
func TestDeltasAddUpToTheWhole(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWhirl(seed)
			for range 250 {
				w.step(t)
				if w.rng.IntN(4) == 0 {
					w.drain(t)
				}
			}
			w.drain(t)
			fresh := w.fresh(t)
			now := map[check.ExposureKey]wardround.State{}
			for e := range fresh.Exposures(check.ExposureKey{}) {
				now[e.Key()] = e.State
			}
			for k, st := range w.said {
				if _, ok := now[k]; !ok && st == wardround.Pass {
					delete(w.said, k)
				}
			}
			if d := cmp.Diff(now, w.said); d != "" {
				t.Errorf("of everything at once, and piece by piece (-whole +said):\n%s", d)
			}
		})
	}
}

// whirl changes a portfolio at random, and remembers what it should be.
type whirl struct {
	rng      *rand.Rand
	shelf    *shelf
	ix       *Index
	said     map[check.ExposureKey]wardround.State
	releases map[string]*wardround.Release
	bills    map[string]*sbom.Document
	assets   map[wardround.AssetID]*wardround.Asset
	number   uint64
}

func newWhirl(seed uint64) *whirl {
	s := newShelf()
	w := &whirl{rng: rand.New(rand.NewPCG(seed, 1)), shelf: s, ix: New(Options{Knowledge: s}), said: map[check.ExposureKey]wardround.State{},
		releases: map[string]*wardround.Release{}, bills: map[string]*sbom.Document{}, assets: map[wardround.AssetID]*wardround.Asset{}}
	w.ix.At(monday)
	return w
}

func (w *whirl) pick(of ...string) string { return of[w.rng.IntN(len(of))] }

func (w *whirl) step(t *testing.T) {
	version := w.pick("1.0", "1.5", "2.0", "3.0")
	name := w.pick("Pump", "Board", "Image", "Monitor")
	switch w.rng.IntN(6) {
	case 0: // an advisory comes, changes or moves to another package
		pkg := w.pick("pkg:golang/x/net", "pkg:golang/x/text", "pkg:golang/openssl", "product:monitor", "product:pump")
		w.ix.Change(w.shelf.put(fmt.Sprint("CVE-", w.rng.IntN(6)), pkg, w.pick("1.2", "2.0", "2.5", "?", "")))
	case 1: // or goes, or is folded into another
		v := fmt.Sprint("CVE-", w.rng.IntN(6))
		if _, ok := w.shelf.rows[v]; ok {
			w.ix.Change(w.shelf.drop(v))
		}
	case 2:
		r := &wardround.Release{ID: wardround.ReleaseIDOf("o", "Acme", name, version), Maker: "Acme", Product: name, Version: version}
		if w.rng.IntN(5) == 0 {
			r.Retired = monday.Add(-time.Hour)
		}
		w.releases[string(r.ID)] = r
		if err := w.ix.PutRelease(r); err != nil {
			t.Fatal(err)
		}
	case 3:
		id := wardround.ReleaseIDOf("o", "Acme", name, version)
		if w.releases[string(id)] == nil {
			return
		}
		lines := []string{name + " " + version}
		for _, p := range []string{"x/net", "x/text", "openssl", "?blob"} {
			if w.rng.IntN(2) == 0 {
				lines = append(lines, " "+p+" "+w.pick("1.0", "2.1", "9.0"))
			}
		}
		doc := bom("urn:uuid:"+name, lines...)
		if w.rng.IntN(2) == 0 {
			doc.Links = []sbom.Link{{From: 0, Document: "urn:cdx:" + w.pick("pump", "board", "image") + "/1"}}
		}
		w.bills[string(id)] = doc
		put(t, w.ix, id, doc)
	case 4:
		a := &wardround.Asset{ID: wardround.AssetID(fmt.Sprint("a", w.rng.IntN(5))), Attributes: map[string]wardround.Attribute{
			wardround.AttrModel: {Value: name}, wardround.AttrSoftware: {Value: version}}}
		switch w.rng.IntN(3) {
		case 0:
			a.Release = wardround.ReleaseIDOf("o", "Acme", name, version)
		case 1:
			a.MergedInto = "other"
		}
		w.assets[a.ID] = a
		w.ix.Assets([]*wardround.Asset{a})
	case 5:
		w.ix.At(w.ix.Now().Add(time.Hour))
	}
}

func (w *whirl) drain(t *testing.T) {
	for {
		p := w.ix.Drain()
		if p.Number == 0 {
			return
		}
		if p.Number != w.number+1 {
			t.Fatalf("portion %d follows %d", p.Number, w.number)
		}
		w.number = p.Number
		for _, e := range p.Exposures {
			w.said[e.Key()] = e.State
		}
	}
}

// fresh is an index that is filled once, with how things are now.
func (w *whirl) fresh(t *testing.T) *Index {
	ix := New(Options{Knowledge: w.shelf})
	ix.At(w.ix.Now())
	for _, r := range w.releases {
		if err := ix.PutRelease(r); err != nil {
			t.Fatal(err)
		}
	}
	for id, d := range w.bills {
		put(t, ix, wardround.ReleaseID(id), d)
	}
	for _, a := range w.assets {
		ix.Assets([]*wardround.Asset{a})
	}
	return ix
}

func TestQuestionsAreAnsweredWhileThingsChange(t *testing.T) {
	w := newWhirl(99)
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := w.ix.Affected(ctx, Query{Package: "x/net"}); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				if i == 0 {
					w.ix.Metrics(ctx)
					w.ix.New(ctx, monday, 10, false)
				}
				w.ix.Size()
			}
		})
	}
	for range 400 {
		// The shelf itself is for one goroutine: only what asks nothing of it runs beside.
		w.ix.At(w.ix.Now().Add(time.Minute))
		r := &wardround.Release{ID: wardround.ReleaseIDOf("o", "Acme", "Pump", fmt.Sprint(w.rng.IntN(50))), Maker: "Acme", Product: "Pump", Version: "1"}
		if err := w.ix.PutRelease(r); err != nil {
			t.Fatal(err)
		}
		put(t, w.ix, r.ID, bom("x", "x/net 1.0", "x/text 1.0"))
		w.ix.Drain()
	}
	stop()
	wg.Wait()
}
