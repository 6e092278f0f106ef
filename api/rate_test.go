package api

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStrangersAreThrottledByAddress(t *testing.T) {
	v := echo(t)
	last := 0
	for range strangeBurst + 5 {
		w := v.send(POST, "/api/v1/echo", `{"name":"a"}`)
		if last = w.Code; last == 429 {
			if w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			v.refused(429, "throttled", w)
			break
		}
	}
	if last != 429 {
		t.Fatal("nobody was throttled")
	}
	r := v.request(POST, "/api/v1/echo", strings.NewReader(`{"name":"a"}`))
	r.RemoteAddr = "192.0.2.8:1"
	v.want(200, v.do(r))
	v.h.pass(10 * time.Second)
	v.want(200, v.send(POST, "/api/v1/echo", `{"name":"a"}`))
}

// A /64 is one stranger; and the table of buckets has an end.
func TestBucketsAreBounded(t *testing.T) {
	now := noon
	b := newBuckets(1, 1, func() time.Time { return now })
	for i := range maxBuckets * 2 {
		b.take(fmt.Sprint(i))
	}
	if len(b.of) > maxBuckets+1 {
		t.Fatalf("%d buckets", len(b.of))
	}
	now = now.Add(time.Hour)
	b.take("x")
	if len(b.of) > 1 {
		t.Fatalf("%d buckets after an hour of quiet", len(b.of))
	}
}
