package drift

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/kernel"
	"github.com/wardround/wardround/stat/twosample"
)

const (
	maxFeatures = 100 // of rows compared as a whole
	maxOneHot   = 8   // categories of a column that get a feature of their own
	leastRows   = 40
	leastAUC    = 0.55 // below which samples that a classifier tells apart don't matter
)

// matrix is the sampled rows of both sides as numbers.
type matrix struct {
	a, b    [][]float64
	columns []string // of each feature
}

// isInput leaves out what isn't fed into the model.
func isInput(cfg Config, name string) bool {
	return !skip(cfg, name) && !inGroup(cfg, name) && name != cfg.Label && name != cfg.Prediction
}

func features(r *Report, a, b *data, cfg Config) matrix {
	m := matrix{a: make([][]float64, a.sample.rows), b: make([][]float64, b.sample.rows)}
	left := make(map[string]bool)
	for _, c := range r.Columns {
		if c.Group == "" && (c.leftOut || c.Test == "schema") {
			left[c.Name] = true
		}
	}
	var use []int
	for i, c := range a.columns {
		cb := b.column(c.name)
		if cb == nil || cb.kind != c.kind || left[c.name] || !isInput(cfg, c.name) || c.n == 0 || cb.n == 0 || c.tooMany || cb.tooMany || c.kind == table.Time {
			continue
		}
		use = append(use, i)
	}
	if len(use) > maxFeatures {
		rnd := rand.New(rand.NewPCG(cfg.Seed, seedOf("features")))
		rnd.Shuffle(len(use), func(i, j int) { use[i], use[j] = use[j], use[i] })
		r.Notes = append(r.Notes, fmt.Sprintf("rows as a whole: %d of %d columns, drawn by lot", maxFeatures, len(use)))
		use = use[:maxFeatures]
		slices.Sort(use)
	}
	for _, i := range use {
		if len(m.columns) >= maxFeatures {
			break
		}
		j := b.index[a.columns[i].name]
		if a.columns[i].kind == table.Text {
			m.categories(a, b, i, j)
		} else {
			m.numbers(a, b, i, j)
		}
	}
	return m
}

// numbers fills in what is missing, unreadable or infinite with the reference's median.
func (m *matrix) numbers(a, b *data, i, j int) {
	var known []float64
	for _, v := range a.sample.numbers[i][:a.sample.rows] {
		if v == v && !math.IsInf(v, 0) {
			known = append(known, v)
		}
	}
	if len(known) == 0 {
		return
	}
	slices.Sort(known)
	mid := known[len(known)/2]
	put := func(rows [][]float64, from []float64) {
		for k := range rows {
			v := from[k]
			if v != v || math.IsInf(v, 0) {
				v = mid
			}
			rows[k] = append(rows[k], v)
		}
	}
	put(m.a, a.sample.numbers[i])
	put(m.b, b.sample.numbers[j])
	m.columns = append(m.columns, a.columns[i].name)
}

func (m *matrix) categories(a, b *data, i, j int) {
	counts := a.columns[i].counts
	names := make([]string, 0, len(counts))
	for k := range counts {
		names = append(names, k)
	}
	slices.SortFunc(names, func(x, y string) int {
		if counts[x] != counts[y] {
			return int(counts[y] - counts[x])
		}
		if x < y {
			return -1
		}
		return 1
	})
	for _, n := range names[:min(len(names), maxOneHot)] {
		put := func(rows [][]float64, from []string) {
			for k := range rows {
				v := 0.0
				if from[k] == n {
					v = 1
				}
				rows[k] = append(rows[k], v)
			}
		}
		put(m.a, a.sample.texts[i])
		put(m.b, b.sample.texts[j])
		m.columns = append(m.columns, a.columns[i].name)
	}
}

// multivariate compares rows as a whole. Its p joins the family of all others.
func multivariate(ctx context.Context, r *Report, a, b *data, cfg Config) error {
	if cfg.Multivariate.Method == "none" {
		return nil
	}
	m := features(r, a, b, cfg)
	out := &Multivariate{Test: cfg.Multivariate.Method, Statistic: nan(), P: nan(), Adjusted: nan(), Rows: [2]int{len(m.a), len(m.b)}, Decision: Unknown}
	r.Multivariate = out
	distinct := make(map[string]bool)
	for _, c := range m.columns {
		distinct[c] = true
	}
	out.Columns = len(distinct)
	switch {
	case len(distinct) < 2:
		out.Reason = "fewer than two columns that can be compared together"
		return nil
	case min(len(m.a), len(m.b)) < leastRows:
		out.Reason = fmt.Sprintf("not enough rows to say: %d and %d, %d on each side are needed", len(m.a), len(m.b), leastRows)
		return nil
	}
	o := kernel.Options{Seed: cfg.Seed, Rounds: cfg.Rounds}
	if cfg.Unit != "" {
		o.UnitA, o.UnitB = a.sample.units[:a.sample.rows], b.sample.units[:b.sample.rows]
	}
	var err error
	switch cfg.Multivariate.Method {
	case "mmd":
		err = out.mmd(ctx, m, o)
	case "lsdd":
		err = out.lsdd(ctx, m, o)
	case "pca":
		err = out.pca(m, o)
	default:
		err = out.classify(ctx, m, o)
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		out.Reason = err.Error()
	}
	return nil
}

