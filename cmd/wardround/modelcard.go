package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/modelcard"
)

// modelForms are the forms in which a card or a bill of materials is written.
type modelForms struct {
	As   string `enum:"cyclonedx,cyclonedx-xml,spdx,chai" default:"cyclonedx" help:"In which form: cyclonedx, cyclonedx-xml, spdx (3.0.1, JSON-LD), chai."`
	Spec string `enum:"1.5,1.6,1.7," default:"" help:"Version of CycloneDX: 1.5, 1.6 or 1.7 (default)."`
	Out  string `short:"o" placeholder:"FILE" help:"Where to write; default: standard output."`
}

// write writes a document, and says what the form has no place for.
func (f modelForms) write(a *app, op string, d *modelcard.Document) error {
	if f.Spec != "" && !strings.HasPrefix(f.As, "cyclonedx") {
		return wardround.Errorf(wardround.EInvalid, op, "--spec is about CycloneDX; --as %s has one version", f.As)
	}
	var b bytes.Buffer
	var lost []string
	var err error
	switch f.As {
	case "spdx":
		lost, err = d.SPDX(&b)
	case "chai":
		lost, err = d.CHAI(&b)
	case "cyclonedx-xml":
		lost, err = d.CycloneDXXML(&b, f.Spec)
	default:
		lost, err = d.CycloneDX(&b, f.Spec)
	}
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	if strings.HasPrefix(f.As, "cyclonedx") && b.Len() < maxJudged {
		if bad := cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}); len(bad) > 0 {
			return wardround.Errorf(wardround.EInternal, op, "what would be written is not valid by its schema: %s", bad[0])
		}
	}
	for _, l := range lost {
		fmt.Fprintf(a.stderr, "wardround: not written, %s has no place for it: %s\n", f.As, printable(l))
	}
	if f.Out == "" {
		_, err := a.stdout.Write(b.Bytes())
		return err
	}
	if err := os.WriteFile(f.Out, b.Bytes(), 0o644); err != nil {
		return wardround.Wrap(wardround.EForbidden, op, err)
	}
	return nil
}

// readCards reads a file of cards: CycloneDX, SPDX 3 or CHAI.
func readCards(name string) (*modelcard.Document, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "model card", err)
	}
	defer f.Close()
	return cardsOf(name, f)
}

func cardsOf(name string, r io.Reader) (*modelcard.Document, error) {
	d, err := modelcard.Read(r, modelcard.Limits{})
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "model card", "%s: %s", name, strings.TrimPrefix(err.Error(), "modelcard: "))
	}
	return d, nil
}

type modelCardCmd struct {
	File string `arg:"" help:"A model card: CycloneDX ML-BOM (JSON, XML), SPDX 3 (JSON-LD), or CHAI's Applied Model Card (XML)."`
	modelForms
	Convert bool `help:"Write it in the form of --as, instead of showing it."`
}

func (c *modelCardCmd) Help() string {
	return "Shows what a card claims as figures, and which of the 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B) it answers. With --convert it is written in another form; what that form has no place for is named."
}

// cardRow is a card as JSON.
type cardRow struct {
	Format     string                `json:"format"`
	Name       string                `json:"name"`
	Claims     []modelcard.Claim     `json:"claims"`
	Attributes []modelcard.Attribute `json:"attributes"`
	Lost       []string              `json:"lost,omitempty"`
}

func (c *modelCardCmd) Run(a *app) error {
	d, err := readCards(c.File)
	if err != nil {
		return err
	}
	if c.Convert || c.Out != "" {
		for _, l := range d.Lost {
			a.note("not read: %s", printable(l))
		}
		return c.write(a, "model card", d)
	}
	if len(d.Cards) == 0 {
		return wardround.Errorf(wardround.EInvalid, "model card", "%s: no model is in it", c.File)
	}
	for _, card := range d.Cards {
		if a.Format == "json" {
			row := cardRow{d.Format + " " + d.Version, card.Title(), card.Claims(), card.Attributes(), append(card.Lost, d.Lost...)}
			if err := a.object("card", row); err != nil {
				return err
			}
			continue
		}
		if err := a.card(d, card); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) card(d *modelcard.Document, c *modelcard.Card) error {
	fmt.Fprintf(a.stdout, "%s (%s %s)\n", printable(c.Title()), d.Format, d.Version)
	for _, x := range []struct{ name, text string }{
		{"is for", strings.Join(c.UseCases, "; ")}, {"is used by", strings.Join(c.Users, "; ")}, {"patients", c.Statement(modelcard.Population)},
		{"not for", c.Statement(modelcard.OutOfScope)}, {"limits", strings.Join(c.Limitations, "; ")}, {"made as", c.Architecture},
	} {
		if x.text != "" {
			fmt.Fprintf(a.stdout, "  %-11s %s\n", x.name, printable(clip(strings.Join(strings.Fields(x.text), " "), 160)))
		}
	}
	var rows [][]string
	for _, k := range c.Claims() {
		interval := ""
		if k.Ranged {
			interval = fmt.Sprintf("%.4g to %.4g", k.Low, k.High)
		}
		rows = append(rows, []string{k.Metric, k.Slice, fmt.Sprintf("%.4g", k.Value), interval})
	}
	if err := a.grid([]string{"claims", "of", "value", "interval"}, rows); err != nil {
		return err
	}
	if n := len(c.Metrics) - len(rows); n > 0 {
		a.note("%d further figures cannot be held against measurements: times, counts, texts.", n)
	}
	answered := 0
	var open []string
	for _, at := range c.Attributes() {
		if at.Answered {
			answered++
		} else {
			open = append(open, at.Clause+" "+at.Asks)
		}
	}
	fmt.Fprintf(a.stdout, "Source attributes answered: %d of 31\n", answered)
	for _, s := range open {
		fmt.Fprintf(a.stdout, "  ? %s\n", s)
	}
	for _, l := range append(c.Lost, d.Lost...) {
		fmt.Fprintf(a.stdout, "  not read: %s\n", printable(l))
	}
	return nil
}
