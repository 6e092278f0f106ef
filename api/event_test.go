package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/live"
)

// running lets the hub tell its streams until the test ends.
func (w *ward) running() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.hub.Run(ctx) }()
	w.t.Cleanup(func() { stop(); <-done })
}

// door is the server on a real port; h2 over TLS with HTTP/2.
func (w *ward) door(h2 bool) *httptest.Server {
	w.t.Helper()
	srv := httptest.NewUnstartedServer(w.server.Handler())
	if h2 {
		srv.EnableHTTP2 = true
		srv.StartTLS()
	} else {
		srv.Start()
	}
	w.t.Cleanup(srv.Close)
	return srv
}

// streaming is an event stream as a browser reads it.
type streaming struct {
	t    *testing.T
	rsp  *http.Response
	body *bufio.Reader
	stop context.CancelFunc
}

type streamed struct {
	ID, Name, Comment string
	Data              map[string]any
}

func (v *visitor) stream(srv *httptest.Server, query string, header ...string) *streaming {
	v.h.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, GET, srv.URL+"/api/v1/events?"+query, nil)
	if err != nil {
		v.h.t.Fatal(err)
	}
	r.Host = "ward.example:8443"
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rsp, err := srv.Client().Do(r)
	if err != nil {
		v.h.t.Fatal(err)
	}
	s := &streaming{v.h.t, rsp, bufio.NewReader(rsp.Body), stop}
	v.h.t.Cleanup(s.close)
	return s
}

func (s *streaming) close() {
	s.stop()
	s.rsp.Body.Close()
}

// next reads one event, false at the end of the stream.
func (s *streaming) next() (e streamed, ok bool) {
	s.t.Helper()
	for {
		line, err := s.body.ReadString('\n')
		if err != nil {
			return e, false
		}
		switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); name {
		case "":
			if strings.HasPrefix(line, ": ") {
				e.Comment = value
				continue
			}
			return e, true
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.Data); err != nil {
				s.t.Fatalf("%v: %s", err, value)
			}
		case "retry":
			e.Comment = "retry " + value
		default:
			s.t.Fatalf("a line %q", line)
		}
	}
}

// until reads events up to one of a name, and returns it.
func (s *streaming) until(name string) streamed {
	s.t.Helper()
	for {
		e, ok := s.next()
		if !ok {
			s.t.Fatalf("the stream ended before %s", name)
		}
		if e.Name == name {
			return e
		}
	}
}

// A stream over HTTP/1.1 and HTTP/2: unbuffered, in order of the log, with what is
// seen, decided, and how much of it.
func TestEventsArrive(t *testing.T) {
	w := busyWard(t)
	w.running()
	sec := w.role(account.Security)
	for name, h2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		srv := w.door(h2)
		s := sec.stream(srv, "topics=live,findings,overview", "Accept-Encoding", "gzip")
		h := s.rsp.Header
		if s.rsp.Proto != name || s.rsp.StatusCode != 200 || h.Get("Content-Type") != "text/event-stream; charset=utf-8" || h.Get("Content-Encoding") != "" ||
			h.Get("X-Accel-Buffering") != "no" || !strings.Contains(h.Get("Cache-Control"), "no-transform") {
			t.Fatalf("%s: %s %v", s.rsp.Proto, s.rsp.Status, h)
		}
		if e, _ := s.next(); e.Comment != "retry 2000" {
			t.Errorf("%s: it begins with %+v", name, e)
		}
		if e, _ := s.next(); e.Name != "hello" || e.Data["origin"] != "simulated" || e.Data["position"].(float64) < 3000 {
			t.Errorf("%s: %+v", name, e)
		}
		s.until("tick")
		s.until("tick") // what the ward lived through is told by now
		f := sec.one(func(f findingRow) bool { return onePerson(f) && f.State == wardround.Open })
		var after findingRow
		sec.read(sec.decide(f.ID, map[string]any{"state": "acknowledged"}), &after)
		live, changed := false, false
		last := uint64(0)
		for n := 0; !live || !changed; n++ {
			if n > 50 {
				t.Fatalf("%s: told of the observation: %v, of the change: %v", name, live, changed)
			}
			e, ok := s.next()
			if !ok {
				t.Fatalf("%s: the stream ended", name)
			}
			var id uint64
			if fmt.Sscan(e.ID, &id); id < last {
				t.Errorf("%s: event %d after %d", name, id, last)
			}
			last = id
			switch e.Name {
			case "live":
				row := e.Data["items"].([]any)[0].(map[string]any)
				live = live || row["kind"] == "finding.decided" && row["seq"] == float64(after.Seq)
			case "changed":
				changed = changed || strings.Contains(fmt.Sprint(e.Data["findings"]), f.ID) && e.Data["counts"].(map[string]any)["cases"] == 1.0
			}
		}
		s.close()
	}
}

