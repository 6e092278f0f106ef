package mqtt

import (
	"bytes"
	"testing"

	"github.com/wardround/wardround/format"
)

func TestRecognise(t *testing.T) {
	publish := encode(t, Version311, &Publish{Topic: []byte("vitals/bed1"), Payload: []byte("72")})
	tests := []struct {
		name           string
		p              []byte
		client, server format.Match
	}{
		{"CONNECT 3.1", encode(t, Version31, &Connect{Version: Version31, ClientID: []byte("x")}), format.Yes, format.Likely},
		{"CONNECT 3.1.1", encode(t, Version311, &Connect{Version: Version311}), format.Yes, format.Likely},
		{"CONNECT 5", encode(t, Version5, &Connect{Version: Version5}), format.Yes, format.Likely},
		{"bridge", encode(t, Version311, &Connect{Version: Version311, Bridge: true}), format.Yes, format.Likely},
		{"CONNECT, long", encode(t, Version5, &Connect{Version: Version5, ClientID: bytes.Repeat([]byte("x"), 5000)}), format.Yes, format.No},
		{"CONNACK", []byte("\x20\x02\x00\x00"), format.More, format.Likely},
		{"CONNACK refused", []byte("\x20\x02\x00\x05"), format.More, format.Likely},
		{"CONNACK 5", encode(t, Version5, &ConnAck{V5: true, Code: NotAuthorized}), format.More, format.Likely},
		{"no CONNACK code", []byte("\x20\x02\x00\x33"), format.More, format.No},
		{"mid-stream PUBLISH", publish, format.Likely, format.Likely},
		{"mid-stream pings", []byte("\xc0\x00\xc0\x00"), format.Likely, format.Likely},
		{"one ping", []byte("\xc0\x00"), format.More, format.More},
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), format.No, format.No},
		{"HTTP answer", []byte("HTTP/1.1 200 OK\r\n\r\n"), format.No, format.No},
		{"TLS", []byte("\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03"), format.No, format.No},
		{"DICOM", []byte("\x01\x00\x00\x00\x00\xcd\x00\x01\x00\x00"), format.No, format.No},
		{"MLLP", []byte("\x0bMSH|^~\\&|"), format.No, format.No},
		{"SSH", []byte("SSH-2.0-OpenSSH_9.2\r\n"), format.No, format.No},
		{"DNS over TCP", []byte("\x00\x1d\xab\xcd\x01\x00\x00\x01"), format.No, format.No},
		{"SMB", []byte("\x00\x00\x00\x85\xffSMBr"), format.No, format.No},
		{"zeros", make([]byte, 64), format.No, format.No},
		{"almost CONNECT", []byte("\x10\x0c\x00\x04MQTX\x04\x02\x00\x00\x00\x00"), format.No, format.No},
		{"nothing", nil, format.More, format.More},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := RecogniseClient(tt.p); got != tt.client {
				t.Errorf("client: %d, want %d", got, tt.client)
			}
			if got := RecogniseServer(tt.p); got != tt.server {
				t.Errorf("server: %d, want %d", got, tt.server)
			}
		})
	}
}

// With fewer bytes the answer may be More, but never one that more bytes overturn.
func TestRecognisePrefixes(t *testing.T) {
	for _, v := range []Version{Version31, Version311, Version5} {
		b := encode(t, v, &Connect{Version: v, ClientID: []byte("pump")})
		for n := range b {
			m := RecogniseClient(b[:n])
			if m != format.More && m != format.Yes {
				t.Errorf("version %s, %d bytes: %d", v, n, m)
			}
		}
	}
}
