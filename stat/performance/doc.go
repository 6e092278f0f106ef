// Package performance measures how well a model's outputs agree with what
// turned out to be true, and how sure one can be of the measurement.
//
// Every figure comes as an [Estimate]: value, standard error, interval, number
// of rows, and the method by name. A figure without an interval invites two
// mistakes in medicine: to act on noise when forty patients were seen, and to
// call a subgroup of nine "fine".
//
// # Rows and units
//
// Five slices of one CT study, or five hourly scores of one patient, are not
// five independent facts. Functions that take a [Units] treat rows of one unit
// as dependent: variances are sums over units (the sandwich, or Obuchowski's
// form of DeLong), resampling draws units. Nil means that rows are independent.
//
// # From rows or from tables
//
// Where rows are at hand, [Rank] sorts them once and the [Ranking] answers
// everything that depends on order alone. Where only an outcome table (score
// bin × label counts) left the ward, [Table] answers with a [Bound]: the
// smallest and largest value that any rows with these counts can have, so that
// the error of binning is an interval and not a footnote.
//
// # Conventions
//
// A label is true for a case (the condition is there). A row is called positive
// at threshold t when its score is at least t. Undefined values (precision with
// no positive call) are errors or NaN with the reason, never 0: see [ErrOneClass]
// and [TooFewError].
//
// # Sources
//
// DeLong, DeLong & Clarke-Pearson (Biometrics 44, 1988) by the midrank method of
// Sun & Xu (IEEE SPL 21, 2014); Obuchowski (Biometrics 53, 1997) for clustered
// data; Wilson (JASA 22, 1927); Clopper & Pearson (Biometrika 26, 1934);
// Newcombe (Stat. Med. 17, 1998); Mercaldo, Lau & Zhou (Stat. Med. 26, 2007);
// Murphy (J. Appl. Met. 12, 1973) and Stephenson et al. (Weather Forecast. 23,
// 2008); Cox (Biometrika 45, 1958); Hosmer & Lemeshow (1980); Spiegelhalter
// (Stat. Med. 5, 1986); Platt (1999); Vickers & Elkin (Med. Decis. Making 26,
// 2006); Bland & Altman (Lancet 1986); Boyd, Eng & Page (ECML 2013).
package performance

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the usual confidence level.
const Level = 0.95

// An Estimate is a figure with what is known of its error.
type Estimate struct {
	Value     float64
	SE        float64 // standard error; NaN where the method has none
	Low, High float64 // interval at Level
	Level     float64 // 0.95 unless told
	N         int     // rows that entered
	Method    string  // how the interval was made: "DeLong", "Wilson", …
}

// ErrEmpty says that there are no rows.
var ErrEmpty = errors.New("no rows")

// ErrOneClass says that only cases, or only non-cases, are among the rows, so
// that whatever compares the two is undefined.
var ErrOneClass = errors.New("only one class among the labels: nothing can be compared with the other")

// ErrLength says that slices which describe the same rows differ in length.
var ErrLength = errors.New("slices that describe the same rows differ in length")

// ErrNotProbability says that a score is not in 0 … 1 where it must be a probability.
var ErrNotProbability = errors.New("a score is not between 0 and 1: as a probability it means nothing")

// ErrNaN says that a score is not a number.
var ErrNaN = errors.New("a score is not a number")

// A TooFewError says that there is not enough data to say, and how much would do.
type TooFewError struct {
	What string // what is too few: "cases", "rows of sex=F"
	Have int
	Need int
}

func (e *TooFewError) Error() string {
	return fmt.Sprintf("not enough data to say: %d %s, at least %d are needed", e.Have, e.What, e.Need)
}

// Z returns the two-sided normal quantile of level: 1.96 for 0.95.
func Z(level float64) float64 {
	return distuv.UnitNormal.Quantile(0.5 + level/2)
}

// normalP is the two-sided p-value of z.
func normalP(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// wald is value ± z·se, cut to [lo, hi].
func wald(value, se, level, lo, hi float64, n int, method string) Estimate {
	z := Z(level)
	return Estimate{Value: value, SE: se, Level: level, N: n, Method: method,
		Low: math.Max(lo, value-z*se), High: math.Min(hi, value+z*se)}
}

// logitInterval is the interval of a value in (0,1) made on the logit scale,
// which stays inside and is right-sized near the ends. At 0 or 1 it is the plain
// one, which has no width there: see atEnd.
func logitInterval(value, se, level float64, n int, method string) Estimate {
	if value <= 0 || value >= 1 || math.IsNaN(se) {
		return wald(value, se, level, 0, 1, n, method)
	}
	l, h := math.Log(value/(1-value)), Z(level)*se/(value*(1-value))
	return Estimate{Value: value, SE: se, Level: level, N: n, Method: method,
		Low: expit(l - h), High: expit(l + h)}
}

func expit(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

func logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }

// probabilities refuses what is not in 0 … 1.
func probabilities(p []float64) error {
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("row %d, score %v: %w", i+1, v, ErrNotProbability)
		}
	}
	return nil
}
