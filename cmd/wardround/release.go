package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// releaseCmd is the catalogue: products in their versions, what is said of them, and
// what they are made of.
type releaseCmd struct {
	List     releaseListCmd     `cmd:"" help:"List releases: support, bill of materials, instances, open findings."`
	Show     releaseShowCmd     `cmd:"" help:"Show one release: what is said of it, its documents, what it is affected by, its instances."`
	Say      releaseSayCmd      `cmd:"" help:"Say something of a release: identifiers, models, support; it is made if there is none."`
	Import   releaseImportCmd   `cmd:"" help:"Import releases: CSV, AccessGUDID JSON, FHIR Device and DeviceDefinition."`
	Declare  releaseDeclareCmd  `cmd:"" help:"Import what the maker declares of a release: an MDS2 form, as .xlsx or CSV."`
	Evidence releaseEvidenceCmd `cmd:"" help:"Take in what other tools found: SARIF, JUnit, provenance, a gate's verdict, a penetration test."`
	Diff     releaseDiffCmd     `cmd:"" help:"Say what changed between two releases: declarations, support, identifiers."`
	Retire   releaseRetireCmd   `cmd:"" help:"Say that a release is decommissioned everywhere."`
}

// releaseFlags name a release that need not be known yet.
type releaseFlags struct {
	Maker   string `placeholder:"NAME" help:"Who makes the product."`
	Product string `placeholder:"NAME" required:"" help:"The product's name."`
	Version string `placeholder:"VERSION" required:"" help:"Which version of it."`
}

// catalogue is the releases of a site with what belongs to them.
type catalogue struct {
	releases  []*wardround.Release // by name
	documents map[wardround.ReleaseID][]*wardround.Document
	instances map[wardround.ReleaseID][]*wardround.Asset
	findings  map[wardround.ReleaseID][]*wardround.Finding // those that are not fixed
}

// catalogue reads the releases of the site, here or on a server.
func (a *app) catalogue(ctx context.Context) (*catalogue, error) {
	s, err := a.openRead()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	c := &catalogue{
		documents: map[wardround.ReleaseID][]*wardround.Document{}, instances: map[wardround.ReleaseID][]*wardround.Asset{},
		findings: map[wardround.ReleaseID][]*wardround.Finding{},
	}
	for r, err := range s.store.Releases(ctx, s.scope) {
		if err != nil {
			return nil, err
		}
		c.releases = append(c.releases, r)
	}
	slices.SortStableFunc(c.releases, func(a, b *wardround.Release) int {
		return strings.Compare(strings.ToLower(a.Name()), strings.ToLower(b.Name()))
	})
	for d, err := range s.store.Documents(ctx, s.scope) {
		if err != nil {
			return nil, err
		}
		if d.Release != "" {
			c.documents[d.Release] = append(c.documents[d.Release], d)
		}
	}
	for x, err := range s.store.Assets(ctx, s.scope) {
		if err != nil {
			return nil, err
		}
		if x.Release != "" && x.MergedInto == "" {
			c.instances[x.Release] = append(c.instances[x.Release], x)
		}
	}
	for f, err := range s.store.Findings(ctx, s.scope, wardround.FindingFilter{Live: true}) {
		if err != nil {
			return nil, err
		}
		if f.Subject.Kind == wardround.SubjectRelease {
			id := wardround.ReleaseID(f.Subject.ID)
			c.findings[id] = append(c.findings[id], f)
		}
	}
	return c, nil
}

// find returns the release that a text names: its id, its name, or a part of the
// name that no other has. Errors: ENotFound, EInvalid for one that is not clear.
func (c *catalogue) find(op, text string) (*wardround.Release, error) {
	want := strings.ToLower(strings.Join(strings.Fields(text), " "))
	var part []*wardround.Release
	for _, r := range c.releases {
		name := strings.ToLower(strings.Join(strings.Fields(r.Name()), " "))
		if string(r.ID) == strings.TrimSpace(text) || name == want {
			return r, nil
		}
		if strings.Contains(name, want) {
			part = append(part, r)
		}
	}
	switch len(part) {
	case 1:
		return part[0], nil
	case 0:
		return nil, wardround.Errorf(wardround.ENotFound, op, "no release %q; see: wardround release list", text)
	}
	return nil, wardround.Errorf(wardround.EInvalid, op, "%q may be %d releases, as %q and %q; say the id or the whole name", text, len(part), part[0].Name(), part[1].Name())
}

