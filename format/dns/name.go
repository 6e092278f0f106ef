package dns

import (
	"strings"
	"unicode/utf8"

	"github.com/wardround/wardround/format"
)

// pointer marks the first of two bytes that refer to an earlier name (RFC 1035 §4.1.4).
const pointer = 0xc0

// maxPointed is the first offset that a pointer's 14 bits can't reach.
const maxPointed = 1 << 14

// What skipName returns instead of an offset.
const (
	ended  = -1 // the bytes end inside the name
	broken = -2 // the bytes are no name
)

// skipName returns the offset after the name at off, without following pointers.
func skipName(p []byte, off int) int {
	for start := off; off < len(p); {
		switch n := int(p[off]); {
		case n == 0:
			return off + 1
		case n >= pointer:
			if off+2 > len(p) {
				return ended
			}
			return off + 2
		case n > maxLabel || off-start+n+1 >= maxName:
			return broken
		default:
			off += 1 + n
		}
	}
	return ended
}

// name reads the name at off and returns it with the offset after it. Every
// pointer must lead before the run of labels it ends, so that following them
// comes to an end.
func (r *reader) name(off int) (string, int, error) {
	p := r.p
	for _, k := range r.known {
		// A name that is one pointer to a name read before, as most are.
		if k.text != "" && k.off < maxPointed && off+2 <= len(p) && p[off] == pointer|byte(k.off>>8) && p[off+1] == byte(k.off) {
			return k.text, off + 2, r.spend(len(k.text), off)
		}
	}
	start, end, size := off, -1, 0
	run := off // where the current run of labels begins
	var buf [4*maxName + 1]byte
	text := buf[:0]
	for {
		if off >= len(p) {
			return "", 0, r.fail(start, "name", format.ErrTruncated)
		}
		n := int(p[off])
		switch {
		case n == 0:
			if end < 0 {
				end = off + 1
			}
			if len(text) == 0 {
				return ".", end, nil
			}
			s := string(text)
			r.known[r.next%len(r.known)] = known{start, s}
			r.next++
			return s, end, r.spend(len(s), start)
		case n >= pointer:
			if off+2 > len(p) {
				return "", 0, r.fail(start, "name", format.ErrTruncated)
			}
			to := (n&^pointer)<<8 | int(p[off+1])
			if end < 0 {
				end = off + 2
			}
			if to >= run || to < headerSize {
				return "", 0, r.fail(off, "compression pointer", format.ErrMalformed)
			}
			off, run = to, to
		case n > maxLabel:
			return "", 0, r.fail(off, "label type", format.ErrMalformed)
		default:
			if size += 1 + n; size >= maxName {
				return "", 0, r.fail(start, "name over 255 bytes", format.ErrMalformed)
			}
			if off+1+n > len(p) {
				return "", 0, r.fail(start, "name", format.ErrTruncated)
			}
			if len(text) > 0 {
				text = append(text, '.')
			}
			text = appendLabel(text, p[off+1:off+1+n])
			off += 1 + n
		}
	}
}

// known is a name already read: the offset it began at and its text.
type known struct {
	off  int
	text string
}

// spend counts n bytes of name text against the message's bound.
func (r *reader) spend(n, off int) error {
	if r.nameBytes += n; r.nameBytes > maxNameBytes {
		return r.fail(off, "names", format.ErrLimit)
	}
	return nil
}

// appendLabel adds one label in presentation format.
func appendLabel(text, label []byte) []byte {
	plain := utf8.Valid(label)
	for _, c := range label {
		switch {
		case c == '.' || c == '\\':
			text = append(text, '\\', c)
		case c < 0x20 || c == 0x7f || c >= 0x80 && !plain:
			text = append(text, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		default:
			text = append(text, c)
		}
	}
	return text
}

// Labels splits a name in presentation format into its labels, escapes resolved.
// The root has none.
func Labels(name string) []string {
	if name == "." || name == "" {
		return nil
	}
	var labels []string
	var label strings.Builder
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '.':
			labels = append(labels, label.String())
			label.Reset()
		case c == '\\' && i+3 < len(name) && digits(name[i+1:i+4]):
			label.WriteByte(100*(name[i+1]-'0') + 10*(name[i+2]-'0') + name[i+3] - '0')
			i += 3
		case c == '\\' && i+1 < len(name):
			i++
			label.WriteByte(name[i])
		default:
			label.WriteByte(c)
		}
	}
	if label.Len() > 0 {
		labels = append(labels, label.String())
	}
	return labels
}

// digits reports whether s is three digits of at most 255.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s <= "255"
}

// names writes names of one message, compressed: a suffix that stands earlier is
// pointed to.
type names struct {
	start int            // offset of the message in the buffer
	at    map[string]int // suffix in presentation format → offset in the message
}

// append adds one name. Compression only reaches the first 16 KiB of a message.
func (n *names) append(dst []byte, name string) ([]byte, error) {
	labels := Labels(name)
	size := 1
	for _, l := range labels {
		if len(l) == 0 || len(l) > maxLabel {
			return dst, encodeError("label", format.ErrMalformed)
		}
		size += 1 + len(l)
	}
	if size > maxName {
		return dst, encodeError("name", format.ErrLimit)
	}
	for i, l := range labels {
		suffix := strings.Join(labels[i:], "\x00") // labels may hold any byte; this only must not mix them up
		if at, ok := n.at[suffix]; ok {
			return append(dst, pointer|byte(at>>8), byte(at)), nil
		}
		if at := len(dst) - n.start; at < maxPointed {
			n.at[suffix] = at
		}
		dst = append(append(dst, byte(len(l))), l...)
	}
	return append(dst, 0), nil
}
