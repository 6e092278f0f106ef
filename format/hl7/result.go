package hl7

// OBR is the observation request that results belong to (v2.5.1 §7.4.1).
type OBR struct{ Segment }

// Placer returns OBR-2, the number given by who ordered.
func (s OBR) Placer() EI { return s.Field(2).EI() }

// Filler returns OBR-3, the number given by who measured: an accession number
// in imaging and the laboratory.
func (s OBR) Filler() EI { return s.Field(3).EI() }

// Service returns OBR-4, what was asked for.
func (s OBR) Service() CWE { return s.Field(4).CWE() }

// Start returns OBR-7, when the observation began.
func (s OBR) Start() Value { return s.Field(7) }

// Status returns OBR-25, the state of the results.
func (s OBR) Status() Value { return s.Field(25) }

// OBX is one observation (v2.5.1 §7.4.2).
type OBX struct{ Segment }

// ValueType returns OBX-2, the data type of OBX-5: NM, ST, ED …
func (s OBX) ValueType() Value { return s.Field(2) }

// Observation returns OBX-3, what was observed.
func (s OBX) Observation() CWE { return s.Field(3).CWE() }

// SubID returns OBX-4. In IHE PCD-01 it is the place in the device's containment
// tree, "1.0.0.0" being the device itself.
func (s OBX) SubID() Value { return s.Field(4) }

// Value returns OBX-5, personal health data.
func (s OBX) Value() Value { return s.Field(5) }

// Units returns OBX-6.
func (s OBX) Units() CWE { return s.Field(6).CWE() }

// Status returns OBX-11.
func (s OBX) Status() Value { return s.Field(11) }

// Time returns OBX-14, when it was observed.
func (s OBX) Time() Value { return s.Field(14) }

// EquipmentInstance returns OBX-18, the devices that produced the value, as
// entity identifiers.
func (s OBX) EquipmentInstance() Value { return s.Field(18) }

// PRT is a participation of a person, organisation, place or device in what the
// segment before it says (v2.9 §7.4.4). It exists since version 2.7; earlier
// versions use it by agreement.
type PRT struct{ Segment }

// Role returns PRT-4. Devices take part as EQUIP.
func (s PRT) Role() CWE { return s.Field(4).CWE() }

// Person returns PRT-5.
func (s PRT) Person() Value { return s.Field(5) }

// Organization returns PRT-8.
func (s PRT) Organization() Value { return s.Field(8) }

// Location returns PRT-9.
func (s PRT) Location() Value { return s.Field(9) }

// Device returns PRT-10: identifiers of the device, as [EI], its UDI among them.
func (s PRT) Device() Value { return s.Field(10) }

// UDI returns PRT-16, the device identifier part of the UDI: the model.
func (s PRT) UDI() EI { return s.Field(16).EI() }

// Lot returns PRT-19.
func (s PRT) Lot() Value { return s.Field(19) }

// Serial returns PRT-20, the serial number of the device.
func (s PRT) Serial() Value { return s.Field(20) }

// NTE holds notes (v2.5.1 §2.15.10): free text about what precedes it.
type NTE struct{ Segment }

// Source returns NTE-2, where the note comes from.
func (s NTE) Source() Value { return s.Field(2) }

// Comment returns NTE-3.
func (s NTE) Comment() Value { return s.Field(3) }
