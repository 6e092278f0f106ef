package hl7

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWriter(t *testing.T) {
	w, err := NewWriter(Default())
	if err != nil {
		t.Fatal(err)
	}
	w.Segment("MSH").Field(3, "A|B").Field(9, "ORU", "R01", "ORU_R01").Field(10, "1")
	w.Segment("PID").Field(3, "", "x", "", "").Repeat("b&c").Field(4).Field(5, "", "").Field(7, "1970")
	w.Segment("OBX").Raw(5, []byte("a&b^c")).Field(5, "late").Field(4, "late").Tree(6, Tree{{{"m", "l"}, {"^"}}, {{"z"}}})
	want := "MSH|^~\\&|A\\F\\B||||||ORU^R01^ORU_R01|1\rPID|||^x~b\\T\\c||||1970\rOBX|||||a&b^c|m&l^\\S\\~z\r"
	if got := string(w.Bytes()); got != want {
		t.Errorf("wrote\n%q, want\n%q", got, want)
	}
	if _, err := NewWriter(Delimiters{Field: '|', Component: '^'}); err == nil {
		t.Error("a writer without escape character was given")
	}
	w.Reset()
	if len(w.Bytes()) != 0 || len(w.Field(1, "x").Bytes()) != 0 {
		t.Error("a field without segment was written")
	}
}

// rewrite takes a message apart and puts it together again.
func rewrite(m Message) ([]byte, error) {
	w, err := NewWriter(m.Delimiters())
	if err != nil {
		return nil, err
	}
	for s := range m.Segments() {
		w.Segment(string(s.ID()))
		fields := s.AppendFields(make([][]byte, 0, 256))
		for i := range fields {
			if s.header() && i < 2 {
				continue
			}
			w.Tree(i+1, s.Field(i+1).Tree())
		}
	}
	return w.Bytes(), nil
}

func TestRewriteChangesNothing(t *testing.T) {
	in := "MSH|^~\\&|A^1.2^ISO|F||||||ORU^R01|1|P|2.5\rPID|||1^^^H&1.2&ISO^MR~2^^^N^SS||A\\T\\B^C\rOBX||ED|||^APP^PDF^Base64^QUJD\r"
	got, err := rewrite(mustParse(t, in))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAck(t *testing.T) {
	when := time.Date(2026, 11, 21, 12, 0, 1, 0, time.UTC)
	for _, c := range []struct {
		name, version string
		answer        Answer
		want          string
		ack           Ack
	}{
		{"accepted", "2.6", Answer{Code: AA, ControlID: "A1", Time: when},
			"MSH|^~\\&|EHR|HOSP|PUMP|ICU|20261121120001+0000||ACK^R01^ACK|A1|P|2.6\rMSA|AA|C\\T\\1\r",
			Ack{Code: AA, ControlID: "C&1"}},
		{"rejected", "2.5.1", Answer{Code: AR, ControlID: "A2", Error: "200", Text: "R01 | no"},
			"MSH|^~\\&|EHR|HOSP|PUMP|ICU|||ACK^R01^ACK|A2|P|2.5.1\rMSA|AR|C\\T\\1\rERR|||200|E||||R01 \\F\\ no\r",
			Ack{Code: AR, ControlID: "C&1", Error: "200", Severity: "E"}},
		{"error in an early version", "2.3", Answer{Code: AE, ControlID: "A3", Error: "101", Text: "PID-3"},
			"MSH|^~\\&|EHR|HOSP|PUMP|ICU|||ACK^R01|A3|P|2.3\rMSA|AE|C\\T\\1|PID-3|||101\r",
			Ack{Code: AE, ControlID: "C&1", Error: "101"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mustParse(t, "MSH|^~\\&|PUMP|ICU|EHR|HOSP|||ORU^R01^ORU_R01|C\\T\\1|P|"+c.version+"\rPID|||1\r")
			got, err := AppendACK(nil, m, c.answer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Fatal(diff)
			}
			ack, ok := mustParse(t, string(got)).Ack()
			if diff := cmp.Diff(c.ack, ack); diff != "" || !ok {
				t.Error(ok, diff)
			}
		})
	}
	if _, ok := mustParse(t, pcd).Ack(); ok {
		t.Error("an observation passes for an acknowledgement")
	}
	old := mustParse(t, "MSH|^~\\&|\rMSA|AE|1\rERR|PID^1^3^101&Missing&HL70357\r")
	if ack, _ := old.Ack(); ack.Error != "101" {
		t.Errorf("ERR-1 before version 2.5 gives %q", ack.Error)
	}
	for code, want := range map[AckCode][3]bool{
		AA: {true, true, false}, AE: {true, false, false}, AR: {true, false, false},
		CA: {true, true, true}, CE: {true, false, true}, CR: {true, false, true}, "XX": {},
	} {
		if got := [3]bool{code.Known(), code.Accepted(), code.Commit()}; got != want {
			t.Errorf("%s: known, accepted, commit = %v", code, got)
		}
	}
}

func TestBatch(t *testing.T) {
	one, two := "MSH|^~\\&|A|||||||1\rPID|||1\r", "MSH|^~\\&|A|||||||2\rPID|||2"
	in, err := AppendBatch(nil, Default(), []byte(one), []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	in = append([]byte("FHS|^~\\&|LAB\r"), in...)
	in = append(in, "FTS|1\rZZZ|stray\r"...)
	var parts []Part
	for p := range SplitBatch(in) {
		parts = append(parts, p.Part)
		switch p.Part {
		case SingleMessage:
			m, err := p.Message()
			if err != nil {
				t.Fatal(err)
			}
			if id, want := (PID{segment(t, m, "PID")}).Identifiers(), m.Header().Field(10); !id.Is(want.Text()) {
				t.Errorf("message %q holds patient %q", want.Raw, id.Raw)
			}
		case FileHeader:
			if s, err := p.Header(); err != nil || !s.Field(3).Is("LAB") {
				t.Errorf("FHS-3 = %q, %v", s.Field(3).Raw, err)
			}
		case BatchTrailer:
			if n, ok := p.Count('|'); !ok || n != 2 {
				t.Errorf("BTS-1 = %d, %v", n, ok)
			}
		case FileTrailer:
			if n, ok := p.Count('|'); !ok || n != 1 {
				t.Errorf("FTS-1 = %d, %v", n, ok)
			}
		}
		if string(in[p.Offset:p.Offset+len(p.Raw)]) != string(p.Raw) {
			t.Errorf("piece at %d isn't there", p.Offset)
		}
	}
	want := []Part{FileHeader, BatchHeader, SingleMessage, SingleMessage, BatchTrailer, FileTrailer, Stray}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Error(diff)
	}
	for p := range SplitBatch([]byte(pcd)) {
		if p.Part != SingleMessage || string(p.Raw) != pcd {
			t.Errorf("a plain message is split: %v", p.Part)
		}
	}
}
