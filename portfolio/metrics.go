package portfolio

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// News is what came new of one vulnerability.
type News struct {
	Vulnerability string
	Title         string
	Since         time.Time // when the first of them came into its state
	Subjects      int
	Assets        int
	Keys          []check.ExposureKey // at most eight
}

// New are the vulnerabilities of which something fails since a time, newest first,
// at most limit; more counts the rest. Embargoed ones are left out unless allowed.
func (ix *Index) New(ctx context.Context, since time.Time, limit int, embargoed bool) (news []News, more int, err error) {
	return ix.NewIn(ctx, since, limit, Scope{Embargoed: embargoed})
}

// NewIn is New of what may be seen.
func (ix *Index) NewIn(ctx context.Context, since time.Time, limit int, sc Scope) (news []News, more int, err error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	by := map[uint32]*News{}
	for n, s := range ix.subjects {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		if !sc.sees(s) {
			continue
		}
		for _, a := range s.answers {
			if a.state != uint8(wardround.Fail) || a.flags&answerClaimed != 0 || a.since < since.Unix() {
				continue
			}
			x := by[a.vuln]
			if x == nil {
				x = &News{Vulnerability: ix.texts.at(a.vuln), Since: fromUnix(a.since)}
				by[a.vuln] = x
			}
			if t := fromUnix(a.since); t.Before(x.Since) {
				x.Since = t
			}
			x.Subjects++
			ix.eachMember(s, func(*member) { x.Assets++ })
			if len(x.Keys) < maxPlaces {
				x.Keys = append(x.Keys, check.ExposureKey{Subject: s.key, Vulnerability: x.Vulnerability})
			}
		}
	}
	for _, x := range by {
		f := ix.factsOf(x.Vulnerability)
		if x.Title = f.Title; !sc.Hides(&f) {
			news = append(news, *x)
		}
	}
	slices.SortFunc(news, func(a, b News) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Vulnerability, b.Vulnerability))
	})
	if limit > 0 && len(news) > limit {
		more, news = len(news)-limit, news[:limit]
	}
	return news, more, nil
}

// Spread is a set of durations.
type Spread struct {
	N             int
	P50, P90, Max time.Duration
}

func spread(d []time.Duration) Spread {
	if len(d) == 0 {
		return Spread{}
	}
	slices.Sort(d)
	at := func(p int) time.Duration { return d[min(len(d)-1, len(d)*p/100)] }
	return Spread{len(d), at(50), at(90), d[len(d)-1]}
}

// Metrics are the measures of a fleet that FDA's premarket guidance names ("defect
// density"-like figures aside): how long until a vulnerability is identified,
// patched and the patch deployed. They are counted by (product line,
// vulnerability); a product line is a maker's product in all its versions.
//
//	identified  the first failing verdict on any release of the line
//	patched     the line has a release with a bill of materials that came here not
//	            before that, and is not affected
//	deployed    an instance that ran an affected release runs one that is not
type Metrics struct {
	// Verdict is from the publication of the first advisory (or from when the
	// affected release's bill of materials came, if later) to identified.
	Verdict Spread
	// Patch is from identified to patched; Open counts those without a patch yet.
	Patch Spread
	Open  int
	// Deployed is from patched to deployed, by instance.
	Deployed Spread
	// Instances ran an affected release that has a patch; of these Patched do not
	// any more.
	Instances, Patched int
	Share              Share
	Knowledge          []check.Feed
}

// PatchedPercent is the share of instances that were patched, 0 to 100; -1 when
// none had to be.
func (m *Metrics) PatchedPercent() float64 {
	if m.Instances == 0 {
		return -1
	}
	return 100 * float64(m.Patched) / float64(m.Instances)
}

// pair is one vulnerability in one product line.
type pair struct {
	identified int64
	releases   []uint32 // that have, or had, it
}

// Metrics measures the fleet, embargoed vulnerabilities counted.
func (ix *Index) Metrics(ctx context.Context) (*Metrics, error) {
	return ix.MetricsIn(ctx, Scope{Embargoed: true})
}

