package kind

import (
	"net/netip"

	"github.com/wardround/wardround"
)

// The kinds of DNS.
const (
	DNSLookup  Name = "dns.lookup"
	DNSService Name = "dns.service"
)

// DNSLookupV1 is a question to a DNS server and its answer. It is told at the
// answer. Which names people look up says what they do; so no name leaves but the
// first label of one that leads to the site's own addresses, if it names a device
// and no person: see [DHCPMessageV1].
type DNSLookupV1 struct {
	Type    string `json:"type"`             // of the first question: "A", "AAAA", "PTR", "TYPE65"
	Code    string `json:"code"`             // "NOERROR", "NXDOMAIN", "SERVFAIL", "RCODE9"
	Answers int    `json:"answers"`          // records in the answer section
	Opcode  uint8  `json:"opcode,omitempty"` // 0 query, 4 notify, 5 update
	// Internal is set when the answer is an address of the site's own, that is one
	// which is not globally routed; Host and Addr tell which.
	Internal bool       `json:"internal,omitempty"`
	Host     string     `json:"host,omitempty"`
	Addr     netip.Addr `json:"addr,omitzero"`
	Name     Presence   `json:"name,omitempty"` // of the question
	Bytes    int        `json:"bytes"`          // of the answer
}

// DNSServiceV1 is what a host announces of itself by multicast DNS (RFC 6762) and
// service discovery (RFC 6763). It is told when new within the minute. The flow's
// Dst is the announcer. Names of instances are what people call their things, so
// only their presence is told; a host name as in [DHCPMessageV1].
type DNSServiceV1 struct {
	Services  []string `json:"services,omitempty"` // registered types, sorted: "_dicom._tcp", "_other._tcp"; at most 32
	Ports     []uint16 `json:"ports,omitempty"`    // where instances are reached, sorted
	Host      string   `json:"host,omitempty"`
	HostNamed Presence `json:"host_named,omitempty"`
	Instance  Presence `json:"instance,omitempty"`
	// Model is what a text record gives for ty, model or md, at most 64 bytes, as far
	// as it is made of words that products go by: "HP LaserJet 400".
	Model string `json:"model,omitempty"`
}

var (
	_ = Register[DNSLookupV1](Schema{
		Name: DNSLookup, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A DNS answer: what was asked for in kind and how it was answered. The name itself stays in the sensor, except the host label of one of the site's own devices.",
	})
	_ = Register[DNSServiceV1](Schema{
		Name: DNSService, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A host announces its services on its link. What people call it stays in the sensor.",
	})
)

// Claims implements [Claimer].
func (d *DNSLookupV1) Claims(o *wardround.Observation, c *Claims) {
	c.Speak(Src, "dns")
	c.Speak(Dst, "dns")
	if o.Flow == nil || d.Host == "" {
		return
	}
	// Only an end of this flow can be named; who else has the address isn't here.
	switch d.Addr {
	case o.Flow.Src.Addr.Unmap():
		c.ID(Src, IDHostname, d.Host, wardround.Indicated)
	case o.Flow.Dst.Addr.Unmap():
		c.ID(Dst, IDHostname, d.Host, wardround.Indicated)
	}
}

// Link implements [Linker].
func (d *DNSLookupV1) Link(*wardround.Observation) (LinkClaim, bool) {
	return LinkClaim{Protocol: "dns", Encrypted: wardround.No, Data: wardround.DataTechnical}, true
}

// Claims implements [Claimer].
func (d *DNSServiceV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Dst, "mdns")
	c.ID(Dst, IDHostname, d.Host, wardround.Indicated)
	hostRole(c, Dst, d.Host, "multicast DNS")
	c.Attr(Dst, wardround.AttrProductToken, d.Model, wardround.Indicated)
	for _, s := range d.Services {
		switch s {
		case "_dicom._tcp", "_acr-nema._tcp", "_dicom-tls._tcp": // PS3.15 annex H
			c.Speak(Dst, "dicom")
		}
	}
}
