package pipeline

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// An author's claim that a product is not affected moves its finding to "claimed
// not affected": it does not count as open and is listed apart. Where a life may
// depend on the product the finding stays open, with the claim beside it, until two
// people confirm the claim; their decision is bound to the fact it was made of.
// Either way the finding is open again when the claim is gone, has expired, or
// speaks of something else than what is there now.

// claimed lets what a failing verdict says of a claim act on its finding. It
// reports whether anything changed that must be written.
func (s *findings) claimed(p *Pipeline, f *wardround.Finding, r *row, out check.Output) bool {
	changed := out.Fact != f.Fact || !sameClaim(f.Claim, out.Claim)
	if changed {
		f.Fact, f.Claim = out.Fact, out.Claim // no count of the case rests on them
	}
	frees := f.Claim.Frees(p.now)
	switch {
	case f.State == wardround.ClaimedNotAffected && f.Decision != nil:
		if !frees || f.Decision.Fact != f.Fact || r.v.Severity > f.Decision.Severity || len(f.Decision.By) < 2 && p.needsTwo(f) {
			s.lapse(p, f)
			return true
		}
	case f.State == wardround.ClaimedNotAffected:
		if !frees || p.needsTwo(f) {
			s.lapse(p, f)
			return true
		}
	case frees && f.Decision != nil && f.Decision.State == wardround.Reopened && f.Decision.Fact == f.Fact:
		// A person looked at the claim and does not follow it.
	case frees && !p.needsTwo(f) && (f.State == wardround.Open || f.State == wardround.Reopened || f.State == wardround.Acknowledged):
		s.change(f, func() { f.State, f.Decision, f.Proposed, f.Seq = wardround.ClaimedNotAffected, nil, nil, p.commit.To })
		delete(s.ends, f.ID)
		changed = true
	}
	if f.State == wardround.ClaimedNotAffected {
		s.plan(f)
	}
	return changed
}

// otherFact reports whether a failing verdict rests on something else than its
// finding tells.
func (s *findings) otherFact(out check.Output) bool {
	if out.State != wardround.Fail || out.Fact == "" {
		return false
	}
	f := s.keys[out.Key]
	return f != nil && f.Fact != out.Fact
}

// lapse opens a finding again whose claim does not hold any more.
func (s *findings) lapse(p *Pipeline, f *wardround.Finding) {
	s.change(f, func() { f.State, f.Decision, f.Proposed, f.Seq = wardround.Reopened, nil, nil, p.commit.To })
	delete(s.ends, f.ID)
}

// plan notes when what frees a finding ends: the claim, or its confirmation.
func (s *findings) plan(f *wardround.Finding) {
	var end time.Time
	if f.Claim != nil {
		end = f.Claim.Expires
	}
	if d := f.Decision; d != nil && !d.Until.IsZero() && (end.IsZero() || d.Until.Before(end)) {
		end = d.Until
	}
	delete(s.ends, f.ID)
	if !end.IsZero() {
		s.ends[f.ID] = end
	}
}

func sameClaim(a, b *wardround.Claim) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Status == b.Status && a.Justification == b.Justification && a.Note == b.Note && a.Author == b.Author && a.Trust == b.Trust &&
		a.Document == b.Document && a.Statement == b.Statement && a.At.Equal(b.At) && a.Expires.Equal(b.Expires) && len(a.Conflicts) == len(b.Conflicts)
}
