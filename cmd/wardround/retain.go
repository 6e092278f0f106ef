package main

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
)

// pseudonymAge is the age at which observations with pseudonyms go, so that none is
// ever 30 days old: a file goes by its newest observation, which is up to a day younger
// than its oldest, and retention runs once a day.
const pseudonymAge = (30 - 2) * 24 * time.Hour

// defaultDays is how long other observations are kept when nothing is configured.
const defaultDays = 365

// days is how long observations are kept.
func (c retentionConfig) days() int {
	if c.Days <= 0 {
		return defaultDays
	}
	return c.Days
}

// retain deletes from the log what is no longer kept: whole days, and kinds with
// pseudonyms after 30 days at the latest. What a failing verdict rests on stays,
// unless it holds pseudonyms: the verdict has copied its facts.
func (w *writer) retain(ctx context.Context, cfg retentionConfig) error {
	age := time.Duration(cfg.days()) * 24 * time.Hour
	judged, _, err := w.store.Position(ctx, w.scope)
	if err != nil {
		return err
	}
	r := filelog.Retention{
		Rules: []filelog.Rule{{Age: age}}, Bytes: cfg.Megabytes * 1e6,
		Before: judged + 1, Now: w.now(),
	}
	linked := map[kind.Name]bool{}
	for _, s := range kind.All() {
		if slices.ContainsFunc(s.Fields(), func(f kind.Field) bool { return f.Class == kind.Pseudo || f.Class == kind.Text }) {
			linked[s.Name] = true
			r.Rules = append(r.Rules, filelog.Rule{Kind: string(s.Name), Age: min(age, pseudonymAge), Final: true})
		}
	}
	for v, err := range w.store.Verdicts(ctx, w.scope, wardround.VerdictFilter{}) {
		if err != nil {
			return err
		}
		c := check.Lookup(v.Check)
		if v.State == wardround.Fail && c != nil && !slices.ContainsFunc(c.Watch, func(k kind.Name) bool { return linked[k] }) {
			r.Needed = append(r.Needed, v.Seq)
		}
	}
	slices.Sort(r.Needed)
	if _, err = w.log.Retain(ctx, r); err != nil {
		return err
	}
	return w.sweepSketches(ctx, min(age, pseudonymAge)+24*time.Hour) // as long as the log may name them
}
