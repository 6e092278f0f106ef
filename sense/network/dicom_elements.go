package network

import (
	"bytes"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

// dicomSorts are the elements that tell of people, by what kind.DICOMPersonalV1
// calls them.
var dicomSorts = []struct {
	of   func(*kind.DICOMPersonalV1) *kind.Presence
	tags []dicom.Tag
}{
	{func(p *dicomPersonal) dicomPresence { return &p.PatientName }, []dicom.Tag{dicom.PatientName}},
	{func(p *dicomPersonal) dicomPresence { return &p.PatientID }, []dicom.Tag{dicom.PatientID}},
	{func(p *dicomPersonal) dicomPresence { return &p.BirthDate }, []dicom.Tag{dicom.PatientBirthDate, 0x00100032}},
	{func(p *dicomPersonal) dicomPresence { return &p.OtherIDs }, []dicom.Tag{dicom.OtherPatientIDs}},
	{func(p *dicomPersonal) dicomPresence { return &p.OtherNames }, []dicom.Tag{
		dicom.OtherPatientNames, dicom.PatientBirthName, dicom.PatientMotherBirthName,
	}},
	{func(p *dicomPersonal) dicomPresence { return &p.Address }, []dicom.Tag{dicom.PatientAddress, 0x00380400}},
	{func(p *dicomPersonal) dicomPresence { return &p.Telephone }, []dicom.Tag{dicom.PatientTelephoneNumbers, 0x00102155}},
	{func(p *dicomPersonal) dicomPresence { return &p.Insurance }, []dicom.Tag{0x00101050, 0x00101080, 0x00101090}},
	{func(p *dicomPersonal) dicomPresence { return &p.Responsible }, []dicom.Tag{0x00102297}},
	{func(p *dicomPersonal) dicomPresence { return &p.Admission }, []dicom.Tag{dicom.AdmissionID, 0x00380300}},
	{func(p *dicomPersonal) dicomPresence { return &p.Accession }, []dicom.Tag{dicom.AccessionNumber}},
	{func(p *dicomPersonal) dicomPresence { return &p.Order }, []dicom.Tag{
		dicom.StudyID, 0x00400009, 0x00400253, 0x00401001, 0x00402016, 0x00402017,
	}},
	{func(p *dicomPersonal) dicomPresence { return &p.Person }, []dicom.Tag{dicom.PersonName}},
	{func(p *dicomPersonal) dicomPresence { return &p.Description }, []dicom.Tag{
		dicom.PatientSex, dicom.PatientAge, 0x00101020, 0x00101030, 0x00102160, 0x00102180, 0x001021F0,
	}},
	{func(p *dicomPersonal) dicomPresence { return &p.Health }, []dicom.Tag{0x00081080, 0x00102000, 0x00102110, 0x001021B0, 0x00380500}},
	{func(p *dicomPersonal) dicomPresence { return &p.Comments }, []dicom.Tag{
		dicom.PatientComments, 0x00204000, 0x00324000, 0x00402400, 0x0040A160, 0x00420010,
	}},
	{func(p *dicomPersonal) dicomPresence { return &p.Staff }, []dicom.Tag{
		dicom.ReferringPhysicianName, 0x00080092, 0x00080094, 0x0008009C, 0x00081048, dicom.PerformingPhysicianName,
		dicom.NameOfPhysiciansReadingStudy, dicom.OperatorsName, dicom.RequestingPhysician, 0x00400006, 0x00401102, 0x00401103,
		0x0040A075, 0x40080114,
	}},
}

type (
	dicomPersonal = kind.DICOMPersonalV1
	dicomPresence = *kind.Presence
)

// dicomAbout is dicomSorts by element.
var dicomAbout = func() map[dicom.Tag]func(*dicomPersonal) dicomPresence {
	m := map[dicom.Tag]func(*dicomPersonal) dicomPresence{}
	for _, sort := range dicomSorts {
		for _, t := range sort.tags {
			m[t] = sort.of
		}
	}
	return m
}()

// dicomKeys are further elements by which a query narrows down; true for those
// that name one patient, study, order or object.
var dicomKeys = map[dicom.Tag]bool{
	dicom.PatientID: true, dicom.StudyInstanceUID: true, dicom.SeriesInstanceUID: true, dicom.SOPInstanceUID: true,
	dicom.AccessionNumber: true, dicom.AdmissionID: true, 0x00401001: true,
	dicom.SOPClassUID: false, dicom.StudyDate: false, 0x00080030: false, dicom.Modality: false, dicom.ModalitiesInStudy: false,
	dicom.StudyDescription: false, dicom.StationName: false, dicom.InstitutionName: false,
	dicom.ScheduledStationAETitle: false, 0x00400002: false, dicom.ScheduledStationName: false, 0x00200011: false, 0x00200013: false,
}

// dicomWanted are all elements that are looked at. The last of them stands before
// pixel data, which is therefore never read. Sequences are entered in any case.
func dicomWanted() *dicom.TagSet {
	tags := []dicom.Tag{dicom.SpecificCharacterSet, dicom.QueryRetrieveLevel, dicom.PatientIdentityRemoved}
	for t := range dicomAbout {
		tags = append(tags, t)
	}
	for t := range dicomKeys {
		tags = append(tags, t)
	}
	tags = append(tags, dicomMaking[:]...)
	tags = append(tags, dicom.PerFrameFunctionalGroups) // in which, too, it is told how frames were made
	return dicom.NewTagSet(append(tags, dicomMachine[:]...)...)
}

// Element implements [dicom.Watcher].
func (s *dicomStream) Element(from dicom.Side, o *dicom.Operation, e *dicom.Element) {
	if o == nil || e.VR == dicom.SQ {
		return
	}
	t := o.Tally.(*dicomTally)
	value := e.Bytes()
	request := from == o.Invoker
	if request && o.Request.Field == dicom.CStoreRQ {
		s.settings.element(e, value) // also 32, whose bytes are a space and a null
	}
	if len(value) == 0 {
		return
	}
	query := false
	switch o.Request.Field {
	case dicom.CFindRQ, dicom.CGetRQ, dicom.CMoveRQ:
		query = request
	case dicom.CStoreRQ:
		if request && e.Depth() == 0 {
			s.equipment.add(e.Tag, value)
		}
	}
	if query {
		t.key(e, value)
	}
	if sort := dicomAbout[e.Tag]; sort != nil && !(query && wildcards(value)) {
		*sort(&t.out.Personal) = true
	}
	switch e.Tag {
	case dicom.PatientID:
		if e.Depth() == 0 && !query {
			t.patients.add(dicomHash(value))
		}
	case dicom.PatientIdentityRemoved:
		t.out.Deidentified = string(value) == "YES"
	}
}

// key looks at one key of a query.
func (t *dicomTally) key(e *dicom.Element, value []byte) {
	if e.Tag == dicom.QueryRetrieveLevel {
		switch level := string(value); level {
		case "PATIENT", "STUDY", "SERIES", "IMAGE":
			t.out.Level = level
		}
		return
	}
	one, narrows := dicomKeys[e.Tag]
	if !narrows && dicomAbout[e.Tag] == nil || wildcards(value) {
		return
	}
	if one && e.Whole && !bytes.ContainsAny(value, `*?\`) {
		t.out.Matching = kind.DICOMMatchOne
	} else if t.out.Matching == "" {
		t.out.Matching = kind.DICOMMatchSome
	}
}

// wildcards reports whether a key of a query matches anything (PS3.4 §C.2.2.2.4).
func wildcards(value []byte) bool {
	for _, c := range value {
		if c != '*' && c != '?' && c != '^' && c != '=' && c != '\\' {
			return false
		}
	}
	return true
}

// dicomHash is FNV-1a, so that patients are counted without their ids being kept.
func dicomHash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h | 1
}
