package modelcard

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
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

func decodeJSON(b []byte, bom *wireBOM, lim Limits, l *losses) error {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if err := depthJSON(b, lim.Depth); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(bom); err != nil {
		if t, ok := err.(*json.UnmarshalTypeError); ok {
			return fmt.Errorf("byte %d: %s: want %s, not a %s", t.Offset, t.Field, t.Type, t.Value)
		}
		if s, ok := err.(*json.SyntaxError); ok {
			return fmt.Errorf("byte %d: %w", s.Offset, err)
		}
		return err
	}
	var raw struct {
		Metadata struct {
			Component json.RawMessage `json:"component"`
		} `json:"metadata"`
		Components []json.RawMessage `json:"components"`
	}
	if json.Unmarshal(b, &raw) == nil {
		unknownJSON(raw.Metadata.Component, "/metadata/component", l)
		for i, c := range raw.Components {
			unknownJSON(c, fmt.Sprintf("/components/%d", i), l)
		}
	}
	return nil
}

// depthJSON refuses what is nested deeper than the limit.
func depthJSON(b []byte, most int) error {
	depth, text, escaped := 0, false, false
	for i, c := range b {
		switch {
		case escaped:
			escaped = false
		case text:
			escaped = c == '\\'
			text = c != '"'
		case c == '"':
			text = true
		case c == '{' || c == '[':
			if depth++; depth > most {
				return fmt.Errorf("byte %d: nested more than %d deep", i, most)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func decodeXML(b []byte, bom *wireBOM, lim Limits, l *losses) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	depth := 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > lim.Depth {
				line, _ := d.InputPos()
				return fmt.Errorf("line %d: nested more than %d deep", line, lim.Depth)
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			if bytes.Contains(t, []byte("DOCTYPE")) {
				line, _ := d.InputPos()
				return fmt.Errorf("line %d: a document type is refused", line)
			}
		}
	}
	if err := xml.Unmarshal(b, bom); err != nil {
		return err
	}
	unknownXML(b, l)
	return nil
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

// unknownJSON names the fields of a component's card and data that are not known.
func unknownJSON(raw json.RawMessage, path string, l *losses) {
	var c struct {
		Card       any               `json:"modelCard"`
		Data       any               `json:"data"`
		Components []json.RawMessage `json:"components"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &c) != nil {
		return
	}
	unknown(c.Card, reflect.TypeFor[wireCard](), path+"/modelCard", l)
	unknown(c.Data, reflect.TypeFor[[]wireData](), path+"/data", l)
	for i, r := range c.Components {
		unknownJSON(r, fmt.Sprintf("%s/components/%d", path, i), l)
	}
}

func unknown(v any, t reflect.Type, path string, l *losses) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return
		}
		known := map[string]reflect.Type{}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			known[name] = t.Field(i).Type
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if of, ok := known[name]; ok {
				unknown(v[name], of, path+"/"+name, l)
			} else {
				l.add("%s/%s", path, name)
			}
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, x := range v {
				unknown(x, t.Elem(), fmt.Sprintf("%s/%d", path, i), l)
			}
		}
	}
}

// unknownXML names the elements within cards that are not known.
func unknownXML(b []byte, l *losses) {
	d := xml.NewDecoder(bytes.NewReader(b))
	var path []string
	card := -1 // depth at which the card begins
	for {
		t, err := d.Token()
		if err != nil {
			return
		}
		switch t := t.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			switch {
			case card < 0 && t.Name.Local == "modelCard":
				card = len(path)
			case card > 0:
				if within := strings.Join(path[card:], "/"); !cardElements[within] {
					line, _ := d.InputPos()
					l.add("line %d: modelCard/%s", line, within)
				}
			}
		case xml.EndElement:
			if len(path) == card {
				card = -1
			}
			path = path[:len(path)-1]
		}
	}
}

// cardElements are the elements that a card may hold, by their path in it.
var cardElements = func() map[string]bool {
	out := map[string]bool{}
	elements(reflect.TypeFor[wireCard](), "", out, 0)
	return out
}()

func elements(t reflect.Type, path string, out map[string]bool, depth int) {
	if t == reflect.TypeFor[wireDatasets]() {
		out[path+"ref"], out[path+"dataset"] = true, true
		elements(reflect.TypeFor[wireData](), path+"dataset/", out, depth+1)
		return
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || depth > 12 {
		return
	}
	for i := range t.NumField() {
		name, opts, _ := strings.Cut(t.Field(i).Tag.Get("xml"), ",")
		if name == "" || name == "-" || strings.HasPrefix(opts, "attr") {
			continue
		}
		at := path
		for j, part := range strings.Split(name, ">") {
			if j > 0 {
				at += "/"
			}
			at += part
			out[at] = true
		}
		elements(t.Field(i).Type, at+"/", out, depth+1)
	}
}
