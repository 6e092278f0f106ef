package knowledge

import (
	"maps"
	"slices"
)

// vulnerabilityOf is the folded id of a CVE id when a record bears it.
func (b *Base) vulnerabilityOf(id string) (string, bool) {
	c := b.clusterBy(id)
	if c == nil {
		return id, false
	}
	return c.vulnerability(id), true
}

// rated notes that what is known of a CVE besides its records has changed.
func (p *putting) rated(cve string) {
	if v, ok := p.b.vulnerabilityOf(cve); ok {
		p.vulns[v] = true
	}
}

func (p *putting) exploited(e *Exploited) {
	p.rows[e.CVE] = true
	old, ok := p.b.exploitedRow(e.CVE)
	switch {
	case ok && equalExploited(old.row, e):
		p.d.Same++
		return
	case ok:
		p.d.Changed++
	default:
		p.d.New++
		p.feed.Records++
	}
	if e.Added.After(p.feed.Newest) {
		p.feed.Newest = e.Added
	}
	p.b.kev[e.CVE] = listed{e, p.feed.Name}
	p.rated(e.CVE)
}

func equalExploited(a, b *Exploited) bool {
	x, y := *a, *b
	x.CWEs, y.CWEs = nil, nil
	return slices.Equal(a.CWEs, b.CWEs) && x.CVE == y.CVE && x.Vendor == y.Vendor && x.Product == y.Product && x.Name == y.Name &&
		x.Added.Equal(y.Added) && x.Due.Equal(y.Due) && x.Ransomware == y.Ransomware && x.Action == y.Action && x.Notes == y.Notes
}

func (p *putting) score(s *Score) {
	p.rows[s.CVE] = true
	old, ok := p.b.scoreRow(s.CVE)
	if s.Date.After(p.feed.Newest) {
		p.feed.Newest = s.Date
	}
	if ok && old.row.EPSS == s.EPSS && old.row.Percentile == s.Percentile {
		// A newer date of the same score changes no answer; which day's model it
		// was is kept with the feed.
		p.d.Same++
		return
	}
	if ok {
		p.d.Changed++
	} else {
		p.d.New++
		p.feed.Records++
	}
	p.b.scores[s.CVE] = scored{*s, p.feed.Name, true}
	if !ok || old.row.EPSS != s.EPSS {
		p.rated(s.CVE)
	}
}

func (p *putting) cycle(c *Cycle) {
	if p.dates == nil {
		p.dates = map[string][]Cycle{}
	}
	p.rows[c.Product] = true
	p.dates[c.Product] = append(p.dates[c.Product], *c)
}

// products takes in the cycles: all of a product at once.
func (p *putting) products() {
	for _, name := range slices.Sorted(maps.Keys(p.dates)) {
		rows := p.dates[name]
		old, ok := p.b.cycleRows(name)
		switch {
		case ok && slices.EqualFunc(old.rows, rows, equalCycle):
			p.d.Same++
			continue
		case ok:
			p.d.Changed++
		default:
			p.d.New++
			p.feed.Records++
		}
		p.b.cycles[name] = dated{rows, p.feed.Name}
		p.d.Cycles = append(p.d.Cycles, name)
	}
}

func equalCycle(a, b Cycle) bool {
	x, y := a, b
	x.Identifiers, y.Identifiers = nil, nil
	for _, t := range []*Cycle{&x, &y} {
		t.Release, t.Support, t.Security = t.Release.UTC(), t.Support.UTC(), t.Security.UTC()
		t.Extended, t.Discontinued = t.Extended.UTC(), t.Discontinued.UTC()
	}
	return slices.Equal(a.Identifiers, b.Identifiers) && x.Product == y.Product && x.Label == y.Label && x.Cycle == y.Cycle && x.Name == y.Name &&
		x.Release.Equal(y.Release) && x.Support.Equal(y.Support) && x.Security.Equal(y.Security) && x.Extended.Equal(y.Extended) &&
		x.Ended == y.Ended && x.Latest == y.Latest && x.Discontinued.Equal(y.Discontinued)
}

// missingRows takes back what a complete catalogue no longer lists.
func (p *putting) missingRows() {
	b := p.b
	b.eachExploited(func(cve string, l listed) {
		if l.feed == p.feed.Name && !p.rows[cve] {
			b.kev[cve] = listed{}
			p.lost(cve)
		}
	})
	b.eachScore(func(cve string, s scored) {
		if s.feed == p.feed.Name && !p.rows[cve] {
			b.scores[cve] = scored{}
			p.lost(cve)
		}
	})
	b.eachCycles(func(product string, d dated) {
		if d.feed == p.feed.Name && !p.rows[product] {
			b.cycles[product] = dated{}
			p.d.Cycles = append(p.d.Cycles, product)
			p.d.Gone++
			p.feed.Records--
		}
	})
	slices.Sort(p.d.Cycles)
}

func (p *putting) lost(cve string) {
	p.d.Gone++
	p.feed.Records--
	p.rated(cve)
}

func (b *Base) exploitedRow(cve string) (listed, bool) {
	l, ok := b.kev[cve]
	if !ok {
		l, ok = b.gen.exploited(cve)
	}
	return l, ok && l.row != nil
}

func (b *Base) scoreRow(cve string) (scored, bool) {
	s, ok := b.scores[cve]
	if !ok {
		s, ok = b.gen.score(cve)
	}
	return s, ok && s.live
}

func (b *Base) cycleRows(product string) (dated, bool) {
	d, ok := b.cycles[product]
	if !ok {
		d, ok = b.gen.cycles(product)
	}
	return d, ok && len(d.rows) > 0
}

func (b *Base) eachExploited(f func(string, listed)) {
	for cve, l := range maps.Clone(b.kev) {
		if l.row != nil {
			f(cve, l)
		}
	}
	b.gen.eachExploited(func(cve string, l listed) {
		if _, ok := b.kev[cve]; !ok {
			f(cve, l)
		}
	})
}

func (b *Base) eachScore(f func(string, scored)) {
	for cve, s := range maps.Clone(b.scores) {
		if s.live {
			f(cve, s)
		}
	}
	b.gen.eachScore(func(cve string, s scored) {
		if _, ok := b.scores[cve]; !ok {
			f(cve, s)
		}
	})
}

func (b *Base) eachCycles(f func(string, dated)) {
	for name, d := range maps.Clone(b.cycles) {
		if len(d.rows) > 0 {
			f(name, d)
		}
	}
	b.gen.eachCycles(func(name string, d dated) {
		if _, ok := b.cycles[name]; !ok {
			f(name, d)
		}
	})
}

// Cycles returns the release cycles of a product of endoflife.date, by its slug.
func (b *Base) Cycles(product string) []Cycle {
	b.mu.RLock()
	defer b.mu.RUnlock()
	d, _ := b.cycleRows(product)
	return d.rows
}
