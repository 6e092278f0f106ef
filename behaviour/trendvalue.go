package behaviour

import (
	"math"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// base is what the periods of a trend are held against.
type base struct {
	value  float64 // what it should be
	se     float64 // by how much that may be off
	spread float64 // standard deviation of one unit; 0: each period tells its own error
	share  bool    // a share of units
}

// value is what a window says of a trend: the value, of how many rows it is, and by how
// much it may be off for other reasons than their number.
func (s *scene) value(f *followed, x *kind.InferenceWindowV1, w *sketch.Window) (value, rows, shaky float64, ok bool) {
	switch f.Of {
	case model.OfVolume:
		return 1, float64(w.Rows), 0, w.Rows > 0
	case model.OfOverride:
		if o := x.Oversight; o != nil && o.Accepted+o.Overridden > 0 {
			n := float64(o.Accepted + o.Overridden)
			return float64(o.Overridden) / n, n, 0, true
		}
		return 0, 0, 0, false
	case model.OfEstimate:
		for _, e := range s.estimated(x, w) {
			if modelcard.MetricOf(e.Name).Name == modelcard.MetricOf(f.Metric).Name && e.Group == f.Group && e.Point == f.Point && e.N > 0 {
				return e.Value, float64(e.N), (e.High - e.Low) / 2 / performance.Z(e.Level), true
			}
		}
		return 0, 0, 0, false
	}
	c := w.Column(f.Column, f.Group)
	if c == nil {
		return 0, 0, 0, false
	}
	if f.Of == model.OfMissing {
		return c.MissingShare(), float64(c.Rows()), 0, c.Rows() > 0
	}
	ref := s.refColumn(f)
	if ref == nil || c.N == 0 || ref.N == 0 || ref.Type != c.Type {
		return 0, 0, 0, false
	}
	rows = float64(c.N)
	switch f.Of {
	case model.OfRank:
		v, off, _, err := twosample.Above(c.Ranks, ref.Ranks)
		return v, rows, off / errorsOfSketch, err == nil
	case model.OfMean:
		sd := ref.Moments.SD()
		return (c.Moments.Mean - ref.Moments.Mean) / sd, rows, 0, sd > 0
	case model.OfShare:
		top := ref.Top.Top(1)
		if len(top) == 0 {
			return 0, 0, 0, false
		}
		lo, mid, hi := c.Top.Count(top[0].Text)
		return float64(mid) / rows, rows, float64(hi-lo) / rows / 4, true
	case model.OfPositive:
		lo, mid, hi := c.Ranks.Below(s.threshold(f))
		return 1 - mid, rows, (hi - lo) / 2 / errorsOfSketch, true
	}
	return 0, 0, 0, false
}

// errorsOfSketch is how many standard errors the bound of a sketch's error is.
const errorsOfSketch = 2.8

// refColumn is the column of the reference that a trend is held against.
func (s *scene) refColumn(f *followed) *sketch.Column {
	if s.ref == nil {
		return nil
	}
	c := s.ref.Column(f.Column, f.Group)
	if c == nil && strings.HasPrefix(f.Group, sourceGroup) {
		c = s.ref.Column(f.Column, "")
	}
	return c
}

// threshold is the operating point of an output, one half where it has none.
func (s *scene) threshold(f *followed) float64 {
	points := s.points(f.Column)
	for _, p := range points {
		if p.Name == f.Point {
			return p.Threshold
		}
	}
	return points[0].Threshold
}

// learns reports whether what a trend is held against is learnt of its first periods.
func (s *scene) learns(f *followed) bool {
	switch f.Of {
	case model.OfVolume, model.OfOverride:
		return true
	case model.OfEstimate, model.OfPerformance:
		_, ok := s.promisedAt(f)
		return !ok
	case model.OfMissing:
		return s.refColumn(f) == nil
	}
	return false
}

func learns(of string) int {
	if of == model.OfVolume {
		return learningVolume
	}
	return learning
}

// heldTo names what a trend is held against.
func (s *scene) heldTo(f *followed) string {
	out := s.m.Version
	if !s.learns(f) {
		if d := s.f.inForce(s.m, "reference", s.l.Part); d != nil {
			out += " " + d.Digest
			if len(d.Windows) > 0 {
				out += d.Windows[0] + d.Windows[len(d.Windows)-1]
			}
		}
	}
	return out
}

// base is what the periods are held against; false while it is being learnt, or where
// nothing tells it.
func (s *scene) base(f *followed, t *trend) (b base, first int, ok bool) {
	if s.learns(f) {
		n := learns(f.Of)
		if len(t.Steps) <= n {
			return b, n, false
		}
		return learnt(f.Of, t.Steps[:n]), n, true
	}
	if f.Of == model.OfEstimate || f.Of == model.OfPerformance {
		b, ok = s.promisedAt(f)
		return b, 0, ok
	}
	ref := s.refColumn(f)
	if ref == nil {
		return b, 0, false
	}
	n := s.units(s.ref, ref.N)
	switch f.Of {
	case model.OfRank:
		_, off, _, err := twosample.Above(ref.Ranks, ref.Ranks)
		b = base{value: 0.5, spread: math.Sqrt(1. / 12), se: math.Hypot(math.Sqrt(1./12/n), off/errorsOfSketch)}
		return b, 0, err == nil && n >= fewest
	case model.OfMean:
		return base{spread: 1, se: 1 / math.Sqrt(n)}, 0, n >= fewest
	case model.OfMissing:
		n = s.units(s.ref, ref.Rows())
		b.value = ref.MissingShare()
	case model.OfShare:
		top := ref.Top.Top(1)
		if len(top) == 0 {
			return b, 0, false
		}
		b.value = float64(top[0].Mid) / float64(ref.N)
	case model.OfPositive:
		_, mid, _ := ref.Ranks.Below(s.threshold(f))
		b.value = 1 - mid
	}
	b.share = true
	b.se = shareError(b.value, n)
	return b, 0, n >= fewest
}

// shareError is the standard error of a share of n: of none and of all as well
// (Agresti and Coull).
func shareError(share, n float64) float64 {
	p := (share*n + 2) / (n + 4)
	return math.Sqrt(p * (1 - p) / (n + 4))
}

// learnt is what first periods say of those to come.
func learnt(of string, steps []step) base {
	var n, sum, shaky float64
	for _, st := range steps {
		w := st.N
		if of == model.OfVolume {
			w = 1
		}
		n += w
		sum += w * st.Value
		shaky += w * w * st.SE * st.SE
	}
	b := base{value: sum / n}
	switch of {
	case model.OfVolume:
		var square float64
		for _, st := range steps {
			square += (st.Value - b.value) * (st.Value - b.value)
		}
		// Of eight values the spread is told badly: half as large again, it is so with nine
		// of ten. It is no less than that of independent records.
		sd := max(1.5*math.Sqrt(square/(n-1)), math.Sqrt(b.value))
		b.spread, b.se = sd, sd/math.Sqrt(n)
	case model.OfEstimate, model.OfPerformance:
		b.se = math.Sqrt(shaky) / n
	default:
		b.share, b.se = true, shareError(b.value, n)
	}
	return b
}

// promisedAt is a metric as it was at the reference; false where no outcomes tell it.
func (s *scene) promisedAt(f *followed) (base, bool) {
	if s.ref == nil {
		return base{}, false
	}
	for _, o := range s.ref.Outcomes {
		if o.Group != f.Group {
			continue
		}
		if m, ok := s.measure(s.ref, o); ok {
			if x := metricIn(&m, f); x != nil {
				return base{value: x.Value, se: (x.High - x.Low) / 2 / performance.Z(level)}, true
			}
		}
		break
	}
	return base{}, false
}

// metricIn is the measure that a trend follows.
func metricIn(o *outcome, f *followed) *model.Measured {
	name := modelcard.MetricOf(f.Metric).Name
	at := slices.IndexFunc(o.measured, func(m model.Measured) bool {
		return (m.Metric == name || m.Metric == f.Metric) && (f.Point == "" || m.Point == f.Point)
	})
	if at < 0 {
		return nil
	}
	return &o.measured[at]
}

// trendsOfOutcomes adds outcomes that came to the trends of performance, and looks at
// those of which there are enough.
func (s *scene) trendsOfOutcomes(newest ref) error {
	for _, ind := range s.streams() {
		if ind.Of != model.OfPerformance || s.l.Part != "" {
			continue
		}
		f := &followed{Of: ind.Of, Group: ind.Group, Metric: ind.Metric, Point: ind.Point, Test: detectorOf(ind.Of, ind.Test), Every: s.length(ind.Every), Limit: or(ind.AtMost, 0), Indicator: ind.ID, Units: ind.MinUnits}
		t := s.trend(f)
		t.Tables, _ = push(t.Tables, newest, s.f.opt.Limits.Recent)
		from, to := spanOf(t.Tables)
		if to.Sub(from) < f.Every {
			continue
		}
		w, _, err := s.f.gatherOutcomes(t.Tables)
		if err != nil {
			return err
		}
		if w == nil {
			continue
		}
		for _, o := range w.Outcomes {
			if o.Group != f.Group {
				continue
			}
			m, ok := s.measure(w, o)
			x := metricIn(&m, f)
			if !ok || x == nil || m.units < float64(max(f.Units, fewest)) {
				break // more tables will tell
			}
			t.Tables = nil
			s.step(f, step{From: from, To: to, Value: x.Value, SE: (x.High - x.Low) / 2 / performance.Z(level), N: m.units})
			break
		}
	}
	return nil
}
