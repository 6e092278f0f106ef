package portfolio

import (
	"cmp"
	"hash/crc32"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Asker is [Knowledge] that finds keys and hits of an identity in one go.
type Asker interface {
	Ask(id *Identity) ([]Key, []Hit)
}

// matchRun is how many new identities are matched before what was found is filed;
// fewer than that are matched by one goroutine.
const matchRun = 4096

// matchNew asks knowledge about the identities that came since it was last asked.
func (ix *Index) matchNew() {
	ix.ask(ix.ids.unmatched, true, func(n uint32, keys []Key, hits []Hit) {
		for _, k := range keys {
			ix.ids.byKey.add(ix.texts.put("key:"+string(k)), n)
		}
		ix.remember(n, hits)
	})
	ix.ids.unmatched = nil
}

// ask asks knowledge about many identities, with as many processors as there are
// if they are very many, and hands over what it says in their order.
func (ix *Index) ask(ids []uint32, withKeys bool, take func(n uint32, keys []Key, hits []Hit)) {
	type found struct {
		keys []Key
		hits []Hit
	}
	asker, _ := ix.opt.Knowledge.(Asker)
	one := func(n uint32) (f found) {
		id := ix.identity(n)
		switch {
		case withKeys && asker != nil:
			f.keys, f.hits = asker.Ask(&id)
		case withKeys:
			f.keys, f.hits = ix.opt.Knowledge.Keys(&id), ix.opt.Knowledge.Match(&id)
		default:
			f.hits = ix.opt.Knowledge.Match(&id)
		}
		return f
	}
	buf := make([]found, min(matchRun, len(ids)))
	for from := 0; from < len(ids); from += matchRun {
		run := ids[from:min(from+matchRun, len(ids))]
		workers := 1
		if len(run) == matchRun {
			workers = min(runtime.GOMAXPROCS(0), 8)
		}
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(run); i += workers {
					buf[i] = one(run[i])
				}
			})
		}
		wg.Wait()
		for i, n := range run {
			take(n, buf[i].keys, buf[i].hits)
			buf[i] = found{}
		}
	}
}

// remember keeps the hits of an identity and returns the vulnerabilities that are
// answered differently now.
func (ix *Index) remember(n uint32, hits []Hit) (changed []uint32) {
	old := ix.ids.hits[n-1]
	var now []hit
	for i := range hits {
		h := &hits[i]
		if state := stateOf(h); state != wardround.Pass {
			now = append(now, hit{ix.texts.put(h.Vulnerability), uint32(state), sumOf(h)})
		}
	}
	slices.SortFunc(now, func(a, b hit) int { return cmp.Compare(a.vuln, b.vuln) })
	now = slices.CompactFunc(now, func(a, b hit) bool { return a.vuln == b.vuln })
	i := 0
	for _, h := range now {
		for i < len(old) && old[i].vuln < h.vuln {
			changed = append(changed, old[i].vuln)
			i++
		}
		if i < len(old) && old[i].vuln == h.vuln {
			if old[i] != h {
				changed = append(changed, h.vuln)
			}
			i++
			continue
		}
		ix.byVuln.add(h.vuln, n)
		ix.stale++
		changed = append(changed, h.vuln)
	}
	for ; i < len(old); i++ {
		changed = append(changed, old[i].vuln)
	}
	ix.ids.hits[n-1] = now
	if ix.stale > 2*ix.live+10_000 {
		ix.fileHits()
	}
	return changed
}

// fileHits files identities under the vulnerabilities that they have a hit on,
// without those that only had one.
func (ix *Index) fileHits() {
	ix.byVuln, ix.live, ix.stale = lists{}, 0, 0
	for i, hits := range ix.ids.hits {
		for _, h := range hits {
			ix.byVuln.add(h.vuln, uint32(i+1))
			ix.live++
		}
	}
}

// stateOf is what a hit says: a proposal is never more than "cannot tell".
func stateOf(h *Hit) wardround.State {
	if h.Proposal && h.State == wardround.Fail {
		return wardround.Unknown
	}
	return h.State
}

func sumOf(h *Hit) uint32 {
	s := crc32.NewIEEE()
	w := func(t string) { s.Write([]byte(t)); s.Write([]byte{0}) }
	w(h.Why)
	for _, f := range h.Fixed {
		w(f)
	}
	s.Write([]byte{1})
	for _, a := range h.Advisories {
		w(a)
	}
	s.Write([]byte{byte(h.State), byte(h.Confidence)})
	return s.Sum32()
}

// Change takes in what changed in knowledge: the identities that it names are
// matched anew, and the pairs whose answer differs wait for [Index.Drain].
func (ix *Index) Change(d Delta) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	ix.memo.clear()
	ix.change(d)
}

