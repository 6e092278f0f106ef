// Package build reads what other tools found of a release while it was built or
// tested, and says it in one form: [kind.BuildReceivedV1].
//
//	sarif            static analysis, secret scans, gates: SARIF 2.1.0
//	junit            tests: JUnit XML
//	slsa-provenance  where and how it was built: SLSA provenance 0.2 and 1, in an
//	                 in-toto statement
//	gate             the verdict of our own gate, in an in-toto statement
//	pentest          a penetration test, in a small form of our own ([Pentest])
//
// Statements come in a DSSE envelope or bare. A signature that fits a key that was
// given makes the report's trust "verified"; one that fits none is an error. Without
// keys nothing is verified, and the trust is "unsigned".
//
// The report itself is kept as it came; what is said of it is counts and at most a
// hundred of the results that fail, worst first.
package build

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/junit"
	"github.com/wardround/wardround/format/sarif"
	"github.com/wardround/wardround/kind"
)

// Limits of what is said of a report.
const (
	MaxBytes   = 64 << 20
	maxResults = 100
	maxSaid    = 10 << 10 // bytes of all results: an observation holds 16 kB
	maxText    = 240
	maxName    = 120
)

// Options say of what release a report is, and whom to trust.
type Options struct {
	Maker, Product, Version string
	Name                    string // of the file
	Tool                    string // instead of what the report says
	Keys                    []*attest.Key
}

// Read reads a report. A SARIF log of several tools gives one fact for each; anything
// else gives one. Errors: EInvalid, with the reason and the place.
func Read(ctx context.Context, b []byte, opt Options) ([]*kind.BuildReceivedV1, error) {
	if len(b) > MaxBytes {
		return nil, wardround.Errorf(wardround.EInvalid, "build", "%s: %d bytes, over the limit of %d", opt.Name, len(b), MaxBytes)
	}
	all, err := read(ctx, b, opt)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "build", "%s: %w", opt.Name, err)
	}
	for _, r := range all {
		r.Maker, r.Product, r.Version = opt.Maker, opt.Product, opt.Version
		if r.Name == "" {
			r.Name = opt.Name
		}
		if opt.Tool != "" {
			r.Tool = opt.Tool
		}
		if r.Tool == "" {
			r.Tool = r.Report
		}
		if r.Trust == "" {
			r.Trust = "unsigned"
		}
		r.Name, r.Tool = text(r.Name, maxName), text(r.Tool, maxName)
		r.Results = bounded(r.Results)
	}
	return all, nil
}

func read(ctx context.Context, b []byte, opt Options) ([]*kind.BuildReceivedV1, error) {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	head := trimmed[:min(len(trimmed), 4096)]
	switch {
	case len(trimmed) == 0:
		return nil, errors.New("it is empty")
	case attest.IsEnvelope(trimmed):
		return one(envelope(ctx, trimmed, opt.Keys))
	case len(opt.Keys) > 0:
		return nil, errors.New("it carries no signature that a key could be held against: want a DSSE envelope")
	case trimmed[0] == '<':
		return one(tests(trimmed))
	case trimmed[0] == '{' && bytes.Contains(head, []byte(`"_type"`)):
		return one(statement(trimmed))
	case trimmed[0] == '{' && bytes.Contains(trimmed, []byte(`"runs"`)):
		return analyses(trimmed)
	}
	return one(pentest(b))
}

func one(r *kind.BuildReceivedV1, err error) ([]*kind.BuildReceivedV1, error) {
	if err != nil {
		return nil, err
	}
	return []*kind.BuildReceivedV1{r}, nil
}

