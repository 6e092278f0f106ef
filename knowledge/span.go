package knowledge

import (
	"cmp"
	"slices"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
)

// A span is an interval of places on a line: lo is in it, hi is not.
type span struct{ lo, hi uint32 }

// mark is an event at its place.
type mark struct {
	at    uint32 // odd
	event *advisory.Event
}

// spansOf evaluates a range once for all places of a line (OSV schema,
// "Evaluation"; the same as [osv.Affects] does for one version). Every bound of
// the range stands on the line.
func spansOf(l *line, r *advisory.Range, at func(string) (uint32, bool)) ([]span, bool) {
	var marks []mark
	in, endless := false, false
	limit, limited := uint32(0), false
	for i := range r.Events {
		e := &r.Events[i]
		text, isLimit := osv.Bound(e)
		if isLimit && text == "*" {
			endless = true
			continue
		}
		if e.Introduced == "0" {
			in = true // before every version, so before every other event
			continue
		}
		place, ok := at(text)
		if !ok {
			return nil, false
		}
		if isLimit {
			limited, limit = true, max(limit, place)
			continue
		}
		marks = append(marks, mark{place, e})
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	var out []span
	from := uint32(0)
	turn := func(place uint32, now bool) {
		if now == in {
			return
		}
		if in && place > from {
			out = append(out, span{from, place})
		}
		in, from = now, place
	}
	for i := 0; i < len(marks); {
		j := i
		here, after := in, in
		for ; j < len(marks) && marks[j].at == marks[i].at; j++ {
			switch e := marks[j].event; {
			case e.Introduced != "":
				here, after = true, true
			case e.Fixed != "":
				here, after = false, false
			case e.After != "":
				after = true
			case e.Last != "":
				after = false
			}
		}
		turn(marks[i].at, here)
		turn(marks[i].at+1, after)
		i = j
	}
	turn(l.end(), false)
	if limited && !endless {
		out = cut(out, limit)
	}
	return out, true
}

// cut drops what is not before a place.
func cut(spans []span, place uint32) []span {
	out := spans[:0]
	for _, s := range spans {
		if s.hi = min(s.hi, place); s.lo < s.hi {
			out = append(out, s)
		}
	}
	return out
}

// union sorts spans and joins those that touch.
func union(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.lo <= out[n-1].hi {
			out[n-1].hi = max(out[n-1].hi, s.hi)
			continue
		}
		out = append(out, s)
	}
	return out
}

// find is the span that a place is in, or -1.
func find(spans []span, place uint32) int {
	i, _ := slices.BinarySearchFunc(spans, place, func(s span, p uint32) int {
		if s.hi <= p {
			return -1
		}
		if s.lo > p {
			return 1
		}
		return 0
	})
	if i < len(spans) && spans[i].lo <= place && place < spans[i].hi {
		return i
	}
	return -1
}
