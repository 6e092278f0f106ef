package network

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

// canary is a value that must stay in the sensor; what it is for is in its name.
func canary(place string) string { return "KANARI" + place }

// httpCanaryFields writes header fields with a canary in every value, and in the
// name of one.
func httpCanaryFields(side string) string {
	var b strings.Builder
	for _, name := range []string{
		"Cookie", "Set-Cookie", "Referer", "From", "Location", "Content-Location", "Link", "ETag", "If-Match", "If-None-Exist", "If-Modified-Since",
		"X-Forwarded-For", "X-Request-Id", "X-Patient", "Accept-Language", "Content-Disposition", "Via", "Origin", "Warning", "X-Api-Key", "Prefer",
		"Date", "Accept-Charset", "Trailer",
	} {
		fmt.Fprintf(&b, "\n%s: %s", name, canary(side+strings.ReplaceAll(name, "-", "")))
	}
	fmt.Fprintf(&b, "\nX-%s: x", canary(side+"FieldName"))
	fmt.Fprintf(&b, "\nUser-Agent: Tool/1.0 (%s; %s/1) %s/%s", canary(side+"AgentComment"), canary(side+"AgentComment"), "x@"+canary(side+"AgentMail"), "1")
	fmt.Fprintf(&b, "\nServer: Srv/2 (%s)", canary(side+"ServerComment"))
	return b.String()
}

// fhirCanaryBundles is a resource with a canary in every name and value that isn't the
// specification's, as JSON and as XML.
func fhirCanaryBundles() (json, xml string) {
	patient := `{"resourceType":"Patient","id":"KANARIid","text":{"div":"<div>KANARIdiv</div>"},"identifier":[{"system":"KANARIsystem","value":"KANARImrn"}],` +
		`"name":[{"family":"KANARIfamily","given":["KANARIgiven"]}],"telecom":[{"value":"KANARItel"}],"birthDate":"KANARIborn","address":[{"line":["KANARIstreet"]}],` +
		`"KANARIelement":"KANARIvalue","contact":[{"name":{"text":"KANARIkin"}}]}`
	json = `{"resourceType":"Bundle","type":"KANARItype","KANARIname":"KANARIscalar","total":3,"link":[{"relation":"KANARIrelation","url":"http://x/KANARIurl"}],` +
		`"entry":[{"fullUrl":"KANARIfullurl","resource":` + patient + `,"request":{"method":"KANARImethod","url":"Patient/KANARIrequrl"}},` +
		`{"resource":{"resourceType":"KANARIresource","KANARIx":1}},` +
		`{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"KANARIseverity","code":"KANARIcode","diagnostics":"KANARIdiag"}]}}]}`
	xml = `<Bundle xmlns="http://hl7.org/fhir"><type value="KANARIxtype"/><!-- KANARIcomment --><total value="3"/><entry><resource><Patient><id value="KANARIxid"/>` +
		`<name><family value="KANARIxfamily"/></name><KANARIxelement KANARIxattr="KANARIxattrvalue">KANARIxtext</KANARIxelement></Patient></resource></entry></Bundle>`
	return json, xml
}

// dicomwebCanaries is a DICOM file with canaries in what tells of people.
func dicomwebCanaries() []byte {
	s, _ := dicom.SyntaxOf("1.2.840.10008.1.2.1")
	var b []byte
	for _, e := range []struct {
		tag   dicom.Tag
		vr    dicom.VR
		value string
	}{
		{dicom.AccessionNumber, dicom.SH, "KANARIacc"}, {dicom.Manufacturer, dicom.LO, "ACME"}, {dicom.ReferringPhysicianName, dicom.PN, "KANARIref"},
		{dicom.StudyDescription, dicom.LO, "KANARIstudy"}, {dicom.PatientName, dicom.PN, "KANARIpn^KANARIgiven"}, {dicom.PatientID, dicom.LO, "KANARIpid"},
		{dicom.PatientBirthDate, dicom.DA, "19700101"}, {dicom.PatientAddress, dicom.LO, "KANARIaddr"}, {dicom.PatientComments, dicom.LT, "KANARIlt"},
		{dicom.StudyInstanceUID, dicom.UI, "1.2.3.99999"},
	} {
		b = dicom.AppendText(b, s, e.tag, e.vr, e.value)
	}
	return dicom.AppendFile(nil, "1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.2", "1.2.3.77777", b)
}

