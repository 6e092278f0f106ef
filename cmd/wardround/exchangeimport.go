package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/exchange"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/build"
	"github.com/wardround/wardround/sense/feed"
)

type exchangeImportCmd struct {
	File  string   `arg:"" help:"The bundle."`
	Trust []string `required:"" placeholder:"FILE" help:"The public key, PEM, that it must be signed by. Can be given again."`
	By    string   `default:"${user}" help:"Who takes it in."`
}

func (c *exchangeImportCmd) Run(a *app) error {
	if err := a.atDirectory("exchange import"); err != nil {
		return err
	}
	keys, err := keyFlags{Key: c.Trust}.read()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "exchange", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "exchange", err)
	}
	b, err := exchange.Open(a.ctx, f, st.Size(), keys...)
	if err != nil {
		return err
	}
	if b.To == "maker" {
		return c.report(a, b)
	}
	// All of it is read before any of it is taken in.
	var facts []any
	var docs []received
	counts := map[exchange.Kind]int{}
	for i := range b.Members {
		m := &b.Members[i]
		said, list, err := c.member(a, b, m)
		if err != nil {
			return wardround.Errorf(wardround.EInvalid, "exchange", "%s (%s): %s; nothing was taken in", m.Name, m.File, wording(err))
		}
		facts, docs = append(facts, said...), append(docs, list...)
		counts[m.Kind]++
	}
	facts = append(facts, &kind.OperatorActedV1{Act: "exchange-imported", By: kind.PersonalText(c.By), Detail: kind.PersonalText(fmt.Sprintf("of %s, signed by %s: %d members", b.Maker, b.Signer, len(b.Members)))})
	if err := a.append(facts...); err != nil {
		return err
	}
	done := a.busy("judging")
	err = a.bring(docs...)
	done()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, k := range []exchange.Kind{exchange.KindReleases, exchange.KindSBOM, exchange.KindVEX, exchange.KindCSAF, exchange.KindBuild} {
		if a.Format == "json" {
			if err := a.object("imported", struct {
				Kind    exchange.Kind `json:"kind"`
				Members int           `json:"members"`
				Maker   string        `json:"maker"`
				Signer  string        `json:"signer"`
			}{k, counts[k], b.Maker, b.Signer}); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{string(k), strconv.Itoa(counts[k])})
	}
	return a.grid([]string{"what", "members"}, rows)
}

// member reads one member of a bundle for a hospital. What a maker says of another
// maker's products is refused: the key that is trusted is trusted for its own.
func (c *exchangeImportCmd) member(a *app, b *exchange.Bundle, m *exchange.Member) (facts []any, docs []received, err error) {
	source := "maker:" + b.Maker
	if m.Maker != "" && !sameMaker(m.Maker, b.Maker) {
		return nil, nil, wardround.Errorf(wardround.EForbidden, "exchange", "it is about a product of %s, and the bundle is of %s", m.Maker, b.Maker)
	}
	switch m.Kind {
	case exchange.KindReleases:
		var list []exchange.Release
		if err := json.Unmarshal(m.Data(), &list); err != nil {
			return nil, nil, err
		}
		for _, r := range list {
			if !sameMaker(r.Maker, b.Maker) {
				return nil, nil, wardround.Errorf(wardround.EForbidden, "exchange", "%s %s is a product of %s, and the bundle is of %s", r.Product, r.Version, r.Maker, b.Maker)
			}
			row := &wardround.Release{Maker: r.Maker, Product: r.Product, Version: r.Version, UDIDI: r.UDIDI, GTIN: r.GTIN, Models: r.Models, Names: r.Names}
			if err := row.Validate(); err != nil {
				return nil, nil, err
			}
			facts = append(facts, &kind.ReleaseSaidV1{
				Maker: r.Maker, Product: r.Product, Version: r.Version, UDIDI: r.UDIDI, BasicUDIDI: r.BasicUDIDI, GTIN: r.GTIN, Models: r.Models, Called: r.Names,
				Support: wardround.SupportStage(r.Support), LimitedSupport: r.LimitedSupport, SupportEnds: r.SupportEnds, EndOfLife: r.EndOfLife, Released: r.Released,
				By: kind.PersonalText(c.By), Source: source,
			})
		}
	case exchange.KindSBOM:
		doc, err := document.ReadSBOM(bytes.NewReader(m.Data()), sbom.Limits{})
		if err != nil {
			return nil, nil, err
		}
		docs = append(docs, received{media: "application/octet-stream", open: bytesOf(m.Data()), fields: &kind.SBOMReceivedV1{
			Maker: m.Maker, Product: m.Product, Version: m.Release, File: m.File, Format: doc.Format + " " + doc.Version, Components: len(doc.Components),
			Issued: doc.Created, By: kind.PersonalText(c.By), Source: source,
		}})
	case exchange.KindVEX:
		// The bundle's signature is the maker's: what it carries is as good as signed.
		r, err := vexDocument(m.File, m.Data(), c.By, "verified", b.Signer)
		if err != nil {
			return nil, nil, err
		}
		if v, ok := r.fields.(*kind.VEXReceivedV1); ok && !sameMaker(string(v.Author), b.Maker) {
			return nil, nil, wardround.Errorf(wardround.EForbidden, "exchange", "its author is %s, and the bundle is of %s", v.Author, b.Maker)
		}
		docs = append(docs, r)
	case exchange.KindCSAF:
		return c.advisory(a, b, m)
	case exchange.KindBuild:
		reports, err := build.Read(a.ctx, m.Data(), build.Options{Maker: m.Maker, Product: m.Product, Version: m.Release, Name: m.File})
		if err != nil {
			return nil, nil, err
		}
		for _, r := range reports {
			r.By = kind.PersonalText(c.By)
			docs = append(docs, received{fields: r, media: "application/octet-stream", open: bytesOf(m.Data())})
		}
	}
	return facts, docs, nil
}

