package labelfree

import (
	"math"
	"math/rand/v2"
	"sync"
)

// folds is how many parts cross-fitting uses.
const folds = 3

// crossFitted is what boosted trees say of each row, learned from the rows of
// the other folds only, at the number of trees with the least held-out loss.
type crossFitted struct {
	margin []float64 // held-out, per row
	trees  int
	gain   float64 // mean held-out loss saved per row against the constant
	z      float64 // gain in standard errors: below detectable there is nothing to learn
	models []model // one per fold
	cuts   cuts
}

type model struct {
	base  float64
	trees []tree
}

// boost cross-fits y on the columns. strata 0/1 targets are spread evenly over
// the folds; the shuffle is seeded, so that the same rows give the same answer.
//
// offset, if not nil, is a margin per row to start from: the trees then learn
// only what it leaves unexplained.
func boost(columns [][]float64, y, offset []float64, l loss, o boostOptions) *crossFitted {
	n := len(y)
	c := &crossFitted{cuts: learnCuts(columns), margin: make([]float64, n)}
	bins := c.cuts.bin(columns)
	fold := foldsOf(n, 1)
	train, test := make([][]int32, folds), make([][]int32, folds)
	for i := range n {
		for k := range folds {
			if int(fold[i]) == k {
				test[k] = append(test[k], int32(i))
			} else {
				train[k] = append(train[k], int32(i))
			}
		}
	}
	f := make([][]float64, folds) // margins of all rows under each fold's model
	base := make([]float64, n)    // held-out margin of the constant
	for k := range folds {
		c.models = append(c.models, model{})
		f[k] = make([]float64, n)
		if offset == nil {
			c.models[k].base = l.start(y, train[k])
			for i := range f[k] {
				f[k][i] = c.models[k].base
			}
		} else {
			copy(f[k], offset)
		}
		for _, i := range test[k] {
			base[i] = f[k][i]
		}
	}
	held := func() (s float64) {
		for k := range folds {
			for _, i := range test[k] {
				s += l.at(f[k][i], y[i])
			}
		}
		return s
	}
	best := held()
	copy(c.margin, base)
	grow := make([]grower, folds)
	for k := range grow {
		grow[k] = grower{o: o, bins: bins, g: make([]float64, n), h: make([]float64, n), room: make([]int32, n), rows: train[k]}
	}
	for round := 1; round <= o.rounds && round <= c.trees+o.patience; round++ {
		var all sync.WaitGroup // the folds share nothing that is written
		for k := range folds {
			all.Go(func() {
				w := &grow[k]
				for _, i := range train[k] {
					w.g[i], w.h[i] = l.gradient(f[k][i], y[i])
				}
				t := w.grow()
				c.models[k].trees = append(c.models[k].trees, t)
				for i := range f[k] {
					f[k][i] += t.at(bins, i)
				}
			})
		}
		all.Wait()
		if s := held(); s < best {
			best, c.trees = s, round
			for k := range folds {
				for _, i := range test[k] {
					c.margin[i] = f[k][i]
				}
			}
		}
	}
	for k := range c.models {
		c.models[k].trees = c.models[k].trees[:c.trees]
	}
	c.judge(y, base, l)
	return c
}

// judge measures what the trees save per row against the constant.
func (c *crossFitted) judge(y, base []float64, l loss) {
	n := float64(len(y))
	var s, ss float64
	for i := range y {
		d := l.at(base[i], y[i]) - l.at(c.margin[i], y[i])
		s += d
		ss += d * d
	}
	c.gain = s / n
	if v := ss/n - c.gain*c.gain; v > 0 {
		c.z = c.gain / math.Sqrt(v/n)
	}
}

// at returns the mean margin of the folds' models for new rows, without offset.
func (c *crossFitted) at(columns [][]float64) []float64 {
	if len(columns) == 0 {
		return nil
	}
	bins := c.cuts.bin(columns)
	out := make([]float64, len(columns[0]))
	for _, m := range c.models {
		for i := range out {
			f := m.base
			for _, t := range m.trees {
				f += t.at(bins, i)
			}
			out[i] += f / folds
		}
	}
	return out
}

// foldsOf deals n rows evenly over the folds, in a shuffled order.
func foldsOf(n int, seed uint64) []uint8 {
	fold := make([]uint8, n)
	for i := range fold {
		fold[i] = uint8(i % folds)
	}
	r := rand.New(rand.NewPCG(seed, 0x5851f42d4c957f2d))
	r.Shuffle(n, func(i, j int) { fold[i], fold[j] = fold[j], fold[i] })
	return fold
}
