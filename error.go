package wardround

import (
	"errors"
	"fmt"
)

// Code classifies an [Error]. It is mapped once to an HTTP status and once to an
// exit code.
type Code string

// The codes.
const (
	EInvalid    Code = "invalid"     // the input or the call is wrong
	ENotFound   Code = "not_found"   // no such thing in this scope
	EConflict   Code = "conflict"    // it changed meanwhile, or another writer holds it
	EForbidden  Code = "forbidden"   // not allowed, or needs a second person
	EIntegrity  Code = "integrity"   // stored bytes are not what they were
	ECannotTell Code = "cannot_tell" // knowledge or coverage is missing
	EFull       Code = "full"        // no room: disk, queue or limit
	EInternal   Code = "internal"    // our own fault
)

// Error is the one error type that crosses a floor: what went wrong, in which
// operation, and what to do, in words for the person who reads it.
type Error struct {
	Code    Code
	Op      string // the operation, "ledger.verify"
	Message string // what was wrong, where, and what to do
	Err     error  // the cause; may be nil
}

func (e *Error) Error() string {
	s := e.Message
	if e.Err != nil {
		if s != "" {
			s += ": "
		}
		s += e.Err.Error()
	}
	if e.Op != "" {
		return e.Op + ": " + s
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an [Error] whose message is formatted; a %w verb gives its cause.
func Errorf(code Code, op, format string, args ...any) *Error {
	return &Error{Code: code, Op: op, Err: fmt.Errorf(format, args...)}
}

// Wrap returns an [Error] around err, or nil if err is nil.
func Wrap(code Code, op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Op: op, Err: err}
}

// ErrorCode returns the code of the outermost [Error] in err's chain,
// [EInternal] if there is none, and "" for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return EInternal
}
