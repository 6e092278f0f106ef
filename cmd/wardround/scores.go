package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cvss"
	"github.com/wardround/wardround/format/purl"
	"github.com/wardround/wardround/format/ssvc"
	order "github.com/wardround/wardround/format/version"
	"github.com/wardround/wardround/priority"
)

// cvssCmd scores vectors.
type cvssCmd struct {
	Score  cvssScoreCmd  `cmd:"" help:"Score CVSS vectors of version 2.0, 3.0, 3.1 or 4.0."`
	Rubric cvssRubricCmd `cmd:"" help:"Rate a vulnerability of a medical device by a questionnaire, after MITRE's rubric: a CVSS 3.0 vector."`
}

type cvssScoreCmd struct {
	Vector []string `arg:"" help:"Vectors, such as CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H."`
}

// scored is a vector as JSON.
type scored struct {
	Vector        string   `json:"vector"`
	Version       string   `json:"version"`
	Score         float64  `json:"score"`
	Severity      string   `json:"severity"`
	Base          *float64 `json:"base,omitempty"`
	Temporal      *float64 `json:"temporal,omitempty"`
	Environmental *float64 `json:"environmental,omitempty"`
}

func (c *cvssScoreCmd) Run(a *app) error {
	var rows [][]string
	for _, text := range c.Vector {
		v, err := cvss.Parse(text)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "cvss score", err)
		}
		s := v.Scores()
		row := scored{Vector: v.String(), Version: string(v.Version), Score: s.Overall, Severity: v.Severity()}
		for _, x := range []struct {
			to   **float64
			from float64
		}{{&row.Base, s.Base}, {&row.Temporal, s.Temporal}, {&row.Environmental, s.Environmental}} {
			if x.from != cvss.None {
				*x.to = &x.from
			}
		}
		if a.Format == "json" {
			if err := a.object("cvss", row); err != nil {
				return err
			}
			continue
		}
		show := func(f *float64) string {
			if f == nil {
				return "—"
			}
			return fmt.Sprintf("%.1f", *f)
		}
		rows = append(rows, []string{fmt.Sprintf("%.1f", row.Score), row.Severity, show(row.Base), show(row.Temporal), show(row.Environmental), row.Vector})
	}
	return a.grid([]string{"score", "severity", "base", "temporal", "environmental", "vector"}, rows)
}

// purlCmd reads package URLs.
type purlCmd struct {
	Parse purlParseCmd `cmd:"" help:"Take package URLs apart, and say under which name advisories speak of them."`
}

type purlParseCmd struct {
	PURL []string `arg:"" name:"purl" help:"Package URLs, such as pkg:npm/%40angular/core@17.0.0."`
}

type purlRow struct {
	PURL       string            `json:"purl"`
	Kind       string            `json:"purl_type"`
	Namespace  string            `json:"namespace,omitempty"`
	Name       string            `json:"name"`
	Version    string            `json:"version,omitempty"`
	Qualifiers map[string]string `json:"qualifiers,omitempty"`
	Subpath    string            `json:"subpath,omitempty"`
	Ecosystem  string            `json:"ecosystem,omitempty"`
	Package    string            `json:"package,omitempty"` // its name there
}

func (c *purlParseCmd) Run(a *app) error {
	var rows [][]string
	for _, text := range c.PURL {
		p, err := purl.Parse(text)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "purl parse", err)
		}
		r := purlRow{PURL: p.String(), Kind: p.Type, Namespace: p.Namespace, Name: p.Name, Version: p.Version, Subpath: p.Subpath}
		var quals []string
		for _, q := range p.Qualifiers {
			if r.Qualifiers == nil {
				r.Qualifiers = map[string]string{}
			}
			r.Qualifiers[q.Key] = q.Value
			quals = append(quals, q.Key+"="+q.Value)
		}
		if at, ok := purl.Locate(p); ok {
			r.Ecosystem, r.Package = at.Ecosystem.String(), at.Name
		}
		if a.Format == "json" {
			if err := a.object("purl", r); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{r.Kind, r.Namespace, r.Name, r.Version, strings.Join(quals, "&"), r.Subpath, strings.TrimSpace(r.Ecosystem + " " + r.Package)})
	}
	return a.grid([]string{"type", "namespace", "name", "version", "qualifiers", "subpath", "ecosystem and name there"}, rows)
}

// compareCmd orders two versions.
type compareCmd struct {
	Ecosystem string `arg:"" help:"As OSV writes it: npm, Go, PyPI, Maven, Debian:12 … ; generic for a maker's own numbering."`
	A         string `arg:""`
	B         string `arg:""`
}

