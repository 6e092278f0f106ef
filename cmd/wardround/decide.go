package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
	"github.com/wardround/wardround/kind"
)

// who is a person on the command line. On a server it is the owner of the token,
// whatever is said here.
type who struct {
	By   string `default:"${user}" help:"Who. On a server: the owner of the token."`
	Role string `enum:"security,clinical-engineering,ward,product-security" default:"security" help:"In which role. On a server: that of the owner of the token."`
}

type findingAcknowledgeCmd struct {
	ID     string `arg:"" help:"The finding's id."`
	Reason string `required:"" help:"Why, in a sentence; erasable."`
	who
}

func (c *findingAcknowledgeCmd) Run(a *app) error {
	return a.decide(c.ID, client.Decision{State: wardround.Acknowledged, Reason: c.Reason}, c.who)
}

type findingMitigatedCmd struct {
	ID     string `arg:"" help:"The finding's id."`
	Reason string `required:"" help:"What stands in its way, in a sentence; erasable."`
	who
}

func (c *findingMitigatedCmd) Run(a *app) error {
	return a.decide(c.ID, client.Decision{State: wardround.Mitigated, Reason: c.Reason}, c.who)
}

type findingConfirmCmd struct {
	ID     string `arg:"" help:"The finding's id."`
	Reason string `required:"" help:"What was checked, in a sentence; erasable."`
	Until  string `placeholder:"YYYY-MM-DD" help:"Until when; somebody then looks again."`
	who
}

func (c *findingConfirmCmd) Run(a *app) error {
	d := client.Decision{State: wardround.ClaimedNotAffected, Reason: c.Reason}
	if c.Until != "" {
		var err error
		if d.Until, err = a.future("finding confirm-claim", "--until", c.Until); err != nil {
			return err
		}
	}
	return a.decide(c.ID, d, c.who)
}

type findingReopenCmd struct {
	ID     string `arg:"" help:"The finding's id."`
	Reason string `required:"" help:"Why, in a sentence; erasable."`
	who
}

func (c *findingReopenCmd) Run(a *app) error {
	return a.decide(c.ID, client.Decision{State: wardround.Reopened, Reason: c.Reason}, c.who)
}

type findingAcceptCmd struct {
	ID     string `arg:"" help:"The finding's id."`
	Until  string `required:"" placeholder:"YYYY-MM-DD" help:"Until when; on life-sustaining assets at most 90 days."`
	Reason string `required:"" help:"Why, in a sentence; erasable."`
	who
}

func (c *findingAcceptCmd) Run(a *app) error {
	until, err := a.future("finding accept", "--until", c.Until)
	if err != nil {
		return err
	}
	return a.decide(c.ID, client.Decision{State: wardround.Accepted, Until: until, Reason: c.Reason}, c.who)
}

type findingFalseCmd struct {
	ID     string `arg:"" help:"The finding's id."`
	Reason string `required:"" help:"Why it is false, in a sentence; erasable."`
	Until  string `placeholder:"YYYY-MM-DD" help:"Until when; somebody then looks again."`
	Scope  string `enum:"finding,asset" default:"finding" help:"How far it reaches: this finding, or this check on the whole asset, for at most a year."`
	who
}

func (c *findingFalseCmd) Run(a *app) error {
	d := client.Decision{State: wardround.FalsePositive, Reason: c.Reason, Scope: c.Scope}
	if c.Until != "" {
		var err error
		if d.Until, err = a.future("finding false-positive", "--until", c.Until); err != nil {
			return err
		}
	}
	return a.decide(c.ID, d, c.who)
}

// future reads a day that is to come.
func (a *app) future(op, flag, text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, wardround.Errorf(wardround.EInvalid, op, "%s %q: want YYYY-MM-DD", flag, text)
	}
	if !t.After(a.now()) {
		return t, wardround.Errorf(wardround.EInvalid, op, "%s %s is not in the future", flag, text)
	}
	return t, nil
}

