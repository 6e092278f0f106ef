package kind

import (
	"strings"

	"github.com/wardround/wardround"
)

// The kinds of HL7 version 2.
const (
	HL7Message Name = "hl7.message"
	HL7Ack     Name = "hl7.ack"
)

// How a message was answered: the values of HL7MessageV1.Answer.
const (
	HL7Answered  = "answered"
	HL7None      = "none"         // no answer in a minute, or sixteen later messages without one
	HL7Closed    = "closed"       // the connection ended first
	HL7Unseen    = "unseen"       // the answering direction was not, or not wholly, captured
	HL7NotWanted = "not-expected" // it is an answer itself, or its MSH-15 and MSH-16 say never
)

// HL7MessageV1 is one transaction: an HL7 v2 message and its first answer, joined
// by MSA-2 within the connection. The observation's time is that of the answer,
// or when waiting for one was given up. Values are as sent, with escapes
// resolved, at most 64 characters. Codes leave if they have the form of the
// standard's, names unless they bear the mark of a person ([Withheld]).
type HL7MessageV1 struct {
	Type      string `json:"type,omitempty"`      // MSH-9.1, "ORU"
	Trigger   string `json:"trigger,omitempty"`   // MSH-9.2, "R01"
	Structure string `json:"structure,omitempty"` // MSH-9.3, "ORU_R01"
	Version   string `json:"version,omitempty"`   // MSH-12.1, "2.6"
	// Processing is MSH-11.1: P production, T training, D debugging.
	Processing string `json:"processing,omitempty"`
	Charset    string `json:"charset,omitempty"` // MSH-18, first repetition; "other" for one that is not known
	Profile    string `json:"profile,omitempty"` // MSH-21.1 if published, "IHE_PCD_001"; else "other"
	// Applications and facilities are MSH-3 to MSH-6: the local name, or the
	// universal id where there is none.
	SendingApp        string `json:"sending_app,omitempty"`
	SendingFacility   string `json:"sending_facility,omitempty"`
	ReceivingApp      string `json:"receiving_app,omitempty"`
	ReceivingFacility string `json:"receiving_facility,omitempty"`
	SendingEUI64      string `json:"sending_eui64,omitempty"` // of MSH-3, where it is one

	// FromServer is set when the end that accepted the connection sent it.
	FromServer bool `json:"from_server,omitempty"`
	// Segments are the segment ids in order, runs as ID*n, as far as the message
	// was kept; SegmentsCut says that there were more.
	Segments    string `json:"segments"`
	SegmentsCut bool   `json:"segments_cut,omitempty"`
	// BadSegments counts lines that are no segments.
	BadSegments int `json:"bad_segments,omitempty"`
	// Faulty lists fields of MSH that every receiver needs and that are empty or
	// no code: MSH-7, MSH-9, MSH-10, MSH-11, MSH-12 (v2.5.1 §2.15.9).
	Faulty []string `json:"faulty,omitempty"`
	// Framing lists faults of the MLLP frame and of what was before it: no-start,
	// no-end, no-cr (of the frame before), garbage.
	Framing []string `json:"framing,omitempty"`
	Bytes   int64    `json:"bytes"`              // of the message; of the batch's frame it came in
	Whole   bool     `json:"whole"`              // all of it was captured and kept
	Batch   bool     `json:"batch,omitempty"`    // came in a BHS or FHS batch
	Repeat  bool     `json:"repeated,omitempty"` // same MSH-10 as the message before it

	// Personal says which fields with personal data carried a value.
	Personal HL7PersonalV1 `json:"personal"`

	// Devices are those the message speaks of, at most 48; DevicesCut says that
	// there were more.
	Devices    []HL7DeviceV1 `json:"devices,omitempty"`
	DevicesCut bool          `json:"devices_cut,omitempty"`
	// DeviceType is the first IEEE 11073 device term of OBR-4, "MDC_DEV_…".
	DeviceType string `json:"device_type,omitempty"`

	// Answer says whether it was answered: one of the HL7Answered constants.
	Answer string `json:"answer"`
	// Ack is MSA-1: AA, AE, AR, CA, CE, CR; "other" for what is none; or COMMIT-ACK
	// or COMMIT-NAK of MLLP release 2.
	Ack string `json:"ack,omitempty"`
	// AckMismatch is set when the answer names another message in MSA-2, and only
	// the order tells that it belongs here.
	AckMismatch bool    `json:"ack_mismatch,omitempty"`
	AckError    string  `json:"ack_error,omitempty"`    // code of ERR or MSA-6; "other" for what is no number
	AckSeverity string  `json:"ack_severity,omitempty"` // ERR-4: I, W, E, F; else "other"
	LatencyMS   float64 `json:"latency_ms,omitempty"`   // from the message's last byte to the answer's
}

