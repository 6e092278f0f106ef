// Package sarif reads and writes results of analysis tools in SARIF 2.1.0 (OASIS).
//
// The writer gives what code hosts show: rules with help, results with level,
// message, place and a stable fingerprint. The reader takes what is needed to keep
// another tool's results as evidence: tool, rules, results, suppressions.
package sarif

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a log that is read.
const (
	MaxBytes   = 256 << 20
	maxResults = 1_000_000
)

// Log is a SARIF log.
type Log struct {
	Runs []Run
}

// Run is one run of one tool.
type Run struct {
	Tool    string // name
	Version string
	URI     string
	Rules   []Rule
	Results []Result
	// Failed says that the tool itself did not finish (executionSuccessful is false).
	Failed bool
	// Properties stand at the run.
	Properties map[string]any
}

// Rule says what was looked for.
type Rule struct {
	ID         string
	Name       string
	Short      string // one sentence
	Full       string
	Help       string // markdown
	URI        string
	Tags       []string
	Severity   string // security-severity: "9.8"
	Properties map[string]any
}

// Level is how grave a result is.
type Level string

// The levels.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
	None    Level = "none"
)

// Result is one result.
type Result struct {
	Rule         string
	Level        Level
	Message      string
	File         string
	Line         int
	Logical      string // fully qualified name of the place
	Fingerprint  string
	Suppressed   string // justification, "" if it is not
	IsSuppressed bool
	Kind         string // "fail" (default), "pass", "notApplicable", "review", "open", "informational"
	Properties   map[string]any
}

type text struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type wireRule struct {
	ID         string         `json:"id"`
	Name       string         `json:"name,omitempty"`
	Short      *text          `json:"shortDescription,omitempty"`
	Full       *text          `json:"fullDescription,omitempty"`
	Help       *text          `json:"help,omitempty"`
	URI        string         `json:"helpUri,omitempty"`
	Default    *wireDefault   `json:"defaultConfiguration,omitempty"`
	Properties map[string]any `json:"properties,omitempty"`
}

type wireDefault struct {
	Level Level `json:"level,omitempty"`
}

type wireResult struct {
	RuleID       string            `json:"ruleId,omitempty"`
	RuleIndex    *int              `json:"ruleIndex,omitempty"`
	Rule         *wireRef          `json:"rule,omitempty"`
	Kind         string            `json:"kind,omitempty"`
	Level        Level             `json:"level,omitempty"`
	Message      text              `json:"message"`
	Locations    []wireLocation    `json:"locations,omitempty"`
	Partial      map[string]string `json:"partialFingerprints,omitempty"`
	Suppressions []wireSuppression `json:"suppressions,omitempty"`
	Properties   map[string]any    `json:"properties,omitempty"`
}

type wireRef struct {
	ID    string `json:"id,omitempty"`
	Index *int   `json:"index,omitempty"`
}

type wireSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status,omitempty"`
	Justification string `json:"justification,omitempty"`
}

type wireLocation struct {
	Physical *struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *struct {
			Line int `json:"startLine,omitempty"`
		} `json:"region,omitempty"`
	} `json:"physicalLocation,omitempty"`
	Logical []struct {
		Name string `json:"fullyQualifiedName,omitempty"`
	} `json:"logicalLocations,omitempty"`
}

type wireRun struct {
	Tool struct {
		Driver struct {
			Name     string     `json:"name"`
			Version  string     `json:"version,omitempty"`
			Semantic string     `json:"semanticVersion,omitempty"`
			URI      string     `json:"informationUri,omitempty"`
			Rules    []wireRule `json:"rules,omitempty"`
		} `json:"driver"`
	} `json:"tool"`
	Invocations []struct {
		OK *bool `json:"executionSuccessful"`
	} `json:"invocations,omitempty"`
	Results    []wireResult   `json:"results"`
	Properties map[string]any `json:"properties,omitempty"`
}

