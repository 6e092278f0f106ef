//go:build unix

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/wardround/wardround/stat/sketch"
)

// laboratory is a model over laboratory results, unlike the ward in all that a test
// rests on. Patients give one to forty records, most of them few, which are alike by
// nine tenths in one column and by a tenth in another. The week is another one: most on
// Monday, less every day, a handful on Sunday, and those from the emergency room. A day's
// calibration moves a value by a twentieth of a standard deviation. Columns are long
// tailed, rounded so that most are tied, zero for two thirds of the patients, missing
// for a third (for half at weekends), constant, of two and of fourteen categories.
type laboratory struct{}

func (laboratory) moves() string { return "creatinine" }
func (laboratory) columns() int  { return 11 }

var (
	labNumbers    = []string{"creatinine", "potassium", "crp", "troponin", "ferritin", "age", "dilution", "risk"}
	labCategories = []string{"assay", "sex", "urgent"}
	assays        = []string{"serum", "plasma", "urine", "capillary", "arterial", "csf", "pleural", "ascites", "drain", "synovial", "saliva", "sweat", "stool", "other"}
)

func (laboratory) window(rng *rand.Rand, seed uint64, day int, shift float64) (*sketch.Window, error) {
	from := begin.AddDate(0, 0, day)
	w := &sketch.Window{Version: sketch.Version, Model: "chest", Service: "triage", From: from, To: from.AddDate(0, 0, 1), Units: sketch.NewHLL()}
	n, c := map[string]*sketch.Column{}, map[string]*sketch.Column{}
	for i, name := range append(append([]string{}, labNumbers...), labCategories...) {
		typ, role := sketch.Number, sketch.Feature
		if i >= len(labNumbers) {
			typ = sketch.Category
		}
		if name == "risk" {
			role = sketch.Output
		}
		col, err := sketch.NewColumn(name, typ, role, "", sketch.Options{Seed: seed ^ uint64(day+1000), NoDisplay: true})
		if err != nil {
			return nil, err
		}
		n[name], c[name], w.Columns = col, col, append(w.Columns, col)
	}
	weekday := int(from.Weekday()+6) % 7 // Monday is 0
	mean, urgent := 150-17*float64(weekday), 0.1+0.02*float64(weekday)
	if from.Weekday() == time.Sunday {
		mean, urgent = 15, 0.9
	}
	calibration := 0.05 * rng.NormFloat64()
	for u := range poisson(rng, mean) {
		unit := fmt.Sprint(day, " ", u)
		w.Units.Add(unit)
		// Records of a patient: one for half of them, then a long tail.
		records := 1
		for records < 40 && rng.Float64() < 0.5+0.4*float64(min(records, 10))/10 {
			records++
		}
		emergency := rng.Float64() < urgent
		old := 45 + 25*rng.NormFloat64()
		p := [3]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		ill := rng.Float64() < 0.35
		sex := []string{"F", "M"}[rng.IntN(2)]
		for range records {
			near := func(i int, icc float64) float64 {
				return math.Sqrt(icc)*p[i] + math.Sqrt(1-icc)*rng.NormFloat64()
			}
			worse := 0.0
			if emergency {
				worse = 0.6
			}
			creatinine := near(0, 0.9) + worse + calibration
			n["creatinine"].AddNumber(creatinine + shift)
			n["potassium"].AddNumber(math.Round((4.2+0.5*near(1, 0.1))*5) / 5) // to a fifth: most are tied
			n["age"].AddNumber(math.Max(0, math.Round(old)))
			n["dilution"].AddNumber(1)
			troponin := 0.0
			if ill {
				troponin = math.Exp(1 + 1.5*near(1, 0.6) + worse)
			}
			n["troponin"].AddNumber(troponin)
			if missing := 0.33 + 0.17*float64(min(weekday/5, 1)); rng.Float64() < missing {
				n["crp"].AddMissing(1)
			} else {
				n["crp"].AddNumber(math.Exp(1.5 + 1.8*near(2, 0.5) + worse))
			}
			if rng.Float64() < 0.9 {
				n["ferritin"].AddMissing(1) // ordered for one in ten
			} else {
				n["ferritin"].AddNumber(math.Exp(4 + near(0, 0.5)))
			}
			n["risk"].AddNumber(1 / (1 + math.Exp(2-0.6*creatinine-0.4*near(2, 0.3))))
			a := 0
			for a < len(assays)-1 && rng.Float64() > 0.45 {
				a++
			}
			c["assay"].AddText(assays[a], 1)
			c["sex"].AddText(sex, 1)
			c["urgent"].AddText(fmt.Sprint(emergency), 1)
			w.Rows++
		}
		w.RowsPerUnit.Add(float64(records))
	}
	return w, nil
}
