package filter

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/wardround/wardround/format/packet"
)

// test compares one field with one value.
type test struct {
	load  bpf.Instruction // into the accumulator
	index uint32          // where the IPv4 header begins, when load is bpf.LoadIndirect
	mask  uint32          // 0: none
	cond  bpf.JumpTest
	value uint32
}

// layout is where a link type keeps its fields. It moves while an expression is
// read: vlan puts a tag before what follows.
type layout struct {
	ethernet bool
	live     bool
	typeAt   uint32 // EtherType; unused on raw IP
	ipAt     uint32
	raw      bool
	tags     int
}

func layoutOf(link packet.LinkType, live bool) (layout, error) {
	switch link {
	case packet.Ethernet:
		return layout{ethernet: true, live: live, typeAt: 12, ipAt: 14}, nil
	case packet.LinuxSLL:
		return layout{typeAt: 14, ipAt: 16}, nil
	case packet.LinuxSLL2:
		return layout{typeAt: 0, ipAt: 20}, nil
	case packet.Raw, packet.RawBSD, packet.RawOther, packet.RawIPv4, packet.RawIPv6:
		return layout{raw: true}, nil
	}
	return layout{}, fmt.Errorf("filter: captures of link type %d cannot be filtered", link)
}

func field(offset uint32, size int, value uint32) *node {
	return masked(offset, size, 0, value)
}

func masked(offset uint32, size int, mask, value uint32) *node {
	return &node{op: "test", test: test{load: bpf.LoadAbsolute{Off: offset, Size: size}, mask: mask, cond: bpf.JumpEqual, value: value}}
}

// etherType tests which protocol the frame carries.
func (l *layout) etherType(t packet.EtherType) *node {
	if !l.raw {
		return field(l.typeAt, 2, uint32(t))
	}
	switch t {
	case packet.EtherIPv4:
		return masked(0, 1, 0xf0, 0x40)
	case packet.EtherIPv6:
		return masked(0, 1, 0xf0, 0x60)
	}
	return &node{op: "false"}
}

const etherRARP packet.EtherType = 0x8035

// numbers of the protocols that have a word of their own.
var numbers = map[string]packet.Protocol{
	"tcp": packet.TCP, "udp": packet.UDP, "sctp": packet.SCTP, "icmp": packet.ICMP, "icmp6": packet.ICMPv6,
}

var etherTypes = map[string]packet.EtherType{
	"ip": packet.EtherIPv4, "ip6": packet.EtherIPv6, "arp": packet.EtherARP, "rarp": etherRARP,
}

// protocol is a protocol's name alone, nil for any other word.
func (l *layout) protocol(name string) *node {
	if t, ok := etherTypes[name]; ok {
		return l.etherType(t)
	}
	switch name {
	case "icmp":
		return l.proto4(packet.ICMP)
	case "icmp6":
		return l.proto6(packet.ICMPv6)
	case "tcp", "udp", "sctp":
		return or(l.proto4(numbers[name]), l.proto6(numbers[name]))
	}
	return nil
}

func (l *layout) proto4(p packet.Protocol) *node {
	return and(l.etherType(packet.EtherIPv4), field(l.ipAt+9, 1, uint32(p)))
}

// proto6 looks at the next header, and behind a fragment header.
func (l *layout) proto6(p packet.Protocol) *node {
	next := func(v uint32) *node { return field(l.ipAt+6, 1, v) }
	return and(l.etherType(packet.EtherIPv6),
		or(next(uint32(p)), and(next(44), field(l.ipAt+40, 1, uint32(p)))))
}

// vlan tests for a tag, and moves what follows behind it.
func (l *layout) vlan(id int) (*node, string) {
	if !l.ethernet {
		return nil, "vlan needs an Ethernet capture"
	}
	if l.tags++; l.tags > 8 {
		return nil, "too many vlan conditions"
	}
	if l.live && l.tags == 1 {
		n := &node{op: "test", test: test{load: bpf.LoadExtension{Num: bpf.ExtVLANTagPresent}, cond: bpf.JumpNotEqual}}
		if id >= 0 {
			n = and(n, &node{op: "test", test: test{load: bpf.LoadExtension{Num: bpf.ExtVLANTag}, mask: 0x0fff, cond: bpf.JumpEqual, value: uint32(id)}})
		}
		return n, ""
	}
	n := or(or(field(l.typeAt, 2, 0x8100), field(l.typeAt, 2, 0x88a8)), field(l.typeAt, 2, 0x9100))
	if id >= 0 {
		n = and(n, masked(l.typeAt+2, 2, 0x0fff, uint32(id)))
	}
	l.typeAt += 4
	l.ipAt += 4
	return n, ""
}

