package pcap

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/packet"
)

func block(o order, kind uint32, body string) []byte {
	for len(body)%4 != 0 {
		body += "\x00"
	}
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, uint32(12+len(body)))
	b = append(b, body...)
	return o.AppendUint32(b, uint32(12+len(body)))
}

func option(o order, code uint16, value string) string {
	b := o.AppendUint16(o.AppendUint16(nil, code), uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return string(b)
}

func section(o order) []byte {
	b := o.AppendUint32(nil, byteOrderMagic)
	b = o.AppendUint16(o.AppendUint16(b, 1), 0)
	b = o.AppendUint64(b, math.MaxUint64)
	return block(o, blockSection, string(b)+option(o, 4, "a test")+option(o, 0, ""))
}

func description(o order, link packet.LinkType, snap uint32, options ...string) []byte {
	b := o.AppendUint16(o.AppendUint16(nil, uint16(link)), 0)
	b = o.AppendUint32(b, snap)
	for _, opt := range options {
		b = append(b, opt...)
	}
	return block(o, blockInterface, string(b))
}

func enhanced(o order, id uint32, at uint64, data string) []byte {
	b := o.AppendUint32(nil, id)
	b = o.AppendUint32(b, uint32(at>>32))
	b = o.AppendUint32(b, uint32(at))
	b = o.AppendUint32(b, uint32(len(data)))
	b = o.AppendUint32(b, uint32(len(data)+1))
	b = append(b, data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return block(o, blockEnhanced, string(b)+option(o, 1, "a comment")+option(o, 0, ""))
}

func statistics(o order, id uint32, drops uint64) []byte {
	b := o.AppendUint32(nil, id)
	b = append(b, make([]byte, 8)...)
	return block(o, blockStatistics, string(b)+option(o, 5, string(o.AppendUint64(nil, drops)))+option(o, 0, ""))
}

// twoSections is a pcapng file with a little-endian section of two interfaces and
// a big-endian one, every packet block, and blocks to be skipped.
func twoSections() []byte {
	le, be := binary.LittleEndian, binary.BigEndian
	obsolete := string(le.AppendUint16(le.AppendUint16(nil, 1), 0))
	obsolete += string(le.AppendUint32(le.AppendUint32(nil, 0), 3<<10)) // 3 s in units of 2^-10 s
	obsolete += string(le.AppendUint32(le.AppendUint32(nil, 4), 4)) + "data"
	return bytes.Join([][]byte{
		section(le),
		description(le, packet.Ethernet, 0),
		description(le, packet.Raw, 6, option(le, 2, "eth1"), option(le, 9, "\x8a")),
		enhanced(le, 0, 1_700_000_000_000_001, "micro"),
		block(le, 4, "names"),
		block(le, blockPacket, obsolete),
		block(le, 0x80000bad, string(make([]byte, 300<<10))), // larger than the buffer
		enhanced(le, 1, 3<<10|512, "binary"),
		statistics(le, 0, 7), statistics(le, 0, 9),
		section(be),
		description(be, packet.LinuxSLL, 4, option(be, 9, "\x09"), option(be, 14, string(be.AppendUint64(nil, 100)))),
		enhanced(be, 0, 1_000_000_005, "nano"),
		block(be, blockSimple, string(be.AppendUint32(nil, 9))+"simp"),
		statistics(be, 0, 1),
	}, nil)
}

func TestNG(t *testing.T) {
	want := []Packet{
		{At: 1_700_000_000_000_001_000, Data: []byte("micro"), Length: 6, Link: packet.Ethernet},
		{At: 3e9, Data: []byte("data"), Length: 4, Link: packet.Raw, Interface: 1},
		{At: 3_500_000_000, Data: []byte("binary"), Length: 7, Link: packet.Raw, Interface: 1},
		{At: 101_000_000_005, Data: []byte("nano"), Length: 5, Link: packet.LinuxSLL},
		{At: 101_000_000_005, Data: []byte("simp"), Length: 9, Link: packet.LinuxSLL},
	}
	file := twoSections()
	for how, src := range map[string]io.Reader{
		"whole":        bytes.NewReader(file),
		"byte by byte": iotest.OneByteReader(bytes.NewReader(file)),
		"gzip":         bytes.NewReader(zip(file)),
	} {
		r, err := NewReader(src, Limits{})
		if err != nil {
			t.Fatal(how, err)
		}
		got, err := readAll(t, r)
		if err != io.EOF || r.Tail() != nil {
			t.Errorf("%s: %v, tail %v", how, err, r.Tail())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
		stats := Stats{Packets: 5, Bytes: 23, Sections: 2, Interfaces: 3, Skipped: 2, Dropped: 10}
		if diff := cmp.Diff(stats, r.Stats()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
	}
}

func TestInterfaceLimit(t *testing.T) {
	le := binary.LittleEndian
	file := section(le)
	for range 4 {
		file = append(file, description(le, packet.Raw, 0)...)
	}
	r := open(t, file, Limits{Interfaces: 3})
	if _, err := r.Next(); err == nil || err == io.EOF {
		t.Errorf("fourth interface of three: %v", err)
	}
}

func TestResolution(t *testing.T) {
	for _, c := range []struct {
		iface iface
		at    uint64
		want  int64
	}{
		{iface{power: 0}, 7, 7e9},
		{iface{power: 3}, 7, 7e6},
		{iface{power: 9}, 7, 7},
		{iface{power: 12}, 7999, 7},
		{iface{power: 127}, math.MaxUint64, 0},
		{iface{power: 0, binary: true}, 7, 7e9},
		{iface{power: 32, binary: true}, 7<<32 | 1<<31, 7_500_000_000},
		{iface{power: 63, binary: true}, 1 << 62, 5e8},
		{iface{power: 64, binary: true}, 1 << 63, 5e8},
		{iface{power: 127, binary: true}, math.MaxUint64, 0},
		{iface{power: 6}, math.MaxUint64, math.MaxInt64},
		{iface{power: 9}, math.MaxUint64, math.MaxInt64},
		{iface{power: 0, binary: true}, math.MaxUint64, math.MaxInt64},
		{iface{power: 6, offset: -5}, 7e6, 2e9},
		{iface{power: 6, offset: -9}, 7e6, -2e9},
		{iface{power: 9, offset: math.MaxInt64}, math.MaxInt64, math.MaxInt64},
		{iface{power: 9, offset: math.MinInt64}, 0, -(math.MaxInt64 / 1_000_000_000) * 1e9},
	} {
		if got := c.iface.nanoseconds(c.at); got != c.want {
			t.Errorf("%+v of %d: %d ns, want %d", c.iface, c.at, got, c.want)
		}
	}
}
