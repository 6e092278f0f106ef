package pipeline

import (
	"encoding/json"
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
	kind     string
	src, dst netip.Addr
	port     uint16
	fields   uint64
}

type foldEntry struct {
	first time.Time
	held  *wardround.Observation // the repeats so far; nil when there was none
}

// folder counts identical transactions: the first goes on at once, the repeats of
// its second follow as one observation with a count.
type folder struct {
	seed maphash.Seed
	m    map[foldKey]*foldEntry
	ends []foldEnd
}

type foldEnd struct {
	k  foldKey
	at time.Time
}

// add returns what is to be queued now because of o.
func (f *folder) add(o *wardround.Observation) []*wardround.Observation {
	s := kind.Lookup(kind.Name(o.Kind))
	if s == nil || !s.Repeats || o.Flow == nil {
		return []*wardround.Observation{o}
	}
	if f.m == nil {
		f.m, f.seed = map[foldKey]*foldEntry{}, maphash.MakeSeed()
	}
	b, err := json.Marshal(o.Fields)
	if err != nil {
		return []*wardround.Observation{o}
	}
	k := foldKey{o.Kind, o.Flow.Src.Addr, o.Flow.Dst.Addr, o.Flow.Dst.Port, maphash.Bytes(f.seed, b)}
	out := f.due(o.At)
	e := f.m[k]
	switch {
	case e == nil && len(f.m) >= maxFolds:
		return append(out, o)
	case e == nil:
		f.m[k] = &foldEntry{first: o.At}
		f.ends = append(f.ends, foldEnd{k, o.At.Add(foldWindow)})
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
	for n < len(f.ends) && (!f.ends[n].at.After(now) || f.ends[n].at.Sub(now) > 2*foldWindow) {
		if e := f.m[f.ends[n].k]; e != nil {
			if e.held != nil {
				out = append(out, e.held)
			}
			delete(f.m, f.ends[n].k)
		}
		n++
	}
	f.ends = f.ends[n:]
	return out
}

// rest returns everything held.
func (f *folder) rest() []*wardround.Observation {
	var out []*wardround.Observation
	for _, end := range f.ends {
		if e := f.m[end.k]; e != nil && e.held != nil {
			out = append(out, e.held)
		}
	}
	f.m, f.ends = nil, nil
	return out
}