// components is how many components the bill of materials in force has; ok is false
// when there is none.
func (c *catalogue) components(r *wardround.Release) (n int, ok bool) {
	for _, d := range c.documents[r.ID] {
		if string(d.ID) == r.SBOM {
			return d.Parts, true
		}
	}
	return 0, false
}

// known counts what a release is affected by, worst first: "2 critical, 1 high".
func (c *catalogue) known(r *wardround.Release) map[string]int {
	n := map[string]int{}
	for _, f := range c.findings[r.ID] {
		switch {
		case f.Check != "vulnerability.known":
		case f.State == wardround.ClaimedNotAffected:
			n["claimed"]++
		default:
			n[f.Severity.String()]++
		}
	}
	return n
}

var severities = []wardround.Severity{wardround.Critical, wardround.High, wardround.Medium, wardround.Low, wardround.Info}

func severityCounts(n map[string]int) string {
	var out []string
	for _, s := range severities {
		if n[s.String()] > 0 {
			out = append(out, fmt.Sprintf("%d %s", n[s.String()], s))
		}
	}
	if n["claimed"] > 0 {
		out = append(out, fmt.Sprintf("%d claimed not affected", n["claimed"]))
	}
	return strings.Join(out, ", ")
}

type releaseListCmd struct {
	Maker   string `placeholder:"NAME" help:"Only those of this maker."`
	Ending  int    `placeholder:"MONTHS" help:"Only those whose support has ended, or ends within so many months."`
	Retired bool   `help:"Also those that are decommissioned."`
}

// releaseRow is a row of the list as JSON.
type releaseRow struct {
	*wardround.Release
	SupportNow      wardround.SupportStage `json:"support_now,omitempty"`
	Components      *int                   `json:"components,omitempty"` // absent without a bill of materials
	Instances       int                    `json:"instances"`
	Vulnerabilities map[string]int         `json:"vulnerabilities,omitempty"` // open findings by severity
	Findings        int                    `json:"findings"`                  // all that are open
}

func (c *releaseListCmd) Run(a *app) error {
	cat, err := a.catalogue(a.ctx)
	if err != nil {
		return err
	}
	now := a.now()
	var rows [][]string
	for _, r := range cat.releases {
		switch {
		case c.Maker != "" && !strings.EqualFold(r.Maker, c.Maker), !c.Retired && !r.Retired.IsZero() && !now.Before(r.Retired):
			continue
		case c.Ending > 0 && r.SupportAt(now) != wardround.SupportEnded && (r.SupportEnds.IsZero() || r.SupportEnds.After(now.AddDate(0, c.Ending, 0))):
			continue
		}
		n, has := cat.components(r)
		known := cat.known(r)
		if a.Format == "json" {
			row := releaseRow{Release: r, SupportNow: r.SupportAt(now), Instances: len(cat.instances[r.ID]), Vulnerabilities: known, Findings: len(cat.findings[r.ID])}
			if has {
				row.Components = &n
			}
			if err := a.object("release", row); err != nil {
				return err
			}
			continue
		}
		made := "no SBOM"
		if has {
			made = fmt.Sprint(n)
		}
		rows = append(rows, []string{clip(r.Maker, 24), clip(r.Product, 32), clip(r.Version, 18), supportWords(r, now), made, fmt.Sprint(len(cat.instances[r.ID])), severityCounts(known), string(r.ID)})
	}
	if a.Format != "json" && len(rows) == 0 {
		fmt.Fprintln(a.stdout, "No releases. See: wardround release import --help, wardround sbom import --help")
	}
	return a.grid([]string{"maker", "product", "version", "support", "components", "instances", "affected by", "id"}, rows)
}

// supportWords says the stage of support and when the next one begins.
func supportWords(r *wardround.Release, now time.Time) string {
	if !r.Retired.IsZero() && !now.Before(r.Retired) {
		return "retired " + day(r.Retired)
	}
	stage := string(r.SupportAt(now))
	switch {
	case r.SupportAt(now) == wardround.SupportEnded && !r.SupportEnds.IsZero():
		return "ended " + day(r.SupportEnds)
	case !r.SupportEnds.IsZero():
		return strings.TrimSpace(stage + " until " + day(r.SupportEnds))
	case stage == "":
		return "not known"
	}
	return stage
}