// condition is a value with its qualifiers; a reason says why it cannot be.
func (l *layout) condition(q qualifier, v string) (*node, string) {
	if !value(v) && q.kind != "proto" {
		return nil, fmt.Sprintf("%q is not an address or a number; names are not looked up", v)
	}
	switch q.kind {
	case "host", "net":
		if q.proto == "ether" {
			return l.station(q, v)
		}
		return l.address(q, v)
	case "port", "portrange":
		return l.port(q, v)
	}
	if q.dir != "" {
		return nil, "proto has no direction"
	}
	return l.byNumber(q, v)
}

// byNumber is proto N.
func (l *layout) byNumber(q qualifier, v string) (*node, string) {
	if q.proto == "ether" {
		t, named := etherTypes[v]
		n, ok := number(v, 0xffff)
		if !named && (!ok || n < 1536) {
			return nil, fmt.Sprintf("%q is not an EtherType, 0x0600 to 0xffff", v)
		}
		if !named {
			t = packet.EtherType(n)
		}
		return l.etherType(t), ""
	}
	p, named := numbers[v]
	if n, ok := number(v, 255); ok {
		p = packet.Protocol(n)
	} else if !named {
		return nil, fmt.Sprintf("%q is not an IP protocol number, 0 to 255", v)
	}
	switch q.proto {
	case "ip":
		return l.proto4(p), ""
	case "ip6":
		return l.proto6(p), ""
	case "":
		return or(l.proto4(p), l.proto6(p)), ""
	}
	return nil, fmt.Sprintf("%s cannot stand before proto", q.proto)
}

// port tests TCP, UDP and SCTP ports; not in fragments after the first, nor behind
// IPv6 extension headers.
func (l *layout) port(q qualifier, v string) (*node, string) {
	from, to, isRange := strings.Cut(v, "-")
	lo, ok := number(from, 65535)
	hi := lo
	if isRange && ok {
		hi, ok = number(to, 65535)
	}
	if !ok || isRange != (q.kind == "portrange") {
		return nil, fmt.Sprintf("%q is not a %s", v, map[string]string{"port": "port number, 0 to 65535", "portrange": "range of ports like 80-90"}[q.kind])
	}
	lo, hi = min(lo, hi), max(lo, hi)
	protocols := []string{"tcp", "udp", "sctp"}
	switch q.proto {
	case "":
	case "tcp", "udp", "sctp":
		protocols = []string{q.proto}
	default:
		return nil, fmt.Sprintf("%s has no ports", q.proto)
	}
	var over4, over6 *node
	for _, name := range protocols {
		over4 = or(over4, field(l.ipAt+9, 1, uint32(numbers[name])))
		over6 = or(over6, field(l.ipAt+6, 1, uint32(numbers[name])))
	}
	within := func(load bpf.Instruction) *node {
		t := test{load: load, index: l.ipAt, cond: bpf.JumpEqual, value: lo}
		if lo == hi {
			return &node{op: "test", test: t}
		}
		up := t
		t.cond, up.cond, up.value = bpf.JumpGreaterOrEqual, bpf.JumpLessOrEqual, hi
		return and(&node{op: "test", test: t}, &node{op: "test", test: up})
	}
	port6 := l.direct(q.dir, within(bpf.LoadAbsolute{Off: l.ipAt + 40, Size: 2}), within(bpf.LoadAbsolute{Off: l.ipAt + 42, Size: 2}))
	port4 := l.direct(q.dir, within(bpf.LoadIndirect{Off: l.ipAt, Size: 2}), within(bpf.LoadIndirect{Off: l.ipAt + 2, Size: 2}))
	first := &node{op: "test", test: test{load: bpf.LoadAbsolute{Off: l.ipAt + 6, Size: 2}, cond: bpf.JumpBitsNotSet, value: 0x1fff}}
	return or(
		and(and(l.etherType(packet.EtherIPv6), over6), port6),
		and(and(and(l.etherType(packet.EtherIPv4), over4), first), port4)), ""
}

// direct joins the tests of source and destination as the direction says.
func (l *layout) direct(dir string, src, dst *node) *node {
	switch dir {
	case "src":
		return src
	case "dst":
		return dst
	case "and":
		return and(src, dst)
	}
	return or(src, dst)
}

// number reads a decimal, hexadecimal (0x) or octal (0) number.
func number(s string, limit uint64) (uint32, bool) {
	n, err := strconv.ParseUint(s, 0, 32)
	return uint32(n), err == nil && n <= limit && !strings.Contains(s, "_")
}
