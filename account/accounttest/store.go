// Package accounttest is the contract of [account.Store] and [account.Documents] as
// tests that every adapter passes.
package accounttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// Backend is what an adapter offers.
type Backend interface {
	account.Store
	account.Documents
}

// Run tells the stories of the contract, each with a new, empty backend of its own.
// reopen closes a backend and opens what it has written again; nil if it keeps
// nothing.
func Run(t *testing.T, open func(t *testing.T) Backend, reopen func(t *testing.T, b Backend) Backend) {
	for _, story := range []struct {
		name string
		run  func(*testing.T, Backend)
	}{
		{"what is written is read", written},
		{"a version is used once", versions},
		{"a key belongs to one", keys},
		{"all or nothing", allOrNothing},
		{"one of many wins", race},
		{"what expired is swept", sweep},
		{"a record has its limits", limits},
		{"documents", documents},
		{"a document is edited by one", documentRace},
	} {
		t.Run(story.name, func(t *testing.T) { story.run(t, open(t)) })
	}
	if reopen == nil {
		return
	}
	t.Run("it is there after a restart", func(t *testing.T) {
		b := open(t)
		want := put(t, b, account.Record{Kind: account.KindAccount, ID: "a", Keys: []string{"name:ada"}, Value: []byte(`{}`)})
		v, err := b.PutDocument(t.Context(), account.Document{Name: "settings/site", Value: []byte(`1`), By: "ada"})
		must(t, err)
		b = reopen(t, b)
		got, err := b.Get(t.Context(), account.KindAccount, "a")
		must(t, err)
		diff(t, want, got)
		d, err := b.Document(t.Context(), "settings/site")
		must(t, err)
		if d.Version != v {
			t.Errorf("version %d, was %d", d.Version, v)
		}
		// Versions go on where they were.
		if next := put(t, b, account.Record{Kind: account.KindAccount, ID: "b", Value: []byte(`{}`)}); next.Version <= v {
			t.Errorf("version %d after %d", next.Version, v)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err error, code wardround.Code) {
	t.Helper()
	if wardround.ErrorCode(err) != code {
		t.Fatalf("%v, want %s", err, code)
	}
}

func diff(t *testing.T, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// put writes r and returns it with its version.
func put(t *testing.T, b Backend, r account.Record) account.Record {
	t.Helper()
	v, err := b.Apply(t.Context(), account.Change{Record: r})
	must(t, err)
	r.Version = v[0]
	return r
}

var noon = time.Date(2026, 9, 1, 12, 0, 0, 5e6, time.UTC)

func written(t *testing.T, b Backend) {
	ctx := t.Context()
	ada := put(t, b, account.Record{Kind: account.KindAccount, ID: "a1", Owner: "a1", Keys: []string{"name:ada", "passkey:1"}, Value: []byte(`{"x":1}`)})
	one := put(t, b, account.Record{Kind: account.KindSession, ID: "s1", Owner: "a1", Expires: noon, Value: []byte(`{}`)})
	two := put(t, b, account.Record{Kind: account.KindSession, ID: "s2", Owner: "a2", Expires: noon, Value: []byte(`{}`)})
	for _, r := range []account.Record{ada, one, two} {
		got, err := b.Get(ctx, r.Kind, r.ID)
		must(t, err)
		diff(t, r, got)
	}
	got, err := b.Find(ctx, account.KindAccount, "passkey:1")
	must(t, err)
	diff(t, ada, got)
	for _, missing := range []error{
		second(b.Get(ctx, account.KindAccount, "s1")),
		second(b.Get(ctx, account.KindAccount, "")),
		second(b.Find(ctx, account.KindSession, "name:ada")),
		second(b.Find(ctx, account.KindAccount, "name:Ada")),
	} {
		want(t, missing, wardround.ENotFound)
	}
	all, err := b.List(ctx, account.KindSession, "")
	must(t, err)
	diff(t, []account.Record{one, two}, all)
	own, err := b.List(ctx, account.KindSession, "a2")
	must(t, err)
	diff(t, []account.Record{two}, own)
	if none, err := b.List(ctx, account.KindToken, ""); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

func second[T any](_ T, err error) error { return err }

func versions(t *testing.T, b Backend) {
	ctx := t.Context()
	r := put(t, b, account.Record{Kind: account.KindAccount, ID: "a", Value: []byte(`1`)})
	// Not twice as new, not with an old version, not with one that never was.
	for _, v := range []int64{0, r.Version - 1, r.Version + 1} {
		_, err := b.Apply(ctx, account.Change{Record: account.Record{Kind: r.Kind, ID: r.ID, Version: v, Value: []byte(`2`)}})
		want(t, err, wardround.EConflict)
	}
	newer := r
	newer.Value = []byte(`2`)
	newer = put(t, b, newer)
	if newer.Version <= r.Version {
		t.Errorf("version %d after %d", newer.Version, r.Version)
	}
	_, err := b.Apply(ctx, account.Change{Record: r, Delete: true})
	want(t, err, wardround.EConflict)
	_, err = b.Apply(ctx, account.Change{Record: newer, Delete: true})
	must(t, err)
	_, err = b.Apply(ctx, account.Change{Record: newer, Delete: true})
	want(t, err, wardround.ENotFound)
	_, err = b.Apply(ctx, account.Change{Record: newer})
	want(t, err, wardround.EConflict)
	// A version never comes back.
	again := put(t, b, account.Record{Kind: r.Kind, ID: r.ID, Value: []byte(`3`)})
	if again.Version <= newer.Version {
		t.Errorf("version %d after %d", again.Version, newer.Version)
	}
	// Whoever doesn't care says so.
	_, err = b.Apply(ctx, account.Change{Record: account.Record{Kind: r.Kind, ID: r.ID, Value: []byte(`4`)}, Any: true})
	must(t, err)
	for range 2 {
		_, err = b.Apply(ctx, account.Change{Record: account.Record{Kind: r.Kind, ID: r.ID}, Any: true, Delete: true})
		must(t, err)
	}
}

func keys(t *testing.T, b Backend) {
	ctx := t.Context()
	ada := put(t, b, account.Record{Kind: account.KindAccount, ID: "a", Keys: []string{"name:ada"}, Value: []byte(`1`)})
	_, err := b.Apply(ctx, account.Change{Record: account.Record{Kind: account.KindAccount, ID: "b", Keys: []string{"name:bob", "name:ada"}, Value: []byte(`1`)}})
	want(t, err, wardround.EConflict)
	want(t, second(b.Find(ctx, account.KindAccount, "name:bob")), wardround.ENotFound)
	want(t, second(b.Get(ctx, account.KindAccount, "b")), wardround.ENotFound)
	// Keys are of a kind.
	put(t, b, account.Record{Kind: account.KindToken, ID: "t", Keys: []string{"name:ada"}, Value: []byte(`1`)})
	// A key that is given up is free, also within one Apply.
	renamed := ada
	renamed.Keys = []string{"name:ada.l"}
	_, err = b.Apply(ctx,
		account.Change{Record: account.Record{Kind: account.KindAccount, ID: "c", Keys: []string{"name:ada"}, Value: []byte(`1`)}},
		account.Change{Record: renamed})
	must(t, err)
	got, err := b.Find(ctx, account.KindAccount, "name:ada")
	must(t, err)
	if got.ID != "c" {
		t.Errorf("name:ada is %s", got.ID)
	}
	// And one of a record that is gone.
	_, err = b.Apply(ctx, account.Change{Record: got, Delete: true})
	must(t, err)
	put(t, b, account.Record{Kind: account.KindAccount, ID: "d", Keys: []string{"name:ada"}, Value: []byte(`1`)})
}

func allOrNothing(t *testing.T, b Backend) {
	ctx := t.Context()
	link := put(t, b, account.Record{Kind: account.KindLink, ID: "l", Value: []byte(`1`)})
	_, err := b.Apply(ctx,
		account.Change{Record: link, Delete: true},
		account.Change{Record: account.Record{Kind: account.KindAccount, ID: "a", Value: []byte(`1`)}},
		account.Change{Record: account.Record{Kind: account.KindAccount, ID: "b", Version: 99, Value: []byte(`1`)}})
	want(t, err, wardround.EConflict)
	got, err := b.Get(ctx, account.KindLink, "l")
	must(t, err)
	diff(t, link, got)
	want(t, second(b.Get(ctx, account.KindAccount, "a")), wardround.ENotFound)
	if v, err := b.Apply(ctx); err != nil || len(v) != 0 {
		t.Errorf("nothing to do: %v, %v", v, err)
	}
}

// race: of many who redeem one link at the same time, one does.
func race(t *testing.T, b Backend) {
	link := put(t, b, account.Record{Kind: account.KindLink, ID: "l", Value: []byte(`1`)})
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			_, err := b.Apply(context.WithoutCancel(t.Context()),
				account.Change{Record: link, Delete: true},
				account.Change{Record: account.Record{Kind: account.KindAccount, ID: fmt.Sprint("a", i), Value: []byte(`1`)}})
			switch code := wardround.ErrorCode(err); code {
			case "":
				won.Add(1)
			case wardround.ENotFound, wardround.EConflict:
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, err := b.List(t.Context(), account.KindAccount, "")
	must(t, err)
	if won.Load() != 1 || len(all) != 1 {
		t.Errorf("%d won, %d accounts", won.Load(), len(all))
	}
}

func sweep(t *testing.T, b Backend) {
	ctx := t.Context()
	for i, at := range []time.Time{{}, noon.Add(-time.Hour), noon, noon.Add(time.Millisecond)} {
		put(t, b, account.Record{Kind: account.KindSession, ID: fmt.Sprint(i), Keys: []string{fmt.Sprint("k", i)}, Expires: at, Value: []byte(`1`)})
	}
	if n, err := b.Sweep(ctx, noon); err != nil || n != 2 {
		t.Errorf("%d swept, %v", n, err)
	}
	left, err := b.List(ctx, account.KindSession, "")
	must(t, err)
	if len(left) != 2 || left[0].ID != "0" || left[1].ID != "3" {
		t.Errorf("left: %v", left)
	}
	want(t, second(b.Find(ctx, account.KindSession, "k1")), wardround.ENotFound)
}

func limits(t *testing.T, b Backend) {
	ctx := t.Context()
	for _, r := range []account.Record{
		{Kind: "", ID: "a"}, {Kind: account.KindAccount}, {Kind: account.KindAccount, ID: string(make([]byte, 201))},
	} {
		_, err := b.Apply(ctx, account.Change{Record: r})
		want(t, err, wardround.EInvalid)
	}
	_, err := b.Apply(ctx, account.Change{Record: account.Record{Kind: account.KindAccount, ID: "a", Value: make([]byte, 64<<10+1)}})
	want(t, err, wardround.EFull)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.Apply(gone, account.Change{Record: account.Record{Kind: account.KindAccount, ID: "a", Value: []byte(`1`)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("written for somebody who had gone: %v", err)
	}
}
