package pickle

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/wardround/wardround/format/issue"
)

// A constant can hold another program: a pickle for pickle.loads, an archive, the
// same in base64 or hex. It runs only if something loads it, which is another
// weight than a call of this stream; but something that hides is never clean.

// innerMin is the length in bytes below which a constant can't hold a call.
const innerMin = 8

const (
	maxSpans  = 256
	innerRoom = 16 // times Limits.Inner, kept in all
)

// keep is how much of a long constant to hold for a look inside.
func (m *machine) keep() int {
	if m.kept >= innerRoom*m.lim.Inner {
		return 1024 // enough for the head of a torch storage
	}
	return m.lim.Inner
}

// innerLong looks at the head of a constant of n bytes that was just read.
func (m *machine) innerLong(head []byte, n uint64, what string) {
	if n > innerMin {
		m.inner(head, m.offset()-int64(n), false, what)
	}
}

// inner looks at a constant whose first bytes are b, at the given offset. If
// decoded is set, b is not what the stream holds at that place.
func (m *machine) inner(b []byte, at int64, decoded bool, what string) {
	if len(b) <= innerMin || len(m.rep.Inner) >= maxSpans {
		return
	}
	if !firsts[b[0]] {
	} else if kind := sniff(b); kind != "" {
		m.span(b, at, int64(len(b)), "raw", kind, what, decoded)
		return
	}
	for _, c := range b[:innerMin] { // neither base64 nor hex
		if !texty[c] {
			return
		}
	}
	if len(b) < 16 || !coded(b) {
		return
	}
	for _, d := range decoders {
		out, ok := d.decode(b)
		if !ok || len(out) <= innerMin {
			continue
		}
		if kind := sniff(out); kind != "" {
			m.span(out, at, int64(len(b)), d.name, kind, what, true)
			return
		}
	}
}

var texty = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\n\r \\x") {
		t[c] = true
	}
	return t
}()

var decoders = []struct {
	name   string
	decode func([]byte) ([]byte, bool)
}{
	{"hex", func(b []byte) ([]byte, bool) {
		b = bytes.TrimRight(b, " \r\n")
		if len(b)%2 != 0 {
			b = b[:len(b)-1]
		}
		out := make([]byte, len(b)/2)
		n, err := hex.Decode(out, b)
		return out[:n], err == nil
	}},
	{"base64", func(b []byte) ([]byte, bool) { return unbase64(b, base64.RawStdEncoding) }},
	{"base64url", func(b []byte) ([]byte, bool) { return unbase64(b, base64.RawURLEncoding) }},
}

func unbase64(b []byte, enc *base64.Encoding) ([]byte, bool) {
	b = bytes.TrimRight(b, "=\r\n ")
	if bytes.ContainsAny(b, "\r\n ") {
		b = bytes.Map(func(r rune) rune {
			if r == '\r' || r == '\n' || r == ' ' {
				return -1
			}
			return r
		}, b)
	}
	out := make([]byte, enc.DecodedLen(len(b)))
	n, err := enc.Decode(out, b)
	return out[:n], err == nil || n > 64
}

// firsts are the first bytes of what sniff knows.
var firsts = func() (t [256]bool) {
	for _, c := range []byte("\x80P\x1f\xfdB7\x78\x93c(") {
		t[c] = true
	}
	return t
}()

// sniff names what bytes look like, by their first ones.
func sniff(b []byte) string {
	switch {
	case b[0] == opProto && b[1] <= highest && (opcodes[b[2]].name != ""):
		return "pickle"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "zip"
	case bytes.HasPrefix(b, []byte("\x1f\x8b\x08")):
		return "gzip"
	case bytes.HasPrefix(b, []byte("\xfd7zXZ\x00")):
		return "xz"
	case bytes.HasPrefix(b, []byte("BZh")) && bytes.HasPrefix(b[4:], []byte("1AY&")):
		return "bzip2"
	case bytes.HasPrefix(b, []byte("7z\xbc\xaf\x27\x1c")):
		return "7z"
	case b[0] == 0x78 && (b[1] == 0x01 || b[1] == 0x5e || b[1] == 0x9c || b[1] == 0xda):
		return "zlib"
	case bytes.HasPrefix(b, []byte("\x93NUMPY")):
		return "npy"
	case (b[0] == opGlobal || b[0] == opMark && b[1] == opGlobal || b[0] == opMark && b[1] == opInst || b[0] == opMark && b[1] == opString) && textPickle(b):
		return "pickle"
	}
	return ""
}

