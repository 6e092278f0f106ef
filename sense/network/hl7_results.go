package network

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/kind"
)

// hl7Results is how many results of one message are looked at.
const hl7Results = 2000

// hl7Types are the data types that OBX-2 may name (v2.5.1 table 0125).
var hl7Types = []string{"NM", "SN", "ST", "TX", "FT", "CE", "CWE", "CNE", "CF", "DT", "TM", "TS", "DTM", "DR", "ED", "RP", "NA", "MA", "NR", "CP", "MO", "PN", "XPN", "XCN", "XTN", "XON", "XAD", "AD", "TN", "CX", "CK", "EI", "ID", "IS", "SI"}

// hl7Flags are the codes of table 0078 in which a result is judged.
var hl7Flags = []string{"L", "H", "LL", "HH", "LU", "HU", "<", ">", "N", "A", "AA", "U", "D", "B", "W", "S", "R", "I", "MS", "VS", "POS", "NEG", "IND", "DET", "ND", "NR", "RR", "WR", "IE", "SDD", "NS", "SYN-R", "SYN-S", "QCF", "EX", "HX", "LX", "TOX", "AC", "CAR", "EXP", "UNE", "OBX", "HM", "null"}

// coded returns a code of a list, other for any other, "" for none.
func coded(raw []byte, list []string) string {
	if len(raw) == 0 {
		return ""
	}
	if i := slices.Index(list, string(raw)); i >= 0 {
		return list[i]
	}
	return "other"
}

// hl7Status returns an observation's status (table 0085): one letter.
func hl7Status(raw []byte) string {
	const letters = "CDFINOPRSUVWXBA"
	if len(raw) == 0 {
		return ""
	}
	if i := bytes.IndexByte([]byte(letters), raw[0]); len(raw) == 1 && i >= 0 {
		return letters[i : i+1]
	}
	return "other"
}

// codings are the two codes that a CWE has room for.
func codings(v hl7.Value) func() []coding {
	return func() []coding {
		text := func(n int) []byte { return []byte(v.Component(n).Text()) }
		return []coding{{text(1), text(3)}, {text(4), text(6)}}
	}
}

// result notes an OBX, without what it says of the patient but its number.
func (r *hl7Fields) result(s hl7.Segment, f [][]byte) {
	if len(r.noted.results) >= hl7Results {
		r.noted.others++
		return
	}
	at := func(n int) hl7.Value {
		if n > len(f) {
			return hl7.Value{}
		}
		return s.Value(f[n-1])
	}
	x := result{typ: coded(at(2).Raw, hl7Types), status: hl7Status(at(11).Raw), ranged: at(7).Has()}
	if v := at(3); v.Has() {
		x.code = r.codes.code(r.pseudonyms, v.Raw, codings(v))
	}
	if v := at(6); v.Has() {
		x.unit, x.ucum = r.codes.unit(r.pseudonyms, v.Raw, codings(v))
	}
	n := 0
	for v := range at(8).Repetitions() {
		if n == len(x.flags) {
			break
		}
		if x.flags[n] = coded(v.Component(1).Raw, hl7Flags); x.flags[n] != "" {
			n++
		}
	}
	value := at(5)
	x.missing = !value.Has() || x.status == "X" // X: it cannot be obtained
	if !x.missing {
		x.number, x.isNumber = hl7Quantity(x.typ, value)
	}
	r.noted.results = append(r.noted.results, x)
}

// hl7Quantity returns the number of an NM, or of an SN that is neither a range nor a
// bound: "<^0.1" is no number.
func hl7Quantity(typ string, v hl7.Value) (float64, bool) {
	switch typ {
	case "NM":
		return plainNumber(bytes.TrimSpace(v.Component(1).Raw))
	case "SN":
		if c := v.Component(1); (!c.Has() || c.Is("=")) && !v.Component(3).Has() && !v.Component(4).Has() {
			return plainNumber(bytes.TrimSpace(v.Component(2).Raw))
		}
	}
	return 0, false
}

// patient notes of PID the band of age and the sex.
func (r *hl7Fields) patient(s hl7.Segment) {
	r.band = ""
	if b := s.Field(7).Component(1).Raw; len(b) >= 4 {
		if year, ok := hl7Digits(b, 0, 4); ok {
			month, _ := hl7Digits(b, 4, 6)
			day, _ := hl7Digits(b, 6, 8)
			r.band = decade(year, month, day, unix(r.at))
		}
	}
	r.sex = sexOf(string(s.Field(8).Component(1).Raw))
}

// sexOf is an administrative sex as it is counted.
func sexOf(s string) string {
	switch s {
	case "", `""`:
		return ""
	case "F", "f", "female":
		return "F"
	case "M", "m", "male":
		return "M"
	}
	return "other"
}

func hl7Digits(b []byte, from, to int) (n int, ok bool) {
	if len(b) < to {
		return 0, false
	}
	for _, c := range b[from:to] {
		if !digit(c) {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// runs notes what SFT says that the sender runs: product and version (v2.5.1
// §2.15.12).
func (r *hl7Fields) runs(s hl7.Segment) {
	if r.noted.software != "" {
		return
	}
	name, version := r.name(s.Field(3).Component(1), product), r.name(s.Field(2).Component(1), product)
	if name == kind.Withheld || version == kind.Withheld {
		return
	}
	r.noted.software = strings.TrimSpace(name + " " + version)
}

// results hands what a message told over to be counted.
func (s *hl7Side) results(m *kind.HL7MessageV1) {
	n := &s.fields.noted
	if !n.any() || m.Repeat || m.Processing == "T" || m.Processing == "D" {
		return // said before, or of nobody
	}
	n.ages, n.sexes = append(n.ages, s.fields.band), append(n.sexes, s.fields.sex)
	c := s.stream.conn
	c.sensor.results.add(c, resultsTalk{protocol: "hl7", toClient: m.FromServer, app: m.SendingApp, facility: m.SendingFacility,
		receiving: m.ReceivingApp, receivingFacility: m.ReceivingFacility}, n, s.stream.at)
}
