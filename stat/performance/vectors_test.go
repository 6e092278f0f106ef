package performance

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

type binaryVector struct {
	Name            string
	Score, Other    []float64
	Label           []int
	Cluster         []int32
	AUROC, AP       float64
	DeLongSE        float64 `json:"delong_se"`
	ObuchowskiSE    float64 `json:"obuchowski_se"`
	PairedZ         float64 `json:"paired_z"`
	PairedP         float64 `json:"paired_p"`
	Brier           float64
	LogLoss         float64 `json:"log_loss"`
	Confusion       Confusion
	F1, MCC         float64
	Kappa, Balanced float64
	ECEWidth        []float64 `json:"ece_width"`
	ECEMass         []float64 `json:"ece_mass"`
	Hosmer          []float64
	Spiegelhalter   []float64
	Joint           []float64
	JointSE         []float64 `json:"joint_se"`
	ClusterSE       []float64 `json:"cluster_se"`
	Large           float64
	LargeSE         float64 `json:"large_se"`
	Wald            []float64
	IsotonicX       []float64 `json:"isotonic_x"`
	IsotonicY       []float64 `json:"isotonic_y"`
	At              []float64
	IsotonicAt      []float64 `json:"isotonic_at"`
	NetBenefit      []float64 `json:"net_benefit"`
}

type vectors struct {
	Binary      []binaryVector
	Proportions []struct {
		K, N         float64
		Wilson, Beta []float64
	}
	Newcombe   []struct{ A, N, B, M, Low, High float64 }
	Regression struct {
		Actual, Predicted                     []float64
		MAE, MSE, RMSE, MAPE, MSLE, R2, MedAE float64
	}
	Multiclass struct {
		Label       []int
		Prob        [][]float64
		Accuracy    float64
		MacroAUC    float64 `json:"macro_auc"`
		WeightedAUC float64 `json:"weighted_auc"`
		MacroF1     float64 `json:"macro_f1"`
		WeightedF1  float64 `json:"weighted_f1"`
		MacroPPV    float64 `json:"macro_ppv"`
		WeightedPPV float64 `json:"weighted_ppv"`
		MacroRecall float64 `json:"macro_recall"`
		LogLoss     float64 `json:"log_loss"`
		Matrix      [][]float64
	}
}

func read(t testing.TB) vectors {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// near compares to 1e-9, relative for what is large.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: %.15g, want %.15g", what, got, want)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func labels(y []int) []bool {
	l := make([]bool, len(y))
	for i, v := range y {
		l[i] = v == 1
	}
	return l
}

func TestBinaryFiguresEqualThePeers(t *testing.T) {
	for _, v := range read(t).Binary {
		t.Run(v.Name, func(t *testing.T) {
			y := labels(v.Label)
			est, cmp := must[Estimate](t), must[Comparison](t)
			a := est(AUROC(v.Score, y, nil, 0.95))
			near(t, "auroc", a.Value, v.AUROC)
			near(t, "DeLong", a.SE, v.DeLongSE)
			c := est(AUROC(v.Score, y, v.Cluster, 0.95))
			near(t, "auroc by unit", c.Value, v.AUROC)
			near(t, "Obuchowski", c.SE, v.ObuchowskiSE)
			p := cmp(CompareAUROC(v.Score, v.Other, y, nil, 0.95))
			near(t, "paired z", p.Z, v.PairedZ)
			near(t, "paired p", p.P, v.PairedP)
			near(t, "average precision", est(AUPRC(v.Score, y, nil, 0.95)).Value, v.AP)
			near(t, "Brier", est(Brier(v.Score, y, nil, 0.95)).Value, v.Brier)
			near(t, "log loss", est(LogLoss(v.Score, y, nil, 0.95)).Value, v.LogLoss)
			m := must[Confusion](t)(Confuse(v.Score, y, 0.5))
			if m != v.Confusion {
				t.Errorf("confusion %v, want %v", m, v.Confusion)
			}
			near(t, "f1", m.F1(), v.F1)
			near(t, "mcc", m.MCC(), v.MCC)
			near(t, "kappa", m.Kappa(), v.Kappa)
			near(t, "balanced accuracy", m.BalancedAccuracy(), v.Balanced)
			z, pz, err := Spiegelhalter(v.Score, y)
			near(t, "Spiegelhalter", z, v.Spiegelhalter[0])
			near(t, "its p", pz, v.Spiegelhalter[1])
			if err != nil {
				t.Error(err)
			}
			calibrationVector(t, v, y)
		})
	}
}

