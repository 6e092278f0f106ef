package inventory

import (
	"net/netip"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// hardware is what is known of one hardware address.
type hardware struct {
	rec    *record // whose it is; nil while nobody's
	router bool    // it forwards for others
	proven bool    // a protocol of the link stated it for rec
	weak   int

	addrs  []sighting     // network addresses used with it unproven, at most maxSightings
	last   netip.Addr     // the newest of them
	flips  int            // returns to an earlier one within flipFlop
	flip   time.Time      // the newest of them
	public []netip.Prefix // blocks of public addresses it delivered, at most 3
}

type sighting struct {
	addr netip.Addr
	last time.Time
}

const (
	maxSightings = 12
	// sightedFor is how long a sighting counts against a hardware address.
	sightedFor = 24 * time.Hour
	// A hardware address that uses this many network addresses within churn, or
	// takes turns between them, forwards for others. IPv6 hosts make themselves
	// temporary addresses (RFC 8981), hence the higher figure.
	routerIPv4 = 3
	routerIPv6 = 9
)

// hardware returns what is known of m, nil for no address or when there is no room.
func (v *Inventory) hardware(m mac) *hardware {
	if m == (mac{}) {
		return nil
	}
	h := v.macs[m]
	if h == nil && len(v.macs) < 2*v.limits.Assets {
		h = &hardware{router: virtualRouter(m)}
		v.macs[m] = h
	}
	return h
}

// hardwareOf returns the hardware address that identifies r now, nil if none does.
func (v *Inventory) hardwareOf(r *record) *hardware {
	if r == nil {
		return nil
	}
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Type != string(kind.IDMAC) || id.Confidence < wardround.Indicated {
			continue
		}
		if m, ok := parseMAC(id.Value); ok {
			if h := v.macs[m]; h != nil && h.rec == r && !h.router {
				return h
			}
		}
	}
	return nil
}

// give makes m a hardware address of r.
func (v *Inventory) give(h *hardware, m mac, r *record, sure wardround.Confidence) {
	if r.crowd || r.Remote || h.rec != nil && h.rec != r {
		return
	}
	h.rec = r
	v.put(r, kind.IDMAC, m.String(), sure)
	v.sameHardware(idKey{kind.IDEUI64, eui64(m)})
	if name := v.maker(m); name != "" {
		v.attribute(r, wardround.AttrMACMaker, name, "registrant of the hardware address", wardround.Observed)
	}
}

// note remembers that a network address was used with h.
func (h *hardware) note(a netip.Addr, at time.Time) {
	if linkLocal(a) {
		return
	}
	i := slices.IndexFunc(h.addrs, func(s sighting) bool { return s.addr == a })
	switch {
	case i >= 0:
		if h.last != a && at.Sub(h.addrs[i].last) < flipFlop && a.Is4() && h.last.Is4() {
			h.flips, h.flip = h.flips+1, at
		} else if at.Sub(h.flip) > sightedFor {
			h.flips = 0
		}
		if at.After(h.addrs[i].last) {
			h.addrs[i].last = at
		}
	case len(h.addrs) < maxSightings:
		h.addrs = append(h.addrs, sighting{a, at})
	default:
		oldest := 0
		for j := range h.addrs {
			if h.addrs[j].last.Before(h.addrs[oldest].last) {
				oldest = j
			}
		}
		h.addrs[oldest] = sighting{a, at}
	}
	h.last = a
}

// suspect reports whether h may speak for more than one host.
func (h *hardware) suspect() bool {
	return h.flips > 0 || len(h.public) > 0 && h.public[0].Addr().Is4()
}

// forwards reports whether h has shown that it speaks for others.
func (h *hardware) forwards() bool {
	if h.router {
		return false // known already
	}
	var newest time.Time
	for _, s := range h.addrs {
		if s.last.After(newest) {
			newest = s.last
		}
	}
	four, six, recent := 0, 0, 0
	for _, s := range h.addrs {
		if newest.Sub(s.last) > sightedFor {
			continue
		}
		if s.addr.Is4() {
			four++
			if newest.Sub(s.last) <= churn {
				recent++
			}
		} else if newest.Sub(s.last) <= churn {
			six++
		}
	}
	return recent >= routerIPv4 || four >= routerIPv4 && h.flips > 0 || six >= routerIPv6
}

// delivered notes that a public address was seen with h, and reports whether that
// makes h a router's: two IPv4 blocks of 16 bits, or three IPv6 links.
func (h *hardware) delivered(a netip.Addr) bool {
	bits := 16
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // bits fit the family
	if !slices.Contains(h.public, p) && len(h.public) < 3 {
		h.public = append(h.public, p)
	}
	four := 0
	for _, p := range h.public {
		if p.Addr().Is4() {
			four++
		}
	}
	return four >= 2 || len(h.public) >= 3
}

