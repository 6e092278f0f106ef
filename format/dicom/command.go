package dicom

// CommandField tells the DIMSE message (PS3.7 §E.1, element (0000,0100)). The
// upper bit is set in responses.
type CommandField uint16

// The messages of PS3.7 §9.3 and §10.3.
const (
	CStoreRQ        CommandField = 0x0001
	CStoreRSP       CommandField = 0x8001
	CGetRQ          CommandField = 0x0010
	CGetRSP         CommandField = 0x8010
	CFindRQ         CommandField = 0x0020
	CFindRSP        CommandField = 0x8020
	CMoveRQ         CommandField = 0x0021
	CMoveRSP        CommandField = 0x8021
	CEchoRQ         CommandField = 0x0030
	CEchoRSP        CommandField = 0x8030
	NEventReportRQ  CommandField = 0x0100
	NEventReportRSP CommandField = 0x8100
	NGetRQ          CommandField = 0x0110
	NGetRSP         CommandField = 0x8110
	NSetRQ          CommandField = 0x0120
	NSetRSP         CommandField = 0x8120
	NActionRQ       CommandField = 0x0130
	NActionRSP      CommandField = 0x8130
	NCreateRQ       CommandField = 0x0140
	NCreateRSP      CommandField = 0x8140
	NDeleteRQ       CommandField = 0x0150
	NDeleteRSP      CommandField = 0x8150
	CCancelRQ       CommandField = 0x0FFF
)

// Response reports whether the message answers another.
func (f CommandField) Response() bool { return f&0x8000 != 0 }

// Service returns the operation's name, "C-STORE", the same for request and
// response; "" when there is no such message.
func (f CommandField) Service() string {
	switch f &^ 0x8000 {
	case CStoreRQ:
		return "C-STORE"
	case CGetRQ:
		return "C-GET"
	case CFindRQ:
		return "C-FIND"
	case CMoveRQ:
		return "C-MOVE"
	case CEchoRQ:
		return "C-ECHO"
	case NEventReportRQ:
		return "N-EVENT-REPORT"
	case NGetRQ:
		return "N-GET"
	case NSetRQ:
		return "N-SET"
	case NActionRQ:
		return "N-ACTION"
	case NCreateRQ:
		return "N-CREATE"
	case NDeleteRQ:
		return "N-DELETE"
	case CCancelRQ:
		if f == CCancelRQ {
			return "C-CANCEL"
		}
	}
	return ""
}

// String returns the message's name, "C-STORE-RQ".
func (f CommandField) String() string {
	switch s := f.Service(); {
	case s == "":
		return "unknown message"
	case f.Response():
		return s + "-RSP"
	default:
		return s + "-RQ"
	}
}

// Status is the outcome a response reports (PS3.7 annex C).
type Status uint16

// Statuses that code compares with.
const (
	StatusSuccess        Status = 0x0000
	StatusCancel         Status = 0xFE00
	StatusPending        Status = 0xFF00
	StatusPendingWarning Status = 0xFF01 // matches continue, optional keys not supported
	StatusNotAuthorized  Status = 0x0124
)

// StatusClass sorts statuses.
type StatusClass uint8

// The classes of PS3.7 §C.1.
const (
	Success StatusClass = iota
	Warning
	Failure
	Cancelled
	Pending
)

// String returns the class in lower case.
func (c StatusClass) String() string {
	return [...]string{"success", "warning", "failure", "cancel", "pending"}[min(c, Pending)]
}

// Class returns the class of s.
func (s Status) Class() StatusClass {
	switch {
	case s == StatusSuccess:
		return Success
	case s == StatusPending || s == StatusPendingWarning:
		return Pending
	case s == StatusCancel:
		return Cancelled
	case s == 0x0001, s == 0x0107, s == 0x0116, s&0xF000 == 0xB000:
		return Warning
	}
	return Failure
}

// Command is a DIMSE command set (PS3.7 §6.3 and annex E). Which fields mean
// something depends on Field; Has tells which elements were there.
type Command struct {
	Field        CommandField
	MessageID    uint16
	RespondingTo uint16 // message id of the request that is answered, or cancelled

	AffectedSOPClass     string
	RequestedSOPClass    string
	AffectedSOPInstance  string
	RequestedSOPInstance string

	Priority uint16 // 0 medium, 1 high, 2 low
	DataSet  bool   // a data set follows
	Status   Status

	MoveDestination         string // AE title
	MoveOriginator          string // AE title of who asked for the C-MOVE this C-STORE is part of
	MoveOriginatorMessageID uint16

	// Sub-operations of C-GET and C-MOVE.
	Remaining, Completed, Failed, Warnings uint16

	EventType, ActionType uint16
	OffendingElements     []Tag
	AttributeList         []Tag
	ErrorComment          string
	ErrorID               uint16

	present uint32 // bit i: commandTags[i] was in the set
}

// SOPClass returns the affected or, for want of it, the requested SOP class.
func (c *Command) SOPClass() string {
	if c.AffectedSOPClass != "" {
		return c.AffectedSOPClass
	}
	return c.RequestedSOPClass
}

// noDataSet is the value of (0000,0800) that says no data set follows; every
// other value says that one does (PS3.7 §E.1).
const noDataSet = 0x0101

// commandTags are the elements of group 0000 a Command stores, ascending.
var commandTags = [...]Tag{
	0x00000002, 0x00000003, 0x00000100, 0x00000110, 0x00000120, 0x00000600, 0x00000700, 0x00000800,
	0x00000900, 0x00000901, 0x00000902, 0x00000903, 0x00001000, 0x00001001, 0x00001002, 0x00001005,
	0x00001008, 0x00001020, 0x00001021, 0x00001022, 0x00001023, 0x00001030, 0x00001031,
}

// Has reports whether the element of group 0000 was in the command set that was read.
func (c *Command) Has(element uint16) bool {
	for i, t := range commandTags {
		if t == Tag(element) {
			return c.present&(1<<i) != 0
		}
	}
	return false
}
