package main

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/coverage"
	"github.com/wardround/wardround/sense/network"
)

// summary is the last object of a replay.
type summary struct {
	Origin        wardround.Origin `json:"origin"`
	Packets       int64            `json:"packets"`
	Bytes         int64            `json:"bytes"`
	Flows         int64            `json:"flows"`
	ParseFailures int64            `json:"parse_failures"`
	Drops         int64            `json:"drops"`
	GapBytes      int64            `json:"gap_bytes"`
	Truncated     bool             `json:"truncated"`
	Failures      map[string]int64 `json:"failures,omitempty"`
	Seconds       float64          `json:"seconds"`
	Assets        int              `json:"assets"`
	Findings      int              `json:"findings"`
	Cases         int              `json:"cases"`
	Notifications int              `json:"notifications"`
}

// state is everything a report shows, read from a store.
type state struct {
	assets   map[wardround.AssetID]*wardround.Asset
	order    []*wardround.Asset
	findings []*wardround.Finding
	cases    []*wardround.Case
	releases map[string]*wardround.Release
	notices  int
}

func load(ctx context.Context, r wardround.Reader, s wardround.Scope) (*state, error) {
	st := &state{assets: map[wardround.AssetID]*wardround.Asset{}}
	for x, err := range r.Assets(ctx, s) {
		if err != nil {
			return nil, err
		}
		st.order = append(st.order, x)
		st.assets[x.ID] = x
		for _, alias := range x.Aliases {
			st.assets[alias] = x
		}
	}
	st.releases = map[string]*wardround.Release{}
	for x, err := range r.Releases(ctx, s) {
		if wardround.ErrorCode(err) == wardround.ECannotTell {
			break // a server that knows none: ids are shown
		}
		if err != nil {
			return nil, err
		}
		st.releases[string(x.ID)] = x
	}
	for x, err := range r.Findings(ctx, s, wardround.FindingFilter{}) {
		if err != nil {
			return nil, err
		}
		st.findings = append(st.findings, x)
	}
	for x, err := range r.Cases(ctx, s) {
		if err != nil {
			return nil, err
		}
		st.cases = append(st.cases, x)
	}
	for _, err := range r.Notices(ctx, s) {
		if err != nil {
			return nil, err
		}
		st.notices++
	}
	sort.SliceStable(st.cases, func(i, j int) bool { return st.cases[i].Severity > st.cases[j].Severity })
	sort.SliceStable(st.findings, func(i, j int) bool { return st.findings[i].Severity > st.findings[j].Severity })
	return st, nil
}

// subjectName names a finding's subject for people.
func (st *state) subjectName(s wardround.Subject) string {
	if a := st.subjectAsset(s); a != nil {
		return a.Name()
	}
	if r := st.releases[s.ID]; r != nil && s.Kind == wardround.SubjectRelease {
		return r.Name()
	}
	return s.ID
}

// readable replaces the asset ids in an item by names.
func (st *state) readable(item string) string {
	return assetID.ReplaceAllStringFunc(item, func(id string) string {
		if a := st.assets[wardround.AssetID(id)]; a != nil {
			return a.Name()
		}
		return id
	})
}

// assetID is how [wardround.DeriveID] writes an asset's id.
var assetID = regexp.MustCompile(`\ba-[a-km-np-z2-9]{16}\b`)

func (st *state) subjectAsset(s wardround.Subject) *wardround.Asset {
	if s.Kind != wardround.SubjectAsset {
		return nil
	}
	return st.assets[wardround.AssetID(s.ID)]
}

// report prints what a bench found, and returns the exit status asked for.
func (b *bench) report(a *app, stats network.Stats, took time.Duration, failOn string) error {
	st, err := load(a.ctx, b.store, b.scope)
	if err != nil {
		return err
	}
	sum := summary{
		Origin: b.origin, Packets: stats.Packets, Bytes: stats.Bytes, Flows: stats.Flows,
		ParseFailures: stats.ParseFailures, Drops: stats.KernelDrops + stats.LimitDrops, GapBytes: stats.GapBytes,
		Truncated: stats.Truncated, Failures: stats.Failures, Seconds: took.Seconds(), Notifications: st.notices,
	}
	for _, x := range st.order {
		if !x.Remote && x.MergedInto == "" {
			sum.Assets++
		}
	}
	for _, f := range st.findings {
		if f.State.Live() {
			sum.Findings++
		}
	}
	for _, c := range st.cases {
		if c.State == "open" {
			sum.Cases++
		}
	}
	if a.Format == "json" {
		err = b.objects(a, st, sum)
	} else {
		err = b.tables(a, st, sum)
	}
	if err != nil {
		return err
	}
	return threshold(st.findings, failOn)
}

// threshold returns status 1 when a live finding is at or over a severity.
func threshold(findings []*wardround.Finding, failOn string) error {
	if failOn == "" || failOn == "never" {
		return nil
	}
	min, err := wardround.ParseSeverity(failOn)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "fail-on", err)
	}
	for _, f := range findings {
		if f.Severity >= min && f.State.Live() && f.State != wardround.Accepted && f.State != wardround.FalsePositive && f.State != wardround.ClaimedNotAffected {
			return status(exitFindings)
		}
	}
	return nil
}

