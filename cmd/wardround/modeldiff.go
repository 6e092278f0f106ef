package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wardround/wardround/provenance"
)

type modelDiffCmd struct {
	A      string   `arg:"" help:"The older version: a folder, or one file."`
	B      string   `arg:"" help:"The newer version."`
	Ignore []string `placeholder:"PATH" help:"A file or folder to leave out. Can be given again."`
	Limit  int      `default:"20" help:"How many changed tensors the table shows; 0 for all. JSON has all."`
}

func (c *modelDiffCmd) Help() string {
	return "Says which weights changed between two versions, and by how much: each tensor's greatest and mean move, the move relative to its size, and the angle to what it was; and which other files changed.\n\n" +
		"Exit 0: the same. 1: they differ."
}

func (c *modelDiffCmd) Run(a *app) error {
	ignore, err := provenance.LeaveOut(c.A, c.Ignore)
	if err != nil {
		return err
	}
	d, err := provenance.Diff(a.ctx, c.A, c.B, provenance.HashOptions{Ignore: ignore})
	if err != nil {
		return err
	}
	if a.Format == "json" {
		err = a.object("difference", d)
	} else {
		err = c.table(a, d)
	}
	if err == nil && !d.Equal() {
		return status(exitFindings)
	}
	return err
}

func (c *modelDiffCmd) table(a *app, d *provenance.Difference) error {
	if d.Equal() {
		_, err := fmt.Fprintf(a.stdout, "The same: tensors compared: %d, other files: %d.\n", d.Tensors, d.FilesSame)
		return err
	}
	var rows [][]string
	for i, x := range d.Changes {
		if c.Limit > 0 && i == c.Limit {
			break
		}
		row := []string{x.Kind, x.Name, strings.TrimPrefix(x.From+" → "+x.To, " → "), "", "", "", ""}
		row[2] = strings.TrimSuffix(row[2], " → ")
		if x.From == x.To {
			row[2] = x.From
		}
		if m := x.Moved; m != nil {
			row[3] = fmt.Sprintf("%d of %d", m.Changed, x.Count)
			row[4], row[5], row[6] = short(m.Max), short(m.Relative), short(m.Cosine)
			if m.Relative < 0 {
				row[5] = "from zero"
			}
		}
		rows = append(rows, row)
	}
	if err := a.grid([]string{"what", "tensor", "type", "values", "greatest move", "relative", "cosine"}, rows); err != nil {
		return err
	}
	if n := len(d.Changes) - len(rows); n > 0 {
		fmt.Fprintf(a.stdout, "… and %d more (--limit 0 shows all)\n", n)
	}
	fmt.Fprintf(a.stdout, "Tensors in both: %d, of which %d are the same.\n", d.Tensors, d.Same)
	for _, l := range []struct {
		what  string
		names []string
	}{{"changed", d.FilesChanged}, {"added", d.FilesAdded}, {"removed", d.FilesRemoved}, {"not readable as weights, compared as bytes", d.Unread}} {
		for _, n := range l.names {
			fmt.Fprintf(a.stdout, "file %s: %s\n", l.what, printable(n))
		}
	}
	return nil
}

// short is a number with three figures.
func short(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
