package http

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// journal is a handler that writes down what it is told, pieces of content joined.
type journal struct {
	answers []string
	events  []string
	body    strings.Builder
	opaque  strings.Builder
}

func (j *journal) add(format string, args ...any) {
	j.flush()
	j.events = append(j.events, fmt.Sprintf(format, args...))
}

func (j *journal) flush() {
	if j.body.Len() > 0 {
		j.events = append(j.events, fmt.Sprintf("body %q", j.body.String()))
		j.body.Reset()
	}
	if j.opaque.Len() > 0 {
		j.events = append(j.events, fmt.Sprintf("opaque %q", j.opaque.String()))
		j.opaque.Reset()
	}
}

func (j *journal) Request(r *Request) {
	j.add("%s %s %v %v %v @%d+%d resumed=%v [%v]", r.Method, r.Target, r.Version, r.Framing, r.Length, r.Offset, r.Size, r.Resumed, r.Anomalies)
}

func (j *journal) Answers() string {
	if len(j.answers) == 0 {
		return ""
	}
	method := j.answers[0]
	j.answers = j.answers[1:]
	return method
}

func (j *journal) Response(r *Response) {
	j.add("%v %d %q %v %v @%d+%d resumed=%v [%v]", r.Version, r.Status, r.Reason, r.Framing, r.Length, r.Offset, r.Size, r.Resumed, r.Anomalies)
}

func (j *journal) Body(p []byte)   { j.body.Write(p) }
func (j *journal) Opaque(p []byte) { j.opaque.Write(p) }
func (j *journal) Gap(n int64)     { j.add("gap %d", n) }
func (j *journal) End(e End)       { j.add("end %v", e) }
func (j *journal) Trailers(h *Head) {
	j.add("trailers %v [%v]", h.Fields, h.Anomalies)
}

// read feeds stream in the pieces that cut chooses and returns what was told,
// errors included.
func read(t testing.TB, request bool, limits Limits, stream string, answers []string, cut func(left int) int) []string {
	t.Helper()
	j := &journal{answers: answers}
	d := NewResponseDecoder(j, limits)
	if request {
		d = NewRequestDecoder(j, limits)
	}
	note := func(err error) {
		var fe *format.Error
		if err == nil {
			return
		}
		if !errors.As(err, &fe) {
			t.Fatalf("error %v is no format.Error", err)
		}
		j.add("error %s at %d: %v", fe.Field, fe.Offset, fe.Err)
	}
	for rest := []byte(stream); len(rest) > 0; {
		n := cut(len(rest))
		piece := append([]byte(nil), rest[:n]...)
		note(d.Feed(piece))
		for i := range piece { // whoever kept it will be seen
			piece[i] = '#'
		}
		rest = rest[n:]
	}
	note(d.Close())
	j.flush()
	return j.events
}

