package pipeline

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// frame is the check.Frame of one pass. It remembers what the pass changed, so
// that a failed pass leaves nothing behind.
type frame struct {
	alive
	p       *Pipeline
	now     time.Time
	scope   wardround.Scope
	touched []stateKey
	learned []learnedKey
	wakes   []wardround.WakeRow
}

var _ check.Frame = (*frame)(nil)

func (f *frame) Now() time.Time             { return f.now }
func (f *frame) Scope() wardround.Scope     { return f.scope }
func (f *frame) Inventory() check.Inventory { return view{f.p.inv.View(), f} }

func (f *frame) Coverage(id wardround.AssetID, c wardround.Concern) check.Coverage {
	f.enter()
	defer f.leave()
	return f.p.coverage(id, c)
}

func (f *frame) State(c *check.Check, key string, fresh func() any) any {
	f.enter()
	defer f.leave()
	k := stateKey{c.ID, key}
	v, first := f.p.states.get(k, c.StateVersion, fresh)
	if first {
		f.touched = append(f.touched, k)
	}
	return v
}

func (f *frame) DropState(c *check.Check, key string) {
	f.enter()
	defer f.leave()
	k := stateKey{c.ID, key}
	if f.p.states.drop(k) {
		f.touched = append(f.touched, k)
	}
}

func (f *frame) Learn(c *check.Check, zone wardround.ZoneID, set, member string, at time.Time) check.Novelty {
	f.enter()
	defer f.leave()
	k := learnedKey{c.ID, set, member}
	n, added := f.p.learned.look(k, zone, at)
	if added {
		f.learned = append(f.learned, k)
	}
	return n
}

func (f *frame) Learned(at time.Time) time.Duration {
	f.enter()
	defer f.leave()
	return f.p.learned.lasted(at)
}

func (f *frame) WakeAt(c *check.Check, key string, t time.Time) {
	f.enter()
	defer f.leave()
	f.wakes = append(f.wakes, wardround.WakeRow{Check: c.ID, Key: key, At: t})
}

func (f *frame) Setting(c *check.Check, name string) (float64, bool) {
	f.enter()
	defer f.leave()
	return f.p.content.setting(c.ID, name)
}

// settle encodes the touched state and applies the wake-ups; a state over the
// limit fails the check.
func (f *frame) settle(c *check.Check) (cause, detail string) {
	for _, k := range f.touched {
		if err := f.p.states.encode(k, c.StateVersion); err != nil {
			return "state", err.Error()
		}
	}
	for _, w := range f.wakes {
		f.p.wakes.ask(w)
	}
	return "", ""
}

// undo takes back what a failed pass changed.
func (f *frame) undo(*check.Check) {
	for _, k := range f.touched {
		f.p.states.reset(k)
	}
	for _, k := range f.learned {
		f.p.learned.forget(k)
	}
}
