package hl7

import (
	"bytes"
	"iter"
)

// Message is one HL7 v2 message: a view of the bytes given to [Parse], which
// must not change while it is used. The zero Message has no segments.
type Message struct {
	raw []byte
	d   Delimiters
	cr  bool // a CR occurs, so that CR is what ends segments
	lf  bool // an LF occurs
}

// Parse reads the separators of the message in content, which begins with MSH
// and carries no MLLP framing; a byte order mark, blanks and line ends before
// MSH are skipped. Nothing else is examined: every further fault shows when the
// part is asked for. The error is a [format.Error], [format.ErrMalformed] or
// [format.ErrTruncated].
func Parse(content []byte) (Message, error) {
	return parse(content, "MSH")
}

func parse(content []byte, header string) (Message, error) {
	raw := trimStart(content)
	at := int64(len(content) - len(raw))
	if len(raw) < len(header) {
		return Message{}, truncated(at, header)
	}
	if string(raw[:len(header)]) != header {
		return Message{}, malformed(at, header, "v2.5.1 §2.5.4")
	}
	d, err := readDelimiters(raw)
	if err != nil {
		return Message{}, err
	}
	return Message{
		raw: raw,
		d:   d,
		cr:  bytes.IndexByte(raw, '\r') >= 0,
		lf:  bytes.IndexByte(raw, '\n') >= 0,
	}, nil
}

func trimStart(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	for len(b) > 0 && (b[0] == '\r' || b[0] == '\n' || b[0] == ' ') {
		b = b[1:]
	}
	return b
}

// Raw returns the bytes of the message, from MSH.
func (m Message) Raw() []byte { return m.raw }

// Delimiters returns the separators the message declares.
func (m Message) Delimiters() Delimiters { return m.d }

// Segments yields the segments in order, blank lines left out.
//
// A segment ends with CR. An LF after a CR is skipped. Any other LF ends a
// segment where the message has no CR at all, or where what follows the LF looks
// like a segment (an id and the field separator); otherwise it is data, as in
// notes pasted from elsewhere.
func (m Message) Segments() iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		for c := m.lines(); c.next(); {
			if c.end > c.start && !yield(Segment{m.raw[c.start:c.end:c.end], m.d}) {
				return
			}
		}
	}
}

// lines walks over the segments of a message.
type lines struct {
	m          *Message
	start, end int // of the current segment
	off        int // where the next one starts
	cr         int // of the first CR at or after off; len(raw) if there is none
}

func (m *Message) lines() lines { return lines{m: m, cr: -1} }

// next moves to the next segment.
func (c *lines) next() bool {
	m := c.m
	if c.off >= len(m.raw) {
		return false
	}
	if c.cr < c.off {
		c.cr = len(m.raw)
		if m.cr {
			if i := bytes.IndexByte(m.raw[c.off:], '\r'); i >= 0 {
				c.cr = c.off + i
			}
		}
	}
	c.start, c.end = c.off, c.cr
	if m.lf {
		c.end = m.lineFeed(c.off, c.cr)
	}
	c.off = c.end + 1
	return true
}

// lineFeed returns where an LF ends the segment that starts at off, or end.
func (m *Message) lineFeed(off, end int) int {
	for at := off; at < end; {
		i := bytes.IndexByte(m.raw[at:end], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		if i = at - 1; i == off || !m.cr || m.startsSegment(at) {
			return i
		}
	}
	return end
}

func (m *Message) startsSegment(at int) bool {
	s := m.raw[at:]
	return len(s) >= 4 && validID(s[:3]) && s[3] == m.d.Field
}

// First returns the first segment with the given id.
func (m Message) First(id string) (Segment, bool) {
	for c := m.lines(); c.next(); {
		line := m.raw[c.start:c.end:c.end]
		if len(line) < len(id) || string(line[:len(id)]) != id {
			continue
		}
		if s := (Segment{line, m.d}); len(s.ID()) == len(id) {
			return s, true
		}
	}
	return Segment{}, false
}

// Header returns the first segment, MSH.
func (m Message) Header() MSH {
	c := m.lines()
	if !c.next() {
		return MSH{}
	}
	return MSH{Segment{m.raw[c.start:c.end:c.end], m.d}}
}
