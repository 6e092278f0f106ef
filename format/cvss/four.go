package cvss

import (
	"strings"
	"sync"

	cvss4 "github.com/pandatix/go-cvss/40"
)

// The scoring of version 4.0, §8.2 of its specification: a vector falls into one of
// 270 macro vectors, each with a score; within it the score falls with the distance
// from the gravest vector of the macro vector towards the next lower one.

// levels orders a metric's values from the gravest down; the index is the distance.
var levels = map[string]string{
	"AV": "NALP", "PR": "NLH", "UI": "NPA", "AC": "LH", "AT": "NP",
	"VC": "HLN", "VI": "HLN", "VA": "HLN",
	"SC": "HLN", "SI": "SHLN", "SA": "SHLN",
	"CR": "HML", "IR": "HML", "AR": "HML",
}

// gravest are the vectors of highest severity of each level of each equivalence
// class (tables 24 to 28 and 30); class 3 is taken together with 6, as level
// 3*10+6.
var gravest = map[int]map[int][]string{
	1: {0: {"AV:N/PR:N/UI:N"}, 1: {"AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"}, 2: {"AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P"}},
	2: {0: {"AC:L/AT:N"}, 1: {"AC:L/AT:P", "AC:H/AT:N"}},
	4: {0: {"SC:H/SI:S/SA:S"}, 1: {"SC:H/SI:H/SA:H"}, 2: {"SC:L/SI:L/SA:L"}},
	5: {0: {"E:A"}, 1: {"E:P"}, 2: {"E:U"}},
	36: {
		0:  {"VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"},
		1:  {"VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"},
		10: {"VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"},
		11: {
			"VC:H/VI:L/VA:H/CR:M/IR:H/AR:M", "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H", "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M",
			"VC:L/VI:H/VA:L/CR:H/IR:M/AR:H", "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
		},
		21: {"VC:L/VI:L/VA:L/CR:H/IR:H/AR:H"},
	},
}

// depths are the greatest distances plus one within each level (table 31).
var depths = map[int]map[int]int64{
	1:  {0: 1, 1: 4, 2: 5},
	2:  {0: 1, 1: 2},
	4:  {0: 6, 1: 5, 2: 4},
	36: {0: 7, 1: 6, 10: 8, 11: 8, 21: 10},
}

// macro is a macro vector: the levels of the equivalence classes 1 to 6.
type macro [6]int

// four scores a vector of version 4.
func four(c *cvss4.CVSS40) Scores {
	at := func(m string) string { return effective(c, m) }
	score := tenths(at)
	f := float64(score) / 10
	s := Scores{Base: None, Temporal: None, Environmental: None, Overall: f}
	switch c.Nomenclature() {
	case "CVSS-B":
		s.Base = f
	case "CVSS-BT":
		s.Temporal = f
	default:
		s.Environmental = f
	}
	return s
}

// effective is a metric's value with its modified one taken into account, and the
// worst case for what is not defined.
func effective(c *cvss4.CVSS40, m string) string {
	if mod, err := c.Get("M" + m); err == nil && mod != "X" && mod != "" {
		return mod
	}
	v, _ := c.Get(m)
	if v == "X" {
		switch m {
		case "E":
			return "A"
		case "CR", "IR", "AR":
			return "H"
		}
	}
	return v
}

// tenths returns ten times the score, rounded half up from an exact fraction.
func tenths(at func(string) string) int64 {
	if strings.Trim(at("VC")+at("VI")+at("VA")+at("SC")+at("SI")+at("SA"), "N") == "" {
		return 0
	}
	mv := macroOf(at)
	value := lookup(mv)
	// sum of available distance * severity distance / depth, as num/den, and how many
	// classes have a lower macro vector.
	num, den, n := int64(0), int64(1), int64(0)
	add := func(lower, distance, depth int64) {
		n++
		if avail := value - lower; avail > 0 && distance > 0 {
			num, den = num*depth+avail*distance*den, den*depth
		}
	}
	down := func(class int) int64 { m := mv; m[class-1]++; return lookup(m) }
	if mv[0] < 2 {
		add(down(1), distance(at, 1, mv[0]), depths[1][mv[0]])
	}
	if mv[1] < 1 {
		add(down(2), distance(at, 2, mv[1]), depths[2][mv[1]])
	}
	if mv[3] < 2 {
		add(down(4), distance(at, 4, mv[3]), depths[4][mv[3]])
	}
	if mv[4] < 2 {
		add(down(5), 0, 1) // one metric only: no distance within a level
	}
	level := mv[2]*10 + mv[5]
	switch level {
	case 0:
		add(max(down(3), down(6)), distance(at, 36, level), depths[36][level])
	case 1, 11:
		add(down(3), distance(at, 36, level), depths[36][level])
	case 10:
		add(down(6), distance(at, 36, level), depths[36][level])
	}
	if n == 0 {
		return value
	}
	// value - num/(den*n), in tenths, rounded half up.
	a, b := value*den*n-num, den*n
	return min(100, max(0, (2*a+b)/(2*b)))
}

