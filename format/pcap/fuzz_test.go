package pcap

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// FuzzReader: never a panic, never an endless read, no more than the limit in one
// packet, and the same packets however the input arrives.
func FuzzReader(f *testing.F) {
	f.Add(classic(binary.LittleEndian, magicMicro), 7)
	f.Add(classic(binary.BigEndian, magicNano), 1)
	f.Add(classic(binary.LittleEndian, magicKuznetzov), 100)
	f.Add(zip(classic(binary.LittleEndian, magicMicro)), 3)
	le := binary.LittleEndian
	f.Add(append(append(section(le), description(le, 1, 0)...), enhanced(le, 0, 5, "packet")...), 9)
	f.Fuzz(func(t *testing.T, file []byte, chunk int) {
		const limit = 4096
		read := func(r *Reader, err error) (n int, sum uint32, end string) {
			for err == nil {
				var p *Packet
				if p, err = r.Next(); err != nil {
					break
				}
				if len(p.Data) > limit || p.Length < len(p.Data) {
					t.Fatalf("packet of %d bytes, length %d", len(p.Data), p.Length)
				}
				for _, b := range p.Data {
					sum = sum*31 + uint32(b)
				}
				if n++; n > 1<<20 {
					t.Skip("a decompression bomb")
				}
			}
			if r != nil && len(r.buf) > 256<<10+4*limit {
				t.Fatalf("buffer grew to %d", len(r.buf))
			}
			return n, sum, err.Error()
		}
		l := Limits{Record: limit, Interfaces: 8}
		n1, s1, e1 := read(NewReader(bytes.NewReader(file), l))
		n2, s2, e2 := read(NewReader(&pieces{file, 1 + max(0, chunk%64)}, l))
		if n1 != n2 || s1 != s2 || e1 != e2 {
			t.Fatalf("whole: %d packets, %s; in pieces: %d, %s", n1, e1, n2, e2)
		}
	})
}

type pieces struct {
	b []byte
	n int
}

func (p *pieces) Read(dst []byte) (int, error) {
	r := bytes.NewReader(p.b)
	n, err := r.Read(dst[:min(len(dst), p.n)])
	p.b = p.b[n:]
	return n, err
}

func BenchmarkNext(b *testing.B) {
	for _, c := range []string{"pcap", "pcapng", "gzip"} {
		b.Run(c, func(b *testing.B) {
			data := string(make([]byte, 500))
			le := binary.LittleEndian
			var file bytes.Buffer
			const packets = 100_000
			if c == "pcapng" {
				file.Write(section(le))
				file.Write(description(le, 1, 0))
				for i := range packets {
					file.Write(enhanced(le, 0, uint64(i), data))
				}
			} else {
				w := NewWriter(&file, Header{Link: 1})
				for i := range packets {
					w.Write(int64(i), []byte(data), 500)
				}
				w.Flush()
			}
			in := file.Bytes()
			if c == "gzip" {
				in = zip(in)
			}
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(in), Limits{})
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for {
					if _, err := r.Next(); err != nil {
						break
					}
					n++
				}
				if n != packets {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.N)*packets/b.Elapsed().Seconds()/1e6, "Mpps")
		})
	}
}
