package behaviour

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// What moves slowly, or by little, is not found by comparing one week with the
// reference. A trend is one value of each period, such as how high the values of a
// column lie, and a detector of package stream that follows it: by default an EWMA on
// every column, with the part of the budget that is [trendShare]; others as the plan
// asks (kind: stream). Windows are added up until a period is whole, which is a season,
// so that a Sunday is no Monday here either. Nothing of a window is kept but sums.
const (
	// mostTrends bounds the columns that are followed without being asked.
	mostTrends = 500
	// mostPeriods bounds the periods that are remembered of one: a change that began
	// before them is told as begun with them.
	mostPeriods = 64
	// mostLengths bounds how many lengths of period there are of one line.
	mostLengths = 8
	// learning is of how many periods the value is learnt where no reference has it.
	learning = 4
	// learningVolume is the same of how many records come, whose spread is learnt, too.
	learningVolume = 8
)

// followed names a trend of a line: what is followed, of what, by which detector.
type followed struct {
	Of, Column, Group, Metric, Point string
	Test                             string
	Every                            time.Duration
	Limit                            float64 // 0: the default
	Indicator                        string  // of the plan; "" for the defaults
	Units                            int     // least in a period
}

// id is by what its state is found again.
func (x *followed) id() string {
	out := x.Of
	for _, s := range []string{x.Column, x.Group, x.Metric, x.Point, x.Test} {
		out += "|" + s
	}
	return out
}

// trend is what is kept of one.
type trend struct {
	Against string    `json:"against,omitempty"` // what it is held against: another begins anew
	Steps   []step    `json:"steps,omitempty"`
	Begun   time.Time `json:"begun,omitzero"` // from when on its detector looks
	Detect  detectors `json:"detect"`
	Told    *changed  `json:"told,omitempty"`
	Tables  []ref     `json:"tables,omitempty"` // of outcomes, of a period that is open
}

// step is a period that is over.
type step struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Value float64   `json:"value"`
	SE    float64   `json:"se,omitempty"` // where it is told with it
	N     float64   `json:"n"`            // effective units
}

// changed is a change that was told and is not over.
type changed struct {
	At       time.Time `json:"at"`
	Since    time.Time `json:"since"`
	Earliest time.Time `json:"earliest"`
	Latest   time.Time `json:"latest"`
	Shift    float64   `json:"shift"`
	Once     float64   `json:"once"` // years in which chance alone does this once
}

// period is what is added up of a line until it is whole.
type period struct {
	From    time.Time          `json:"from"`
	To      time.Time          `json:"to"`
	Rows    int64              `json:"rows"`
	PerUnit sketch.Moments     `json:"per_unit"`
	Windows []string           `json:"windows,omitempty"` // digests, to count their units again after a restart
	Sums    map[string]*summed `json:"sums,omitempty"`

	units *sketch.HLL // of Windows; nil where they were not counted
	of    int         // how many of Windows it counts
}

// summed is one value over a period: the mean of windows by their rows.
type summed struct {
	Rows  float64 `json:"rows"`
	Sum   float64 `json:"sum"`
	Shaky float64 `json:"shaky,omitempty"` // sum of squared errors of sketches or estimates, by squared rows
}

// trendKey names the row of a trend.
type trendKey struct{ model, part, id string }

func (k trendKey) compare(o trendKey) int {
	return cmp.Or(cmp.Compare(k.model, o.model), cmp.Compare(k.part, o.part), cmp.Compare(k.id, o.id))
}

// trendsOf are what is followed of the columns of a window: what the plan asks for, and
// every input and output besides.
func (s *scene) trendsOf(w *sketch.Window) []followed {
	var out []followed
	have := map[[3]string]bool{}
	add := func(x followed) {
		out = append(out, x)
		have[[3]string{x.Of, x.Column, x.Group}] = true
	}
	for _, ind := range s.streams() {
		x := followed{Of: ind.Of, Group: ind.Group, Metric: ind.Metric, Point: ind.Point, Test: detectorOf(ind.Of, ind.Test), Every: s.length(ind.Every), Limit: or(ind.AtMost, 0), Indicator: ind.ID, Units: ind.MinUnits}
		if !ofColumn(x.Of) {
			if s.l.Part == "" {
				add(x)
			}
			continue
		}
		for _, c := range w.Columns {
			if c.Group == ind.Group && s.follows(ind, c) && len(out) < s.f.opt.Limits.Columns {
				x.Column = c.Name
				add(x)
			}
		}
	}
	n := 0
	for _, c := range w.Columns {
		of := model.OfRank
		if !c.Type.Numeric() {
			of = model.OfShare
		}
		if c.Group != "" || c.Role == sketch.Oversight || c.Type == sketch.Time || n >= mostTrends || have[[3]string{of, c.Name, ""}] {
			continue
		}
		n++
		out = append(out, followed{Of: of, Column: c.Name, Test: detectorOf(of, ""), Every: s.length(0)})
	}
	return out
}

