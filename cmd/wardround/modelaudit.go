package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/trial"
)

// modelAuditCmd tries models on purpose.
type modelAuditCmd struct {
	Membership modelAuditMembershipCmd `cmd:"" help:"Say how well those whom a model was trained on can be told from its answers."`
	OneRun     modelAuditOneRunCmd     `cmd:"" name:"one-run" help:"Turn guesses which records were in one training run into a lower bound of ε."`
	Training   modelAuditTrainingCmd   `cmd:"" help:"Look through a training set for data that somebody put there."`
	Robustness modelAuditRobustnessCmd `cmd:"" help:"Ask an endpoint about inputs that are a little worse than they should be, under a grant."`
}

func (c *modelAuditCmd) Help() string {
	return "A trial that finds nothing proves nothing: a better attack may find more. docs/how-to/try-a-model.md says what may be tried where."
}

// modelAuditFlags say of which model a trial is, and whether it is kept.
type modelAuditFlags struct {
	modelNameFlags
	Record bool `help:"Make the result part of the log: the model's findings follow it."`
}

const auditExit = "\n\nExit 0: all measures keep their limits. 1: one does not. 2: a file can't be read. 4: cannot tell."

// conclude records a report if asked, prints it, and says how it ended.
func (f *modelAuditFlags) conclude(a *app, r *trial.Report) error {
	if f.Record {
		if err := f.ready(a); err != nil {
			return err
		}
		if err := a.bring(received{fields: f.probed(r)}); err != nil {
			return err
		}
	}
	if a.Format == "json" {
		if err := a.object("trial", r); err != nil {
			return err
		}
	} else if err := printTrial(a, r); err != nil {
		return err
	}
	switch r.Decision {
	case trial.Fail:
		return status(exitFindings)
	case trial.Unknown:
		return status(exitCannotTell)
	}
	return nil
}

// ready says what is missing to record a result; nil if it is not to be recorded.
func (f *modelAuditFlags) ready(a *app) error {
	if !f.Record {
		return nil
	}
	if f.Called == "" && (f.Product == "" || f.Version == "") {
		return wardround.Errorf(wardround.EInvalid, "model audit", "--record needs the model: --product and --version, or --called")
	}
	return a.atDirectory("model audit")
}

// maxMeasures is how many measures a fact tells, those that fail first.
const maxMeasures = 32

func (f *modelAuditFlags) probed(r *trial.Report) *kind.ModelProbedV1 {
	called, service, _ := strings.Cut(f.Called, "@")
	tool, _ := versionOf()
	x := &kind.ModelProbedV1{Maker: f.Maker, Product: f.Product, Version: f.Version, Model: called, Service: service, Probe: r.Probe, Tool: "wardround " + tool,
		Endpoint: r.Endpoint, Grant: r.Grant, Rows: r.Rows, Requests: r.Requests, Of: len(r.Measures), Problem: r.Problem, By: kind.PersonalText(f.By)}
	for _, state := range []string{trial.Fail, trial.Unknown, trial.Pass} {
		for _, m := range r.Measures {
			if m.State == state && len(x.Measures) < maxMeasures {
				x.Measures = append(x.Measures, m)
			}
		}
	}
	return x
}

