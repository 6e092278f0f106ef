package network

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/http/content"
	"github.com/wardround/wardround/kind"
)

// dicomwebFile is a DICOM file with a patient and equipment.
func dicomwebFile(patient, model string) []byte {
	const ct = "1.2.840.10008.5.1.4.1.1.2"
	s, _ := dicom.SyntaxOf("1.2.840.10008.1.2.1")
	b := dicom.AppendText(nil, s, dicom.SOPClassUID, dicom.UI, ct)
	b = dicom.AppendText(b, s, dicom.Modality, dicom.CS, "CT")
	b = dicom.AppendText(b, s, dicom.Manufacturer, dicom.LO, "ACME")
	b = dicom.AppendText(b, s, dicom.ManufacturerModelName, dicom.LO, model)
	b = dicom.AppendText(b, s, dicom.PatientName, dicom.PN, "Muster^Anna")
	b = dicom.AppendText(b, s, dicom.PatientID, dicom.LO, patient)
	b = dicom.AppendText(b, s, dicom.DeviceSerialNumber, dicom.LO, "SN1")
	return dicom.AppendFile(nil, "1.2.840.10008.1.2.1", ct, "1.2.3.4", b)
}

func dicomwebBody(files ...[]byte) string {
	var b []byte
	for _, f := range files {
		b = content.AppendPart(b, "B", "application/dicom", f)
	}
	return string(content.AppendEnd(b, "B"))
}

const (
	dicomwebParts = `Content-Type: multipart/related; type="application/dicom"; boundary=B`
	dicomwebStudy = "/dicom-web/studies/1.2.826.0.1.3680043.8.498.1"
)

