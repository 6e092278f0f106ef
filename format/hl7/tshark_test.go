package hl7

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/wardround/wardround/internal/testkit"
)

// dissection is what tshark says of one packet.
type dissection struct {
	Source struct {
		Layers struct {
			Stream  []string `json:"tcp.stream"`
			Port    []string `json:"tcp.srcport"`
			Payload []string `json:"tcp.payload"`
			Segment []string `json:"hl7.raw.segment"`
			Type    []string `json:"hl7.message.type"`
			Event   []string `json:"hl7.event.type"`
			Field   []string `json:"hl7.field"`
		}
	} `json:"_source"`
}

// tshark dissects the capture; it takes TCP port 2575 for HL7.
func tshark(t *testing.T, capture string) []dissection {
	t.Helper()
	out, err := exec.Command(testkit.Need(t, "tshark"), "-r", capture, "-T", "json",
		"-o", "hl7.display_raw:TRUE", "-e", "hl7.field", "-e", "tcp.stream", "-e", "tcp.srcport", "-e", "tcp.payload",
		"-e", "hl7.raw.segment", "-e", "hl7.message.type", "-e", "hl7.event.type").Output()
	if err != nil {
		t.Fatal(err)
	}
	var packets []dissection
	if err := json.Unmarshal(out, &packets); err != nil {
		t.Fatal(err)
	}
	return packets
}

// reader writes down segments, and fields that aren't empty, as tshark's fields
// show them.
type reader struct {
	t      *testing.T
	lines  []string
	fields []string
}

func (r *reader) Fault(f Fault) { r.t.Errorf("fault %+v", f) }
func (r *reader) Frame(f Frame) {
	m, err := Parse(f.Content)
	if err != nil {
		r.t.Error(err)
	}
	h := m.Header().MessageType()
	r.lines = append(r.lines, h.Code.Text()+" "+h.Trigger.Text())
	for s := range m.Segments() {
		r.lines = append(r.lines, string(s.Raw()))
		r.fields = append(r.fields, string(s.ID()))
		for i, f := range s.AppendFields(make([][]byte, 0, 64)) {
			if len(f) > 0 && !(i == 0 && s.header()) {
				r.fields = append(r.fields, string(f))
			}
		}
	}
}

// agree compares segments and types in the capture with tshark's, direction by
// direction, and returns how many segments there were.
func agree(t *testing.T, capture string) int {
	t.Helper()
	want, fields := map[string][]string{}, map[string][]string{}
	readers := map[string]*reader{}
	decoders := map[string]*Decoder{}
	for _, p := range tshark(t, capture) {
		l := p.Source.Layers
		if len(l.Stream) == 0 {
			continue
		}
		direction := l.Stream[0] + "/" + l.Port[0]
		if decoders[direction] == nil {
			readers[direction] = &reader{t: t}
			decoders[direction] = NewDecoder(readers[direction], Limits{})
		}
		for _, payload := range l.Payload {
			b, err := hex.DecodeString(strings.ReplaceAll(payload, ":", ""))
			if err != nil {
				t.Fatal(err)
			}
			if err := decoders[direction].Feed(b); err != nil {
				t.Fatal(err)
			}
		}
		fields[direction] = append(fields[direction], l.Field...)
		// A packet may end several messages; tshark lists types and segments apart.
		types := 0
		for _, s := range l.Segment {
			if strings.HasPrefix(s, "MSH") {
				event := ""
				if types < len(l.Event) {
					event = l.Event[types]
				}
				want[direction] = append(want[direction], l.Type[types]+" "+event)
				types++
			}
			want[direction] = append(want[direction], strings.TrimSuffix(s, "\r"))
		}
	}
	n := 0
	for direction, r := range readers {
		if err := decoders[direction].Close(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want[direction], r.lines); diff != "" {
			t.Errorf("direction %s: %s", direction, diff)
		}
		if diff := cmp.Diff(fields[direction], r.fields); diff != "" {
			t.Errorf("direction %s: %s", direction, diff)
		}
		n += len(r.lines)
	}
	return n
}

