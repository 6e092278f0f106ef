package kind

import (
	"math"
	"slices"
)

// The kinds of DICOM.
const (
	DICOMAssociation Name = "dicom.association"
	DICOMOperation   Name = "dicom.operation"
	DICOMEquipment   Name = "dicom.equipment"
)

// How an association was answered: the values of DICOMAssociationV1.Result.
const (
	DICOMAccepted   = "accepted"
	DICOMRejected   = "rejected"
	DICOMAborted    = "aborted"    // before any answer
	DICOMUnanswered = "unanswered" // the connection ended first
	DICOMUnseen     = "unseen"     // the negotiation, or the answer to it, was not captured
)

// How an association ended: the values of DICOMAssociationV1.End.
const (
	DICOMEndRejected = "rejected"
	DICOMEndReleased = "released"
	DICOMEndAborted  = "aborted"
	DICOMEndClosed   = "closed" // the connection ended, or was silent for too long, or asked for another association
)

// DICOMAssociationV1 is one association (PS3.8), told when it ends. The flow's
// client is the one that opened the connection, which is the requestor unless
// FromServer is set. Titles and version names are without padding, and [Withheld] if
// they bear the mark of a person. UIDs are those of classes, never of instances.
type DICOMAssociationV1 struct {
	Calling string `json:"calling,omitempty"` // AE title of the requestor
	Called  string `json:"called,omitempty"`  // AE title it asked for
	// FromServer is set when the end that accepted the connection asked for the association.
	FromServer bool   `json:"from_server,omitempty"`
	Result     string `json:"result"`
	End        string `json:"end"`

	// Why it was refused, in the words of PS3.8 table 9-21: permanent or transient;
	// service-user, service-provider-acse or service-provider-presentation.
	RejectResult string `json:"reject_result,omitempty"`
	RejectSource string `json:"reject_source,omitempty"`
	RejectReason string `json:"reject_reason,omitempty"`
	// Who aborted it, requestor or acceptor, and why (PS3.8 table 9-26).
	AbortBy     string `json:"abort_by,omitempty"`
	AbortSource string `json:"abort_source,omitempty"`
	AbortReason string `json:"abort_reason,omitempty"`

	// ApplicationContext is told only when it is not the standard's.
	ApplicationContext string `json:"application_context,omitempty"`
	// What the requestor and the acceptor say of themselves (PS3.7 §D.3.3.2).
	Implementation         string `json:"implementation,omitempty"` // class UID
	ImplementationVersion  string `json:"implementation_version,omitempty"`
	MaxLength              uint32 `json:"max_length,omitempty"`
	AcceptorImplementation string `json:"acceptor_implementation,omitempty"`
	AcceptorVersion        string `json:"acceptor_version,omitempty"`
	AcceptorMaxLength      uint32 `json:"acceptor_max_length,omitempty"`

	Offered  int              `json:"offered"`  // presentation contexts asked for
	Accepted int              `json:"accepted"` // of them
	Contexts []DICOMContextV1 `json:"contexts,omitempty"`
	// ContextsCut counts the contexts that were too many to tell.
	ContextsCut int `json:"contexts_cut,omitempty"`

	// UserIdentity is how the user was identified: username, username-passcode,
	// kerberos, saml, jwt or unknown (PS3.7 §D.3.3.7); "" for not at all.
	UserIdentity string   `json:"user_identity,omitempty"`
	User         Presence `json:"user,omitempty"`     // user name, ticket, assertion or token
	Passcode     Presence `json:"passcode,omitempty"` // in the clear
	// IdentityAnswered is set when the acceptor confirmed the identity.
	IdentityAnswered bool `json:"identity_answered,omitempty"`

	DurationMS     float64        `json:"duration_ms"`
	RequestorBytes int64          `json:"requestor_bytes"` // sent by the requestor
	AcceptorBytes  int64          `json:"acceptor_bytes"`
	Operations     []DICOMCountV1 `json:"operations,omitempty"`
	// Malformed counts units that could not be read, Lost bytes never captured.
	Malformed int   `json:"malformed,omitempty"`
	Lost      int64 `json:"lost,omitempty"`
}

// DICOMContextV1 stands for all presentation contexts of an association that
// offered the same transfer syntaxes and were answered alike.
type DICOMContextV1 struct {
	Abstract []string `json:"abstract"`           // SOP class UIDs
	Offered  []string `json:"offered,omitempty"`  // transfer syntax UIDs
	Result   string   `json:"result"`             // in the words of PS3.8 table 9-18; "unanswered"
	Transfer string   `json:"transfer,omitempty"` // the transfer syntax agreed on
}

// DICOMCountV1 counts the operations of one kind in an association.
type DICOMCountV1 struct {
	Operation  string `json:"operation"`             // "C-STORE"
	ByAcceptor bool   `json:"by_acceptor,omitempty"` // invoked by the acceptor
	Count      int    `json:"count"`
	Failed     int    `json:"failed,omitempty"`
	Unanswered int    `json:"unanswered,omitempty"`
}

