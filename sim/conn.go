package sim

import (
	"time"

	"github.com/wardround/wardround/format/packet"
)

// mss keeps frames at 1,514 bytes: 14 Ethernet, 20 IPv4, 20 TCP, 12 time stamps.
const mss = 1448

// side is one end of a simulated connection.
type side struct {
	host   *Host
	port   uint16
	seq    uint32
	unsent int // segments of the peer not yet acknowledged
	window uint16
}

// Conn is a simulated TCP connection. It keeps a clock of its own, at, so that a
// script of sends reads from top to bottom; packets of all connections are merged
// by time when they are emitted.
type Conn struct {
	w    *World
	at   int64
	ends [2]side // client, server
	rtt  time.Duration
	open bool
	ts   uint32
}

// The two directions of a connection.
const (
	up   = 0 // client to server
	down = 1 // server to client
)

// dial opens a connection from h to a port of peer, now.
func (h *Host) dial(peer *Host, port uint16) *Conn {
	c := h.half(peer, port)
	c.flag(up, packet.SYN)
	c.wait(c.rtt / 2)
	c.flag(down, packet.SYN|packet.ACK)
	c.wait(c.rtt / 2)
	c.flag(up, packet.ACK)
	c.open = true
	return c
}

// half prepares a connection without sending anything.
func (h *Host) half(peer *Host, port uint16) *Conn {
	rtt := 200 * time.Microsecond
	if h.Zone != peer.Zone {
		rtt = 600 * time.Microsecond
	}
	c := &Conn{w: h.w, at: h.w.now, rtt: rtt + time.Duration(h.rand.IntN(100))*time.Microsecond, ts: h.rand.Uint32()}
	c.ends[up] = side{host: h, port: h.ephemeral(), seq: h.rand.Uint32(), window: 502}
	c.ends[down] = side{host: peer, port: port, seq: peer.rand.Uint32(), window: 509}
	return c
}

// refused shows a connection attempt that is answered with RST.
func (h *Host) refused(peer *Host, port uint16) {
	c := h.half(peer, port)
	c.flag(up, packet.SYN)
	c.wait(c.rtt / 2)
	c.flag(down, packet.RST|packet.ACK)
}

// unanswered shows a connection attempt that nobody answers.
func (h *Host) unanswered(peer *Host, port uint16) {
	c := h.half(peer, port)
	c.flag(up, packet.SYN)
}

// wait lets time pass on the connection.
func (c *Conn) wait(d time.Duration) *Conn {
	c.at += int64(d)
	return c
}

// sync moves the connection's clock to now, if it lags.
func (c *Conn) sync() *Conn {
	c.at = max(c.at, c.w.now)
	return c
}

// send sends bytes in one direction, in segments, acknowledged by the peer after
// every second one.
func (c *Conn) send(dir int, b []byte) *Conn {
	c.sync()
	for len(b) > 0 {
		n := min(mss, len(b))
		flags := packet.ACK
		if n == len(b) {
			flags |= packet.PSH
		}
		c.segment(dir, flags, b[:n])
		b = b[n:]
		c.at += 12_000 // a gigabit link: 12 µs for a full frame
		if c.ends[1-dir].unsent++; c.ends[1-dir].unsent >= 2 {
			c.ack(1 - dir)
		}
	}
	return c
}

// ack acknowledges what the other end has sent.
func (c *Conn) ack(dir int) {
	c.ends[dir].unsent = 0
	at := c.at
	c.at += int64(c.rtt / 2)
	c.segment(dir, packet.ACK, nil)
	c.at = at
}

// exchange sends a request, lets the server think, and sends the answer.
func (c *Conn) exchange(request []byte, think time.Duration, answer []byte) *Conn {
	c.send(up, request)
	c.wait(c.rtt/2 + think)
	c.send(down, answer)
	c.wait(c.rtt / 2)
	if c.ends[up].unsent > 0 {
		c.ack(up)
	}
	return c
}

// close ends the connection from one side.
func (c *Conn) close(by int) {
	if !c.open {
		return
	}
	c.open = false
	c.sync()
	c.flag(by, packet.FIN|packet.ACK)
	c.wait(c.rtt / 2)
	c.flag(1-by, packet.FIN|packet.ACK)
	c.wait(c.rtt / 2)
	c.flag(by, packet.ACK)
}

// flag sends a segment without data; SYN and FIN take one sequence number.
func (c *Conn) flag(dir int, flags packet.Flags) {
	c.segment(dir, flags, nil)
	if flags&(packet.SYN|packet.FIN) != 0 {
		c.ends[dir].seq++
	}
}

func (c *Conn) segment(dir int, flags packet.Flags, b []byte) {
	me, peer := &c.ends[dir], &c.ends[1-dir]
	p := me.host.packet(peer.host)
	p.Protocol, p.SrcPort, p.DstPort = packet.TCP, me.port, peer.port
	p.Seq, p.TCPFlags, p.Window, p.Payload = me.seq, flags, me.window, b
	if flags&packet.ACK != 0 {
		p.Ack = peer.seq
		me.unsent = 0
	}
	if flags&packet.SYN != 0 {
		p.MSS, p.ScaleOK, p.Scale, p.Window = 1460, true, 7, 64240
	}
	if flags&packet.RST == 0 {
		p.TSOK, p.TSVal = true, c.ts+uint32(c.at/1e6)
		if flags&packet.ACK != 0 {
			p.TSEcr = p.TSVal - uint32(c.rtt/time.Millisecond)
		}
	}
	me.seq += uint32(len(b))
	c.w.send(c.at, &p)
}
