// Package dist has the distribution functions of two-sample tests that gonum's distuv lacks.
//
// All of them answer the one question of a test: how often would chance alone give a statistic at least as large? The answer
// must be right far out in the tail too, since a column among a thousand is judged at p = 0.00005. So every function here
// computes the tail itself and never 1 − (something near 1), except where that is the published definition.
//
//	Kolmogorov, Smirnov          one-sample D at finite n (Simard & L'Ecuyer 2011)
//	KolmogorovTwoSample          exact two-sample D (Hodges 1958, in Viehmann's stable form, arXiv 2102.08037)
//	CramerVonMises, …TwoSample   limit and exact permutation law (Xiao, Gordon & Yakovlev 2006)
//	AndersonDarling, …Table      limit, and the interpolated table of Scholz & Stephens (1987)
//	MannWhitney                  exact law of U without ties
//	Hypergeometric, FisherExact  2×2 tables
//	ChiSquare, Normal, Student   upper tails
//
// Probabilities are of "at least x" and lie in [0, 1]. Arguments that mean nothing give NaN.
package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Normal returns P(Z ≥ z) of the standard normal.
func Normal(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// ChiSquare returns P(X ≥ x) with df degrees of freedom. It keeps its relative accuracy down to the smallest float64.
func ChiSquare(df, x float64) float64 {
	switch {
	case !(df > 0) || x != x:
		return math.NaN()
	case x <= 0:
		return 1
	case math.IsInf(x, 1):
		return 0
	}
	return mathext.GammaIncRegComp(df/2, x/2)
}

// StudentTwoSided returns P(|T| ≥ |t|) with df degrees of freedom, which need not be whole (Welch).
func StudentTwoSided(df, t float64) float64 {
	switch {
	case !(df > 0) || t != t:
		return math.NaN()
	case math.IsInf(t, 0):
		return 0
	}
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
}

func clip(p float64) float64 { return math.Max(0, math.Min(1, p)) }