// HL7PersonalV1 says which fields about people carried a value, by segment and
// field number. Segments without a number stand for any of their fields.
type HL7PersonalV1 struct {
	PID2  Presence `json:"pid_2,omitempty"` // patient ids
	PID3  Presence `json:"pid_3,omitempty"`
	PID4  Presence `json:"pid_4,omitempty"`
	PID5  Presence `json:"pid_5,omitempty"`  // name
	PID6  Presence `json:"pid_6,omitempty"`  // mother's maiden name
	PID7  Presence `json:"pid_7,omitempty"`  // birth
	PID9  Presence `json:"pid_9,omitempty"`  // alias
	PID11 Presence `json:"pid_11,omitempty"` // address
	PID13 Presence `json:"pid_13,omitempty"` // telephone
	PID14 Presence `json:"pid_14,omitempty"`
	PID18 Presence `json:"pid_18,omitempty"` // account
	PID19 Presence `json:"pid_19,omitempty"` // social security
	PID20 Presence `json:"pid_20,omitempty"` // driver's licence
	PID21 Presence `json:"pid_21,omitempty"` // mother's id
	NK1   Presence `json:"nk1,omitempty"`    // next of kin
	GT1   Presence `json:"gt1,omitempty"`    // guarantor
	IN1   Presence `json:"in1,omitempty"`    // insurance, IN1 to IN3
	MRG   Presence `json:"mrg,omitempty"`    // merged ids

	PV119 Presence `json:"pv1_19,omitempty"` // visit
	Order Presence `json:"order,omitempty"`  // ORC-2, ORC-3, OBR-2, OBR-3: order and accession numbers

	OBX5 Presence `json:"obx_5,omitempty"` // results
	NTE  Presence `json:"nte,omitempty"`   // notes
	DG1  Presence `json:"dg1,omitempty"`   // diagnoses
	AL1  Presence `json:"al1,omitempty"`   // allergies

	// Staff stands for persons in EVN-5, PV1-7 to 9 and 17, ORC-10 to 12, OBR-10,
	// 16, 28 and 32 to 35, OBX-16 and PRT-5.
	Staff    Presence `json:"staff,omitempty"`
	Security Presence `json:"msh_8,omitempty"` // often a password
}

// HL7DeviceV1 is a device the message speaks of. One of the identifiers is set.
type HL7DeviceV1 struct {
	From  string `json:"from"`            // OBX-18, PRT-10 or PRT-16
	EUI64 string `json:"eui64,omitempty"` // 16 upper-case hexadecimal digits
	// ID is any other identifier: its four EI components joined by ^.
	ID     string `json:"id,omitempty"`
	UDI    string `json:"udi,omitempty"`    // device identifier part, the model (PRT-16)
	Serial string `json:"serial,omitempty"` // PRT-20
	Type   string `json:"type,omitempty"`   // IEEE 11073 term of the OBX it came with, "MDC_DEV_…"
}

// HL7AckV1 is an acknowledgement whose message was not seen in its connection:
// the application acknowledgement that follows a commit in enhanced mode, or the
// answer to a message that was missed.
type HL7AckV1 struct {
	Ack               string `json:"ack"` // as in [HL7MessageV1]
	AckError          string `json:"ack_error,omitempty"`
	AckSeverity       string `json:"ack_severity,omitempty"`
	Trigger           string `json:"trigger,omitempty"`
	Version           string `json:"version,omitempty"`
	SendingApp        string `json:"sending_app,omitempty"`
	SendingFacility   string `json:"sending_facility,omitempty"`
	ReceivingApp      string `json:"receiving_app,omitempty"`
	ReceivingFacility string `json:"receiving_facility,omitempty"`
	FromServer        bool   `json:"from_server,omitempty"`
}

