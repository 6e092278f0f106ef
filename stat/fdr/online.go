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

// SAFFRON adapts to how many tests have nothing to find: p-values above Lambda cost
// nothing (Ramdas, Zrnic, Wainwright and Jordan 2018). Use [NewSAFFRON].
type SAFFRON struct {
	Alpha  float64 `json:"alpha"`
	W0     float64 `json:"w0"`
	Lambda float64 `json:"lambda"`
	T      int     `json:"t"` // tests so far
	// Candidates are those at most Lambda: since the beginning, and since each alarm.
	Candidates int   `json:"candidates"`
	Since      []int `json:"since,omitempty"` // aligned with At
	At         []int `json:"at,omitempty"`
}

// NewSAFFRON takes the values that its authors took: lambda 1/2, half of alpha first.
func NewSAFFRON(alpha float64) *SAFFRON {
	return &SAFFRON{Alpha: alpha, W0: alpha / 2, Lambda: 0.5}
}

// Level is what the next p-value is held to.
func (s *SAFFRON) Level() float64 {
	t := s.T + 1
	a := s.W0 * gamma(max(t-s.Candidates, 1))
	for j, tau := range s.At {
		w := s.Alpha
		if j == 0 {
			w -= s.W0
		}
		a += w * gamma(max(t-tau-s.Since[j], 1))
	}
	return min(s.Lambda, (1-s.Lambda)*a)
}

// Test takes the next p-value and says whether it is an alarm, and at which level.
func (s *SAFFRON) Test(p float64) (alarm bool, level float64) {
	level = s.Level()
	s.T++
	alarm = p <= level
	if p <= s.Lambda {
		s.Candidates++
		for i := range s.Since {
			s.Since[i]++
		}
	}
	if alarm {
		if len(s.At) >= MaxAlarms {
			s.Since = append(s.Since[:1], s.Since[2:]...)
		}
		s.At, s.Since = remember(s.At, s.T), append(s.Since, 0)
	}
	return alarm, level
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

// Spending gives each test a share of a budget of expected false alarms that grows
// with time. However tests depend, the expected number of false alarms in any span
// is at most the budget of that span: the levels' sum bounds it (Markov).
type Spending struct {
	PerYear float64 `json:"per_year"` // false alarms a year that are accepted
}

// Level is what each of n tests made together is held to, days days after the tests
// before them.
func (s Spending) Level(days float64, n int) float64 {
	return min(1, s.PerYear*days/365.25/float64(max(n, 1)))
}
