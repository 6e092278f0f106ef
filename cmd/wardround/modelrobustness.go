package main

import (
	"crypto/x509"
	"os"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sense/probe"
	"github.com/wardround/wardround/trial"
)

type modelAuditRobustnessCmd struct {
	Endpoint   string   `required:"" placeholder:"URL" help:"Where the model answers; the grant must name the same."`
	Samples    string   `placeholder:"FILE" help:"CSV or Parquet: rows of declared test patients; of images the names of PNG, JPEG or DICOM files beside it. --data FILE says the same."`
	Grant      string   `required:"" placeholder:"FILE" help:"Who allows what to be sent where, when, how fast and of whom."`
	What       string   `enum:"table,series,image" default:"table" help:"What the rows are: table, series (of an ECG or another trace), image."`
	Kinds      []string `name:"kind" placeholder:"KIND" help:"Perturbations; default: all that are for these rows. Can be given again."`
	Severities int      `default:"3" help:"Up to which severity, 1 to 5."`
	Rows       int      `default:"200" help:"How many rows, the first."`
	Threshold  float64  `default:"0.5" help:"From which score the model decides so."`
	Flips      float64  `name:"max-flips" default:"0.1" help:"Limit of the share of decisions that change."`
	AUROC      float64  `name:"max-loss" default:"0.05" help:"Limit of the loss of AUROC, with labels."`
	Rate       float64  `name:"sampling-rate" placeholder:"HZ" help:"Of series: samples a second."`
	Search     int      `placeholder:"N" help:"Then look with up to N requests a row for a change of severity 1 that turns its decision, by chance; at most 1000."`
	Walk       int      `placeholder:"N" help:"Then walk with up to N requests a row to the least change that turns its decision (HopSkipJump: decisions alone are used); at most 10000."`
	Seed       uint64   `default:"1" help:"Of what is drawn by chance."`
	Roots      string   `name:"ca" placeholder:"FILE" help:"Certificates that the endpoint's TLS is verified with, PEM; default: the system's."`
	Bearer     string   `name:"endpoint-token" placeholder:"@FILE" help:"Shown to the endpoint: @ and the file that holds it."`
	DryRun     bool     `help:"Check the grant and the rows and say how many requests there would be; send nothing."`
	modelAuditFlags
}

func (c *modelAuditRobustnessCmd) Help() string {
	return "Sends each row as it is, twice, and then a little worse, from the lightest severity on, to a test endpoint or an idle one: noise, blur, contrast, brightness, compression, resolution, rotation of images; wander, powerline, muscle noise, dropout, scale of series; missing values, unit slips, rounding, noise of tables. " +
		"Nothing is sent without a grant that allows it, outside its time, faster or more often, or of anybody who is no declared test patient; and nothing more after the first error. docs/how-to/try-a-model.md has the form of a grant." + auditExit
}

func (c *modelAuditRobustnessCmd) Run(a *app) error {
	const op = "model audit robustness"
	// --data is the program's folder everywhere; where it names a file, that is meant.
	if st, err := os.Stat(a.Data); c.Samples == "" && a.Data != "" && err == nil && st.Mode().IsRegular() {
		c.Samples, a.Data = a.Data, ""
	}
	if c.Samples == "" {
		return wardround.Errorf(wardround.EInvalid, op, "what is to be asked? Give --samples FILE, rows of declared test patients")
	}
	f, err := os.Open(c.Grant)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	grant, err := probe.ReadGrant(f)
	f.Close()
	if err != nil {
		return err
	}
	opt := probe.Options{Endpoint: c.Endpoint, What: c.What, Now: a.now}
	if c.Roots != "" {
		b, err := os.ReadFile(c.Roots)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
		if opt.Roots = x509.NewCertPool(); !opt.Roots.AppendCertsFromPEM(b) {
			return wardround.Errorf(wardround.EInvalid, op, "%s holds no certificate", c.Roots)
		}
	}
	if c.Bearer != "" {
		name, ok := strings.CutPrefix(c.Bearer, "@")
		if !ok {
			return wardround.Errorf(wardround.EInvalid, op, "--endpoint-token: write @ and the file that holds it: a secret on a command line is seen by everybody here")
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
		opt.Token = strings.TrimSpace(string(b))
	}
	client, err := probe.NewClient(grant, opt)
	if err != nil {
		return err
	}
	o := trial.RobustnessOptions{Threshold: c.Threshold, Severities: c.Severities, Kinds: c.Kinds, Flips: c.Flips, AUROC: c.AUROC, Rows: c.Rows, Rate: c.Rate, Seed: c.Seed, Search: c.Search, Walk: c.Walk}
	samples, err := trial.SamplesOf(c.Samples, c.What, o)
	if err != nil {
		return err
	}
	for i, p := range samples.Patients() {
		if !grant.Patient(p) {
			return wardround.Errorf(wardround.EForbidden, op, "%s: row %d is of somebody whom the grant does not name as a test patient; nothing was sent", c.Samples, i+1)
		}
	}
	if c.DryRun {
		a.note("%s: %d requests would be sent under the %s; %d are granted", c.Endpoint, samples.Requests(o), grant.Name(), grant.Requests)
		return nil
	}
	if err := c.ready(a); err != nil { // what could not be recorded is not sent
		return err
	}
	r, err := trial.Robustness(a.ctx, samples, client, o)
	if err != nil {
		return err
	}
	r.Endpoint, r.Grant = c.Endpoint, grant.Name()
	return c.conclude(a, r)
}
