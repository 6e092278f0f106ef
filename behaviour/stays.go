package behaviour

import (
	"time"

	"github.com/wardround/wardround/stat/sketch"
)

// A patient who stays is in the windows of many days. Those of a week together say how
// many days one is there on average, and not whether all stay alike or few stay long, in
// whose rows most of the week lies then. That is what the effective number of units
// depends on; it is counted from the days' units.

// mostDays bounds the spans that units are counted in, of a day or more each.
const mostDays = 28

// stays is how many times as long the stay is that the average row lies in as that of the
// average unit: 1 where all come as often as each other. refs are windows that were or are
// to be merged.
func (f *Fold) stays(refs []ref) (float64, error) {
	if len(refs) < 2 {
		return 1, nil
	}
	first, last := spanOf(refs)
	span := max((last.Sub(first)/mostDays + day - 1).Truncate(day), day)
	var days []*sketch.HLL
	byDay := map[time.Duration]*sketch.HLL{}
	for _, r := range refs {
		w, err := f.window(r.Digest)
		if err != nil {
			if refused(err) == "" {
				return 1, err
			}
			continue
		}
		if w.Units == nil {
			return 1, nil
		}
		of := r.From.Sub(first) / span
		if byDay[of] == nil {
			byDay[of] = sketch.NewHLL()
			days = append(days, byDay[of])
		}
		byDay[of].Merge(w.Units)
	}
	return longer(days), nil
}

// longer is the mean number of days of a unit, weighted by itself, over the plain mean.
func longer(days []*sketch.HLL) float64 {
	all := sketch.NewHLL()
	n := make([]float64, len(days))
	var sum, pairs float64
	for i, d := range days {
		all.Merge(d)
		n[i] = float64(d.Estimate())
		sum += n[i]
		for k, e := range days[:i] {
			both := d.Clone()
			both.Merge(e)
			pairs += n[i] + n[k] - float64(both.Estimate())
		}
	}
	if !(sum > 0) {
		return 1
	}
	return min(max((sum+2*pairs)/sum*float64(all.Estimate())/sum, 1), mostDays)
}

// measureStays notes how long patients stay who are in the windows that wait.
func (s *scene) measureStays() error {
	l := s.l
	if n := len(l.Pending); n > 1 && l.Pending[n-1].From.Truncate(day).Equal(l.Pending[n-2].From.Truncate(day)) && l.Stays > 0 {
		return nil // once a day will do
	}
	if l.Pending[0].Units <= 0 {
		return nil
	}
	was := l.Stays
	now, err := s.f.stays(l.Pending)
	if from, to := l.span(); was > 1 && to.Sub(from) < week {
		now = max(now, was) // too short to show it
	}
	l.Stays = now
	return err
}

// again is how many times more a unit counts of windows that have it in several parts.
func (s *scene) again(w *sketch.Window) float64 {
	if s.l == nil || s.l.Stays <= 1 || w.Units == nil || float64(w.RowsPerUnit.N) < 1.02*float64(w.Units.Estimate()) {
		return 1
	}
	return s.l.Stays
}
