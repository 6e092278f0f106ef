package stream

import "math"

// EDetector multiplies e-values, each of which has a mean of at most 1 while nothing
// has changed, whatever came before, and tells a change when one of the products that
// began at each moment is large in sum: the Shiryaev–Roberts e-detector. Without a
// change it takes at least Length values on average until a false alarm, by
// construction and at any time one looks (Shin, Ramdas and Rinaldo 2023, "E-detectors").
type EDetector struct {
	Length float64 `json:"length"` // least average run length that is kept
	Sum    float64 `json:"sum,omitempty"`
}

// Update takes an e-value and says whether a change is told; it then starts anew.
func (d *EDetector) Update(e float64) bool {
	if math.IsNaN(e) || e < 0 {
		return false
	}
	d.Sum = (d.Sum + 1) * e
	if d.Sum < d.Length {
		return false
	}
	d.Sum = 0
	return true
}

// EProcess is the plain product: the chance that it ever passes 1/α while nothing has
// changed is at most α (Ville's inequality), however long one looks.
type EProcess struct {
	Log float64 `json:"log"` // natural logarithm of the product
	Top float64 `json:"top"` // greatest so far
}

// Update takes an e-value and returns the anytime-valid p-value so far.
func (p *EProcess) Update(e float64) float64 {
	if !math.IsNaN(e) && e >= 0 {
		p.Log += math.Log(e)
		p.Top = max(p.Top, p.Log)
	}
	return min(1, math.Exp(-p.Top))
}

// EValue turns a p-value into an e-value: the mixture over all κ of κ·p^(κ−1), whose
// mean under no change is 1 (Vovk and Wang, Ann. Stat. 2021). It is 1/2 at p = 1.
func EValue(p float64) float64 {
	switch {
	case math.IsNaN(p):
		return 1
	case p <= 0:
		return math.Inf(1)
	case p >= 1-1e-4: // the formula cancels here; its series about 1
		q := 1 - min(p, 1)
		return 0.5 + q/6
	}
	l := math.Log(p)
	return (1 - p + p*l) / (p * l * l)
}

// Jumper bets on ranks of values in their reference, uniform on 0 to 1 while nothing
// has changed: against too many low ones, against too many high ones, or not at all,
// and lets a little of its money move between the three after each bet (the "simple
// jumper" of Vovk, Petej, Nouretdinov, Ahlberg, Carlsson and Gammerman 2021). Its e-values are
// for an [EDetector] or an [EProcess].
type Jumper struct {
	Jump  float64    `json:"jump"` // share that moves; 0 is 0.01
	Money [3]float64 `json:"money"`
}

// E takes a rank and returns the e-value of this step: by how much the money grew.
func (j *Jumper) E(rank float64) float64 {
	if math.IsNaN(rank) {
		return 1
	}
	jump := j.Jump
	if jump == 0 {
		jump = 0.01
	}
	total := j.Money[0] + j.Money[1] + j.Money[2]
	if total <= 0 {
		j.Money, total = [3]float64{1. / 3, 1. / 3, 1. / 3}, 1
	}
	var next float64
	x := min(max(rank, 0), 1) - 0.5
	for i, side := range [3]float64{-1, 0, 1} {
		m := (1-jump)*j.Money[i]/total + jump/3
		j.Money[i] = m * (1 + side*x)
		next += j.Money[i]
	}
	return next
}
