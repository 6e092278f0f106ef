package perturb

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// On boundaries whose distance is known, a walk of few hundred questions comes close to
// it, and much closer than as many draws by chance of the same size do.
func TestAWalkComesCloseToTheBoundary(t *testing.T) {
	for _, d := range []int{2, 10, 100} {
		w0 := make([]float64, d)
		norm := 0.0
		for i := range w0 {
			w0[i] = 1 + float64(i%3)
			norm += w0[i] * w0[i]
		}
		norm = math.Sqrt(norm)
		from, other := make([]float64, d), make([]float64, d)
		other[0] = 2 * norm // far off, and not in the direction of the least change
		for name, b := range map[string]struct {
			turned func(x []float64) bool
			far    float64 // the least distance
		}{
			"plane": {func(x []float64) bool {
				s := 0.0
				for i, v := range x {
					s += w0[i] * v
				}
				return s > 1.5*norm
			}, 1.5},
			"outside of a ball": {func(x []float64) bool { return distance(x, from) > 2 }, 2},
		} {
			for _, budget := range []int{200, 1000} {
				asked := 0
				w := &Walk{Budget: budget, Seed: 1, Wide: 1, Turns: func(x []float64) ([]float64, bool, error) { asked++; return x, b.turned(x), nil }}
				got, err := w.Run(from, other)
				if err != nil {
					t.Fatal(err)
				}
				far := got.Distance * math.Sqrt(float64(d))
				most := map[int]float64{200: 1.9, 1000: 1.25}[budget]
				if d == 100 {
					most = map[int]float64{200: 3.2, 1000: 1.7}[budget]
				}
				if !got.Found || asked != got.Asked || asked > budget || far < b.far-1e-9 || far > most*b.far || !b.turned(got.Input) {
					t.Errorf("%s, %d coordinates, %d questions: %.3f, the boundary is at %.3f (%d asked)", name, d, budget, far, b.far, asked)
				}
				t.Logf("%s, %d coordinates, %d questions: %.3f of %.3f", name, d, budget, far, b.far)
			}
		}
	}
}

// Without another input one is looked for by chance; what cannot be turned is not; an
// error ends it; whole numbers are told as they were asked.
func TestAWalkThatFindsNothing(t *testing.T) {
	from := []float64{0, 0, 0}
	count := 0
	w := &Walk{Budget: 40, Wide: 1, Turns: func(x []float64) ([]float64, bool, error) { count++; return x, false, nil }}
	if got, err := w.Run(from, []float64{1, 1, 1}, []float64{1}); err != nil || got.Found || got.Asked != 11 || count != 11 {
		t.Errorf("%+v %v", got, err)
	}
	w.Turns = func(x []float64) ([]float64, bool, error) { return x, x[0] > 2, nil }
	w.Budget = 400
	if got, err := w.Run(from); err != nil || !got.Found || got.Distance*math.Sqrt(3) > 2.6 {
		t.Errorf("%+v %v", got, err)
	}
	w.Turns = func(x []float64) ([]float64, bool, error) {
		whole := []float64{math.Round(x[0]), math.Round(x[1]), math.Round(x[2])}
		return whole, whole[0] > 2, nil
	}
	if got, err := w.Run(from, []float64{9, 4, 1}); err != nil || !got.Found || got.Input[0] != math.Round(got.Input[0]) || got.Input[0] < 3 {
		t.Errorf("%+v %v", got, err)
	}
	end := errors.New("status 500")
	w.Turns = func(x []float64) ([]float64, bool, error) { return nil, false, end }
	if got, err := w.Run(from); !errors.Is(err, end) || got.Found || got.Asked != 1 {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := w.Run(nil); err != nil || got.Found {
		t.Errorf("%+v %v", got, err)
	}
	// A decision that is a dice ends, too.
	dice := rand.New(rand.NewPCG(1, 1))
	w.Turns = func(x []float64) ([]float64, bool, error) { return x, dice.IntN(2) == 0, nil }
	if got, err := w.Run(from, []float64{1, 2, 3}); err != nil || got.Asked > 400 {
		t.Errorf("%+v %v", got, err)
	}
}
