//go:build unix

package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/wardround/wardround/stat/sketch"
)

// stays is an intensive care unit: patients stay for days or weeks, with some records
// every day, so that a week's rows are of far fewer patients than its days add up to, and
// the next week is of some of the same. Most of what is known of a patient is the same all
// the time. Columns are a number that moves little within a patient, one without mean or
// variance, one that is zero but for a few patients, one of two values, 999 to 1, a
// constant, and categories of two, of twenty and of three of which one is very rare. What
// a line measures is missing for as long as the patient has none, days on end; what an
// analyser measures is missing for a whole day of many, now and then.
type stays struct {
	arrivals float64 // a day
}

func (stays) moves() string { return "pressure" }
func (stays) columns() int  { return 10 }

const (
	longest = 60 // days
	leaves  = 1. / 6
)

// patient is what is the same in all records.
type patient struct {
	name           string
	pressure, shed float64
	dialysis, rare bool
	sex, reason    string
	isolated       string
	line           [longest]bool
}

func (x stays) window(rng *rand.Rand, seed uint64, day int, shift float64) (*sketch.Window, error) {
	from := begin.AddDate(0, 0, day)
	w := &sketch.Window{Version: sketch.Version, Model: "chest", Service: "triage", From: from, To: from.AddDate(0, 0, 1), Units: sketch.NewHLL()}
	c := map[string]*sketch.Column{}
	for _, name := range []string{"pressure", "lactate", "shed", "dose", "alert", "mode", "risk", "sex", "reason", "isolated"} {
		typ, role := sketch.Number, sketch.Feature
		switch name {
		case "sex", "reason", "isolated":
			typ = sketch.Category
		case "risk":
			role = sketch.Output
		}
		col, err := sketch.NewColumn(name, typ, role, "", sketch.Options{Seed: seed ^ uint64(day+1000), NoDisplay: true})
		if err != nil {
			return nil, err
		}
		c[name], w.Columns = col, append(w.Columns, col)
	}
	down := rng.Float64() < 0.2 // the analyser, for a part of the day
	for came := day - longest + 1; came <= day; came++ {
		// Who came on a day is the same whichever day is asked for.
		r := rand.New(rand.NewPCG(seed, uint64(came+100_000)))
		for n := range poisson(r, x.arrivals) {
			p, until := arrive(r, fmt.Sprint(came, " ", n))
			if came+until <= day {
				continue
			}
			w.Units.Add(p.name)
			records := 1 + poisson(rng, 2)
			for range records {
				pressure := math.Sqrt(0.8)*p.pressure + math.Sqrt(0.2)*rng.NormFloat64()
				c["pressure"].AddNumber(pressure + shift)
				if down && rng.Float64() < 0.05 {
					c["lactate"].AddMissing(1)
				} else {
					c["lactate"].AddNumber(math.Exp(0.5*p.pressure + rng.NormFloat64()))
				}
				if p.line[day-came] {
					c["shed"].AddNumber(p.shed) // no mean, no variance
				} else {
					c["shed"].AddMissing(1)
				}
				dose := 0.0
				if p.dialysis {
					dose = 10 + rng.NormFloat64()
				}
				c["dose"].AddNumber(dose)
				alert := 0.0
				if p.rare {
					alert = 1
				}
				c["alert"].AddNumber(alert)
				c["mode"].AddNumber(1)
				c["risk"].AddNumber(1 / (1 + math.Exp(1-0.7*pressure)))
				c["sex"].AddText(p.sex, 1)
				c["reason"].AddText(p.reason, 1)
				c["isolated"].AddText(p.isolated, 1)
				w.Rows++
			}
			w.RowsPerUnit.Add(float64(records))
		}
	}
	return w, nil
}

// arrive draws a patient, and for how many days.
func arrive(r *rand.Rand, name string) (p patient, until int) {
	p = patient{name: name, pressure: r.NormFloat64(), shed: math.Tan(math.Pi * (r.Float64() - 0.5)), dialysis: r.Float64() < 0.1, rare: r.Float64() < 0.001}
	p.sex = []string{"F", "M"}[r.IntN(2)]
	reason := 0
	for reason < 19 && r.Float64() > 0.2 {
		reason++
	}
	p.reason, p.isolated = fmt.Sprint("reason ", reason), "no"
	if z := r.Float64(); z < 0.001 {
		p.isolated = "airborne"
	} else if z < 0.15 {
		p.isolated = "contact"
	}
	line := r.Float64() < 0.7
	for until = 1; until < longest && r.Float64() > leaves; until++ {
	}
	for i := range until {
		if r.Float64() < 0.2 { // it is put in, or taken out
			line = !line
		}
		p.line[i] = line
	}
	return p, until
}
