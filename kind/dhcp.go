package kind

import (
	"net/netip"
	"strings"

	"github.com/wardround/wardround"
)

// DHCPMessage is one message of DHCP: see [DHCPMessageV1].
const DHCPMessage Name = "dhcp.message"

// DHCPMessageV1 is one message of DHCP for IPv4 or IPv6, between a client (the
// flow's Src) and a server or relay agent.
//
// A host name is what a person or a factory typed. "MONITOR-BED4" names a device,
// "Annas-iPhone" a person, and a sensor can't be sure which it has. So the name
// leaves only if every word in it is one that devices are called by, with at most five
// digits in all, because a birth date has six, and never from an address that a
// machine made up, as private telephones do. Of any other name only the presence is
// told.
type DHCPMessageV1 struct {
	Version int `json:"version"` // of IP: 4 or 6
	// Message is the type in lower case: "discover", "offer", "request", "decline",
	// "ack", "nak", "release", "inform", "bootp"; of version 6 "solicit",
	// "advertise", "reply" and so on.
	Message    string     `json:"message"`
	FromServer bool       `json:"from_server,omitempty"`
	MAC        string     `json:"mac,omitempty"`     // the client's
	Addr       netip.Addr `json:"addr,omitzero"`     // the client's: given by the server, or in use already
	Asked      netip.Addr `json:"asked,omitzero"`    // the address the client would like
	Server     netip.Addr `json:"server,omitzero"`   // option 54
	Relay      netip.Addr `json:"relay,omitzero"`    // the relay agent on the client's link
	LeaseSec   int64      `json:"lease_s,omitempty"` // seconds

	Host      string   `json:"host,omitempty"`       // first label of option 12 or 81, if it names a device
	HostNamed Presence `json:"host_named,omitempty"` // there was a name
	// VendorClass is option 60, at most 64 bytes, as far as it is made of words that
	// products go by: "MSFT 5.0".
	VendorClass string `json:"vendor_class,omitempty"`
	// Parameters are the options the client asks for, in its order (option 55): a
	// fingerprint of its software.
	Parameters []uint16 `json:"parameters,omitempty"`
	// VendorOptions are the codes inside option 43, not their values.
	VendorOptions []uint8 `json:"vendor_options,omitempty"`
	// ClientID is option 61, or the DUID of version 6, in hexadecimal, if it is
	// made by a machine: a hardware address, or a UUID (RFC 4361), and no text in
	// their place. Of another only the presence is told.
	ClientID      string   `json:"client_id,omitempty"`
	ClientIDThere Presence `json:"client_id_there,omitempty"`

	// BootFile says that the server names a file to load, BootExtension its kind;
	// see [TFTPRequestV1] for which.
	BootFile      Presence   `json:"boot_file,omitempty"`
	BootExtension string     `json:"boot_extension,omitempty"`
	BootServer    netip.Addr `json:"boot_server,omitzero"`
}

var _ = Register[DHCPMessageV1](Schema{
	Name: DHCPMessage, Version: 1, Shed: ShedTransaction, Repeats: true,
	Doc: "A device asks for a network address, or is given one. Its host name is told only if it names a device and no person; of its client id only what a machine made.",
})

// Claims implements [Claimer]. The client's hardware address stands in the
// message itself, so that a relay agent between doesn't matter.
func (d *DHCPMessageV1) Claims(_ *wardround.Observation, c *Claims) {
	if d.Relay.IsValid() && d.MAC == "" {
		return // the flow's end is the relay agent, and nothing says who the client is
	}
	c.Speak(Src, "dhcp")
	c.ID(Src, IDMAC, d.MAC, wardround.Observed)
	c.ID(Src, IDDHCPClient, d.ClientID, wardround.Indicated)
	if d.Addr.IsValid() && d.Version == 4 && (d.Message == "ack" || !d.FromServer) {
		c.ID(Src, IDIP, d.Addr.String(), wardround.Observed)
	}
	if d.FromServer {
		if !d.Relay.IsValid() { // else a relay agent passes it on
			c.Speak(Dst, "dhcp")
			c.Attr(Dst, wardround.AttrRole, "dhcp-server", wardround.Guessed)
		}
		return
	}
	c.ID(Src, IDHostname, d.Host, wardround.Indicated)
	hostRole(c, Src, d.Host, "DHCP")
	c.Attr(Src, wardround.AttrOS, dhcpSystem(d.VendorClass), wardround.Indicated)
}

// dhcpSystem names the operating system that a vendor class stands for, "" if
// that isn't sure.
func dhcpSystem(class string) string {
	for _, x := range [...]struct{ prefix, system string }{
		{"MSFT 5.0", "Windows"},
		{"MSFT 98", "Windows 98"},
		{"android-dhcp-", "Android"},
		{"dhcpcd-", "Linux"},
		{"udhcp", "Linux (embedded)"},
		{"ciscopnp", "Cisco IOS"},
		{"Cisco Systems, Inc. IP Phone", "Cisco IP telephone"},
	} {
		if strings.HasPrefix(class, x.prefix) {
			return x.system
		}
	}
	return ""
}

// hostRoles are words of host names that say what a host is at the bedside or
// behind it. Words that also name something else, as gateway does, are left out.
var hostRoles = map[string]struct {
	kind wardround.AssetKind
	role string
}{
	"pump": {wardround.Device, "infusion-pump"}, "pumps": {wardround.Device, "infusion-pump"}, "infusomat": {wardround.Device, "infusion-pump"},
	"perfusor": {wardround.Device, "infusion-pump"}, "syringe": {wardround.Device, "infusion-pump"},
	"mon": {wardround.Device, "patient-monitor"}, "monitor": {wardround.Device, "patient-monitor"}, "bedside": {wardround.Device, "patient-monitor"},
	"intellivue": {wardround.Device, "patient-monitor"}, "carescape": {wardround.Device, "patient-monitor"},
	"vent": {wardround.Device, "ventilator"}, "ventilator": {wardround.Device, "ventilator"}, "respirator": {wardround.Device, "ventilator"},
	"ct": {wardround.Device, "modality"}, "mri": {wardround.Device, "modality"}, "mrt": {wardround.Device, "modality"}, "xray": {wardround.Device, "modality"},
	"ultrasound": {wardround.Device, "modality"}, "angio": {wardround.Device, "modality"}, "mammo": {wardround.Device, "modality"},
	"pacs": {wardround.Service, "pacs"},
}

// hostRole proposes what a host is by the first word of its name that says so. A
// name is what somebody typed: it is a guess, and says nothing of how much depends
// on the host.
func hostRole(c *Claims, side Side, host, how string) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(host), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if is, ok := hostRoles[word]; ok {
			c.Is(side, is.kind, is.role, wardround.CriticalityUnknown, "calls itself "+host+" in "+how, wardround.Guessed)
			return
		}
	}
}
