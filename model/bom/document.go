package bom

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/provenance"
)

// Sources are what a bill of materials is made of besides the files.
type Sources struct {
	Card *modelcard.Card // nil for none
	Plan *model.Plan     // nil for none
	// Signature is how the verification of the signature ended; nil: nobody looked.
	Signature *provenance.Verification
	// Maker, Product and Version count more than what card and plan say.
	Maker, Product, Version string
	Created                 time.Time
	Author                  string // who makes the document
	Tool                    string
}

// Document makes the bill of materials.
func (a *Artefact) Document(s Sources) *modelcard.Document {
	c := &modelcard.Card{}
	if s.Card != nil {
		clone := *s.Card
		c = &clone
	}
	c.Ref, c.Type = "model", "machine-learning-model"
	fill := func(to *string, from ...string) {
		for _, f := range from {
			if f != "" {
				*to = f
				return
			}
		}
	}
	var planned model.Identity
	if s.Plan != nil {
		planned = s.Plan.Model
	}
	fill(&c.Maker, s.Maker, c.Maker, planned.Maker)
	fill(&c.Name, s.Product, c.Name, planned.Product, strings.TrimSuffix(a.Name, ".safetensors"))
	fill(&c.Version, s.Version, c.Version, only(planned.Versions))
	fill(&c.Architecture, c.Architecture, a.Facts.Architecture)
	if s.Plan != nil {
		ofPlan(c, s.Plan)
	}
	a.ports(c)
	c.Properties = append(slices.Clone(c.Properties), a.properties(s)...)
	c.Hashes = nil
	if len(a.Files) == 1 {
		c.Hashes = []modelcard.Hash{{Algorithm: "SHA-256", Value: a.Files[0].SHA256}}
	}
	c.Parts, c.DependsOn = a.parts(c), nil
	d := &modelcard.Document{Cards: []*modelcard.Card{c}, Root: "model", Created: s.Created, Tool: s.Tool, Author: s.Author}
	for _, l := range a.Libraries {
		p := &modelcard.Component{Ref: "library:" + l.Name, Type: "library", Name: l.Name, Version: l.Version, PURL: purl(l)}
		if l.From != "" {
			p.Properties = append(p.Properties, modelcard.Property{Name: "wardround:seen-in", Value: l.From})
		}
		d.Parts = append(d.Parts, p)
		c.DependsOn = append(c.DependsOn, p.Ref)
	}
	// Named after what it was made of (RFC 9562 §5.8, version 8).
	h := sha256.Sum256([]byte(strings.Join([]string{a.Root, c.Maker, c.Name, c.Version}, "\x00")))
	id := h[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	d.Serial = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	return d
}

// only is the one version that a plan holds for, if it is one.
func only(list []string) string {
	if len(list) == 1 && !strings.Contains(list[0], "*") {
		return list[0]
	}
	return ""
}

func purl(l Library) string {
	name := strings.ReplaceAll(strings.ToLower(l.Name), "_", "-")
	if l.Version == "" {
		return "pkg:pypi/" + name
	}
	if strings.ContainsAny(l.Version, " ,<>*@?#%/") {
		return "pkg:pypi/" + name
	}
	return "pkg:pypi/" + name + "@" + strings.ReplaceAll(l.Version, "+", "%2B")
}

// ofPlan takes from a plan what a card does not say.
func ofPlan(c *modelcard.Card, p *model.Plan) {
	u := p.IntendedUse
	if len(c.UseCases) == 0 && u.Purpose != "" {
		c.UseCases = []string{u.Purpose}
	}
	if len(c.Users) == 0 {
		c.Users = slices.Clone(u.Users)
	}
	for _, x := range []struct {
		topic modelcard.Topic
		text  string
	}{{modelcard.Population, u.Population}, {modelcard.OutOfScope, strings.Join(u.NotFor, "\n")}, {modelcard.TrainingInfo, p.Training.Description}} {
		if c.Statement(x.topic) == "" && x.text != "" {
			said := maps.Clone(c.Said)
			c.Said = said
			c.Say(x.topic, x.text)
		}
	}
	if len(c.Datasets) == 0 {
		for _, d := range p.Training.Datasets {
			c.Datasets = append(c.Datasets, modelcard.Dataset{
				Type: "dataset", Name: d.Name, Description: d.Notes, Digest: d.Digest, Use: d.Use, Licence: d.Licence, Units: number(d.Units), Rows: number(d.Rows),
				Period: strings.Trim(d.From+" to "+d.To, " to"), Sites: strings.Join(d.Sites, ", "), URL: address(d.Source),
			})
		}
	}
	if len(c.Metrics) > 0 {
		return
	}
	for _, o := range p.Outputs {
		for _, pt := range o.Points {
			for _, x := range []struct {
				name  string
				value *float64
			}{{"sensitivity", pt.Sensitivity}, {"specificity", pt.Specificity}} {
				if x.value != nil {
					c.Metrics = append(c.Metrics, modelcard.Metric{Type: x.name, Value: strconv.FormatFloat(*x.value, 'g', -1, 64), Extra: modelcard.MetricExtra{Point: pt.Name}})
				}
			}
		}
	}
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func address(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}

// ports names inputs and outputs: as the plan says, else as the files do.
func (a *Artefact) ports(c *modelcard.Card) {
	if len(c.Inputs) == 0 {
		for _, in := range a.Facts.Inputs {
			c.Inputs = append(c.Inputs, modelcard.Port{Label: in.Name, Format: format(in.Type, in.Unit)})
		}
	}
	if len(c.Outputs) == 0 {
		for _, out := range a.Facts.Outputs {
			c.Outputs = append(c.Outputs, modelcard.Port{Label: out.Name, Format: format(out.Type, out.Unit)})
		}
	}
}

func format(typ, unit string) string {
	switch {
	case typ == "":
		return "tensor"
	case unit != "" && unit != "1":
		return typ + " (" + unit + ")"
	}
	return typ
}

// properties are facts of the files for which the forms have no field.
func (a *Artefact) properties(s Sources) []modelcard.Property {
	var out []modelcard.Property
	put := func(name, value string) {
		if value != "" {
			out = append(out, modelcard.Property{Name: "wardround:model:" + name, Value: value})
		}
	}
	put("digest", a.Root)
	put("format", a.Facts.Format)
	put("producer", a.Producer)
	if a.Tensors > 0 {
		put("tensors", strconv.Itoa(a.Tensors))
		put("parameters", strconv.FormatInt(a.Parameters, 10))
		var types []string
		for _, t := range slices.Sorted(maps.Keys(a.Types)) {
			types = append(types, fmt.Sprintf("%s: %d", t, a.Types[t]))
		}
		put("tensor-types", strings.Join(types, ", "))
	}
	var ops []string
	for _, op := range slices.Sorted(maps.Keys(a.Facts.Operators)) {
		ops = append(ops, fmt.Sprintf("%s: %d", op, a.Facts.Operators[op]))
	}
	if len(ops) > 500 {
		ops = append(ops[:500], fmt.Sprintf("and %d more", len(ops)-500))
	}
	put("operators", strings.Join(ops, ", "))
	for _, n := range a.Notes {
		put("note:"+n.Name, n.Value)
	}
	for _, u := range a.Unread {
		put("unread", u)
	}
	if v := s.Signature; v != nil {
		put("signature", string(v.State))
		put("signer", v.Signer)
		put("signature-why", v.Why)
		for _, x := range v.Attestations {
			put("attestation", strings.Trim(string(x.State)+": "+x.Says+"; signed by "+x.Signer+"; of "+strings.Join(x.Covered, ", ")+"; "+x.Why, "; "))
		}
	}
	return out
}

// parts are the files: of this version, from its maker.
func (a *Artefact) parts(c *modelcard.Card) []*modelcard.Component {
	var out []*modelcard.Component
	for i, f := range a.Files {
		p := &modelcard.Component{Ref: "file:" + strconv.Itoa(i), Type: "file", Name: f.Name, Version: c.Version, Supplier: c.Maker, Hashes: []modelcard.Hash{{Algorithm: "SHA-256", Value: f.SHA256}}}
		for _, x := range [][2]string{{"bytes", strconv.FormatInt(f.Bytes, 10)}, {"format", f.Format}, {"verdict", string(f.Verdict)}} {
			if x[1] != "" {
				p.Properties = append(p.Properties, modelcard.Property{Name: "wardround:file:" + x[0], Value: x[1]})
			}
		}
		out = append(out, p)
	}
	return out
}