// streams are the indicators of the plan that are followed.
func (s *scene) streams() (out []*model.Indicator) {
	if s.plan != nil {
		for i := range s.plan.Watch {
			if ind := &s.plan.Watch[i]; ind.Kind == model.Stream && slices.Contains(model.StreamValues, ind.Of) {
				out = append(out, ind)
			}
		}
	}
	return out
}

func ofColumn(of string) bool {
	return slices.Contains([]string{model.OfRank, model.OfMean, model.OfShare, model.OfMissing, model.OfPositive}, of)
}

// follows reports whether an indicator is of a column.
func (s *scene) follows(ind *model.Indicator, c *sketch.Column) bool {
	numeric := c.Type.Numeric() && c.Type != sketch.Time
	switch {
	case c.Role == sketch.Oversight, numeric && ind.Of == model.OfShare, !numeric && (ind.Of == model.OfRank || ind.Of == model.OfMean || ind.Of == model.OfPositive):
		return false
	case ind.Column == c.Name:
		return true
	case ind.Column == "outputs":
		return c.Role == sketch.Output
	}
	return ind.Column == "*" && c.Role != sketch.Output
}

// length is that of a period: whole seasons, a day at least where nothing is said.
func (s *scene) length(every time.Duration) time.Duration {
	if every <= 0 {
		every = day
	}
	if s.ref == nil && (s.plan == nil || s.plan.Budget.Season == "") {
		return max(every, week) // nothing says that days are alike
	}
	season := s.season()
	if season == 0 {
		return every
	}
	return (every + season - 1) / season * season
}

// trends adds a window to what is followed, and looks at the periods that it makes whole.
func (s *scene) trends(x *kind.InferenceWindowV1, w *sketch.Window) error {
	list := s.trendsOf(w)
	lengths := map[time.Duration][]*followed{}
	for i := range list {
		if list[i].Of != model.OfPerformance { // when outcomes come
			lengths[list[i].Every] = append(lengths[list[i].Every], &list[i])
		}
	}
	l := s.l
	for every := range l.Periods {
		if len(lengths[every]) == 0 {
			delete(l.Periods, every) // nothing is followed so any more
		}
	}
	l.Followed = len(list)
	for _, every := range sortedBy(lengths, cmp.Compare[time.Duration])[:min(len(lengths), mostLengths)] {
		p := l.Periods[every]
		if p != nil && !x.From.Before(p.From.Add(every)) { // nothing came in between
			if err := s.whole(p, every, lengths[every]); err != nil {
				return err
			}
			p = l.Periods[every]
		}
		if p == nil {
			p = &period{From: x.From, To: x.From, Sums: map[string]*summed{}}
			if w.Units != nil {
				p.units = sketch.NewHLL()
			}
			if l.Periods == nil {
				l.Periods = map[time.Duration]*period{}
			}
			l.Periods[every] = p
		}
		if err := s.add(p, x, w, lengths[every]); err != nil {
			return err
		}
		if p.To.Sub(p.From) >= every {
			if err := s.whole(p, every, lengths[every]); err != nil {
				return err
			}
		}
	}
	return nil
}