func whole(left int) int   { return left }
func byByte(left int) int  { return 1 }
func head(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

var streams = []struct {
	name    string
	request bool
	stream  string
	answers []string
	limits  Limits
	want    []string
}{
	{"a request without content", true, head("GET /a?b=c HTTP/1.1\nHost: h\n\n"), nil, Limits{}, []string{
		"GET /a?b=c HTTP/1.1 empty -1 @0+32 resumed=false []", "end complete"}},
	{"two pipelined requests behind empty lines", true, head("\n\nGET /1 HTTP/1.1\nHost: h\n\nPOST /2 HTTP/1.0\nContent-Length: 3\n\nabc"), nil, Limits{}, []string{
		"GET /1 HTTP/1.1 empty -1 @4+28 resumed=false []", "end complete",
		"POST /2 HTTP/1.0 fixed 3 @32+39 resumed=false []", `body "abc"`, "end complete"}},
	{"chunks with extension and trailers", true, head("POST /c HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n3;x=\"y;z\"\nabc\n0A  \n0123456789\n0\nDigest: d\n\n"), nil, Limits{}, []string{
		"POST /c HTTP/1.1 chunked -1 @0+57 resumed=false []", `body "abc0123456789"`, "trailers [{Digest d}] []", "end complete"}},
	{"bare line feeds", true, "GET / HTTP/1.1\nHost: h\n\n", nil, Limits{}, []string{
		"GET / HTTP/1.1 empty -1 @0+24 resumed=false [bare-lf]", "end complete"}},
	{"folded and spaced fields", true, "GET / HTTP/1.1\r\nHost : h\r\nX: a\r\n\t b\r\n\r\n", nil, Limits{}, []string{
		"GET / HTTP/1.1 empty -1 @0+39 resumed=false [obs-fold,space-before-colon]", "end complete"}},
	{"both length and chunked", true, head("POST / HTTP/1.1\nHost: h\nContent-Length: 5\nTransfer-Encoding: chunked\n\n0\n\nG"), nil, Limits{}, []string{
		"POST / HTTP/1.1 chunked -1 @0+75 resumed=false [length-and-chunked]", "end complete", "error head at 80: truncated"}},
	{"two lengths: the framing is lost until the next request line", true, head("POST /1 HTTP/1.1\nHost: h\nContent-Length: 5\nContent-Length: 6\n\nabcdefGET /2 HTTP/1.1\nHost: h\n\n"), nil, Limits{}, []string{
		"POST /1 HTTP/1.1 lost -1 @0+67 resumed=false [length-conflict]", "end broken",
		"GET /2 HTTP/1.1 empty -1 @73+28 resumed=true []", "end complete",
		"error content length at 0: malformed"}},
	{"the same length twice", true, head("PUT /1 HTTP/1.1\nHost: h\nContent-Length: 2, 2\n\nab"), nil, Limits{}, []string{
		"PUT /1 HTTP/1.1 fixed 2 @0+50 resumed=false [length-repeated]", `body "ab"`, "end complete"}},
	{"a length that is no number", true, head("PUT /1 HTTP/1.1\nHost: h\nContent-Length: +2\n\n"), nil, Limits{}, []string{
		"PUT /1 HTTP/1.1 lost -1 @0+48 resumed=false [length-invalid]", "end broken", "error content length at 0: malformed"}},
	{"chunked not last", true, head("PUT /1 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked, gzip\n\n"), nil, Limits{}, []string{
		"PUT /1 HTTP/1.1 lost -1 @0+62 resumed=false [chunked-not-final]", "end broken", "error content length at 0: malformed"}},
	{"an obfuscated transfer coding", true, head("PUT /1 HTTP/1.1\nHost: h\nTransfer-Encoding: xchunked\n\n"), nil, Limits{}, []string{
		"PUT /1 HTTP/1.1 lost -1 @0+57 resumed=false [chunked-not-final,coding-unknown]", "end broken", "error content length at 0: malformed"}},
	{"a chunk size that is none", true, head("PUT /1 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n0x3\nabc\n"), nil, Limits{}, []string{
		"PUT /1 HTTP/1.1 chunked -1 @0+56 resumed=false []", "end broken", "error chunk size at 56: malformed"}},
	{"a chunk longer than it says", true, head("PUT /1 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n3\nabcd\n"), nil, Limits{}, []string{
		"PUT /1 HTTP/1.1 chunked -1 @0+56 resumed=false []", `body "abc"`, "end broken", "error chunk end at 62: malformed"}},
	{"no host, odd spaces, a space in the target", true, "GET  /a b  HTTP/1.1\r\n\r\n", nil, Limits{}, []string{
		"GET /a b HTTP/1.1 empty -1 @0+23 resumed=false [bad-start-line,space-in-target,host-missing]", "end complete"}},
	{"two hosts", true, head("GET / HTTP/1.1\nHost: a\nHOST: b\n\n"), nil, Limits{}, []string{
		"GET / HTTP/1.1 empty -1 @0+36 resumed=false [host-repeated]", "end complete"}},
	{"the preface of HTTP/2", true, head("PRI * HTTP/2.0\n\nSM\n\n"), nil, Limits{}, []string{
		"PRI * HTTP/2.0 tunnel -1 @0+18 resumed=false []", "end complete", `opaque "SM\r\n\r\n"`}},
	{"another protocol behind CONNECT", true, head("CONNECT h:443 HTTP/1.1\nHost: h:443\n\n\x16\x03\x01\n"), nil, Limits{}, []string{
		"CONNECT h:443 HTTP/1.1 empty -1 @0+39 resumed=false []", "end complete", `opaque "\x16\x03\x01\r\n"`}},
	{"a request cut in its content", true, head("PUT /1 HTTP/1.1\nHost: h\nContent-Length: 9\n\nabc"), nil, Limits{}, []string{
		"PUT /1 HTTP/1.1 fixed 9 @0+47 resumed=false []", `body "abc"`, "end cut", "error content at 50: truncated"}},
	{"what is not HTTP, until it is", true, "\x00\x01nonsense\nGET /1 HTTP/1.0\r\n\r\n", nil, Limits{}, []string{
		"GET /1 HTTP/1.0 empty -1 @11+19 resumed=true []", "end complete", "error start line at 0: malformed"}},
	{"a start line over the limit", true, "GET /" + strings.Repeat("a", 40) + " HTTP/1.1\r\n\r\nGET /1 HTTP/1.0\r\n\r\n", nil, Limits{Line: 32}, []string{
		"GET /1 HTTP/1.0 empty -1 @58+19 resumed=true []", "end complete",
		"error start line at 0: over limit"}},
	{"a head over the limit", true, head("GET / HTTP/1.1\nHost: h\nX: " + strings.Repeat("a", 99) + "\n\nGET /1 HTTP/1.0\n\n"), nil, Limits{Head: 64}, []string{
		"GET /1 HTTP/1.0 empty -1 @131+19 resumed=true []", "end complete", "error head at 0: over limit"}},
	{"what is found by searching is bounded by the limits too", true, "junk\nGET /" + strings.Repeat("a", 51) + " HTTP/1.1\r\n\r\nGET /" + strings.Repeat("a", 43) + " HTTP/1.0\r\n\r\n", nil, Limits{Line: 64, Head: 64}, []string{
		"GET /" + strings.Repeat("a", 43) + " HTTP/1.0 empty -1 @74+61 resumed=true []", "end complete", "error start line at 0: malformed"}},
	{"more fields than are kept, the length among the rest", true, head("PUT / HTTP/1.1\nHost: h\nA: 1\nB: 2\nC: 3\nContent-Length: 1\n\nx"), nil, Limits{Fields: 2}, []string{
		"PUT / HTTP/1.1 fixed 1 @0+64 resumed=false [too-many-fields]", `body "x"`, "end complete"}},

	{"responses by length, by chunks and by close", false, head("HTTP/1.1 200 OK\nContent-Length: 2\n\nabHTTP/1.1 404\nTransfer-Encoding: chunked\n\n1\nx\n0\n\nHTTP/1.0 200 OK\n\nrest"), nil, Limits{}, []string{
		`HTTP/1.1 200 "OK" fixed 2 @0+38 resumed=false []`, `body "ab"`, "end complete",
		`HTTP/1.1 404 "" chunked -1 @40+44 resumed=false []`, `body "x"`, "end complete",
		`HTTP/1.0 200 "OK" until-close -1 @95+19 resumed=false []`, `body "rest"`, "end complete"}},
	{"no content for HEAD, 204, 304 and interim responses", false, head("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nContent-Length: 99\n\nHTTP/1.1 204 No Content\n\nHTTP/1.1 304 Not Modified\nContent-Length: 5\n\nHTTP/1.1 200 OK\nContent-Length: 1\n\nx"),
		[]string{"HEAD", "HEAD", "PUT", "GET", "GET"}, Limits{}, []string{
			`HTTP/1.1 100 "Continue" empty -1 @0+25 resumed=false []`, "end complete",
			`HTTP/1.1 200 "OK" empty -1 @25+39 resumed=false []`, "end complete",
			`HTTP/1.1 204 "No Content" empty -1 @64+27 resumed=false []`, "end complete",
			`HTTP/1.1 304 "Not Modified" empty -1 @91+48 resumed=false []`, "end complete",
			`HTTP/1.1 200 "OK" fixed 1 @139+38 resumed=false []`, `body "x"`, "end complete"}},
	{"a tunnel", false, head("HTTP/1.1 200 OK\nContent-Length: 99\n\n\x16\x03\x03"), []string{"CONNECT"}, Limits{}, []string{
		`HTTP/1.1 200 "OK" tunnel -1 @0+39 resumed=false []`, "end complete", `opaque "\x16\x03\x03"`}},
	{"a refused tunnel", false, head("HTTP/1.1 403 No\nContent-Length: 1\n\nx"), []string{"CONNECT"}, Limits{}, []string{
		`HTTP/1.1 403 "No" fixed 1 @0+38 resumed=false []`, `body "x"`, "end complete"}},
	{"an upgrade", false, head("HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n\n\x81\x00"), []string{"GET"}, Limits{}, []string{
		`HTTP/1.1 101 "Switching Protocols" tunnel -1 @0+56 resumed=false []`, "end complete", `opaque "\x81\x00"`}},
	{"a response that follows junk without a line end", false, "junkHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", nil, Limits{}, []string{
		`HTTP/1.1 200 "OK" fixed 1 @4+38 resumed=true []`, `body "x"`, "end complete", "error start line at 0: malformed"}},
	{"a response with an unknown coding ends with the connection", false, head("HTTP/1.1 200 OK\nTransfer-Encoding: zip\n\nxyz"), nil, Limits{}, []string{
		`HTTP/1.1 200 "OK" until-close -1 @0+43 resumed=false [chunked-not-final,coding-unknown]`, `body "xyz"`, "end complete"}},
	{"a head without end", false, head("HTTP/1.1 200 OK\nServer: x\n"), nil, Limits{}, []string{
		"error head at 0: truncated"}},
}

func TestDecoder(t *testing.T) {
	for _, test := range streams {
		t.Run(test.name, func(t *testing.T) {
			got := read(t, test.request, test.limits, test.stream, test.answers, whole)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("fed whole (-want +got):\n%s", diff)
			}
		})
	}
}

