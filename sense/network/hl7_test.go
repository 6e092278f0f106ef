package network

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

const hl7Pump = "MSH|^~\\&|PUMPGW^0003B1FFFE000001^EUI-64|ICU2|EHR|HOSP|20261121120000||ORU^R01^ORU_R01|C-17|P|2.6|||||||||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO\r" +
	"PID|||H4711^^^HOSP^MR||Miller^Ann||19700101\r" +
	"PV1||I|ICU2^R1^B4||||7^Doe||||||||||||V1\r" +
	"OBR|1||F9|69985^MDC_DEV_PUMP_INFUS_VMD^MDC|||20261121120000\r" +
	"OBX|1|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.1.1|7.5|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R|||20261121120000||||P7^^0003B1FFFEB5B648^EUI-64\r" +
	"OBX|2|ST|69986^MDC_DEV_PUMP_INFUS_MDS^MDC|1.0.0.0||||||||||||||P8^ICU2\r" +
	"PRT|1|UC||EQUIP||||||||||||00643169001763^^00643169001763^GS1||||SN-1\r"

func hl7Answer(code, id, rest string) string {
	return "MSH|^~\\&|EHR|HOSP|PUMPGW|ICU2|||ACK^R01^ACK|A1|P|2.6\rMSA|" + code + "|" + id + "\r" + rest
}

// hl7Talk is one step of a conversation.
type hl7Talk struct {
	dir     Direction
	ms      int64 // since the start
	content string
	gap     int64 // instead of content
	raw     bool  // content has its framing
}

var hl7Flow = &wardround.Flow{
	Transport: "tcp",
	Src:       wardround.Endpoint{Addr: netip.MustParseAddr("10.1.0.9"), Port: 50000},
	Dst:       wardround.Endpoint{Addr: netip.MustParseAddr("10.2.0.1"), Port: 6661},
}

// hl7Said lets the sensor's stream see a conversation, in chunks of the given
// size, and returns what it emits.
func hl7Said(t testing.TB, chunk int, midStream bool, talk ...hl7Talk) []*wardround.Observation {
	t.Helper()
	return hl7SaidUntil(t, chunk, midStream, func(*Conn) {}, talk...)
}

// hl7SaidUntil is hl7Said with something to be done at the end.
func hl7SaidUntil(t testing.TB, chunk int, midStream bool, end func(*Conn), talk ...hl7Talk) []*wardround.Observation {
	t.Helper()
	var out []*wardround.Observation
	c := NewTestConn("hl7", hl7Flow, func(o *wardround.Observation) { out = append(out, o) })
	c.MidStream = midStream
	s := openHL7(c)
	at := int64(0)
	for _, step := range talk {
		at = step.ms * 1e6
		if step.gap > 0 {
			if err := s.Gap(step.dir, step.gap, at); err != nil {
				t.Fatal(err)
			}
			continue
		}
		b := []byte(step.content)
		if !step.raw {
			b = hl7.AppendFrame(nil, b)
		}
		for len(b) > 0 {
			n := min(chunk, len(b))
			if err := s.Data(step.dir, b[:n:n], at); err != nil {
				t.Fatal(err)
			}
			b = b[n:]
		}
	}
	s.Close(at + 1e6)
	end(c)
	return out
}

func TestHL7Transaction(t *testing.T) {
	for _, chunk := range []int{1 << 20, 100, 1} {
		got := hl7Said(t, chunk, false,
			hl7Talk{ToServer, 1000, hl7Pump, 0, false},
			hl7Talk{ToClient, 1042, hl7Answer("AE", "C-17", "ERR|||207^Application internal error|E||||patient Miller unknown\r"), 0, false})
		if len(got) != 1 {
			t.Fatalf("%d observations, want one", len(got))
		}
		want := &kind.HL7MessageV1{
			Type: "ORU", Trigger: "R01", Structure: "ORU_R01", Version: "2.6", Processing: "P", Profile: "IHE_PCD_001",
			SendingApp: "PUMPGW", SendingFacility: "ICU2", ReceivingApp: "EHR", ReceivingFacility: "HOSP", SendingEUI64: "0003B1FFFE000001",
			Segments: "MSH PID PV1 OBR OBX*2 PRT", Bytes: int64(len(hl7Pump)), Whole: true,
			Personal: kind.HL7PersonalV1{PID3: true, PID5: true, PID7: true, PV119: true, Order: true, OBX5: true, Staff: true},
			Devices: []kind.HL7DeviceV1{
				{From: "OBX-18", EUI64: "0003B1FFFEB5B648"},
				{From: "OBX-18", ID: "P8^ICU2", UDI: "00643169001763", Serial: "SN-1", Type: "MDC_DEV_PUMP_INFUS_MDS"},
			},
			DeviceType: "MDC_DEV_PUMP_INFUS_VMD",
			Answer:     kind.HL7Answered, Ack: "AE", AckError: "207", AckSeverity: "E", LatencyMS: 42,
		}
		if diff := cmp.Diff(want, got[0].Fields); diff != "" {
			t.Errorf("chunks of %d: %s", chunk, diff)
		}
		if got[0].At.UnixMilli() != 1042 || got[0].Flow != hl7Flow {
			t.Errorf("at %v on %v", got[0].At, got[0].Flow)
		}
	}
}

