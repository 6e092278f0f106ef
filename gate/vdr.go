package gate

import (
	"io"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/cyclonedx"
)

// WriteVDR writes the document with what it is affected by: a CycloneDX 1.6
// vulnerability disclosure report. One vulnerability has one entry with all the
// components that it is in; where what is claimed differs, it has several.
func WriteVDR(w io.Writer, r *Result, tool string) error {
	doc := *r.doc
	doc.Tools = append(append([]string{}, doc.Tools...), "wardround@"+tool)
	doc.Created = r.At
	type key struct{ id, state string }
	at := map[key]int{}
	var list []cyclonedx.Vulnerability
	for i := range r.Rows {
		row := &r.Rows[i]
		a := analysis(row)
		k := key{row.Vulnerability, a.State + "\x00" + a.Justification}
		n, ok := at[k]
		if !ok {
			n = len(list)
			at[k] = n
			v := cyclonedx.Vulnerability{ID: row.Vulnerability, Analysis: a, Ratings: ratings(row), Recommendation: remedy(row)}
			for _, alias := range row.Aliases {
				v.References = append(v.References, cyclonedx.Reference{ID: alias, Source: cyclonedx.Source{Name: sourceOf(alias)}})
			}
			v.Source.Name = sourceOf(row.Vulnerability)
			if row.Exploited {
				v.Properties = append(v.Properties, cyclonedx.Property{Name: "wardround:kev", Value: "true"})
			}
			if row.EPSS >= 0 {
				v.Properties = append(v.Properties, cyclonedx.Property{Name: "wardround:epss", Value: strconv.FormatFloat(row.EPSS, 'f', 5, 64)})
			}
			list = append(list, v)
		}
		affect := cyclonedx.Affect{Ref: r.doc.Components[row.index].Ref}
		if v := r.doc.Components[row.index].Version; v != "" {
			status := "affected"
			switch row.Status {
			case NotAffected, Fixed:
				status = "unaffected"
			case CannotTell:
				status = "unknown"
			}
			affect.Versions = []cyclonedx.Versions{{Version: v, Status: status}}
		}
		list[n].Affects = append(list[n].Affects, affect)
	}
	return cyclonedx.WriteReport(w, &doc, list, cyclonedx.WriteOptions{Version: "1.6", Indent: true})
}

// analysis puts a row's status into CycloneDX's words.
func analysis(row *Row) *cyclonedx.Analysis {
	a := &cyclonedx.Analysis{Detail: row.Why}
	switch row.Status {
	case Affected:
		a.State = "exploitable"
		if row.Claim == nil {
			a.State = "in_triage" // that a version is affected does not say that it can be exploited here
		}
	case CannotTell:
		a.State = "in_triage"
	case NotAffected:
		a.State = "not_affected"
		a.Justification = justifications[row.Claim.Justification]
	case Fixed:
		a.State = "resolved"
	}
	return a
}

// justifications maps those of OpenVEX to CycloneDX's.
var justifications = map[string]string{
	"component_not_present": "code_not_present", "vulnerable_code_not_present": "code_not_present",
	"vulnerable_code_not_in_execute_path":               "code_not_reachable",
	"vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
	"inline_mitigations_already_exist":                  "protected_by_mitigating_control",
}

func ratings(row *Row) []cyclonedx.Rating {
	r := cyclonedx.Rating{Severity: row.Severity.String(), Vector: row.Vector}
	switch {
	case strings.HasPrefix(row.Vector, "CVSS:4"):
		r.Method = "CVSSv4"
	case strings.HasPrefix(row.Vector, "CVSS:3.1"):
		r.Method = "CVSSv31"
	case strings.HasPrefix(row.Vector, "CVSS:3"):
		r.Method = "CVSSv3"
	case row.Vector != "":
		r.Method = "CVSSv2"
	default:
		r.Method = "other"
	}
	if row.Score >= 0 {
		score := row.Score
		r.Score = &score
	}
	return []cyclonedx.Rating{r}
}

func remedy(row *Row) string {
	if len(row.Fixed) == 0 {
		return ""
	}
	return "Use " + strings.Join(row.Fixed, " or ") + " or later."
}

// sourceOf names who gives ids of a form out.
func sourceOf(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "CVE":
		return "NVD"
	case "GHSA":
		return "GitHub"
	}
	return "OSV"
}
