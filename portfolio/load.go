package portfolio

import (
	"container/heap"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/wardround/wardround"
)

// Save writes the index to DIR/POSITION.gen. Errors: EFull.
func (ix *Index) Save(dir string, position uint64) error {
	sec := ix.snapshot(position)
	return writeGeneration(dir, position, &sec)
}

// Load reads the newest generation file of a folder into an empty index, and
// returns its position: 0 if there is none that can be used. What it answers from
// then on is what it answered when it was saved, if knowledge stands at the same
// position. Error: EIntegrity, with the files that could not be read; the index
// then is empty, or that of an older file.
func Load(dir string, opt Options) (*Index, uint64, error) {
	var bad error
	for _, p := range generations(dir) {
		name := filepath.Join(dir, strconv.FormatUint(p, 10)+generationSuffix)
		b, err := os.ReadFile(name)
		if err == nil {
			ix := New(opt)
			var at uint64
			if at, err = ix.decode(b); err == nil && at == p {
				return ix, p, bad
			}
			if err == nil {
				err = fmt.Errorf("it is of position %d", at)
			}
		}
		if bad == nil {
			bad = wardround.Errorf(wardround.EIntegrity, "portfolio.load", "%s cannot be used: %w. The index is rebuilt", name, err)
		}
	}
	return New(opt), 0, bad
}

// decode fills an empty index. The bytes are the index's own from then on.
func (ix *Index) decode(b []byte) (uint64, error) {
	sec, err := sectionsOf(b)
	if err != nil {
		return 0, err
	}
	var m generationMeta
	if err := json.Unmarshal(sec[secMeta], &m); err != nil {
		return 0, err
	}
	l := &loading{ix: ix, sec: sec, m: m}
	l.texts()
	l.identities()
	l.subjects()
	l.rest()
	return m.Position, l.err
}

// loading checks everything that a number points to: a damaged file must not take
// the program down.
type loading struct {
	ix  *Index
	sec [numSections][]byte
	m   generationMeta
	err error
}

func (l *loading) must(ok bool, what string) {
	if !ok && l.err == nil {
		l.err = fmt.Errorf("%s is inconsistent", what)
	}
}

func (l *loading) texts() {
	t := &l.ix.texts
	b := l.sec[secBytes]
	t.bytes = b[:len(b):len(b)]
	ends, ok := numbers[uint32](l.sec[secEnds])
	l.must(ok && slices.IsSorted(ends) && (len(ends) == 0 || int(ends[len(ends)-1]) == len(t.bytes)), "the table of texts")
	if l.err == nil {
		t.ends = ends
	}
}

func (l *loading) identities() {
	d, n := &l.ix.ids, uint32(l.ix.texts.len())
	rows, ok := numbers[ident](l.sec[secIdents])
	l.must(ok, "the table of identities")
	for i := range rows {
		r := &rows[i]
		l.must(max(r.purl, r.cpes, r.name, r.group, r.version, r.supplier, r.lists) < n && int(r.typ) < len(typeNames) && r.device < 2, "an identity")
	}
	if l.err != nil {
		return
	}
	d.rows = rows
	subjects := uint32(max(0, l.m.Subjects))
	d.hits = split(l, secHitCounts, secHits, len(rows), func(h *hit) bool { return h.vuln < n && h.vuln != 0 && h.state < 3 })
	d.in = split(l, secInCounts, secIn, len(rows), func(s *uint32) bool { return *s < subjects })
	for i := range d.hits {
		l.must(slices.IsSortedFunc(d.hits[i], func(a, b hit) int { return int(a.vuln) - int(b.vuln) }), "the hits of an identity")
	}
	for at, list := range map[int]*lists{secKeys: &d.byKey, secNames: &d.byName} {
		keys, ok := numbers[uint32](l.sec[at])
		l.must(ok, "a table of keys")
		list.of = split(l, at+1, at+2, len(keys), func(id *uint32) bool { return *id > 0 && int(*id) <= len(rows) })
		list.at = make(map[uint32]int, len(keys))
		for i, k := range keys {
			l.must(k < n, "a key")
			list.at[k] = i
		}
	}
}

// split takes a flat table apart by its counts.
func split[T uint32 | hit](l *loading, counts, flat, want int, good func(*T) bool) [][]T {
	n, ok := numbers[uint32](l.sec[counts])
	all, ok2 := numbers[T](l.sec[flat])
	l.must(ok && ok2 && len(n) == want, "a table of lists")
	if l.err != nil {
		return nil
	}
	for i := range all {
		if !good(&all[i]) {
			l.must(false, "a list")
			return nil
		}
	}
	out := make([][]T, len(n))
	for i, c := range n {
		if int64(c) > int64(len(all)) {
			l.must(false, "a list's length")
			return out
		}
		if c > 0 {
			out[i] = all[:c:c]
		}
		all = all[c:]
	}
	l.must(len(all) == 0, "a table of lists")
	return out
}

