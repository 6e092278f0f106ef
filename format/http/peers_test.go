package http

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/http/content"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// summary is an exchange in the words that peers are asked for.
type summary struct {
	Method, URL string
	Status      string
	Size        int64
}

type summaries struct {
	list      []summary
	anomalies Anomaly
	ends      []End
}

func (s *summaries) Request(*Exchange) content.Sink  { return nil }
func (s *summaries) Response(*Exchange) content.Sink { return nil }
func (s *summaries) Opaque(string, bool, []byte)     {}
func (s *summaries) Done(x *Exchange) {
	s.list = append(s.list, summary{x.Request.Method, x.Request.Target, fmt.Sprint(x.Response.Status), x.Body.Size})
	s.anomalies |= x.Anomalies()
	s.ends = append(s.ends, x.RequestBody.End, x.Body.End)
}

// tshark and the conversation see the same methods, URLs and statuses in a
// capture of curl and Orthanc's DICOMweb.
func TestTsharkReadsTheSame(t *testing.T) {
	path := testkit.Data(t, "captures/dicomweb_qido_wado_stow.pcap")
	var streams []string
	conversations := map[string]*Conversation{}
	seen := map[string]*summaries{}
	want := map[string][]summary{}
	// Without its HTTP dissector tshark gives every segment's payload where it came.
	for _, row := range wire.Tshark(t, path, "tcp.len > 0", []string{"tcp.stream", "tcp.srcport", "tcp.payload"}, "--disable-protocol", "http") {
		stream, fromServer := row[0], row[1] == "18042"
		payload, err := hex.DecodeString(row[2])
		if err != nil {
			t.Fatal(err)
		}
		c := conversations[stream]
		if c == nil {
			seen[stream] = new(summaries)
			c = NewConversation(seen[stream], Limits{})
			conversations[stream] = c
			streams = append(streams, stream)
			if m := RecogniseClient(payload); m != format.Yes {
				t.Errorf("stream %s: client not recognised: %v", stream, m)
			}
		}
		feed := c.FeedClient
		if fromServer {
			feed = c.FeedServer
		}
		if err := feed(payload); err != nil {
			t.Errorf("stream %s: %v", stream, err)
		}
	}
	fields := []string{"tcp.stream", "http.request.method", "http.request.uri", "http.response.code", "http.content_length_header"}
	for _, row := range wire.Tshark(t, path, "http", fields, "-d", "tcp.port==18042,http") {
		stream := row[0]
		if row[1] != "" {
			want[stream] = append(want[stream], summary{Method: row[1], URL: row[2]})
		}
		if row[3] != "" {
			last := &want[stream][len(want[stream])-1]
			last.Status = row[3]
			if last.Size = -1; row[4] != "" {
				fmt.Sscan(row[4], &last.Size)
			}
		}
	}
	if len(streams) < 4 {
		t.Fatalf("only %d connections", len(streams))
	}
	for _, stream := range streams {
		if err := conversations[stream].Close(); err != nil {
			t.Errorf("stream %s: %v", stream, err)
		}
		for i, w := range want[stream] {
			if w.Size < 0 && i < len(seen[stream].list) { // until close: tshark gives no length
				want[stream][i].Size = seen[stream].list[i].Size
			}
		}
		if diff := cmp.Diff(want[stream], seen[stream].list); diff != "" {
			t.Errorf("stream %s (-tshark +ours):\n%s", stream, diff)
		}
		if seen[stream].anomalies != 0 {
			t.Errorf("stream %s: anomalies %v", stream, seen[stream].anomalies)
		}
		for _, end := range seen[stream].ends {
			if end != Complete {
				t.Errorf("stream %s: a message is %v", stream, end)
			}
		}
	}
}

// tshark reads what the encoder writes.
func TestTsharkReadsOurs(t *testing.T) {
	c := wire.New(t)
	v := c.TCP("10.0.0.1:40000", "10.0.0.2:8080")
	request := Request{Method: "PUT", Target: "/fhir/Patient/1?a=b", Head: Head{Fields: Fields{{"Host", "h"}, {"Transfer-Encoding", "chunked"}}}}
	v.Client(request.AppendWith(nil, []byte(`{"resourceType":"Patient"}`)))
	response := Response{Status: 201, Reason: "Created", Head: Head{Fields: Fields{{"Content-Type", "application/fhir+json"}}}}
	v.Server(response.AppendWith(nil, []byte("{}"))).Close()
	got := wire.Tshark(t, c.Path(), "http", []string{"http.request.method", "http.request.uri", "http.transfer_encoding", "http.chunk_size", "http.response.code", "http.response.phrase", "http.content_length"})
	want := [][]string{{"PUT", "/fhir/Patient/1?a=b", "chunked", "26|0", "", "", ""}, {"", "", "", "", "201", "Created", "2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +tshark):\n%s", diff)
	}
}

