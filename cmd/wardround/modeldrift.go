package main

import (
	"os"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/drift"
)

type modelDriftCmd struct {
	Reference string `required:"" placeholder:"FILE" help:"What the model was built on or accepted with: CSV, Parquet, or a sketch of one (model sketch)."`
	Current   string `required:"" placeholder:"FILE" help:"What it sees now, in the same columns."`
}

func (c *modelDriftCmd) Help() string {
	return "Compares two files column by column and as rows. A column has drifted where the difference is significant, corrected for the number of columns, and large enough to matter; it is ok where a difference that matters would have been seen; otherwise it is unknown.\n\n" +
		"With --config FILE columns, tests, limits, groups and the unit column are given as strict YAML; docs/reference/model-drift.md has them all.\n\n" +
		"Exit 0: no drift. 1: drift. 2: a file or the configuration can't be read. 4: cannot tell."
}

func (c *modelDriftCmd) Run(a *app) error {
	var cfg drift.Config
	if a.Config != "" {
		f, err := os.Open(a.Config)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "model.drift", err)
		}
		defer f.Close()
		if cfg, err = drift.ReadConfig(f); err != nil {
			return err
		}
	}
	r, err := drift.Files(a.ctx, c.Reference, c.Current, cfg)
	if err != nil {
		return err
	}
	if a.Format == "json" {
		err = a.object("drift", r)
	} else {
		err = r.WriteTable(a.stdout)
	}
	switch {
	case err != nil:
		return wardround.Wrap(wardround.EInternal, "output", err)
	case r.Decision == drift.Drift:
		return status(exitFindings)
	case r.Decision == drift.Unknown:
		return status(exitCannotTell)
	}
	return nil
}
