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

// grower grows one tree on the rows with use true, by gradients and hessians.
type grower struct {
	o    boostOptions
	bins [][]uint8
	g, h []float64
	rows []int32 // the rows in use, reordered so that a node's are together
	room []int32
	node [][2]float64 // gradient and hessian of a node's rows, side by side
	sums [maxBins]struct{ g, h, n float64 }
}

type split struct {
	gain        float64
	column      int
	cut         uint8
	missingLeft bool
}

func (w *grower) grow() tree {
	t := tree{}
	var build func(from, to, depth int) int
	build = func(from, to, depth int) int {
		var g, h float64
		for _, i := range w.rows[from:to] {
			g += w.g[i]
			h += w.h[i]
		}
		k := len(t)
		t = append(t, node{column: -1, value: -w.o.rate * g / (h + w.o.lambda)})
		if depth == w.o.depth || float64(to-from) < 2*w.o.minRows {
			return k
		}
		s := w.best(from, to, g, h)
		if s.gain <= 1e-9 {
			return k
		}
		mid := w.part(from, to, s)
		l := build(from, mid, depth+1)
		r := build(mid, to, depth+1)
		t[k] = node{column: s.column, cut: s.cut, missingLeft: s.missingLeft, left: l, right: r}
		return k
	}
	build(0, len(w.rows), 0)
	return t
}

// best finds the cut with the highest gain in penalised loss (Chen & Guestrin,
// "XGBoost", 2016, equation 7), trying missing rows on both sides.
func (w *grower) best(from, to int, g, h float64) split {
	var s split
	score := func(g, h float64) float64 { return g * g / (h + w.o.lambda) }
	whole := score(g, h)
	n := float64(to - from)
	rows := w.rows[from:to]
	w.node = w.node[:0]
	for _, i := range rows {
		w.node = append(w.node, [2]float64{w.g[i], w.h[i]})
	}
	for j, b := range w.bins {
		clear(w.sums[:])
		for k, i := range rows {
			s := &w.sums[b[i]&(maxBins-1)]
			s.g += w.node[k][0]
			s.h += w.node[k][1]
			s.n++
		}
		for side := range 2 {
			if side == 1 && w.sums[0].n == 0 {
				break // nothing is missing: both sides are the same
			}
			var lg, lh, ln float64
			if side == 1 {
				lg, lh, ln = w.sums[0].g, w.sums[0].h, w.sums[0].n
			}
			for c := 1; c < maxBins-1; c++ {
				lg += w.sums[c].g
				lh += w.sums[c].h
				ln += w.sums[c].n
				if w.sums[c].n == 0 || ln < w.o.minRows {
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
