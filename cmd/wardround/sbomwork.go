package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/spdx"
	"github.com/wardround/wardround/kind"
)

// productFlags say which release a document is of; what is not said is taken from
// the document.
type productFlags struct {
	Maker   string `placeholder:"NAME" help:"Who makes the product; default: as the document says of itself."`
	Product string `placeholder:"NAME" help:"The product's name; default: as the document says."`
	Version string `placeholder:"VERSION" help:"Which version of it; default: as the document says."`
}

// of fills in what the document says of itself. Error: EInvalid when neither does.
func (p productFlags) of(doc *sbom.Document) (maker, product, version string, err error) {
	maker, product, version = p.Maker, p.Product, p.Version
	if doc.Root >= 0 && doc.Root < len(doc.Components) {
		c := &doc.Components[doc.Root]
		for _, x := range []struct {
			to   *string
			from []string
		}{{&maker, []string{c.Manufacturer, c.Supplier, doc.Supplier}}, {&product, []string{c.Name}}, {&version, []string{c.Version}}} {
			for _, s := range x.from {
				if *x.to == "" {
					*x.to = s
				}
			}
		}
	}
	if product == "" || version == "" {
		return "", "", "", wardround.Errorf(wardround.EInvalid, "sbom import", "the document does not say of which product and version it is; say --product and --version")
	}
	return maker, product, version, nil
}

type sbomImportCmd struct {
	File []string `arg:"" help:"CycloneDX or SPDX documents. With several, each must name its product itself."`
	productFlags
	By string `default:"${user}" help:"Who."`
}

func (c *sbomImportCmd) Run(a *app) error {
	garbageFloor.Store(buildFloor)
	if err := a.atDirectory("sbom import"); err != nil {
		return err
	}
	var docs []received
	var rows [][]string
	for _, name := range c.File {
		h, err := a.lookThrough(name)
		if err != nil {
			return err
		}
		doc := h.doc
		maker, product, version, err := c.of(doc)
		if err != nil {
			return wardround.Errorf(wardround.EInvalid, "sbom import", "%s: %v", name, err)
		}
		author := ""
		if len(doc.Authors) > 0 {
			author = doc.Authors[0]
		}
		docs = append(docs, received{
			fields: &kind.SBOMReceivedV1{
				Maker: maker, Product: product, Version: version, File: filepath.Base(name), Format: doc.Format + " " + doc.Version, Components: h.components,
				Issued: doc.Created, Author: kind.PersonalText(author), By: kind.PersonalText(c.By), Source: "import:" + filepath.Base(name),
			},
			media: "application/octet-stream",
			open: func() (io.ReadCloser, error) {
				f, err := os.Open(name)
				return f, wardround.Wrap(wardround.ENotFound, "sbom import", err)
			},
		})
		rows = append(rows, []string{filepath.Base(name), maker, product, version, fmt.Sprint(h.components), fmt.Sprint(len(doc.Problems))})
	}
	done := a.busy("judging")
	err := a.bring(docs...)
	done()
	if err != nil {
		return err
	}
	if a.Format == "json" {
		for _, d := range docs {
			if err := a.object("sbom", d.fields); err != nil {
				return err
			}
		}
		return nil
	}
	return a.grid([]string{"file", "maker", "product", "version", "components", "problems"}, rows)
}

type sbomDiffCmd struct {
	Old string `arg:"" help:"The earlier document."`
	New string `arg:"" help:"The later one."`
}

func (c *sbomDiffCmd) Run(a *app) error {
	old, _, err := a.readSBOM(c.Old)
	if err != nil {
		return err
	}
	latest, _, err := a.readSBOM(c.New)
	if err != nil {
		return err
	}
	changes := sbom.Diff(old, latest)
	var rows [][]string
	for _, ch := range changes {
		if a.Format == "json" {
			if err := a.object("change", ch); err != nil {
				return err
			}
			continue
		}
		var fields []string
		for _, f := range ch.Fields {
			fields = append(fields, f.Name+": "+f.Old+" → "+f.New)
		}
		rows = append(rows, []string{string(ch.Kind), strings.Join(ch.Path, " > "), clip(strings.Join(fields, "; "), 100)})
	}
	if len(changes) == 0 {
		a.note("No component differs.")
		return nil
	}
	return a.grid([]string{"change", "component", "what"}, rows)
}

type sbomMergeCmd struct {
	File []string `arg:"" help:"Documents, at least two; links between them are followed."`
	productFlags
	Out string `short:"o" placeholder:"FILE" help:"Where to write; default: standard output."`
	As  string `enum:"cyclonedx,spdx" default:"cyclonedx" help:"In which format: CycloneDX 1.6 or SPDX 2.3, JSON."`
}

