package csaf

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"
)

// ratings are the scores that a vector comes to. Of CVSS 4.0 there is one.
type ratings struct{ base, temporal, environmental float64 }

// rateVector computes the scores; nil if the vector is not valid. Metrics may stand
// in any order, as the schemas have it.
func rateVector(version, vector string) *ratings {
	values := vectorValues(version, vector)
	if values == nil {
		return nil
	}
	var b strings.Builder
	if version != "2.0" {
		b.WriteString("CVSS:" + version)
	}
	for _, m := range cvssMetrics[version] {
		if v := values[m.short]; v != "" {
			if b.Len() > 0 {
				b.WriteByte('/')
			}
			b.WriteString(m.short + ":" + v)
		}
	}
	switch version {
	case "2.0":
		// The library wants a group of metrics whole or not at all.
		if v, err := gocvss20.ParseVector(whole20(values)); err == nil {
			return &ratings{v.BaseScore(), v.TemporalScore(), v.EnvironmentalScore()}
		}
	case "3.0":
		if v, err := gocvss30.ParseVector(b.String()); err == nil {
			return &ratings{v.BaseScore(), v.TemporalScore(), v.EnvironmentalScore()}
		}
	case "3.1":
		if v, err := gocvss31.ParseVector(b.String()); err == nil {
			return &ratings{v.BaseScore(), v.TemporalScore(), v.EnvironmentalScore()}
		}
	case "4.0":
		if v, err := gocvss40.ParseVector(b.String()); err == nil {
			return &ratings{base: v.Score(), temporal: v.Score(), environmental: v.Score()}
		}
	}
	return nil
}

// whole20 writes a CVSS 2 vector with what is not said as not defined, if anything
// beyond the base is said.
func whole20(values map[string]string) string {
	var parts []string
	extra := false
	for i, m := range cvssMetrics["2.0"] {
		v := values[m.short]
		if i >= 6 {
			extra = extra || v != ""
			if v == "" {
				v = "ND"
			}
		}
		parts = append(parts, m.short+":"+v)
	}
	if !extra {
		parts = parts[:6]
	}
	return strings.Join(parts, "/")
}

// vectorValues splits a vector; nil if a metric is not known, or there twice.
func vectorValues(version, vector string) map[string]string {
	table := cvssMetrics[version]
	if table == nil {
		return nil
	}
	if version != "2.0" {
		rest, ok := strings.CutPrefix(vector, "CVSS:"+version+"/")
		if !ok {
			return nil
		}
		vector = rest
	}
	out := make(map[string]string, len(table))
	for _, part := range strings.Split(vector, "/") {
		name, value, ok := strings.Cut(part, ":")
		if !ok || out[name] != "" || value == "" || !knownMetric(table, name, value) {
			return nil
		}
		out[name] = value
	}
	return out
}

func knownMetric(table []cvssMetric, name, value string) bool {
	for _, m := range table {
		if m.short == name {
			return m.words[value] != ""
		}
	}
	return false
}

// severityWord is the qualitative rating of a score (CVSS 3.1 §5, 4.0 §6).
func severityWord(score float64) string {
	switch {
	case score <= 0:
		return "NONE"
	case score < 4:
		return "LOW"
	case score < 7:
		return "MEDIUM"
	case score < 9:
		return "HIGH"
	}
	return "CRITICAL"
}

// cvssMetric is one metric of a vector and the member of the JSON object that says
// the same.
type cvssMetric struct {
	short, property string
	words           map[string]string
}

// metricOf reads "AV attackVector N=NETWORK A=ADJACENT …".
func metricOf(line string) cvssMetric {
	f := strings.Fields(line)
	m := cvssMetric{short: f[0], property: f[1], words: map[string]string{}}
	for _, w := range f[2:] {
		value, word, _ := strings.Cut(w, "=")
		m.words[value] = word
	}
	return m
}

func metricsOf(lines string) (out []cvssMetric) {
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		out = append(out, metricOf(line))
	}
	return out
}

// cvss3 are the metrics of 3.0 and 3.1 in the order of the specification.
var cvss3 = metricsOf(`
AV attackVector N=NETWORK A=ADJACENT_NETWORK L=LOCAL P=PHYSICAL
AC attackComplexity L=LOW H=HIGH
PR privilegesRequired N=NONE L=LOW H=HIGH
UI userInteraction N=NONE R=REQUIRED
S scope U=UNCHANGED C=CHANGED
C confidentialityImpact N=NONE L=LOW H=HIGH
I integrityImpact N=NONE L=LOW H=HIGH
A availabilityImpact N=NONE L=LOW H=HIGH
E exploitCodeMaturity X=NOT_DEFINED U=UNPROVEN P=PROOF_OF_CONCEPT F=FUNCTIONAL H=HIGH
RL remediationLevel X=NOT_DEFINED O=OFFICIAL_FIX T=TEMPORARY_FIX W=WORKAROUND U=UNAVAILABLE
RC reportConfidence X=NOT_DEFINED U=UNKNOWN R=REASONABLE C=CONFIRMED
CR confidentialityRequirement X=NOT_DEFINED L=LOW M=MEDIUM H=HIGH
IR integrityRequirement X=NOT_DEFINED L=LOW M=MEDIUM H=HIGH
AR availabilityRequirement X=NOT_DEFINED L=LOW M=MEDIUM H=HIGH
MAV modifiedAttackVector X=NOT_DEFINED N=NETWORK A=ADJACENT_NETWORK L=LOCAL P=PHYSICAL
MAC modifiedAttackComplexity X=NOT_DEFINED L=LOW H=HIGH
MPR modifiedPrivilegesRequired X=NOT_DEFINED N=NONE L=LOW H=HIGH
MUI modifiedUserInteraction X=NOT_DEFINED N=NONE R=REQUIRED
MS modifiedScope X=NOT_DEFINED U=UNCHANGED C=CHANGED
MC modifiedConfidentialityImpact X=NOT_DEFINED N=NONE L=LOW H=HIGH
MI modifiedIntegrityImpact X=NOT_DEFINED N=NONE L=LOW H=HIGH
MA modifiedAvailabilityImpact X=NOT_DEFINED N=NONE L=LOW H=HIGH`)

