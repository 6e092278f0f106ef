package behaviour

import (
	"slices"
	"time"

	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// What holds while a season is not whole.
const (
	// gross is how many times the limit a change must be over, to be told before the
	// season is whole: no Sunday differs by that much.
	gross = 3
	// earlyShare is the share of the budget that such early looks spend.
	earlyShare = 0.1
	// leastSeasons is how many weeks a reference holds at least, for the week to be what
	// is compared where the plan says nothing.
	leastSeasons = 2
)

const day, week = 24 * time.Hour, 7 * 24 * time.Hour

// season is the time after which what comes is alike again, 0 for none: as the plan
// says, else a week where the reference is of at least two.
func (s *scene) season() time.Duration {
	if s.plan != nil {
		switch s.plan.Budget.Season {
		case model.SeasonNone:
			return 0
		case model.SeasonDay:
			return day
		case model.SeasonWeek:
			return week
		}
	}
	if s.ref != nil && s.ref.To.Sub(s.ref.From) >= leastSeasons*week {
		return week
	}
	return 0
}

// glance is what is held against the reference, and what of the budget it may spend.
type glance struct {
	of       *sketch.Window
	from, to time.Time
	since    time.Duration // that budget is spent for
	share    float64       // of the budget
	early    bool          // the season is not whole
	season   time.Duration // 0 for none
}

// look chooses what of the pending windows is compared: whole seasons, or, for what is
// gross, what there is.
func (s *scene) look(w *sketch.Window) (glance, error) {
	l := s.l
	from, to := l.span()
	g := glance{of: w, from: from, to: to, since: s.since(from, to), share: 1}
	season := s.season()
	if season == 0 {
		return g, nil
	}
	g.season = season
	whole := to.Sub(from) / season // in whole seasons
	if whole == 0 || !l.Judged.Before(from) && to.Sub(l.Judged) < season {
		newest := l.Pending[len(l.Pending)-1]
		g.since, g.share, g.early = max(newest.To.Sub(newest.From), 0), earlyShare, true
		return g, s.early(&g)
	}
	g.share = 1 - earlyShare
	// What is older than the whole seasons up to now would count its days twice.
	begin := to.Add(-whole * season)
	newer := slices.DeleteFunc(slices.Clone(l.Pending), func(r ref) bool { return r.From.Before(begin) })
	if len(newer) < len(l.Pending) && len(newer) > 0 {
		of, _, err := s.f.gather(newer)
		if err != nil {
			return g, err
		}
		if of != nil {
			g.of, g.from = of, begin
		}
	}
	return g, nil
}

// early narrows a glance to what was not told yet: a day that differs much from the six
// before it is not found in all seven together.
func (s *scene) early(g *glance) error {
	l := s.l
	newer := slices.DeleteFunc(slices.Clone(l.Pending), func(r ref) bool { return r.From.Before(l.Seen) })
	if len(newer) == 0 || len(newer) == len(l.Pending) {
		l.fresh, l.freshOf = nil, nil
		return nil
	}
	last := len(newer) - 1
	if l.fresh != nil && slices.Equal(l.freshOf, newer[:last]) {
		w, err := s.f.window(newer[last].Digest)
		if err != nil && refused(err) == "" {
			return err
		}
		if err == nil && l.fresh.Merge(w) != nil {
			l.fresh = nil
		}
	} else {
		l.fresh = nil
	}
	if l.fresh == nil {
		w, _, err := s.f.gather(newer)
		if err != nil {
			return err
		}
		l.fresh = w
	}
	l.freshOf = newer
	if l.fresh != nil {
		g.of, g.from = l.fresh, newer[0].From
	}
	return nil
}

// since is the time for which budget is spent.
func (s *scene) since(from, to time.Time) time.Duration {
	if s.l.Judged.IsZero() || s.l.Judged.Before(from) {
		return to.Sub(from)
	}
	return max(to.Sub(s.l.Judged), 0)
}
