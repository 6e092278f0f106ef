package twosample

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Permutation bounds and seeds a permutation test.
type Permutation struct {
	Rounds int    // 1…100,000; zero is 999, which can't give a p below 0.001
	Seed   uint64 // the same seed gives the same p
	// UnitA and UnitB name each row's unit: units are then dealt as a whole, which keeps the level whatever their rows share.
	UnitA, UnitB []string
}

// Permute gives a p to any distance: how often does a random split of the pooled values into samples of the same sizes give a
// statistic at least as large? p = (1 + those) / (1 + rounds) (Phipson & Smyth 2010), so it is never zero.
// distance must not keep or change its arguments.
func Permute(ctx context.Context, a, b []float64, o Permutation, distance func(a, b []float64) (Result, error)) (Result, error) {
	if o.Rounds == 0 {
		o.Rounds = 999
	}
	if o.Rounds < 1 || o.Rounds > 100_000 {
		return Result{}, fmt.Errorf("%d rounds: between 1 and 100,000", o.Rounds)
	}
	seen, err := distance(a, b)
	if err != nil {
		return Result{}, err
	}
	deal, err := dealer(a, b, o)
	if err != nil {
		return Result{}, err
	}
	r := rand.New(rand.NewPCG(o.Seed, 0xd1b54a32d192ed03))
	hits := 0
	for range o.Rounds {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		x, y := deal(r)
		d, err := distance(x, y)
		if err != nil {
			if errors.Is(err, ErrConstant) || errors.Is(err, ErrSmall) {
				continue // a split that has no statistic is no evidence of a larger one
			}
			return Result{}, err
		}
		if d.Statistic >= seen.Statistic*(1-1e-12) {
			hits++
		}
	}
	seen.P = (1 + float64(hits)) / (1 + float64(o.Rounds))
	seen.PLow, seen.PHigh = wilson(float64(hits), float64(o.Rounds), 3.2905)
	seen.PLow, seen.PHigh = math.Min(seen.PLow, seen.P), math.Max(seen.PHigh, seen.P)
	seen.Method = "permutation"
	return seen, nil
}

// dealer returns a function that splits the pool anew; its slices are good until the next call.
func dealer(a, b []float64, o Permutation) (func(*rand.Rand) (x, y []float64), error) {
	pool := append(append(make([]float64, 0, len(a)+len(b)), a...), b...)
	if o.UnitA == nil && o.UnitB == nil {
		return func(r *rand.Rand) (x, y []float64) {
			for i := range len(a) {
				j := i + r.IntN(len(pool)-i)
				pool[i], pool[j] = pool[j], pool[i]
			}
			return pool[:len(a)], pool[len(a):]
		}, nil
	}
	if len(o.UnitA) != len(a) || len(o.UnitB) != len(b) {
		return nil, fmt.Errorf("%d and %d values, %d and %d units", len(a), len(b), len(o.UnitA), len(o.UnitB))
	}
	// A unit seen on both sides (a patient who came back) counts once on each: it is dealt as two.
	var units [][]float64
	add := func(x []float64, unit []string) int {
		at := make(map[string]int)
		n0 := len(units)
		for i, v := range x {
			k, ok := at[unit[i]]
			if !ok {
				k = len(units)
				at[unit[i]] = k
				units = append(units, nil)
			}
			units[k] = append(units[k], v)
		}
		return len(units) - n0
	}
	na := add(a, o.UnitA)
	add(b, o.UnitB)
	x, y := make([]float64, 0, len(pool)), make([]float64, 0, len(pool))
	return func(r *rand.Rand) ([]float64, []float64) {
		x, y = x[:0], y[:0]
		for i := range units {
			if i < na {
				j := i + r.IntN(len(units)-i)
				units[i], units[j] = units[j], units[i]
				x = append(x, units[i]...)
			} else {
				y = append(y, units[i]...)
			}
		}
		return x, y
	}, nil
}
