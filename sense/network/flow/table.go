package flow

import (
	"github.com/wardround/wardround/format/packet"
)

// Table holds the flows of one capture. It is not safe for concurrent use.
type Table struct {
	handler  Handler
	reporter Reporter
	limits   Limits
	stats    Stats
}

// New returns an empty table that delivers to h.
func New(h Handler, l Limits) *Table {
	t := &Table{handler: h, limits: l.filled()}
	t.reporter, _ = h.(Reporter)
	return t
}

// Packet accounts for one decoded frame captured at at (Unix ns). p and the frame it
// points into are not kept after the call.
func (t *Table) Packet(p *packet.Packet, at int64) {
	t.stats.Packets++
	t.stats.Bytes += uint64(p.Length)
	if p.IPVersion == 0 {
		t.stats.Frames++
		t.handler.Frame(p, at)
		return
	}
}

// Advance tells the table that capture time has reached at although no packet
// came, so that time-outs and waits end.
func (t *Table) Advance(at int64) {}

// Close closes all flows with [Shutdown], in the order in which they were last seen.
func (t *Table) Close() {}

// Stats returns the counters so far.
func (t *Table) Stats() Stats { return t.stats }

// Each calls fn for every open flow, least recently seen first within its kind.
func (t *Table) Each(fn func(*Flow)) {}

type class uint8

type half struct{ next uint32 }

type waiting struct{}
