package kind

import (
	"net/netip"

	"github.com/wardround/wardround"
)

// The kinds of WS-Discovery.
const (
	WSDiscoveryTarget Name = "wsdiscovery.target"
	WSDiscoverySearch Name = "wsdiscovery.search"
)

// WSDiscoveryTargetV1 is a device or service that is announced, found or takes
// its leave: how medical devices of IEEE 11073 SDC make themselves known. It is
// told when new within the minute. The flow's Dst is who said it.
//
// Scopes may tell the context of a device, also its patient and operator
// (IEEE 11073-20701). Of those only the presence leaves; where the device stands
// leaves, because it is a place, unless it bears the mark of a person ([Withheld]):
// beds are also called by who lies in them.
type WSDiscoveryTargetV1 struct {
	Message  string `json:"message"`            // "hello", "bye", "probe-match", "resolve-match"
	Endpoint string `json:"endpoint,omitempty"` // endpoint reference, if it is a UUID: names the device for good
	// Types are {namespace}local, at most 16; "other" for what is no published one.
	Types         []string `json:"types,omitempty"`
	MedicalDevice bool     `json:"medical_device,omitempty"` // says it is one, in the type of IEEE 11073-20702
	// Transports are where it is reached, without paths: "https://10.1.0.9:6464".
	Transports []string `json:"transports,omitempty"`
	// Own is set when it is reached at the address that said so, or at no address
	// that is told; else somebody speaks for it.
	Own             bool   `json:"own,omitempty"`
	MetadataVersion uint32 `json:"metadata_version,omitempty"`

	Facility    string   `json:"facility,omitempty"`
	Building    string   `json:"building,omitempty"`
	Floor       string   `json:"floor,omitempty"`
	PointOfCare string   `json:"point_of_care,omitempty"`
	Room        string   `json:"room,omitempty"`
	Bed         string   `json:"bed,omitempty"`
	Patient     Presence `json:"patient,omitempty"`  // a patient context
	Operator    Presence `json:"operator,omitempty"` // an operator context
}

// WSDiscoverySearchV1 is somebody looking for devices or services.
type WSDiscoverySearchV1 struct {
	Message       string   `json:"message"` // "probe" or "resolve"
	Types         []string `json:"types,omitempty"`
	MedicalDevice bool     `json:"medical_device,omitempty"` // asks for medical devices
	Scopes        int      `json:"scopes,omitempty"`         // how many it narrows the search by
}

var (
	_ = Register[WSDiscoveryTargetV1](Schema{
		Name: WSDiscoveryTarget, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A device or service makes itself known on its link. Contexts of patients and operators are told as present only.",
	})
	_ = Register[WSDiscoverySearchV1](Schema{
		Name: WSDiscoverySearch, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "Somebody looks for devices or services on a link.",
	})
)

// PersonalFields implements the interface of that name.
func (w *WSDiscoveryTargetV1) PersonalFields() []string {
	var out []string
	if w.Patient {
		out = append(out, "sdc.ctxt.pat")
	}
	if w.Operator {
		out = append(out, "sdc.ctxt.opr")
	}
	return out
}

// Claims implements [Claimer].
func (w *WSDiscoveryTargetV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Dst, "wsdiscovery")
	const reason = "announces itself as a medical device of IEEE 11073 SDC"
	if !w.Own {
		if w.Endpoint == "" {
			return // nothing tells it from another
		}
		b := c.Behind(Dst)
		b.ID(IDEndpoint, w.Endpoint, wardround.Observed)
		b.Attr(wardround.AttrWard, w.PointOfCare, wardround.Observed)
		if w.MedicalDevice {
			b.Is(wardround.Device, "", wardround.CriticalityUnknown, reason, wardround.Indicated)
		}
		return
	}
	c.ID(Dst, IDEndpoint, w.Endpoint, wardround.Observed)
	c.Attr(Dst, wardround.AttrWard, w.PointOfCare, wardround.Observed)
	c.Attr(Dst, wardround.AttrInstitution, w.Facility, wardround.Observed)
	if w.MedicalDevice {
		c.Is(Dst, wardround.Device, "", wardround.CriticalityUnknown, reason, wardround.Indicated)
	}
	for _, t := range w.Transports {
		if ap, err := netip.ParseAddrPort(afterScheme(t)); err == nil && ap.Addr().Is4() {
			c.ID(Dst, IDIP, ap.Addr().String(), wardround.Indicated)
		}
	}
}

func afterScheme(url string) string {
	for i := range len(url) {
		if url[i] == '/' && i+1 < len(url) && url[i+1] == '/' {
			return url[i+2:]
		}
	}
	return url
}
