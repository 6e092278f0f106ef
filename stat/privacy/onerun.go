package privacy

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// ErrGuesses is returned for counts that cannot be.
var ErrGuesses = errors.New("privacy: guesses must be 0 ≤ right ≤ made ≤ records, 0 ≤ δ < 1, 0 < confidence < 1")

// OneRun is the result of a one-run audit.
type OneRun struct {
	Records int // put in or left out by the toss of a coin
	Made    int // guesses that the attacker made; it may abstain
	Right   int
	Delta   float64
	// Epsilon is the lower bound that holds with the confidence; 0 shows nothing.
	Epsilon    float64
	Confidence float64
}

// Audit gives the greatest ε that an (ε, δ)-differentially private training would give
// so many right guesses with a probability of at most 1 − confidence (theorem 5.2 and
// its search, from the paper's appendix D).
func Audit(records, made, right int, delta, confidence float64) (OneRun, error) {
	r := OneRun{Records: records, Made: made, Right: right, Delta: delta, Confidence: confidence}
	if right < 0 || right > made || made > records || records > 10_000_000 || !(delta >= 0 && delta < 1) || !(confidence > 0 && confidence < 1) {
		return r, ErrGuesses
	}
	if made == 0 {
		return r, nil
	}
	limit := 1 - confidence
	if chance(r, 0) >= limit {
		return r, nil
	}
	lo, hi := 0.0, 1.0
	for hi < 64 && chance(r, hi) < limit {
		lo, hi = hi, 2*hi
	}
	for range 60 {
		mid := (lo + hi) / 2
		if chance(r, mid) < limit {
			lo = mid
		} else {
			hi = mid
		}
	}
	r.Epsilon = lo
	return r, nil
}

// chance is how probable so many right guesses are at most under (ε, δ).
func chance(r OneRun, eps float64) float64 {
	q := 1 / (1 + math.Exp(-eps))
	if q == 1 {
		return 1
	}
	b := distuv.Binomial{N: float64(r.Made), P: q}
	beta := 1.0
	if r.Right > 0 { // P(X ≥ right), from the incomplete beta function
		beta = distuv.Beta{Alpha: float64(r.Right), Beta: float64(r.Made - r.Right + 1)}.CDF(q)
	}
	if r.Delta == 0 {
		return min(1, beta)
	}
	var sum, alpha float64
	for i := 1; i <= r.Right; i++ {
		sum += b.Prob(float64(r.Right - i))
		if a := sum / float64(i); a > alpha {
			alpha = a
		}
	}
	return min(1, beta+alpha*r.Delta*2*float64(r.Records))
}
