package protobuf

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wardround/wardround/format/cursor"
)

func open(b []byte, lim Limits) *Message {
	return Open(cursor.New(bytes.NewReader(b), int64(len(b))), lim)
}

// sample is made with the library of the format's makers.
func sample() []byte {
	var inner []byte
	inner = protowire.AppendTag(inner, 1, protowire.BytesType)
	inner = protowire.AppendString(inner, "within")
	inner = protowire.AppendTag(inner, 2, protowire.BytesType)
	inner = protowire.AppendBytes(inner, []byte{0x96, 0x01, 0x05})
	inner = protowire.AppendTag(inner, 2, protowire.VarintType)
	inner = protowire.AppendVarint(inner, 7)
	var b []byte
	b = protowire.AppendTag(b, 1, protowire.VarintType)
	b = protowire.AppendVarint(b, 1<<63)
	b = protowire.AppendTag(b, 2, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, 5)
	b = protowire.AppendTag(b, 3, protowire.Fixed32Type)
	b = protowire.AppendFixed32(b, 5)
	b = protowire.AppendTag(b, 4, protowire.BytesType)
	b = protowire.AppendBytes(b, inner)
	b = protowire.AppendTag(b, 5, protowire.BytesType)
	return protowire.AppendString(b, "end")
}

func TestWalk(t *testing.T) {
	var numbers []uint64
	var name, end string
	m := open(sample(), Limits{})
	for m.Next() {
		switch m.Number() {
		case 1:
			if v := m.Varint(); v != 1<<63 {
				t.Errorf("varint %d", v)
			}
		case 4:
			m.Each(func(s *Message) {
				switch s.Number() {
				case 1:
					name = s.Text(100)
				case 2:
					s.Numbers(func(v uint64) { numbers = append(numbers, v) })
				}
			})
		case 5:
			end = m.Text(3)
		}
	}
	if m.Err() != nil || name != "within" || end != "end" || !slices.Equal(numbers, []uint64{150, 5, 7}) {
		t.Errorf("%v %q %q %v", m.Err(), name, end, numbers)
	}
}

func TestRefusals(t *testing.T) {
	deep := []byte{}
	for range 100 {
		deep = protowire.AppendBytes(protowire.AppendTag(nil, 4, protowire.BytesType), deep)
	}
	var walkAll func(m *Message)
	walkAll = func(m *Message) {
		if m.Number() == 4 && m.Type() == Bytes {
			m.Each(walkAll)
		}
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"giant varint":          {bytes.Repeat([]byte{0xff}, 20), "more than 64 bits"},
		"field zero":            {[]byte{0x00}, "not allowed"},
		"group":                 {[]byte{0x0b}, "wire type 3"},
		"length past the end":   {[]byte{0x22, 0x7f, 0x01}, "runs past the end"},
		"length of 2^63":        {[]byte{0x22, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, "a length of"},
		"inner past its own":    {[]byte{0x22, 0x02, 0x22, 0x05, 1, 2, 3, 4, 5}, "runs past the end of its message"},
		"truncated tag":         {[]byte{0x80}, "runs past the end"},
		"nested a hundred deep": {deep, "nest deeper"},
	} {
		m := open(c.b, Limits{})
		for m.Next() {
			walkAll(m)
		}
		if m.Err() == nil || !strings.Contains(m.Err().Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, m.Err(), c.want)
		}
	}
	m := open(bytes.Repeat([]byte{0x08, 0x01}, 100), Limits{Fields: 50})
	n := 0
	for m.Next() {
		n++
	}
	if n != 50 || m.Err() == nil {
		t.Errorf("%d fields were walked, %v", n, m.Err())
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, b []byte) {
		var walk func(m *Message)
		walk = func(m *Message) {
			if m.Type() == Bytes && m.Number() == 4 {
				m.Each(walk)
			} else if m.Number() == 2 && m.Type() != Fixed32 && m.Type() != Fixed64 {
				m.Numbers(func(uint64) {})
			}
		}
		m := open(b, Limits{})
		for m.Next() {
			walk(m)
		}
		// A message that we walk, the makers' library walks, too.
		if m.Err() == nil {
			for rest := b; len(rest) > 0; {
				num, typ, n := protowire.ConsumeField(rest)
				if n < 0 {
					t.Fatalf("we read %x, the library does not: %v (field %d, type %d)", b, protowire.ParseError(n), num, typ)
				}
				rest = rest[n:]
			}
		}
	})
}
