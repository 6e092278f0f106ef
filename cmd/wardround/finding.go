package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/clinical"
)

// findingCmd is the findings.
type findingCmd struct {
	List        findingListCmd        `cmd:"" help:"List findings, the worst first."`
	Show        findingShowCmd        `cmd:"" help:"Show one finding: bedside, do, don't, why, evidence."`
	Acknowledge findingAcknowledgeCmd `cmd:"" help:"Say that someone is on it."`
	Assign      findingAssignCmd      `cmd:"" help:"Give it to someone, or take it back."`
	Accept      findingAcceptCmd      `cmd:"" help:"Accept the risk until a date; on life-sustaining assets two people must."`
	False       findingFalseCmd       `cmd:"" name:"false-positive" help:"Declare it false; on life-sustaining assets two people must."`
	Mitigated   findingMitigatedCmd   `cmd:"" help:"Say that something else now stands in its way."`
	Confirm     findingConfirmCmd     `cmd:"" name:"confirm-claim" help:"Confirm an author's claim that it is not affected; on life-sustaining assets two people must."`
	Reopen      findingReopenCmd      `cmd:"" help:"Take back what was decided of it."`
}

type findingListCmd struct {
	Severity string `enum:"critical,high,medium,low,info" default:"info" help:"This severity or worse."`
	Check    string `help:"Only this check."`
	Cases    bool   `help:"One line per case: alike assets folded."`
	All      bool   `help:"Also fixed ones."`
	FailOn   string `enum:"critical,high,medium,low,never" default:"never" help:"Exit with 1 when a finding is at or over this severity."`
}

func (c *findingListCmd) Run(a *app) error {
	s, err := a.openRead()
	if err != nil {
		return err
	}
	defer s.Close()
	st, err := load(a.ctx, s.store, s.scope)
	if err != nil {
		return err
	}
	min, err := wardround.ParseSeverity(c.Severity)
	if err != nil {
		return err
	}
	if c.Cases {
		return c.cases(a, st, min)
	}
	var list []*wardround.Finding
	for _, f := range st.findings {
		if f.Severity < min || c.Check != "" && f.Check != c.Check || !c.All && f.State == wardround.Fixed {
			continue
		}
		list = append(list, f)
	}
	if a.Format == "json" {
		for _, f := range list {
			if err := a.object("finding", f); err != nil {
				return err
			}
		}
	} else if err := a.findingTable(st, list, 0); err != nil {
		return err
	}
	return threshold(list, c.FailOn)
}

func (c *findingListCmd) cases(a *app, st *state, min wardround.Severity) error {
	var rows [][]string
	for _, x := range st.cases {
		if x.Severity < min || c.Check != "" && x.Check != c.Check || !c.All && x.State != "open" {
			continue
		}
		if a.Format == "json" {
			if err := a.object("case", x); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{mark(x.Severity), x.Title, fmt.Sprint(x.Findings), x.Group, x.Opened.UTC().Format(time.DateTime), x.ID})
	}
	if a.Format != "json" && len(rows) == 0 {
		fmt.Fprintln(a.stdout, "No cases.")
	}
	return a.grid([]string{"severity", "case", "findings", "where", "opened (UTC)", "id"}, rows)
}

type findingShowCmd struct {
	ID string `arg:"" help:"The finding's id."`
}

func (c *findingShowCmd) Run(a *app) error {
	s, err := a.openRead()
	if err != nil {
		return err
	}
	defer s.Close()
	st, err := load(a.ctx, s.store, s.scope)
	if err != nil {
		return err
	}
	f, err := st.finding(c.ID)
	if err != nil {
		return err
	}
	asset := st.subjectAsset(f.Subject)
	v := voice(f, asset)
	if a.Format == "json" {
		return a.object("finding", struct {
			*wardround.Finding
			Voice check.Voice `json:"voice"`
		}{f, v})
	}
	fmt.Fprintf(a.stdout, "%s\n\nAt the bedside: %s\n\nDo. %s\n\nDon't: %s\n\nWhy we say so: %s\n\nEvidence: %s\n\n",
		printable(v.Title), printable(v.Bedside), printable(v.Do), printable(v.Dont), printable(v.Why), printable(v.Evidence))
	fmt.Fprintf(a.stdout, "state %s since %s (UTC), case %s", f.State, f.Opened.UTC().Format(time.DateTime), f.Case)
	if d := f.Decision; d != nil {
		fmt.Fprintf(a.stdout, "\ndecided: %s by %s", d.State, persons(d.By))
		if !d.Until.IsZero() {
			fmt.Fprintf(a.stdout, " until %s", d.Until.UTC().Format(time.DateOnly))
		}
	}
	if d := f.Proposed; d != nil {
		fmt.Fprintf(a.stdout, "\nproposed: %s by %s; a second person is needed, one of the two of clinical engineering", d.State, persons(d.By))
	}
	fmt.Fprintln(a.stdout)
	return nil
}

func persons(list []wardround.Person) string {
	var out []string
	for _, p := range list {
		out = append(out, printable(p.Name)+" ("+p.Role+")")
	}
	return strings.Join(out, " and ")
}

// voice renders a finding with the clinical profile of its asset's role.
func voice(f *wardround.Finding, asset *wardround.Asset) check.Voice {
	c := check.Lookup(f.Check)
	if c == nil {
		return check.Voice{Title: f.Title, Why: "this version does not have the check " + f.Check}
	}
	var prof *wardround.ClinicalProfile
	if asset != nil {
		prof = clinical.Profile(asset.Attr(wardround.AttrRole))
	}
	return c.Render(f, asset, prof)
}

func (st *state) finding(id string) (*wardround.Finding, error) {
	for _, f := range st.findings {
		if f.ID == id {
			return f, nil
		}
	}
	return nil, wardround.Errorf(wardround.ENotFound, "finding", "no finding %q; see: wardround finding list", id)
}
