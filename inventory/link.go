package inventory

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// linkKey names a data flow while running. A protocol that was not recognised has
// the name TRANSPORT/PORT.
type linkKey struct {
	client, server *record
	port           uint16
	protocol       string
}

type link struct {
	wardround.Link
	ord            int
	client, server *record
	clear          time.Time // when it was last seen in the clear
	dirty, touched bool
	saved          time.Time
}

// clearFor is how long after clear traffic a link counts as unencrypted although
// encrypted traffic was seen on it too.
const clearFor = time.Hour

// link folds one observation of a data flow.
func (v *Inventory) link(src, dst *record, c kind.LinkClaim) {
	k := linkKey{client: src, server: dst, protocol: c.Protocol}
	if v.o.Flow != nil { // else it was told of, not seen
		k.port = v.o.Flow.Dst.Port
	}
	l := v.links[k]
	if l == nil {
		if l = v.newLink(k); l == nil {
			return
		}
	}
	v.res.Link = l.ID
	l.Observations += uint64(v.o.Times())
	if v.o.At.After(l.Last) {
		l.Last = v.o.At
	} else if v.o.At.Before(l.First) {
		l.First = v.o.At
	}
	v.touchLink(l)
	switch {
	case c.Encrypted == wardround.No:
		if v.o.At.After(l.clear) {
			l.clear = v.o.At
		}
		v.setTri(l, &l.Encrypted, wardround.No)
	case c.Encrypted == wardround.Yes && v.o.At.Sub(l.clear) > clearFor:
		v.setTri(l, &l.Encrypted, wardround.Yes)
	}
	if c.Authenticated != 0 {
		v.setTri(l, &l.Authenticated, c.Authenticated)
	}
	if d := l.Data.Max(c.Data); d != l.Data {
		l.Data = d
		v.markLink(l)
		v.inheritLink(l)
	}
}

func (v *Inventory) setTri(l *link, t *wardround.Tri, to wardround.Tri) {
	if *t != to {
		*t = to
		v.markLink(l)
	}
}

// newLink brings a link to light, nil if there is no room. Beyond PairLinks the
// ports between one client and one server fold into one link of port 0.
func (v *Inventory) newLink(k linkKey) *link {
	if len(v.linkOrder) >= v.limits.Links {
		v.stats.LinksBeyond++
		return nil
	}
	pair := [2]*record{k.client, k.server}
	if v.pairCount[pair] >= v.limits.PairLinks {
		v.stats.LinksBeyond++
		k.port = 0
		if v.o.Flow != nil {
			k.protocol = v.o.Flow.Transport
		}
		if l := v.links[k]; l != nil {
			return l
		}
	}
	v.pairCount[pair]++
	l := &link{client: k.client, server: k.server}
	l.Link = wardround.Link{ID: wardround.LinkID(v.nextID("l", "link")), Scope: v.scope,
		Client: k.client.ID, Server: k.server.ID, Protocol: k.protocol, Port: k.port, First: v.o.At, Last: v.o.At}
	v.addLink(k, l)
	v.markLink(l)
	for _, r := range [...]*record{k.client, k.server} {
		if r.Release != "" && k.client.Remote != k.server.Remote {
			v.mark(r) // it weighs otherwise now
		}
	}
	v.res.NewLink = true
	return l
}

func (v *Inventory) addLink(k linkKey, l *link) {
	l.ord = len(v.linkOrder)
	v.links[k] = l
	v.linkByID[l.ID] = l
	v.linkOrder = append(v.linkOrder, l)
	k.client.links = append(k.client.links, l)
	if k.server != k.client {
		k.server.links = append(k.server.links, l)
	}
	v.stats.Links++
}

// key is where observations of l are folded now.
func (l *link) key() linkKey {
	return linkKey{l.client.survivor(), l.server.survivor(), l.Port, l.Protocol}
}