func (l *loading) subjects() {
	if l.err != nil {
		return
	}
	ix := l.ix
	id, a := numbers[uint32](l.sec[secIdent])
	parent, b := numbers[int32](l.sec[secParent])
	ref, c := numbers[uint32](l.sec[secRef])
	order, d := numbers[uint32](l.sec[secOrder])
	answers, e := numbers[answer](l.sec[secAnswers])
	grades, ok := numbers[grade](l.sec[secGrades])
	flags := l.sec[secFlags]
	l.must(ok && a && b && c && d && e && len(parent) == len(id) && len(ref) == len(id) && len(flags) == len(id) && len(order) == len(id), "the columns")
	r := &reader{b: l.sec[secSubjects]}
	for n := 0; n < l.m.Subjects && l.err == nil; n++ {
		s, has := r.subject()
		l.must(!r.bad && has.rows >= 0 && has.rows <= len(id) && has.answers >= 0 && has.answers <= len(answers) && has.grades >= 0 && has.grades <= len(grades) &&
			int(s.device) <= len(ix.ids.rows) && (s.bill == nil || s.release != nil) && (s.asset == nil || s.asset.of == none || int(s.asset.of) < l.m.Subjects), "a subject")
		if l.err != nil {
			return
		}
		k := has.answers
		s.answers, answers = answers[:k:k], answers[k:]
		if k = has.rows; s.bill != nil {
			s.bill.ident, s.bill.parent, s.bill.ref, s.bill.flags, s.bill.order = id[:k:k], parent[:k:k], ref[:k:k], flags[:k:k], order[:k:k]
			id, parent, ref, flags, order = id[k:], parent[k:], ref[k:], flags[k:], order[k:]
			k = has.grades
			s.bill.quality, grades = grades[:k:k], grades[k:]
			l.bill(s.bill)
			k = has.rows
			ix.rows += k
		}
		for _, x := range s.answers {
			l.must(x.vuln != 0 && int(x.vuln) < ix.texts.len() && x.state < 3, "an answer")
		}
		l.must(slices.IsSortedFunc(s.answers, func(a, b answer) int { return int(a.vuln) - int(b.vuln) }), "the answers of a subject")
		_, twice := ix.bySubj[s.key]
		l.must(!twice && (s.release != nil) != (s.asset != nil), "a subject")
		if l.err != nil {
			return
		}
		s.line = lineOf(s)
		ix.bySubj[s.key] = uint32(n)
		ix.subjects = append(ix.subjects, s)
		if s.asset != nil {
			ix.assets++
		}
	}
	l.must(len(r.b) == 0 && len(id) == 0 && len(answers) == 0 && len(grades) == 0 && len(ix.subjects) == l.m.Subjects, "the table of subjects")
}

func (l *loading) bill(b *bill) {
	n, ids, texts := len(b.ident), uint32(len(l.ix.ids.rows)), uint32(l.ix.texts.len())
	for i := range b.ident {
		l.must(b.ident[i] > 0 && b.ident[i] <= ids && b.parent[i] >= -1 && int(b.parent[i]) < n && b.ref[i] < texts && int(b.order[i]) < n, "a component")
	}
	if l.err != nil {
		return
	}
	l.must(b.root >= -1 && int(b.root) < n, "a bill of materials")
	for i := 1; i < n; i++ {
		x, y := b.order[i-1], b.order[i]
		l.must(b.ident[x] < b.ident[y] || b.ident[x] == b.ident[y] && x < y, "the order of components")
	}
	for _, g := range b.quality {
		l.must(max(g.profile, g.rule, g.said) < texts && g.state < 3, "a grade")
	}
	b.uncircle()
	for _, x := range b.links {
		l.must(x.row >= -1 && int(x.row) < n, "a link")
	}
}

// rest is what can be derived, or is small.
func (l *loading) rest() {
	if l.err != nil {
		return
	}
	ix := l.ix
	for n, s := range ix.subjects {
		if s.bill != nil {
			ix.link(uint32(n), s.bill)
		}
		for i := range s.answers {
			ix.answered.add(s.answers[i].vuln, uint32(n))
		}
		if s.asset == nil {
			continue
		}
		if of := s.asset.of; of != none {
			l.must(ix.subjects[of].release != nil, "an instance")
			if l.err == nil {
				ix.subjects[of].members = append(ix.subjects[of].members, uint32(n))
			}
		}
		for _, v := range s.asset.moves {
			l.must(int(v.to) < len(ix.subjects) && ix.subjects[v.to].release != nil, "a move")
		}
	}
	ix.fileHits()
	items, ok := numbers[item](l.sec[secQueue])
	l.must(ok, "the queue")
	good := func(i item) bool { return int(i.subject) < len(ix.subjects) && int(i.vuln) < ix.texts.len() }
	for _, i := range items {
		if l.must(good(i), "the queue"); l.err == nil {
			ix.queue.put(i)
		}
	}
	for _, e := range l.m.Expiries {
		i := item{e.Subject, e.Vuln}
		l.must(good(i), "a claim's end")
		ix.expiries = append(ix.expiries, expiry{e.At, i})
	}
	heap.Init(&ix.expiries)
	for _, id := range l.m.Releases {
		ix.queue.release(id)
	}
	for id, wait := range l.m.Waiting {
		for _, n := range wait {
			l.must(int(n) < len(ix.subjects) && ix.subjects[n].asset != nil, "an asset that waits")
		}
		ix.waiting[id] = wait
	}
	ix.now, ix.portion = l.m.Now, l.m.Portion
}
