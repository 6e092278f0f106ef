package drift

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// correlated writes rows of four columns that go together by rho, moved by shift.
func correlated(t *testing.T, name string, seed uint64, n int, rho, shift float64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	var b strings.Builder
	b.WriteString("patient,a,b,c,d\n")
	for i := range n {
		x := make([]string, 4)
		last := r.NormFloat64()
		for j := range x {
			if j > 0 {
				last = rho*last + math.Sqrt(1-rho*rho)*r.NormFloat64()
			}
			x[j] = fmt.Sprintf("%.5f", last+shift)
		}
		fmt.Fprintf(&b, "P%d,%s\n", i/2, strings.Join(x, ","))
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRowsAsAWhole: each way of comparing rows as a whole is had by its name, is quiet on
// the same, and finds what it is made for; also where rows belong to patients.
func TestRowsAsAWhole(t *testing.T) {
	for _, tc := range []struct {
		method, test string
		rho, shift   float64
		want         Decision
	}{
		{"mmd", "mmd", 0.8, 0, OK}, {"lsdd", "lsdd", 0.8, 0, OK}, {"pca", "pca-reconstruction", 0.8, 0, OK}, {"classifier", "classifier", 0.8, 0, OK},
		{"mmd", "mmd", 0, 0, Drift}, {"lsdd", "lsdd", 0, 0, Drift}, {"pca", "pca-reconstruction", 0, 0, Drift},
		{"mmd", "mmd", 0.8, 0.6, Drift}, {"lsdd", "lsdd", 0.8, 0.6, Drift}, {"classifier", "classifier", 0.8, 0.6, Drift},
	} {
		t.Run(fmt.Sprintf("%s, correlation %v, moved by %v", tc.method, tc.rho, tc.shift), func(t *testing.T) {
			t.Parallel()
			for _, unit := range []string{"", "unit: patient\n"} {
				cfg, err := ReadConfig(strings.NewReader("drift: 1\n" + unit + "ignore: [patient]\nrounds: 199\nmultivariate: {method: " + tc.method + ", rows: 400}\n"))
				if err != nil {
					t.Fatal(err)
				}
				rep, err := Files(t.Context(), correlated(t, "a.csv", 1, 400, 0.8, 0), correlated(t, "b.csv", 2, 400, tc.rho, tc.shift), cfg)
				if err != nil {
					t.Fatal(err)
				}
				m := rep.Multivariate
				if m == nil || m.Decision != tc.want || !strings.HasPrefix(m.Test, tc.test) {
					t.Errorf("%q: %+v, want %v by %s", unit, m, tc.want, tc.test)
				}
			}
		})
	}
}
