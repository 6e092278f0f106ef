package filelog

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// Read implements [wardround.Log]. What retention has dropped and what lies in an
// accepted gap is passed over.
func (l *Log) Read(ctx context.Context, after uint64, fn func([]*wardround.Observation) error) error {
	const op = "filelog.read"
	return l.scan(ctx, after, visitor{
		batch: func(_ point, b *batch, payload []byte) error {
			obs, err := b.decode(l.opt.Codec, payload)
			if err != nil {
				return wardround.Errorf(wardround.EIntegrity, op, "the batch that begins with observation %d in %s: %w", b.first, l.dir, err)
			}
			for len(obs) > 0 && obs[0].Seq <= after {
				obs = obs[1:]
			}
			if len(obs) == 0 {
				return nil
			}
			return fn(obs)
		},
		fault: func(g Gap) error { return refusal(op, l.dir, []Gap{g}) },
	})
}

// scan visits every batch that ends above after and every fault that no one has
// accepted, up to the end of the log at the time of the call.
func (l *Log) scan(ctx context.Context, after uint64, v visitor) error {
	l.mu.Lock()
	id := l.head.id
	segs := make([]segment, len(l.segments))
	for i, s := range l.segments {
		segs[i] = *s
	}
	gaps := append([]Gap(nil), l.gaps...)
	l.mu.Unlock()
	for i := range segs {
		s := &segs[i]
		if s.Last <= after || s.Last < s.First {
			continue
		}
		if err := l.scanSegment(ctx, id, s, after, gaps, v); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) scanSegment(ctx context.Context, id logID, s *segment, after uint64, gaps []Gap, v visitor) error {
	ended := false
	fault := func(g Gap) error {
		if g.toEnd {
			g.To, g.toEnd, ended = s.Last, false, true
		}
		for i := range gaps {
			if gaps[i].covers(&g) {
				return nil
			}
		}
		return v.fault(g)
	}
	f, err := os.Open(filepath.Join(l.dir, s.Name))
	if errors.Is(err, fs.ErrNotExist) {
		now, kept := l.current(s)
		if !kept {
			return nil // retention was faster
		}
		if now.Name != s.Name {
			return l.scanSegment(ctx, id, now, after, gaps, v)
		}
		return fault(Gap{From: s.First, To: s.Last, File: s.Name, Offset: -1, Reason: "the file for " + dayOf(s.Name) + " is missing"})
	}
	if err != nil {
		return durable.Error("filelog.read", l.dir, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return durable.Error("filelog.read", l.dir, err)
	}
	size := st.Size()
	if s.size > 0 {
		size = min(size, s.size) // not what is being appended right now
	}
	end, err := walk(ctx, region{s.Name, f, size, s.before(after), id}, visitor{
		batch: func(at point, b *batch, payload []byte) error {
			if b.last() <= after {
				return nil
			}
			return v.batch(at, b, payload)
		},
		fault: func(g Gap) error {
			if !g.toEnd && g.To >= g.From && g.To <= after {
				return nil
			}
			return fault(g)
		},
	})
	if err != nil {
		return err
	}
	if end.next <= s.Last && !ended {
		return fault(Gap{From: end.next, To: s.Last, File: s.Name, Offset: end.off, Reason: "the file ends too early"})
	}
	return nil
}

// current returns the segment as it is now; false if retention has deleted it.
func (l *Log) current(s *segment) (*segment, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.segments {
		if t.First == s.First {
			c := *t
			return &c, true
		}
	}
	return nil, false
}

// before returns the last known place in s at or before which position after lies.
func (s *segment) before(after uint64) point {
	i := sort.Search(len(s.index), func(i int) bool { return s.index[i].next > after+1 })
	if i == 0 {
		return s.start
	}
	return s.index[i-1]
}
