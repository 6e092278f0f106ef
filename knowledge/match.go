package knowledge

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/cpe"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/version"
)

// The ranks of records: a lower one decides over a higher.
const (
	byDistribution = iota // of the component's own distribution
	byPackage
	byCPE
	byName
)

// A candidate is what one record says of a component.
type candidate struct {
	rec     recID
	rank    int
	state   wardround.State
	reason  Reason
	conf    wardround.Confidence
	fixed   []string
	symbol  bool
	propose bool
	detail  detail
}

// scratch is the memory of one Match.
type scratch struct {
	found []candidate
	order []sortable
	hits  []Hit
}

// sortable is a candidate by its place in the answer.
type sortable struct {
	vuln   string
	weight int
	n      int
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// Match yields what is known of a component: one hit for each vulnerability that is
// recorded for its package, its CPEs or its name, in the order of their ids. A hit
// is good until yield returns; who keeps it copies it. The Base may be asked meanwhile. The
// error is EIntegrity: the file of the generation is damaged, and nothing that was
// yielded may be relied on.
func (b *Base) Match(id *Identity, yield func(*Hit)) error {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	b.mu.RLock()
	s.found = b.candidates(id, s.found[:0])
	b.fold(s)
	err := b.gen.failed()
	b.mu.RUnlock()
	if err != nil {
		return wardround.Errorf(wardround.EIntegrity, "knowledge.match", "the generation cannot be used: %w; it has to be built anew", err)
	}
	for i := range s.hits {
		yield(&s.hits[i])
	}
	clear(s.found)
	clear(s.hits)
	clear(s.order)
	return nil
}

func (b *Base) candidates(id *Identity, out []candidate) []candidate {
	if p := &id.Package; p.Name != "" {
		eco := version.ParseEcosystem(p.Ecosystem)
		out = b.byPackage(out, eco, asked{p.Name, p.AnyCase}, p.Version)
		if p.Binary != "" && p.Binary != p.Name {
			out = b.byPackage(out, eco, asked{name: p.Binary}, p.BinaryVersion)
		}
	}
	out = b.byCPE(out, id)
	out = b.byName(out, id)
	return out
}

// asked is the name of a package, and whether its case is lost.
type asked struct {
	name    string
	anyCase bool
}

// byPackage appends what records say of a package of an ecosystem.
func (b *Base) byPackage(out []candidate, eco version.Ecosystem, who asked, v string) []candidate {
	rank := byPackage
	if eco.Distribution() {
		rank = byDistribution
	}
	at := places{text: v}
	b.rowsOf(packageKey(eco.Family, who.name), func(rows []row) {
		if c, ok := b.judge(rows, eco, who, &at); ok {
			c.rank = rank
			out = append(out, c)
		}
	})
	return out
}

// places is where a version stands on the lines of a bucket.
type places struct {
	text   string
	parsed version.Version
	line   *line
	place  uint32
	known  bool // on line
}

// on finds the place on a line, once for each.
func (p *places) on(l *line) (uint32, bool) {
	if p.line == l {
		return p.place, p.known
	}
	p.line, p.known = l, false
	if p.parsed.IsZero() || p.parsed.Scheme() != l.scheme {
		v, err := l.scheme.Parse(p.text)
		if err != nil {
			return 0, false
		}
		p.parsed = v
	}
	p.place, p.known = l.place(p.parsed)
	return p.place, p.known
}

// judge says what one record's rows say of a version; false when they are all
// about other releases of the distribution.
func (b *Base) judge(rows []row, eco version.Ecosystem, who asked, at *places) (c candidate, about bool) {
	var t tally
	conf, symbols := wardround.Observed, false
	for i := range rows {
		r := &rows[i]
		relation := r.ecosystem.Relate(eco)
		if relation == version.Other {
			continue
		}
		if r.name != "" && r.name != who.name {
			if !who.anyCase {
				continue
			}
			conf = wardround.Indicated
		}
		about = true
		v := b.evaluate(r, at)
		if relation == version.Unsure && v.in() {
			v.reason = BranchMissing
		}
		if len(rows) == 1 && v.known() && r.status == advisory.IsAffected && !b.withdrawn(r.rec) {
			return r.alone(v, conf, at.text), true // most records: one range of one package
		}
		t.add(r.status, v)
		symbols = symbols || r.symbols
	}
	if !about {
		return c, false
	}
	c = t.candidate(b, rows[0].rec, byPackage, conf, at.text)
	c.symbol = symbols
	return c, true
}

// alone is what a record says that has one row about a package, and is sure of it.
func (r *row) alone(v verdict, conf wardround.Confidence, text string) candidate {
	c := candidate{rec: r.rec, rank: byPackage, state: wardround.Pass, reason: v.reason, conf: conf, fixed: v.fixed, symbol: r.symbols, detail: v.detail}
	if v.in() {
		c.state = wardround.Fail
	}
	c.detail.version = text
	return c
}

// withdrawn reports whether a live record was taken back by its author.
func (b *Base) withdrawn(n recID) bool {
	if n >= b.gen.len() {
		return !b.recs[n-b.gen.len()].rec.Withdrawn.IsZero()
	}
	return b.gen.withdrawn(n)
}

var reasons = map[osv.Reason]Reason{
	osv.Out: OutOfRange, osv.Enumerated: Enumerated, osv.Ranged: InRange, osv.Every: EveryVersion, osv.NoRange: NoRange,
	osv.Commits: CommitsOnly, osv.Unread: UnreadRange, osv.BadVersion: BadVersion, osv.NoVersion: NoVersion, osv.OtherKind: UnreadRange,
}

// evaluate says what one row says of a version.
func (b *Base) evaluate(r *row, at *places) verdict {
	if r.compiled && at.text != "" {
		if len(r.line.marks) == 0 {
			why, _ := r.at(0)
			return verdict{reason: reasons[why], detail: detail{}}
		}
		if place, ok := at.on(r.line); ok {
			why, i := r.at(place)
			switch why {
			case osv.Out:
				return verdict{reason: OutOfRange}
			case osv.Ranged:
				return verdict{reason: InRange, fixed: r.fixes(place), detail: r.line.bounds(r.spans[i])}
			}
			return verdict{reason: reasons[why], fixed: r.fixes(place), detail: detail{}}
		}
	}
	said := b.said(r)
	set := osv.Affects(said, at.text)
	return verdict{reason: reasons[set.Reason], fixed: set.Fixed, detail: boundsOf(said, set.Range)}
}

// said is the part that a row was compiled from.
func (b *Base) said(r *row) *advisory.Affected {
	if r.said != nil {
		return r.said
	}
	if parts := b.held(r.rec).rec.Affected; int(r.part) < len(parts) {
		return &parts[r.part]
	}
	b.gen.damaged("the record " + b.ref(r.rec).String())
	return &advisory.Affected{Unread: "?"}
}

// fold makes one hit of the candidates about each vulnerability.
func (b *Base) fold(s *scratch) {
	s.order, s.hits = s.order[:0], s.hits[:0]
	for i := range s.found {
		c := &s.found[i]
		s.order = append(s.order, sortable{b.vulnerability(c.rec), c.weight(), i})
	}
	order := func(x, y sortable) int {
		if c := strings.Compare(x.vuln, y.vuln); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(x.weight, y.weight), cmp.Compare(s.found[x.n].rec, s.found[y.n].rec), cmp.Compare(x.n, y.n))
	}
	if !slices.IsSortedFunc(s.order, order) { // rows of a generation are
		slices.SortFunc(s.order, order)
	}
	for i := 0; i < len(s.order); {
		c := &s.found[s.order[i].n]
		h := Hit{Vulnerability: s.order[i].vuln, State: c.state, Reason: c.reason, Fixed: c.fixed, Confidence: c.conf,
			Record: b.ref(c.rec), Symbols: c.symbol, proposal: c.propose, detail: c.detail}
		j := i + 1
		for ; j < len(s.order) && s.order[j].vuln == h.Vulnerability; j++ {
			o := &s.found[s.order[j].n]
			if o.rec != c.rec {
				h.Others = append(h.Others, Answer{b.ref(o.rec), o.state, o.reason})
			}
			if o.rank == c.rank && o.state == wardround.Fail && h.State == wardround.Fail {
				for _, f := range o.fixed {
					if !slices.Contains(h.Fixed, f) {
						h.Fixed = append(h.Fixed, f)
					}
				}
			}
		}
		s.hits = append(s.hits, h)
		i = j
	}
}

