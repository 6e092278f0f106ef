package live

import (
	"sort"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// ring keeps the newest observations, in the batches they came in: taking one in
// costs the same however many it holds. Batches are never changed.
type ring struct {
	max      int   // observations
	maxBytes int64 // encoded
	batches  []held
	n        int
	bytes    int64
	scratch  []byte
}

type held struct {
	list  []*wardround.Observation
	bytes int64
}

// overhead is what an observation takes in memory beside its fields' text, roughly.
const overhead = 512

func (r *ring) add(batch []*wardround.Observation) {
	h := held{list: batch}
	for _, o := range batch {
		b, err := kind.AppendFields(r.scratch[:0], o.Fields)
		if err == nil {
			r.scratch = b
		}
		h.bytes += overhead + int64(len(b))
	}
	r.batches = append(r.batches, h)
	r.n += len(batch)
	r.bytes += h.bytes
	drop := 0
	for ; drop < len(r.batches)-1 && (r.n > r.max || r.bytes > r.maxBytes); drop++ {
		r.n -= len(r.batches[drop].list)
		r.bytes -= r.batches[drop].bytes
		r.batches[drop] = held{} // the list may live on in a slice a reader holds
	}
	if r.batches = r.batches[drop:]; cap(r.batches) > 2*len(r.batches)+64 {
		r.batches = append([]held(nil), r.batches...)
	}
}

// find returns the observation at a position, nil if it is not here.
func find(batches [][]*wardround.Observation, seq uint64) *wardround.Observation {
	i := sort.Search(len(batches), func(i int) bool { return batches[i][len(batches[i])-1].Seq >= seq })
	if i == len(batches) {
		return nil
	}
	b := batches[i]
	j := sort.Search(len(b), func(j int) bool { return b[j].Seq >= seq })
	if j == len(b) || b[j].Seq != seq {
		return nil
	}
	return b[j]
}
