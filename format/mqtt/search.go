package mqtt

import (
	"unicode/utf8"

	"github.com/wardround/wardround/format"
)

const (
	// window is how many bytes the search looks at from one place on.
	window = 2048
	// maxFound is the largest packet the search believes in, in bytes.
	maxFound = 1 << 20
	// enough is the sum of evidence at which a place is taken for a packet's start.
	enough = 2
)

// search looks for the start of a packet in what is held and p. When it found
// one, what is held begins with it. rest is what of p it did not look at. The
// result depends on the bytes alone, not on how they were cut.
func (d *Decoder) search(p []byte) (rest []byte, found bool) {
	for {
		n := min(len(p), max(window-len(d.buf), 0))
		d.buf = append(d.buf, p[:n]...)
		p = p[n:]
		off := 0
	place:
		for ; off < len(d.buf); off++ {
			switch judge(d.buf[off:min(off+window, len(d.buf))], d.version) {
			case format.Yes:
				found = true
				break place
			case format.More:
				if len(d.buf)-off < window {
					break place
				}
			}
		}
		d.pass(off)
		if found {
			d.searching, d.want = false, 0
			return p, true
		}
		if len(p) == 0 {
			return nil, false
		}
	}
}

// pass gives up the first n bytes held.
func (d *Decoder) pass(n int) {
	d.lost += int64(n)
	d.offset += int64(n)
	d.buf = d.buf[:copy(d.buf, d.buf[n:])]
}

// judge says whether b begins with packets: Yes, No, or More bytes are needed to
// tell.
func judge(b []byte, v Version) format.Match {
	for sum := 0; sum < enough; {
		size, points, m := judgePacket(b, v)
		if m != format.Yes {
			return m
		}
		sum += points
		if sum < enough && len(b) < size {
			return format.More
		}
		b = b[min(size, len(b)):]
	}
	return format.Yes
}

// judgePacket says whether b begins with a packet of a given size, and how much
// that proves.
func judgePacket(b []byte, v Version) (size, points int, m format.Match) {
	if len(b) == 0 {
		return 0, 0, format.More
	}
	if !validFlags(b[0], v) {
		return 0, 0, format.No
	}
	rem, n := varint(b[1:])
	switch {
	case n == 0:
		return 0, 0, format.More
	case n < 0 || rem > maxFound:
		return 0, 0, format.No
	}
	size = 1 + n + int(rem)
	t := Type(b[0] >> 4)
	body := b[1+n : min(size, len(b))]
	if t == PUBLISH {
		points, m = judgeTopic(body, int(rem), v)
		return size, points, m
	}
	if !plausibleLength(t, int(rem)) || !plausibleStart(t, body, int(rem)) {
		return 0, 0, format.No
	}
	if len(body) < int(rem) {
		return 0, 0, format.More
	}
	c := cursor{b: body}
	var s scratch
	p, _ := s.parse(&c, t, v)
	if !c.ok() || c.left() > 0 {
		return 0, 0, format.No
	}
	switch p := p.(type) {
	case *Connect:
		return size, enough, format.Yes
	case *Subscribe:
		for f := range p.Filters.All() {
			if p.PacketID == 0 || !printable(f.Filter) {
				return 0, 0, format.No
			}
		}
		return size, enough, format.Yes
	case *Ack:
		if p.PacketID == 0 {
			return 0, 0, format.No
		}
	case *SubAck:
		if p.PacketID == 0 {
			return 0, 0, format.No
		}
	}
	return size, 1, format.Yes
}

// plausibleLength bounds the remaining length of small packets, which in noise
// would be anything.
func plausibleLength(t Type, rem int) bool {
	switch t {
	case CONNECT, SUBSCRIBE, UNSUBSCRIBE:
		return rem <= window
	case PINGREQ, PINGRESP:
		return rem == 0
	}
	return rem <= 127
}

// plausibleStart looks at the first bytes of a body, so that noise is refused
// before the whole length it announces has come.
func plausibleStart(t Type, body []byte, rem int) bool {
	at := func(i int) (byte, bool) {
		if i < len(body) && i < rem {
			return body[i], true
		}
		return 0, false
	}
	// What is left behind i must be a block of properties, whose length fits in a
	// byte here.
	block := func(i int) bool {
		n, ok := at(i)
		return !ok || int(n) == rem-i-1
	}
	switch t {
	case CONNECT:
		hi, ok := at(0)
		lo, ok2 := at(1)
		return (!ok || hi == 0) && (!ok2 || lo == 4 || lo == 6)
	case CONNACK:
		flags, ok := at(0)
		return (!ok || flags <= 1) && block(2)
	case PUBACK, PUBREC, PUBREL, PUBCOMP:
		return block(3)
	case DISCONNECT, AUTH:
		return block(1)
	}
	return true
}

// judgeTopic says how well the beginning of a PUBLISH's variable header fits: a
// printable topic without wildcards.
func judgeTopic(body []byte, rem int, v Version) (points int, m format.Match) {
	if rem < 2 {
		return 0, format.No
	}
	if len(body) < 2 {
		return 0, format.More
	}
	n := int(body[0])<<8 | int(body[1])
	if n > rem-2 || n > window/2 || n == 0 && v != Version5 {
		return 0, format.No
	}
	topic := body[2:min(2+n, len(body))]
	for _, c := range topic {
		if c < 0x20 || c == 0x7f || c == '#' || c == '+' {
			return 0, format.No
		}
	}
	switch {
	case len(topic) < n:
		return 0, format.More
	case !utf8.Valid(topic):
		return 0, format.No
	case n >= 4:
		return enough, format.Yes
	}
	return 1, format.Yes
}

func printable(s []byte) bool {
	for _, c := range s {
		if c < 0x20 || c == 0x7f {
			return false
		}
	}
	return len(s) > 0 && utf8.Valid(s)
}
