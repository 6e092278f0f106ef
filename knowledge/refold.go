package knowledge

import (
	"maps"
	"slices"
)

// refold forms anew the clusters that the changed records were in or are in, and
// notes what is called otherwise afterwards.
func (p *putting) refold() {
	b := p.b
	var links []link
	inLinks := map[recID]bool{}
	add := func(n recID, h *held) {
		if inLinks[n] {
			return
		}
		inLinks[n] = true
		ids := linkIDs(h.rec)
		links = append(links, link{n, ids})
		for _, id := range ids {
			p.seeds[id] = true
		}
	}
	for _, n := range slices.Sorted(maps.Keys(p.fresh)) {
		add(n, b.recs[n-b.gen.len()])
	}
	seen := map[*cluster]bool{}
	work := slices.Sorted(maps.Keys(p.seeds))
	ids := map[string]bool{}
	for len(work) > 0 {
		id := work[len(work)-1]
		work = work[:len(work)-1]
		if ids[id] {
			continue
		}
		ids[id] = true
		c := b.clusterBy(id)
		if c == nil || seen[c] {
			continue
		}
		seen[c] = true
		work = append(work, c.ids...)
		for _, n := range c.recs {
			if p.gone[n] || inLinks[n] {
				continue
			}
			h := b.held(n)
			p.was[h.ref.key()] = b.vulnerability(n)
			add(n, h)
		}
	}
	for id := range ids {
		b.forget(id)
	}
	for _, c := range connect(links) {
		for _, id := range c.ids {
			b.clusters[id] = c
		}
		for _, n := range c.recs {
			if n < b.gen.len() {
				b.moved[n] = c
			} else {
				b.recs[n-b.gen.len()].cluster = c
			}
		}
	}
	for n := range p.gone {
		if n >= b.gen.len() {
			b.recs[n-b.gen.len()] = nil
		}
	}
	p.rename(links)
}

// forget takes an id out of the clusters.
func (b *Base) forget(id string) {
	if b.gen.clusterBy(id) != nil {
		b.clusters[id] = nil
		return
	}
	delete(b.clusters, id)
}

// rename compares what the records' vulnerabilities were called with what they are.
func (p *putting) rename(links []link) {
	b := p.b
	now := map[string]map[string]bool{} // old name → names of its records now
	changed := map[string]bool{}
	for _, old := range p.was {
		if now[old] == nil {
			now[old] = map[string]bool{}
		}
	}
	for _, l := range links {
		name := b.vulnerability(l.rec)
		old, had := p.was[b.ref(l.rec).key()]
		if had {
			now[old][name] = true
		}
		if p.fresh[l.rec] {
			p.vulns[name] = true
		}
		if had && old != name {
			changed[old], p.vulns[name], p.vulns[old] = true, true, true
			p.touch(b.held(l.rec).rec)
		}
	}
	for old, names := range now {
		if len(names) == 0 || changed[old] {
			if p.d.Renamed == nil {
				p.d.Renamed = map[string][]string{}
			}
			p.d.Renamed[old] = slices.AppendSeq([]string{}, maps.Keys(names))
			slices.Sort(p.d.Renamed[old])
			p.vulns[old] = true
		}
	}
}

// delta is what was changed, sorted.
func (p *putting) delta() Delta {
	for _, k := range slices.Sorted(maps.Keys(p.touched)) {
		switch k.Ecosystem() {
		case "cpe":
			p.d.CPEs = append(p.d.CPEs, k)
		case "product":
			p.d.Products = append(p.d.Products, k)
		default:
			p.d.Packages = append(p.d.Packages, k)
		}
	}
	p.d.Vulnerabilities = slices.Sorted(maps.Keys(p.vulns))
	return p.d
}
