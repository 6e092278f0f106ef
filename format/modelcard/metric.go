package modelcard

import (
	"slices"
	"strings"
	"unicode"
)

// Known is a metric of performance that is known by name.
type Known struct {
	Name string // "auroc"
	// Better is +1 where more is better, -1 where less is, 0 where Target is best.
	Better int
	Target float64
	// Share: from 0 to 1, so that "94.4 %" is 0.944.
	Share bool
	also  []string
}

// The metrics, with the names that cards use. Names are compared without case, spaces
// and signs.
var metrics = []Known{
	{Name: "auroc", Better: 1, Share: true, also: []string{"auc", "rocauc", "aucroc", "cstatistic", "cindex", "areaundertheroccurve", "areaunderthecurve", "areaunderroc", "areaunderthereceiveroperatingcharacteristiccurve"}},
	{Name: "auprc", Better: 1, Share: true, also: []string{"aucpr", "prauc", "averageprecision", "ap", "areaundertheprecisionrecallcurve"}},
	{Name: "sensitivity", Better: 1, Share: true, also: []string{"recall", "tpr", "truepositiverate", "se", "sensitivityrecall"}},
	{Name: "specificity", Better: 1, Share: true, also: []string{"tnr", "truenegativerate", "selectivity", "sp"}},
	{Name: "ppv", Better: 1, Share: true, also: []string{"precision", "positivepredictivevalue", "positivepredictivevalueppv"}},
	{Name: "npv", Better: 1, Share: true, also: []string{"negativepredictivevalue", "negativepredictivevaluenpv"}},
	{Name: "accuracy", Better: 1, Share: true, also: []string{"acc", "overallaccuracy"}},
	{Name: "balanced_accuracy", Better: 1, Share: true, also: []string{"balancedaccuracy"}},
	{Name: "f1", Better: 1, Share: true, also: []string{"f1score", "fmeasure"}},
	{Name: "dice", Better: 1, Share: true, also: []string{"dicescore", "dicecoefficient", "dsc"}},
	{Name: "iou", Better: 1, Share: true, also: []string{"jaccard", "intersectionoverunion"}},
	{Name: "kappa", Better: 1, also: []string{"cohenkappa", "cohenskappa"}},
	{Name: "mcc", Better: 1, also: []string{"matthewscorrelationcoefficient"}},
	{Name: "r2", Better: 1, also: []string{"rsquared", "coefficientofdetermination"}},
	{Name: "net_benefit", Better: 1, also: []string{"netbenefit"}},
	{Name: "brier", Better: -1, Share: true, also: []string{"brierscore"}},
	{Name: "ece", Better: -1, Share: true, also: []string{"expectedcalibrationerror"}},
	{Name: "mce", Better: -1, Share: true, also: []string{"maximumcalibrationerror"}},
	{Name: "log_loss", Better: -1, also: []string{"logloss", "crossentropy"}},
	{Name: "mae", Better: -1, also: []string{"meanabsoluteerror"}},
	{Name: "mse", Better: -1, also: []string{"meansquarederror"}},
	{Name: "rmse", Better: -1, also: []string{"rootmeansquarederror"}},
	{Name: "mape", Better: -1, also: []string{"meanabsolutepercentageerror"}},
	{Name: "msle", Better: -1, also: []string{"meansquaredlogerror"}},
	{Name: "rmsle", Better: -1, also: []string{"rootmeansquaredlogerror"}},
	{Name: "fpr", Better: -1, Share: true, also: []string{"falsepositiverate"}},
	{Name: "fnr", Better: -1, Share: true, also: []string{"falsenegativerate"}},
	{Name: "override_rate", Better: -1, Share: true, also: []string{"overriderate"}},
	{Name: "calibration_slope", Target: 1, also: []string{"calibrationslope"}},
	{Name: "calibration_intercept", Target: 0, also: []string{"calibrationintercept", "calibrationinthelarge"}},
}

// MetricOf finds a metric by any of its names; one that is not known has no Name.
func MetricOf(name string) Known {
	n := folded(name)
	for _, m := range metrics {
		if n != "" && (n == folded(m.Name) || slices.Contains(m.also, n)) {
			return m
		}
	}
	return Known{}
}

// MetricNames are the names of the metrics that are known, sorted.
func MetricNames() []string {
	var out []string
	for _, m := range metrics {
		out = append(out, m.Name)
	}
	slices.Sort(out)
	return out
}

// Worse is by how much b is worse than a, below 0 when it is better.
func (k Known) Worse(a, b float64) float64 {
	switch k.Better {
	case 1:
		return a - b
	case -1:
		return b - a
	}
	return abs(b-k.Target) - abs(a-k.Target)
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
