package network

import (
	"fmt"
	"slices"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

const (
	// dicomTogether is how long C-STOREs are gathered before they are told, in
	// nanoseconds.
	dicomTogether = 60e9
	// dicomPatients is up to how many patients are told apart.
	dicomPatients = 1000
)

// dicomTally is what is gathered of an operation, or of C-STOREs that are told
// together.
type dicomTally struct {
	out         kind.DICOMOperationV1
	began, last int64
	patients    dicomSet
}

// dicomSet counts distinct values by their hashes. Most often there is one.
type dicomSet struct {
	first uint64
	more  map[uint64]struct{}
}

func (p *dicomSet) add(h uint64) {
	switch {
	case h == p.first || len(p.more) >= dicomPatients-1:
	case p.first == 0:
		p.first = h
	default:
		if p.more == nil {
			p.more = map[uint64]struct{}{}
		}
		p.more[h] = struct{}{}
	}
}

func (p *dicomSet) join(q *dicomSet) {
	if q.first != 0 {
		p.add(q.first)
	}
	for h := range q.more {
		p.add(h)
	}
}

func (p *dicomSet) count() int {
	if p.first == 0 {
		return 0
	}
	return 1 + len(p.more)
}

// OperationBegin implements [dicom.Watcher].
func (s *dicomStream) OperationBegin(o *dicom.Operation) {
	s.association(o.Invoker)
	t := s.spare
	if t == nil {
		t = &dicomTally{}
	}
	s.spare = nil
	*t = dicomTally{began: s.at, last: s.at}
	o.Tally = t
}

// OperationResponse implements [dicom.Watcher].
func (s *dicomStream) OperationResponse(o *dicom.Operation) {
	t := o.Tally.(*dicomTally)
	t.last = s.at
	if o.Request.Field == dicom.CFindRQ && o.Response.Status.Class() == dicom.Pending {
		t.out.Matches++
	}
}

// DataSetEnd implements [dicom.Watcher].
func (s *dicomStream) DataSetEnd(from dicom.Side, o *dicom.Operation, d dicom.DataSetEnd) {
	if d.Err != nil && d.Complete && d.Missing == 0 {
		s.Malformed(from, d.Err)
	}
	if o == nil {
		s.equipment.reset()
		s.settings.reset()
		return
	}
	t := o.Tally.(*dicomTally)
	t.last = s.at
	t.out.Lost += d.Missing
	if from != o.Invoker {
		return
	}
	switch o.Request.Field {
	case dicom.CStoreRQ:
		t.out.Personal.ClinicalObject = true
		if a, ok := s.settings.acquisition(&s.equipment); ok {
			t.out.Acquisitions = append(t.out.Acquisitions, a)
		}
		s.settings.reset()
		s.tellEquipment(o)
	case dicom.CFindRQ, dicom.CGetRQ, dicom.CMoveRQ:
		if t.out.Matching == "" && d.Err == nil && d.Missing == 0 {
			t.out.Matching = kind.DICOMMatchAll
		}
	}
}

// OperationEnd implements [dicom.Watcher].
func (s *dicomStream) OperationEnd(o *dicom.Operation) {
	a := s.association(o.Invoker)
	a.count(o)
	t := o.Tally.(*dicomTally)
	a.describe(t, o)
	if o.Answered && o.Response.Status.Class() != dicom.Failure {
		switch o.Request.Field {
		case dicom.CStoreRQ, dicom.CMoveRQ, dicom.CGetRQ:
			s.archive(o.Invoker.Other())
		case dicom.CFindRQ:
			if t.out.Service == dicom.FindService.String() {
				s.archive(o.Invoker.Other())
			}
		}
	}
	if o.Request.Field != dicom.CStoreRQ {
		out := t.out
		out.DurationMS, out.Patients = dicomMS(t.last-t.began), t.patients.count()
		s.conn.Emit(s.at, &out)
		s.spare = t
		return
	}
	i := slices.IndexFunc(a.stores, t.together)
	if i < 0 {
		if len(a.stores) == dicomStores {
			s.tellStores(0)
		}
		a.stores = append(a.stores, t)
		return
	}
	a.stores[i].join(t)
	s.spare = t
	if s.at-a.stores[i].began > dicomTogether {
		s.tellStores(i)
	}
}

// describe fills in what the commands say.
func (a *dicomAssociation) describe(t *dicomTally, o *dicom.Operation) {
	out := &t.out
	out.Operation, out.FromServer, out.Transactions = o.Request.Field.Service(), o.Invoker == dicom.Acceptor, 1
	if out.Operation == "" {
		out.Operation = "unknown"
	}
	out.Calling, out.Called = a.out.Calling, a.out.Called
	class := o.Request.SOPClass()
	if class == "" {
		class = o.Response.SOPClass()
	}
	if class == "" {
		class = o.Context.AbstractSyntax
	}
	out.SOPClass = dicomClass(class)
	known, _ := dicom.LookUpSOPClass(out.SOPClass)
	out.Service = known.Service.String()
	out.TransferSyntax = dicomClass(o.Context.TransferSyntax)
	out.Destination, out.Originator = dicomTitle(o.Request.MoveDestination), dicomTitle(o.Request.MoveOriginator)
	out.Cancelled = o.Cancelled
	out.RequestBytes, out.ResponseBytes = o.RequestData, o.ResponseData
	if r := &o.Response; o.Request.Field == dicom.CGetRQ || o.Request.Field == dicom.CMoveRQ {
		out.Completed, out.Failed, out.Warnings, out.Remaining = int(r.Completed), int(r.Failed), int(r.Warnings), int(r.Remaining)
	}
	out.Outcome = kind.DICOMNoAnswer
	if !o.Answered {
		return
	}
	out.Outcome = o.Response.Status.Class().String()
	out.Status = dicomStatus(o.Response.Status)
	out.Comment = o.Response.ErrorComment != ""
}

func dicomStatus(s dicom.Status) string {
	if s == dicom.StatusSuccess {
		return "0000"
	}
	return fmt.Sprintf("%04x", uint16(s))
}

// together reports whether another C-STORE is told with t.
func (t *dicomTally) together(other *dicomTally) bool {
	a, b := &t.out, &other.out
	return a.FromServer == b.FromServer && a.SOPClass == b.SOPClass && a.TransferSyntax == b.TransferSyntax &&
		a.Outcome == b.Outcome && a.Status == b.Status && a.Originator == b.Originator && a.Calling == b.Calling
}

// join adds another C-STORE.
func (t *dicomTally) join(other *dicomTally) {
	a, b := &t.out, &other.out
	t.last = max(t.last, other.last)
	t.patients.join(&other.patients)
	a.Transactions += b.Transactions
	a.RequestBytes += b.RequestBytes
	a.ResponseBytes += b.ResponseBytes
	a.Lost += b.Lost
	a.Comment = a.Comment || b.Comment
	a.Deidentified = a.Deidentified && b.Deidentified
	a.Personal.Join(&b.Personal)
	var rest int
	a.Acquisitions, rest = kind.JoinAcquisitions(a.Acquisitions, b.Acquisitions...)
	a.AcquisitionsOther += b.AcquisitionsOther + rest
}

// tellStores emits the i-th group of C-STOREs.
func (s *dicomStream) tellStores(i int) {
	t := s.open.stores[i]
	s.open.stores = slices.Delete(s.open.stores, i, i+1)
	t.out.DurationMS, t.out.Patients = dicomMS(t.last-t.began), t.patients.count()
	s.conn.Emit(s.at, &t.out)
}
