package artefact

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/sarif"
)

// MarshalJSON writes the report as one object: path, verdict, rules (ids),
// callables (full names), bytes, ms, and behind them what explains these.
func (r *Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Path      string     `json:"path"`
		Verdict   Verdict    `json:"verdict"`
		Rules     []string   `json:"rules"`
		Callables []string   `json:"callables"`
		Bytes     int64      `json:"bytes"`
		MS        float64    `json:"ms"`
		Format    string     `json:"format"`
		SHA256    string     `json:"sha256,omitempty"`
		Expanded  int64      `json:"expanded,omitempty"`
		Hits      []Hit      `json:"hits,omitempty"`
		Calls     []Callable `json:"calls,omitempty"`
		Trail     []Step     `json:"trail,omitempty"`
		Parts     []Part     `json:"parts,omitempty"`
	}{r.Path, r.Verdict, r.RuleIDs(), r.CallableNames(), r.Bytes, float64(r.Took.Microseconds()) / 1000, r.Format, r.SHA256, r.Expanded, r.Rules, r.Callables, r.Trail, r.Parts})
}

// sarifLevels: what keeps a file from being clean is at least a warning.
var sarifLevels = map[issue.Level]sarif.Level{issue.Note: sarif.Note, issue.Unknown: sarif.Warning, issue.Unreadable: sarif.Warning, issue.Malicious: sarif.Error}

// severities are what code hosts sort by (security-severity).
var severities = map[issue.Level]string{issue.Note: "0.0", issue.Unknown: "5.5", issue.Unreadable: "6.0", issue.Malicious: "9.8"}

// SARIF makes one log of reports; each hit is a result.
func SARIF(version string, reports []*Report) *sarif.Log {
	run := sarif.Run{Tool: "wardround", Version: version, URI: "https://github.com/wardround/wardround"}
	used := map[string]bool{}
	for _, rep := range reports {
		counts := map[string]int{}
		for _, h := range rep.Rules {
			used[h.Rule] = true
			sum := sha256.Sum256([]byte(strings.Join([]string{h.Rule, rep.Path, h.Part, h.Where}, "\x00")))
			print := hex.EncodeToString(sum[:16])
			if counts[print]++; counts[print] > 1 {
				print = fmt.Sprintf("%s-%d", print, counts[print])
			}
			res := sarif.Result{
				Rule: h.Rule, Level: sarifLevels[h.Level], Message: h.Text, File: reference(rep.Path), Logical: place(h), Fingerprint: print,
				Properties: map[string]any{"verdict": string(rep.Verdict), "level": h.Level.String()},
			}
			if h.Offset >= 0 {
				res.Properties["offset"] = h.Offset
			}
			run.Results = append(run.Results, res)
		}
	}
	for id := range used {
		rule := sarif.Rule{ID: id, Name: id, Short: id}
		if r, ok := LookupRule(id); ok {
			rule.Short, rule.Full = r.Title, r.Means
			rule.Help = r.Means + "\n\n**Do.** " + r.Do + "\n\n**Don't.** " + r.Dont + "\n\n**Wrong when:** " + r.Wrong
			rule.Severity = severities[r.Level]
			rule.Tags = []string{"security"}
			for _, c := range r.CWE {
				rule.Tags = append(rule.Tags, "external/cwe/"+strings.ToLower(c))
			}
			rule.Tags = append(rule.Tags, r.ATLAS...)
			rule.Properties = map[string]any{"atlas": r.ATLAS, "cwe": r.CWE}
		}
		run.Rules = append(run.Rules, rule)
	}
	slices.SortFunc(run.Rules, func(a, b sarif.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return &sarif.Log{Runs: []sarif.Run{run}}
}

// reference writes a path as a URI reference (SARIF 2.1.0, 3.4.3; RFC 3986, 4.2): a
// name may hold blanks, colons and bytes that no URI holds.
func reference(path string) string {
	path = filepath.ToSlash(path)
	if strings.HasPrefix(path, "//") { // else the first name would be a host
		path = "/" + strings.TrimLeft(path, "/")
	}
	return (&url.URL{Path: path}).String()
}

// place is where a hit is, as one text.
func place(h Hit) string {
	switch {
	case h.Part == "":
		return h.Where
	case h.Where == "":
		return h.Part
	}
	return h.Part + ": " + h.Where
}

// Sentence says in one line for people what the verdict rests on.
func (r *Report) Sentence() string {
	var calls []string
	for _, c := range r.Callables {
		if Verdict(c.Class.String()).Gravity() >= Unknown.Gravity() && !slices.Contains(calls, c.Full) {
			calls = append(calls, c.Full)
		}
	}
	more := ""
	if len(calls) > 3 {
		more = fmt.Sprintf(" and %d more", len(calls)-3)
		calls = calls[:3]
	}
	var worst *Hit
	if len(r.Rules) > 0 && r.Rules[0].Level > issue.Note {
		worst = &r.Rules[0]
	}
	hidden := slices.IndexFunc(r.Rules, func(h Hit) bool { return strings.HasPrefix(h.Rule, "artefact.inner-") })
	switch {
	case r.Verdict == Malicious && len(calls) > 0 && hidden >= 0 && strings.HasPrefix(r.partOf(calls[0]), r.Rules[hidden].Part):
		return "holds a hidden program that would run " + strings.Join(calls, ", ") + more + in(r.partOf(calls[0])) + " if something loads it"
	case r.Verdict == Malicious && len(calls) > 0:
		return "loading it would run " + strings.Join(calls, ", ") + more + in(r.partOf(calls[0]))
	case r.Verdict == Unknown && len(calls) > 0:
		return "loading it uses " + strings.Join(calls, ", ") + more + in(r.partOf(calls[0])) + ", which nobody has vouched for"
	case worst != nil:
		return worst.Text + in(worst.Part)
	case r.Verdict == Safe:
		return fmt.Sprintf("known constructors only (%d)", len(r.CallableNames()))
	}
	return "data only"
}

func in(part string) string {
	if part == "" {
		return ""
	}
	return " in " + part
}

func (r *Report) partOf(full string) string {
	for _, c := range r.Callables {
		if c.Full == full {
			return c.Part
		}
	}
	return ""
}
