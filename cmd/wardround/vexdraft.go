package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/purl"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/publication"
	"github.com/wardround/wardround/publication/issue"
	"github.com/wardround/wardround/sqlite"
)

// issuer is a person on the way of a statement of our own.
type issuer struct {
	By   string `default:"${user}" help:"Who."`
	Role string `enum:"product-security,clinical-engineering,security,ward" default:"product-security" help:"In which role."`
}

type vexCreateCmd struct {
	Vulnerability string   `required:"" placeholder:"ID" help:"CVE, GHSA or another id."`
	Status        string   `required:"" enum:"not_affected,affected,fixed,under_investigation" help:"not_affected, affected, fixed, under_investigation."`
	Justification string   `placeholder:"WORD" help:"Why not affected, in OpenVEX's words: vulnerable_code_not_present …"`
	Impact        string   `placeholder:"TEXT" help:"Why not affected, in a sentence."`
	Action        string   `placeholder:"TEXT" help:"What to do, if affected."`
	Product       []string `placeholder:"PURL" help:"A product by its package URL. Can be given again."`
	Release       []string `placeholder:"RELEASE" help:"A release of ours, by id or by name (maker, product and version). Can be given again."`
	AllAffected   bool     `help:"All releases that the portfolio says are affected, each with the components that are."`
	Component     []string `placeholder:"PURL" help:"Only this component of the products. Can be given again."`
	Inherits      bool     `help:"It also holds for later versions."`
	Expires       string   `placeholder:"YYYY-MM-DD" help:"Until when it holds."`
	Author        string   `placeholder:"NAME" help:"Who issues it; default: the maker of the releases."`
	FormatOut     string   `enum:"openvex,csaf,cyclonedx,spdx," default:"" help:"openvex, csaf, cyclonedx or spdx; default: openvex, or cyclonedx with --inherits or --expires, which the others cannot say."`
	Reason        string   `placeholder:"TEXT" help:"What the decision rests on, for who approves it; it is not published."`
	issuer
}

func (c *vexCreateCmd) Run(a *app) error {
	if err := a.atDirectory("vex create"); err != nil {
		return err
	}
	f := &kind.PublicationSaidV1{
		Act: "draft", By: kind.PersonalText(c.By), Role: c.Role, Reason: kind.PersonalText(c.Reason), Vulnerability: c.Vulnerability, Status: c.Status,
		Justification: c.Justification, Impact: c.Impact, Action: c.Action, Inherits: c.Inherits, Author: c.Author, Format: c.FormatOut,
	}
	if c.Expires != "" {
		var err error
		if f.Expires, err = a.future("vex create", "--expires", c.Expires); err != nil {
			return err
		}
	}
	if f.Format == "" {
		if f.Format = "openvex"; c.Inherits || c.Expires != "" {
			f.Format = "cyclonedx"
		}
	}
	for _, p := range append(slices.Clone(c.Product), c.Component...) {
		if _, err := purl.Parse(p); err != nil {
			return wardround.Errorf(wardround.EInvalid, "vex create", "%q is no package URL: %v", p, err)
		}
	}
	for _, p := range c.Product {
		f.Products = append(f.Products, kind.PublicationProduct{PURL: p, Components: c.Component})
	}
	if len(c.Release) > 0 || c.AllAffected {
		s, closed, err := a.readStock()
		if err != nil {
			return err
		}
		err = c.releases(s.fold.Index(), f)
		closed()
		if err != nil {
			return err
		}
	}
	if f.Author == "" {
		f.Author = c.maker(f.Products)
	}
	f.Draft = wardround.DeriveID("vx", f.Vulnerability, f.Status, string(f.By), a.now().UTC().Format(time.RFC3339Nano), fmt.Sprint(f.Products))
	d, err := publication.Next(nil, f, a.now())
	if err != nil {
		return err
	}
	if _, err := issue.Encode(d, a.tool(""), a.now()); err != nil {
		return err
	}
	return a.step(f)
}

