package check

import (
	"time"

	"github.com/wardround/wardround"
)

// Novelty is what [Pass.Learn] says of a member.
type Novelty uint8

// The answers.
const (
	// Learning: the site is still being learned; the member is part of normal now.
	// Answer Unknown with [WhyLearning].
	Learning Novelty = iota
	// Known: seen while learning, or adopted since.
	Known
	// Novel: not known. It stays novel until a person adopts it.
	Novel
)

// WhyLearning is the reason of an unknown while a check learns.
const WhyLearning = "learning"

// Learn looks up member in a set ("publishers", "sources of "+asset) and adds it, on
// the list of a zone, while the check learns: from the first observation of the site, for the
// site's learning time (serve: 14 days; replay and demo: 10 minutes of capture
// time). Afterwards the frame hands one list per zone, "as found", to a person to
// adopt; unadopted members stay known. Sets are bounded: over 20,000 members of a
// check, a new one is novel and not kept.
func (p *Pass) Learn(zone wardround.ZoneID, set, member string) Novelty {
	p.frame.Alive()
	return p.frame.Learn(p.Check, zone, set, member, p.at)
}

// Learned is for how long the site has been learned up to now: at most its
// learning time.
func (p *Pass) Learned() time.Duration {
	p.frame.Alive()
	return p.frame.Learned(p.at)
}

// State returns the check's state for a key, mostly a subject's id: a pointer to
// change in place. It is saved with this batch's verdicts. T must survive JSON and
// stay under 4 kB; over that the check fails.
func State[T any](p *Pass, key string) *T {
	p.frame.Alive()
	return p.frame.State(p.Check, key, func() any { return new(T) }).(*T)
}

// DropState forgets the state of a key.
func (p *Pass) DropState(key string) {
	p.frame.Alive()
	p.frame.DropState(p.Check, key)
}

// At is the time verdicts given now would carry: that of the observation being
// looked at, else Now.
func (p *Pass) At() time.Time { return p.at }
