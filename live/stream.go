package live

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// The topics of a stream.
const (
	TopicLive     = "live" // observations; needs the permission to observe
	TopicFindings = "findings"
	TopicAssets   = "assets"
	TopicOverview = "overview"
	TopicSensors  = "sensors"
)

// Topics lists them.
var Topics = []string{TopicLive, TopicFindings, TopicAssets, TopicOverview, TopicSensors}

// Want says what a stream is to tell.
type Want struct {
	Topics []string
	// Kind, Sensor and Asset limit the observations; "" is all.
	Kind, Sensor string
	Asset        wardround.AssetID
	// Products limits everything to product lines; nil is everything.
	Products []string
	// After is the position up to which who comes back has heard; 0 for who is new.
	After uint64
}

func (w *Want) has(topic string) bool { return slices.Contains(w.Topics, topic) }

// key is the same for all that are told the same.
func (w *Want) key() string {
	t := slices.Clone(w.Topics)
	slices.Sort(t)
	p := "all"
	if w.Products != nil {
		p = "of " + strings.Join(w.Products, "\x01")
	}
	return strings.Join([]string{strings.Join(slices.Compact(t), ","), w.Kind, w.Sensor, string(w.Asset), p}, "\x00")
}

// The reasons why no stream is opened: too many of one session, too many in all.
var (
	ErrSession = wardround.Errorf(wardround.EFull, "live", "this session has as many event streams open as it may; close a tab")
	ErrFull    = wardround.Errorf(wardround.EFull, "live", "as many event streams are open as we keep; try again in a minute")
)

// queued is how many events wait for a reader before it is dropped: at five a
// second, about a quarter of a minute.
const queued = 80

// Stream is one open event stream. Its events are text/event-stream frames; they
// are shared with others and must not be changed.
type Stream struct {
	hub     *Hub
	session string
	group   *group
	frames  chan []byte
	done    chan struct{}
	reason  string // set before done is closed
}

// group is the streams that are told the same.
type group struct {
	want    Want
	members map[*Stream]bool
}

// Open opens a stream for a session. Errors: [ErrSession], [ErrFull], or EFull
// once the hub has ended.
func (h *Hub) Open(session string, w Want) (*Stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ended != "":
		return nil, wardround.Errorf(wardround.EFull, "live", "%s", h.ended)
	case h.of[session] >= h.opt.PerSession:
		return nil, ErrSession
	case len(h.streams) >= h.opt.Streams:
		return nil, ErrFull
	}
	key := w.key()
	g := h.groups[key]
	if g == nil {
		g = &group{want: w, members: map[*Stream]bool{}}
		h.groups[key] = g
	}
	s := &Stream{hub: h, session: session, group: g, frames: make(chan []byte, queued), done: make(chan struct{})}
	g.members[s], h.streams[s] = true, true
	h.of[session]++
	h.catchUp()
	s.frames <- frame(h.position, "hello", encode(hello{sane(h.at), h.position, h.opt.Origin}))
	if w.After > 0 {
		past, all := h.history.since(w.After)
		s.frames <- frame(h.position, "changed", encode(h.changed(&w, past, 0, !all)))
	}
	return s, nil
}

// Frames gives the events, ready to be written.
func (s *Stream) Frames() <-chan []byte { return s.frames }

// Done is closed when the stream has ended; then Reason says why.
func (s *Stream) Done() <-chan struct{} { return s.done }

// Reason is why the stream ended.
func (s *Stream) Reason() string {
	<-s.done
	return s.reason
}

// Bye is the last event of a stream that has ended.
func (s *Stream) Bye() []byte {
	return []byte("event: bye\ndata: " + string(encode(bye{s.Reason()})) + "\n\n")
}

// End ends the stream; the first reason counts. Whoever opened it calls it when the
// reader has gone.
func (s *Stream) End(reason string) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.end(s, reason)
}

func (h *Hub) end(s *Stream, reason string) {
	if !h.streams[s] {
		return
	}
	delete(h.streams, s)
	delete(s.group.members, s)
	if len(s.group.members) == 0 {
		delete(h.groups, s.group.want.key())
	}
	if h.of[s.session]--; h.of[s.session] == 0 {
		delete(h.of, s.session)
	}
	s.reason = reason
	close(s.done)
}

// tell queues an event for all of a group. Whoever has not read the ones before is
// dropped.
func (h *Hub) tell(g *group, b []byte) {
	for s := range g.members {
		select {
		case s.frames <- b:
		default:
			h.dropped++
			h.end(s, "too slow: "+strconv.Itoa(queued)+" events wait; come back")
		}
	}
}

type hello struct {
	At       time.Time        `json:"at"`
	Position uint64           `json:"position"`
	Origin   wardround.Origin `json:"origin"`
}

type rate struct {
	Sensor string `json:"sensor"`
	Kind   string `json:"kind"`
	N      int    `json:"n"`
}

type tick struct {
	At       time.Time `json:"at"`
	Position uint64    `json:"position"`
	PerS     int       `json:"per_s"`
	LagMS    int64     `json:"lag_ms"`
	Rates    []rate    `json:"rates"`
}

type seen struct {
	Items   []json.RawMessage `json:"items"`
	LeftOut int               `json:"left_out"`
}

type changed struct {
	Findings  []string       `json:"findings,omitempty"`
	Cases     []string       `json:"cases,omitempty"`
	Assets    []string       `json:"assets,omitempty"`
	Proposals []string       `json:"proposals,omitempty"`
	Counts    map[string]int `json:"counts"`
}