type wireLog struct {
	Schema  string    `json:"$schema,omitempty"`
	Version string    `json:"version"`
	Runs    []wireRun `json:"runs"`
}

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// Write writes a log of version 2.1.0.
func Write(w io.Writer, l *Log) error {
	out := wireLog{Schema: schema, Version: "2.1.0", Runs: []wireRun{}}
	for _, r := range l.Runs {
		var x wireRun
		x.Tool.Driver.Name, x.Tool.Driver.Version, x.Tool.Driver.URI = r.Tool, r.Version, r.URI
		x.Properties = r.Properties
		index := map[string]int{}
		for i, rule := range r.Rules {
			index[rule.ID] = i
			y := wireRule{ID: rule.ID, Name: rule.Name, URI: rule.URI, Properties: rule.Properties}
			for _, p := range []struct {
				to *(*text)
				s  string
			}{{&y.Short, rule.Short}, {&y.Full, rule.Full}} {
				if p.s != "" {
					*p.to = &text{Text: p.s}
				}
			}
			if rule.Help != "" {
				y.Help = &text{Text: rule.Help, Markdown: rule.Help}
			}
			if len(rule.Tags) > 0 || rule.Severity != "" {
				if y.Properties == nil {
					y.Properties = map[string]any{}
				}
				if len(rule.Tags) > 0 {
					y.Properties["tags"] = rule.Tags
				}
				if rule.Severity != "" {
					y.Properties["security-severity"] = rule.Severity
				}
			}
			x.Tool.Driver.Rules = append(x.Tool.Driver.Rules, y)
		}
		x.Results = make([]wireResult, 0, len(r.Results))
		for _, res := range r.Results {
			y := wireResult{RuleID: res.Rule, Kind: res.Kind, Level: res.Level, Message: text{Text: res.Message}, Properties: res.Properties}
			if i, ok := index[res.Rule]; ok {
				y.RuleIndex = &i
			}
			if res.File != "" || res.Logical != "" {
				var loc wireLocation
				if res.File != "" {
					loc.Physical = new(struct {
						Artifact struct {
							URI string `json:"uri"`
						} `json:"artifactLocation"`
						Region *struct {
							Line int `json:"startLine,omitempty"`
						} `json:"region,omitempty"`
					})
					loc.Physical.Artifact.URI = res.File
					if res.Line > 0 {
						loc.Physical.Region = &struct {
							Line int `json:"startLine,omitempty"`
						}{res.Line}
					}
				}
				if res.Logical != "" {
					loc.Logical = append(loc.Logical, struct {
						Name string `json:"fullyQualifiedName,omitempty"`
					}{res.Logical})
				}
				y.Locations = []wireLocation{loc}
			}
			if res.Fingerprint != "" {
				y.Partial = map[string]string{"wardround/v1": res.Fingerprint}
			}
			if res.IsSuppressed {
				y.Suppressions = []wireSuppression{{Kind: "external", Status: "accepted", Justification: res.Suppressed}}
			}
			x.Results = append(x.Results, y)
		}
		out.Runs = append(out.Runs, x)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(out)
}

// Read reads a log. A result without level has that of its rule, else "warning", as
// the standard says (§3.27.10).
func Read(r io.Reader) (*Log, error) {
	lr := &io.LimitedReader{R: r, N: MaxBytes + 1}
	var w wireLog
	if err := json.NewDecoder(lr).Decode(&w); err != nil {
		if lr.N <= 0 {
			return nil, fmt.Errorf("sarif: more than %d bytes", MaxBytes)
		}
		return nil, fmt.Errorf("sarif: %w", err)
	}
	if !strings.HasPrefix(w.Version, "2.") {
		return nil, fmt.Errorf("sarif: version %.20q; 2.1.0 is read", w.Version)
	}
	if w.Runs == nil {
		return nil, errors.New("sarif: no runs")
	}
	l := &Log{}
	n := 0
	for _, x := range w.Runs {
		run := Run{Tool: x.Tool.Driver.Name, Version: x.Tool.Driver.Version, URI: x.Tool.Driver.URI, Properties: x.Properties}
		if run.Version == "" {
			run.Version = x.Tool.Driver.Semantic
		}
		for _, inv := range x.Invocations {
			run.Failed = run.Failed || inv.OK != nil && !*inv.OK
		}
		levels := map[string]Level{}
		for _, y := range x.Tool.Driver.Rules {
			rule := Rule{ID: y.ID, Name: y.Name, URI: y.URI, Properties: y.Properties}
			if y.Short != nil {
				rule.Short = y.Short.Text
			}
			if y.Full != nil {
				rule.Full = y.Full.Text
			}
			if y.Default != nil {
				levels[y.ID] = y.Default.Level
			}
			if s, ok := y.Properties["security-severity"].(string); ok {
				rule.Severity = s
			}
			run.Rules = append(run.Rules, rule)
		}
		for _, y := range x.Results {
			if n++; n > maxResults {
				return nil, fmt.Errorf("sarif: more than %d results", maxResults)
			}
			run.Results = append(run.Results, result(&y, x.Tool.Driver.Rules, levels))
		}
		l.Runs = append(l.Runs, run)
	}
	return l, nil
}

func result(y *wireResult, rules []wireRule, levels map[string]Level) Result {
	res := Result{Rule: y.RuleID, Level: y.Level, Message: y.Message.Text, Kind: y.Kind, Properties: y.Properties}
	if res.Rule == "" && y.Rule != nil {
		res.Rule = y.Rule.ID
		if y.RuleIndex == nil {
			y.RuleIndex = y.Rule.Index
		}
	}
	if res.Rule == "" && y.RuleIndex != nil && *y.RuleIndex >= 0 && *y.RuleIndex < len(rules) {
		res.Rule = rules[*y.RuleIndex].ID
	}
	if res.Kind == "" {
		res.Kind = "fail"
	}
	if res.Level == "" {
		switch {
		case res.Kind != "fail":
			res.Level = None
		case levels[res.Rule] != "":
			res.Level = levels[res.Rule]
		default:
			res.Level = Warning
		}
	}
	if len(y.Locations) > 0 {
		loc := y.Locations[0]
		if loc.Physical != nil {
			res.File = loc.Physical.Artifact.URI
			if loc.Physical.Region != nil {
				res.Line = loc.Physical.Region.Line
			}
		}
		if len(loc.Logical) > 0 {
			res.Logical = loc.Logical[0].Name
		}
	}
	for _, s := range y.Suppressions {
		if s.Status == "" || s.Status == "accepted" {
			res.IsSuppressed, res.Suppressed = true, s.Justification
		}
	}
	return res
}