func (out *Multivariate) mmd(ctx context.Context, m matrix, o kernel.Options) error {
	x, y, err := kernel.Standardize(m.a, m.b)
	if err != nil {
		return err
	}
	run := kernel.MMD
	if len(x)+len(y) > kernel.MaxRows/2 {
		run = kernel.MMDFeatures
	}
	res, err := run(ctx, x, y, o)
	if err != nil {
		return err
	}
	out.Test, out.Statistic, out.P = res.Test, Number(res.Statistic), Number(res.P)
	out.enough = min(len(x), len(y)) >= 100
	out.matters = true // the discrepancy has no scale of its own: p alone decides
	out.size = fmt.Sprintf("discrepancy %.3g", res.Statistic)
	return nil
}

func (out *Multivariate) lsdd(ctx context.Context, m matrix, o kernel.Options) error {
	x, y, err := kernel.Standardize(m.a, m.b)
	if err != nil {
		return err
	}
	res, err := kernel.LSDD(ctx, x, y, o)
	if err != nil {
		return err
	}
	out.Test, out.Statistic, out.P = res.Test, Number(res.Statistic), Number(res.P)
	out.enough = min(len(x), len(y)) >= 100
	out.matters = true // as of the discrepancy
	out.size = fmt.Sprintf("difference of densities %.3g", res.Statistic)
	return nil
}

// leastError is by how many standard deviations rows must lie further from the plane of
// the reference on average, to matter.
const leastError = 0.2

func (out *Multivariate) pca(m matrix, o kernel.Options) error {
	res, err := kernel.PCA(m.a, m.b, 0, o)
	if err != nil {
		return err
	}
	out.Test, out.Statistic, out.P = res.Test, Number(res.Statistic), Number(res.P)
	out.enough = min(len(m.a), len(m.b)) >= 200 // half of the reference is held against
	out.matters = math.Abs(res.Statistic) >= leastError
	out.size = fmt.Sprintf("rows lie %.2f standard deviations further from the plane that the reference lies in", res.Statistic)
	return nil
}

func (out *Multivariate) classify(ctx context.Context, m matrix, o kernel.Options) error {
	t, err := kernel.Classifier(ctx, m.a, m.b, o)
	if err != nil {
		return err
	}
	out.Statistic, out.P = Number(t.Statistic), Number(t.P)
	// Area under the curve of 0.6 at level 0.05 with power 0.8 needs about 100 on each side.
	out.enough = min(t.Units[0], t.Units[1]) >= 100
	out.matters = t.Statistic >= leastAUC
	out.size = fmt.Sprintf("a classifier tells the files apart with an area under the curve of %.3f on rows it had not seen", t.Statistic)
	weight := make(map[string]float64)
	for i, c := range m.columns {
		weight[c] = math.Hypot(weight[c], t.Weight[i])
	}
	for c := range weight {
		out.Top = append(out.Top, c)
	}
	slices.SortFunc(out.Top, func(x, y string) int {
		switch {
		case weight[x] > weight[y]:
			return -1
		case weight[x] < weight[y]:
			return 1
		case x < y:
			return -1
		}
		return 1
	})
	out.Top = out.Top[:min(5, len(out.Top))]
	return nil
}

// decide takes the adjusted p.
func (out *Multivariate) decide(adjusted, alpha float64) {
	out.Adjusted = Number(adjusted)
	switch {
	case adjusted <= alpha && out.matters:
		out.Decision, out.Reason = Drift, out.size
	case adjusted <= alpha:
		out.Decision, out.Reason = OK, "significant, but too small to matter: "+out.size
	case !out.enough:
		out.Decision, out.Reason = Unknown, "not enough rows to say: "+out.size
	default:
		out.Decision, out.Reason = OK, out.size
	}
	if out.Decision != Drift {
		out.Top = nil
	}
}

// cells of a sample for tests given the label or the score: the rows of one side where the column has a number.
func (s *sample) values(i int, keep func(row int) bool) (x []float64) {
	for r := range s.rows {
		if v := s.numbers[i][r]; v == v && keep(r) {
			x = append(x, v)
		}
	}
	return x
}

// ks of two lists, NaN where there is too little.
func ksP(a, b []float64) float64 {
	if min(len(a), len(b)) < 30 {
		return math.NaN()
	}
	res, err := twosample.KS(a, b)
	if err != nil {
		return math.NaN()
	}
	return res.P
}