func (b *bench) objects(a *app, st *state, sum summary) error {
	for _, x := range st.order {
		if err := a.object("asset", x); err != nil {
			return err
		}
	}
	for x, err := range b.store.Links(a.ctx, b.scope) {
		if err != nil {
			return err
		}
		if err := a.object("link", x); err != nil {
			return err
		}
	}
	for x, err := range b.store.Verdicts(a.ctx, b.scope, wardround.VerdictFilter{}) {
		if err != nil {
			return err
		}
		if err := a.object("verdict", x); err != nil {
			return err
		}
	}
	for _, x := range st.findings {
		if err := a.object("finding", x); err != nil {
			return err
		}
	}
	for _, x := range st.cases {
		if err := a.object("case", x); err != nil {
			return err
		}
	}
	return a.object("summary", sum)
}

func (b *bench) tables(a *app, st *state, sum summary) error {
	if err := a.findingTable(st, st.findings, 40); err != nil {
		return err
	}
	m, err := coverage.Compute(a.ctx, b.store, b.scope, check.All())
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout)
	if err := a.matrix(m); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "\n%d packets, %s, %d flows in %.1f s; %d assets; %d findings in %d cases\n",
		sum.Packets, size(sum.Bytes), sum.Flows, sum.Seconds, sum.Assets, sum.Findings, sum.Cases)
	if n := sum.ParseFailures + sum.Drops; n > 0 || sum.GapBytes > 0 || sum.Truncated {
		fmt.Fprintf(a.stdout, "not seen or not understood: %d parse failures, %d drops, %s missing in streams", sum.ParseFailures, sum.Drops, size(sum.GapBytes))
		if sum.Truncated {
			fmt.Fprint(a.stdout, ", the capture ends inside a packet")
		}
		fmt.Fprintln(a.stdout)
	}
	return nil
}

// findingTable prints findings by severity, at most limit of them; 0 is all.
func (a *app) findingTable(st *state, list []*wardround.Finding, limit int) error {
	var rows [][]string
	shown := 0
	for _, f := range list {
		if f.State == wardround.Fixed {
			continue
		}
		if shown++; limit > 0 && shown > limit {
			continue
		}
		where := ""
		if x := st.subjectAsset(f.Subject); x != nil {
			where = string(x.Zone)
			if w := x.Attr(wardround.AttrWard); w != "" {
				where = w
			}
		}
		state := string(f.State)
		if f.Stale {
			state += ", not seen again"
		}
		rows = append(rows, []string{mark(f.Severity), f.Title, clip(st.subjectName(f.Subject), 28), clip(st.readable(f.Item), 36), where, state, f.ID})
	}
	if len(rows) == 0 {
		fmt.Fprintln(a.stdout, "No findings.")
		return nil
	}
	if err := a.grid([]string{"severity", "finding", "asset", "item", "where", "state", "id"}, rows); err != nil {
		return err
	}
	if shown > len(rows) {
		fmt.Fprintf(a.stdout, "… and %d more (--format json lists all)\n", shown-len(rows))
	}
	return nil
}

// matrix prints the coverage: never a bare percentage, never a pass that hides an
// unknown.
func (a *app) matrix(m *coverage.Matrix) error {
	headers := []string{"", "security", "privacy", "interoperability"}
	var rows [][]string
	names := map[wardround.AssetKind]string{
		wardround.Device: "devices", wardround.Intermediary: "gateways", wardround.Service: "services",
		wardround.Model: "AI models", 0: "kind not known",
	}
	for _, r := range m.Rows {
		row := []string{fmt.Sprintf("%s (%d)", names[r.Kind], r.Assets)}
		for _, c := range r.Cells {
			row = append(row, cell(c))
		}
		rows = append(rows, row)
	}
	if err := a.grid(headers, rows); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "▲● failing, worst first   ✓ all checks fresh   ? cannot tell all   — nobody looking")
	return nil
}

func cell(c coverage.Cell) string {
	s := ""
	add := func(n int, format string, args ...any) {
		if n > 0 {
			if s != "" {
				s += "  "
			}
			s += fmt.Sprintf(format, args...)
		}
	}
	add(c.Failing, "%s %d", mark(c.Worst), c.Failing)
	add(c.Passing, "✓ %d", c.Passing)
	add(c.Unknown, "? %d", c.Unknown)
	add(c.Unwatched, "— %d", c.Unwatched)
	if s == "" {
		s = "none seen"
	}
	return fmt.Sprintf("%s  (%d/%d checks fresh)", s, c.Fresh, c.Applicable)
}

// size writes bytes in units of 1000.
func size(n int64) string {
	f, units := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	i := 0
	for f >= 1000 && i < len(units)-1 {
		f /= 1000
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}
