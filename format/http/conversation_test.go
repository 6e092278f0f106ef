package http

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/http/content"
)

// minutes is an observer that writes down finished exchanges.
type minutes struct {
	lines  []string
	opaque map[string]*strings.Builder
	sample int // bytes of content to keep
}

type samples struct{ up, down *content.Sample }

func (m *minutes) Request(x *Exchange) content.Sink {
	if m.sample == 0 {
		return nil
	}
	up := &content.Sample{Bytes: make([]byte, 0, m.sample)}
	x.Note = &samples{up: up}
	return up
}

func (m *minutes) Response(x *Exchange) content.Sink {
	if m.sample == 0 {
		return nil
	}
	s, _ := x.Note.(*samples)
	if s == nil {
		s = new(samples)
		x.Note = s
	}
	s.down = &content.Sample{Bytes: make([]byte, 0, m.sample)}
	return s.down
}

func (m *minutes) Done(x *Exchange) {
	line := fmt.Sprintf("%s %s %d/%v", x.Request.Method, x.Request.Target, x.RequestBody.Size, x.RequestBody.End)
	if x.Replied() {
		line += fmt.Sprintf(" -> %d %d/%v", x.Response.Status, x.Body.Size, x.Body.End)
	}
	if x.Interim > 0 {
		line += fmt.Sprintf(" interim=%d continued=%v", x.Interim, x.Continued)
	}
	if x.Pipelined {
		line += " pipelined"
	}
	if a := x.Anomalies(); a != 0 {
		line += fmt.Sprintf(" [%v]", a)
	}
	if s, ok := x.Note.(*samples); ok {
		if s.up != nil && len(s.up.Bytes) > 0 {
			line += fmt.Sprintf(" up=%q", s.up.Bytes)
		}
		if s.down != nil && len(s.down.Bytes) > 0 {
			line += fmt.Sprintf(" down=%q", s.down.Bytes)
		}
	}
	m.lines = append(m.lines, line)
}

func (m *minutes) Opaque(protocol string, fromClient bool, p []byte) {
	if m.opaque == nil {
		m.opaque = make(map[string]*strings.Builder)
	}
	side := protocol + " server"
	if fromClient {
		side = protocol + " client"
	}
	if m.opaque[side] == nil {
		m.opaque[side] = new(strings.Builder)
	}
	m.opaque[side].Write(p)
}

// said is a piece of a conversation: "> …" from the client, "< …" from the server.
func converse(m *minutes, limits Limits, said []string, cut func(int) int) []string {
	c := NewConversation(m, limits)
	for _, s := range said {
		feed := c.FeedServer
		if s[0] == '>' {
			feed = c.FeedClient
		}
		switch {
		case s == "> gap":
			c.GapClient(0)
			continue
		case s == "< gap":
			c.GapServer(0)
			continue
		}
		for p := []byte(head(s[2:])); len(p) > 0; {
			n := cut(len(p))
			piece := bytes.Clone(p[:n])
			feed(piece)
			clear(piece)
			p = p[n:]
		}
	}
	c.Close()
	for _, side := range []string{"client", "server"} {
		for _, protocol := range []string{"connect", "websocket", "h2", "unknown"} {
			if b := m.opaque[protocol+" "+side]; b != nil {
				m.lines = append(m.lines, fmt.Sprintf("%s %s %q", protocol, side, b.String()))
			}
		}
	}
	return m.lines
}

