// Package priority says in which order vulnerabilities are to be dealt with, and
// why, in one sentence. It invents no score: the order is that of published
// decision tables (SSVC, as data), and what was not known is said.
//
//	exploitation, exposure, automatable, safety and mission impact
//	      └─► SSVC deployer table ─► immediate, out-of-cycle, scheduled, defer
//	exposed to the public, KEV, automatable, technical impact
//	      └─► CISA BOD 26-04 ─► 3 days (and forensics), 14 days, 60 days, next upgrade
//
// Within a decision the order is: known exploited first, then the earlier date,
// then the environmental CVSS score, then EPSS.
package priority

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/cvss"
	"github.com/wardround/wardround/format/ssvc"
)

// Facts are what is known of one vulnerability in one place.
type Facts struct {
	Vulnerability string
	Ratings       []advisory.Severity
	Rubric        string // a vector from [Rubric.Rate]; it goes before the ratings of others
	Exploited     bool   // in CISA KEV
	Ransomware    bool
	Added         time.Time         // to KEV
	EPSS          float64           // 0 to 1; negative when not known
	SSVC          map[string]string // as the source gives it: "exploitation", "automatable", "technical-impact"
	// Reach is from how far away the place can be reached, as the network showed;
	// ReachKnown is false where nobody looked.
	Reach       wardround.Exposure
	ReachKnown  bool
	Criticality wardround.Criticality
	Use         wardround.Use
	Control     string // a compensating control that is in place, "" for none
	Fix         string // the version that is fixed, "" when none is known
	Since       time.Time
}

// Rank is a place in the order, and the reasons for it.
type Rank struct {
	Vulnerability string             `json:"vulnerability"`
	Severity      wardround.Severity `json:"severity"` // of the vulnerability alone
	Score         float64            `json:"score"`    // CVSS, with the environment where a vector is known; -1 for none
	Vector        string             `json:"vector,omitempty"`
	Decision      string             `json:"decision"`           // SSVC deployer: "immediate" …
	Assumed       []string           `json:"assumed,omitempty"`  // decision points that were not known, and what counts: "Exploitation: none"
	Timeline      string             `json:"timeline,omitempty"` // BOD 26-04: "14 days"
	Due           time.Time          `json:"due,omitzero"`
	Why           string             `json:"why"`

	order     int
	exploited bool
	epss      float64
}

// Base is the severity of a vulnerability alone: that of its best rating, one
// higher when it is known to be exploited; medium when nobody rated it. Best is:
// the rubric's, then the newest CVSS version, then text.
func Base(f *Facts) (wardround.Severity, float64, string) {
	score, vector, text := -1.0, "", ""
	if v := best(f); v != nil {
		score, vector = v.Scores().Overall, v.String()
		text = v.Severity()
	}
	if text == "" {
		for _, r := range f.Ratings {
			if r.Score > 0 {
				score, text = r.Score, cvss.Rate(cvss.V31, r.Score)
				break
			}
			if r.Text != "" {
				text = strings.ToLower(r.Text)
				break
			}
		}
	}
	s := wardround.Medium
	switch text {
	case "none":
		s = wardround.Info
	case "low":
		s = wardround.Low
	case "high", "important":
		s = wardround.High
	case "critical":
		s = wardround.High // critical needs more than a score: see wardround.Weigh
	}
	if f.Exploited {
		s = min(wardround.Critical, s+1)
	}
	return s, score, vector
}

// best parses the rating that counts: the highest version, of these the highest
// score.
func best(f *Facts) *cvss.Vector {
	if v, err := cvss.Parse(f.Rubric); err == nil {
		return v
	}
	var out *cvss.Vector
	for _, r := range f.Ratings {
		v, err := cvss.Parse(r.Vector)
		if err != nil {
			continue
		}
		if out == nil || v.Version > out.Version || v.Version == out.Version && v.Scores().Overall > out.Scores().Overall {
			out = v
		}
	}
	return out
}

