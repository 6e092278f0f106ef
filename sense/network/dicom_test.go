package network

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

// dicomChunks are the sizes in which the bytes come.
var dicomChunks = []int{1 << 20, 1460, 1}

func TestDICOMStores(t *testing.T) {
	for _, chunk := range dicomChunks {
		k := newDICOMTalk(t, chunk)
		k.associate()
		k.store(ToServer, 1, dicomImage("P1", "SN-1"), 0, "")
		k.store(ToServer, 2, dicomImage("P1", "SN-1"), 0, "")
		k.store(ToServer, 3, dicomImage("P2", "SN-1"), 0xA700, "")
		k.store(ToServer, 4, dicomImage("P2", "SN-1"), 0, "")
		k.release()
		got := k.close()
		image := int64(len(dicomImage("P1", "SN-1")))
		personal := kind.DICOMPersonalV1{PatientName: true, PatientID: true, Accession: true, ClinicalObject: true}
		store := kind.DICOMOperationV1{
			Operation: "C-STORE", Transactions: 3, Calling: "CT_3", Called: "PACS", SOPClass: dicom.CTImageStorage, Service: "storage",
			TransferSyntax: dicom.ExplicitVRLittleEndian, Outcome: kind.DICOMSuccess, Status: "0000", Patients: 2,
			RequestBytes: 3 * image, DurationMS: 7, Personal: personal,
		}
		failed := store
		failed.Transactions, failed.Outcome, failed.Status, failed.Patients, failed.RequestBytes, failed.DurationMS = 1, kind.DICOMFailure, "a700", 1, image, 1
		want := []any{
			&kind.DICOMEquipmentV1{
				AETitle: "CT_3", Own: true, SOPClass: dicom.CTImageStorage, Modality: "CT", Manufacturer: "Acme", Model: "CT-9000", Station: "CT3",
				Serial: "SN-1", Software: `VA20\R1`, Institution: "Universitätsklinik",
			},
			&store, &failed,
			&kind.DICOMAssociationV1{
				Calling: "CT_3", Called: "PACS", Result: kind.DICOMAccepted, End: kind.DICOMEndReleased,
				Implementation: "1.2.826.1", ImplementationVersion: "ACME_CT_2", MaxLength: 16384,
				AcceptorImplementation: "1.2.276.0.7230010.3.0.3.6.7", AcceptorVersion: "OFFIS_DCMTK_367", AcceptorMaxLength: 32768,
				Offered: 7, Accepted: 6,
				Contexts: []kind.DICOMContextV1{
					{Abstract: dicomContexts[:6], Offered: []string{dicom.ExplicitVRLittleEndian}, Result: "acceptance", Transfer: dicom.ExplicitVRLittleEndian},
					{Abstract: dicomContexts[6:], Offered: []string{dicom.ExplicitVRLittleEndian}, Result: "transfer-syntaxes-not-supported"},
				},
				DurationMS: 11, Operations: []kind.DICOMCountV1{{Operation: "C-STORE", Count: 4, Failed: 1}},
			},
		}
		var fields []any
		for _, o := range got {
			fields = append(fields, o.Fields)
		}
		ignore := cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "orBytes") }, cmp.Ignore())
		if diff := cmp.Diff(want, fields, ignore); diff != "" {
			t.Errorf("in chunks of %d: %s", chunk, diff)
		}
		a := fields[3].(*kind.DICOMAssociationV1)
		if a.RequestorBytes < 4*image || a.RequestorBytes > 4*image+5000 || a.AcceptorBytes < 500 || a.AcceptorBytes > 3000 {
			t.Errorf("bytes %d and %d", a.RequestorBytes, a.AcceptorBytes)
		}
		if uids := a.NoCommonSyntax(); len(uids) != 1 || uids[0] != dicom.MRImageStorage {
			t.Errorf("no common syntax for %q", uids)
		}
	}
}

