package portfolio

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Scope is what of a portfolio somebody may see. The zero value is everything that is
// not under embargo.
type Scope struct {
	// Lines are product lines (maker, model or product), folded as in board.Visible;
	// nil is all of them, an empty list none.
	Lines []string
	// Embargoed lets embargoed vulnerabilities be seen.
	Embargoed bool
	// Hidden says of further vulnerabilities that they may not be seen; nil: none.
	Hidden func(vulnerability string) bool
}

// Hides reports whether a vulnerability may not be seen.
func (sc *Scope) Hides(f *Facts) bool {
	return f.Embargoed && !sc.Embargoed || sc.Hidden != nil && sc.Hidden(f.ID)
}

// Sees reports whether a release may be seen.
func (sc *Scope) Sees(r *wardround.Release) bool {
	return sc.Lines == nil || sc.any(r.Maker, r.Product) || sc.any(r.Models...) || sc.any(r.Names...)
}

func (sc *Scope) any(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return slices.Contains(sc.Lines, strings.ToLower(strings.TrimSpace(n)))
	})
}

func (sc *Scope) sees(s *subject) bool {
	if sc.Lines == nil {
		return true
	}
	if s.release != nil {
		return sc.Sees(s.release)
	}
	c := &s.asset.calls
	return sc.any(c.Supplier, c.Name) || sc.any(c.Models...) || sc.any(c.Names...)
}

// Summary counts what is said of one release.
type Summary struct {
	Release      *wardround.Release
	HasSBOM      bool
	Components   int
	Unidentified int // components that nothing can be asked about
	Instances    int
	Exposed      Exposed
}

// Exposed counts vulnerabilities by what is said of them.
type Exposed struct {
	Affected    int `json:"affected" doc:"Vulnerabilities that fail and that nobody states not to affect."`
	Critical    int `json:"critical"`
	High        int `json:"high"`
	Medium      int `json:"medium"`
	Low         int `json:"low"`
	Info        int `json:"info" doc:"Also those that nobody has rated."`
	Exploited   int `json:"exploited" doc:"Of the affected: listed in CISA KEV."`
	Unknown     int `json:"unknown" doc:"Of which it cannot be told."`
	Claimed     int `json:"claimed" doc:"Of which an author states that they do not affect."`
	NotAffected int `json:"not_affected"`
}

// add counts one answer.
func (x *Exposed) add(a *answer, f *rated) {
	switch {
	case a.state == uint8(wardround.Pass):
		x.NotAffected++
		return
	case a.flags&answerClaimed != 0:
		x.Claimed++
		return
	case a.state == uint8(wardround.Unknown):
		x.Unknown++
		return
	}
	x.Affected++
	if f.exploited {
		x.Exploited++
	}
	switch f.severity {
	case wardround.Critical:
		x.Critical++
	case wardround.High:
		x.High++
	case wardround.Medium:
		x.Medium++
	case wardround.Low:
		x.Low++
	default:
		x.Info++
	}
}

// Worst is the severity of the worst that affects.
func (x *Exposed) Worst() wardround.Severity {
	for _, s := range []struct {
		n  int
		is wardround.Severity
	}{{x.Critical, wardround.Critical}, {x.High, wardround.High}, {x.Medium, wardround.Medium}, {x.Low, wardround.Low}, {x.Info, wardround.Info}} {
		if s.n > 0 {
			return s.is
		}
	}
	return wardround.SeverityNone
}

// rated is what counting needs of a vulnerability.
type rated struct {
	severity          wardround.Severity
	exploited, hidden bool
}

// rating reads facts once for each vulnerability.
type rating struct {
	*Index
	sc *Scope
	of map[uint32]*rated
}

func (r *rating) get(v uint32) *rated {
	x := r.of[v]
	if x == nil {
		f := r.factsOf(r.texts.at(v))
		x = &rated{f.Severity, f.Exploited, r.sc.Hides(&f)}
		r.of[v] = x
	}
	return x
}

// Summaries counts what is said of each release, in order of id.
func (ix *Index) Summaries(ctx context.Context, sc Scope) ([]Summary, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	rate := &rating{ix, &sc, map[uint32]*rated{}}
	var out []Summary
	for n, s := range ix.subjects {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if s.release == nil || !sc.sees(s) {
			continue
		}
		out = append(out, ix.summary(s, rate))
	}
	slices.SortFunc(out, func(a, b Summary) int { return strings.Compare(string(a.Release.ID), string(b.Release.ID)) })
	return out, nil
}

