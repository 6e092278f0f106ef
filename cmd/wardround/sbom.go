package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/gate"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/sense/feed"
	"github.com/wardround/wardround/vex"
)

// sbomCmd works on bills of materials.
type sbomCmd struct {
	Check   sbomCheckCmd   `cmd:"" help:"Match a bill of materials with what is known, and say what it is affected by."`
	Import  sbomImportCmd  `cmd:"" help:"Take bills of materials in: each becomes that of its release, and is judged from then on."`
	Diff    sbomDiffCmd    `cmd:"" help:"Say what changed between two bills of materials."`
	Merge   sbomMergeCmd   `cmd:"" help:"Make one of several, with the graph kept and the same component once."`
	Quality sbomQualityCmd `cmd:"" help:"Hold one against NTIA's minimum elements, FDA 524B, the Cyber Resilience Act, and itself."`
}

// knownFlags say where knowledge lies.
type knownFlags struct {
	Feeds string `placeholder:"DIR" help:"Advisories as files: OSV, NVD, CVE, CSAF, KEV, EPSS; folders and zips. Instead of a data directory."`
}

type sbomCheckCmd struct {
	File string `arg:"" help:"CycloneDX or SPDX, JSON, XML or tag-value; - for standard input."`
	knownFlags
	VEX    []string `name:"vex" placeholder:"FILE" help:"Exploitability statements: OpenVEX, CSAF, CycloneDX or SPDX 3. Can be given again."`
	Base   string   `placeholder:"FILE" help:"An earlier bill of materials: only what is new against it is judged."`
	FailOn string   `placeholder:"EXPR" default:"any" help:"What ends with status 1: any, none, a severity (high: this or worse), kev, or a CEL expression such as: severity >= HIGH && fixed.size() > 0."`
}

func (c *sbomCheckCmd) Run(a *app) error {
	garbageFloor.Store(buildFloor)
	doc, digest, err := a.readSBOM(c.File)
	if err != nil {
		return err
	}
	fails, err := gate.FailOn(c.FailOn)
	if err != nil {
		return err
	}
	opt := gate.Options{Now: a.now(), Name: filepath.Base(c.File), Digest: digest}
	if c.Base != "" {
		if opt.Base, _, err = a.readSBOM(c.Base); err != nil {
			return err
		}
	}
	if len(c.VEX) > 0 {
		set, err := a.statements(c.VEX)
		if err != nil {
			return err
		}
		opt.Claims = set
	}
	res, err := a.look(c.knownFlags, doc, opt)
	if err != nil {
		return err
	}
	failed, err := fails.Rows(res)
	if err != nil {
		return err
	}
	unsure, err := fails.Unsure(res)
	if err != nil {
		return err
	}
	if err := a.result(res, &gate.Verdict{Failed: failed, Unsure: unsure}); err != nil {
		return err
	}
	switch {
	case len(failed) > 0:
		return status(exitFindings)
	case len(unsure) > 0:
		return status(exitCannotTell)
	}
	return nil
}

// readSBOM reads a bill of materials and the digest of its file.
func (a *app) readSBOM(name string) (*sbom.Document, string, error) {
	var r io.Reader = a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, "", wardround.Wrap(wardround.EInvalid, "sbom", err)
		}
		defer f.Close()
		r = f
	}
	h := sha256.New()
	tee := io.TeeReader(bufio.NewReaderSize(r, 1<<20), h)
	doc, err := document.ReadSBOM(tee, sbom.Limits{})
	if err != nil {
		return nil, "", wardround.Errorf(wardround.EInvalid, "sbom", "%s: %v", name, err)
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return nil, "", wardround.Wrap(wardround.EInvalid, "sbom", err)
	}
	if doc.Name == "" && doc.Root < 0 {
		doc.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	}
	return doc, "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// knowledge opens what is known: in files, or in the data directory.
func (a *app) knowledge(k knownFlags) (*knowledge.Base, error) {
	if k.Feeds != "" {
		return a.readFeeds(a.ctx, []string{k.Feeds})
	}
	return a.keptKnowledge()
}

// look judges a document by what is known. A generation file that turns out to be
// damaged is not relied on: what is known is read again from the documents it came in.
func (a *app) look(k knownFlags, doc *sbom.Document, opt gate.Options) (*gate.Result, error) {
	base, err := a.knowledge(k)
	if err != nil {
		return nil, err
	}
	defer func() { base.Close() }()
	opt.Knowledge = base
	res, err := gate.Look(doc, opt)
	if k.Feeds == "" && wardround.ErrorCode(err) == wardround.EIntegrity {
		base.Close()
		if base, err = a.restoredKnowledge(); err != nil {
			base = knowledge.New(knowledgeOptions())
			return nil, err
		}
		opt.Knowledge = base
		res, err = gate.Look(doc, opt)
	}
	return res, err
}

// statements reads exploitability statements from files.
func (a *app) statements(files []string) (*vex.Set, error) {
	set := newClaims()
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, "vex", err)
		}
		row := &wardround.Document{ID: wardround.DocumentID(filepath.Base(name)), Name: filepath.Base(name), Trust: "unsigned", At: a.now()}
		if _, err := set.State(&wardround.Observation{Fields: &kind.VEXReceivedV1{}}, row, bytes.NewReader(b)); err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, "vex", "%s: %v", name, err)
		}
	}
	return set, nil
}

// readFeeds reads feeds into memory.
func (a *app) readFeeds(ctx context.Context, paths []string) (*knowledge.Base, error) {
	batches, err := feed.Import(ctx, paths, feed.ImportOptions{})
	if err != nil {
		return nil, err
	}
	base := knowledge.New(knowledgeOptions())
	for _, b := range batches {
		base.Put(knowledge.Feed{Name: b.Feed, Kind: b.Kind, At: a.now(), Trust: b.Trust}, b.Rows)
	}
	return base, nil
}
