package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/mds2"
)

type releaseShowCmd struct {
	Release  string `arg:"" help:"The release's id, or its name, or a part of it that no other has."`
	Declared bool   `help:"Also everything that the maker declares."`
	Limit    int    `default:"50" help:"How many vulnerabilities are listed; all are counted."`
}

// shownRelease is a release as JSON.
type shownRelease struct {
	releaseRow
	Documents []*wardround.Document `json:"documents,omitempty"`
	Qualities []check.Quality       `json:"qualities,omitempty"`
	Assets    []wardround.AssetID   `json:"assets,omitempty"`
}

func (c *releaseShowCmd) Run(a *app) error {
	cat, err := a.catalogue(a.ctx)
	if err != nil {
		return err
	}
	r, err := cat.find("release show", c.Release)
	if err != nil {
		return err
	}
	exposures, qualities, err := a.judged(r)
	if err != nil {
		return err
	}
	now := a.now()
	if a.Format == "json" {
		n, has := cat.components(r)
		x := shownRelease{releaseRow: releaseRow{Release: r, SupportNow: r.SupportAt(now), Instances: len(cat.instances[r.ID]), Vulnerabilities: cat.known(r), Findings: len(cat.findings[r.ID])},
			Documents: cat.documents[r.ID], Qualities: qualities}
		if has {
			x.Components = &n
		}
		for _, i := range cat.instances[r.ID] {
			x.Assets = append(x.Assets, i.ID)
		}
		if err := a.object("release", x); err != nil {
			return err
		}
		for _, e := range exposures {
			if err := a.object("exposure", e); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(a.stdout, "%s  (%s)\n", printable(r.Name()), r.ID)
	c.said(a, r, now)
	if err := c.documents(a, cat, r); err != nil {
		return err
	}
	if err := c.exposures(a, cat, r, exposures); err != nil {
		return err
	}
	var rows [][]string
	for _, q := range qualities {
		if q.State != wardround.Pass {
			rows = append(rows, []string{q.Profile, stateMark(q.State.String()), q.Rule, clip(q.Said, 110)})
		}
	}
	if len(qualities) > 0 {
		fmt.Fprintf(a.stdout, "\nBill of materials: %d of %d questions answered well.\n", len(qualities)-len(rows), len(qualities))
	}
	if err := a.grid([]string{"profile", "", "asks for", "why"}, rows); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "\n%d instances.\n", len(cat.instances[r.ID]))
	rows = nil
	for _, x := range cat.instances[r.ID] {
		rows = append(rows, []string{clip(x.Name(), 32), x.Criticality.String(), string(x.Zone), identifier(x, "ip"), x.Last.UTC().Format("2006-01-02 15:04"), string(x.ID)})
	}
	return a.grid([]string{"asset", "criticality", "zone", "address", "last seen (UTC)", "id"}, rows)
}

// judged asks the portfolio of the data directory; a server answers with findings
// alone.
func (a *app) judged(r *wardround.Release) (out []*check.Exposure, qualities []check.Quality, err error) {
	if server, err := a.remote(); server != nil || err != nil {
		if server != nil {
			server.Close()
		}
		return nil, nil, err
	}
	s, done, err := a.readStock()
	if err != nil {
		return nil, nil, err
	}
	defer done()
	subject := wardround.ReleaseSubject(r.ID)
	for e := range s.fold.Index().Exposures(check.ExposureKey{Subject: subject}) {
		if e.Subject != subject {
			break
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(x, y *check.Exposure) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(y.Severity, x.Severity), cmp.Compare(y.Score, x.Score))
	})
	return out, slices.Collect(s.fold.Index().Qualities(r.ID)), nil
}

// rank puts what is affected first, then what cannot be told, then the rest.
func rank(e *check.Exposure) int {
	switch e.State {
	case wardround.Fail:
		return 0
	case wardround.Unknown:
		return 1
	}
	return 2
}

func (c *releaseShowCmd) said(a *app, r *wardround.Release, now time.Time) {
	p := func(label, value string) {
		if value != "" && value != "—" {
			fmt.Fprintf(a.stdout, "  %-16s %s\n", label, printable(value))
		}
	}
	p("kind", r.Kind.String())
	p("UDI-DI", r.UDIDI)
	p("Basic UDI-DI", r.BasicUDIDI)
	p("GTIN", r.GTIN)
	p("models", strings.Join(r.Models, ", "))
	p("also called", strings.Join(r.Names, ", "))
	p("support", supportWords(r, now))
	p("limited from", day(r.LimitedSupport))
	p("support ends", day(r.SupportEnds))
	p("not sold from", day(r.EndOfLife))
	p("came out", day(r.Released))
	p("retired", day(r.Retired))
	p("said by", r.Source)
	if n := len(r.Declared); n > 0 {
		p("declared", fmt.Sprintf("%d properties", n))
	}
	if c.Declared {
		for _, name := range declaredNames(r.Declared) {
			fmt.Fprintf(a.stdout, "    %-24s %s\n", printable(name), printable(r.Declared[name]))
		}
	}
}

// declaredNames are the names of declared properties, in the order of the form.
func declaredNames(all map[string]string) []string {
	names := slices.Collect(maps.Keys(all))
	slices.SortFunc(names, func(x, y string) int { return mds2.Compare(x, y) })
	return names
}

