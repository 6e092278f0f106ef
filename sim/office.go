package sim

import (
	"net/netip"
	"strings"
	"time"

	"github.com/wardround/wardround/format/arp"
	"github.com/wardround/wardround/format/dhcp"
	"github.com/wardround/wardround/format/dns"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/ssh"
	"github.com/wardround/wardround/format/wsdiscovery"
)

// arpAsk is a host asking for an address in its segment, and the answer.
func (h *Host) arpAsk(peer *Host) {
	q := arp.Packet{Op: arp.Request, Sender: arp.MAC(h.MAC), SenderIP: h.IP, TargetIP: peer.IP}
	h.ethernet(broadcast, packet.EtherType(0x0806), q.Append(nil))
	a := arp.Packet{Op: arp.Reply, Sender: arp.MAC(peer.MAC), SenderIP: peer.IP, Target: arp.MAC(h.MAC), TargetIP: h.IP}
	peer.ethernet(h.MAC, packet.EtherType(0x0806), a.Append(nil))
}

// arpClaim announces an address as one's own (RFC 5227 §2.3).
func (h *Host) arpClaim(ip netip.Addr) {
	q := arp.Packet{Op: arp.Request, Sender: arp.MAC(h.MAC), SenderIP: ip, TargetIP: ip}
	h.ethernet(broadcast, packet.EtherType(0x0806), q.Append(nil))
}

// dhcpLease is a host that asks for and gets its address.
func (h *Host) dhcpLease(server *Host, name, class string, parameters []byte) {
	ask := func(kind byte) *dhcp.Message {
		m := &dhcp.Message{HardwareType: 1, XID: h.rand.Uint32(), ClientMAC: h.MAC}
		m.Options = append(m.Options, dhcp.Option{Code: dhcp.OptMessageType, Data: []byte{kind}},
			dhcp.Option{Code: dhcp.OptClientID, Data: append([]byte{1}, h.MAC[:]...)},
			dhcp.Option{Code: dhcp.OptHostName, Data: []byte(name)})
		if class != "" {
			m.Options = append(m.Options, dhcp.Option{Code: dhcp.OptVendorClass, Data: []byte(class)})
		}
		m.Options = append(m.Options, dhcp.Option{Code: dhcp.OptParameterList, Data: parameters})
		return m
	}
	all := &Host{IP: netip.IPv4Unspecified(), MAC: h.MAC, Zone: h.Zone, w: h.w, rand: h.rand}
	group := &Host{IP: netip.AddrFrom4([4]byte{255, 255, 255, 255}), MAC: broadcast, Zone: h.Zone, w: h.w}
	request := ask(3)
	ip := h.IP.As4()
	request.Options = append(request.Options, dhcp.Option{Code: dhcp.OptRequestedIP, Data: ip[:]})
	all.udp(group, 68, 67, request.Append(nil))
	ack := &dhcp.Message{Reply: true, HardwareType: 1, XID: request.XID, YourIP: h.IP, ClientMAC: h.MAC}
	sip := server.IP.As4()
	ack.Options = []dhcp.Option{
		{Code: dhcp.OptMessageType, Data: []byte{5}}, {Code: dhcp.OptServerID, Data: sip[:]},
		{Code: dhcp.OptLeaseTime, Data: []byte{0, 0, 0x70, 0x80}}, {Code: dhcp.OptSubnetMask, Data: []byte{255, 255, 255, 0}},
	}
	server.udpAfter(2*time.Millisecond, h, 67, 68, ack.Append(nil))
}

// resolve is a host asking the name server for another host.
func (h *Host) resolve(server, target *Host, name string) {
	id := uint16(h.rand.Uint32())
	q := dns.Message{ID: id, RecursionDesired: true, Questions: []dns.Question{{Name: name, Type: dns.A, Class: 1}}}
	a := q
	a.Response, a.RecursionAvailable = true, true
	a.Answers = []dns.Resource{{Name: name, Type: dns.A, Class: 1, TTL: 300, Addr: target.IP}}
	port := h.ephemeral()
	h.udp(server, port, 53, dnsBytes(&q))
	server.udpAfter(time.Millisecond, h, 53, port, dnsBytes(&a))
}

