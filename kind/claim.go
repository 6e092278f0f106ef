package kind

import "github.com/wardround/wardround"

// Side says which end of a flow a claim is about.
type Side uint8

// The sides. Other is an asset that is spoken for: a device behind a gateway.
const (
	Src Side = iota
	Dst
	Other
	// Nobody is no end of the flow: see [Claims.Apart].
	Nobody
)

// IDType names a type of identifier and says what it proves.
type IDType string

// The identifier types. Unique ones name one physical or logical instance;
// the others support but do not prove.
const (
	IDMAC        IDType = "mac"         // EUI-48; unique unless locally administered or a router's
	IDIP         IDType = "ip"          // changes with DHCP
	IDHostname   IDType = "hostname"    // DHCP option 12, mDNS
	IDDNSName    IDType = "dns-name"    // names it is resolved or certified by
	IDAETitle    IDType = "ae-title"    // PS3.8; moves with the function, not the box
	IDSerial     IDType = "serial"      // maker + serial number: unique
	IDEUI64      IDType = "eui-64"      // PRT-10 / OBX-18: unique
	IDHL7Device  IDType = "hl7-device"  // PRT-10 / OBX-18 in another name space
	IDHL7App     IDType = "hl7-app"     // MSH-3^MSH-4
	IDMQTTClient IDType = "mqtt-client" // MQTT client id
	IDEndpoint   IDType = "endpoint"    // WS-Addressing endpoint reference, a UUID: unique
	IDTLSCert    IDType = "tls-cert"    // SHA-256 of the certificate's public key
	IDSSHHost    IDType = "ssh-host"    // host key fingerprint: unique
	IDDHCPClient IDType = "dhcp-client" // option 61
	IDUDI        IDType = "udi"         // full UDI with a production identifier: unique
)

// Claims collects what one observation says of who is who. A Claimer calls its
// methods; empty values and [Withheld] ones are ignored. The inventory reuses one value for many
// observations: do not keep it.
type Claims struct {
	IDs    []IDClaim
	Attrs  []AttrClaim
	Kinds  []KindClaim
	Others []OtherClaim
	Speaks []SpeakClaim
	Ties   []TieClaim
}

// Reset empties c for the next observation.
func (c *Claims) Reset() {
	c.IDs, c.Attrs, c.Kinds, c.Others, c.Speaks, c.Ties = c.IDs[:0], c.Attrs[:0], c.Kinds[:0], c.Others[:0], c.Speaks[:0], c.Ties[:0]
}

// IDClaim says that one end carries an identifier.
type IDClaim struct {
	Side  Side
	Other int // index into Others when Side is Other
	Type  IDType
	Value string
	Sure  wardround.Confidence
}

// AttrClaim says that one end has a property ([wardround.AttrMaker] …).
type AttrClaim struct {
	Side        Side
	Other       int
	Name, Value string
	Sure        wardround.Confidence
}

// KindClaim proposes kind, role and criticality of one end from its behaviour.
type KindClaim struct {
	Side        Side
	Other       int
	Kind        wardround.AssetKind
	Role        string // "pacs", "modality", "infusion-pump", "gateway" …; may be empty
	Criticality wardround.Criticality
	Reason      string // "answers C-STORE for CT images"
	Sure        wardround.Confidence
}

// OtherClaim is an asset that is not an end of the flow but is spoken for by one:
// a pump behind its gateway.
type OtherClaim struct {
	Via Side // the end that speaks for it
}

// TieClaim says how two assets that are no ends of the flow belong together: by a
// data flow of the protocol from one to the other, or, where that is "", in that one
// speaks for the other.
type TieClaim struct {
	From, To int // indices into Others
	Protocol string
}

// SpeakClaim says that one end speaks a protocol.
type SpeakClaim struct {
	Side     Side
	Protocol string
}

func told(value string) bool { return value != "" && value != Withheld }

// ID claims an identifier for one end of the flow.
func (c *Claims) ID(side Side, typ IDType, value string, sure wardround.Confidence) {
	if told(value) {
		c.IDs = append(c.IDs, IDClaim{Side: side, Type: typ, Value: value, Sure: sure})
	}
}