// add takes a window into a period.
func (s *scene) add(p *period, x *kind.InferenceWindowV1, w *sketch.Window, list []*followed) error {
	if err := s.recount(p); err != nil {
		return err
	}
	if x.To.After(p.To) {
		p.To = x.To
	}
	p.Rows += w.Rows
	p.PerUnit.Merge(w.RowsPerUnit)
	if m := p.PerUnit; math.IsNaN(m.Mean+m.M2+m.M3+m.M4) || math.IsInf(m.Mean+m.M2+m.M3+m.M4, 0) {
		p.PerUnit = sketch.Moments{} // of absurd rows: it cannot be written down
	}
	if w.Units == nil {
		p.units, p.Windows = nil, nil
	} else if p.units != nil && len(p.Windows) < s.f.opt.Limits.Pending && s.digest != "" {
		p.Windows = append(p.Windows, s.digest)
		p.units.Merge(w.Units)
		p.of = len(p.Windows)
	}
	for _, f := range list {
		value, rows, shaky, ok := s.value(f, x, w)
		if !ok || !(rows > 0) || math.IsNaN(value) || math.IsNaN(shaky) {
			continue
		}
		value, rows, shaky = clamp(value, absurd), min(rows, absurd), clamp(shaky, absurd) // of hostile windows
		sum := p.Sums[f.id()]
		if sum == nil {
			sum = &summed{}
			p.Sums[f.id()] = sum
		}
		sum.Rows += rows
		sum.Sum += rows * value
		sum.Shaky += rows * rows * shaky * shaky
	}
	return nil
}

// absurd is beyond any value, count or error that a period may have.
const absurd = 1e15

func clamp(x, most float64) float64 { return min(max(x, -most), most) }

// recount counts the units of a period again, after a restart.
func (s *scene) recount(p *period) error {
	if p.of == len(p.Windows) {
		return nil
	}
	p.units, p.of = sketch.NewHLL(), len(p.Windows)
	for _, digest := range p.Windows {
		w, err := s.f.window(digest)
		if err != nil {
			if refused(err) == "" {
				return err
			}
			continue // told when it came
		}
		if w.Units != nil {
			p.units.Merge(w.Units)
		}
	}
	return nil
}

// whole looks at a period that is over, and begins the next one. One of too few units
// goes on, for another whole length.
func (s *scene) whole(p *period, every time.Duration, list []*followed) error {
	if err := s.recount(p); err != nil {
		return err
	}
	of := &sketch.Window{Rows: p.Rows, RowsPerUnit: p.PerUnit, Units: p.units}
	if s.units(of, p.Rows) < fewest && p.To.Sub(p.From) < 8*every {
		return nil
	}
	delete(s.l.Periods, every)
	for _, f := range list {
		sum := p.Sums[f.id()]
		if sum == nil || sum.Rows == 0 {
			continue
		}
		st := step{From: p.From, To: p.To, Value: sum.Sum / sum.Rows, N: s.units(of, int64(sum.Rows))}
		switch f.Of {
		case model.OfVolume: // a rate: periods differ in length
			st.Value, st.N = sum.Sum*float64(every)/float64(max(p.To.Sub(p.From), time.Hour)), sum.Sum
		case model.OfOverride:
			st.N = sum.Rows
		}
		if sum.Shaky > 0 {
			st.SE = math.Sqrt(sum.Shaky) / sum.Rows
		}
		if st.N >= float64(max(f.Units, fewest)) {
			s.step(f, st)
		}
	}
	return nil
}

// trend returns the state of one, made if needed.
func (s *scene) trend(f *followed) *trend {
	t := s.l.trends[f.id()]
	against := s.heldTo(f)
	if t == nil || t.Against != against {
		t = &trend{Against: against}
		if s.l.trends == nil {
			s.l.trends = map[string]*trend{}
		}
		s.l.trends[f.id()] = t
	}
	s.f.dirtyTrends[trendKey{s.m.Key, s.l.Part, f.id()}] = true
	return t
}

// step takes a period that is whole into a trend, and says what follows.
func (s *scene) step(f *followed, st step) {
	t := s.trend(f)
	if n := len(t.Steps); n > 0 && st.From.Before(t.Steps[n-1].From) {
		return // late: its time was judged
	}
	t.Steps = append(t.Steps, st)
	if over := len(t.Steps) - mostPeriods; over > 0 {
		keep := 0
		if s.learns(f) {
			keep = learns(f.Of) // what was learnt stays
		}
		t.Steps = append(t.Steps[:keep:keep], t.Steps[keep+over:]...)
	}
	s.judgeTrend(f, t)
}
