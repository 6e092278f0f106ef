package network

import (
	"net/netip"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/dicom"
)

var dicomFlow = &wardround.Flow{
	Transport: "tcp",
	Src:       wardround.Endpoint{Addr: netip.MustParseAddr("10.1.0.20"), Port: 50001},
	Dst:       wardround.Endpoint{Addr: netip.MustParseAddr("10.2.0.5"), Port: 11112},
}

// dicomTalk drives the sensor's stream as two application entities do.
type dicomTalk struct {
	t     testing.TB
	s     Stream
	conn  *Conn
	ms    int64 // since the start
	chunk int
	max   uint32 // bytes of a P-DATA-TF at most
	got   []*wardround.Observation
}

func newDICOMTalk(t testing.TB, chunk int) *dicomTalk {
	k := &dicomTalk{t: t, chunk: chunk, max: 16384}
	k.conn = NewTestConn("dicom", dicomFlow, func(o *wardround.Observation) { k.got = append(k.got, o) })
	k.s = openDICOM(k.conn)
	return k
}

// say feeds b in chunks, a millisecond after what was said before.
func (k *dicomTalk) say(dir Direction, b []byte) {
	k.t.Helper()
	k.ms++
	for len(b) > 0 {
		n := min(k.chunk, len(b))
		if err := k.s.Data(dir, b[:n:n], k.ms*1e6); err != nil {
			k.t.Fatal(err)
		}
		b = b[n:]
	}
}

func (k *dicomTalk) message(dir Direction, context uint8, c dicom.Command, data []byte) {
	k.t.Helper()
	c.DataSet = data != nil
	k.say(dir, dicom.AppendMessage(nil, k.max, context, &c, data))
}

func (k *dicomTalk) close() []*wardround.Observation {
	k.ms++
	k.s.Close(k.ms * 1e6)
	return k.got
}

// dicomContexts of the tests' associations: 1 verification, 3 CT, 5 find, 7 move,
// 9 get, 11 worklist, 13 refused for its transfer syntax.
var dicomContexts = []string{dicom.Verification, dicom.CTImageStorage, dicom.StudyRootFind, dicom.StudyRootMove, dicom.StudyRootGet, dicom.ModalityWorklistFind, dicom.MRImageStorage}

func dicomRequest() *dicom.AssociateRQ {
	rq := &dicom.AssociateRQ{
		Calling: "CT_3", Called: "PACS",
		User: dicom.UserInformation{MaxLength: 16384, ImplementationClass: "1.2.826.1", ImplementationVersion: "ACME_CT_2"},
	}
	for i, uid := range dicomContexts {
		rq.Contexts = append(rq.Contexts, dicom.OfferedContext{ID: uint8(2*i + 1), AbstractSyntax: uid, TransferSyntaxes: []string{dicom.ExplicitVRLittleEndian}})
	}
	return rq
}

func dicomAcceptance() *dicom.AssociateAC {
	ac := &dicom.AssociateAC{
		Calling: "CT_3", Called: "PACS",
		User: dicom.UserInformation{MaxLength: 32768, ImplementationClass: "1.2.276.0.7230010.3.0.3.6.7", ImplementationVersion: "OFFIS_DCMTK_367"},
	}
	for i := range dicomContexts {
		c := dicom.AnsweredContext{ID: uint8(2*i + 1), TransferSyntax: dicom.ExplicitVRLittleEndian}
		if i == len(dicomContexts)-1 {
			c.Result = dicom.ContextTransferSyntaxesUnsupported
		}
		ac.Contexts = append(ac.Contexts, c)
	}
	return ac
}

func (k *dicomTalk) associate() {
	k.t.Helper()
	k.say(ToServer, dicomRequest().Append(nil))
	k.say(ToClient, dicomAcceptance().Append(nil))
}

func (k *dicomTalk) release() {
	k.t.Helper()
	k.say(ToServer, dicom.AppendReleaseRQ(nil))
	k.say(ToClient, dicom.AppendReleaseRP(nil))
}

// dicomImage is a CT slice of a patient, made by a machine.
func dicomImage(patient, serial string) []byte {
	var s dicom.Syntax
	text := func(b []byte, t dicom.Tag, v dicom.VR, values ...string) []byte {
		return dicom.AppendText(b, s, t, v, values...)
	}
	b := text(nil, dicom.SpecificCharacterSet, dicom.CS, "ISO_IR 100")
	b = text(b, dicom.SOPClassUID, dicom.UI, dicom.CTImageStorage)
	b = text(b, dicom.AccessionNumber, dicom.SH, "A1")
	b = text(b, dicom.Modality, dicom.CS, "CT")
	b = text(b, dicom.Manufacturer, dicom.LO, "Acme")
	b = text(b, dicom.InstitutionName, dicom.LO, "Universit\xe4tsklinik")
	b = text(b, dicom.StationName, dicom.SH, "CT3")
	b = text(b, dicom.ManufacturerModelName, dicom.LO, "CT-9000")
	b = text(b, dicom.PatientName, dicom.PN, "Doe^Jane")
	b = text(b, dicom.PatientID, dicom.LO, patient)
	b = text(b, dicom.DeviceSerialNumber, dicom.LO, serial)
	b = text(b, dicom.SoftwareVersions, dicom.LO, "VA20", "R1")
	return dicom.AppendElement(b, s, dicom.PixelData, dicom.OW, make([]byte, 40_000))
}

func (k *dicomTalk) store(dir Direction, id uint16, image []byte, status dicom.Status, originator string) {
	k.t.Helper()
	k.message(dir, 3, dicom.Command{Field: dicom.CStoreRQ, MessageID: id, AffectedSOPClass: dicom.CTImageStorage, AffectedSOPInstance: "1.2.3", MoveOriginator: originator}, image)
	k.message(1-dir, 3, dicom.Command{Field: dicom.CStoreRSP, RespondingTo: id, AffectedSOPClass: dicom.CTImageStorage, Status: status}, nil)
}

func dicomQuery(level string, keys map[dicom.Tag]string) []byte {
	var s dicom.Syntax
	b := dicom.AppendText(nil, s, dicom.QueryRetrieveLevel, dicom.CS, level)
	for _, a := range dicom.Attributes() {
		if v, ok := keys[a.Tag]; ok {
			b = dicom.AppendText(b, s, a.Tag, a.VR, v)
		}
	}
	return b
}