// recorder is a wire that both peers' bytes pass in order.
type recorder struct {
	mu   sync.Mutex
	said []string // "> …" and "< …", raw
}

func (r *recorder) say(side string, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, side+string(p))
}

type recordedConn struct {
	net.Conn
	r *recorder
}

func (c recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.r.say("> ", p[:n])
	}
	return n, err
}

func (c recordedConn) Write(p []byte) (int, error) {
	c.r.say("< ", p)
	return c.Conn.Write(p)
}

type recordedListener struct {
	net.Listener
	mu   sync.Mutex
	tape []*recorder
}

func (l *recordedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	r := new(recorder)
	l.mu.Lock()
	l.tape = append(l.tape, r)
	l.mu.Unlock()
	return recordedConn{c, r}, nil
}

// peerServer is a net/http server whose connections are recorded; log is what
// its handler saw and sent.
func peerServer(t *testing.T) (server *httptest.Server, listener *recordedListener, log func() []string) {
	var mu sync.Mutex
	var lines []string
	handler := func(w nethttp.ResponseWriter, r *nethttp.Request) {
		status, body := 200, "hello"
		refused := strings.HasPrefix(r.URL.Path, "/refused")
		var up []byte
		if !refused {
			up, _ = io.ReadAll(r.Body)
		}
		switch {
		case refused:
			status, body = 403, "no"
		case r.URL.Path == "/gone":
			status, body = 204, ""
		case r.URL.Path == "/same":
			status, body = 304, ""
		case r.URL.Path == "/hints":
			w.Header().Set("Link", "</style>; rel=preload")
			w.WriteHeader(103)
		case r.URL.Path == "/large":
			body = strings.Repeat("0123456789", 20_000)
		}
		packed := []byte(body)
		if r.URL.Path == "/gzip" {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write([]byte(body))
			z.Close()
			packed = b.Bytes()
			w.Header().Set("Content-Encoding", "gzip")
		}
		if r.URL.Path == "/trailers" {
			w.Header().Set("Trailer", "Digest")
			defer w.Header().Set("Digest", "x")
		}
		w.WriteHeader(status)
		w.Write(packed)
		if f, ok := w.(nethttp.Flusher); ok && r.URL.Path == "/large" {
			f.Flush()
		}
		sent := len(packed)
		if r.Method == "HEAD" || status == 204 || status == 304 {
			sent = 0
		}
		mu.Lock()
		lines = append(lines, fmt.Sprintf("%s %s %d -> %d %d", r.Method, r.RequestURI, len(up), status, sent))
		mu.Unlock()
	}
	base, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener = &recordedListener{Listener: base}
	server = httptest.NewUnstartedServer(nethttp.HandlerFunc(handler))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return server, listener, func() []string {
		server.Close()
		mu.Lock()
		defer mu.Unlock()
		return lines
	}
}

// replayTape feeds a recorded connection to a conversation.
func replayTape(t *testing.T, r *recorder) []string {
	var lines []string
	c := NewConversation(onDone(func(x *Exchange) {
		line := fmt.Sprintf("%s %s %d -> %d %d", x.Request.Method, x.Request.Target, x.RequestBody.Size, x.Response.Status, x.Body.Size)
		if a := x.Anomalies(); a != 0 {
			line += fmt.Sprintf(" [%v]", a)
		}
		lines = append(lines, line)
	}), Limits{})
	for _, s := range r.said {
		feed := c.FeedServer
		if s[0] == '>' {
			feed = c.FeedClient
		}
		if err := feed([]byte(s[2:])); err != nil {
			t.Error(err)
		}
	}
	c.Close()
	return lines
}

type onDone func(*Exchange)

func (f onDone) Request(*Exchange) content.Sink  { return nil }
func (f onDone) Response(*Exchange) content.Sink { return nil }
func (f onDone) Opaque(string, bool, []byte)     {}
func (f onDone) Done(x *Exchange)                { f(x) }

