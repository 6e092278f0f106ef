package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sense/feed"
)

type feedUpdateCmd struct {
	Name []string `arg:"" optional:"" help:"Feeds of the configuration; all of them if none is named."`
}

// pulled is what came of one source, as JSON.
type pulled struct {
	Name    string         `json:"name"`
	Kind    string         `json:"kind"`
	Records int            `json:"records"`
	Status  string         `json:"status"` // "new", "same", "failed"
	Error   string         `json:"error,omitempty"`
	Refused []feed.Refusal `json:"refused,omitempty"`
}

func (c *feedUpdateCmd) Run(a *app) error {
	sources, err := a.sources(c.Name)
	if err != nil {
		return err
	}
	dir, err := a.data()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "format.json")); errors.Is(err, os.ErrNotExist) {
		if err := a.alone(func(*writer) error { return nil }); err != nil { // the directory is made before anything is asked for
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, dirKnowledge), 0o700); err != nil {
		return wardround.Wrap(wardround.EForbidden, "feed", err)
	}
	p, states := a.puller(dir), feedStates(dir)
	base, err := a.knowledge(knownFlags{})
	if err != nil {
		return err
	}
	err = forgetLost(states, sources, base.Feeds())
	base.Close()
	if err != nil {
		return err
	}
	var rows [][]string
	doubt := false
	for _, s := range sources {
		x := pulled{Name: s.Name, Kind: s.Kind, Status: "same"}
		done := a.busy("pulling " + s.Name)
		err := p.Update(a.ctx, s, states, func(_ context.Context, b *feed.Batch) error {
			docs, err := a.batch(b)
			if err != nil {
				return err
			}
			x.Records += len(b.Rows)
			x.Status = "new"
			return a.bring(docs...)
		})
		done()
		if a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		x.Refused = states.Get(s).Refused
		if err != nil {
			x.Status, x.Error = "failed", wording(err)
		}
		doubt = doubt || err != nil || len(x.Refused) > 0
		if a.Format == "json" {
			if err := a.object("update", x); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{x.Name, x.Kind, x.Status, strconv.Itoa(x.Records), clip(firstLine(x.Error), 100)})
		for _, r := range x.Refused {
			a.note("left out: %s: %s", printable(r.File), printable(r.Why))
		}
	}
	if err := a.grid([]string{"feed", "kind", "what came", "records", "what went wrong"}, rows); err != nil {
		return err
	}
	if doubt {
		return status(exitCannotTell)
	}
	return nil
}

// sources returns those of the configuration with these names, in its order.
func (a *app) sources(names []string) ([]*feed.Source, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	all, err := cfg.sources()
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, "feed", "no feed is configured: name the providers under feeds in a file, and give it with --config; docs/reference/configuration.md has an example")
	}
	for _, n := range names {
		if !slices.ContainsFunc(all, func(s *feed.Source) bool { return s.Name == n }) {
			return nil, wardround.Errorf(wardround.ENotFound, "feed", "no feed %q is configured", n)
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(s *feed.Source) bool { return !slices.Contains(names, s.Name) }), nil
}

// sourceRow is a source's state, as JSON.
type sourceRow struct {
	Name     string         `json:"name"`
	Kind     string         `json:"kind"`
	URL      string         `json:"url"`
	Tried    time.Time      `json:"tried,omitzero"`
	Reached  time.Time      `json:"reached,omitzero"`
	Next     time.Time      `json:"next,omitzero"`
	Failures int            `json:"failures"`
	Error    string         `json:"error,omitempty"`
	Clock    string         `json:"clock,omitempty"`
	Refused  []feed.Refusal `json:"refused,omitempty"`
}

// sourceStatus shows how the sources of the data directory answered.
func (a *app) sourceStatus() error {
	dir, err := a.data()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, st := range feedStates(dir).List() {
		if a.Format == "json" {
			err := a.object("source", sourceRow{st.Name, st.Kind, st.URL, st.Tried, st.Reached, st.Next, st.Failures, st.Error, st.Clock, st.Refused})
			if err != nil {
				return err
			}
			continue
		}
		reached := "never"
		if !st.Reached.IsZero() {
			reached = agoWords(a.now().Sub(st.Reached))
		}
		wrong := firstLine(st.Error)
		if n := len(st.Refused); wrong == "" && n > 0 {
			wrong = strconv.Itoa(n) + " documents left out: " + st.Refused[0].Error()
		}
		if wrong == "" {
			wrong = st.Clock
		}
		rows = append(rows, []string{st.Name, agoWords(a.now().Sub(st.Tried)), reached, strconv.Itoa(st.Failures), clip(wrong, 100)})
	}
	return a.grid([]string{"source", "tried", "all came", "failures", "what is wrong"}, rows)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