// What a decoder tells does not depend on how the stream is cut.
func TestDecoderSplits(t *testing.T) {
	for _, test := range streams {
		t.Run(test.name, func(t *testing.T) {
			want := sorted(read(t, test.request, test.limits, test.stream, test.answers, whole))
			cuts := map[string]func(int) int{"bytes": byByte}
			for seed := range uint64(20) {
				r := rand.New(rand.NewPCG(seed, 1))
				cuts[fmt.Sprint("seed ", seed)] = func(left int) int { return 1 + r.IntN(min(left, 1+int(seed)*2)) }
			}
			for name, cut := range cuts {
				got := read(t, test.request, test.limits, test.stream, test.answers, cut)
				if diff := cmp.Diff(want, sorted(got)); diff != "" {
					t.Errorf("%s (-whole +split):\n%s", name, diff)
				}
			}
		})
	}
}

// sorted puts errors last and keeps the first: that is what one Feed of all tells.
func sorted(events []string) (out []string) {
	var errs []string
	for _, e := range events {
		if strings.HasPrefix(e, "error") {
			errs = append(errs, e)
			continue
		}
		out = append(out, e)
	}
	if len(errs) > 1 {
		errs = errs[:1]
	}
	return append(out, errs...)
}

func TestGap(t *testing.T) {
	type step struct {
		feed string
		gap  int64
	}
	tests := []struct {
		name    string
		request bool
		steps   []step
		want    []string
	}{
		{"inside content of known length the decoder stays in step", false,
			[]step{{feed: head("HTTP/1.1 200 OK\nContent-Length: 10\n\nabc")}, {gap: 5}, {feed: "ijHTTP/1.1 204 x\r\n\r\n"}}, []string{
				`HTTP/1.1 200 "OK" fixed 10 @0+39 resumed=false []`, `body "abc"`, "gap 5", `body "ij"`, "end complete",
				`HTTP/1.1 204 "x" empty -1 @49+18 resumed=false []`, "end complete"}},
		{"a gap to the very end of content", false,
			[]step{{feed: head("HTTP/1.1 200 OK\nContent-Length: 10\n\nabc")}, {gap: 7}, {feed: "HTTP/1.1 204 x\r\n\r\n"}}, []string{
				`HTTP/1.1 200 "OK" fixed 10 @0+39 resumed=false []`, `body "abc"`, "gap 7", "end complete",
				`HTTP/1.1 204 "x" empty -1 @49+18 resumed=false []`, "end complete"}},
		{"a gap past the end", false,
			[]step{{feed: head("HTTP/1.1 200 OK\nContent-Length: 4\n\nabc")}, {gap: 7}, {feed: "junk\r\nxHTTP/1.1 204 x\r\n\r\n"}}, []string{
				`HTTP/1.1 200 "OK" fixed 4 @0+38 resumed=false []`, `body "abc"`, "gap 7", "end gapped",
				`HTTP/1.1 204 "x" empty -1 @55+18 resumed=true []`, "end complete"}},
		{"inside a chunk", true,
			[]step{{feed: head("PUT / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n8\nab")}, {gap: 6}, {feed: "\r\n0\r\n\r\n"}}, []string{
				"PUT / HTTP/1.1 chunked -1 @0+55 resumed=false []", `body "ab"`, "gap 6", "end complete"}},
		{"inside a head", true,
			[]step{{feed: "GET / HT"}, {gap: 100}, {feed: "x\r\n\r\nDELETE /2 HTTP/1.0\r\n\r\n"}}, []string{
				"DELETE /2 HTTP/1.0 empty -1 @113+22 resumed=true []", "end complete"}},
		{"in content until close", false,
			[]step{{feed: "HTTP/1.0 200 OK\r\n\r\na"}, {gap: 9}, {feed: "b"}}, []string{
				`HTTP/1.0 200 "OK" until-close -1 @0+19 resumed=false []`, `body "a"`, "gap 9", `body "b"`, "end complete"}},
		{"a capture that begins in the middle", true,
			[]step{{gap: 0}, {feed: "\x00\x01{\"a\":1}POST /x HTTP/1.1\r\nHost: h\r\n\r\n"}}, []string{
				"POST /x HTTP/1.1 empty -1 @9+29 resumed=true []", "end complete"}},
		{"of unknown size in content", false,
			[]step{{feed: head("HTTP/1.1 200 OK\nContent-Length: 10\n\nabc")}, {gap: 0}, {feed: "x"}}, []string{
				`HTTP/1.1 200 "OK" fixed 10 @0+39 resumed=false []`, `body "abc"`, "gap 0", "end gapped"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{1, 3, 1 << 20} {
				j := new(journal)
				d := NewResponseDecoder(j, Limits{})
				if test.request {
					d = NewRequestDecoder(j, Limits{})
				}
				for _, s := range test.steps {
					if s.feed == "" {
						if err := d.Gap(s.gap); err != nil {
							t.Fatal(err)
						}
					}
					for p := []byte(s.feed); len(p) > 0; p = p[min(size, len(p)):] {
						if err := d.Feed(p[:min(size, len(p))]); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				j.flush()
				if diff := cmp.Diff(test.want, j.events); diff != "" {
					t.Errorf("in pieces of %d (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}
