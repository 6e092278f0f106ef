package kind

import (
	"net/netip"

	"github.com/wardround/wardround"
)

// ARPClaim is a statement that an address is held: see [ARPClaimV1].
const ARPClaim Name = "arp.claim"

// ARPClaimV1 is a host's statement of which hardware address its IPv4 address has
// (RFC 826, RFC 5227). It is told when the pair or its form is new within the
// minute. Probes, which claim nothing, are not told. The flow's Src is who sent
// it, by the Ethernet header; Dst the address asked for or answered to.
type ARPClaimV1 struct {
	MAC  string     `json:"mac"` // the sender's, as the packet says
	Addr netip.Addr `json:"addr"`
	// Operation is "request", "reply" or "other".
	Operation string `json:"operation"`
	// Gratuitous is set when nobody asked: sender and target are one address.
	// Announcement is such a packet in the form of a request, as a host sends it
	// that has just taken the address.
	Gratuitous   bool `json:"gratuitous,omitempty"`
	Announcement bool `json:"announcement,omitempty"`
	// ForeignFrame is set when the frame came from another hardware address than
	// the packet states: a proxy, or a forgery.
	ForeignFrame bool `json:"foreign_frame,omitempty"`
}

var _ = Register[ARPClaimV1](Schema{
	Name: ARPClaim, Version: 1, Shed: ShedFlow, Repeats: true,
	Doc: "A host states on its link which hardware address its IPv4 address has. Nothing in it is about a person, but both addresses of a private device are personal data where somebody can tell whose it is.",
})

// Claims implements [Claimer]. ARP does not cross routers, so that the pair is
// proven, unless the frame came from somewhere else.
func (a *ARPClaimV1) Claims(_ *wardround.Observation, c *Claims) {
	sure := wardround.Observed
	if a.ForeignFrame {
		sure = wardround.Guessed
	}
	c.ID(Src, IDMAC, a.MAC, sure)
	c.ID(Src, IDIP, a.Addr.String(), sure)
}
