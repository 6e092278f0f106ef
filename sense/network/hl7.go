package network

import (
	"math"
	"slices"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name:      "hl7",
	Recognise: recogniseHL7,
	Open:      openHL7,
	Ports:     []uint16{2575}, // assigned by IANA to HL7
})

func recogniseHL7(client, server []byte) format.Match {
	best := format.No
	for _, p := range [...][]byte{client, server} {
		if len(p) > 0 {
			best = max(best, hl7.Recognise(p))
		}
	}
	return best
}

const (
	// hl7Kept is how many bytes of one message are looked at. Embedded documents
	// are larger; what comes after them is not told.
	hl7Kept = 128 << 10
	// hl7Open is how many messages may wait for an answer in one direction.
	hl7Open = 16
	// hl7Wait is how long one waits, in nanoseconds: senders give up within 30 s.
	hl7Wait = 60e9
)

// hl7Stream joins the messages of one connection with their answers.
type hl7Stream struct {
	conn  *Conn
	sides [2]hl7Side
	at    int64 // of the packet being looked at
}

// hl7Side is what one direction sent.
type hl7Side struct {
	stream   *hl7Stream
	dir      Direction
	decoder  *hl7.Decoder // nil until something was sent
	waiting  []hl7Waiting // for an answer from the other side, oldest first
	answered [4]uint64    // the messages answered last
	next     int          // in answered
	previous uint64       // the message before
	gapAt    int64        // when bytes were last lost
	framing  []string     // faults to tell with the next message
	fields   hl7Fields
}

// hl7Waiting is a message that waits for its answer.
type hl7Waiting struct {
	id      uint64 // hash of MSH-10
	at      int64
	message *kind.HL7MessageV1
}

func openHL7(c *Conn) Stream {
	s := &hl7Stream{conn: c}
	for d := range s.sides {
		s.sides[d] = hl7Side{stream: s, dir: Direction(d), gapAt: math.MinInt64, fields: hl7Fields{codes: &c.sensor.results.names, pseudonyms: c.sensor.pseudonyms}}
	}
	return s
}

// Data implements [Stream].
func (s *hl7Stream) Data(dir Direction, p []byte, at int64) error {
	s.at = at
	side := &s.sides[dir]
	if side.decoder == nil {
		side.decoder = hl7.NewDecoder(side, hl7.Limits{Message: hl7Kept})
		if s.conn.MidStream && p[0] != hl7.StartBlock {
			// The rest of a message whose start was before the capture is no fault.
			if err := side.decoder.Gap(0); err != nil {
				return err
			}
		}
	}
	return side.decoder.Feed(p)
}

// Gap implements [Stream].
func (s *hl7Stream) Gap(dir Direction, n int64, at int64) error {
	s.at = at
	side := &s.sides[dir]
	side.gapAt = at
	if side.decoder == nil {
		return nil
	}
	return side.decoder.Gap(n)
}

// Close implements [Stream].
func (s *hl7Stream) Close(at int64) {
	s.at = at
	for d := range s.sides {
		if side := &s.sides[d]; side.decoder != nil {
			if err := side.decoder.Close(); err != nil && side.gapAt == math.MinInt64 {
				s.conn.Failure(err)
			}
		}
	}
	for d := range s.sides {
		side := &s.sides[d]
		for len(side.waiting) > 0 {
			side.giveUp(kind.HL7Closed)
		}
	}
}

func (s *hl7Side) other() *hl7Side { return &s.stream.sides[1-s.dir] }

// Frame implements [hl7.Handler].
func (s *hl7Side) Frame(f hl7.Frame) {
	for d := range s.stream.sides {
		s.stream.sides[d].expire()
	}
	if positive, ok := f.Commit(); ok {
		code := "COMMIT-NAK"
		if positive {
			code = "COMMIT-ACK"
		}
		s.commit(code)
		return
	}
	batch := false
	for piece := range hl7.SplitBatch(f.Content) {
		switch piece.Part {
		case hl7.SingleMessage:
			m, err := piece.Message()
			if err != nil {
				s.stream.conn.Failure(err)
				continue
			}
			s.message(m, f, batch)
		case hl7.Stray:
			s.fault("garbage")
			s.stream.conn.Failure(&format.Error{Format: "hl7", Offset: f.Offset + int64(piece.Offset), Field: "MSH", Err: format.ErrMalformed})
		default:
			batch = true
		}
	}
}

// Fault implements [hl7.Handler].
func (s *hl7Side) Fault(f hl7.Fault) {
	switch f.Kind {
	case hl7.NoCR:
		s.fault("no-cr")
	case hl7.Garbage:
		s.fault("garbage")
	}
}

// fault remembers a framing fault for the next message.
func (s *hl7Side) fault(name string) {
	for _, f := range s.framing {
		if f == name {
			return
		}
	}
	s.framing = append(s.framing, name)
}

