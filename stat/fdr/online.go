package fdr

import "math"

// gamma is the share of the level that the i-th test may spend, i from 1: it sums to
// at most 1 over all i. The sequence is that of Javanmard and Montanari 2018 (Ann.
// Stat. 46), made for tests of which few are alarms.
func gamma(i int) float64 {
	x := float64(i)
	return 0.07720838 * math.Log(max(x, 2)) / (x * math.Exp(math.Sqrt(math.Log(x))))
}

// MaxAlarms is how many alarms an online procedure remembers; older ones give no
// level back any more, which makes it stricter, never laxer.
const MaxAlarms = 256

// LORD is LORD++ (Ramdas, Yang, Wainwright and Jordan 2017): each alarm earns level
// for tests after it. The zero value is not ready: use [NewLORD]. Its fields are its
// whole state and may be stored.
type LORD struct {
	Alpha float64 `json:"alpha"` // the share of false alarms that is kept
	W0    float64 `json:"w0"`    // what may be spent before the first alarm
	T     int     `json:"t"`     // tests so far
	At    []int   `json:"at,omitempty"`
}

// NewLORD starts with half of alpha to spend.
func NewLORD(alpha float64) *LORD { return &LORD{Alpha: alpha, W0: alpha / 2} }

// Level is what the next p-value is held to.
func (l *LORD) Level() float64 {
	t := l.T + 1
	a := gamma(t) * l.W0
	for j, tau := range l.At {
		w := l.Alpha
		if j == 0 {
			w -= l.W0
		}
		a += w * gamma(t-tau)
	}
	return a
}

// Test takes the next p-value and says whether it is an alarm, and at which level.
func (l *LORD) Test(p float64) (alarm bool, level float64) {
	level = l.Level()
	l.T++
	if alarm = p <= level; alarm {
		l.At = remember(l.At, l.T)
	}
	return alarm, level
}

// remember drops the second oldest: the oldest earns another share than the others.
func remember(at []int, t int) []int {
	if len(at) >= MaxAlarms {
		at = append(at[:1], at[2:]...)
	}
	return append(at, t)
}

// ELond decides by e-values, however they depend on each other and on the past (Xu
// and Ramdas 2024, "Online multiple testing with e-values"). Use [NewELond].
type ELond struct {
	Alpha  float64 `json:"alpha"`
	T      int     `json:"t"`
	Alarms int     `json:"alarms"`
}

// NewELond keeps the share of false alarms at alpha.
func NewELond(alpha float64) *ELond { return &ELond{Alpha: alpha} }

// Test takes the next e-value and says whether it is an alarm: whether it is at least
// 1/level.
func (l *ELond) Test(e float64) (alarm bool, level float64) {
	l.T++
	level = l.Alpha * gamma(l.T) * float64(l.Alarms+1)
	if alarm = e*level >= 1; alarm {
		l.Alarms++
	}
	return alarm, level
}
