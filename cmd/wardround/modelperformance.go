package main

import (
	"fmt"
	"os"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/performance"
)

type modelPerformanceCmd struct {
	Predictions string   `required:"" placeholder:"FILE" help:"CSV or Parquet: a row per answer of the model."`
	Labels      string   `placeholder:"FILE" help:"CSV or Parquet: id and label, as far as they have come."`
	Reference   string   `placeholder:"FILE" help:"CSV or Parquet: answers and labels from when the model was known to do well."`
	Group       []string `placeholder:"COLUMN" help:"Compare the groups of this column, too."`
}

func (c *modelPerformanceCmd) Help() string {
	return "Rows are cut into ten chunks of time. Each has its realised figures as far as labels have come and, with a reference, estimated ones; both with intervals. Limits are those declared, else taken from the reference, so that one report in twenty breaks any of them while nothing changes.\n\n" +
		"With --config FILE columns, chunks, limits, groups and operating points are given as strict YAML; docs/reference/model-performance.md has them all.\n\n" +
		"Exit 0: within the limits, or none were given. 1: a limit is broken. 2: a file or the configuration can't be read. 4: cannot tell."
}

func (c *modelPerformanceCmd) Run(a *app) error {
	conf := &performance.Config{}
	if a.Config != "" {
		f, err := os.Open(a.Config)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "model performance", err)
		}
		defer f.Close()
		if conf, err = performance.ReadConfig(f); err != nil {
			return err
		}
	}
	conf.Columns.Groups = append(conf.Columns.Groups, c.Group...)
	in := performance.Files{Predictions: performance.File(c.Predictions)}
	if c.Labels != "" {
		in.Labels = performance.File(c.Labels)
	}
	if c.Reference != "" {
		in.Reference = performance.File(c.Reference)
	}
	r, err := performance.Run(a.ctx, in, conf)
	if err != nil {
		return err
	}
	if err := a.performance(r); err != nil {
		return err
	}
	switch r.Decision {
	case performance.Breach:
		return status(exitFindings)
	case performance.Unknown:
		return status(exitCannotTell)
	}
	return nil
}

// performance prints a report.
func (a *app) performance(r *performance.Report) error {
	if a.Format == "json" {
		return a.object("performance", r)
	}
	for _, l := range r.Head() {
		fmt.Fprintln(a.stdout, printable(l))
	}
	fmt.Fprintln(a.stdout)
	if err := a.grid(r.Table()); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout)
	for _, l := range r.Tail() {
		fmt.Fprintln(a.stdout, printable(l))
	}
	return nil
}