// automatable answers SSVC's question: as the source says, else from the vector
// where it leaves no doubt (over a network, at any time, without privileges or
// help: yes; not over a network: no).
func automatable(f *Facts, v *cvss.Vector) string {
	if a := f.SSVC["automatable"]; a != "" {
		return a
	}
	if v == nil || v.Version == cvss.V2 {
		return ""
	}
	if v.Metric("AV") != "N" || v.Metric("UI") != "N" {
		return "no"
	}
	if v.Metric("AC") == "L" && v.Metric("PR") == "N" && (v.Metric("AT") == "" || v.Metric("AT") == "N") {
		return "yes"
	}
	return ""
}

// impact answers the technical impact: total when confidentiality, integrity and
// availability are all lost.
func impact(f *Facts, v *cvss.Vector) string {
	if a := f.SSVC["technical-impact"]; a != "" {
		return a
	}
	if v == nil {
		return ""
	}
	total := map[cvss.Version]string{cvss.V2: "C", cvss.V30: "H", cvss.V31: "H", cvss.V4: "H"}[v.Version]
	for _, m := range []string{"C", "I", "A"} {
		if v.Version == cvss.V4 {
			m = "V" + m
		}
		if v.Metric(m) != total {
			return "partial"
		}
	}
	return "total"
}

// safety is SSVC's safety impact of losing what the asset does for a patient.
var safety = map[wardround.Criticality]string{
	wardround.LifeSustaining: "catastrophic", wardround.Therapeutic: "critical",
	wardround.Diagnostic: "marginal", wardround.Monitoring: "marginal", wardround.Administrative: "negligible",
}

// Of ranks one vulnerability in one place.
func Of(f *Facts) Rank {
	r := Rank{Vulnerability: f.Vulnerability, exploited: f.Exploited, epss: f.EPSS}
	r.Severity, r.Score, r.Vector = Base(f)
	v := best(f)

	in := map[string]string{}
	put := func(point, value string) {
		if value != "" {
			in[point] = value
		}
	}
	exploitation := strings.ReplaceAll(f.SSVC["exploitation"], "poc", "public poc")
	if f.Exploited {
		exploitation = "active"
	}
	put("Exploitation", exploitation)
	auto := automatable(f, v)
	put("Automatable", auto)
	if f.ReachKnown {
		put("System Exposure", map[wardround.Exposure]string{
			wardround.ExposedInZone: "small", wardround.ExposedAcrossZones: "controlled", wardround.ExposedToPublic: "open",
		}[f.Reach])
	}
	if h := human(f); h != "" {
		put("Human Impact", h)
	}
	for _, a := range assumptions {
		if in[a.point] == "" || !knows("deployer", a.point, in[a.point]) {
			in[a.point] = a.value
			r.Assumed = append(r.Assumed, a.point+": "+a.value)
		}
	}
	d := decide("deployer", in)
	r.Decision = strings.ToLower(d.Outcome.Name)
	r.order = slices.IndexFunc(ssvc.Lookup("deployer").Outcome.Values, func(x ssvc.Value) bool { return x.Key == d.Outcome.Key })

	bod := map[string]string{"In KEV": "no"}
	if f.Exploited {
		bod["In KEV"] = "yes"
	}
	if f.ReachKnown {
		bod["Publicly Exposed"] = "no"
		if f.Reach == wardround.ExposedToPublic {
			bod["Publicly Exposed"] = "yes"
		}
	}
	if auto != "" {
		bod["Automatable"] = auto
	}
	if ti := impact(f, v); ti != "" {
		bod["Technical Impact"] = ti
	}
	t := decide("bod-26-04", bod)
	r.Timeline = strings.ToLower(t.Outcome.Name)
	if days := map[string]int{"60D": 60, "14D": 14, "3D": 3, "3DF": 3}[t.Outcome.Key]; days > 0 && !f.Since.IsZero() {
		from := f.Since
		if f.Exploited && f.Added.After(from) {
			from = f.Added
		}
		r.Due = from.AddDate(0, 0, days)
	}
	r.Why = sentence(f, &r)
	return r
}

