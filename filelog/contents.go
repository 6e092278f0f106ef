package filelog

import (
	"context"
	"os"
	"path/filepath"
)

// contents walks the files, newest first, as far as the verification budget goes,
// and compares where each ends with where the next begins.
func (sv *survey) contents(ctx context.Context) error {
	budget := sv.opt.VerifyBytes
	for i := len(sv.segments) - 1; i >= 0; i-- {
		s := sv.segments[i]
		var next *segment
		if i+1 < len(sv.segments) {
			next = sv.segments[i+1]
		}
		// A file whose end the next one does not state must be walked to know it.
		stated := next != nil && s.Last >= s.First && s.size == 0
		if stated && budget >= 0 && s.Size > budget && sv.opt.VerifyBytes >= 0 {
			continue
		}
		budget -= s.Size
		if budget < 0 && sv.opt.VerifyBytes >= 0 {
			budget = 0
		}
		end, torn, err := sv.contentsOf(ctx, s, next)
		if err != nil {
			return err
		}
		s.size = end.off
		if next == nil {
			sv.prev, sv.torn, s.File.Size = end.prev, torn, end.off
		}
	}
	return nil
}

// contentsOf walks one file. For the active file, next is nil, and bytes behind
// what was acknowledged that are no batch are torn, not a fault.
func (sv *survey) contentsOf(ctx context.Context, s, next *segment) (end point, torn int64, err error) {
	f, err := os.Open(filepath.Join(sv.dir, s.Name))
	if err != nil {
		return point{}, 0, err
	}
	defer f.Close()
	stated := s.Last // by the next file; First-1 if unknown
	s.Kinds, s.index = nil, nil
	s.Last = s.First - 1
	ended := false
	end, err = walk(ctx, region{s.Name, f, s.Size, s.start, sv.head.id}, visitor{
		batch: func(at point, b *batch, payload []byte) error {
			starts, _ := b.present(payload) // checked by walk
			s.note(at)
			s.count(b, starts)
			for _, r := range b.reached {
				sv.raise(r, b.last())
			}
			return nil
		},
		fault: func(g Gap) error {
			if !g.toEnd {
				sv.fault(g)
				return nil
			}
			ended, g.toEnd = true, false
			if next == nil && sv.unacknowledged(s, g.Offset) {
				torn = s.Size - g.Offset
				return nil
			}
			g.To = max(sv.shouldEnd(next, stated), g.From-1)
			sv.fault(g)
			return nil
		},
	})
	if err != nil {
		return end, 0, err
	}
	s.Last = max(s.Last, end.next-1)
	if next == nil {
		return end, torn, nil
	}
	if !ended && stated >= s.First && end.next <= stated {
		sv.fault(Gap{From: end.next, To: stated, File: s.Name, Offset: end.off, Reason: "the file ends too early"})
	} else if !ended && next.start.off > 0 && next.prev != end.prev && end.next == next.First {
		sv.fault(Gap{From: next.First, To: next.First - 1, File: next.Name, Offset: 0, Reason: "the file does not continue the one before it"})
	}
	if from := max(end.next, stated+1); !ended && from < next.First {
		sv.between(next, from)
	}
	return end, 0, nil
}

// between names what should lie between a file's end and the next file.
func (sv *survey) between(next *segment, from uint64) {
	f := File{Name: next.Name}
	if h, err := sv.header(next); err == nil && h.Before.Name != "" {
		f = h.Before
	}
	sv.missing(f, from, next.First-1)
}

// unacknowledged reports whether nobody was told of what lies at off in the active
// file: the head mark ends before it. Without a mark nothing is known.
func (sv *survey) unacknowledged(s *segment, off int64) bool {
	switch {
	case sv.marked == nil:
		return true
	case sv.head.active == s.First:
		return off >= sv.head.size
	}
	return sv.head.active < s.First
}

// shouldEnd returns the last position that a file whose end is damaged held.
func (sv *survey) shouldEnd(next *segment, stated uint64) uint64 {
	if next == nil {
		return max(sv.head.last, sv.opt.AtLeast)
	}
	return max(stated, next.First-1)
}

// tail compares where the log ends with the head mark and the store's position.
func (sv *survey) tail() {
	end := uint64(0)
	if n := len(sv.segments); n > 0 {
		s := sv.segments[n-1]
		end = max(s.Last, s.First-1)
	} else if sv.head.floor > 0 {
		end = sv.head.floor - 1
	}
	for _, g := range sv.faults {
		if g.To >= g.From {
			end = max(end, g.To) // already named
		}
	}
	if want := sv.head.last; sv.marked != nil && end < want {
		sv.short(end, want, "acknowledged observations are missing at the end")
	} else if want := sv.opt.AtLeast; end < want {
		sv.short(end, want, "the store has judged observations that the log does not hold")
	}
	sv.settleHead()
}

func (sv *survey) short(end, want uint64, reason string) {
	g := Gap{From: end + 1, To: want, File: markName, Offset: -1, Reason: reason}
	switch n := len(sv.segments); {
	case sv.head.active > 0 && (n == 0 || sv.segments[n-1].First < sv.head.active):
		g.File = fileName(sv.head.newest, sv.head.active)
		g.Reason = "the file for " + dayOf(g.File) + " is missing"
	case n > 0:
		g.File, g.Offset = sv.segments[n-1].Name, sv.segments[n-1].size
	}
	sv.fault(g)
}

// settleHead moves the head from what the mark said to what is there.
func (sv *survey) settleHead() {
	h := &sv.head
	n := len(sv.segments)
	if n == 0 {
		if h.last > 0 {
			sv.prev = h.head
		}
		return
	}
	s := sv.segments[n-1]
	h.last = max(h.last, s.Last)
	for _, s := range sv.segments {
		if s.Newest.After(h.newest) {
			h.newest = s.Newest
		}
	}
	if h.floor == 0 {
		h.floor, h.floorPrev = sv.segments[0].First, sv.segments[0].prev
	}
	h.active, h.size, h.head = s.First, s.size, sv.prev
}