// told is what matters of how messages are answered.
func told(got []*wardround.Observation) (out []string) {
	for _, o := range got {
		switch f := o.Fields.(type) {
		case *kind.HL7MessageV1:
			s := fmt.Sprintf("%s %s %s %g", f.Event(), f.Answer, f.Ack, f.LatencyMS)
			if f.AckMismatch {
				s += " mismatch"
			}
			if f.FromServer {
				s += " from server"
			}
			if f.Repeat {
				s += " repeated"
			}
			if f.Batch {
				s += " batch"
			}
			if len(f.Framing) > 0 {
				s += " " + strings.Join(f.Framing, ",")
			}
			if !f.Whole {
				s += " cut"
			}
			out = append(out, s)
		case *kind.HL7AckV1:
			out = append(out, "ack "+f.Ack)
		}
	}
	return out
}

func hl7ADT(id string) string {
	return "MSH|^~\\&|ADT|H|EHR|H|20261121||ADT^A01|" + id + "|P|2.3\rPID|||1\r"
}

func TestHL7Answers(t *testing.T) {
	msg := func(ms int64, id string) hl7Talk { return hl7Talk{ToServer, ms, hl7ADT(id), 0, false} }
	ack := func(ms int64, code, id string) hl7Talk {
		return hl7Talk{ToClient, ms, hl7Answer(code, id, ""), 0, false}
	}
	var many []hl7Talk
	var flood []string
	for i := range 18 {
		many = append(many, msg(int64(i), fmt.Sprint(i)))
	}
	flood = append(flood, "ADT^A01 none  0", "ADT^A01 none  0")
	many = append(many, ack(100, "AA", "17"))
	flood = append(flood, "ADT^A01 answered AA 83")
	for range 15 {
		flood = append(flood, "ADT^A01 closed  0")
	}
	query := "MSH|^~\\&|EHR|H|ADT|H|||RSP^K22^RSP_K21|9|P|2.5\rMSA|AA|1\rPID|||1||Miller\r"
	for _, c := range []struct {
		name string
		talk []hl7Talk
		want []string
	}{
		{"in turn", []hl7Talk{msg(0, "1"), ack(5, "AA", "1"), msg(10, "2"), ack(12, "AR", "2")},
			[]string{"ADT^A01 answered AA 5", "ADT^A01 answered AR 2"}},
		{"several under way, answered in another order", []hl7Talk{msg(0, "1"), msg(1, "2"), ack(5, "AA", "2"), ack(6, "AE", "1")},
			[]string{"ADT^A01 answered AA 4", "ADT^A01 answered AE 6"}},
		{"commit, and the application's answer later", []hl7Talk{msg(0, "1"), ack(5, "CA", "1"), msg(6, "2"), ack(7, "AA", "1"), ack(8, "CA", "2")},
			[]string{"ADT^A01 answered CA 5", "ack AA", "ADT^A01 answered CA 2"}},
		{"commit of MLLP release 2", []hl7Talk{msg(0, "1"), {ToClient, 3, "\x06", 0, false}, msg(4, "2"), {ToClient, 6, "\x15", 0, false}, {ToClient, 7, "\x06", 0, false}},
			[]string{"ADT^A01 answered COMMIT-ACK 3", "ADT^A01 answered COMMIT-NAK 2", "ack COMMIT-ACK"}},
		{"wrong control id", []hl7Talk{msg(0, "1"), ack(5, "AA", "99")},
			[]string{"ADT^A01 answered AA 5 mismatch"}},
		{"wrong control id, two under way", []hl7Talk{msg(0, "1"), msg(1, "2"), ack(5, "AA", "99")},
			[]string{"ack AA", "ADT^A01 closed  0", "ADT^A01 closed  0"}},
		{"answer without message", []hl7Talk{ack(5, "AE", "1")}, []string{"ack AE"}},
		{"code of nowhere", []hl7Talk{msg(0, "1"), ack(5, "Miller", "1")}, []string{"ADT^A01 answered other 5"}},
		{"never answered", []hl7Talk{ack(0, "AA", "0"), msg(1, "1"), msg(100, "2"), msg(70_000, "3")},
			[]string{"ack AA", "ADT^A01 none  0", "ADT^A01 none  0", "ADT^A01 closed  0"}},
		{"flood", append([]hl7Talk{ack(0, "AA", "x")}, many...), append([]string{"ack AA"}, flood...)},
		{"one direction captured", []hl7Talk{msg(0, "1"), msg(70_000, "2")},
			[]string{"ADT^A01 unseen  0", "ADT^A01 unseen  0"}},
		{"answer lost", []hl7Talk{msg(0, "1"), ack(1, "AA", "1"), msg(2, "2"), {ToClient, 3, "", 100, false}, msg(80_000, "3"), ack(80_001, "AA", "3")},
			[]string{"ADT^A01 answered AA 1", "ADT^A01 unseen  0", "ADT^A01 answered AA 1"}},
		{"not wanted", []hl7Talk{{ToServer, 0, "MSH|^~\\&|A|||||| ORU^R01|1|P|2.5|||NE|NE\r", 0, false}, {ToServer, 1, strings.Replace(hl7ADT("2"), "|2.3", "|2.3|||NE|NE", 1), 0, false}},
			[]string{"^R01 not-expected  0", "ADT^A01 not-expected  0"}},
		{"answer with data", []hl7Talk{msg(0, "1"), {ToClient, 5, query, 0, false}},
			[]string{"ADT^A01 answered AA 5", "RSP^K22 not-expected  0 from server"}},
		{"from the server", []hl7Talk{{ToClient, 0, hl7ADT("1"), 0, false}, {ToServer, 4, hl7Answer("AA", "1", ""), 0, false}},
			[]string{"ADT^A01 answered AA 4 from server"}},
		{"sent again", []hl7Talk{msg(0, "1"), ack(1, "AE", "1"), msg(2, "1"), ack(3, "AA", "1")},
			[]string{"ADT^A01 answered AE 1", "ADT^A01 answered AA 1 repeated"}},
		{"batch", []hl7Talk{{ToServer, 0, "BHS|^~\\&|A\r" + hl7ADT("1") + hl7ADT("2") + "BTS|2\r", 0, false}, ack(1, "AA", "1"), ack(2, "AA", "2")},
			[]string{"ADT^A01 answered AA 1 batch", "ADT^A01 answered AA 2 batch"}},
		{"bad framing", []hl7Talk{{ToServer, 0, "x\v" + hl7ADT("1") + "\x1c\v" + hl7ADT("2"), 0, true}, {ToServer, 1, "\v" + hl7ADT("3") + "\x1c\r" + hl7ADT("4") + "\x1c\r", 0, true}, ack(2, "AA", "1")},
			[]string{"ADT^A01 answered AA 2 garbage", "ADT^A01 closed  0 no-cr,no-end cut", "ADT^A01 closed  0", "ADT^A01 closed  0 no-start"}},
		{"lost inside", []hl7Talk{{ToServer, 0, "\v" + hl7ADT("1"), 0, true}, {ToServer, 0, "", 50, false}, {ToServer, 1, "x\x1c\r\v" + hl7ADT("2") + "\x1c\r", 0, true}, ack(2, "AA", "1"), ack(3, "AA", "2")},
			[]string{"ADT^A01 answered AA 2 cut", "ADT^A01 answered AA 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole := told(hl7Said(t, 1<<20, false, c.talk...))
			if diff := cmp.Diff(c.want, whole); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(whole, told(hl7Said(t, 1, false, c.talk...))); diff != "" {
				t.Errorf("byte by byte: %s", diff)
			}
		})
	}
}

