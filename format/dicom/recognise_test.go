package dicom

import (
	"testing"

	"github.com/wardround/wardround/format"
)

func TestRecognise(t *testing.T) {
	echo := Command{Field: CEchoRQ, MessageID: 1, AffectedSOPClass: Verification}
	yes := map[string][]byte{
		"request":    fullRequest().Append(nil),
		"acceptance": fullAcceptance().Append(nil),
		"command":    AppendMessage(nil, 0, 1, &echo, nil),
	}
	likely := map[string][]byte{
		"refusal":                     Reject{Result: RejectedPermanent, Source: RejectedByUser, Reason: ReasonCalledTitle}.Append(nil),
		"abort":                       Abort{Source: AbortedByProvider}.Append(nil),
		"release":                     AppendReleaseRQ(nil),
		"release answered":            AppendReleaseRP(nil),
		"data":                        AppendPData(nil, 1, false, false, make([]byte, 100)),
		"another application context": (&AssociateRQ{ApplicationContext: "1.2.3"}).Append(nil),
	}
	no := map[string][]byte{
		"TLS":                   {0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3},
		"TPKT":                  {3, 0, 0, 0x13, 0x0e, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0},
		"HTTP":                  []byte("GET / HTTP/1.1\r\n\r\n"),
		"MLLP":                  []byte("\x0bMSH|^~\\&|"),
		"MQTT":                  {0x10, 0x0c, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60},
		"zeros":                 make([]byte, 200),
		"unknown PDU":           {9, 0, 0, 0, 0, 4, 0, 0, 0, 0},
		"request too short":     {1, 0, 0, 0, 0, 20, 0, 1},
		"request of version 2":  {1, 0, 0, 0, 0, 200, 0, 2},
		"malformed request":     []byte("\x01\x00\x00\x00\x00\xff\xff\x00\x01garbage"),
		"refusal of nonsense":   {3, 0, 0, 0, 0, 4, 0, 9, 9, 9},
		"abort of nonsense":     {7, 0, 0, 0, 0, 4, 0, 0, 9, 9},
		"data with even id":     {4, 0, 0, 0, 0, 100, 0, 0, 0, 96, 2, 3},
		"data with long PDV":    {4, 0, 0, 0, 0, 100, 0, 0, 1, 96, 1, 3},
		"command without start": AppendPData(nil, 1, true, true, []byte("\x08\x00\x00\x00\x04\x00\x00\x00")),
	}
	for want, inputs := range map[format.Match]map[string][]byte{format.Yes: yes, format.Likely: likely, format.No: no} {
		for name, b := range inputs {
			if got := Recognise(b); got != want {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
			if want == format.No {
				continue
			}
			for n := range b {
				if got := Recognise(b[:n]); got == format.No || n < 8 && got > format.More {
					t.Errorf("first %d bytes of %s: %v", n, name, got)
				}
			}
		}
	}
}
