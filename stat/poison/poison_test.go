package poison_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wardround/wardround/stat/poison"
)

// set draws two classes of patients with some overlap.
func set(seed uint64, n, m int, apart float64) poison.Set {
	rng := rand.New(rand.NewPCG(seed, 0))
	var s poison.Set
	for i := range n {
		l := i % 2
		r := make([]float64, m)
		shared := rng.NormFloat64() // columns depend, as in medicine
		for j := range r {
			r[j] = 0.6*shared + rng.NormFloat64()
			if j < 4 {
				r[j] += apart * float64(l)
			}
		}
		s.Rows, s.Labels = append(s.Rows, r), append(s.Labels, l)
	}
	return s
}

func TestDuplicates(t *testing.T) {
	s := set(1, 500, 5, 1)
	s.Rows[400], s.Rows[401] = slices.Clone(s.Rows[7]), slices.Clone(s.Rows[7])
	s.Labels[7], s.Labels[400], s.Labels[401] = 0, 0, 1
	s.Rows[30][2], s.Rows[31] = math.NaN(), nil
	s.Rows[31] = slices.Clone(s.Rows[30])
	s.Labels[31] = s.Labels[30]
	got, err := poison.Duplicates(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || !slices.Equal(got[0].Rows, []int{7, 400, 401}) || !got[0].Contrary || !slices.Equal(got[1].Rows, []int{30, 31}) || got[1].Contrary {
		t.Errorf("%+v", got)
	}
}

// Labels that somebody turned round are found, and few of a set that nobody touched.
func TestNeighbours(t *testing.T) {
	clean, err := poison.Neighbours(t.Context(), set(2, 2000, 8, 2), poison.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := set(2, 2000, 8, 2)
	flipped := map[int]bool{}
	rng := rand.New(rand.NewPCG(3, 3))
	for len(flipped) < 60 {
		i := rng.IntN(2000)
		if !flipped[i] {
			flipped[i] = true
			s.Labels[i] = 1 - s.Labels[i]
		}
	}
	bad, err := poison.Neighbours(t.Context(), s, poison.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hit := 0
	for _, f := range bad.Found {
		if flipped[f.Row] {
			hit++
		}
	}
	t.Logf("clean: %d found; with 60 turned: %d found, %d of them right", len(clean.Found), len(bad.Found), hit)
	if clean.Share() > 0.02 {
		t.Errorf("%d of 2,000 rows of a clean set are suspicious", len(clean.Found))
	}
	if hit < 35 || len(bad.Found)-hit > 2*len(clean.Found) {
		t.Errorf("of 60 turned labels %d were found, among %d", hit, len(bad.Found))
	}
}

// Records with a stamped trigger stand out along a direction of their own; without
// them no class does.
func TestSpectral(t *testing.T) {
	s := set(4, 1200, 12, 1)
	quiet, err := poison.Spectral(t.Context(), s, poison.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range quiet {
		if len(d.Found) > 0 {
			t.Errorf("a clean class: %+v", d)
		}
	}
	stamped := map[int]bool{}
	for i := 1; i < 1200 && len(stamped) < 24; i += 50 {
		stamped[i] = true
		for j := 8; j < 12; j++ {
			s.Rows[i][j] += 9
		}
	}
	got, err := poison.Spectral(t.Context(), s, poison.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hit, found := 0, 0
	for _, d := range got {
		for _, x := range d.Found {
			found++
			if stamped[x.Row] {
				hit++
			}
		}
	}
	if hit < 20 || found > hit+6 {
		t.Errorf("%d found, %d of %d stamped ones: %+v", found, hit, len(stamped), got)
	}
}

// What cannot be looked at is refused, and a cancelled search ends.
func TestRefused(t *testing.T) {
	for _, s := range []poison.Set{{}, {Rows: [][]float64{{1}, {1, 2}}, Labels: []int{0, 1}}, {Rows: [][]float64{{1}}, Labels: nil}, {Rows: [][]float64{{}}, Labels: []int{0}}} {
		if _, err := poison.Duplicates(s); !errors.Is(err, poison.ErrShape) {
			t.Errorf("%+v: %v", s, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := poison.Neighbours(ctx, set(5, 500, 4, 1), poison.Options{}); err == nil {
		t.Error("a cancelled search answered")
	}
	odd := poison.Set{Rows: [][]float64{{math.Inf(1), math.NaN()}, {1, 1}, {1, 1}}, Labels: []int{0, 1, 1}}
	if _, err := poison.Neighbours(t.Context(), odd, poison.Options{}); err != nil {
		t.Error(err)
	}
	if _, err := poison.Spectral(t.Context(), odd, poison.Options{}); err != nil {
		t.Error(err)
	}
}