// distance is how far the vector lies below the gravest one of its level that it
// does not exceed in any metric.
func distance(at func(string) string, class, level int) int64 {
next:
	for _, g := range gravest[class][level] {
		sum := 0
		for _, m := range strings.Split(g, "/") {
			name, top, _ := strings.Cut(m, ":")
			d := strings.Index(levels[name], at(name)) - strings.Index(levels[name], top)
			if d < 0 {
				continue next
			}
			sum += d
		}
		return int64(sum)
	}
	return 0
}

// macroOf finds the levels (tables 24 to 29).
func macroOf(at func(string) string) macro {
	var m macro
	av, pr, ui := at("AV"), at("PR"), at("UI")
	switch {
	case av == "N" && pr == "N" && ui == "N":
	case (av == "N" || pr == "N" || ui == "N") && av != "P":
		m[0] = 1
	default:
		m[0] = 2
	}
	if at("AC") != "L" || at("AT") != "N" {
		m[1] = 1
	}
	vc, vi, va := at("VC"), at("VI"), at("VA")
	switch {
	case vc == "H" && vi == "H":
	case vc == "H" || vi == "H" || va == "H":
		m[2] = 1
	default:
		m[2] = 2
	}
	sc, si, sa := at("SC"), at("SI"), at("SA")
	switch {
	case si == "S" || sa == "S":
	case sc == "H" || si == "H" || sa == "H":
		m[3] = 1
	default:
		m[3] = 2
	}
	m[4] = strings.Index("APU", at("E"))
	if !(at("CR") == "H" && vc == "H" || at("IR") == "H" && vi == "H" || at("AR") == "H" && va == "H") {
		m[5] = 1
	}
	return m
}

// scoresOf holds ten times the score of each macro vector (table 32), read from the
// library: the score of a vector at no distance from the gravest is the macro
// vector's own.
var scoresOf = sync.OnceValue(func() map[macro]int64 {
	out := make(map[macro]int64, 270)
	for e1, v1 := range gravest[1] {
		for e2, v2 := range gravest[2] {
			for e36, v36 := range gravest[36] {
				for e4, v4 := range gravest[4] {
					for e5, v5 := range gravest[5] {
						text := compose(v1[0], v2[0], v36[0], v4[0], v5[0])
						c, err := cvss4.ParseVector(text)
						if err != nil {
							panic("cvss: " + text + ": " + err.Error())
						}
						out[macro{e1, e2, e36 / 10, e4, e5, e36 % 10}] = int64(c.Score()*10 + 0.5)
					}
				}
			}
		}
	}
	return out
})

func lookup(m macro) int64 { return scoresOf()[m] }

// compose writes a vector from the gravest parts of each class. S is a value of the
// modified metrics only, so those are written as such over a base of H.
func compose(parts ...string) string {
	val := map[string]string{}
	for _, p := range parts {
		for _, m := range strings.Split(p, "/") {
			name, v, _ := strings.Cut(m, ":")
			val[name] = v
		}
	}
	var b strings.Builder
	b.WriteString("CVSS:4.0")
	put := func(name, v string) { b.WriteString("/" + name + ":" + v) }
	for _, n := range []string{"AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"} {
		if val[n] == "S" {
			put(n, "H")
		} else {
			put(n, val[n])
		}
	}
	for _, n := range []string{"E", "CR", "IR", "AR"} {
		put(n, val[n])
	}
	for _, n := range []string{"SI", "SA"} {
		if val[n] == "S" {
			put("M"+n, "S")
		}
	}
	return b.String()
}