func (ix *Index) change(d Delta) {
	if d.All {
		all := make([]uint32, len(ix.ids.rows))
		for n := range all {
			all[n] = uint32(n + 1)
		}
		ix.rematch(all)
		for n := range ix.subjects {
			ix.queue.subject(uint32(n))
		}
		return
	}
	var named []uint32
	for _, k := range d.Keys {
		if key, ok := ix.texts.find("key:" + string(k)); ok {
			named = append(named, ix.ids.byKey.get(key)...)
		}
	}
	slices.Sort(named)
	ix.rematch(slices.Compact(named))
	for _, v := range d.Vulnerabilities {
		ix.again(v)
	}
	// Renamed ids touch whoever had an answer under the old one. They are few, and
	// come out of a map: their order must not matter to the queue.
	old := make([]string, 0, len(d.Renamed))
	for v := range d.Renamed {
		old = append(old, v)
	}
	slices.Sort(old)
	for _, v := range old {
		ix.again(v)
		for _, now := range d.Renamed[v] {
			ix.again(now)
		}
	}
}

// rematch asks again about identities and queues what is answered differently.
func (ix *Index) rematch(ids []uint32) {
	ix.ask(ids, false, func(n uint32, _ []Key, hits []Hit) {
		changed := ix.remember(n, hits)
		if len(changed) == 0 {
			return
		}
		for _, s := range ix.ids.in[n-1] {
			ix.eachHolder(s, func(h uint32) {
				for _, v := range changed {
					ix.queue.pair(h, v)
				}
			})
		}
	})
}

// again queues a vulnerability wherever it has an answer or a hit.
func (ix *Index) again(id string) {
	v, ok := ix.texts.find(id)
	if !ok || v == 0 {
		return
	}
	for _, s := range ix.carriers(v) {
		ix.queue.pair(s, v)
	}
}

// carriers are the subjects that have, or once had, an answer about it, in order
// of number.
func (ix *Index) carriers(v uint32) []uint32 {
	var out []uint32
	for _, n := range ix.byVuln.get(v) {
		for _, s := range ix.ids.in[n-1] {
			ix.eachHolder(s, func(h uint32) { out = append(out, h) })
		}
	}
	out = append(out, ix.answered.get(v)...)
	slices.Sort(out)
	return slices.Compact(out)
}

// hitOf is the remembered hit of an identity on a vulnerability, nil for none.
func (ix *Index) hitOf(n, v uint32) *hit {
	hits := ix.ids.hits[n-1]
	if i, ok := slices.BinarySearchFunc(hits, v, func(h hit, v uint32) int { return cmp.Compare(h.vuln, v) }); ok {
		return &hits[i]
	}
	return nil
}

// memo spares asking knowledge twice for one portion.
type memo struct {
	mu    sync.Mutex
	hits  map[uint32][]Hit
	facts map[string]Facts
}

// maxMemo bounds what is remembered between two changes.
const maxMemo = 50_000

func (m *memo) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hits, m.facts = nil, nil
}

func (ix *Index) match(n uint32) []Hit {
	m := &ix.memo
	m.mu.Lock()
	h, ok := m.hits[n]
	m.mu.Unlock()
	if ok {
		return h
	}
	id := ix.identity(n)
	h = ix.opt.Knowledge.Match(&id)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hits == nil || len(m.hits) > maxMemo {
		m.hits = map[uint32][]Hit{}
	}
	m.hits[n] = h
	return h
}

func (ix *Index) factsOf(v string) Facts {
	m := &ix.memo
	m.mu.Lock()
	f, ok := m.facts[v]
	m.mu.Unlock()
	if ok {
		return f
	}
	if f, ok = ix.opt.Knowledge.Facts(v); !ok {
		f = Facts{ID: v, Score: -1, EPSS: -1}
	}
	f.Embargoed = f.Embargoed || ix.embargoed(&f)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.facts == nil || len(m.facts) > maxMemo {
		m.facts = map[string]Facts{}
	}
	m.facts[v] = f
	return f
}

// ignorance is knowledge of nothing.
type ignorance struct{}

func (ignorance) Match(*Identity) []Hit              { return nil }
func (ignorance) Keys(*Identity) []Key               { return nil }
func (ignorance) Named(string) []Key                 { return nil }
func (ignorance) Facts(string) (Facts, bool)         { return Facts{}, false }
func (ignorance) Folded(id string) string            { return id }
func (ignorance) Covers(*Identity) (time.Time, bool) { return time.Time{}, false }
func (ignorance) Feeds() iter.Seq[check.Feed]        { return func(func(check.Feed) bool) {} }
