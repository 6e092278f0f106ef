package http

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format"
)

func TestRecogniseClient(t *testing.T) {
	for _, test := range []struct {
		bytes string
		want  format.Match
	}{
		{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", format.Yes},
		{"\r\nPOST http://h/x HTTP/1.0\r\n", format.Yes},
		{"M-SEARCH * HTTP/1.1\r\n", format.Yes},
		{"CONNECT h:443 HTTP/1.1\r\n", format.Yes},
		{"MKCALENDAR /x HTTP/1.1\r\n", format.Yes},
		{"GET /a/very/long/path", format.Likely},
		{"GE", format.More},
		{"GET ", format.More},
		{"GET h", format.More},
		{"", format.No},
		{"\r\n", format.No},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", format.No},
		{"OPTIONS rtsp://h RTSP/1.0\r\n", format.No},
		{"INVITE sip:a@b SIP/2.0\r\n", format.No},
		{"GET / RTSP/1.0\r\n", format.No},
		{"HELO mail\r\n", format.No},
		{"USER root\r\n", format.No},
		{"SSH-2.0-OpenSSH\r\n", format.No},
		{"\x16\x03\x01\x02\x00\x01", format.No},
		{"\x0bMSH|^~\\&|", format.No},
		{"MSH|^~\\&|", format.No},
		{strings.Repeat("A", 40), format.No},
	} {
		if got := RecogniseClient([]byte(test.bytes)); got != test.want {
			t.Errorf("%q: %v, want %v", test.bytes, got, test.want)
		}
	}
}

func TestRecogniseServer(t *testing.T) {
	for _, test := range []struct {
		bytes string
		want  format.Match
	}{
		{"HTTP/1.1 200 OK\r\n", format.Yes}, {"HTTP/1.0 404", format.Yes}, {"HTT", format.More}, {"HTTP/1.", format.More},
		{"HTTP/2 200\r\n", format.No}, {"HTTP/1.1 two\r\n", format.No}, {"RTSP/1.0 200 OK\r\n", format.No},
		{"ICY 200 OK\r\n", format.No}, {"\x16\x03\x03", format.No},
	} {
		if got := RecogniseServer([]byte(test.bytes)); got != test.want {
			t.Errorf("%q: %v, want %v", test.bytes, got, test.want)
		}
	}
}

// An answer only grows more certain as bytes come.
func TestRecogniseGrows(t *testing.T) {
	for _, test := range []struct {
		stream    string
		recognise func([]byte) format.Match
	}{
		{"PUT /fhir/Patient/1 HTTP/1.1\r\n", RecogniseClient}, {"POST http://host/ HTTP/1.1\r\n", RecogniseClient},
		{"HTTP/1.1 200 OK\r\n", RecogniseServer},
	} {
		last := format.More
		for n := 1; n <= len(test.stream); n++ {
			got := test.recognise([]byte(test.stream[:n]))
			if got == format.No || got < last {
				t.Errorf("%q: %v after %v", test.stream[:n], got, last)
			}
			last = got
		}
		if last != format.Yes {
			t.Errorf("%q: %v", test.stream, last)
		}
	}
}
