package sim

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround/format/http"
)

// web is an HTTP/1.1 keep-alive connection.
type web struct {
	c    *Conn
	host string
}

func (h *Host) web(peer *Host, port uint16) *web {
	return &web{c: h.dial(peer, port), host: fmt.Sprintf("%s.hosp.example:%d", peer.Name, port)}
}

// do sends one request and its answer; fields are "Name: value".
func (w *web) do(method, target string, fields []string, body []byte, think time.Duration, status int, typ string, answer []byte) {
	rq := http.Request{Method: method, Target: target}
	rq.Fields = append(rq.Fields, http.Field{Name: "Host", Value: w.host})
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		rq.Fields = append(rq.Fields, http.Field{Name: name, Value: value})
	}
	rs := http.Response{Status: status, Reason: reason(status)}
	if typ != "" {
		rs.Fields = append(rs.Fields, http.Field{Name: "Content-Type", Value: typ})
	}
	if answer == nil {
		answer = []byte{}
	}
	w.c.exchange(rq.AppendWith(nil, body), think, rs.AppendWith(nil, answer))
}

func reason(status int) string {
	switch status {
	case 200:
		return "OK"
	case 201:
		return "Created"
	case 401:
		return "Unauthorized"
	case 404:
		return "Not Found"
	}
	return "Status"
}

const fhirJSON = "application/fhir+json; charset=utf-8"

// fhirPatient is a Patient resource with every personal field filled.
func fhirPatient(p *Patient) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"urn:hosp:mrn","value":%q}],"name":[{"family":%q,"given":[%q]}],"telecom":[{"system":"phone","value":%q}],"birthDate":"%s-%s-%s","address":[{"line":[%q]}]}`,
		p.FHIR, p.MRN, p.Family, p.Given, p.Phone, p.Born[:4], p.Born[4:6], p.Born[6:], p.Street)
}

// fhirObservation is an Observation of a home measurement.
func fhirObservation(p *Patient, code string, value float64, at time.Time) []byte {
	return fmt.Appendf(nil, `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":%q}]},"subject":{"reference":"Patient/%s","display":%q},"effectiveDateTime":%q,"valueQuantity":{"value":%.1f},"note":[{"text":%q}]}`,
		code, p.FHIR, p.Family, at.UTC().Format(time.RFC3339), value, p.Note)
}

// bundle is a searchset of resources.
func bundle(resources ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"resourceType":"Bundle","type":"searchset","total":%d,"entry":[`, len(resources))
	for i, r := range resources {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"resource":` + r + `}`)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

// multipart wraps DICOM objects as WADO-RS answers (PS3.18 §8.6.1.2).
func multipart(objects ...[]byte) (typ string, body []byte) {
	const boundary = "wado-part-0001"
	for _, o := range objects {
		body = append(body, "--"+boundary+"\r\nContent-Type: application/dicom\r\n\r\n"...)
		body = append(append(body, o...), "\r\n"...)
	}
	body = append(body, "--"+boundary+"--\r\n"...)
	return `multipart/related; type="application/dicom"; boundary=` + boundary, body
}

// basic writes the credentials of HTTP Basic (RFC 7617 §2).
func basic(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}
