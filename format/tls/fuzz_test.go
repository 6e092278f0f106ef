package tls

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// Whatever the bytes: no panic, bounded memory, and the same messages however
// the bytes are cut.
func FuzzDecoder(f *testing.F) {
	for _, s := range scripts(f) {
		client, server := sides(s)
		f.Add(client[:min(len(client), 2000)], false, uint16(0), false)
		f.Add(server[:min(len(server), 4000)], true, uint16(900), true)
	}
	f.Add([]byte{0x80, 0x1c, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, false, uint16(0), false)
	limits := Limits{Message: 1024, Chain: 2}
	f.Fuzz(func(t *testing.T, b []byte, server bool, gap uint16, lose bool) {
		if len(b) > 1<<13 {
			t.Skip("comparing long runs takes longer than finding them")
		}
		dir := FromClient
		if server {
			dir = FromServer
		}
		chunks := []chunk{{p: b}}
		if at := int(gap) % (len(b) + 1); lose {
			chunks = []chunk{{p: b[:at:at]}, {gap: int64(gap % 64)}, {p: b[at:]}}
		}
		want, dw, errWant := decode(dir, limits, whole, chunks...)
		got, dg, errGot := decode(dir, limits, singly, chunks...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if fmt.Sprint(errWant) != fmt.Sprint(errGot) || dw.Lost() != dg.Lost() || dw.Records() != dg.Records() {
			t.Fatalf("%v and %d lost, cut %v and %d lost", errWant, dw.Lost(), errGot, dg.Lost())
		}
		if held := cap(dg.message); held > maxRecord+limits.Message {
			t.Fatalf("holds %d bytes", held)
		}
		for _, e := range want {
			switch m := e.Message.(type) {
			case *ClientHello:
				if j := m.JA4(); len(j) != 36 {
					t.Fatalf("JA4 %q", j)
				}
			case *ServerHello:
				m.Tuple()
			case *Certificates:
				for _, der := range m.Chain {
					_, _ = ParseLeaf(der)
				}
			}
		}
	})
}

// A hello that was read can be written, and is then the same bytes.
func FuzzHello(f *testing.F) {
	for _, s := range scripts(f) {
		p := s.Begin()
		f.Add(p.Hello.Append(nil)[4:])
		if s.Refuse == 0 {
			b := p.Flights[1].Bytes
			f.Add(b[9 : 9+messageSize(b[5:])])
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var h ClientHello
		c := cursor{b: b}
		if h.parse(&c); c.ok() {
			if got := h.Append(nil)[4:]; !cmp.Equal(b, got) {
				t.Fatalf("read %x\nwrote %x", b, got)
			}
		}
		var s ServerHello
		c = cursor{b: b}
		if s.parse(&c); c.ok() {
			if got := s.Append(nil)[4:]; !cmp.Equal(b, got) {
				t.Fatalf("read %x\nwrote %x", b, got)
			}
		}
	})
}

func FuzzParseLeaf(f *testing.F) {
	ca, leaf := chain(f, ECDSAKey)
	_, rsa := chain(f, 1024)
	for _, id := range []*Identity{ca, leaf, rsa} {
		f.Add(id.DER)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		l, err := ParseLeaf(der)
		if (l == nil) == (err == nil) {
			t.Fatal("neither a certificate nor an error")
		}
		if l != nil {
			l.Covers("ehr.example")
			if len(l.DNSNames) > maxNames || len(l.Addresses) > maxNames {
				t.Fatal("too many names")
			}
		}
		_, _ = parseTolerant(der)
	})
}

func FuzzRecognise(f *testing.F) {
	client, server := sides(Script{Seed: "f"})
	f.Add(client[:100])
	f.Add(server[:100])
	f.Add([]byte{0x80, 0x1c, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		// An answer other than More stands, however many bytes follow.
		for _, recognise := range []func([]byte) format.Match{RecogniseClient, RecogniseServer} {
			last := format.More
			for n := range min(len(b), 40) + 1 {
				m := recognise(b[:n])
				if last != format.More && m != last {
					t.Fatalf("%d at %d bytes, %d before", m, n, last)
				}
				last = m
			}
		}
	})
}

func BenchmarkConversation(b *testing.B) {
	all := scripts(b)
	for _, name := range []string{"TLS 1.2", "TLS 1.3"} {
		b.Run(name+" handshake", func(b *testing.B) {
			p := all[name].Begin()
			b.ReportAllocs()
			for b.Loop() {
				c := NewConversation(Limits{})
				for _, f := range p.Flights {
					d := c.Client
					if f.From == FromServer {
						d = c.Server
					}
					if err := d.Feed(f.Bytes); err != nil {
						b.Fatal(err)
					}
				}
				if !c.Session.Done() {
					b.Fatal("not done")
				}
			}
		})
	}
	b.Run("application data", func(b *testing.B) {
		p := all["TLS 1.2"].Begin()
		data := p.AppendData(nil, FromServer, maxPlain)
		d := NewDecoder(FromServer, Limits{}, Func(func(Direction, Message) {}))
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			for q := data; len(q) > 0; q = q[min(len(q), 1448):] {
				if err := d.Feed(q[:min(len(q), 1448)]); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("JA4", func(b *testing.B) {
		h := all["TLS 1.3"].Begin().Hello
		b.ReportAllocs()
		for b.Loop() {
			h.JA4()
		}
	})
	b.Run("leaf", func(b *testing.B) {
		der := all["TLS 1.2"].Chain[0]
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ParseLeaf(der); err != nil {
				b.Fatal(err)
			}
		}
	})
}
