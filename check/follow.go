package check

import (
	"slices"

	"github.com/wardround/wardround"
)

// SweepKey is the key of a wake-up that goes on with what a check looks through.
const SweepKey = "sweep"

// MissedKey is the key of the wake-up by which the frame tells a check that it could
// not be given a portion: it was switched off, rested, or failed at it.
const MissedKey = "missed"

// followKey is where a check keeps how far it followed the portfolio.
const followKey = "portfolio"

// maxWalks bounds the subjects that wait to be looked through one by one; over
// that, all are.
const maxWalks = 24

// walk is a look through all answers of one subject, or of all of them.
type walk struct {
	Of    wardround.Subject `json:"of,omitzero"` // the zero value is all
	At    wardround.Subject `json:"at,omitzero"` // where it goes on: after this key
	After string            `json:"after,omitempty"`
}

// followed is how far a check followed the portfolio.
type followed struct {
	Last  uint64 `json:"last,omitempty"` // number of the newest portion
	Walks []walk `json:"walks,omitempty"`
}

// Following is what a check that marks itself as [Check.Portfolio] has to look at
// in one pass: a portion of what was touched, and, where it missed one or starts
// anew, step by step all that there is.
type Following struct {
	Touched
	// Missed says that everything has to be looked at again.
	Missed bool
	p      *Pass
	s      *followed
}

// Follow takes note of the portion of this batch. A portion that was missed shows
// as a gap in the numbers, or is told by a wake-up of [MissedKey].
func (p *Pass) Follow() *Following {
	f := &Following{Touched: p.Portfolio().Touched(), p: p, s: State[followed](p, followKey)}
	f.Missed = slices.ContainsFunc(p.wakes, func(w Wake) bool { return w.Key == MissedKey })
	if f.Number != 0 {
		f.Missed = f.Missed || f.Number != f.s.Last+1
		f.s.Last = f.Number
	}
	return f
}

// Walk asks for all answers of a subject, or of all for the zero value, to be
// looked at.
func (f *Following) Walk(of wardround.Subject) {
	all := of == wardround.Subject{}
	if !all && slices.ContainsFunc(f.s.Walks, func(w walk) bool { return w == walk{Of: of, At: of} }) {
		return
	}
	if all || len(f.s.Walks) >= maxWalks {
		f.s.Walks = []walk{{}}
		return
	}
	f.s.Walks = append(f.s.Walks, walk{Of: of, At: of})
}

// Step looks at as many answers of what [Following.Walk] asked for as there is room
// for in this pass, and asks to be woken for the rest. judge says each; gone is
// told of a key that the check said something of and that has no answer any more.
func (f *Following) Step(judge func(*Exposure), gone func(wardround.Key, wardround.State)) {
	for len(f.s.Walks) > 0 && f.p.Room() > 1 {
		if !f.walk(&f.s.Walks[0], judge, gone) {
			break
		}
		f.s.Walks = slices.Delete(f.s.Walks, 0, 1)
	}
	if len(f.s.Walks) > 0 {
		f.p.WakeAt(SweepKey, f.p.Now())
	} else {
		f.s.Walks = nil
	}
}

// walk goes on with one walk and reports whether it is at its end. What is gone
// takes at most as much room as what is there, so half of it is kept for that.
func (f *Following) walk(w *walk, judge func(*Exposure), gone func(wardround.Key, wardround.State)) bool {
	one := w.Of != wardround.Subject{}
	from := ExposureKey{w.At, w.After}
	end, here := from, map[ExposureKey]bool{}
	room, whole := f.p.Room()/2, true
	for e := range f.p.Portfolio().Exposures(from) {
		if one && e.Subject != w.Of {
			break
		}
		if len(here) >= room {
			whole = false
			break
		}
		end = e.Key()
		here[end] = true
		judge(e)
	}
	last, standing := from, f.p.StandingOf(w.Of)
	if !one {
		standing = f.p.Standing(from.Subject, from.Vulnerability)
	}
	for k, st := range standing {
		at := ExposureKey{k.Subject, k.Item}
		if at.Compare(from) <= 0 {
			continue
		}
		if !whole && at.Compare(end) > 0 {
			break
		}
		if !here[at] {
			if f.p.Room() == 0 {
				w.At, w.After = last.Subject, last.Vulnerability
				return false
			}
			gone(k, st)
		}
		last = at
	}
	w.At, w.After = end.Subject, end.Vulnerability
	return whole
}

// Each judges releases that were touched, or step by step all of them where a
// portion was missed; judge gives at most a hundred verdicts for each.
func (f *Following) Each(judge func(*wardround.Release)) {
	folio := f.p.Portfolio()
	if f.Missed {
		f.Walk(wardround.Subject{})
	}
	// The touched ones go first into the list of what waits, so that many of them, as
	// in an import, do not make the pass say too much.
	for _, id := range f.Releases {
		f.Walk(wardround.ReleaseSubject(id))
	}
	for len(f.s.Walks) > 0 && f.p.Room() >= perRelease {
		w := &f.s.Walks[0]
		if w.Of != (wardround.Subject{}) {
			if r := folio.Release(wardround.ReleaseID(w.Of.ID)); r != nil {
				judge(r)
			}
			f.s.Walks = slices.Delete(f.s.Walks, 0, 1)
			continue
		}
		whole := true
		for r := range folio.Releases() {
			if string(r.ID) <= w.After {
				continue
			}
			if f.p.Room() < perRelease {
				whole = false
				break
			}
			judge(r)
			w.After = string(r.ID)
		}
		if whole {
			f.s.Walks = slices.Delete(f.s.Walks, 0, 1)
		}
	}
	if len(f.s.Walks) > 0 {
		f.p.WakeAt(SweepKey, f.p.Now())
	} else {
		f.s.Walks = nil
	}
}

// perRelease is the room that one release needs at most.
const perRelease = 100