var (
	_ = Register[HL7MessageV1](Schema{
		Name: HL7Message, Version: 1, Shed: ShedTransaction,
		Doc: "An HL7 v2 message and how it was answered. Of the people it is about only which fields were there is told.",
	})
	_ = Register[HL7AckV1](Schema{
		Name: HL7Ack, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "An HL7 v2 acknowledgement whose message was not seen in the same connection.",
	})
)

// Sender returns the end of the flow that sent the message.
func (m *HL7MessageV1) Sender() Side { return hl7Sender(m.FromServer) }

// Sender returns the end of the flow that sent the acknowledgement.
func (a *HL7AckV1) Sender() Side { return hl7Sender(a.FromServer) }

func hl7Sender(fromServer bool) Side {
	if fromServer {
		return Dst
	}
	return Src
}

// Event is the type and trigger, "ORU^R01".
func (m *HL7MessageV1) Event() string {
	if m.Trigger == "" {
		return m.Type
	}
	return m.Type + "^" + m.Trigger
}

// Accepted reports whether the answer says yes.
func (m *HL7MessageV1) Accepted() bool { return hl7Accepted(m.Ack) }

// Accepted reports whether the acknowledgement says yes.
func (a *HL7AckV1) Accepted() bool { return hl7Accepted(a.Ack) }

func hl7Accepted(code string) bool {
	return code == "AA" || code == "CA" || code == "COMMIT-ACK"
}

// Link implements [Linker]. HL7 over MLLP knows neither encryption nor
// authentication of its own; what is readable has none.
func (m *HL7MessageV1) Link(*wardround.Observation) (LinkClaim, bool) {
	data := wardround.DataTechnical
	switch {
	case m.Personal.Direct():
		data = wardround.DataIdentified
	case m.Personal.Clinical():
		data = wardround.DataClinical
	}
	return LinkClaim{
		Protocol: "hl7", Encrypted: wardround.No, Authenticated: wardround.No,
		Data: data, ToClient: m.FromServer,
	}, true
}

// PersonalFields implements the interface of that name: the fields that identify
// the patient, relatives or staff, and the health data that came with them.
// Health data alone is not listed.
func (m *HL7MessageV1) PersonalFields() []string { return m.Personal.Fields() }

// Direct reports whether a field that names a person directly carried a value.
func (p *HL7PersonalV1) Direct() bool {
	return bool(p.PID2 || p.PID3 || p.PID4 || p.PID5 || p.PID6 || p.PID7 || p.PID9 || p.PID11 || p.PID13 || p.PID14 ||
		p.PID18 || p.PID19 || p.PID20 || p.PID21 || p.NK1 || p.GT1 || p.IN1 || p.MRG)
}

// Clinical reports whether health data, or a number that leads to it, was there.
func (p *HL7PersonalV1) Clinical() bool {
	return bool(p.OBX5 || p.NTE || p.DG1 || p.AL1 || p.PV119 || p.Order)
}

// Fields names the fields that were there, in the order of the schema; none if
// nothing identified a person.
func (p *HL7PersonalV1) Fields() []string {
	if !p.Direct() && !bool(p.PV119 || p.Order || p.Staff) {
		return nil
	}
	var out []string
	for _, f := range [...]struct {
		there Presence
		name  string
	}{
		{p.PID2, "PID-2"}, {p.PID3, "PID-3"}, {p.PID4, "PID-4"}, {p.PID5, "PID-5"}, {p.PID6, "PID-6"},
		{p.PID7, "PID-7"}, {p.PID9, "PID-9"}, {p.PID11, "PID-11"}, {p.PID13, "PID-13"}, {p.PID14, "PID-14"},
		{p.PID18, "PID-18"}, {p.PID19, "PID-19"}, {p.PID20, "PID-20"}, {p.PID21, "PID-21"}, {p.NK1, "NK1"},
		{p.GT1, "GT1"}, {p.IN1, "IN1"}, {p.MRG, "MRG"}, {p.PV119, "PV1-19"}, {p.Order, "OBR-3"},
		{p.OBX5, "OBX-5"}, {p.NTE, "NTE-3"}, {p.DG1, "DG1"}, {p.AL1, "AL1"}, {p.Staff, "staff"},
	} {
		if f.there {
			out = append(out, f.name)
		}
	}
	return out
}

