package labelfree

import (
	"math"
	"math/rand/v2"

	"github.com/wardround/wardround/stat/order"
	"github.com/wardround/wardround/stat/performance"
)

// identity leaves a score as it is, cut to 0 … 1.
type identity struct{}

func (identity) Probability(s float64) float64 { return math.Min(1, math.Max(0, s)) }

// calibrator learns how scores become probabilities: isotonic regression where
// it lowers the calibration error in ten-fold cross-validation, else the scores
// as they are. Scores outside 0 … 1 are no probabilities and always calibrated.
func calibrator(score, y, w []float64) (performance.Calibrator, bool, error) {
	if probabilities(score) && !improves(score, y, w) {
		return identity{}, false, nil
	}
	iso, err := performance.FitIsotonic(score, y, w)
	if err != nil {
		return nil, false, err
	}
	return iso, true, nil
}

func probabilities(s []float64) bool {
	for _, v := range s {
		if !(v >= 0 && v <= 1) {
			return false
		}
	}
	return true
}

// improves compares the expected calibration error (ten bins of equal mass) of
// held-out rows with and without calibration.
func improves(score, y, w []float64) bool {
	const parts = 10
	n := len(score)
	part := make([]uint8, n)
	// Cases and non-cases are dealt out apart, each in a shuffled order.
	r := rand.New(rand.NewPCG(2, 3))
	var next [2]int
	for _, i := range r.Perm(n) {
		c := int(y[i])
		part[i] = uint8(next[c] % parts)
		next[c]++
	}
	held := make([]float64, n)
	for k := range parts {
		var tx, ty, tw []float64
		for i := range n {
			if int(part[i]) != k {
				tx, ty = append(tx, score[i]), append(ty, y[i])
				if w != nil {
					tw = append(tw, w[i])
				}
			}
		}
		iso, err := performance.FitIsotonic(tx, ty, tw)
		if err != nil {
			return false
		}
		for i := range n {
			if int(part[i]) == k {
				held[i] = iso.Probability(score[i])
			}
		}
	}
	return ece(held, y, w) < ece(score, y, w)
}

// ece in ten bins of equal weight.
func ece(p, y, w []float64) float64 {
	at := func(i uint32) float64 {
		if w == nil {
			return 1
		}
		return w[i]
	}
	place := order.Positions(p)
	var total float64
	for _, i := range place {
		total += at(i)
	}
	var sum, gap, mass float64
	bin := 1.0
	for _, i := range place {
		gap += at(i) * (p[i] - y[i])
		mass += at(i)
		if mass >= bin*total/10 {
			sum += math.Abs(gap)
			gap = 0
			bin = math.Floor(mass/total*10) + 1
		}
	}
	return (sum + math.Abs(gap)) / total
}
