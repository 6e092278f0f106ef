package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/gudid"
	"github.com/wardround/wardround/inventory/intake"
	"github.com/wardround/wardround/kind"
)

type releaseImportCmd struct {
	File    string `arg:"" help:"A .csv file, AccessGUDID JSON, or FHIR JSON with Device or DeviceDefinition."`
	Version string `placeholder:"VERSION" help:"Version of the software, for those in the file that name none; GUDID never does."`
	DryRun  bool   `help:"Show what would be said, and say nothing."`
	By      string `default:"${user}" help:"Who imports."`
}

func (c *releaseImportCmd) Run(a *app) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "release import", err)
	}
	said, err := c.read(b, intake.From{By: c.By, File: filepath.Base(c.File)})
	if err != nil {
		return err
	}
	if !c.DryRun {
		if err := a.sayOf(said...); err != nil {
			return err
		}
	}
	var rows [][]string
	for _, s := range said {
		if a.Format == "json" {
			if err := a.object("release", s); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{s.Maker, s.Product, s.Version, s.UDIDI, clip(strings.Join(s.Models, ", "), 40), day(s.SupportEnds)})
	}
	if err := a.grid([]string{"maker", "product", "version", "UDI-DI", "models", "support ends"}, rows); err != nil {
		return err
	}
	if c.DryRun {
		a.note("%d releases; nothing was changed", len(said))
	} else {
		a.note("%d releases imported", len(said))
	}
	return nil
}

// read takes a file for what it is: JSON by its first byte, GUDID by its members.
func (c *releaseImportCmd) read(b []byte, from intake.From) ([]*kind.ReleaseSaidV1, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	switch {
	case len(text) > 0 && (text[0] == '{' || text[0] == '[') && gudid.Is(text):
		return intake.ReleasesGUDID(bytes.NewReader(b), from, c.Version)
	case len(text) > 0 && text[0] == '{':
		return intake.ReleasesFHIR(bytes.NewReader(b), from, c.Version)
	case len(text) > 0 && text[0] == '[':
		return nil, wardround.Errorf(wardround.EInvalid, "release import", "%s: a list of what is neither of GUDID nor of FHIR", c.File)
	case c.Version != "":
		return nil, wardround.Errorf(wardround.EInvalid, "release import", "--version goes with JSON; a spreadsheet has a column version")
	}
	return intake.ReleasesCSV(bytes.NewReader(b), from)
}
