package hl7

// MSH is the message header (v2.5.1 §2.15.9).
type MSH struct{ Segment }

// SendingApplication returns MSH-3.
func (s MSH) SendingApplication() HD { return s.Field(3).HD() }

// SendingFacility returns MSH-4.
func (s MSH) SendingFacility() HD { return s.Field(4).HD() }

// ReceivingApplication returns MSH-5.
func (s MSH) ReceivingApplication() HD { return s.Field(5).HD() }

// ReceivingFacility returns MSH-6.
func (s MSH) ReceivingFacility() HD { return s.Field(6).HD() }

// Time returns MSH-7, when the message was created.
func (s MSH) Time() Value { return s.Field(7) }

// Security returns MSH-8. Some senders put a password here.
func (s MSH) Security() Value { return s.Field(8) }

// MessageType is MSH-9: code, trigger event and structure, as ORU, R01 and
// ORU_R01. Versions before 2.3.1 send no structure; ACK may come without a
// trigger.
type MessageType struct {
	Code      Value
	Trigger   Value
	Structure Value
}

// MessageType returns MSH-9.
func (s MSH) MessageType() MessageType {
	v := s.Field(9)
	return MessageType{v.Component(1), v.Component(2), v.Component(3)}
}

// ControlID returns MSH-10, which an acknowledgement repeats in MSA-2.
func (s MSH) ControlID() Value { return s.Field(10) }

// ProcessingID returns MSH-11: P production, T training, D debugging, in its
// first component.
func (s MSH) ProcessingID() Value { return s.Field(11) }

// Version returns the version of the standard in MSH-12, "2.5.1".
func (s MSH) Version() Value { return s.Field(12).Component(1) }

// AcceptAck returns MSH-15, when the receiver shall send an accept
// acknowledgement: AL, NE, ER or SU. Empty in original mode.
func (s MSH) AcceptAck() Value { return s.Field(15) }

// ApplicationAck returns MSH-16, the same for the application acknowledgement.
func (s MSH) ApplicationAck() Value { return s.Field(16) }

// CharacterSets returns MSH-18, repeated where the message switches between
// sets; see [Charset].
func (s MSH) CharacterSets() Value { return s.Field(18) }

// Profiles returns MSH-21, the profiles the sender says the message conforms to,
// as entity identifiers; IHE PCD-01 messages name theirs here.
func (s MSH) Profiles() Value { return s.Field(21) }

// Unanswered reports whether the sender says that it expects no acknowledgement
// at all: enhanced mode with "never" for both kinds (v2.5.1 §2.9.3).
func (s MSH) Unanswered() bool { return s.AcceptAck().Is("NE") && s.ApplicationAck().Is("NE") }

// EVN is the event (v2.5.1 §3.4.1).
type EVN struct{ Segment }

// Code returns EVN-1, which repeats the trigger; withdrawn in version 2.7.
func (s EVN) Code() Value { return s.Field(1) }

// Recorded returns EVN-2, when the event was recorded.
func (s EVN) Recorded() Value { return s.Field(2) }

// Operator returns EVN-5, who caused the event: a person.
func (s EVN) Operator() Value { return s.Field(5) }

// Occurred returns EVN-6, when the event happened.
func (s EVN) Occurred() Value { return s.Field(6) }

// Facility returns EVN-7, where it happened.
func (s EVN) Facility() HD { return s.Field(7).HD() }
