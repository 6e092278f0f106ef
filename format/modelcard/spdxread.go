package modelcard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// node is one element of an SPDX 3 graph.
type node map[string]json.RawMessage

func (n node) text(key string) string {
	var s string
	if json.Unmarshal(n[key], &s) == nil {
		return s
	}
	var x json.Number
	d := json.NewDecoder(bytes.NewReader(n[key]))
	d.UseNumber()
	if d.Decode(&x) == nil {
		return x.String()
	}
	return ""
}

func (n node) texts(key string) []string {
	var out []string
	if json.Unmarshal(n[key], &out) == nil {
		return out
	}
	if s := n.text(key); s != "" {
		return []string{s}
	}
	return nil
}

func (n node) nodes(key string) []node {
	var out []node
	if json.Unmarshal(n[key], &out) == nil {
		return out
	}
	var one node
	if json.Unmarshal(n[key], &one) == nil && one != nil {
		return []node{one}
	}
	return nil
}

func (n node) id() string   { return first(n.text("spdxId"), n.text("@id")) }
func (n node) kind() string { return first(n.text("type"), n.text("@type")) }

// graph is a document with its elements by id.
type graph struct {
	nodes []node
	byID  map[string]node
	// from is the relationships by the element they start at.
	from map[string][]relation
	// steps are those that may still be taken from models to their data: many models
	// that share many files would cost their product.
	steps int
}

// maxSteps bounds the search for the data of all models of a document.
const maxSteps = 2_000_000

type relation struct {
	kind string
	to   []string
}

