package network

import (
	"strings"

	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

const (
	hl7Name     = 64  // characters of a name that leave
	hl7Devices  = 48  // devices of one message that are told
	hl7Segments = 512 // bytes of the list of segments
)

// hl7Fields reads what may leave of a message. It remembers the message before,
// because most of its strings are the same again.
type hl7Fields struct {
	last     *kind.HL7MessageV1
	segments []byte
	devices  []kind.HL7DeviceV1
	cut      bool // more devices than are told
	charset  hl7.Charset
	// known are devices of messages before, by their identifiers as sent.
	known   map[string]kind.HL7DeviceV1
	numbers map[hl7Number]string // as they leave
	// from is the MSH-3 of the message before as sent, and eui64 what it says; names
	// are MSH-3 to MSH-6.
	from, eui64 string
	names       [4]hl7Heard
	// equipment is the OBX-18 seen last in this message, and own its device.
	equipment []byte
	own       int
	// noted is what is counted of the message's results, band and sex what is told of
	// its patient, at its time in nanoseconds since 1970.
	noted      resultsOf
	band, sex  string
	at         int64
	codes      *resultNames
	pseudonyms *sense.Pseudonyms
}

// hl7Heard is a name as it was sent and as it leaves.
type hl7Heard struct{ raw, told string }

// read returns the message's own fields; how it came and was answered is for the
// caller to add.
func (r *hl7Fields) read(m hl7.Message) *kind.HL7MessageV1 {
	if r.last == nil {
		r.last = &kind.HL7MessageV1{}
	}
	out, last := &kind.HL7MessageV1{}, r.last
	r.charset, _ = m.Charset()
	h := m.Header()
	var space [21][]byte
	msh := h.AppendFields(space[:0])
	field := func(n int) hl7.Value {
		if n > len(msh) {
			return hl7.Value{}
		}
		return h.Value(msh[n-1])
	}
	t := field(9)
	out.Type = again(last.Type, t.Component(1), hl7Event)
	out.Trigger = again(last.Trigger, t.Component(2), hl7Event)
	out.Structure = again(last.Structure, t.Component(3), hl7Structure)
	out.Processing = again(last.Processing, field(11).Component(1), hl7Processing)
	out.Version = again(last.Version, field(12).Component(1), hl7Version)
	if out.Charset = again(last.Charset, field(18).Component(1), hl7Charset); out.Charset != last.Charset {
		clear(r.known)
		clear(r.numbers)
		clear(r.names[:])
	}
	out.Profile = again(last.Profile, field(21).Component(1), hl7Profile)
	out.SendingApp, out.SendingFacility = r.hd(0, field(3)), r.hd(1, field(4))
	out.ReceivingApp, out.ReceivingFacility = r.hd(2, field(5)), r.hd(3, field(6))
	if from := field(3); r.from != string(from.Raw) {
		r.from = string(from.Raw)
		r.eui64, _ = from.HD().EUI64()
	}
	out.SendingEUI64 = r.eui64
	out.Personal.Security = kind.Presence(field(8).Has())
	for _, needed := range [...]struct {
		there bool
		name  string
	}{
		{field(7).Has(), "MSH-7"}, {out.Type != "", "MSH-9"}, {field(10).Has(), "MSH-10"},
		{out.Processing != "", "MSH-11"}, {out.Version != "", "MSH-12"},
	} {
		if !needed.there {
			out.Faulty = append(out.Faulty, needed.name)
		}
	}
	r.body(m, out)
	r.last, r.equipment = out, nil
	return out
}

// ack returns the names in the header of an acknowledgement.
func (r *hl7Fields) ack(m hl7.Message) *kind.HL7AckV1 {
	r.charset, _ = m.Charset()
	h := m.Header()
	return &kind.HL7AckV1{
		Trigger: hl7Event(h.MessageType().Trigger), Version: hl7Version(h.Version()),
		SendingApp: r.hd(0, h.Field(3)), SendingFacility: r.hd(1, h.Field(4)),
		ReceivingApp: r.hd(2, h.Field(5)), ReceivingFacility: r.hd(3, h.Field(6)),
	}
}

// body goes through the segments once.
func (r *hl7Fields) body(m hl7.Message, out *kind.HL7MessageV1) {
	r.segments, r.devices, r.cut = r.segments[:0], r.devices[:0], false
	r.noted.reset()
	r.band, r.sex = "", ""
	var run [3]byte
	var space [20][]byte
	p := &out.Personal
	times := 0
	own := -1 // the device that the OBX before belongs to
	r.equipment = nil
	for s := range m.Segments() {
		id := s.ID()
		if !s.Valid() {
			out.BadSegments++
			continue
		}
		if string(id) == string(run[:]) {
			times++
		} else {
			out.SegmentsCut = r.run(run, times) || out.SegmentsCut
			times = 1
			copy(run[:], id)
		}
		switch string(id) {
		case "OBX":
			f := s.AppendFields(space[:0])
			own = r.observation(s, f, out)
			r.result(s, f)
		case "PRT":
			r.participation(s, s.AppendFields(space[:0]), own, p)
		case "OBR":
			f := s.Presence()
			p.Order = p.Order || kind.Presence(f.Has(2) || f.Has(3))
			p.Staff = p.Staff || hasAny(f, 10, 16, 28, 32, 33, 34, 35)
			if out.DeviceType == "" {
				out.DeviceType = deviceTerm(s.Field(4), r.last.DeviceType)
			}
			if v := s.Field(4); v.Has() && len(r.noted.orders) < hl7Devices {
				r.noted.orders = append(r.noted.orders, r.codes.code(r.pseudonyms, v.Raw, codings(v)))
			}
		case "SFT":
			r.runs(s)
		case "PID":
			r.patient(s)
			personal(s, p)
		default:
			personal(s, p)
		}
	}
	out.SegmentsCut = r.run(run, times) || out.SegmentsCut
	out.Segments = same(r.last.Segments, r.segments)
	out.Devices, out.DevicesCut = r.told(), r.cut
}

// run writes a run of segments down. It reports whether there was no room.
func (r *hl7Fields) run(id [3]byte, times int) (cut bool) {
	if times == 0 {
		return false
	}
	if len(r.segments) > hl7Segments-16 {
		return true
	}
	if len(r.segments) > 0 {
		r.segments = append(r.segments, ' ')
	}
	r.segments = append(r.segments, id[:]...)
	if times > 1 {
		r.segments = append(r.segments, '*')
		r.segments = appendInt(r.segments, times)
	}
	return false
}

// personal says which fields about people the segment holds.
func personal(s hl7.Segment, p *kind.HL7PersonalV1) {
	const set = 1 << 1 // field 1 is a running number
	switch string(s.ID()) {
	case "PID":
		f := s.Presence()
		for _, field := range [...]struct {
			there *kind.Presence
			n     int
		}{
			{&p.PID2, 2}, {&p.PID3, 3}, {&p.PID4, 4}, {&p.PID5, 5}, {&p.PID6, 6}, {&p.PID7, 7}, {&p.PID9, 9},
			{&p.PID11, 11}, {&p.PID13, 13}, {&p.PID14, 14}, {&p.PID18, 18}, {&p.PID19, 19}, {&p.PID20, 20}, {&p.PID21, 21},
		} {
			*field.there = *field.there || kind.Presence(f.Has(field.n))
		}
	case "PV1":
		f := s.Presence()
		p.PV119 = p.PV119 || hasAny(f, 19, 50)
		p.Staff = p.Staff || hasAny(f, 7, 8, 9, 17)
	case "ORC":
		f := s.Presence()
		p.Order = p.Order || hasAny(f, 2, 3)
		p.Staff = p.Staff || hasAny(f, 10, 11, 12)
	case "NTE":
		p.NTE = p.NTE || hasAny(s.Presence(), 3)
	case "EVN":
		p.Staff = p.Staff || hasAny(s.Presence(), 5)
	case "NK1":
		p.NK1 = p.NK1 || s.Presence()&^set != 0
	case "GT1":
		p.GT1 = p.GT1 || s.Presence()&^set != 0
	case "IN1", "IN2", "IN3":
		p.IN1 = p.IN1 || s.Presence()&^set != 0
	case "MRG":
		p.MRG = p.MRG || s.Presence() != 0
	case "DG1":
		p.DG1 = p.DG1 || s.Presence()&^set != 0
	case "AL1":
		p.AL1 = p.AL1 || s.Presence()&^set != 0
	}
}

func hasAny(f hl7.Presence, fields ...int) kind.Presence {
	for _, n := range fields {
		if f.Has(n) {
			return true
		}
	}
	return false
}

// hd returns the name in the nth of MSH-3 to MSH-6: the local name, or the universal
// id where there is none. All of the field is looked at for marks of a person: one
// who writes a name there writes the given name behind it.
func (r *hl7Fields) hd(n int, v hl7.Value) string {
	if heard := &r.names[n]; heard.raw == string(v.Raw) {
		return heard.told
	}
	name, may := v.Component(1), identifier
	if !name.Has() {
		name = v.Component(2)
	}
	if n%2 == 1 { // a facility
		may = place
	}
	told := r.name(name, may)
	if told != "" && r.name(v, may) == kind.Withheld {
		told = kind.Withheld
	}
	if len(v.Raw) <= 4*hl7Name {
		r.names[n] = hl7Heard{string(v.Raw), told}
	}
	return told
}

// name returns the value of a name as far as it may leave, of all its components: at
// most hl7Name characters.
func (r *hl7Fields) name(v hl7.Value, may func(string, int) string) string {
	if v.Null() {
		return ""
	}
	v.Raw = v.Raw[:min(len(v.Raw), markedWithin)]
	parts, more := "", false
	for c := range v.Components() {
		if more {
			parts += " "
		}
		parts += r.charset.String(c.Text())
		more = true
	}
	return may(strings.TrimSpace(parts), hl7Name)
}

// again returns last if it is the raw value as it stands, so that a name that
// comes with every message is kept once.
func again(last string, v hl7.Value, read func(hl7.Value) string) string {
	if last != "" && last == string(v.Raw) {
		return last
	}
	return read(v)
}

func same(last string, b []byte) string {
	if last == string(b) {
		return last
	}
	return string(b)
}

func appendInt(dst []byte, n int) []byte {
	if n >= 10 {
		dst = appendInt(dst, n/10)
	}
	return append(dst, byte('0'+n%10))
}
