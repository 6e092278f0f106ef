//go:build unix

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/wardround/wardround/stat/sketch"
)

// ward is a device that reads some 30 patients on a weekday and 10 on a Sunday, five
// records each that are alike; at weekends they are older and sicker, so that a Sunday
// is not a Monday. Eight columns: four numbers, two of which go together, a count, a
// laboratory value with a long tail, a category whose mix follows the week, one that
// does not, and the model's score.
type ward struct {
	icc    float64 // how alike the records of one patient are
	volume float64 // times as many patients
}

func (ward) moves() string { return "a" }
func (ward) columns() int  { return 8 }

func (x ward) window(rng *rand.Rand, seed uint64, day int, shift float64) (*sketch.Window, error) {
	from := begin.AddDate(0, 0, day)
	w := &sketch.Window{Version: sketch.Version, Model: "chest", Service: "triage", From: from, To: from.AddDate(0, 0, 1), Units: sketch.NewHLL()}
	names := []string{"a", "b", "c", "count", "crp", "score"}
	cols := make([]*sketch.Column, len(names))
	for i, n := range names {
		role := sketch.Feature
		if n == "score" {
			role = sketch.Output
		}
		c, err := sketch.NewColumn(n, sketch.Number, role, "", sketch.Options{Seed: seed ^ uint64(day+1000), NoDisplay: true})
		if err != nil {
			return nil, err
		}
		cols[i], w.Columns = c, append(w.Columns, c)
	}
	var cats [2]*sketch.Column
	for i, n := range []string{"part", "sex"} {
		c, err := sketch.NewColumn(n, sketch.Category, sketch.Feature, "", sketch.Options{})
		if err != nil {
			return nil, err
		}
		cats[i], w.Columns = c, append(w.Columns, c)
	}
	weekend := 0.0
	mean := 30.0
	if wd := from.Weekday(); wd == time.Saturday || wd == time.Sunday {
		weekend, mean = 0.5, 10
	}
	between, inside := math.Sqrt(x.icc), math.Sqrt(1-x.icc)
	for u := range poisson(rng, mean*x.volume) {
		w.Units.Add(fmt.Sprint(day, " ", u))
		var patient [4]float64
		for i := range patient {
			patient[i] = between * rng.NormFloat64()
		}
		sex := []string{"F", "M"}[rng.IntN(2)]
		for range 5 {
			z := func(i int) float64 { return patient[i] + inside*rng.NormFloat64() }
			a := z(0) + weekend + shift
			b := 0.7*z(0) + 0.714*z(1)
			c := z(2)
			cols[0].AddNumber(a)
			cols[1].AddNumber(b)
			cols[2].AddNumber(c)
			cols[3].AddNumber(float64(poisson(rng, math.Exp(0.5+0.5*patient[3]))))
			cols[4].AddNumber(math.Exp(1.5 + 1.2*(z(3)+weekend/2)))
			cols[5].AddNumber(1 / (1 + math.Exp(-(0.5*b + 0.3*c - 1 + 0.5*rng.NormFloat64()))))
			part := "CHEST"
			if r := rng.Float64(); r < 0.2+0.2*weekend {
				part = "ABDOMEN"
			} else if r < 0.3 {
				part = "HEAD"
			}
			cats[0].AddText(part, 1)
			cats[1].AddText(sex, 1)
			w.Rows++
		}
		w.RowsPerUnit.Add(5)
	}
	return w, nil
}

func poisson(rng *rand.Rand, mean float64) int {
	k, p, l := 0, 1.0, math.Exp(-mean)
	for p *= rng.Float64(); p > l; p *= rng.Float64() {
		k++
	}
	return k
}
