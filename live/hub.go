package live

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Options configure a [Hub]; every zero value is usable.
type Options struct {
	// Origin is said in the greeting of each stream.
	Origin wardround.Origin
	// Directory knows whose an address is; nil for nobody's.
	Directory Directory
	// Sees reports whether who is limited to these product lines may see a thing of
	// a topic list: "asset", "finding", "case" or "proposal". Nil lets nobody who is
	// limited see anything.
	Sees func(products []string, what, id string) bool
	// Lag is how long judging takes now; nil is not known and said as 0.
	Lag func() time.Duration

	// Ring is how many observations are kept: 20,000 if 0. RingBytes bounds what they
	// take in memory, roughly: 48 MiB if 0.
	Ring      int
	RingBytes int64
	// PerSession and Streams bound the open streams: 8 of a session and 250 in all if 0.
	PerSession, Streams int
}

// The pace of the streams.
const (
	beat       = 250 * time.Millisecond // of observations
	beats      = 4                      // to a second: of everything else
	maxRows    = 50                     // observations in one event
	maxIDs     = 100                    // ids in one event
	maxPending = 100_000                // observations between two beats; older ones are left out of the streams
	maxRates   = 1000                   // pairs of sensor and kind
)

// Hub takes in what the pipeline did and tells the streams.
type Hub struct {
	opt Options

	in      sync.Mutex // held by the pipeline for a moment
	pending [][]*wardround.Observation
	waiting int // observations in pending
	skipped int // not shown, because there were too many
	commits []*wardround.Commit
	missed  bool // commits were too many, and some are not among them

	keep sync.Mutex // guards the ring
	ring ring

	mu      sync.Mutex // guards the streams
	streams map[*Stream]bool
	of      map[string]int // per session
	groups  map[string]*group
	ended   string // why no more are opened
	dropped int64

	// For the goroutine of Run alone, or who holds mu.
	position uint64
	at       time.Time
	tally    tally
	history  history
	beat     int
}

// New returns a hub. It tells nobody anything before [Hub.Run].
func New(opt Options) *Hub {
	if opt.Ring <= 0 {
		opt.Ring = 20_000
	}
	if opt.RingBytes <= 0 {
		opt.RingBytes = 48 << 20
	}
	if opt.PerSession <= 0 {
		opt.PerSession = 8
	}
	if opt.Streams <= 0 {
		opt.Streams = 250
	}
	return &Hub{
		opt: opt, ring: ring{max: opt.Ring, maxBytes: opt.RingBytes},
		streams: map[*Stream]bool{}, of: map[string]int{}, groups: map[string]*group{}, tally: tally{},
	}
}

// Observed takes in one judged batch. It keeps the slice, which must not be changed
// any more, and costs the caller next to nothing.
func (h *Hub) Observed(batch []*wardround.Observation) {
	if len(batch) == 0 {
		return
	}
	h.in.Lock()
	h.pending = append(h.pending, batch)
	h.waiting += len(batch)
	for h.waiting > maxPending && len(h.pending) > 1 { // nobody can look at so many
		h.waiting -= len(h.pending[0])
		h.skipped += len(h.pending[0])
		h.pending[0] = nil
		h.pending = h.pending[1:]
	}
	h.in.Unlock()
}

// maxCommits is how many commits wait for the hub's goroutine: beyond, what the
// older ones changed is only counted.
const maxCommits = 4096

// Changed takes in one commit, after what shows its rows has them. It keeps the
// pointer until the next second.
func (h *Hub) Changed(c *wardround.Commit) {
	h.in.Lock()
	if len(h.commits) < maxCommits {
		h.commits = append(h.commits, c)
	} else { // the newest position counts; the ids of the one before are lost
		h.commits[maxCommits-1], h.missed = c, true
	}
	h.in.Unlock()
}

// take returns what the pipeline handed over since the last call.
func (h *Hub) take() (batches [][]*wardround.Observation, commits []*wardround.Commit, skipped int, missed bool) {
	h.in.Lock()
	defer h.in.Unlock()
	batches, commits, skipped, missed = h.pending, h.commits, h.skipped, h.missed
	h.pending, h.commits, h.waiting, h.skipped, h.missed = nil, nil, 0, 0, false
	return batches, commits, skipped, missed
}