// dicomLine is what matters of an operation.
func dicomLine(o *wardround.Observation) string {
	switch f := o.Fields.(type) {
	case *kind.DICOMOperationV1:
		s := fmt.Sprintf("%s %d %s %s %s", f.Operation, f.Transactions, f.Service, f.Outcome, f.Status)
		for _, p := range []struct {
			there bool
			text  string
		}{
			{f.FromServer, "from server"}, {f.Level != "", f.Level}, {f.Matching != "", f.Matching}, {f.Matches > 0, fmt.Sprintf("%d matches", f.Matches)},
			{f.Patients > 0, fmt.Sprintf("%d patients", f.Patients)}, {f.Destination != "", "to " + f.Destination}, {f.Originator != "", "for " + f.Originator},
			{f.Completed+f.Failed+f.Remaining+f.Warnings > 0, fmt.Sprintf("%d/%d/%d/%d", f.Remaining, f.Completed, f.Failed, f.Warnings)},
			{f.Cancelled, "cancelled"}, {bool(f.Comment), "comment"}, {f.Deidentified, "deidentified"}, {f.Lost > 0, "lost"},
			{len(f.PersonalFields()) > 0, strings.Join(f.PersonalFields(), " ")},
		} {
			if p.there {
				s += ", " + p.text
			}
		}
		return s
	case *kind.DICOMAssociationV1:
		s := fmt.Sprintf("%s>%s %s %s", f.Calling, f.Called, f.Result, f.End)
		if f.FromServer {
			s += " from server"
		}
		for _, text := range []string{f.RejectSource, f.RejectReason, f.AbortBy, f.AbortReason, f.UserIdentity} {
			if text != "" {
				s += " " + text
			}
		}
		for _, c := range f.Operations {
			s += fmt.Sprintf(" %s*%d", c.Operation, c.Count)
		}
		return s
	case *kind.DICOMEquipmentV1:
		s := fmt.Sprintf("made by %s %s, sent by %s", f.Model, f.Serial, f.AETitle)
		if f.Own {
			s += ", its own"
		}
		if f.Passed {
			s += ", passed on"
		}
		if f.Archive {
			s += ", an archive"
		}
		return s
	}
	return o.Kind
}