var conversations = []struct {
	name   string
	limits Limits
	sample int
	said   []string
	want   []string
}{
	{name: "one after the other on one connection",
		said: []string{"> GET /1 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 200 OK\nContent-Length: 2\n\nab",
			"> HEAD /2 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 200 OK\nContent-Length: 2\n\n",
			"> PUT /3 HTTP/1.1\nHost: h\nContent-Length: 1\n\nx", "< HTTP/1.1 204 No Content\n\n"},
		want: []string{"GET /1 0/complete -> 200 2/complete", "HEAD /2 0/complete -> 200 0/complete", "PUT /3 1/complete -> 204 0/complete"}},
	{name: "pipelined, HEAD among them",
		said: []string{"> GET /1 HTTP/1.1\nHost: h\n\nHEAD /2 HTTP/1.1\nHost: h\n\nGET /3 HTTP/1.1\nHost: h\n\n",
			"< HTTP/1.1 200 OK\nContent-Length: 2\n\nabHTTP/1.1 200 OK\nContent-Length: 2\n\nHTTP/1.1 404 No\nContent-Length: 0\n\n"},
		want: []string{"GET /1 0/complete -> 200 2/complete", "HEAD /2 0/complete -> 200 0/complete pipelined", "GET /3 0/complete -> 404 0/complete pipelined"}},
	{name: "100-continue",
		said: []string{"> PUT /1 HTTP/1.1\nHost: h\nContent-Length: 3\nExpect: 100-continue\n\n", "< HTTP/1.1 100 Continue\n\n", "> abc", "< HTTP/1.1 201 Created\nContent-Length: 0\n\n"},
		want: []string{"PUT /1 3/complete -> 201 0/complete interim=1 continued=true"}},
	{name: "content withheld after a refusal, the connection used on",
		said: []string{"> PUT /1 HTTP/1.1\nHost: h\nContent-Length: 300\nExpect: 100-continue\n\n", "< HTTP/1.1 401 Unauthorized\nContent-Length: 0\n\n",
			"> GET /2 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 200 OK\nContent-Length: 1\n\nx"},
		want: []string{"PUT /1 0/withheld -> 401 0/complete", "GET /2 0/complete -> 200 1/complete"}},
	{name: "content sent in spite of a refusal",
		said: []string{"> PUT /1 HTTP/1.1\nHost: h\nContent-Length: 7\nExpect: 100-continue\n\n", "< HTTP/1.1 401 Unauthorized\nContent-Length: 0\n\n",
			"> ab\ncd\nGET /2 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 200 OK\nContent-Length: 1\n\nx"},
		want: []string{"PUT /1 7/complete -> 401 0/complete", "GET /2 0/complete -> 200 1/complete"}},
	{name: "an early answer while content is being sent",
		said: []string{"> PUT /1 HTTP/1.1\nHost: h\nContent-Length: 4\n\nab", "< HTTP/1.1 413 Too Large\nContent-Length: 0\n\n", "> cd"},
		want: []string{"PUT /1 4/complete -> 413 0/complete"}},
	{name: "content that ends with the connection",
		said: []string{"> GET /1 HTTP/1.0\n\n", "< HTTP/1.0 200 OK\n\nabc"},
		want: []string{"GET /1 0/complete -> 200 3/complete"}},
	{name: "a request without answer", said: []string{"> GET /1 HTTP/1.0\n\n"}, want: []string{"GET /1 0/complete"}},
	{name: "an answer without request", said: []string{"< HTTP/1.0 200 OK\nContent-Length: 1\n\na"}, want: []string{"  0/ -> 200 1/complete [unasked]"}},
	{name: "CONNECT", said: []string{"> CONNECT h:443 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 200 Fine\n\n", "> \x16\x03\x01client", "< \x16\x03\x03server"},
		want: []string{"CONNECT h:443 0/complete -> 200 0/complete", `connect client "\x16\x03\x01client"`, `connect server "\x16\x03\x03server"`}},
	{name: "CONNECT refused, then used as HTTP", said: []string{"> CONNECT h:443 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 407 Who\nContent-Length: 0\n\n", "> GET / HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 204 x\n\n"},
		want: []string{"CONNECT h:443 0/complete -> 407 0/complete", "GET / 0/complete -> 204 0/complete"}},
	{name: "WebSocket", said: []string{"> GET /ws HTTP/1.1\nHost: h\nConnection: keep-alive, Upgrade\nUpgrade: websocket\n\n", "< HTTP/1.1 101 Switching\nUpgrade: WebSocket\nConnection: Upgrade\n\n\x81\x01a", "> \x81\x81mask"},
		want: []string{"GET /ws 0/complete -> 101 0/complete", `websocket client "\x81\x81mask"`, `websocket server "\x81\x01a"`}},
	{name: "HTTP/2 by its preface", said: []string{"> PRI * HTTP/2.0\n\nSM\n\n", "< \x00\x00\x00\x04"},
		want: []string{"PRI * 0/complete", `h2 client "SM\r\n\r\n"`, `h2 server "\x00\x00\x00\x04"`}},
	{name: "answers lost in the capture",
		said: []string{"> GET /1 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 200 OK\nContent-", "< gap", "> GET /2 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 201 x\nContent-Length: 0\n\n"},
		want: []string{"GET /1 0/complete", "GET /2 0/complete -> 201 0/complete"}},
	{name: "requests lost in the capture",
		said: []string{"> GET /1 HT", "> gap", "< HTTP/1.1 200 x\nContent-Length: 0\n\n", "> GET /2 HTTP/1.1\nHost: h\n\n", "< HTTP/1.1 201 x\nContent-Length: 0\n\n"},
		want: []string{"  0/ -> 200 0/complete [unasked]", "GET /2 0/complete -> 201 0/complete"}},
	{name: "more requests than may wait", limits: Limits{Outstanding: 2},
		said: []string{"> GET /1 HTTP/1.0\n\nGET /2 HTTP/1.0\n\nGET /3 HTTP/1.0\n\n"},
		want: []string{"GET /1 0/complete", "GET /2 0/complete pipelined", "GET /3 0/complete pipelined"}},
	{name: "samples of content", sample: 4,
		said: []string{"> PUT /1 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n3\nabc\n3\ndef\n0\n\n", "< HTTP/1.1 200 x\nContent-Length: 6\n\nuvwxyz"},
		want: []string{`PUT /1 6/complete -> 200 6/complete up="abcd" down="uvwx"`}},
	{name: "compressed content", sample: 64,
		said: []string{"> GET /1 HTTP/1.0\n\n", "< HTTP/1.0 200 x\nContent-Encoding: gzip\n\n" + squeeze("hello, hello, hello")},
		want: []string{`GET /1 0/complete -> 200 33/complete down="hello, hello, hello"`}},
	{name: "content that is not compressed as it says", sample: 64,
		said: []string{"> GET /1 HTTP/1.0\n\n", "< HTTP/1.0 200 x\nContent-Encoding: gzip\n\nplain"},
		want: []string{`GET /1 0/complete -> 200 5/complete [bad-coding]`}},
}

func squeeze(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func TestConversation(t *testing.T) {
	for _, test := range conversations {
		t.Run(test.name, func(t *testing.T) {
			got := converse(&minutes{sample: test.sample}, test.limits, test.said, whole)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestConversationSplits(t *testing.T) {
	for _, test := range conversations {
		t.Run(test.name, func(t *testing.T) {
			for seed := range uint64(10) {
				r := rand.New(rand.NewPCG(seed, 2))
				cut := func(left int) int { return 1 + r.IntN(min(left, 1+int(seed)*3)) }
				got := converse(&minutes{sample: test.sample}, test.limits, test.said, cut)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("seed %d (-want +got):\n%s", seed, diff)
				}
			}
		})
	}
}
