package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/gate"
)

// result prints what a check or gate found, in the format asked for. Knowledge age and
// components without identity are always said: on standard error where the format
// has no room for them.
func (a *app) result(r *gate.Result, v *gate.Verdict) error {
	w := bufio.NewWriterSize(a.stdout, 64<<10)
	var err error
	tool, _ := versionOf()
	switch a.Format {
	case "json":
		err = a.resultJSON(w, r, v)
	case "sarif":
		err = gate.WriteSARIF(w, r, v, tool)
	case "junit":
		err = gate.WriteJUnit(w, r, v)
	case "cyclonedx":
		err = gate.WriteVDR(w, r, tool)
	case "markdown":
		err = gate.WriteMarkdown(w, r, v)
	default:
		err = a.resultTable(w, r, v)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "output", err)
	}
	a.caveats(r, v)
	return nil
}

// resultJSON writes one object a line: the matches, what rules caught beside them,
// and a summary at the end.
func (a *app) resultJSON(w io.Writer, r *gate.Result, v *gate.Verdict) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i := range r.Rows {
		if err := e.Encode(struct {
			Type string `json:"type"`
			*gate.Row
		}{"match", &r.Rows[i]}); err != nil {
			return err
		}
	}
	for i := range v.Broken {
		if err := e.Encode(struct {
			Type string `json:"type"`
			*gate.Broken
		}{"rule", &v.Broken[i]}); err != nil {
			return err
		}
	}
	return e.Encode(struct {
		Type string `json:"type"`
		*gate.Result
		Counts  map[gate.Status]int `json:"counts"`
		Outcome gate.Outcome        `json:"outcome,omitempty"`
		Policy  string              `json:"policy,omitempty"`
		Failed  int                 `json:"failed"`
		Unsure  []string            `json:"unsure,omitempty"`
	}{"summary", r, r.Counts(), v.Outcome, v.Policy, len(v.Failed), v.Unsure})
}

func (a *app) resultTable(w io.Writer, r *gate.Result, v *gate.Verdict) error {
	failed := map[int]bool{}
	for _, i := range v.Failed {
		failed[i] = true
	}
	t := tabwriter.NewWriter(w, 2, 8, 2, ' ', 0)
	if len(r.Rows) > 0 {
		fmt.Fprintln(t, "\tvulnerability\tseverity\tcomponent\tfixed in\tstatus\twhy")
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		sign := " "
		if failed[i] {
			sign = "✗"
		}
		sev := row.Severity.String()
		if row.Score >= 0 {
			sev += fmt.Sprintf(" %.1f", row.Score)
		}
		if row.Exploited {
			sev += " KEV"
		}
		fixed := strings.Join(row.Fixed, ", ")
		if fixed == "" {
			fixed = "—"
		}
		comp := clip(printable(row.Component), 60)
		if row.Copies > 0 {
			comp += fmt.Sprintf(" (and %d more places)", row.Copies)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", sign, printable(row.Vulnerability), sev, comp, clip(printable(fixed), 40), strings.ReplaceAll(string(row.Status), "_", " "), clip(printable(row.Why), 100))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, b := range v.Broken {
		if b.Row != nil && b.Exception == nil && b.Expired == nil {
			continue
		}
		line := fmt.Sprintf("%s %s: %s %s", map[string]string{"fail": "✗", "warn": "!", "excepted": "–"}[b.Action], b.Rule, printable(b.Component), printable(b.Say))
		if b.Exception != nil {
			line += fmt.Sprintf(" — excepted until %s by %s: %s", b.Exception.Until.Format(time.DateOnly), printable(b.Exception.By), printable(b.Exception.Reason))
		} else if b.Expired != nil {
			line += fmt.Sprintf(" — the exception by %s ended on %s", printable(b.Expired.By), b.Expired.Until.Format(time.DateOnly))
		}
		fmt.Fprintln(w, line)
	}
	n := r.Counts()
	fmt.Fprintf(w, "%s: %d affected, %d cannot be told, %d claimed not affected or fixed", printable(r.Name), n[gate.Affected], n[gate.CannotTell], n[gate.NotAffected]+n[gate.Fixed])
	if v.Policy != "" {
		fmt.Fprintf(w, "; policy %s: %s", printable(v.Policy), v.Outcome)
	}
	fmt.Fprintln(w)
	return nil
}

// caveats says how old knowledge is and what could not be looked at.
func (a *app) caveats(r *gate.Result, v *gate.Verdict) {
	age := "There is no knowledge"
	if len(r.Feeds) > 0 {
		age = fmt.Sprintf("Knowledge: %d feeds", len(r.Feeds))
		if len(r.Feeds) == 1 {
			age = "Knowledge: 1 feed"
		}
		if !r.Oldest.IsZero() {
			age += ", the oldest of " + r.Oldest.UTC().Format("2006-01-02 15:04 UTC") + " (" + agoWords(r.At.Sub(r.Oldest)) + ")"
		}
		var newest time.Time
		for _, f := range r.Feeds {
			if f.Newest.After(newest) {
				newest = f.Newest
			}
		}
		if !newest.IsZero() {
			age += "; newest record of " + newest.UTC().Format(time.DateOnly)
		}
	}
	fmt.Fprintf(a.stderr, "%s. %d components, %d of them without identity.\n", age, r.Components, r.Without)
	for _, why := range v.Unsure {
		fmt.Fprintf(a.stderr, "Cannot tell: %s.\n", why)
	}
}

// agoWords says how long ago something was, roughly.
func agoWords(d time.Duration) string {
	switch {
	case d < time.Hour:
		return "now"
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