func (s *hl7Side) message(m hl7.Message, f hl7.Frame, batch bool) {
	header := m.Header()
	ack, answers := m.Ack()
	if answers {
		s.answer(m, ack)
		if header.MessageType().Code.Is("ACK") {
			return
		}
	}
	s.fields.at = s.stream.at
	out := s.fields.read(m)
	out.FromServer = s.dir == ToClient
	out.Bytes, out.Whole, out.Batch = f.Length, f.Whole(), batch
	if !f.Started {
		s.fault("no-start")
	}
	if f.End == hl7.Restarted { // at the end of the stream, the capture may have ended first
		s.fault("no-end")
	}
	out.Framing, s.framing = s.framing, nil
	id := hl7Hash(header.ControlID().Raw)
	out.Repeat = id != 0 && id == s.previous
	s.previous = id
	s.results(out)
	if answers || header.Unanswered() {
		out.Answer = kind.HL7NotWanted
		s.stream.conn.Emit(s.stream.at, out)
		return
	}
	if len(s.waiting) == hl7Open {
		s.giveUp(kind.HL7None)
	}
	s.waiting = append(s.waiting, hl7Waiting{id, s.stream.at, out})
}

// answer joins an acknowledgement with the other side's message, or tells it
// alone.
func (s *hl7Side) answer(m hl7.Message, ack hl7.Ack) {
	asked := s.other()
	id := hl7Hash([]byte(ack.ControlID))
	code, errorCode, severity := hl7Code(ack)
	for i := range asked.waiting {
		if asked.waiting[i].id == id {
			asked.answeredBy(i, code, errorCode, severity, false)
			return
		}
	}
	// Nobody waits for it by name. A second answer to the same message comes in
	// enhanced mode; otherwise, with one message waiting, the order tells.
	if len(asked.waiting) == 1 && !asked.wasAnswered(id) {
		asked.answeredBy(0, code, errorCode, severity, true)
		return
	}
	out := s.fields.ack(m)
	out.Ack, out.AckError, out.AckSeverity, out.FromServer = code, errorCode, severity, s.dir == ToClient
	s.stream.conn.Emit(s.stream.at, out)
}

// commit joins a commit acknowledgement of MLLP release 2 with the oldest message
// that waits; it carries no name.
func (s *hl7Side) commit(code string) {
	if asked := s.other(); len(asked.waiting) > 0 {
		asked.answeredBy(0, code, "", "", false)
		return
	}
	s.stream.conn.Emit(s.stream.at, &kind.HL7AckV1{Ack: code, FromServer: s.dir == ToClient})
}

// answeredBy emits a waiting message with its answer.
func (s *hl7Side) answeredBy(i int, code, errorCode, severity string, mismatch bool) {
	w := s.waiting[i]
	s.drop(i)
	s.answered[s.next] = w.id
	s.next = (s.next + 1) % len(s.answered)
	w.message.Answer, w.message.Ack, w.message.AckMismatch = kind.HL7Answered, code, mismatch
	w.message.AckError, w.message.AckSeverity = errorCode, severity
	w.message.LatencyMS = float64(max(0, s.stream.at-w.at)/1000) / 1000
	s.stream.conn.Emit(s.stream.at, w.message)
}

func (s *hl7Side) wasAnswered(id uint64) bool {
	for _, a := range s.answered {
		if a == id && id != 0 {
			return true
		}
	}
	return false
}

// expire gives up what has waited too long.
func (s *hl7Side) expire() {
	for len(s.waiting) > 0 && s.stream.at-s.waiting[0].at > hl7Wait {
		s.giveUp(kind.HL7None)
	}
}

// giveUp emits the oldest waiting message without an answer. Where the other
// direction wasn't captured, nothing can be said of answers.
func (s *hl7Side) giveUp(why string) {
	w := s.waiting[0]
	s.drop(0)
	if other := s.other(); other.decoder == nil || other.gapAt >= w.at {
		why = kind.HL7Unseen
	}
	w.message.Answer = why
	s.stream.conn.Emit(s.stream.at, w.message)
}

func (s *hl7Side) drop(i int) {
	s.waiting = slices.Delete(s.waiting, i, i+1)
}

// hl7Hash is FNV-1a, so that control ids are compared without being kept. An
// empty id is 0.
func hl7Hash(b []byte) uint64 {
	if len(b) == 0 {
		return 0
	}
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h | 1
}

// hl7Code returns what may leave of an acknowledgement: codes.
func hl7Code(a hl7.Ack) (code, errorCode, severity string) {
	code = string(a.Code)
	if !a.Code.Known() {
		code = "other"
	}
	return code, hl7Error(a.Error), hl7Severity(a.Severity)
}
