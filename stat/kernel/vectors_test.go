package kernel

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestVectors: the statistics are those that numpy, scikit-learn and SciPy compute from
// the papers' definitions (testdata/vectors.py).
func TestVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Name       string
		A, B       [][]float64
		Width      float64
		MMD        float64
		MMDAt2     float64 `json:"mmd_at_2"`
		LSDD       float64
		PCA        float64
		PCAP       float64 `json:"pca_p"`
		Components int
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		near := func(what string, got, want, tolerance float64) {
			t.Helper()
			if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
				t.Errorf("%s, %s: %.15g, want %.15g", v.Name, what, got, want)
			}
		}
		o := Options{Rounds: 1}
		m, err := MMD(t.Context(), v.A, v.B, o)
		if err != nil {
			t.Fatal(err)
		}
		near("the median width", m.Width, v.Width, 1e-12)
		near("MMD", m.Statistic, v.MMD, 1e-12)
		at := o
		at.Width = 2
		if m, err = MMD(t.Context(), v.A, v.B, at); err != nil {
			t.Fatal(err)
		}
		near("MMD at width 2", m.Statistic, v.MMDAt2, 1e-12)
		many := o
		many.Features = 4096
		f, err := MMDFeatures(t.Context(), v.A, v.B, many)
		if err != nil {
			t.Fatal(err)
		}
		n, k := float64(len(v.A)), float64(len(v.B)) // biased: the mean of a kernel with itself is in it
		biased := v.MMD + (1-meanKernel(v.A, v.Width))/n + (1-meanKernel(v.B, v.Width))/k
		near("MMD by features", f.Statistic, biased, 0.03)
		l, err := LSDD(t.Context(), v.A, v.B, o)
		if err != nil {
			t.Fatal(err)
		}
		near("LSDD", l.Statistic, v.LSDD, 1e-10)
		if v.Components == 0 {
			continue
		}
		p, err := PCA(v.A, v.B, 0.65, o)
		if err != nil {
			t.Fatal(err)
		}
		near("PCA", p.Statistic, v.PCA, 1e-9)
		near("p of PCA", p.P, v.PCAP, 1e-9)
	}
	if len(all) < 4 {
		t.Errorf("%d vectors", len(all))
	}
}

// meanKernel is that of different rows of one sample.
func meanKernel(x [][]float64, width float64) (s float64) {
	for i := range x {
		for j := range x {
			if i != j {
				s += math.Exp(-squared(x[i], x[j])/(width*width)) / float64(len(x)*(len(x)-1))
			}
		}
	}
	return s
}