// Run tells the streams until ctx is done; then each is told that we shut down.
func (h *Hub) Run(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.step()
		case <-ctx.Done():
			h.End("the server is shutting down")
			return
		}
	}
}

// step is one beat.
func (h *Hub) step() {
	batches, commits, skipped, missed := h.take()
	h.keep.Lock()
	for _, b := range batches {
		h.ring.add(b)
	}
	h.keep.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range batches {
		h.tally.add(b)
		h.history.sensors += statuses(b)
		h.position = max(h.position, b[len(b)-1].Seq)
	}
	h.tally.n += skipped
	for _, c := range commits {
		h.position, h.at = max(h.position, c.To), c.At
		h.history.add(c)
	}
	h.history.lost = h.history.lost || missed
	if len(h.streams) > 0 {
		h.observations(batches, skipped)
	}
	if h.beat++; h.beat%beats == 0 {
		if len(h.streams) > 0 {
			h.second()
		}
		h.tally.reset()
		h.history.turn()
	}
}

func statuses(batch []*wardround.Observation) (n int) {
	for _, o := range batch {
		if o.Kind == string(kind.SensorStatus) {
			n++
		}
	}
	return n
}

// catchUp takes the position from what is shown: before the first commit the hub
// knows of none.
func (h *Hub) catchUp() {
	if h.opt.Directory == nil {
		return
	}
	if position, at := h.opt.Directory.Position(); position > h.position || h.at.IsZero() {
		h.position, h.at = position, at
	}
}

// End ends every stream and refuses new ones; each is told why.
func (h *Hub) End(reason string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = reason
	for s := range h.streams {
		h.end(s, reason)
	}
}

// Recent calls fn with the newest observations, newest first, until it returns
// false or the ring ends. It holds up nobody.
func (h *Hub) Recent(fn func(*wardround.Observation) bool) {
	batches := h.snapshot()
	for i := len(batches) - 1; i >= 0; i-- {
		for j := len(batches[i]) - 1; j >= 0; j-- {
			if !fn(batches[i][j]) {
				return
			}
		}
	}
}

// Observation returns the observation at a log position, nil if the ring no longer
// has it.
func (h *Hub) Observation(seq uint64) *wardround.Observation { return find(h.snapshot(), seq) }

// Oldest is the position of the oldest observation kept, 0 for none.
func (h *Hub) Oldest() uint64 {
	if b := h.snapshot(); len(b) > 0 {
		return b[0][0].Seq
	}
	return 0
}

// snapshot returns the batches that are kept, oldest first.
func (h *Hub) snapshot() [][]*wardround.Observation {
	h.keep.Lock()
	defer h.keep.Unlock()
	out := make([][]*wardround.Observation, 0, len(h.ring.batches)+8)
	for _, b := range h.ring.batches {
		out = append(out, b.list)
	}
	h.in.Lock() // what came since the last beat
	defer h.in.Unlock()
	return append(out, h.pending...)
}

// Health is what /metrics shows.
type Health struct {
	Streams int   // open
	Dropped int64 // ever, because they read too slowly
	Kept    int   // observations in the ring
	Bytes   int64 // they take, roughly
}

// Health returns the hub's state now.
func (h *Hub) Health() Health {
	h.keep.Lock()
	kept, bytes := h.ring.n, h.ring.bytes
	h.keep.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	return Health{Streams: len(h.streams), Dropped: h.dropped, Kept: kept, Bytes: bytes}
}

// rateKey is what rates are counted by.
type rateKey struct{ sensor, kind string }

// tally counts observations of the current second.
type tally struct {
	n     int
	rates map[rateKey]int
}

func (t *tally) add(batch []*wardround.Observation) {
	if t.rates == nil {
		t.rates = map[rateKey]int{}
	}
	t.n += len(batch)
	for _, o := range batch {
		k := rateKey{o.Sensor, o.Kind}
		if _, ok := t.rates[k]; ok || len(t.rates) < maxRates {
			t.rates[k]++
		}
	}
}

func (t *tally) reset() {
	t.n = 0
	clear(t.rates)
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // rows are made of what JSON can say
	}
	return b
}
