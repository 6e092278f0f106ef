package accounttest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

func documents(t *testing.T, b Backend) {
	ctx := t.Context()
	want(t, second(b.Document(ctx, "settings/zones")), wardround.ENotFound)
	d := account.Document{Name: "settings/zones", Value: []byte(`[{"id":"icu"}]`), By: "ada", At: noon, Reason: "a new wing"}
	v, err := b.PutDocument(ctx, d)
	must(t, err)
	d.Version = v
	got, err := b.Document(ctx, d.Name)
	must(t, err)
	diff(t, d, got)

	stale := d
	stale.Version = 0
	want(t, second(b.PutDocument(ctx, stale)), wardround.EConflict)
	d.Value, d.By = []byte(`[]`), "bob"
	v, err = b.PutDocument(ctx, d)
	must(t, err)
	if v <= d.Version {
		t.Errorf("version %d after %d", v, d.Version)
	}
	want(t, second(b.PutDocument(ctx, d)), wardround.EConflict)
	d.Version = v

	// By prefix, in order; % and _ stand for themselves.
	for _, name := range []string{"view/2", "view/1", "view_x", "views/1"} {
		_, err := b.PutDocument(ctx, account.Document{Name: name, Value: []byte(`1`), At: noon})
		must(t, err)
	}
	for prefix, want := range map[string][]string{
		"view/": {"view/1", "view/2"}, "view_": {"view_x"}, "view%": nil, "": {"settings/zones", "view/1", "view/2", "view_x", "views/1"},
	} {
		list, err := b.ListDocuments(ctx, prefix)
		must(t, err)
		var names []string
		for _, d := range list {
			names = append(names, d.Name)
		}
		diff(t, want, names)
	}

	want(t, b.DeleteDocument(ctx, d.Name, d.Version-1), wardround.EConflict)
	must(t, b.DeleteDocument(ctx, d.Name, d.Version))
	want(t, b.DeleteDocument(ctx, d.Name, d.Version), wardround.ENotFound)
	want(t, second(b.PutDocument(ctx, d)), wardround.EConflict)
	d.Version = 0
	v2, err := b.PutDocument(ctx, d)
	must(t, err)
	if v2 <= v {
		t.Errorf("version %d came back after %d", v2, v)
	}
	want(t, second(b.PutDocument(ctx, account.Document{Name: "", Value: []byte(`1`)})), wardround.EInvalid)
	want(t, second(b.PutDocument(ctx, account.Document{Name: "big", Value: make([]byte, 1<<20+1)})), wardround.EFull)
}

func documentRace(t *testing.T, b Backend) {
	v, err := b.PutDocument(t.Context(), account.Document{Name: "d", Value: []byte(`0`)})
	must(t, err)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if _, err := b.PutDocument(context.WithoutCancel(t.Context()), account.Document{Name: "d", Version: v, Value: fmt.Appendf(nil, "%d", i)}); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d edits of one version", won.Load())
	}
}