// weight orders candidates about one vulnerability; the first decides. Withdrawn
// records come last, then it goes by rank; within one, affected before cannot tell
// before not affected.
func (c *candidate) weight() int {
	w := c.rank * 8
	switch {
	case c.reason == WithdrawnRecord:
		w += 100
	case c.propose && c.state == wardround.Fail:
		w += 3 // after what is certain of the same rank
	case c.propose:
		w += 4
	case c.state == wardround.Unknown:
		w++
	case c.state == wardround.Pass:
		w += 2
	}
	return w
}

// Keys are what an identity is filed under: a [Delta] that names one of them may
// have changed its answers.
func (b *Base) Keys(id *Identity) []Key {
	var out []Key
	if p := &id.Package; p.Name != "" {
		family := version.ParseEcosystem(p.Ecosystem).Family
		out = append(out, packageKey(family, p.Name))
		if p.Binary != "" && p.Binary != p.Name {
			out = append(out, packageKey(family, p.Binary))
		}
	}
	for _, s := range id.CPEs {
		if n, err := cpe.Parse(s); err == nil {
			out = append(out, lookedCPE(n)...)
		}
	}
	if id.Thing != nil && b.opt.Products != nil {
		for _, n := range b.opt.Products.Looked(id.Thing) {
			out = append(out, ProductKey(n))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
