package gate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/junit"
	"github.com/wardround/wardround/format/sarif"
)

// WriteSARIF writes a result as SARIF 2.1.0: each row is a result, each vulnerability
// a rule; what a claim takes back is suppressed, with its reason.
func WriteSARIF(w io.Writer, r *Result, v *Verdict, tool string) error {
	run := sarif.Run{Tool: "wardround", Version: tool, URI: "https://github.com/wardround/wardround"}
	failed := map[int]bool{}
	for _, i := range v.Failed {
		failed[i] = true
	}
	seen := map[string]bool{}
	for i := range r.Rows {
		row := &r.Rows[i]
		if !seen[row.Vulnerability] {
			seen[row.Vulnerability] = true
			rule := sarif.Rule{ID: row.Vulnerability, Short: row.Vulnerability, Tags: []string{"security", "vulnerability"}, Help: help(row)}
			if row.Score >= 0 {
				rule.Severity = fmt.Sprintf("%.1f", row.Score)
			}
			run.Rules = append(run.Rules, rule)
		}
		res := sarif.Result{
			Rule: row.Vulnerability, Level: sarif.Warning, Kind: "fail", Message: row.Component + " (" + row.Path + "): " + row.Why,
			File: r.Name, Line: 1, Logical: row.Path, Fingerprint: Fingerprint(row),
		}
		switch {
		case row.Status == NotAffected || row.Status == Fixed:
			res.IsSuppressed, res.Suppressed, res.Level = true, row.Why, sarif.Note
		case failed[i]:
			res.Level = sarif.Error
		case row.Status == CannotTell:
			res.Level, res.Kind = sarif.None, "review"
		}
		run.Results = append(run.Results, res)
	}
	for _, b := range v.Broken {
		if b.Row != nil {
			continue
		}
		if !seen[b.Rule] {
			seen[b.Rule] = true
			run.Rules = append(run.Rules, sarif.Rule{ID: b.Rule, Short: b.Say, Tags: []string{"policy"}})
		}
		level := sarif.Error
		if b.Action != "fail" {
			level = sarif.Warning
		}
		res := sarif.Result{Rule: b.Rule, Level: level, Kind: "fail", Message: strings.TrimSpace(b.Component + ": " + b.Say), File: r.Name, Line: 1, Logical: b.Path}
		if b.Exception != nil {
			res.IsSuppressed, res.Suppressed = true, b.Exception.Reason
		}
		run.Results = append(run.Results, res)
	}
	return sarif.Write(w, &sarif.Log{Runs: []sarif.Run{run}})
}

func help(row *Row) string {
	s := row.Vulnerability
	if len(row.Aliases) > 0 {
		s += " (" + strings.Join(row.Aliases, ", ") + ")"
	}
	if row.Vector != "" {
		s += "\n\n" + row.Vector
	}
	if row.Exploited {
		s += "\n\nListed in CISA's catalogue of known exploited vulnerabilities."
	}
	return s
}

// Fingerprint names a row the same in every run: its vulnerability and component
// without the version, so that a bump that does not help is the same result.
func Fingerprint(row *Row) string {
	c := row.Component
	if i := strings.LastIndexByte(c, '@'); i > 0 {
		c = c[:i]
	}
	h := sha256.Sum256([]byte(row.Vulnerability + "\x00" + c + "\x00" + row.Path))
	return hex.EncodeToString(h[:16])
}

// WriteJUnit writes a result as a test report: a case for each row and each rule
// that caught something; claimed ones are skipped.
func WriteJUnit(w io.Writer, r *Result, v *Verdict) error {
	failed := map[int]bool{}
	for _, i := range v.Failed {
		failed[i] = true
	}
	s := junit.Suite{Name: r.Name, At: r.At}
	for i := range r.Rows {
		row := &r.Rows[i]
		c := junit.Case{Class: row.Component, Name: row.Vulnerability, File: r.Name, Kind: string(row.Status), Message: row.Why, Text: text(row)}
		switch {
		case failed[i]:
			c.Result = junit.Failed
		case row.Status == Affected:
		default:
			c.Result = junit.Skipped
		}
		if c.Result == junit.Passed {
			c.Message, c.Kind, c.Text = "", "", ""
		}
		s.Cases = append(s.Cases, c)
	}
	for _, b := range v.Broken {
		if b.Row != nil {
			continue
		}
		c := junit.Case{Class: "policy", Name: b.Rule, Result: junit.Failed, Message: b.Say, Kind: b.Action, Text: strings.TrimSpace(b.Component + "\n" + b.Path)}
		if b.Action != "fail" {
			c.Result = junit.Skipped
		}
		s.Cases = append(s.Cases, c)
	}
	for _, why := range r.Unsure() {
		s.Cases = append(s.Cases, junit.Case{Class: "knowledge", Name: "cannot tell", Result: junit.Broken, Message: why})
	}
	if len(s.Cases) == 0 {
		s.Cases = []junit.Case{{Class: r.Name, Name: "no known vulnerability"}}
	}
	return junit.Write(w, &junit.Report{Name: "wardround", Suites: []junit.Suite{s}})
}