// Who comes back says where it was, and is told what changed meanwhile.
func TestComingBackToEvents(t *testing.T) {
	w := busyWard(t)
	w.running()
	sec := w.role(account.Security)
	srv := w.door(false)
	s := sec.stream(srv, "topics=findings")
	id := s.until("tick").ID
	s.close()
	f := sec.one(onePerson)
	sec.want(200, sec.decide(f.ID, map[string]any{"state": "acknowledged"}))
	sec.stream(srv, "topics=findings").until("tick") // the hub has it by now
	s = sec.stream(srv, "topics=findings", "Last-Event-ID", id)
	if e := s.until("hello"); e.ID == id {
		t.Errorf("still at %s", id)
	}
	if e, _ := s.next(); e.Name != "changed" || fmt.Sprint(e.Data["findings"]) != "["+f.ID+"]" {
		t.Errorf("after hello: %+v", e)
	}
	rsp := sec.stream(srv, "topics=findings", "Last-Event-ID", "one").rsp
	if rsp.StatusCode != 422 {
		t.Errorf("a strange id: %s", rsp.Status)
	}
}

// Eight of a session, and so many in all: then it is refused, and said for how long.
func TestEventsAreNotExhausted(t *testing.T) {
	w := busyWard(t)
	w.hub = live.New(live.Options{Streams: 10})
	w.server.opt.Hub = w.hub
	w.running()
	one, two := w.role(account.Security), w.role(account.Viewer)
	srv := w.door(false)
	var open []*streaming
	for range 8 {
		open = append(open, one.stream(srv, ""))
	}
	if r := one.stream(srv, "").rsp; r.StatusCode != 429 || r.Header.Get("Retry-After") == "" || r.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a ninth: %s %v", r.Status, r.Header)
	}
	two.stream(srv, "")
	two.stream(srv, "")
	if r := two.stream(srv, "").rsp; r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("an eleventh: %s", r.Status)
	}
	open[0].close()
	for range 100 { // the server notices soon
		if r := one.stream(srv, "").rsp; r.StatusCode == 200 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("a place that was left is not given again")
}

// One person with many tokens does not take the places of all.
func TestOnePersonLeavesRoom(t *testing.T) {
	w := busyWard(t)
	w.running()
	srv := w.door(false)
	greedy, other := w.role(account.Viewer), w.role(account.Ward)
	open, refused := 0, 0
	for i := range 14 {
		var made Token
		greedy.read(greedy.send(POST, "/api/v1/tokens", map[string]any{"name": fmt.Sprint("t", i), "permissions": []string{"view"}, "expires": w.clock().Add(time.Hour)}), &made)
		script := &visitor{h: w.house, token: made.Secret}
		for range 8 {
			switch r := script.stream(srv, "topics=findings").rsp; {
			case r.StatusCode == 200:
				open++
			case r.StatusCode == 429 && r.Header.Get("Retry-After") != "":
				refused++
			default:
				t.Fatal(r.Status)
			}
		}
	}
	if open != 100 || refused != 12 {
		t.Errorf("%d are open, %d refused", open, refused)
	}
	if r := other.stream(srv, "topics=findings").rsp; r.StatusCode != 200 {
		t.Errorf("somebody else: %s", r.Status)
	}
}

