package filelog

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/internal/durable"
)

// Rule says how long and how much of a kind is kept. A zero limit is none.
type Rule struct {
	// Kind is a kind's name; one that ends in a dot stands for all that begin with
	// it ("dicom."), "" for every kind no other rule names. The longest match counts.
	Kind  string
	Age   time.Duration // since the newest observation of a file was logged
	Bytes int64         // of all files together, oldest dropped first
	// Final is set for what may be kept for no reason: it goes even where evidence
	// rests on it.
	Final bool
}

// Retention is what to keep.
type Retention struct {
	Rules []Rule
	// Bytes bounds the whole log; 0 for no bound.
	Bytes int64
	// Before is the lowest position that must stay whatever the rules say: the
	// next one to be judged. The file in use stays as well.
	Before uint64
	// Needed are the positions live evidence rests on, ascending. They stay, with
	// the observations of the same kind in the same batch, unless the rule is final.
	Needed []uint64
	Now    time.Time // site time
}

// Dropped is what retention did.
type Dropped struct {
	Deleted []File // whole files
	Thinned []File // files that lost some kinds, as they are now
	Bytes   int64  // freed
}

func (r *Retention) rule(kind string) *Rule {
	var best *Rule
	for i := range r.Rules {
		rule := &r.Rules[i]
		fits := rule.Kind == "" || rule.Kind == kind || strings.HasSuffix(rule.Kind, ".") && strings.HasPrefix(kind, rule.Kind)
		if fits && (best == nil || len(rule.Kind) > len(best.Kind)) {
			best = rule
		}
	}
	return best
}

func (r *Retention) needs(from, to uint64) bool {
	i, _ := slices.BinarySearch(r.Needed, from)
	return i < len(r.Needed) && r.Needed[i] <= to
}

// plan says which kinds each file loses; segs are oldest first, without the file
// in use.
func (r *Retention) plan(segs []*segment) []map[string]bool {
	drop := make([]map[string]bool, len(segs))
	used := map[*Rule]int64{}
	total := int64(0)
	for i := len(segs) - 1; i >= 0; i-- {
		s := segs[i]
		drop[i] = map[string]bool{}
		left := s.File.Size
		for kind, share := range s.Kinds {
			rule := r.rule(kind)
			if rule == nil {
				continue
			}
			used[rule] += share.Bytes
			if rule.Age > 0 && r.Now.Sub(s.Newest) > rule.Age || rule.Bytes > 0 && used[rule] > rule.Bytes {
				drop[i][kind] = true
				left -= share.Bytes
			}
		}
		if total += left; r.Bytes > 0 && total > r.Bytes {
			for kind := range s.Kinds {
				drop[i][kind] = true
			}
		}
	}
	return drop
}

// Retain drops what the rules no longer keep: whole files from the oldest on where
// nothing in them is kept, and out of others the kinds that are not. What it drops
// leaves the chain whole. Errors: EForbidden, EFull, EIntegrity (a file to be
// thinned is damaged; it is left as it is).
func (l *Log) Retain(ctx context.Context, r Retention) (Dropped, error) {
	const op = "filelog.retain"
	l.hold.Lock()
	defer l.hold.Unlock()
	l.write.Lock()
	defer l.write.Unlock()
	var done Dropped
	if err := l.writable(op); err != nil {
		return done, err
	}
	// Only this goroutine changes segments while it holds the write lock.
	n := max(0, len(l.segments)-1)
	for n > 0 && l.segments[n-1].Last >= r.Before {
		n--
	}
	segs := l.segments[:n]
	for _, s := range segs {
		if err := l.recount(ctx, s); err != nil {
			return done, err
		}
	}
	drop := r.plan(segs)
	gone := 0
	for gone < n && len(drop[gone]) == len(segs[gone].Kinds) && !r.needs(segs[gone].First, segs[gone].Last) {
		gone++
	}
	if err := l.deleteOldest(gone, &done); err != nil {
		return done, durable.Error(op, l.dir, err)
	}
	for i, s := range segs[gone:] {
		if len(drop[gone+i]) == 0 {
			continue
		}
		if err := l.thin(ctx, s, drop[gone+i], &r, &done); err != nil {
			return done, durable.Error(op, l.dir, err)
		}
	}
	return done, nil
}

// recount makes sure that Kinds says what is still in a file that was thinned
// before it was opened.
func (l *Log) recount(ctx context.Context, s *segment) error {
	if s.size != 0 || s.thin == 0 {
		return nil
	}
	sum := segment{}
	err := l.scanSegment(ctx, l.head.id, s, 0, l.gaps, visitor{
		batch: func(_ point, b *batch, payload []byte) error {
			starts, err := b.present(payload)
			sum.count(b, starts)
			return err
		},
		fault: func(g Gap) error { return refusal("filelog.retain", l.dir, []Gap{g}) },
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Kinds, s.size = sum.Kinds, s.File.Size
	return nil
}

// deleteOldest moves the floor over the n oldest files, durably, and then removes
// them. A removal that fails is made up for when the log is next opened.
func (l *Log) deleteOldest(n int, done *Dropped) error {
	if n == 0 {
		return nil
	}
	head := l.head
	head.floor, head.floorPrev = l.segments[n].First, l.segments[n].prev
	if err := l.mark.write(&head, true); err != nil {
		return err
	}
	l.mu.Lock()
	old := l.segments[:n]
	l.segments = append([]*segment(nil), l.segments[n:]...)
	l.head = head
	l.mu.Unlock()
	for _, s := range old {
		_ = os.Remove(filepath.Join(l.dir, s.Name))
		done.Deleted = append(done.Deleted, s.File)
		done.Bytes += s.File.Size
	}
	return durable.SyncDir(l.dir)
}
