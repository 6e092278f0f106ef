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
	product, number := r.number(at(16).Component(1), true), r.number(at(20).Component(1), false)
	if product == "" && number == "" {
		return
	}
	if place < 0 {
		place = own // it belongs to the OBX before
	}
	if place < 0 {
		r.add(kind.HL7DeviceV1{From: "PRT-16", UDI: product, Serial: number})
		return
	}
	d := &r.devices[place]
	d.UDI, d.Serial = first(d.UDI, product), first(d.Serial, number)
}

// hl7Number is the number of a model, if product is set, or of a device, as it was sent.
type hl7Number struct {
	raw     string
	product bool
}

// number returns a model's or a device's number as far as it may leave. They come with
// every message.
func (r *hl7Fields) number(v hl7.Value, product bool) string {
	if len(v.Raw) == 0 {
		return ""
	}
	told, ok := r.numbers[hl7Number{string(v.Raw), product}]
	if !ok {
		may := serial
		if product {
			may = model
		}
		told = r.name(v, may)
		if r.numbers == nil || len(r.numbers) >= 4*hl7Devices {
			r.numbers = map[hl7Number]string{}
		}
		if len(v.Raw) <= 4*hl7Name {
			r.numbers[hl7Number{string(v.Raw), product}] = told
		}
	}
	return told
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

// identifier joins the components of an entity identifier; it leaves whole or not at
// all.
func (r *hl7Fields) identifier(v hl7.Value) string {
	var parts []string
	for c := range v.Components() {
		if len(parts) == 4 {
			break
		}
		part := r.name(c, serial) // a maker's number is an identifier of its own
		if part == kind.Withheld {
			return part
		}
		parts = append(parts, part)
	}
	if r.name(v, identifier) == kind.Withheld { // but without a name space it may be anything's
		return kind.Withheld
	}
	return strings.TrimRight(strings.Join(parts, "^"), "^")
}

var deviceTerms, underline = []byte("MDC_DEV_"), []byte{'_'}

// termWords are the words that device terms of IEEE 11073-10101 are made of.
var termWords = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(strings.ToUpper(`
	abd acoustic airway analy anesth aspirator aus auxil balloon bath battery bed bg blood body bp brain breath bridge calc calibr card cardiac
	cardiopulm carrier central chan chem clinical co2 coag component concen conc conf conductivity control counter cvp defib deliver delivery
	derm derived dialysis disp dose drop ecg eeg ekg elec electro emg endo enteral eog ep etco2 evok eye feed fetal flow fluid freq function
	funct gas gateway gen gi glucose gravity heart hemo hosp humid hydro icp immobil incub inf info infus infuser infusion inhal intens ir
	laser level lvp mask mds mech meter metabolism mixer modul mon monitor motion mri multi muscle neb nerve neuro nibp nurs o2 ox oxim oxy
	pace pacer paed param pat patient pca perf peripheral phys physio plat position power press pressure probe processor pulm pulse pulses
	pump radio reader remote renal res resp resus rate roller rotary sat scale sens sensor serial signal skin spec specialization spiro stat
	station std stim stir storage suction sump syringe sys temp term therm thermo tidal time timer tissue tourniquet trans transducer
	ultrasound unit unspec ur urine vac vas ventil vent ventilator vital vmd vol volume warm warmer water wave weight`)) {
		termWords[w] = true
	}
}

// deviceTerm returns the IEEE 11073 device term of a coded value, MDC_DEV_ and words
// of the standard; at the first word that is none it ends.
func deviceTerm(v hl7.Value, last string) string {
	for _, n := range [...]int{2, 5} {
		raw := v.Component(n).Raw
		if !bytes.HasPrefix(raw, deviceTerms) || len(raw) > hl7Name {
			continue
		}
		if string(raw) == last {
			return last
		}
		end := len(deviceTerms) - 1
		for end < len(raw) {
			word, _, _ := bytes.Cut(raw[end+1:], underline)
			if !termWords[string(word)] {
				break
			}
			end += 1 + len(word)
		}
		if end >= len(deviceTerms) {
			return string(raw[:end])
		}
	}
	return ""
}
