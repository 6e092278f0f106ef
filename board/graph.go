package board

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/wardround/wardround"
)

// encoded is a graph as it is sent.
type encoded struct {
	once          sync.Once
	plain, packed []byte
	tag           string
	err           error
}

// Encoded returns the graph as JSON, plain and with gzip, and what tells it from
// any other. The bytes must not be changed.
func (g *Graph) Encoded() (plain, packed []byte, tag string, err error) {
	e := &g.encoded
	e.once.Do(func() {
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		if e.err = enc.Encode(g); e.err != nil {
			return
		}
		e.plain = buf.Bytes()
		h := fnv.New64a()
		h.Write(e.plain)
		e.tag = strconv.FormatUint(h.Sum64(), 36)
		var z bytes.Buffer
		w, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
		if err == nil {
			_, err = w.Write(e.plain)
		}
		if err == nil {
			err = w.Close()
		}
		e.packed, e.err = z.Bytes(), err
	})
	return e.plain, e.packed, e.tag, e.err
}

// graphs keeps the map of the whole site between changes.
type graphs struct {
	mu    sync.Mutex
	drawn uint64
	whole *Graph
	next  time.Time // before that a large map is not drawn again
}

// A large map takes as long to draw and send as it has assets; it is drawn at most
// so often that this stays a small part of what the machine does.
const (
	largeMap  = 2000 // assets
	mapRest   = 20   // times as long as it took
	mostStale = 3 * time.Second
)

// timesLag is how far the times on a map may lag behind when nothing else changed.
const timesLag = time.Minute

// Graph returns the map: assets that stand for themselves, and between any two of
// them one link per protocol. For who sees everything the same pointer comes back
// while nothing but times changed, and of a large site for some seconds.
func (b *Board) Graph(v Visible) *Graph {
	if !v.All() {
		return b.draw(v)
	}
	b.graphs.mu.Lock()
	defer b.graphs.mu.Unlock()
	b.mu.RLock()
	drawn, at := b.drawn, b.at
	b.mu.RUnlock()
	g, clock := b.graphs.whole, b.clock()
	if g != nil && (b.graphs.drawn == drawn && at.Sub(g.At) <= timesLag || clock.Before(b.graphs.next)) {
		return g
	}
	g = b.draw(v)
	b.graphs.drawn, b.graphs.whole, b.graphs.next = drawn, g, time.Time{}
	if done := b.clock(); len(g.Nodes) > largeMap {
		b.graphs.next = done.Add(min(mapRest*done.Sub(clock), mostStale))
	}
	return g
}

// clock is our own time, zero if nobody gave us one.
func (b *Board) clock() time.Time {
	if b.opt.Now == nil {
		return time.Time{}
	}
	return b.opt.Now()
}

func (b *Board) draw(v Visible) *Graph {
	rows, position, at := b.assetRows()
	b.mu.RLock()
	links, zones := b.linkList, b.zones
	b.mu.RUnlock()
	g := &Graph{At: at, Position: position, Zones: []GraphZone{}, Nodes: []GraphNode{}, Links: []GraphLink{}}
	count := map[wardround.ZoneID]int{}
	shown := map[wardround.AssetID]bool{}
	for r := range rows {
		if r.raw.MergedInto != "" || !v.sees(r.who) {
			continue
		}
		zone := r.raw.Zone
		if r.raw.Remote {
			zone = wardround.ZonePublic
		}
		count[zone]++
		shown[r.raw.ID] = true
		g.Nodes = append(g.Nodes, GraphNode{
			ID: r.raw.ID, Name: r.who.name, Kind: r.raw.Kind, Role: r.who.role, Ward: r.who.ward, Zone: zone,
			Criticality: r.raw.Criticality, Worst: r.worst, First: r.raw.First, Last: r.raw.Last, Remote: r.raw.Remote,
		})
	}
	for _, z := range zones {
		g.Zones = append(g.Zones, GraphZone{z.ID, cmp.Or(z.Name, string(z.ID)), count[z.ID]})
		delete(count, z.ID)
	}
	others := make([]wardround.ZoneID, 0, len(count))
	for z := range count {
		others = append(others, z)
	}
	slices.Sort(others)
	for _, z := range others {
		g.Zones = append(g.Zones, GraphZone{z, string(z), count[z]})
	}
	g.Links = drawLinks(links, shown)
	return g
}

// drawLinks folds the links of one protocol between two assets into one, which is
// as bad as the worst of them.
func drawLinks(links list[*linkRow], shown map[wardround.AssetID]bool) []GraphLink {
	type between struct {
		client, server wardround.AssetID
		protocol       string
	}
	at := make(map[between]int, links.n)
	out := make([]GraphLink, 0, links.n)
	for r := range links.all() {
		if r.client == nil || r.server == nil || r.client.id == r.server.id || !shown[r.client.id] || !shown[r.server.id] {
			continue
		}
		l := r.raw
		k := between{r.client.id, r.server.id, l.Protocol}
		i, known := at[k]
		if !known {
			at[k] = len(out)
			out = append(out, GraphLink{
				ID: l.ID, Client: k.client, Server: k.server, Protocol: l.Protocol, Encrypted: l.Encrypted, Data: l.Data,
				Worst: r.worst, First: l.First, Last: l.Last,
			})
			continue
		}
		x := &out[i]
		x.Encrypted, x.Data, x.Worst = min(x.Encrypted, l.Encrypted), x.Data.Max(l.Data), max(x.Worst, r.worst)
		if l.First.Before(x.First) {
			x.First = l.First
		}
		if l.Last.After(x.Last) {
			x.Last = l.Last
		}
	}
	return out
}
