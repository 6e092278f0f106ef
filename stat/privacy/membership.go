package privacy

import (
	"errors"
	"math"
	"slices"

	"github.com/wardround/wardround/stat/performance"
)

// ErrFew is returned where a group is too small to say anything.
var ErrFew = errors.New("privacy: at least 50 members and 50 non-members are needed")

// minimum is the least number of people on each side.
const minimum = 50

// Attack is how well membership can be told from one signal.
type Attack struct {
	Members, Others int
	// AUC is the area under the curve of telling members, 0.5 for chance.
	AUC performance.Estimate
	// Advantage is the greatest difference of true and false hit rates, 0 to 1.
	Advantage float64
	// At are true hit rates at low rates of false hits.
	At []Rate
}

// Rate is a true hit rate at a rate of false ones.
type Rate struct {
	FPR  float64 // at most
	TPR  performance.Estimate
	Told int // members told
}

// Membership holds a signal of members against that of others: greater means
// likelier a member (a small loss is a great signal: give −loss). rates are false hit
// rates, such as 0.01 and 0.001; those that others are too few for are left out (fewer than one
// expected false hit).
func Membership(members, others []float64, level float64, rates ...float64) (*Attack, error) {
	if len(members) < minimum || len(others) < minimum {
		return nil, ErrFew
	}
	score := slices.Concat(members, others)
	label := make([]bool, len(score))
	for i := range members {
		label[i] = true
	}
	if slices.ContainsFunc(score, math.IsNaN) {
		return nil, performance.ErrNaN
	}
	auc, err := performance.AUROC(score, label, nil, level)
	if err != nil {
		return nil, err
	}
	a := &Attack{Members: len(members), Others: len(others), AUC: auc}
	in, out := slices.Clone(members), slices.Clone(others)
	slices.Sort(in)
	slices.Sort(out)
	for i, j := 0, 0; i < len(in); {
		x := in[i]
		for j < len(out) && out[j] < x {
			j++
		}
		tpr, fpr := float64(len(in)-i)/float64(len(in)), float64(len(out)-j)/float64(len(out))
		a.Advantage = max(a.Advantage, tpr-fpr)
		for i < len(in) && in[i] == x {
			i++
		}
	}
	for _, f := range rates {
		most := int(f * float64(len(out))) // false hits that are allowed
		if most < 1 || f >= 1 {
			continue
		}
		limit := out[len(out)-most-1] // above it are at most that many of the others
		at, _ := slices.BinarySearchFunc(in, limit, func(x, l float64) int {
			if x <= l {
				return -1
			}
			return 1
		})
		told := len(in) - at
		a.At = append(a.At, Rate{FPR: f, Told: told, TPR: performance.ClopperPearson(float64(told), float64(len(in)), level)})
	}
	return a, nil
}

// Loss is the signal of a probabilistic answer whose truth is known: the log
// likelihood of the truth, greater for what the model was fitted to.
func Loss(prob float64, label bool) float64 {
	if !label {
		prob = 1 - prob
	}
	return math.Log(max(prob, 1e-12))
}

// Calibrated is a signal less what a model that did not see the record says of it:
// what remains is not that the record was easy (Watson et al., ICLR 2022).
func Calibrated(signal, reference float64) float64 { return signal - reference }
