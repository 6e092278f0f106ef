package hl7

import (
	"bytes"
	"testing"
)

// sink takes what a sensor would.
type sink struct{ found int }

func (s *sink) Fault(Fault) {}
func (s *sink) Frame(f Frame) {
	m, err := Parse(f.Content)
	if err == nil {
		s.found += scanAsSensor(m)
	}
}

// scanAsSensor reads what a network sensor needs of a message.
func scanAsSensor(m Message) (found int) {
	var fields [22][]byte
	for s := range m.Segments() {
		switch string(s.ID()) {
		case "MSH":
			found += len(s.AppendFields(fields[:0]))
		case "PID", "NK1", "IN1", "MRG":
			found += int(s.Presence() & 1023)
		case "OBX":
			all := s.AppendFields(fields[:0])
			if len(all) >= 18 && len(all[17]) > 0 {
				found++
			}
		case "PRT":
			all := s.AppendFields(fields[:0])
			found += len(all)
		}
	}
	return found
}

// A vital-signs report: 40 observations, as a bedside gateway sends each minute.
func report() []byte {
	var b bytes.Buffer
	b.WriteString("MSH|^~\\&|PUMPGW^0003B1FFFE000001^EUI-64|ICU2|EHR|HOSP|20261121120000+0100||ORU^R01^ORU_R01|C-17|P|2.6\r" +
		"PID|||H4711^^^HOSP&1.2.3&ISO^MR||Miller^Ann||19700101|F|||Weg 1^^Ulm\rPV1||I|ICU2^R1^B4\rOBR|1|P9^EHR|F9^PUMPGW|69985^MDC_DEV_PUMP_INFUS_VMD^MDC|||20261121120000\r")
	for range 40 {
		b.WriteString("OBX|1|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.1.1|7.5|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R|||20261121120000||||P7^^0003B1FFFEB5B648^EUI-64\r")
	}
	return b.Bytes()
}

func BenchmarkScanReport(b *testing.B)   { benchmarkScan(b, report()) }
func BenchmarkScanOneValue(b *testing.B) { benchmarkScan(b, []byte(pcd)) }

func benchmarkScan(b *testing.B, raw []byte) {
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := Parse(raw)
		if err != nil || scanAsSensor(m) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeWhole(b *testing.B) { benchmarkDecode(b, 1<<20) }
func BenchmarkDecode1460(b *testing.B)  { benchmarkDecode(b, 1460) }

func benchmarkDecode(b *testing.B, chunk int) {
	stream := bytes.Repeat(AppendFrame(AppendFrame(nil, report()), []byte(pcd)), 20)
	var s sink
	d := NewDecoder(&s, Limits{})
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := stream; len(rest) > 0; {
			n := min(chunk, len(rest))
			if err := d.Feed(rest[:n]); err != nil {
				b.Fatal(err)
			}
			rest = rest[n:]
		}
	}
	if s.found == 0 {
		b.Fatal("nothing found")
	}
}
