package filelog

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/logtest"
)

var ours = logID{1, 2, 3}

// image returns a small log file as bytes.
func image(t testing.TB, batches int) []byte {
	t.Helper()
	h := header{Version: version, ID: ours, Origin: wardround.Live, First: 1, Reached: []reach{{Sensor: "mirror-1", Input: "eth0", Position: 3}}}
	out, prev, err := h.encode()
	if err != nil {
		t.Fatal(err)
	}
	var w builder
	for n := range uint64(batches) {
		b := batch{id: ours, first: n*3 + 1, count: 3, newest: time.Unix(int64(n), 0), prev: prev, reached: []reach{{Sensor: "mirror-1", Input: "eth0", Position: n*3 + 3}}}
		w.reset()
		for i := range 3 {
			o := logtest.Seen("mirror-1", "eth0", n*3+uint64(i)+1)
			o.Kind = []string{"flow", "test.note"}[i%2]
			if err := w.add(logtest.Codec{}, i, o); err != nil {
				t.Fatal(err)
			}
		}
		var frame []byte
		frame, prev = w.seal(&b)
		out = append(out, frame...)
	}
	return out
}

// read walks a file and returns the positions it yields and the faults it names.
func read(t testing.TB, file []byte) (seqs []uint64, faults []Gap) {
	t.Helper()
	src, size := bytes.NewReader(file), int64(len(file))
	_, at, err := readHeader(src, size)
	if err != nil {
		at = point{next: 1}
	}
	end, err := walk(context.Background(), region{"f", src, size, at, ours}, visitor{
		batch: func(at point, b *batch, payload []byte) error {
			if at.off < 0 || at.off >= size || at.next != b.first {
				t.Fatalf("a batch of %d bytes at %d, position %d, should be %d", size, at.off, at.next, b.first)
			}
			obs, err := b.decode(logtest.Codec{}, payload)
			for _, o := range obs {
				if o.Seq < b.first || o.Seq > b.last() {
					t.Fatalf("position %d in a batch of %d to %d", o.Seq, b.first, b.last())
				}
				seqs = append(seqs, o.Seq)
			}
			_ = err // what a codec does not understand is named when it is read
			return nil
		},
		fault: func(g Gap) error { faults = append(faults, g); return nil },
	})
	if err != nil || end.off > size {
		t.Fatalf("walked to %d of %d: %v", end.off, size, err)
	}
	for i := 1; i < len(seqs); i++ {
		if seqs[i] <= seqs[i-1] {
			t.Fatalf("position %d after %d", seqs[i], seqs[i-1])
		}
	}
	return seqs, faults
}

// Any single changed byte is noticed, wherever it lies, and costs one batch.
func TestEveryByteCounts(t *testing.T) {
	file := image(t, 4)
	if seqs, faults := read(t, file); len(seqs) != 12 || len(faults) != 0 {
		t.Fatalf("intact: %v, %v", seqs, faults)
	}
	for i := range file {
		file[i] ^= 0x41
		seqs, faults := read(t, file)
		// A damaged header costs no batch of ours, but the chain is named as broken.
		if len(faults) != 1 || len(seqs) < 9 {
			t.Errorf("byte %d changed: %d faults %v, %d observations left", i, len(faults), faults, len(seqs))
		}
		file[i] ^= 0x41
	}
}

// A file's header stays small however many inputs a site has had.
func TestOldSourcesAreForgotten(t *testing.T) {
	l := &Log{reached: map[source]progress{}}
	for n := range uint64(maxSources + 10) {
		l.reached[source{"s", strconv.FormatUint(n, 10)}] = progress{n + 1, n + 1}
	}
	all := l.sources()
	if len(all) != maxSources || len(l.reached) != maxSources || l.reached[source{"s", "9"}].seq != 0 || l.reached[source{"s", "10"}].seq != 11 {
		t.Errorf("%d listed, %d kept", len(all), len(l.reached))
	}
	long := strings.Repeat("\x01", wardround.MaxSourceName)
	for n := range uint64(maxSources) {
		l.reached[source{long, strconv.FormatUint(n, 10)}] = progress{n + 1, maxSources + n}
	}
	h := header{Version: version, First: 1, Reached: l.sources()}
	if b, _, err := h.encode(); err != nil || len(b) > maxHead {
		t.Errorf("a header of %d bytes: %v", len(b), err)
	}
}

// A frame inside a record, as an attacker could send one, is not gone on with.
func TestFrameInsideARecordIsNotTrusted(t *testing.T) {
	inner := image(t, 2)
	var w builder
	w.reset()
	b := batch{id: logID{9}, first: 1, count: 1, newest: time.Unix(1, 0)}
	if err := w.add(raw(inner), 0, &wardround.Observation{Kind: "k"}); err != nil {
		t.Fatal(err)
	}
	frame, prev := w.seal(&b)
	file := bytes.Clone(frame)
	w.reset()
	next := batch{id: logID{9}, first: 2, count: 1, newest: time.Unix(2, 0), prev: prev}
	if err := w.add(raw("x"), 0, &wardround.Observation{Kind: "k"}); err != nil {
		t.Fatal(err)
	}
	frame, _ = w.seal(&next)
	file = append(file, frame...)
	file[20] ^= 1 // the outer frame's head
	r := newFrameReader(bytes.NewReader(file), 0, int64(len(file)))
	r.id = logID{9}
	off, got := r.resync(point{next: 1})
	if got == nil || got.first != 2 || off != int64(len(file)-len(frame)) {
		t.Errorf("gone on at %d with %+v; want the batch behind the damage", off, got)
	}
}

// raw is a codec whose observations are these bytes.
type raw []byte

func (r raw) Append(dst []byte, _ *wardround.Observation) ([]byte, error) {
	return append(dst, r...), nil
}

func (r raw) Decode([]byte) (*wardround.Observation, error) { return &wardround.Observation{}, nil }

// Whatever a file holds, walking it ends, positions grow, and no fault is silent:
// either everything in it is a batch or something is named.
func FuzzLogFile(f *testing.F) {
	file := image(f, 3)
	f.Add(file)
	f.Add(file[:len(file)-9])
	f.Add(append(bytes.Clone(file), file[300:600]...))
	f.Add(append(bytes.Clone(file[:200]), file[300:]...))
	f.Fuzz(func(t *testing.T, file []byte) { read(t, file) })
}

func FuzzMark(f *testing.F) {
	m := mark{counter: 3, last: 12, size: 4000}
	f.Add(m.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := decodeMark(b); ok && !bytes.Equal(m.encode(), b[:markBytes]) {
			t.Fatal("a mark that does not encode to what it was read from")
		}
	})
}
