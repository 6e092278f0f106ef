package mqtt

import (
	"bytes"
	"testing"
	"time"
)

// Streams made to keep the search busy cost no more than a few microseconds a
// byte, even when each segment carries a single byte.
func TestSearchIsBounded(t *testing.T) {
	for name, unit := range map[string][]byte{
		"PUBREL of 99 bytes again and again":   []byte("bc"),
		"topics that never end":                append([]byte{0x30, 0xff, 0x3f, 0x03, 0xff}, bytes.Repeat([]byte("x"), 1000)...),
		"a topic begins at every fourth byte":  {0x30, 0x7f, 0x00, 0x40},
		"SUBSCRIBE of 2,000 bytes":             append([]byte{0x82, 0xd0, 0x0f, 0x00, 0x01}, bytes.Repeat([]byte{0, 1, 'x', 1}, 400)...),
		"pings of which each second is broken": {0xc0, 0x00, 0xc0, 0x01},
		"found, then broken":                   append([]byte("\x30\x08\x00\x04abcdxx"), 0x10, 0x7f),
	} {
		for _, size := range []int{1, 1460} {
			b := bytes.Repeat(unit, 1+200_000/len(unit))[:200_000]
			d := NewDecoder(ToServer, Limits{}, Func(func(Direction, Packet) {}))
			if err := d.Gap(0); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			for p := b; len(p) > 0; {
				n := min(size, len(p))
				if err := d.Feed(p[:n]); err != nil {
					t.Fatal(err)
				}
				p = p[n:]
			}
			took := time.Since(start)
			t.Logf("%s, %d a segment: %v, %v a byte, %d lost", name, size, took, took/time.Duration(len(b)), d.Lost())
			if took > 20*time.Second { // 0.2 s on a quiet machine; without a bound it would be minutes
				t.Errorf("%s, %d a segment: %v for %d bytes", name, size, took, len(b))
			}
			if cap(d.buf) > 4*window {
				t.Errorf("%s: holds %d bytes", name, cap(d.buf))
			}
		}
	}
}
