package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/inventory/intake"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/model/bom"
	"github.com/wardround/wardround/provenance"
	"github.com/wardround/wardround/stat/sketch"
)

// modelNameFlags name a release of a model, and the model in use.
type modelNameFlags struct {
	Maker   string `placeholder:"NAME" help:"Who makes the model."`
	Product string `placeholder:"NAME" help:"The model's name."`
	Version string `placeholder:"VERSION" help:"Which version of it."`
	Called  string `placeholder:"NAME[@SERVICE]" help:"How it is called at inference, if otherwise; with @SERVICE it holds there alone."`
	By      string `default:"${user}" help:"Who."`
}

type modelSayCmd struct {
	Maker   string   `placeholder:"NAME" help:"Who makes the model."`
	Product string   `placeholder:"NAME" required:"" help:"The model's name."`
	Version string   `placeholder:"VERSION" required:"" help:"Which version of it."`
	Called  []string `sep:"none" placeholder:"NAME" help:"How it is called at inference; can be given again. What is said replaces all that was said before."`
	UDIDI   string   `name:"udi-di" placeholder:"NUMBER" help:"Device identifier of the UDI."`
	Support string   `enum:"development,supported,limited support,end of support," default:"" help:"Stage: development, supported, 'limited support', 'end of support'."`
	Reason  string   `placeholder:"TEXT" help:"Why, or where it is written."`
	By      string   `default:"${user}" help:"Who says so."`
}

func (c *modelSayCmd) Help() string {
	return "Makes the release if there is none. What answers at inference under one of its names, in this version, is then an instance of it."
}

func (c *modelSayCmd) Run(a *app) error {
	said := &kind.ReleaseSaidV1{
		Maker: c.Maker, Product: c.Product, Version: c.Version, Kind: "model", Called: c.Called, UDIDI: c.UDIDI, Support: wardround.SupportStage(c.Support),
		By: kind.PersonalText(c.By), Source: "person:" + c.By, Reason: kind.PersonalText(c.Reason),
	}
	if err := intake.CheckRelease(said); err != nil {
		return err
	}
	if err := a.sayOf(said); err != nil {
		return err
	}
	a.note("%s: said", strings.Join(strings.Fields(c.Maker+" "+c.Product+" "+c.Version), " "))
	return nil
}

type modelImportCmd struct {
	File []string `arg:"" help:"Plans (YAML), cards (CycloneDX, SPDX 3, CHAI), references (sketches), comparisons of weights (model diff --format json)."`
	modelNameFlags
	Part string `enum:"inputs," default:"" help:"Of a reference: inputs, if it is of the metadata of what devices send; default: of inference."`
}

func (c *modelImportCmd) Help() string {
	return "A file says by its content what it is. Which model it is of is taken from a plan or a card where it says so; what the flags say counts more. A later document of one kind takes the place of an earlier one of the same version."
}

func (c *modelImportCmd) Run(a *app) error {
	if err := a.atDirectory("model import"); err != nil {
		return err
	}
	var docs []received
	var rows [][]string
	for _, name := range c.File {
		x, b, err := c.document(name)
		if err != nil {
			return err
		}
		if x.Version == "" || x.Product == "" {
			return wardround.Errorf(wardround.EInvalid, "model import", "%s does not say of which model and version it is; say --product and --version", name)
		}
		docs = append(docs, received{fields: x, media: "application/octet-stream", open: bytesOf(b)})
		rows = append(rows, []string{x.File, x.Document, x.Format, x.Maker, x.Product, x.Version, fmt.Sprint(x.Parts)})
	}
	if err := a.bring(docs...); err != nil {
		return err
	}
	if a.Format == "json" {
		for _, d := range docs {
			if err := a.object("document", d.fields); err != nil {
				return err
			}
		}
		return nil
	}
	return a.grid([]string{"file", "is a", "format", "maker", "model", "version", "parts"}, rows)
}

// maxDocument bounds a document about a model, in bytes.
const maxDocument = 64 << 20

