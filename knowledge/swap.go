package knowledge

import (
	"maps"
	"slices"
)

// begin returns the Base as it stands, for a Save to read while b goes on, and
// starts the journal.
func (b *Base) begin() *Base {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.journal = &[]sent{}
	s := New(b.opt)
	s.gen, s.dead, s.moved = b.gen, maps.Clone(b.dead), maps.Clone(b.moved)
	for name, f := range b.feeds {
		s.feeds[name] = &feed{Feed: f.Feed, families: maps.Clone(f.families)}
	}
	s.recs = make([]*held, len(b.recs))
	for i, h := range b.recs {
		if h != nil {
			c := *h
			s.recs[i] = &c
		}
	}
	for k, parts := range b.rows {
		s.rows[k] = slices.Clone(parts)
	}
	s.byKey, s.clusters = maps.Clone(b.byKey), maps.Clone(b.clusters)
	s.kev, s.scores, s.cycles = maps.Clone(b.kev), maps.Clone(b.scores), maps.Clone(b.cycles)
	return s
}

// end puts the journal onto a new generation, if there is one.
func (b *Base) end(g *generation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	journal := *b.journal
	b.journal = nil
	if g == nil {
		return
	}
	if b.gen != nil && b.gen.release != nil {
		b.gen.release()
	}
	b.adopt(g)
	for _, s := range journal {
		b.put(s.feed, s.rows)
	}
}
