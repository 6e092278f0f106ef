package pcap

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/packet"
)

type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// classic builds a pcap file of three packets, the second cut short.
func classic(o order, magic uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(o.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, 65535)
	b = o.AppendUint32(b, 0xf000_0000|uint32(packet.Ethernet)) // with the upper bits of a frame check sequence
	for i, p := range []string{"first", "sec", "third packet"} {
		b = o.AppendUint32(b, uint32(1_700_000_000+i))
		b = o.AppendUint32(b, 123456)
		b = o.AppendUint32(b, uint32(len(p)))
		b = o.AppendUint32(b, []uint32{5, 60, 0}[i])
		if magic == magicKuznetzov {
			b = append(b, make([]byte, 8)...)
		}
		b = append(b, p...)
	}
	return b
}

func three(fraction int64) []Packet {
	return []Packet{
		{At: 1_700_000_000e9 + fraction, Data: []byte("first"), Length: 5, Link: packet.Ethernet},
		{At: 1_700_000_001e9 + fraction, Data: []byte("sec"), Length: 60, Link: packet.Ethernet},
		{At: 1_700_000_002e9 + fraction, Data: []byte("third packet"), Length: 12, Link: packet.Ethernet},
	}
}

func readAll(t testing.TB, r *Reader) (all []Packet, err error) {
	t.Helper()
	for {
		p, err := r.Next()
		if err != nil {
			if _, again := r.Next(); again != err {
				t.Errorf("after %v came %v", err, again)
			}
			return all, err
		}
		q := *p
		q.Data = bytes.Clone(p.Data)
		all = append(all, q)
	}
}

func open(t testing.TB, file []byte, l Limits) *Reader {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), l)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestClassic(t *testing.T) {
	for _, c := range []struct {
		name     string
		file     []byte
		fraction int64
	}{
		{"little-endian µs", classic(binary.LittleEndian, magicMicro), 123456000},
		{"big-endian µs", classic(binary.BigEndian, magicMicro), 123456000},
		{"little-endian ns", classic(binary.LittleEndian, magicNano), 123456},
		{"big-endian ns", classic(binary.BigEndian, magicNano), 123456},
		{"Kuznetzov", classic(binary.LittleEndian, magicKuznetzov), 123456000},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := func(how string, src io.Reader) {
				r, err := NewReader(src, Limits{})
				if err != nil {
					t.Fatal(how, err)
				}
				got, err := readAll(t, r)
				if err != io.EOF || r.Tail() != nil {
					t.Errorf("%s: %v, tail %v", how, err, r.Tail())
				}
				if diff := cmp.Diff(three(c.fraction), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", how, diff)
				}
			}
			check("whole", bytes.NewReader(c.file))
			check("byte by byte", iotest.OneByteReader(bytes.NewReader(c.file)))
			check("data with EOF", iotest.DataErrReader(bytes.NewReader(c.file)))
			check("gzip", bytes.NewReader(zip(c.file)))
			check("gzip byte by byte", iotest.OneByteReader(bytes.NewReader(zip(c.file))))
		})
	}
}

