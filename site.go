package wardround

import "net/netip"

// Org is who: a hospital group or a manufacturer.
type Org string

// SiteID names one site of an org: one append order, one writer.
type SiteID string

// ZoneID names a network segment with a purpose at a site.
type ZoneID string

// Scope says whose rows a store method may touch. Every store method takes one.
type Scope struct {
	Org  Org    `json:"org"`
	Site SiteID `json:"site"`
}

// Site is where: one hospital, one plant.
type Site struct {
	ID    SiteID `json:"id"`
	Org   Org    `json:"org"`
	Name  string `json:"name"`
	Zones []Zone `json:"zones,omitempty"`
}

// Zone is a network segment with a purpose, "ICU devices". An address belongs to
// the zone with its longest matching prefix.
type Zone struct {
	ID       ZoneID         `json:"id"`
	Name     string         `json:"name"`
	Prefixes []netip.Prefix `json:"prefixes,omitempty"`
	// Update marks a zone whose hosts may hand out firmware and drug libraries.
	Update bool `json:"update,omitempty"`
}

// ZoneOf returns the zone addr belongs to: the longest matching prefix among
// zones; "public" for a globally routed address in none; and "local" for any
// other.
func ZoneOf(zones []Zone, addr netip.Addr) ZoneID {
	best, bits := ZoneID(""), -1
	addr = addr.Unmap()
	for i := range zones {
		for _, p := range zones[i].Prefixes {
			if p.Contains(addr) && p.Bits() > bits {
				best, bits = zones[i].ID, p.Bits()
			}
		}
	}
	switch {
	case bits >= 0:
		return best
	case Public(addr):
		return ZonePublic
	}
	return ZoneLocal
}

// The zones every site has without declaring them.
const (
	ZoneLocal  ZoneID = "local"
	ZonePublic ZoneID = "public"
)

var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),      // RFC 1122 §3.2.1.3: this network
	netip.MustParsePrefix("100.64.0.0/10"),  // RFC 6598: carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),   // RFC 6890: protocol assignments
	netip.MustParsePrefix("198.18.0.0/15"),  // RFC 2544: benchmarking
	netip.MustParsePrefix("240.0.0.0/4"),    // RFC 1112 §4: reserved, broadcast
	netip.MustParsePrefix("64:ff9b:1::/48"), // RFC 8215: local-use translation
	netip.MustParsePrefix("100::/64"),       // RFC 6666: discard
	netip.MustParsePrefix("fec0::/10"),      // RFC 3879: site-local, given up but in use
}

// Public reports whether addr is globally routed: not private (RFC 1918,
// RFC 4193), loopback, link-local, multicast, or reserved (RFC 6890).
// Documentation ranges (RFC 5737, RFC 3849) count as public: they stand for
// public addresses wherever they are used.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsValid() || !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}
