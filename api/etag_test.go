package api

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/account"
)

// Each resource has an ETag, and who has it is told so and nothing else.
func TestOneResourceIsReadOnce(t *testing.T) {
	h := build(t, routes)
	v := h.role(account.Administrator)
	n := 0
	for i := range routes {
		rt := &routes[i]
		if rt.Method != GET || rt.Public || rt.Stream || strings.Contains(rt.Path, "{") || rt.Path == "/metrics" {
			continue
		}
		first := v.get(rt.Path)
		tag := first.Header().Get("Etag")
		if first.Code != 200 || tag == "" {
			continue // a list, or not offered here
		}
		n++
		r := v.request(GET, rt.Path, nil)
		r.Header.Set("If-None-Match", `"other", W/`+tag)
		if w := v.do(r); w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("Etag") != tag || w.Header().Get("Content-Type") != "" {
			t.Errorf("%s: status %d, %d bytes, %v", rt.ID, w.Code, w.Body.Len(), w.Header())
		}
		r.Header.Set("If-None-Match", `"other"`)
		if w := v.do(r); w.Code != 200 || w.Body.String() != first.Body.String() {
			t.Errorf("%s: status %d: %s", rt.ID, w.Code, w.Body)
		}
	}
	if n < 8 {
		t.Errorf("only %d resources have a tag", n)
	}
}

func TestEntityTags(t *testing.T) {
	for _, c := range []struct {
		header, etag string
		weak, want   bool
	}{
		{`"a"`, `"a"`, false, true},
		{`a`, `"a"`, false, true}, // as people type it
		{`"a", "b"`, `"b"`, false, true},
		{`W/"a"`, `"a"`, false, false}, // RFC 9110 §13.1.1: strong
		{`W/"a"`, `"a"`, true, true},
		{`*`, `"a"`, false, true},
		{`"ab"`, `"a"`, true, false},
		{``, `"a"`, true, false},
		{`"a`, `"a"`, false, false},
	} {
		if got := matches(c.header, c.etag, c.weak); got != c.want {
			t.Errorf("matches(%q, %q, %v) is %v", c.header, c.etag, c.weak, got)
		}
	}
}