// Attr claims a property for one end of the flow.
func (c *Claims) Attr(side Side, name, value string, sure wardround.Confidence) {
	if told(value) {
		c.Attrs = append(c.Attrs, AttrClaim{Side: side, Name: name, Value: value, Sure: sure})
	}
}

// Is proposes what one end is.
func (c *Claims) Is(side Side, k wardround.AssetKind, role string, crit wardround.Criticality, reason string, sure wardround.Confidence) {
	c.Kinds = append(c.Kinds, KindClaim{Side: side, Kind: k, Role: role, Criticality: crit, Reason: reason, Sure: sure})
}

// Speak claims that one end speaks a protocol.
func (c *Claims) Speak(side Side, protocol string) {
	c.Speaks = append(c.Speaks, SpeakClaim{Side: side, Protocol: protocol})
}

// Behind claims an asset behind one end and returns a handle for what is known of it.
func (c *Claims) Behind(via Side) Behind {
	c.Others = append(c.Others, OtherClaim{Via: via})
	return Behind{c, len(c.Others) - 1}
}

// Apart claims an asset that is no end of a flow: a model that a service runs, a
// device that its inputs came from. It comes to light only by an identifier that
// names one asset and is made for this ([IDModel]); else one that is known is meant.
func (c *Claims) Apart() Behind { return c.Behind(Nobody) }

// Tie claims how two assets that are no ends of the flow belong together.
func (c *Claims) Tie(from, to Behind, protocol string) {
	c.Ties = append(c.Ties, TieClaim{from.n, to.n, protocol})
}

// Behind is an asset that one end speaks for.
type Behind struct {
	c *Claims
	n int
}

// ID claims an identifier of the asset behind.
func (b Behind) ID(typ IDType, value string, sure wardround.Confidence) {
	if told(value) {
		b.c.IDs = append(b.c.IDs, IDClaim{Side: Other, Other: b.n, Type: typ, Value: value, Sure: sure})
	}
}

// Attr claims a property of the asset behind.
func (b Behind) Attr(name, value string, sure wardround.Confidence) {
	if told(value) {
		b.c.Attrs = append(b.c.Attrs, AttrClaim{Side: Other, Other: b.n, Name: name, Value: value, Sure: sure})
	}
}

// Is proposes what the asset behind is.
func (b Behind) Is(k wardround.AssetKind, role string, crit wardround.Criticality, reason string, sure wardround.Confidence) {
	b.c.Kinds = append(b.c.Kinds, KindClaim{Side: Other, Other: b.n, Kind: k, Role: role, Criticality: crit, Reason: reason, Sure: sure})
}

// Claimer is implemented by schemas that say who somebody is.
type Claimer interface {
	// Claims adds to c what the observation says. o.Flow may be nil.
	Claims(o *wardround.Observation, c *Claims)
}

// LinkClaim describes a data flow seen in an observation, from the flow's client
// (Src) to its server (Dst).
type LinkClaim struct {
	Protocol      string
	Encrypted     wardround.Tri
	Authenticated wardround.Tri
	Data          wardround.DataClass
	// ToClient is set when the data flows from server to client (a search answer).
	ToClient bool
}

// Linker is implemented by schemas that describe a data flow.
type Linker interface {
	// Link returns the flow's description; ok is false when there is none.
	Link(o *wardround.Observation) (l LinkClaim, ok bool)
}

// PersonalFields is implemented by schemas of clinical transactions: it names the
// identifying fields that were present on the wire, in the protocol's own terms
// ("PID-5", "(0010,0010)", "Patient.name"), never their values.
type PersonalFields interface {
	PersonalFields() []string
}

// Credentials is implemented by schemas that saw a login. It returns the
// mechanism ("HTTP Basic", "MQTT CONNECT") and whether a secret crossed the wire
// readable.
type Credentials interface {
	Credentials() (mechanism string, readable bool)
}

// Volume is implemented by schemas that moved clinical content: how many objects
// or resources, and how many bytes, towards the client.
type Volume interface {
	Volume() (objects, bytes int64)
}