// textPickle says that b begins like a pickle of protocol 0: a name on two lines.
func textPickle(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("("))
	if b[0] == opString {
		i := bytes.IndexByte(b, '\n')
		return i > 2 && i < maxName && b[1] == b[i-1] && (b[1] == '\'' || b[1] == '"')
	}
	for _, line := range bytes.SplitN(b[1:], []byte("\n"), 3)[:min(2, bytes.Count(b, []byte("\n")))] {
		if len(line) > maxName || !nameLike(string(line)) {
			return false
		}
	}
	return bytes.Count(b, []byte("\n")) >= 2
}

// span notes an inner payload and, if it is a pickle, reads it.
func (m *machine) span(b []byte, at, length int64, encoding, kind, what string, decoded bool) {
	s := Span{Start: at, End: at + length, Encoding: encoding, Kind: kind}
	if m.op != opString && m.op != opUnicode && encoding == "raw" {
		s.End = m.offset()
	}
	if m.kept+len(b) <= innerRoom*m.lim.Inner {
		s.Data = bytes.Clone(b)
		m.kept += len(b)
	}
	body := b
	if kind == "zlib" {
		zr, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		out, _ := io.ReadAll(io.LimitReader(zr, int64(m.lim.Inner)))
		if len(out) <= innerMin || sniff(out) == "" {
			return // compressed, but no program
		}
		kind, body, s.Encoding = sniff(out), out, encoding+"+zlib"
		s.Kind, s.Data = kind, out
	}
	if kind == "pickle" {
		if m.depth+1 >= m.lim.Depth {
			m.issue("pickle.inner-deep", issue.Unreadable, m.start, fmt.Sprintf("pickles in pickles, more than %d deep", m.lim.Depth))
			return
		}
		lim := m.lim
		lim.Ops, lim.Trail = min(lim.Ops, 4<<20), 20
		lim.Inner /= 2
		rep, _ := scan(bytes.NewReader(body), lim, m.pol, m.depth+1)
		if namesNothing(rep) && len(rep.Inner) == 0 && rep.Class != Malicious && (len(rep.Callables) == 0 || !rep.Stopped) {
			if !rep.Stopped {
				return // bytes that happen to begin like a pickle
			}
			if rep.Class <= Safe {
				return
			}
		}
		s.Report = rep
		m.rep.Inner = append(m.rep.Inner, s)
		if rep.Class <= Safe {
			m.list.Add("pickle.inner-pickle", issue.Note, what, at, "a constant holds another pickle (%s), which runs only if something loads it", s.Encoding)
			return
		}
		m.raise(Unknown)
		m.list.Add("pickle.inner-payload", issue.Unknown, what, at, "a constant holds another pickle (%s) that is %s; it runs only if something loads it: %s", s.Encoding, rep.Class, worstOf(rep))
		return
	}
	m.rep.Inner = append(m.rep.Inner, s)
	m.list.Add("pickle.inner-archive", issue.Note, what, at, "a constant looks like %s (%s)", kind, s.Encoding)
}

// orphanName is the name that orphan gives to what a call returned.
const orphanName = "?.result"

// namesNothing says that a stream imported nothing. What it called or made then were
// results of its own, which is what numbers look like that happen to begin like a
// pickle: no reader gets past the first of them.
func namesNothing(rep *Report) bool {
	for i := range rep.Callables {
		if rep.Callables[i].Full != orphanName {
			return false
		}
	}
	return true
}

func worstOf(r *Report) string {
	best, class := "", Class(0)
	for _, c := range r.Callables {
		if c.Class > class {
			best, class = c.Full, c.Class
		}
	}
	return best
}