// What net/http's client and server say to each other is read as they meant it.
func TestNetHTTP(t *testing.T) {
	server, listener, log := peerServer(t)
	client := server.Client()
	transport := client.Transport.(*nethttp.Transport)
	transport.DisableCompression = true
	transport.ExpectContinueTimeout = 5 * time.Second
	do := func(method, path string, body io.Reader, header ...string) {
		t.Helper()
		r, err := nethttp.NewRequest(method, server.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	do("GET", "/a?b=c%20d", nil)
	do("HEAD", "/head", nil)
	do("POST", "/form", strings.NewReader("a=b"))
	do("PUT", "/chunked", io.MultiReader(strings.NewReader("one"), strings.NewReader("two")))
	do("PUT", "/continue", strings.NewReader("abc"), "Expect", "100-continue")
	do("PUT", "/refused", strings.NewReader("abc"), "Expect", "100-continue")
	do("DELETE", "/gone", nil)
	do("GET", "/same", nil)
	do("GET", "/hints", nil)
	do("GET", "/large", nil)
	do("GET", "/gzip", nil)
	do("GET", "/trailers", nil)
	do("GET", "/close", nil, "Connection", "close")
	client.CloseIdleConnections()
	want := log()
	var got []string
	for _, r := range listener.tape {
		got = append(got, replayTape(t, r)...)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-net/http +ours):\n%s", diff)
	}
}

func TestCurl(t *testing.T) {
	curl := testkit.Need(t, "curl")
	server, listener, log := peerServer(t)
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(curl, append([]string{"-s", "-S", "-m", "10"}, args...)...).CombinedOutput(); err != nil {
			t.Errorf("curl %v: %v\n%s", args, err, out)
		}
	}
	u := server.URL
	large := strings.Repeat("x", 5000)
	run(u+"/1", u+"/2", "-I", u+"/3")
	run("-0", u+"/old")
	run("-d", "a=b&c=d", u+"/form")
	run("-H", "Expect: 100-continue", "-d", large, u+"/continue")
	run("-H", "Expect: 100-continue", "-d", large, u+"/refused")
	run("-H", "Transfer-Encoding: chunked", "-d", large, u+"/chunked")
	run("-F", "f=@/dev/null;filename=x", "-F", "g=text", u+"/multipart")
	run("-X", "DELETE", u+"/gone")
	run("--compressed", u+"/gzip")
	run(u+"/large", u+"/trailers")
	want := log()
	var got []string
	for _, r := range listener.tape {
		got = append(got, replayTape(t, r)...)
	}
	slices.Sort(want)
	slices.Sort(got)
	// curl sends its content after a refusal too or hangs up; the handler did not look.
	for i, line := range got {
		if strings.HasPrefix(line, "POST /refused ") {
			got[i] = "POST /refused 0" + line[strings.Index(line, " -> "):]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-net/http +ours):\n%s", diff)
	}
}

// net/http reads what the encoder writes.
func TestNetHTTPReadsOurs(t *testing.T) {
	for _, body := range []string{"", "abc", strings.Repeat("long ", 9999)} {
		for _, fields := range []Fields{{{"Host", "h"}}, {{"Host", "h"}, {"Transfer-Encoding", "chunked"}}} {
			request := Request{Method: "POST", Target: "/a/b?c=d", Head: Head{Fields: append(fields[:len(fields):len(fields)], Field{"X-Evil", "a\r\nInjected: b"})}}
			r, err := nethttp.ReadRequest(bufio.NewReader(bytes.NewReader(request.AppendWith(nil, []byte(body)))))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r.Body)
			if err != nil || string(got) != body || r.Method != "POST" || r.RequestURI != "/a/b?c=d" || r.Header.Get("Injected") != "" {
				t.Errorf("request of %d bytes with %v: %s %s, %d bytes, %v", len(body), fields, r.Method, r.RequestURI, len(got), err)
			}
			response := Response{Status: 404, Reason: "Not here", Head: Head{Fields: fields}}
			w, err := nethttp.ReadResponse(bufio.NewReader(bytes.NewReader(response.AppendWith(nil, []byte(body)))), r)
			if err != nil {
				t.Fatal(err)
			}
			got, err = io.ReadAll(w.Body)
			if err != nil || string(got) != body || w.Status != "404 Not here" {
				t.Errorf("response of %d bytes with %v: %s, %d bytes, %v", len(body), fields, w.Status, len(got), err)
			}
		}
	}
}
