package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/wardround/wardround/format/hl7"
)

// The laboratory's system LAB7 tells the interface engine of results, which the AI
// triage service reads from there: creatinine decides who is given contrast. In the
// scenario "lab-units" it gets new software, and a while later tells creatinine in µmol/L
// and still calls it mg/dL.
const (
	LabApp = "LAB7"
	// LabUpdate and LabUnits are when, after the first packet.
	LabUpdate = 17 * time.Minute
	LabUnits  = 21 * time.Minute

	labBefore, labAfter = "8.4.1", "8.5.0"
)

// assay is one kind of result: its LOINC code, unit, and how values spread.
type assay struct {
	code, name, unit string
	median, spread   float64 // of the logarithm
	digits           int
	low, high        float64
}

var assays = []assay{
	{"2160-0", "Creatinine", "mg/dL", 0.95, 0.35, 2, 0.6, 1.2},
	{"2345-7", "Glucose", "mg/dL", 118, 0.3, 0, 70, 99},
	{"2951-2", "Sodium", "mmol/L", 139, 0.025, 0, 136, 145},
	{"2823-3", "Potassium", "mmol/L", 4.1, 0.11, 1, 3.5, 5.1},
	{"1988-5", "CRP", "mg/L", 14, 1.1, 1, 0, 5},
}

// laboratory reports results of a patient every so often.
func (w *Ward) laboratory() {
	r := w.Rand("laboratory")
	m := w.mllp(w.lab, w.engine, 2579, LabApp, "HOSP")
	begin := w.Now()
	w.Every(6*time.Second, 24*time.Second/time.Duration(w.opt.Heavy), 5*time.Second/time.Duration(w.opt.Heavy), r, func() {
		p, since := w.beds[r.IntN(len(w.beds))], w.Now().Sub(begin)
		software, by := labBefore, 1.0
		if w.labUnits && since >= LabUpdate {
			software = labAfter
		}
		if w.labUnits && since >= LabUnits {
			by = 88.42 // creatinine has 113.12 g/mol
		}
		labReport(m, r, p, software, by, w.Now())
	})
}

// labReport is an ORU^R01 of the laboratory, creatinine times a factor.
func labReport(m *mllp, r *rand.Rand, p *Patient, software string, by float64, at time.Time) {
	m.send("R01", "ORU_R01", "", func(w *hl7.Writer) {
		w.Segment("SFT").Field(1, "Example Laboratory Systems").Field(2, software).Field(3, "LabCore").Field(4, "7")
		pid(w, p, "ICU", 1)
		w.Segment("OBR").Field(1, "1").Field(2, p.Accession, "LAB").Field(3, p.Accession, "LAB").Field(4, "24323-8", "Comprehensive metabolic panel", "LN").Field(7, at.Format("20060102150405"))
		n := 0
		for i, a := range assays {
			if i > 0 && r.IntN(4) == 0 {
				continue // not everything is asked for each time
			}
			n++
			x := a.median * math.Exp(a.spread*r.NormFloat64())
			flag := "N"
			switch {
			case x < a.low:
				flag = "L"
			case x > a.high:
				flag = "H"
			}
			if a.code == "2160-0" {
				x *= by
			}
			w.Segment("OBX").Field(1, strconv.Itoa(n)).Field(2, "NM").Field(3, a.code, a.name, "LN").Field(5, strconv.FormatFloat(x, 'f', a.digits, 64)).
				Field(6, a.unit, "", "UCUM").Field(7, fmt.Sprintf("%g-%g", a.low, a.high)).Field(8, flag).Field(11, "F").Field(14, at.Format("20060102150405"))
		}
		if r.IntN(10) == 0 {
			w.Segment("OBX").Field(1, strconv.Itoa(n+1)).Field(2, "TX").Field(3, "8251-1", "Comment", "LN").Field(5, p.Note).Field(11, "F")
		}
	})
}
