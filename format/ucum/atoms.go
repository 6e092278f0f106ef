package ucum

import "strings"

type prefixOf struct {
	code string
	size float64
}

type atomOf struct {
	code      string
	size      float64
	dimension Dimension
	metric    bool
	offset    float64
}

var prefixes = map[string]prefixOf{}

var atoms = map[string]atomOf{}

func dim(of ...int) (d Dimension) {
	for _, b := range of {
		if b < 0 {
			d[-b-1]--
		} else {
			d[b]++
		}
	}
	return d
}

// per is a base unit in the denominator.
func per(base int) int { return -base - 1 }

func init() {
	for _, x := range []prefixOf{{"Y", 1e24}, {"Z", 1e21}, {"E", 1e18}, {"P", 1e15}, {"T", 1e12}, {"G", 1e9}, {"M", 1e6}, {"k", 1e3}, {"h", 1e2}, {"da", 10},
		{"d", 1e-1}, {"c", 1e-2}, {"m", 1e-3}, {"u", 1e-6}, {"n", 1e-9}, {"p", 1e-12}, {"f", 1e-15}, {"a", 1e-18}} {
		prefixes[x.code] = x
	}
	prefixes["µ"[:2]] = prefixes["u"] // U+00B5, and the Greek letter
	prefixes["μ"[:2]] = prefixes["u"]
	add := func(metric bool, size float64, d Dimension, codes ...string) {
		for _, c := range codes {
			atoms[c] = atomOf{code: codes[0], size: size, dimension: d, metric: metric}
		}
	}
	litre := 1e-3
	newton := 1e3 // of a gram
	add(true, 1, dim(metre), "m")
	add(true, 1, dim(second), "s")
	add(true, 1, dim(gram), "g")
	add(true, 1, dim(kelvin), "K")
	add(true, 1, dim(mole), "mol")
	add(true, 1, dim(candela), "cd")
	add(true, 1, dim(radian), "rad")
	add(true, litre, dim(metre, metre, metre), "L", "l")
	add(true, 1, dim(equivalent), "eq", "Eq", "val")
	add(true, 1, dim(osmole), "osm", "Osm", "osmol", "Osmol")
	add(true, 1, dim(international), "[iU]", "[IU]", "IU")
	add(true, 1e-6/60, dim(mole, per(second)), "U") // µmol/min of catalysis (§44)
	add(true, 1, dim(mole, per(second)), "kat")
	add(true, 1, dim(per(second)), "Hz", "Bq")
	add(true, 3.7e10, dim(per(second)), "Ci")
	add(true, newton, dim(metre, gram, per(second), per(second)), "N")
	add(true, newton, dim(gram, per(metre), per(second), per(second)), "Pa")
	add(true, newton*1e5, dim(gram, per(metre), per(second), per(second)), "bar")
	add(true, newton*133322.387415, dim(gram, per(metre), per(second), per(second)), "m[Hg]")
	add(true, newton*9806.65, dim(gram, per(metre), per(second), per(second)), "m[H2O]")
	add(true, newton, dim(metre, metre, gram, per(second), per(second)), "J")
	add(true, newton, dim(metre, metre, gram, per(second), per(second), per(second)), "W")
	add(true, newton, dim(metre, metre, gram, per(second), per(second), per(coulomb)), "V")
	add(true, newton, dim(metre, metre, gram, per(second), per(coulomb), per(coulomb)), "Ohm")
	add(true, 1, dim(coulomb, per(second)), "A")
	add(true, 1, dim(metre, metre, per(second), per(second)), "Gy", "Sv")
	add(true, 4184, dim(metre, metre, gram, per(second), per(second)), "cal")
	add(true, 1.602176634e-16, dim(metre, metre, gram, per(second), per(second)), "eV")
	add(false, 60, dim(second), "min")
	add(false, 3600, dim(second), "h")
	add(false, 86400, dim(second), "d")
	add(false, 604800, dim(second), "wk")
	add(false, 2629800, dim(second), "mo")
	add(false, 31557600, dim(second), "a")
	add(false, 1e-2, Dimension{}, "%")
	add(false, 1e-6, Dimension{}, "[ppm]", "ppm")
	add(false, 1e-9, Dimension{}, "[ppb]", "ppb")
	add(false, 1e-3, Dimension{}, "[ppth]")
	add(false, 0.017453292519943295, dim(radian), "deg")
	add(false, 0.0254, dim(metre), "[in_i]")
	add(false, 0.3048, dim(metre), "[ft_i]")
	add(false, 453.59237, dim(gram), "[lb_av]")
	add(false, 28.349523125, dim(gram), "[oz_av]")
	add(false, 1e6, dim(gram), "t")
	add(false, newton*6894757.293168, dim(gram, per(metre), per(second), per(second)), "[psi]")
	add(false, 1, dim(logarithm), "[pH]", "pH")
	add(true, 1, dim(logarithm), "B")
	add(true, 1, dim(international, international), "[arb'U]", "[AU]")
	add(false, 1, dim(international, international, international), "[CFU]", "[cfu_i]")
	add(false, 1, Dimension{}, "[HPF]", "[LPF]", "[drp]")
	atoms["Cel"] = atomOf{code: "Cel", size: 1, dimension: dim(kelvin), offset: -273.15}
	atoms["[degF]"] = atomOf{code: "[degF]", size: 5.0 / 9, dimension: dim(kelvin), offset: -459.67}
}

