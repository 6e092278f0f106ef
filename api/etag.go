package api

import (
	"net/http"
	"strings"
)

// IfMatch is embedded in the input of an edit: who edits must have seen what they
// change (RFC 9110 §13.1.1).
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what was read; 428 without it, 412 when it changed meanwhile."`
}

// check returns 428 when no ETag was sent and 412 when it is not etag.
func (m IfMatch) check(etag string) error {
	if strings.TrimSpace(m.IfMatch) == "" {
		p := newProblem(http.StatusPreconditionRequired, codePrecondition, "an edit needs If-Match with the ETag of what was read")
		return p
	}
	if !matches(m.IfMatch, etag, false) {
		return newProblem(http.StatusPreconditionFailed, codePrecondition, "it has changed since it was read")
	}
	return nil
}

// IfNoneMatch is embedded in the input of a read that answers 304 when nothing
// changed.
type IfNoneMatch struct {
	IfNoneMatch string `header:"If-None-Match" doc:"An ETag; answers 304 if it is still the same."`
}

// changed returns 304 as an error when the caller already has etag.
func (m IfNoneMatch) changed(etag string) error {
	if m.IfNoneMatch == "" || !matches(m.IfNoneMatch, etag, true) {
		return nil
	}
	p := newProblem(http.StatusNotModified, "", "")
	p.header = http.Header{"Etag": {quote(etag)}}
	return p
}

// quote makes an entity tag of an opaque value (RFC 9110 §8.8.3).
func quote(etag string) string {
	if strings.HasPrefix(etag, `"`) || strings.HasPrefix(etag, `W/"`) {
		return etag
	}
	return `"` + strings.ReplaceAll(etag, `"`, "") + `"`
}

// matches reports whether a header's list holds etag; weakly, W/ is no difference.
// A value without quotes is taken as one, because people type them.
func matches(header, etag string, weak bool) bool {
	want := quote(etag)
	if weak {
		want = strings.TrimPrefix(want, "W/")
	}
	for v := range strings.SplitSeq(header, ",") {
		v = strings.TrimSpace(v)
		if v == "*" {
			return true
		}
		if weak {
			v = strings.TrimPrefix(v, "W/")
		}
		if quote(v) == want {
			return true
		}
	}
	return false
}
