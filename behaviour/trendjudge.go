package behaviour

import (
	"cmp"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/stream"
)

// detectors is the state of the one that a trend uses.
type detectors struct {
	E     *stream.EDetector   `json:"e,omitempty"`
	CUSUM *stream.CUSUM       `json:"cusum,omitempty"`
	EWMA  *stream.EWMA        `json:"ewma,omitempty"`
	PH    *stream.PageHinkley `json:"page_hinkley,omitempty"`
	ADWIN *stream.ADWIN       `json:"adwin,omitempty"`
	KSWIN *stream.KSWIN       `json:"kswin,omitempty"`
}

// leastTrend is the size of a lasting change from which it matters, where the plan says
// nothing: about half of what one look at a week is told of.
var leastTrend = map[string]float64{
	model.OfRank:        0.03, // a tenth of a standard deviation
	model.OfMean:        0.1,  // standard deviations of the reference
	model.OfShare:       0.04, // shares, of rows, answers, decisions
	model.OfMissing:     0.025,
	model.OfPositive:    0.04,
	model.OfOverride:    0.05,
	model.OfEstimate:    0.02,
	model.OfPerformance: 0.02,
	model.OfVolume:      0.25, // of the usual volume
}

// detectorOf is the one that a value is followed by: what a plan names, else EWMA, which
// finds the most for what it costs where the reference is a sample itself, and an
// e-process where a period's value is not near to normal: rare events, and counts whose
// spread is learnt.
func detectorOf(of, test string) string {
	switch of {
	case model.OfMissing, model.OfOverride, model.OfVolume:
		return cmp.Or(test, model.EProcess)
	}
	return cmp.Or(test, model.EWMA)
}

// costs is how often a trend may tell of nothing: in a year, and once in how many of its
// periods.
func (s *scene) costs(f *followed) (inYear, periods float64) {
	alarms, _, _ := s.budget()
	tests := 0
	for _, l := range s.m.lines {
		tests += l.Followed
	}
	inYear = alarms * trendShare * float64(max(len(s.m.lines), 1)) / float64(max(tests, 1)) // of all lines
	return inYear, max(float64(year)/float64(max(f.Every, time.Hour))/inYear, 1)
}

// least is the size of a change that is told: what matters. Of an e-process it is no less
// than what the base may itself be off by, for which half of what it may cost is spent; the
// limits of the others count that in.
func (s *scene) least(f *followed, b base) float64 {
	limit := leastTrend[f.Of]
	if f.Limit > 0 {
		limit = f.Limit
	}
	if f.Of == model.OfVolume {
		limit *= b.value
	}
	if f.Test != model.EProcess {
		return limit
	}
	inYear, _ := s.costs(f)
	return max(limit, normal(1-min(inYear/4, 0.25))*b.se)
}

// judgeTrend lets the detector look at the newest period, and says what it found.
func (s *scene) judgeTrend(f *followed, t *trend) {
	b, first, ok := s.base(f, t)
	st := t.Steps[len(t.Steps)-1]
	j := check.Judgement{Topic: "trend", Item: s.trendItem(f), State: wardround.Pass, From: t.Steps[0].From, To: st.To, N: int64(st.N), Statistic: st.Value, Test: f.Test,
		Facts: wardround.Facts{"what": s.trendWhat(f), "test": f.Test, "units": int64(st.N), "periods": len(t.Steps), "to": st.To.UTC().Format(time.RFC3339)}}
	if f.Column != "" {
		j.Facts["column"] = f.Column
	}
	if f.Group != "" {
		j.Facts["group"] = f.Group
	}
	if f.Indicator != "" {
		j.Facts["indicator"] = f.Indicator
	}
	if !ok {
		if first == 0 {
			return // the reference does not tell; drift says so
		}
		j.State, j.Why, j.Needed = wardround.Unknown, "the first periods are what the others are held against", int64(first)
		j.Facts["needed"] = first
		s.say(j)
		return
	}
	least := s.least(f, b)
	j.Limit, j.Effect = least, math.Abs(st.Value-b.value)
	j.Facts["limit"], j.Facts["size"] = s.sized(f, b, least), s.sized(f, b, j.Effect)
	if t.Told == nil {
		s.detect(f, t, b, least, first)
	} else if over(f, t, b, least) {
		t.Told, t.Begun, t.Detect = nil, st.To, detectors{}
	}
	if c := t.Told; c == nil {
		s.unsure(&j, f, t, b, least, first)
	} else {
		j.State, j.Severity, j.Shift = wardround.Fail, s.trendSeverity(f), trendShift(f.Of)
		j.From, j.Effect = c.Since, math.Abs(c.Shift)
		after := t.Steps[len(t.Steps)-1:]
		for i := range t.Steps {
			if !t.Steps[i].From.Before(c.Since) {
				after = t.Steps[i:]
				break
			}
		}
		now, n := mean(after)
		j.N = int64(n)
		inYear, _ := s.costs(f)
		j.Facts["moved"], j.Facts["size"], j.Facts["units"], j.Facts["periods"] = s.trendMoved(f, b, now), s.sized(f, b, math.Abs(c.Shift)), int64(n), len(after)
		j.Facts["since"], j.Facts["earliest"], j.Facts["latest"] = c.Since.UTC().Format(time.DateOnly), c.Earliest.UTC().Format(time.DateOnly), c.Latest.UTC().Format(time.DateOnly)
		j.Facts["years"] = round(1 / inYear)
	}
	s.say(j)
}

