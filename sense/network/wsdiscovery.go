package network

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/wsdiscovery"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{Name: "wsdiscovery", Datagram: wsDiscoveryDatagram, Ports: []uint16{3702}})

const (
	maxWSDTypes  = 16
	maxWSDPlaces = 8
	maxWSDText   = 64 // characters of a part of a location
)

var wsdMessages = map[wsdiscovery.Kind]string{
	wsdiscovery.Hello: "hello", wsdiscovery.Bye: "bye", wsdiscovery.ProbeMatches: "probe-match", wsdiscovery.ResolveMatches: "resolve-match",
	wsdiscovery.Probe: "probe", wsdiscovery.Resolve: "resolve",
}

func wsDiscoveryDatagram(d *Datagram) bool {
	if wsdiscovery.Recognise(d.Payload) != format.Yes {
		return false
	}
	m, err := wsdiscovery.Parse(d.Payload)
	if err != nil {
		d.Failure(err)
		return true
	}
	// Each message goes out up to four times with one MessageID (SOAP-over-UDP 1.1
	// §4.1), and a device of which nothing changes answers every search alike.
	source := Hash(Hash(0, d.Flow.Src.Addr.AsSlice()), wsdMessages[m.Kind])
	if m.Kind == wsdiscovery.Probe || m.Kind == wsdiscovery.Resolve {
		if d.Once(source, toldFor) {
			d.Emit(true, wsdSearch(&m))
		}
		return true
	}
	for i := range m.Targets {
		t := &m.Targets[i]
		key := Hash(source, t.Address) ^ uint64(t.MetadataVersion) ^ uint64(m.Sequence.InstanceID)<<32
		if d.Once(key, toldFor) {
			d.Emit(false, wsdTarget(d, m.Kind, t))
		}
	}
	return true
}

func wsdSearch(m *wsdiscovery.Message) *kind.WSDiscoverySearchV1 {
	v := &kind.WSDiscoverySearchV1{Message: wsdMessages[m.Kind], MedicalDevice: m.MedicalDevice()}
	if len(m.Targets) > 0 {
		v.Types = wsdTypes(m.Targets[0].Types)
		v.Scopes = len(m.Targets[0].Scopes)
	}
	return v
}

func wsdTarget(d *Datagram, k wsdiscovery.Kind, t *wsdiscovery.Target) *kind.WSDiscoveryTargetV1 {
	v := &kind.WSDiscoveryTargetV1{
		Message: wsdMessages[k], Endpoint: wsdEndpoint(t.Address), Types: wsdTypes(t.Types),
		MedicalDevice: t.Is(wsdiscovery.MedicalDevice), MetadataVersion: t.MetadataVersion, Own: true,
	}
	told := false // some address is told
	here := false // one of them is the sender's
	for _, x := range t.XAddrs {
		u, err := url.Parse(x)
		if err != nil || u.Host == "" {
			continue
		}
		a, err := netip.ParseAddr(u.Hostname())
		if err != nil {
			continue // a name may be a person's
		}
		told = true
		// The other family's address can't be compared.
		here = here || a.Unmap() == d.Flow.Src.Addr.Unmap() || a.Unmap().Is4() != d.Flow.Src.Addr.Unmap().Is4() || a.IsLoopback()
		if len(v.Transports) < maxWSDPlaces && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "soap.udp") {
			v.Transports = append(v.Transports, u.Scheme+"://"+hostPort(a, u.Port()))
		}
	}
	v.Own = here || !told
	for _, s := range t.Scopes {
		switch wsdiscovery.ContextOf(s) {
		case wsdiscovery.PatientContext:
			v.Patient = true
		case wsdiscovery.OperatorContext:
			v.Operator = true
		case wsdiscovery.LocationContext:
			if l, ok := wsdiscovery.LocationOf(s); ok {
				v.Facility, v.Building, v.Floor = place(l.Facility, maxWSDText), place(l.Building, maxWSDText), spot(l.Floor, maxWSDText)
				v.PointOfCare, v.Room, v.Bed = place(l.PointOfCare, maxWSDText), spot(l.Room, maxWSDText), spot(l.Bed, maxWSDText)
			}
		}
	}
	return v
}

// wsdEndpoint returns an endpoint reference that is a UUID, as DPWS asks of devices
// (DPWS 1.1 §2.1, R0004): any other may be somebody's text.
func wsdEndpoint(address string) string {
	const urn, form = "urn:uuid:", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	id, ok := strings.CutPrefix(strings.ToLower(address), urn)
	if !ok || len(id) != len(form) {
		return ""
	}
	for i := range len(id) {
		hexadecimal := digit(id[i]) || id[i] >= 'a' && id[i] <= 'f'
		if form[i] == '-' && id[i] != '-' || form[i] == 'x' && !hexadecimal {
			return ""
		}
	}
	return urn + id
}

// hostPort writes an address without its zone, which is text, and a port.
func hostPort(a netip.Addr, port string) string {
	a = a.WithZone("")
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		return netip.AddrPortFrom(a, uint16(n)).String()
	}
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

func wsdTypes(names []wsdiscovery.Name) (out []string) {
	for _, n := range names[:min(len(names), maxWSDTypes)] {
		out = append(out, wsdType(n))
	}
	return out
}
