package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/sim"
)

// shelfStock is the portfolio of a ward: in memory, over the documents of its shelf.
func shelfStock(ctx context.Context, b *bench) (*portfolio.Fold, *api.Portfolio, error) {
	base, claims := knowledge.New(knowledgeOptions()), newClaims()
	fold, warning, err := portfolio.OpenFold(ctx, portfolio.FoldOptions{
		Scope: b.scope, Origin: b.origin, Blobs: portfolio.Opener(b.blobs.Open), Scan: portfolio.Reading(sbom.Limits{}), Learn: portfolio.Base{Base: base}, State: claims,
	}, portfolio.Options{Knowledge: portfolio.Base{Base: base}, Claims: claims}, 0, b.store)
	if err == nil {
		err = warning // nothing is there yet that could be wrong
	}
	if err != nil {
		return nil, nil, err
	}
	return fold, &api.Portfolio{Index: fold.Index(), Knowledge: base, Claims: claims, Open: b.blobs.Open}, nil
}

// parts says what a feed brought by the day the ward begins, which libraries the service
// is made of, and what its maker says of the advisory that speaks of one of them: that
// what is weak there is never called.
func (t *triage) parts(ctx context.Context, at time.Time) error {
	say := func(fields any, content []byte) error {
		t.told++
		return t.sink.Take(ctx, &wardround.Observation{Kind: string(kind.Of(fields).Name), Version: 1, Sensor: "models", Input: "register", Position: t.told, At: at, Origin: t.origin, Fields: fields}, content)
	}
	b, err := triageFile("advisory.json")
	if err != nil {
		return err
	}
	rec, err := osv.Decode(b, osv.Limits{})
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "demo", err)
	}
	sum := sha256.Sum256(b)
	var rows bytes.Buffer
	if err := knowledge.WriteBundle(&rows, []knowledge.Entry{{Record: rec, Digest: "sha256:" + hex.EncodeToString(sum[:])}}); err != nil {
		return err
	}
	if err := say(&kind.KnowledgeReceivedV1{Feed: "simulated advisories", Kind: "osv", Records: 1, Newest: rec.Modified}, rows.Bytes()); err != nil {
		return err
	}
	if b, err = triageFile("sbom.json"); err != nil {
		return err
	}
	doc, err := document.ReadSBOM(bytes.NewReader(b), sbom.Limits{})
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "demo", err)
	}
	if err := say(&kind.SBOMReceivedV1{
		Maker: sim.TriageMaker, Product: sim.TriageProduct, Version: sim.TriageVersion, File: "sbom.json", Format: doc.Format + " " + doc.Version,
		Components: len(doc.Components), Issued: doc.Created, Author: sim.TriageMaker + " (simulated)", Source: "simulated",
	}, b); err != nil {
		return err
	}
	if b, err = triageFile("vex.json"); err != nil {
		return err
	}
	return say(&kind.VEXReceivedV1{File: "vex.json", Format: "OpenVEX 0.2.0", Author: sim.TriageMaker, Statements: 1, Issued: at}, b)
}

func triageFile(name string) ([]byte, error) {
	b, err := triageFiles.ReadFile("triage/" + name)
	return b, wardround.Wrap(wardround.EInternal, "demo", err)
}