// unsure says of a trend of which nothing was told whether that means anything: whether
// the newest periods exclude a change of twice the size that matters.
func (s *scene) unsure(j *check.Judgement, f *followed, t *trend, b base, least float64, first int) {
	newest := t.Steps[max(first, len(t.Steps)-8):]
	now, n := mean(newest)
	square := b.se * b.se
	for _, st := range newest {
		v := b.error(f, st) * st.N / n
		square += v * v
	}
	const z = 1.64
	half, off := z*math.Sqrt(square), math.Abs(now-b.value)
	j.N, j.Facts["units"] = int64(n), int64(n)
	if off+half <= 2*least {
		return
	}
	j.State, j.Why = wardround.Unknown, "it differs, and may do so by chance: more periods will tell"
	if half > least {
		j.Why = "there is not enough data yet to say"
		if rest := least*least/(z*z) - b.se*b.se; rest > 0 {
			j.Needed = int64(math.Ceil(n * (square - b.se*b.se) / rest))
			j.Facts["needed"] = j.Needed
		} else {
			j.Why = "the reference has too few patients or studies to compare with"
		}
	}
}

// error is the standard error of a period's value where nothing changed.
func (b *base) error(f *followed, st step) float64 {
	switch {
	case f.Of == model.OfVolume:
		return b.spread
	case b.share:
		return math.Hypot(shareError(b.value, st.N), st.SE)
	case b.spread > 0:
		return math.Hypot(b.spread/math.Sqrt(st.N), st.SE)
	}
	return max(st.SE, 1e-9)
}

// sizes are the changes that an e-process bets on, in times of the least that matters.
var sizes = []float64{1.5, 2.5, 5}

// detect gives the newest period to the detector; where it tells of a change, and that is
// large enough to matter, that is kept.
func (s *scene) detect(f *followed, t *trend, b base, least float64, first int) {
	st := t.Steps[len(t.Steps)-1]
	_, periods := s.costs(f)
	se := b.error(f, st)
	z := clamp((st.Value-b.value)/se, 1e6)
	if math.IsNaN(z) {
		return
	}
	off := math.Ceil(min(b.se/se, 3)*10) / 10
	length := coarse(periods)
	d := &t.Detect
	alarm := false
	switch f.Test {
	case model.CUSUM:
		slack := 0.5 + 2.2*off // a reference that is off by that is one in thirty
		if d.CUSUM == nil {
			d.CUSUM = &stream.CUSUM{}
		}
		d.CUSUM.Slack, d.CUSUM.Limit = slack, limits.of("cusum", slack, length, off, func() float64 { return stream.CUSUMLimit(slack, length, off) })
		alarm = d.CUSUM.Update(z)
	case model.EWMA:
		const lambda = 0.2
		if d.EWMA == nil {
			d.EWMA = &stream.EWMA{Lambda: lambda}
		}
		d.EWMA.Width = limits.of("ewma", lambda, length, off, func() float64 { return stream.EWMALimit(lambda, length, off) })
		alarm = d.EWMA.Update(z)
	case model.PageHinkley:
		const delta, settle = 0.25, 5
		if d.PH == nil {
			d.PH = &stream.PageHinkley{MinInstances: settle, Delta: delta, Alpha: 1}
		}
		d.PH.Threshold = limits.of("page-hinkley", delta, length, 0, func() float64 { return stream.PageHinkleyThreshold(delta, 1, settle, length) })
		alarm = d.PH.Update(z)
	case model.ADWIN:
		if d.ADWIN == nil {
			d.ADWIN = &stream.ADWIN{Clock: 1, MinWindow: 2, Grace: 5}
		}
		d.ADWIN.Delta = 1 / length
		alarm = d.ADWIN.Update(z)
	case model.KSWIN:
		if d.KSWIN == nil {
			d.KSWIN = &stream.KSWIN{Size: 30, Newest: 10, Seed: 1}
		}
		d.KSWIN.Alpha = 1 / length
		alarm = d.KSWIN.Update(z)
	default:
		if d.E == nil {
			d.E = &stream.EDetector{}
		}
		d.E.Length = 2 * periods // the other half is spent on what the base is off by
		alarm = d.E.Update(bets(b, st, se, least)...)
	}
	if !alarm {
		return
	}
	from := first
	for from < len(t.Steps)-1 && t.Steps[from].From.Before(t.Begun) {
		from++
	}
	c := since(f, b, t.Steps[from:])
	if math.Abs(c.Shift) < least {
		return // no chance, and too small to matter
	}
	c.At, c.Shift = st.To, finite(c.Shift)
	t.Told = &c
}

