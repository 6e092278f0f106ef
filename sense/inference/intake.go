package inference

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"google.golang.org/protobuf/encoding/protowire"
)

// Bounds of what is taken over HTTP, of all requests together and of one.
const (
	MaxBody     = 16 << 20  // bytes of a request
	MaxRecords  = 100_000   // records of a request, and lines that are none
	maxParts    = 1_000_000 // messages or objects of an OTLP export: an empty one has two bytes and takes a hundred in memory
	maxHeld     = 128 << 20 // bytes of bodies that are held at once
	maxReading  = 256       // requests whose bodies are read at once, however slowly they come
	maxAtOnce   = 32        // requests that wait to be durable
	maxProblems = 10        // lines that an answer tells
	maxNested   = 100       // OTLP values in values
)

// intake is what all handlers of a folder hold in memory: bodies that are read, and the
// one body that records are made of. Records take up to twenty times the bytes that
// they come in, so that two at once is one too many.
type intake struct {
	bytes   atomic.Int64
	reading atomic.Int64
	parse   sync.Mutex
}

var errFull = errors.New("inference: too many bytes at once")

// body is a request's body, counted while it is read.
type body struct {
	r    io.Reader
	in   *intake
	held int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.held += int64(n)
	if b.in.bytes.Add(int64(n)) > maxHeld {
		return n, errFull
	}
	return n, err
}

// release gives back what was held.
func (b *body) release() {
	b.in.bytes.Add(-b.held)
	b.held = 0
}

// The messages of opentelemetry-proto logs/v1, by their fields that are messages.
type message uint8

const (
	data message = iota + 1
	resourceLogs
	resourceOf
	entityRef
	scopeLogs
	scopeOf
	logRecord
	keyValue
	anyValue
	arrayValue
	keyValueList
)

var within = map[message]map[protowire.Number]message{
	data:         {1: resourceLogs},
	resourceLogs: {1: resourceOf, 2: scopeLogs},
	resourceOf:   {1: keyValue, 3: entityRef},
	scopeLogs:    {1: scopeOf, 2: logRecord},
	scopeOf:      {3: keyValue},
	logRecord:    {5: anyValue, 6: keyValue},
	keyValue:     {2: anyValue},
	anyValue:     {5: arrayValue, 6: keyValueList},
	arrayValue:   {1: anyValue},
	keyValueList: {1: keyValue},
}

// weight is what an export would take in memory, seen from the wire alone.
type weight struct{ parts, records int }

// tooMuch reports whether an export has more than is made of one request.
func (w *weight) tooMuch() bool { return w.parts > maxParts || w.records > MaxRecords }

// weigh counts the messages of an export before anything is made of them. It ends where
// they are too many; bytes that are no protobuf are for whoever reads them.
func (w *weight) weigh(b []byte, of message, depth int) {
	if depth > maxNested {
		w.parts = maxParts + 1
	}
	for len(b) > 0 && !w.tooMuch() {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return
		}
		b = b[n:]
		if typ != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(num, typ, b); n < 0 {
				return
			}
			b = b[n:]
			continue
		}
		inner, n := protowire.ConsumeBytes(b)
		if n < 0 {
			return
		}
		b = b[n:]
		w.parts++ // a text that is repeated takes memory, too
		if m := within[of][num]; m != 0 {
			if m == logRecord {
				w.records++
			}
			w.weigh(inner, m, depth+1)
		}
	}
}
