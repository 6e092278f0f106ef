// Package coldstart measures what the first day costs the people who read it: a
// hospital of five hundred devices is watched for the first time, as serve watches
// it, and may ask for attention only so often.
//
//	go test ./bench/coldstart -v -hours 24
package coldstart

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"sort"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

var (
	hours    = flag.Float64("hours", 1, "simulated time")
	beds     = flag.Int("beds", 120, "beds of the simulated ward")
	seed     = flag.Uint64("seed", 1, "the same seed gives the same day")
	scenario = flag.String("scenario", "", "a scenario that is switched on")
)

const (
	minDevices = 500
	maxCases   = 20
	maxNotices = 5
	learn      = 14 * 24 * time.Hour // as serve
)

var scope = wardround.Scope{Org: "bench", Site: "hospital"}

// day watches the simulated hospital and returns the store with what was found.
func day(t *testing.T, w *sim.Ward) *memstore.Store {
	t.Helper()
	ctx := context.Background()
	store := memstore.New(memstore.Options{})
	pipe, err := pipeline.Open(ctx, pipeline.Options{
		Scope: scope, Origin: wardround.Simulated, Store: store, Checks: check.All(), Learn: learn,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	feed := pipeline.NewFeed(pipe, memlog.New(memlog.Options{}), nil)
	var batch []*wardround.Observation
	flush := func() {
		if len(batch) > 0 {
			if err := feed.Batch(ctx, batch); err != nil {
				t.Fatal(err)
			}
			batch = nil
		}
	}
	s := network.New(network.Options{
		Sensor: "mirror-1", Input: "ward", Origin: wardround.Simulated,
		Pseudonyms: sense.NewPseudonyms("c", []byte("a key for the cold start, 32 bytes")),
		Emit: func(o *wardround.Observation) {
			if batch = append(batch, o); len(batch) == wardround.MaxBatch {
				flush()
			}
		},
	})
	batch = append(batch, &wardround.Observation{
		Kind: string(kind.ContentChanged), Version: 1, Sensor: "settings", Input: "start", Position: 1, At: w.Now(), Origin: wardround.Simulated,
		Fields: &kind.ContentChangedV1{Name: pipeline.ContentZones, Value: zones(t), By: "configuration", Reason: "start-up"},
	})
	flush()
	mark := int64(0)
	err = w.Run(func(at int64, frame []byte) error {
		if at-mark > int64(time.Second) { // a live site judges at least so often
			mark = at
			flush()
		}
		s.Packet(packet.Ethernet, frame, len(frame), at)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	flush()
	if err := pipe.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	return store
}

func zones(t *testing.T) string {
	t.Helper()
	var out []map[string]any
	for _, z := range sim.Zones {
		out = append(out, map[string]any{"id": z.ID, "name": z.Name, "prefixes": []string{z.Prefix}})
	}
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestColdStart: the first day of five hundred devices ends in few cases and
// fewer notifications, and behind them every finding can be reached.
func TestColdStart(t *testing.T) {
	o := sim.Options{Seed: *seed, Length: time.Duration(*hours * float64(time.Hour)), Beds: *beds}
	if *scenario != "" {
		o.Scenarios = []string{*scenario}
	}
	start := time.Now()
	store := day(t, sim.New(o))
	ctx := context.Background()

	devices, assets := 0, map[string]*wardround.Asset{}
	for a, err := range store.Assets(ctx, scope) {
		if err != nil {
			t.Fatal(err)
		}
		assets[string(a.ID)] = a
		if !a.Remote && a.MergedInto == "" {
			devices++
		}
	}
	if devices < minDevices {
		t.Errorf("only %d devices were found", devices)
	}

	open, cases := 0, map[string]*wardround.Case{}
	var lines []string
	for c, err := range store.Cases(ctx, scope) {
		if err != nil {
			t.Fatal(err)
		}
		cases[c.ID] = c
		if c.State == "open" {
			open++
			lines = append(lines, fmt.Sprintf("%-8s %-32s %-22s %4d findings  %s", c.Severity, c.Check, c.Group, c.Findings, c.Title))
		}
	}
	sort.Strings(lines)
	for _, l := range lines {
		t.Log(l)
	}
	if open > maxCases {
		t.Errorf("%d cases, want at most %d", open, maxCases)
	}

	findings := reachable(t, store, cases, assets)

	notices := 0
	for n, err := range store.Notices(ctx, scope) {
		if err != nil {
			t.Fatal(err)
		}
		notices++
		t.Logf("notice %s: %s %q", n.At.Format("15:04"), n.Severity, n.Title)
		if n.Case != "" && cases[n.Case] == nil {
			t.Errorf("notice %q is of case %s, which is nowhere", n.Title, n.Case)
		}
	}
	if notices > maxNotices {
		t.Errorf("%d notifications, want at most %d", notices, maxNotices)
	}
	t.Logf("%g h of %d devices: %d findings in %d cases, %d notifications; took %.1f s", *hours, devices, findings, open, notices, time.Since(start).Seconds())
	if findings == 0 {
		t.Error("nothing was found in a hospital that speaks in clear text")
	}
}

// reachable checks that each live finding is listed, belongs to an open case that
// lists and counts it, and is of something that can be shown. It returns how many
// there are.
func reachable(t *testing.T, store *memstore.Store, cases map[string]*wardround.Case, assets map[string]*wardround.Asset) int {
	t.Helper()
	ctx := context.Background()
	n, perCase := 0, map[string]int{}
	for f, err := range store.Findings(ctx, scope, wardround.FindingFilter{Live: true}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		perCase[f.Case]++
		if c := cases[f.Case]; c == nil || c.State != "open" {
			t.Errorf("finding %s of %s is in no open case", f.ID, f.Check)
		}
		if f.Subject.Kind == wardround.SubjectAsset && assets[f.Subject.ID] == nil {
			t.Errorf("finding %s is about %s, which is nowhere", f.ID, f.Subject)
		}
		if check.Lookup(f.Check) == nil || f.Title == "" || f.Severity == wardround.SeverityNone {
			t.Errorf("finding %s cannot be explained: %+v", f.ID, f)
		}
	}
	for id, c := range cases {
		listed := 0
		for _, err := range store.Findings(ctx, scope, wardround.FindingFilter{Case: id, Live: true}) {
			if err != nil {
				t.Fatal(err)
			}
			listed++
		}
		if listed != perCase[id] || c.State == "open" && c.Findings != listed {
			t.Errorf("case %s counts %d findings, lists %d; %d name it", id, c.Findings, listed, perCase[id])
		}
	}
	return n
}
