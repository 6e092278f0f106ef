package loinc

import (
	"math"
	"testing"

	"github.com/wardround/wardround/format/ucum"
)

func TestValid(t *testing.T) {
	for _, s := range []string{"2345-7", "2160-0", "8867-4", "718-7", "4548-4", "29463-7", "100019-9"} {
		if !Valid(s) {
			t.Errorf("%s is a code", s)
		}
	}
	for _, s := range []string{"", "-", "7", "2345-6", "2345", "23457", "2345-77", "0345-7", "2345-x", "x345-7", "12345678-4", "-7", " 2345-7"} {
		if Valid(s) {
			t.Errorf("%q is no code", s)
		}
	}
}

// Every code of the table has its check digit, every unit is one, and units of one
// analyte convert into each other.
func TestTable(t *testing.T) {
	if len(codes) < 60 || len(analytes) != len(codes) {
		t.Fatalf("%d codes, %d told apart: one is wrong or there twice", len(codes), len(analytes))
	}
	for _, c := range codes {
		a, _ := Known(c)
		if a.Name == "" || len(a.Units) == 0 {
			t.Errorf("%s: %+v", c, a)
		}
		first, ok := ucum.Parse(a.Units[0])
		for _, u := range a.Units {
			to, ok2 := ucum.Parse(u)
			if !ok || !ok2 || to.Code != u {
				t.Errorf("%s: unit %q is %+v", c, u, to)
				continue
			}
			if _, ok := ucum.Factor(first, to, a.Molar, a.Valence); !ok && to.Offset == 0 {
				t.Errorf("%s: nothing leads from %s to %s", c, first.Code, u)
			}
		}
	}
}

// Factors as the AMA Manual of Style, 11th edition, §17.5 has them: SI from
// conventional units.
func TestFactorsOfTheManual(t *testing.T) {
	for _, x := range []struct {
		code, from, to string
		want           float64
	}{
		{"2345-7", "mg/dL", "mmol/L", 0.0555}, {"2160-0", "mg/dL", "umol/L", 88.4}, {"3094-0", "mg/dL", "mmol/L", 0.357}, {"17861-6", "mg/dL", "mmol/L", 0.25},
		{"19123-9", "mg/dL", "mmol/L", 0.4114}, {"2777-1", "mg/dL", "mmol/L", 0.323}, {"1975-2", "mg/dL", "umol/L", 17.104}, {"2093-3", "mg/dL", "mmol/L", 0.0259},
		{"2571-8", "mg/dL", "mmol/L", 0.0113}, {"3084-1", "mg/dL", "umol/L", 59.485}, {"2498-4", "ug/dL", "umol/L", 0.179}, {"718-7", "g/dL", "g/L", 10},
		{"2524-7", "mg/dL", "mmol/L", 0.111}, {"3024-7", "ng/dL", "pmol/L", 12.871}, {"1989-3", "ng/mL", "nmol/L", 2.496}, {"16362-6", "ug/dL", "umol/L", 0.587},
		{"2951-2", "meq/L", "mmol/L", 1}, {"17861-6", "meq/L", "mmol/L", 0.5},
	} {
		a, ok := Known(x.code)
		from, _ := ucum.Parse(x.from)
		to, _ := ucum.Parse(x.to)
		f, ok2 := ucum.Factor(from, to, a.Molar, a.Valence)
		if !ok || !ok2 || math.Abs(f/x.want-1) > 0.005 {
			t.Errorf("%s (%s) from %s to %s: %v, the manual has %v", x.code, a.Name, x.from, x.to, f, x.want)
		}
	}
}