// assumptions are what counts where nobody said or saw anything: that no exploit is
// known of, because one that is would be in CISA's catalogue; that a hospital's
// network stands between the device and strangers; that an attack can be automated;
// and that a patient's life hangs on the device. They are listed in Rank.Assumed: an
// order that rests on them says so.
var assumptions = []struct{ point, value string }{
	{"Exploitation", "none"}, {"System Exposure", "controlled"}, {"Automatable", "yes"}, {"Human Impact", "very high"},
}

// knows reports whether a table's decision point has a value.
func knows(table, point, value string) bool {
	t := ssvc.Lookup(table)
	for i := range t.Inputs {
		if t.Inputs[i].Is(point) {
			return t.Inputs[i].Find(value) >= 0
		}
	}
	return false
}

// human combines the safety and the mission impact (SSVC human impact table).
func human(f *Facts) string {
	if f.Criticality == wardround.CriticalityUnknown {
		return ""
	}
	in := map[string]string{"Safety Impact": safety[f.Criticality]}
	if f.Use == wardround.Idle {
		in["Mission Impact"] = "degraded"
	} else if f.Criticality >= wardround.Therapeutic {
		in["Mission Impact"] = "mef failure"
	} else {
		in["Mission Impact"] = "mef support crippled"
	}
	return decide("human-impact", in).Outcome.Name
}

// decide asks an embedded table; it knows all values that are given here.
func decide(table string, in map[string]string) *ssvc.Decision {
	t := ssvc.Lookup(table)
	known := map[string]string{}
	for name, v := range in {
		for i := range t.Inputs {
			if t.Inputs[i].Is(name) && t.Inputs[i].Find(v) >= 0 {
				known[name] = v // what a source writes in words of its own is not known
			}
		}
	}
	d, err := t.Decide(known)
	if err != nil {
		panic("priority: " + err.Error()) // values were looked up before
	}
	return d
}

// sentence says why, in one sentence.
func sentence(f *Facts, r *Rank) string {
	var parts []string
	switch {
	case f.Ransomware && f.Exploited:
		parts = append(parts, "exploited in the wild, also by ransomware")
	case f.Exploited:
		parts = append(parts, "exploited in the wild")
	case strings.Contains(f.SSVC["exploitation"], "poc"):
		parts = append(parts, "an exploit is public")
	case f.EPSS >= 0.1:
		parts = append(parts, fmt.Sprintf("%.0f %% likely to be exploited within 30 days", f.EPSS*100))
	}
	if r.Score >= 0 {
		parts = append(parts, fmt.Sprintf("CVSS %.1f", r.Score))
	} else {
		parts = append(parts, "rated by nobody")
	}
	switch {
	case !f.ReachKnown:
		parts = append(parts, "how far away it can be reached from was not seen")
	case f.Reach == wardround.ExposedToPublic:
		parts = append(parts, "reachable from outside the hospital")
	case f.Reach == wardround.ExposedAcrossZones:
		parts = append(parts, "reachable from other zones")
	default:
		parts = append(parts, "reachable within its zone only")
	}
	if f.Criticality == wardround.CriticalityUnknown {
		parts = append(parts, "what it does for a patient is not known")
	} else {
		parts = append(parts, f.Criticality.String()+" equipment")
	}
	if f.Use == wardround.Idle {
		parts = append(parts, "idle now")
	}
	if f.Control != "" {
		parts = append(parts, "held off by "+f.Control)
	}
	if f.Fix != "" {
		parts = append(parts, "fixed in "+f.Fix)
	} else {
		parts = append(parts, "no fixed version known")
	}
	return r.Decision + ": " + strings.Join(parts, ", ")
}

// Sort orders ranks, the most urgent first; equal ones by id.
func Sort(list []Rank) {
	slices.SortFunc(list, func(a, b Rank) int {
		yes := func(x bool) int {
			if x {
				return 1
			}
			return 0
		}
		return cmp.Or(
			cmp.Compare(b.order, a.order), cmp.Compare(yes(b.exploited), yes(a.exploited)), dates(a.Due, b.Due),
			cmp.Compare(b.Score, a.Score), cmp.Compare(b.epss, a.epss), cmp.Compare(a.Vulnerability, b.Vulnerability),
		)
	})
}

// dates orders the earlier first, none last.
func dates(a, b time.Time) int {
	switch {
	case a.Equal(b):
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}
