package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/control"
	"github.com/wardround/wardround/kind"
)

// checkCmd shows the catalogue of checks.
type checkCmd struct {
	List    checkListCmd    `cmd:"" help:"List the checks."`
	Explain checkExplainCmd `cmd:"" help:"Explain one check: meaning, remedy, limits, controls."`
	Off     checkOffCmd     `cmd:"" help:"Switch a check off at this site, with a reason; what it failed stays open."`
	On      checkOnCmd      `cmd:"" help:"Switch a check on again."`
}

type checkListCmd struct{}

// checkRow is a check as JSON.
type checkRow struct {
	ID       string             `json:"id"`
	Version  int                `json:"version"`
	Title    string             `json:"title"`
	Doc      string             `json:"doc"`
	Concern  wardround.Concern  `json:"concern"`
	Applies  string             `json:"applies"`
	Speaks   []string           `json:"speaks,omitempty"`
	Stage    wardround.Stage    `json:"stage"`
	Severity wardround.Severity `json:"severity"`
	Fresh    string             `json:"fresh"`
	Novelty  bool               `json:"novelty,omitempty"`
	Controls []string           `json:"controls"`
	Watch    []string           `json:"watch"`
	Say      check.Say          `json:"say"`
}

func rowOf(c *check.Check) checkRow {
	r := checkRow{
		ID: c.ID, Version: c.Version, Title: c.Title, Doc: c.Doc, Concern: c.Concern, Applies: c.Applies.String(),
		Speaks: c.Speaks, Stage: c.Stage, Severity: c.Severity, Fresh: c.Fresh.String(), Novelty: c.Novelty,
		Controls: c.Controls, Say: c.Say,
	}
	if c.Applies == 0 {
		r.Applies = "site and sensors"
	}
	if c.Fresh == 0 {
		r.Fresh = "for ever"
	}
	for _, k := range c.Watch {
		r.Watch = append(r.Watch, string(k))
	}
	return r
}

func (c *checkListCmd) Run(a *app) error {
	server, err := a.remote()
	if err != nil {
		return err
	}
	if server != nil {
		return c.there(a, server)
	}
	var rows [][]string
	for _, c := range check.All() {
		if a.Format == "json" {
			if err := a.object("check", rowOf(c)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{c.ID, string(c.Concern), c.Severity.String(), c.Title})
	}
	return a.grid([]string{"check", "concern", "base severity", "title"}, rows)
}

// there lists the checks of a server, which may be of another version, and which of
// them are off.
func (c *checkListCmd) there(a *app, server *client.Client) error {
	var rows [][]string
	for raw, err := range client.List[json.RawMessage](a.ctx, server, "/checks", nil) {
		if err != nil {
			return err
		}
		if a.Format == "json" {
			if err := a.object("check", raw); err != nil {
				return err
			}
			continue
		}
		var x struct {
			checkRow
			Off *struct{ Reason string } `json:"off"`
		}
		if err := json.Unmarshal(*raw, &x); err != nil {
			return wardround.Wrap(wardround.EInvalid, "check list", err)
		}
		if x.Off != nil {
			x.Title += " (off: " + x.Off.Reason + ")"
		}
		rows = append(rows, []string{x.ID, string(x.Concern), x.Severity.String(), x.Title})
	}
	return a.grid([]string{"check", "concern", "base severity", "title"}, rows)
}

type checkOffCmd struct {
	ID     string `arg:"" help:"The check's id, as in check list."`
	Reason string `required:"" help:"Why, in a sentence; it is in every bundle of evidence."`
	By     string `default:"${user}" help:"Who. On a server: the owner of the token."`
}

func (c *checkOffCmd) Run(a *app) error {
	if strings.TrimSpace(c.Reason) == "" {
		return wardround.Errorf(wardround.EInvalid, "check off", "--reason is empty")
	}
	return a.switchCheck(c.ID, c.By, c.Reason, true)
}

type checkOnCmd struct {
	ID     string `arg:"" help:"The check's id, as in check list."`
	Reason string `help:"Why, in a sentence."`
	By     string `default:"${user}" help:"Who. On a server: the owner of the token."`
}

func (c *checkOnCmd) Run(a *app) error { return a.switchCheck(c.ID, c.By, c.Reason, false) }

// switchCheck switches a check off or on.
func (a *app) switchCheck(id, by, reason string, off bool) error {
	server, err := a.remote()
	if err != nil {
		return err
	}
	word := map[bool]string{true: "off", false: "on"}[off]
	switch {
	case server != nil && off:
		err = server.Send(a.ctx, http.MethodPut, "/checks/"+url.PathEscape(id)+"/off", nil, map[string]string{"reason": reason}, nil)
	case server != nil:
		err = server.Send(a.ctx, http.MethodDelete, "/checks/"+url.PathEscape(id)+"/off", url.Values{"reason": {reason}}, nil, nil)
	case check.Lookup(id) == nil:
		return wardround.Errorf(wardround.ENotFound, "check "+word, "no check %q; see: wardround check list", id)
	default:
		said := &kind.ContentChangedV1{Name: "check/" + id + "/off", By: kind.PersonalText(by), Reason: kind.PersonalText(reason)}
		if off {
			value, merr := json.Marshal(reason)
			if merr != nil {
				return wardround.Wrap(wardround.EInvalid, "check off", merr)
			}
			said.Value = string(value)
		}
		err = a.append(said)
	}
	if err != nil {
		return err
	}
	a.note("%s is %s", id, word)
	return nil
}

type checkExplainCmd struct {
	ID string `arg:"" help:"The check's id, as in check list."`
}

func (c *checkExplainCmd) Run(a *app) error {
	ch := check.Lookup(c.ID)
	if ch == nil {
		return wardround.Errorf(wardround.ENotFound, "check explain", "no check %q; see: wardround check list", c.ID)
	}
	r := rowOf(ch)
	if a.Format == "json" {
		return a.object("check", r)
	}
	p := func(label, text string) {
		if text != "" {
			fmt.Fprintf(a.stdout, "%-22s %s\n", label, text)
		}
	}
	fmt.Fprintf(a.stdout, "%s — %s\n\n%s\n\n", ch.ID, ch.Title, ch.Doc)
	p("At the bedside:", ch.Say.Bedside)
	p("Ward:", ch.Say.Ward)
	p("Clinical engineering:", ch.Say.Engineering)
	p("Security:", ch.Say.Security)
	p("Don't:", ch.Say.Dont)
	p("Why we say so:", ch.Say.Why)
	p("Wrong if:", ch.Say.Wrong)
	fmt.Fprintln(a.stdout)
	p("concern", string(ch.Concern))
	p("base severity", ch.Severity.String())
	p("judges", r.Applies)
	p("speaking", strings.Join(ch.Speaks, ", "))
	p("looks at", strings.Join(r.Watch, ", "))
	p("a verdict holds", r.Fresh)
	if ch.Novelty {
		p("learns first", "yes: answers \"unknown: learning\" until it has seen enough")
	}
	for _, id := range ch.Controls {
		ctl, _ := control.Lookup(id)
		p("control "+id, ctl.Title+" ["+strings.Join(ctl.Clause, "; ")+"]")
	}
	return nil
}
