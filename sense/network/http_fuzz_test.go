package network

import (
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// FuzzHTTPStream asks that no bytes make the stream panic, or tell an observation
// that cannot be logged, or one that depends on how the bytes were cut.
func FuzzHTTPStream(f *testing.F) {
	json, xml := fhirCanaryBundles()
	for _, x := range []httpTalk{
		{request: "GET /fhir/Patient/1/$everything?_count=1 HTTP/1.1\nHost: h\nAccept: application/fhir+json", response: fhirOK, down: json},
		{request: "POST /fhir/Patient/_search HTTP/1.1\nHost: h\nContent-Type: application/x-www-form-urlencoded", up: "name=x", response: "HTTP/1.1 200 OK\nContent-Type: application/fhir+xml", down: xml},
		{request: "POST /dicom-web/studies HTTP/1.1\nHost: h\n" + dicomwebParts, up: dicomwebBody(dicomwebCanaries()), response: "HTTP/1.1 200 OK\nContent-Type: application/dicom+json", down: `{"00081199":{"Value":[{}]}}`},
		{request: "GET /firmware/a.bin HTTP/1.1\nHost: h\nAuthorization: Basic dTpw", response: "HTTP/1.1 200 OK\nContent-Encoding: gzip", down: gzipped("\x7fELF")},
	} {
		f.Add(httpWire(x.request, x.up), httpWire(x.response, x.down), uint8(7))
	}
	f.Fuzz(func(t *testing.T, client, server string, size uint8) {
		gaveUp := false // where depends on the pieces
		told := func(size int) string {
			var out strings.Builder
			c := NewTestConn("http", httpFlow, func(o *wardround.Observation) {
				b, err := kind.Codec{}.Append(nil, o)
				if err != nil {
					t.Fatal(err)
				}
				out.Write(b)
				out.WriteByte('\n')
			})
			s := c.proto.Open(c)
			gaveUp = !feedHTTP(s, ToServer, client, size) || !feedHTTP(s, ToClient, server, size) || gaveUp
			s.Close(2)
			c.sensor.results.flush(3)
			return out.String()
		}
		if whole, pieces := told(1<<20), told(1+int(size)); whole != pieces && !gaveUp && !strings.Contains(whole+pieces, "bomb") {
			t.Fatalf("whole:\n%s\nin pieces of %d:\n%s", whole, 1+int(size), pieces)
		}
	})
}

// feedHTTP feeds text in pieces and reports whether the stream took all of it.
func feedHTTP(s Stream, dir Direction, text string, size int) bool {
	for p := []byte(text); len(p) > 0; p = p[min(size, len(p)):] {
		if s.Data(dir, p[:min(size, len(p))], 1) != nil {
			return false
		}
	}
	return true
}
