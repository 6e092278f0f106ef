package hl7

import "time"

// MSA is the message acknowledgement (v2.5.1 §2.15.8).
type MSA struct{ Segment }

// Code returns MSA-1; see [AckCode].
func (s MSA) Code() AckCode { return AckCode(s.Field(1).Text()) }

// ControlID returns MSA-2, the MSH-10 of the message that is answered.
func (s MSA) ControlID() Value { return s.Field(2) }

// Text returns MSA-3, free text of earlier versions, which may quote the message.
func (s MSA) Text() Value { return s.Field(3) }

// ErrorCondition returns MSA-6, the error code of versions before 2.5.
func (s MSA) ErrorCondition() CWE { return s.Field(6).CWE() }

// ERR says what was wrong with a message (v2.5.1 §2.15.5).
type ERR struct{ Segment }

// Location returns ERR-2: segment id, its sequence, field, repetition,
// component and subcomponent, in components 1 to 6.
func (s ERR) Location() Value { return s.Field(2) }

// Code returns the error code: ERR-3, or the fourth component of ERR-1, where
// versions before 2.5 have it.
func (s ERR) Code() CWE {
	if v := s.Field(3); v.Has() {
		return v.CWE()
	}
	v := s.Field(1).Component(4)
	return CWE{v.Subcomponent(1), v.Subcomponent(2), v.Subcomponent(3)}
}

// Severity returns ERR-4: W, I or E.
func (s ERR) Severity() Value { return s.Field(4) }

// UserMessage returns ERR-8, free text.
func (s ERR) UserMessage() Value { return s.Field(8) }

// AckCode is MSA-1. In original mode it is AA, AE or AR; in enhanced mode the
// receiver first sends CA, CE or CR when the message is safely stored, and the
// application may answer later with AA, AE or AR (v2.5.1 §2.9.2 and §2.9.3).
type AckCode string

const (
	AA AckCode = "AA" // application accept
	AE AckCode = "AE" // application error: the content is wrong
	AR AckCode = "AR" // application reject: type, version or state is wrong
	CA AckCode = "CA" // commit accept
	CE AckCode = "CE" // commit error: could not be stored
	CR AckCode = "CR" // commit reject
)

// Accepted reports whether the code says yes.
func (c AckCode) Accepted() bool { return c == AA || c == CA }

// Commit reports whether the code is one of enhanced mode's first answer, after
// which an application acknowledgement may follow.
func (c AckCode) Commit() bool { return c == CA || c == CE || c == CR }

// Known reports whether the code is one of the six.
func (c AckCode) Known() bool {
	switch c {
	case AA, AE, AR, CA, CE, CR:
		return true
	}
	return false
}

// Ack is what an acknowledgement says.
type Ack struct {
	Code      AckCode
	ControlID string // of the message that is answered
	Error     string // error code of the first ERR, or of MSA-6; may be empty
	Severity  string // ERR-4 of the same; may be empty
}

// Ack returns what m acknowledges. The second result is false where m holds no
// MSA segment and therefore answers nothing. Query responses carry an MSA and
// data; they answer as well.
func (m Message) Ack() (Ack, bool) {
	s, ok := m.First("MSA")
	if !ok {
		return Ack{}, false
	}
	msa := MSA{s}
	a := Ack{Code: msa.Code(), ControlID: msa.ControlID().Text()}
	if s, ok := m.First("ERR"); ok {
		a.Error, a.Severity = ERR{s}.Code().Code.Text(), ERR{s}.Severity().Text()
	}
	if a.Error == "" {
		a.Error = msa.ErrorCondition().Code.Text()
	}
	return a, true
}

// Answer is what [AppendACK] writes into an acknowledgement.
type Answer struct {
	Code      AckCode
	ControlID string    // MSH-10 of the answer itself, at most 199 characters
	Time      time.Time // MSH-7; the zero Time leaves it out
	Error     string    // error code; written as ERR-3, or MSA-6 before version 2.5
	Severity  string    // ERR-4; E where Error is set and this is empty
	Text      string    // ERR-8, or MSA-3 before version 2.5
}

// AppendACK appends the acknowledgement of m to dst: separators, version,
// processing id and trigger event as in m, applications and facilities swapped
// (v2.5.1 §2.9.2). The result has no MLLP framing. The error is that of
// [Delimiters.Check]: m declares too few separators to be answered in kind.
func AppendACK(dst []byte, m Message, a Answer) ([]byte, error) {
	h := m.Header()
	w, err := NewWriter(m.d)
	if err != nil {
		return dst, err
	}
	w.Segment("MSH")
	for to, from := range [...]int{3: 5, 4: 6, 5: 3, 6: 4} {
		if from > 0 {
			w.Raw(to, h.Field(from).Raw)
		}
	}
	if !a.Time.IsZero() {
		w.Raw(7, AppendTime(nil, a.Time))
	}
	version := h.Version().Text()
	t := h.MessageType()
	switch {
	case t.Trigger.Empty():
		w.Field(9, "ACK")
	case version < "2.3.1":
		w.Field(9, "ACK", t.Trigger.Text())
	default:
		w.Field(9, "ACK", t.Trigger.Text(), "ACK")
	}
	w.Field(10, a.ControlID)
	w.Raw(11, h.ProcessingID().Raw)
	w.Raw(12, h.Field(12).Raw)
	w.Segment("MSA").Field(1, string(a.Code)).Raw(2, h.ControlID().Raw)
	severity := a.Severity
	if severity == "" {
		severity = "E"
	}
	switch {
	case version < "2.5":
		w.Field(3, a.Text).Field(6, a.Error)
	case a.Error != "" || a.Text != "":
		w.Segment("ERR").Field(3, a.Error).Field(4, severity).Field(8, a.Text)
	}
	return append(dst, w.Bytes()...), nil
}
