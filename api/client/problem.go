package client

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/wardround/wardround"
)

// Problem is an error as the server tells it (RFC 9457). It is in the chain of the
// [wardround.Error] that a call returns.
type Problem struct {
	Title  string         `json:"title"`
	Status int            `json:"status"` // of HTTP; 0 if no answer came
	Detail string         `json:"detail"`
	Code   wardround.Code `json:"code"` // a wardround.Code, or unauthenticated, throttled, too_large, csrf, precondition
	Hint   string         `json:"hint,omitempty"`
	Errors []struct {
		Location string `json:"location,omitempty"`
		Message  string `json:"message"`
	} `json:"errors,omitempty"`
	cause error
}

// Error gives the detail, what is wrong with which field, and the hint.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(cmp.Or(p.Detail, p.Title))
	for _, e := range p.Errors {
		b.WriteString("; ")
		if e.Location != "" {
			b.WriteString(e.Location + ": ")
		}
		b.WriteString(e.Message)
	}
	if p.Hint != "" {
		b.WriteString(". " + strings.TrimSuffix(p.Hint, "."))
	}
	return b.String()
}

// Unwrap returns what kept the server from being reached, if that was it.
func (p *Problem) Unwrap() error { return p.cause }

// maxProblem bounds the body of an error.
const maxProblem = 256 << 10

// problem reads what went wrong from an answer and closes it.
func (c *Client) problem(op string, rs *http.Response) error {
	defer rs.Body.Close()
	b, err := io.ReadAll(io.LimitReader(rs.Body, maxProblem))
	p := &Problem{Status: rs.StatusCode}
	if err == nil && strings.HasPrefix(rs.Header.Get("Content-Type"), "application/problem+json") {
		err = json.Unmarshal(b, p)
	} else if err == nil {
		err = errors.New("no problem+json")
	}
	if err != nil || p.Code == "" {
		return c.wordless(op, rs)
	}
	p.Status = rs.StatusCode
	if p.Code == "unauthenticated" {
		p.Hint = "Say --token @FILE or set WARDROUND_TOKEN; wardround token create makes one."
		if c.opt.Token != "" {
			p.Hint = "The token is unknown, has expired or was revoked; make another with wardround token create."
		}
	}
	return &wardround.Error{Code: codeOf(p), Op: op, Err: p}
}

// wordless is an error of something that is not our API, or of a proxy before it.
func (c *Client) wordless(op string, rs *http.Response) error {
	switch s := rs.StatusCode; {
	case s >= 300 && s < 400:
		return wardround.Errorf(wardround.EInvalid, op, "%s sends elsewhere, to %q; say that address if you trust it", c.base, rs.Header.Get("Location"))
	case s == http.StatusBadGateway, s == http.StatusServiceUnavailable, s == http.StatusGatewayTimeout:
		p := &Problem{Title: rs.Status, Status: s, Code: "unreachable", Detail: fmt.Sprintf("a proxy answers for %s: %s", c.base, rs.Status)}
		return &wardround.Error{Code: wardround.ECannotTell, Op: op, Err: p}
	default:
		return wardround.Errorf(wardround.EInvalid, op, "what answers at %s is not the API of a Wardround server: %s", c.base, rs.Status)
	}
}

// codeOf is the code, and so the exit status, of a problem.
func codeOf(p *Problem) wardround.Code {
	switch p.Code {
	case "unauthenticated", "csrf":
		return wardround.EForbidden
	case "throttled":
		return wardround.ECannotTell // nothing was done or said; later it will be
	case "too_large", "unavailable":
		return wardround.EInvalid
	case "precondition":
		return wardround.EConflict
	case wardround.EFull:
		if p.Status == http.StatusServiceUnavailable {
			return wardround.ECannotTell
		}
	}
	return p.Code
}

// passing reports whether trying again later may help.
func passing(err error) bool {
	var p *Problem
	if !errors.As(err, &p) {
		return false
	}
	switch p.Status {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
