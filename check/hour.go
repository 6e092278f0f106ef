package check

import (
	"math"
	"time"
)

const (
	hourSlots = 12
	hourSlot  = time.Hour / hourSlots
)

// Hour counts what happened within the last hour, in slots of five minutes. The
// zero value is empty. It is meant to be a part of a check's [State].
type Hour struct {
	Newest int64            `json:"newest"` // number of the newest slot since 1970
	Slots  [hourSlots]int64 `json:"slots"`
}

// Slot returns the number of the slot that a time falls into.
func (h *Hour) Slot(at time.Time) int64 { return at.Unix() / int64(hourSlot/time.Second) }

// Add counts n at a time and forgets what is over an hour before the newest. What
// is too late for that is left out.
func (h *Hour) Add(at time.Time, n int64) {
	now := h.Slot(at)
	if now-h.Newest > hourSlots {
		h.Newest = now - hourSlots
	}
	for h.Newest < now {
		h.Newest++
		h.Slots[h.Newest%hourSlots] = 0
	}
	if h.Newest-now < hourSlots {
		h.Slots[now%hourSlots] += n
	}
}

// Sum returns what was counted.
func (h *Hour) Sum() (n int64) {
	for _, x := range h.Slots {
		n += x
	}
	return n
}

// Amount is how much one takes in an hour, and how much it took while the site was
// learned. It is meant to be a part of a check's [State].
type Amount struct {
	Hour  Hour  `json:"hour"`
	Usual int64 `json:"usual"` // the most within an hour while the site was learned
}

// Learn takes the last hour for usual.
func (a *Amount) Learn() { a.Usual = max(a.Usual, a.Hour.Sum()) }

// UsualHour is what is usual within an hour. What was learned in less than an hour
// is raised to what an hour could have come to: few events tell a rate badly, so
// two standard deviations of a count are added first (Poisson: n + 2√n + 2).
func (a *Amount) UsualHour(p *Pass) int64 {
	learned := min(max(p.Learned(), hourSlot), time.Hour)
	if learned == time.Hour || a.Usual == 0 {
		return a.Usual
	}
	n := float64(a.Usual)
	return int64((n + 2*math.Sqrt(n) + 2) * float64(time.Hour) / float64(learned))
}

// excess is how many times the usual is unusual.
const excess = 3

// Most is how much within an hour is not unusual: least, or three times the usual.
func (a *Amount) Most(p *Pass, least int64) int64 { return max(least, excess*a.UsualHour(p)) }

// Over reports whether the last hour saw more than that.
func (a *Amount) Over(p *Pass, least int64) bool { return a.Hour.Sum() > a.Most(p, least) }

// Rate follows how many of the answers on an interface are failures: over the last
// hour, and in a row. It is meant to be a check's [State] or a part of it.
type Rate struct {
	All     Hour  `json:"all"`
	Bad     Hour  `json:"bad"`
	Row     int64 `json:"row"` // failures since the last success
	Failing bool  `json:"failing,omitempty"`
}

// Limits say from when on a rate fails.
type Limits struct {
	Minimum int64   // answers that tell a share
	Share   float64 // of failures
	Least   int64   // failures that count as a share; fewer may be chance
	Row     int64   // failures in a row
}

// Add counts n answers of one sort.
func (r *Rate) Add(at time.Time, failed bool, n int64) {
	r.All.Add(at, n)
	if !failed {
		r.Bad.Add(at, 0)
		r.Row = 0
		return
	}
	r.Bad.Add(at, n)
	r.Row += n
}

// Judge says whether the interface fails, and whether that can be told. Once it
// fails, it takes half the share to be well again.
func (r *Rate) Judge(l Limits) (failing, told bool) {
	all, bad := r.All.Sum(), r.Bad.Sum()
	enough, share := all >= l.Minimum, float64(bad)/float64(max(all, 1))
	well := bad == 0 || enough && r.Row < l.Row && share < l.Share/2
	r.Failing = r.Row >= l.Row || enough && bad >= l.Least && share >= l.Share || r.Failing && !well
	return r.Failing, r.Failing || bad == 0 || enough
}
