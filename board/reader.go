package board

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// Inventory returns the assets, links and proposals as they are now, for what tries
// out what an edit would do: see inventory.Restore. Other rows it does not have.
func (b *Board) Inventory() wardround.Reader {
	b.mu.RLock()
	defer b.mu.RUnlock()
	r := &rowsNow{position: b.position, at: b.at}
	for _, e := range b.assets {
		r.assets = append(r.assets, e.raw)
	}
	for _, e := range b.links {
		r.links = append(r.links, e.raw)
	}
	for _, p := range b.proposals {
		own := *p.raw // whoever restores it answers it
		r.proposals = append(r.proposals, &own)
	}
	return r
}

// rowsNow reads as a store does.
type rowsNow struct {
	wardround.Reader // nil: nothing else is here
	position         uint64
	at               time.Time
	assets           []*wardround.Asset
	links            []*wardround.Link
	proposals        []*wardround.Proposal
}

func (r *rowsNow) Position(context.Context, wardround.Scope) (uint64, time.Time, error) {
	return r.position, r.at, nil
}

func (r *rowsNow) Assets(context.Context, wardround.Scope) iter.Seq2[*wardround.Asset, error] {
	return ordered(r.assets, func(a *wardround.Asset) wardround.AssetID { return a.ID })
}

func (r *rowsNow) Links(context.Context, wardround.Scope) iter.Seq2[*wardround.Link, error] {
	return ordered(r.links, func(l *wardround.Link) wardround.LinkID { return l.ID })
}

func (r *rowsNow) Proposals(context.Context, wardround.Scope) iter.Seq2[*wardround.Proposal, error] {
	return ordered(r.proposals, func(p *wardround.Proposal) string { return p.ID })
}

func ordered[T any, K cmp.Ordered](rows []T, id func(T) K) iter.Seq2[T, error] {
	slices.SortFunc(rows, func(x, y T) int { return cmp.Compare(id(x), id(y)) })
	return func(yield func(T, error) bool) {
		for _, x := range rows {
			if !yield(x, nil) {
				return
			}
		}
	}
}
