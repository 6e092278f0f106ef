package notify

import (
	"context"
	"encoding/json"
	"time"

	"github.com/wardround/wardround"
)

// Outbox keeps deliveries over a restart.
type Outbox interface {
	// Load returns what was saved last, nil for nothing.
	Load(ctx context.Context) ([]byte, error)
	Save(ctx context.Context, b []byte) error
}

// kept is what an outbox keeps.
type kept struct {
	// Noticed is the time of the newest notice of which the deliveries are here.
	Noticed    time.Time   `json:"noticed,omitzero"`
	Deliveries []*Delivery `json:"deliveries"`
}

// load takes up what an earlier run left, and the notices that it did not get to.
func (n *Notifier) load(ctx context.Context) error {
	var k kept
	if n.opt.Outbox != nil {
		b, err := n.opt.Outbox.Load(ctx)
		if err != nil {
			return err
		}
		if len(b) > 0 {
			if err := json.Unmarshal(b, &k); err != nil {
				return wardround.Errorf(wardround.EIntegrity, "notify.load", "the outbox cannot be read: %w", err)
			}
		}
	}
	n.mu.Lock()
	fresh := n.list
	n.list, n.loaded = k.Deliveries, true
	if k.Noticed.After(n.noticed) {
		n.noticed = k.Noticed
	}
	for _, d := range fresh { // noticed before Run
		n.add(d)
	}
	n.mu.Unlock()
	if n.opt.Missed == nil || k.Noticed.IsZero() {
		return nil
	}
	missed, err := n.opt.Missed(ctx, k.Noticed)
	if err != nil {
		return err
	}
	n.Notice(missed...)
	return nil
}

// save writes the outbox if it changed.
func (n *Notifier) save(ctx context.Context) error {
	if n.opt.Outbox == nil {
		return nil
	}
	n.saving.Lock()
	defer n.saving.Unlock()
	n.mu.Lock()
	if !n.dirty || !n.loaded {
		n.mu.Unlock()
		return nil
	}
	b, err := json.Marshal(kept{n.noticed, n.list})
	n.dirty = false
	n.mu.Unlock()
	if err == nil {
		err = n.opt.Outbox.Save(ctx, b)
	}
	if err != nil {
		n.mu.Lock()
		n.dirty = true
		n.mu.Unlock()
		return wardround.Errorf(wardround.EInternal, "notify.save", "what is to be sent could not be written down: %w", err)
	}
	return nil
}
