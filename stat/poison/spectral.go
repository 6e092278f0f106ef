package poison

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// Direction is what [Spectral] says of one class.
type Direction struct {
	Label int
	Rows  int
	// Strength is the variance along the strongest direction, relative to what it is
	// after each column was shuffled on its own (the median of the shuffles); P is how often a
	// shuffled class was as heavy-tailed along its own.
	Strength float64
	Tail     float64 // fourth moment along it: 3 for a normal class
	P        float64
	Found    []Outlier // those far out along it, farthest first
}

// Outlier is a row that stands out.
type Outlier struct {
	Row   int
	Score float64 // distance from the median along the direction, in robust standard deviations
}

// shuffles is how many shuffled classes a class is held against.
const shuffles = 99

// Spectral looks, class by class, for a small group that lies apart along the strongest
// direction of its class: what a trigger that was stamped on some records looks like
// in the features of a model. Classes of fewer than 50 rows are left out.
func Spectral(ctx context.Context, s Set, o Options) ([]Direction, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	o = o.fill()
	byLabel := map[int][]int{}
	for i, l := range s.Labels {
		byLabel[l] = append(byLabel[l], i)
	}
	labels := make([]int, 0, len(byLabel))
	for l, rows := range byLabel {
		if len(rows) >= 50 {
			labels = append(labels, l)
		}
	}
	slices.Sort(labels)
	var out []Direction
	for _, l := range labels {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		class := Set{Labels: make([]int, len(byLabel[l]))}
		for _, i := range byLabel[l] {
			class.Rows = append(class.Rows, s.Rows[i])
		}
		rng := rand.New(rand.NewPCG(o.Seed, uint64(int64(l))+2))
		rows := class.scaled(20)
		v, variance := strongest(rows, rng)
		scores, tail := along(rows, v)
		d := Direction{Label: l, Rows: len(rows), Tail: tail}
		var shuffled []float64
		heavier := 0
		for range shuffles {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			shuffle(rows, rng)
			w, sv := strongest(rows, rng)
			shuffled = append(shuffled, sv)
			if _, t := along(rows, w); t >= tail {
				heavier++
			}
		}
		slices.Sort(shuffled)
		d.Strength = variance / max(shuffled[shuffles/2], 1e-300)
		d.P = float64(1+heavier) / (shuffles + 1)
		if d.P <= max(o.Tail, 1.5/(shuffles+1)) {
			for i, x := range scores {
				if math.Abs(x) > 4 {
					d.Found = append(d.Found, Outlier{byLabel[l][i], math.Abs(x)})
				}
			}
			slices.SortStableFunc(d.Found, func(a, b Outlier) int { return cmp.Compare(b.Score, a.Score) })
		}
		out = append(out, d)
	}
	return out, nil
}

// strongest is the direction of greatest variance and that variance, by power
// iteration; rows must be centred well enough, their mean is taken off.
func strongest(rows [][]float64, rng *rand.Rand) (v []float64, variance float64) {
	m := len(rows[0])
	mean := make([]float64, m)
	for _, r := range rows {
		for j, x := range r {
			mean[j] += x / float64(len(rows))
		}
	}
	v = make([]float64, m)
	for j := range v {
		v[j] = rng.NormFloat64()
	}
	next := make([]float64, m)
	for range 30 {
		clear(next)
		for _, r := range rows {
			p := 0.0
			for j, x := range r {
				p += (x - mean[j]) * v[j]
			}
			for j, x := range r {
				next[j] += (x - mean[j]) * p
			}
		}
		norm := 0.0
		for _, x := range next {
			norm += x * x
		}
		if norm = math.Sqrt(norm); norm == 0 {
			return v, 0
		}
		variance = norm / float64(len(rows))
		for j := range v {
			v[j] = next[j] / norm
		}
	}
	return v, variance
}

// along projects rows on a direction: robust scores, and the fourth standardised
// moment.
func along(rows [][]float64, v []float64) (scores []float64, tail float64) {
	scores = make([]float64, len(rows))
	mean := 0.0
	for i, r := range rows {
		for j, x := range r {
			scores[i] += x * v[j]
		}
		mean += scores[i] / float64(len(rows))
	}
	var two, four float64
	for _, x := range scores {
		d := (x - mean) * (x - mean)
		two += d / float64(len(rows))
		four += d * d / float64(len(rows))
	}
	if two > 0 {
		tail = four / (two * two)
	}
	sorted := slices.Sorted(slices.Values(scores))
	mid := sorted[len(sorted)/2]
	for i, x := range sorted {
		sorted[i] = math.Abs(x - mid)
	}
	slices.Sort(sorted)
	spread := 1.4826 * sorted[len(sorted)/2]
	for i := range scores {
		if spread > 0 {
			scores[i] = (scores[i] - mid) / spread
		} else {
			scores[i] = 0
		}
	}
	return scores, tail
}

// shuffle mixes each column on its own: what held columns together is gone.
func shuffle(rows [][]float64, rng *rand.Rand) {
	for j := range rows[0] {
		rng.Shuffle(len(rows), func(a, b int) { rows[a][j], rows[b][j] = rows[b][j], rows[a][j] })
	}
}
