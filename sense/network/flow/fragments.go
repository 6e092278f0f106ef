package flow

import (
	"bytes"
	"slices"

	"github.com/wardround/wardround/format/packet"
)

// fragments joins IP fragments (RFC 791 §3.2, RFC 8200 §4.5).
type fragments struct {
	limits *Limits
	stats  *Stats
	open   map[fragmentKey]*pieces
	oldest *pieces // in order of their first fragment
	newest *pieces
	held   int
	joined []byte
}

type fragmentKey struct {
	src, dst packet.Addr
	id       uint32
	protocol packet.Protocol
	version  uint8
}

// pieces are the fragments of one datagram.
type pieces struct {
	key    fragmentKey
	since  int64   // table's clock
	older  *pieces // queue
	newer  *pieces
	parts  []part // by offset, without overlap
	total  int    // length of the payload once the last fragment came, else -1
	have   int
	frames int
	length int // of the frames on the wire
	dead   bool
}

type part struct {
	at int
	b  []byte
}

func (fr *fragments) init(l *Limits, s *Stats) {
	fr.limits, fr.stats, fr.open = l, s, map[fragmentKey]*pieces{}
}

// join takes the fragment p. When it completes a datagram, p becomes that datagram and
// the number of its frames is returned; otherwise 0. frames is the number of
// frames that p itself came from.
func (fr *fragments) join(p *packet.Packet, now int64, frames int) int {
	fr.stats.Fragments++
	if p.Missing > 0 {
		fr.stats.FragmentsCut++
		return 0
	}
	key := fragmentKey{p.Src, p.Dst, p.FragID, p.Protocol, p.IPVersion}
	d := fr.open[key]
	if d != nil && now-d.since >= int64(fr.limits.FragmentWait) {
		fr.expire(now)
		d = nil
	}
	if d == nil {
		if len(fr.open) >= fr.limits.Datagrams {
			fr.evict()
		}
		d = &pieces{key: key, since: now, total: -1}
		fr.open[key] = d
		if d.older = fr.newest; d.older != nil {
			d.older.newer = d
		} else {
			fr.oldest = d
		}
		fr.newest = d
	}
	if d.dead {
		fr.stats.FragmentsBad++
		return 0
	}
	if !fr.add(d, p) {
		return 0
	}
	d.frames += frames
	d.length += p.Length
	if d.have != d.total {
		return 0
	}
	fr.joined = fr.joined[:0]
	for _, part := range d.parts {
		fr.joined = append(fr.joined, part.b...)
	}
	fr.remove(d)
	p.Length = d.length
	fr.stats.Joined++
	if p.Resume(fr.joined) != nil {
		fr.stats.Malformed++
		return 0
	}
	return d.frames
}

// add puts the fragment p in its place and reports whether it was new.
func (fr *fragments) add(d *pieces, p *packet.Packet) bool {
	from, to := int(p.FragOffset), int(p.FragOffset)+len(p.Payload)
	i, _ := slices.BinarySearchFunc(d.parts, from, func(x part, at int) int { return x.at - at })
	if i < len(d.parts) && d.parts[i].at == from && bytes.Equal(d.parts[i].b, p.Payload) {
		d.frames++ // an exact duplicate, as mirror ports make them
		d.length += p.Length
		return false
	}
	last := !p.MoreFragments
	switch {
	case len(p.Payload) == 0 && !last,
		last && d.total >= 0 && d.total != to,
		d.total >= 0 && to > d.total,
		last && len(d.parts) > 0 && d.parts[len(d.parts)-1].end() > to,
		i > 0 && d.parts[i-1].end() > from,
		i < len(d.parts) && d.parts[i].at < to:
		fr.stats.FragmentsBad++
		fr.stats.DatagramsBad++
		fr.empty(d)
		d.dead = true // remembered, so that its other fragments are not a new datagram
		return false
	case len(d.parts) >= fr.limits.Fragments:
		fr.stats.FragmentsLimit++
		fr.empty(d)
		d.dead = true
		return false
	}
	for fr.held+len(p.Payload) > fr.limits.DatagramBytes {
		if fr.oldest == d || fr.oldest == nil {
			fr.stats.FragmentsLimit++
			return false
		}
		fr.evict()
	}
	if last {
		d.total = to
	}
	d.have += len(p.Payload)
	fr.held += len(p.Payload)
	d.parts = slices.Insert(d.parts, i, part{from, bytes.Clone(p.Payload)})
	return true
}

func (x *part) end() int { return x.at + len(x.b) }

// empty frees what is held of a datagram.
func (fr *fragments) empty(d *pieces) {
	fr.held -= d.have
	d.have, d.parts = 0, nil
}

// remove forgets a datagram.
func (fr *fragments) remove(d *pieces) {
	fr.empty(d)
	delete(fr.open, d.key)
	if d.older != nil {
		d.older.newer = d.newer
	} else {
		fr.oldest = d.newer
	}
	if d.newer != nil {
		d.newer.older = d.older
	} else {
		fr.newest = d.older
	}
}

// evict drops the oldest datagram.
func (fr *fragments) evict() {
	fr.stats.FragmentsLimit += uint64(len(fr.oldest.parts))
	fr.remove(fr.oldest)
}

// expire drops datagrams whose last fragment did not come in time.
func (fr *fragments) expire(now int64) {
	for fr.oldest != nil && now-fr.oldest.since >= int64(fr.limits.FragmentWait) {
		fr.stats.FragmentsLate += uint64(len(fr.oldest.parts))
		fr.remove(fr.oldest)
	}
}

// clear drops everything at the end of the capture.
func (fr *fragments) clear() {
	for fr.oldest != nil {
		fr.stats.FragmentsLate += uint64(len(fr.oldest.parts))
		fr.remove(fr.oldest)
	}
}
