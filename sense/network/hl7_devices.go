package network

import (
	"bytes"
	"strings"

	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/kind"
)

// observation looks at an OBX: whether it holds a value, and which devices it
// names. It returns the place of the device if there is exactly one, else -1.
func (r *hl7Fields) observation(s hl7.Segment, f [][]byte, out *kind.HL7MessageV1) int {
	p := &out.Personal
	if len(f) >= 5 && len(f[4]) > 0 && !p.OBX5 {
		p.OBX5 = kind.Presence(s.Value(f[4]).Has())
	}
	if len(f) >= 16 && len(f[15]) > 0 && !p.Staff {
		p.Staff = kind.Presence(s.Value(f[15]).Has())
	}
	if len(f) < 18 || len(f[17]) == 0 {
		return -1
	}
	typed := bytes.Contains(f[2], deviceTerms)
	if !typed && bytes.Equal(f[17], r.equipment) {
		return r.own // as the OBX before
	}
	own, n := -1, 0
	for v := range s.Value(f[17]).Repetitions() {
		if n++; n > hl7Devices {
			break
		}
		own = r.device(v, "OBX-18")
		if own >= 0 && r.devices[own].Type == "" && typed {
			r.devices[own].Type = deviceTerm(s.Value(f[2]), "")
		}
	}
	if n != 1 {
		own = -1
	}
	r.equipment, r.own = f[17], own
	return own
}

// participation looks at a PRT: a person, or a device with its identifiers.
func (r *hl7Fields) participation(s hl7.Segment, f [][]byte, own int, p *kind.HL7PersonalV1) {
	at := func(n int) hl7.Value {
		if n > len(f) {
			return hl7.Value{}
		}
		return s.Value(f[n-1])
	}
	p.Staff = p.Staff || kind.Presence(at(5).Has())
	place, n := -1, 0
	for v := range at(10).Repetitions() {
		if n++; n > hl7Devices {
			break
		}
		place = r.device(v, "PRT-10")
	}
	model, serial := r.name(at(16).Component(1)), r.name(at(20).Component(1))
	if model == "" && serial == "" {
		return
	}
	if place < 0 {
		place = own // it belongs to the OBX before
	}
	if place < 0 {
		r.add(kind.HL7DeviceV1{From: "PRT-16", UDI: model, Serial: serial})
		return
	}
	d := &r.devices[place]
	d.UDI, d.Serial = first(d.UDI, model), first(d.Serial, serial)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// device returns the place of the device with an identifier, new or known; -1 if
// there is none.
func (r *hl7Fields) device(v hl7.Value, from string) int {
	if !v.Has() {
		return -1
	}
	d, ok := r.known[string(v.Raw)]
	if !ok {
		if id, ok := v.EI().EUI64(); ok {
			d.EUI64 = id
		} else {
			d.ID = r.identifier(v)
		}
		if r.known == nil || len(r.known) >= 2*hl7Devices {
			r.known = map[string]kind.HL7DeviceV1{}
		}
		if len(v.Raw) <= 4*hl7Name {
			r.known[string(v.Raw)] = d
		}
	}
	d.From = from
	if d.EUI64 == "" && d.ID == "" {
		return -1
	}
	for i := range r.devices {
		if r.devices[i].EUI64 == d.EUI64 && r.devices[i].ID == d.ID {
			return i
		}
	}
	return r.add(d)
}

// add returns the place of a device that is told, -1 if there is no room.
func (r *hl7Fields) add(d kind.HL7DeviceV1) int {
	for i := range r.devices {
		if r.devices[i] == d {
			return i
		}
	}
	if len(r.devices) == hl7Devices {
		r.cut = true
		return -1
	}
	r.devices = append(r.devices, d)
	return len(r.devices) - 1
}

// told returns the devices, those of the message before if they are the same.
func (r *hl7Fields) told() []kind.HL7DeviceV1 {
	last := r.last.Devices
	if len(last) == len(r.devices) {
		equal := true
		for i := range last {
			equal = equal && last[i] == r.devices[i]
		}
		if equal {
			return last
		}
	}
	return append([]kind.HL7DeviceV1(nil), r.devices...)
}

// identifier joins the components of an entity identifier.
func (r *hl7Fields) identifier(v hl7.Value) string {
	var parts []string
	for c := range v.Components() {
		if len(parts) == 4 {
			break
		}
		parts = append(parts, r.name(c))
	}
	return strings.TrimRight(strings.Join(parts, "^"), "^")
}

var deviceTerms = []byte("MDC_DEV_")

// deviceTerm returns the IEEE 11073 device term of a coded value: MDC_DEV_ and
// capital letters, digits and _.
func deviceTerm(v hl7.Value, last string) string {
	for _, n := range [...]int{2, 5} {
		raw := v.Component(n).Raw
		if !bytes.HasPrefix(raw, deviceTerms) || len(raw) > hl7Name {
			continue
		}
		if string(raw) == last {
			return last
		}
		for _, c := range raw {
			if c != '_' && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') {
				return ""
			}
		}
		return string(raw)
	}
	return ""
}
