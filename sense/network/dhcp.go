package network

import (
	"encoding/hex"
	"net/netip"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/dhcp"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{Name: "dhcp", Datagram: dhcpDatagram, Ports: []uint16{67, 68, 546, 547}})

var broadcastIPv4 = netip.AddrFrom4([4]byte{255, 255, 255, 255})

func dhcpDatagram(d *Datagram) bool {
	switch {
	case dhcp.Recognise(d.Payload) == format.Yes:
		m, err := dhcp.Parse(d.Payload)
		if err != nil {
			d.Failure(err)
			return true
		}
		v := dhcpMessage(&m)
		if v.Message == "ack" && v.Addr.IsValid() && d.Flow.Dst.Addr == broadcastIPv4 {
			// A client without an address is answered to all (RFC 2131 §4.1); it has one now.
			d.Flow.Dst.Addr, d.Flow.Dst.MAC = v.Addr, wardround.MAC(m.ClientMAC)
		}
		d.Emit(!m.Reply, v)
	case d.Flow.Src.Addr.Is6() && dhcp.RecogniseV6(d.Payload) == format.Yes:
		m, err := dhcp.ParseV6(d.Payload)
		if err != nil {
			d.Failure(err)
			return true
		}
		v := dhcpMessageV6(&m)
		if m.Relayed {
			v.Relay = d.Flow.Src.Addr
		}
		d.Emit(!v.FromServer, v)
	default:
		return false
	}
	return true
}

var dhcpTypes = [...]string{
	0: "bootp", dhcp.Discover: "discover", dhcp.Offer: "offer", dhcp.Request: "request", dhcp.Decline: "decline",
	dhcp.Ack: "ack", dhcp.Nak: "nak", dhcp.Release: "release", dhcp.Inform: "inform",
}

const (
	maxVendorClass = 64 // bytes
	maxDHCPList    = 64 // codes of a list
)

func dhcpMessage(m *dhcp.Message) *kind.DHCPMessageV1 {
	v := &kind.DHCPMessageV1{
		Version: 4, Message: "other", FromServer: m.Reply,
		Asked: m.Addr(dhcp.OptRequestedIP), Server: m.Addr(dhcp.OptServerID), Relay: specified(m.Relay), LeaseSec: int64(m.Lease().Seconds()),
	}
	if int(m.Type()) < len(dhcpTypes) {
		v.Message = dhcpTypes[m.Type()]
	}
	const ethernet = 1
	mac := wardround.MAC{}
	if m.HardwareType == ethernet {
		mac = wardround.MAC(m.ClientMAC)
		v.MAC = mac.String()
	}
	v.VendorClass = productText(m.Text(dhcp.OptVendorClass), maxVendorClass, mac)
	if v.Addr = specified(m.YourIP); !v.Addr.IsValid() {
		v.Addr = specified(m.ClientIP)
	}
	if asked := m.Option(dhcp.OptParameterList); !lettered(asked) {
		for _, code := range asked[:min(len(asked), maxDHCPList)] {
			v.Parameters = append(v.Parameters, uint16(code))
		}
	}
	v.VendorOptions = vendorOptions(m.Option(dhcp.OptVendorSpecific))
	dhcpNames(v, mac, m.Text(dhcp.OptHostName), func() string { f, _ := m.FQDN(); return f.Name })
	dhcpClient(v, m.Option(dhcp.OptClientID), mac)
	server, file := m.BootFile()
	if file != "" {
		v.BootFile, v.BootExtension = true, fileExtension(file)
		if a, err := netip.ParseAddr(server); err == nil {
			v.BootServer = a.WithZone("") // zones are text, and so is a server's name
		} else {
			v.BootServer = specified(m.NextServer)
		}
	}
	return v
}

// lettered reports whether a list of codes is text: options that are asked for are
// mostly below the letters.
func lettered(codes []byte) bool {
	n := 0
	for _, c := range codes {
		if letter(c) || c == ' ' {
			n++
		}
	}
	return len(codes) > 3 && 4*n > 3*len(codes)
}

// specified returns a, or the zero Addr for 0.0.0.0.
func specified(a netip.Addr) netip.Addr {
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// dhcpNames tells the host name that either option gives, if it may leave.
func dhcpNames(v *kind.DHCPMessageV1, mac wardround.MAC, host string, full func() string) {
	for _, name := range [...]string{host, full()} {
		if name == "" {
			continue
		}
		v.HostNamed = true
		if v.Host == "" && !v.FromServer {
			v.Host = deviceName(name, mac)
		}
	}
}

// dhcpClient tells the client identifier, if a machine made it (RFC 2132 §9.14).
func dhcpClient(v *kind.DHCPMessageV1, id []byte, mac wardround.MAC) {
	const ethernet, rfc4361 = 1, 255
	if len(id) == 0 {
		return
	}
	v.ClientIDThere = true
	own := id[0] == ethernet && len(id) == 7 && (wardround.MAC(id[1:]) == mac || !plainText(id[1:]))
	if own || id[0] == rfc4361 && madeByMachine(id, 5) {
		v.ClientID = hex.EncodeToString(id)
	}
}

// madeByMachine reports whether the DUID at off is of a type that holds no text: a
// hardware address of Ethernet, with the time or without, or a UUID (RFC 8415 §11.2,
// §11.4, §11.5). Text may be put there all the same.
func madeByMachine(id []byte, off int) bool {
	if len(id) < off+4 || id[off] != 0 {
		return false
	}
	from := off + 2
	switch duid := id[off:]; {
	case duid[1] == 4 && len(duid) == 18: // a UUID
	case duid[1] == 1 && len(duid) == 14 && duid[2] == 0 && duid[3] == 1: // an address and the time
		from = off + 8
	case duid[1] == 3 && len(duid) == 10 && duid[2] == 0 && duid[3] == 1: // an address
		from = off + 4
	default:
		return false
	}
	return !plainText(id[from:])
}

// vendorOptions lists the codes inside option 43, if it has the usual form of
// code, length, value (RFC 2132 §8.4).
func vendorOptions(p []byte) (codes []uint8) {
	for len(p) >= 2 && p[0] != 255 && 2+int(p[1]) <= len(p) && len(codes) < maxDHCPList {
		codes = append(codes, p[0])
		p = p[2+int(p[1]):]
	}
	if len(p) > 0 && p[0] != 255 && p[0] != 0 || lettered(codes) {
		return nil
	}
	return codes
}

var dhcpTypesV6 = [...]string{
	dhcp.Solicit: "solicit", dhcp.Advertise: "advertise", dhcp.RequestV6: "request", dhcp.Confirm: "confirm", dhcp.Renew: "renew",
	dhcp.Rebind: "rebind", dhcp.ReplyV6: "reply", dhcp.ReleaseV6: "release", dhcp.DeclineV6: "decline",
	dhcp.Reconfigure: "reconfigure", dhcp.Information: "information",
}

func dhcpMessageV6(m *dhcp.MessageV6) *kind.DHCPMessageV1 {
	v := &kind.DHCPMessageV1{Version: 6, Message: dhcpTypesV6[m.Type]}
	switch m.Type {
	case dhcp.Advertise, dhcp.ReplyV6, dhcp.Reconfigure:
		v.FromServer = true
	}
	if len(m.Addrs) > 0 {
		v.Addr = m.Addrs[0]
	}
	mac := wardround.MAC{}
	if hw, ok := dhcp.HardwareAddr(m.ClientID); ok {
		// The address a DUID was made from stays when the hardware is changed
		// (RFC 8415 §11.2): it names the client but is no place.
		mac = wardround.MAC(hw)
	}
	v.Parameters = m.Requested[:min(len(m.Requested), maxDHCPList)]
	if len(m.ClientID) > 0 {
		v.ClientIDThere = true
		if madeByMachine(m.ClientID, 0) {
			v.ClientID = hex.EncodeToString(m.ClientID)
		}
	}
	dhcpNames(v, mac, m.FQDN.Name, func() string { return "" })
	return v
}
