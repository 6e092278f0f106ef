package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/inventory/intake"
	"github.com/wardround/wardround/kind"
)

// assetCmd is the inventory.
type assetCmd struct {
	List   assetListCmd   `cmd:"" help:"List the assets, or the inventory's open questions."`
	Show   assetShowCmd   `cmd:"" help:"Show one asset: who it is and how we know, what it talks to, what was found."`
	Import assetImportCmd `cmd:"" help:"Import what is known elsewhere: CSV, or a FHIR Device/Location bundle."`
	Accept assetAcceptCmd `cmd:"" help:"Accept a proposal."`
	Reject assetRejectCmd `cmd:"" help:"Reject a proposal."`
}

type assetListCmd struct {
	Kind      string `enum:"device,intermediary,service,model,unknown,all" default:"all" help:"Only this kind."`
	Zone      string `help:"Only this zone."`
	Remote    bool   `help:"Also public peers."`
	Proposals bool   `help:"List the open questions instead, for accept and reject."`
	Answered  bool   `help:"With --proposals: those that were answered, and by whom."`
}

func (c *assetListCmd) Run(a *app) error {
	if c.Answered && !c.Proposals {
		return wardround.Errorf(wardround.EInvalid, "asset list", "--answered goes with --proposals")
	}
	s, err := a.openRead()
	if err != nil {
		return err
	}
	defer s.Close()
	if c.Proposals {
		return c.proposals(a, s)
	}
	var rows [][]string
	for x, err := range s.store.Assets(a.ctx, s.scope) {
		if err != nil {
			return err
		}
		if x.MergedInto != "" || x.Remote && !c.Remote || c.Zone != "" && string(x.Zone) != c.Zone || c.Kind != "all" && x.Kind.String() != c.Kind {
			continue
		}
		if a.Format == "json" {
			if err := a.object("asset", x); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{
			clip(x.Name(), 32), x.Kind.String(), x.Attr(wardround.AttrRole), x.Criticality.String(), string(x.Zone),
			identifier(x, "ip"), strings.Join(x.Speaks, " "), x.Last.UTC().Format("2006-01-02 15:04"), string(x.ID),
		})
	}
	if a.Format != "json" && len(rows) == 0 {
		fmt.Fprintln(a.stdout, "No assets.")
	}
	return a.grid([]string{"asset", "kind", "role", "criticality", "zone", "address", "speaks", "last seen (UTC)", "id"}, rows)
}

func identifier(x *wardround.Asset, typ string) string {
	var best wardround.Identifier
	for _, id := range x.Identifiers {
		if id.Type == typ && !id.Last.Before(best.Last) {
			best = id
		}
	}
	return best.Value
}

func (c *assetListCmd) proposals(a *app, s *site) error {
	var rows [][]string
	for p, err := range s.store.Proposals(a.ctx, s.scope) {
		if err != nil {
			return err
		}
		if (p.State == "open") == c.Answered {
			continue
		}
		if a.Format == "json" {
			if err := a.object("proposal", p); err != nil {
				return err
			}
			continue
		}
		what := p.Kind
		if p.Field != "" {
			what += " " + p.Field
		}
		row := []string{p.ID, what, clip(p.Value, 28), string(p.Asset), string(p.Other), clip(p.Reason, 70)}
		if c.Answered {
			row = append(row, p.State, clip(p.By, 24))
		}
		rows = append(rows, row)
	}
	if c.Answered {
		if a.Format != "json" && len(rows) == 0 {
			fmt.Fprintln(a.stdout, "No question was answered.")
		}
		return a.grid([]string{"id", "what", "value", "asset", "other", "because", "answer", "by"}, rows)
	}
	if a.Format != "json" && len(rows) == 0 {
		fmt.Fprintln(a.stdout, "No open questions.")
	}
	return a.grid([]string{"id", "what", "value", "asset", "other", "because"}, rows)
}

type assetShowCmd struct {
	ID string `arg:"" help:"The asset's id, name or address."`
}

func (c *assetShowCmd) Run(a *app) error {
	s, err := a.openRead()
	if err != nil {
		return err
	}
	defer s.Close()
	st, err := load(a.ctx, s.store, s.scope)
	if err != nil {
		return err
	}
	x, err := findAsset(st, c.ID)
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("asset", x)
	}
	fmt.Fprintf(a.stdout, "%s  (%s)\n", printable(x.Name()), x.ID)
	p := func(label, value string) {
		if value != "" {
			fmt.Fprintf(a.stdout, "  %-14s %s\n", label, printable(value))
		}
	}
	p("kind", x.Kind.String()+because(x.KindReason))
	p("criticality", x.Criticality.String()+because(x.CriticalityReason))
	p("zone", string(x.Zone))
	p("gateway", string(x.Gateway))
	p("speaks", strings.Join(x.Speaks, ", "))
	p("seen (UTC)", x.First.UTC().Format(time.DateTime)+" to "+x.Last.UTC().Format(time.DateTime))
	names := make([]string, 0, len(x.Attributes))
	for n := range x.Attributes {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		at := x.Attributes[n]
		p(n, fmt.Sprintf("%s  [%s, %d %%]", at.Value, at.Source, at.Confidence))
	}
	fmt.Fprintln(a.stdout)
	var rows [][]string
	for _, id := range x.Identifiers {
		rows = append(rows, []string{id.Type, id.Value, fmt.Sprintf("%d %%", id.Confidence), id.Source, id.Last.UTC().Format(time.DateTime)})
	}
	if err := a.grid([]string{"identifier", "value", "sure", "source", "last seen (UTC)"}, rows); err != nil {
		return err
	}
	rows = nil
	for l, err := range s.store.Links(a.ctx, s.scope) {
		if err != nil {
			return err
		}
		c, srv := st.assets[l.Client], st.assets[l.Server]
		if c != x && srv != x || c == nil || srv == nil {
			continue
		}
		rows = append(rows, []string{clip(c.Name(), 28) + " → " + clip(srv.Name(), 28), l.Protocol, fmt.Sprint(l.Port), l.Encrypted.String(), string(l.Data)})
	}
	fmt.Fprintln(a.stdout)
	if err := a.grid([]string{"talks", "protocol", "port", "encrypted", "carries"}, rows); err != nil {
		return err
	}
	own := slices.DeleteFunc(st.findings, func(f *wardround.Finding) bool { return st.subjectAsset(f.Subject) != x })
	fmt.Fprintln(a.stdout)
	return a.findingTable(st, own, 0)
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " — " + reason
}

