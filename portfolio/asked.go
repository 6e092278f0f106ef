package portfolio

import (
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// byVulnerability judges subjects by the answers that they have, and by what the
// vulnerability names.
func (a *asking) byVulnerability() func(n uint32) verdict {
	if a.q.Vulnerability == "" {
		return nil
	}
	v, heard := a.texts.find(a.res.Vulnerability)
	if !a.known {
		return func(uint32) verdict { return verdict{state: wardround.Unknown, why: whyUnheard} }
	}
	// Whoever has a hit, or had an answer, is asked for one; of the others it only
	// matters whether they hold what is named.
	carry, named := make([]bool, len(a.subjects)), make([]bool, len(a.subjects))
	if heard && v != 0 {
		for _, n := range a.carriers(v) {
			carry[n] = true
		}
	}
	for _, id := range a.candidates(a.res.Vulnerability) {
		for _, n := range a.ids.in[id-1] {
			a.eachHolder(n, func(h uint32) { named[h] = true })
		}
	}
	like := a.nameless(a.namesOf())
	old := a.old()
	byName := a.onlyProducts()
	return func(n uint32) verdict {
		s := a.subjects[n]
		if carry[n] {
			if x, ok := a.standing(n, v); ok {
				return x
			}
		}
		switch why := a.blind(s, byName); {
		case a.judged(n) != "":
			return verdict{state: wardround.Pass, why: whyRetired}
		case why != "":
			return verdict{state: wardround.Unknown, why: why}
		case old:
			return verdict{state: wardround.Unknown, why: whyOld}
		case like[n]:
			return verdict{state: wardround.Unknown, why: whyLike}
		case named[n]:
			return verdict{state: wardround.Pass, why: whyFixed, row: func(r *Row) { r.Why = a.whyNot(n, a.res.Vulnerability) }}
		}
		return verdict{state: wardround.Pass, why: whyNoPart, row: remark(s)}
	}
}

// old reports whether what is known of the packages that the vulnerability names is
// too old to conclude anything from silence.
func (a *asking) old() bool {
	var newest time.Time
	for i, n := range a.candidates(a.res.Vulnerability) {
		if i == 16 {
			break
		}
		id := a.identity(n)
		if at, ok := a.opt.Knowledge.Covers(&id); ok {
			newest = later(newest, at)
		}
	}
	if newest.IsZero() {
		newest = a.res.Knowledge
	}
	return !newest.IsZero() && a.now.Sub(newest) > a.q.MaxAge
}

// namesOf are the names of what the vulnerability is about.
func (a *asking) namesOf() []string {
	if k, ok := a.opt.Knowledge.(interface{ Names(string) []string }); ok {
		return k.Names(a.res.Vulnerability)
	}
	var out []string
	for i, n := range a.candidates(a.res.Vulnerability) {
		if i == 16 {
			break
		}
		id := a.identity(n)
		out = append(out, id.Name, packageOf(id.PURL))
	}
	return out
}

// nameless marks the subjects that hold a component of one of the names of which
// nothing else is known: no package, no CPE.
func (a *asking) nameless(names []string) []bool {
	out := make([]bool, len(a.subjects))
	for _, name := range names {
		if _, rest, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(name, "pkg:") {
			name = rest
		}
		forms := []string{name}
		if i := strings.LastIndexByte(name, '/'); i >= 0 && len(name)-i > 4 {
			forms = append(forms, name[i+1:])
		}
		for _, f := range forms {
			key, ok := a.texts.find("name:" + fold(f))
			if !ok || key == 0 {
				continue
			}
			for _, id := range a.ids.byName.get(key) {
				if a.identified(id) {
					continue
				}
				for _, n := range a.ids.in[id-1] {
					a.eachHolder(n, func(h uint32) { out[h] = true })
				}
			}
		}
	}
	return out
}

// standing is the answer that a subject has: as it was last said, or as it is now
// if that waits. The words are made only for rows that are shown.
func (a *asking) standing(n, v uint32) (verdict, bool) {
	s := a.subjects[n]
	i, had := find(s.answers, v)
	x := verdict{}
	if had && !a.queue.waits(n, v) {
		x.state = wardround.State(s.answers[i].state)
		x.why = whyOf(x.state, s.answers[i].flags&answerClaimed != 0)
	} else {
		var old *answer
		if had {
			old = &s.answers[i]
		}
		e := a.expose(n, v, old)
		if e == nil {
			return x, false
		}
		x.state = e.State
		x.why = whyOf(e.State, clears(e.Claim))
	}
	if x.state == wardround.Pass {
		return x, false // the reason is looked for below
	}
	if x.why == whyClaimed {
		x.state = wardround.Pass
	}
	x.row = func(r *Row) {
		var old *answer
		if had {
			old = &s.answers[i]
		}
		if e := a.expose(n, v, old); e != nil {
			r.Why, r.Places, r.Count, r.Fixed, r.Claim = e.Why, e.Places, e.Count, e.Fixed, e.Claim
		}
	}
	return x, true
}

func whyOf(s wardround.State, claimed bool) string {
	switch {
	case claimed && s != wardround.Pass:
		return whyClaimed
	case s == wardround.Fail:
		return whyAffected
	}
	return whyUncertain
}

// waits reports whether a pair is to be judged anew.
func (q *queue) waits(n, v uint32) bool {
	if _, ok := q.in[item{n, 0}]; ok {
		return true
	}
	_, ok := q.in[item{n, v}]
	return ok
}

// onlyProducts reports whether the vulnerability names products alone: then a name
// is enough to judge by, and no bill of materials is needed.
func (a *asking) onlyProducts() bool {
	k, ok := a.opt.Knowledge.(interface{ OnlyProducts(string) bool })
	return ok && a.res.Vulnerability != "" && k.OnlyProducts(a.res.Vulnerability)
}

// byPackage judges subjects by the components of one package that they hold.
func (a *asking) byPackage(also func(uint32) verdict) func(n uint32) verdict {
	type found struct {
		state wardround.State
		ids   []uint32
	}
	hold := make([]*found, len(a.subjects))
	for _, id := range a.named(a.q.Package) {
		state := wardround.Pass
		in, known := a.q.Range.Holds(a.texts.at(a.ids.rows[id-1].version))
		switch {
		case !known:
			state = wardround.Unknown
		case in:
			state = wardround.Fail
		}
		for _, n := range a.ids.in[id-1] {
			a.eachHolder(n, func(h uint32) {
				f := hold[h]
				if f == nil {
					f = &found{}
					hold[h] = f
				}
				if len(f.ids) == 0 || rank(state) > rank(f.state) {
					f.state, f.ids = state, f.ids[:0]
				}
				if state == f.state && len(f.ids) < maxPlaces {
					f.ids = append(f.ids, id)
				}
			})
		}
	}
	var like []bool
	if p := packageOf(a.q.Package); p != "" {
		like = a.nameless([]string{p})
	}
	return func(n uint32) verdict {
		s := a.subjects[n]
		f := hold[n]
		if like != nil && like[n] && (f == nil || f.state == wardround.Pass) {
			return verdict{state: wardround.Unknown, why: whyLike}
		}
		if f == nil {
			switch why := a.blind(s, false); {
			case a.judged(n) != "":
				return verdict{state: wardround.Pass, why: whyRetired}
			case why != "":
				return verdict{state: wardround.Unknown, why: why}
			}
			return verdict{state: wardround.Pass, why: whyNoPart, row: remark(s)}
		}
		row := func(r *Row) { a.placesOf(r, n, f.ids) }
		switch {
		case f.state == wardround.Unknown:
			return verdict{state: wardround.Unknown, why: whyVersion, row: row}
		case f.state == wardround.Pass:
			return verdict{state: wardround.Pass, why: whyOutside, row: row}
		case also == nil:
			return verdict{state: wardround.Fail, why: whyAffected, row: row}
		}
		return also(n)
	}
}

// named are the identities of a package or a name.
func (a *asking) named(s string) []uint32 {
	key := packageOf(s)
	if key == "" {
		key = "name:" + fold(s)
	}
	t, ok := a.texts.find(key)
	if !ok || t == 0 {
		return nil
	}
	return a.ids.byName.get(t)
}

// placesOf says where a subject holds identities.
func (a *asking) placesOf(r *Row, n uint32, ids []uint32) {
	var versions []string
	for _, id := range ids {
		label := a.identity(id)
		addAll(&versions, []string{label.Label()})
		if a.subjects[n].device == id {
			r.Count++
		}
		for _, h := range a.reach(n) {
			b := a.subjects[h.subject].bill
			if b == nil {
				continue
			}
			rows := b.rows(id)
			r.Count += len(rows)
			for _, row := range rows {
				if len(r.Places) == maxPlaces {
					break
				}
				r.Places = append(r.Places, check.Place{Component: label.Label(), Path: strings.Join(a.path(h, int32(row)), " > ")})
			}
		}
	}
	r.Why = "It holds " + strings.Join(versions, ", ") + "."
}

func find(answers []answer, v uint32) (int, bool) {
	return slices.BinarySearchFunc(answers, v, func(a answer, v uint32) int { return int(a.vuln) - int(v) })
}