// Claims implements [Claimer].
func (m *HL7MessageV1) Claims(_ *wardround.Observation, c *Claims) {
	from, to := m.Sender(), Dst+Src-m.Sender()
	c.Speak(Src, "hl7")
	c.Speak(Dst, "hl7")
	// What an interface engine passes on still names who sent it first, so the name
	// supports and doesn't decide.
	c.ID(from, IDHL7App, hl7App(m.SendingApp, m.SendingFacility), wardround.Indicated)
	c.ID(to, IDHL7App, hl7App(m.ReceivingApp, m.ReceivingFacility), wardround.Guessed)
	c.ID(from, IDEUI64, m.SendingEUI64, wardround.Observed)
	for i := range m.Devices {
		m.Devices[i].claim(c, from, m)
	}
	if len(m.Devices) > 1 || m.DevicesCut {
		c.Is(from, wardround.Intermediary, "gateway", wardround.CriticalityUnknown, "speaks for several devices in one HL7 message", wardround.Indicated)
	}
	switch m.Type {
	case "ADT":
		c.Is(from, wardround.Service, "patient-administration", wardround.Administrative, "sends admissions and transfers (HL7 ADT)", wardround.Guessed)
	case "ORU":
		c.Is(to, wardround.Service, "", wardround.CriticalityUnknown, "receives results (HL7 ORU)", wardround.Guessed)
	}
}

// claim says what is known of a device that an end speaks for; the inventory finds
// out whether it is that end itself.
func (d *HL7DeviceV1) claim(c *Claims, via Side, m *HL7MessageV1) {
	if d.EUI64 == "" && !told(d.ID) && !(told(d.UDI) && told(d.Serial)) {
		return // a model is no device
	}
	b := c.Behind(via)
	b.ID(IDEUI64, d.EUI64, wardround.Observed)
	b.ID(IDHL7Device, d.ID, wardround.Indicated)
	if told(d.UDI) && told(d.Serial) {
		// The element string of the parts that matter (GS1 General Specifications §3).
		b.ID(IDUDI, "(01)"+d.UDI+"(21)"+d.Serial, wardround.Observed)
	}
	b.Attr(wardround.AttrProductToken, d.UDI, wardround.Observed)
	b.Attr(wardround.AttrSerial, d.Serial, wardround.Observed)
	role, crit := hl7Role(hl7Type(d, m))
	b.Is(wardround.Device, role, crit, "named as a device in "+d.From+" of HL7 messages", wardround.Indicated)
}

// hl7Type is the device's own type, or that of the whole message.
func hl7Type(d *HL7DeviceV1, m *HL7MessageV1) string {
	if d.Type != "" {
		return d.Type
	}
	return m.DeviceType
}

// hl7Role proposes a role from an IEEE 11073-10101 device term. Only terms that
// leave no doubt count.
func hl7Role(term string) (string, wardround.Criticality) {
	switch {
	case strings.HasPrefix(term, "MDC_DEV_PUMP_INFUS"):
		return "infusion-pump", wardround.Therapeutic
	case strings.HasPrefix(term, "MDC_DEV_VENT"), strings.HasPrefix(term, "MDC_DEV_SYS_VENT"):
		return "ventilator", wardround.LifeSustaining
	case strings.HasPrefix(term, "MDC_DEV_SYS_ANESTH"), strings.HasPrefix(term, "MDC_DEV_ANESTH"):
		return "anaesthesia", wardround.LifeSustaining
	case strings.HasPrefix(term, "MDC_DEV_MON_PHYSIO"):
		return "patient-monitor", wardround.Monitoring
	}
	return "", wardround.CriticalityUnknown
}

func hl7App(app, facility string) string {
	if !told(app) {
		return ""
	}
	if !told(facility) {
		return app
	}
	return app + "^" + facility
}

// Link implements [Linker].
func (a *HL7AckV1) Link(*wardround.Observation) (LinkClaim, bool) {
	return LinkClaim{
		Protocol: "hl7", Encrypted: wardround.No, Authenticated: wardround.No,
		Data: wardround.DataTechnical, ToClient: a.FromServer,
	}, true
}

// Claims implements [Claimer].
func (a *HL7AckV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "hl7")
	c.Speak(Dst, "hl7")
	c.ID(a.Sender(), IDHL7App, hl7App(a.SendingApp, a.SendingFacility), wardround.Indicated)
}
