package inventory

import (
	"net/netip"

	"github.com/wardround/wardround"
)

type mac = wardround.MAC

// single reports whether m is one station's address: not zero and not a group
// address (IEEE 802-2014 §8.2.2).
func single(m mac) bool { return m != mac{} && m[0]&1 == 0 }

// local reports whether m was chosen by software (IEEE 802-2014 §8.2.2, U/L bit):
// telephones and laptops change such addresses at will.
func (v *Inventory) localMAC(m mac) bool { return m[0]&2 != 0 && v.maker(m) == "" }

// virtualRouter reports whether m belongs to a router by definition: VRRP
// (RFC 9568 §7.3) or HSRP (RFC 2281 §3).
func virtualRouter(m mac) bool {
	return m[0] == 0 && m[1] == 0 &&
		(m[2] == 0x5e && m[3] == 0 && (m[4] == 1 || m[4] == 2) || m[2] == 0x0c && m[3] == 0x07 && m[4] == 0xac)
}

// plain unwraps an IPv4-mapped address and drops its zone.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// usable reports whether a can name one host: not unspecified, multicast or the
// limited broadcast, also with a zone or mapped into IPv6. A directed broadcast
// cannot be told without the mask.
func usable(a netip.Addr) bool {
	a = plain(a)
	return a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && a != broadcast
}

// linkLocal reports whether packets with a never cross a router (RFC 3927 §7,
// RFC 4291 §2.5.6).
func linkLocal(a netip.Addr) bool { return a.IsLinkLocalUnicast() }

// slaac returns the hardware address inside an IPv6 interface identifier made by
// modified EUI-64 (RFC 4291, appendix A).
func slaac(a netip.Addr) (m mac, ok bool) {
	if !a.Is6() {
		return m, false
	}
	b := a.As16()
	if b[11] != 0xff || b[12] != 0xfe {
		return m, false
	}
	m = mac{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]}
	return m, single(m) && m[0]&2 == 0
}

// block returns the block a public address is folded into when there is no room
// for each address: 24 bits of IPv4, 48 of IPv6.
func block(a netip.Addr) netip.Prefix {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, _ := a.Prefix(bits) // bits fit the family
	return p
}
