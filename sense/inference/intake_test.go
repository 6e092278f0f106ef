package inference

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// field is a field of protobuf that holds a message.
func field(num byte, inner ...[]byte) []byte {
	b := bytes.Join(inner, nil)
	return append(binary.AppendUvarint([]byte{num<<3 | 2}, uint64(len(b))), b...)
}

// peak is the most memory on the heap while fn runs.
func peak(fn func()) uint64 {
	debug.FreeOSMemory()
	var most atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	fn()
	close(stop)
	<-done
	return most.Load()
}

// Bodies of 14 MB that would take gigabytes are refused before anything is made of
// them: one of empty log records took 2.2 GB.
func TestBodiesThatSwell(t *testing.T) {
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c)
	nd, otlp := NewHandler(f), NewOTLP(f)
	empty := func(num byte, n int) []byte { return bytes.Repeat([]byte{num<<3 | 2, 0}, n) }
	// What a resource says stands in each record again: 19,000 times 100,000.
	var said []byte
	for i := range 19_000 {
		said = append(said, field(1, field(1, fmt.Append(nil, "k", i)))...)
	}
	var deep []byte // of one value
	for range 5_000 {
		deep = field(5, field(1, deep))
	}
	const pb, js, lines = "application/x-protobuf", "application/json", "application/x-ndjson"
	for _, x := range []struct {
		name string
		h    http.Handler
		typ  string
		body []byte
		code int
	}{
		{"empty log records", otlp, pb, field(1, field(2, empty(2, 7<<20))), 413},
		{"empty attributes", otlp, pb, field(1, field(2, field(2, empty(6, 7<<20)))), 413},
		{"empty resources", otlp, pb, empty(1, 7<<20), 413},
		{"repeated texts", otlp, pb, field(1, field(1, field(3, empty(3, 7<<20)))), 413},
		{"attributes of a resource", otlp, pb, field(1, field(1, said), field(2, empty(2, 99_000))), 413},
		{"values in values", otlp, pb, field(1, field(2, field(2, field(5, deep)))), 413},
		{"empty log records in JSON", otlp, js, []byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}` + strings.Repeat(",{}", 5<<20) + `]}]}]}`), 413},
		{"lists in lists in JSON", otlp, js, []byte(`{"x":` + strings.Repeat(`[`, 8<<20)), 400},
		{"empty objects", nd, lines, bytes.Repeat([]byte("{}\n"), 5<<20), 413},
		{"numbers", nd, lines, bytes.Repeat([]byte("1\n"), 7<<20), 413},
		{"objects in objects", nd, lines, bytes.Repeat([]byte(`{"a":`), 1<<17), 400},
		{"another type", otlp, "text/plain", []byte("{}"), 415},
		{"gzip", otlp, pb, append([]byte{0x1f, 0x8b, 8, 0}, make([]byte, 1<<20)...), 400},
	} {
		w := &answered{header: http.Header{}}
		used := peak(func() {
			r, err := http.NewRequest(http.MethodPost, "/", bytes.NewReader(x.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", x.typ)
			x.h.ServeHTTP(w, r)
		})
		if w.code != x.code {
			t.Errorf("%s: %d %.200s, want %d", x.name, w.code, w.text.String(), x.code)
		}
		if used > 600<<20 {
			t.Errorf("%s: %d MB were used", x.name, used>>20)
		}
	}
	if n := f.intake.bytes.Load(); n != 0 {
		t.Errorf("%d bytes are still held", n)
	}
	if n := f.Counts(); n.Rows != 0 {
		t.Errorf("%+v", n)
	}
}

// answered is the writer of an answer that nobody waits for.
type answered struct {
	header http.Header
	code   int
	text   bytes.Buffer
}

func (w *answered) Header() http.Header         { return w.header }
func (w *answered) WriteHeader(code int)        { w.code = code }
func (w *answered) Write(b []byte) (int, error) { return w.text.Write(b) }

// Clients that send slowly, or stop, keep nobody out; what they hold is given back.
func TestSlowClientsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c)
	url := running(t, f, NewHandler(f))
	var slow []net.Conn
	for range 3 * maxAtOnce {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{\"risk\":")
		slow = append(slow, conn)
	}
	for until := time.Now().Add(20 * time.Second); f.intake.reading.Load() < int64(len(slow)) && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
	if code, a, _ := post(t, url, "application/x-ndjson", `{"risk":0.5,"at":"2026-03-01T11:59:00Z"}`); code != 200 || a.Rows != 1 {
		t.Errorf("%d %+v", code, a)
	}
	for _, conn := range slow {
		conn.Close()
	}
	for until := time.Now().Add(20 * time.Second); f.intake.reading.Load()+f.intake.bytes.Load() > 0 && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
	if n, b := f.intake.reading.Load(), f.intake.bytes.Load(); n != 0 || b != 0 {
		t.Errorf("%d are still read, %d bytes held", n, b)
	}
}

// Bodies of many clients together are bounded; whoever is turned away comes again.
func TestBytesOfAllTogether(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c)
	url := running(t, f, NewHandler(f))
	f.intake.bytes.Add(maxHeld)
	code, _, header := post(t, url, "application/x-ndjson", `{"risk":0.5}`)
	if code != 429 || header.Get("Retry-After") == "" || f.Counts().Busy != 1 {
		t.Errorf("%d %v %+v", code, header, f.Counts())
	}
	if n := f.intake.bytes.Load(); n != maxHeld {
		t.Errorf("%d bytes are held", n-maxHeld)
	}
}

// FuzzOTLP: whatever is posted is answered, and nothing stays held.
func FuzzOTLP(f *testing.F) {
	f.Add([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"key":"risk","value":{"doubleValue":0.5}}]}]}]}]}`), true)
	f.Add(field(1, field(1, field(1, field(1, []byte("a")))), field(2, field(2, field(6, field(1, []byte("risk")))))), false)
	f.Add([]byte("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), false)
	c, l := &clock{t: noon}, &ledger{}
	fold := folder(f, mapping(f, triage), f.TempDir(), l, c)
	o := NewOTLP(fold)
	f.Fuzz(func(t *testing.T, text []byte, asJSON bool) {
		kind := "application/x-protobuf"
		if asJSON {
			kind = "application/json"
		}
		r, err := http.NewRequest(http.MethodPost, "/", bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		_, _, body, ok := o.take(&answered{header: http.Header{}}, r)
		if !ok {
			t.Fatal("not taken")
		}
		o.fold("", 0, kind, body)
		body.release()
		<-o.slots
		if n := fold.intake.bytes.Load(); n != 0 {
			t.Errorf("%d bytes are still held", n)
		}
	})
}
