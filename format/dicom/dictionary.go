package dicom

import (
	"cmp"
	"slices"
)

// Attribute is what PS3.6 says of a tag: the facts that implicit VR data sets
// leave out and that people want to read.
type Attribute struct {
	Tag     Tag
	VR      VR
	Keyword string
}

// LookUp returns the attribute of a tag that this package knows. It knows the
// tags of command sets and those that identify equipment, persons, and the
// object, and the sequences these stand in; not the five thousand of PS3.6.
func LookUp(t Tag) (Attribute, bool) {
	i, ok := slices.BinarySearchFunc(dictionary, t, func(a Attribute, t Tag) int { return cmp.Compare(a.Tag, t) })
	if !ok {
		return Attribute{}, false
	}
	return dictionary[i], true
}

// Attributes returns everything [LookUp] knows, by ascending tag.
func Attributes() []Attribute { return slices.Clone(dictionary) }

// Keyword returns the tag's keyword ("StationName"), or its number when the tag
// is not known.
func (t Tag) Keyword() string {
	if a, ok := LookUp(t); ok {
		return a.Keyword
	}
	return t.String()
}

// implicitVR returns the VR of an element whose VR is not written.
func implicitVR(t Tag) VR {
	if t.Element() == 0 {
		return UL // group length, PS3.5 §7.2
	}
	if t.Private() && t.Element() <= 0xFF {
		return LO // private creator, PS3.5 §7.8.1
	}
	if a, ok := LookUp(t); ok {
		return a.VR
	}
	return UN
}

// Tags that code names. Groups 0000 are in command.go's table only.
const (
	TransferSyntaxUID             Tag = 0x00020010
	SpecificCharacterSet          Tag = 0x00080005
	ImageType                     Tag = 0x00080008
	SOPClassUID                   Tag = 0x00080016
	SOPInstanceUID                Tag = 0x00080018
	StudyDate                     Tag = 0x00080020
	AccessionNumber               Tag = 0x00080050
	QueryRetrieveLevel            Tag = 0x00080052
	RetrieveAETitle               Tag = 0x00080054
	Modality                      Tag = 0x00080060
	ModalitiesInStudy             Tag = 0x00080061
	Manufacturer                  Tag = 0x00080070
	InstitutionName               Tag = 0x00080080
	InstitutionAddress            Tag = 0x00080081
	ReferringPhysicianName        Tag = 0x00080090
	StationName                   Tag = 0x00081010
	StudyDescription              Tag = 0x00081030
	SeriesDescription             Tag = 0x0008103E
	InstitutionalDepartmentName   Tag = 0x00081040
	PerformingPhysicianName       Tag = 0x00081050
	NameOfPhysiciansReadingStudy  Tag = 0x00081060
	OperatorsName                 Tag = 0x00081070
	ManufacturerModelName         Tag = 0x00081090
	PatientName                   Tag = 0x00100010
	PatientID                     Tag = 0x00100020
	IssuerOfPatientID             Tag = 0x00100021
	PatientBirthDate              Tag = 0x00100030
	PatientSex                    Tag = 0x00100040
	OtherPatientIDs               Tag = 0x00101000
	OtherPatientNames             Tag = 0x00101001
	PatientBirthName              Tag = 0x00101005
	PatientAge                    Tag = 0x00101010
	PatientAddress                Tag = 0x00101040
	PatientMotherBirthName        Tag = 0x00101060
	PatientTelephoneNumbers       Tag = 0x00102154
	PatientComments               Tag = 0x00104000
	PatientIdentityRemoved        Tag = 0x00120062
	BodyPartExamined              Tag = 0x00180015
	SliceThickness                Tag = 0x00180050
	KVP                           Tag = 0x00180060
	DeviceSerialNumber            Tag = 0x00181000
	DeviceUID                     Tag = 0x00181002
	GantryID                      Tag = 0x00181008
	UniqueDeviceIdentifier        Tag = 0x00181009
	SoftwareVersions              Tag = 0x00181020
	ProtocolName                  Tag = 0x00181030
	DetectorID                    Tag = 0x0018700A
	StudyInstanceUID              Tag = 0x0020000D
	SeriesInstanceUID             Tag = 0x0020000E
	StudyID                       Tag = 0x00200010
	PhotometricInterpretation     Tag = 0x00280004
	Rows                          Tag = 0x00280010
	Columns                       Tag = 0x00280011
	PixelSpacing                  Tag = 0x00280030
	PixelMeasuresSequence         Tag = 0x00289110
	Exposure                      Tag = 0x00181152
	ExposureInMicroAs             Tag = 0x00181153
	ImagerPixelSpacing            Tag = 0x00181164
	CTExposureSequence            Tag = 0x00189321
	CTXRayDetailsSequence         Tag = 0x00189325
	ExposureInmAs                 Tag = 0x00189332
	SharedFunctionalGroups        Tag = 0x52009229
	PerFrameFunctionalGroups      Tag = 0x52009230
	NumberOfFrames                Tag = 0x00280008
	BurnedInAnnotation            Tag = 0x00280301
	RequestingPhysician           Tag = 0x00321032
	AdmissionID                   Tag = 0x00380010
	ScheduledStationAETitle       Tag = 0x00400001
	ScheduledStationName          Tag = 0x00400010
	ScheduledProcedureStep        Tag = 0x00400100
	PerformedStationAETitle       Tag = 0x00400241
	PerformedStationName          Tag = 0x00400242
	RequestAttributes             Tag = 0x00400275
	PersonName                    Tag = 0x0040A123
	PixelData                     Tag = 0x7FE00010
	ContributingEquipmentSequence Tag = 0x0018A001
)

