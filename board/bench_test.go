package board

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

const (
	manyAssets   = 10_000
	manyFindings = 100_000
)

var t0 = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

// hospital is a site of 10,000 assets in 40 zones, 30,000 links and 100,000
// findings of all checks.
func hospital() *wardround.Commit { return hospitalOf(manyAssets, manyFindings) }

func hospitalOf(assets, findings int) *wardround.Commit {
	r := rand.New(rand.NewPCG(1, 2))
	checks := check.All()
	c := &wardround.Commit{Scope: scope, To: 1_000_000, At: t0.Add(24 * time.Hour)}
	var zones []wardround.Zone
	for i := range 40 {
		zones = append(zones, wardround.Zone{ID: wardround.ZoneID(fmt.Sprintf("zone-%d", i)), Name: fmt.Sprintf("Zone %d", i)})
	}
	value, _ := json.Marshal(zones)
	c.Content = []wardround.ContentRow{{Name: "zones", Generation: 1, Value: value, At: t0}}
	roles := []string{"infusion-pump", "patient-monitor", "ventilator", "gateway", "pacs", "workstation"}
	kinds := []wardround.AssetKind{wardround.Device, wardround.Device, wardround.Device, wardround.Intermediary, wardround.Service, 0}
	for i := range assets {
		k := r.IntN(len(roles))
		ip := fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
		c.Assets = append(c.Assets, &wardround.Asset{
			ID: wardround.AssetID(wardround.DeriveID("a", fmt.Sprint(i))), Scope: scope, Kind: kinds[k], Zone: zones[i%40].ID,
			Criticality: wardround.Criticality(r.IntN(6)), First: t0, Last: t0.Add(time.Hour), Speaks: []string{"dicom", "hl7", "tls"},
			Attributes: map[string]wardround.Attribute{
				"name": {Value: fmt.Sprintf("%s %d", roles[k], i)}, "role": {Value: roles[k]}, "maker": {Value: fmt.Sprintf("Maker %d", i%20)},
				"ward": {Value: fmt.Sprintf("Ward %d", i%60)},
			},
			Identifiers: []wardround.Identifier{
				{Type: "ip", Value: ip, Confidence: 90, First: t0, Last: t0}, {Type: "mac", Value: fmt.Sprintf("00:1b:21:%02x:%02x:%02x", i>>16, i>>8&255, i&255), Confidence: 90},
			},
		})
	}
	for i := range 3 * assets {
		c.Links = append(c.Links, &wardround.Link{
			ID: wardround.LinkID(wardround.DeriveID("l", fmt.Sprint(i))), Scope: scope, Client: c.Assets[r.IntN(assets)].ID,
			Server: c.Assets[r.IntN(1+assets/10)].ID, Protocol: []string{"dicom", "hl7", "tls"}[r.IntN(3)], Port: uint16(r.IntN(9000)), First: t0, Last: t0.Add(time.Hour),
		})
	}
	cases := map[string]*wardround.Case{}
	for i := range findings {
		a, ch := c.Assets[r.IntN(assets)], checks[r.IntN(len(checks))]
		f := finding(a, ch, fmt.Sprintf("item %d", i), wardround.Severity(1+r.IntN(5)), t0.Add(time.Duration(i)*time.Second/2))
		group := "zone:" + string(a.Zone)
		f.Case = wardround.CaseID(scope, ch.ID, group)
		if cases[f.Case] == nil {
			cases[f.Case] = &wardround.Case{ID: f.Case, Scope: scope, Check: ch.ID, Group: group, Title: ch.Title, Opened: f.Opened, State: "open"}
			c.Cases = append(c.Cases, cases[f.Case])
		}
		c.Findings = append(c.Findings, f)
		c.Verdicts = append(c.Verdicts, &wardround.Verdict{Key: f.Key, State: wardround.Fail, Severity: f.Severity, At: f.Opened})
	}
	return c
}

func finding(a *wardround.Asset, c *check.Check, item string, s wardround.Severity, at time.Time) *wardround.Finding {
	k := wardround.Key{Check: c.ID, Subject: wardround.AssetSubject(a.ID), Item: item}
	return &wardround.Finding{
		ID: wardround.FindingID(scope, k), Scope: scope, Key: k, State: wardround.Open, Severity: s, Title: c.Title, Opened: at, LastSeen: at,
		Facts: wardround.Facts{"client": "CT-1", "port": 104}, Origin: wardround.Simulated,
	}
}