// Summary counts what is said of one release; false if there is none that may be seen.
func (ix *Index) Summary(id wardround.ReleaseID, sc Scope) (Summary, bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	s := ix.lookup(wardround.ReleaseSubject(id))
	if s == nil || s.release == nil || !sc.sees(s) {
		return Summary{}, false
	}
	return ix.summary(s, &rating{ix, &sc, map[uint32]*rated{}}), true
}

func (ix *Index) summary(s *subject, rate *rating) Summary {
	x := Summary{Release: s.release, Instances: len(s.members)}
	if s.bill != nil {
		x.HasSBOM, x.Components, x.Unidentified = true, len(s.bill.ident), s.bill.without
	}
	for i := range s.answers {
		a := &s.answers[i]
		if f := rate.get(a.vuln); a.sum != 0 && !f.hidden {
			x.Exposed.add(a, f)
		}
	}
	return x
}

// Count is how far one vulnerability reaches.
type Count struct {
	Facts
	Since    time.Time // when the first failing subject came into its state
	Releases int       // affected
	Assets   int       // affected: instances of these, and assets of no known release
	// Criticality is the highest of the assets.
	Criticality                   wardround.Criticality
	Unknown, Claimed, NotAffected int // subjects
}

// Vulnerabilities counts everything that was ever said of a subject, by
// vulnerability, in order of id.
func (ix *Index) Vulnerabilities(ctx context.Context, sc Scope) ([]Count, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	by := map[uint32]*Count{}
	for n, s := range ix.subjects {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if s.asset != nil && (s.asset.of != none || s.asset.gone != "") || !sc.sees(s) {
			continue // counted with its release
		}
		for i := range s.answers {
			a := &s.answers[i]
			if a.sum == 0 {
				continue
			}
			x := by[a.vuln]
			if x == nil {
				x = &Count{Facts: ix.factsOf(ix.texts.at(a.vuln))}
				by[a.vuln] = x
			}
			x.add(ix, s, a)
		}
	}
	out := make([]Count, 0, len(by))
	for _, x := range by {
		if !sc.Hides(&x.Facts) {
			out = append(out, *x)
		}
	}
	slices.SortFunc(out, func(a, b Count) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

func (x *Count) add(ix *Index, s *subject, a *answer) {
	switch {
	case a.state == uint8(wardround.Pass):
		x.NotAffected++
		return
	case a.flags&answerClaimed != 0:
		x.Claimed++
		return
	case a.state == uint8(wardround.Unknown):
		x.Unknown++
		return
	}
	if s.release != nil {
		x.Releases++
	}
	ix.eachMember(s, func(m *member) {
		x.Assets++
		if x.Assets == 1 || m.criticality.Rank() > x.Criticality.Rank() {
			x.Criticality = m.criticality
		}
	})
	if t := fromUnix(a.since); x.Since.IsZero() || t.Before(x.Since) {
		x.Since = t
	}
}

// Vulnerability counts one vulnerability, by its folded id; known says whether
// anything is known of it or was ever said.
func (ix *Index) Vulnerability(ctx context.Context, id string, sc Scope) (x Count, known bool, err error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	_, known = ix.opt.Knowledge.Facts(id)
	x.Facts = ix.factsOf(id)
	v, ok := ix.texts.find(id)
	if !ok || v == 0 {
		return x, known, nil
	}
	for _, n := range ix.carriers(v) {
		if err := ctx.Err(); err != nil {
			return x, known, err
		}
		s := ix.subjects[n]
		if s.asset != nil && (s.asset.of != none || s.asset.gone != "") || !sc.sees(s) {
			continue
		}
		if i, had := find(s.answers, v); had && s.answers[i].sum != 0 {
			known = true
			x.add(ix, s, &s.answers[i])
		}
	}
	return x, known, nil
}

// Covered reports whether everything that a vulnerability concerns, of what some
// scope sees, is also seen by a narrower one, and there is such a thing.
func (ix *Index) Covered(id string, seen, narrower Scope) bool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	v, ok := ix.texts.find(id)
	if !ok || v == 0 {
		return false
	}
	any := false
	for _, n := range ix.carriers(v) {
		s := ix.subjects[n]
		if s.asset != nil && (s.asset.of != none || s.asset.gone != "") || !seen.sees(s) {
			continue
		}
		if any = true; !narrower.sees(s) {
			return false
		}
	}
	return any
}

// ShareIn says how much of what may be seen an answer rests on.
func (ix *Index) ShareIn(sc Scope) Share {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.shareOf(&sc)
}
