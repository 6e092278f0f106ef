package admission

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wardround/wardround/format/junit"
	"github.com/wardround/wardround/format/sarif"
)

// WriteSARIF writes a verdict as SARIF 2.1.0: a rule for each part and each rule of
// the policy, a result for each that does not pass.
func WriteSARIF(w io.Writer, v *Verdict, tool string) error {
	run := sarif.Run{Tool: "wardround", Version: tool, URI: "https://github.com/wardround/wardround"}
	for _, p := range v.Parts {
		id := "model-gate." + p.Name
		run.Rules = append(run.Rules, sarif.Rule{ID: id, Short: "The model's " + p.Name, Tags: []string{"ai-model"}})
		res := sarif.Result{Rule: id, Kind: "pass", Level: sarif.None, Message: p.Why, File: v.file(), Line: 1, Logical: p.Name, Fingerprint: id + "/" + v.Model}
		switch {
		case p.State == Fail && p.Needed:
			res.Kind, res.Level = "fail", sarif.Error
		case p.State == Fail:
			res.Kind, res.Level = "fail", sarif.Warning
		case p.State == Unknown && p.Needed:
			res.Kind, res.Level = "review", sarif.None
		case p.State == Unknown:
			res.Kind = "notApplicable"
		}
		if len(p.Items) > 0 {
			res.Message += "\n" + strings.Join(p.Items, "\n")
		}
		run.Results = append(run.Results, res)
	}
	for _, b := range v.Broken {
		run.Rules = append(run.Rules, sarif.Rule{ID: b.Rule, Short: say(b), Tags: []string{"policy"}})
		level := sarif.Error
		if b.Action != "fail" {
			level = sarif.Warning
		}
		run.Results = append(run.Results, sarif.Result{Rule: b.Rule, Kind: "fail", Level: level, Message: say(b), File: v.file(), Line: 1, Fingerprint: b.Rule + "/" + v.Model})
	}
	return sarif.Write(w, &sarif.Log{Runs: []sarif.Run{run}})
}

func say(b Broken) string {
	if b.Say == "" {
		return b.Rule
	}
	return b.Say
}

func (v *Verdict) file() string {
	if v.Model == "" {
		return "model"
	}
	return v.Model
}

// WriteJUnit writes a verdict as a test report: a case for each part and each rule
// that caught something. What was not looked at is skipped only where it is not
// needed; where it is, it is a failure: a build server knows no "cannot tell".
func WriteJUnit(w io.Writer, v *Verdict, at time.Time) error {
	s := junit.Suite{Name: "model gate: " + v.file(), At: at}
	for _, p := range v.Parts {
		c := junit.Case{Class: v.file(), Name: p.Name, Kind: string(p.State), Message: p.Why, Text: strings.Join(p.Items, "\n")}
		switch {
		case p.State == Pass:
			c.Message, c.Kind, c.Text = "", "", ""
		case p.Needed:
			c.Result = junit.Failed
		default:
			c.Result = junit.Skipped
		}
		s.Cases = append(s.Cases, c)
	}
	for _, b := range v.Broken {
		c := junit.Case{Class: v.Policy, Name: b.Rule, Kind: b.Action, Message: say(b), Result: junit.Failed}
		if b.Action != "fail" {
			c.Result = junit.Skipped
		}
		s.Cases = append(s.Cases, c)
	}
	return junit.Write(w, &junit.Report{Suites: []junit.Suite{s}})
}

// WriteMarkdown writes a summary for a page that people read.
func WriteMarkdown(w io.Writer, v *Verdict) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Model gate: %s\n\n**%s** by policy *%s*\n\n| part | answer | why |\n|---|---|---|\n", cell(v.file()), v.Outcome, cell(v.Policy))
	for _, p := range v.Parts {
		why := cell(p.Why)
		if !p.Needed {
			why += " (does not decide)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p.Name, mark(p.State), why)
	}
	for _, x := range v.Broken {
		fmt.Fprintf(&b, "| rule %s | %s | %s |\n", cell(x.Rule), x.Action, cell(say(x)))
	}
	for _, p := range v.Parts {
		if len(p.Items) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n", p.Name)
		for _, s := range p.Items {
			fmt.Fprintf(&b, "- %s\n", cell(s))
		}
		if p.More > 0 {
			fmt.Fprintf(&b, "- and %d more\n", p.More)
		}
		b.WriteString("\n</details>\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func mark(s State) string {
	return map[State]string{Pass: "✓ pass", Fail: "▲ fail", Unknown: "? unknown"}[s]
}

// cell is text that cannot leave a table or become HTML.
func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ", "<", "&lt;", ">", "&gt;", "`", "\\`", "[", "\\[", "]", "\\]", "*", "\\*", "_", "\\_").Replace(s)
}