// releases adds the releases that are named, or are affected.
func (c *vexCreateCmd) releases(ix *portfolio.Index, f *kind.PublicationSaidV1) error {
	var missing []string
	for _, name := range c.Release {
		r := releaseNamed(ix, name)
		if r == nil {
			missing = append(missing, name)
			continue
		}
		c.add(f, r, nil)
	}
	if len(missing) > 0 {
		return wardround.Errorf(wardround.ENotFound, "vex create", "no release %s; see: wardround affected, or sbom import", quoted(missing))
	}
	if !c.AllAffected {
		return nil
	}
	n := len(f.Products)
	for e := range ix.Exposures(check.ExposureKey{}) {
		if e.Subject.Kind != wardround.SubjectRelease || e.State != wardround.Fail || e.Vulnerability != c.Vulnerability && !slices.Contains(e.Aliases, c.Vulnerability) {
			continue
		}
		var parts []string
		for _, p := range e.Places {
			if strings.HasPrefix(p.Component, "pkg:") && !slices.Contains(parts, p.Component) {
				parts = append(parts, p.Component)
			}
		}
		if len(e.Places) < e.Count || len(parts) < len(e.Places) || f.Format == "cyclonedx" {
			parts = nil // not all of them can be named: it is the product as a whole
		}
		if r := ix.Release(wardround.ReleaseID(e.Subject.ID)); r != nil {
			for _, a := range e.Aliases {
				if a != c.Vulnerability && !slices.Contains(f.Aliases, a) {
					f.Aliases = append(f.Aliases, a)
				}
			}
			if e.Vulnerability != c.Vulnerability && !slices.Contains(f.Aliases, e.Vulnerability) {
				f.Aliases = append(f.Aliases, e.Vulnerability)
			}
			c.add(f, r, parts)
		}
	}
	if len(f.Products) == n {
		return wardround.Errorf(wardround.ENotFound, "vex create", "no release is affected by %s; see: wardround affected %s", c.Vulnerability, c.Vulnerability)
	}
	return nil
}

func (c *vexCreateCmd) add(f *kind.PublicationSaidV1, r *wardround.Release, parts []string) {
	for i := range f.Products {
		if f.Products[i].Release == string(r.ID) {
			return
		}
	}
	if len(c.Component) > 0 {
		parts = c.Component
	}
	f.Products = append(f.Products, kind.PublicationProduct{Release: string(r.ID), Maker: r.Maker, Name: r.Product, Version: r.Version, UDI: r.UDIDI, Components: parts})
}

// maker is that of all products; "" if they have several.
func (c *vexCreateCmd) maker(list []kind.PublicationProduct) string {
	maker := ""
	for i, p := range list {
		if i > 0 && p.Maker != maker {
			return ""
		}
		maker = p.Maker
	}
	return maker
}

// releaseNamed finds a release by id or name, nil if there is none.
func releaseNamed(ix *portfolio.Index, name string) *wardround.Release {
	if r := ix.Release(wardround.ReleaseID(name)); r != nil {
		return r
	}
	for r := range ix.Releases() {
		if strings.EqualFold(strings.Join(strings.Fields(r.Name()), " "), strings.Join(strings.Fields(name), " ")) {
			return r
		}
	}
	return nil
}

func quoted(list []string) string { return "“" + strings.Join(list, "”, “") + "”" }

// tool is who writes documents here.
func (a *app) tool(namespace string) issue.Issuer {
	version, _ := versionOf()
	if namespace == "" {
		namespace = "https://example.invalid/" // drafted only: whoever publishes says --namespace
	}
	return issue.Issuer{Namespace: namespace, Tool: "wardround " + version}
}

// draft reads a draft of the data directory. Error: ENotFound.
func (a *app) draft(id string) (*publication.Draft, error) {
	list, err := a.draftsOf()
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		if d.ID == id {
			return d, nil
		}
	}
	return nil, wardround.Errorf(wardround.ENotFound, "vex", "no draft %q; see: wardround vex drafts", id)
}

// draftsOf reads all drafts, the newest first.
func (a *app) draftsOf() ([]*publication.Draft, error) {
	if err := a.atDirectory("vex"); err != nil {
		return nil, err
	}
	dir, err := a.data()
	if err != nil {
		return nil, err
	}
	dd, err := datadir.Read(dir)
	if err != nil {
		return nil, err
	}
	st, err := sqlite.Open(dd.State(), sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var out []*publication.Draft
	for row, err := range st.Content(a.ctx, dd.Scope()) {
		if err != nil {
			return nil, err
		}
		d, ok, err := publication.Of(row)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(x, y *publication.Draft) int { return y.Steps[0].At.Compare(x.Steps[0].At) })
	return out, nil
}

// step takes one step of a draft and shows what came of it. What does not follow is
// refused before it is written; the fold judges it again.
func (a *app) step(f *kind.PublicationSaidV1) error {
	if f.Act != "draft" {
		before, err := a.draft(f.Draft)
		if err != nil {
			return err
		}
		if _, err := publication.Next(before, f, a.now()); err != nil {
			return err
		}
	}
	if err := a.append(f); err != nil {
		return err
	}
	after, err := a.draft(f.Draft)
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("draft", after)
	}
	fmt.Fprintf(a.stdout, "%s: %s: %s %s, %d products\n", after.ID, after.State, printable(after.Vulnerability), strings.ReplaceAll(after.Status, "_", " "), len(after.Products))
	if after.State == publication.Drafted {
		a.note("A second person approves it: wardround vex approve %s", after.ID)
	}
	return nil
}