// cvssMetrics are those of each version, in the order of its specification.
var cvssMetrics = map[string][]cvssMetric{
	"2.0": metricsOf(`
AV accessVector N=NETWORK A=ADJACENT_NETWORK L=LOCAL
AC accessComplexity H=HIGH M=MEDIUM L=LOW
Au authentication M=MULTIPLE S=SINGLE N=NONE
C confidentialityImpact N=NONE P=PARTIAL C=COMPLETE
I integrityImpact N=NONE P=PARTIAL C=COMPLETE
A availabilityImpact N=NONE P=PARTIAL C=COMPLETE
E exploitability U=UNPROVEN POC=PROOF_OF_CONCEPT F=FUNCTIONAL H=HIGH ND=NOT_DEFINED
RL remediationLevel OF=OFFICIAL_FIX TF=TEMPORARY_FIX W=WORKAROUND U=UNAVAILABLE ND=NOT_DEFINED
RC reportConfidence UC=UNCONFIRMED UR=UNCORROBORATED C=CONFIRMED ND=NOT_DEFINED
CDP collateralDamagePotential N=NONE L=LOW LM=LOW_MEDIUM MH=MEDIUM_HIGH H=HIGH ND=NOT_DEFINED
TD targetDistribution N=NONE L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED
CR confidentialityRequirement L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED
IR integrityRequirement L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED
AR availabilityRequirement L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED`),
	"3.0": cvss3,
	"3.1": cvss3,
	"4.0": metricsOf(`
AV attackVector N=NETWORK A=ADJACENT L=LOCAL P=PHYSICAL
AC attackComplexity L=LOW H=HIGH
AT attackRequirements N=NONE P=PRESENT
PR privilegesRequired N=NONE L=LOW H=HIGH
UI userInteraction N=NONE P=PASSIVE A=ACTIVE
VC vulnConfidentialityImpact N=NONE L=LOW H=HIGH
VI vulnIntegrityImpact N=NONE L=LOW H=HIGH
VA vulnAvailabilityImpact N=NONE L=LOW H=HIGH
SC subConfidentialityImpact N=NONE L=LOW H=HIGH
SI subIntegrityImpact N=NONE L=LOW H=HIGH
SA subAvailabilityImpact N=NONE L=LOW H=HIGH
E exploitMaturity X=NOT_DEFINED A=ATTACKED P=PROOF_OF_CONCEPT U=UNREPORTED
CR confidentialityRequirement X=NOT_DEFINED H=HIGH M=MEDIUM L=LOW
IR integrityRequirement X=NOT_DEFINED H=HIGH M=MEDIUM L=LOW
AR availabilityRequirement X=NOT_DEFINED H=HIGH M=MEDIUM L=LOW
MAV modifiedAttackVector X=NOT_DEFINED N=NETWORK A=ADJACENT L=LOCAL P=PHYSICAL
MAC modifiedAttackComplexity X=NOT_DEFINED L=LOW H=HIGH
MAT modifiedAttackRequirements X=NOT_DEFINED N=NONE P=PRESENT
MPR modifiedPrivilegesRequired X=NOT_DEFINED N=NONE L=LOW H=HIGH
MUI modifiedUserInteraction X=NOT_DEFINED N=NONE P=PASSIVE A=ACTIVE
MVC modifiedVulnConfidentialityImpact X=NOT_DEFINED H=HIGH L=LOW N=NONE
MVI modifiedVulnIntegrityImpact X=NOT_DEFINED H=HIGH L=LOW N=NONE
MVA modifiedVulnAvailabilityImpact X=NOT_DEFINED H=HIGH L=LOW N=NONE
MSC modifiedSubConfidentialityImpact X=NOT_DEFINED H=HIGH L=LOW N=NEGLIGIBLE
MSI modifiedSubIntegrityImpact X=NOT_DEFINED S=SAFETY H=HIGH L=LOW N=NEGLIGIBLE
MSA modifiedSubAvailabilityImpact X=NOT_DEFINED S=SAFETY H=HIGH L=LOW N=NEGLIGIBLE
S Safety X=NOT_DEFINED N=NEGLIGIBLE P=PRESENT
AU Automatable X=NOT_DEFINED N=NO Y=YES
R Recovery X=NOT_DEFINED A=AUTOMATIC U=USER I=IRRECOVERABLE
V valueDensity X=NOT_DEFINED D=DIFFUSE C=CONCENTRATED
RE vulnerabilityResponseEffort X=NOT_DEFINED L=LOW M=MODERATE H=HIGH
U providerUrgency X=NOT_DEFINED Clear=CLEAR Green=GREEN Amber=AMBER Red=RED`),
}
