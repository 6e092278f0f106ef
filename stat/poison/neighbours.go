package poison

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Options of the searches. Zero fields take the defaults.
type Options struct {
	Neighbours int     // looked at for each row; 10
	Share      float64 // of them that must have another label; 0.9
	Sample     int     // rows among which neighbours are sought; 20,000, the others by chance
	Seed       uint64
	Tail       float64 // how improbable a direction must be; 0.001
}

func (o Options) fill() Options {
	if o.Neighbours <= 0 {
		o.Neighbours = 10
	}
	if o.Share <= 0 {
		o.Share = 0.9
	}
	if o.Sample <= 0 {
		o.Sample = 20_000
	}
	if o.Tail <= 0 {
		o.Tail = 0.001
	}
	return o
}

// Flip is a row whose label differs from those of its neighbours.
type Flip struct {
	Row    int
	Label  int
	Others int // the label that most neighbours have
	Share  float64
}

// Flips is what [Neighbours] found.
type Flips struct {
	Looked int
	Found  []Flip // greatest share first
}

// Share is that of rows found among those looked at. It has no p-value: labels that
// somebody turned at random are, to statistics, labels that are often wrong. What is
// usual for a kind of data is known from a set that is trusted.
func (f *Flips) Share() float64 {
	if f.Looked == 0 {
		return 0
	}
	return float64(len(f.Found)) / float64(f.Looked)
}

// Neighbours looks for rows whose label nearly all of their nearest rows contradict:
// distances are Euclidean on scaled values.
func Neighbours(ctx context.Context, s Set, o Options) (*Flips, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	o = o.fill()
	rows := s.scaled(5)
	pool := make([]int, len(rows))
	for i := range pool {
		pool[i] = i
	}
	if len(pool) > o.Sample {
		rng := rand.New(rand.NewPCG(o.Seed, 1))
		rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		pool = pool[:o.Sample]
		slices.Sort(pool)
	}
	k := min(o.Neighbours, len(pool)-1)
	if k < 1 {
		return &Flips{}, nil
	}
	flips := make([]Flip, len(pool))
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			near := make([]neighbour, 0, k+1)
			for at := range next {
				near = nearest(rows, pool, pool[at], near[:0], k)
				flips[at] = vote(s.Labels, pool[at], near)
			}
		})
	}
	for i := range pool {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &Flips{Looked: len(pool)}
	for _, x := range flips {
		if x.Share >= o.Share {
			f.Found = append(f.Found, x)
		}
	}
	slices.SortStableFunc(f.Found, func(a, b Flip) int { return cmp.Compare(b.Share, a.Share) })
	return f, nil
}

type neighbour struct {
	row int
	d   float64
}

// nearest keeps the k nearest rows in a short sorted list.
func nearest(rows [][]float64, pool []int, at int, near []neighbour, k int) []neighbour {
	limit := math.Inf(1)
	x := rows[at]
	for _, i := range pool {
		if i == at {
			continue
		}
		d := 0.0
		for j, v := range rows[i] {
			e := v - x[j]
			d += e * e
			if d > limit {
				break
			}
		}
		if d > limit || d == limit && len(near) == k {
			continue
		}
		p, _ := slices.BinarySearchFunc(near, d, func(n neighbour, d float64) int {
			if n.d <= d {
				return -1
			}
			return 1
		})
		near = slices.Insert(near, p, neighbour{i, d})
		if len(near) > k {
			near = near[:k]
		}
		if len(near) == k {
			limit = near[k-1].d
		}
	}
	return near
}

// vote counts the neighbours' labels.
func vote(labels []int, at int, near []neighbour) Flip {
	counts := map[int]int{}
	differ := 0
	for _, n := range near {
		counts[labels[n.row]]++
		if labels[n.row] != labels[at] {
			differ++
		}
	}
	f := Flip{Row: at, Label: labels[at], Share: float64(differ) / float64(len(near)), Others: labels[at]}
	best := 0
	for l, c := range counts {
		if c > best || c == best && l < f.Others {
			best, f.Others = c, l
		}
	}
	return f
}
