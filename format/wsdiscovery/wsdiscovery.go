// Package wsdiscovery decodes and encodes Web Services Dynamic Discovery over
// UDP: how devices of IEEE 11073 SDC, DPWS, ONVIF and Windows announce
// themselves and are looked for on a local network.
//
// Both versions in use are read and written: the OASIS standard 1.1 of 2009,
// which SDC prescribes, and the draft of April 2005, which Windows and most
// printers and cameras speak. References "WSD" are to the 2009 standard.
package wsdiscovery

import (
	"bytes"

	"github.com/wardround/wardround/format"
)

// Version is the version of the specification a message follows.
type Version uint8

// The versions.
const (
	V2009 Version = iota // OASIS WS-Discovery 1.1
	V2005                // draft of April 2005
)

// vocabulary holds what the versions write differently.
type vocabulary struct{ discovery, addressing, everyone string }

var vocabularies = [...]vocabulary{
	V2009: {"http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01", "http://www.w3.org/2005/08/addressing", "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01"},
	V2005: {"http://schemas.xmlsoap.org/ws/2005/04/discovery", "http://schemas.xmlsoap.org/ws/2004/08/addressing", "urn:schemas-xmlsoap-org:ws:2005:04:discovery"},
}

const (
	soap      = "http://www.w3.org/2003/05/soap-envelope"
	anonymous = "/anonymous" // after the addressing namespace: the sender of the question
)

// Kind is what a message does.
type Kind uint8

// The kinds (WSD §4, §5, §6).
const (
	Hello          Kind = iota + 1 // a target joins, or its metadata changed
	Bye                            // a target leaves
	Probe                          // who is of these types, in these scopes?
	ProbeMatches                   // these targets are
	Resolve                        // where is this target?
	ResolveMatches                 // there
)

var kinds = [...]string{"", "Hello", "Bye", "Probe", "ProbeMatches", "Resolve", "ResolveMatches"}

func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return ""
}

// Name is a qualified name with its namespace in full.
type Name struct{ Space, Local string }

// The types by which this project knows devices.
var (
	DPWSDevice     = Name{"http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01", "Device"}                  // DPWS 1.1
	DPWSDevice2006 = Name{"http://schemas.xmlsoap.org/ws/2006/02/devprof", "Device"}                     // DPWS of February 2006
	MedicalDevice  = Name{"http://standards.ieee.org/downloads/11073/11073-20702-2016", "MedicalDevice"} // IEEE 11073-20702: SDC
	Computer       = Name{"http://schemas.microsoft.com/windows/pub/2005/07", "Computer"}
	PrintDevice    = Name{"http://schemas.microsoft.com/windows/2006/08/wdp/print", "PrintDeviceType"}
	ScanDevice     = Name{"http://schemas.microsoft.com/windows/2006/08/wdp/scan", "ScanDeviceType"}
	NetworkVideo   = Name{"http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter"}
)

// Target is a device or service that a message tells of or asks for. In a Probe
// only Types, Scopes and MatchBy are set, in a Resolve only Address.
type Target struct {
	Address         string   // endpoint reference: stable over addresses and restarts (WSD §2.6), mostly urn:uuid:…
	Types           []Name   // a prefix that nothing declares stays in Local
	Scopes          []string // URIs; see [LocationOf] and [ContextOf] for those of SDC
	MatchBy         string   // rule for matching scopes, empty for the default
	XAddrs          []string // URIs under which the target is reached
	MetadataVersion uint32   // grows when the target's metadata changes
}

// Is reports whether the target is of the type.
func (t *Target) Is(n Name) bool {
	for _, x := range t.Types {
		if x == n {
			return true
		}
	}
	return false
}

// Sequence orders the messages of one target (WSD §7).
type Sequence struct {
	InstanceID uint32 // grows with each restart
	SequenceID string
	Number     uint32 // grows within the sequence
}

// Message is one message.
type Message struct {
	Version   Version
	Kind      Kind
	MessageID string
	RelatesTo string // the MessageID this answers
	To        string
	Sequence  Sequence
	Targets   []Target // one; of matches any number
}

// MedicalDevice reports whether a target says it is a medical device of IEEE
// 11073 SDC, or a Probe asks for such.
func (m *Message) MedicalDevice() bool {
	for i := range m.Targets {
		if m.Targets[i].Is(MedicalDevice) {
			return true
		}
	}
	return false
}

// maxDatagram is the longest message, in bytes: what a UDP datagram over IPv4
// carries (SOAP-over-UDP 1.1 §3).
const maxDatagram = 65507

// signature is how far into a datagram the discovery namespace is looked for, in
// bytes; an envelope declares it in its first elements.
const signature = 4096

// Recognise judges a datagram: Yes if it begins like XML and names one of the
// discovery namespaces.
func Recognise(p []byte) format.Match {
	q := bytes.TrimLeft(bytes.TrimPrefix(p, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(q) == 0 || q[0] != '<' {
		return format.No
	}
	q = q[:min(len(q), signature)]
	for _, v := range vocabularies {
		if bytes.Contains(q, []byte(v.discovery)) {
			return format.Yes
		}
	}
	return format.No
}
