package labelfree

import "math"

// maxRows is how many rows of the reference, and of the chunk, the density ratio
// is learned from: it is learned anew for each chunk, and beyond this the trees
// learn little more.
const maxRows = 10_000

// weights are how much more often a reference row's like is in the chunk.
type weights struct {
	w         []float64 // per reference row, mean 1; nil: all 1
	effective float64   // (Σw)²/Σw²: rows that the calibration really rests on
	trees     int
	z         float64
}

// detectable is how many standard errors of held-out loss the trees must save
// before there is something to be seen. The number of trees was chosen by the
// same loss, which flatters it: two would be too few.
const detectable = 3.0

// ratio learns the density ratio chunk/reference at the reference rows.
func ratio(ref, chunk Features, n int) weights {
	m := chunk.Rows()
	flat := weights{effective: float64(n)}
	if len(ref.Columns) == 0 || m == 0 {
		return flat
	}
	rs, cs := every(n, maxRows), every(m, maxRows)
	ref, chunk = varying(ref, chunk)
	columns := make([][]float64, len(ref.Columns))
	for j := range columns {
		x := make([]float64, 0, len(rs)+len(cs))
		for _, i := range rs {
			x = append(x, ref.Columns[j][i])
		}
		for _, i := range cs {
			x = append(x, chunk.Columns[j][i])
		}
		columns[j] = x
	}
	y := make([]float64, len(rs)+len(cs))
	for i := len(rs); i < len(y); i++ {
		y[i] = 1
	}
	o := boostDefaults
	o.rounds = 50 // enough to tell apart what can be told; the weights are flattened anyway
	c := boost(columns, y, nil, logLoss{}, o)
	flat.trees, flat.z = c.trees, c.z
	if c.trees == 0 || c.z < detectable {
		return flat
	}
	margin := c.margin[:len(rs)]
	if len(rs) < n { // rows the trees have not seen need no cross-fitting
		margin = c.at(ref.Columns)
		for k, i := range rs {
			margin[i] = c.margin[k]
		}
	}
	// Where reference and chunk hardly overlap, a handful of rows would carry the
	// whole calibration. The weights are flattened, w^γ, with the largest γ that
	// leaves as many effective rows as the chunk has (Shimodaira, J. Stat. Plan.
	// Inference 90, 2000: some bias for a finite variance).
	w := weights{w: make([]float64, n), trees: c.trees, z: c.z}
	want := math.Min(float64(m), float64(n)/2)
	lo, hi := 0.0, 1.0
	if w.set(margin, 1); w.effective < want {
		for range 30 {
			if mid := (lo + hi) / 2; w.set(margin, mid) >= want {
				lo = mid
			} else {
				hi = mid
			}
		}
		w.set(margin, lo)
	}
	return w
}

// set makes weights of mean 1 from log odds, raised to the power gamma, and
// returns the effective number of rows.
func (w *weights) set(margin []float64, gamma float64) float64 {
	top := math.Inf(-1)
	for _, f := range margin {
		top = math.Max(top, f)
	}
	var s, ss float64
	for i, f := range margin {
		w.w[i] = math.Exp(gamma * (f - top))
		s += w.w[i]
		ss += w.w[i] * w.w[i]
	}
	n := float64(len(margin))
	w.effective = s * s / ss
	for i := range w.w {
		w.w[i] *= n / s
	}
	return w.effective
}

// varying leaves out columns with one value in the reference, such as the year:
// they part reference and chunk without error, and say nothing of what a row of
// the reference stands for.
func varying(ref, chunk Features) (r, c Features) {
	for j, x := range ref.Columns {
		for _, v := range x {
			if v != x[0] && (v == v || x[0] == x[0]) {
				r, c = r.with(ref.Names[j], x), c.with(ref.Names[j], chunk.Columns[j])
				break
			}
		}
	}
	return r, c
}

// every picks at most limit of n rows, evenly.
func every(n, limit int) []int {
	k := min(n, limit)
	out := make([]int, k)
	for i := range out {
		out[i] = int(int64(i) * int64(n) / int64(k))
	}
	return out
}