// announceService is multicast DNS (RFC 6762) of one service.
func (h *Host) announceService(instance, service string, port uint16) {
	full := instance + "." + service + ".local"
	m := dns.Message{Response: true, Authoritative: true, Answers: []dns.Resource{
		{Name: service + ".local", Type: dns.PTR, Class: 1, TTL: 4500, Target: full},
		{Name: full, Type: dns.SRV, Class: 1, TTL: 120, Target: strings.ToLower(h.Name) + ".local", Port: port},
		{Name: strings.ToLower(h.Name) + ".local", Type: dns.A, Class: 1, TTL: 120, Addr: h.IP},
	}}
	h.multicast("224.0.0.251", 5353, 5353, dnsBytes(&m))
}

func dnsBytes(m *dns.Message) []byte {
	b, err := m.Append(nil)
	if err != nil {
		panic(err) // our own names fit the format
	}
	return b
}

// sdcHello is a medical device announcing itself (IEEE 11073-20702).
func (h *Host) sdcHello(kind wsdiscovery.Kind, uuid, place string, number uint32) {
	m := wsdiscovery.Message{
		Kind: kind, MessageID: "urn:uuid:" + uuid[:24] + hex12(uint64(number)), To: "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
		Sequence: wsdiscovery.Sequence{InstanceID: 1, Number: number},
		Targets: []wsdiscovery.Target{{
			Address: "urn:uuid:" + uuid, Types: []wsdiscovery.Name{wsdiscovery.DPWSDevice, wsdiscovery.MedicalDevice},
			Scopes: []string{"sdc.ctxt.loc:/sdc.ctxt.loc.detail/" + place + "?fac=HOSP&poc=ICU&bed=" + place},
			XAddrs: []string{"https://" + h.IP.String() + ":6464/" + uuid}, MetadataVersion: 1,
		}},
	}
	h.multicast("239.255.255.250", 3702, 3702, m.Append(nil))
}

func hex12(n uint64) string {
	const digits = "0123456789abcdef"
	b := [12]byte{}
	for i := range b {
		b[11-i] = digits[n&15]
		n >>= 4
	}
	return string(b[:])
}

// ssh is an administrator's session: banners, offers, and encrypted filler.
func (h *Host) ssh(server *Host, software string, kex ssh.KexInit) {
	c := h.dial(server, 22)
	c.send(down, ssh.Banner{Protocol: "2.0", Software: software}.Append(nil))
	c.send(up, ssh.Banner{Protocol: "2.0", Software: "OpenSSH_9.2p1", Comments: "Debian-2+deb12u3"}.Append(nil))
	var cookie [16]byte
	for i := range cookie {
		cookie[i] = byte(h.rand.Uint32())
	}
	client := modernSSH()
	c.send(up, client.Append(nil, cookie))
	c.send(down, kex.Append(nil, cookie))
	c.exchange(ssh.AppendNewKeys(nil), time.Millisecond, ssh.AppendNewKeys(nil))
	for range 10 {
		c.wait(time.Duration(50+h.rand.IntN(400)) * time.Millisecond)
		c.exchange(noise(h.rand, 64), time.Millisecond, noise(h.rand, 160))
	}
	c.close(up)
}

func modernSSH() ssh.KexInit {
	ciphers := []string{"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com"}
	macs := []string{"hmac-sha2-256-etm@openssh.com"}
	return ssh.KexInit{
		Kex: []string{"curve25519-sha256", "curve25519-sha256@libssh.org"}, HostKey: []string{"ssh-ed25519"},
		CipherToServer: ciphers, CipherToClient: ciphers, MACToServer: macs, MACToClient: macs,
		CompressionToServer: []string{"none"}, CompressionToClient: []string{"none"},
	}
}
