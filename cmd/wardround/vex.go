package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/gate"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/vex"
)

// vexCmd works on exploitability statements: those of others, and our own.
type vexCmd struct {
	Apply   vexApplyCmd   `cmd:"" help:"Apply statements: to one bill of materials, or to everything in the data directory from then on."`
	Explain vexExplainCmd `cmd:"" help:"Say of each statement what it spoke of; if nothing, the nearest miss and the field that prevented it."`

	Create   vexCreateCmd   `cmd:"" help:"Draft one decision for all releases that it is about; a second person approves it."`
	Drafts   vexDraftsCmd   `cmd:"" help:"List drafts."`
	Approve  vexApproveCmd  `cmd:"" help:"Approve what somebody else drafted."`
	Reject   vexRejectCmd   `cmd:"" help:"Reject what somebody else drafted."`
	Publish  vexPublishCmd  `cmd:"" help:"Sign what was approved, take it in as a statement of our own, and hand it out."`
	Withdraw vexWithdrawCmd `cmd:"" help:"Take a draft back."`
}

// keyFlags name the keys that are trusted.
type keyFlags struct {
	Key []string `placeholder:"FILE" help:"Public keys, PEM: a document must be an envelope (DSSE) that one of them signed. Can be given again."`
}

func (k keyFlags) read() ([]*attest.Key, error) {
	var out []*attest.Key
	for _, name := range k.Key {
		key, err := readKey(name)
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

// readKey reads a key from a file. Errors: EInvalid.
func readKey(name string) (*attest.Key, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "key", err)
	}
	key, err := attest.ReadKey(b)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "key", "%s: %v", name, err)
	}
	return key, nil
}

// stated is a document of statements that a command was given.
type stated struct {
	name   string
	data   []byte // as written: an envelope, if it is one
	trust  string
	signer string
}

// readStated reads documents of statements. With keys each must be signed by one of
// them: one that is not is refused, and with it all.
func readStated(ctx context.Context, files []string, keys []*attest.Key) ([]stated, error) {
	var out []stated
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, "vex", err)
		}
		s := stated{name: name, data: b, trust: "unsigned"}
		if len(keys) > 0 {
			if !attest.IsEnvelope(b) {
				return nil, wardround.Errorf(wardround.EIntegrity, "vex", "%s is not signed, and --key demands it; nothing was taken in", name)
			}
			o, err := attest.Open(ctx, b, keys...)
			if err != nil {
				return nil, wardround.Errorf(wardround.EIntegrity, "vex", "%s: %v; nothing was taken in", name, err)
			}
			s.trust, s.signer = "verified", o.Signer
		}
		out = append(out, s)
	}
	return out, nil
}

// state puts documents into a set, as if they came now. Their ids are their names.
func (a *app) state(set *vex.Set, docs []stated) error {
	for _, d := range docs {
		row := &wardround.Document{ID: wardround.DocumentID(d.name), Name: filepath.Base(d.name), Trust: d.trust, Signer: d.signer, At: a.now()}
		if _, err := set.State(&wardround.Observation{Fields: &kind.VEXReceivedV1{}}, row, bytes.NewReader(d.data)); err != nil {
			return wardround.Errorf(wardround.EInvalid, "vex", "%s: %s", d.name, wording(err))
		}
	}
	return nil
}

type vexApplyCmd struct {
	File []string `arg:"" help:"OpenVEX, CSAF, CycloneDX or SPDX 3; also signed (DSSE)."`
	SBOM string   `name:"sbom" placeholder:"FILE" help:"Show what the statements make of this bill of materials, and take nothing in."`
	knownFlags
	keyFlags
	FailOn string `placeholder:"EXPR" default:"none" help:"With --sbom: what ends with status 1; as in sbom check."`
	By     string `default:"${user}" help:"Who."`
}

func (c *vexApplyCmd) Run(a *app) error {
	if c.SBOM == "" {
		if err := a.atDirectory("vex apply"); err != nil {
			return err
		}
	}
	keys, err := c.read()
	if err != nil {
		return err
	}
	docs, err := readStated(a.ctx, c.File, keys)
	if err != nil {
		return err
	}
	if c.SBOM != "" {
		return c.to(a, docs)
	}
	if c.Feeds != "" {
		return wardround.Errorf(wardround.EInvalid, "vex apply", "--feeds goes with --sbom; without it statements are taken into the data directory")
	}
	var list []received
	for _, d := range docs {
		r, err := vexDocument(d.name, d.data, c.By, d.trust, d.signer)
		if err != nil {
			return err
		}
		list = append(list, r)
	}
	done := a.busy("judging")
	err = a.bring(list...)
	done()
	if err != nil {
		return err
	}
	s, closed, err := a.readStock()
	if err != nil {
		return err
	}
	defer closed()
	if err := a.state(s.claims, docs); err != nil { // they are there already; now under the names they were given by
		return err
	}
	return a.diagnosed(s.claims, s.fold.Index(), docs)
}

