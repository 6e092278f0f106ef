package pipeline

import (
	"hash/maphash"
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// foldWindow is within which identical transactions become one with a count.
const foldWindow = time.Second

// maxFolds bounds the transactions remembered at a time.
const maxFolds = 20_000

type foldKey struct {
	kind, sensor string
	src, dst     netip.Addr
	port         uint16
	fields       uint64
}

type foldEntry struct {
	first time.Time              // when the first of them happened
	end   time.Time              // when the rest is due, by our own clock
	held  *wardround.Observation // the repeats so far; nil when there was none
}

// folder counts identical transactions: the first goes on at once, the repeats of
// its second follow as one observation with a count.
type folder struct {
	seed maphash.Seed
	m    map[foldKey]*foldEntry
	ends []foldEnd
	buf  []byte
}

// foldEnd is where an entry waits for its second to be over. Seconds are those of
// our own clock, so that a sensor whose clock is ahead holds up nobody.
type foldEnd struct {
	k foldKey
	e *foldEntry
}

// add returns what is to be queued now because of o, which came at the time now.
func (f *folder) add(o *wardround.Observation, now time.Time) []*wardround.Observation {
	s := kind.Lookup(kind.Name(o.Kind))
	if s == nil || !s.Repeats || o.Flow == nil {
		return []*wardround.Observation{o}
	}
	if f.m == nil {
		f.m, f.seed = map[foldKey]*foldEntry{}, maphash.MakeSeed()
	}
	var err error
	if f.buf, err = kind.AppendFields(f.buf[:0], o.Fields); err != nil {
		return []*wardround.Observation{o}
	}
	k := foldKey{o.Kind, o.Sensor, o.Flow.Src.Addr, o.Flow.Dst.Addr, o.Flow.Dst.Port, maphash.Bytes(f.seed, f.buf)}
	out := f.due(now)
	e := f.m[k]
	if e != nil && o.At.Sub(e.first).Abs() >= foldWindow {
		if e.held != nil {
			out = append(out, e.held)
		}
		delete(f.m, k)
		e = nil
	}
	switch {
	case e == nil && len(f.ends) >= maxFolds:
		return append(out, o)
	case e == nil:
		e = &foldEntry{first: o.At, end: now.Add(foldWindow)}
		f.m[k] = e
		f.ends = append(f.ends, foldEnd{k, e})
		return append(out, o)
	case e.held == nil:
		e.held = o
	default:
		o.Count = e.held.Times() + o.Times()
		e.held = o // the newest stands for all: its position covers theirs
	}
	return out
}

// due returns the repeats whose second is over. A second that has not even begun
// is from before a clock was set back; it is over, too.
func (f *folder) due(now time.Time) []*wardround.Observation {
	var out []*wardround.Observation
	n := 0
	for ; n < len(f.ends); n++ {
		x := &f.ends[n]
		if x.e.end.After(now) && x.e.end.Sub(now) <= 2*foldWindow {
			break
		}
		if f.m[x.k] == x.e {
			if x.e.held != nil {
				out = append(out, x.e.held)
			}
			delete(f.m, x.k)
		}
		*x = foldEnd{}
	}
	f.ends = f.ends[n:]
	return out
}

// rest returns everything held.
func (f *folder) rest() []*wardround.Observation {
	var out []*wardround.Observation
	for _, x := range f.ends {
		if f.m[x.k] == x.e && x.e.held != nil {
			out = append(out, x.e.held)
		}
	}
	f.m, f.ends = nil, nil
	return out
}
