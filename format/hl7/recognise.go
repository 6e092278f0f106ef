package hl7

import (
	"github.com/wardround/wardround/format"
)

// Recognise judges the first bytes of either direction of a connection; client
// and server both send MLLP frames. A connection that was joined midway is
// recognised by the next start of a message or by lines that are segments; text
// with many bars keeps the question open.
func Recognise(p []byte) format.Match {
	const window = 4096
	if len(p) > window {
		p = p[:window]
	}
	b := trimStart(p)
	if len(b) == 0 {
		return format.More
	}
	started := b[0] == StartBlock
	if started {
		b = trimStart(b[1:])
	}
	switch m := header(b); {
	case m == format.Yes && started:
		return format.Yes
	case m == format.Yes:
		return format.Likely
	case m == format.More:
		return format.More
	}
	if started && (b[0] == CommitAck || b[0] == CommitNak) {
		return commit(b)
	}
	return midway(p)
}

// header reports whether b begins with a header segment and separators that
// make sense.
func header(b []byte) format.Match {
	if len(b) == 0 {
		return format.More
	}
	m := headerLine(b)
	if m != format.Yes {
		return m
	}
	if len(b) < 9 {
		return format.More
	}
	if _, err := readDelimiters(b); err != nil {
		return format.No
	}
	return format.Yes
}

func commit(b []byte) format.Match {
	switch {
	case len(b) == 1:
		return format.More
	case b[1] == EndBlock:
		return format.Likely
	}
	return format.No
}

// midway looks for the start of a later message, or for two segments in a row.
// Text with many bars may be the inside of a long message.
func midway(p []byte) format.Match {
	segments, bars, text := 0, 0, true
	for at, c := range p {
		switch c {
		case '|':
			bars++
		case StartBlock:
			if header(p[at+1:]) == format.Yes {
				return format.Likely
			}
		case '\n':
		case '\r':
			if rest := p[at+1:]; len(rest) > 3 && validID(rest[:3]) && rest[3] == '|' {
				segments++
			}
		case EndBlock:
			if segments > 0 && (at+1 == len(p) || p[at+1] == '\r') && at > 0 && p[at-1] == '\r' {
				return format.Likely
			}
		default:
			text = text && c >= ' '
		}
		if segments == 2 {
			return format.Likely
		}
	}
	if text && bars >= 8 {
		return format.More
	}
	return format.No
}
