package labelfree

import (
	"math"
	"sort"

	"github.com/wardround/wardround/stat/order"
)

// Features are the inputs of rows, column by column. Column[j][i] is feature j
// of row i; NaN is missing. A category is any number that names it.
type Features struct {
	Names   []string
	Columns [][]float64
}

// Rows is the number of rows.
func (f Features) Rows() int {
	if len(f.Columns) == 0 {
		return 0
	}
	return len(f.Columns[0])
}

// with adds a column.
func (f Features) with(name string, x []float64) Features {
	return Features{append(append([]string(nil), f.Names...), name), append(append([][]float64(nil), f.Columns...), x)}
}

// check wants n rows in each column.
func (f Features) check(n int) error {
	for _, c := range f.Columns {
		if len(c) != n {
			return ErrShape
		}
	}
	return nil
}

// maxBins is how finely a column is cut for trees. Bin 0 is "missing".
const maxBins = 64

// cuts holds, per column, the values at which it is cut: bin b > 0 holds
// cut[b−2] < x ≤ cut[b−1].
type cuts [][]float64

// learnCuts takes quantiles of at most 20,000 evenly chosen rows.
func learnCuts(columns [][]float64) cuts {
	out := make(cuts, len(columns))
	for j, x := range columns {
		step := max(1, len(x)/20_000)
		s := make([]float64, 0, len(x)/step+1)
		for i := 0; i < len(x); i += step {
			if x[i] == x[i] {
				s = append(s, x[i])
			}
		}
		order.Float64s(s)
		out[j] = cutAt(s)
	}
	return out
}

func cutAt(s []float64) []float64 {
	if len(s) == 0 {
		return nil
	}
	var distinct []float64
	for _, v := range s {
		if len(distinct) == 0 || v != distinct[len(distinct)-1] {
			distinct = append(distinct, v)
		}
		if len(distinct) > maxBins-2 {
			break
		}
	}
	var c []float64
	if len(distinct) <= maxBins-2 { // a cut between each two
		for k := 0; k+1 < len(distinct); k++ {
			c = append(c, distinct[k])
		}
		return c
	}
	for b := 1; b < maxBins-1; b++ {
		v := s[b*len(s)/(maxBins-1)]
		if (len(c) == 0 || v > c[len(c)-1]) && v < s[len(s)-1] {
			c = append(c, v)
		}
	}
	return c
}

// bin puts rows into bins.
func (c cuts) bin(columns [][]float64) [][]uint8 {
	out := make([][]uint8, len(columns))
	for j, x := range columns {
		b := make([]uint8, len(x))
		for i, v := range x {
			if !math.IsNaN(v) {
				b[i] = uint8(1 + sort.SearchFloat64s(c[j], v))
			}
		}
		out[j] = b
	}
	return out
}
