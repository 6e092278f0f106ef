package network

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/kind"
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
	known map[string]kind.HL7DeviceV1
	// from is the MSH-3 of the message before as sent, and eui64 what it says.
	from, eui64 string
	// equipment is the OBX-18 seen last in this message, and own its device.
	equipment []byte
	own       int
}

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
	out.Type = again(last.Type, t.Component(1), hl7Token)
	out.Trigger = again(last.Trigger, t.Component(2), hl7Token)
	out.Structure = again(last.Structure, t.Component(3), hl7Token)
	out.Processing = again(last.Processing, field(11).Component(1), hl7Token)
	out.Version = again(last.Version, field(12).Component(1), hl7Token)
	out.Charset = again(last.Charset, field(18).Component(1), r.name)
	out.Profile = again(last.Profile, field(21).Component(1), hl7Token)
	out.SendingApp = r.hd(last.SendingApp, field(3))
	out.SendingFacility = r.hd(last.SendingFacility, field(4))
	out.ReceivingApp = r.hd(last.ReceivingApp, field(5))
	out.ReceivingFacility = r.hd(last.ReceivingFacility, field(6))
	if from := field(3); r.from != string(from.Raw) {
		r.from = string(from.Raw)
		r.eui64, _ = from.HD().EUI64()
	}
	out.SendingEUI64 = r.eui64
	if out.Charset != last.Charset {
		clear(r.known)
	}
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
		Trigger: hl7Token(h.MessageType().Trigger), Version: hl7Token(h.Version()),
		SendingApp: r.hd("", h.Field(3)), SendingFacility: r.hd("", h.Field(4)),
		ReceivingApp: r.hd("", h.Field(5)), ReceivingFacility: r.hd("", h.Field(6)),
	}
}

// body goes through the segments once.
func (r *hl7Fields) body(m hl7.Message, out *kind.HL7MessageV1) {
	r.segments, r.devices, r.cut = r.segments[:0], r.devices[:0], false
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
			own = r.observation(s, s.AppendFields(space[:0]), out)
		case "PRT":
			r.participation(s, s.AppendFields(space[:0]), own, p)
		case "OBR":
			f := s.Presence()
			p.Order = p.Order || kind.Presence(f.Has(2) || f.Has(3))
			p.Staff = p.Staff || hasAny(f, 10, 16, 28, 32, 33, 34, 35)
			if out.DeviceType == "" {
				out.DeviceType = deviceTerm(s.Field(4), r.last.DeviceType)
			}
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

// hd returns the local name, or the universal id where there is none.
func (r *hl7Fields) hd(last string, v hl7.Value) string {
	if name := v.Component(1); name.Has() {
		return again(last, name, r.name)
	}
	return again(last, v.Component(2), r.name)
}

// name returns the value of a name field: printable characters, at most hl7Name.
func (r *hl7Fields) name(v hl7.Value) string {
	if v.Null() {
		return ""
	}
	v.Raw = v.Raw[:min(len(v.Raw), 4*hl7Name)]
	s := r.charset.String(v.Text())
	n := 0
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if n == hl7Name || !unicode.IsPrint(c) || c == utf8.RuneError {
			return -1
		}
		n++
		return c
	}, s))
}

// hl7Token returns a code of the standard: letters, digits, _ . and -, at most 32
// characters; "" for anything else, which must not leave.
func hl7Token(v hl7.Value) string {
	raw := v.Raw
	if len(raw) > 32 {
		return ""
	}
	for _, c := range raw {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' {
			continue
		}
		return ""
	}
	return string(raw)
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
