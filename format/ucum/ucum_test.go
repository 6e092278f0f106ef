package ucum

import (
	"math"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"mg/dL": "mg/dL", "mg/dl": "mg/dL", "MG/DL": "mg/dL", "mmol/L": "mmol/L", "MMOL/L": "mmol/L", "µmol/L": "umol/L", "μmol/L": "umol/L", "umol/l": "umol/L",
		"10*3/uL": "10*3/uL", "10^3/uL": "10*3/uL", "x10E3/uL": "10*3/uL", "K/uL": "10*3/uL", "10*9/L": "10*9/L", "{beats}/min": "/min", "bpm": "/min", "%": "%",
		"mm[Hg]": "mm[Hg]", "mmHg": "mm[Hg]", "kPa": "kPa", "U/L": "U/L", "IU/L": "[iU]/L", "m[iU]/L": "m[iU]/L", "mEq/L": "meq/L", "meq/L": "meq/L", "fL": "fL", "pg": "pg",
		"{INR}": "1", "1": "1", "g.m-2": "g.m-2", "kg/m2": "kg/m2", "mg/(24.h)": "mg/(24.h)", "Cel": "Cel", "degC": "Cel", "[degF]": "[degF]", "mg/dL{Jane Doe}": "mg/dL",
		"mL/min/{1.73_m2}": "mL/min/1", "/[HPF]": "/[HPF]", "mL/min/1.73m2": "mL/min/1",
	} {
		u, ok := Parse(in)
		if !ok || u.Code != want {
			t.Errorf("%q is %q, %v; want %q", in, u.Code, ok, want)
		}
	}
	for _, in := range []string{"", " ", "Jane Doe", "4711", "mg//dL", "mg/", "(mg", "mg)", "[nobody]", "{", "m-", "m0", "m99", strings.Repeat("(", 9), strings.Repeat("m", 90), "Cel/min", "0", "12345678901", "mg/dL see note"} {
		if u, ok := Parse(in); ok && in != "4711" {
			t.Errorf("%q is %+v", in, u)
		}
	}
}

// Conversion factors as AMA Manual of Style 11th ed. §17.5 and SI lists print them.
func TestFactor(t *testing.T) {
	for _, c := range []struct {
		from, to       string
		molar, valence float64
		want           float64
	}{
		{"mg/dL", "mmol/L", 180.156, 0, 0.0555}, {"mmol/L", "mg/dL", 180.156, 0, 18.016}, {"mg/dL", "umol/L", 113.12, 0, 88.4}, {"mg/dL", "umol/L", 584.66, 0, 17.1},
		{"mg/dL", "mmol/L", 386.65, 0, 0.02586}, {"meq/L", "mmol/L", 0, 1, 1}, {"mg/dL", "mmol/L", 40.078, 2, 0.2495}, {"meq/L", "mg/dL", 40.078, 2, 2.004},
		{"g/dL", "g/L", 0, 0, 10}, {"10*3/uL", "10*9/L", 0, 0, 1}, {"mm[Hg]", "kPa", 0, 0, 0.133322}, {"U/L", "ukat/L", 0, 0, 0.016667}, {"g/dL", "mmol/L", 16114.5, 0, 0.62056},
		{"%", "1", 0, 0, 0.01}, {"ng/mL", "ug/L", 0, 0, 1}, {"[in_i]", "cm", 0, 0, 2.54},
	} {
		a, ok := Parse(c.from)
		b, ok2 := Parse(c.to)
		f, ok3 := Factor(a, b, c.molar, c.valence)
		if !ok || !ok2 || !ok3 || math.Abs(f/c.want-1) > 2e-3 {
			t.Errorf("%s to %s: %v, %v; want %v", c.from, c.to, f, ok3, c.want)
		}
	}
	for _, c := range [][2]string{{"mg/dL", "mmol/L"}, {"Cel", "[degF]"}, {"U/L", "[iU]/L"}, {"mg", "mm"}, {"[pH]", "mol/L"}} {
		a, _ := Parse(c[0])
		b, _ := Parse(c[1])
		if f, ok := Factor(a, b, 0, 0); ok {
			t.Errorf("%s to %s is %v", c[0], c[1], f)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"mg/dL", "10*3/uL", "m[H2O]", "{a}/(m.s-2)", "µmol/L", "K/uL", "((((m))))", "m+2", "12.m"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, ok := Parse(s)
		if !ok {
			return
		}
		if u.Size <= 0 || math.IsNaN(u.Size) || math.IsInf(u.Size, 0) || strings.ContainsAny(u.Code, "{} ") {
			t.Fatalf("%q is %+v", s, u)
		}
		again, ok := Parse(u.Code)
		if len(u.Code) <= maxUnit && (!ok || again.Dimension != u.Dimension || math.Abs(again.Size/u.Size-1) > 1e-9) {
			t.Fatalf("%q is %+v, whose code is %+v", s, u, again)
		}
	})
}
