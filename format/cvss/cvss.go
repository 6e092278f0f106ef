// Package cvss reads and scores CVSS vectors of versions 2.0, 3.0, 3.1 and 4.0
// (FIRST, "Common Vulnerability Scoring System").
//
// Vectors are parsed, and version 3 scored, by github.com/pandatix/go-cvss. Versions
// 2 and 4 are scored here: their formulas often end just on x.x5, and plain binary
// fractions then round some scores the wrong way; version 4 is calculated in exact
// fractions. Version 2 vectors are accepted with their metrics in
// any order and in parentheses, as old advisories write them.
package cvss

import (
	"fmt"
	"slices"
	"strings"

	cvss2 "github.com/pandatix/go-cvss/20"
	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss4 "github.com/pandatix/go-cvss/40"
)

// MaxVector is the longest vector that is read, in bytes.
const MaxVector = 1024

// Version is that of the standard: "2.0", "3.0", "3.1" or "4.0".
type Version string

// The versions.
const (
	V2  Version = "2.0"
	V30 Version = "3.0"
	V31 Version = "3.1"
	V4  Version = "4.0"
)

// None is a score that the vector does not give.
const None = -1

// Vector is a parsed vector.
type Vector struct {
	Version Version
	scores  Scores
	text    string
	metrics map[string]string
}

// Scores are what a vector gives, 0 to 10 with one decimal; [None] where the vector
// has no metric of the group. Version 4 has one score; it stands in Base when the
// vector has base metrics only, and in the group that was added otherwise (threat
// in Temporal, environmental in Environmental), Overall always.
type Scores struct {
	Base          float64 `json:"base"`
	Temporal      float64 `json:"temporal"`
	Environmental float64 `json:"environmental"`
	Overall       float64 `json:"overall"` // the one that takes most into account
}

// Parse reads a vector of any version. Version 2 vectors have no prefix, or
// "CVSS2#", "CVSS:2.0/" or "AV:… " in parentheses.
func Parse(s string) (*Vector, error) {
	if len(s) > MaxVector {
		return nil, fmt.Errorf("cvss: vector of %d bytes; at most %d", len(s), MaxVector)
	}
	s = strings.TrimSpace(s)
	v := &Vector{}
	var get func(string) (string, error)
	switch {
	case strings.HasPrefix(s, "CVSS:3.0/"):
		c, err := cvss30.ParseVector(s)
		if err != nil {
			return nil, refused(s, err)
		}
		v.Version, v.text, get = V30, c.Vector(), c.Get
		v.scores = three(c.BaseScore(), c.TemporalScore(), c.EnvironmentalScore())
	case strings.HasPrefix(s, "CVSS:3.1/"):
		c, err := cvss31.ParseVector(s)
		if err != nil {
			return nil, refused(s, err)
		}
		v.Version, v.text, get = V31, c.Vector(), c.Get
		v.scores = three(c.BaseScore(), c.TemporalScore(), c.EnvironmentalScore())
	case strings.HasPrefix(s, "CVSS:4.0/"):
		c, err := cvss4.ParseVector(s)
		if err != nil {
			return nil, refused(s, err)
		}
		v.Version, v.text, get = V4, c.Vector(), c.Get
		v.scores = four(c)
	case strings.HasPrefix(s, "CVSS:") && !strings.HasPrefix(s, "CVSS:2.0/"):
		return nil, fmt.Errorf("cvss: %.20q: versions 2.0, 3.0, 3.1 and 4.0 are known", s)
	case !strings.Contains(s, "AV:"):
		return nil, fmt.Errorf("cvss: %.60q is no CVSS vector", s)
	default:
		t := ordered2(s)
		c, err := cvss2.ParseVector(t)
		if err != nil {
			return nil, refused(s, err)
		}
		v.Version, v.text, get = V2, c.Vector(), c.Get
		v.scores = two(c, strings.Contains(t, "/E:"), strings.Contains(t, "/CDP:"))
	}
	v.metrics = map[string]string{}
	for _, m := range strings.Split(v.text, "/") {
		name, _, _ := strings.Cut(m, ":")
		if val, err := get(name); err == nil {
			v.metrics[name] = val
		}
	}
	return v, nil
}

func refused(s string, err error) error { return fmt.Errorf("cvss: %.200q: %w", s, err) }

// String is the vector in the standard's order.
func (v *Vector) String() string { return v.text }

// Scores returns what the vector gives.
func (v *Vector) Scores() Scores { return v.scores }

// Metric returns a metric as written, "" if the vector does not have it.
func (v *Vector) Metric(name string) string { return v.metrics[name] }

// Severity is the qualitative rating of the overall score: "none", "low", "medium",
// "high", "critical" (CVSS 3.1 §5, 4.0 §6); version 2 as NVD rates it, without
// "critical".
func (v *Vector) Severity() string { return Rate(v.Version, v.scores.Overall) }

// Rate is the qualitative rating of a score.
func Rate(v Version, score float64) string {
	switch {
	case score < 0:
		return ""
	case score == 0 && v != V2:
		return "none"
	case score < 4:
		return "low"
	case score < 7:
		return "medium"
	case score < 9 || v == V2:
		return "high"
	}
	return "critical"
}

// order2 is the order of metrics in version 2, §2.4 of its guide.
var order2 = []string{"AV", "AC", "Au", "C", "I", "A", "E", "RL", "RC", "CDP", "TD", "CR", "IR", "AR"}

func ordered2(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "CVSS2#"), "CVSS:2.0/")
	s = strings.TrimSuffix(strings.TrimPrefix(s, "("), ")")
	parts := strings.Split(s, "/")
	slices.SortStableFunc(parts, func(a, b string) int {
		return place2(a) - place2(b)
	})
	// A group that is named in part is completed with "not defined": the library wants
	// all of it or nothing.
	for _, g := range [][]string{order2[6:9], order2[9:]} {
		have := 0
		for _, p := range parts {
			if name, _, _ := strings.Cut(p, ":"); slices.Contains(g, name) {
				have++
			}
		}
		if have == 0 || have == len(g) {
			continue
		}
		for _, name := range g {
			if !slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, name+":") }) {
				parts = append(parts, name+":ND")
			}
		}
		slices.SortStableFunc(parts, func(a, b string) int { return place2(a) - place2(b) })
	}
	return strings.Join(parts, "/")
}

func place2(metric string) int {
	name, _, _ := strings.Cut(metric, ":")
	if i := slices.Index(order2, name); i >= 0 {
		return i
	}
	return len(order2)
}

func three(base, temporal, env float64) Scores {
	return Scores{Base: base, Temporal: temporal, Environmental: env, Overall: env}
}