func (c *sbomMergeCmd) Run(a *app) error {
	if len(c.File) < 2 {
		return wardround.Errorf(wardround.EInvalid, "sbom merge", "one document is merged already; name two or more")
	}
	var docs []sbom.Document
	h := sha256.New()
	for _, name := range c.File {
		doc, digest, err := a.readSBOM(name)
		if err != nil {
			return err
		}
		docs = append(docs, *doc)
		io.WriteString(h, digest)
	}
	var out sbom.Document
	if c.Product != "" {
		out = sbom.MergeUnder(sbom.Component{Ref: "merged", Parent: -1, Type: sbom.Device, Name: c.Product, Version: c.Version, Manufacturer: c.Maker}, docs...)
	} else {
		out = sbom.Merge(docs...)
	}
	out.Created = a.now().UTC()
	// Named after what it was made of (RFC 9562 §5.8, version 8), so that the same
	// documents give the same name.
	id := h.Sum(nil)[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	out.ID = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	var b bytes.Buffer
	var err error
	if c.As == "spdx" {
		err = spdx.Encode(&b, &out)
	} else {
		err = cyclonedx.Write(&b, &out, cyclonedx.WriteOptions{Version: "1.6", Indent: true})
	}
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "sbom merge", err)
	}
	if c.Out == "" {
		_, err := a.stdout.Write(b.Bytes())
		return err
	}
	if err := os.WriteFile(c.Out, b.Bytes(), 0o644); err != nil {
		return wardround.Wrap(wardround.EForbidden, "sbom merge", err)
	}
	a.note("%s: %d components of %d documents", c.Out, len(out.Components), len(docs))
	return nil
}

type sbomQualityCmd struct {
	File    string   `arg:"" help:"CycloneDX or SPDX."`
	Profile []string `placeholder:"NAME" help:"ntia-minimum, fda-524b, cra-annex-i, integrity, schema. Default: all. Can be given again."`
	FailOn  string   `enum:"fail,unknown,none" default:"fail" help:"What ends with status 1: an answer fail, also unknown, or nothing."`
}

// qualityRow is an answer as JSON.
type qualityRow struct {
	Profile sbom.Profile `json:"profile"`
	sbom.Answer
}

func (c *sbomQualityCmd) Run(a *app) error {
	doc, _, err := a.readSBOM(c.File)
	if err != nil {
		return err
	}
	all := append(slices.Clone(sbom.Profiles), schemaProfile)
	profiles := all
	if len(c.Profile) > 0 {
		profiles = nil
		for _, p := range c.Profile {
			if !slices.Contains(all, sbom.Profile(p)) {
				return wardround.Errorf(wardround.EInvalid, "sbom quality", "no profile %q; there are %v", p, all)
			}
			profiles = append(profiles, sbom.Profile(p))
		}
	}
	failed, unknown := 0, 0
	var rows [][]string
	for _, p := range profiles {
		answers := sbom.Quality(doc, p)
		if p == schemaProfile {
			if answers, err = schemaAnswer(c.File); err != nil {
				return err
			}
		}
		for _, ans := range answers {
			switch ans.State {
			case sbom.Fail:
				failed++
			case sbom.Unknown:
				unknown++
			}
			if a.Format == "json" {
				if err := a.object("quality", qualityRow{p, ans}); err != nil {
					return err
				}
				continue
			}
			share := ""
			if ans.Of > 0 {
				share = fmt.Sprintf("%d of %d", ans.Count, ans.Of)
			}
			rows = append(rows, []string{string(p), stateMark(string(ans.State)), ans.Title, share, clip(ans.Sentence, 110)})
		}
	}
	if err := a.grid([]string{"profile", "", "asks for", "short of it", "why"}, rows); err != nil {
		return err
	}
	if failed > 0 && c.FailOn != "none" || unknown > 0 && c.FailOn == "unknown" {
		return status(exitFindings)
	}
	return nil
}

// schemaProfile holds a document against the schema of its own specification.
const schemaProfile sbom.Profile = "schema"

// maxJudged is the largest document that is judged by its schema, in bytes: that takes
// some ten times as much memory.
const maxJudged = 64 << 20

// schemaAnswer judges CycloneDX by the schemas of its specification. SPDX is read by
// its grammar alone: for it the answer is unknown.
func schemaAnswer(name string) ([]sbom.Answer, error) {
	a := sbom.Answer{Rule: "schema", Title: "Valid by its specification's schema", Reference: "CycloneDX 1.2 to 1.7 (ECMA-424)", State: sbom.Unknown}
	if name == "-" {
		a.Sentence = "Standard input is read once; name a file."
		return []sbom.Answer{a}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "sbom quality", err)
	}
	if info.Size() > maxJudged {
		a.Sentence = fmt.Sprintf("Documents of more than %d bytes are not judged by their schema.", maxJudged)
		return []sbom.Answer{a}, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "sbom quality", err)
	}
	if document.Detect(b) != document.CycloneDX {
		a.Sentence = "The schemas of CycloneDX are known here; other documents are read by their grammar."
		return []sbom.Answer{a}, nil
	}
	bad := cyclonedx.Validate(b, cyclonedx.Options{})
	if a.State, a.Count, a.Sentence = sbom.Pass, 0, "The document is valid by its schema."; len(bad) > 0 {
		a.State, a.Count, a.Sentence = sbom.Fail, len(bad), fmt.Sprintf("%d violations of the schema; the first: %s", len(bad), bad[0])
	}
	for _, v := range bad[:min(len(bad), sbom.PlacesShown)] {
		a.Where = append(a.Where, v.String())
	}
	return []sbom.Answer{a}, nil
}

func stateMark(s string) string {
	return map[string]string{"pass": "✓ pass", "fail": "▲ fail", "unknown": "? unknown"}[s]
}
