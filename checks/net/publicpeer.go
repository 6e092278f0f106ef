package net

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "net.public-peer",
	Version: 1,
	Title:   "A device talks to an address outside the hospital",
	Doc: "A medical device, or a gateway that speaks for devices, exchanged data with a public address. That may be its maker's remote service; it may be a device that somebody took over and that reports home; and whoever holds the address reaches into the ward, also when it is sold or broken into. " +
		"Ask clinical engineering and the maker whether the peer belongs to the device's purpose. If so, allow exactly that peer through the firewall and record it; if not, find out what the device sends. " +
		"It passes when the device was seen for a week without that peer. It is wrong where public addresses are used inside the hospital and not declared as a zone. A component of which nobody has said whether it is a device counts as one when it speaks HL7 or MQTT, as devices and gateways do; any other is answered unknown.",
	Concern:      wardround.Security,
	Applies:      wardround.Device | wardround.Intermediary,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"network-segmentation", "data-exfiltration"},
	Watch:        []kind.Name{kind.Flow},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.ByZone,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "No change on the device is known. It exchanges data with {address}, outside the hospital; what, and whether it can be steered from there, is unknown.",
		Ward:        "If {asset} shows settings nobody entered, care for the patient by local procedure and call clinical engineering.",
		Engineering: "Ask the maker of {asset} whether {address} belongs to its service. Name it if so.",
		Security:    "See who holds {address} and what goes there ({protocol}, {direction}). Allow it by name if it is wanted.",
		Dont:        "Don't block it before the maker has said what the device does without it.",
		Why:         "{asset} and {address} exchanged data by {protocol}, {direction}.",
		Wrong:       "{address} is inside the hospital and its range isn't declared as a zone.",
	},
	Run: publicPeer,
})

// deviceProtocols are those that devices and gateways send by, and that people's
// own computers don't speak.
var deviceProtocols = []string{"hl7", "mqtt"}

// fromOutside is the direction of what reaches in.
const fromOutside = "opened from outside"

// maxPeers is how many blocks of public addresses one device is reported for; what
// is beyond counts as one more.
const maxPeers = 16

// apartFor is how long a device must be seen without a peer to pass.
const apartFor = 7 * 24 * time.Hour

// publicPeer fails a device for each block of public addresses it talks to.
func publicPeer(_ context.Context, p *check.Pass) error {
	said := map[string]bool{}
	for o := range p.Seen() {
		f := o.Fields.(*kind.FlowV1)
		if !f.Established || o.Src == "" || o.Dst == "" || o.Src == o.Dst {
			continue
		}
		client, server := p.Asset(o.Src), p.Asset(o.Dst)
		if client == nil || server == nil || client.Remote && server.Remote {
			continue
		}
		a, peer, direction := client, o.Flow.Dst.Addr, "opened by the device"
		if client.Remote {
			a, peer, direction = server, o.Flow.Src.Addr, fromOutside
		}
		if f.MidStream && (client.Remote || o.Flow.Transport == "tcp") {
			direction = "the opening wasn't seen"
		}
		if !client.Remote && !server.Remote {
			for _, a := range []*wardround.Asset{client, server} {
				if key := string(a.ID); onWard(a) && !said[key] {
					said[key] = true
					p.Pass(wardround.AssetSubject(a.ID), "", nil)
					apart(p, o, a)
				}
			}
			continue
		}
		if a.Kind == 0 && !a.SpeaksAny(deviceProtocols) {
			if key := string(a.ID); !said[key] {
				said[key] = true
				p.Unknown(wardround.AssetSubject(a.ID), "", "it talks to public addresses, and nobody has said whether it is a device", nil)
			}
			continue
		}
		if a.Kind != 0 && !onWard(a) {
			continue
		}
		s := check.StateOf[check.Sightings](p, "", a.ID)
		item := within(s, block(peer))
		if direction == fromOutside {
			item += " calling"
		}
		s.Note(item, o.At)
		if key := string(a.ID) + " " + item; said[key] {
			continue
		} else {
			said[key] = true
		}
		facts := wardround.Facts{"address": peer.String(), "protocol": protocol(o), "direction": direction}
		if direction == fromOutside {
			p.Fail(wardround.AssetSubject(a.ID), item, facts, check.As(wardround.High))
		} else {
			p.Fail(wardround.AssetSubject(a.ID), item, facts)
		}
	}
	return nil
}

// apart passes the peers of a device that it was long seen without.
func apart(p *check.Pass, o *check.Seen, a *wardround.Asset) {
	s := check.StateOf[check.Sightings](p, "", a.ID)
	for _, item := range slices.Sorted(maps.Keys(s.Last)) {
		if s.Over(item, o.At, apartFor) {
			p.Pass(wardround.AssetSubject(a.ID), item, nil)
		}
	}
}

// within returns the block if there is room for it, else the one word for all others.
func within(s *check.Sightings, b string) string {
	if !s.Known(b) && !s.Known(b+" calling") && len(s.Last) >= maxPeers {
		return "other public addresses"
	}
	return b
}

// block returns the network an address is reported as: services in the cloud
// change their addresses within it.
func block(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	bits := 24
	if a.Is6() {
		bits = 48
	}
	prefix, err := a.Prefix(bits)
	if err != nil {
		return a.String()
	}
	return prefix.String()
}

// protocol names what a flow carries: what was recognised, else its port. Ports
// that servers choose by chance count as one (RFC 6335 §6).
func protocol(o *check.Seen) string {
	if f, ok := o.Fields.(*kind.FlowV1); ok && f.Protocol != "" {
		return f.Protocol
	}
	const dynamic = 32768 // where Linux begins; RFC 6335 says 49152
	if o.Flow.Dst.Port >= dynamic {
		return o.Flow.Transport + "/high"
	}
	return o.Flow.Transport + "/" + strconv.Itoa(int(o.Flow.Dst.Port))
}
