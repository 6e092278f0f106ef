package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
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

// tagged gives each answer of one resource an ETag, that of the handler or else a
// digest of what is answered, and says 304 to who has it.
func tagged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := &held{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(h, r)
		if h.status == http.StatusOK {
			if w.Header().Get("Etag") == "" {
				sum := sha256.Sum256(h.body.Bytes())
				w.Header().Set("Etag", `"`+base64.RawURLEncoding.EncodeToString(sum[:15])+`"`)
			}
			if match := r.Header.Get("If-None-Match"); match != "" && matches(match, w.Header().Get("Etag"), true) {
				w.Header().Del("Content-Type")
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		if h.status == http.StatusNotModified {
			w.Header().Del("Content-Type")
		}
		w.WriteHeader(h.status)
		_, _ = w.Write(h.body.Bytes()) // whoever asked may have gone
	})
}

// held holds an answer back until it is whole.
type held struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *held) WriteHeader(status int) { h.status = status }

func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

func (h *held) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// documentTag says in the OpenAPI document what tagged does.
func documentTag(op *huma.Operation) {
	op.Metadata["tagged"] = true
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: "If-None-Match", In: "header", Description: "An ETag; answers 304 if it is still the same.", Schema: &huma.Schema{Type: huma.TypeString},
	})
	if !slices.Contains(op.Errors, http.StatusNotModified) {
		op.Errors = append(op.Errors, http.StatusNotModified)
	}
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