func TestTsharkAgreesOnCapture(t *testing.T) {
	n := agree(t, testkit.Data(t, "captures/hl7v2_mllp_oru_prt.pcap"))
	// 20 observations of five segments, 20 answers of two, and a type for each.
	if want := 20*6 + 20*3; n != want {
		t.Errorf("%d lines, want %d", n, want)
	}
}

// What our encoder writes, tshark reads as we do: other separators, escapes,
// answers, several messages in a packet and messages over several packets.
func TestTsharkAgreesOnWhatWeWrite(t *testing.T) {
	odd := Delimiters{Field: '$', Component: '%', Repetition: '?', Escape: '!', Subcomponent: '@'}
	var requests, answers []byte
	for i, d := range []Delimiters{Default(), odd, Default(), odd} {
		w, err := NewWriter(d)
		if err != nil {
			t.Fatal(err)
		}
		w.Segment("MSH").Field(3, "MON").Field(4, "ICU").Field(5, "EHR").Field(9, "ORU", "R01", "ORU_R01").Field(10, itoa(i)).Field(11, "P").Field(12, "2.5.1")
		w.Segment("PID").Field(3, "1", "", "", "HOSP", "MR").Repeat("2", "", "", "NAT").Field(5, "a|b$c", "d^e%f")
		for j := range 1 + 30*(i%2) {
			w.Segment("OBX").Field(1, itoa(j+1)).Field(2, "NM").Field(3, "147842", "MDC_ECG_HEART_RATE", "MDC").Field(5, "72").Field(18, "", "", "0003B1FFFEB5B648", "EUI-64")
		}
		m := mustParse(t, string(w.Bytes()))
		requests = AppendFrame(requests, m.Raw())
		answer, err := AppendACK(nil, m, Answer{Code: AE, ControlID: "A" + itoa(i), Error: "207", Text: "no $ bed"})
		if err != nil {
			t.Fatal(err)
		}
		answers = AppendFrame(answers, answer)
	}
	capture := filepath.Join(t.TempDir(), "ours.pcap")
	if err := os.WriteFile(capture, conversation(t, requests, answers), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, want := agree(t, capture), 4+4+4+2*31+2+4*4; n != want {
		t.Errorf("%d lines, want %d", n, want)
	}
}

// conversation is a capture of one TCP connection to port 2575 in which the
// client sends a, in segments of 700 bytes, and the server b.
func conversation(t *testing.T, a, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	client, server := net.IPv4(192, 0, 2, 1), net.IPv4(192, 0, 2, 2)
	next := map[bool]uint32{}
	at := time.Unix(1_800_000_000, 0)
	send := func(fromClient bool, payload []byte, syn bool) {
		ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: client, DstIP: server}
		tcp := layers.TCP{SrcPort: 50000, DstPort: 2575, Seq: next[fromClient], Ack: next[!fromClient], Window: 65535, SYN: syn, PSH: !syn, ACK: !syn || !fromClient}
		if !fromClient {
			ip.SrcIP, ip.DstIP, tcp.SrcPort, tcp.DstPort = server, client, 2575, 50000
		}
		if err := tcp.SetNetworkLayerForChecksum(&ip); err != nil {
			t.Fatal(err)
		}
		buf := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
			&layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4},
			&ip, &tcp, gopacket.Payload(payload))
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Millisecond)
		n := len(buf.Bytes())
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: n, Length: n}, buf.Bytes()); err != nil {
			t.Fatal(err)
		}
		next[fromClient] += uint32(len(payload))
		if syn {
			next[fromClient]++
		}
	}
	send(true, nil, true)
	send(false, nil, true)
	for len(a) > 0 {
		n := min(700, len(a))
		send(true, a[:n], false)
		a = a[n:]
	}
	send(false, b, false)
	return out.Bytes()
}
