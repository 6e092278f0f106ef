// Package perturb makes inputs a little worse than they should be, as they get in
// practice: what a model says then should not differ much.
//
//	Image    noise, blur, contrast, brightness, compression (JPEG), a step of resolution, rotation
//	Series   baseline wander, powerline, muscle noise, dropout, scale: of an ECG or another trace
//	Row      missing values, unit slips, rounding, noise: of a table
//
// Each has five severities, 1 to 5, of which 1 is seen every day and 5 is at the end of what
// a person would still send (after Hendrycks and Dietterich, ICLR 2019). Everything is
// pure: the same input, kind, severity and seed give the same output on every machine.
package perturb

import "math/rand/v2"

// Severities is how many there are of each kind.
const Severities = 5

// rng returns the chance of one input under one perturbation.
func rng(seed uint64, severity int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(severity)*0x9e3779b97f4a7c15+1))
}

// at returns the amount of a severity, cut to 1 … Severities.
func at(severity int, amounts [Severities]float64) float64 {
	return amounts[min(max(severity, 1), Severities)-1]
}
