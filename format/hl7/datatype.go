package hl7

// HD names an application, a facility or an assigning authority: a local name,
// a universal id (an OID, an EUI-64, a DNS name …), or both (v2.5.1 §2.A.33).
type HD struct {
	Namespace   Value
	UniversalID Value
	Type        Value // of the universal id: ISO, EUI-64, DNS, GUID …
}

// HD reads the value as a hierarchic designator.
func (v Value) HD() HD {
	return HD{v.Component(1), v.Component(2), v.Component(3)}
}

// EI identifies one entity, such as a device or an order, within an assigning
// authority (v2.5.1 §2.A.28).
type EI struct {
	Entity Value
	HD
}

// EI reads the value as an entity identifier.
func (v Value) EI() EI {
	return EI{v.Component(1), HD{v.Component(2), v.Component(3), v.Component(4)}}
}

// EUI64 reports the 16 hexadecimal digits, upper-case and without separators, of
// the EUI-64 that the identifier declares by its type, as IHE PCD profiles ask
// devices to. Some senders put it in the entity, some in the universal id.
func (e EI) EUI64() (string, bool) {
	if !equalFold(e.Type.Raw, "EUI-64") && !equalFold(e.Type.Raw, "EUI64") {
		return "", false
	}
	for _, v := range [...]Value{e.Entity, e.UniversalID} {
		if id, ok := eui64(v.Raw); ok {
			return id, true
		}
	}
	return "", false
}

// EUI64 is [EI.EUI64] for an application that is named by its device.
func (h HD) EUI64() (string, bool) { return EI{h.Namespace, h}.EUI64() }

func eui64(b []byte) (string, bool) {
	var out [16]byte
	n := 0
	for _, c := range b {
		switch {
		case c == '-' || c == ':' || c == ' ':
			continue
		case hexValue(c) > 15 || n == len(out):
			return "", false
		}
		out[n] = "0123456789ABCDEF"[hexValue(c)]
		n++
	}
	return string(out[:]), n == len(out)
}

func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		x, y := b[i], s[i]
		if x != y && !(letter(x) && x^0x20 == y) {
			return false
		}
	}
	return true
}

// CWE is a coded value: code, text and coding system (v2.5.1 §2.A.13). It reads
// the older CE and the newer CNE and CF as well.
type CWE struct {
	Code   Value
	Text   Value
	System Value
}

// CWE reads the value as a coded value.
func (v Value) CWE() CWE {
	return CWE{v.Component(1), v.Component(2), v.Component(3)}
}

// CX is an identifier of a person, visit or account with its authority and type
// (v2.5.1 §2.A.14).
type CX struct {
	ID        Value
	Authority HD
	Type      Value // MR, VN, AN …
}

// CX reads the value as an extended composite id. The authority's parts are
// subcomponents.
func (v Value) CX() CX {
	a := v.Component(4)
	return CX{v.Component(1), HD{a.Subcomponent(1), a.Subcomponent(2), a.Subcomponent(3)}, v.Component(5)}
}
