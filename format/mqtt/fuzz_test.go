package mqtt

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// Whatever the bytes: no panic, bounded memory, the same events however they are
// cut, and packets that were read can be written and read again.
func FuzzDecoder(f *testing.F) {
	for _, v := range []Version{Unknown, Version31, Version311, Version5} {
		for _, p := range all(max(v, Version31)) {
			f.Add(encode(f, max(v, Version31), p), uint8(v), uint16(0), false)
		}
		f.Add(encode(f, max(v, Version31), all(max(v, Version31))...), uint8(v), uint16(40), true)
	}
	limits := Limits{Packet: 512, PayloadHead: 32, Aliases: 64}
	f.Fuzz(func(t *testing.T, b []byte, version uint8, gap uint16, lose bool) {
		if len(b) > 1<<13 {
			t.Skip("comparing long runs takes longer than finding them")
		}
		v := []Version{Unknown, Version31, Version311, Version5}[version%4]
		chunks := []chunk{{p: b}}
		if at := int(gap) % (len(b) + 1); lose {
			chunks = []chunk{{p: b[:at:at]}, {gap: int64(gap % 8)}, {p: b[at:]}}
		}
		want, dw, errWant := decode(v, limits, whole, chunks...)
		got, dg, errGot := decode(v, limits, singly, chunks...)
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatal(diff)
		}
		if fmt.Sprint(errWant) != fmt.Sprint(errGot) || dw.Lost() != dg.Lost() {
			t.Fatalf("%v and %d lost, cut %v and %d lost", errWant, dw.Lost(), errGot, dg.Lost())
		}
		if held := cap(dg.buf); held > 8*window {
			t.Fatalf("holds %d bytes", held)
		}
		for _, e := range want {
			p, ok := e.Packet.(*Connect)
			if !ok {
				continue
			}
			again, _, err := decode(Unknown, Limits{}, whole, chunk{p: encode(t, p.Version, p)})
			if err != nil {
				t.Fatalf("%+v written and read: %v", p, err)
			}
			if diff := cmp.Diff(p, again[0].Packet, same); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func FuzzRecognise(f *testing.F) {
	for _, p := range all(Version5) {
		f.Add(encode(f, Version5, p))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// An answer other than More stands, however many bytes follow.
		for _, recognise := range []func([]byte) format.Match{RecogniseClient, RecogniseServer} {
			last := format.More
			for n := range min(len(b), 100) + 1 {
				m := recognise(b[:n])
				if last != format.More && m != last {
					t.Fatalf("%d at %d bytes, %d before", m, n, last)
				}
				last = m
			}
		}
	})
}

func BenchmarkDecoder(b *testing.B) {
	publish := encode(b, Version311, &Publish{Topic: []byte("vitals/bed1/hr"), Payload: make([]byte, 120)})
	qos1 := encode(b, Version5, &Publish{QoS: 1, PacketID: 3, Topic: []byte("vitals/bed1/hr"), Payload: make([]byte, 120),
		Properties: Properties{}.With(Property{ID: MessageExpiry, Number: 30}).With(Property{ID: ContentType, Value: []byte("application/json")})})
	connect := encode(b, Version5, &Connect{Version: Version5, ClientID: []byte("pump-17"), HasUserName: true, UserName: []byte("gw")})
	split := encode(b, Version311, &Publish{Topic: []byte("vitals/bed1/waveform"), Payload: make([]byte, 1000)})
	for _, bb := range []struct {
		name string
		v    Version
		p    [][]byte
	}{
		{"publish", Version311, [][]byte{publish}},
		{"publish5 QoS 1", Version5, [][]byte{qos1}},
		{"connect5", Version5, [][]byte{connect}},
		{"publish in two segments", Version311, [][]byte{split[:100], split[100:]}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			n := 0
			d := NewDecoder(ToServer, Limits{}, Func(func(Direction, Packet) { n++ }))
			d.SetVersion(bb.v)
			b.ReportAllocs()
			size := 0
			for _, p := range bb.p {
				size += len(p)
			}
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, p := range bb.p {
					if err := d.Feed(p); err != nil {
						b.Fatal(err)
					}
				}
			}
			if n < b.N {
				b.Fatalf("%d packets of %d", n, b.N)
			}
		})
	}
}
