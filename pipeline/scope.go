package pipeline

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// A false positive of a whole asset is kept as the decision of each finding it
// covers, so that a restart finds it there: no more of them than there are items.

// scoped reports whether the finding stands under a false positive of its asset.
func scoped(f *wardround.Finding) bool {
	return f.State == wardround.FalsePositive && f.Decision != nil && wide(f.Decision)
}

// same returns the findings of the check and subject of f, f itself left out, in
// order of item.
func (s *findings) same(p *Pipeline, f *wardround.Finding) []*wardround.Finding {
	var out []*wardround.Finding
	for _, r := range p.rows.by[f.Subject] {
		if g := s.keys[r.v.Key]; r.v.Check == f.Check && g != nil && g != f {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *wardround.Finding) int { return strings.Compare(a.Item, b.Item) })
	return out
}

// widen extends a false positive to the other findings of its check and asset.
func (s *findings) widen(p *Pipeline, f *wardround.Finding, dec *wardround.Decision) {
	s.scopes[scopeOf(f)] = dec
	for _, g := range s.same(p, f) {
		s.cover(p, g)
	}
}

// cover lets a finding fall under what was said of all its asset, if it is no
// graver than what was spoken of and as many people spoke as it needs.
func (s *findings) cover(p *Pipeline, f *wardround.Finding) bool {
	dec := s.scopes[scopeOf(f)]
	switch {
	case dec == nil || !dec.Until.After(p.now) || f.Severity > dec.Severity || len(dec.By) < 2 && p.needsTwo(f):
		return false
	case f.State != wardround.Open && f.State != wardround.Reopened && f.State != wardround.Acknowledged:
		return false // fixed, or a person said something else of it
	}
	s.settleOn(p, f, dec)
	p.commit.Evidence = append(p.commit.Evidence, covered(f, p))
	return true
}

// covered is evidence that a finding was declared false with all of its asset,
// without anybody having looked at it.
func covered(f *wardround.Finding, p *Pipeline) *wardround.Evidence {
	b, err := json.Marshal(map[string]any{"finding": f.ID, "check": f.Check, "subject": f.Subject, "item": f.Item, "decided": f.Decision.At.UTC()})
	if err != nil {
		panic(err) // plain strings
	}
	return &wardround.Evidence{Kind: "action", Reason: "finding false positive with its asset", Payload: b, At: p.now, Seq: p.commit.To}
}

// narrow ends the false positive of an asset that f is under: what else it
// covered is reopened.
func (s *findings) narrow(p *Pipeline, f *wardround.Finding) {
	delete(s.scopes, scopeOf(f))
	for _, g := range s.same(p, f) {
		if scoped(g) {
			s.change(g, func() { g.State, g.Seq, g.Decision = wardround.Reopened, p.commit.To, nil })
			delete(s.ends, g.ID)
		} else if g.State == wardround.Fixed && g.Decision != nil && wide(g.Decision) {
			s.change(g, func() { g.Decision = nil }) // nor does a restart find it here
		}
	}
}

// uncarry forgets the false positive of an asset that f stood under, unless
// another finding still carries it: what a restart would not find does not hold.
func (s *findings) uncarry(p *Pipeline, f *wardround.Finding) {
	for _, g := range s.same(p, f) {
		if g.Decision != nil && wide(g.Decision) {
			return
		}
	}
	delete(s.scopes, scopeOf(f))
}

func scopeOf(f *wardround.Finding) ofSubject { return ofSubject{f.Check, f.Subject} }
