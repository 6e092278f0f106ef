package trial

import (
	"bytes"
	"encoding/base64"
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

// A walk finds what a search by chance does not: a boundary beside which every row lies,
// in one direction of many. It keeps within its requests, tells how near the boundary is, and
// leaves a model alone whose decisions do not turn.
func TestAWalkFindsWhatChanceDoesNot(t *testing.T) {
	const features, rows = 20, 60
	rng := rand.New(rand.NewPCG(5, 5))
	names := "patient,whole"
	for j := range features {
		names += fmt.Sprintf(",f%d", j)
	}
	// Along (1, -1, 1, …) every row lies 0.035 from the boundary; every other way is free.
	cohort := file(t, names, rows, func(i int) string {
		x, along := make([]float64, features), 0.0
		for j := range x {
			x[j] = rng.NormFloat64()
			along += x[j] * float64(1-2*(j%2)) / features
		}
		line := fmt.Sprintf("TEST-%d,%d", i, i%7)
		for j := range x {
			line += fmt.Sprintf(",%.6f", x[j]+(.035*float64(1-2*(i%2))-along)*float64(1-2*(j%2)))
		}
		return line
	})
	o := RobustnessOptions{Seed: 1, Kinds: []string{"missing"}, Severities: 1, Rows: rows}
	s, err := SamplesOf(cohort, "table", o)
	if err != nil {
		t.Fatal(err)
	}
	walks := false
	brittle := func(in map[string]any) float64 {
		sum := 0.0
		for j := range features {
			sum += num(in, fmt.Sprint("f", j)) * float64(1-2*(j%2))
		}
		if w := num(in, "whole"); walks && w == w && w != math.Trunc(w) {
			t.Errorf("a whole number became %g", w)
		}
		return 1 / (1 + math.Exp(-sum))
	}
	share := func(o RobustnessOptions, score func(map[string]any) float64) (float64, *Report) {
		e := &endpoint{score: score, left: 1e6}
		r, err := Robustness(t.Context(), s, e, o)
		if err != nil || r.Requests > s.Requests(o) || e.sent != r.Requests {
			t.Fatalf("%v, %d requests of %d", err, r.Requests, s.Requests(o))
		}
		return r.Measures[len(r.Measures)-1].Value, r
	}
	search, walk := o, o
	search.Search, walk.Walk = 200, 200
	chance, _ := share(search, brittle)
	walks = true
	found, r := share(walk, brittle)
	if found < .95 || chance > .6*found || r.Decision != Fail {
		t.Errorf("by chance %.2f, by a walk %.2f, %s", chance, found, r.Decision)
	}
	t.Logf("200 requests a row: by chance %.2f of decisions turn, by a walk %.2f", chance, found)
	far := func(in map[string]any) float64 {
		if num(in, "f0") > 2.2 {
			return 1
		}
		return 0
	}
	if found, r = share(walk, far); found > .1 || len(r.Notes) == 0 || !strings.Contains(strings.Join(r.Notes, ";"), "the walk turned") {
		t.Errorf("%.2f, %q", found, r.Notes)
	}
	if found, r = share(walk, func(map[string]any) float64 { return .2 }); found != 0 || !strings.Contains(strings.Join(r.Notes, ";"), "turned no decision") {
		t.Errorf("%.2f, %q", found, r.Notes)
	}
	e := &endpoint{score: brittle, left: rows * 100}
	if _, err := Robustness(t.Context(), s, e, walk); wardround.ErrorCode(err) != wardround.EForbidden || e.sent > 0 {
		t.Errorf("more than is granted is begun: %v, %d sent", err, e.sent)
	}
	e = &endpoint{score: brittle, left: 1e6, stop: 3*rows + 50}
	if r, err = Robustness(t.Context(), s, e, walk); err != nil || r.Decision == Pass || !strings.Contains(r.Problem, "at the boundary, row 1: status 500") || e.sent != 3*rows+50 {
		t.Errorf("%v %+v", err, r)
	}
}

// Traces and images are walked, too; what is sent is a trace and an image of the same size.
func TestWalksOfTracesAndImages(t *testing.T) {
	trace := file(t, "patient,series", 4, func(i int) string {
		var b strings.Builder
		for j := range 50 {
			fmt.Fprintf(&b, "%.3f ", math.Sin(float64(j)/3)+.3*float64(i%2))
		}
		return "TEST," + b.String()
	})
	mean := func(in map[string]any) float64 {
		x, sum := in["series"].([]float64), 0.0
		for _, v := range x {
			sum += v / float64(len(x))
		}
		return sum
	}
	o := RobustnessOptions{Seed: 1, Kinds: []string{"scale"}, Severities: 1, Rate: 100, Threshold: .2, Walk: 60}
	s, err := SamplesOf(trace, "series", o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Robustness(t.Context(), s, &endpoint{score: mean, left: 1e6}, o)
	if err != nil || r.Problem != "" || !strings.Contains(strings.Join(r.Notes, ";"), "the walk turned 4 of 4") {
		t.Errorf("%v %+v", err, r)
	}
	name := file(t, "patient,image", 4, func(i int) string { return fmt.Sprintf("TEST,film%d.png", i) })
	for k := range 4 {
		w := 8 + 8*(k/3) // the last is larger
		g := image.NewGray16(image.Rect(0, 0, w, 8))
		for i := range 8 * w {
			g.SetGray16(i%w, i/w, color.Gray16{Y: uint16(20000 + 20000*(k%2) + 1000*(i%3))})
		}
		var b bytes.Buffer
		if err := png.Encode(&b, g); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(filepath.Dir(name), fmt.Sprintf("film%d.png", k)), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	light := func(in map[string]any) float64 {
		b, err := base64.StdEncoding.DecodeString(in["image"].(string))
		if err != nil {
			t.Fatal(err)
		}
		g, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		sum, n := 0.0, float64(g.Bounds().Dx()*8)
		for i := range int(n) {
			sum += float64(g.(*image.Gray16).Gray16At(i%int(n/8), i/int(n/8)).Y) / 65535 / n
		}
		return sum
	}
	o = RobustnessOptions{Seed: 1, Kinds: []string{"blur"}, Severities: 1, Threshold: .47, Walk: 80}
	if s, err = SamplesOf(name, "image", o); err != nil {
		t.Fatal(err)
	}
	if r, err = Robustness(t.Context(), s, &endpoint{score: light, left: 1e6}, o); err != nil || r.Problem != "" || !strings.Contains(strings.Join(r.Notes, ";"), "the walk turned") {
		t.Errorf("%v %+v", err, r)
	}
}
