package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Beat is the body of the outward heartbeat: whoever gets it should raise the alarm
// when it stays out. It stays out while we do not judge: most switches hear only
// that they are called, and a call would be a false all-clear.
type Beat struct {
	Type  string    `json:"type"` // "heartbeat"
	Site  string    `json:"site"`
	State string    `json:"state"` // "judging"
	At    time.Time `json:"at"`
	Next  time.Time `json:"next"` // when the next is due at the latest
}

const defaultBeat = 5 * time.Minute

func (h Heartbeat) every() time.Duration {
	if h.Minutes == 0 {
		return defaultBeat
	}
	return time.Duration(h.Minutes) * time.Minute
}

// beats reports whether a heartbeat is due, and takes it. One that was due while we
// did not judge goes out as soon as we do.
func (n *Notifier) beats() bool {
	if n.opt.Working != nil && n.opt.Working() != nil { // asked without the mutex
		return false
	}
	now := n.opt.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cfg.Heartbeat.URL == "" || now.Before(n.beat) {
		return false
	}
	n.beat = now.Add(n.cfg.Heartbeat.every())
	return true
}

// heartbeat tells once that we live. One that fails is tried again after a minute.
func (n *Notifier) heartbeat(ctx context.Context) {
	now := n.opt.Now()
	n.mu.Lock()
	h := n.cfg.Heartbeat
	n.mu.Unlock()
	b := Beat{Type: "heartbeat", Site: n.place.Load().name, State: "judging", At: now, Next: now.Add(h.every())}
	body, err := json.Marshal(b)
	if err == nil {
		var rq *http.Request
		ctx, cancel := context.WithTimeout(ctx, sendFor)
		defer cancel()
		if rq, err = http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body)); err == nil {
			rq.Header.Set("Content-Type", "application/json")
			rq.Header.Set("User-Agent", "wardround")
			err = answered(n.opt.Client.Do(rq))
		}
	}
	if err != nil {
		n.mu.Lock()
		n.beat = earlier(n.beat, now.Add(time.Minute))
		n.mu.Unlock()
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
