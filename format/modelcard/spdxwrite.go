package modelcard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// spdxWriter collects the elements of a graph.
type spdxWriter struct {
	base   string
	out    []any
	agents map[string]string // by name
	n      int
	losses *losses
}

type object = map[string]any

// SPDX writes the document as SPDX 3.0.1, JSON-LD, with the AI and the dataset
// profile. What these have no field for stands in properties (extension profile). It
// returns what could not be written.
func (d *Document) SPDX(w io.Writer) (lost []string, err error) {
	s := &spdxWriter{agents: map[string]string{}, losses: &losses{}}
	s.base = d.namespace()
	created := d.Created
	if created.IsZero() {
		created = time.Unix(0, 0)
	}
	tool, version, _ := strings.Cut(first(d.Tool, "wardround"), " ")
	by := s.id("Tool", tool)
	author := s.agent(first(d.Author, tool))
	s.out = append(s.out,
		object{"type": "CreationInfo", "@id": "_:creationinfo", "specVersion": "3.0.1", "created": created.UTC().Format(time.RFC3339), "createdBy": []string{author}, "createdUsing": []string{by}},
		s.element("Tool", by, object{"name": strings.TrimSpace(tool + " " + version)}))
	var roots []string
	refs := map[string]string{} // of the document's refs
	for _, c := range d.Cards {
		roots = append(roots, s.card(c, refs))
	}
	for _, c := range d.Parts {
		id := s.part(c, refs)
		if len(d.Cards) == 0 {
			roots = append(roots, id)
		}
	}
	s.depends(d, refs)
	profiles := []string{"core", "software", "simpleLicensing", "ai", "dataset", "extension"}
	sbom := s.id("Sbom", "1")
	s.out = append(s.out,
		s.element("software_Sbom", sbom, object{"profileConformance": profiles, "rootElement": roots, "software_sbomType": []string{"analyzed"}}),
		s.element("SpdxDocument", s.base, object{"profileConformance": profiles, "rootElement": []string{sbom}}))
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return s.losses.all(), e.Encode(object{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": s.out})
}

// namespace is what the ids of the document begin with: its serial, else a name
// derived from its models.
func (d *Document) namespace() string {
	if strings.Contains(d.Serial, ":") && uri(d.Serial) && !strings.Contains(d.Serial, "#") {
		return d.Serial
	}
	h := sha256.New()
	for _, c := range d.Cards {
		fmt.Fprintf(h, "%q%q%q%q", c.Maker, c.Group, c.Name, c.Version)
	}
	return "urn:wardround:modelcard:" + hex.EncodeToString(h.Sum(nil)[:16])
}

func (s *spdxWriter) id(kind, name string) string {
	s.n++
	return fmt.Sprintf("%s#%s-%d", s.base, kind, s.n)
}

func (s *spdxWriter) element(kind, id string, fields object) object {
	out := object{"type": kind, "spdxId": id, "creationInfo": "_:creationinfo"}
	for k, v := range fields {
		switch x := v.(type) {
		case string:
			if x == "" {
				continue
			}
		case []string:
			if len(x) == 0 {
				continue
			}
		case []object:
			if len(x) == 0 {
				continue
			}
		}
		out[k] = v
	}
	return out
}

// agent is the id of an organization.
func (s *spdxWriter) agent(name string) string {
	if name == "" {
		return ""
	}
	id, ok := s.agents[name]
	if !ok {
		id = s.id("Organization", name)
		s.agents[name] = id
		s.out = append(s.out, s.element("Organization", id, object{"name": name}))
	}
	return id
}

func (s *spdxWriter) relate(kind, from string, to ...string) {
	if len(to) == 0 {
		return
	}
	s.out = append(s.out, s.element("Relationship", s.id("Relationship", kind), object{"relationshipType": kind, "from": from, "to": to}))
}

// common are the fields of every package.
func (s *spdxWriter) common(c *Component) object {
	out := object{
		"name": c.Name, "description": c.Description, "software_packageVersion": c.Version, "software_copyrightText": c.Copyright, "suppliedBy": s.agent(c.Supplier),
	}
	if c.Maker != "" {
		out["originatedBy"] = []string{s.agent(c.Maker)}
	}
	if strings.HasPrefix(c.PURL, "pkg:") && uri(c.PURL) {
		out["software_packageUrl"] = c.PURL
	}
	for _, l := range c.Links {
		if _, there := out["software_downloadLocation"]; l.Type == "distribution" && !there && uri(l.URL) {
			out["software_downloadLocation"] = l.URL
		}
	}
	var hashes []object
	for _, h := range c.Hashes {
		for spdx, name := range hashNames {
			if name == h.Algorithm {
				hashes = append(hashes, object{"type": "Hash", "algorithm": spdx, "hashValue": strings.ToLower(h.Value)})
			}
		}
	}
	out["verifiedUsing"] = hashes
	return out
}

func (s *spdxWriter) licences(id string, list []string) {
	for _, l := range list {
		if l == "" {
			continue
		}
		at := s.id("License", l)
		s.out = append(s.out, s.element("simplelicensing_LicenseExpression", at, object{"simplelicensing_licenseExpression": l}))
		s.relate("hasDeclaredLicense", id, at)
	}
}

func entries(list []Property) []object {
	var out []object
	for _, p := range list {
		if p.Name != "" {
			out = append(out, object{"type": "DictionaryEntry", "key": p.Name, "value": p.Value})
		}
	}
	return out
}

func properties(list []Property) []object {
	if len(list) == 0 {
		return nil
	}
	var out []object
	for _, p := range list {
		out = append(out, object{"type": "extension_CdxPropertyEntry", "extension_cdxPropName": p.Name, "extension_cdxPropValue": p.Value})
	}
	return []object{{"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": out}}
}

// yesNo are the values of SPDX's presence type.
var yesNo = []string{"yes", "no", "noAssertion"}

func (s *spdxWriter) card(c *Card, refs map[string]string) string {
	id := s.id("AIPackage", c.Name)
	refs[c.Ref] = id
	f := s.common(&c.Component)
	f["software_primaryPurpose"] = "model"
	for _, x := range aiTexts {
		text := c.Said[x.topic]
		if (x.topic == Autonomy || x.topic == Personal) && text != "" && !slices.Contains(yesNo, text) || x.topic == SafetyRisk && text != "" && !slices.Contains([]string{"serious", "high", "medium", "low"}, text) {
			s.losses.add("%s: %s %q", c.Name, x.topic, text)
			continue
		}
		f[x.key] = text
	}
	for _, x := range aiLists {
		f[x.key] = lines(c.Said[x.topic])
	}
	var types []string
	if c.Family != "" {
		types = strings.Split(c.Family, ", ")
	}
	if c.Approach != "" {
		types = append(types, c.Approach)
	}
	f["ai_typeOfModel"] = types
	f["ai_informationAboutApplication"] = strings.Join(c.UseCases, "\n\n")
	f["ai_limitation"] = strings.Join(c.Limitations, "\n\n")
	f["ai_hyperparameter"] = entries(c.Hyperparameters)
	var metrics, thresholds []Property
	for _, m := range c.Metrics {
		metrics = append(metrics, Property{m.Type, m.Value})
	}
	f["ai_metric"] = entries(metrics)
	for _, t := range lines(c.Said[Threshold]) {
		name, value, _ := strings.Cut(t, "=")
		thresholds = append(thresholds, Property{name, value})
	}
	f["ai_metricDecisionThreshold"] = entries(thresholds)
	s.energy(c, f)
	f["extension"] = properties(c.beyondSPDX(s.losses))
	s.out = append(s.out, s.element("ai_AIPackage", id, f))
	s.licences(id, c.Licences)
	for i := range c.Datasets {
		d := &c.Datasets[i]
		kind := map[string]string{"test": "testedOn", "external test": "testedOn"}[d.Use]
		if kind == "" {
			kind = "trainedOn"
		}
		at := refs[d.To]
		if d.To != "" && at == "" {
			s.losses.add("%s: the data %s is described elsewhere", c.Name, d.To)
			continue
		}
		if d.To == "" {
			at = s.dataset(d, c.Name, nil)
		}
		s.relate(kind, id, at)
	}
	var parts []string
	for _, p := range c.Parts {
		parts = append(parts, s.part(p, refs))
	}
	s.relate("contains", id, parts...)
	return id
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func (s *spdxWriter) energy(c *Card, f object) {
	e := object{"type": "ai_EnergyConsumption"}
	for _, x := range aiEnergies {
		var list []object
		for _, y := range c.Energy {
			if y.Activity == x.activity && y.Cost != nil {
				unit := map[string]string{"kWh": "kilowattHour", "MJ": "megajoule"}[y.Cost.Unit]
				if unit == "" {
					unit = "other"
				}
				list = append(list, object{"type": "ai_EnergyConsumptionDescription", "ai_energyQuantity": y.Cost.Value.String(), "ai_energyUnit": unit})
			}
		}
		if list != nil {
			e[x.key] = list
		}
	}
	if len(e) > 1 {
		f["ai_energyConsumption"] = e
	}
}

// dataset writes data; where it is a component of its own, with what is said of that.
func (s *spdxWriter) dataset(d *Dataset, of string, c *Component) string {
	id := s.id("DatasetPackage", d.Name)
	f := object{}
	if c != nil {
		f = s.common(c)
	}
	for k, v := range (object{
		"name": first(d.Name, "data of "+of), "description": d.Description, "software_packageVersion": d.Version, "software_primaryPurpose": "data",
		"dataset_datasetAvailability": d.Availability, "dataset_dataCollectionProcess": d.Collection, "dataset_dataPreprocessing": d.Preparation, "dataset_knownBias": d.Bias,
		"dataset_intendedUse": d.Intended, "dataset_hasSensitivePersonalInformation": d.Personal, "dataset_datasetUpdateMechanism": d.Update,
		"dataset_datasetNoise": d.Noise, "dataset_anonymizationMethodUsed": d.Anonymised, "dataset_sensor": entries(d.Sensors),
	}) {
		if text, ok := v.(string); !ok || text != "" {
			f[k] = v
		}
	}
	types := d.Kinds
	if len(types) == 0 {
		types = []string{"noAssertion"} // the profile asks for at least one
	}
	f["dataset_datasetType"] = types
	if d.Classification != "" {
		if slices.Contains([]string{"red", "amber", "green", "clear"}, d.Classification) {
			f["dataset_confidentialityLevel"] = d.Classification
		}
	}
	if d.Size != "" && number(d.Size) == nil {
		f["dataset_datasetSize"] = json.Number(d.Size)
	}
	if uri(d.URL) {
		f["software_downloadLocation"] = d.URL
	}
	if alg, hexa, ok := strings.Cut(d.Digest, ":"); ok && (c == nil || len(c.Hashes) == 0) {
		f["verifiedUsing"] = []object{{"type": "Hash", "algorithm": alg, "hashValue": hexa}}
	}
	extra := Dataset{Use: d.Use, Units: d.Units, Rows: d.Rows, Period: d.Period, Sites: d.Sites, Properties: d.Properties}
	f["extension"] = properties(extra.extras())
	for name, there := range map[string]bool{"attachment": d.Attachment != nil, "graphics": d.Graphics != nil, "governance": d.Governance != nil, "sensitive data": len(d.Sensitive) > 0} {
		if there {
			s.losses.add("%s: data %s: %s", of, d.Name, name)
		}
	}
	if d.Classification != "" && f["dataset_confidentialityLevel"] == nil {
		s.losses.add("%s: data %s: the classification %q", of, d.Name, d.Classification)
	}
	s.out = append(s.out, s.element("dataset_DatasetPackage", id, f))
	switch {
	case c != nil && len(c.Licences) > 0:
		s.licences(id, c.Licences)
	case d.Licence != "":
		s.licences(id, strings.Split(d.Licence, " AND "))
	}
	return id
}
