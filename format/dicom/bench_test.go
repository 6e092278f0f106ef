package dicom

import "testing"

// BenchmarkPixelData feeds C-STOREs of 1 MB in TCP segments of the usual size,
// as the sensor does, and as whole as a test does.
func BenchmarkPixelData(b *testing.B) {
	for name, size := range map[string]int{"segments-1460": 1460, "whole": 1 << 30} {
		b.Run(name, func(b *testing.B) {
			store := Command{Field: CStoreRQ, MessageID: 1, AffectedSOPClass: CTImageStorage, AffectedSOPInstance: "1.2.3", DataSet: true}
			stream := AppendMessage(nil, 16384, 3, &store, object(Syntax{}, 1<<20))
			d := NewDecoder(&Config{Want: NewTagSet(Modality, Manufacturer, StationName, PatientID, SoftwareVersions)}, agreed(), Ignore{})
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			for b.Loop() {
				for rest := stream; len(rest) > 0; {
					n := min(size, len(rest))
					if err := d.Feed(rest[:n]); err != nil {
						b.Fatal(err)
					}
					rest = rest[n:]
				}
			}
		})
	}
}

// BenchmarkQuery reads the answers of a C-FIND, where everything is header.
func BenchmarkQuery(b *testing.B) {
	rsp := Command{Field: CFindRSP, RespondingTo: 1, AffectedSOPClass: StudyRootFind, DataSet: true, Status: StatusPending}
	s := Syntax{Implicit: true}
	match := AppendText(nil, s, AccessionNumber, SH, "A-77")
	match = AppendText(match, s, PatientName, PN, "Doe^Jane")
	match = AppendText(match, s, PatientID, LO, "4711")
	match = AppendText(match, s, StudyInstanceUID, UI, "1.2.3.4.5.6.7.8.9")
	var stream []byte
	for range 1000 {
		stream = AppendMessage(stream, 16384, 1, &rsp, match)
	}
	d := NewDecoder(&Config{Want: NewTagSet(PatientID, PatientName, AccessionNumber)}, agreed(), Ignore{})
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Feed(stream); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkSearch looks for the next PDU behind a gap, in zeros, the worst case.
func BenchmarkSearch(b *testing.B) {
	stream := make([]byte, 1<<20)
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		d := NewDecoder(nil, agreed(), Ignore{})
		_ = d.Gap(1)
		_ = d.Feed(stream)
	}
}
