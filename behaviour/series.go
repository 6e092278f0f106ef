package behaviour

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Point is one judgement of a series: what a page draws over time.
type Point struct {
	From   time.Time       `json:"from,omitzero"`
	To     time.Time       `json:"to"`
	State  wardround.State `json:"state"`
	N      int64           `json:"n,omitempty"`
	Value  float64         `json:"value,omitempty"` // the statistic
	P      float64         `json:"p,omitempty"`
	Low    float64         `json:"low,omitempty"` // of p, or of the value's interval
	High   float64         `json:"high,omitempty"`
	Effect float64         `json:"effect,omitempty"`
}

// track is the newest points of a series; First is how many came before them.
type track struct {
	First  int
	Points []Point
}

// block is how many points share a row.
const block = 16

// point adds a judgement to its series. One of the same span, judged again, takes the
// place of the one before.
func (f *Fold) point(k entryKey, j *check.Judgement) {
	p := Point{From: j.From, To: j.To, State: j.State, N: j.N, Value: j.Statistic, P: j.P, Low: j.PLow, High: j.PHigh, Effect: j.Effect}
	if p.To.IsZero() {
		p.To = j.At
	}
	for _, v := range []*float64{&p.Value, &p.P, &p.Low, &p.High, &p.Effect} {
		*v = finite(*v)
	}
	t := f.series[k]
	if t == nil {
		t = &track{}
		f.series[k] = t
	}
	if n := len(t.Points); n > 0 && t.Points[n-1].To.Equal(p.To) {
		t.Points[n-1] = p
	} else {
		t.Points = append(t.Points, p)
	}
	f.dirtySeries[seriesBlock{k, (t.First + len(t.Points) - 1) / block}] = true
	for len(t.Points) > f.opt.Limits.Series {
		t.Points = t.Points[1:]
		t.First++
		if t.First%block == 0 {
			f.dirtySeries[seriesBlock{k, t.First/block - 1}] = true
		}
	}
}

// seriesBlock names a row of a series.
type seriesBlock struct {
	k entryKey
	n int
}

// part is the points of one row.
func (t *track) part(n int) []Point {
	from, to := max(n*block-t.First, 0), min((n+1)*block-t.First, len(t.Points))
	if t.First >= (n+1)*block || from >= to {
		return nil
	}
	return t.Points[from:to]
}

// failedBefore reports whether the newest judgement of a series, before the last one,
// that told failed.
func (f *Fold) failedBefore(k entryKey) bool {
	t := f.series[k]
	if t == nil {
		return false
	}
	list := t.Points
	for i := len(list) - 2; i >= 0; i-- {
		if list[i].State != wardround.Unknown {
			return list[i].State == wardround.Fail
		}
	}
	return false
}
