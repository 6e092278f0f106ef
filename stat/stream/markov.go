package stream

import "gonum.org/v1/gonum/mat"

// runLength is the mean number of steps until a Markov chain leaves the states of q,
// from state start: the solution of (I − q) t = 1. Infinity where it never does as
// far as floating point can tell.
func runLength(q [][]float64, start int) float64 {
	n := len(q)
	a := mat.NewDense(n, n, nil)
	for i, row := range q {
		for j, p := range row {
			v := -p
			if i == j {
				v++
			}
			a.Set(i, j, v)
		}
	}
	ones := mat.NewVecDense(n, nil)
	for i := range n {
		ones.SetVec(i, 1)
	}
	var t mat.VecDense
	if err := t.SolveVec(a, ones); err != nil {
		if _, near := err.(mat.Condition); !near {
			return 1e300
		}
	}
	if x := t.AtVec(start); x > 0 {
		return x
	}
	return 1e300 // beyond what the numbers can tell
}
