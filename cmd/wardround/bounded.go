package main

import (
	"net"
	"net/netip"
	"sync"
)

const (
	// maxPeers is how many connections there may be at a time; others wait to be accepted.
	maxPeers = 2000
	// maxOfPeer is how many of them one address may have, of IPv6 a network of 64 bits:
	// whoever holds many open and says nothing leaves room for the others.
	maxOfPeer = maxPeers / 4
)

// bounded is a listener of which at most so many connections are open, and of one
// address at most each. One too many is closed at once.
type bounded struct {
	net.Listener
	places chan struct{}
	each   int

	mu sync.Mutex
	of map[netip.Prefix]int
}

// Accept waits for a place and a connection.
func (b *bounded) Accept() (net.Conn, error) {
	b.places <- struct{}{}
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			<-b.places
			return nil, err
		}
		peer := neighbourhood(c.RemoteAddr())
		if b.enter(peer) {
			return &placed{Conn: c, left: func() { b.leave(peer); <-b.places }}, nil
		}
		_ = c.Close() // whoever it was has enough
	}
}

func (b *bounded) enter(peer netip.Prefix) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil {
		b.of = map[netip.Prefix]int{}
	}
	if b.of[peer] >= b.each {
		return false
	}
	b.of[peer]++
	return true
}

func (b *bounded) leave(peer netip.Prefix) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[peer]--; b.of[peer] == 0 {
		delete(b.of, peer)
	}
}

// neighbourhood is what one stranger is taken to have: an address of IPv4, 64 bits of IPv6.
func neighbourhood(a net.Addr) netip.Prefix {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := t.AddrPort().Addr().Unmap().WithZone("")
	p, _ := ip.Prefix(min(ip.BitLen(), 64)) // an address has so many bits
	return p
}

// placed gives its place back once.
type placed struct {
	net.Conn
	left func()
	gone sync.Once
}

// Close closes the connection.
func (p *placed) Close() error {
	err := p.Conn.Close()
	p.gone.Do(p.left)
	return err
}