// A connection that was joined in the middle of a message is no fault.
func TestHL7Midway(t *testing.T) {
	talk := []hl7Talk{{ToServer, 0, "|rest of it\rOBX|2|x\r\x1c\r\v" + hl7ADT("2") + "\x1c\r", 0, true}, {ToClient, 1, hl7Answer("AA", "2", ""), 0, false}}
	if diff := cmp.Diff([]string{"ADT^A01 answered AA 1"}, told(hl7Said(t, 7, true, talk...))); diff != "" {
		t.Error(diff)
	}
}

func TestHL7Faulty(t *testing.T) {
	got := hl7Said(t, 1000, false,
		hl7Talk{ToServer, 0, "MSH|^~\\&|A&B|\"\"||||| Ann Miller^x|\r1X|\rPID|\roops\rOBX|1\rOBX|2\rZZ9|\rOBX|3\r", 0, false})
	want := &kind.HL7MessageV1{
		SendingApp: "A&B", Segments: "MSH PID OBX*2 ZZ9 OBX", BadSegments: 2,
		Faulty: []string{"MSH-7", "MSH-9", "MSH-10", "MSH-11", "MSH-12"}, Whole: true, Answer: kind.HL7Unseen,
	}
	if diff := cmp.Diff(want, got[0].Fields, cmpopts.IgnoreFields(kind.HL7MessageV1{}, "Bytes")); diff != "" {
		t.Error(diff)
	}
	var long strings.Builder
	long.WriteString(hl7ADT("1"))
	for i := range 400 {
		fmt.Fprintf(&long, "Z%02d|\rOBX%sD%d\r", i%100, strings.Repeat("|", 18), i)
	}
	f := hl7Said(t, 1000, false, hl7Talk{ToServer, 0, long.String(), 0, false})[0].Fields.(*kind.HL7MessageV1)
	if !f.SegmentsCut || len(f.Segments) > hl7Segments || !f.DevicesCut || len(f.Devices) != hl7Devices {
		t.Errorf("segments of %d bytes, cut %v; %d devices, cut %v", len(f.Segments), f.SegmentsCut, len(f.Devices), f.DevicesCut)
	}
}

