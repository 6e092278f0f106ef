package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/build"
)

type releaseEvidenceCmd struct {
	File string `arg:"" help:"SARIF, JUnit XML, SLSA provenance or a gate's verdict (in-toto, in DSSE or bare), or a penetration test as YAML."`
	releaseFlags
	Key  []string `placeholder:"FILE" help:"Public key, PEM, that the signature must fit; can be given again."`
	Tool string   `placeholder:"NAME" help:"Which tool it is of; default: as the report says. A later report of the same tool takes the place of an earlier one."`
	By   string   `default:"${user}" help:"Who takes it in."`
}

func (c *releaseEvidenceCmd) Run(a *app) error {
	if err := a.atDirectory("release evidence"); err != nil {
		return err
	}
	b, err := os.ReadFile(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "release evidence", err)
	}
	opt := build.Options{Maker: c.Maker, Product: c.Product, Version: c.Version, Name: filepath.Base(c.File), Tool: c.Tool}
	for _, name := range c.Key {
		pem, err := os.ReadFile(name)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "release evidence", err)
		}
		k, err := attest.ReadKey(pem)
		if err != nil {
			return wardround.Errorf(wardround.EInvalid, "release evidence", "%s: %v", name, err)
		}
		opt.Keys = append(opt.Keys, k)
	}
	reports, err := build.Read(a.ctx, b, opt)
	if err != nil {
		return err
	}
	var docs []received
	var rows [][]string
	for _, r := range reports {
		r.By = kind.PersonalText(c.By)
		docs = append(docs, received{fields: r, media: "application/octet-stream", open: bytesOf(b)})
		rows = append(rows, []string{r.Report, r.Tool, fmt.Sprint(r.Passed), fmt.Sprint(r.Failed), fmt.Sprint(r.Skipped), r.Trust})
	}
	if err := a.bring(docs...); err != nil {
		return err
	}
	for _, r := range reports {
		if a.Format == "json" {
			if err := a.object("evidence", r); err != nil {
				return err
			}
			rows = nil
		}
	}
	return a.grid([]string{"report", "tool", "passed", "failed", "left out", "trust"}, rows)
}
