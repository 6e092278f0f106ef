package board

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// learning is what the pipeline keeps of its time of learning.
type learning struct {
	Start time.Time `json:"start"`
	Done  bool      `json:"done"`
}

// ownState is the name under which the pipeline keeps state of its own.
const ownState = "pipeline"

// Pause is a check that rests because it failed.
type Pause struct {
	Until         time.Time
	Cause, Detail string
}

// keep takes in what the pipeline keeps of itself.
func (b *Board) keep(s wardround.StateRow) {
	switch name, failed := strings.CutPrefix(s.Key, "failed/"); {
	case s.Key == "learning":
		b.learning = learning{}
		_ = json.Unmarshal(s.Data, &b.learning) // ours; nothing said is nothing known
	case failed && s.Data == nil:
		delete(b.paused, name)
	case failed:
		var f struct {
			Until  time.Time `json:"paused_until"`
			Cause  string    `json:"cause"`
			Detail string    `json:"detail"`
		}
		if json.Unmarshal(s.Data, &f) == nil {
			b.paused[name] = Pause{f.Until, f.Cause, f.Detail}
		}
	}
}

// Paused returns the newest failure of a check that is not over.
func (b *Board) Paused(check string) (Pause, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	p, ok := b.paused[check]
	if !ok || !p.Until.After(b.at) {
		return Pause{}, false
	}
	return p, true
}

// LearningUntil returns when novelty checks will have learned, zero if they have.
func (b *Board) LearningUntil() time.Time {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.learning.Done || b.learning.Start.IsZero() || b.opt.Learn == 0 {
		return time.Time{}
	}
	return b.learning.Start.Add(b.opt.Learn)
}

// Tally returns what one check said so far.
func (b *Board) Tally(check string) CheckTally {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if x := b.infos[check]; x != nil {
		return x.tally
	}
	return CheckTally{}
}
