// Package format holds the few words every decoder below it shares: how sure a
// recogniser is, what an input did wrong, and where.
//
// A decoder in format/… turns bytes into values and back. It knows nothing of
// assets, sites or observations, returns raw values, never panics, and uses
// bounded memory whatever the input: each has a Limits type and a fuzz target.
//
// Stream formats (over TCP) have one Decoder per direction of a connection. It
// is fed with Feed, told of bytes the capture lost with Gap, and ended with
// Close. Datagram formats have a Parse function. Every format has a Recognise
// function that judges by content, never by port.
package format

import (
	"errors"
	"fmt"
)

// Match is a recogniser's answer about the first bytes of one direction.
type Match uint8

const (
	// No means these bytes cannot be this format.
	No Match = iota
	// More means the bytes so far fit, but too few are there to tell.
	More
	// Likely means the bytes fit and nothing contradicts, but other formats could look the same.
	Likely
	// Yes means the bytes carry a signature of this format.
	Yes
)

// The causes an [Error] can have; test with [errors.Is].
var (
	// ErrMalformed: the bytes break the format's grammar.
	ErrMalformed = errors.New("malformed")
	// ErrTruncated: the input ends inside a unit.
	ErrTruncated = errors.New("truncated")
	// ErrLimit: the unit is larger, deeper or more numerous than the limits allow.
	ErrLimit = errors.New("over limit")
)

// Error says what was wrong with an input, and where.
type Error struct {
	Format string // the format's name, "dicom"
	Offset int64  // byte offset in the stream or datagram; -1 when not known
	Field  string // what was being read, in the format's own terms
	Source string // the rule broken, "PS3.8 §9.3.2"; may be empty
	Err    error  // ErrMalformed, ErrTruncated or ErrLimit, possibly wrapped
}

func (e *Error) Error() string {
	s := e.Format
	if e.Field != "" {
		s += ": " + e.Field
	}
	if e.Offset >= 0 {
		s += fmt.Sprintf(" at byte %d", e.Offset)
	}
	s += ": " + e.Err.Error()
	if e.Source != "" {
		s += " (" + e.Source + ")"
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
