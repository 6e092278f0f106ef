package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/model/bom"
	"github.com/wardround/wardround/provenance"
)

type modelBOMCmd struct {
	Path []string `arg:"" name:"path" help:"The model: a folder, or its files."`
	modelForms
	Card      string   `placeholder:"FILE" help:"A model card: what the files cannot say of use, limits and performance."`
	Plan      string   `placeholder:"FILE" help:"The model's plan: intended use, inputs, outputs, training data."`
	Maker     string   `placeholder:"NAME" help:"Who makes it; default: as card or plan say."`
	Product   string   `placeholder:"NAME" help:"Its name; default: as card or plan say, else that of the folder."`
	Version   string   `placeholder:"VERSION" help:"Which version it is; default: as card or plan say."`
	Signature string   `placeholder:"FILE" help:"The signature; MODEL/model.sig for a folder, MODEL.sig for a file."`
	Ignore    []string `placeholder:"PATH" help:"A file or folder of the model to leave out. Can be given again."`
	Symlinks  bool     `name:"allow-symlinks" help:"Follow links: what they lead to counts as if it lay there."`
	By        string   `default:"${user}" help:"Who makes the document."`
	modelTrustFlags
}

func (c *modelBOMCmd) Help() string {
	return "Writes down what a model is made of: its files with digests and formats, tensors and operators, the libraries that its files would import, its card, its data, and whether a signature holds. Nothing is loaded and nothing is guessed: a library whose version no file names has none.\n\n" +
		"What is written is valid by CycloneDX's schema; wardround sbom check judges it like any other."
}

func (c *modelBOMCmd) Run(a *app) error {
	const op = "model bom"
	var s bom.Sources
	var err error
	if c.Card != "" {
		d, err := readCards(c.Card)
		if err != nil {
			return err
		}
		if len(d.Cards) != 1 {
			return wardround.Errorf(wardround.EInvalid, op, "%s holds %d models; one is wanted", c.Card, len(d.Cards))
		}
		s.Card = d.Cards[0]
	}
	if c.Plan != "" {
		if s.Plan, err = readPlan(c.Plan); err != nil {
			return err
		}
	}
	s.Maker, s.Product, s.Version = c.Maker, c.Product, c.Version
	sig, ignore, err := signatureBeside(c.Path, c.Signature)
	if err != nil {
		return err
	}
	left, err := provenance.LeaveOut(c.Path[0], c.Ignore)
	if err != nil {
		return err
	}
	if (sig != "" || len(c.Attested) > 0) && len(c.Path) == 1 {
		o, err := c.options(a)
		if err != nil {
			return err
		}
		if sig == "" {
			if sig, err = signatureOf(c.Path[0]); err != nil {
				return err
			}
		}
		o.Ignore = left
		if s.Signature, err = provenance.Verify(a.ctx, c.Path[0], sig, o); err != nil {
			return err
		}
	}
	looked, err := bom.Look(a.ctx, c.Path, bom.Options{Ignore: append(ignore, left...), Links: c.Symlinks})
	if err != nil {
		return err
	}
	tool, _ := versionOf()
	s.Created, s.Tool, s.Author = a.now().UTC(), "wardround "+tool, c.By
	if err := c.write(a, op, looked.Document(s)); err != nil {
		return err
	}
	for _, u := range looked.Unread {
		a.note("not read: %s", printable(u))
	}
	a.note("files: %d, tensors: %d with %d values, libraries: %d, %s", len(looked.Files), looked.Tensors, looked.Parameters, len(looked.Libraries), looked.Root)
	return nil
}

// signatureBeside finds a model's signature, "" if there is none, and what of the
// model it must not be counted to. One that was named must be there.
func signatureBeside(paths []string, named string) (sig string, ignore []string, err error) {
	if len(paths) != 1 {
		return named, nil, nil
	}
	if sig = named; sig == "" {
		if sig, err = signatureOf(paths[0]); err != nil {
			return "", nil, err
		}
		if _, err := os.Stat(sig); err != nil {
			return "", nil, nil
		}
	}
	if _, err := os.Stat(sig); err != nil {
		return "", nil, wardround.Wrap(wardround.EInvalid, "model", err)
	}
	if rel, err := filepath.Rel(paths[0], sig); err == nil && rel != "." && !strings.HasPrefix(rel, "..") {
		ignore = []string{filepath.ToSlash(rel)}
	}
	return sig, ignore, nil
}

// modelFacts reads what is known of a version: from plans, cards, and from the files
// of the model themselves, which are told apart by their content.
func (a *app) modelFacts(paths []string) (*model.Facts, *model.Plan, []string, error) {
	f := &model.Facts{}
	var plan *model.Plan
	var cards []*modelcard.Card
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, nil, wardround.Wrap(wardround.EInvalid, "model compare", err)
		}
		if info.IsDir() || info.Size() > 64<<20 {
			files = append(files, path)
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, nil, wardround.Wrap(wardround.EInvalid, "model compare", err)
		}
		switch {
		case looksLikePlan(b):
			if plan, err = readPlan(path); err != nil {
				return nil, nil, nil, err
			}
		case looksLikeMeasured(b):
			m, err := readMeasured(path)
			if err != nil {
				return nil, nil, nil, err
			}
			f.Metrics = append(f.Metrics, m...)
		default:
			if d, err := modelcard.Read(bytes.NewReader(b), modelcard.Limits{}); err == nil && len(d.Cards) == 1 {
				cards = append(cards, d.Cards[0])
				continue
			}
			files = append(files, path)
		}
	}
	if plan != nil {
		f.OfPlan(plan)
	}
	for _, c := range cards {
		f.OfCard(c)
	}
	if len(files) > 0 {
		_, ignore, err := signatureBeside(files, "")
		if err != nil {
			return nil, nil, nil, err
		}
		x, err := bom.Look(a.ctx, files, bom.Options{Ignore: ignore})
		if err != nil {
			return nil, nil, nil, err
		}
		of := x.Facts
		f.Format, f.Weights, f.Operators, f.Dependencies = of.Format, of.Weights, of.Operators, of.Dependencies
		if f.Architecture == "" {
			f.Architecture = of.Architecture
		}
		if f.Inputs == nil {
			f.Inputs, f.Outputs = of.Inputs, of.Outputs
		}
	}
	return f, plan, files, nil
}

// looksLikePlan reports whether a text begins as a plan does.
func looksLikePlan(b []byte) bool {
	for line := range strings.Lines(string(b[:min(len(b), 64<<10)])) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && line != "---" {
			return strings.HasPrefix(line, "plan:")
		}
	}
	return false
}
