package notify

import (
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// escalate sends over the next route what nobody took up in time.
func (n *Notifier) escalate() {
	now := n.opt.Now()
	n.mu.Lock()
	var ripe []Delivery
	for _, d := range n.list {
		if !d.Escalate.IsZero() && !d.Escalate.After(now) {
			ripe = append(ripe, *d)
			d.Escalate, n.dirty = time.Time{}, true
		}
	}
	n.mu.Unlock()
	for _, d := range ripe {
		if c, ok := n.opt.Case(d.Case); ok && c.TakenUp {
			continue
		}
		n.mu.Lock()
		if i := slices.IndexFunc(n.cfg.Routes, func(r Route) bool { return r.Name == d.To && !r.Off }); i >= 0 {
			r := n.cfg.Routes[i]
			e := &Delivery{
				ID: wardround.DeriveID("m", d.ID, r.Name), Type: "escalation", Case: d.Case, Title: d.Title, Severity: d.Severity, At: d.At,
				Route: r.Name, Channel: r.Channel.Kind, State: Waiting, Next: now,
			}
			if r.After > 0 {
				e.Escalate, e.To = now.Add(time.Duration(r.After)*time.Minute), r.To
			}
			n.add(e)
		}
		n.mu.Unlock()
	}
}
