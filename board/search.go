package board

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// How well something fits what was asked for: the better first.
const (
	fitsExactly = iota
	fitsBegin
	fitsWord
	fitsSomewhere
	fitsNot
)

// fit says how well terms fit a name in lower case.
func fit(name string, whole string, terms []string) int {
	switch {
	case name == whole:
		return fitsExactly
	case strings.HasPrefix(name, whole):
		return fitsBegin
	}
	best := fitsWord
	for _, t := range terms {
		i := strings.Index(name, t)
		if i < 0 {
			return fitsNot
		}
		if i > 0 && wordly(name[i-1]) {
			best = fitsSomewhere
		}
	}
	return best
}

func wordly(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 }

func contains(text string, terms []string) bool {
	for _, t := range terms {
		if !strings.Contains(text, t) {
			return false
		}
	}
	return true
}

// ranked is a hit with its place.
type ranked struct {
	Hit
	fit, kind int
	weight    int // the greater first
}

// perKind is how many hits of a kind are collected before the best are chosen.
const perKind = 64

// Search finds assets, identifiers, findings, cases, checks and zones by words that
// all must occur, at most most, the best first. Titles of checks are told in a
// language; words of any language find them.
func (b *Board) Search(v Visible, q string, most int, language string) []Hit {
	terms := words(q)
	if len(terms) == 0 || most <= 0 {
		return []Hit{}
	}
	terms = terms[:min(len(terms), maxTerms)]
	whole := strings.Join(terms, " ")
	assets, _, _ := b.assetRows()
	cases, _, _ := b.caseRows(v)
	b.mu.RLock()
	live, fixed, zones, m := b.live, b.fixed, b.zones, match(whole, len(b.assets))
	b.mu.RUnlock()
	var hits []ranked
	hits = append(hits, searchAssets(assets, v, whole, terms)...)
	hits = append(hits, b.searchCases(cases, whole, terms, language)...)
	hits = append(hits, searchFindings(live, fixed, v, whole, m, language)...)
	for _, c := range b.own {
		title, is := c.told(language)
		concern := string(c.concern)
		if told, ok := check.FactIn(language, "concern", concern); ok {
			concern = told.(string)
		}
		if f := min(fit(c.id, whole, terms), fit(strings.ToLower(title), whole, terms)); f < fitsNot || contains(c.text, terms) {
			hits = append(hits, ranked{Hit: Hit{Kind: "check", ID: c.id, Title: title, Language: is, Detail: concern, Href: "/checks/" + c.id}, fit: min(f, fitsSomewhere), kind: 3})
		}
	}
	for _, z := range zones {
		if f := fit(strings.ToLower(z.Name+" "+string(z.ID)), whole, terms); f < fitsNot {
			hits = append(hits, ranked{Hit: Hit{Kind: "zone", ID: string(z.ID), Title: cmp.Or(z.Name, string(z.ID)), Href: "/assets?" + url.Values{"zone": {string(z.ID)}}.Encode()}, fit: f, kind: 1})
		}
	}
	slices.SortStableFunc(hits, func(x, y ranked) int {
		return cmp.Or(cmp.Compare(x.fit, y.fit), cmp.Compare(x.kind, y.kind), cmp.Compare(y.weight, x.weight), strings.Compare(x.Title, y.Title), strings.Compare(x.ID, y.ID))
	})
	out := make([]Hit, 0, min(most, len(hits)))
	for i := range hits[:min(most, len(hits))] {
		out = append(out, hits[i].Hit)
	}
	return out
}

// bestOf keeps the best hits while more are found.
type bestOf struct {
	of [fitsNot][]ranked
}

func (b *bestOf) add(h ranked) {
	if len(b.of[h.fit]) < perKind {
		b.of[h.fit] = append(b.of[h.fit], h)
	}
}

func (b *bestOf) all() []ranked { return slices.Concat(b.of[:]...) }

func searchAssets(rows func(func(*assetRow) bool), v Visible, whole string, terms []string) []ranked {
	var best bestOf
	for r := range rows {
		if r.raw.MergedInto != "" || !contains(r.who.text, terms) || !v.sees(r.who) {
			continue
		}
		h := ranked{Hit: Hit{Kind: "asset", ID: string(r.raw.ID), Title: r.who.name, Detail: place(r.who), Href: "/assets/" + string(r.raw.ID), Severity: r.worst}, weight: int(r.worst)}
		if r.raw.Remote {
			h.weight = -1
		}
		h.fit = fit(r.key, whole, terms)
		if h.fit == fitsNot {
			h.fit = fitsSomewhere
			for _, id := range r.raw.Identifiers { // what it is known by, if that was asked for
				if f := fit(strings.ToLower(id.Value), whole, terms); f < fitsNot && id.Confidence >= wardround.Indicated {
					h.Kind, h.Detail, h.fit = "identifier", id.Type+" "+id.Value, f
					break
				}
			}
		}
		best.add(h)
	}
	return best.all()
}

// place says where an asset is and what it is.
func place(w *who) string {
	var parts []string
	for _, p := range []string{w.role, cmp.Or(w.ward, string(w.zone))} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

func (b *Board) searchCases(rows list[*caseRow], whole string, terms []string, language string) []ranked {
	var best bestOf
	var chosen []*caseRow
	for r := range rows.all() { // the worst first
		if r.line.State == "open" && r.has(terms) {
			if chosen = append(chosen, r); len(chosen) == perKind {
				break
			}
		}
	}
	for _, l := range b.lines(chosen, language) {
		best.add(ranked{
			Hit:  Hit{Kind: "case", ID: l.ID, Title: l.Title, Detail: l.Where, Href: "/cases/" + l.ID, Severity: l.Severity, Language: l.Language},
			fit:  min(fit(strings.ToLower(l.Title), whole, terms), fitsSomewhere),
			kind: 1, weight: int(l.Severity),
		})
	}
	return best.all()
}

func searchFindings(live, fixed list[*findingRow], v Visible, whole string, m *matcher, language string) []ranked {
	var best bestOf
	n := 0
	for _, l := range []list[*findingRow]{live, fixed} {
		for r := range l.all() { // the worst first
			if !m.finding(r) || !v.finding(r) {
				continue
			}
			title, is := r.check.told(language)
			if is != language {
				title, is = r.f.Title, check.English
			}
			h := ranked{Hit: Hit{Kind: "finding", ID: r.f.ID, Title: title, Language: is, Detail: r.name(), Href: "/findings/" + r.f.ID, Severity: r.f.Severity}, kind: 2, weight: int(r.f.Severity), fit: fitsSomewhere}
			if r.f.ID == whole {
				h.fit = fitsExactly
			}
			best.add(h)
			if n++; n >= perKind {
				return best.all()
			}
		}
	}
	return best.all()
}
