package stream

import "math"

// ADWIN keeps a window of the newest values that is as long as it may be: whenever
// two parts of it have means that differ by more than chance allows, the older part
// is dropped and a change is told (Bifet and Gavaldà, SDM 2007). Memory grows with the
// logarithm of the window. The zero value has river's defaults.
type ADWIN struct {
	Delta     float64 `json:"delta,omitempty"` // confidence; 0 is 0.002
	Clock     int     `json:"clock,omitempty"` // values between looks; 0 is 32
	Buckets   int     `json:"buckets,omitempty"`
	MinWindow int     `json:"min_window,omitempty"` // of a part; 0 is 5
	Grace     int     `json:"grace,omitempty"`      // values before the first look; 0 is 10

	Rows     [][]Bucket `json:"rows,omitempty"` // row i holds buckets of 2^i values, oldest first
	Tick     int64      `json:"tick,omitempty"`
	Width    int64      `json:"width,omitempty"`
	Total    float64    `json:"total,omitempty"`
	Variance float64    `json:"variance,omitempty"` // sum of squares about the mean
}

// Bucket is 2^i values of the window.
type Bucket struct {
	Total    float64 `json:"t"`
	Variance float64 `json:"v"` // sum of squares about their mean
}

func (a *ADWIN) fill() {
	if a.Delta == 0 {
		a.Delta = 0.002
	}
	if a.Clock == 0 {
		a.Clock = 32
	}
	if a.Buckets == 0 {
		a.Buckets = 5
	}
	if a.MinWindow == 0 {
		a.MinWindow = 5
	}
	if a.Grace == 0 {
		a.Grace = 10
	}
}

// Mean is that of the window.
func (a *ADWIN) Mean() float64 {
	if a.Width == 0 {
		return 0
	}
	return a.Total / float64(a.Width)
}

// Update takes a value and says whether a change was found. Values that are not
// finite are ignored.
func (a *ADWIN) Update(x float64) bool {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return false
	}
	a.fill()
	a.insert(x)
	a.Tick++
	if a.Tick%int64(a.Clock) != 0 || a.Width <= int64(a.Grace) {
		return false
	}
	changed := false
	for a.cut() {
		changed = true
	}
	return changed
}

func (a *ADWIN) insert(x float64) {
	a.Width++
	if n := float64(a.Width); a.Width > 1 {
		d := x - a.Total/(n-1)
		a.Variance += (n - 1) * d * d / n
	}
	a.Total += x
	if len(a.Rows) == 0 {
		a.Rows = [][]Bucket{nil}
	}
	a.Rows[0] = append(a.Rows[0], Bucket{Total: x})
	for i := 0; i < len(a.Rows) && len(a.Rows[i]) > a.Buckets; i++ {
		if i+1 == len(a.Rows) {
			a.Rows = append(a.Rows, nil)
		}
		x, y := a.Rows[i][0], a.Rows[i][1]
		n := math.Ldexp(1, i)
		d := x.Total/n - y.Total/n
		a.Rows[i+1] = append(a.Rows[i+1], Bucket{x.Total + y.Total, x.Variance + y.Variance + n*n*d*d/(n+n)})
		a.Rows[i] = append(a.Rows[i][:0], a.Rows[i][2:]...)
	}
}

// cut looks for a place where the window falls apart, from the oldest value on, and
// drops the oldest bucket if there is one.
func (a *ADWIN) cut() bool {
	var n0, u0 float64
	n1, u1 := float64(a.Width), a.Total
	spread := a.Variance / float64(a.Width)
	log := math.Log(2 * math.Log(float64(a.Width)) / a.Delta)
	least := float64(a.MinWindow)
	for i := len(a.Rows) - 1; i >= 0; i-- {
		n := math.Ldexp(1, i)
		for k, b := range a.Rows[i] {
			if i == 0 && k == len(a.Rows[i])-1 {
				return false
			}
			n0, n1, u0, u1 = n0+n, n1-n, u0+b.Total, u1-b.Total
			if n0 < least || n1 < least {
				continue
			}
			m := 1/(n0-least+1) + 1/(n1-least+1)
			if math.Abs(u0/n0-u1/n1) > math.Sqrt(2*m*spread*log)+2.0/3*log*m {
				return a.drop()
			}
		}
	}
	return false
}

// drop removes the oldest bucket.
func (a *ADWIN) drop() bool {
	for len(a.Rows) > 1 && len(a.Rows[len(a.Rows)-1]) == 0 {
		a.Rows = a.Rows[:len(a.Rows)-1]
	}
	i := len(a.Rows) - 1
	b, n := a.Rows[i][0], math.Ldexp(1, i)
	a.Rows[i] = append(a.Rows[i][:0], a.Rows[i][1:]...)
	a.Width -= int64(n)
	a.Total -= b.Total
	if w := float64(a.Width); w > 0 {
		d := b.Total/n - a.Total/w
		a.Variance -= b.Variance + n*w*d*d/(n+w)
	}
	return a.Width > 0
}
