package modelcard

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// CHAI writes the first card as an Applied Model Card v0.2. It returns what has no
// place there.
func (d *Document) CHAI(w io.Writer) (lost []string, err error) {
	l := &losses{}
	if len(d.Cards) == 0 {
		return nil, fmt.Errorf("modelcard: the document has no model")
	}
	for _, c := range d.Cards[1:] {
		l.add("the model %s: the form holds one", c.Title())
	}
	for _, p := range d.Parts {
		l.add("the component %s", p.Name)
	}
	c := d.Cards[0]
	x := chaiCard{XMLNS: chaiSpace}
	x.Basic.Name, x.Basic.Developer, x.Release.Version, x.Summary.Summary = c.Name, first(c.Maker, c.Publisher, c.Supplier), c.Version, c.Description
	texts := x.texts()
	for _, t := range texts {
		*t.to = c.Said[t.topic]
	}
	for _, t := range c.saidTopics() {
		if t != EHR && t != Keywords && !slices.ContainsFunc(texts, func(y chaiText) bool { return y.topic == t }) {
			l.add("%s", t)
		}
	}
	for i, s := range x.sections() {
		if s.Result != "" { // v0.1 says results as text; v0.2 has a list
			s.Interpretation = strings.TrimSpace(s.Result + "\n\n" + s.Interpretation)
			s.Result = ""
			l.add("%s: as part of the interpretation", OldResult.In(Sections[i]))
		}
	}
	if s := c.Said[EHR]; s != "" {
		x.Release.EHR = &chaiEHR{strings.Split(s, "\n")}
	}
	x.Summary.Keywords = &chaiKeywords{}
	if s := c.Said[Keywords]; s != "" {
		x.Summary.Keywords.Keyword = strings.Split(s, "\n")
	}
	x.Uses.Intended, x.Uses.Users = strings.Join(c.UseCases, "\n\n"), strings.Join(c.Users, "\n\n")
	x.Warnings.Risks, x.Trust.Facts.Type = strings.Join(c.Limitations, "\n\n"), c.Architecture
	var biases []string
	for _, r := range c.Ethical {
		biases = append(biases, strings.TrimSpace(r.Name+"\n\n"+r.Mitigation))
	}
	x.Warnings.Biases = strings.Join(biases, "\n\n")
	c.chaiResults(&x)
	c.chaiLost(l)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return nil, err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "\t")
	if err := e.Encode(x); err != nil {
		return nil, err
	}
	_, err = io.WriteString(w, "\n")
	return l.all(), err
}

func (c *Card) chaiResults(x *chaiCard) {
	for i, s := range x.sections() {
		s.Results = &chaiResults{}
		for _, m := range c.Metrics {
			if m.Extra.Section == Sections[i] || m.Extra.Section == "" && i == 0 {
				s.Results.Result = append(s.Results.Result, chaiOf(m))
			}
		}
		if len(s.Results.Result) == 0 {
			s.Results.Result = []chaiResult{{Label: "not stated", Value: `{"kind":"single"}`}} // the schema asks for one
		}
	}
}

func chaiOf(m Metric) chaiResult {
	label := m.Type
	if m.Slice != "" {
		label += " (" + m.Slice + ")"
	}
	if m.Extra.Raw != "" {
		return chaiResult{label, m.Extra.Raw}
	}
	num := func(s string) json.Number {
		if x, percent, ok := Number(s); ok && !percent && number(s) == nil {
			_ = x
			return json.Number(s)
		}
		return ""
	}
	v := chaiValue{Kind: m.Extra.Kind, Unit: m.Extra.Unit, SD: num(m.Extra.SD), Level: num(m.Extra.Level)}
	if v.Kind == "" {
		v.Kind = "single"
		if m.Interval != nil {
			v.Kind = "estimate_ci"
		}
	}
	value := num(m.Value)
	if x, percent, ok := Number(m.Value); ok && percent && v.Unit == "" {
		value, v.Unit = json.Number(fmt.Sprint(x)), "%"
	}
	if value == "" && m.Value != "" {
		b, _ := json.Marshal(m.Value)
		return chaiResult{label, string(b)}
	}
	switch v.Kind {
	case "estimate_ci":
		v.Estimate = value
	case "mean_sd":
		v.Mean = value
	default:
		v.Value = value
	}
	if m.Interval != nil {
		v.Lower, v.Upper = num(m.Interval.Low), num(m.Interval.High)
	}
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte(`{"kind":"single"}`)
	}
	return chaiResult{label, string(b)}
}

// chaiLost names the fields of a card that the form has no place for.
func (c *Card) chaiLost(l *losses) {
	for _, x := range []struct {
		name  string
		there bool
	}{
		{"group", c.Group != ""}, {"package URL", c.PURL != ""}, {"copyright", c.Copyright != ""}, {"licences", len(c.Licences) > 0}, {"hashes", len(c.Hashes) > 0},
		{"links", len(c.Links) > 0}, {"data", len(c.Data) > 0}, {"properties", len(c.Properties)+len(c.CardProperties) > 0}, {"parts", len(c.Parts) > 0},
		{"approach", c.Approach != ""}, {"task", c.Task != ""}, {"architecture family", c.Family != ""}, {"datasets", len(c.Datasets) > 0},
		{"inputs and outputs", len(c.Inputs)+len(c.Outputs) > 0}, {"graphics", c.Graphics != nil}, {"performance trade-offs", len(c.Tradeoffs) > 0},
		{"fairness assessments", len(c.Fairness) > 0}, {"energy", len(c.Energy) > 0}, {"hyperparameters", len(c.Hyperparameters) > 0},
		{"several makers", c.Maker != "" && (c.Publisher != "" && c.Publisher != c.Maker || c.Supplier != "" && c.Supplier != c.Maker)},
	} {
		if x.there {
			l.add("%s", x.name)
		}
	}
	for _, m := range c.Metrics {
		if m.Extra.Units != 0 || m.Extra.Dataset != "" || m.Extra.Point != "" {
			l.add("metric %s: on what it was measured", m.Type)
		}
	}
}
