package network

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

var httpFlow = &wardround.Flow{
	Transport: "tcp",
	Src:       wardround.Endpoint{Addr: netip.MustParseAddr("10.20.1.5"), Port: 40000},
	Dst:       wardround.Endpoint{Addr: netip.MustParseAddr("10.20.9.4"), Port: 8080},
}

// httpTalk is one exchange: a request, its answer, both with content.
type httpTalk struct {
	request  string // lines of the head, "\n" between them
	up       string
	response string // likewise; "" for none
	down     string
}

// httpWire writes a head and content as they cross, with Content-Length unless a
// Transfer-Encoding is there.
func httpWire(head, body string) string {
	head = strings.ReplaceAll(strings.TrimSuffix(head, "\n"), "\n", "\r\n")
	if body != "" && !strings.Contains(head, "Transfer-Encoding") {
		head += fmt.Sprintf("\r\nContent-Length: %d", len(body))
	}
	return head + "\r\n\r\n" + body
}

// httpSaid feeds exchanges in pieces and returns what was told. The answer comes
// 5 ms after the request.
func httpSaid(t testing.TB, size int, talk ...httpTalk) (out []*wardround.Observation) {
	t.Helper()
	c := NewTestConn("http", httpFlow, func(o *wardround.Observation) { out = append(out, o) })
	s := c.proto.Open(c)
	at := int64(1e18)
	feed := func(dir Direction, text string) {
		for p := []byte(text); len(p) > 0; p = p[min(size, len(p)):] {
			piece := bytes.Clone(p[:min(size, len(p))])
			if err := s.Data(dir, piece, at); err != nil {
				t.Fatal(err)
			}
			for i := range piece {
				piece[i] = '#'
			}
		}
	}
	for _, x := range talk {
		feed(ToServer, httpWire(x.request, x.up))
		at += 5e6
		if x.response != "" {
			feed(ToClient, httpWire(x.response, x.down))
		}
	}
	s.Close(at)
	return out
}

// httpOne is what is told of one exchange, whole and byte by byte alike.
func httpOne[T any](t *testing.T, x httpTalk) *T {
	t.Helper()
	whole, bytes := httpSaid(t, 1<<20, x), httpSaid(t, 1, x)
	if len(whole) == 0 {
		t.Fatal("nothing was told")
	}
	a, ok := whole[0].Fields.(*T)
	if !ok {
		t.Fatalf("a %s was told: %s", whole[0].Kind, httpJSON(whole[0].Fields))
	}
	if diff := cmp.Diff(httpJSON(whole[0].Fields), httpJSON(bytes[0].Fields)); diff != "" {
		t.Errorf("in single bytes (-whole +bytes):\n%s", diff)
	}
	return a
}

func httpJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestHTTPTransaction(t *testing.T) {
	got := httpOne[kind.HTTPTransactionV1](t, httpTalk{
		request:  "POST /api/v1/ward7/Mustermann?x=1&y HTTP/1.1\nHost: server01.hosp.example:8080\nUser-Agent: PumpLink/3.1.2 (Linux; Anna) x/y z\nContent-Type: application/json; charset=utf-8\nAuthorization: Basic d2FyZDpzZWNyZXQ=\nCookie: session=1",
		up:       `{"a":1}`,
		response: "HTTP/1.1 401 Unauthorized\nServer: nginx/1.22 (Debian)\nWWW-Authenticate: Basic realm=\"Anna\"\nContent-Type: text/Anna",
		down:     "no",
	})
	want := &kind.HTTPTransactionV1{
		Method: "POST", Path: "/api/v1/{}/{}", Params: 2, Status: 401,
		HTTP: kind.HTTPExchangeV1{
			Version: "1.1", Host: "server01", RequestType: "application/json", ResponseType: "other", RequestSize: 7, ResponseSize: 2,
			Client: []string{"PumpLink/3.1.2"}, Server: []string{"nginx/1.22"},
			Auth: "basic", Secret: true, User: true, Cookie: true, Challenge: "basic", Outcome: kind.HTTPAnswered, LatencyMS: 5,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if mechanism, readable := got.Credentials(); mechanism != "HTTP Basic" || !readable {
		t.Errorf("credentials %q %v", mechanism, readable)
	}
	l, ok := got.Link(nil)
	if !ok || l.Protocol != "http" || l.Encrypted != wardround.No {
		t.Errorf("link %+v", l)
	}
}

func TestHTTPOutcomes(t *testing.T) {
	type seen struct{ outcome, protocol, auth string }
	for name, test := range map[string]struct {
		talk httpTalk
		want seen
	}{
		"no answer":        {httpTalk{request: "GET / HTTP/1.1\nHost: h"}, seen{kind.HTTPUnseen, "", ""}},
		"cut":              {httpTalk{request: "GET / HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Length: 9"}, seen{kind.HTTPCut, "", ""}},
		"upgrade":          {httpTalk{request: "GET /ws HTTP/1.1\nHost: h\nUpgrade: websocket\nConnection: upgrade", response: "HTTP/1.1 101 x\nUpgrade: WebSocket"}, seen{kind.HTTPSwitched, "websocket", ""}},
		"connect":          {httpTalk{request: "CONNECT h:443 HTTP/1.1\nHost: h", response: "HTTP/1.1 200 x"}, seen{kind.HTTPSwitched, "connect", ""}},
		"HTTP/2":           {httpTalk{request: "PRI * HTTP/2.0"}, seen{kind.HTTPSwitched, "h2", ""}},
		"bearer":           {httpTalk{request: "GET / HTTP/1.1\nHost: h\nAuthorization: Bearer x", response: "HTTP/1.1 204 x"}, seen{kind.HTTPAnswered, "", "bearer"}},
		"an API key":       {httpTalk{request: "GET / HTTP/1.1\nHost: h\nX-API-Key: x", response: "HTTP/1.1 204 x"}, seen{kind.HTTPAnswered, "", "api-key"}},
		"a token in a URL": {httpTalk{request: "GET /?access_token=x HTTP/1.1\nHost: h", response: "HTTP/1.1 204 x"}, seen{kind.HTTPAnswered, "", "query-token"}},
		"a strange scheme": {httpTalk{request: "GET / HTTP/1.1\nHost: h\nAuthorization: Anna x", response: "HTTP/1.1 204 x"}, seen{kind.HTTPAnswered, "", "other"}},
	} {
		got := httpOne[kind.HTTPTransactionV1](t, test.talk).HTTP
		if diff := cmp.Diff(test.want, seen{got.Outcome, got.Protocol, got.Auth}, cmp.AllowUnexported(seen{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestHTTPUpdates(t *testing.T) {
	type seen struct {
		update, extension, signature string
		upload                       bool
	}
	for name, test := range map[string]struct {
		talk httpTalk
		want seen
	}{
		"a firmware download": {httpTalk{request: "GET /firmware/monitor/MX-17.bin HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/octet-stream", down: "\x27\x05\x19\x56rest"},
			seen{"firmware", "bin", "uboot-image", false}},
		"a drug library is brought": {httpTalk{request: "PUT /pump/12/drug-library HTTP/1.1\nHost: h\nContent-Type: application/octet-stream", up: "anything", response: "HTTP/1.1 204 x"},
			seen{"drug-library", "", "", true}},
		"a refused upload": {httpTalk{request: "PUT /pump/12/drug-library HTTP/1.1\nHost: h\nContent-Type: application/octet-stream", up: "anything", response: "HTTP/1.1 403 x"}, seen{}},
		"a page":           {httpTalk{request: "GET /firmware/ HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: text/html", down: "<html>"}, seen{}},
	} {
		got := httpOne[kind.HTTPTransactionV1](t, test.talk)
		if diff := cmp.Diff(test.want, seen{got.Update, got.Extension, got.Signature, got.Upload}, cmp.AllowUnexported(seen{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestHTTPPath(t *testing.T) {
	for path, want := range map[string]string{
		"/": "/", "*": "*", "": "", "/fhir/Patient/123": "/fhir/Patient/{}", "/API/V2/Users/anna": "/api/v2/users/{}",
		"/a/b.BIN": "/{}/{}.bin", "/x.anna": "/{}", "/fhir/Patient/1/$everything": "/fhir/Patient/{}/$everything", "/$anna": "/{}",
		"/1/2/3/4/5/6/7/8/9": "/{}/{}/{}/{}/{}/{}/{}/{}/*", "/%66hir": "/fhir", "//a//": "/{}",
	} {
		if got := httpPath(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// A connection met in its middle, and one with a loss, tell what is whole.
func TestHTTPMidStream(t *testing.T) {
	var out []*wardround.Observation
	c := NewTestConn("http", httpFlow, func(o *wardround.Observation) { out = append(out, o) })
	c.MidStream = true
	s := c.proto.Open(c)
	for _, step := range []struct {
		dir  Direction
		text string
	}{
		{ToClient, "the rest of a body\r\n"},
		{ToServer, "GET /1 HTTP/1.0\r\n\r\n"}, {ToClient, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"},
		{ToServer, "GET /2 HTTP/1.0\r\n\r\n"}, {ToClient, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"},
	} {
		if err := s.Data(step.dir, []byte(step.text), 1); err != nil {
			t.Fatal(err)
		}
	}
	s.Gap(ToClient, 99, 2)
	s.Close(3)
	var got []string
	for _, o := range out {
		x := o.Fields.(*kind.HTTPTransactionV1)
		got = append(got, fmt.Sprint(x.Status, " ", x.HTTP.Outcome))
	}
	if diff := cmp.Diff([]string{"200 answered", "200 unseen"}, got); diff != "" {
		t.Error(diff)
	}
	if n := c.sensor.stats.ParseFailures; n != 0 {
		t.Errorf("%d parse failures", n)
	}
}

// Garbage is counted, and does not go on for ever.
func TestHTTPGarbage(t *testing.T) {
	c := NewTestConn("http", httpFlow, func(*wardround.Observation) {})
	s := c.proto.Open(c)
	ended := false
	for range 100 {
		if err := s.Data(ToServer, []byte("GET / HTTP/1.0\r\n\r\nnonsense nonsense\r\n"), 1); err != nil {
			ended = true
			break
		}
	}
	if n := c.sensor.stats.ParseFailures; !ended || n != httpFaults-1 {
		t.Errorf("ended %v after %d failures", ended, n)
	}
}

// The whole sensor, on a capture of curl and Orthanc: one observation a
// transaction, with the methods and statuses that tshark reads, and the equipment
// of what was stored.
func TestHTTPCapture(t *testing.T) {
	path := testkit.Data(t, "captures/dicomweb_qido_wado_stow.pcap")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []string
	s := New(Options{Sensor: "test", Input: "capture", Origin: wardround.Replay, Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")),
		Emit: func(o *wardround.Observation) {
			switch x := o.Fields.(type) {
			case *kind.HTTPTransactionV1:
				got = append(got, fmt.Sprint("http ", x.Method, " ", x.Path, " ", x.Status))
			case *kind.DICOMwebRequestV1:
				got = append(got, fmt.Sprint(x.Transaction, " ", x.Method, " ", x.Status, " objects ", x.Objects, " matches ", x.Matches, " stored ", x.Stored, " patients ", x.Patients))
			}
		}})
	if err := s.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	s.Close()
	want := []string{
		"search GET 200 objects 0 matches 1 stored 0 patients 0",
		"retrieve GET 200 objects 3 matches 0 stored 0 patients 1",
		"store POST 200 objects 1 matches 0 stored 1 patients 1",
		"http GET /system 200",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := s.Stats().ParseFailures; n != 0 {
		t.Errorf("%d parse failures", n)
	}
	var said [][]string
	for _, row := range wire.Tshark(t, path, "http", []string{"http.request.method", "http.response.code"}, "-d", "tcp.port==18042,http") {
		if row[0] != "" {
			said = append(said, []string{row[0]})
		} else {
			said[len(said)-1] = append(said[len(said)-1], row[1])
		}
	}
	for i, row := range said {
		if !strings.Contains(want[i], row[0]) || !strings.Contains(want[i], row[1]) {
			t.Errorf("tshark reads %v, told is %q", row, want[i])
		}
	}
}

func gzipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

// The stream alone, without packets: what the protocols cost beside capture.
func BenchmarkHTTPStream(b *testing.B) {
	for name, x := range map[string]httpTalk{
		"http": {request: "GET /api/v1/status HTTP/1.1\nHost: h\nUser-Agent: curl/7.88.1\nAccept: */*", response: "HTTP/1.1 200 OK\nContent-Type: text/plain\nServer: nginx/1.22", down: strings.Repeat("x", 400)},
		"fhir": {request: "GET /fhir/Observation?patient=1&_count=5 HTTP/1.1\nHost: h\nUser-Agent: x/1\nAccept: application/fhir+json", response: "HTTP/1.1 200 OK\nContent-Type: application/fhir+json",
			down: `{"resourceType":"Bundle","type":"searchset","total":5,"entry":[` + strings.Repeat(`{"resource":{"resourceType":"Observation","subject":{"reference":"Patient/1"}}},`, 4) + `{}]}`},
		"dicomweb": {request: "GET /dicom-web/studies?PatientID=1 HTTP/1.1\nHost: h\nAccept: application/dicom+json", response: "HTTP/1.1 200 OK\nContent-Type: application/dicom+json",
			down: `[{"00100010":{"vr":"PN","Value":[{"Alphabetic":"x"}]}}]`},
	} {
		b.Run(name, func(b *testing.B) {
			request, response := []byte(httpWire(x.request, x.up)), []byte(httpWire(x.response, x.down))
			c := NewTestConn("http", httpFlow, func(*wardround.Observation) {})
			s := c.proto.Open(c)
			b.SetBytes(int64(len(request) + len(response)))
			b.ReportAllocs()
			for b.Loop() {
				s.Data(ToServer, request, 1)
				s.Data(ToClient, response, 2)
			}
		})
	}
}

var _ http.Observer = (*httpStream)(nil)