func text(row *Row) string {
	out := "path: " + row.Path
	if len(row.Fixed) > 0 {
		out += "\nfixed in: " + strings.Join(row.Fixed, ", ")
	}
	if row.Vector != "" {
		out += "\n" + row.Vector
	}
	return out
}

// WriteMarkdown writes a summary for a page that people read: a pull request, a job.
func WriteMarkdown(w io.Writer, r *Result, v *Verdict) error {
	var b strings.Builder
	word := map[Outcome]string{Passed: "✅ passes", Refused: "❌ does not pass", Unsure: "❔ cannot be told"}[v.Outcome]
	fmt.Fprintf(&b, "## %s %s\n\n", md(strings.TrimSpace(r.Product+" "+r.Version)), word)
	n := r.Counts()
	fmt.Fprintf(&b, "%d components, %d of them without identity. %d affected, %d cannot be told, %d claimed not affected or fixed.", r.Components, r.Without, n[Affected], n[CannotTell], n[NotAffected]+n[Fixed])
	if !r.Oldest.IsZero() {
		fmt.Fprintf(&b, " Knowledge as of %s.", r.Oldest.UTC().Format("2006-01-02 15:04 MST"))
	}
	if r.Base != "" {
		fmt.Fprintf(&b, " Only what is new against %s.", md(r.Base))
	}
	b.WriteString("\n")
	for _, why := range v.Unsure {
		fmt.Fprintf(&b, "\n- ❔ %s", md(why))
	}
	if len(v.Broken) > 0 {
		b.WriteString("\n\n| | rule | component | vulnerability | fixed in | why |\n|---|---|---|---|---|---|\n")
		for i, x := range v.Broken {
			if i == 200 {
				fmt.Fprintf(&b, "\n%d more.\n", len(v.Broken)-i)
				break
			}
			sign := map[string]string{"fail": "❌", "warn": "⚠️", "excepted": "➖"}[x.Action]
			vuln, fixed, why := "", "", x.Say
			if x.Row != nil {
				vuln, fixed, why = x.Row.Vulnerability, strings.Join(x.Row.Fixed, ", "), x.Row.Why
			}
			if x.Exception != nil {
				why = "Excepted until " + x.Exception.Until.Format("2006-01-02") + " by " + x.Exception.By + ": " + x.Exception.Reason
			} else if x.Expired != nil {
				why += " (The exception by " + x.Expired.By + " ended on " + x.Expired.Until.Format("2006-01-02") + ".)"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", sign, md(x.Rule), md(x.Component), md(vuln), md(fixed), md(why))
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// md takes from text what Markdown and HTML would make something of.
func md(s string) string {
	return strings.NewReplacer("|", "\\|", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ", "`", "'", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "@", "&#64;").Replace(s)
}

// PredicateType is the type of the statement that a gate makes of its verdict.
const PredicateType = "https://github.com/wardround/wardround/attestation/gate/v1"

// Predicate is the statement: what was judged with what, and what came of it. The
// server takes it in as evidence of the build.
type Predicate struct {
	Verdict  *Verdict       `json:"verdict"`
	Result   *Result        `json:"result"`
	Counts   map[Status]int `json:"counts"`
	Failed   []Row          `json:"failed,omitempty"` // at most 100
	Tool     string         `json:"tool"`
	Policy   string         `json:"policy_digest,omitempty"`
	Severity map[string]int `json:"affected_by_severity"`
}

// Attest signs the verdict as an in-toto statement about the document.
func Attest(ctx context.Context, k *attest.Key, r *Result, v *Verdict, tool, policyDigest string) ([]byte, error) {
	p := Predicate{Verdict: &Verdict{Outcome: v.Outcome, Policy: v.Policy, Unsure: v.Unsure}, Result: r, Counts: r.Counts(), Tool: tool, Policy: policyDigest, Severity: map[string]int{}}
	for i := range r.Rows {
		if r.Rows[i].Status == Affected {
			p.Severity[r.Rows[i].Severity.String()]++
		}
	}
	for _, i := range v.Failed {
		if len(p.Failed) == 100 {
			break
		}
		p.Failed = append(p.Failed, r.Rows[i])
	}
	alg, digest, ok := strings.Cut(r.Digest, ":")
	if !ok {
		return nil, wardround.Errorf(wardround.EInvalid, "gate", "the document's digest is not known: nothing can be stated of it")
	}
	return attest.SignStatement(ctx, k, PredicateType, p, attest.Subject{Name: r.Name, Digest: map[string]string{alg: digest}})
}
