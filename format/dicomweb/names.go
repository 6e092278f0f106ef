package dicomweb

import "strings"

// The names of query parameters that PS3.18 defines, and the keywords of the
// attributes that are usually searched by (PS3.6, PS3.18 §10.6.1).
const parameterNames = `
accept charset fuzzymatching includefield limit offset orderby filter emptyvaluematching multiplevaluematching
annotation quality viewport window iccprofile timezoneoffset skipduplicates
requestType studyUID seriesUID objectUID contentType anonymize rows columns region windowCenter windowWidth frameNumber
imageQuality imageAnnotation presentationUID presentationSeriesUID transferSyntax
workitem deletionlock filtered transaction-uid
AccessionNumber AdmissionID BodyPartExamined ContentDate ContentTime InstanceAvailability InstanceNumber InstitutionName
IssuerOfPatientID Manufacturer ManufacturerModelName ModalitiesInStudy Modality NumberOfFrames NumberOfStudyRelatedInstances
NumberOfStudyRelatedSeries OtherPatientIDs PatientBirthDate PatientID PatientName PatientSex
PerformedProcedureStepStartDate PerformedProcedureStepStartTime ProtocolName ReferringPhysicianName
RequestAttributesSequence ScheduledProcedureStepID ScheduledProcedureStepStartDate RequestedProcedureID
SOPClassUID SOPClassesInStudy SOPInstanceUID SeriesDate SeriesDescription SeriesInstanceUID SeriesNumber StationName
StudyDate StudyDescription StudyID StudyInstanceUID StudyTime TimezoneOffsetFromUTC
ProcedureStepState ScheduledStationAETitle WorklistLabel InputReadinessState
`

var parameters = func() map[string]string {
	m := make(map[string]string)
	for _, name := range strings.Fields(parameterNames) {
		m[name] = name
	}
	return m
}()

// Parameter returns name if it is a published parameter, an attribute's keyword
// that is usually searched by, or a path of attribute tags ("00100010",
// "00400275.00400009"), and "" for any other, which may hold anything.
func Parameter(name string) string {
	if known, ok := parameters[name]; ok {
		return known
	}
	rest := name
	for len(rest) >= 8 {
		for i := 0; i < 8; i++ {
			c := rest[i]
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return ""
			}
		}
		if len(rest) == 8 && len(name) <= 35 {
			return name
		}
		if rest = rest[8:]; rest[0] != '.' {
			return ""
		}
		rest = rest[1:]
	}
	return ""
}

// Personal is a set of attributes that identify a patient or a person of the staff.
type Personal uint32

// identifying lists these attributes, by the bit each has in a Personal.
var identifying = [...]struct{ tag, keyword, field string }{
	{"00080050", "AccessionNumber", "(0008,0050)"},
	{"00080090", "ReferringPhysicianName", "(0008,0090)"},
	{"00081048", "PhysiciansOfRecord", "(0008,1048)"},
	{"00081050", "PerformingPhysicianName", "(0008,1050)"},
	{"00081060", "NameOfPhysiciansReadingStudy", "(0008,1060)"},
	{"00081070", "OperatorsName", "(0008,1070)"},
	{"00100010", "PatientName", "(0010,0010)"},
	{"00100020", "PatientID", "(0010,0020)"},
	{"00100030", "PatientBirthDate", "(0010,0030)"},
	{"00101000", "OtherPatientIDs", "(0010,1000)"},
	{"00101001", "OtherPatientNames", "(0010,1001)"},
	{"00101002", "OtherPatientIDsSequence", "(0010,1002)"},
	{"00101040", "PatientAddress", "(0010,1040)"},
	{"00102154", "PatientTelephoneNumbers", "(0010,2154)"},
	{"00104000", "PatientComments", "(0010,4000)"},
	{"00380010", "AdmissionID", "(0038,0010)"},
}

// Fields names the attributes as "(0010,0010)".
func (p Personal) Fields() (fields []string) {
	for i := range identifying {
		if p&(1<<i) != 0 {
			fields = append(fields, identifying[i].field)
		}
	}
	return fields
}

// PersonalParameter returns the set that a search by this parameter belongs to.
func PersonalParameter(name string) Personal {
	for i := range identifying {
		if name == identifying[i].keyword || strings.EqualFold(name, identifying[i].tag) {
			return 1 << i
		}
	}
	return 0
}

func personalTag(tag []byte) Personal {
	if len(tag) != 8 {
		return 0
	}
	for i := range identifying {
		if string(tag) == identifying[i].tag {
			return 1 << i
		}
	}
	return 0
}