func zip(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

// Wherever a capture breaks off, the packets before are read, and the tail names the
// record that was begun.
func TestTail(t *testing.T) {
	for name, file := range map[string][]byte{
		"pcap":   classic(binary.LittleEndian, magicMicro),
		"pcapng": twoSections(),
	} {
		ends := map[int]int{} // file offset after a record → packets before
		r := open(t, file, Limits{})
		for n := 0; ; n++ {
			ends[int(r.Offset())] = n
			if _, err := r.Next(); err != nil {
				break
			}
		}
		for n := 28; n < len(file); n++ {
			if n > 600 && n < len(file)-5000 {
				n += 4099 // through the long block in strides
			}
			r, err := NewReader(bytes.NewReader(file[:n]), Limits{})
			if err != nil {
				if errors.Is(err, format.ErrTruncated) {
					continue // inside the first section header
				}
				t.Fatal(name, n, err)
			}
			got, err := readAll(t, r)
			if err != io.EOF {
				t.Fatalf("%s cut at %d: %v", name, n, err)
			}
			last, packets := 0, 0
			for end, count := range ends {
				if end <= n && count >= packets {
					last, packets = max(last, end), count
				}
			}
			if len(got) != packets {
				t.Errorf("%s cut at %d: %d packets, want %d", name, n, len(got), packets)
			}
			var fe *format.Error
			if tail := r.Tail(); last == n && tail != nil && name == "pcap" {
				t.Errorf("%s cut at %d, between records: %v", name, n, tail)
			} else if tail != nil && (!errors.As(tail, &fe) || !errors.Is(tail, format.ErrTruncated) || fe.Offset < int64(last) || fe.Offset >= int64(n)) {
				t.Errorf("%s cut at %d: tail %v, last record ended at %d", name, n, tail, last)
			} else if tail == nil && name == "pcap" && last != n {
				t.Errorf("%s cut at %d: no tail", name, n)
			}
		}
	}
	z := zip(classic(binary.LittleEndian, magicMicro))
	r := open(t, z[:len(z)-9], Limits{})
	if _, err := readAll(t, r); err != io.EOF || !errors.Is(r.Tail(), format.ErrTruncated) {
		t.Errorf("gzip cut: %v, tail %v", err, r.Tail())
	}
}

func TestBroken(t *testing.T) {
	le := binary.LittleEndian
	edit := func(at int, v uint32) []byte {
		b := classic(le, magicMicro)
		le.PutUint32(b[at:], v)
		return b
	}
	z := zip(classic(le, magicMicro))
	z[len(z)-6] ^= 1 // its checksum
	for _, c := range []struct {
		name    string
		file    []byte
		packets int
		err     error
	}{
		{"empty", nil, 0, format.ErrTruncated},
		{"one byte", []byte{0xd4}, 0, format.ErrTruncated},
		{"header cut", classic(le, magicMicro)[:20], 0, format.ErrTruncated},
		{"text", []byte("No packet capture, but a letter."), 0, format.ErrMalformed},
		{"version 3", edit(4, 3), 0, format.ErrMalformed},
		{"huge record", edit(24+16+5+8, 1<<30), 1, format.ErrLimit},
		{"gzip of text", zip([]byte("No packet capture either.")), 0, format.ErrMalformed},
		{"gzip checksum", z, 3, format.ErrMalformed},
		{"gzip rubbish", append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0}, bytes.Repeat([]byte{0xff}, 30)...), 0, format.ErrMalformed},
		{"pcapng rubbish", append(section(le), bytes.Repeat([]byte{7}, 40)...), 0, format.ErrMalformed},
		{"pcapng unknown interface", append(section(le), enhanced(le, 1, 0, "x")...), 0, format.ErrMalformed},
		{"pcapng closing length", append(section(le), append(block(le, 99, "body")[:12], 1, 2, 3, 4)...), 0, format.ErrMalformed},
		{"pcapng byte order", append([]byte{0x0a, 0x0d, 0x0d, 0x0a}, make([]byte, 24)...), 0, format.ErrMalformed},
	} {
		r, err := NewReader(bytes.NewReader(c.file), Limits{})
		var got []Packet
		if err == nil {
			got, err = readAll(t, r)
		}
		var fe *format.Error
		if !errors.Is(err, c.err) || !errors.As(err, &fe) || len(got) != c.packets {
			t.Errorf("%s: %d packets, then %v", c.name, len(got), err)
		}
	}
	want := errors.New("cable pulled")
	r, err := NewReader(io.MultiReader(bytes.NewReader(classic(le, magicMicro)[:50]), iotest.ErrReader(want)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(t, r); err != want || r.Tail() != nil {
		t.Errorf("read error: %v, tail %v", err, r.Tail())
	}
	if _, err := NewReader(iotest.ErrReader(want), Limits{}); err != want {
		t.Error(err)
	}
}

func TestWriter(t *testing.T) {
	for _, nano := range []bool{false, true} {
		var file bytes.Buffer
		w := NewWriter(&file, Header{Link: packet.LinuxSLL, Nano: nano, Snap: 8})
		for _, at := range []int64{0, 1_700_000_000_123_456_789, 0xffffffff * 1e9} {
			if err := w.Write(at, []byte("0123456789"), 4); err != nil {
				t.Fatal(err)
			}
		}
		for _, at := range []int64{-1, math.MaxInt64} {
			if err := w.Write(at, nil, 0); err == nil {
				t.Errorf("time %d accepted", at)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		got, err := readAll(t, open(t, file.Bytes(), Limits{}))
		if err != io.EOF || len(got) != 3 {
			t.Fatal(len(got), err)
		}
		unit := int64(1000)
		if nano {
			unit = 1
		}
		want := Packet{At: 1_700_000_000_123_456_789 / unit * unit, Data: []byte("01234567"), Length: 10, Link: packet.LinuxSLL}
		if diff := cmp.Diff(want, got[1]); diff != "" {
			t.Errorf("nano %v (-want +got):\n%s", nano, diff)
		}
	}
	w := NewWriter(failing{}, Header{})
	if err := w.Flush(); err == nil || w.Write(0, nil, 0) == nil {
		t.Error("write error lost")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }
