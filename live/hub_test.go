package live

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// feed hands a hub observations as the pipeline does.
type feed struct {
	*Hub
	seq uint64
}

func (f *feed) flows(n int, a, b string) {
	batch := make([]*wardround.Observation, n)
	for i := range batch {
		f.seq++
		o := between(a, b, &kind.FlowV1{Protocol: "dicom", Connections: i})
		o.Seq = f.seq
		batch[i] = o
	}
	f.Observed(batch)
}

func (f *feed) commit(ids ...string) {
	f.seq++
	c := &wardround.Commit{To: f.seq, At: noon.Add(time.Duration(f.seq) * time.Second)}
	for _, id := range ids {
		switch id[0] {
		case 'f':
			c.Findings = append(c.Findings, &wardround.Finding{ID: id})
		case 'c':
			c.Cases = append(c.Cases, &wardround.Case{ID: id})
		case 'a':
			c.Assets = append(c.Assets, &wardround.Asset{ID: wardround.AssetID(id)})
		case 'p':
			c.Proposals = append(c.Proposals, &wardround.Proposal{ID: id})
		}
	}
	f.Changed(c)
}

func (f *feed) second() {
	for range beats {
		f.step()
	}
}

// event is a frame as a browser reads it.
type event struct {
	ID, Name string
	Data     map[string]any
}

func read(t *testing.T, s *Stream) (out []event) {
	t.Helper()
	for {
		select {
		case b := <-s.Frames():
			out = append(out, parse(t, b))
		default:
			return out
		}
	}
}

func parse(t *testing.T, b []byte) (e event) {
	t.Helper()
	body, ok := strings.CutSuffix(string(b), "\n\n")
	if !ok || strings.Contains(body, "\n\n") {
		t.Fatalf("no frame: %q", b)
	}
	for _, l := range strings.Split(body, "\n") {
		name, value, _ := strings.Cut(l, ": ")
		switch name {
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.Data); err != nil {
				t.Fatalf("%q: %v", l, err)
			}
		default:
			t.Fatalf("a line %q", l)
		}
	}
	return e
}

func names(events []event) string {
	var out []string
	for _, e := range events {
		out = append(out, e.Name)
	}
	return strings.Join(out, " ")
}

