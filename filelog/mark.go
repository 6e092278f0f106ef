package filelog

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// markName is the head mark's file. It has two slots that are written in turn, so
// that a write cut short leaves the other.
const (
	markName  = "head.mark"
	markSlot  = 4096 // distance between the slots, so that they share no disk block
	markBytes = 4 + 8 + 8*7 + 3*sha256.Size
)

var magicMark = [4]byte{'W', 'R', 'M', '1'}

// mark says where a log ends and where it may begin.
type mark struct {
	id      logID
	counter uint64
	epoch   uint64
	// floor is the first position of the oldest file kept, floorPrev the hash of
	// the frame before it: zero until retention deletes.
	floor     uint64
	floorPrev hash
	// active is the first position of the file in use, size its length in bytes,
	// last and head the newest position and the hash of its frame.
	active uint64
	size   int64
	last   uint64
	head   hash
	newest time.Time
}

func (m *mark) encode() []byte {
	b := make([]byte, 0, markBytes)
	b = append(b, magicMark[:]...)
	b = append(b, m.id[:]...)
	for _, v := range []uint64{m.counter, m.epoch, m.floor, m.active, uint64(m.size), m.last, uint64(m.newest.UnixNano())} {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	for _, h := range []hash{m.floorPrev, m.head} {
		b = append(b, h[:]...)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func decodeMark(b []byte) (m mark, ok bool) {
	if len(b) < markBytes || [4]byte(b) != magicMark {
		return m, false
	}
	body := b[:markBytes-sha256.Size]
	if sha256.Sum256(body) != hash(b[len(body):markBytes]) {
		return m, false
	}
	r := reader{p: body[4:]}
	copy(m.id[:], r.take(uint64(len(m.id))))
	m.counter, m.epoch, m.floor, m.active = r.uint64(), r.uint64(), r.uint64(), r.uint64()
	m.size, m.last, m.newest = int64(r.uint64()), r.uint64(), time.Unix(0, int64(r.uint64())).UTC()
	copy(m.floorPrev[:], r.take(sha256.Size))
	copy(m.head[:], r.take(sha256.Size))
	return m, true
}

var errMark = errors.New("neither of its two entries is whole")

// readMark returns the newer whole entry; a nil mark if there is no file.
func readMark(dir string) (*mark, error) {
	f, err := os.Open(filepath.Join(dir, markName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var best *mark
	buf := make([]byte, markBytes)
	for slot := range int64(2) {
		if _, err := f.ReadAt(buf, slot*markSlot); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if m, ok := decodeMark(buf); ok && (best == nil || m.counter > best.counter) {
			best = &m
		}
		clear(buf)
	}
	if best == nil {
		return nil, errMark
	}
	return best, nil
}

// markFile writes the mark.
type markFile struct {
	f      *os.File
	clock  func() time.Time
	synced time.Time
}

func openMark(dir string, clock func() time.Time) (*markFile, error) {
	f, err := os.OpenFile(filepath.Join(dir, markName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return &markFile{f: f, clock: clock}, nil
}

// markEvery is how long the mark on disk may lag behind what was acknowledged.
const markEvery = time.Second

// write puts m in the slot whose turn it is, and syncs it if sync is set or the
// last sync is older than markEvery.
func (w *markFile) write(m *mark, sync bool) error {
	m.counter++
	if _, err := w.f.WriteAt(m.encode(), int64(m.counter%2)*markSlot); err != nil {
		return err
	}
	if now := w.clock(); sync || now.Sub(w.synced).Abs() >= markEvery {
		w.synced = now
		return w.f.Sync()
	}
	return nil
}