func calibrationVector(t *testing.T, v binaryVector, y []bool) {
	for name, c := range map[string]struct {
		bins Bins
		want []float64
	}{"equal width": {Bins{}, v.ECEWidth}, "equal mass": {Bins{EqualMass: true}, v.ECEMass}} {
		e, m, err := ECE(v.Score, y, c.bins)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "ECE "+name, e, c.want[0])
		near(t, "MCE "+name, m, c.want[1])
		d := must[Decomposition](t)(Decompose(v.Score, y, c.bins))
		near(t, "decomposition "+name, d.Reliability-d.Resolution+d.Uncertainty+d.WithinVariance-d.WithinCovariance, v.Brier)
	}
	chi2, p, _, err := HosmerLemeshow(v.Score, y, 10, false)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Hosmer-Lemeshow", chi2, v.Hosmer[0])
	near(t, "its p", p, v.Hosmer[1])
	r := must[Recalibration](t)(Recalibrate(v.Score, y, nil, 0.95))
	near(t, "slope", r.Slope.Value, v.Joint[1])
	near(t, "slope se", r.Slope.SE, v.JointSE[1])
	near(t, "joint intercept", r.Joint, v.Joint[0])
	near(t, "intercept", r.Intercept.Value, v.Large)
	near(t, "intercept se", r.Intercept.SE, v.LargeSE)
	near(t, "Wald", r.Chi2, v.Wald[0])
	near(t, "its p", r.P, v.Wald[1])
	// statsmodels leaves out I/(I−1); we keep it.
	u := must[Recalibration](t)(Recalibrate(v.Score, y, v.Cluster, 0.95))
	i := float64(Units(v.Cluster).Count(len(y)))
	near(t, "slope se by unit", u.Slope.SE*math.Sqrt((i-1)/i), v.ClusterSE[1])
	hard := make([]float64, len(y))
	for i := range y {
		hard[i] = truth(y[i])
	}
	iso := must[*Isotonic](t)(FitIsotonic(v.Score, hard, nil))
	quick := must[*Isotonic](t)(FitIsotonicLabels(v.Score, y))
	if len(iso.X) != len(v.IsotonicX) {
		t.Errorf("%d corners, want %d", len(iso.X), len(v.IsotonicX))
	}
	for k, x := range v.At {
		near(t, fmt.Sprint("isotonic at ", x), iso.Probability(x), v.IsotonicAt[k])
		near(t, fmt.Sprint("isotonic of labels at ", x), quick.Probability(x), v.IsotonicAt[k])
	}
	nb := must[[]NetBenefit](t)(DecisionCurve(v.Score, y, v.NetBenefit[:1], nil, 0.95))
	near(t, "net benefit", nb[0].Model.Value, v.NetBenefit[1])
}

func TestIntervalsOfSharesEqualThePeers(t *testing.T) {
	v := read(t)
	for _, c := range v.Proportions {
		w, b := Wilson(c.K, c.N, 0.95), ClopperPearson(c.K, c.N, 0.95)
		near(t, fmt.Sprint("Wilson low ", c.K, c.N), w.Low, c.Wilson[0])
		near(t, fmt.Sprint("Wilson high ", c.K, c.N), w.High, c.Wilson[1])
		near(t, fmt.Sprint("Clopper-Pearson low ", c.K, c.N), b.Low, c.Beta[0])
		near(t, fmt.Sprint("Clopper-Pearson high ", c.K, c.N), b.High, c.Beta[1])
	}
	for _, c := range v.Newcombe {
		d := Newcombe(Wilson(c.A, c.N, 0.95), Wilson(c.B, c.M, 0.95))
		near(t, fmt.Sprint("Newcombe low ", c), d.Low, c.Low)
		near(t, fmt.Sprint("Newcombe high ", c), d.High, c.High)
	}
}

func TestRegressionEqualsThePeers(t *testing.T) {
	v := read(t).Regression
	g := must[Regression](t)(Regress(v.Predicted, v.Actual, nil, 0.95))
	near(t, "mae", g.MAE.Value, v.MAE)
	near(t, "mse", g.MSE.Value, v.MSE)
	near(t, "rmse", g.RMSE.Value, v.RMSE)
	near(t, "mape", g.MAPE.Value, v.MAPE)
	near(t, "msle", g.MSLE.Value, v.MSLE)
	near(t, "r2", g.R2.Value, v.R2)
	near(t, "median", g.MedianAE.Value, v.MedAE)
}

func TestMulticlassEqualsThePeers(t *testing.T) {
	v := read(t).Multiclass
	g := must[MulticlassFigures](t)(Multiclass{Classes: []string{"a", "b", "c", "d"}, Prob: v.Prob, Label: v.Label}.Figures())
	near(t, "accuracy", g.Accuracy.Value, v.Accuracy)
	near(t, "macro auc", g.MacroAUROC, v.MacroAUC)
	near(t, "weighted auc", g.WeightedAUROC, v.WeightedAUC)
	near(t, "macro f1", g.MacroF1, v.MacroF1)
	near(t, "weighted f1", g.WeightedF1, v.WeightedF1)
	near(t, "macro ppv", g.MacroPPV, v.MacroPPV)
	near(t, "weighted ppv", g.WeightedPPV, v.WeightedPPV)
	near(t, "macro recall", g.MacroSensitivity, v.MacroRecall)
	near(t, "log loss", g.LogLoss.Value, v.LogLoss)
	for i := range v.Matrix {
		for j, n := range v.Matrix[i] {
			near(t, fmt.Sprint("matrix", i, j), g.Matrix[i][j], n)
		}
	}
}

// The ratings of 109 images by one reader (Hanley & McNeil, Radiology 143,
// 1982, table I) are the example of the field. DeLong's error for them is
// printed in Stata's manual of roctab: area 0.8932, standard error 0.0307,
// interval 0.83295 to 0.95339.
func TestDeLongOnHanleyAndMcNeilsReadings(t *testing.T) {
	var score []float64
	var label []bool
	for rating, n := range []int{33, 6, 6, 11, 2} {
		for range n {
			score, label = append(score, float64(rating+1)), append(label, false)
		}
	}
	for rating, n := range []int{3, 2, 2, 11, 33} {
		for range n {
			score, label = append(score, float64(rating+1)), append(label, true)
		}
	}
	r := must[*Ranking](t)(Rank(score, label))
	e := r.AUROCPlain(0.95)
	got := fmt.Sprintf("%.4f %.4f %.5f %.5f", e.Value, e.SE, e.Low, e.High)
	if want := "0.8932 0.0307 0.83295 0.95339"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
