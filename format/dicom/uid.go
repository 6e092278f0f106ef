package dicom

import "strings"

// Identifiers that code compares with (PS3.6 annex A).
const (
	ApplicationContextName = "1.2.840.10008.3.1.1.1"

	ImplicitVRLittleEndian         = "1.2.840.10008.1.2"
	ExplicitVRLittleEndian         = "1.2.840.10008.1.2.1"
	DeflatedExplicitVRLittleEndian = "1.2.840.10008.1.2.1.99"
	ExplicitVRBigEndian            = "1.2.840.10008.1.2.2"
	JPEGBaseline8Bit               = "1.2.840.10008.1.2.4.50"
	JPEGLossless                   = "1.2.840.10008.1.2.4.70"
	JPEG2000Lossless               = "1.2.840.10008.1.2.4.90"
	RLELossless                    = "1.2.840.10008.1.2.5"

	Verification               = "1.2.840.10008.1.1"
	CTImageStorage             = "1.2.840.10008.5.1.4.1.1.2"
	MRImageStorage             = "1.2.840.10008.5.1.4.1.1.4"
	UltrasoundImageStorage     = "1.2.840.10008.5.1.4.1.1.6.1"
	SecondaryCaptureStorage    = "1.2.840.10008.5.1.4.1.1.7"
	PatientRootFind            = "1.2.840.10008.5.1.4.1.2.1.1"
	PatientRootMove            = "1.2.840.10008.5.1.4.1.2.1.2"
	PatientRootGet             = "1.2.840.10008.5.1.4.1.2.1.3"
	StudyRootFind              = "1.2.840.10008.5.1.4.1.2.2.1"
	StudyRootMove              = "1.2.840.10008.5.1.4.1.2.2.2"
	StudyRootGet               = "1.2.840.10008.5.1.4.1.2.2.3"
	ModalityWorklistFind       = "1.2.840.10008.5.1.4.31"
	ModalityPerformedProcedure = "1.2.840.10008.3.1.2.3.3"
	StorageCommitmentPush      = "1.2.840.10008.1.20.1"
)

// Service is what a SOP class is for.
type Service uint8

// The services told apart; everything else is OtherService.
const (
	OtherService Service = iota
	VerificationService
	StorageService
	FindService
	MoveService
	GetService
	WorklistService
	PerformedProcedureService
	CommitmentService
	PrintService
)

var serviceNames = [...]string{
	"other", "verification", "storage", "find", "move", "get", "worklist",
	"performed-procedure-step", "storage-commitment", "print",
}

// String returns the service in lower case, "storage".
func (s Service) String() string {
	if int(s) < len(serviceNames) {
		return serviceNames[s]
	}
	return serviceNames[OtherService]
}

// SOPClass describes a service-object pair class.
type SOPClass struct {
	UID     string
	Keyword string
	Service Service
}

// LookUpSOPClass returns what is known of a SOP class or meta SOP class. A UID
// that is not in the table but under the standard's storage root is given the
// StorageService and an empty keyword.
func LookUpSOPClass(uid string) (SOPClass, bool) {
	if c, ok := sopClasses[uid]; ok {
		return c, true
	}
	if strings.HasPrefix(uid, storageRoot) {
		return SOPClass{UID: uid, Service: StorageService}, true
	}
	return SOPClass{UID: uid}, false
}

// Syntax is how a data set is written (PS3.5 §10 and annex A).
type Syntax struct {
	Implicit     bool // VRs are not written
	BigEndian    bool
	Deflated     bool // compressed as a whole
	Encapsulated bool // pixel data stands in fragments
}

// SyntaxOf returns the syntax a transfer syntax UID stands for. All but the
// four plain ones are explicit, little endian and encapsulated, those of the
// standard (PS3.5 §A.4) and makers' own alike, for which ok is false.
func SyntaxOf(uid string) (s Syntax, ok bool) {
	switch uid {
	case ImplicitVRLittleEndian:
		return Syntax{Implicit: true}, true
	case ExplicitVRLittleEndian:
		return Syntax{}, true
	case DeflatedExplicitVRLittleEndian:
		return Syntax{Deflated: true}, true
	case ExplicitVRBigEndian:
		return Syntax{BigEndian: true}, true
	}
	return Syntax{Encapsulated: true}, strings.HasPrefix(uid, ImplicitVRLittleEndian+".")
}

// uidText returns the UID in b without its padding. UIDs seen all the time are
// not allocated again.
func uidText(b []byte) string {
	b = trimUID(b)
	if s, ok := wellKnown[string(b)]; ok {
		return s
	}
	return string(b)
}

// trimUID removes the trailing nulls of PS3.5 §9.1, and the spaces that some
// implementations pad with instead.
func trimUID(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == 0 || b[len(b)-1] == ' ') {
		b = b[:len(b)-1]
	}
	return b
}

var wellKnown = func() map[string]string {
	m := make(map[string]string, len(sopClasses)+32)
	for uid := range sopClasses {
		m[uid] = uid
	}
	for _, uid := range []string{
		ApplicationContextName, ImplicitVRLittleEndian, ExplicitVRLittleEndian,
		DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, JPEGBaseline8Bit, JPEGLossless,
		JPEG2000Lossless, RLELossless,
		"1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.80",
		"1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.100",
		"1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.103",
	} {
		m[uid] = uid
	}
	return m
}()
