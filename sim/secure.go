package sim

import (
	"fmt"
	"time"

	"github.com/wardround/wardround/format/tls"
)

// secure is a TLS session whose handshake is real and whose content is filler.
type secure struct {
	c    *Conn
	play *tls.Play
}

// authority issues the ward's certificates.
type authority struct {
	w      *World
	root   *tls.Identity
	serial uint64
}

func (w *World) authority() *authority {
	a := &authority{w: w, serial: 1}
	start := w.opt.Start
	root, err := tls.Mint(fmt.Sprint("root ", w.opt.Seed), tls.Profile{
		CommonName: "St. Example Root", Organization: "St. Example", Serial: 1, CA: true,
		NotBefore: start.AddDate(-3, 0, 0), NotAfter: start.AddDate(7, 0, 0), Key: tls.Ed25519Key,
	}, nil)
	if err != nil {
		panic(err) // the profile is ours
	}
	a.root = root
	return a
}

// issue makes a server's certificate that ends at notAfter.
func (a *authority) issue(name string, notAfter time.Time) [][]byte {
	a.serial++
	id, err := tls.Mint(fmt.Sprint(name, " ", a.w.opt.Seed), tls.Profile{
		CommonName: name, Organization: "St. Example", DNSNames: []string{name}, Serial: a.serial,
		NotBefore: a.w.opt.Start.AddDate(0, -6, 0), NotAfter: notAfter, Key: tls.ECDSAKey,
	}, a.root)
	if err != nil {
		panic(err)
	}
	return [][]byte{id.DER, a.root.DER}
}

// tls opens a session.
func (h *Host) tls(peer *Host, port uint16, s tls.Script) *secure {
	s.Seed = fmt.Sprintf("%d %s %s %d", h.w.opt.Seed, h.Name, peer.Name, h.w.now)
	x := &secure{c: h.dial(peer, port), play: s.Begin()}
	for _, f := range x.play.Flights {
		x.c.send(int(f.From), f.Bytes)
		x.c.wait(x.c.rtt/2 + time.Millisecond)
	}
	return x
}

// exchange sends so many bytes of content up and down.
func (x *secure) exchange(request int, think time.Duration, answer int) {
	x.c.exchange(x.play.AppendData(nil, tls.FromClient, request), think, x.play.AppendData(nil, tls.FromServer, answer))
}

func (x *secure) close() {
	x.c.send(up, x.play.AppendClose(nil, tls.FromClient))
	x.c.close(up)
}
