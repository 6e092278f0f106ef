package modelcard

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/cyclonedx"
)

// ReadCycloneDX reads the models and the data of a CycloneDX document, JSON or XML.
// Fields of a model card that are not known are named in Lost. A document without a
// model is no error: it has no Cards. Errors say where the document is malformed.
func ReadCycloneDX(r io.Reader, lim Limits) (*Document, error) {
	lim = lim.orDefault()
	b, err := readAll(r, lim.Bytes)
	if err != nil {
		return nil, err
	}
	format, version, _ := cyclonedx.Detect(b)
	var bom wireBOM
	l := &losses{}
	switch format {
	case "CycloneDX XML":
		err = decodeXML(b, &bom, lim, l)
	case "CycloneDX JSON", "": // "": who it is may stand at the end
		if err = decodeJSON(b, &bom, lim, l); err == nil && bom.Format != "CycloneDX" {
			err = fmt.Errorf("this is no CycloneDX document: bomFormat is %.40q", bom.Format)
		}
	default:
		err = fmt.Errorf("this is no CycloneDX document but %s", format)
	}
	if err != nil {
		return nil, fmt.Errorf("modelcard: %w", err)
	}
	d := &Document{Format: "CycloneDX", Version: version, Serial: bom.Serial}
	if bom.Spec != "" {
		d.Version = bom.Spec
	}
	if bom.Metadata != nil {
		d.Created, _ = time.Parse(time.RFC3339, bom.Metadata.Timestamp)
		if len(bom.Metadata.Authors) > 0 {
			d.Author = bom.Metadata.Authors[0].Name
		}
	}
	in := &intake{doc: d, lim: lim, losses: l}
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		d.Root = bom.Metadata.Component.Ref
		in.component(bom.Metadata.Component, "/metadata/component", 0)
	}
	for i, c := range bom.Components {
		in.component(c, fmt.Sprintf("/components/%d", i), 0)
	}
	if in.err != nil {
		return nil, fmt.Errorf("modelcard: %w", in.err)
	}
	d.Lost = l.all()
	return d, nil
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("modelcard: more than %d bytes", limit)
	}
	return b, nil
}

// intake turns wire components into cards and parts.
type intake struct {
	doc    *Document
	lim    Limits
	losses *losses
	n      int
	err    error
}

func (in *intake) component(w *wireComponent, path string, depth int) {
	if in.n++; in.n > in.lim.Components && in.err == nil {
		in.err = fmt.Errorf("%s: more than %d components", path, in.lim.Components)
	}
	if depth > in.lim.Depth && in.err == nil {
		in.err = fmt.Errorf("%s: nested more than %d deep", path, in.lim.Depth)
	}
	if in.err != nil || w == nil {
		return
	}
	switch {
	case w.Card != nil || w.Type == "machine-learning-model":
		if len(in.doc.Cards) >= in.lim.Cards {
			in.err = fmt.Errorf("%s: more than %d model cards", path, in.lim.Cards)
			return
		}
		in.doc.Cards = append(in.doc.Cards, in.card(w, path))
	case len(w.Data) > 0:
		c := in.part(w, path)
		in.doc.Parts = append(in.doc.Parts, &c)
	}
	for i, c := range w.Components {
		in.component(c, fmt.Sprintf("%s/components/%d", path, i), depth+1)
	}
}

func (in *intake) part(w *wireComponent, path string) Component {
	c := Component{
		Ref: w.Ref, Type: w.Type, Publisher: w.Publisher, Group: w.Group, Name: w.Name, Version: w.Version, Description: w.Description,
		PURL: w.PURL, Copyright: w.Copyright, Hashes: w.Hashes, Links: w.Links, Properties: w.Properties,
	}
	for _, x := range []struct {
		from *Entity
		to   *string
		name string
	}{{w.Manufacturer, &c.Maker, "manufacturer"}, {w.Supplier, &c.Supplier, "supplier"}} {
		if x.from != nil {
			*x.to = x.from.Name
			if x.from.Address != nil || len(x.from.URL) > 0 || len(x.from.Contact) > 0 {
				in.losses.add("%s/%s: address, url, contact", path, x.name)
			}
		}
	}
	if i := slices.IndexFunc(c.Properties, func(p Property) bool { return p.Name == prefix+"maker" }); i >= 0 && c.Maker == "" {
		if c.Maker = c.Properties[i].Value; c.Maker == publisherIsMaker {
			c.Maker, c.Publisher = c.Publisher, ""
		}
		c.Properties = slices.Delete(slices.Clone(c.Properties), i, i+1)
	}
	if w.Licences != nil {
		for _, l := range *w.Licences {
			if l.License != nil {
				c.Licences = append(c.Licences, first(l.License.ID, l.License.Name))
			} else {
				c.Licences = append(c.Licences, l.Expression)
			}
		}
	}
	for i := range w.Data {
		c.Data = append(c.Data, dataset(&w.Data[i]))
	}
	return c
}

func dataset(w *wireData) Dataset {
	d := Dataset{
		To: w.To, Ref: w.Ref, Type: w.Type, Name: w.Name, Description: w.Description, Classification: w.Classification,
		Sensitive: w.Sensitive, Graphics: w.Graphics, Governance: w.Governance,
	}
	if c := w.Contents; c != nil {
		d.URL, d.Attachment = c.URL, c.Attachment
		d.takeExtras(c.Properties)
	}
	return d
}

func (in *intake) card(w *wireComponent, path string) *Card {
	c := &Card{Component: in.part(w, path)}
	own := &losses{}
	m := w.Card
	if m == nil {
		return c
	}
	c.CardRef = m.Ref
	if p := m.Parameters; p != nil {
		if p.Approach != nil {
			c.Approach = p.Approach.Type
		}
		c.Task, c.Family, c.Architecture, c.Inputs, c.Outputs = p.Task, p.Family, p.Architecture, p.Inputs, p.Outputs
		for i := range p.Datasets {
			c.Datasets = append(c.Datasets, dataset(&p.Datasets[i]))
		}
	}
	if a := m.Analysis; a != nil {
		c.Metrics, c.Graphics = a.Metrics, a.Graphics
	}
	if s := m.Considerations; s != nil {
		c.Users, c.UseCases, c.Limitations, c.Tradeoffs, c.Ethical, c.Fairness = s.Users, s.UseCases, s.Limitations, s.Tradeoffs, s.Ethical, s.Fairness
		if e := s.Environment; e != nil {
			c.Energy = e.Energy
			if len(e.Properties) > 0 {
				own.add("environmentalConsiderations/properties")
			}
			for i := range c.Energy {
				soundEnergy(&c.Energy[i], own)
			}
		}
	}
	c.takeExtras(m.Properties, own.add)
	// What is lost of this card is said at the card, and with its place in the document.
	for _, s := range in.losses.list {
		if rest, ok := strings.CutPrefix(s, path+"/modelCard/"); ok {
			own.add("%s", rest)
		}
	}
	c.Lost = own.all()
	return c
}

// soundEnergy drops numbers that are none: JSON could not be written with them.
func soundEnergy(e *Energy, l *losses) {
	list := []**Measure{&e.Cost, &e.CO2, &e.Offset}
	for i := range e.Providers {
		list = append(list, &e.Providers[i].Provided)
	}
	for _, m := range list {
		if *m == nil {
			continue
		}
		(*m).Value = json.Number(strings.TrimSpace(string((*m).Value)))
		if err := number(string((*m).Value)); err != nil || (*m).Value == "" {
			l.add("energy: %q is no number", string((*m).Value))
			*m = nil
		}
	}
}
