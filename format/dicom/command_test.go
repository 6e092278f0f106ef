package dicom

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format"
)

// commands has each DIMSE message once, with the fields PS3.7 gives it.
func commands() []Command {
	const instance = "1.2.3.4.5"
	return []Command{
		{Field: CEchoRQ, MessageID: 1, AffectedSOPClass: Verification},
		{Field: CEchoRSP, RespondingTo: 1, AffectedSOPClass: Verification},
		{Field: CStoreRQ, MessageID: 0, AffectedSOPClass: CTImageStorage, AffectedSOPInstance: instance, Priority: 2, DataSet: true, MoveOriginator: "WS 1", MoveOriginatorMessageID: 9},
		{Field: CStoreRSP, RespondingTo: 0, AffectedSOPClass: CTImageStorage, AffectedSOPInstance: instance, Status: 0xA700, ErrorComment: "disk full", OffendingElements: []Tag{PatientID, StudyDate}},
		{Field: CFindRQ, MessageID: 3, AffectedSOPClass: StudyRootFind, Priority: 1, DataSet: true},
		{Field: CFindRSP, RespondingTo: 3, AffectedSOPClass: StudyRootFind, DataSet: true, Status: StatusPending},
		{Field: CGetRQ, MessageID: 4, AffectedSOPClass: StudyRootGet, DataSet: true},
		{Field: CGetRSP, RespondingTo: 4, AffectedSOPClass: StudyRootGet, Status: StatusPending, Remaining: 7, Completed: 2, Failed: 1, Warnings: 1},
		{Field: CMoveRQ, MessageID: 5, AffectedSOPClass: StudyRootMove, DataSet: true, MoveDestination: "ELSEWHERE"},
		{Field: CMoveRSP, RespondingTo: 5, AffectedSOPClass: StudyRootMove, Status: 0xA801},
		{Field: CCancelRQ, RespondingTo: 5},
		{Field: NEventReportRQ, MessageID: 6, AffectedSOPClass: StorageCommitmentPush, AffectedSOPInstance: instance, EventType: 1, DataSet: true},
		{Field: NEventReportRSP, RespondingTo: 6, AffectedSOPClass: StorageCommitmentPush, AffectedSOPInstance: instance, EventType: 1},
		{Field: NGetRQ, MessageID: 7, RequestedSOPClass: "1.2.840.10008.5.1.1.16", RequestedSOPInstance: "1.2.840.10008.5.1.1.17", AttributeList: []Tag{0x21100010, 0x21100020}},
		{Field: NGetRSP, RespondingTo: 7, AffectedSOPClass: "1.2.840.10008.5.1.1.16", DataSet: true},
		{Field: NSetRQ, MessageID: 8, RequestedSOPClass: ModalityPerformedProcedure, RequestedSOPInstance: instance, DataSet: true},
		{Field: NSetRSP, RespondingTo: 8, Status: 0x0110, ErrorID: 77},
		{Field: NActionRQ, MessageID: 9, RequestedSOPClass: StorageCommitmentPush, RequestedSOPInstance: instance, ActionType: 1, DataSet: true},
		{Field: NActionRSP, RespondingTo: 9, ActionType: 1},
		{Field: NCreateRQ, MessageID: 10, AffectedSOPClass: ModalityPerformedProcedure, DataSet: true},
		{Field: NCreateRSP, RespondingTo: 10, AffectedSOPInstance: instance},
		{Field: NDeleteRQ, MessageID: 11, RequestedSOPClass: "1.2.840.10008.5.1.1.1", RequestedSOPInstance: instance},
		{Field: NDeleteRSP, RespondingTo: 11, Status: StatusSuccess},
	}
}

func TestCommandsSurviveTheWire(t *testing.T) {
	for _, want := range commands() {
		b := want.Append(nil)
		if len(b)%2 != 0 {
			t.Errorf("%v: odd length %d", want.Field, len(b))
		}
		got, err := ParseCommand(b)
		if err != nil {
			t.Errorf("%v: %v", want.Field, err)
			continue
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Command{})); diff != "" {
			t.Errorf("%v (-sent +read):\n%s", want.Field, diff)
		}
		if again := got.Append(nil); string(again) != string(b) {
			t.Errorf("%v: written again\n%x\nnot\n%x", want.Field, again, b)
		}
	}
}

func TestCommandNames(t *testing.T) {
	for _, c := range commands() {
		if c.Field.Service() == "" {
			t.Errorf("%#04x has no name", uint16(c.Field))
		}
	}
	for field, want := range map[CommandField]string{CStoreRQ: "C-STORE-RQ", CMoveRSP: "C-MOVE-RSP", CCancelRQ: "C-CANCEL-RQ", 0x8FFF: "unknown message", 0x7777: "unknown message"} {
		if got := field.String(); got != want {
			t.Errorf("%#04x is %q, want %q", uint16(field), got, want)
		}
	}
}

func TestStatusClasses(t *testing.T) {
	for status, want := range map[Status]StatusClass{
		0x0000: Success, 0x0001: Warning, 0x0107: Warning, 0x0116: Warning, 0xB000: Warning, 0xB006: Warning,
		0xFF00: Pending, 0xFF01: Pending, 0xFE00: Cancelled, 0x0122: Failure, 0xA700: Failure, 0xC001: Failure, 0x0211: Failure,
	} {
		if got := status.Class(); got != want {
			t.Errorf("%04x is %v, want %v", uint16(status), got, want)
		}
	}
}

func TestDamagedCommands(t *testing.T) {
	echo := Command{Field: CEchoRQ, MessageID: 1, AffectedSOPClass: Verification}
	b := echo.Append(nil)
	tests := map[string]struct {
		set  []byte
		want error
	}{
		"empty":                  {nil, format.ErrMalformed},
		"cut in a header":        {b[:15], format.ErrTruncated},
		"length beyond the end":  {b[:30], format.ErrMalformed},
		"element of group 0008":  {AppendText(b[:len(b):len(b)], Syntax{Implicit: true}, Modality, CS, "CT"), format.ErrMalformed},
		"without command field":  {b[:12], format.ErrMalformed},
		"endless element length": {[]byte("\x00\x00\x02\x00\xff\xff\xff\xff"), format.ErrMalformed},
	}
	for name, tt := range tests {
		if c, err := ParseCommand(tt.set); !errors.Is(err, tt.want) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	// Short and retired elements hurt nobody.
	b = AppendElement(b, Syntax{Implicit: true}, NewTag(0, 0x1020), US, nil)
	b = AppendText(b, Syntax{Implicit: true}, NewTag(0, 0x5010), SH, "old")
	if c, err := ParseCommand(b); err != nil || c.MessageID != 1 || c.Remaining != 0 {
		t.Errorf("with odd elements: %+v, %v", c, err)
	}
}
