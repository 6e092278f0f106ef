package stream

import (
	"math"
)

// PageHinkley compares values with their running mean, forgetting slowly (Page 1954,
// with the forgetting factor that river uses). Its scale is that of the values. The
// zero value has river's defaults and looks both ways.
type PageHinkley struct {
	MinInstances int     `json:"min_instances,omitempty"` // values before the first look; 0 is 30
	Delta        float64 `json:"delta,omitempty"`         // a change that does not matter; 0 is 0.005
	Threshold    float64 `json:"threshold,omitempty"`     // 0 is 50
	Alpha        float64 `json:"alpha,omitempty"`         // forgetting; 0 is 0.9999

	N    int64   `json:"n,omitempty"`
	Mean float64 `json:"mean,omitempty"`
	Up   float64 `json:"up,omitempty"`
	Down float64 `json:"down,omitempty"`
	Low  float64 `json:"low,omitempty"` // least of Up, greatest of Down
	High float64 `json:"high,omitempty"`
}

// Update takes a value and says whether a change was found; it then starts anew.
func (p *PageHinkley) Update(x float64) bool {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return false
	}
	if p.MinInstances == 0 {
		p.MinInstances = 30
	}
	if p.Delta == 0 {
		p.Delta = 0.005
	}
	if p.Threshold == 0 {
		p.Threshold = 50
	}
	if p.Alpha == 0 {
		p.Alpha = 0.9999
	}
	first := p.N == 0
	p.N++
	p.Mean += (x - p.Mean) / float64(p.N)
	d := x - p.Mean
	p.Up = p.Alpha*p.Up + d - p.Delta
	p.Down = p.Alpha*p.Down + d + p.Delta
	if first {
		p.Low, p.High = math.Inf(1), -1
	}
	p.Low, p.High = min(p.Low, p.Up), max(p.High, p.Down)
	if p.N < int64(p.MinInstances) || p.Up-p.Low <= p.Threshold && p.High-p.Down <= p.Threshold {
		return false
	}
	*p = PageHinkley{MinInstances: p.MinInstances, Delta: p.Delta, Threshold: p.Threshold, Alpha: p.Alpha}
	return true
}

// CUSUM sums how far standardised values lie beyond Slack, in each direction, and
// tells a change when a sum passes Limit (Page 1954). Values are (x − mean)/sd of the
// reference.
type CUSUM struct {
	Slack float64 `json:"slack"` // half the shift to find, in standard deviations
	Limit float64 `json:"limit"` // see [CUSUMLimit]
	Up    float64 `json:"up,omitempty"`
	Down  float64 `json:"down,omitempty"`
}

// Update takes a standardised value and says whether a sum passed the limit; it then
// starts anew.
func (c *CUSUM) Update(z float64) bool {
	if math.IsNaN(z) || math.IsInf(z, 0) {
		return false
	}
	c.Up = max(0, c.Up+z-c.Slack)
	c.Down = max(0, c.Down-z-c.Slack)
	if c.Up <= c.Limit && c.Down <= c.Limit {
		return false
	}
	c.Up, c.Down = 0, 0
	return true
}

// EWMA follows standardised values with an exponentially weighted mean, and tells a
// change when it leaves the band of Width standard deviations that it has at that
// moment (Roberts 1959; the band of the beginning is narrower).
type EWMA struct {
	Lambda float64 `json:"lambda"` // weight of the newest value, 0 to 1
	Width  float64 `json:"width"`  // see [EWMALimit]
	N      int64   `json:"n,omitempty"`
	Mean   float64 `json:"mean,omitempty"`
}

// Update takes a standardised value and says whether the mean left the band; it then
// starts anew.
func (e *EWMA) Update(z float64) bool {
	if math.IsNaN(z) || math.IsInf(z, 0) {
		return false
	}
	e.N++
	e.Mean += e.Lambda * (z - e.Mean)
	v := e.Lambda / (2 - e.Lambda) * (1 - math.Pow(1-e.Lambda, 2*float64(e.N)))
	if math.Abs(e.Mean) <= e.Width*math.Sqrt(v) {
		return false
	}
	e.N, e.Mean = 0, 0
	return true
}
