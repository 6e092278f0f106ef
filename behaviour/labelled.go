package behaviour

import (
	"slices"
	"time"

	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// Level is of the intervals of figures of performance: they are looked at again and
// again.
const Level = level

// LabelledWindow names a table of outcomes.
type LabelledWindow struct {
	Window
	Came time.Time // when they were known here; zero: with the answers
}

// Guess is an estimate of performance without labels, and what the labels said later.
type Guess struct {
	Name     string  `json:"name"`
	Value    float64 `json:"value"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Realised float64 `json:"realised"`
}

// Labelled returns the tables of outcomes of the version in use, oldest first, and how
// estimates stood against outcomes; false if there is no such model.
func (f *Fold) Labelled(key string) (windows []LabelledWindow, guesses []Guess, ok bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	m := f.instances[key]
	if m == nil {
		return nil, nil, false
	}
	if l := m.lines[""]; l != nil {
		for i, w := range windowsOf(l.Labelled) {
			windows = append(windows, LabelledWindow{w, l.Labelled[i].Came})
		}
	}
	slices.SortStableFunc(windows, func(a, b LabelledWindow) int { return a.To.Compare(b.To) })
	for _, g := range m.Guesses {
		guesses = append(guesses, Guess(g))
	}
	return windows, guesses, true
}

// Figures computes what a table of outcomes says under a plan, which may be nil; w is
// the window that it stands in. units are the patients or studies that it is worth.
// Where it says too little there is no figure.
func Figures(plan *model.Plan, w *sketch.Window, o *sketch.Outcome) (figures []model.Measured, units float64) {
	m, _ := (&scene{plan: plan}).measure(w, o)
	return m.measured, m.units
}

// Dependence is how many rows a patient or study has, and how alike they are.
func Dependence(plan *model.Plan, w *sketch.Window) (perUnit, icc float64) {
	return (&scene{plan: plan}).dependence(w)
}

// Points are the operating points of a score: those of the plan, else one half.
func Points(plan *model.Plan, score string) []model.OperatingPoint {
	return (&scene{plan: plan}).points(score)
}

// Minimum is how many patients or studies a group needs before anything is said of it.
func Minimum(plan *model.Plan, group string) int64 {
	return int64((&scene{plan: plan}).minimum(group))
}
