package inventory_test

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory"
)

// store keeps the rows that were flushed, encoded as a store would, and gives
// them back in its order.
type store struct {
	wardround.Reader // what is not used here is not there
	assets           map[wardround.AssetID]*wardround.Asset
	links            map[wardround.LinkID]*wardround.Link
	proposals        map[string]*wardround.Proposal
}

func (s *store) apply(c inventory.Changes) {
	if s.assets == nil {
		s.assets = map[wardround.AssetID]*wardround.Asset{}
		s.links = map[wardround.LinkID]*wardround.Link{}
		s.proposals = map[string]*wardround.Proposal{}
	}
	for _, a := range c.Assets {
		s.assets[a.ID] = a
	}
	for _, l := range c.Links {
		s.links[l.ID] = l
	}
	for _, p := range c.Proposals {
		s.proposals[p.ID] = p
	}
}

func rows[K cmp.Ordered, V any](m map[K]V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(m[k], nil) {
				return
			}
		}
	}
}

func (s *store) Assets(context.Context, wardround.Scope) iter.Seq2[*wardround.Asset, error] {
	return rows(s.assets)
}

func (s *store) Links(context.Context, wardround.Scope) iter.Seq2[*wardround.Link, error] {
	return rows(s.links)
}

func (s *store) Proposals(context.Context, wardround.Scope) iter.Seq2[*wardround.Proposal, error] {
	return rows(s.proposals)
}

func (s *store) sortedLinks() []*wardround.Link {
	return slices.SortedFunc(maps.Values(s.links), func(a, b *wardround.Link) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), cmp.Compare(a.ID, b.ID))
	})
}