func (c *releaseShowCmd) documents(a *app, cat *catalogue, r *wardround.Release) error {
	var rows [][]string
	for _, d := range cat.documents[r.ID] {
		state := "in force"
		switch {
		case d.Problem != "":
			state = "refused: " + d.Problem
		case !d.Replaced.IsZero():
			state = "replaced " + day(d.Replaced)
		case d.Kind == wardround.DocumentSBOM && string(d.ID) != r.SBOM:
			state = "not in force"
		}
		rows = append(rows, []string{string(d.Kind), clip(d.Name, 40), d.Format, fmt.Sprint(d.Parts), d.Trust, d.At.UTC().Format("2006-01-02 15:04"), clip(state, 60)})
	}
	fmt.Fprintf(a.stdout, "\n%d documents.\n", len(rows))
	return a.grid([]string{"document", "name", "format", "parts", "trust", "came (UTC)", "state"}, rows)
}

func (c *releaseShowCmd) exposures(a *app, cat *catalogue, r *wardround.Release, all []*check.Exposure) error {
	if len(all) == 0 {
		if n := len(cat.findings[r.ID]); n > 0 {
			fmt.Fprintf(a.stdout, "\n%d findings: %s\n", n, orNone(severityCounts(cat.known(r))))
		}
		return nil
	}
	n := map[wardround.State]int{}
	var rows [][]string
	for _, e := range all {
		n[e.State]++
		if len(rows) >= c.Limit {
			continue
		}
		state := map[wardround.State]string{wardround.Fail: "affected", wardround.Pass: "not affected", wardround.Unknown: "cannot tell"}[e.State]
		if e.Claim != nil && e.Claim.Status != "" {
			state += ", claimed " + strings.ReplaceAll(string(e.Claim.Status), "_", " ")
		}
		kev := ""
		if e.Exploited {
			kev = "KEV"
		}
		rows = append(rows, []string{state, e.Vulnerability, mark(e.Severity), kev, clip(firstPlace(e), 50), clip(strings.Join(e.Fixed, ", "), 24), clip(e.Why, 80)})
	}
	fmt.Fprintf(a.stdout, "\nAffected by %d, not affected by %d, cannot tell %d.\n", n[wardround.Fail], n[wardround.Pass], n[wardround.Unknown])
	return a.grid([]string{"", "vulnerability", "severity", "", "where", "fixed in", "why"}, rows)
}

func firstPlace(e *check.Exposure) string {
	if len(e.Places) == 0 {
		return ""
	}
	if e.Count > 1 {
		return fmt.Sprintf("%s and %d more", e.Places[0].Path, e.Count-1)
	}
	return e.Places[0].Path
}

func orNone(s string) string {
	if s == "" {
		return "none of vulnerabilities"
	}
	return s
}

type releaseDiffCmd struct {
	Old string `arg:"" help:"The earlier release: id or name."`
	New string `arg:"" help:"The later one."`
}

// releaseChange is one difference as JSON.
type releaseChange struct {
	What string `json:"what"` // "declared", "said"
	Name string `json:"name"`
	Old  string `json:"old"`
	New  string `json:"new"`
	// Weaker says that a protection was declared before and is not any more.
	Weaker bool `json:"weaker,omitempty"`
}

func (c *releaseDiffCmd) Run(a *app) error {
	cat, err := a.catalogue(a.ctx)
	if err != nil {
		return err
	}
	old, err := cat.find("release diff", c.Old)
	if err != nil {
		return err
	}
	latest, err := cat.find("release diff", c.New)
	if err != nil {
		return err
	}
	changes := releaseChanges(old, latest)
	var rows [][]string
	for _, ch := range changes {
		if a.Format == "json" {
			if err := a.object("change", ch); err != nil {
				return err
			}
			continue
		}
		note := ""
		if ch.Weaker {
			note = "▲ no longer declared"
		}
		rows = append(rows, []string{ch.What, ch.Name, clip(orDash(ch.Old), 50), clip(orDash(ch.New), 50), note})
	}
	if len(changes) == 0 {
		a.note("Nothing that is said of them differs.")
		return nil
	}
	return a.grid([]string{"", "what", old.Version, latest.Version, ""}, rows)
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// releaseChanges lists what is said otherwise of two releases.
func releaseChanges(old, latest *wardround.Release) (out []releaseChange) {
	fields := func(r *wardround.Release) [][2]string {
		return [][2]string{
			{"UDI-DI", r.UDIDI}, {"Basic UDI-DI", r.BasicUDIDI}, {"GTIN", r.GTIN}, {"models", strings.Join(r.Models, ", ")}, {"also called", strings.Join(r.Names, ", ")},
			{"support", string(r.Support)}, {"limited support from", day(r.LimitedSupport)}, {"support ends", day(r.SupportEnds)}, {"not sold from", day(r.EndOfLife)},
		}
	}
	now := fields(latest)
	for i, f := range fields(old) {
		if f[1] != now[i][1] {
			out = append(out, releaseChange{What: "said", Name: f[0], Old: f[1], New: now[i][1]})
		}
	}
	all := maps.Clone(old.Declared)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, latest.Declared)
	for _, name := range declaredNames(all) {
		was, is := old.Declared[name], latest.Declared[name]
		if was != is {
			out = append(out, releaseChange{What: "declared", Name: name, Old: was, New: is, Weaker: strings.EqualFold(was, "yes") && !strings.EqualFold(is, "yes") && len(latest.Declared) > 0})
		}
	}
	return out
}
