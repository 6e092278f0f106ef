package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

// demoCmd runs the whole thing on the simulated ward.
type demoCmd struct {
	Seed     uint64   `default:"1" help:"The same seed gives the same ward."`
	Hours    float64  `default:"1" help:"Simulated time in hours."`
	Speed    float64  `default:"120" help:"How many times faster than life; 0 is as fast as possible."`
	Scenario []string `sep:"," placeholder:"NAME" help:"Scenario to switch on; default: all. 'none' for a normal day."`
	FailOn   string   `enum:"critical,high,medium,low,never" default:"never" help:"Exit with 1 when a finding is at or over this severity."`
	Listen   string   `placeholder:"ADDR" help:"Where the API and the pages are served; loopback only. Default: 127.0.0.1:8420, or the next port that is free."`
	Open     bool     `help:"Open the browser, signed in."`
	Stay     bool     `help:"Go on after the simulated hours, at the speed of life, until interrupted; so it does on a terminal."`
	Parent   bool     `hidden:"" help:"Say one line of JSON about where it is served, and end with standard input."`

	link string // signs in; printed
}

func (c *demoCmd) Run(a *app) error {
	scenarios := c.Scenario
	switch {
	case len(scenarios) == 0:
		for _, s := range sim.Scenarios() {
			scenarios = append(scenarios, s.Name)
		}
	case len(scenarios) == 1 && scenarios[0] == "none":
		scenarios = nil
	}
	length, err := simulated(c.Hours, scenarios)
	if err != nil {
		return err
	}
	if c.Speed < 0 {
		return wardround.Errorf(wardround.EInvalid, "demo", "--speed %g is negative", c.Speed)
	}
	opt := sim.Options{Seed: c.Seed, Length: length, Scenarios: scenarios}
	if a.Format == "json" && !c.Parent {
		if c.Open || c.Stay || c.Listen != "" {
			return wardround.Errorf(wardround.EInvalid, "demo", "--format json prints what it finds and ends; it serves no pages")
		}
		return c.print(a, opt)
	}
	return c.show(a, opt)
}

// learnDemo is how long novelty checks learn in a demo, in the ward's time.
const learnDemo = 10 * time.Minute

// print writes everything as JSON, one object a line.
func (c *demoCmd) print(a *app, opt sim.Options) error {
	b, err := a.openBench(wardround.Simulated, learnDemo)
	if err != nil {
		return err
	}
	defer b.Close()
	b.each = a.observations()
	start := time.Now()
	stats, err := b.ward(a.ctx, sim.New(opt), c.Speed)
	if err != nil && a.ctx.Err() == nil {
		return err
	}
	a.ctx = context.WithoutCancel(a.ctx) // an interrupted demo still shows what it found
	return b.report(a, stats, time.Since(start), c.FailOn)
}

func pace(speed float64) string {
	if speed == 0 {
		return "full speed"
	}
	return fmt.Sprintf("%g times life", speed)
}

// live prints findings as they come: new ones, and those that became worse. known
// is what was there before.
func (a *app) live(known *state) func(*wardround.Commit) {
	assets := map[wardround.AssetID]*wardround.Asset{}
	shown := map[string]wardround.Severity{}
	if known != nil {
		assets = known.assets
		for _, f := range known.findings {
			if f.State != wardround.Fixed {
				shown[f.ID] = f.Severity
			}
		}
	}
	return func(c *wardround.Commit) {
		for _, x := range c.Assets {
			assets[x.ID] = x
		}
		for _, f := range c.Findings {
			if f.State == wardround.Fixed {
				delete(shown, f.ID)
				continue
			}
			if f.Severity <= shown[f.ID] {
				continue
			}
			shown[f.ID] = f.Severity
			if a.Format == "json" {
				_ = a.object("finding", f) // a reader that has gone is seen at the end
				continue
			}
			name := f.Subject.ID
			if x := assets[wardround.AssetID(f.Subject.ID)]; x != nil {
				name = x.Name()
			}
			fmt.Fprintf(a.stdout, "%s  %-10s  %s — %s\n", f.LastSeen.UTC().Format("2006-01-02 15:04:05"), mark(f.Severity), f.Title, printable(clip(name, 40)))
		}
	}
}

// ward runs a simulated ward through the same sensor that reads a mirror port.
func (b *bench) ward(ctx context.Context, w *sim.Ward, speed float64) (network.Stats, error) {
	feed := pipeline.NewFeed(b.pipe, b.log, b.each)
	var batch []*wardround.Observation
	var failed error
	var seen func([]*wardround.Observation) error
	flush := func() {
		if failed == nil && len(batch) > 0 {
			failed = feed.Batch(ctx, batch)
		}
		if failed == nil && len(batch) > 0 {
			failed = seen(batch)
		}
		batch = nil
	}
	s := network.New(network.Options{
		Sensor: "simulated-ward", Input: "ward", Origin: wardround.Simulated, Pseudonyms: replayKey([]byte("simulated ward")),
		Emit: func(o *wardround.Observation) {
			if batch = append(batch, o); len(batch) == wardround.MaxBatch {
				flush()
			}
		},
	})
	ai, err := furnish(context.WithoutCancel(ctx), w, b.models, shelved{b.blobs, feed})
	if err != nil {
		return s.Stats(), err
	}
	defer ai.Close()
	if err := feed.Batch(ctx, []*wardround.Observation{contentObservation(wardround.Simulated, w.Now(), simZones())}); err != nil {
		return s.Stats(), err
	}
	start, first, mark := time.Now(), int64(0), int64(0)
	seen = func(batch []*wardround.Observation) error { return ai.seen(ctx, batch, time.Unix(0, mark)) }
	err = w.Run(func(at int64, frame []byte) error {
		if first == 0 {
			first, mark = at, at
		}
		if at-mark > int64(batchSpan) {
			mark = at
			flush()
			if speed > 0 {
				due := start.Add(time.Duration(float64(at-first) / speed))
				select {
				case <-time.After(time.Until(due)):
				case <-ctx.Done():
				}
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.Packet(packet.Ethernet, frame, len(frame), at)
		return failed
	})
	s.Close()
	if err == nil || ctx.Err() != nil {
		flushCtx := ctx
		ctx = context.WithoutCancel(flushCtx)
		flush()
		if err == nil {
			err = failed
		}
		if err == nil {
			err = ai.finish(ctx)
		}
	}
	if serr := b.pipe.Settle(context.WithoutCancel(ctx)); err == nil {
		err = serr
	}
	return s.Stats(), err
}

// shelved takes facts into a log that is judged at once, and their content onto a
// shelf.
type shelved struct {
	blobs *shelf
	feed  *pipeline.Feed
}

func (s shelved) Take(ctx context.Context, o *wardround.Observation, content []byte) error {
	if content != nil {
		b := s.blobs.put(content, sketchType)
		o.Blob = &b
	}
	if err := pipeline.Acceptable(o); err != nil {
		return err
	}
	return s.feed.Batch(ctx, []*wardround.Observation{o})
}
