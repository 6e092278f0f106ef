package perturb

import (
	"errors"
	"math"
	"math/rand/v2"
)

// Walk looks for the least change of an input that turns a decision, where nothing but
// the decision is told: HopSkipJump with the Euclidean distance (Chen, Jordan,
// Wainwright, IEEE S&P 2020, algorithm 2). It begins at an input that is decided otherwise, halves
// the way back until it stands at the boundary, guesses from decisions around it how the boundary lies, steps
// along, and halves again, each time nearer, until the budget is used up.
//
// Coordinates are in units that are alike, such as spreads of a feature. What is told is
// the nearest input that was asked and turned the decision: an upper bound of how near one lies.
type Walk struct {
	// Turns asks whether an input is decided otherwise than the one it begins with; asked is
	// what was asked in its place, where not every input can be (whole numbers, say). An error
	// ends the walk.
	Turns func(x []float64) (asked []float64, turned bool, err error)
	// Budget is how many questions there are at most.
	Budget int
	// Wide is how far the first guesses go where no other input is known, in units.
	Wide float64
	Seed uint64

	from []float64
	best []float64
	near float64
	used int
	rng  *rand.Rand
}

// Turned is what a walk found.
type Turned struct {
	Found bool
	Input []float64
	// Distance is the root of the mean square of the changes, in units of a coordinate.
	Distance float64
	Asked    int
}

var errSpent = errors.New("perturb: the budget is used up")

// Run walks from an input, by way of others that are decided otherwise; without any it
// looks for one by chance, with a quarter of the budget. Error: that of [Walk.Turns].
func (w *Walk) Run(from []float64, others ...[]float64) (Turned, error) {
	w.from, w.best, w.near, w.used = from, nil, math.Inf(1), 0
	w.rng = rng(w.Seed, 1)
	err := w.run(others)
	if errors.Is(err, errSpent) {
		err = nil
	}
	t := Turned{Found: w.best != nil, Input: w.best, Asked: w.used}
	if t.Found {
		t.Distance = w.near / math.Sqrt(float64(len(from)))
	}
	return t, err
}

func (w *Walk) run(others [][]float64) error {
	d := float64(len(w.from))
	if d == 0 {
		return nil
	}
	x, err := w.begin(others)
	if err != nil || x == nil {
		return err
	}
	// From where halving ends: d^(-3/2) of the way, as in the paper, within what is of use.
	fine := min(max(math.Pow(d, -1.5), 1e-4), .01)
	if x, err = w.halve(x, fine); err != nil {
		return err
	}
	first := float64(max(4, min(100, w.Budget/12)))
	for t := 1.0; ; t++ {
		far := distance(x, w.from)
		if far == 0 {
			return nil
		}
		delta := math.Sqrt(d) * fine * far
		if t == 1 || delta < 1e-3*far {
			delta = max(delta, far*min(.1, 1/math.Sqrt(d)))
		}
		way, err := w.guess(x, delta, int(first*math.Sqrt(t)))
		if err != nil {
			return err
		}
		step, moved := far/math.Sqrt(t), false
		for range 12 {
			y := along(x, way, step)
			if ok, err := w.ask(y); err != nil {
				return err
			} else if ok {
				x, moved = y, true
				break
			}
			step /= 2
		}
		if !moved {
			continue // the next guess is made of more questions
		}
		if x, err = w.halve(x, fine); err != nil {
			return err
		}
	}
}

// begin is an input that is decided otherwise; nil if none was found.
func (w *Walk) begin(others [][]float64) ([]float64, error) {
	for _, x := range others {
		if len(x) != len(w.from) {
			continue
		}
		if ok, err := w.ask(x); err != nil || ok {
			return x, err
		}
	}
	for tries := max(1, w.Budget/4); tries > 0; tries-- {
		x := make([]float64, len(w.from))
		wide := w.Wide * (1 + 3*w.rng.Float64())
		for i := range x {
			x[i] = w.from[i] + wide*w.rng.NormFloat64()
		}
		if ok, err := w.ask(x); err != nil || ok {
			return x, err
		}
	}
	return nil, nil
}

// halve goes from x back to where it came from, until the boundary is within a share of
// the way; what it returns turns the decision.
func (w *Walk) halve(x []float64, fine float64) ([]float64, error) {
	low, high := 0.0, 1.0
	for high-low > fine {
		mid := (low + high) / 2
		y := make([]float64, len(x))
		for i := range y {
			y[i] = w.from[i] + mid*(x[i]-w.from[i])
		}
		ok, err := w.ask(y)
		switch {
		case err != nil:
			return nil, err
		case ok:
			high = mid
		default:
			low = mid
		}
	}
	y := make([]float64, len(x))
	for i := range y {
		y[i] = w.from[i] + high*(x[i]-w.from[i])
	}
	return y, nil
}

// guess estimates in which direction the other decision lies, from decisions around a
// point at the boundary (equation 16: their mean is taken off, which halves the noise).
func (w *Walk) guess(x []float64, delta float64, n int) ([]float64, error) {
	u := make([][]float64, n)
	says := make([]float64, n)
	mean := 0.0
	for b := range u {
		u[b] = make([]float64, len(x))
		norm := 0.0
		for i := range u[b] {
			u[b][i] = w.rng.NormFloat64()
			norm += u[b][i] * u[b][i]
		}
		for i := range u[b] {
			u[b][i] /= math.Sqrt(norm)
		}
		ok, err := w.ask(along(x, u[b], delta))
		if err != nil {
			return nil, err
		}
		says[b] = -1
		if ok {
			says[b] = 1
		}
		mean += says[b] / float64(n)
	}
	if math.Abs(mean) == 1 { // all say the same: there is nothing to take off
		mean = 0
	}
	way := make([]float64, len(x))
	norm := 0.0
	for b := range u {
		for i, v := range u[b] {
			way[i] += (says[b] - mean) * v
		}
	}
	for _, v := range way {
		norm += v * v
	}
	for i := range way {
		way[i] /= max(math.Sqrt(norm), 1e-300)
	}
	return way, nil
}

// ask asks once, and keeps the nearest that turned the decision.
func (w *Walk) ask(x []float64) (bool, error) {
	if w.used >= w.Budget {
		return false, errSpent
	}
	w.used++
	asked, ok, err := w.Turns(x)
	if err != nil {
		return false, err
	}
	if ok {
		if far := distance(asked, w.from); far < w.near {
			w.near, w.best = far, asked
		}
	}
	return ok, nil
}

func along(x, way []float64, step float64) []float64 {
	y := make([]float64, len(x))
	for i := range y {
		y[i] = x[i] + step*way[i]
	}
	return y
}

func distance(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(d)
}