func (c *compareCmd) Run(a *app) error {
	eco := c.Ecosystem
	if strings.EqualFold(eco, "generic") {
		eco = ""
	} else if !order.ParseEcosystem(eco).Known() {
		return wardround.Errorf(wardround.EInvalid, "version compare", "no order of versions is known for %q; use generic for a maker's own numbering, or one of %s", eco, strings.Join(slices.Sorted(slices.Values(order.Families())), ", "))
	}
	n, err := order.Compare(eco, c.A, c.B)
	if err != nil {
		if errors.Is(err, order.ErrIncomparable) {
			fmt.Fprintf(a.stderr, "%s and %s: %v\n", printable(c.A), printable(c.B), err)
			return status(exitCannotTell)
		}
		return wardround.Wrap(wardround.EInvalid, "version compare", err)
	}
	sign := map[int]string{-1: "<", 0: "=", 1: ">"}[n]
	if a.Format == "json" {
		return a.object("comparison", map[string]any{"ecosystem": c.Ecosystem, "a": c.A, "b": c.B, "result": sign})
	}
	_, err = fmt.Fprintf(a.stdout, "%s %s %s\n", printable(c.A), sign, printable(c.B))
	return err
}

// ssvcCmd evaluates decision tables.
type ssvcCmd struct {
	Decide ssvcDecideCmd `cmd:"" help:"Look an outcome up in an SSVC decision table."`
	Tables ssvcTablesCmd `cmd:"" help:"List the tables, what they ask and what they answer."`
}

type ssvcDecideCmd struct {
	Table  string            `arg:"" help:"deployer, supplier, bod-26-04, cisa …, as in ssvc tables, or a table's JSON file."`
	Values map[string]string `arg:"" optional:"" help:"What is known: exploitation=active automatable=yes …"`
}

// table finds a table by name or file.
func ssvcTable(name string) (*ssvc.Table, error) {
	if t := ssvc.Lookup(name); t != nil {
		return t, nil
	}
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wardround.Errorf(wardround.ENotFound, "ssvc", "no table %q, and no such file; there are %s", name, strings.Join(ssvc.Names(), ", "))
	}
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "ssvc", err)
	}
	t, err := ssvc.Read(b)
	return t, wardround.Wrap(wardround.EInvalid, "ssvc", err)
}

func (c *ssvcDecideCmd) Run(a *app) error {
	t, err := ssvcTable(c.Table)
	if err != nil {
		return err
	}
	d, err := t.Decide(c.Values)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "ssvc decide", err)
	}
	if a.Format == "json" {
		err = a.object("decision", d)
	} else {
		_, err = fmt.Fprintf(a.stdout, "%s\n", d.Outcome.Name)
		if !d.Certain() {
			fmt.Fprintf(a.stderr, "at worst; at best: %s. Not said: %s\n", d.Least.Name, strings.Join(d.Missing, ", "))
		}
	}
	if err == nil && !d.Certain() {
		return status(exitCannotTell)
	}
	return err
}

type ssvcTablesCmd struct{}

func (c *ssvcTablesCmd) Run(a *app) error {
	var rows [][]string
	for _, n := range ssvc.Names() {
		t := ssvc.Lookup(n)
		if a.Format == "json" {
			if err := a.object("table", struct {
				Short string `json:"short"`
				*ssvc.Table
			}{n, t}); err != nil {
				return err
			}
			continue
		}
		var asks, answers []string
		for _, p := range t.Inputs {
			asks = append(asks, strings.ToLower(strings.ReplaceAll(p.Name, " ", "-")))
		}
		for _, v := range t.Outcome.Values {
			answers = append(answers, v.Name)
		}
		rows = append(rows, []string{n, clip(strings.Join(asks, ", "), 70), strings.Join(answers, ", ")})
	}
	return a.grid([]string{"table", "asks", "answers"}, rows)
}

type cvssRubricCmd struct {
	Answers map[string]string `arg:"" optional:"" help:"Answers by key: XAVN=yes XAVT=no … XCP=low. Without any, the first questions."`
}

func (c *cvssRubricCmd) Run(a *app) error {
	r, err := priority.TheRubric().Rate(c.Answers)
	if err != nil {
		return err
	}
	switch {
	case a.Format == "json":
		err = a.object("rubric", r)
	case len(r.Open) > 0:
		var rows [][]string
		for _, q := range r.Open {
			rows = append(rows, []string{q.Key, strings.Join(q.Answers, ", "), q.Ask})
		}
		err = a.grid([]string{"key", "answer", "question"}, rows)
	default:
		_, err = fmt.Fprintf(a.stdout, "%s\n%.1f %s\n%s\n", r.Vector, r.Score, cvss.Rate(cvss.V30, r.Score), r.Extended)
	}
	if err == nil && len(r.Open) > 0 {
		return status(exitCannotTell)
	}
	return err
}