// full is a board of the hospital.
func full(tb testing.TB) (*Board, *wardround.Commit) {
	tb.Helper()
	c := hospital()
	b := newBoard()
	b.Apply(c)
	b.settle()
	return b, c
}

func p99(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)*99/100]
}

// BenchmarkFindings filters and sorts 100,000 findings.
func BenchmarkFindings(bench *testing.B) {
	b, c := full(bench)
	yes := true
	therapeutic := wardround.Therapeutic
	device := wardround.Device
	for name, q := range map[string]FindingQuery{
		"all":        {},
		"words":      {Q: "pump maker 7"},
		"nothing":    {Q: "not to be found anywhere"},
		"filters":    {Severity: wardround.Medium, Zone: "zone-3", Kind: &device, Criticality: &therapeutic},
		"newest":     {List: List{Sort: "-last_seen"}},
		"by asset":   {List: List{Sort: "asset,-severity"}},
		"of product": {List: List{Visible: Visible{Products: []string{"maker 3"}}}},
		"overdue":    {Overdue: &yes},
		"one asset":  {Asset: c.Assets[5].ID},
	} {
		q.Limit = 50
		bench.Run(name, func(bench *testing.B) {
			var times []time.Duration
			for bench.Loop() {
				start := time.Now()
				if _, err := b.Findings(q); err != nil {
					bench.Fatal(err)
				}
				times = append(times, time.Since(start))
			}
			bench.ReportMetric(float64(p99(times).Microseconds())/1000, "ms-p99")
		})
	}
}

// BenchmarkReads asks everything else of 10,000 assets and 100,000 findings.
func BenchmarkReads(bench *testing.B) {
	b, c := full(bench)
	one := c.Findings[77].ID
	for name, ask := range map[string]func(){
		"assets":       func() { _, _ = b.Assets(AssetQuery{List: List{Limit: 50}}) },
		"failing":      func() { _, _ = b.Assets(AssetQuery{List: List{Limit: 50, Sort: "-severity"}, Status: Failing}) },
		"cases":        func() { _, _ = b.Cases(CaseQuery{List: List{Limit: 50}}) },
		"links":        func() { _, _ = b.Links(LinkQuery{List: List{Limit: 50, Sort: "-last"}, Protocol: "hl7"}) },
		"coverage":     func() { b.Coverage(Visible{}) },
		"counts":       func() { b.Counts(Visible{}) },
		"now":          func() { b.Now(Visible{}, 8, "en") },
		"changes":      func() { b.Changes(Visible{}, 30) },
		"search":       func() { b.Search(Visible{}, "pump 77", 20, "en") },
		"search none":  func() { b.Search(Visible{}, "nothing like it", 20, "en") },
		"related":      func() { b.Related(Visible{}, one, 10) },
		"map cached":   func() { b.Graph(Visible{}) },
		"map anew":     func() { b.draw(Visible{}) },
		"now, product": func() { b.Now(Visible{Products: []string{"maker 3"}}, 8, "en") },
	} {
		bench.Run(name, func(bench *testing.B) {
			for bench.Loop() {
				ask()
			}
		})
	}
}

// BenchmarkApply takes in commits of a busy second: 20 findings seen again, 100
// assets and links with new times, 200 verdicts.
func BenchmarkApply(bench *testing.B) {
	b, c := full(bench)
	r := rand.New(rand.NewPCG(3, 4))
	n := 0
	for bench.Loop() {
		n++
		next := &wardround.Commit{Scope: scope, To: c.To + uint64(n), At: c.At.Add(time.Duration(n) * time.Millisecond)}
		for range 20 {
			f := *c.Findings[r.IntN(len(c.Findings))]
			f.LastSeen = next.At
			next.Findings = append(next.Findings, &f)
			next.Verdicts = append(next.Verdicts, &wardround.Verdict{Key: f.Key, State: wardround.Fail, Severity: f.Severity})
		}
		for range 100 {
			a := *c.Assets[r.IntN(len(c.Assets))]
			a.Last = next.At
			next.Assets = append(next.Assets, &a)
			l := *c.Links[r.IntN(len(c.Links))]
			l.Last = next.At
			next.Links = append(next.Links, &l)
		}
		b.Apply(next)
	}
}

// BenchmarkLoad fills the board at the start, and says what it weighs beside the
// rows themselves.
func BenchmarkLoad(bench *testing.B) {
	c := hospital()
	var before, after runtime.MemStats
	for bench.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		b := newBoard()
		b.Apply(c)
		b.settle()
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(b)
	}
	bench.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
}