// How an operation came out: the values of DICOMOperationV1.Outcome.
const (
	DICOMSuccess   = "success"
	DICOMWarning   = "warning"
	DICOMFailure   = "failure"
	DICOMCancelled = "cancel"
	DICOMNoAnswer  = "none" // no final response; Matches and the like are as far as it went
)

// What a query narrows down to: the values of DICOMOperationV1.Matching.
const (
	DICOMMatchOne  = "single"    // one patient, study, order or object by its identifier
	DICOMMatchSome = "some"      // a name, a date, a modality …, perhaps with wildcards
	DICOMMatchAll  = "universal" // nothing: everything matches
)

// DICOMOperationV1 is one DIMSE transaction (PS3.7), told with its final response.
// C-STOREs are told together: those of one association with the same invoker,
// SOP class, transfer syntax, status and originator make one observation, at the
// end of the association or when a minute has passed since the first.
type DICOMOperationV1 struct {
	Operation string `json:"operation"` // "C-FIND", "N-ACTION"
	// FromServer is set when the end that accepted the connection invoked it, as a
	// C-STORE within a C-GET is.
	FromServer bool `json:"from_server,omitempty"`
	// Transactions is how many C-STOREs are told; 1 otherwise.
	Transactions int    `json:"transactions"`
	Calling      string `json:"calling,omitempty"` // AE titles of the association
	Called       string `json:"called,omitempty"`
	SOPClass     string `json:"sop_class,omitempty"` // UID
	// Service is what the SOP class is for: verification, storage, find, move, get,
	// worklist, performed-procedure-step, storage-commitment, print or other.
	Service        string `json:"service"`
	TransferSyntax string `json:"transfer_syntax,omitempty"`
	Outcome        string `json:"outcome"`
	Status         string `json:"status,omitempty"` // four hexadecimal digits
	// Comment is set when the response had an error comment, which may name anybody.
	Comment   Presence `json:"error_comment,omitempty"`
	Cancelled bool     `json:"cancelled,omitempty"` // the invoker sent a C-CANCEL

	// Of C-FIND, C-GET and C-MOVE: query level PATIENT, STUDY, SERIES or IMAGE, what
	// is asked for, and how many matches came.
	Level    string `json:"level,omitempty"`
	Matching string `json:"matching,omitempty"`
	Matches  int    `json:"matches,omitempty"` // C-FIND
	// Patients counts distinct patients in what was stored or found, by id; from
	// 1,000 on it is a lower bound.
	Patients int `json:"patients,omitempty"`

	Destination string `json:"destination,omitempty"` // AE title a C-MOVE sends to
	Originator  string `json:"originator,omitempty"`  // AE title whose C-MOVE a C-STORE serves
	// Sub-operations of C-GET and C-MOVE as the last response told.
	Completed int `json:"completed,omitempty"`
	Failed    int `json:"failed,omitempty"`
	Warnings  int `json:"warnings,omitempty"`
	Remaining int `json:"remaining,omitempty"`

	RequestBytes  int64   `json:"request_bytes,omitempty"` // of data sets
	ResponseBytes int64   `json:"response_bytes,omitempty"`
	DurationMS    float64 `json:"duration_ms"`    // from the first request to the last response
	Lost          int64   `json:"lost,omitempty"` // bytes never captured, at most

	// Personal says which elements with personal data carried a value;
	// Deidentified that the objects say of themselves to be de-identified.
	Personal     DICOMPersonalV1 `json:"personal"`
	Deidentified bool            `json:"deidentified,omitempty"`

	// Acquisitions say how the objects of a C-STORE were made: at most
	// [MaxAcquisitions] different ways, those seen first; AcquisitionsOther counts the
	// objects of further ones.
	Acquisitions      []DICOMAcquisitionV1 `json:"acquisitions,omitempty"`
	AcquisitionsOther int                  `json:"acquisitions_other,omitempty"`
}

// MaxAcquisitions is how many ways of making objects are told together.
const MaxAcquisitions = 8

// DICOMAcquisitionV1 is how objects that crossed in the clear were made, as they say
// of themselves: what decides whether an AI model sees images like those that it was
// made for. A text that bears the mark of a person is [Withheld]; of the patient only
// a wide band of age is told.
type DICOMAcquisitionV1 struct {
	Station      string `json:"station,omitempty"` // of the equipment
	Manufacturer string `json:"manufacturer,omitempty"`
	Model        string `json:"model,omitempty"`
	Software     string `json:"software,omitempty"` // several joined with \
	Modality     string `json:"modality,omitempty"`

	BodyPart    string `json:"body_part,omitempty"`   // (0018,0015), a term of the standard, or other
	Photometric string `json:"photometric,omitempty"` // (0028,0004), a defined term
	// KVP is the peak voltage of the tube in kV (0018,0060), SliceThickness in mm
	// (0018,0050); 0 is not told.
	KVP            float64 `json:"kvp,omitempty"`
	SliceThickness float64 `json:"slice_thickness,omitempty"`
	Rows           int     `json:"rows,omitempty"`    // (0028,0010), of pixels
	Columns        int     `json:"columns,omitempty"` // (0028,0011)
	// PixelSpacing is the distance of rows in mm (0028,0030), at the detector where the
	// object tells no other (0018,1164), and Exposure the product of current and time in
	// mAs (0018,1152), both on the average of the objects; 0 is not told.
	PixelSpacing float64 `json:"pixel_spacing,omitempty"`
	Exposure     float64 `json:"exposure,omitempty"`
	// AgeBand is 0-17, 18-39, 40-64, 65-79 or 80+, from (0010,1010).
	AgeBand string `json:"age_band,omitempty"`
	Objects int    `json:"objects"`
}