// advisory reads an advisory as a feed would; the name of its file is ours.
func (c *exchangeImportCmd) advisory(a *app, b *exchange.Bundle, m *exchange.Member) ([]any, []received, error) {
	dir, err := os.MkdirTemp("", "wardround-exchange-*")
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EForbidden, "exchange", err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, filepath.Base(m.Name))
	if err := os.WriteFile(name, m.Data(), 0o600); err != nil {
		return nil, nil, wardround.Wrap(wardround.EFull, "exchange", err)
	}
	batches, err := feed.Import(a.ctx, []string{name}, feed.ImportOptions{Name: "maker:" + b.Maker})
	if err != nil {
		return nil, nil, err
	}
	var docs []received
	for _, x := range batches {
		x.Trust, x.Signer = "verified", b.Signer
		list, err := a.batch(x)
		if err != nil {
			return nil, nil, err
		}
		docs = append(docs, list...)
	}
	return nil, docs, nil
}

// report shows a maker what a hospital tells.
func (c *exchangeImportCmd) report(a *app, b *exchange.Bundle) error {
	for i := range b.Members {
		var r exchange.Report
		d := json.NewDecoder(bytes.NewReader(b.Members[i].Data()))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			return wardround.Errorf(wardround.EInvalid, "exchange", "%s: %v", b.Members[i].Name, err)
		}
		if err := a.act("exchange-imported", c.By, fmt.Sprintf("of %s, signed by %s: %d releases", b.From, b.Signer, len(r.Releases))); err != nil {
			return err
		}
		if a.Format == "json" {
			if err := a.object("report", r); err != nil {
				return err
			}
			continue
		}
		var rows [][]string
		for _, x := range r.Releases {
			rows = append(rows, []string{x.UDIDI, x.Product, x.Version, x.Devices, strconv.Itoa(x.Affected), strconv.Itoa(x.Exploited), strconv.Itoa(x.CannotTell), x.Patch})
		}
		if err := a.grid([]string{"UDI-DI", "product", "version", "devices", "affected by", "exploited", "cannot tell", "patch"}, rows); err != nil {
			return err
		}
		rows = nil
		for _, x := range r.Findings {
			rows = append(rows, []string{x.Check, x.Vulnerability, x.Severity, x.State, x.Product, x.Version, x.Since})
		}
		if len(rows) > 0 {
			fmt.Fprintln(a.stdout)
			if err := a.grid([]string{"finding", "vulnerability", "severity", "state", "product", "version", "since"}, rows); err != nil {
				return err
			}
		}
	}
	return nil
}
