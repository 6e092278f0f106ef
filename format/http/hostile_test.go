package http

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	nethttp "net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/wardround/wardround/format/http/content"
)

// Whatever comes, a decoder holds no more than its limits.
func TestHeldMemory(t *testing.T) {
	limits := Limits{Head: 8 << 10, Line: 1 << 10}
	for name, endless := range map[string]string{
		"a request line":     "a",
		"a field line":       "GET / HTTP/1.1\r\nX: ",
		"fields":             "GET / HTTP/1.1\r\n",
		"a chunk extension":  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;",
		"trailers":           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
		"an expected answer": "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n",
		"empty lines":        "",
	} {
		filler := []byte("xxxxxxxxxxxxxxxx")
		switch name {
		case "fields", "trailers":
			filler = []byte("A: b\r\nC: d\r\n")
		case "empty lines":
			filler = []byte("\r\n\r\n")
		}
		d := NewRequestDecoder(new(nobody), limits)
		d.Feed([]byte(endless))
		d.Refuse()
		for range 10_000 {
			d.Feed(filler)
			if held := cap(d.buf); held > 3*(8<<10) {
				t.Fatalf("%s: %d bytes held", name, held)
			}
		}
	}
}

type nobody struct{ method string }

func (*nobody) Request(*Request)   {}
func (n *nobody) Answers() string  { return n.method }
func (*nobody) Response(*Response) {}
func (*nobody) Body([]byte)        {}
func (*nobody) Gap(int64)          {}
func (*nobody) Trailers(*Head)     {}
func (*nobody) End(End)            {}
func (*nobody) Opaque([]byte)      {}

