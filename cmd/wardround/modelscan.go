package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/sarif"
	"github.com/wardround/wardround/internal/startup"
)

// modelScanCmd is the gate for files of models.
type modelScanCmd struct {
	Paths   []string `arg:"" name:"path" help:"Files and folders; - reads one file from standard input."`
	Digest  bool     `help:"Also tell each file's SHA-256."`
	Explain bool     `help:"Also say what each rule means, what to do, and when it is wrong."`
}

func (c *modelScanCmd) Help() string {
	return "Says what would run if somebody loaded these files, without loading them. Each file is\n\n" +
		"  inert       data only\n  safe        known constructors, used as they must be\n  unknown     something that nobody has vouched for, or a file of no known kind\n" +
		"  unreadable  a part that could not be followed: damaged, encrypted, over a limit\n  malicious   calls what has no place in a model\n\n" +
		"Exit status 0 only if every file is inert or safe; 1 otherwise: unreadable is never clean. 2 if a path does not exist,\n" +
		"4 if there was no file to look at.\n\n" +
		"The rules: docs/reference/artefact-rules.md."
}

// maxStdin bounds what is read from standard input, which is kept in memory.
const maxStdin = 1 << 30

func (c *modelScanCmd) Run(a *app) error {
	opt := artefact.Options{Now: a.now, Digest: c.Digest}
	out := &scanOutput{app: a, explain: c.Explain}
	garbageFloor.Store(scanFloor)
	startup.DropPages()
	var paths []string
	piped := false
	for _, p := range c.Paths {
		if p != "-" {
			paths = append(paths, p)
			continue
		}
		if piped {
			return wardround.Errorf(wardround.EInvalid, "model scan", "standard input can be read once only; - stands twice")
		}
		piped = true
		b, err := io.ReadAll(io.LimitReader(a.stdin, maxStdin+1))
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "model scan", err)
		}
		if len(b) > maxStdin {
			return wardround.Errorf(wardround.EInvalid, "model scan", "standard input is longer than 1 GiB; write it into a file and scan that")
		}
		if len(b) == 0 {
			return wardround.Errorf(wardround.EInvalid, "model scan", "nothing came on standard input; if something should have, what was to write it failed")
		}
		rep, err := artefact.Scan(a.ctx, bytes.NewReader(b), int64(len(b)), "-", opt)
		if err != nil {
			return err
		}
		if err := out.add(rep); err != nil {
			return err
		}
	}
	if err := artefact.ScanPaths(a.ctx, paths, opt, out.add); err != nil {
		return err
	}
	return out.end()
}

// scanOutput prints reports as they come, SARIF at the end.
type scanOutput struct {
	*app
	explain bool
	counts  map[artefact.Verdict]int
	all     []*artefact.Report // for SARIF
	rules   map[string]bool
}

func (o *scanOutput) add(r *artefact.Report) error {
	if o.counts == nil {
		o.counts, o.rules = map[artefact.Verdict]int{}, map[string]bool{}
	}
	o.counts[r.Verdict]++
	switch o.Format {
	case "json":
		return o.object("model-file", r)
	case "sarif":
		o.all = append(o.all, r)
		return nil
	}
	if _, err := fmt.Fprintf(o.stdout, "%-11s %s: %s\n", verdictMark(r.Verdict)+" "+string(r.Verdict), printable(r.Path), printable(r.Sentence())); err != nil {
		return err
	}
	shown := 0
	for _, h := range r.Rules {
		if h.Level == issue.Note {
			continue
		}
		o.rules[h.Rule] = true
		if shown++; shown > 8 {
			fmt.Fprintf(o.stdout, "            … and %d more; --format json has all\n", len(r.Rules)-8)
			break
		}
		where := h.Part
		if h.Where != "" {
			where = strings.TrimPrefix(where+": "+h.Where, ": ")
		}
		if h.Offset >= 0 {
			where = strings.TrimSpace(fmt.Sprintf("%s at byte %d", where, h.Offset))
		}
		if where != "" {
			where = " (" + where + ")"
		}
		if _, err := fmt.Fprintf(o.stdout, "            %s: %s%s\n", h.Rule, printable(h.Text), printable(where)); err != nil {
			return err
		}
	}
	return nil
}

// verdictMark marks a verdict so that colour is not needed.
func verdictMark(v artefact.Verdict) string {
	switch v {
	case artefact.Malicious:
		return "▲"
	case artefact.Unreadable, artefact.Unknown:
		return "?"
	}
	return "·"
}

func (o *scanOutput) end() error {
	clean := o.counts[artefact.Inert] + o.counts[artefact.Safe]
	total := 0
	var words []string
	for _, v := range artefact.Verdicts {
		if n := o.counts[v]; n > 0 {
			total += n
			words = append(words, fmt.Sprintf("%d %s", n, v))
		}
	}
	switch o.Format {
	case "sarif":
		version, _ := versionOf()
		if err := sarif.Write(o.stdout, artefact.SARIF(version, o.all)); err != nil {
			return err
		}
	case "table":
		if o.explain {
			o.explainRules()
		}
		if total > 1 {
			fmt.Fprintf(o.stdout, "%d files: %s\n", total, strings.Join(words, ", "))
		}
	}
	switch {
	case total == 0:
		fmt.Fprintln(o.stderr, "no files: nothing was looked at")
		return status(exitCannotTell)
	case clean < total:
		return status(exitFindings)
	}
	return nil
}

// explainRules says once what each text means, under the rules that share it.
func (o *scanOutput) explainRules() {
	ids := map[string][]string{}
	var texts []artefact.Rule
	for _, id := range slices.Sorted(maps.Keys(o.rules)) {
		r, ok := artefact.LookupRule(id)
		if !ok {
			continue
		}
		if ids[r.Title] == nil {
			texts = append(texts, r)
		}
		ids[r.Title] = append(ids[r.Title], id)
	}
	for _, r := range texts {
		fmt.Fprintf(o.stdout, "\n%s: %s\n  %s\n  Do. %s\n  Don't. %s\n  Wrong when: %s\n", strings.Join(ids[r.Title], ", "), r.Title, r.Means, r.Do, r.Dont, r.Wrong)
	}
}
