package network

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

var (
	nurse  = netip.MustParseAddrPort("10.20.1.7:40000")
	served = netip.MustParseAddrPort("10.20.9.9:1")
	philip = wardround.MAC{0x00, 0x09, 0xfb, 1, 2, 3} // of a block registered by Philips
)

func between(src, dst netip.AddrPort) wardround.Flow {
	return wardround.Flow{
		Transport: "udp",
		Src:       wardround.Endpoint{Addr: src.Addr(), Port: src.Port(), MAC: philip},
		Dst:       wardround.Endpoint{Addr: dst.Addr(), Port: dst.Port()},
	}
}

// fields are what observations say, in order.
func fields(list []*wardround.Observation) (out []any) {
	for _, o := range list {
		out = append(out, o.Fields)
	}
	return out
}

// datagram lets one protocol see one payload.
func datagram(t testing.TB, name string, f wardround.Flow, payload []byte) (list []*wardround.Observation, took bool) {
	t.Helper()
	d := NewTestDatagram(name, f, payload, func(o *wardround.Observation) { list = append(list, o) })
	took = d.proto.Datagram(d)
	if n := d.sensor.stats.ParseFailures; n != 0 {
		t.Errorf("%d parse failures: %s", n, d.sensor.stats.Detail)
	}
	return list, took
}

// said is one step of a conversation over TCP.
type said struct {
	dir Direction
	p   string
}

// conversation lets one protocol's stream see what both sides say, in pieces of
// every size, and fails if the pieces change what it tells.
func conversation(t testing.TB, name string, steps ...said) (list []*wardround.Observation) {
	t.Helper()
	for _, size := range []int{1 << 16, 1, 7} {
		f := between(nurse, served)
		f.Transport = "tcp"
		var now []*wardround.Observation
		c := NewTestConn(name, &f, func(o *wardround.Observation) { now = append(now, o) })
		s := c.proto.Open(c)
		for i, step := range steps {
			for p := []byte(step.p); len(p) > 0; {
				n := min(size, len(p))
				if err := s.Data(step.dir, p[:n:n], int64(i)); err != nil {
					t.Fatal(err)
				}
				p = p[n:]
			}
		}
		s.Close(int64(len(steps)))
		if n := c.sensor.stats.ParseFailures; n != 0 {
			t.Errorf("%d parse failures: %s", n, c.sensor.stats.Detail)
		}
		if list != nil || size < 1<<16 {
			if diff := cmp.Diff(fields(list), fields(now), cmpAddr); diff != "" {
				t.Errorf("in pieces of %d: %s", size, diff)
			}
		}
		list = now
	}
	return list
}

var cmpAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// nothingOf fails if any of the canaries stands in what left the sensor, in a
// spelling that hides it or not.
func nothingOf(t testing.TB, list []*wardround.Observation, canaries ...string) {
	t.Helper()
	var all strings.Builder
	for _, o := range list {
		b, err := kind.Codec{}.Append(nil, o)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	text := strings.ToLower(all.String())
	for _, c := range canaries {
		for _, spelling := range []string{c, base64.RawStdEncoding.EncodeToString([]byte(c)), fmt.Sprintf("%x", c)} {
			if strings.Contains(text, strings.ToLower(spelling)) {
				t.Errorf("%q left the sensor as %q: %s", c, spelling, all.String())
			}
		}
	}
}

// watch reads a capture with all protocols and returns what each kind told.
func watch(t testing.TB, c *wire.Capture) map[string][]*wardround.Observation {
	t.Helper()
	out := map[string][]*wardround.Observation{}
	s := New(Options{
		Sensor: "test", Input: "test", Origin: wardround.Replay, Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")),
		Emit: func(o *wardround.Observation) { out[o.Kind] = append(out[o.Kind], o) },
	})
	f, err := os.Open(c.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := s.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if n := s.Stats().ParseFailures; n != 0 {
		t.Errorf("%d parse failures: %s", n, s.Stats().Detail)
	}
	return out
}

// asJSON writes fields as they go into the log.
func asJSON(t testing.TB, list []*wardround.Observation) (out []string) {
	t.Helper()
	for _, o := range list {
		b, err := json.Marshal(o.Fields)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}