// analyses reads SARIF. A tool that looked and found nothing writes no results: what
// passed is then its rules, or the run as a whole.
func analyses(b []byte) ([]*kind.BuildReceivedV1, error) {
	log, err := sarif.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	by := map[string]*kind.BuildReceivedV1{}
	var out []*kind.BuildReceivedV1
	for _, run := range log.Runs {
		r := by[run.Tool]
		if r == nil {
			r = &kind.BuildReceivedV1{Report: "sarif", Tool: run.Tool}
			by[run.Tool], out = r, append(out, r)
		}
		severity, failing := map[string]string{}, map[string]bool{}
		for _, rule := range run.Rules {
			severity[rule.ID] = rule.Severity
		}
		for _, x := range run.Results {
			switch {
			case x.IsSuppressed, x.Kind == "notApplicable", x.Kind == "review", x.Kind == "open", x.Kind == "informational":
				r.Skipped++
			case x.Kind == "pass", x.Level == sarif.None:
				r.Passed++
			default:
				r.Failed++
				failing[x.Rule] = true
				where := x.File
				if where != "" && x.Line > 0 {
					where = fmt.Sprintf("%s:%d", where, x.Line)
				}
				r.Results = append(r.Results, kind.BuildResult{Rule: x.Rule, Level: string(x.Level), Where: cmp.Or(where, x.Logical), Message: x.Message, Severity: scored(severity[x.Rule])})
			}
		}
		if run.Failed {
			r.Failed++
			r.Results = append(r.Results, kind.BuildResult{Rule: "run", Level: "error", Message: "The tool did not finish: what it would have found is not known."})
			continue
		}
		held := 0
		for _, rule := range run.Rules {
			if !failing[rule.ID] {
				held++
			}
		}
		if len(run.Rules) == 0 && len(run.Results) == 0 {
			held = 1
		}
		r.Passed += held
	}
	if len(out) == 0 {
		return nil, errors.New("the log holds no run of a tool")
	}
	return out, nil
}

// scored turns a security-severity ("9.8") into a word, as code hosts do.
func scored(s string) string {
	var f float64
	if _, err := fmt.Sscanf(s, "%g", &f); err != nil {
		return ""
	}
	switch {
	case f >= 9:
		return "critical"
	case f >= 7:
		return "high"
	case f >= 4:
		return "medium"
	case f > 0:
		return "low"
	}
	return ""
}

// tests reads JUnit XML.
func tests(b []byte) (*kind.BuildReceivedV1, error) {
	rep, err := junit.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	r := &kind.BuildReceivedV1{Report: "junit", Tool: rep.Name}
	r.Passed, r.Failed, r.Skipped = rep.Counts()
	for _, s := range rep.Suites {
		r.Tool = cmp.Or(r.Tool, s.Name)
		if s.At.After(r.Issued) {
			r.Issued = s.At
		}
		for _, c := range s.Cases {
			if c.Result == junit.Failed || c.Result == junit.Broken {
				r.Results = append(r.Results, kind.BuildResult{Rule: cmp.Or(c.Class, s.Name), Level: "error", Where: cmp.Or(c.File, s.Name), Message: strings.TrimSpace(c.Name + ": " + cmp.Or(c.Message, firstLine(c.Text), "failed"))})
			}
		}
	}
	return r, nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// bounded keeps the worst results that an observation holds.
func bounded(all []kind.BuildResult) []kind.BuildResult {
	slices.SortStableFunc(all, func(a, b kind.BuildResult) int {
		return cmp.Or(cmp.Compare(grave(b), grave(a)), strings.Compare(a.Rule, b.Rule))
	})
	size := 0
	for i := range all {
		x := &all[i]
		x.Rule, x.Where, x.Message, x.Severity = text(x.Rule, maxName), text(x.Where, maxName), text(x.Message, maxText), text(x.Severity, 16)
		if size += 80 + len(x.Rule) + len(x.Where) + len(x.Message); i == maxResults || size > maxSaid {
			return all[:i:i]
		}
	}
	return all
}

func grave(r kind.BuildResult) int {
	if s, err := wardround.ParseSeverity(strings.ToLower(r.Severity)); err == nil && s != wardround.SeverityNone {
		return 10 * int(s)
	}
	return map[string]int{"note": 11, "warning": 21}[r.Level] + 1
}

// text makes a text of somebody else's one bounded line.
func text(s string, n int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "�")), " ")
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
	if len(s) <= n {
		return s
	}
	cut := n - len("…")
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