// document reads a file and says what it is. Errors: EInvalid.
func (c *modelImportCmd) document(name string) (*kind.ModelReceivedV1, []byte, error) {
	const op = "model import"
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if len(b) > maxDocument {
		return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: more than %d bytes", name, maxDocument)
	}
	x := &kind.ModelReceivedV1{Maker: c.Maker, Product: c.Product, Version: c.Version, Model: c.Called, File: filepath.Base(name), By: kind.PersonalText(c.By), Source: "import:" + filepath.Base(name), Trust: "unsigned"}
	fill := func(to *string, from string) {
		if *to == "" {
			*to = from
		}
	}
	if looksLikePlan(b) {
		p, err := model.ReadPlan(bytes.NewReader(b))
		if err != nil {
			return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: %s", name, wording(err))
		}
		x.Document, x.Format, x.Parts, x.Issued = "plan", "wardround-plan/1", len(p.Watch), p.Issued
		fill(&x.Maker, p.Model.Maker)
		fill(&x.Product, p.Model.Product)
		if len(p.Model.Versions) == 1 && !strings.Contains(p.Model.Versions[0], "*") {
			fill(&x.Version, p.Model.Versions[0])
		}
		return x, b, nil
	}
	if d, err := modelcard.Read(bytes.NewReader(b), modelcard.Limits{}); err == nil {
		if len(d.Cards) != 1 {
			return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s holds %d models; one is wanted", name, len(d.Cards))
		}
		card := d.Cards[0]
		x.Document, x.Format, x.Parts, x.Issued = "card", d.Format+" "+d.Version, len(card.Metrics), d.Created
		fill(&x.Maker, firstOf(card.Maker, card.Publisher, card.Supplier))
		fill(&x.Product, card.Name)
		fill(&x.Version, card.Version)
		return x, b, nil
	}
	if w, err := sketch.Decode(bytes.NewReader(b), sketch.Limits{}); err == nil {
		x.Document, x.Format, x.Parts, x.Part = "reference", fmt.Sprintf("sketch/%d", w.Version), len(w.Columns), c.Part
		fill(&x.Product, w.Model)
		fill(&x.Version, w.Release)
		return x, b, nil
	}
	var d struct {
		Type    string            `json:"type"`
		Changes []json.RawMessage `json:"changes"`
	}
	if json.Unmarshal(b, &d) == nil && d.Type == "difference" {
		x.Document, x.Format, x.Parts = "diff", "wardround-diff/1", len(d.Changes)
		return x, b, nil
	}
	return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s is neither a plan (YAML that begins with plan: 1), nor a card (CycloneDX, SPDX 3, CHAI), nor a reference (a sketch; see: wardround model sketch --help), nor what \"model diff --format json\" prints", name)
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

type modelRegisterCmd struct {
	Path string `arg:"" help:"The model: a folder, or one file."`
	modelNameFlags
	Card      string   `placeholder:"FILE" help:"Its card."`
	Plan      string   `placeholder:"FILE" help:"Its plan."`
	Signature string   `placeholder:"FILE" help:"The signature; MODEL/model.sig for a folder, MODEL.sig for a file."`
	Ignore    []string `placeholder:"PATH" help:"A file or folder of the model to leave out. Can be given again."`
	Symlinks  bool     `name:"allow-symlinks" help:"Follow links: what they lead to counts as if it lay there."`
	modelTrustFlags
}

func (c *modelRegisterCmd) Help() string {
	return "All at once: says that the release is there, takes in what loading its files would do, whether its signature holds, its bill of materials with its card, and its plan. From then on all of it is judged like anything else.\n\n" +
		"It is one transaction: whatever ends it before, a plan with an error, a full disk, a power cut, leaves nothing.\n\n" +
		"Exit status 0: registered, whatever was found; findings say what is wrong with it."
}

// maxRegistered is how many files of a model are reported one by one, the gravest first.
const maxRegistered = 200

func (c *modelRegisterCmd) Run(a *app) error {
	const op = "model register"
	if err := a.atDirectory(op); err != nil {
		return err
	}
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
	var plan []byte
	if c.Plan != "" {
		if s.Plan, plan, err = readPlanText(c.Plan); err != nil {
			return err
		}
	}
	sig, ignore, err := signatureBeside([]string{c.Path}, c.Signature)
	if err != nil {
		return err
	}
	left, err := provenance.LeaveOut(c.Path, c.Ignore)
	if err != nil {
		return err
	}
	verified := &provenance.Verification{State: provenance.Unsigned}
	if sig != "" || len(c.Attested) > 0 {
		o, err := c.options(a)
		if err != nil {
			return err
		}
		if sig == "" {
			if sig, err = signatureOf(c.Path); err != nil {
				return err
			}
		}
		o.Ignore = left
		if verified, err = provenance.Verify(a.ctx, c.Path, sig, o); err != nil {
			return err
		}
	}
	looked, err := bom.Look(a.ctx, []string{c.Path}, bom.Options{Ignore: append(ignore, left...), Links: c.Symlinks})
	if err != nil {
		return err
	}
	tool, _ := versionOf()
	s.Maker, s.Product, s.Version, s.Signature, s.Created, s.Tool, s.Author = c.Maker, c.Product, c.Version, verified, a.now().UTC(), "wardround "+tool, c.By
	doc := looked.Document(s)
	card := doc.Cards[0]
	if card.Version == "" {
		return wardround.Errorf(wardround.EInvalid, op, "neither card nor plan say which version it is; say --version")
	}
	docs, err := c.documents(doc, looked, verified, plan)
	if err != nil {
		return err
	}
	if err := a.bring(docs...); err != nil {
		return err
	}
	worst := artefact.Inert
	for _, f := range looked.Files {
		if f.Verdict.Gravity() > worst.Gravity() {
			worst = f.Verdict
		}
	}
	row := map[string]any{"maker": card.Maker, "product": card.Name, "version": card.Version, "digest": looked.Root, "files": len(looked.Files), "verdict": worst, "signature": verified.State, "libraries": len(looked.Libraries)}
	if a.Format == "json" {
		return a.object("model", row)
	}
	_, err = fmt.Fprintf(a.stdout, "%s: files: %d, %s; signature: %s; libraries: %d\n  %s\n", printable(card.Title()), len(looked.Files), worst, verified.State, len(looked.Libraries), looked.Root)
	return err
}

