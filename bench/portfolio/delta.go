package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
)

// load brings knowledge, bills of materials and devices in.
func load(o options, w *world, r *rig) error {
	start := time.Now()
	if err := r.knowledge(w.entries()); err != nil {
		return err
	}
	for n := range o.releases {
		if err := r.sbom(n, w.sbom(n, o.components), o.components); err != nil {
			return err
		}
	}
	for n := range o.devices {
		if err := r.device(n, n%o.releases); err != nil {
			return err
		}
	}
	if err := r.settle(); err != nil {
		return err
	}
	s := r.fold.Index().Size()
	fmt.Printf("%d records; %d releases, %d devices, %d components of %d identities, %d answers; loaded and judged in %.1f s\n",
		len(w.records), s.Releases, s.Assets, s.Rows, s.Identities, s.Answers, time.Since(start).Seconds())
	return nil
}

// delta measures from the writing of a changed advisory to the commit that holds
// each finding that follows from it.
func delta(o options) (bool, error) {
	w, err := newWorld(o)
	if err != nil {
		return false, err
	}
	r, err := newRig(o)
	if err != nil {
		return false, err
	}
	defer r.close()
	if err := load(o, w, r); err != nil {
		return false, err
	}
	changed := w.changed(o.advisories)
	names := map[string]bool{}
	for _, e := range changed {
		names[r.base.Folded(e.Record.ID)] = true
	}
	before, err := r.affected(names)
	if err != nil {
		return false, err
	}
	start := time.Now()
	if o.together {
		err = r.write(changed)
	} else {
		tick := time.NewTicker(o.every)
		for i := range changed {
			if err = r.write(changed[i : i+1]); err != nil {
				break
			}
			<-tick.C
		}
		tick.Stop()
	}
	if err != nil {
		return false, err
	}
	if err := r.settle(); err != nil {
		return false, err
	}
	took := time.Since(start) - quiet
	after, err := r.affected(names)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	how := fmt.Sprintf("one every %v", o.every)
	if o.together {
		how = "in one bundle"
	}
	missing := after - before - len(r.took)
	fmt.Printf("%d changed advisories, %s: %d new findings in %.1f s, %d commits, %d missing; %d MB\n",
		len(changed), how, len(r.took), took.Seconds(), r.commits, missing, peak())
	p99 := times("feed written to finding stored", r.took)
	return p99 < time.Second && missing == 0, nil
}

// write writes a feed's bundle; from then on the findings count.
func (r *rig) write(entries []knowledge.Entry) error {
	r.mu.Lock()
	now := time.Now()
	for _, e := range entries {
		r.watch[r.base.Folded(e.Record.ID)] = now
	}
	r.mu.Unlock()
	return r.knowledge(entries)
}

// affected counts the pairs that fail.
func (r *rig) affected(names map[string]bool) (n int, err error) {
	for v := range names {
		res, err := r.fold.Index().Affected(context.Background(), portfolio.Query{Vulnerability: v, Limit: 1})
		if err != nil {
			return 0, err
		}
		n += res.Affected.Subjects
	}
	return n, nil
}
