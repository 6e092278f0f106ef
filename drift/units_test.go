package drift

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func rounds(t testing.TB, name string, seed uint64, patients int, shift float64) string {
	r := rand.New(rand.NewPCG(seed, 2))
	var b strings.Builder
	b.WriteString("patient,hr,rhythm\n")
	for p := range patients {
		mean, rhythm := 75+shift+10*r.NormFloat64(), "sinus"
		if r.Float64() < 0.3 {
			rhythm = "af"
		}
		for range 5 {
			fmt.Fprintf(&b, "p%d,%.4f,%s\n", p, mean+3*r.NormFloat64(), rhythm)
		}
	}
	f := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(f, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// Five rows of each patient, nothing moved: with the unit named, false alarms keep to the level; without it they don't.
func TestUnitsKeepTheLevel(t *testing.T) {
	const trials = 60
	with, without := 0, 0
	for i := range uint64(trials) {
		a, b := rounds(t, "a.csv", 2*i, 200, 0), rounds(t, "b.csv", 2*i+1, 200, 0)
		if run(t, a, b, Config{Unit: "patient"}).Decision == Drift {
			with++
		}
		if run(t, a, b, Config{Ignore: []string{"patient"}}).Decision == Drift {
			without++
		}
	}
	t.Logf("alarms of %d: %d with units, %d without", trials, with, without)
	if with > 9 { // three expected at most; 99.9 % bound
		t.Errorf("%d alarms of %d though nothing moved", with, trials)
	}
	if without < 15 {
		t.Errorf("%d alarms without units: the trial is no trial", without)
	}
	r := run(t, rounds(t, "a.csv", 1, 300, 0), rounds(t, "b.csv", 2, 300, 6), Config{Unit: "patient"})
	hr := r.of("hr")
	if hr.Decision != Drift || hr.Effective == nil || hr.Effective[0] > 500 || r.Reference.Units != 300 {
		t.Errorf("%s %s %+v", hr.Decision, hr.Reason, hr.Effective)
	}
}

// scored writes a model's scores with labels: prevalence, how well the score separates, and whether labels obey it.
func scored(t testing.TB, name string, seed uint64, prevalence float64, labels bool, twist float64) string {
	r := rand.New(rand.NewPCG(seed, 5))
	var b strings.Builder
	b.WriteString("x,score,label\n")
	for range 3000 {
		y := 0.0
		if r.Float64() < prevalence {
			y = 1
		}
		x := r.NormFloat64() + 2*y
		score := 1 / (1 + 10*pow(0.2, x))
		if r.Float64() < twist { // the outcome no longer follows what the model sees
			y = float64(r.IntN(2))
		}
		l := fmt.Sprintf("%.0f", y)
		if !labels {
			l = ""
		}
		fmt.Fprintf(&b, "%.4f,%.5f,%s\n", x, score, l)
	}
	f := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(f, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestKindsOfShift(t *testing.T) {
	cfg := Config{Label: "label", Prediction: "score"}
	ref := scored(t, "reference.csv", 1, 0.2, true, 0)
	for name, c := range map[string]struct {
		file string
		has  string
		not  string
	}{
		"nothing":                  {scored(t, "a.csv", 2, 0.2, true, 0), "", "label concept covariate"},
		"an epidemic":              {scored(t, "b.csv", 3, 0.5, true, 0), "label", ""},
		"an epidemic, no labels":   {scored(t, "c.csv", 4, 0.5, false, 0), "label", "concept"},
		"outcomes leave the model": {scored(t, "d.csv", 5, 0.2, true, 0.6), "concept", ""},
	} {
		r := run(t, ref, c.file, cfg)
		for _, k := range strings.Fields(c.has) {
			if !strings.Contains(r.kinds(), k) {
				t.Errorf("%s: no %s in %q: %+v", name, k, r.kinds(), r.Shift)
			}
		}
		for _, k := range strings.Fields(c.not) {
			if strings.Contains(r.kinds(), k) {
				t.Errorf("%s: %s in %q: %+v", name, k, r.kinds(), r.Shift)
			}
		}
	}
}
