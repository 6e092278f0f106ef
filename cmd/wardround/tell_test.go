package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
	"github.com/wardround/wardround/sqlite"
)

// duty is a simulated ward with its face, somebody who is told, and a clock.
type duty struct {
	*face
	t    *testing.T
	ward *ward

	mu    sync.Mutex
	now   time.Time
	heard []map[string]any // messages, as they came
}

func (d *duty) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *duty) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// of are the messages of a type that came over a route.
func (d *duty) of(typ, route string) (out []map[string]any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.heard {
		if m["type"] == typ && m["route"] == route {
			out = append(out, m)
		}
	}
	return out
}

func onDuty(t *testing.T) *duty {
	t.Helper()
	d := &duty{t: t, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		var m map[string]any
		if json.Unmarshal(b, &m) != nil {
			t.Errorf("no JSON: %s", b)
			return
		}
		m["route"] = strings.Trim(r.URL.Path, "/")
		d.mu.Lock()
		defer d.mu.Unlock()
		d.heard = append(d.heard, m)
	}))
	t.Cleanup(receiver.Close)
	a := &app{ctx: t.Context(), now: d.clock}
	var err error
	if d.ward, err = a.openWard(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.ward.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.face, err = openFace(faceOptions{
		listener: l, scope: d.ward.scope, origin: d.ward.origin, name: "St. Example", learn: 10 * time.Minute, store: d.ward.book, say: d.ward.say,
		people: peopleOptions{file: sqlite.Memory, demo: true}, health: d.ward.health, lag: func() time.Duration { return 0 },
		now: d.clock, log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	d.ward.commit, d.ward.each = d.commit, d.judged
	if err := d.load(t.Context(), d.ward.store); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	d.start(ctx)
	t.Cleanup(func() {
		cancel()
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	})
	d.configure("notifications", fmt.Sprintf(`{"routes":[
		{"name":"ward","channel":{"kind":"webhook","url":"%[1]s/ward"},"escalate_after_minutes":30,"escalate_to":"chief"},
		{"name":"chief","channel":{"kind":"webhook","url":"%[1]s/chief"},"when":{"severity":"critical","wards":["nowhere"]}}]}`, receiver.URL))
	return d
}

// configure puts a setting in force as the API does.
func (d *duty) configure(name, value string) {
	d.t.Helper()
	if err := d.changing(nil)(d.t.Context(), name, []byte(value)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *duty) eventually(what string, ok func() bool) {
	d.t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("never: %s; sent: %+v", what, d.teller.Deliveries())
		}
	}
}

// happen lets simulated minutes pass in which everything goes wrong.
func (d *duty) happen() {
	d.t.Helper()
	var batch []*wardround.Observation
	var failed error
	flush := func() {
		if failed == nil {
			failed = d.ward.batch(d.t.Context(), batch)
		}
		batch = nil
	}
	s := network.New(network.Options{
		Sensor: "simulated-ward", Input: "ward", Origin: wardround.Simulated, Pseudonyms: replayKey([]byte("simulated ward")),
		Emit: func(o *wardround.Observation) {
			if batch = append(batch, o); len(batch) == wardround.MaxBatch {
				flush()
			}
		},
	})
	var all []string
	for _, x := range sim.Scenarios() {
		all = append(all, x.Name)
	}
	w := sim.New(sim.Options{Seed: 1, Length: 40 * time.Minute, Scenarios: all})
	if err := w.Run(func(at int64, frame []byte) error {
		s.Packet(packet.Ethernet, frame, len(frame), at)
		return failed
	}); err != nil {
		d.t.Fatal(err)
	}
	s.Close()
	if flush(); failed != nil {
		d.t.Fatal(failed)
	}
}

// Acknowledging a case keeps it from the next in line; a case that nobody takes up
// goes there, once. What is told is of the site, in its language, and says that it
// is simulated.
func TestAcknowledgingStopsTheEscalation(t *testing.T) {
	d := onDuty(t)
	d.configure("site", `{"name":"St. Anna","language":"de-AT","time_zone":"Europe/Vienna"}`)
	d.happen()
	d.eventually("the ward is told", func() bool { return len(d.of("notice", "ward")) > 0 })
	notices := d.of("notice", "ward")
	m := notices[0]
	c, _ := m["case"].(string)
	german, ok := d.told(c)
	if !ok || german.Language != "de" || m["title"] != german.Title || m["language"] != "de" || m["site"] != "St. Anna" || m["origin"] != "simulated" || m["link"] != d.url+"/cases/"+c {
		t.Errorf("%v; the case is %+v", m, german)
	}
	d.pass(29 * time.Minute)
	if german.TakenUp {
		t.Fatal("taken up by nobody")
	}
	p, err := d.board.Findings(board.FindingQuery{List: board.List{Limit: 500}, Case: c})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Items {
		said := &kind.FindingDecidedV1{Finding: f.ID, State: wardround.Acknowledged, By: "erin", Role: "clinical-engineering"}
		if err := d.ward.say(t.Context(), said); err != nil {
			t.Fatal(err)
		}
	}
	if k, _ := d.told(c); !k.TakenUp {
		t.Fatalf("acknowledged, and still %+v", k)
	}
	d.pass(2 * time.Minute)
	d.eventually("the rest goes to the chief", func() bool { return len(d.of("escalation", "chief")) == len(notices)-1 })
	time.Sleep(1500 * time.Millisecond) // the outbox is looked at each second
	for _, e := range d.of("escalation", "chief") {
		if e["case"] == c {
			t.Errorf("it was acknowledged, and went to the chief: %v", e)
		}
	}
	if n := len(d.of("escalation", "chief")); n != len(notices)-1 || n == 0 {
		t.Errorf("%d of %d went to the chief", n, len(notices)-1)
	}
}