// spelt are ways of writing a unit that are none of UCUM's, or that UCUM would read as
// something else, without regard to case: as the interfaces of laboratories send them.
var spelt = map[string]string{
	"iu/l": "[iU]/L", "u/l": "U/L", "iu/ml": "[iU]/mL", "u/ml": "U/mL", "miu/l": "m[iU]/L", "miu/ml": "m[iU]/mL", "uiu/ml": "u[iU]/mL", "mu/l": "mU/L", "ku/l": "kU/L", "units/l": "U/L",
	"mmhg": "mm[Hg]", "cmh2o": "cm[H2O]", "mm hg": "mm[Hg]", "cm h2o": "cm[H2O]", "kpa": "kPa", "mbar": "mbar", "hpa": "hPa",
	"k/ul": "10*3/uL", "m/ul": "10*6/uL", "x10e3/ul": "10*3/uL", "x10e6/ul": "10*6/uL", "x10e9/l": "10*9/L", "x10e12/l": "10*12/L", "10e3/ul": "10*3/uL", "10e6/ul": "10*6/uL",
	"10e9/l": "10*9/L", "10e12/l": "10*12/L", "x10^3/ul": "10*3/uL", "x10^6/ul": "10*6/uL", "x10^9/l": "10*9/L", "x10^12/l": "10*12/L", "x10*3/ul": "10*3/uL", "x10*6/ul": "10*6/uL",
	"x10*9/l": "10*9/L", "x10*12/l": "10*12/L", "thou/ul": "10*3/uL", "thou/mcl": "10*3/uL", "mill/ul": "10*6/uL", "mil/ul": "10*6/uL", "gpt/l": "10*9/L", "tpt/l": "10*12/L", "g/l": "g/L", "giga/l": "10*9/L", "tera/l": "10*12/L", "cells/ul": "/uL", "/cmm": "/mm3",
	"sec": "s", "secs": "s", "seconds": "s", "minutes": "min", "hr": "h", "hrs": "h", "hours": "h", "days": "d", "yr": "a", "years": "a", "mm/hr": "mm/h", "ml/hr": "mL/h",
	"mcg": "ug", "mcg/l": "ug/L", "mcg/dl": "ug/dL", "mcg/ml": "ug/mL", "mcmol/l": "umol/L", "ngm/ml": "ng/mL", "gm/dl": "g/dL", "gms/dl": "g/dL", "gm/l": "g/L", "mgm/dl": "mg/dL", "mg%": "mg/dL", "g%": "g/dL",
	"degc": "Cel", "deg c": "Cel", "°c": "Cel", "c": "Cel", "celsius": "Cel", "degf": "[degF]", "deg f": "[degF]", "°f": "[degF]", "f": "[degF]", "fahrenheit": "[degF]",
	"bpm": "/min", "beats/min": "/min", "breaths/min": "/min", "/min": "/min", "percent": "%", "ratio": "1", "inr": "1", "lb": "[lb_av]", "lbs": "[lb_av]", "in": "[in_i]", "inches": "[in_i]", "psi": "[psi]",
	"ml/min/1.73m2": "mL/min/{1.73_m2}", "ml/min/1.73 m2": "mL/min/{1.73_m2}", "ml/min/1.73sq.m": "mL/min/{1.73_m2}", "ml/min/1.73m*2": "mL/min/{1.73_m2}", "ml/min/{1.73_m2}": "mL/min/{1.73_m2}",
	"/hpf": "/[HPF]", "/lpf": "/[LPF]", "cfu/ml": "[CFU]/mL", "mosm/kg": "mosm/kg", "mosmol/kg": "mosm/kg", "ph": "[pH]", "ph units": "[pH]", "nmol bce/mmol": "nmol/mmol",
}

// folded are UCUM's codes of the units that results come in most, for senders that
// write all of them in capitals.
var folded = map[string]string{}

func init() {
	for u := range strings.FieldsSeq(`mg/dL g/dL ug/dL ng/dL pg/dL mg/L g/L ug/L ng/L pg/L ng/mL pg/mL ug/mL mg/mL g/mL mmol/L umol/L nmol/L pmol/L fmol/L mol/L mmol/mol meq/L
		meq/dL mmol/dL umol/dL mmol/kg mg/kg mg/g mg/mmol g/mol ug/mg ug/g fL pg fmol mm/h mL/min L/min mL/h L/h mL/s mL L dL uL nL kg g mg ug ng cm mm m m2 kg/m2 mm3 cm3
		mm[Hg] kPa s min h d wk mo a % /uL /mL /L /mm3 10*3/uL 10*6/uL 10*9/L 10*12/L mosm/kg mosm/L mg/(24.h) g/(24.h) mg/d g/d mmol/d Cel /min Hz mV uV kV mA mAs mGy Gy`) {
		folded[fold(u)] = u
	}
}

// fold lowers ASCII letters and drops space around slashes.
func fold(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(s), " /", "/"), "/ ", "/")
}
