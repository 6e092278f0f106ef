package portfolio

import (
	"bytes"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// MaxPortion is how many exposures one portion holds at most.
const MaxPortion = 4000

// maxLooked bounds the pairs that are judged for one portion, said or not.
const maxLooked = 20 * MaxPortion

// Drain makes the next portion of what changed: answers as they are now, by key, each
// once, without those that say what was said before. Its number is 0 if there was
// nothing. What it returns must not be changed.
func (ix *Index) Drain() check.Touched {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	var t check.Touched
	for looked := 0; len(t.Exposures) < MaxPortion && looked < maxLooked; looked++ {
		i, ok := ix.queue.pop()
		if !ok {
			break
		}
		if i.vuln == 0 {
			ix.queue.front(i.subject, ix.vulnerabilitiesOf(i.subject))
			continue
		}
		if e := ix.say(i.subject, i.vuln); e != nil {
			t.Exposures = append(t.Exposures, e)
		}
	}
	slices.SortFunc(t.Exposures, func(a, b *check.Exposure) int { return a.Key().Compare(b.Key()) })
	t.Releases = ix.queue.takeReleases(MaxPortion)
	t.More = ix.queue.len() > 0 || len(ix.queue.releases) > 0
	if len(t.Exposures)+len(t.Releases) > 0 || t.More {
		ix.portion++
		t.Number = ix.portion
	}
	return t
}

// Waiting is how many pairs or whole subjects wait to be judged.
func (ix *Index) Waiting() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.queue.len()
}

// say judges a pair and returns the answer if it says anything new.
func (ix *Index) say(n, v uint32) *check.Exposure {
	s := ix.subjects[n]
	i, had := find(s.answers, v)
	var old *answer
	if had {
		old = &s.answers[i]
	}
	ix.saying = true
	e := ix.expose(n, v, old)
	ix.saying = false
	if e == nil {
		return nil
	}
	sum := sumOfExposure(e)
	if had && old.sum == sum {
		return nil
	}
	if !had {
		if e.State == wardround.Pass {
			return nil // it never was anything else
		}
		s.answers = slices.Insert(s.answers, i, answer{vuln: v, since: unix(ix.now)})
		ix.answered.add(v, n)
		old = &s.answers[i]
	}
	if old.state != uint8(e.State) {
		old.since = unix(ix.now)
	}
	if e.State == wardround.Fail && old.first == 0 {
		old.first = unix(ix.now)
	}
	old.state, old.sum, old.flags = uint8(e.State), sum, 0
	if clears(e.Claim) {
		old.flags |= answerClaimed
	}
	return e
}

// answeredBy are the vulnerabilities that a subject has an answer about, by id.
func (ix *Index) answeredBy(n uint32) []uint32 {
	answers := ix.subjects[n].answers
	out := make([]uint32, len(answers))
	for i := range answers {
		out[i] = answers[i].vuln
	}
	ix.byID(out)
	return out
}

// byID orders vulnerabilities by id, so that nothing hangs on the order in which
// names were met.
func (ix *Index) byID(v []uint32) {
	slices.SortFunc(v, func(a, b uint32) int { return bytes.Compare(ix.texts.raw(a), ix.texts.raw(b)) })
}

// vulnerabilitiesOf are all that a subject may have an answer about, by id.
func (ix *Index) vulnerabilitiesOf(n uint32) []uint32 {
	s := ix.subjects[n]
	var out []uint32
	for _, a := range s.answers {
		out = append(out, a.vuln)
	}
	if ix.judged(n) == "" {
		if s.device != 0 {
			for _, h := range ix.ids.hits[s.device-1] {
				out = append(out, h.vuln)
			}
		}
		for _, h := range ix.reach(n) {
			if b := ix.subjects[h.subject].bill; b != nil {
				b.each(func(id uint32, _ []uint32) bool {
					for _, h := range ix.ids.hits[id-1] {
						out = append(out, h.vuln)
					}
					return true
				})
			}
		}
		if ix.opt.Claims != nil && s.release != nil {
			for _, id := range ix.opt.Claims.Stated(s.release) {
				out = append(out, ix.texts.put(ix.opt.Knowledge.Folded(id)))
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	ix.byID(out)
	return out
}

// Stated queues what statements of an author touch: vulnerabilities by any id.
func (ix *Index) Stated(vulnerabilities []string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	for _, id := range vulnerabilities {
		id = ix.opt.Knowledge.Folded(id)
		ix.again(id)
		if ix.opt.Claims == nil {
			continue
		}
		for n, s := range ix.subjects {
			if s.release != nil && slices.ContainsFunc(ix.opt.Claims.Stated(s.release), func(v string) bool { return ix.opt.Knowledge.Folded(v) == id }) {
				ix.queue.pair(uint32(n), ix.texts.put(id))
			}
		}
	}
}
