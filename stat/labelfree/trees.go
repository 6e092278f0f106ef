package labelfree

import "math"

// boostOptions are the same for every use: small trees, slow learning, strong
// smoothing. How many trees is decided by held-out loss, never by the user.
type boostOptions struct {
	rounds   int     // at most
	depth    int     // of a tree
	rate     float64 // share of a tree's answer that is taken
	lambda   float64 // added to each leaf's weight
	minRows  float64 // least weight of a leaf, in rows
	patience int     // rounds without gain after which it ends
}

var boostDefaults = boostOptions{rounds: 400, depth: 3, rate: 0.1, lambda: 1, minRows: 20, patience: 10}

// A node of a tree: rows with bin ≤ cut of the column (and missing ones, if
// missingLeft) go left. Leaves have column −1.
type node struct {
	column      int
	cut         uint8
	missingLeft bool
	left, right int
	value       float64
}

type tree []node

func (t tree) at(bins [][]uint8, i int) float64 {
	k := 0
	for t[k].column >= 0 {
		b := bins[t[k].column][i]
		if b == 0 && t[k].missingLeft || b != 0 && b <= t[k].cut {
			k = t[k].left
		} else {
			k = t[k].right
		}
	}
	return t[k].value
}

// A cell sums the rows of one bin of one column.
type cell struct{ g, h, n float64 }

// A histogram holds the cells of a node, column by column.
type histogram [][maxBins]cell

// grower grows one tree on rows, by gradients and hessians.
type grower struct {
	o    boostOptions
	bins [][]uint8
	g, h []float64
	rows []int32 // the rows in use, reordered so that a node's are together
	room []int32
	node [][2]float64 // gradient and hessian of a node's rows, side by side
	free []histogram
}

type split struct {
	gain        float64
	column      int
	cut         uint8
	missingLeft bool
}

func (w *grower) grow() tree {
	t := tree{}
	// build owns hist, which is the node's or nil if the node will not be cut.
	var build func(from, to, depth int, hist histogram) int
	build = func(from, to, depth int, hist histogram) int {
		var g, h float64
		for _, i := range w.rows[from:to] {
			g += w.g[i]
			h += w.h[i]
		}
		k := len(t)
		t = append(t, node{column: -1, value: -w.o.rate * g / (h + w.o.lambda)})
		if hist == nil {
			return k
		}
		s := w.best(hist, float64(to-from), g, h)
		if s.gain <= 1e-9 {
			w.free = append(w.free, hist)
			return k
		}
		mid := w.part(from, to, s)
		lh, rh := w.children(hist, from, mid, to, depth+1)
		l := build(from, mid, depth+1, lh)
		r := build(mid, to, depth+1, rh)
		t[k] = node{column: s.column, cut: s.cut, missingLeft: s.missingLeft, left: l, right: r}
		return k
	}
	build(0, len(w.rows), 0, w.histogram(0, len(w.rows)))
	return t
}

// children returns the histograms of both sides, nil where a side will not be
// cut. Only the smaller is counted; the larger is what is left of the parent's,
// which is used up.
func (w *grower) children(hist histogram, from, mid, to, depth int) (l, r histogram) {
	cut := func(n int) bool { return depth < w.o.depth && float64(n) >= 2*w.o.minRows }
	if !cut(mid-from) && !cut(to-mid) {
		w.free = append(w.free, hist)
		return nil, nil
	}
	small := w.histogram(from, mid)
	if to-mid < mid-from {
		w.free = append(w.free, small)
		small = w.histogram(mid, to)
	}
	for j := range hist {
		for c := range hist[j] {
			hist[j][c].g -= small[j][c].g
			hist[j][c].h -= small[j][c].h
			hist[j][c].n -= small[j][c].n
		}
	}
	l, r = small, hist
	if to-mid < mid-from {
		l, r = hist, small
	}
	if !cut(mid - from) {
		w.free = append(w.free, l)
		l = nil
	}
	if !cut(to - mid) {
		w.free = append(w.free, r)
		r = nil
	}
	return l, r
}

// histogram counts rows from … to−1.
func (w *grower) histogram(from, to int) histogram {
	var out histogram
	if n := len(w.free); n > 0 {
		out, w.free = w.free[n-1], w.free[:n-1]
		clear(out)
	} else {
		out = make(histogram, len(w.bins))
	}
	rows := w.rows[from:to]
	w.node = w.node[:0]
	for _, i := range rows {
		w.node = append(w.node, [2]float64{w.g[i], w.h[i]})
	}
	for j, b := range w.bins {
		sums := &out[j]
		for k, i := range rows {
			s := &sums[b[i]&(maxBins-1)]
			s.g += w.node[k][0]
			s.h += w.node[k][1]
			s.n++
		}
	}
	return out
}

// best finds the cut with the highest gain in penalised loss (Chen & Guestrin,
// "XGBoost", 2016, equation 7), trying missing rows on both sides.
func (w *grower) best(hist histogram, n, g, h float64) split {
	var s split
	score := func(g, h float64) float64 { return g * g / (h + w.o.lambda) }
	whole := score(g, h)
	for j := range hist {
		sums := &hist[j]
		for side := range 2 {
			if side == 1 && sums[0].n == 0 {
				break // nothing is missing: both sides are the same
			}
			var lg, lh, ln float64
			if side == 1 {
				lg, lh, ln = sums[0].g, sums[0].h, sums[0].n
			}
			for c := 1; c < maxBins-1; c++ {
				lg += sums[c].g
				lh += sums[c].h
				ln += sums[c].n
				if sums[c].n == 0 || ln < w.o.minRows {
					continue
				}
				if n-ln < w.o.minRows {
					break
				}
				if gain := score(lg, lh) + score(g-lg, h-lh) - whole; gain > s.gain {
					s = split{gain, j, uint8(c), side == 1}
				}
			}
		}
	}
	return s
}

// part puts the rows that go left first, keeping order.
func (w *grower) part(from, to int, s split) int {
	b := w.bins[s.column]
	left, right := from, 0
	for _, i := range w.rows[from:to] {
		if k := b[i]; k == 0 && s.missingLeft || k != 0 && k <= s.cut {
			w.rows[left] = i
			left++
		} else {
			w.room[right] = i
			right++
		}
	}
	copy(w.rows[left:to], w.room[:right])
	return left
}

// A loss gives gradient and hessian at margin f, and the loss itself.
type loss interface {
	start(y []float64, rows []int32) float64
	gradient(f, y float64) (g, h float64)
	at(f, y float64) float64
}

type logLoss struct{}

func (logLoss) start(y []float64, rows []int32) float64 {
	var s float64
	for _, i := range rows {
		s += y[i]
	}
	p := math.Min(math.Max(s/float64(len(rows)), 1e-6), 1-1e-6)
	return math.Log(p / (1 - p))
}
func (logLoss) gradient(f, y float64) (float64, float64) {
	p := expit(f)
	return p - y, math.Max(p*(1-p), 1e-9)
}
func (logLoss) at(f, y float64) float64 { return softplus(f) - y*f }

type squareLoss struct{}

func (squareLoss) start(y []float64, rows []int32) float64 {
	var s float64
	for _, i := range rows {
		s += y[i]
	}
	return s / float64(len(rows))
}
func (squareLoss) gradient(f, y float64) (float64, float64) { return f - y, 1 }
func (squareLoss) at(f, y float64) float64                  { return (f - y) * (f - y) / 2 }

func expit(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

func softplus(x float64) float64 {
	if x > 0 {
		return x + math.Log1p(math.Exp(-x))
	}
	return math.Log1p(math.Exp(x))
}
