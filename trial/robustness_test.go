package trial

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// endpoint is a model that answers here.
type endpoint struct {
	score func(in map[string]any) float64
	sent  int64
	left  int64
	stop  int64 // an error from that request on; 0: none
}

func (e *endpoint) Ask(_ context.Context, patient string, in any) (float64, error) {
	e.sent++
	if e.stop > 0 && e.sent >= e.stop {
		return 0, errors.New("status 500")
	}
	return e.score(in.(map[string]any)), nil
}
func (e *endpoint) Sent() int64 { return e.sent }
func (e *endpoint) Left() int64 { return e.left - e.sent }

func cohort(t testing.TB, n int) string {
	rng := rand.New(rand.NewPCG(2, 2))
	return file(t, "patient,label,a,b,ward", n, func(i int) string {
		return fmt.Sprintf("TEST-%d,%d,%.4f,%.4f,icu", i, i%2, rng.NormFloat64()+4*float64(i%2), 100+rng.NormFloat64())
	})
}

func num(in map[string]any, name string) float64 {
	x, ok := in[name].(float64)
	if !ok {
		return math.NaN()
	}
	return x
}

// A steady model passes; one that takes a missing value for illness does not; one whose
// answers are dice is told by asking twice.
func TestRobustness(t *testing.T) {
	s, err := SamplesOf(cohort(t, 200), "table", RobustnessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(3, 3))
	for name, c := range map[string]struct {
		score func(map[string]any) float64
		want  string
		fails string
	}{
		"steady": {func(in map[string]any) float64 {
			if a := num(in, "a"); a > -1e6 {
				return 1 / (1 + math.Exp(-(min(a, 6)-2)*3))
			}
			return .2
		}, "", ""},
		"missing is ill": {func(in map[string]any) float64 {
			if math.IsNaN(num(in, "a")) || math.IsNaN(num(in, "b")) {
				return 1
			}
			return 1 / (1 + math.Exp(-(num(in, "a")-2)*3))
		}, Fail, "missing 3: decisions changed"},
		"dice": {func(map[string]any) float64 { return dice.Float64() }, Fail, "asked again: decisions changed"},
	} {
		r, err := Robustness(t.Context(), s, &endpoint{score: c.score, left: 1e6}, RobustnessOptions{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		failed := ""
		for _, m := range r.Measures {
			if m.State == Fail {
				failed += m.Name + "; "
			}
		}
		if c.want != "" && r.Decision != c.want || !strings.Contains(failed, c.fails) || c.fails == "" && strings.Contains(failed, "noise") {
			t.Errorf("%s: %s: %s", name, r.Decision, failed)
		}
		if named := r.RowsOf > 0; named != (strings.Contains(name, "dice") || strings.Contains(name, "missing")) && name != "steady" {
			t.Errorf("%s: %d rows whose decision changed", name, r.RowsOf)
		}
		if r.Requests != s.Requests(RobustnessOptions{}) || r.Requests != 200*14 {
			t.Errorf("%d requests", r.Requests)
		}
	}
}

// A search turns what stands near the threshold, names it, and keeps within its requests.
func TestASearchIsBounded(t *testing.T) {
	s, err := SamplesOf(cohort(t, 60), "table", RobustnessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, steep := range map[string]float64{"brittle": 1e6, "numb": 0} {
		o := RobustnessOptions{Seed: 1, Kinds: []string{"rounding"}, Severities: 1, Search: 20}
		e := &endpoint{score: func(in map[string]any) float64 {
			if v := num(in, "b") - 100; steep > 0 && v < 0 {
				return 0
			}
			return 1
		}, left: 1e6}
		r, err := Robustness(t.Context(), s, e, o)
		if err != nil {
			t.Fatal(err)
		}
		last := r.Measures[len(r.Measures)-1]
		if !strings.HasPrefix(last.Name, "worst of 20") || (last.Value > 0) != (name == "brittle") || r.Requests > s.Requests(o) || int(last.Value*60+.5) != r.RowsOf && name == "numb" {
			t.Errorf("%s: %+v, %d requests, %d rows", name, last, r.Requests, r.RowsOf)
		}
	}
	e := &endpoint{score: func(map[string]any) float64 { return 1 }, left: 60 * 3}
	if _, err := Robustness(t.Context(), s, e, RobustnessOptions{Kinds: []string{"rounding"}, Severities: 1, Search: 20}); wardround.ErrorCode(err) != wardround.EForbidden || e.sent > 0 {
		t.Errorf("more than is granted is begun: %v, %d sent", err, e.sent)
	}
}

// The first error ends the trial: what is whole is told, and it is not a pass. More
// than is granted is not even begun.
func TestATrialStops(t *testing.T) {
	s, err := SamplesOf(cohort(t, 50), "table", RobustnessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	steady := func(in map[string]any) float64 { return .9 }
	e := &endpoint{score: steady, left: 1e6, stop: 130}
	r, err := Robustness(t.Context(), s, e, RobustnessOptions{})
	if err != nil || r.Decision != Unknown || !strings.Contains(r.Problem, "missing, row 30: status 500") || e.sent != 130 || len(r.Measures) == 0 {
		t.Errorf("%v: %+v after %d", err, r, e.sent)
	}
	e = &endpoint{score: steady, left: 100}
	if _, err := Robustness(t.Context(), s, e, RobustnessOptions{}); wardround.ErrorCode(err) != wardround.EForbidden || e.sent != 0 {
		t.Errorf("%v after %d", err, e.sent)
	}
	if _, err := Robustness(t.Context(), s, e, RobustnessOptions{Kinds: []string{"blur"}}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Error(err)
	}
}

// Images and traces are sent as they are declared, and get worse.
func TestImagesAndSeries(t *testing.T) {
	name := file(t, "patient,label,image", 4, func(i int) string { return fmt.Sprintf("TEST,%d,film%d.png", i%2, i%2) })
	for k := range 2 {
		g := image.NewGray16(image.Rect(0, 0, 32, 32))
		for i := range 1024 {
			g.SetGray16(i%32, i/32, color.Gray16{Y: uint16(20000 + 20000*k + 9000*(i%2))})
		}
		f, err := os.Create(filepath.Join(filepath.Dir(name), fmt.Sprintf("film%d.png", k)))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, g), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	s, err := SamplesOf(name, "image", RobustnessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	_, err = Robustness(t.Context(), s, &endpoint{left: 1000, score: func(in map[string]any) float64 {
		b, err := base64.StdEncoding.DecodeString(in["image"].(string))
		if err != nil {
			t.Error(err)
		}
		seen[string(b)] = true
		return .5
	}}, RobustnessOptions{})
	if err != nil || len(seen) < 2*16 {
		t.Errorf("%v: %d different images", err, len(seen))
	}
	s, err = SamplesOf(file(t, "patient,series", 3, func(int) string { return "TEST,0 1 0 -1 0 1 0 -1" }), "series", RobustnessOptions{Rate: 500})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Robustness(t.Context(), s, &endpoint{left: 1000, score: func(in map[string]any) float64 { return in["series"].([]float64)[1] }}, RobustnessOptions{})
	if err != nil || r.Decision == Pass {
		t.Errorf("three rows tell nothing: %v %+v", err, r)
	}
	for want, bad := range map[string]string{
		"no column patient": file(t, "image", 1, func(int) string { return "film0.png" }),
		"row 1":             file(t, "patient,image", 1, func(int) string { return "TEST,../../etc/passwd" }),
	} {
		if _, err := SamplesOf(bad, "image", RobustnessOptions{}); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
