package api

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates: generous for people and programs that are signed in, who are many pages
// at once; less for strangers.
const (
	peopleRate   = 1000 // requests a second, for each account or token
	peopleBurst  = 2000
	strangeRate  = 10 // for each address
	strangeBurst = 60
	// maxBuckets is how many callers are told apart; beyond, all new ones share one.
	maxBuckets = 20000
)

// buckets limit how often each of many callers may ask.
type buckets struct {
	per   rate.Limit
	burst int
	now   func() time.Time

	mu    sync.Mutex
	of    map[string]*rate.Limiter
	swept time.Time
}

func newBuckets(per rate.Limit, burst int, now func() time.Time) *buckets {
	return &buckets{per: per, burst: burst, now: now, of: map[string]*rate.Limiter{}}
}

// take returns how long the caller has to wait; 0 if it may go on.
func (b *buckets) take(key string) time.Duration {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.of) >= maxBuckets || now.Sub(b.swept) > time.Minute {
		b.sweep(now)
	}
	l := b.of[key]
	if l == nil {
		if len(b.of) >= maxBuckets {
			key = ""
		}
		if l = b.of[key]; l == nil {
			l = rate.NewLimiter(b.per, b.burst)
			b.of[key] = l
		}
	}
	r := l.ReserveN(now, 1)
	if d := r.DelayFrom(now); d > 0 {
		r.CancelAt(now)
		return d
	}
	return 0
}

// sweep forgets callers whose bucket is full again: forgetting changes nothing.
func (b *buckets) sweep(now time.Time) {
	if now.Sub(b.swept) < time.Second {
		return // one sweep a second is enough, whatever comes
	}
	b.swept = now
	for k, l := range b.of {
		if l.TokensAt(now) >= float64(b.burst) {
			delete(b.of, k)
		}
	}
}

func (s *Server) throttle(w http.ResponseWriter, key string, b *buckets) error {
	if d := b.take(key); d > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(d/time.Second)+1))
		return problem(codeThrottled, "too many requests")
	}
	return nil
}

// block is the part of an address that one stranger is taken to have: all of IPv4,
// the /64 of IPv6.
func block(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
