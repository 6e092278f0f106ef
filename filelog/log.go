package filelog

import (
	"context"
	"maps"
	"os"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// Codec encodes observations; package kind has the one for its schemas.
type Codec interface {
	// Append appends the encoding of o, at most [wardround.MaxObservation] bytes,
	// to dst. Seq need not be part of it. It is called once per observation.
	Append(dst []byte, o *wardround.Observation) ([]byte, error)
	// Decode is the inverse. It must not keep p.
	Decode(p []byte) (*wardround.Observation, error)
}

// Options configure a log. Codec is required; every other zero value is usable.
type Options struct {
	Codec Codec
	// Clock gives the time an accepted gap is dated with; [time.Now] if nil.
	Clock func() time.Time
	// Origin refuses a log of any other origin; "" takes the one the log has.
	Origin wardround.Origin
	// ReadOnly opens without changing anything, beside a writer that may be at
	// work. Append, AcceptGap and Retain are refused.
	ReadOnly bool
	// AtLeast is the position that the store has committed: a log that ends before
	// it has lost its tail.
	AtLeast uint64
	// AcceptGap goes on without what is lost or damaged, in a new epoch.
	AcceptGap bool
	// OnGap makes the observation that tells the checks of an accepted gap; the log
	// fills in Sensor, Input, Position, Origin (if empty) and Logged. Nil appends
	// nothing.
	OnGap func(Gap) *wardround.Observation
	// MaxFile starts another file of the same day at this size in bytes; 1 GiB if 0.
	MaxFile int64
	// VerifyBytes is how much of the log Open reads and verifies, newest files
	// first: 1 GiB if 0, everything if negative. The newest file is always
	// verified, the rest when it is read, or by [Log.Verify].
	VerifyBytes int64
}

const gib = 1 << 30

// Log is an open log. Its methods are safe for concurrent use.
type Log struct {
	dir string
	opt Options

	hold  sync.RWMutex // held by Retain; for reading by who needs the files to stay
	write sync.Mutex   // held during Append, Retain and Close
	file  *os.File     // the active file; nil before the first append
	mark  *markFile
	build builder
	// broken is why no more can be appended: the disk failed in the middle.
	broken error

	mu       sync.Mutex // guards what follows
	segments []*segment // oldest first; the last is active
	head     mark       // as last written
	prev     hash       // of the newest frame
	epoch    uint64
	roll     bool // the next append starts a new file
	origin   wardround.Origin
	reached  map[source]progress
	gaps     []Gap
	cut      int
	closed   bool
}

type source struct{ sensor, input string }

// progress is how far a source has come, and where in the log it did.
type progress struct{ position, seq uint64 }

// segment is one file of the log.
type segment struct {
	File
	epoch uint64
	thin  int     // how often retention dropped kinds from it
	prev  hash    // of the frame before its header
	start point   // behind its header
	size  int64   // bytes that are durable; 0 when not walked yet
	index []point // every indexEvery bytes, when known
}

// indexEvery is the distance between places where Read can begin, in bytes.
const indexEvery = 1 << 20

func (s *segment) note(at point) {
	if n := len(s.index); n == 0 || at.off-s.index[n-1].off >= indexEvery {
		s.index = append(s.index, at)
	}
}

// count adds a batch to the file's sums; starts is what [batch.present] gave.
func (s *segment) count(b *batch, starts []int) {
	if s.Kinds == nil {
		s.Kinds = map[string]Share{}
	}
	for i, l := range b.lanes {
		if starts != nil && starts[i] < 0 {
			continue // dropped by retention
		}
		k := s.Kinds[l.kind]
		k.Count += uint64(l.count)
		k.Bytes += int64(l.length)
		s.Kinds[l.kind] = k
	}
	s.Last, s.Newest = b.last(), b.newest
}

// Last implements [wardround.Log].
func (l *Log) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head.last
}

// First returns the first position that retention has left, Last()+1 if the log
// is empty.
func (l *Log) First() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segments) == 0 {
		return l.head.last + 1
	}
	return l.segments[0].First
}

// Reached implements [wardround.Log].
func (l *Log) Reached(sensor, input string) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reached[source{sensor, input}].position
}

// Origin returns the origin of the log's observations, "" while it is empty.
func (l *Log) Origin() wardround.Origin {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.origin
}

// Epoch returns how often somebody went on without what was lost: 0 for never.
func (l *Log) Epoch() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.epoch
}

// Cut returns how many bytes that nobody was told were durable Open cut off the
// end: what a kill in the middle of an append leaves.
func (l *Log) Cut() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}

// Gaps lists the gaps that were accepted, oldest first.
func (l *Log) Gaps() []Gap {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Gap(nil), l.gaps...)
}

// Files lists the files, oldest first; the last is in use.
func (l *Log) Files() []File {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]File, len(l.segments))
	for i, s := range l.segments {
		out[i] = s.File
		out[i].Kinds = maps.Clone(s.Kinds)
	}
	return out
}

// Close ends the log and syncs its mark.
func (l *Log) Close() error {
	l.write.Lock()
	defer l.write.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	var err error
	if l.mark != nil {
		if l.broken == nil {
			err = l.mark.write(&l.head, true)
		}
		l.mark.f.Close()
	}
	if l.file != nil {
		if cerr := l.file.Close(); err == nil {
			err = cerr
		}
	}
	return durable.Error("filelog.close", l.dir, err)
}

var _ wardround.Log = (*Log)(nil)

// Verify reads the whole log and returns EIntegrity, naming each fault, unless it
// is what was written. A serving process calls it now and then: Open verifies only
// the newest part of a large log.
func (l *Log) Verify(ctx context.Context) error {
	var faults []Gap
	err := l.scan(ctx, 0, visitor{
		batch: func(point, *batch, []byte) error { return nil },
		fault: func(g Gap) error { faults = append(faults, g); return nil },
	})
	if err == nil && len(faults) > 0 {
		err = refusal("filelog.verify", l.dir, faults)
	}
	return err
}
