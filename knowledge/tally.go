package knowledge

import (
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
)

// verdict is what one row says of a version.
type verdict struct {
	set    bool
	reason Reason
	fixed  []string
	detail detail
}

// known reports whether it is certain that the version is in the row's set, or is
// not.
func (v *verdict) known() bool {
	switch v.reason {
	case InRange, Enumerated, EveryVersion, OutOfRange, OtherPlatform:
		return true
	}
	return false
}

func (v *verdict) in() bool { return v.known() && v.reason != OutOfRange && v.reason != OtherPlatform }

// take keeps the first verdict, and the fixed versions of all.
func (v *verdict) take(o verdict) {
	if !v.set {
		*v = o
		v.set = true
		return
	}
	for _, f := range o.fixed {
		if !slices.Contains(v.fixed, f) {
			v.fixed = append(v.fixed, f)
		}
	}
}

// tally adds up what the rows of one record say.
type tally struct {
	in, not, review, doubt, out verdict
}

// add takes a verdict of a row with a status.
func (t *tally) add(status advisory.Status, v verdict) {
	switch {
	case !v.known():
		t.doubt.take(v)
	case !v.in():
		t.out.take(v)
	case status == advisory.IsAffected || status == "":
		t.in.take(v)
	case status == advisory.InReview:
		v.reason = UnderInvestigation
		t.review.take(v)
	default:
		v.reason = SaidNotAffected
		if status == advisory.Fixed {
			v.reason = SaidFixed
		}
		t.not.take(v)
	}
}

// candidate is what a record says, all rows together.
func (t *tally) candidate(b *Base, rec recID, rank int, conf wardround.Confidence, text string) candidate {
	c := candidate{rec: rec, rank: rank, conf: conf}
	from := func(state wardround.State, v *verdict) {
		c.state, c.reason, c.detail, c.fixed = state, v.reason, v.detail, v.fixed
	}
	switch {
	case b.withdrawn(rec):
		c.state, c.reason = wardround.Pass, WithdrawnRecord
	case t.in.set && t.not.set:
		from(wardround.Unknown, &t.in)
		c.reason = Contradiction
	case t.in.set:
		from(wardround.Fail, &t.in)
	case t.not.set:
		from(wardround.Pass, &t.not)
	case t.review.set:
		from(wardround.Unknown, &t.review)
	case t.doubt.set:
		from(wardround.Unknown, &t.doubt)
	case t.out.set:
		from(wardround.Pass, &t.out)
	default:
		c.state, c.reason = wardround.Pass, OutOfRange
	}
	c.detail.version = text
	return c
}

// merged leaves one candidate of each record among those from an index on: a
// component may be found by several names.
func merged(out []candidate, from int) []candidate {
	kept := out[:from]
	for _, c := range out[from:] {
		i := slices.IndexFunc(kept[from:], func(k candidate) bool { return k.rec == c.rec })
		switch {
		case i < 0:
			kept = append(kept, c)
		case c.weight() < kept[from+i].weight():
			kept[from+i] = c
		}
	}
	return kept
}
