package fhir

// Coding is one code of a concept, with its system: "http://loinc.org", "2345-7".
type Coding struct{ System, Code string }

// Result is what one resource told that can be counted: an Observation, each of its
// components (R5 observation.html), the order behind it, or of a Patient the sex and
// the birth date. Texts are as sent, cut to 64 bytes. Free text is not read.
type Result struct {
	// Type is the resource type: Observation, for its components too, DiagnosticReport,
	// ServiceRequest or Patient.
	Type      string
	Component bool
	Codes     []Coding // of code, at most three

	// Value is the type of value[x], "Quantity"; "" if there is none.
	Value string
	// Number is the decimal of a Quantity as sent, without one that is a bound.
	Number                     string
	Unit, UnitCode, UnitSystem string
	Absent                     string // code of dataAbsentReason
	Status                     string
	Flags                      []string // codes of interpretation, at most two
	Ranged                     bool     // has a reference range

	Gender, BirthDate string // of Patient
}

// text is a bounded copy.
type text struct {
	b [64]byte
	n uint8
}

func (t *text) set(b []byte)   { t.n = uint8(copy(t.b[:], b)) }
func (t *text) String() string { return string(t.b[:t.n]) }

const (
	maxCodings    = 3
	maxFlags      = 2
	maxComponents = 64 // of one Observation
)

// measured is an Observation or a component, as far as it was read.
type measured struct {
	codes                      [maxCodings]struct{ system, code text }
	coding                     int // the one being read, from 1
	value                      valueType
	number                     text
	bound, ranged              bool
	unit, unitCode, unitSystem text
	absent                     text
	flags                      [maxFlags]text
	flag                       int
}

// valueType is the type of value[x], by its place in valueTypes.
type valueType uint8

var valueTypes = [...]string{"", "Quantity", "CodeableConcept", "string", "boolean", "integer", "Range", "Ratio", "SampledData", "time", "dateTime", "Period", "Attachment", "Reference"}

func valueOf(n []byte) valueType {
	const prefix = "value"
	if len(n) > len(prefix) && string(n[:len(prefix)]) == prefix {
		for i, t := range valueTypes[1:] {
			if rest := n[len(prefix):]; len(rest) == len(t) && string(rest[1:]) == t[1:] && rest[0]|0x20 == t[0]|0x20 {
				return valueType(i + 1)
			}
		}
	}
	return 0
}

// reading is what was read of one open resource.
type reading struct {
	measured
	components        []measured
	more              bool // components beyond the bound
	status            text
	gender, birthDate text
}

func (r *reading) reset() {
	*r = reading{components: r.components[:0]}
}

// target is the observation or component that a path is in, and the path within.
func (r *reading) target(path []member) (*measured, []member) {
	if len(path) > 0 && path[0] == component {
		if len(r.components) == 0 || r.more {
			return nil, nil
		}
		return &r.components[len(r.components)-1], path[1:]
	}
	return &r.measured, path
}

// item begins an object of a path.
func (r *reading) item(path []member) {
	if len(path) == 1 && path[0] == component {
		if r.more = len(r.components) >= maxComponents; !r.more {
			r.components = append(r.components, measured{})
		}
		return
	}
	m, path := r.target(path)
	if m == nil {
		return
	}
	switch {
	case len(path) == 2 && path[0] == code && path[1] == coding:
		m.coding++
	case len(path) == 1 && path[0] == referenceRange:
		m.ranged = true
	case len(path) == 2 && path[0] == interpretation && path[1] == coding:
		m.flag++
	}
}

// name notes the name of a member whose value comes next: value[x] tells its type so.
func (r *reading) name(path []member, n []byte) {
	if v := valueOf(n); v != 0 {
		if m, rest := r.target(path); m != nil && len(rest) == 1 {
			m.value = v
		}
	}
}

// leaf notes a scalar.
func (r *reading) leaf(path []member, b []byte, quoted bool) {
	if len(path) == 1 {
		switch path[0] {
		case status:
			r.status.set(b)
			return
		case gender:
			r.gender.set(b)
			return
		case birth:
			r.birthDate.set(b)
			return
		}
	}
	m, path := r.target(path)
	if m == nil {
		return
	}
	switch {
	case len(path) == 2 && path[0] == quantity:
		switch path[1] {
		case value:
			if !quoted {
				m.number.set(b)
			}
		case comparator:
			m.bound = true
		case unit:
			m.unit.set(b)
		case code:
			m.unitCode.set(b)
		case system:
			m.unitSystem.set(b)
		}
	case len(path) == 3 && path[1] == coding:
		switch {
		case path[0] == code && path[2] == system && m.coding >= 1 && m.coding <= maxCodings:
			m.codes[m.coding-1].system.set(b)
		case path[0] == code && path[2] == code && m.coding >= 1 && m.coding <= maxCodings:
			m.codes[m.coding-1].code.set(b)
		case path[0] == absent && path[2] == code:
			m.absent.set(b)
		case path[0] == interpretation && path[2] == code && m.flag >= 1 && m.flag <= maxFlags:
			m.flags[m.flag-1].set(b)
		}
	}
}

// tell calls for each result of a resource that ended.
func (r *reading) tell(name string, to func(*Result)) {
	switch name {
	case "Observation":
		if len(r.components) == 0 || r.value != 0 || r.absent.n > 0 { // a panel has values in its components alone
			to(r.measured.result(name, r))
		}
		for i := range r.components {
			x := r.components[i].result(name, r)
			x.Component = true
			to(x)
		}
	case "DiagnosticReport", "ServiceRequest":
		to(&Result{Type: name, Codes: r.list(), Status: r.status.String()})
	case "Patient":
		to(&Result{Type: name, Gender: r.gender.String(), BirthDate: r.birthDate.String()})
	}
}

func (m *measured) list() []Coding {
	var out []Coding
	for i := range min(m.coding, maxCodings) {
		if c := &m.codes[i]; c.code.n > 0 {
			out = append(out, Coding{c.system.String(), c.code.String()})
		}
	}
	return out
}

func (m *measured) result(name string, r *reading) *Result {
	x := &Result{Type: name, Codes: m.list(), Value: valueTypes[m.value], Absent: m.absent.String(), Status: r.status.String(), Ranged: m.ranged,
		Unit: m.unit.String(), UnitCode: m.unitCode.String(), UnitSystem: m.unitSystem.String()}
	if !m.bound {
		x.Number = m.number.String()
	}
	for i := range min(m.flag, maxFlags) {
		if m.flags[i].n > 0 {
			x.Flags = append(x.Flags, m.flags[i].String())
		}
	}
	return x
}
