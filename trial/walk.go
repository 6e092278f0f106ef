package trial

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/perturb"
)

// maxWalk bounds the requests of a walk, a row.
const maxWalk = 10_000

// maxOthers is how many rows that are decided otherwise a walk begins at, at most.
const maxOthers = 3

// A space is where the samples lie: what can be changed of one, in units that are alike.
type space struct {
	unit  string  // of a distance, for people
	light float64 // the root mean square of the noise of severity 1
	// of is sample k in the coordinates of sample i; nil if it has others.
	of func(i, k int) ([]float64, error)
	// input is what is sent for a point beside sample i, and the point that it is: whole
	// numbers stay whole, and what is shown stays within what can be shown.
	input func(i int, x []float64) (in any, at []float64, err error)
}

// walk looks, row by row, for the least change that turns the decision, by decisions
// alone ([perturb.Walk]). A row fails where less does than the noise that severity 1 adds:
// what happens every day. A walk goes the straight way there, and noise seldom does; so
// this is how an attacker sees the model, and the rounds before how patients do.
func (s *Samples) walk(ctx context.Context, r *Report, ask Asker, base []float64, o RobustnessOptions) {
	name := fmt.Sprintf("nearest of %d steps at the boundary", o.Walk)
	light, found := 0, []float64{}
	for i := range s.n {
		from, err := s.space.of(i, i)
		var others [][]float64
		if err == nil {
			others, err = s.others(i, from, base, o.Threshold)
		}
		var t perturb.Turned
		if err == nil {
			w := &perturb.Walk{Budget: o.Walk, Seed: o.Seed + uint64(i)*1_000_003, Wide: 1, Turns: func(x []float64) ([]float64, bool, error) {
				in, at, err := s.space.input(i, x)
				if err != nil {
					return nil, false, err
				}
				score, err := ask.Ask(ctx, s.patient[i], in)
				return at, (score >= o.Threshold) != (base[i] >= o.Threshold), err
			}}
			t, err = w.Run(from, others...)
		}
		if err != nil {
			r.Problem = clip(fmt.Sprintf("%s, row %d: %s", name, i+1, err), 200)
			return
		}
		if !t.Found {
			continue
		}
		found = append(found, t.Distance)
		if t.Distance <= s.space.light {
			light++
			r.row(i, "walk: %.2g %s (root mean square) turn the decision, after %d requests", t.Distance, s.space.unit, t.Asked)
		}
	}
	r.most(fmt.Sprintf("%s: decisions turned by at most %.2g %s", name, s.space.light, s.space.unit), performance.Wilson(float64(light), float64(s.n), level), o.Flips)
	if len(found) == 0 {
		r.Notes = append(r.Notes, "the walk turned no decision: there may be none to turn, or too few requests")
		return
	}
	slices.Sort(found)
	r.Notes = append(r.Notes, fmt.Sprintf("the walk turned %d of %d decisions; half of them with at most %.2g %s (root mean square). A longer walk comes nearer", len(found), s.n, found[len(found)/2], s.space.unit))
}

// others are the nearest rows that are decided otherwise.
func (s *Samples) others(i int, from, base []float64, threshold float64) (out [][]float64, err error) {
	type other struct {
		x   []float64
		far float64
	}
	var all []other
	for k := range s.n {
		if (base[k] >= threshold) == (base[i] >= threshold) {
			continue
		}
		x, err := s.space.of(i, k)
		if err != nil {
			return nil, err
		}
		if len(x) != len(from) {
			continue
		}
		d := 0.0
		for j := range x {
			d += (x[j] - from[j]) * (x[j] - from[j])
		}
		all = append(all, other{x, d})
		slices.SortFunc(all, func(a, b other) int {
			if a.far < b.far {
				return -1
			}
			return 1
		})
		all = all[:min(len(all), maxOthers)]
	}
	for _, x := range all {
		out = append(out, x.x)
	}
	return out, nil
}

// rowSpace is that of rows of a table: numbers that are there, in spreads. Texts and what
// is missing stay; a column of whole numbers keeps whole ones.
func rowSpace(nums [][]float64, spreads []float64, n int, row func(i int, values []float64) any) space {
	whole := make([]bool, len(nums))
	for j, column := range nums {
		whole[j] = !slices.ContainsFunc(column[:n], func(v float64) bool { return finite(v) && v != math.Trunc(v) })
	}
	moves := func(i int) (at []int) {
		for j := range nums {
			if spreads[j] > 0 && finite(nums[j][i]) {
				at = append(at, j)
			}
		}
		return at
	}
	return space{unit: "spreads", light: .05,
		of: func(i, k int) ([]float64, error) {
			at := moves(i)
			out := make([]float64, len(at))
			for c, j := range at {
				v := nums[j][k]
				if !finite(v) {
					v = nums[j][i]
				}
				out[c] = v / spreads[j]
			}
			return out, nil
		},
		input: func(i int, x []float64) (any, []float64, error) {
			values, asked := make([]float64, len(nums)), make([]float64, len(x))
			for j := range nums {
				values[j] = nums[j][i]
			}
			for c, j := range moves(i) {
				v := x[c] * spreads[j]
				if whole[j] {
					v = math.Round(v)
				}
				values[j], asked[c] = v, v/spreads[j]
			}
			return row(i, values), asked, nil
		},
	}
}

// seriesSpace is that of traces of one length, in spreads of the trace that is walked from.
func seriesSpace(traces [][]float64, send func(x []float64) any) space {
	size := func(i int) float64 {
		if s := perturb.Spread(traces[i]); s > 0 {
			return s
		}
		return 1
	}
	scaled := func(x []float64, by float64) []float64 {
		out := make([]float64, len(x))
		for j, v := range x {
			out[j] = v * by
		}
		return out
	}
	return space{unit: "of the trace's spread", light: .02,
		of:    func(i, k int) ([]float64, error) { return scaled(traces[k], 1/size(i)), nil },
		input: func(i int, x []float64) (any, []float64, error) { return send(scaled(x, size(i))), x, nil },
	}
}

// imageSpace is that of images of one size, from black (0) to white (1).
func imageSpace(read func(i int) (*image.Gray16, error), send func(g *image.Gray16) (any, error)) space {
	bounds := func(i int) (*image.Gray16, int, int, error) {
		g, err := read(i)
		if err != nil {
			return nil, 0, 0, err
		}
		return g, g.Rect.Dx(), g.Rect.Dy(), nil
	}
	widths := map[int]int{} // of rows, so that a walk reads its own image once
	return space{unit: "of the way from black to white", light: .02,
		of: func(i, k int) ([]float64, error) {
			g, w, h, err := bounds(k)
			if err != nil {
				return nil, err
			}
			if i == k {
				widths[i] = w
			} else if widths[i] != w {
				return nil, nil
			}
			out := make([]float64, w*h)
			for j := range out {
				out[j] = float64(g.Gray16At(g.Rect.Min.X+j%w, g.Rect.Min.Y+j/w).Y) / 65535
			}
			return out, nil
		},
		input: func(i int, x []float64) (any, []float64, error) {
			w := widths[i]
			if w == 0 || len(x)%w != 0 {
				return nil, nil, errors.New("an image of another size")
			}
			g, asked := image.NewGray16(image.Rect(0, 0, w, len(x)/w)), make([]float64, len(x))
			for j, v := range x {
				y := uint16(math.Round(65535 * min(1, max(0, v))))
				g.SetGray16(j%w, j/w, color.Gray16{Y: y})
				asked[j] = float64(y) / 65535
			}
			in, err := send(g)
			return in, asked, err
		},
	}
}