// documents are what a registration brings: the release first, so that what comes
// after finds it.
func (c *modelRegisterCmd) documents(doc *modelcard.Document, looked *bom.Artefact, v *provenance.Verification, plan []byte) ([]received, error) {
	card := doc.Cards[0]
	by := kind.PersonalText(c.By)
	name, _, _ := strings.Cut(c.Called, "@")
	said := &kind.ReleaseSaidV1{Maker: card.Maker, Product: card.Name, Version: card.Version, Kind: "model", By: by, Source: "person:" + c.By}
	if name != "" {
		said.Called = []string{name}
	}
	if err := intake.CheckRelease(said); err != nil {
		return nil, err
	}
	out := []received{{fields: said}}
	var b bytes.Buffer
	if _, err := doc.CycloneDX(&b, ""); err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "model register", err)
	}
	bomBytes := bytes.Clone(b.Bytes())
	out = append(out,
		received{fields: &kind.SBOMReceivedV1{Maker: card.Maker, Product: card.Name, Version: card.Version, File: "model.cdx.json", Format: "CycloneDX 1.7", Components: len(doc.Parts) + len(card.Parts) + 1, By: by, Source: "model register"}, media: "application/vnd.cyclonedx+json", open: bytesOf(bomBytes)},
		received{fields: &kind.ModelReceivedV1{Maker: card.Maker, Product: card.Name, Version: card.Version, Model: c.Called, Document: "card", File: "model.cdx.json", Format: "CycloneDX 1.7", Parts: len(card.Metrics), By: by, Source: "model register", Trust: "unsigned"}, media: "application/vnd.cyclonedx+json", open: bytesOf(bomBytes)},
		received{fields: verifiedFact(card, c.Called, looked, v)})
	if plan != nil {
		out = append(out, received{fields: &kind.ModelReceivedV1{Maker: card.Maker, Product: card.Name, Version: card.Version, Model: c.Called, Document: "plan", File: filepath.Base(c.Plan), Format: "wardround-plan/1", By: by, Source: "import:" + filepath.Base(c.Plan), Trust: "unsigned"}, media: "application/yaml", open: bytesOf(plan)})
	}
	return append(out, scannedFacts(card, c.Called, looked, by)...), nil
}

func verifiedFact(card *modelcard.Card, called string, looked *bom.Artefact, v *provenance.Verification) *kind.ModelVerifiedV1 {
	return &kind.ModelVerifiedV1{
		Maker: card.Maker, Product: card.Name, Version: card.Version, Model: called, File: looked.Name, SHA256: strings.TrimPrefix(looked.Root, "sha256:"), When: "release",
		Result: string(v.State), Method: string(v.Method), Signer: v.Signer, Legacy: v.Legacy != "", Files: len(looked.Files), Changed: len(v.Changed) + len(v.Added) + len(v.Removed) + len(v.Moved), Problem: v.Why,
	}
}

// scannedFacts are what loading each file would do; the full report is the blob.
func scannedFacts(card *modelcard.Card, called string, looked *bom.Artefact, by kind.PersonalText) []received {
	var out []received
	for i := len(artefact.Verdicts) - 1; i >= 0; i-- {
		for j, f := range looked.Files {
			if f.Verdict != artefact.Verdicts[i] || len(out) >= maxRegistered {
				continue
			}
			r := looked.Reports[j]
			full, err := json.Marshal(r)
			if err != nil {
				continue // numbers and texts
			}
			x := &kind.ModelScannedV1{Maker: card.Maker, Product: card.Name, Version: card.Version, Model: called, File: f.Name, SHA256: f.SHA256, Bytes: f.Bytes, Format: f.Format, Verdict: string(f.Verdict), By: by}
			for _, h := range r.Rules {
				x.Rules = append(x.Rules, kind.ModelRule{ID: h.Rule, Level: string(h.Level), Where: firstOf(h.Where, h.Part), Text: h.Text})
			}
			for _, n := range r.Callables {
				x.Callables = append(x.Callables, kind.ModelCallable{Name: n.Full, Class: n.Class.String(), Where: n.Part})
			}
			x.Bound()
			out = append(out, received{fields: x, media: "application/json", open: bytesOf(full)})
		}
	}
	return out
}
