package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// Codes of problems that are of HTTP and not of the domain; the others are
// [wardround.Code]s.
const (
	codeUnauthenticated wardround.Code = "unauthenticated" // no session, or one that has ended
	codeThrottled       wardround.Code = "throttled"       // too many; Retry-After says when
	codeTooLarge        wardround.Code = "too_large"       // the body
	codeCSRF            wardround.Code = "csrf"            // another site made the browser ask
	codePrecondition    wardround.Code = "precondition"    // If-Match is missing or stale
	codeUnavailable     wardround.Code = "unavailable"     // not offered by this server
)

// Problem is an error as the API says it: RFC 9457 with a code to act on and a
// hint for the person who reads it.
type Problem struct {
	Type     string   `json:"type,omitempty" doc:"Always about:blank, or absent: the code says what kind of problem it is."`
	Title    string   `json:"title" doc:"The status in words."`
	Status   int      `json:"status" doc:"The HTTP status."`
	Detail   string   `json:"detail" doc:"What was wrong, in words."`
	Code     string   `json:"code" doc:"What to act on: invalid, not_found, conflict, forbidden, integrity, cannot_tell, full, internal, unauthenticated, throttled, too_large, csrf, precondition or unavailable."`
	Hint     string   `json:"hint,omitempty" doc:"What to do."`
	Instance string   `json:"instance,omitempty" doc:"The request; our log has it under this id."`
	Errors   []Detail `json:"errors,omitempty" doc:"What was wrong where."`

	header http.Header
}

// Detail is one thing that was wrong with a request.
type Detail struct {
	Location string `json:"location,omitempty" doc:"Where: body.name, query.limit, path.id."`
	Message  string `json:"message" doc:"What was wrong."`
	Value    any    `json:"value,omitempty" doc:"What was sent; never of a body, which may hold secrets."`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus makes a Problem a huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders makes a Problem a huma.HeadersError.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType makes huma write a Problem as what RFC 9457 §3 calls it.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statusOf is the one place where a code becomes a status.
func statusOf(code wardround.Code) int {
	switch code {
	case wardround.EInvalid:
		return http.StatusUnprocessableEntity
	case wardround.ENotFound:
		return http.StatusNotFound
	case wardround.EConflict:
		return http.StatusConflict
	case wardround.EForbidden:
		return http.StatusForbidden
	case wardround.ECannotTell:
		return http.StatusServiceUnavailable
	case wardround.EFull:
		return http.StatusInsufficientStorage
	case codeUnauthenticated:
		return http.StatusUnauthorized
	case codeThrottled:
		return http.StatusTooManyRequests
	case codeTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeCSRF:
		return http.StatusForbidden
	case codePrecondition:
		return http.StatusPreconditionFailed
	case codeUnavailable:
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError // EIntegrity, EInternal
}

// codeOf is the code of a status that HTTP's own machinery chose.
func codeOf(status int) wardround.Code {
	switch status {
	case http.StatusUnauthorized:
		return codeUnauthenticated
	case http.StatusForbidden:
		return wardround.EForbidden
	case http.StatusNotFound:
		return wardround.ENotFound
	case http.StatusConflict:
		return wardround.EConflict
	case http.StatusPreconditionFailed, http.StatusPreconditionRequired:
		return codePrecondition
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusTooManyRequests:
		return codeThrottled
	case http.StatusNotImplemented:
		return codeUnavailable
	case http.StatusServiceUnavailable:
		return wardround.ECannotTell
	}
	if status >= 500 {
		return wardround.EInternal
	}
	return wardround.EInvalid
}

// hints say what to do where the error itself does not.
var hints = map[wardround.Code]string{
	codeUnauthenticated:   "Sign in, or send a valid token.",
	codeThrottled:         "Wait, then try again.",
	codeTooLarge:          "Send less.",
	codeCSRF:              "Open the page from its own address and try again.",
	codePrecondition:      "Read it again, look at what changed, and send its ETag as If-Match.",
	codeUnavailable:       "This server does not offer it; its documentation says what to switch on.",
	wardround.EForbidden:  "Ask someone whose role allows it.",
	wardround.EInternal:   "Try again; if it stays, look up the request's id in the server's log.",
	wardround.EIntegrity:  "Keep the data directory as it is and tell whoever is responsible for the evidence.",
	wardround.ECannotTell: "Try again later.",
	wardround.EFull:       "Make room, or wait.",
	wardround.EConflict:   "Read it again and decide on what it is now.",
}

// problem makes a Problem of a code and words.
func problem(code wardround.Code, format string, args ...any) *Problem {
	return newProblem(statusOf(code), code, fmt.Sprintf(format, args...))
}

func newProblem(status int, code wardround.Code, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail, Code: string(code), Hint: hints[code]}
}

// hinted returns err with what to do about it.
func hinted(err error, hint string) error { return &advice{err, hint} }

type advice struct {
	error
	hint string
}

func (h *advice) Unwrap() error { return h.error }

// problem turns any error into what the caller is told, once. The cause of an
// internal error goes to the log and nowhere else.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	c := callOf(ctx)
	var p *Problem
	if !errors.As(err, &p) {
		p = s.translate(ctx, c, err)
	}
	q := *p
	var h *advice
	if errors.As(err, &h) {
		q.Hint = h.hint
	}
	if after := account.RetryAfter(err); after > 0 {
		q.header = http.Header{"Retry-After": {strconv.Itoa(int(after / time.Second))}}
	}
	if c != nil {
		q.Instance = "urn:wardround:request:" + c.id
	}
	return &q
}

