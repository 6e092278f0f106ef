// Package loinc knows the form of LOINC codes, and of the laboratory results that come
// most often what is needed to tell one unit from another: the molar mass, and the
// units that laboratories report it in.
//
// It holds codes and no names of LOINC's. Analytes are named in our words.
package loinc

import "strings"

// maxCode is the longest code: seven digits, a hyphen and the check digit.
const maxCode = 9

// Valid reports whether s has the form of a LOINC code and its check digit is right
// (LOINC Users' Guide, "Calculating Mod 10 check digits"). It says nothing of whether
// the code was given out.
func Valid(s string) bool {
	n := len(s) - 2
	if n < 1 || len(s) > maxCode || s[n] != '-' || s[0] == '0' {
		return false
	}
	sum := 0
	for i := range n {
		c := s[n-1-i]
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i%2 == 0 { // from the right, every other digit counts twice
			d *= 2
		}
		sum += d/10 + d%10
	}
	check := s[n+1]
	return check >= '0' && check <= '9' && int(check-'0') == (10-sum%10)%10
}

// Analyte is what a code measures.
type Analyte struct {
	Code string
	Name string // in plain words: "glucose"
	// Molar is the molar mass in g/mol by which laboratories convert, 0 where none is
	// used; Valence the charge, 0 of what has none.
	Molar, Valence float64
	// Units are those that it is reported in, in UCUM, most often first.
	Units []string
}

// Known returns what is known of a code; ok is false for one of which nothing is.
func Known(code string) (Analyte, bool) {
	a, ok := analytes[code]
	return a, ok
}

// Codes lists the codes that something is known of, in the order of the table.
func Codes() []string { return codes }

var (
	analytes = map[string]Analyte{}
	codes    []string
)

// table has one analyte a line: name, molar mass, valence, units, codes. Codes of one
// line differ in the kind of quantity (mass, substance) or the specimen, and are often
// sent for each other.
//
// Molar masses follow from the standard atomic weights (IUPAC 2021, abridged), of the
// form that laboratories convert by: urea nitrogen counts as two nitrogen atoms,
// triglycerides as triolein, haemoglobin as the monomer of 16,114.5 g/mol (the fourth
// part of the tetramer), phosphate as phosphorus. The conversion factors that result
// are those of the AMA Manual of Style, 11th edition, §17.5; a test compares them.
const table = `
glucose           180.156  0  mg/dL mmol/L g/L           2345-7 2339-0 14749-6 15074-8 1558-6 14771-0 41653-7
creatinine        113.12   0  mg/dL umol/L mg/L          2160-0 14682-9 38483-4
urea nitrogen      28.014  0  mg/dL mmol/L               3094-0 22664-7
sodium             22.990  1  mmol/L meq/L               2951-2 2947-0
potassium          39.098  1  mmol/L meq/L               2823-3 6298-4
chloride           35.45   1  mmol/L meq/L               2075-0
bicarbonate        61.017  1  mmol/L meq/L               1963-8 2028-9
calcium            40.078  2  mg/dL mmol/L meq/L         17861-6 2000-8 1995-0 1994-3
magnesium          24.305  2  mg/dL mmol/L meq/L         19123-9 2601-3
phosphate          30.974  0  mg/dL mmol/L               2777-1 14879-1
bilirubin         584.67   0  mg/dL umol/L               1975-2 14631-6 1968-7 14629-0
cholesterol       386.66   0  mg/dL mmol/L g/L           2093-3 14647-2 2085-9 14646-4 13457-7 2089-1
triglycerides     885.45   0  mg/dL mmol/L g/L           2571-8 14927-8
urate             168.11   0  mg/dL umol/L mmol/L        3084-1 14933-6
lactate            90.08   0  mmol/L mg/dL               2524-7 32693-4 2518-9
iron               55.845  0  ug/dL umol/L               2498-4 14798-3
haemoglobin     16114.5    0  g/dL g/L mmol/L            718-7 59260-0 20509-6
albumin             0      0  g/dL g/L                   1751-7
protein             0      0  g/dL g/L                   2885-2
C-reactive protein  0      0  mg/L mg/dL                 1988-5 30522-7
ammonia            17.031  0  umol/L ug/dL               16362-6
thyroxine, free   776.87   0  ng/dL pmol/L               3024-7 14920-3
vitamin D 25-OH   400.64   0  ng/mL nmol/L               1989-3 62292-8
leucocytes          0      0  10*3/uL 10*9/L /uL         6690-2 26464-8
platelets           0      0  10*3/uL 10*9/L /uL         777-3 26515-7
erythrocytes        0      0  10*6/uL 10*12/L            789-8 26453-1
haematocrit         0      0  % 1                        4544-3 20570-8
troponin I          0      0  ng/mL ng/L                 10839-9 89579-7
troponin T          0      0  ng/mL ng/L                 6598-7 67151-1
D-dimer             0      0  ng/mL ug/L mg/L            48065-7 48066-5
procalcitonin       0      0  ng/mL ug/L                 33959-8
aspartate transaminase 0   0  U/L ukat/L                 1920-8
alanine transaminase 0     0  U/L ukat/L                 1742-6
body temperature    0      0  Cel [degF]                 8310-5
body weight         0      0  kg [lb_av] g               29463-7 3141-9
body height         0      0  cm m [in_i]                8302-2
oxygen tension      0      0  mm[Hg] kPa                 2703-7
carbon dioxide tension 0   0  mm[Hg] kPa                 2019-8
`

func init() {
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		n := 0 // words of the name
		for !number(f[n]) || !number(f[n+1]) {
			n++
		}
		a := Analyte{Name: strings.Join(f[:n], " "), Molar: decimal(f[n]), Valence: decimal(f[n+1])}
		for _, w := range f[n+2:] {
			if Valid(w) {
				c := a
				c.Code = w
				codes = append(codes, w)
				analytes[w] = c
				continue
			}
			a.Units = append(a.Units, w)
		}
	}
}
