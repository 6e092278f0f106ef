package drift

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/wardround/wardround/stat/dist"
	"github.com/wardround/wardround/stat/twosample"
)

// run does the test and fills in statistic, p and effect.
func (p *pairing) run(ctx context.Context) error {
	var res twosample.Result
	var err error
	switch {
	case p.names != nil:
		res, err = p.counts(ctx, p.p, p.q)
	case p.sketch:
		res, err = p.onSketch(ctx)
	default:
		res, err = p.onNumbers(ctx)
	}
	if err != nil {
		return err
	}
	r := p.result
	r.Statistic, r.P, r.PLow, r.PHigh, r.Method = Number(res.Statistic), Number(res.P), Number(res.PLow), Number(res.PHigh), res.Method
	return p.effect(res)
}

// effect is a size that means the same for all tests of a type, where the test has none of its own: the greatest difference in
// the share below a value (D), or in the share of a set of categories (total variation).
func (p *pairing) effect(res twosample.Result) error {
	r := p.result
	switch r.Test {
	case "psi", "energy", "jensen-shannon", "hellinger", "kullback-leibler", "l-infinity", "wasserstein":
		r.EffectKind = r.Test
		r.Effect = Number(res.Effect)
		r.effLow, r.effHigh = res.Effect, res.Effect
		if r.Test == "wasserstein" {
			r.EffectKind = "wasserstein over the reference's standard deviation"
		}
	case "welch-t", "z":
		r.EffectKind = "cohen's d"
		r.Effect = Number(math.Abs(res.Effect))
		r.effLow, r.effHigh = math.Abs(res.Effect), math.Abs(res.Effect)
	default:
		var e twosample.Result
		var err error
		if r.Test == "ks" && p.names == nil { // its statistic is D
			r.EffectKind, e = "largest difference in share below a value (D)", res
		} else if p.names != nil {
			r.EffectKind = "largest difference in share (total variation)"
			e, err = twosample.TotalVariation(p.p, p.q)
		} else if p.sketch {
			r.EffectKind = "largest difference in share below a value (D)"
			e, err = twosample.KSSketch(p.rankedA(), p.rankedB(), p.o)
		} else {
			r.EffectKind = "largest difference in share below a value (D)"
			e, err = twosample.KSSorted(p.x, p.y, twosample.Options{Method: twosample.Asymptotic})
		}
		if err != nil {
			return err
		}
		r.Effect, r.effLow, r.effHigh = Number(e.Statistic), e.Low, e.High
	}
	r.Limit = Number(p.cfg.limit(p.a.name, r.Type, r.Test))
	return nil
}

func (p *pairing) rankedA() twosample.Ranked {
	if p.a.ranks != nil {
		return p.a.ranks
	}
	return p.x.Ranked()
}

func (p *pairing) rankedB() twosample.Ranked {
	if p.b.ranks != nil {
		return p.b.ranks
	}
	return p.y.Ranked()
}

func (p *pairing) onSketch(context.Context) (twosample.Result, error) {
	a, b := p.rankedA(), p.rankedB()
	switch p.result.Test {
	case "mann-whitney":
		return twosample.MannWhitneySketch(a, b, p.o)
	case "cramer-von-mises":
		return twosample.CramerVonMisesSketch(a, b, p.o)
	case "anderson-darling":
		return twosample.AndersonDarlingSketch(a, b, p.o)
	case "wasserstein":
		return twosample.WassersteinSketch(a, b)
	case "psi":
		edges := make([]float64, 0, p.cfg.Bins)
		for i := 1; i < p.cfg.Bins; i++ {
			edges = append(edges, p.a.quantile(p.x, float64(i)/float64(p.cfg.Bins)))
		}
		return twosample.PSISketch(a, b, slices.Compact(edges))
	case "ks":
		return twosample.KSSketch(a, b, p.o)
	}
	p.result.Test, p.result.Why = "ks", p.result.Test+" needs every value, and there are more than are kept: ranks of a quantile sketch instead"
	return twosample.KSSketch(a, b, p.o)
}

func (p *pairing) onNumbers(ctx context.Context) (twosample.Result, error) {
	switch p.result.Test {
	case "ks":
		return twosample.KSSorted(p.x, p.y, p.o)
	case "mann-whitney":
		return twosample.MannWhitneySorted(p.x, p.y, p.o)
	case "cramer-von-mises":
		return p.cramerVonMises(ctx)
	case "anderson-darling":
		return twosample.AndersonDarlingSorted(p.x, p.y, p.o)
	case "welch-t":
		return twosample.WelchTWith(p.x, p.y, p.o)
	case "z":
		return twosample.ZTest(p.x, p.y, p.o)
	case "epps-singleton":
		if p.o.EffA > 0 || p.o.EffB > 0 {
			return p.permuted(ctx, twosample.EppsSingleton)
		}
		return twosample.EppsSingleton(p.x, p.y)
	case "wasserstein":
		return p.permuted(ctx, twosample.Wasserstein)
	case "energy":
		return p.permuted(ctx, twosample.Energy)
	}
	bins, err := twosample.QuantileBins(p.x, p.cfg.Bins)
	if err != nil {
		return twosample.Result{}, err
	}
	a, err := bins.Count(p.x)
	if err != nil {
		return twosample.Result{}, err
	}
	b, err := bins.Count(p.y)
	if err != nil {
		return twosample.Result{}, err
	}
	return p.counts(ctx, a, b)
}

