package hl7

import (
	"bytes"

	"github.com/wardround/wardround/format"
)

// Why a scan stopped.
type stop uint8

const (
	exhausted stop = iota // all of p belongs to what is in progress
	endBlock              // FS
	restart               // the start of another message
	undecided             // what may be one, at the end of p
)

// stopInFrame returns where the content of a frame stops in p.
func stopInFrame(p []byte) (int, stop) {
	i := bytes.IndexByte(p, EndBlock)
	if i < 0 {
		return stopAtStart(p)
	}
	// Within the frame a start block with less than a header behind it is data.
	if n, why := stopAtStart(p[:i]); why == restart {
		return n, why
	}
	return i, endBlock
}

// stopAtStart returns where a start block and a header stand in p.
func stopAtStart(p []byte) (int, stop) {
	for at := 0; ; at++ {
		i := bytes.IndexByte(p[at:], StartBlock)
		if i < 0 {
			return len(p), exhausted
		}
		at += i
		switch headerID(p[at+1:]) {
		case format.Yes:
			return at, restart
		case format.More:
			return at, undecided
		}
	}
}

// stopInLines returns where a message without start block stops in p.
func stopInLines(p []byte) (int, stop) {
	for at, c := range p {
		match := format.No
		switch c {
		case EndBlock:
			return at, endBlock
		case StartBlock:
			match = headerID(p[at+1:])
		case '\r', '\n':
			match = headerLine(p[at+1:])
		}
		switch match {
		case format.Yes:
			return at, restart
		case format.More:
			return at, undecided
		}
	}
	return len(p), exhausted
}

// headerID reports whether b begins with the id of a header segment.
func headerID(b []byte) format.Match {
	if len(b) > 3 {
		b = b[:3]
	}
	for _, id := range [...]string{"MSH", "FHS", "BHS"} {
		if id[:len(b)] == string(b) {
			if len(b) == 3 {
				return format.Yes
			}
			return format.More
		}
	}
	return format.No
}

// headerLine reports whether b begins with a header segment: its id and a
// separator.
func headerLine(b []byte) format.Match {
	switch m := headerID(b); {
	case m != format.Yes:
		return m
	case len(b) == 3:
		return format.More
	case separator(b[3]):
		return format.Yes
	}
	return format.No
}