// Canaries in every part of a request and of its answer stay in the sensor, in
// every spelling.
func TestHTTPCanariesStay(t *testing.T) {
	json, xml := fhirCanaryBundles()
	basic := base64.StdEncoding.EncodeToString([]byte("KANARIuser:KANARIpassword"))
	up, down := httpCanaryFields("Up"), httpCanaryFields("Down")
	ok := "HTTP/1.1 200 KANARIreason" + down
	parts := dicomwebBody(dicomwebCanaries())
	talks := map[string]httpTalk{
		"http": {
			request: "POST /KANARIseg1/ward/KANARIseg2;KANARImatrix=1/KANARIfile.KANARIext?KANARIparam=KANARIvalue&name=KANARIname#KANARIfragment HTTP/1.1\nHost: KANARIhost.hosp.example\nContent-Type: KANARI/type; x=KANARIct\nAuthorization: Basic " + basic + up,
			up:      "KANARIbody", response: ok + "\nContent-Type: text/KANARIsubtype", down: "KANARIanswer",
		},
		"absolute": {request: "GET http://KANARIuserinfo:KANARIpw@KANARIhost/KANARIpath?access_token=KANARItoken HTTP/1.1\nHost: KANARIhost\nAuthorization: KANARIscheme KANARIcredential", response: "HTTP/1.1 401 KANARIreason\nWWW-Authenticate: KANARIchallenge realm=\"KANARIrealm\""},
		"digest":   {request: "GET /x HTTP/1.1\nHost: h\nAuthorization: Digest username=\"KANARIdigest\", realm=\"KANARIrealm\"", response: "HTTP/1.1 204 x"},
		"method":   {request: "KANARIMETHOD /x HTTP/1.1\nHost: h", response: "HTTP/1.1 204 x"},
		"upgrade":  {request: "GET /x HTTP/1.1\nHost: h\nUpgrade: KANARIup\nConnection: upgrade", response: "HTTP/1.1 101 x\nUpgrade: KANARIupgrade"},
		"firmware": {request: "GET /firmware/KANARIdir/KANARIname.bin HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=KANARIfile.bin", down: "KANARI"},
		"fhir read": {
			request:  "GET /fhir/KANARItenant/Patient/KANARIid/_history/KANARIversion?KANARIparam=KANARIvalue HTTP/1.1\nHost: KANARIhost\nAccept: application/fhir+json\nAuthorization: Basic " + basic + up,
			response: ok + "\nContent-Type: application/fhir+json; KANARI=KANARIparam", down: json,
		},
		"fhir search":      {request: "GET /fhir/Patient?identifier=KANARImrn&family:KANARImodifier=KANARIfamily&_has:KANARI:patient:code=KANARIcode&patient.KANARIchain=KANARIv&KANARIown=1&birthdate=KANARIborn HTTP/1.1\nHost: h\nAccept: application/fhir+json", response: "HTTP/1.1 200 OK\nContent-Type: application/fhir+xml", down: xml},
		"fhir form":        {request: "POST /fhir/Patient/_search HTTP/1.1\nHost: h\nAccept: application/fhir+json\nContent-Type: application/x-www-form-urlencoded", up: "name=KANARIname&KANARIp=KANARIv&subject=Patient/KANARIsubject", response: "HTTP/1.1 200 OK"},
		"fhir create":      {request: "POST /fhir/Patient HTTP/1.1\nHost: h\nContent-Type: application/fhir+json" + up, up: json, response: "HTTP/1.1 201 x\nContent-Type: application/fhir+json\nLocation: /fhir/Patient/KANARInew", down: json},
		"fhir operation":   {request: "POST /fhir/Patient/KANARIid/$KANARIoperation HTTP/1.1\nHost: h\nContent-Type: application/fhir+json", up: json, response: "HTTP/1.1 200 x"},
		"fhir compartment": {request: "GET /fhir/Patient/KANARIid/Observation?code=KANARIcode HTTP/1.1\nHost: h\nAccept: application/fhir+json", response: "HTTP/1.1 200 OK\nContent-Type: application/fhir+json\nContent-Encoding: gzip", down: gzipped(json)},
		"dicomweb search": {request: "GET /dicom-web/KANARIbase/studies?PatientName=KANARIname&KANARIparam=KANARIv&00100020=KANARIpid HTTP/1.1\nHost: h" + up, response: ok + "\nContent-Type: application/dicom+json",
			down: `[{"00100010":{"vr":"PN","Value":[{"Alphabetic":"KANARIpn"}]},"KANARItag":{"Value":["KANARIv"]}}]`},
		"dicomweb retrieve": {request: "GET /dicom-web/studies/1.2.3.99999/series/1.2.3.88888 HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\n" + dicomwebParts, down: parts},
		"dicomweb store":    {request: "POST /dicom-web/studies HTTP/1.1\nHost: h\n" + dicomwebParts, up: strings.Replace(parts, "Content-Type: application/dicom", "Content-Type: application/dicom; x=KANARIpart\r\nContent-Location: KANARIloc", 1), response: "HTTP/1.1 200 OK\nContent-Type: application/dicom+json", down: `{"KANARI":{"Value":["KANARIv"]}}`},
		"wado uri":          {request: "GET /wado?requestType=WADO&studyUID=1.2.3.99999&seriesUID=1.2.3.88888&objectUID=1.2.3.77777&KANARIp=KANARIv&annotation=KANARIann HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/dicom", down: string(dicomwebCanaries())},
	}
	seen := 0
	for name, talk := range talks {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{1 << 20, 7} {
				var out strings.Builder
				for _, o := range httpSaid(t, size, talk) {
					b, err := kind.Codec{}.Append(nil, o)
					if err != nil {
						t.Fatal(err)
					}
					out.Write(b)
					seen++
				}
				if out.Len() == 0 {
					t.Fatal("nothing was told")
				}
				if hits := regexp.MustCompile(`(?i).{0,30}KANARI.{0,30}`).FindAllString(out.String(), -1); hits != nil {
					t.Errorf("left the sensor: %q", hits)
				}
				for _, value := range []string{"1.2.3.99999", "1.2.3.88888", "1.2.3.77777", "19700101"} {
					if strings.Contains(out.String(), value) {
						t.Errorf("%s left the sensor", value)
					}
				}
				for _, spelling := range hl7Spellings("KANARIuser", "KANARImrn", "KANARIid", "KANARIname", "KANARIpid") {
					if strings.Contains(out.String(), spelling) {
						t.Errorf("%q left the sensor", spelling)
					}
				}
			}
		})
	}
	if seen < 2*len(talks) {
		t.Errorf("only %d observations", seen)
	}
}
