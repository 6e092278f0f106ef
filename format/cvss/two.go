package cvss

import (
	"math"

	cvss2 "github.com/pandatix/go-cvss/20"
)

// The weights of version 2, §3.2 of its guide. Those of E, RL and RC are products
// that often end on x.x5, so every rounding here is half up with room for what
// binary fractions lose.
var weights2 = map[string]map[string]float64{
	"AV":  {"L": 0.395, "A": 0.646, "N": 1},
	"AC":  {"H": 0.35, "M": 0.61, "L": 0.71},
	"Au":  {"M": 0.45, "S": 0.56, "N": 0.704},
	"C":   {"N": 0, "P": 0.275, "C": 0.66},
	"I":   {"N": 0, "P": 0.275, "C": 0.66},
	"A":   {"N": 0, "P": 0.275, "C": 0.66},
	"E":   {"U": 0.85, "POC": 0.9, "F": 0.95, "H": 1, "ND": 1},
	"RL":  {"OF": 0.87, "TF": 0.9, "W": 0.95, "U": 1, "ND": 1},
	"RC":  {"UC": 0.9, "UR": 0.95, "C": 1, "ND": 1},
	"CDP": {"N": 0, "L": 0.1, "LM": 0.3, "MH": 0.4, "H": 0.5, "ND": 0},
	"TD":  {"N": 0, "L": 0.25, "M": 0.75, "H": 1, "ND": 1},
	"CR":  {"L": 0.5, "M": 1, "H": 1.51, "ND": 1},
	"IR":  {"L": 0.5, "M": 1, "H": 1.51, "ND": 1},
	"AR":  {"L": 0.5, "M": 1, "H": 1.51, "ND": 1},
}

// half rounds to one decimal, half up.
func half(x float64) float64 { return math.Floor(x*10+0.5+1e-9) / 10 }

// two gives the scores of version 2; a group counts when the vector names it.
func two(c *cvss2.CVSS20, temporal, environmental bool) Scores {
	w := func(m string) float64 {
		v, _ := c.Get(m)
		return weights2[m][v]
	}
	exploit := 20 * w("AV") * w("AC") * w("Au")
	base := func(impact float64) float64 {
		if impact == 0 {
			return 0
		}
		return half((0.6*impact + 0.4*exploit - 1.5) * 1.176)
	}
	timed := func(score float64) float64 { return half(score * w("E") * w("RL") * w("RC")) }

	s := Scores{Temporal: None, Environmental: None}
	s.Base = base(10.41 * (1 - (1-w("C"))*(1-w("I"))*(1-w("A"))))
	s.Overall = s.Base
	if temporal {
		s.Temporal = timed(s.Base)
		s.Overall = s.Temporal
	}
	if environmental {
		adjusted := timed(base(min(10, 10.41*(1-(1-w("C")*w("CR"))*(1-w("I")*w("IR"))*(1-w("A")*w("AR"))))))
		s.Environmental = half((adjusted + (10-adjusted)*w("CDP")) * w("TD"))
		s.Overall = s.Environmental
	}
	return s
}