func (s *Server) translate(ctx context.Context, c *call, err error) *Problem {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return problem(wardround.ECannotTell, "the request ended before its answer")
	}
	if p := bodyProblem(err); p != nil {
		return p
	}
	code := wardround.ErrorCode(err)
	if code == codeUnauthenticated && c != nil && c.who != nil {
		// The session is good, and what was shown beside it (an old password, a code)
		// is not: a page must not take this for the end of the session.
		p := problem(wardround.EForbidden, "%s", words(err))
		p.Hint = ""
		return p
	}
	switch {
	case code == wardround.EInternal:
		s.log.ErrorContext(ctx, "internal error", "request", idOf(c), "err", err)
		return problem(code, "something went wrong on our side")
	case code == wardround.EIntegrity:
		s.log.ErrorContext(ctx, "integrity", "request", idOf(c), "err", err)
	}
	return problem(code, "%s", words(err))
}

// words are an error's words without the names of operations, which are ours.
func words(err error) string {
	var e *wardround.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	inner := *e
	inner.Op = ""
	text := inner.Error()
	var deeper *wardround.Error
	if e.Err != nil && errors.As(e.Err, &deeper) && deeper.Op != "" {
		text = strings.ReplaceAll(text, deeper.Op+": ", "")
	}
	return text
}

// bodyProblem recognises what reading a body can end with.
func bodyProblem(err error) *Problem {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return problem(codeTooLarge, "the body has more than %d bytes", large.Limit)
	}
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() {
		p := newProblem(http.StatusRequestTimeout, wardround.EInvalid, "the body came too slowly")
		p.Hint = "Send it again over a better connection."
		return p
	}
	return nil
}

// humaProblem words what huma found wrong with a request before the handler saw it.
func humaProblem(status int, message string, errs ...error) huma.StatusError {
	for _, err := range errs {
		if p := bodyProblem(err); p != nil {
			return p
		}
	}
	p := newProblem(status, codeOf(status), message)
	for _, err := range errs {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			continue // a cause of our own: not for the caller
		}
		out := Detail{Location: d.Location, Message: d.Message}
		if v, ok := d.Value.(string); ok && !strings.HasPrefix(d.Location, "body") && len(v) <= 200 {
			out.Value = v
		}
		if d.Message == "unexpected property" {
			out.Message = "unknown field"
		}
		p.Errors = append(p.Errors, out)
	}
	if message == "validation failed" && len(p.Errors) > 0 {
		first := p.Errors[0]
		p.Detail = strings.TrimPrefix(first.Location+": "+first.Message, ": ")
		if n := len(p.Errors) - 1; n > 0 {
			p.Detail += fmt.Sprintf(" (and %d more)", n)
		}
		p.Hint = "Correct what errors names and send it again."
	}
	if message == "request body read timeout" {
		return bodyProblem(context.DeadlineExceeded)
	}
	return p
}

// huma words its own errors through these variables; there is no other way.
func init() {
	huma.ValidateStrictCasing = true // a field in another case is an unknown field
	huma.NewError = humaProblem
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		e := humaProblem(status, msg, errs...)
		if c := callOf(ctx.Context()); c != nil {
			e.(*Problem).Instance = "urn:wardround:request:" + c.id
		}
		return e
	}
	huma.DefaultArrayNullable = false // lists are [], never null
}
