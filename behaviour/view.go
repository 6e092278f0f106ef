package behaviour

import (
	"iter"
	"slices"
	"time"

	"github.com/wardround/wardround/check"
)

// View is what checks may ask, until the batch is committed.
func (f *Fold) View() check.Models { return view{f} }

type view struct{ f *Fold }

var _ check.Models = view{}

func (v view) Touched() check.TouchedModels { return v.f.touched }

func (v view) Due() time.Time { return v.f.due }

func (v view) Judgements(topic string, after check.JudgementKey) iter.Seq[*check.Judgement] {
	return slices.Values(v.f.judgements(topic, after))
}

func (f *Fold) judgements(topic string, after check.JudgementKey) []*check.Judgement {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var out []*check.Judgement
	for k, e := range f.current {
		if k.topic != topic {
			continue
		}
		if j, ok := f.judgement(e); ok && j.Key().Compare(after) > 0 {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b *check.Judgement) int { return a.Key().Compare(b.Key()) })
	return out
}