func TestDICOMConversations(t *testing.T) {
	find := func(k *dicomTalk, context uint8, query []byte, matches ...[]byte) {
		class := dicomContexts[context/2]
		k.message(ToServer, context, dicom.Command{Field: dicom.CFindRQ, MessageID: 1, AffectedSOPClass: class}, query)
		for _, m := range matches {
			k.message(ToClient, context, dicom.Command{Field: dicom.CFindRSP, RespondingTo: 1, AffectedSOPClass: class, Status: dicom.StatusPending}, m)
		}
		k.message(ToClient, context, dicom.Command{Field: dicom.CFindRSP, RespondingTo: 1, AffectedSOPClass: class}, nil)
	}
	match := func(id string) []byte {
		return dicomQuery("STUDY", map[dicom.Tag]string{dicom.PatientName: "Doe^Jane", dicom.PatientID: id, dicom.PatientBirthDate: "19700101"})
	}
	for _, c := range []struct {
		name string
		talk func(k *dicomTalk)
		want []string
	}{
		{"everything is asked for", func(k *dicomTalk) {
			k.associate()
			find(k, 5, dicomQuery("PATIENT", map[dicom.Tag]string{dicom.PatientName: "*", dicom.PatientID: "", dicom.PatientBirthDate: ""}), match("1"), match("2"), match("2"))
			k.release()
		}, []string{
			"C-FIND 1 find success 0000, PATIENT, universal, 3 matches, 2 patients, (0010,0010) (0010,0020) (0010,0030)",
			"CT_3>PACS accepted released C-FIND*1",
		}},
		{"one patient is asked for", func(k *dicomTalk) {
			k.associate()
			find(k, 5, dicomQuery("STUDY", map[dicom.Tag]string{dicom.PatientID: "4711"}))
			find(k, 5, dicomQuery("STUDY", map[dicom.Tag]string{dicom.PatientName: "D*"}))
			find(k, 5, dicomQuery("STUDY", map[dicom.Tag]string{dicom.StudyInstanceUID: `1.2\1.3`}))
			find(k, 5, dicomQuery("EVERYTHING", map[dicom.Tag]string{dicom.Modality: "CT"}))
			find(k, 11, dicomQuery("", map[dicom.Tag]string{0x00400002: "20261121"}), match("9"))
			k.release()
		}, []string{
			"C-FIND 1 find success 0000, STUDY, single, (0010,0020)",
			"C-FIND 1 find success 0000, STUDY, some, (0010,0010)",
			"C-FIND 1 find success 0000, STUDY, some",
			"C-FIND 1 find success 0000, some",
			"C-FIND 1 worklist success 0000, some, 1 matches, 1 patients, (0010,0010) (0010,0020) (0010,0030)",
			"CT_3>PACS accepted released C-FIND*5",
		}},
		{"moved elsewhere", func(k *dicomTalk) {
			k.associate()
			k.message(ToServer, 7, dicom.Command{Field: dicom.CMoveRQ, MessageID: 1, AffectedSOPClass: dicom.StudyRootMove, MoveDestination: "EVIL"}, dicomQuery("STUDY", map[dicom.Tag]string{dicom.StudyInstanceUID: "1.2"}))
			k.message(ToClient, 7, dicom.Command{Field: dicom.CMoveRSP, RespondingTo: 1, Status: dicom.StatusPending, Remaining: 2, Completed: 1}, nil)
			k.message(ToClient, 7, dicom.Command{Field: dicom.CMoveRSP, RespondingTo: 1, Status: 0xB000, Completed: 2, Failed: 1, ErrorComment: "Doe failed"}, nil)
			k.release()
		}, []string{
			"C-MOVE 1 move warning b000, STUDY, single, to EVIL, 0/2/1/0, comment",
			"CT_3>PACS accepted released C-MOVE*1",
		}},
		{"got by the one who asks", func(k *dicomTalk) {
			k.associate()
			k.message(ToServer, 9, dicom.Command{Field: dicom.CGetRQ, MessageID: 1, AffectedSOPClass: dicom.StudyRootGet}, dicomQuery("STUDY", nil))
			k.store(ToClient, 1, dicomImage("P1", "SN-1"), 0, "")
			k.store(ToClient, 2, dicomImage("P2", "SN-2"), 0, "")
			k.message(ToClient, 9, dicom.Command{Field: dicom.CGetRSP, RespondingTo: 1, Completed: 2}, nil)
			k.release()
		}, []string{
			"made by CT-9000 SN-1, sent by PACS, passed on",
			"made by CT-9000 SN-2, sent by PACS, passed on",
			"C-GET 1 get success 0000, STUDY, universal, 0/2/0/0",
			"C-STORE 2 storage success 0000, from server, 2 patients, (0010,0010) (0010,0020) (0008,0050)",
			"CT_3>PACS accepted released C-STORE*2 C-GET*1",
		}},
		{"passed on", func(k *dicomTalk) {
			k.associate()
			k.store(ToServer, 1, dicomImage("P1", "SN-1"), 0, "WS1")
			k.store(ToServer, 2, dicomImage("P1", "SN-1"), 0, "")
			k.store(ToServer, 3, dicomImage("P1", "SN-2"), 0, "")
			k.release()
		}, []string{
			"made by CT-9000 SN-1, sent by CT_3, its own, passed on",
			"made by CT-9000 SN-2, sent by CT_3, its own, passed on",
			"C-STORE 1 storage success 0000, 1 patients, for WS1, (0010,0010) (0010,0020) (0008,0050)",
			"C-STORE 2 storage success 0000, 1 patients, (0010,0010) (0010,0020) (0008,0050)",
			"CT_3>PACS accepted released C-STORE*3",
		}},
		{"deidentified", func(k *dicomTalk) {
			k.associate()
			var s dicom.Syntax
			b := dicom.AppendText(nil, s, dicom.PatientID, dicom.LO, "X1")
			k.store(ToServer, 1, dicom.AppendText(b, s, dicom.PatientIdentityRemoved, dicom.CS, "YES"), 0, "")
			k.release()
		}, []string{
			"C-STORE 1 storage success 0000, 1 patients, deidentified, (0010,0020)",
			"CT_3>PACS accepted released C-STORE*1",
		}},
		{"refused", func(k *dicomTalk) {
			k.say(ToServer, dicomRequest().Append(nil))
			k.say(ToClient, dicom.Reject{Result: dicom.RejectedPermanent, Source: dicom.RejectedByUser, Reason: dicom.ReasonCalledTitle}.Append(nil))
		}, []string{"CT_3>PACS rejected rejected service-user called-AE-title-not-recognized"}},
		{"aborted before an answer", func(k *dicomTalk) {
			k.say(ToServer, dicomRequest().Append(nil))
			k.say(ToClient, dicom.Abort{Source: dicom.AbortedByProvider, Reason: 2}.Append(nil))
			k.say(ToServer, dicom.Abort{}.Append(nil))
		}, []string{"CT_3>PACS aborted aborted acceptor unexpected-PDU"}},
		{"aborted", func(k *dicomTalk) {
			k.associate()
			k.message(ToServer, 1, dicom.Command{Field: dicom.CEchoRQ, MessageID: 1, AffectedSOPClass: dicom.Verification}, nil)
			k.say(ToServer, dicom.Abort{}.Append(nil))
		}, []string{"C-ECHO 1 verification none ", "CT_3>PACS accepted aborted requestor C-ECHO*1"}},
		{"never answered", func(k *dicomTalk) { k.say(ToServer, dicomRequest().Append(nil)) }, []string{"CT_3>PACS unanswered closed"}},
		{"closed without release", func(k *dicomTalk) {
			k.associate()
			k.message(ToServer, 5, dicom.Command{Field: dicom.CFindRQ, MessageID: 1, AffectedSOPClass: dicom.StudyRootFind}, dicomQuery("STUDY", nil))
			k.message(ToServer, 5, dicom.Command{Field: dicom.CCancelRQ, RespondingTo: 1}, nil)
		}, []string{"C-FIND 1 find none , STUDY, universal, cancelled", "CT_3>PACS accepted closed C-FIND*1"}},
		{"two associations on one connection", func(k *dicomTalk) {
			k.associate()
			k.release()
			k.associate()
			k.store(ToServer, 1, dicomImage("P1", "SN-1"), 0, "")
			k.associate()
		}, []string{
			"CT_3>PACS accepted released",
			"made by CT-9000 SN-1, sent by CT_3, its own",
			"C-STORE 1 storage success 0000, 1 patients, (0010,0010) (0010,0020) (0008,0050)",
			"CT_3>PACS accepted closed C-STORE*1",
			"CT_3>PACS accepted closed",
		}},
		{"only the answers were captured", func(k *dicomTalk) {
			k.say(ToClient, dicomAcceptance().Append(nil))
			k.message(ToClient, 5, dicom.Command{Field: dicom.CFindRSP, RespondingTo: 1, AffectedSOPClass: dicom.StudyRootFind}, nil)
		}, []string{"C-FIND 1 find success 0000", "CT_3>PACS accepted closed C-FIND*1"}},
		{"the user says who it is", func(k *dicomTalk) {
			rq := dicomRequest()
			rq.User.Identity = &dicom.UserIdentity{Type: dicom.IdentityPassword, Primary: []byte("doe"), Secondary: []byte("secret")}
			k.say(ToServer, rq.Append(nil))
			k.say(ToClient, dicomAcceptance().Append(nil))
			k.release()
		}, []string{"CT_3>PACS accepted released username-passcode"}},
		{"the one who was called asks", func(k *dicomTalk) {
			k.say(ToClient, dicomRequest().Append(nil))
			k.say(ToServer, dicomAcceptance().Append(nil))
			k.store(ToClient, 1, dicomImage("P1", "SN-1"), 0, "")
		}, []string{
			"made by CT-9000 SN-1, sent by CT_3, its own",
			"C-STORE 1 storage success 0000, from server, 1 patients, (0010,0010) (0010,0020) (0008,0050)",
			"CT_3>PACS accepted closed from server C-STORE*1",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, chunk := range dicomChunks {
				k := newDICOMTalk(t, chunk)
				c.talk(k)
				var lines []string
				for _, o := range k.close() {
					lines = append(lines, dicomLine(o))
					if _, err := (kind.Codec{}).Append(nil, o); err != nil {
						t.Error(err)
					}
				}
				if diff := cmp.Diff(c.want, lines); diff != "" {
					t.Errorf("in chunks of %d: %s", chunk, diff)
				}
			}
		})
	}
}

func TestDICOMRecognise(t *testing.T) {
	rq, rj := dicomRequest().Append(nil), dicom.Reject{Result: 1, Source: 1}.Append(nil)
	for _, c := range []struct {
		client, server []byte
		want           format.Match
	}{
		{rq, nil, format.Yes},
		{rq, rj, format.Yes},
		{nil, rj, format.Likely},
		{rq[:40], nil, format.More},
		{[]byte("GET / HTTP/1.1"), nil, format.No},
		{[]byte("GET / HTTP/1.1"), rj, format.No},
		{nil, nil, format.No},
	} {
		if got := recogniseDICOM(c.client, c.server); got != c.want {
			t.Errorf("%.10q, %.10q: %d, want %d", c.client, c.server, got, c.want)
		}
	}
}