type bye struct {
	Reason string `json:"reason"`
}

// frame writes one event of a stream. JSON has no line ends in it.
func frame(id uint64, event string, data []byte) []byte {
	b := make([]byte, 0, len(data)+len(event)+48)
	b = strconv.AppendUint(append(b, "id: "...), id, 10)
	b = append(append(b, "\nevent: "...), event...)
	return append(append(append(b, "\ndata: "...), data...), "\n\n"...)
}

// second tells everybody of the second that ended.
func (h *Hub) second() {
	h.catchUp()
	t := tick{At: sane(h.at), Position: h.position, PerS: h.tally.n, Rates: []rate{}}
	if h.opt.Lag != nil {
		t.LagMS = h.opt.Lag().Milliseconds()
	}
	for k, n := range h.tally.rates {
		t.Rates = append(t.Rates, rate{k.sensor, k.kind, n})
	}
	slices.SortFunc(t.Rates, func(a, b rate) int {
		return cmp.Or(cmp.Compare(a.Sensor, b.Sensor), cmp.Compare(a.Kind, b.Kind))
	})
	b := frame(h.position, "tick", encode(t))
	for _, g := range h.groups {
		h.tell(g, b)
		c := h.changed(&g.want, h.history.now, h.history.sensors, h.history.lost)
		if c.any() {
			h.tell(g, frame(h.position, "changed", encode(c)))
		}
	}
}

func (c *changed) any() bool {
	for _, n := range c.Counts {
		if n > 0 {
			return true
		}
	}
	return false
}

// changed sums up what changed of what a group wants to know and may see. More says
// that there was more than is remembered: then every topic wanted counts as changed.
func (h *Hub) changed(w *Want, list []change, sensors int, more bool) *changed {
	out := &changed{Counts: map[string]int{}}
	lists := map[string]struct {
		ids   *[]string
		topic string
		name  string
	}{
		whatFinding: {&out.Findings, TopicFindings, "findings"}, whatCase: {&out.Cases, TopicFindings, "cases"},
		whatAsset: {&out.Assets, TopicAssets, "assets"}, whatProposal: {&out.Proposals, TopicAssets, "proposals"},
	}
	once := map[change]bool{}
	for _, c := range list {
		l := lists[c.what]
		c.position = 0
		if !w.has(l.topic) && !w.has(TopicOverview) || once[c] || !h.sees(w, c.what, c.id) {
			continue
		}
		once[c] = true
		if out.Counts[l.name]++; w.has(l.topic) {
			*l.ids = append(*l.ids, c.id)
		}
	}
	if sensors > 0 && (w.has(TopicSensors) || w.has(TopicOverview)) {
		out.Counts["sensors"] = sensors
	}
	for _, l := range lists {
		if more && (w.has(l.topic) || w.has(TopicOverview)) {
			out.Counts[l.name] = max(1, out.Counts[l.name])
		}
		if more || len(*l.ids) > maxIDs {
			*l.ids = nil
		}
	}
	return out
}

func (h *Hub) sees(w *Want, what, id string) bool {
	return w.Products == nil || h.opt.Sees != nil && h.opt.Sees(w.Products, what, id)
}

// observations tells each group that wants them of the newest observations that fit
// its filter, a row of each encoded once.
func (h *Hub) observations(batches [][]*wardround.Observation, skipped int) {
	rows := map[*wardround.Observation]json.RawMessage{}
	for _, g := range h.groups {
		if !g.want.has(TopicLive) {
			continue
		}
		var picked []*wardround.Observation
		n := 0
		if g.want.plain() {
			n = skipped
		}
		for i := len(batches) - 1; i >= 0; i-- {
			b := batches[i]
			if len(picked) == maxRows && g.want.plain() {
				n += len(b)
				continue
			}
			for j := len(b) - 1; j >= 0; j-- {
				if !h.fits(&g.want, b[j]) {
					continue
				}
				if n++; len(picked) < maxRows {
					picked = append(picked, b[j])
				}
			}
		}
		if n == 0 {
			continue
		}
		ev := seen{Items: make([]json.RawMessage, len(picked)), LeftOut: n - len(picked)}
		for i, o := range picked {
			b, ok := rows[o]
			if !ok {
				b = encode(RowOf(o, h.opt.Directory, false))
				rows[o] = b
			}
			ev.Items[i] = b
		}
		h.tell(g, frame(h.position, "live", encode(ev)))
	}
}

// plain reports whether every observation fits.
func (w *Want) plain() bool {
	return w.Kind == "" && w.Sensor == "" && w.Asset == "" && w.Products == nil
}

func (h *Hub) fits(w *Want, o *wardround.Observation) bool {
	if w.Kind != "" && w.Kind != o.Kind || w.Sensor != "" && w.Sensor != o.Sensor {
		return false
	}
	if w.Asset == "" && w.Products == nil {
		return true
	}
	if o.Flow == nil || h.opt.Directory == nil {
		return false
	}
	src, dst := h.opt.Directory.Holder(o.Flow.Src.Addr), h.opt.Directory.Holder(o.Flow.Dst.Addr)
	if w.Asset != "" && w.Asset != src && w.Asset != dst {
		return false
	}
	return w.Products == nil || src != "" && h.sees(w, whatAsset, string(src)) || dst != "" && h.sees(w, whatAsset, string(dst))
}
