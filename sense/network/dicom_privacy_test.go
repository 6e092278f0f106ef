package network

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

// dicomMay are the elements whose values may leave the sensor: what identifies
// equipment and its owner, and codes of the standard.
var dicomMay = []dicom.Tag{
	dicom.Modality, dicom.Manufacturer, dicom.ManufacturerModelName, dicom.StationName, dicom.DeviceSerialNumber,
	dicom.SoftwareVersions, dicom.DeviceUID, dicom.UniqueDeviceIdentifier, dicom.GantryID, dicom.DetectorID,
	dicom.InstitutionName, dicom.InstitutionalDepartmentName, dicom.SOPClassUID,
}

// dicomCanary is a value that tells which element it comes from. It fits the
// shortest VR, and is no number, code or UID unless the element's value is.
func dicomCanary(t dicom.Tag) string { return fmt.Sprintf("KANARI%04XE%04X", t.Group(), t.Element()) }

// dicomCanaries fills every element that is known, private and unknown ones, all
// of them once more in sequences.
func dicomCanaries(s dicom.Syntax) []byte {
	fill := func(low, high dicom.Tag) (b []byte) {
		tags := []dicom.Tag{0x00091010, 0x00111010, 0x00191020, 0x00290010, 0x00380011, 0x00411001}
		for _, a := range dicom.Attributes() {
			if a.Tag.Group() > 4 && a.VR != dicom.SQ {
				tags = append(tags, a.Tag)
			}
		}
		slices.Sort(tags)
		for _, t := range tags {
			if t < low || t > high {
				continue
			}
			a, known := dicom.LookUp(t)
			if !known {
				a.VR = dicom.LO
			}
			value := dicomCanary(t)
			if t == dicom.SpecificCharacterSet {
				value = "ISO_IR 192"
			}
			b = dicom.AppendText(b, s, t, a.VR, value)
		}
		return b
	}
	all := fill(0, 0x7FE00000)
	b := fill(0, 0x00081110)
	b = dicom.AppendSequence(b, s, 0x00081115, true, all, all)
	b = append(b, fill(0x00081116, 0x0040026F)...)
	b = dicom.AppendSequence(b, s, 0x00400275, false, dicom.AppendSequence(nil, s, 0x00400008, true, all))
	b = append(b, fill(0x00400276, 0x7FE00000)...)
	return dicom.AppendElement(b, s, dicom.PixelData, dicom.OW, []byte(dicomCanary(dicom.PixelData)))
}

