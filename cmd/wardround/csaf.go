package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/csaf"
)

// csafCmd works on security advisories.
type csafCmd struct {
	Validate csafValidateCmd `cmd:"" help:"Judge CSAF 2.0 and 2.1 documents by schema and every test of the standard."`
	Draft    csafDraftCmd    `cmd:"" help:"Draft an advisory from what the portfolio knows of a vulnerability."`
	Provider csafProviderCmd `cmd:"" help:"Publish advisories: a folder with metadata, feed, hashes and signatures."`
}

type csafValidateCmd struct {
	File   []string `arg:"" help:"CSAF documents, JSON."`
	Advice bool     `help:"Also run the optional (2.1: recommended) and informative tests; they never make a document invalid."`
}

// csafRow is one document as JSON.
type csafRow struct {
	File     string        `json:"file"`
	Version  string        `json:"csaf_version"`
	Valid    bool          `json:"valid"`
	Tests    []string      `json:"failing_tests"`
	Failures []csafFailure `json:"failures"`
}

// csafFailure is one place where it fails a test.
type csafFailure struct {
	Test    string `json:"test"`
	Kind    string `json:"kind"`
	Pointer string `json:"pointer"`
	Message string `json:"message"`
}

func (c *csafValidateCmd) Run(a *app) error {
	bad := false
	for _, name := range c.File {
		b, err := os.ReadFile(name)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "csaf validate", err)
		}
		r := csaf.Validate(b, csaf.Options{Optional: c.Advice, Informative: c.Advice})
		row := csafRow{File: name, Version: r.Version, Valid: r.Valid, Tests: []string{}, Failures: []csafFailure{}}
		seen := map[string]bool{}
		for _, f := range r.Failures {
			row.Failures = append(row.Failures, csafFailure{f.Test, string(f.Kind), f.Pointer, f.Message})
			if !seen[f.Test] {
				seen[f.Test] = true
				row.Tests = append(row.Tests, f.Test)
			}
		}
		bad = bad || !r.Valid
		if a.Format == "json" {
			if err := a.object("csaf", row); err != nil {
				return err
			}
			continue
		}
		word := "yes"
		if !r.Valid {
			word = "no"
		}
		fmt.Fprintf(a.stdout, "%s: %s %s\n", printable(name), word, strings.Join(row.Tests, " "))
		for i, f := range r.Failures {
			if i == 20 {
				fmt.Fprintf(a.stderr, "  … %d more; --format json lists them\n", len(r.Failures)-i)
				break
			}
			fmt.Fprintf(a.stderr, "  %s %s: %s\n", f.Test, printable(f.Pointer), printable(f.Message))
		}
	}
	if bad {
		return status(exitFindings)
	}
	return nil
}
