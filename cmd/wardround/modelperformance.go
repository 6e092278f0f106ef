package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/performance"
)

type modelPerformanceCmd struct {
	Predictions string            `required:"" placeholder:"FILE" help:"CSV or Parquet: a row per answer of the model."`
	Labels      string            `placeholder:"FILE" help:"CSV or Parquet: id and label, as far as they have come."`
	Reference   string            `placeholder:"FILE" help:"CSV or Parquet: answers and labels from when the model was known to do well."`
	Column      map[string]string `placeholder:"PART=NAME" mapsep:"none" help:"Say which column is the id, time, score, prediction, label, label_time, unit or final; or how the names of a score per class begin (scores). Repeat it."`
	Group       []string          `placeholder:"COLUMN" help:"Compare the groups of this column, too."`
	Type        string            `enum:",binary,multiclass,regression" default:"" help:"What the model does: binary, multiclass or regression; found out unless told."`
	Positive    string            `placeholder:"VALUE" help:"The label that is a case, if labels are not 0 and 1."`
	Threshold   *float64          `placeholder:"SCORE" help:"Score from which on a row is called a case, if no column says it. 0.5 unless told."`
	Chunks      string            `placeholder:"HOW" help:"How rows are cut: 10 (pieces), 500rows, 12h, day, week, month, quarter or year. 10 unless told."`
	Estimator   string            `enum:",conditional,weighted,cbpe" default:"" help:"How is estimated what has no labels: conditional (unless told), weighted or cbpe."`
}

func (c *modelPerformanceCmd) Help() string {
	return "Columns are known by their usual names (id, timestamp, y_pred_proba, y_pred, y_true …) or by what only they can be; the first lines say which was taken as what. Where two could be meant, that is asked, and --column answers.\n\n" +
		"Rows are cut into ten chunks of time. Each has its realised figures as far as labels have come and, with a reference, estimated ones; both with intervals. Limits are those declared, else taken from the reference, so that one report in twenty breaks any of them while nothing changes.\n\n" +
		"With --config FILE columns, chunks, limits, groups and operating points are given as strict YAML; docs/reference/model-performance.md has them all. What is told on the command line comes first.\n\n" +
		"Exit 0: within the limits, or none were given. 1: a limit is broken. 2: a file or the configuration can't be read. 4: cannot tell."
}

// tell puts what the command line says into the configuration.
func (c *modelPerformanceCmd) tell(conf *performance.Config) error {
	for _, part := range slices.Sorted(maps.Keys(c.Column)) {
		if err := conf.Columns.Set(part, c.Column[part]); err != nil {
			return err
		}
	}
	conf.Columns.Groups = append(conf.Columns.Groups, c.Group...)
	for _, x := range []struct {
		said string
		to   *string
	}{{c.Type, &conf.Type}, {c.Positive, &conf.Positive}, {c.Estimator, &conf.Estimator}} {
		if x.said != "" {
			*x.to = x.said
		}
	}
	if c.Threshold != nil {
		conf.Threshold = c.Threshold
	}
	if c.Chunks != "" {
		var err error
		if conf.Chunks, err = performance.ReadChunks(c.Chunks); err != nil {
			return err
		}
	}
	return conf.Check()
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
	if err := c.tell(conf); err != nil {
		return err
	}
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