// convict makes h a router's hardware address. What it seemed to identify goes on
// as what it was first seen as; from now on network addresses tell who speaks
// behind it. It returns the asset at w.
func (v *Inventory) convict(h *hardware, w where) *record {
	was := h.rec
	h.router = true
	v.gen++
	m := w.mac.String()
	if was != nil && !h.proven {
		v.lose(was, kind.IDMAC, m)
		h.rec = nil
		v.settle(was, h)
	} else if was != nil {
		v.settle(was, h)
	}
	if h.rec == nil && v.stats.Assets < v.limits.Assets {
		r := v.create(netip.Addr{})
		h.rec = r
		v.put(r, kind.IDMAC, m, wardround.Observed)
		if name := v.maker(w.mac); name != "" {
			v.attribute(r, wardround.AttrMACMaker, name, "registrant of the hardware address", wardround.Observed)
		}
		if w.addr.IsValid() {
			r.Zone = v.zoneOf(w.addr)
		}
	}
	if r := h.rec; r != nil {
		r.router = true
		const reason = "its hardware address is used with the network addresses of several hosts"
		v.attribute(r, wardround.AttrSpeaksFor, forNetworks, reason, wardround.Observed)
		v.propositionOf(r, kind.KindClaim{Kind: wardround.Intermediary, Role: "router", Reason: reason, Sure: wardround.Indicated})
	}
	v.withdraw(was.id(), func(p *wardround.Proposal) bool {
		return p.Kind == "merge" && p.Field == string(kind.IDMAC) && p.Value == m
	}, "the hardware address turned out to be a router's")
	if !w.addr.IsValid() {
		return h.rec
	}
	return v.atAddress(h, w)
}

// settle leaves to was only the address it is known by longest; the others, which
// it was given because of a router's hardware address, are free again. A
// successor that only the hardware address told from its predecessor was the
// predecessor, seen through the router.
func (v *Inventory) settle(was *record, h *hardware) {
	var keep netip.Addr
	var first time.Time
	for i := range was.Identifiers {
		id := &was.Identifiers[i]
		a, ok := addrOf(id)
		if !ok || id.Confidence < wardround.Indicated || h.proven && !h.sighted(a) {
			continue
		}
		if !keep.IsValid() || id.First.Before(first) {
			keep, first = a, id.First
		}
	}
	for i := range was.Identifiers {
		id := &was.Identifiers[i]
		if a, ok := addrOf(id); ok && a != keep && h.sighted(a) && current(id) {
			v.lose(was, kind.IDIP, id.Value)
		}
	}
	if h.proven {
		return
	}
	for _, p := range v.asked[was.ID] {
		if p.Field == attrReplaces && p.Asset == was.ID && v.placeholder(was) {
			if old := v.byID[p.Other].survivor(); old != nil && old != was {
				v.merge(old, was, source)
				return
			}
		}
	}
}

func (h *hardware) sighted(a netip.Addr) bool {
	return slices.ContainsFunc(h.addrs, func(s sighting) bool { return s.addr == a })
}

// addrOf returns the network address an identifier is, false if it is another type.
func addrOf(id *wardround.Identifier) (netip.Addr, bool) {
	if id.Type != string(kind.IDIP) {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(id.Value)
	return a, err == nil
}

// findAddr returns the position of a network address in r, -1 if r never had it.
func (r *record) findAddr(a netip.Addr) int {
	var buf [48]byte
	s := a.AppendTo(buf[:0])
	for i := range r.Identifiers {
		if id := &r.Identifiers[i]; id.Value == string(s) && id.Type == string(kind.IDIP) {
			return i
		}
	}
	return -1
}

// silent reports whether r has not used the address for d.
func (v *Inventory) silent(r *record, a netip.Addr, d time.Duration) bool {
	i := r.findAddr(a)
	return i < 0 || v.o.At.Sub(r.Identifiers[i].Last) > d
}

// quiet reports whether r has not used any of its addresses of the family of a for d.
func (v *Inventory) quiet(r *record, a netip.Addr, d time.Duration) bool {
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if b, ok := addrOf(id); ok && b.Is4() == a.Is4() && id.Confidence >= wardround.Indicated && v.o.At.Sub(id.Last) <= d {
			return false
		}
	}
	return true
}

func (v *Inventory) hasIPv4(r *record) bool {
	for i := range r.Identifiers {
		if a, ok := addrOf(&r.Identifiers[i]); ok && a.Is4() && r.Identifiers[i].Confidence >= wardround.Indicated {
			return true
		}
	}
	return false
}

// eui64 is the EUI-64 that is made from an EUI-48 by putting fffe in its middle, as
// makers of medical devices do for the device id although IEEE advises against it.
func eui64(m mac) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 16)
	for i, b := range m {
		if i == 3 {
			out = append(out, "fffe"...)
		}
		out = append(out, digits[b>>4], digits[b&15])
	}
	return string(out)
}

// sameHardware asks whether the device that a gateway names by an EUI-64 is the
// host whose hardware address it is made from.
func (v *Inventory) sameHardware(k idKey) {
	device := v.owners[k]
	if v.o == nil || device == nil || k.typ != kind.IDEUI64 || k.value[6:10] != "fffe" {
		return
	}
	m, ok := parseMAC(k.value[:6] + k.value[10:])
	if h := v.macs[m]; ok && h != nil && h.rec != nil && !h.router && h.rec != device {
		v.propose(wardround.Proposal{Kind: "merge", Asset: h.rec.ID, Other: device.ID, Field: string(kind.IDEUI64), Value: k.value,
			Reason: "the device id " + k.value + " is made from the hardware address " + m.String()})
	}
}