// ReadSPDX reads the models and the data sets of an SPDX 3.0 document, JSON-LD: the
// AI and the dataset profile. Fields of these two that are not known are named in
// Lost. Errors say where the document is malformed.
func ReadSPDX(r io.Reader, lim Limits) (*Document, error) {
	lim = lim.orDefault()
	b, err := readAll(r, lim.Bytes)
	if err != nil {
		return nil, err
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if err := depthJSON(b, lim.Depth); err != nil {
		return nil, fmt.Errorf("modelcard: %w", err)
	}
	var raw struct {
		Context json.RawMessage `json:"@context"`
		Graph   []node          `json:"@graph"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		if s, ok := err.(*json.SyntaxError); ok {
			return nil, fmt.Errorf("modelcard: byte %d: %w", s.Offset, err)
		}
		return nil, fmt.Errorf("modelcard: %w", err)
	}
	if !bytes.Contains(raw.Context, []byte("spdx.org/rdf/3")) || raw.Graph == nil {
		return nil, fmt.Errorf("modelcard: this is no SPDX 3 document: it has no @graph in the context of https://spdx.org/rdf/3")
	}
	if len(raw.Graph) > lim.Components {
		return nil, fmt.Errorf("modelcard: more than %d elements", lim.Components)
	}
	g := &graph{nodes: raw.Graph, byID: map[string]node{}, from: map[string][]relation{}, steps: maxSteps}
	d := &Document{Format: "SPDX", Version: "3.0"}
	l := &losses{}
	for _, n := range g.nodes {
		if id := n.id(); id != "" {
			if g.byID[id] != nil {
				l.add("the id %s stands twice; the first holds", id)
			} else {
				g.byID[id] = n
			}
		}
		switch kind := n.kind(); {
		case kind == "CreationInfo":
			d.Version = first(n.text("specVersion"), d.Version)
			if d.Created.IsZero() {
				d.Created, _ = time.Parse(time.RFC3339, n.text("created"))
			}
		case kind == "SpdxDocument":
			d.Serial = n.id()
		case strings.HasSuffix(kind, "Relationship"):
			g.from[n.text("from")] = append(g.from[n.text("from")], relation{n.text("relationshipType"), n.texts("to")})
		}
	}
	used := map[string]bool{}
	for i, n := range g.nodes {
		if n.kind() != "ai_AIPackage" {
			continue
		}
		if len(d.Cards) >= lim.Cards {
			return nil, fmt.Errorf("modelcard: /@graph/%d: more than %d model cards", i, lim.Cards)
		}
		d.Cards = append(d.Cards, g.card(n, used))
	}
	for _, n := range g.nodes {
		if n.kind() == "dataset_DatasetPackage" && !used[n.id()] {
			own := &losses{}
			set := g.dataset(n, own)
			c := g.component(n)
			c.Data = []Dataset{set}
			d.Parts = append(d.Parts, &c)
			for _, s := range own.list {
				l.add("%s: %s", c.Name, s)
			}
		}
	}
	d.Lost = l.all()
	return d, nil
}

// base are the fields of a package that are read of every one; those that stand for
// the graph itself say nothing of a model.
var base = []string{
	"type", "@type", "spdxId", "@id", "creationInfo", "name", "description", "summary", "comment", "suppliedBy", "originatedBy", "releaseTime", "builtTime",
	"software_packageVersion", "software_downloadLocation", "software_packageUrl", "software_copyrightText", "software_primaryPurpose", "software_additionalPurpose", "verifiedUsing", "extension",
	"software_homePage", "software_sourceInfo", "software_attributionText", "externalRef", "externalIdentifier", "validUntilTime", "standardName", "supportLevel", "software_contentIdentifier",
}

func (g *graph) component(n node) Component {
	c := Component{
		Ref: n.id(), Type: "data", Name: n.text("name"), Version: n.text("software_packageVersion"), Description: first(n.text("description"), n.text("comment")),
		PURL: n.text("software_packageUrl"), Copyright: n.text("software_copyrightText"), Supplier: g.agent(n.text("suppliedBy")),
	}
	for _, id := range n.texts("originatedBy") {
		if c.Maker = g.agent(id); c.Maker != "" {
			break
		}
	}
	if u := n.text("software_downloadLocation"); u != "" {
		c.Links = append(c.Links, Link{Type: "distribution", URL: u})
	}
	for _, h := range n.nodes("verifiedUsing") {
		if alg := hashName(h.text("algorithm")); alg != "" {
			c.Hashes = append(c.Hashes, Hash{alg, h.text("hashValue")})
		}
	}
	for _, r := range g.from[n.id()] {
		if r.kind != "hasDeclaredLicense" {
			continue
		}
		for _, id := range r.to {
			text := g.byID[id].text("simplelicensing_licenseExpression")
			if text == "" {
				_, text, _ = strings.Cut(id, "spdx.org/licenses/")
			}
			if text != "" {
				c.Licences = append(c.Licences, text)
			}
		}
	}
	return c
}

// agent is the name of who is called by an id.
func (g *graph) agent(id string) string { return g.byID[id].text("name") }

var hashNames = map[string]string{
	"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "sha3_256": "SHA3-256", "sha3_384": "SHA3-384", "sha3_512": "SHA3-512",
	"blake2b256": "BLAKE2b-256", "blake2b384": "BLAKE2b-384", "blake2b512": "BLAKE2b-512", "blake3": "BLAKE3",
}

func hashName(s string) string { return hashNames[s] }

// pairs are dictionary entries.
func pairs(list []node) []Property {
	var out []Property
	for _, e := range list {
		out = append(out, Property{e.text("key"), e.text("value")})
	}
	return out
}

// aiTexts are the fields of the AI profile that are one text, and what they are of.
var aiTexts = []struct {
	key   string
	topic Topic
}{
	{"ai_autonomyType", Autonomy}, {"ai_informationAboutTraining", TrainingInfo}, {"ai_safetyRiskAssessment", SafetyRisk}, {"ai_useSensitivePersonalInformation", Personal}, {"summary", Summary},
}

// aiLists are those that are several.
var aiLists = []struct {
	key   string
	topic Topic
}{
	{"ai_domain", Domain}, {"ai_modelDataPreprocessing", Preprocessing}, {"ai_modelExplainability", Explainability}, {"ai_standardCompliance", Standards},
}

var aiEnergies = []struct{ key, activity string }{
	{"ai_trainingEnergyConsumption", "training"}, {"ai_finetuningEnergyConsumption", "fine-tuning"}, {"ai_inferenceEnergyConsumption", "inference"},
}

func (g *graph) card(n node, used map[string]bool) *Card {
	c := &Card{Component: g.component(n)}
	c.Type = "machine-learning-model"
	l := &losses{}
	known := slices.Clone(base)
	for _, x := range aiTexts {
		c.Say(x.topic, n.text(x.key))
		known = append(known, x.key)
	}
	for _, x := range aiLists {
		c.Say(x.topic, strings.Join(n.texts(x.key), "\n"))
		known = append(known, x.key)
	}
	var families []string
	for _, t := range n.texts("ai_typeOfModel") {
		if slices.Contains(approaches, t) && c.Approach == "" {
			c.Approach = t
		} else {
			families = append(families, t)
		}
	}
	c.Family = strings.Join(families, ", ")
	if s := n.text("ai_informationAboutApplication"); s != "" {
		c.UseCases = []string{s}
	}
	if s := n.text("ai_limitation"); s != "" {
		c.Limitations = []string{s}
	}
	c.Hyperparameters = pairs(n.nodes("ai_hyperparameter"))
	for _, p := range pairs(n.nodes("ai_metric")) {
		c.Metrics = append(c.Metrics, Metric{Type: p.Name, Value: p.Value})
	}
	var thresholds []string
	for _, p := range pairs(n.nodes("ai_metricDecisionThreshold")) {
		thresholds = append(thresholds, p.Name+"="+p.Value)
	}
	c.Say(Threshold, strings.Join(thresholds, "\n"))
	for _, e := range n.nodes("ai_energyConsumption") {
		for _, x := range aiEnergies {
			for _, d := range e.nodes(x.key) {
				m := &Measure{json.Number(d.text("ai_energyQuantity")), map[string]string{"kilowattHour": "kWh", "megajoule": "MJ"}[d.text("ai_energyUnit")]}
				if number(string(m.Value)) != nil || m.Value == "" {
					l.add("the energy of %s: %q is no number", x.activity, string(m.Value))
					continue
				}
				if m.Unit == "" {
					m.Unit = d.text("ai_energyUnit")
				}
				c.Energy = append(c.Energy, Energy{Activity: x.activity, Cost: m})
			}
		}
	}
	known = append(known, "ai_typeOfModel", "ai_informationAboutApplication", "ai_limitation", "ai_hyperparameter", "ai_metric", "ai_metricDecisionThreshold", "ai_energyConsumption")
	g.learnt(c, n, used, l)
	c.takeSPDX(n, l)
	rest(n, known, l)
	c.Lost = l.all()
	return c
}

// rest names the fields of a package that were not read.
func rest(n node, known []string, l *losses) {
	var keys []string
	for k := range n {
		if !slices.Contains(known, k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		l.add("%s", k)
	}
}

// learnt takes the data that the model, or what it contains, was trained and tested on.
func (g *graph) learnt(c *Card, n node, used map[string]bool, l *losses) {
	seen := map[string]bool{n.id(): true}
	queue := []string{n.id()}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, r := range g.from[id] {
			use := map[string]string{"trainedOn": "training", "testedOn": "test"}[r.kind]
			for _, to := range r.to {
				if g.steps--; g.steps < 0 {
					l.add("its data: the document relates too much")
					return
				}
				switch {
				case r.kind == "contains" && !seen[to]:
					seen[to] = true
					queue = append(queue, to)
				case use != "":
					d := g.byID[to]
					if d == nil {
						l.add("%s %s is not in the document", r.kind, to)
						continue
					}
					set := g.dataset(d, l)
					set.Use = use
					c.Datasets = append(c.Datasets, set)
					used[to] = true
				}
			}
		}
	}
}

func (g *graph) dataset(n node, l *losses) Dataset {
	c := g.component(n)
	d := Dataset{
		Ref: n.id(), Type: "dataset", Name: c.Name, Version: c.Version, Description: c.Description, URL: n.text("software_downloadLocation"),
		Licence: strings.Join(c.Licences, " AND "), Availability: n.text("dataset_datasetAvailability"), Size: n.text("dataset_datasetSize"),
		Collection: n.text("dataset_dataCollectionProcess"), Preparation: n.texts("dataset_dataPreprocessing"), Bias: n.texts("dataset_knownBias"),
		Intended: n.text("dataset_intendedUse"), Personal: n.text("dataset_hasSensitivePersonalInformation"), Update: n.text("dataset_datasetUpdateMechanism"),
		Classification: n.text("dataset_confidentialityLevel"), Kinds: n.texts("dataset_datasetType"),
		Noise: n.text("dataset_datasetNoise"), Anonymised: n.texts("dataset_anonymizationMethodUsed"), Sensors: pairs(n.nodes("dataset_sensor")),
	}
	if slices.Equal(d.Kinds, []string{"noAssertion"}) {
		d.Kinds = nil
	}
	for _, h := range c.Hashes {
		if h.Algorithm == "SHA-256" || d.Digest == "" {
			d.Digest = strings.ToLower(strings.ReplaceAll(h.Algorithm, "-", "")) + ":" + h.Value
		}
	}
	for _, p := range extension(n) {
		d.takeExtras([]Property{p})
	}
	if n.kind() == "dataset_DatasetPackage" {
		rest(n, append(slices.Clone(base), "dataset_datasetAvailability", "dataset_datasetSize", "dataset_dataCollectionProcess", "dataset_dataPreprocessing", "dataset_knownBias",
			"dataset_intendedUse", "dataset_hasSensitivePersonalInformation", "dataset_datasetUpdateMechanism", "dataset_confidentialityLevel", "dataset_datasetType", "dataset_datasetNoise", "dataset_anonymizationMethodUsed", "dataset_sensor"), l)
	}
	return d
}

// extension are the properties of an element (extension profile, CycloneDX properties).
func extension(n node) []Property {
	var out []Property
	for _, e := range n.nodes("extension") {
		for _, p := range e.nodes("extension_cdxProperty") {
			out = append(out, Property{p.text("extension_cdxPropName"), p.text("extension_cdxPropValue")})
		}
	}
	return out
}
