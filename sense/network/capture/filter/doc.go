// Package filter compiles a part of tcpdump's filter language to BPF, so that the
// kernel hands over only the packets asked for.
//
//	not port 22 and (net 10.20.0.0/16 or vlan 120 and udp portrange 3702-3800)
//
// The language (pcap-filter(7) is the model, and tcpdump the judge in the tests):
//
//	[ip|arp|rarp|ip6] [dir] host ADDRESS    [ip|arp|rarp|ip6] [dir] net NETWORK
//	[tcp|udp|sctp] [dir] port N             [tcp|udp|sctp] [dir] portrange N-M
//	ether [dir] host MAC                    ether proto N
//	[ip|ip6] proto N                        vlan [N]
//	ip ip6 arp rarp tcp udp sctp icmp icmp6
//	and, or, not (&&, ||, !) and parentheses
//
// dir is src, dst, "src or dst" (the default) or "src and dst". A network is
// 10.20.0.0/16, 10.20 or fe80::/10. As in tcpdump, and and or bind equally
// strongly and from left to right; not binds closest; an address or a number alone
// takes the qualifiers of the one before it ("port 80 or 443"); and
// vlan moves what follows it, to the end of the expression, behind the tag.
// Protocol names after proto need no backslash but may have one.
//
// On a live Linux interface the kernel takes the outermost VLAN tag off before
// filters run. Compiled for live use, the first vlan of an expression asks the
// kernel for that tag and moves nothing, and an expression without vlan also sees
// tagged packets.
//
// Not in the language: names of hosts and services, byte expressions like
// tcp[13], sizes, broadcast, multicast, gateway.
package filter