func printTrial(a *app, r *trial.Report) error {
	fmt.Fprintf(a.stdout, "%s: %s, rows: %d", strings.ToUpper(r.Decision), r.Probe, r.Rows)
	if r.Requests > 0 {
		fmt.Fprintf(a.stdout, ", requests: %d, under %s", r.Requests, printable(r.Grant))
	}
	fmt.Fprintln(a.stdout)
	if r.Problem != "" {
		fmt.Fprintln(a.stdout, "ended early: "+printable(r.Problem))
	}
	fmt.Fprintln(a.stdout)
	short := func(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
	var rows [][]string
	for _, m := range r.Measures {
		between := ""
		switch {
		case m.Low > m.High: // a bound from below alone
			between = "≥ " + short(m.Low)
		case m.Low != m.High:
			between = short(m.Low) + " – " + short(m.High)
		}
		rows = append(rows, []string{m.State, m.Name, short(m.Value), between, short(m.Limit), strconv.FormatInt(m.N, 10), m.Why})
	}
	if err := a.grid([]string{"", "measure", "value", "95 %", "limit", "n", "why"}, rows); err != nil {
		return err
	}
	for _, x := range r.Rowwise {
		fmt.Fprintf(a.stdout, "row %d: %s\n", x.Row, printable(x.Why))
	}
	if r.RowsOf > len(r.Rowwise) {
		fmt.Fprintf(a.stdout, "and %d more\n", r.RowsOf-len(r.Rowwise))
	}
	for _, n := range r.Notes {
		fmt.Fprintln(a.stdout, printable(n))
	}
	return nil
}

type modelAuditMembershipCmd struct {
	Members string  `required:"" placeholder:"FILE" help:"CSV or Parquet: answers on people whom the model was trained on."`
	Others  string  `required:"" placeholder:"FILE" help:"The same of people whom it was not trained on, of the same kind."`
	AUC     float64 `name:"max-auc" default:"0.6" help:"Limit of the area under the attack's curve; chance is 0.5."`
	Told    float64 `name:"max-told" default:"0.05" help:"Limit of the share of members told at 1 % false hits; at 0.1 % a fifth of it."`
	modelAuditFlags
}

func (c *modelAuditMembershipCmd) Help() string {
	return "Columns: score (a probability) or loss; label (0 or 1), without which how sure an answer is is the signal; reference (the score of a model that saw neither), with which what remains is not that a record is easy." + auditExit
}

func (c *modelAuditMembershipCmd) Run(a *app) error {
	r, err := trial.Membership(c.Members, c.Others, trial.MembershipLimits{AUC: c.AUC, Told: c.Told})
	if err != nil {
		return err
	}
	return c.conclude(a, r)
}

type modelAuditOneRunCmd struct {
	Guesses    string  `required:"" placeholder:"FILE" help:"CSV or Parquet: included (0 or 1), and guess (in, out or nothing) or score."`
	Epsilon    float64 `default:"3" help:"What training promised; a lower bound over it fails."`
	Delta      float64 `default:"0" help:"δ of what was promised."`
	Confidence float64 `default:"0.95" help:"Of the bound."`
	Share      float64 `default:"0.2" help:"Of scores: share of records guessed on, half as in, half as out. Choose it beforehand."`
	modelAuditFlags
}

func (c *modelAuditOneRunCmd) Help() string {
	return "Records were put in, or left out, by the toss of a coin each; the file says which, and what somebody who did not know guessed (Steinke, Nasr and Jagielski, 2023)." + auditExit
}

func (c *modelAuditOneRunCmd) Run(a *app) error {
	r, err := trial.OneRun(c.Guesses, trial.OneRunOptions{Epsilon: c.Epsilon, Delta: c.Delta, Confidence: c.Confidence, Guess: c.Share})
	if err != nil {
		return err
	}
	return c.conclude(a, r)
}

type modelAuditTrainingCmd struct {
	File    string   `arg:"" help:"CSV or Parquet: the training set."`
	Label   string   `required:"" placeholder:"COLUMN" help:"The column of the label."`
	Ignore  []string `placeholder:"COLUMN" help:"No feature, such as an id. Can be given again."`
	Trusted string   `placeholder:"FILE" help:"A set of the same kind that is trusted: how often labels are contradicted there is usual."`
	Flips   float64  `name:"max-flips" default:"0.05" help:"Limit of the share of labels that nearly all neighbours contradict, without a trusted set."`
	Seed    uint64   `default:"1" help:"Of what is drawn by chance."`
	modelAuditFlags
}

func (c *modelAuditTrainingCmd) Help() string {
	return "Looks for rows that stand there again and contradict each other, labels that nearly all neighbours contradict, and groups that lie apart along the strongest direction of their class (spectral signature). Rows to be looked at are named; no value is printed but the label." + auditExit
}

func (c *modelAuditTrainingCmd) Run(a *app) error {
	r, err := trial.Training(a.ctx, c.File, trial.TrainingOptions{Label: c.Label, Ignore: c.Ignore, Trusted: c.Trusted, Flips: c.Flips, Seed: c.Seed})
	if err != nil {
		return err
	}
	return c.conclude(a, r)
}
