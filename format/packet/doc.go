// Package packet takes apart network frames down to the transport header, and
// builds them.
//
// It reads Ethernet with VLAN tags, MPLS, Linux cooked captures, loopback and raw
// IP; IPv4 and IPv6 with options, extension headers and fragments; TCP with its
// options, UDP; and opens GRE, ERSPAN, VXLAN and IP-in-IP tunnels to a limited
// depth. ARP and every other protocol are passed on as Payload.
//
//	var p packet.Packet
//	err := p.Decode(packet.Ethernet, frame, wireLength)
//
// Decoding does not allocate, does not copy, and judges headers as a careful
// receiver would: a header length, total length or option that does not fit makes
// the packet malformed. Checksums are not verified, because frames captured on
// the sending host usually carry wrong ones (checksum offload).
package packet
