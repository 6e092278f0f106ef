package network

import (
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name:      "dicom",
	Recognise: recogniseDICOM,
	Open:      openDICOM,
	Ports:     []uint16{104, 11112}, // PS3.8 §9.1.1
})

// recogniseDICOM asks of both directions. The one that speaks first is an
// association request; where the capture began later, either may be anything.
func recogniseDICOM(client, server []byte) format.Match {
	best, worst := format.No, format.Yes
	for _, p := range [...][]byte{client, server} {
		if len(p) > 0 {
			m := dicom.Recognise(p)
			best, worst = max(best, m), min(worst, m)
		}
	}
	if best == format.Yes {
		return format.Yes
	}
	return min(best, worst)
}

// dicomConfig is shared by all connections.
var dicomConfig = &dicom.Config{Want: dicomWanted()}

// dicomStream follows the associations of one connection: one after the other,
// mostly only one.
type dicomStream struct {
	conn  *Conn
	talk  *dicom.Conversation
	at    int64    // of the packet being looked at
	begun [2]int64 // bytes of each direction before the association

	open      *dicomAssociation // nil between associations
	fed       [2]bool
	spare     *dicomTally
	equipment dicomEquipment
	settings  dicomSettings
}

func openDICOM(c *Conn) Stream {
	s := &dicomStream{conn: c}
	s.talk = dicom.NewConversation(dicomConfig, s)
	return s
}

// dicomSideOf returns the side that sends in a direction. To the conversation,
// the requestor is the end that opened the connection.
func dicomSideOf(dir Direction) dicom.Side {
	if dir == ToServer {
		return dicom.Requestor
	}
	return dicom.Acceptor
}

// Data implements [Stream].
func (s *dicomStream) Data(dir Direction, p []byte, at int64) error {
	s.at = at
	d := s.talk.Decoder(dicomSideOf(dir))
	if !s.fed[dir] {
		s.fed[dir] = true
		if s.conn.MidStream && dicom.Recognise(p) == format.No {
			// The rest of a PDU whose start was before the capture is no fault.
			if err := d.Gap(0); err != nil {
				return err
			}
		}
	}
	return d.Feed(p)
}

// Gap implements [Stream].
func (s *dicomStream) Gap(dir Direction, n int64, at int64) error {
	s.at = at
	if s.open != nil {
		s.open.out.Lost += n
	}
	return s.talk.Decoder(dicomSideOf(dir)).Gap(n)
}

// Close implements [Stream]. A connection that ends inside a PDU was cut off;
// that its association was closed says so.
func (s *dicomStream) Close(at int64) {
	s.at = at
	_ = s.talk.Close()
	s.finish(kind.DICOMEndClosed)
}

// AssociateRequest implements [dicom.Watcher].
func (s *dicomStream) AssociateRequest(from dicom.Side, a *dicom.AssociateRQ) {
	s.finish(kind.DICOMEndClosed)
	s.open = newDICOMAssociation(from, s.at)
	s.open.asked(a)
}

// AssociateAccept implements [dicom.Watcher].
func (s *dicomStream) AssociateAccept(from dicom.Side, a *dicom.AssociateAC) {
	s.association(from.Other()).accepted(a)
}

// AssociateReject implements [dicom.Watcher].
func (s *dicomStream) AssociateReject(from dicom.Side, r dicom.Reject) {
	s.association(from.Other()).rejected(r)
	s.finish(kind.DICOMEndRejected)
}

// ReleaseRequest implements [dicom.Watcher].
func (s *dicomStream) ReleaseRequest(dicom.Side) {}

// ReleaseResponse implements [dicom.Watcher].
func (s *dicomStream) ReleaseResponse(from dicom.Side) {
	if s.open != nil {
		s.finish(kind.DICOMEndReleased)
	}
}

// Abort implements [dicom.Watcher]. Both ends may abort; the first counts.
func (s *dicomStream) Abort(from dicom.Side, a dicom.Abort) {
	if s.open == nil {
		return
	}
	s.open.aborted(from, a)
	s.finish(kind.DICOMEndAborted)
}

// Malformed implements [dicom.Watcher].
func (s *dicomStream) Malformed(_ dicom.Side, err error) {
	if s.open != nil {
		s.open.out.Malformed++
	}
	s.conn.Failure(err)
}

// association returns the open association, or one whose request was not seen.
func (s *dicomStream) association(requestor dicom.Side) *dicomAssociation {
	if s.open == nil {
		s.open = newDICOMAssociation(requestor, s.at)
	}
	return s.open
}

// finish tells the open association and what was still to be told of it.
func (s *dicomStream) finish(end string) {
	a := s.open
	if a == nil {
		return
	}
	for len(a.stores) > 0 {
		s.tellStores(0)
	}
	s.open = nil
	sent := [2]int64{}
	for side := range sent {
		total := s.talk.Decoder(dicom.Side(side)).Offset()
		sent[side], s.begun[side] = total-s.begun[side], total
	}
	a.out.RequestorBytes, a.out.AcceptorBytes = sent[a.requestor], sent[a.requestor.Other()]
	a.ended(end, s.at)
	s.conn.Emit(s.at, &a.out)
}

// dicomMS is a duration in milliseconds, from nanoseconds.
func dicomMS(ns int64) float64 { return float64(max(0, ns)/1000) / 1000 }
