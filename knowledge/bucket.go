package knowledge

import (
	"slices"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/version"
)

// recID is a record's number in the Base: those of the generation first, then
// those that came since.
type recID uint32

// A row is what one record says of one package.
type row struct {
	rec  recID
	part uint32 // index of Record.Affected
	// ecosystem is the record's, with its release: "Debian:12".
	ecosystem version.Ecosystem
	name      string // of a Go module, whose case counts; else ""
	status    advisory.Status
	symbols   bool
	// compiled says that line, spans, named and fixed say all that part does;
	// otherwise it is evaluated by itself.
	compiled bool
	line     *line
	spans    []span   // of Ranges
	named    []span   // of Versions
	fixed    []uint32 // places of fixed events, ascending
	doubt    osv.Reason
	// said is what the row was compiled from; nil in a generation, when compiled.
	said *advisory.Affected
}

// A bucket is all rows of one key.
type bucket struct {
	lines []*line
	rows  []row
}

// part is an Affected with where it stands.
type part struct {
	rec  recID
	n    uint32
	said *advisory.Affected
}

// newBucket compiles what records say under one key.
func newBucket(parts []part) *bucket {
	b := &bucket{rows: make([]row, len(parts))}
	texts := map[version.Scheme][]string{}
	seen := map[version.Scheme]map[string]bool{}
	for i, p := range parts {
		r := &b.rows[i]
		*r = row{rec: p.rec, part: p.n, said: p.said, status: p.said.Status, symbols: len(p.said.Symbols) > 0}
		if p.said.Package != nil {
			r.ecosystem = version.ParseEcosystem(p.said.Package.Ecosystem)
			if r.ecosystem.Family == "Go" {
				r.name = p.said.Package.Name
			}
		}
		var scheme version.Scheme
		if scheme, r.compiled = oneScheme(p.said); !r.compiled || p.said.Package == nil {
			r.compiled = false
			continue
		}
		if seen[scheme] == nil {
			seen[scheme] = map[string]bool{}
		}
		eachBound(p.said, func(text string) {
			if !seen[scheme][text] {
				seen[scheme][text] = true
				texts[scheme] = append(texts[scheme], text)
			}
		})
	}
	byScheme := map[version.Scheme]*line{}
	places := map[version.Scheme]map[string]uint32{}
	for s, t := range texts {
		slices.Sort(t) // so that the text that stands for equal ones does not depend on the order of arrival
		t = slices.DeleteFunc(t, func(v string) bool { _, err := s.Parse(v); return err != nil })
		l := newLine(s, t)
		if l == nil {
			continue
		}
		byScheme[s], places[s] = l, make(map[string]uint32, len(t))
		for _, v := range t {
			if w, err := s.Parse(v); err == nil {
				if at, ok := l.place(w); ok {
					places[s][v] = at
				}
			}
		}
		b.lines = append(b.lines, l)
	}
	for i, p := range parts {
		r := &b.rows[i]
		if r.compiled {
			scheme, _ := oneScheme(p.said)
			r.compile(p.said, byScheme[scheme], places[scheme])
		}
	}
	return b
}

// oneScheme is the scheme that all ranges and versions are compared in; false when
// there are several or the part has to be evaluated by itself.
func oneScheme(a *advisory.Affected) (version.Scheme, bool) {
	scheme := osv.Scheme(a, advisory.Ecosystem)
	first := len(a.Versions) == 0
	for i := range a.Ranges {
		switch k := a.Ranges[i].Kind; k {
		case advisory.Git:
		case advisory.Serial, advisory.Date:
			return 0, false
		default:
			s := osv.Scheme(a, k)
			if !first && s != scheme {
				return 0, false
			}
			scheme, first = s, false
		}
	}
	return scheme, scheme == osv.Scheme(a, advisory.Ecosystem) || len(a.Versions) == 0
}

func eachBound(a *advisory.Affected, yield func(string)) {
	for i := range a.Ranges {
		if a.Ranges[i].Kind == advisory.Git {
			continue
		}
		for j := range a.Ranges[i].Events {
			e := &a.Ranges[i].Events[j]
			if text, limit := osv.Bound(e); e.Introduced != "0" && !(limit && text == "*") {
				yield(text)
			}
		}
	}
	for _, v := range a.Versions {
		yield(v)
	}
}

// compile fills a row from its part; it stays uncompiled where the line lacks a
// bound.
func (r *row) compile(a *advisory.Affected, l *line, places map[string]uint32) {
	if l == nil {
		l = &line{}
	}
	r.line = l
	at := func(text string) (uint32, bool) { p, ok := places[text]; return p, ok }
	for _, v := range a.Versions {
		p, ok := at(v)
		if !ok {
			r.compiled = false // compared as text
			return
		}
		r.named = append(r.named, span{p, p + 1})
	}
	r.named = union(r.named)
	real := false
	for i := range a.Ranges {
		if a.Ranges[i].Kind == advisory.Git {
			if len(a.Versions) == 0 {
				r.doubt = max(r.doubt, osv.Commits)
			}
			continue
		}
		real = true
		spans, ok := spansOf(l, &a.Ranges[i], at)
		if !ok {
			r.compiled = false
			return
		}
		r.spans = append(r.spans, spans...)
		for j := range a.Ranges[i].Events {
			if f := a.Ranges[i].Events[j].Fixed; f != "" {
				p, _ := at(f)
				r.fixed = append(r.fixed, p)
			}
		}
	}
	r.spans = union(r.spans)
	slices.Sort(r.fixed)
	r.fixed = slices.Compact(r.fixed)
	switch {
	case a.All:
		r.compiled = false
	case a.Unread != "":
		r.doubt = osv.Unread
	case !real && len(a.Ranges) == 0 && len(a.Versions) == 0:
		r.doubt = osv.NoRange
	}
}

// at evaluates a compiled row for a place on its line.
func (r *row) at(place uint32) (reason osv.Reason, in int) {
	if find(r.named, place) >= 0 {
		return osv.Enumerated, -1
	}
	if i := find(r.spans, place); i >= 0 {
		return osv.Ranged, i
	}
	return r.doubt, -1
}

// fixes are the fixed versions after a place.
func (r *row) fixes(place uint32) []string {
	i, _ := slices.BinarySearch(r.fixed, place+1)
	if i == len(r.fixed) {
		return nil
	}
	out := make([]string, 0, len(r.fixed)-i)
	for _, p := range r.fixed[i:] {
		out = append(out, r.line.text(p))
	}
	return out
}
