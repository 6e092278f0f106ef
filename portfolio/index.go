package portfolio

import (
	"cmp"
	"container/heap"
	"slices"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
)

// Options say what an index stands on.
type Options struct {
	Knowledge Knowledge // nil: nothing is known
	Claims    Claims    // nil: nobody states anything
	Limits    Limits
	// Quality judges a bill of materials; nil means [Profiles].
	Quality func(r *wardround.Release, d *sbom.Document) []check.Quality
}

// Index is releases, what they are made of, the fleet, and the answers. One
// goroutine changes it; any number may ask queries meanwhile.
type Index struct {
	mu   sync.RWMutex
	opt  Options
	warm sync.Once
	now  time.Time // of the log

	texts     texts
	ids       identities
	subjects  []*subject // by number; never removed: a retired one keeps its answers
	bySubj    map[wardround.Subject]uint32
	byVuln    lists // identities that have, or lately had, a hit, by vulnerability
	answered  lists // subjects that have an answer, by vulnerability
	byBill    map[string][]uint32
	linkers   map[string][]uint32
	waiting   map[wardround.ReleaseID][]uint32 // assets of a release that was not said yet
	assets    int
	live      int // entries of byVuln when it was last filed
	stale     int // and added since
	rows      int
	sorted    []uint32 // subjects by key; nil: to be sorted
	queue     queue
	expiries  expiries
	portion   uint64 // number of the last
	memo      memo
	embargoes map[string]embargo // by id
	saying    bool               // an answer is being given, not only looked at
}

// subject is a release or an asset.
type subject struct {
	key     wardround.Subject
	release *wardround.Release // nil for an asset
	asset   *member            // nil for a release
	device  uint32             // what it calls itself; 0: nothing, or it is an instance
	bill    *bill
	members []uint32  // assets that are instances, in the order they came
	answers []answer  // by number of vulnerability
	withBOM time.Time // when its first bill of materials came
	line    string    // what tallies call it
}

// answer is what was last said of a vulnerability.
type answer struct {
	vuln  uint32
	state uint8 // a wardround.State
	flags uint8
	_     uint16
	sum   uint64 // of the exposure as said; 0: never said
	first int64  // when it first failed, Unix seconds; 0: never
	since int64  // when it came into this state
}

// Flags of an answer.
const answerClaimed uint8 = 1

// New returns an empty index.
func New(opt Options) *Index {
	opt.Limits = opt.Limits.orDefault()
	if opt.Knowledge == nil {
		opt.Knowledge = ignorance{}
	}
	if opt.Quality == nil {
		opt.Quality = Profiles
	}
	ix := &Index{opt: opt, bySubj: map[wardround.Subject]uint32{}, byBill: map[string][]uint32{},
		linkers: map[string][]uint32{}, waiting: map[wardround.ReleaseID][]uint32{}, queue: newQueue()}
	ix.queue.limit = opt.Limits.Queue
	return ix
}

// At moves the index's time, which never goes back. Claims that expired meanwhile
// are judged anew.
func (ix *Index) At(t time.Time) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if t.After(ix.now) {
		ix.now = t
		ix.expire()
		ix.liftEmbargoes()
	}
}

// Now is the index's time.
func (ix *Index) Now() time.Time {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.now
}

// ready builds the tables that a generation file leaves out, for readers.
func (ix *Index) ready() {
	ix.warm.Do(func() {
		if ix.texts.slots == nil {
			ix.texts.build(len(ix.texts.ends))
		}
		if ix.ids.slots == nil {
			ix.ids.build(len(ix.ids.rows))
		}
	})
}

// subject returns the number of a subject, a new one if it has none.
func (ix *Index) subject(key wardround.Subject) (uint32, *subject) {
	if n, ok := ix.bySubj[key]; ok {
		return n, ix.subjects[n]
	}
	s := &subject{key: key}
	n := uint32(len(ix.subjects))
	ix.subjects = append(ix.subjects, s)
	ix.bySubj[key] = n
	ix.sorted = nil
	return n, s
}

func (ix *Index) lookup(key wardround.Subject) *subject {
	if n, ok := ix.bySubj[key]; ok {
		return ix.subjects[n]
	}
	return nil
}

// inOrder are the subjects by key. Callers hold the lock for writing, or nothing
// is being changed.
func (ix *Index) inOrder() []uint32 {
	if ix.sorted == nil && len(ix.subjects) > 0 {
		ix.sorted = make([]uint32, len(ix.subjects))
		for i := range ix.sorted {
			ix.sorted[i] = uint32(i)
		}
		slices.SortFunc(ix.sorted, func(a, b uint32) int { return compareSubject(ix.subjects[a].key, ix.subjects[b].key) })
	}
	return ix.sorted
}