// dictionary is ascending by tag: PS3.7 annex E and PS3.6 §6.
var dictionary = []Attribute{
	{0x00000000, UL, "CommandGroupLength"},
	{0x00000002, UI, "AffectedSOPClassUID"},
	{0x00000003, UI, "RequestedSOPClassUID"},
	{0x00000100, US, "CommandField"},
	{0x00000110, US, "MessageID"},
	{0x00000120, US, "MessageIDBeingRespondedTo"},
	{0x00000600, AE, "MoveDestination"},
	{0x00000700, US, "Priority"},
	{0x00000800, US, "CommandDataSetType"},
	{0x00000900, US, "Status"},
	{0x00000901, AT, "OffendingElement"},
	{0x00000902, LO, "ErrorComment"},
	{0x00000903, US, "ErrorID"},
	{0x00001000, UI, "AffectedSOPInstanceUID"},
	{0x00001001, UI, "RequestedSOPInstanceUID"},
	{0x00001002, US, "EventTypeID"},
	{0x00001005, AT, "AttributeIdentifierList"},
	{0x00001008, US, "ActionTypeID"},
	{0x00001020, US, "NumberOfRemainingSuboperations"},
	{0x00001021, US, "NumberOfCompletedSuboperations"},
	{0x00001022, US, "NumberOfFailedSuboperations"},
	{0x00001023, US, "NumberOfWarningSuboperations"},
	{0x00001030, AE, "MoveOriginatorApplicationEntityTitle"},
	{0x00001031, US, "MoveOriginatorMessageID"},
	{0x00020000, UL, "FileMetaInformationGroupLength"},
	{0x00020001, OB, "FileMetaInformationVersion"},
	{0x00020002, UI, "MediaStorageSOPClassUID"},
	{0x00020003, UI, "MediaStorageSOPInstanceUID"},
	{TransferSyntaxUID, UI, "TransferSyntaxUID"},
	{0x00020012, UI, "ImplementationClassUID"},
	{0x00020013, SH, "ImplementationVersionName"},
	{0x00020016, AE, "SourceApplicationEntityTitle"},
	{SpecificCharacterSet, CS, "SpecificCharacterSet"},
	{ImageType, CS, "ImageType"},
	{0x00080012, DA, "InstanceCreationDate"},
	{0x00080013, TM, "InstanceCreationTime"},
	{0x00080014, UI, "InstanceCreatorUID"},
	{SOPClassUID, UI, "SOPClassUID"},
	{SOPInstanceUID, UI, "SOPInstanceUID"},
	{StudyDate, DA, "StudyDate"},
	{0x00080021, DA, "SeriesDate"},
	{0x00080022, DA, "AcquisitionDate"},
	{0x00080023, DA, "ContentDate"},
	{0x0008002A, DT, "AcquisitionDateTime"},
	{0x00080030, TM, "StudyTime"},
	{AccessionNumber, SH, "AccessionNumber"},
	{0x00080051, SQ, "IssuerOfAccessionNumberSequence"},
	{QueryRetrieveLevel, CS, "QueryRetrieveLevel"},
	{RetrieveAETitle, AE, "RetrieveAETitle"},
	{0x00080056, CS, "InstanceAvailability"},
	{0x00080058, UI, "FailedSOPInstanceUIDList"},
	{Modality, CS, "Modality"},
	{ModalitiesInStudy, CS, "ModalitiesInStudy"},
	{0x00080068, CS, "PresentationIntentType"},
	{Manufacturer, LO, "Manufacturer"},
	{InstitutionName, LO, "InstitutionName"},
	{InstitutionAddress, ST, "InstitutionAddress"},
	{0x00080082, SQ, "InstitutionCodeSequence"},
	{ReferringPhysicianName, PN, "ReferringPhysicianName"},
	{0x00080092, ST, "ReferringPhysicianAddress"},
	{0x00080094, SH, "ReferringPhysicianTelephoneNumbers"},
	{0x00080096, SQ, "ReferringPhysicianIdentificationSequence"},
	{0x0008009C, PN, "ConsultingPhysicianName"},
	{0x00080100, SH, "CodeValue"},
	{0x00080102, SH, "CodingSchemeDesignator"},
	{0x00080104, LO, "CodeMeaning"},
	{0x00080201, SH, "TimezoneOffsetFromUTC"},
	{StationName, SH, "StationName"},
	{StudyDescription, LO, "StudyDescription"},
	{0x00081032, SQ, "ProcedureCodeSequence"},
	{SeriesDescription, LO, "SeriesDescription"},
	{InstitutionalDepartmentName, LO, "InstitutionalDepartmentName"},
	{0x00081048, PN, "PhysiciansOfRecord"},
	{PerformingPhysicianName, PN, "PerformingPhysicianName"},
	{0x00081052, SQ, "PerformingPhysicianIdentificationSequence"},
	{NameOfPhysiciansReadingStudy, PN, "NameOfPhysiciansReadingStudy"},
	{OperatorsName, PN, "OperatorsName"},
	{0x00081072, SQ, "OperatorIdentificationSequence"},
	{0x00081080, LO, "AdmittingDiagnosesDescription"},
	{ManufacturerModelName, LO, "ManufacturerModelName"},
	{0x00081110, SQ, "ReferencedStudySequence"},
	{0x00081111, SQ, "ReferencedPerformedProcedureStepSequence"},
	{0x00081115, SQ, "ReferencedSeriesSequence"},
	{0x00081120, SQ, "ReferencedPatientSequence"},
	{0x00081140, SQ, "ReferencedImageSequence"},
	{0x00081150, UI, "ReferencedSOPClassUID"},
	{0x00081155, UI, "ReferencedSOPInstanceUID"},
	{0x00081195, UI, "TransactionUID"},
	{0x00081199, SQ, "ReferencedSOPSequence"},
	{0x00082111, ST, "DerivationDescription"},
	{0x00082112, SQ, "SourceImageSequence"},
	{PatientName, PN, "PatientName"},
	{PatientID, LO, "PatientID"},
	{IssuerOfPatientID, LO, "IssuerOfPatientID"},
	{0x00100024, SQ, "IssuerOfPatientIDQualifiersSequence"},
	{PatientBirthDate, DA, "PatientBirthDate"},
	{0x00100032, TM, "PatientBirthTime"},
	{PatientSex, CS, "PatientSex"},
	{0x00100050, SQ, "PatientInsurancePlanCodeSequence"},
	{OtherPatientIDs, LO, "OtherPatientIDs"},
	{OtherPatientNames, PN, "OtherPatientNames"},
	{0x00101002, SQ, "OtherPatientIDsSequence"},
	{PatientBirthName, PN, "PatientBirthName"},
	{PatientAge, AS, "PatientAge"},
	{0x00101020, DS, "PatientSize"},
	{0x00101030, DS, "PatientWeight"},
	{PatientAddress, LO, "PatientAddress"},
	{0x00101050, LO, "InsurancePlanIdentification"},
	{PatientMotherBirthName, PN, "PatientMotherBirthName"},
	{0x00101080, LO, "MilitaryRank"},
	{0x00101090, LO, "MedicalRecordLocator"},
	{0x00102000, LO, "MedicalAlerts"},
	{0x00102110, LO, "Allergies"},
	{PatientTelephoneNumbers, SH, "PatientTelephoneNumbers"},
	{0x00102155, LT, "PatientTelecomInformation"},
	{0x00102160, SH, "EthnicGroup"},
	{0x00102180, SH, "Occupation"},
	{0x001021B0, LT, "AdditionalPatientHistory"},
	{0x001021F0, LO, "PatientReligiousPreference"},
	{0x00102297, PN, "ResponsiblePerson"},
	{PatientComments, LT, "PatientComments"},
	{PatientIdentityRemoved, CS, "PatientIdentityRemoved"},
	{0x00120063, LO, "DeidentificationMethod"},
	{BodyPartExamined, CS, "BodyPartExamined"},
	{SliceThickness, DS, "SliceThickness"},
	{KVP, DS, "KVP"},
	{DeviceSerialNumber, LO, "DeviceSerialNumber"},
	{DeviceUID, UI, "DeviceUID"},
	{0x00181003, LO, "DeviceID"},
	{0x00181004, LO, "PlateID"},
	{0x00181005, LO, "GeneratorID"},
	{GantryID, LO, "GantryID"},
	{UniqueDeviceIdentifier, UT, "UniqueDeviceIdentifier"},
	{0x0018100A, SQ, "UDISequence"},
	{0x00181016, LO, "SecondaryCaptureDeviceManufacturer"},
	{0x00181018, LO, "SecondaryCaptureDeviceManufacturerModelName"},
	{0x00181019, LO, "SecondaryCaptureDeviceSoftwareVersions"},
	{SoftwareVersions, LO, "SoftwareVersions"},
	{ProtocolName, LO, "ProtocolName"},
	{Exposure, IS, "Exposure"},
	{ExposureInMicroAs, IS, "ExposureInuAs"},
	{ImagerPixelSpacing, DS, "ImagerPixelSpacing"},
	{0x00181200, DA, "DateOfLastCalibration"},
	{DetectorID, SH, "DetectorID"},
	{CTExposureSequence, SQ, "CTExposureSequence"},
	{CTXRayDetailsSequence, SQ, "CTXRayDetailsSequence"},
	{ExposureInmAs, FD, "ExposureInmAs"},
	{ContributingEquipmentSequence, SQ, "ContributingEquipmentSequence"},
	{StudyInstanceUID, UI, "StudyInstanceUID"},
	{SeriesInstanceUID, UI, "SeriesInstanceUID"},
	{StudyID, SH, "StudyID"},
	{0x00200011, IS, "SeriesNumber"},
	{0x00200013, IS, "InstanceNumber"},
	{0x00201208, IS, "NumberOfStudyRelatedInstances"},
	{0x00204000, LT, "ImageComments"},
	{0x00280002, US, "SamplesPerPixel"},
	{PhotometricInterpretation, CS, "PhotometricInterpretation"},
	{NumberOfFrames, IS, "NumberOfFrames"},
	{Rows, US, "Rows"},
	{Columns, US, "Columns"},
	{PixelSpacing, DS, "PixelSpacing"},
	{0x00280100, US, "BitsAllocated"},
	{BurnedInAnnotation, CS, "BurnedInAnnotation"},
	{PixelMeasuresSequence, SQ, "PixelMeasuresSequence"},
	{RequestingPhysician, PN, "RequestingPhysician"},
	{0x00321033, LO, "RequestingService"},
	{0x00321060, LO, "RequestedProcedureDescription"},
	{0x00321064, SQ, "RequestedProcedureCodeSequence"},
	{0x00324000, LT, "StudyComments"},
	{AdmissionID, LO, "AdmissionID"},
	{0x00380014, SQ, "IssuerOfAdmissionIDSequence"},
	{0x00380020, DA, "AdmittingDate"},
	{0x00380300, LO, "CurrentPatientLocation"},
	{0x00380400, LO, "PatientInstitutionResidence"},
	{0x00380500, LO, "PatientState"},
	{ScheduledStationAETitle, AE, "ScheduledStationAETitle"},
	{0x00400002, DA, "ScheduledProcedureStepStartDate"},
	{0x00400003, TM, "ScheduledProcedureStepStartTime"},
	{0x00400006, PN, "ScheduledPerformingPhysicianName"},
	{0x00400007, LO, "ScheduledProcedureStepDescription"},
	{0x00400009, SH, "ScheduledProcedureStepID"},
	{ScheduledStationName, SH, "ScheduledStationName"},
	{0x00400011, SH, "ScheduledProcedureStepLocation"},
	{ScheduledProcedureStep, SQ, "ScheduledProcedureStepSequence"},
	{PerformedStationAETitle, AE, "PerformedStationAETitle"},
	{PerformedStationName, SH, "PerformedStationName"},
	{0x00400243, SH, "PerformedLocation"},
	{0x00400252, CS, "PerformedProcedureStepStatus"},
	{0x00400253, SH, "PerformedProcedureStepID"},
	{0x00400270, SQ, "ScheduledStepAttributesSequence"},
	{RequestAttributes, SQ, "RequestAttributesSequence"},
	{0x00400340, SQ, "PerformedSeriesSequence"},
	{0x00401001, SH, "RequestedProcedureID"},
	{0x00401101, SQ, "PersonIdentificationCodeSequence"},
	{0x00401102, ST, "PersonAddress"},
	{0x00401103, LO, "PersonTelephoneNumbers"},
	{0x00402016, LO, "PlacerOrderNumberImagingServiceRequest"},
	{0x00402017, LO, "FillerOrderNumberImagingServiceRequest"},
	{0x00402400, LT, "ImagingServiceRequestComments"},
	{0x0040A043, SQ, "ConceptNameCodeSequence"},
	{0x0040A073, SQ, "VerifyingObserverSequence"},
	{0x0040A075, PN, "VerifyingObserverName"},
	{PersonName, PN, "PersonName"},
	{0x0040A160, UT, "TextValue"},
	{0x0040A730, SQ, "ContentSequence"},
	{0x00420010, ST, "DocumentTitle"},
	{0x00420011, OB, "EncapsulatedDocument"},
	{0x04000550, SQ, "ModifiedAttributesSequence"},
	{0x04000561, SQ, "OriginalAttributesSequence"},
	{0x40080114, PN, "PhysicianApprovingInterpretation"},
	{SharedFunctionalGroups, SQ, "SharedFunctionalGroupsSequence"},
	{PerFrameFunctionalGroups, SQ, "PerFrameFunctionalGroupsSequence"},
	{0x7FE00008, OF, "FloatPixelData"},
	{0x7FE00009, OD, "DoubleFloatPixelData"},
	{PixelData, OW, "PixelData"},
	{0xFFFAFFFA, SQ, "DigitalSignaturesSequence"},
	{0xFFFCFFFC, OB, "DataSetTrailingPadding"},
}
