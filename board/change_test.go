package board

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// TestSinceYesterday tells a day: what is alike is told once with a count, what is
// no longer so is not told, and everything opens what it counts.
func TestSinceYesterday(t *testing.T) {
	c := hospitalOf(6, 0)
	cleartext, silent := check.Lookup("hl7.cleartext"), check.Lookup(silentCheck)
	b := newBoard()
	now := t0.Add(48 * time.Hour)
	for i := range c.Assets { // known for two days
		c.Assets[i].Zone, c.Assets[i].First = "icu", t0
		c.Assets[i].Attributes["ward"] = wardround.Attribute{Value: "ICU 2"}
		c.Assets[i].Attributes["software"] = wardround.Attribute{Value: "4.1", Confidence: 90}
	}
	c.At, c.Content = t0, nil
	b.Apply(c)
	step := uint64(0)
	commit := func(at time.Duration, fill func(*wardround.Commit)) {
		step++
		x := &wardround.Commit{Scope: scope, To: c.To + step, At: now.Add(at)}
		fill(x)
		b.Apply(x)
	}
	asset := func(id string, zone wardround.ZoneID, at time.Time) *wardround.Asset {
		return &wardround.Asset{ID: wardround.AssetID(id), Scope: scope, Kind: wardround.Device, Zone: zone, First: at, Last: at,
			Attributes: map[string]wardround.Attribute{"name": {Value: "US-" + id}}}
	}
	commit(0, func(x *wardround.Commit) {
		x.Assets = []*wardround.Asset{asset("1", "radiology", x.At), asset("9", "office", x.At)}
	})
	commit(time.Minute, func(x *wardround.Commit) {
		remote := asset("3", "public", x.At)
		remote.Remote = true
		x.Assets = []*wardround.Asset{asset("2", "radiology", x.At), remote}
	})
	software := func(n int, version string) *wardround.Asset {
		a := *c.Assets[n]
		a.Attributes = map[string]wardround.Attribute{"name": a.Attributes["name"], "software": {Value: version, Confidence: 90}}
		return &a
	}
	commit(2*time.Minute, func(x *wardround.Commit) { x.Assets = []*wardround.Asset{software(0, "4.2")} })
	commit(3*time.Minute, func(x *wardround.Commit) { x.Assets = []*wardround.Asset{software(0, "4.3")} })
	var open []*wardround.Finding
	commit(4*time.Minute, func(x *wardround.Commit) {
		for i := range 3 {
			f := finding(c.Assets[i], cleartext, "2575/tcp", wardround.High, x.At)
			f.Case = "c-clear"
			open = append(open, f)
		}
		quiet := finding(c.Assets[4], silent, "always on", wardround.High, x.At)
		quiet.Case = "c-quiet"
		back := finding(c.Assets[5], silent, "always on", wardround.High, x.At)
		back.Case, back.State, back.Fixed = "c-back", wardround.Fixed, x.At
		open = append(open, quiet, back)
		x.Findings = append(x.Findings, open...)
		for _, id := range []string{"c-clear", "c-quiet", "c-back"} {
			x.Cases = append(x.Cases, &wardround.Case{ID: id, Check: open[0].Check, Title: "Cleartext", Opened: x.At, State: "open"})
		}
	})
	commit(5*time.Minute, func(x *wardround.Commit) {
		fixed, accepted := *open[0], *open[1]
		fixed.State, fixed.Fixed = wardround.Fixed, x.At
		accepted.State = wardround.Accepted
		accepted.Decision = &wardround.Decision{State: wardround.Accepted, By: []wardround.Person{{Name: "ada", Role: "security"}}, At: x.At, Until: x.At.Add(72 * time.Hour)}
		x.Findings = []*wardround.Finding{&fixed, &accepted}
		x.Content = []wardround.ContentRow{{Name: "check/net.scan/off", Value: []byte(`"noisy"`), By: "bob", At: x.At, Generation: 5}}
	})
	list, more := b.Changes(Visible{}, 100)
	if more != 0 {
		t.Errorf("%d more", more)
	}
	var got []string
	for _, x := range list {
		got = append(got, strings.Join(strings.Fields(fmt.Sprintf("%s %d %s %s %s %s %s %s→%s %s | %s", x.Kind, x.Count, severity(x.Severity), x.Name, x.Zone, x.Ward, x.Field, x.From, x.To, x.By, x.Href)), " "))
	}
	since := now.Add(5*time.Minute - changesFor).UTC().Format(time.RFC3339)
	want := []string{
		"acceptance.ends 1 high " + c.Assets[1].Name() + " accepted →2026-03-07T06:05:00Z | /findings/" + open[1].ID,
		"content.changed 1 check/net.scan/off → bob | /checks/net.scan",
		"finding.decided 1 high " + c.Assets[1].Name() + " icu ICU 2 →accepted ada | /findings/" + open[1].ID,
		"finding.fixed 2 high icu → | /findings?live=false&sort=-fixed&state=fixed",
		"asset.quiet 1 high " + c.Assets[4].Name() + " icu ICU 2 → | /findings/" + open[3].ID,
		"case.opened 3 high icu → | /findings?case=c-clear",
		"asset.changed 1 " + c.Assets[0].Name() + " icu software 4.1→4.3 | /assets/" + string(c.Assets[0].ID),
		"asset.new 2 radiology → | /assets?new_since=" + strings.ReplaceAll(since, ":", "%3A") + "&zone=radiology",
		"asset.new 1 US-9 office → | /assets/9",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if list, more = b.Changes(Visible{}, 4); len(list) != 4 || more != 5 {
		t.Errorf("%d changes and %d more, want 4 and 5", len(list), more)
	}
	// A day later it is no news, but what still ends.
	commit(25*time.Hour, func(*wardround.Commit) {})
	if list, _ = b.Changes(Visible{}, 100); len(list) != 1 || list[0].Kind != AcceptanceEnds {
		t.Errorf("a day later: %+v", list)
	}
}

func severity(s wardround.Severity) string {
	if s == 0 {
		return ""
	}
	return s.String()
}

// TestEventsAreBounded: however much happens in a day, what is remembered of it is
// bounded.
func TestEventsAreBounded(t *testing.T) {
	b := newBoard()
	for i := range 30 {
		c := &wardround.Commit{Scope: scope, To: uint64(i + 1), At: t0}
		for j := range 1000 {
			c.Assets = append(c.Assets, &wardround.Asset{ID: wardround.AssetID(fmt.Sprint("a-", i, "-", j)), Zone: "icu", First: t0})
		}
		b.Apply(c)
	}
	if n := len(b.events.of); n > maxEvents+maxEvents/4 {
		t.Errorf("%d events are remembered", n)
	}
}

// TestSensors follows a sensor through a day: it watches, is blind, goes missing,
// comes back, and ends; a minute of which nobody told is a gap.
func TestSensors(t *testing.T) {
	b := newBoard()
	at := t0
	tell := func(d time.Duration, f *kind.SensorStatusV1, n int) {
		at = t0.Add(d)
		b.Apply(&wardround.Commit{Scope: scope, To: b.position + 1, At: at})
		var batch []*wardround.Observation
		for range n {
			batch = append(batch, &wardround.Observation{Kind: "arp", Sensor: "mirror-1", Input: "eth1", At: at, Logged: at, Count: 2})
		}
		if f != nil {
			f.From = at.Add(-time.Minute)
			batch = append(batch, &wardround.Observation{Kind: "sensor.status", Sensor: "mirror-1", Input: "eth1", At: at, Logged: at, Fields: f})
		}
		b.Observed(batch)
	}
	is := func(state string) Sensor {
		t.Helper()
		all := b.Sensors()
		if len(all) != 1 || all[0].State != state {
			t.Fatalf("at %v: %+v, want one that is %s", at, all, state)
		}
		return all[0]
	}
	b.Observed([]*wardround.Observation{ // no sensors
		{Kind: "content.changed", Sensor: "settings", At: t0, Logged: t0}, {Kind: "check.wake", Sensor: "wardround", At: t0, Logged: t0},
		{Kind: "sensor.status", Sensor: "wardround", At: t0, Logged: t0, Fields: &kind.SensorStatusV1{}},
	})
	tell(30*time.Second, nil, 30)
	is(Watching)
	tell(59*time.Second, &kind.SensorStatusV1{Packets: 6000, Bytes: 600_000, ParseFailures: 2}, 0)
	s := is(Watching)
	if s.Packets != 100 || s.Bytes != 10_000 || s.ParseFailures != 2 || s.Input != "eth1" {
		t.Errorf("after a minute: %+v", s)
	}
	tell(119*time.Second, &kind.SensorStatusV1{KernelDrops: 3, GapBytes: 10}, 0)
	s = is(Quiet)
	if len(s.Rate) != 2 || *s.Rate[0] != 1 || *s.Rate[1] != 0 || s.Drops != 3 || s.GapBytes != 10 {
		t.Errorf("after two: %+v", s)
	}
	tell(4*time.Minute+59*time.Second, &kind.SensorStatusV1{Packets: 60, Blind: 4000}, 0)
	s = is(Blind)
	if len(s.Rate) != 5 || s.Rate[2] != nil || s.Rate[3] != nil || s.Rate[4] == nil {
		t.Errorf("two minutes of which nobody told are gaps: %+v", s.Rate)
	}
	b.Apply(&wardround.Commit{Scope: scope, To: b.position + 1, At: t0.Add(10 * time.Minute)})
	if s = is(Lost); !s.Since.Equal(at) || s.Packets != 0 {
		t.Errorf("lost since %v, %v packets/s", s.Since, s.Packets)
	}
	tell(11*time.Minute, &kind.SensorStatusV1{Packets: 60}, 1)
	is(Watching)
	tell(12*time.Minute, &kind.SensorStatusV1{Packets: 60, End: true}, 0)
	is(Ended)
	b.Apply(&wardround.Commit{Scope: scope, To: b.position + 1, At: t0.Add(3 * time.Hour)})
	if s = is(Ended); s.Drops != 0 || len(s.Rate) != minutes-1 {
		t.Errorf("hours later: %+v", s)
	}
	b.Observed([]*wardround.Observation{{Kind: "sensor.status", Sensor: "wardround", At: b.at, Logged: b.at, Fields: &kind.SensorStatusV1{QueueDrops: 7}}})
	if all := b.Sensors(); len(all) != 2 || all[1].ID != "wardround" || all[1].Drops != 7 {
		t.Errorf("what we left aside ourselves is not told: %+v", all)
	}
	var kinds []string
	list, _ := b.Changes(Visible{}, 10)
	for _, x := range list {
		kinds = append(kinds, x.Kind+" "+x.Name)
	}
	if diff := cmp.Diff([]string{"sensor.back mirror-1", "sensor.lost mirror-1"}, kinds); diff != "" {
		t.Error(diff)
	}
}
