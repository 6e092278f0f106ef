package content

import "bytes"

// maxPartHead is the longest head of a part in bytes; a longer one ends the reading.
const maxPartHead = 4 << 10

// Multipart splits a multipart body (RFC 2046 §5.1.1) without holding its parts.
type Multipart struct {
	// Part is called with the head of each part, without its last empty line, and
	// returns who wants the part's content, or nil. head is valid during the call.
	Part func(head []byte) Sink

	Parts int   // parts begun
	Size  int64 // bytes of content in parts
	Ended bool  // the closing delimiter was read

	delimiter []byte // CRLF "--" boundary
	matched   int    // how much of it the last bytes fed were
	state     partState
	dash      bool   // one "-" behind a delimiter
	head      []byte // of the part being begun
	part      Sink   // who wants the current part
	lost      bool
}

type partState uint8

const (
	partPreamble partState = iota
	partDelimited
	partHead
	partBody
	partEpilogue
)

// NewMultipart returns a reader for bodies with this boundary (1 to 70
// characters without CR or LF, RFC 2046 §5.1.1).
func NewMultipart(boundary string, part func(head []byte) Sink) *Multipart {
	// The first delimiter needs no CRLF before it.
	return &Multipart{Part: part, delimiter: []byte("\r\n--" + boundary), matched: 2}
}

// Lost reports whether bytes were missing, so that parts may be too.
func (m *Multipart) Lost() bool { return m.lost }

// Feed implements [Sink].
func (m *Multipart) Feed(p []byte) {
	for len(p) > 0 {
		n := 0
		switch m.state {
		case partPreamble, partBody:
			n = m.search(p)
		case partDelimited:
			n = 1
			m.behind(p[0])
		case partHead:
			n = m.readHead(p)
		default:
			return
		}
		p = p[n:]
	}
}

// search looks for the delimiter, of which the end of the last piece may have
// been a part. CR occurs in it only at its start, so a failed match can begin
// anew only at a CR.
func (m *Multipart) search(p []byte) int {
	if m.matched > 0 {
		n := 0
		for n < len(p) && m.matched < len(m.delimiter) && p[n] == m.delimiter[m.matched] {
			n++
			m.matched++
		}
		switch {
		case m.matched == len(m.delimiter):
			m.delimited()
		case n < len(p):
			held := m.delimiter[:m.matched]
			m.matched = 0
			m.give(held)
		}
		return n
	}
	key := m.delimiter[:min(len(m.delimiter), searchKey)]
	if i := bytes.Index(p, key); i >= 0 {
		m.give(p[:i])
		m.matched = len(key)
		if m.matched == len(m.delimiter) {
			m.delimited()
		}
		return i + len(key)
	}
	tail := max(len(p)-len(key)+1, 0)
	if cr := bytes.LastIndexByte(p[tail:], '\r'); cr >= 0 && bytes.HasPrefix(key, p[tail+cr:]) {
		m.matched = len(p) - tail - cr
	}
	m.give(p[:len(p)-m.matched])
	return len(p)
}

// searchKey is how much of a delimiter is searched for at once, in bytes: what
// bytes.Index compares in registers.
const searchKey = 32

func (m *Multipart) give(p []byte) {
	if len(p) == 0 || m.state != partBody {
		return
	}
	m.Size += int64(len(p))
	if m.part != nil {
		m.part.Feed(p)
	}
}

func (m *Multipart) delimited() {
	m.finish(true)
	m.state, m.matched, m.dash = partDelimited, 0, false
}

func (m *Multipart) finish(whole bool) {
	if m.part != nil {
		m.part.Close(whole)
		m.part = nil
	}
}

// behind reads what follows a delimiter on its line: "--" after the last part,
// else padding.
func (m *Multipart) behind(c byte) {
	switch {
	case c == '-' && m.dash:
		m.state, m.Ended = partEpilogue, true
	case c == '\n':
		m.state = partHead
	}
	m.dash = c == '-'
}

// readHead collects the head of a part up to its empty line.
func (m *Multipart) readHead(p []byte) int {
	n := bytes.IndexByte(p, '\n') + 1
	whole := n > 0
	if !whole {
		n = len(p)
	}
	if len(m.head)+n > maxPartHead {
		m.state, m.lost, m.head = partEpilogue, true, nil
		return n
	}
	m.head = append(m.head, p[:n]...)
	head := m.head
	if whole && (len(head) <= 2 || bytes.HasSuffix(head, []byte("\n\r\n")) || bytes.HasSuffix(head, []byte("\n\n"))) {
		m.Parts++
		m.state = partBody
		if m.Part != nil {
			m.part = m.Part(bytes.TrimRight(head, "\r\n"))
		}
		m.head = m.head[:0]
	}
	return n
}

// Gap implements [Sink]. The search goes on behind a gap; a part whose end was
// lost runs into the next.
func (m *Multipart) Gap(n int64) {
	m.lost = true
	if m.matched > 0 {
		m.give(m.delimiter[:m.matched])
		m.matched = 0
	}
	if m.state == partBody {
		m.Size += n
		if m.part != nil {
			m.part.Gap(n)
		}
	}
}

// Close implements [Sink].
func (m *Multipart) Close(whole bool) {
	m.give(m.delimiter[:m.matched])
	m.matched = 0
	m.finish(whole && m.Ended)
	if !whole {
		m.lost = true
	}
}

// AppendPart writes one part of a multipart body: delimiter, Content-Type, content.
func AppendPart(dst []byte, boundary, contentType string, part []byte) []byte {
	dst = append(append(append(dst, "\r\n--"...), boundary...), "\r\nContent-Type: "...)
	dst = append(append(dst, contentType...), "\r\n\r\n"...)
	return append(dst, part...)
}

// AppendEnd ends a multipart body.
func AppendEnd(dst []byte, boundary string) []byte {
	return append(append(append(dst, "\r\n--"...), boundary...), "--\r\n"...)
}
