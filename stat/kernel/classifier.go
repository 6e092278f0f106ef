package kernel

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/wardround/wardround/stat/twosample"
)

// Told is what a classifier said.
type Told struct {
	Result           // Statistic: area under the curve on rows it wasn't trained on, 0.5 when the samples can't be told apart
	Weight []float64 // by column: how much it leant on it (root of the squared weights of value and square), largest says most
	Units  [2]int    // that were scored
}

// Classifier is the classifier two-sample test: a ridge logistic regression on standardised columns and their squares learns on
// one half of the units which sample a row is of, and is scored on the other half by its area under the curve. p is
// Mann–Whitney's, one-sided, of that half, so it holds whatever was learnt. Rows of one unit are one score, their mean.
//
// Between linear and squared terms it sees shifts of means and of spreads, not of correlations alone; MMD sees those.
func Classifier(ctx context.Context, a, b [][]float64, o Options) (Told, error) {
	d, err := check(a, b, 10, MaxLong)
	if err != nil {
		return Told{}, err
	}
	if d > 400 {
		return Told{}, fmt.Errorf("%d columns: the classifier takes at most 400; choose some", d)
	}
	ua, ub := o.UnitA, o.UnitB
	if ua == nil && ub == nil {
		ua, ub = serial(len(a)), serial(len(b))
	}
	if len(ua) != len(a) || len(ub) != len(b) {
		return Told{}, fmt.Errorf("%d and %d rows, %d and %d units", len(a), len(b), len(ua), len(ub))
	}
	r := rand.New(rand.NewPCG(o.Seed, 0xda3e39cb94b95bdb))
	trainA, testA := halves(r, ua)
	trainB, testB := halves(r, ub)
	if len(testA) == 0 || len(testB) == 0 || len(trainA) == 0 || len(trainB) == 0 {
		return Told{}, fmt.Errorf("%w: one unit can't be halved", ErrSmall)
	}
	var rows [][]float64
	var y []float64
	for _, i := range trainA {
		rows, y = append(rows, a[i]), append(y, 0)
	}
	for _, i := range trainB {
		rows, y = append(rows, b[i]), append(y, 1)
	}
	mean, sd := moments(rows, d)
	w, err := logistic(ctx, features(scale(rows, mean, sd)), y)
	if err != nil {
		return Told{}, err
	}
	score := func(rows [][]float64, at []int, unit []uint32) []float64 {
		sum, n := make(map[uint32]float64), make(map[uint32]float64)
		var order []uint32
		pick := make([][]float64, len(at))
		for k, i := range at {
			pick[k] = rows[i]
		}
		for k, f := range features(scale(pick, mean, sd)) {
			u := unit[at[k]]
			if n[u] == 0 {
				order = append(order, u)
			}
			sum[u] += dot(w, f)
			n[u]++
		}
		out := make([]float64, len(order))
		for i, u := range order {
			out[i] = sum[u] / n[u]
		}
		return out
	}
	sa, sb := score(a, testA, ua), score(b, testB, ub)
	u, err := twosample.MannWhitney(sb, sa)
	if err != nil {
		return Told{}, err
	}
	auc := u.Statistic / (float64(len(sa)) * float64(len(sb)))
	p := u.P / 2 // the side where b scores higher
	if auc < 0.5 {
		p = 1 - p
	}
	t := Told{Result: Result{Test: "classifier", Statistic: auc, P: p, Method: u.Method, NA: len(a), NB: len(b)}, Units: [2]int{len(sa), len(sb)}}
	t.Weight = make([]float64, d)
	for j := range d {
		t.Weight[j] = math.Hypot(w[j], w[d+j])
	}
	return t, nil
}

func serial(n int) []uint32 {
	u := make([]uint32, n)
	for i := range u {
		u[i] = uint32(i)
	}
	return u
}

// halves splits rows so that a unit lies on one side.
func halves(r *rand.Rand, unit []uint32) (train, test []int) {
	names := slices.Clone(unit)
	slices.Sort(names)
	names = slices.Compact(names)
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	first := make(map[uint32]bool, len(names)/2)
	for _, u := range names[:len(names)/2] {
		first[u] = true
	}
	for i, u := range unit {
		if first[u] {
			train = append(train, i)
		} else {
			test = append(test, i)
		}
	}
	return train, test
}

// features appends squares, bounded so that one wild value doesn't rule, and a constant.
func features(z [][]float64) [][]float64 {
	out := make([][]float64, len(z))
	for i, r := range z {
		d := len(r)
		f := make([]float64, 2*d+1)
		for j, v := range r {
			v = math.Max(-10, math.Min(10, v))
			f[j], f[d+j] = v, v*v-1
		}
		f[2*d] = 1
		out[i] = f
	}
	return out
}

func dot(x, y []float64) (s float64) {
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

// logistic fits by Newton's method with a ridge of one on all weights but the constant.
func logistic(ctx context.Context, x [][]float64, y []float64) ([]float64, error) {
	d := len(x[0])
	w := make([]float64, d)
	hess := make([]float64, d*d)
	grad := make([]float64, d)
	for range 25 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(hess)
		clear(grad)
		for i, f := range x {
			p := 1 / (1 + math.Exp(-dot(w, f)))
			g, h := y[i]-p, math.Max(p*(1-p), 1e-6)
			for j, v := range f {
				grad[j] += g * v
				hv := h * v
				line := hess[j*d : j*d+j+1]
				for k := range line {
					line[k] += hv * f[k]
				}
			}
		}
		sym := mat.NewSymDense(d, nil)
		for j := range d {
			for k := 0; k <= j; k++ {
				sym.SetSym(k, j, hess[j*d+k])
			}
			ridge := 1e-9
			if j < d-1 {
				ridge = 1
				grad[j] -= w[j]
			}
			sym.SetSym(j, j, hess[j*d+j]+ridge)
		}
		var c mat.Cholesky
		if !c.Factorize(sym) {
			return nil, errors.New("the classifier could not be fitted")
		}
		var step mat.VecDense
		if err := c.SolveVecTo(&step, mat.NewVecDense(d, grad)); err != nil {
			return nil, fmt.Errorf("the classifier could not be fitted: %w", err)
		}
		most := 0.0
		for j := range d {
			s := math.Max(-5, math.Min(5, step.AtVec(j)))
			w[j] += s
			most = math.Max(most, math.Abs(s))
		}
		if most < 1e-8 {
			break
		}
	}
	return w, nil
}

func compareErrors(ea, eb []float64, na, nb int) (Result, error) {
	t, err := twosample.WelchT(eb, ea)
	if err != nil {
		return Result{}, err
	}
	var mean, sq, meanB float64
	for _, e := range ea {
		mean += e / float64(len(ea))
	}
	for _, e := range ea {
		sq += (e - mean) * (e - mean) / float64(len(ea))
	}
	for _, e := range eb {
		meanB += e / float64(len(eb))
	}
	return Result{Test: "pca-reconstruction", Statistic: (meanB - mean) / math.Sqrt(sq), P: t.P, Method: "welch", NA: na, NB: nb}, nil
}