// Alike reports whether two ways are one but for the number of objects, and for what
// changes from one slice to the next.
func (a DICOMAcquisitionV1) Alike(b DICOMAcquisitionV1) bool {
	if (a.PixelSpacing == 0) != (b.PixelSpacing == 0) || (a.Exposure == 0) != (b.Exposure == 0) {
		return false
	}
	a.Objects, a.PixelSpacing, a.Exposure = b.Objects, b.PixelSpacing, b.Exposure
	return a == b
}

// JoinAcquisitions adds ways of making objects to a list; rest counts the objects for
// whose way there is no room.
func JoinAcquisitions(list []DICOMAcquisitionV1, more ...DICOMAcquisitionV1) (out []DICOMAcquisitionV1, rest int) {
	for _, a := range more {
		i := slices.IndexFunc(list, a.Alike)
		switch {
		case i >= 0:
			x := &list[i]
			n := x.Objects + a.Objects
			x.PixelSpacing = mean(x.PixelSpacing, x.Objects, a.PixelSpacing, n)
			x.Exposure = mean(x.Exposure, x.Objects, a.Exposure, n)
			x.Objects = n
		case len(list) < MaxAcquisitions:
			list = append(list, a)
		default:
			rest += a.Objects
		}
	}
	return list, rest
}

// mean is that of a value of so many objects with one of the others up to n, to six
// digits.
func mean(x float64, objects int, y float64, n int) float64 {
	if x == y || n <= 0 {
		return x
	}
	share := float64(n-objects) / float64(n)
	m := x + (y-x)*share
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(m))))
	if m == 0 || math.IsInf(scale, 0) {
		return m
	}
	return math.Round(m*scale) / scale
}

// DICOMEquipmentV1 is the equipment that objects of one association say they were
// made with, told once per association and equipment. Whether it is the sender is
// another question, which Own, Passed and Archive answer as far as they can. A text
// that bears the mark of a person is [Withheld].
type DICOMEquipmentV1 struct {
	// FromServer is set when the end that accepted the connection sent the objects.
	FromServer bool   `json:"from_server,omitempty"`
	AETitle    string `json:"ae_title,omitempty"` // the sender's
	// Own is set when the objects name the sender: its AE title is their station's
	// name or title.
	Own bool `json:"own,omitempty"`
	// Passed is set when the sender passed the objects on: it answered a C-GET or a
	// C-MOVE, or sent objects of other equipment in the same association.
	Passed bool `json:"passed,omitempty"`
	// Archive is set when the sender was seen to take objects or to answer queries
	// itself: then it may send what others made.
	Archive  bool   `json:"archive,omitempty"`
	SOPClass string `json:"sop_class,omitempty"`
	Modality string `json:"modality,omitempty"` // "CT"

	Manufacturer string `json:"manufacturer,omitempty"`
	Model        string `json:"model,omitempty"`
	Station      string `json:"station,omitempty"`
	Serial       string `json:"serial,omitempty"`
	Software     string `json:"software,omitempty"` // several joined with \
	DeviceUID    string `json:"device_uid,omitempty"`
	UDI          string `json:"udi,omitempty"`
	Gantry       string `json:"gantry,omitempty"`
	Detector     string `json:"detector,omitempty"`
	Institution  string `json:"institution,omitempty"`
	Department   string `json:"department,omitempty"`
}

var (
	_ = Register[DICOMAssociationV1](Schema{
		Name: DICOMAssociation, Version: 1, Shed: ShedTransaction,
		Doc: "A DICOM association, told when it ends: who asked whom for what, what was agreed, and how it ended. Of a user's identity only the mechanism is told.",
	})
	_ = Register[DICOMOperationV1](Schema{
		Name: DICOMOperation, Version: 1, Shed: ShedTransaction,
		Doc: "A DIMSE transaction with its outcome; C-STOREs of a kind are told together. Of the people in its data sets only which elements were there is told.",
	})
	_ = Register[DICOMEquipmentV1](Schema{
		Name: DICOMEquipment, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "The equipment that DICOM objects on the wire say they were made with.",
	})
)