// MetricsIn is Metrics of what may be seen.
func (ix *Index) MetricsIn(ctx context.Context, sc Scope) (*Metrics, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	m := &Metrics{Share: ix.shareOf(&sc), Knowledge: slices.Collect(ix.opt.Knowledge.Feeds())}
	lines := map[string][]uint32{}
	for n, s := range ix.subjects {
		if s.release != nil && sc.sees(s) {
			k := fold(s.release.Maker) + "\x00" + fold(s.release.Product)
			lines[k] = append(lines[k], uint32(n))
		}
	}
	ran := map[uint32][]*member{} // by release, who ever was an instance
	for _, s := range ix.subjects {
		if s.asset == nil || s.asset.gone != "" {
			continue
		}
		for _, mv := range s.asset.moves {
			if !slices.Contains(ran[mv.to], s.asset) {
				ran[mv.to] = append(ran[mv.to], s.asset)
			}
		}
	}
	rate := &rating{ix, &sc, map[uint32]*rated{}}
	var verdict, patch, deployed []time.Duration
	for _, line := range lines {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		pairs := map[uint32]*pair{}
		for _, n := range line {
			s := ix.subjects[n]
			for _, a := range s.answers {
				if a.first == 0 || rate.get(a.vuln).hidden {
					continue
				}
				p := pairs[a.vuln]
				if p == nil {
					p = &pair{identified: a.first}
					pairs[a.vuln] = p
				}
				p.identified = min(p.identified, a.first)
				p.releases = append(p.releases, n)
				if from := max(unix(ix.factsOf(ix.texts.at(a.vuln)).Published), unix(s.withBOM)); from != 0 {
					verdict = append(verdict, time.Duration(max(0, a.first-from))*time.Second)
				}
			}
		}
		for v, p := range pairs {
			at, ok := ix.patched(line, v, p)
			if !ok {
				m.Open++
				continue
			}
			patch = append(patch, time.Duration(max(0, at-p.identified))*time.Second)
			ix.deployed(v, at, p, ran, m, &deployed)
		}
	}
	m.Verdict, m.Patch, m.Deployed = spread(verdict), spread(patch), spread(deployed)
	return m, nil
}

// clear reports whether a release with a bill of materials is not affected.
func (ix *Index) clear(n, v uint32) bool {
	s := ix.subjects[n]
	if s.bill == nil {
		return false
	}
	i, had := find(s.answers, v)
	return !had || s.answers[i].state == uint8(wardround.Pass) || s.answers[i].flags&answerClaimed != 0
}

// patched is when the first release that is not affected came after a
// vulnerability was identified, or an affected one ceased to be.
func (ix *Index) patched(line []uint32, v uint32, p *pair) (int64, bool) {
	at, ok := int64(0), false
	for _, n := range line {
		if !ix.clear(n, v) {
			continue
		}
		s := ix.subjects[n]
		t := unix(s.withBOM)
		if i, had := find(s.answers, v); had {
			t = s.answers[i].since
		}
		if t >= p.identified && (!ok || t < at) {
			at, ok = t, true
		}
	}
	return at, ok
}

// deployed looks at every instance that ran an affected release.
func (ix *Index) deployed(v uint32, patched int64, p *pair, ran map[uint32][]*member, m *Metrics, out *[]time.Duration) {
	seen := map[*member]bool{}
	for _, r := range p.releases {
		for _, x := range ran[r] {
			if seen[x] {
				continue
			}
			seen[x] = true
			m.Instances++
			if x.of == none || !ix.clear(x.of, v) {
				continue
			}
			m.Patched++
			at := unix(x.moves[len(x.moves)-1].at)
			if slices.Contains(p.releases, x.of) { // patched in place: another bill of materials
				at = patched
			}
			*out = append(*out, time.Duration(max(0, at-patched))*time.Second)
		}
	}
}

// Supported is one release whose support ends.
type Supported struct {
	Release   *wardround.Release
	Stage     wardround.SupportStage
	Ends      time.Time // zero: not known
	Instances int
}

// Support are the releases whose support ends before a time or ended already,
// soonest first, and those of which nobody said when, most instances first.
func (ix *Index) Support(until time.Time) (ending, unknown []Supported) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, s := range ix.subjects {
		r := s.release
		if r == nil || ix.retired(s) {
			continue
		}
		x := Supported{r, r.SupportAt(ix.now), r.SupportEnds, len(s.members)}
		switch {
		case r.SupportEnds.IsZero() && x.Stage != wardround.SupportEnded:
			unknown = append(unknown, x)
		case r.SupportEnds.Before(until):
			ending = append(ending, x)
		}
	}
	slices.SortFunc(ending, func(a, b Supported) int {
		return cmp.Or(a.Ends.Compare(b.Ends), strings.Compare(string(a.Release.ID), string(b.Release.ID)))
	})
	slices.SortFunc(unknown, func(a, b Supported) int {
		return cmp.Or(cmp.Compare(b.Instances, a.Instances), strings.Compare(string(a.Release.ID), string(b.Release.ID)))
	})
	return ending, unknown
}
