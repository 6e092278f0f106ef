package hl7

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// No message makes an accessor panic or run away, and a message that is taken
// apart and written again soon stays the same.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(pcd))
	f.Add([]byte("MSH$%?!@#$APP\nPID$$$a%b@c?d\n\nNTE$1$$!.br!!XFF!!F!#"))
	f.Add([]byte("MSH||\rPID|||1^2~3"))
	f.Add([]byte("MSH|^~\\&|A|B|C|D|2026||ACK^A01^ACK|1|P|2.3\rMSA|AE|2|x|||101\rERR|PID^1^3^101&x\r"))
	f.Add([]byte("FHS|^~\\&|LAB\rBHS|^~\\&|\r" + pcd + "BTS|1\rFTS|1\r"))
	f.Fuzz(func(t *testing.T, in []byte) {
		total := 0
		for p := range SplitBatch(in) {
			total += len(p.Raw)
			p.Header()
			p.Count('|')
		}
		if total > len(in) {
			t.Fatalf("pieces of %d bytes from %d", total, len(in))
		}
		m, err := Parse(in)
		if err != nil {
			return
		}
		set, _ := m.Charset()
		var space [64][]byte
		for s := range m.Segments() {
			p := s.Presence()
			for i, raw := range s.AppendFields(space[:0]) {
				v := s.Field(i + 1)
				if !bytes.Equal(v.Raw, raw) {
					t.Fatalf("%s-%d = %q or %q", s.ID(), i+1, v.Raw, raw)
				}
				if i < 62 && v.Has() != p.Has(i+1) {
					t.Fatalf("%s-%d = %q: present %v or %v", s.ID(), i+1, raw, v.Has(), p.Has(i+1))
				}
				set.String(v.Text())
				v.Time(nil)
				v.EI().EUI64()
				v.CX()
			}
		}
		m.Ack()
		AppendACK(nil, m, Answer{Code: AE, Error: "1"})
		// Once, for escape sequences that stand for nothing; then for separators
		// that these leave behind; from there on nothing may change.
		var last []byte
		for round := range 3 {
			out, err := rewrite(m)
			if err != nil {
				return
			}
			if round == 2 && !bytes.Equal(out, last) {
				t.Fatal(cmp.Diff(string(last), string(out)))
			}
			last = bytes.Clone(out)
			if m, err = Parse(last); err != nil {
				t.Fatalf("%q was written, and can't be read: %v", last, err)
			}
		}
	})
}

// No stream makes the decoder panic, hold more than its limit, or tell another
// story when it is cut elsewhere.
func FuzzDecoder(f *testing.F) {
	for _, s := range streams {
		f.Add([]byte(s.in), uint8(3), uint8(40))
	}
	f.Add(AppendFrame(nil, []byte(pcd)), uint8(100), uint8(255))
	f.Fuzz(func(t *testing.T, in []byte, at, limit uint8) {
		limits := Limits{Message: 1 + int(limit), Garbage: 1 + int64(limit)}
		want, wantErr := decode(limits, in)
		cut := min(int(at), len(in))
		got, err := decode(limits, in[:cut:cut], in[cut:])
		if cut == 0 || cut == len(in) {
			got, err = decode(limits, bytewise(string(in))...)
		}
		if diff := cmp.Diff(want, got); diff != "" || (wantErr == nil) != (err == nil) {
			t.Fatalf("cut at %d: %v, %v: %s", cut, wantErr, err, diff)
		}
		Recognise(in)
	})
}
