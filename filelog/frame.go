package filelog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/wardround/wardround"
)

// Sizes of a frame's parts, in bytes.
const (
	frameHead  = 12
	saltSize   = 16
	maxHead    = 64 << 20 // a header lists every input's position: about 500,000
	maxPayload = wardround.MaxBatch * (wardround.MaxObservation + 64)
)

var (
	magicHeader = [4]byte{'W', 'R', 'H', '1'}
	magicBatch  = [4]byte{'W', 'R', 'B', '1'}
)

type hash = [sha256.Size]byte

// reach is how far one input of a sensor has come.
type reach struct {
	Sensor   string `json:"sensor"`
	Input    string `json:"input"`
	Position uint64 `json:"position"`
	// Seq is where in the log it came there; only in a file's header.
	Seq uint64 `json:"seq,omitempty"`
}

// logID is a log's own random number. Every batch holds it, so that nobody who
// sends us bytes can make some that look like a batch of ours.
type logID [8]byte

// batch is the head of a batch's frame.
type batch struct {
	id      logID
	first   uint64
	count   int
	newest  time.Time // the highest Logged up to and with this batch
	prev    hash
	reached []reach
	lanes   []lane
}

// lane is the records of one kind in a batch: a salt, then for each record its
// index in the batch, its length, and the encoded observation.
type lane struct {
	kind   string
	count  int
	length int
	digest hash
}

func (b *batch) last() uint64 { return b.first + uint64(b.count) - 1 }

func (b *batch) append(dst []byte) []byte {
	dst = append(dst, b.id[:]...)
	dst = binary.BigEndian.AppendUint64(dst, b.first)
	dst = binary.BigEndian.AppendUint64(dst, uint64(b.newest.UnixNano()))
	dst = append(dst, b.prev[:]...)
	dst = binary.AppendUvarint(dst, uint64(b.count))
	dst = binary.AppendUvarint(dst, uint64(len(b.reached)))
	for _, r := range b.reached {
		dst = appendString(dst, r.Sensor)
		dst = appendString(dst, r.Input)
		dst = binary.AppendUvarint(dst, r.Position)
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.lanes)))
	for _, l := range b.lanes {
		dst = appendString(dst, l.kind)
		dst = binary.AppendUvarint(dst, uint64(l.count))
		dst = binary.AppendUvarint(dst, uint64(l.length))
		dst = append(dst, l.digest[:]...)
	}
	return dst
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// sealHead turns dst, frameHead free bytes and a head, into the frame up to its
// payload.
func sealHead(dst []byte, magic [4]byte, payload int) ([]byte, hash) {
	copy(dst, magic[:])
	binary.BigEndian.PutUint32(dst[4:], uint32(len(dst)-frameHead))
	binary.BigEndian.PutUint32(dst[8:], uint32(payload))
	sum := hashHead(dst[:8], dst[frameHead:])
	return append(dst, sum[:]...), sum
}

// hashHead leaves out the payload's length: it shrinks when retention thins.
func hashHead(start, head []byte) (sum hash) {
	h := sha256.New()
	h.Write(start)
	h.Write(head)
	h.Sum(sum[:0])
	return sum
}

// reader takes values off a head or a lane; after the first fault it yields zeros.
type reader struct {
	p   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.p)) {
		r.bad = true
		return nil
	}
	b := r.p[:n]
	r.p = r.p[n:]
	return b
}

func (r *reader) uint64() uint64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

func (r *reader) uvarint(limit uint64) uint64 {
	v, n := binary.Uvarint(r.p)
	if r.bad || n <= 0 || v > limit {
		r.bad = true
		return 0
	}
	r.p = r.p[n:]
	return v
}

func (r *reader) string() string { return string(r.take(r.uvarint(wardround.MaxSourceName))) }

var errParse = errors.New("its contents do not parse")

func parseBatch(head []byte) (*batch, error) {
	r := reader{p: head}
	b := &batch{}
	copy(b.id[:], r.take(uint64(len(b.id))))
	b.first, b.newest = r.uint64(), time.Unix(0, int64(r.uint64())).UTC()
	copy(b.prev[:], r.take(sha256.Size))
	b.count = int(r.uvarint(wardround.MaxBatch))
	for n := r.uvarint(wardround.MaxBatch); n > 0 && !r.bad; n-- {
		b.reached = append(b.reached, reach{Sensor: r.string(), Input: r.string(), Position: r.uvarint(1<<64 - 1)})
	}
	records := 0
	for n := r.uvarint(wardround.MaxBatch); n > 0 && !r.bad; n-- {
		l := lane{kind: r.string(), count: int(r.uvarint(wardround.MaxBatch)), length: int(r.uvarint(maxPayload))}
		copy(l.digest[:], r.take(sha256.Size))
		b.lanes = append(b.lanes, l)
		records += l.count
	}
	if r.bad || len(r.p) != 0 || b.first == 0 || b.count == 0 || b.last() < b.first || records != b.count {
		return nil, errParse
	}
	return b, nil
}

// present reports which lanes a payload holds, and where each begins.
func (b *batch) present(payload []byte) (starts []int, err error) {
	starts = make([]int, len(b.lanes))
	bitmap := (len(b.lanes) + 7) / 8
	if len(payload) == 0 {
		for i := range starts {
			starts[i] = -1
		}
		return starts, nil
	}
	if len(payload) < bitmap {
		return nil, errParse
	}
	at := bitmap
	for i, l := range b.lanes {
		starts[i] = -1
		if payload[i/8]&(1<<(i%8)) != 0 {
			starts[i] = at
			at += l.length
		}
	}
	if at != len(payload) {
		return nil, errParse
	}
	return starts, nil
}

// check verifies the digests of the lanes a payload holds.
func (b *batch) check(payload []byte) error {
	starts, err := b.present(payload)
	if err != nil {
		return err
	}
	for i, l := range b.lanes {
		if starts[i] < 0 {
			continue
		}
		if sum := sha256.Sum256(payload[starts[i] : starts[i]+l.length]); !bytes.Equal(sum[:], l.digest[:]) {
			return fmt.Errorf("the records of kind %q do not match their digest", l.kind)
		}
	}
	return nil
}

// decode returns the observations a checked payload holds, in log order, with
// their positions set.
func (b *batch) decode(c Codec, payload []byte) ([]*wardround.Observation, error) {
	starts, err := b.present(payload)
	if err != nil {
		return nil, err
	}
	all := make([]*wardround.Observation, b.count)
	for i, l := range b.lanes {
		if starts[i] < 0 {
			continue
		}
		r := reader{p: payload[starts[i] : starts[i]+l.length]}
		r.take(saltSize)
		for range l.count {
			at := r.uvarint(uint64(b.count) - 1)
			rec := r.take(r.uvarint(wardround.MaxObservation))
			if r.bad || all[at] != nil {
				return nil, errParse
			}
			o, err := c.Decode(rec)
			if err != nil {
				return nil, fmt.Errorf("observation %d: %w", b.first+at, err)
			}
			o.Seq = b.first + at
			all[at] = o
		}
	}
	out := all[:0]
	for _, o := range all {
		if o != nil {
			out = append(out, o)
		}
	}
	return out, nil
}