type vexApproveCmd struct {
	Draft  string `arg:"" help:"The draft's id; see: wardround vex drafts."`
	Reason string `required:"" help:"What was checked, in a sentence."`
	issuer
}

func (c *vexApproveCmd) Run(a *app) error {
	return a.step(&kind.PublicationSaidV1{Draft: c.Draft, Act: "approve", By: kind.PersonalText(c.By), Role: c.Role, Reason: kind.PersonalText(c.Reason)})
}

type vexRejectCmd struct {
	Draft  string `arg:"" help:"The draft's id."`
	Reason string `required:"" help:"Why, in a sentence."`
	issuer
}

func (c *vexRejectCmd) Run(a *app) error {
	return a.step(&kind.PublicationSaidV1{Draft: c.Draft, Act: "reject", By: kind.PersonalText(c.By), Role: c.Role, Reason: kind.PersonalText(c.Reason)})
}

type vexPublishCmd struct {
	Draft     string `arg:"" help:"The draft's id."`
	SignKey   string `required:"" placeholder:"FILE" help:"The key that signs: Ed25519 or ECDSA P-256, PEM."`
	Out       string `short:"o" placeholder:"FILE" help:"Where to write the signed document (DSSE); default: standard output."`
	Plain     string `placeholder:"FILE" help:"Also write the document itself, for readers that know no envelopes."`
	Namespace string `placeholder:"URL" help:"Whose it is, as CSAF wants it: https://maker.example."`
	issuer
}

func (c *vexPublishCmd) Run(a *app) error {
	key, err := readKey(c.SignKey)
	if err != nil {
		return err
	}
	d, err := a.draft(c.Draft)
	if err != nil {
		return err
	}
	if d.Format == "csaf" && c.Namespace == "" {
		return wardround.Errorf(wardround.EInvalid, "vex publish", "CSAF names the publisher by a URL; say --namespace https://…")
	}
	f := &kind.PublicationSaidV1{Draft: c.Draft, Act: "publish", By: kind.PersonalText(c.By), Role: c.Role, Document: "-", Signer: key.ID()}
	if _, err := publication.Next(d, f, a.now()); err != nil {
		return err
	}
	b, err := issue.Encode(d, a.tool(c.Namespace), a.now())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	f.Document = "sha256:" + hex.EncodeToString(sum[:])
	signed, err := attest.Sign(a.ctx, key, issue.MediaType(d.Format), b)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "vex publish", err)
	}
	doc, err := vexDocument(d.ID+"."+d.Format+".dsse.json", signed, c.By, "verified", key.ID())
	if err != nil {
		return err
	}
	// First on record, then taken in, then handed out: what is outside is known here.
	if err := a.append(f); err != nil {
		return err
	}
	if err := a.bring(doc); err != nil {
		return err
	}
	if c.Plain != "" {
		if err := os.WriteFile(c.Plain, b, 0o644); err != nil {
			return wardround.Wrap(wardround.EForbidden, "vex publish", err)
		}
	}
	if c.Out == "" {
		_, err := a.stdout.Write(append(signed, '\n'))
		return err
	}
	if err := os.WriteFile(c.Out, append(signed, '\n'), 0o644); err != nil {
		return wardround.Wrap(wardround.EForbidden, "vex publish", err)
	}
	a.note("%s: published as %s, signed by %s", d.ID, c.Out, key.ID()[:16])
	return nil
}

type vexWithdrawCmd struct {
	Draft  string `arg:"" help:"The draft's id."`
	Reason string `required:"" help:"Why, in a sentence."`
	issuer
}

func (c *vexWithdrawCmd) Run(a *app) error {
	return a.step(&kind.PublicationSaidV1{Draft: c.Draft, Act: "withdraw", By: kind.PersonalText(c.By), Role: c.Role, Reason: kind.PersonalText(c.Reason)})
}

type vexDraftsCmd struct {
	All bool `help:"Also those that are published, rejected or withdrawn."`
}

func (c *vexDraftsCmd) Run(a *app) error {
	list, err := a.draftsOf()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, d := range list {
		if !c.All && d.State != publication.Drafted && d.State != publication.Approved {
			continue
		}
		if a.Format == "json" {
			if err := a.object("draft", d); err != nil {
				return err
			}
			continue
		}
		var names []string
		for _, p := range d.Products {
			names = append(names, strings.TrimSpace(strings.Join([]string{p.Name, p.Version, p.PURL}, " ")))
		}
		rows = append(rows, []string{d.ID, string(d.State), d.Vulnerability, strings.ReplaceAll(d.Status, "_", " "), clip(strings.Join(names, ", "), 50), d.By("draft").By, d.By("approve").By, d.Steps[0].At.UTC().Format(time.DateOnly)})
	}
	return a.grid([]string{"draft", "state", "vulnerability", "status", "products", "by", "approved by", "of"}, rows)
}