func open(t *testing.T, h *Hub, w Want) *Stream {
	t.Helper()
	s, err := h.Open(fmt.Sprint(t.Name(), w), w)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func everything() Want { return Want{Topics: Topics} }

// A stream greets, tells observations as they come, sums each second up, and says
// what changed.
func TestAStreamFromTheBeginning(t *testing.T) {
	f := &feed{Hub: New(Options{Origin: wardround.Simulated, Lag: func() time.Duration { return 40 * time.Millisecond }})}
	s := open(t, f.Hub, everything())
	f.flows(70, "10.0.0.1", "10.0.0.2")
	f.commit("f-1", "f-1", "c-1", "a-1", "a-2")
	f.second()
	got := read(t, s)
	if names(got) != "hello live tick changed" {
		t.Fatalf("events: %s", names(got))
	}
	if diff := cmp.Diff(map[string]any{"at": "0001-01-01T00:00:00Z", "position": 0.0, "origin": "simulated"}, got[0].Data); diff != "" {
		t.Error(diff)
	}
	items := got[1].Data["items"].([]any)
	if len(items) != maxRows || got[1].Data["left_out"] != 20.0 || items[0].(map[string]any)["seq"] != 70.0 || items[49].(map[string]any)["seq"] != 21.0 {
		t.Errorf("%d items, %v left out, the first %v", len(items), got[1].Data["left_out"], items[0])
	}
	if _, whole := items[0].(map[string]any)["fields"]; whole {
		t.Error("the rows of a stream carry their fields")
	}
	want := map[string]any{"at": "2026-03-01T12:01:11Z", "position": 71.0, "per_s": 70.0, "lag_ms": 40.0, "rates": []any{map[string]any{"sensor": "mirror-1", "kind": "flow", "n": 70.0}}}
	if diff := cmp.Diff(want, got[2].Data); diff != "" || got[2].ID != "71" {
		t.Errorf("the tick %s: %s", got[2].ID, diff)
	}
	want = map[string]any{"findings": []any{"f-1"}, "cases": []any{"c-1"}, "assets": []any{"a-1", "a-2"}, "counts": map[string]any{"findings": 1.0, "cases": 1.0, "assets": 2.0}}
	if diff := cmp.Diff(want, got[3].Data); diff != "" {
		t.Error(diff)
	}
	f.second()
	if got := read(t, s); names(got) != "tick" || got[0].Data["per_s"] != 0.0 {
		t.Errorf("a second in which nothing happened: %+v", got)
	}
}

// Each is told what was asked for, and nothing else.
func TestFilters(t *testing.T) {
	dir := people{netip.MustParseAddr("10.0.0.2"): "a-ct", netip.MustParseAddr("10.0.0.9"): "a-pump"}
	sees := func(products []string, what, id string) bool {
		return products[0] == "acme" && (id == "a-ct" || id == "f-1")
	}
	f := &feed{Hub: New(Options{Directory: dir, Sees: sees})}
	for _, tc := range []struct {
		name string
		want Want
		seen int
		told string
	}{
		{"everything", everything(), 5, "hello live live changed"},
		{"findings", Want{Topics: []string{TopicFindings}}, 0, "hello changed"},
		{"sensors", Want{Topics: []string{TopicSensors}}, 0, "hello"},
		{"a kind", Want{Topics: []string{TopicLive}, Kind: "flow"}, 5, "hello live live"},
		{"another kind", Want{Topics: []string{TopicLive}, Kind: "dns.lookup"}, 0, "hello"},
		{"another sensor", Want{Topics: []string{TopicLive}, Sensor: "mirror-2"}, 0, "hello"},
		{"an asset", Want{Topics: []string{TopicLive}, Asset: "a-ct"}, 3, "hello live"},
		{"a product line", Want{Topics: Topics, Products: []string{"acme"}}, 3, "hello live changed"},
		{"no product line", Want{Topics: Topics, Products: []string{}}, 0, "hello"},
	} {
		if tc.want.Products != nil && len(tc.want.Products) == 0 {
			f.opt.Sees = nil
		} else {
			f.opt.Sees = sees
		}
		s := open(t, f.Hub, tc.want)
		f.flows(3, "10.0.0.1", "10.0.0.2")
		f.step()
		f.flows(2, "10.0.0.1", "10.0.0.9")
		f.commit("f-1", "f-2", "a-pump")
		f.second()
		f.second()
		got := read(t, s)
		n := 0
		for _, e := range got {
			if e.Name == "live" {
				n += len(e.Data["items"].([]any))
			}
			if e.Name == "changed" && tc.want.Products != nil && (fmt.Sprint(e.Data["findings"]) != "[f-1]" || e.Data["assets"] != nil || fmt.Sprint(e.Data["counts"]) != "map[findings:1]") {
				t.Errorf("%s is told of %v", tc.name, e.Data)
			}
		}
		told := strings.ReplaceAll(names(got), " tick", "")
		if n != tc.seen || told != tc.told {
			t.Errorf("%s: %d rows, %s", tc.name, n, names(got))
		}
		s.End("gone")
	}
}

// Who asks for the same gets the same bytes, encoded once.
func TestBytesAreShared(t *testing.T) {
	f := &feed{Hub: New(Options{})}
	w := everything()
	w.Topics = []string{TopicSensors, TopicLive, TopicAssets, TopicOverview, TopicFindings}
	a, b := open(t, f.Hub, everything()), open(t, f.Hub, w)
	<-a.Frames()
	<-b.Frames()
	f.flows(5, "10.0.0.1", "10.0.0.2")
	f.step()
	x, y := <-a.Frames(), <-b.Frames()
	if &x[0] != &y[0] {
		t.Error("two streams that want the same got bytes of their own")
	}
	if len(f.groups) != 1 {
		t.Errorf("%d groups", len(f.groups))
	}
	a.End("")
	b.End("")
	if len(f.groups) != 0 || len(f.of) != 0 || len(f.streams) != 0 {
		t.Error("something is left of streams that have ended")
	}
}

// Who comes back is told what changed meanwhile: exactly, or that it was a lot.
func TestComingBack(t *testing.T) {
	f := &feed{Hub: New(Options{})}
	f.commit("f-1", "a-1")
	f.second()
	f.commit("f-2")
	f.second()
	f.commit("f-2", "f-3", "p-1")
	f.second()
	back := func(after uint64) map[string]any {
		w := everything()
		w.After = after
		s := open(t, f.Hub, w)
		defer s.End("")
		got := read(t, s)
		if names(got) != "hello changed" {
			t.Fatalf("after %d: %s", after, names(got))
		}
		return got[1].Data
	}
	for after, want := range map[uint64]string{
		3: "map[counts:map[]]",
		2: "map[counts:map[findings:2 proposals:1] findings:[f-2 f-3] proposals:[p-1]]",
		1: "map[counts:map[findings:2 proposals:1] findings:[f-2 f-3] proposals:[p-1]]",
	} {
		if got := fmt.Sprint(back(after)); got != want {
			t.Errorf("after %d: %s, want %s", after, got, want)
		}
	}
	for i := range maxHistory {
		f.commit(fmt.Sprint("a-", i))
		if i%1000 == 999 {
			f.second()
		}
	}
	if got := back(2)["counts"].(map[string]any); got["assets"].(float64) < maxIDs || got["findings"] != 1.0 || got["cases"] != 1.0 {
		t.Errorf("after more than is remembered: %v", got)
	}
	if got := back(2); got["assets"] != nil {
		t.Errorf("ids of a list that is not whole: %v", len(got["assets"].([]any)))
	}
	before := f.seq
	for i := range maxCommits + 5 { // in one second
		f.commit(fmt.Sprint("p-", i))
	}
	f.second()
	if got := back(before)["counts"].(map[string]any); got["findings"] != 1.0 || got["proposals"].(float64) < maxCommits {
		t.Errorf("after more than could be taken in: %v", got)
	}
	before = f.seq
	f.commit("f-9")
	f.second()
	if got := fmt.Sprint(back(before)); got != "map[counts:map[findings:1] findings:[f-9]]" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestManyChangesAreCounted(t *testing.T) {
	f := &feed{Hub: New(Options{})}
	s := open(t, f.Hub, everything())
	for i := range maxIDs + 1 {
		f.commit(fmt.Sprint("f-", i), "c-1")
	}
	f.second()
	got := read(t, s)
	c := got[len(got)-1]
	if c.Name != "changed" || c.Data["findings"] != nil || fmt.Sprint(c.Data["cases"]) != "[c-1]" || c.Data["counts"].(map[string]any)["findings"] != 101.0 {
		t.Errorf("%+v", c)
	}
}