func TestDICOMwebRequest(t *testing.T) {
	body := dicomwebBody(dicomwebFile("1", "CT9"), dicomwebFile("2", "CT9"), dicomwebFile("2", "CT8"))
	got := httpOne[kind.DICOMwebRequestV1](t, httpTalk{
		request:  "GET " + dicomwebStudy + " HTTP/1.1\nHost: pacs\nUser-Agent: viewer/2.0",
		response: "HTTP/1.1 200 OK\n" + dicomwebParts, down: body,
	})
	want := &kind.DICOMwebRequestV1{
		Method: "GET", Status: 200, Transaction: "retrieve", Level: "study", Objects: 3, Parts: 3, Patients: 2,
		Personal: kind.DICOMPersonalV1{PatientName: true, PatientID: true, ClinicalObject: true},
		HTTP: kind.HTTPExchangeV1{Version: "1.1", Host: "pacs", ResponseType: "multipart/related", ResponseSize: int64(len(body)),
			Client: []string{"viewer/2.0"}, Outcome: kind.HTTPAnswered, LatencyMS: 5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n, bytes := got.Volume(); n != 3 || bytes != int64(len(body)) {
		t.Errorf("volume %d, %d", n, bytes)
	}
	if l, ok := got.Link(nil); !ok || l.Protocol != "dicomweb" || l.Data != wardround.DataIdentified || !l.ToClient {
		t.Errorf("link %+v", l)
	}
}

func TestDICOMwebStore(t *testing.T) {
	x := httpTalk{
		request: "POST /dicom-web/studies HTTP/1.1\nHost: pacs\n" + dicomwebParts, up: dicomwebBody(dicomwebFile("1", "CT9"), dicomwebFile("1", "CT9")),
		response: "HTTP/1.1 200 OK\nContent-Type: application/dicom+json", down: `{"00081199":{"vr":"SQ","Value":[{},{}]}}`,
	}
	got := httpOne[kind.DICOMwebRequestV1](t, x)
	if got.Transaction != "store" || got.Objects != 2 || got.Stored != 2 || got.Failed != 0 || got.Patients != 1 {
		t.Errorf("%s", httpJSON(got))
	}
	if n, _ := got.Volume(); n != 0 {
		t.Errorf("a store moved %d objects to the client", n)
	}
	out := httpSaid(t, 100, x)
	if len(out) != 2 {
		t.Fatalf("%d observations", len(out))
	}
	want := &kind.DICOMEquipmentV1{SOPClass: "1.2.840.10008.5.1.4.1.1.2", Modality: "CT", Manufacturer: "ACME", Model: "CT9", Serial: "SN1"}
	if diff := cmp.Diff(want, out[1].Fields); diff != "" {
		t.Errorf("equipment (-want +got):\n%s", diff)
	}
}

// TestDICOMwebMetadata: how images were made is told by their metadata alone, also of
// those with many frames; a search tells of nothing that anybody was given.
func TestDICOMwebMetadata(t *testing.T) {
	image := `{"00080060":{"vr":"CS","Value":["CT"]},"00080070":{"vr":"LO","Value":["ACME"]},"00081010":{"vr":"SH","Value":["CT-9"]},"00181020":{"vr":"LO","Value":["4.1.2"]},"00180015":{"vr":"CS","Value":["CHEST"]},` +
		`"00280004":{"vr":"CS","Value":["MONOCHROME2"]},"00280010":{"vr":"US","Value":[512]},"00280011":{"vr":"US","Value":[512]},"00101010":{"vr":"AS","Value":["067Y"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"KANARI^A"}]},` +
		`"52009229":{"vr":"SQ","Value":[{"00289110":{"vr":"SQ","Value":[{"00180050":{"vr":"DS","Value":[0.75]},"00280030":{"vr":"DS","Value":[0.5,0.5]}}]}}]},` +
		`"52009230":{"vr":"SQ","Value":[{"00189325":{"vr":"SQ","Value":[{"00180060":{"vr":"DS","Value":[110]}}]},"00189321":{"vr":"SQ","Value":[{"00189332":{"vr":"FD","Value":[87.5]}}]}},` +
		`{"00189325":{"vr":"SQ","Value":[{"00180060":{"vr":"DS","Value":[140]}}]}}]}}`
	talk := httpTalk{request: "GET " + dicomwebStudy + "/metadata HTTP/1.1\nHost: pacs\nAccept: application/dicom+json",
		response: "HTTP/1.1 200 OK\nContent-Type: application/dicom+json", down: "[" + image + "," + image + "]"}
	got := httpOne[kind.DICOMwebRequestV1](t, talk)
	want := []kind.DICOMAcquisitionV1{{Station: "CT-9", Manufacturer: "ACME", Software: "4.1.2", Modality: "CT", BodyPart: "CHEST", Photometric: "MONOCHROME2", KVP: 110, SliceThickness: 0.75,
		PixelSpacing: 0.5, Exposure: 87.5, Rows: 512, Columns: 512, AgeBand: "65-79", Objects: 2}}
	if diff := cmp.Diff(want, got.Acquisitions); diff != "" || got.Transaction != "retrieve" || got.Aspect != "metadata" {
		t.Errorf("%s, %s (-want +got):\n%s", got.Transaction, got.Aspect, diff)
	}
	talk.request = "GET /dicom-web/instances?Modality=CT HTTP/1.1\nHost: pacs\nAccept: application/dicom+json"
	if got := httpOne[kind.DICOMwebRequestV1](t, talk); len(got.Acquisitions) > 0 || got.Matches != 2 {
		t.Errorf("%s", httpJSON(got))
	}
}

func TestDICOMwebSearch(t *testing.T) {
	got := httpOne[kind.DICOMwebRequestV1](t, httpTalk{
		request:  "GET /dicom-web/studies?PatientName=M*&00100020=1&00100010=*&includefield=all&AnnaMuster=1&limit=9 HTTP/1.1\nHost: pacs\nAccept: application/dicom+json",
		response: "HTTP/1.1 200 OK\nContent-Type: application/dicom+json", down: `[{"00100030":{"vr":"DA","Value":["19700101"]}},{}]`,
	})
	want := &kind.DICOMwebRequestV1{
		Method: "GET", Status: 200, Transaction: "search", Level: "server", Of: "studies", Matches: 2, ParamsOther: 1,
		Params:   []string{"00100010", "00100020", "PatientName", "includefield", "limit"},
		Personal: kind.DICOMPersonalV1{PatientName: true, PatientID: true, BirthDate: true}, HTTP: got.HTTP,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := httpOne[kind.HTTPTransactionV1](t, httpTalk{request: "GET /school/studies HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/json", down: "[]"}); got.Path != "/{}/studies" {
		t.Errorf("%s", httpJSON(got))
	}
}
