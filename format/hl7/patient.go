package hl7

// PID identifies the patient (v2.5.1 §3.4.2). Every field is personal data.
type PID struct{ Segment }

// ExternalID returns PID-2, kept for compatibility.
func (s PID) ExternalID() Value { return s.Field(2) }

// Identifiers returns PID-3, a list of [CX].
func (s PID) Identifiers() Value { return s.Field(3) }

// AlternateID returns PID-4.
func (s PID) AlternateID() Value { return s.Field(4) }

// Name returns PID-5: family and given name are components 1 and 2.
func (s PID) Name() Value { return s.Field(5) }

// MotherMaidenName returns PID-6.
func (s PID) MotherMaidenName() Value { return s.Field(6) }

// BirthTime returns PID-7.
func (s PID) BirthTime() Value { return s.Field(7) }

// Sex returns PID-8.
func (s PID) Sex() Value { return s.Field(8) }

// Address returns PID-11.
func (s PID) Address() Value { return s.Field(11) }

// HomePhone returns PID-13.
func (s PID) HomePhone() Value { return s.Field(13) }

// BusinessPhone returns PID-14.
func (s PID) BusinessPhone() Value { return s.Field(14) }

// Account returns PID-18, a [CX].
func (s PID) Account() Value { return s.Field(18) }

// SocialSecurity returns PID-19.
func (s PID) SocialSecurity() Value { return s.Field(19) }

// MRG holds the identifiers that a merge retires (v2.5.1 §3.4.9).
type MRG struct{ Segment }

// Identifiers returns MRG-1, a list of [CX].
func (s MRG) Identifiers() Value { return s.Field(1) }

// Account returns MRG-3, a [CX].
func (s MRG) Account() Value { return s.Field(3) }

// Visit returns MRG-5, a [CX].
func (s MRG) Visit() Value { return s.Field(5) }

// Name returns MRG-7.
func (s MRG) Name() Value { return s.Field(7) }

// NK1 is a next of kin or other related person (v2.5.1 §3.4.5).
type NK1 struct{ Segment }

// Name returns NK1-2.
func (s NK1) Name() Value { return s.Field(2) }

// Relationship returns NK1-3.
func (s NK1) Relationship() CWE { return s.Field(3).CWE() }

// Address returns NK1-4.
func (s NK1) Address() Value { return s.Field(4) }

// Phone returns NK1-5.
func (s NK1) Phone() Value { return s.Field(5) }

// IN1 is insurance cover (v2.5.1 §6.5.6).
type IN1 struct{ Segment }

// Plan returns IN1-2.
func (s IN1) Plan() CWE { return s.Field(2).CWE() }

// Company returns IN1-3.
func (s IN1) Company() Value { return s.Field(3) }

// InsuredName returns IN1-16.
func (s IN1) InsuredName() Value { return s.Field(16) }

// InsuredBirth returns IN1-18.
func (s IN1) InsuredBirth() Value { return s.Field(18) }

// InsuredAddress returns IN1-19.
func (s IN1) InsuredAddress() Value { return s.Field(19) }

// PolicyNumber returns IN1-36.
func (s IN1) PolicyNumber() Value { return s.Field(36) }

// PV1 is the visit (v2.5.1 §3.4.3).
type PV1 struct{ Segment }

// Class returns PV1-2: inpatient, outpatient, emergency …
func (s PV1) Class() Value { return s.Field(2) }

// Location returns PV1-3: point of care, room, bed and facility are components 1
// to 4.
func (s PV1) Location() Value { return s.Field(3) }

// Attending returns PV1-7, a person.
func (s PV1) Attending() Value { return s.Field(7) }

// VisitNumber returns PV1-19, a [CX].
func (s PV1) VisitNumber() Value { return s.Field(19) }

// Admitted returns PV1-44.
func (s PV1) Admitted() Value { return s.Field(44) }
