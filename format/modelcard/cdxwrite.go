package modelcard

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/pattern"
)

// Versions are those of CycloneDX that can be written.
var Versions = []string{"1.5", "1.6", "1.7"}

// CycloneDX writes the document as CycloneDX JSON of a version ("" is 1.7). It
// returns what could not be written. What it writes is valid by the schema.
func (d *Document) CycloneDX(w io.Writer, version string) (lost []string, err error) {
	bom, l, err := d.wire(version, false)
	if err != nil {
		return nil, err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return l.all(), e.Encode(bom)
}

// CycloneDXXML writes the document as CycloneDX XML; see [Document.CycloneDX].
func (d *Document) CycloneDXXML(w io.Writer, version string) (lost []string, err error) {
	bom, l, err := d.wire(version, true)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(bom); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	_, err = w.Write(b.Bytes())
	return l.all(), err
}

var serialForm = pattern.Of(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// outgo turns a document into its wire form.
type outgo struct {
	version string
	xml     bool
	refs    map[string]bool
	deps    []wireDependency
	losses  *losses
}

func (d *Document) wire(version string, inXML bool) (*wireBOM, *losses, error) {
	if version == "" {
		version = "1.7"
	}
	if !slices.Contains(Versions, version) {
		return nil, nil, fmt.Errorf("modelcard: CycloneDX %s is not written; there are %s", version, strings.Join(Versions, ", "))
	}
	o := &outgo{version: version, xml: inXML, refs: map[string]bool{}, losses: &losses{}}
	bom := &wireBOM{
		XMLNS: "http://cyclonedx.org/schema/bom/" + version, Schema: "http://cyclonedx.org/schema/bom-" + version + ".schema.json",
		Format: "CycloneDX", Spec: version, Revision: 1,
	}
	if serialForm().MatchString(d.Serial) {
		bom.Serial = d.Serial
	}
	meta := &wireMetadata{}
	if !d.Created.IsZero() {
		meta.Timestamp = d.Created.UTC().Format(time.RFC3339)
	}
	if name, v, _ := strings.Cut(d.Tool, " "); name != "" {
		meta.Tools = &wireTools{[]*wireComponent{{Type: "application", Name: name, Version: v}}}
	}
	if d.Author != "" {
		meta.Authors = []Contact{{Name: o.plain(d.Author)}}
	}
	for _, c := range d.Cards {
		w := o.card(c)
		if d.Root != "" && c.Ref == d.Root && meta.Component == nil {
			meta.Component = w
			continue
		}
		bom.Components = append(bom.Components, w)
	}
	for _, c := range d.Parts {
		w := o.component(c)
		if d.Root != "" && c.Ref == d.Root && meta.Component == nil {
			meta.Component = w
			continue
		}
		bom.Components = append(bom.Components, w)
	}
	if meta.Timestamp != "" || meta.Component != nil || meta.Tools != nil || meta.Authors != nil {
		bom.Metadata = meta
	}
	for _, dep := range o.deps {
		dep.On = slices.DeleteFunc(slices.Clone(dep.On), func(ref string) bool {
			if !o.refs[ref] {
				o.losses.add("%s depends on %s, which is not there", dep.Ref, ref)
			}
			return !o.refs[ref]
		})
		for _, ref := range dep.On {
			dep.XML = append(dep.XML, wireOn{ref})
		}
		bom.Dependencies = append(bom.Dependencies, dep)
	}
	return bom, o.losses, nil
}

// name gives a ref out once: refs are unique in a document.
func (o *outgo) name(ref string) string {
	if ref == "" || len(ref) > 4096 {
		return ""
	}
	if o.refs[ref] {
		o.losses.add("the ref %s stands twice", ref)
		return ""
	}
	o.refs[ref] = true
	return ref
}

// plain is text that the form can hold: XML 1.0 lacks some characters.
func (o *outgo) plain(s string) string {
	if !o.xml {
		return s
	}
	out := strings.Map(xmlRune, s)
	if out != s {
		o.losses.add("characters of %.60q that XML cannot hold", s)
	}
	return out
}

// xmlRune leaves out what XML 1.0 cannot hold.
func xmlRune(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r', r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000:
		return r
	}
	return -1
}

// publisherIsMaker says that the publisher stands for the maker.
const publisherIsMaker = "(publisher)"

// componentTypes are those of CycloneDX 1.5 and later.
var componentTypes = []string{"application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver", "firmware", "file", "machine-learning-model", "data", "cryptographic-asset"}

var hashSizes = map[string]int{"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-384": 96, "SHA-512": 128, "SHA3-256": 64, "SHA3-384": 96, "SHA3-512": 128, "BLAKE2b-256": 64, "BLAKE2b-384": 96, "BLAKE2b-512": 128, "BLAKE3": 64}

var hexForm = pattern.Of(`^[0-9a-fA-F]+$`)

func (o *outgo) component(c *Component) *wireComponent {
	w := &wireComponent{
		Type: c.Type, Ref: o.name(c.Ref), Publisher: o.plain(c.Publisher), Group: o.plain(c.Group), Name: o.plain(c.Name), Version: o.plain(c.Version),
		Description: o.plain(c.Description), Copyright: o.plain(c.Copyright), Properties: slices.Clone(c.Properties),
	}
	if !slices.Contains(componentTypes, w.Type) || w.Type == "cryptographic-asset" && o.version == "1.5" {
		o.losses.add("%s: the type %q", c.Name, c.Type)
		w.Type = "data"
	}
	if c.Maker != "" {
		switch {
		case o.version != "1.5":
			w.Manufacturer = &Entity{Name: o.plain(c.Maker)}
		case w.Publisher == "": // 1.5 knows a publisher only
			w.Publisher = o.plain(c.Maker)
			w.Properties = put(w.Properties, "maker", publisherIsMaker)
		default:
			w.Properties = put(w.Properties, "maker", c.Maker)
		}
	}
	if c.Supplier != "" {
		w.Supplier = &Entity{Name: o.plain(c.Supplier)}
	}
	if strings.HasPrefix(c.PURL, "pkg:") && uri(c.PURL) {
		w.PURL = c.PURL
	} else if c.PURL != "" {
		o.losses.add("%s: the package URL %q", c.Name, c.PURL)
	}
	for _, h := range c.Hashes {
		if hashSizes[h.Algorithm] == len(h.Value) && hexForm().MatchString(h.Value) {
			w.Hashes = append(w.Hashes, h)
		} else {
			o.losses.add("%s: the digest %s %q", c.Name, h.Algorithm, h.Value)
		}
	}
	o.licences(w, c)
	for _, l := range c.Links {
		if uri(l.URL) && slices.Contains(linkTypes, l.Type) {
			w.Links = append(w.Links, l)
		} else {
			o.losses.add("%s: the link %s %q", c.Name, l.Type, l.URL)
		}
	}
	for i := range c.Data {
		if o.xml && o.version == "1.5" && i > 0 { // the XML schema of 1.5 has room for one
			o.losses.add("%s: the data %s", c.Name, c.Data[i].Name)
			continue
		}
		w.Data = append(w.Data, o.data(&c.Data[i], c.Name))
	}
	for _, p := range c.Parts {
		w.Components = append(w.Components, o.component(p))
	}
	if w.Ref != "" && len(c.DependsOn) > 0 {
		o.deps = append(o.deps, wireDependency{Ref: w.Ref, On: c.DependsOn})
	}
	return w
}

func (o *outgo) licences(w *wireComponent, c *Component) {
	if len(c.Licences) == 0 {
		return
	}
	var list wireLicences
	for _, name := range c.Licences {
		// By name: whether it is an id of the SPDX list need not be known for that.
		l := wireLicence{}
		l.License = &struct {
			ID   string `json:"id,omitempty" xml:"id,omitempty"`
			Name string `json:"name,omitempty" xml:"name,omitempty"`
		}{Name: o.plain(name)}
		list = append(list, l)
	}
	w.Licences = &list
}

var linkTypes = []string{
	"vcs", "issue-tracker", "website", "advisories", "bom", "mailing-list", "social", "chat", "documentation", "support", "source-distribution", "distribution", "distribution-intake",
	"license", "build-meta", "build-system", "release-notes", "security-contact", "model-card", "log", "configuration", "evidence", "formulation", "attestation", "threat-model",
	"adversary-model", "risk-assessment", "vulnerability-assertion", "exploitability-statement", "pentest-report", "static-analysis-report", "dynamic-analysis-report",
	"runtime-analysis-report", "component-analysis-report", "maturity-report", "certification-report", "codified-infrastructure", "quality-metrics", "poam", "other",
}

// uri reports whether a text is an IRI reference that both schemas take.
func uri(s string) bool {
	if s == "" || strings.ContainsAny(s, " \t\r\n\"<>\\^`{|}") || strings.Count(s, "#") > 1 {
		return false
	}
	_, err := url.Parse(s)
	return err == nil && strings.Map(xmlRune, s) == s
}

var dataTypes = []string{"source-code", "configuration", "dataset", "definition", "other"}

func (o *outgo) data(d *Dataset, of string) wireData {
	if d.To != "" {
		return wireData{To: d.To}
	}
	w := wireData{
		Ref: o.name(d.Ref), Type: d.Type, Name: d.Name, Classification: d.Classification, Sensitive: d.Sensitive, Graphics: d.Graphics,
		Description: d.Description, Governance: d.Governance,
	}
	if !slices.Contains(dataTypes, w.Type) {
		w.Type = "dataset"
	}
	c := wireContents{Attachment: d.Attachment, Properties: d.extras()}
	if c.URL = d.URL; c.URL != "" && !uri(c.URL) {
		o.losses.add("%s: %s: the address %q", of, d.Name, c.URL)
		c.URL = ""
	}
	if c.Attachment != nil || c.URL != "" || len(c.Properties) > 0 {
		w.Contents = &c
	}
	return w
}

var approaches = []string{"supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised"}

func (o *outgo) card(c *Card) *wireComponent {
	part := c.Component
	part.Type = "machine-learning-model"
	w := o.component(&part)
	m := &wireCard{Ref: o.name(c.CardRef), Properties: c.cardExtras()}
	p := wireParameters{Task: c.Task, Family: c.Family, Architecture: c.Architecture, Inputs: c.Inputs, Outputs: c.Outputs}
	if slices.Contains(approaches, c.Approach) {
		p.Approach = &wireApproach{c.Approach}
	} else if c.Approach != "" {
		o.losses.add("%s: the approach %q", c.Name, c.Approach)
	}
	for i := range c.Datasets {
		p.Datasets = append(p.Datasets, o.data(&c.Datasets[i], c.Name))
	}
	if p.Approach != nil || p.Task != "" || p.Family != "" || p.Architecture != "" || len(p.Datasets)+len(p.Inputs)+len(p.Outputs) > 0 {
		m.Parameters = &p
	}
	if len(c.Metrics) > 0 || c.Graphics != nil {
		m.Analysis = &wireAnalysis{c.Metrics, c.Graphics}
	}
	s := wireConsiderations{Users: c.Users, UseCases: c.UseCases, Limitations: c.Limitations, Tradeoffs: c.Tradeoffs, Ethical: c.Ethical, Fairness: c.Fairness}
	some := len(s.Users)+len(s.UseCases)+len(s.Limitations)+len(s.Tradeoffs)+len(s.Ethical)+len(s.Fairness) > 0
	if e := o.energy(c); e != nil {
		s.Environment, some = e, true
	}
	if some {
		m.Considerations = &s
	}
	w.Card = m
	return w
}

var (
	activities = []string{"design", "data-collection", "data-preparation", "training", "fine-tuning", "validation", "deployment", "inference", "other"}
	sources    = []string{"coal", "oil", "natural-gas", "nuclear", "wind", "solar", "geothermal", "hydropower", "biofuel", "unknown", "other"}
)

// energy keeps what the schema takes; CycloneDX has it from 1.6.
func (o *outgo) energy(c *Card) *wireEnvironment {
	out := &wireEnvironment{}
	for _, e := range c.Energy {
		ok := slices.Contains(activities, e.Activity) && e.Cost != nil && e.Cost.Unit == "kWh" && len(e.Providers) > 0 && o.version != "1.5"
		for _, p := range e.Providers {
			ok = ok && p.Organization != nil && p.Provided != nil && p.Provided.Unit == "kWh" && slices.Contains(sources, p.Source)
		}
		for _, m := range []*Measure{e.CO2, e.Offset} {
			ok = ok && (m == nil || m.Unit == "tCO2eq")
		}
		if ok {
			out.Energy = append(out.Energy, e)
		} else {
			o.losses.add("%s: the energy of %s", c.Name, e.Activity)
		}
	}
	if len(out.Energy) == 0 {
		return nil
	}
	return out
}