// to shows what the statements make of one bill of materials.
func (c *vexApplyCmd) to(a *app, docs []stated) error {
	doc, digest, err := a.readSBOM(c.SBOM)
	if err != nil {
		return err
	}
	fails, err := gate.FailOn(c.FailOn)
	if err != nil {
		return err
	}
	base, err := a.knowledge(c.knownFlags)
	if err != nil {
		return err
	}
	defer base.Close()
	set := newClaims()
	if err := a.state(set, docs); err != nil {
		return err
	}
	res, err := gate.Look(doc, gate.Options{Knowledge: base, Now: a.now(), Name: filepath.Base(c.SBOM), Digest: digest, Claims: set})
	if err != nil {
		return err
	}
	failed, err := fails.Rows(res)
	if err != nil {
		return err
	}
	if err := a.result(res, &gate.Verdict{Failed: failed}); err != nil {
		return err
	}
	switch {
	case len(failed) > 0:
		return status(exitFindings)
	case len(res.Missing) > 0 || len(res.Feeds) == 0:
		return status(exitCannotTell)
	}
	return nil
}

type vexExplainCmd struct {
	File []string `arg:"" optional:"" help:"Statements as files; none: those that the data directory holds."`
	SBOM string   `name:"sbom" placeholder:"FILE" help:"Hold them against this bill of materials instead of the data directory's releases."`
	knownFlags
	keyFlags
}

func (c *vexExplainCmd) Run(a *app) error {
	if c.SBOM == "" {
		if err := a.atDirectory("vex explain"); err != nil {
			return err
		}
	}
	keys, err := c.read()
	if err != nil {
		return err
	}
	docs, err := readStated(a.ctx, c.File, keys)
	if err != nil {
		return err
	}
	if c.SBOM == "" {
		if c.Feeds != "" {
			return wardround.Errorf(wardround.EInvalid, "vex explain", "--feeds goes with --sbom")
		}
		s, closed, err := a.readStock()
		if err != nil {
			return err
		}
		defer closed()
		if err := a.state(s.claims, docs); err != nil {
			return err
		}
		return a.diagnosed(s.claims, s.fold.Index(), docs)
	}
	if len(docs) == 0 {
		return wardround.Errorf(wardround.EInvalid, "vex explain", "name the statements to hold against %s", c.SBOM)
	}
	set := newClaims()
	if err := a.state(set, docs); err != nil {
		return err
	}
	base, err := a.knowledge(c.knownFlags)
	if err != nil {
		return err
	}
	defer base.Close()
	ix, err := a.indexOf(c.SBOM, portfolio.Options{Knowledge: portfolio.Base{Base: base}, Claims: set})
	if err != nil {
		return err
	}
	return a.diagnosed(set, ix, docs)
}

// indexOf makes an index of one release: that which a bill of materials is of.
func (a *app) indexOf(file string, opt portfolio.Options) (*portfolio.Index, error) {
	doc, _, err := a.readSBOM(file)
	if err != nil {
		return nil, err
	}
	maker, product, version, err := productFlags{}.of(doc)
	if err != nil { // it is asked about, not taken in: any name will do
		product, version = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), "?"
	}
	r := &wardround.Release{ID: wardround.ReleaseIDOf("", maker, product, version), Maker: maker, Product: product, Version: version}
	if doc.Root >= 0 && doc.Root < len(doc.Components) {
		ids := doc.Components[doc.Root].Identifiers
		r.UDIDI, r.GTIN = ids["udi-di"], ids["gtin"]
	}
	ix := portfolio.New(opt)
	ix.At(a.now())
	if err := ix.PutRelease(r); err != nil {
		return nil, err
	}
	return ix, ix.PutSBOM(r.ID, "sbom", doc)
}

// diagnosed prints what became of statements, those of docs or, without, all.
// Status 1: one matched nothing, is contradicted, or has ended.
func (a *app) diagnosed(set *vex.Set, fleet vex.Fleet, docs []stated) error {
	of := map[wardround.DocumentID]bool{}
	for _, d := range docs {
		of[wardround.DocumentID(d.name)] = true
	}
	list := set.Diagnose(fleet, a.now(), "")
	if len(docs) > 0 {
		list = slices.DeleteFunc(list, func(d vex.Diagnosis) bool { return !of[d.Document] })
	}
	counts := map[string]int{}
	conflicts := 0
	var rows [][]string
	for i := range list {
		d := &list[i]
		counts[d.Outcome]++
		if len(d.Conflicts) > 0 {
			conflicts++
		}
		if a.Format == "json" {
			if err := a.object("statement", d); err != nil {
				return err
			}
			continue
		}
		sign := " "
		if len(d.Conflicts) > 0 || d.Outcome == "nothing" || d.Outcome == "expired" {
			sign = "✗"
		}
		rows = append(rows, []string{sign, clip(d.Name, 30), d.Vulnerability, strings.ReplaceAll(d.Status, "_", " "), clip(strings.Join(d.Products, ", "), 50), d.Outcome, strconv.Itoa(d.Matched), clip(d.Said, 160)})
	}
	if err := a.grid([]string{"", "document", "vulnerability", "status", "products", "outcome", "places", "why"}, rows); err != nil {
		return err
	}
	if len(list) == 0 {
		a.note("No statement is known; see: wardround vex apply --help")
		return status(exitCannotTell)
	}
	a.note("%d statements: %d applied, %d overruled, %d matched nothing, %d expired; %d are contradicted.", len(list), counts["applied"], counts["overruled"], counts["nothing"], counts["expired"], conflicts)
	if counts["nothing"]+counts["expired"]+conflicts > 0 {
		return status(exitFindings)
	}
	return nil
}