func compareSubject(a, b wardround.Subject) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}

// PutRelease takes in what is said of a release; fields replace those said before.
// What it is called by is matched anew, and assets that are now known to be
// instances of it move. Errors: EInvalid, EFull.
func (ix *Index) PutRelease(r *wardround.Release) error {
	const op = "portfolio.release"
	if err := r.Validate(); err != nil {
		return err
	}
	if r.ID == "" {
		return wardround.Errorf(wardround.EInvalid, op, "%s has no id", r.Name())
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	if have := len(ix.subjects) - ix.assets; have >= ix.opt.Limits.Releases && ix.lookup(wardround.ReleaseSubject(r.ID)) == nil {
		return wardround.Errorf(wardround.EFull, op, "%d releases are known, which is the limit; %s has no room", have, r.Name())
	}
	n, s := ix.subject(wardround.ReleaseSubject(r.ID))
	old := s.release
	s.release = r
	s.line = lineOf(s)
	id := deviceOf(r)
	ix.setDevice(n, ix.intern(&id))
	ix.matchNew()
	if old != nil && !old.Retired.Equal(r.Retired) {
		ix.queue.subject(n)
	}
	if r.Retired.After(ix.now) {
		heap.Push(&ix.expiries, expiry{r.Retired.Unix() + 1, item{n, 0}})
	}
	ix.touch(n)
	ix.adopt(r.ID)
	ix.matchNew()
	return nil
}

// setDevice changes what a subject calls itself, and queues what that touches.
func (ix *Index) setDevice(n, device uint32) {
	s := ix.subjects[n]
	if s.device == device {
		return
	}
	if s.device != 0 {
		ix.unfile(s.device, n)
	}
	s.device = device
	if device != 0 {
		ix.file(device, n)
	}
	ix.queue.subject(n)
}

// swap puts a bill in the place of another (or of none) and queues the pairs whose
// components differ.
func (ix *Index) swap(n uint32, b *bill) {
	s := ix.subjects[n]
	old := s.bill
	var changed []uint32
	if old == nil || len(old.ident) == 0 {
		old = &bill{}
		b.each(func(id uint32, _ []uint32) bool {
			ix.file(id, n)
			if len(ix.ids.hits[id-1]) > 0 {
				changed = append(changed, id)
			}
			return true
		})
	} else {
		changed = ix.differ(n, old, b)
	}
	ix.unlink(n, old)
	s.bill = b
	ix.link(n, b)
	holders := ix.holders(n)
	if len(old.links)+len(b.links) > 0 || linkKey(old.id) != linkKey(b.id) {
		for _, h := range holders {
			ix.queue.subject(h)
		}
		return
	}
	for _, id := range changed {
		for _, h := range ix.ids.hits[id-1] {
			for _, holder := range holders {
				ix.queue.pair(holder, h.vuln)
			}
		}
	}
	if ix.opt.Claims != nil {
		ix.queue.subject(n)
	}
}

// differ files and unfiles identities, and returns those that stand elsewhere, more
// or less often, or in one of the bills only.
func (ix *Index) differ(n uint32, old, b *bill) (changed []uint32) {
	before, after := old.print(), b.print()
	old.each(func(id uint32, _ []uint32) bool {
		now, there := after[id]
		if !there {
			ix.unfile(id, n)
		}
		if now != before[id] {
			changed = append(changed, id)
		}
		return true
	})
	b.each(func(id uint32, _ []uint32) bool {
		if _, there := before[id]; !there {
			ix.file(id, n)
			changed = append(changed, id)
		}
		return true
	})
	return changed
}

// file notes that a subject holds an identity; it does so once.
func (ix *Index) file(id, n uint32) { ix.ids.in[id-1] = append(ix.ids.in[id-1], n) }

func (ix *Index) unfile(id, n uint32) {
	in := ix.ids.in[id-1]
	if i := slices.Index(in, n); i >= 0 {
		// Loaded lists share memory: never changed in place beyond their length.
		ix.ids.in[id-1] = append(in[:i:i], in[i+1:]...)
	}
}

// touch notes a release that was said anew.
func (ix *Index) touch(n uint32) {
	r := ix.subjects[n].release
	if r == nil {
		return
	}
	ix.queue.release(r.ID)
}