// Canaries in every element, in every message, in both directions: only those of
// equipment come out, in no spelling.
func TestDICOMCanariesStay(t *testing.T) {
	k := newDICOMTalk(t, 1000)
	rq := dicomRequest()
	rq.User.Identity = &dicom.UserIdentity{Type: dicom.IdentityPassword, ResponseRequested: true, Primary: []byte("KANARIUSER"), Secondary: []byte("KANARIPASS")}
	rq.User.Extended = []dicom.ExtendedNegotiation{{SOPClass: "KANARIEXT1", Information: []byte("KANARIEXT2")}}
	rq.User.Other = []dicom.SubItem{{Type: 0x58, Data: []byte("KANARIOTHER")}, {Type: 0x70, Data: []byte("KANARIOTHER")}}
	rq.User.ImplementationClass = "KANARICLASS"
	rq.ApplicationContext = "KANARICONTEXT"
	rq.Contexts = append(rq.Contexts, dicom.OfferedContext{ID: 99, AbstractSyntax: "KANARIABSTRACT", TransferSyntaxes: []string{"KANARITRANSFER"}})
	ac := dicomAcceptance()
	ac.User.IdentityResponse = &dicom.UserIdentityResponse{Server: []byte("KANARISERVER")}
	k.say(ToServer, rq.Append(nil))
	k.say(ToClient, ac.Append(nil))
	data := dicomCanaries(dicom.Syntax{})
	for i, f := range []dicom.CommandField{
		dicom.CStoreRQ, dicom.CFindRQ, dicom.CGetRQ, dicom.CMoveRQ, dicom.CEchoRQ, dicom.NEventReportRQ, dicom.NGetRQ, dicom.NSetRQ,
		dicom.NActionRQ, dicom.NCreateRQ, dicom.NDeleteRQ, 0x0077,
	} {
		for dir := range Direction(2) {
			id := uint16(i)
			k.message(dir, 3, dicom.Command{
				Field: f, MessageID: id, AffectedSOPClass: "KANARISOP", RequestedSOPClass: "KANARISOP",
				AffectedSOPInstance: "KANARIINSTANCE", RequestedSOPInstance: "KANARIINSTANCE", ErrorComment: "KANARICOMMENT",
			}, data)
			k.message(1-dir, 3, dicom.Command{
				Field: f | 0x8000, RespondingTo: id, AffectedSOPClass: "KANARISOP", AffectedSOPInstance: "KANARIINSTANCE",
				ErrorComment: "KANARICOMMENT", Status: dicom.StatusPending,
			}, data)
			k.message(1-dir, 3, dicom.Command{Field: f | 0x8000, RespondingTo: id, ErrorComment: "KANARICOMMENT", Status: 0xC001}, data)
		}
	}
	k.say(ToServer, dicom.AppendPData(nil, 3, true, true, []byte("KANARIGARBAGE")))
	k.say(ToServer, dicom.AppendPData(nil, 3, false, true, data))
	k.say(ToServer, dicom.Abort{}.Append(nil))

	var out strings.Builder
	for _, o := range k.close() {
		b, err := kind.Codec{}.Append(nil, o)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	out.WriteString(k.conn.sensor.Stats().Detail)
	var may []string
	for _, tag := range dicomMay {
		may = append(may, dicomCanary(tag))
	}
	for _, hit := range regexp.MustCompile(`(?i)KANARI[A-Z0-9]*`).FindAllString(out.String(), -1) {
		if !slices.Contains(may, hit) {
			at := strings.Index(out.String(), hit)
			t.Errorf("%s left the sensor in …%.60s…", hit, out.String()[max(0, at-30):])
		}
	}
	for _, value := range []string{dicomCanary(dicom.PatientName), dicomCanary(dicom.PatientID), "KANARIPASS", "KANARIUSER", "KANARICOMMENT", "KANARIINSTANCE"} {
		wide := strings.Join(strings.Split(value, ""), "\x00")
		for _, s := range []string{strings.ToLower(value), base64.StdEncoding.EncodeToString([]byte(value))[:12], fmt.Sprintf("%x", value), url.QueryEscape("^" + value), wide} {
			if strings.Contains(out.String(), s) {
				t.Errorf("%q left the sensor", s)
			}
		}
	}
	// The test must be able to see what leaves.
	if !strings.Contains(out.String(), dicomCanary(dicom.StationName)) || !strings.Contains(out.String(), `"username-passcode"`) {
		t.Errorf("not even the station is there: %.2000s", out.String())
	}
}

// Each element with personal data is told as present, at any depth, in requests
// and in answers, and nothing else is.
func TestDICOMPresenceOfEachElement(t *testing.T) {
	s := dicom.Syntax{}
	for _, c := range []struct {
		tag  dicom.Tag
		want string
	}{
		{dicom.PatientName, "(0010,0010)"}, {dicom.PatientID, "(0010,0020)"}, {dicom.PatientBirthDate, "(0010,0030)"},
		{0x00100032, "(0010,0030)"}, {dicom.OtherPatientIDs, "(0010,1000)"}, {dicom.OtherPatientNames, "(0010,1001)"},
		{dicom.PatientBirthName, "(0010,1001)"}, {dicom.PatientMotherBirthName, "(0010,1001)"}, {dicom.PatientAddress, "(0010,1040)"},
		{dicom.PatientTelephoneNumbers, "(0010,2154)"}, {0x00101050, "(0010,1050)"}, {0x00102297, "(0010,2297)"},
		{dicom.AdmissionID, "(0038,0010)"}, {0x00380300, "(0038,0010)"}, {dicom.AccessionNumber, "(0008,0050)"},
		{dicom.StudyID, "(0020,0010)"}, {0x00401001, "(0020,0010)"}, {0x00402016, "(0020,0010)"}, {dicom.PersonName, "(0040,a123)"},
		{dicom.ReferringPhysicianName, "staff"}, {dicom.OperatorsName, "staff"}, {dicom.PerformingPhysicianName, "staff"},
		{dicom.RequestingPhysician, "staff"}, {0x0040A075, "staff"}, {0x40080114, "staff"},
		// Alone these identify nobody.
		{dicom.PatientSex, ""}, {dicom.PatientAge, ""}, {dicom.PatientComments, ""}, {0x001021B0, ""},
		{dicom.Modality, ""}, {dicom.StudyInstanceUID, ""}, {dicom.InstitutionName, ""}, {0x00101011, ""},
	} {
		for _, nested := range []bool{false, true} {
			b := dicom.AppendText(nil, s, c.tag, dicom.LO, "1")
			if nested {
				b = dicom.AppendSequence(nil, s, dicom.RequestAttributes, true, b)
			}
			for _, answer := range []bool{false, true} {
				k := newDICOMTalk(t, 1<<20)
				k.associate()
				request, response := b, []byte(nil)
				if answer {
					request, response = nil, b
				}
				k.message(ToServer, 3, dicom.Command{Field: dicom.NGetRQ, MessageID: 1}, request)
				k.message(ToClient, 3, dicom.Command{Field: dicom.NGetRSP, RespondingTo: 1}, response)
				f := k.got[0].Fields.(*kind.DICOMOperationV1)
				if got := strings.Join(f.PersonalFields(), " "); got != c.want {
					t.Errorf("%v, nested %v, in the answer %v: %q, want %q", c.tag, nested, answer, got, c.want)
				}
			}
		}
	}
}

// A link carries what was seen on it, towards where it went.
func TestDICOMLinks(t *testing.T) {
	k := newDICOMTalk(t, 1<<20)
	k.associate()
	k.store(ToServer, 1, dicomImage("P1", "SN-1"), 0, "")
	k.store(ToClient, 1, dicom.AppendText(nil, dicom.Syntax{}, dicom.Modality, dicom.CS, "CT"), 0, "")
	k.message(ToServer, 5, dicom.Command{Field: dicom.CFindRQ, MessageID: 2}, dicomQuery("STUDY", nil))
	k.message(ToClient, 5, dicom.Command{Field: dicom.CFindRSP, RespondingTo: 2, Status: dicom.StatusPending}, dicomQuery("STUDY", map[dicom.Tag]string{dicom.PatientName: "Doe"}))
	k.message(ToClient, 5, dicom.Command{Field: dicom.CFindRSP, RespondingTo: 2}, nil)
	k.message(ToServer, 1, dicom.Command{Field: dicom.CEchoRQ, MessageID: 3}, nil)
	k.message(ToClient, 1, dicom.Command{Field: dicom.CEchoRSP, RespondingTo: 3}, nil)
	k.release()
	var got []string
	for _, o := range k.close() {
		if l, ok := o.Fields.(kind.Linker); ok {
			link, ok := l.Link(o)
			if !ok || link.Protocol != "dicom" || link.Encrypted != wardround.No {
				t.Errorf("%s makes link %+v, %v", o.Kind, link, ok)
			}
			got = append(got, fmt.Sprintf("%s to client %v", link.Data, link.ToClient))
		}
	}
	want := "identified to client true|technical to client false|identified to client false|clinical to client true|technical to client false"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}
