package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory/intake"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
)

type modelDecideCmd struct {
	Act   string `arg:"" enum:"accept,refuse,allow,learn,switch-off,switch-on" help:"accept or refuse (for use here), allow (a change outside the plan), learn (what was seen here is its reference from now on), switch-off, switch-on."`
	Model string `arg:"" name:"model" help:"How it is called at inference: NAME, or NAME@SERVICE for one service alone."`
	modelVersionFlags
	Role     string `placeholder:"ROLE" help:"In which role: as the plan names those who accept, or may switch off."`
	Plan     string `placeholder:"FILE" help:"The plan: what was measured must meet its criteria, and the role be one that it names."`
	Measured string `placeholder:"FILE" help:"What was measured here, JSON; needs --plan. See: wardround model compare --help"`
	Until    string `placeholder:"DATE" help:"Until when; accepted anew after that. Default: as the plan says."`
	Reason   string `required:"" placeholder:"TEXT" help:"Why, or where it is written."`
	By       string `default:"${user}" help:"Who decides."`
}

// modelVersionFlags name the release that a decision is about.
type modelVersionFlags struct {
	Maker   string `placeholder:"NAME" help:"Who makes the model."`
	Product string `placeholder:"NAME" help:"The model's name, as it is sold."`
	Version string `placeholder:"VERSION" help:"Which version; default: the one that answers now."`
}

func (c *modelDecideCmd) Help() string {
	return "What a person decides about a model in use. Wardround switches nothing off: it records that you did, and judges from then on what still answers.\n\n" +
		"With --plan and --measured, accept holds what was measured here against the plan's acceptance protocol first, and records nothing unless it is met.\n\n" +
		"Exit status 0: recorded. 1: not accepted, a criterion is not met. 4: it cannot be told: not measured, or on too few. 2: wrong input."
}

func (c *modelDecideCmd) Run(a *app) error {
	const op = "model decide"
	until, err := intake.Day(c.Until)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "--until: %v", err)
	}
	x := &kind.ModelDecidedV1{Maker: c.Maker, Product: c.Product, Version: c.Version, Act: c.Act, Until: until, Role: c.Role, By: kind.PersonalText(c.By), Reason: kind.PersonalText(c.Reason)}
	x.Model, x.Service, _ = strings.Cut(c.Model, "@")
	if c.Measured != "" && (c.Plan == "" || c.Act != "accept") {
		return wardround.Errorf(wardround.EInvalid, op, "--measured goes with accept and --plan: it is held against the plan's acceptance")
	}
	if c.Plan != "" {
		if err := c.byPlan(a, x); err != nil {
			return err
		}
	}
	if err := a.atDirectory(op); err != nil {
		return err
	}
	if err := a.bring(received{fields: x}); err != nil {
		return err
	}
	a.note("%s %s: recorded", c.Act, c.Model)
	return nil
}

// byPlan holds a decision against the plan.
func (c *modelDecideCmd) byPlan(a *app, x *kind.ModelDecidedV1) error {
	const op = "model decide"
	p, err := readPlan(c.Plan)
	if err != nil {
		return err
	}
	may := rolesOf(p, c.Act)
	if len(may) > 0 && c.Role == "" {
		return wardround.Errorf(wardround.EInvalid, op, "say --role: the plan names who may %s: %s", c.Act, strings.Join(may, ", "))
	}
	if named := !containsFold(may, c.Role); len(may) > 0 && named {
		return wardround.Errorf(wardround.EForbidden, op, "by the plan %q may not %s; these may: %s", c.Role, c.Act, strings.Join(may, ", "))
	}
	if c.Act != "accept" || p.Acceptance == nil {
		return nil
	}
	if x.Until.IsZero() && p.Acceptance.Again > 0 {
		x.Until = a.now().UTC().Add(p.Acceptance.Again)
	}
	if c.Measured == "" {
		return wardround.Errorf(wardround.ECannotTell, op, "the plan asks for measurements before it is accepted; name them with --measured")
	}
	b, err := os.ReadFile(c.Measured)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	m, err := readMeasured(c.Measured)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	x.Report = "sha256:" + hex.EncodeToString(sum[:])
	verdict, met := p.Accept(m)
	var rows [][]string
	for _, r := range met {
		rows = append(rows, []string{changeMark(r.Verdict), r.Item, r.To, r.Why})
	}
	if err := a.grid([]string{"", "criterion", "measured", "why"}, rows); err != nil {
		return err
	}
	switch verdict {
	case model.Outside:
		fmt.Fprintln(a.stderr, "wardround: not accepted: a criterion is not met; nothing was recorded")
		return status(exitFindings)
	case model.Undecid:
		fmt.Fprintln(a.stderr, "wardround: it cannot be told whether the criteria are met; nothing was recorded")
		return status(exitCannotTell)
	}
	return nil
}

// rolesOf are the roles that a plan lets do something.
func rolesOf(p *model.Plan, act string) []string {
	switch {
	case (act == "accept" || act == "refuse") && p.Acceptance != nil:
		return p.Acceptance.By
	case strings.HasPrefix(act, "switch-") && p.Fallback != nil:
		return p.Fallback.SwitchOff
	}
	return nil
}

func containsFold(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(strings.TrimSpace(x), strings.TrimSpace(s)) {
			return true
		}
	}
	return false
}
