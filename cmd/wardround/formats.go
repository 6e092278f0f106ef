package main

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// formats are the commands that write more than tables and JSON, and what.
var formats = map[string][]string{
	"sbom check": {"table", "json", "sarif", "junit", "cyclonedx"},
	"model scan": {"table", "json", "sarif"},
	"model gate": {"table", "json", "sarif", "junit", "markdown"},
	"gate":       {"table", "json", "sarif", "junit", "cyclonedx", "markdown"},
}

// formatOf refuses an output that the command does not write. Error: EInvalid.
func (a *app) formatOf(command string) error {
	words := strings.Fields(command)
	for n := len(words); n > 0; n-- {
		if list := formats[strings.Join(words[:n], " ")]; list != nil {
			if !slices.Contains(list, a.Format) {
				return wardround.Errorf(wardround.EInvalid, "format", "--format %s: %s writes %s", a.Format, command, strings.Join(list, ", "))
			}
			return nil
		}
	}
	if a.Format != "table" && a.Format != "json" {
		return wardround.Errorf(wardround.EInvalid, "format", "--format %s is written by sbom check, gate and model scan only; here: table, json", a.Format)
	}
	return nil
}