// An idle conversation is small: a million of them fit in memory.
func TestIdleSize(t *testing.T) {
	if size := unsafe.Sizeof(Conversation{}); size > 320 {
		t.Errorf("a conversation takes %d bytes", size)
	}
	open := Shared(Limits{})
	const n = 20_000
	kept := make([]*Conversation, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range kept {
		kept[i] = open(new(summaries))
		kept[i].FeedClient([]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
		kept[i].FeedServer([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	}
	for _, c := range kept {
		c.observer = nil
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := int64(after.HeapAlloc-before.HeapAlloc) / n; each > 400 {
		t.Errorf("an idle conversation that was used takes %d bytes", each)
	}
	runtime.KeepAlive(kept)
}

// A response that inflates without end is cut and named.
func TestBombIsNamed(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(make([]byte, 32<<20))
	z.Close()
	m := &bomb{}
	c := NewConversation(m, Limits{})
	c.FeedClient([]byte("GET / HTTP/1.0\r\n\r\n"))
	c.FeedServer((&Response{Status: 200, Head: Head{Fields: Fields{{"Content-Encoding", "gzip"}}}}).AppendWith(nil, b.Bytes()))
	if !m.anomalies.Has(Bomb) || m.inflated > 4<<20 || m.fed > 4<<20 {
		t.Errorf("anomalies %v, %d bytes inflated, %d fed", m.anomalies, m.inflated, m.fed)
	}
}

type bomb struct {
	summaries
	inflated, fed int64
}

func (b *bomb) Response(x *Exchange) content.Sink { return (*bombSink)(b) }
func (b *bomb) Done(x *Exchange)                  { b.anomalies, b.inflated = x.Anomalies(), x.Body.Inflated }

type bombSink bomb

func (b *bombSink) Feed(p []byte) { b.fed += int64(len(p)) }
func (b *bombSink) Gap(int64)     {}
func (b *bombSink) Close(bool)    {}

// FuzzConversation asks that nothing panics and that the cut doesn't matter.
func FuzzConversation(f *testing.F) {
	for _, c := range conversations {
		var client, server strings.Builder
		for _, s := range c.said {
			if s[0] == '>' {
				client.WriteString(head(s[2:]))
			} else {
				server.WriteString(head(s[2:]))
			}
		}
		f.Add(client.String(), server.String(), uint8(3))
	}
	f.Fuzz(func(t *testing.T, client, server string, size uint8) {
		limits := Limits{Line: 64, Head: 512, Fields: 4, Outstanding: 4}
		read := func(size int) []string {
			m := &minutes{sample: 32}
			return converse(m, limits, []string{"> " + client, "< " + server}, func(left int) int { return min(left, size) })
		}
		if len(client) == 0 || len(server) == 0 {
			return
		}
		want, got := read(1<<20), read(1+int(size))
		if strings.Join(want, "\n") != strings.Join(got, "\n") {
			t.Fatalf("whole:\n%s\nin pieces of %d:\n%s", strings.Join(want, "\n"), 1+int(size), strings.Join(got, "\n"))
		}
	})
}

// FuzzRequest compares with net/http: what that accepts is read alike.
func FuzzRequest(f *testing.F) {
	for _, s := range streams {
		if s.request {
			f.Add(s.stream)
		}
	}
	f.Add("0 * HTTP/1.0\nContent-Length :\n\n")
	f.Add("POST /fhir/Patient/_search HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nname=Anna")
	f.Fuzz(func(t *testing.T, stream string) {
		r, err := nethttp.ReadRequest(bufio.NewReader(strings.NewReader(stream)))
		if err != nil || r.Header.Get("Expect") != "" || r.ProtoMajor != 1 || len(r.Method) > maxMethod || !targetStart(r.Method, r.RequestURI) {
			return
		}
		if r.ProtoMinor == 0 && strings.Contains(strings.ToLower(stream), "transfer-encoding") {
			return // net/http ignores the field; RFC 9112 §6.1 calls the framing faulty
		}
		if faultyField.MatchString(stream) {
			return // net/http takes a name with a space, or a length without digits; RFC 9112 §5.1 and §6.3 call them faulty
		}
		body, bodyErr := io.ReadAll(r.Body)
		if bodyErr != nil {
			return
		}
		var got *first
		first := &first{}
		d := NewRequestDecoder(first, Limits{})
		d.Feed([]byte(stream))
		got = first
		if strings.HasPrefix(stream, "\r\n") || strings.HasPrefix(stream, "\n") {
			return
		}
		if got.n == 0 || got.method != r.Method || got.target != r.RequestURI {
			t.Fatalf("net/http reads %s %q, we read %d requests, first %s %q", r.Method, r.RequestURI, got.n, got.method, got.target)
		}
		if got.ended != Complete || got.body.String() != string(body) {
			t.Fatalf("net/http reads content %q, we %q, ended %v", body, got.body.String(), got.ended)
		}
	})
}

// faultyField is white space before a field's colon, or a length that is none.
var faultyField = regexp.MustCompile(`(?im)^[^:\r\n]*[ \t]:|^content-length[ \t]*:[ \t]*\r?$`)

// first remembers the first message.
type first struct {
	nobody
	n              int
	method, target string
	body           strings.Builder
	ended          End
}

func (f *first) Request(r *Request) {
	if f.n++; f.n == 1 {
		f.method, f.target = r.Method, r.Target
	}
}
func (f *first) Body(p []byte) {
	if f.n == 1 {
		f.body.Write(p)
	}
}
func (f *first) End(e End) {
	if f.n == 1 && f.ended == 0 {
		f.ended = e
	}
}

func BenchmarkBody(b *testing.B) {
	for _, framing := range []string{"length", "chunks"} {
		b.Run(framing, func(b *testing.B) {
			const size = 1 << 20
			piece := bytes.Repeat([]byte("x"), 1448)
			head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size/len(piece)*len(piece))
			var stream [][]byte
			for range size / len(piece) {
				stream = append(stream, piece)
			}
			if framing == "chunks" {
				head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				for i := range stream {
					stream[i] = AppendChunk(nil, piece)
				}
				stream = append(stream, []byte("0\r\n\r\n"))
			}
			c := NewConversation(new(discard), Limits{})
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				c.FeedClient([]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
				c.FeedServer([]byte(head))
				for _, p := range stream {
					c.FeedServer(p)
				}
			}
		})
	}
}

// Small exchanges: the cost per request and response with usual heads.
func BenchmarkExchange(b *testing.B) {
	request := []byte("GET /fhir/Observation?patient=123&_count=50 HTTP/1.1\r\nHost: ehr.example\r\nUser-Agent: HAPI-FHIR/6.8.0 (FHIR Client; FHIR 4.0.1/R4; apache)\r\nAccept: application/fhir+json;q=1.0, application/json+fhir;q=0.9\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer eyJhbGciOiJSUzI1NiJ9.e30.x\r\nConnection: Keep-Alive\r\n\r\n")
	response := []byte("HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 08:00:00 GMT\r\nServer: nginx/1.22\r\nContent-Type: application/fhir+json;charset=UTF-8\r\nX-Request-Id: 0123456789\r\nCache-Control: no-store\r\nContent-Length: 512\r\n\r\n" + strings.Repeat("x", 512))
	c := NewConversation(new(discard), Limits{})
	b.SetBytes(int64(len(request) + len(response)))
	b.ReportAllocs()
	for b.Loop() {
		c.FeedClient(request)
		c.FeedServer(response)
	}
}

type discard struct{}

func (discard) Request(*Exchange) content.Sink  { return nil }
func (discard) Response(*Exchange) content.Sink { return nil }
func (discard) Done(*Exchange)                  {}
func (discard) Opaque(string, bool, []byte)     {}
