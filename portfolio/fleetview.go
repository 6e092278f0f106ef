package portfolio

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// maxQuestions bounds the questions that one vulnerability raises.
const maxQuestions = 20_000

// Questions yields the questions that a vulnerability, by any of its ids, raises:
// one for each component of a product that it concerns, or whose package it names.
// known says whether anything is known of it. It implements vex.Fleet.
func (ix *Index) Questions(vulnerability string) (list []Question, known bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	id := ix.opt.Knowledge.Folded(vulnerability)
	facts, known := ix.opt.Knowledge.Facts(id)
	v, heard := ix.texts.find(id)
	var concerned []uint32
	if heard && v != 0 {
		concerned = ix.carriers(v)
	}
	named := map[uint32][]uint32{} // identities that are named, by subject
	for _, k := range ix.opt.Knowledge.Named(id) {
		key, ok := ix.texts.find("key:" + string(k))
		if !ok || key == 0 {
			continue
		}
		for _, n := range ix.ids.byKey.get(key) {
			for _, s := range ix.ids.in[n-1] {
				named[s] = append(named[s], n)
			}
		}
	}
	for s := range named {
		concerned = append(concerned, s)
	}
	slices.Sort(concerned)
	e := &check.Exposure{Vulnerability: id}
	for _, n := range slices.Compact(concerned) {
		if ix.judged(n) != "" {
			continue
		}
		var parts []part
		if heard && v != 0 {
			parts = ix.parts(n, v)
		}
		has := map[uint32]bool{}
		for i := range parts {
			has[parts[i].id] = true
		}
		for _, id := range named[n] {
			if !has[id] {
				has[id] = true
				parts = append(parts, ix.standingPart(n, id))
			}
		}
		for i := range parts {
			if list = ix.asks(list, n, e, facts, &parts[i]); len(list) >= maxQuestions {
				return list[:maxQuestions], known
			}
		}
	}
	return list, known
}

// standingPart is an identity where a subject holds it itself.
func (ix *Index) standingPart(n, id uint32) part {
	p := part{id: id}
	if b := ix.subjects[n].bill; b != nil && ix.subjects[n].device != id {
		p.held, p.rows = &held{subject: n, row: -1}, b.rows(id)
	}
	return p
}

// asks adds the questions of one part: one for each place where it stands.
func (ix *Index) asks(list []Question, n uint32, e *check.Exposure, facts Facts, p *part) []Question {
	switch {
	case p.more > 0:
		return list // not looked at one by one
	case p.held == nil:
		return append(list, *ix.question(n, e, facts, p))
	}
	for _, row := range p.rows {
		q := ix.question(n, e, facts, p)
		ix.place(q, p, row)
		list = append(list, *q)
	}
	return list
}

// Products yields each release, and each asset of no known release, as a question
// about itself. It implements vex.Fleet.
func (ix *Index) Products() []Question {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	var out []Question
	for n, s := range ix.subjects {
		if s.device == 0 || ix.judged(uint32(n)) != "" {
			continue
		}
		q := *ix.question(uint32(n), &check.Exposure{}, Facts{}, &part{id: s.device})
		if s.release != nil {
			q.Within = []*wardround.Release{s.release}
		}
		if out = append(out, q); len(out) == maxQuestions {
			break
		}
	}
	return out
}

// Found is a component that was searched for.
type Found struct {
	Node
	Path string // names from the product to it
}

// FindComponents searches the components of a release for words that all occur in
// name, group, version or purl, and returns at most limit of them; all are counted.
func (ix *Index) FindComponents(id wardround.ReleaseID, q string, limit int, sc Scope) (found []Found, all int) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	n, ok := ix.bySubj[wardround.ReleaseSubject(id)]
	if !ok || ix.subjects[n].bill == nil || !sc.sees(ix.subjects[n]) {
		return nil, 0
	}
	b, words := ix.subjects[n].bill, strings.Fields(strings.ToLower(q))
	rate := &rating{ix, &sc, map[uint32]*rated{}}
	fits := map[uint32]bool{}
	for row, ident := range b.ident {
		yes, known := fits[ident]
		if !known {
			x := ix.identity(ident)
			text := strings.ToLower(strings.Join([]string{x.Name, x.Group, x.Version, x.PURL, x.Supplier}, "\n"))
			yes = !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
			fits[ident] = yes
		}
		if !yes {
			continue
		}
		if all++; len(found) < limit {
			x := Found{Node: ix.node(b, int32(row), rate), Path: strings.Join(ix.path(&held{subject: n, row: -1}, int32(row)), " > ")}
			x.Release = id
			w := worst{}
			w.add(ix.ids.hits[ident-1], b.flags[row])
			x.Affected, x.CannotTell = w.count(rate)
			x.Rolled = x.Exposed
			found = append(found, x)
		}
	}
	return found, all
}