// decide says what one person says of a finding, and what came of it.
func (a *app) decide(id string, d client.Decision, w who) error {
	if strings.TrimSpace(d.Reason) == "" {
		return wardround.Errorf(wardround.EInvalid, "finding", "--reason is empty")
	}
	after, err := a.decided(id, d, w)
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("finding", after)
	}
	if after.State != d.State {
		fmt.Fprintf(a.stdout, "%s: proposed; a second person is needed, one of the two of clinical engineering\n", id)
		return nil
	}
	fmt.Fprintf(a.stdout, "%s: %s", id, after.State)
	if d := after.Decision; d != nil && !d.Until.IsZero() {
		fmt.Fprintf(a.stdout, " until %s", d.Until.UTC().Format(time.DateOnly))
	}
	fmt.Fprintln(a.stdout)
	return nil
}

// decided makes a decision known and returns the finding as it then is.
func (a *app) decided(id string, d client.Decision, w who) (*wardround.Finding, error) {
	server, err := a.remote()
	if err != nil {
		return nil, err
	}
	if server != nil {
		return decideThere(a.ctx, server, id, d)
	}
	before, err := a.readFinding(id)
	if err != nil {
		return nil, err
	}
	switch {
	case before.State == wardround.Fixed:
		return nil, wardround.Errorf(wardround.EConflict, "finding", "%s is fixed already", id)
	case d.State == wardround.ClaimedNotAffected && !before.Claim.Frees(a.now()):
		return nil, wardround.Errorf(wardround.EConflict, "finding", "no author claims that %s is not affected; there is nothing to confirm", id)
	case d.State == wardround.Reopened && before.Decision == nil && before.Proposed == nil && before.State != wardround.ClaimedNotAffected:
		return nil, wardround.Errorf(wardround.EConflict, "finding", "%s is %s: nothing was decided of it", id, before.State)
	}
	if err := a.append(&kind.FindingDecidedV1{
		Finding: id, State: d.State, Until: d.Until, By: kind.PersonalText(w.By), Role: w.Role,
		Reason: kind.PersonalText(d.Reason), Scope: wardround.DecisionScope(d.Scope),
	}); err != nil {
		return nil, err
	}
	return a.readFinding(id)
}

type findingAssignCmd struct {
	ID   string `arg:"" help:"The finding's id."`
	To   string `help:"The name of an account; nothing takes it back."`
	Due  string `placeholder:"YYYY-MM-DD" help:"By when."`
	Note string `help:"What is to be done, in a sentence; erasable."`
	who
}

func (c *findingAssignCmd) Run(a *app) error {
	var due time.Time
	if c.Due != "" {
		var err error
		if due, err = a.future("finding assign", "--due", c.Due); err != nil {
			return err
		}
	}
	server, err := a.remote()
	if err != nil {
		return err
	}
	var after *wardround.Finding
	if server != nil {
		before, err := server.Finding(a.ctx, c.ID, "")
		if err != nil {
			return err
		}
		f, err := server.Assign(a.ctx, c.ID, before.ETag, wardround.Assignment{To: c.To, Due: due, Note: c.Note})
		if err != nil {
			return err
		}
		after = &f.Finding
	} else {
		if _, err := a.readFinding(c.ID); err != nil {
			return err
		}
		if err := a.append(&kind.FindingAssignedV1{
			Finding: c.ID, To: kind.PersonalText(c.To), Due: due, By: kind.PersonalText(c.By), Role: c.Role, Note: kind.PersonalText(c.Note),
		}); err != nil {
			return err
		}
		if after, err = a.readFinding(c.ID); err != nil {
			return err
		}
	}
	if a.Format == "json" {
		return a.object("finding", after)
	}
	if after.Assignment == nil {
		fmt.Fprintf(a.stdout, "%s: nobody's\n", c.ID)
		return nil
	}
	fmt.Fprintf(a.stdout, "%s: %s", c.ID, printable(after.Assignment.To))
	if !after.Assignment.Due.IsZero() {
		fmt.Fprintf(a.stdout, ", due %s", after.Assignment.Due.UTC().Format(time.DateOnly))
	}
	fmt.Fprintln(a.stdout)
	return nil
}

// readFinding reads one finding of the data directory.
func (a *app) readFinding(id string) (*wardround.Finding, error) {
	s, err := a.openRead()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for f, err := range s.store.Findings(a.ctx, s.scope, wardround.FindingFilter{}) {
		if err != nil {
			return nil, err
		}
		if f.ID == id {
			return f, nil
		}
	}
	return nil, wardround.Errorf(wardround.ENotFound, "finding", "no finding %q; see: wardround finding list", id)
}