// cramerVonMises gives the statistic with midranks its p without: of samples of different size they alarm by themselves, and drown
// what differs. With many ties the law without ties is cautious, so that rows are dealt anew.
func (p *pairing) cramerVonMises(ctx context.Context) (twosample.Result, error) {
	res, err := twosample.CramerVonMisesSorted(p.x, p.y, p.o)
	if err != nil {
		return res, err
	}
	of := res
	switch {
	case twosample.Tied(p.x, p.y) > 0.1:
		of, err = p.permuted(ctx, twosample.CramerVonMisesOfTies)
	case math.Abs(twosample.TieExcess(p.x, p.y)) > 0.01:
		of, err = twosample.CramerVonMisesOfTiesSorted(p.x, p.y, p.o)
	}
	of.Statistic = res.Statistic
	return of, err
}

// permutedMost bounds a permutation test: so many values of each side are drawn where there are more.
const permutedMost = 5000

// permuted gives a p to a distance by dealing the rows, or whole units, anew. The statistic is of all values.
func (p *pairing) permuted(ctx context.Context, distance func(a, b []float64) (twosample.Result, error)) (twosample.Result, error) {
	if p.a.worth > 0 || p.b.worth > 0 {
		return twosample.Result{}, fmt.Errorf("%s gets its p by dealing patients or studies anew; a sketch doesn't know which rows are of one", p.result.Test)
	}
	whole, err := distance(p.x, p.y)
	if err != nil {
		return whole, err
	}
	o := twosample.Permutation{Rounds: p.cfg.Rounds, Seed: p.cfg.Seed + seedOf(p.a.name)}
	var a, b []float64
	a, o.UnitA = p.a.thin(permutedMost)
	b, o.UnitB = p.b.thin(permutedMost)
	res, err := twosample.Permute(ctx, a, b, o, distance)
	if err != nil {
		return res, err
	}
	whole.P, whole.PLow, whole.PHigh, whole.Method = res.P, res.PLow, res.PHigh, res.Method
	if math.IsInf(whole.Statistic, 0) {
		return whole, fmt.Errorf("infinite values, and not the same share on both sides: %s is not defined", p.result.Test)
	}
	return whole, nil
}

// thin takes every k-th row so that at most n remain, with their units.
func (c *column) thin(n int) (x []float64, unit []string) {
	k := (len(c.values) + n - 1) / n
	for i := 0; i < len(c.values); i += k {
		x = append(x, c.values[i])
		if c.units != nil {
			unit = append(unit, fmt.Sprint(c.units[i]))
		}
	}
	return x, unit
}

// counts tests categories or bins. Distances get the p of their quadratic approximation: near equal shares each is, times a
// constant and nm/(n+m), chi-square with one degree of freedom less than there are categories.
func (p *pairing) counts(_ context.Context, a, b []float64) (twosample.Result, error) {
	scaled := func(res twosample.Result, err error, factor, power float64) (twosample.Result, error) {
		if err != nil {
			return res, err
		}
		na, nb, used := 0.0, 0.0, -1.0
		for i := range a {
			na, nb = na+a[i], nb+b[i]
			if a[i]+b[i] > 0 {
				used++
			}
		}
		ea, eb := na, nb
		if p.o.EffA > 0 {
			ea = math.Min(ea, p.o.EffA)
		}
		if p.o.EffB > 0 {
			eb = math.Min(eb, p.o.EffB)
		}
		res.P = 1
		if used > 0 {
			res.P = dist.ChiSquare(used, factor*math.Pow(res.Statistic, power)*ea*eb/(ea+eb))
		}
		res.PLow, res.PHigh, res.Method = res.P, res.P, "chi-square approximation"
		return res, nil
	}
	switch p.result.Test {
	case "g":
		return twosample.GTest(a, b, p.o)
	case "fisher":
		return twosample.Fisher(a, b, 9999, p.cfg.Seed+seedOf(p.a.name))
	case "psi":
		res, err := twosample.PSI(a, b)
		return scaled(res, err, 1, 1)
	case "jensen-shannon":
		res, err := twosample.JensenShannon(a, b, 0)
		return scaled(res, err, 8, 2)
	case "hellinger":
		res, err := twosample.Hellinger(a, b)
		return scaled(res, err, 8, 2)
	case "kullback-leibler":
		res, err := twosample.KL(b, a)
		return scaled(res, err, 2, 1)
	}
	chi, err := twosample.ChiSquare(a, b, p.o)
	if err != nil {
		return chi, err
	}
	var d twosample.Result
	switch p.result.Test {
	case "total-variation":
		d, err = twosample.TotalVariation(a, b)
	case "l-infinity":
		d, err = twosample.LInfinity(a, b)
	default:
		return chi, nil
	}
	d.P, d.PLow, d.PHigh, d.Method = chi.P, chi.P, chi.P, "p of chi-square"
	return d, err
}