func TestWhoMayHearWhat(t *testing.T) {
	w := busyWard(t)
	w.running()
	viewer := w.role(account.Viewer)
	srv := w.door(false)
	if r := viewer.stream(srv, "topics=live").rsp; r.StatusCode != 403 {
		t.Errorf("a viewer watches observations: %s", r.Status)
	}
	s := viewer.stream(srv, "")
	s.until("hello")
	if err := w.say(t.Context(), &kind.OperatorActedV1{Act: "test", By: "x"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if e, _ := s.next(); e.Name == "live" {
			t.Errorf("a viewer is told: %+v", e)
		}
	}
	if r := viewer.stream(srv, "topics=everything").rsp; r.StatusCode != 422 {
		t.Errorf("a topic that is none: %s", r.Status)
	}
	if r := w.stranger().stream(srv, "").rsp; r.StatusCode != 401 {
		t.Errorf("a stranger: %s", r.Status)
	}
}

// The stream ends with the session, with what the person may see, and with the
// server, and says so; listening does not keep a session alive.
func TestEventsEnd(t *testing.T) {
	w := busyWard(t)
	w.server.pace = pace{heartbeat: 20 * time.Millisecond, askAgain: 50 * time.Millisecond}
	srv := w.door(false) // nothing runs the hub: there are heartbeats only
	signedOut, promoted, idle, stays := w.role(account.Security), w.role(account.Security), w.role(account.Security), w.role(account.Viewer)
	a, b, c, d := signedOut.stream(srv, ""), promoted.stream(srv, ""), idle.stream(srv, ""), stays.stream(srv, "")
	if e, _ := a.next(); e.Comment != "retry 2000" {
		t.Errorf("%+v", e)
	}
	a.until("hello")
	if e, _ := a.next(); e.Comment != "still here" {
		t.Errorf("a heartbeat: %+v", e)
	}
	signedOut.want(204, signedOut.send(DELETE, "/api/v1/session", nil))
	if e := a.until("bye"); e.Data["reason"] != "the session has ended" {
		t.Errorf("%+v", e)
	}
	if _, ok := a.next(); ok {
		t.Error("it goes on after bye")
	}
	var people Page[struct{ ID, ETag string }]
	w.admin.read(w.admin.get("/api/v1/people?limit=100"), &people)
	for _, p := range people.Items {
		if p.ID == promoted.id {
			w.admin.want(200, w.admin.send(PATCH, "/api/v1/people/"+p.ID, map[string]any{"grants": []account.Grant{{Role: account.Viewer, Site: "*", Product: "*"}}}, "If-Match", p.ETag))
		}
	}
	if e := b.until("bye"); e.Data["reason"] != "what you may see has changed; come back" && e.Data["reason"] != "the session has ended" {
		t.Errorf("%+v", e)
	}
	w.pass(31 * time.Minute) // longer than a session may be idle
	if e := c.until("bye"); e.Data["reason"] != "the session has ended" {
		t.Errorf("idle: %+v", e)
	}
	d.until("bye")
}

func TestEventsEndWithTheServer(t *testing.T) {
	w := busyWard(t)
	s := w.role(account.Viewer).stream(w.door(false), "")
	if e := s.until("hello"); e.Data["position"].(float64) < 3000 || e.Data["at"] == "0001-01-01T00:00:00Z" {
		t.Errorf("the hub has not begun, and says %v", e.Data)
	}
	w.hub.End("the server is shutting down")
	if e := s.until("bye"); e.Data["reason"] != "the server is shutting down" {
		t.Errorf("%+v", e)
	}
	if r := w.admin.stream(w.door(false), "").rsp; r.StatusCode != 503 {
		t.Errorf("afterwards: %s", r.Status)
	}
}
