package kind

import "github.com/wardround/wardround"

// The kinds of MQTT.
const (
	MQTTSession   Name = "mqtt.session"
	MQTTPublish   Name = "mqtt.publish"
	MQTTSubscribe Name = "mqtt.subscribe"
)

// How a server answered a CONNECT: the values of MQTTSessionV1.Result.
const (
	MQTTAccepted   = "accepted"
	MQTTRefused    = "refused"
	MQTTUnanswered = "unanswered" // the connection ended first, or the answer was not captured
)

// MQTTSessionV1 is a CONNECT and its answer. A client id is free text: people put
// names, telephone numbers and addresses into it. So it leaves only if it is made
// of words that devices are called by: see [DHCPMessageV1].
type MQTTSessionV1 struct {
	Version        string   `json:"version"` // "3.1", "3.1.1", "5.0"
	ClientID       string   `json:"client_id,omitempty"`
	ClientIDThere  Presence `json:"client_id_there,omitempty"` // one was sent, told or not
	CleanStart     bool     `json:"clean_start,omitempty"`
	SessionPresent bool     `json:"session_present,omitempty"` // the server kept the session
	KeepAlive      int      `json:"keep_alive_s"`              // seconds, 0 for none
	Bridge         bool     `json:"bridge,omitempty"`          // one server connected to another
	User           Presence `json:"user,omitempty"`
	Password       Presence `json:"password,omitempty"`
	// AuthMethod is the extended authentication of version 5, "other" for what is
	// no published mechanism.
	AuthMethod string   `json:"auth_method,omitempty"`
	Will       Presence `json:"will,omitempty"`
	Result     string   `json:"result"` // one of the MQTT constants above
	Code       int      `json:"code"`   // of CONNACK
	Reason     string   `json:"reason,omitempty"`
	// Denied is set when it was refused for who the client is, not for what it asked.
	Denied bool `json:"denied,omitempty"`
}

// MQTTPublishV1 are the messages that crossed one connection on topics of one
// shape, at one quality of service, in one direction: the first at once, then
// what came since, at most once a minute. A topic is free text that may hold
// record numbers and names. So of its levels only those leave that are words of
// devices and measurements, maybe with a short number that stands behind no word for
// a person; "*" stands for any other.
type MQTTPublishV1 struct {
	Topic    string `json:"topic"`
	Client   string `json:"client_id,omitempty"` // as in [MQTTSessionV1]
	QoS      int    `json:"qos"`
	Retained bool   `json:"retained,omitempty"` // at least one message
	// Delivered is set for what the server handed to a subscriber.
	Delivered bool  `json:"delivered,omitempty"`
	First     bool  `json:"first,omitempty"` // of its kind in this connection
	Messages  int   `json:"messages"`
	Bytes     int64 `json:"bytes"` // of payload
	// Payload is json, fhir, hl7, xml, text, binary or empty, of the last one looked at.
	Payload string `json:"payload"`
	// Clinical is set when topic or payload speak of measurements or alarms.
	Clinical bool           `json:"clinical,omitempty"`
	Personal MQTTPersonalV1 `json:"personal"`
}

// MQTTPersonalV1 says which fields about people were found in the topics and the
// first kilobyte of payloads, of the messages looked at.
type MQTTPersonalV1 struct {
	TopicSubject Presence `json:"topic_subject,omitempty"` // a level that names a patient, visit or user
	PatientID    Presence `json:"patient_id,omitempty"`
	PatientName  Presence `json:"patient_name,omitempty"`
	BirthDate    Presence `json:"birth_date,omitempty"`
	NationalID   Presence `json:"national_id,omitempty"`
	Contact      Presence `json:"contact,omitempty"`
}

// MQTTSubscribeV1 is a wish for messages and its answer. Filters are shapes, as
// in [MQTTPublishV1], with the wildcards "+" and "#" as sent; at most 24.
type MQTTSubscribeV1 struct {
	Filters  []string `json:"filters"`
	Cut      bool     `json:"cut,omitempty"` // there were more
	All      bool     `json:"all,omitempty"` // one of them asks for everything: "#"
	Client   string   `json:"client_id,omitempty"`
	Answered bool     `json:"answered"`
	Refused  int      `json:"refused,omitempty"` // filters not granted
}

var (
	_ = Register[MQTTSessionV1](Schema{
		Name: MQTTSession, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A client connects to an MQTT server, which accepts or refuses it. That there was a user name and password is told, never which.",
	})
	_ = Register[MQTTPublishV1](Schema{
		Name: MQTTPublish, Version: 1, Shed: ShedTransaction,
		Doc: "Messages on topics of one shape in one MQTT connection, counted. What they say stays in the sensor; of topics only words of devices and measurements are told.",
	})
	_ = Register[MQTTSubscribeV1](Schema{
		Name: MQTTSubscribe, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A client asks an MQTT server for messages on topics of some shapes.",
	})
)

// Anonymous reports whether the client showed nothing that only it could know.
func (s *MQTTSessionV1) Anonymous() bool { return !bool(s.Password) && s.AuthMethod == "" }

// Credentials implements the interface of that name.
func (s *MQTTSessionV1) Credentials() (mechanism string, readable bool) {
	return "MQTT CONNECT", bool(s.Password)
}

// Claims implements [Claimer]. Clients choose their id freely.
func (s *MQTTSessionV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "mqtt")
	c.Speak(Dst, "mqtt")
	if s.Result != MQTTAccepted {
		return
	}
	c.ID(Src, IDMQTTClient, s.ClientID, wardround.Indicated)
	c.Is(Dst, wardround.Intermediary, "message-broker", wardround.CriticalityUnknown, "accepts MQTT clients", wardround.Indicated)
}

// Link implements [Linker].
func (s *MQTTSessionV1) Link(*wardround.Observation) (LinkClaim, bool) {
	if s.Result != MQTTAccepted {
		return LinkClaim{}, false
	}
	return LinkClaim{Protocol: "mqtt", Encrypted: wardround.No, Authenticated: wardround.TriOf(!s.Anonymous())}, true
}

// Link implements [Linker].
func (p *MQTTPublishV1) Link(*wardround.Observation) (LinkClaim, bool) {
	l := LinkClaim{Protocol: "mqtt", Encrypted: wardround.No, Data: wardround.DataTechnical, ToClient: p.Delivered}
	switch {
	case p.Personal.Direct():
		l.Data = wardround.DataIdentified
	case p.Clinical:
		l.Data = wardround.DataClinical
	}
	return l, true
}

// PersonalFields implements the interface of that name.
func (p *MQTTPublishV1) PersonalFields() []string { return p.Personal.Fields() }

// Direct reports whether a field that names a person directly was there.
func (p *MQTTPersonalV1) Direct() bool {
	return bool(p.TopicSubject || p.PatientID || p.PatientName || p.BirthDate || p.NationalID || p.Contact)
}

// Fields names the fields that were there.
func (p *MQTTPersonalV1) Fields() (out []string) {
	for _, f := range [...]struct {
		there Presence
		name  string
	}{
		{p.TopicSubject, "topic: subject"}, {p.PatientID, "payload: patient id"}, {p.PatientName, "payload: patient name"},
		{p.BirthDate, "payload: birth date"}, {p.NationalID, "payload: national id"}, {p.Contact, "payload: contact"},
	} {
		if f.there {
			out = append(out, f.name)
		}
	}
	return out
}

// Claims implements [Claimer].
func (p *MQTTPublishV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "mqtt")
	c.Speak(Dst, "mqtt")
}