// The capture of an independent script: every pump message and its answer.
func TestHL7Capture(t *testing.T) {
	f, err := os.Open(testkit.Data(t, "captures/hl7v2_mllp_oru_prt.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	messages := 0
	s := New(Options{
		Sensor: "test", Input: "file", Origin: wardround.Replay, Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")),
		Emit: func(o *wardround.Observation) {
			m, ok := o.Fields.(*kind.HL7MessageV1)
			if !ok {
				return
			}
			messages++
			want := &kind.HL7MessageV1{
				Type: "ORU", Trigger: "R01", Structure: "ORU_R01", Version: "2.6", Processing: "P",
				SendingApp: "INFUSOMATIC", SendingFacility: "PUMP7", ReceivingApp: "EHR", ReceivingFacility: "HOSP",
				Segments: "MSH PID OBR OBX PRT", Whole: true, Personal: kind.HL7PersonalV1{PID3: true, PID5: true, PID7: true, Order: true, OBX5: true},
				Devices:    []kind.HL7DeviceV1{{From: "OBX-18", EUI64: "0003B1FFFEB5B648"}},
				DeviceType: "MDC_DEV_PUMP_INFUS_VMD", Answer: kind.HL7Answered, Ack: "AA",
			}
			if diff := cmp.Diff(want, m, cmpopts.IgnoreFields(kind.HL7MessageV1{}, "Bytes", "LatencyMS")); diff != "" {
				t.Error(diff)
			}
			if m.LatencyMS <= 0 || m.LatencyMS > 100 {
				t.Errorf("latency %g ms on loopback", m.LatencyMS)
			}
		},
	})
	if err := s.Read(context.Background(), f); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if st := s.Stats(); messages != 20 || st.ParseFailures != 0 {
		t.Errorf("%d messages, %d failures (%s); the capture holds 20", messages, st.ParseFailures, st.Detail)
	}
}

func TestHL7Recognise(t *testing.T) {
	v := "\vMSH|^~\\&|A"
	for _, c := range []struct {
		client, server string
		want           format.Match
	}{
		{v, "", format.Yes},
		{"", v, format.Yes},
		{"5|6\rOBX|1|2\r\x1c\r", v, format.Yes},
		{"\v", "", format.More},
		{"GET / HTTP/1.1", "", format.No},
	} {
		if got := recogniseHL7([]byte(c.client), []byte(c.server)); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.client, c.server, got, c.want)
		}
	}
}

func FuzzHL7Stream(f *testing.F) {
	f.Add(hl7.AppendFrame(nil, []byte(hl7Pump)), hl7.AppendFrame(nil, []byte(hl7Answer("AA", "C-17", ""))), uint8(9))
	f.Add([]byte("\vBHS|^~\\&|\r"+hl7ADT("1")+"BTS|1\r\x1c"), []byte("\v\x06\x1c\r"), uint8(200))
	f.Fuzz(func(t *testing.T, client, server []byte, chunk uint8) {
		c := NewTestConn("hl7", hl7Flow, func(o *wardround.Observation) {
			if _, err := (kind.Codec{}).Append(nil, o); err != nil {
				t.Error(err)
			}
		})
		s := openHL7(c)
		dead := [2]bool{}
		for i, b := range [][]byte{client, server} {
			for len(b) > 0 && !dead[i] {
				n := min(int(chunk)+1, len(b))
				dead[i] = s.Data(Direction(i), b[:n:n], int64(i)) != nil
				b = b[n:]
			}
		}
		s.Close(9)
		c.sensor.results.flush(9)
	})
}

func BenchmarkHL7Stream(b *testing.B) {
	request := hl7.AppendFrame(nil, []byte(hl7Pump))
	answer := hl7.AppendFrame(nil, []byte(hl7Answer("AA", "C-17", "")))
	s := openHL7(NewTestConn("hl7", hl7Flow, func(*wardround.Observation) {}))
	b.SetBytes(int64(len(request) + len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		s.Data(ToServer, request, 1)
		s.Data(ToClient, answer, 2)
	}
}