func findAsset(st *state, id string) (*wardround.Asset, error) {
	if x := st.assets[wardround.AssetID(id)]; x != nil {
		return x, nil
	}
	var found []*wardround.Asset
	for _, x := range st.order {
		if x.MergedInto != "" {
			continue
		}
		match := x.Name() == id
		for _, i := range x.Identifiers {
			match = match || i.Value == id
		}
		if match {
			found = append(found, x)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, wardround.Errorf(wardround.ENotFound, "asset show", "no asset %q; see: wardround asset list", id)
	}
	return nil, wardround.Errorf(wardround.EInvalid, "asset show", "%q names %d assets; say the id", id, len(found))
}

type assetImportCmd struct {
	File   string `arg:"" help:"A .csv file, or a FHIR bundle as .json."`
	DryRun bool   `help:"Show the difference and change nothing."`
	By     string `default:"${user}" help:"Who imports; kept with every value."`
}

func (c *assetImportCmd) Run(a *app) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "asset import", err)
	}
	read := intake.CSV
	if strings.EqualFold(filepath.Ext(c.File), ".json") || len(bytes.TrimSpace(b)) > 0 && bytes.TrimSpace(b)[0] == '{' {
		read = intake.FHIR
	}
	said, err := read(bytes.NewReader(b), intake.From{By: c.By, File: filepath.Base(c.File)})
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "asset import", "%s: %w", c.File, err)
	}
	s, err := a.openRead()
	if err != nil {
		return err
	}
	if s.server != nil {
		defer s.Close()
		return c.there(a, s.server, said)
	}
	zones, err := s.zones(a.ctx)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	inv, err := inventory.Restore(a.ctx, inventory.Options{Scope: s.scope, Zones: zones, Maker: maker}, s.store)
	s.Close()
	if err != nil {
		return err
	}
	diff, err := inv.Preview(said, a.now())
	if err != nil {
		return err
	}
	for _, d := range diff {
		if a.Format == "json" {
			err = a.object("difference", d)
		} else {
			_, err = io.WriteString(a.stdout, printableLines(d.String()))
		}
		if err != nil {
			return err
		}
	}
	if c.DryRun {
		a.note("%d rows, %d assets would change; nothing was changed", len(said), len(diff))
		return nil
	}
	obs := make([]any, len(said))
	for i := range said {
		obs[i] = said[i]
	}
	if err := a.append(obs...); err != nil {
		return err
	}
	a.note("%d rows imported, %d assets changed", len(said), len(diff))
	return nil
}

// there imports into a server.
func (c *assetImportCmd) there(a *app, server *client.Client, said []*kind.InventorySaidV1) error {
	diff, err := server.Say(a.ctx, statements(said), c.DryRun)
	if err != nil {
		return err
	}
	for _, d := range diff {
		if a.Format == "json" {
			err = a.object("difference", d)
		} else {
			_, err = io.WriteString(a.stdout, printableLines(strings.TrimRight(d.Text, "\n")+"\n"))
		}
		if err != nil {
			return err
		}
	}
	if c.DryRun {
		a.note("%d rows, %d assets would change; nothing was changed", len(said), len(diff))
	} else {
		a.note("%d rows imported, %d assets changed", len(said), len(diff))
	}
	return nil
}

func printableLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	return strings.Join(lines, "\n")
}

type assetAcceptCmd struct {
	ID []string `arg:"" help:"Proposals, as in asset list --proposals."`
	By string   `default:"${user}" help:"Who says so."`
}

func (c *assetAcceptCmd) Run(a *app) error { return a.answer("accept", c.By, c.ID) }

type assetRejectCmd struct {
	ID []string `arg:"" help:"Proposals, as in asset list --proposals."`
	By string   `default:"${user}" help:"Who says so."`
}

func (c *assetRejectCmd) Run(a *app) error { return a.answer("reject", c.By, c.ID) }

// answer answers open questions of the inventory.
func (a *app) answer(act, by string, ids []string) error {
	s, err := a.openRead()
	if err != nil {
		return err
	}
	defer s.Close()
	open := map[string]bool{}
	for p, err := range s.store.Proposals(a.ctx, s.scope) {
		if err != nil {
			return err
		}
		open[p.ID] = p.State == "open"
	}
	var obs []any
	for _, id := range ids {
		isOpen, known := open[id]
		if !known {
			return wardround.Errorf(wardround.ENotFound, "asset "+act, "no proposal %q; see: wardround asset list --proposals", id)
		}
		if !isOpen {
			return wardround.Errorf(wardround.EConflict, "asset "+act, "proposal %s was answered before", id)
		}
		obs = append(obs, &kind.InventorySaidV1{Act: act, Proposal: id, By: kind.PersonalText(by)})
	}
	if s.server == nil {
		err = a.append(obs...)
	} else {
		for _, id := range ids {
			if _, err = s.server.Answer(a.ctx, id, act == "accept"); err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	a.note("%d %sed", len(ids), act)
	return nil
}