// bets are the e-values of a period: of a rise and of a fall, of several sizes.
func bets(b base, st step, se, least float64) (e []float64) {
	for _, size := range sizes {
		most := least * size
		if !b.share {
			e = append(e, stream.MeanE(st.Value-b.value, se, least, most), stream.MeanE(b.value-st.Value, se, least, most))
			continue
		}
		hits := min(max(st.Value, 0), 1) * st.N
		up, down := b.value+least, 1-b.value+least
		e = append(e, stream.ShareE(hits, st.N, up, min(b.value+most, (1+up)/2)), stream.ShareE(st.N-hits, st.N, down, min(1-b.value+most, (1+down)/2)))
	}
	return e
}

// since estimates when a change came, and how large it is: the beginning that makes the
// periods since then most likely, and those that are less so by a factor of seven at most
// (logarithm 2).
func since(f *followed, b base, steps []step) changed {
	best, at := math.Inf(-1), 0
	likely := make([]float64, len(steps))
	var sum, weight, shift float64
	for i := len(steps) - 1; i >= 0; i-- {
		v := b.error(f, steps[i])
		sum += (steps[i].Value - b.value) / (v * v)
		weight += 1 / (v * v)
		if likely[i] = sum * sum / weight / 2; likely[i] > best {
			best, at, shift = likely[i], i, sum/weight
		}
	}
	c := changed{Since: steps[at].From, Earliest: steps[at].From, Latest: steps[at].From, Shift: shift}
	for i := range steps {
		if likely[i] >= best-2 {
			if steps[i].From.Before(c.Earliest) {
				c.Earliest = steps[i].From
			}
			if steps[i].From.After(c.Latest) {
				c.Latest = steps[i].From
			}
		}
	}
	return c
}

// over reports whether a change that was told is over: whether what came after it lies
// nearer to what it should be than half of it, with an error to spare.
func over(f *followed, t *trend, b base, least float64) bool {
	var after []step
	for i := len(t.Steps) - 1; i >= 0 && len(after) < 4 && !t.Steps[i].From.Before(t.Told.At); i-- {
		after = append(after, t.Steps[i])
		now, n := mean(after)
		side := math.Copysign(1, t.Told.Shift)
		square := 0.0
		for _, st := range after {
			v := b.error(f, st) * st.N / n
			square += v * v
		}
		if side*(now-b.value)+1.64*math.Sqrt(square) < max(least, math.Abs(t.Told.Shift)/2) {
			return true
		}
	}
	return false
}

// mean is that of periods by their units.
func mean(steps []step) (value, n float64) {
	for _, st := range steps {
		value += st.Value * st.N
		n += st.N
	}
	return value / n, n
}

// coarse is a run length rounded up, so that few limits are computed.
func coarse(periods float64) float64 {
	return math.Exp(math.Ceil(math.Log(periods)*5) / 5)
}

// limits are those of detectors, which are functions of what they are called by.
var limits = limitCache{of0: map[string]float64{}}

type limitCache struct {
	mu  sync.Mutex
	of0 map[string]float64
}

const mostLimits = 512

func (c *limitCache) of(test string, a, length, off float64, compute func() float64) float64 {
	k := fmt.Sprint(test, " ", a, " ", length, " ", off)
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.of0[k]; ok {
		return v
	}
	if len(c.of0) >= mostLimits {
		clear(c.of0)
	}
	v := compute()
	c.of0[k] = v
	return v
}
