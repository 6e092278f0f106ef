package modelcard

import (
	"encoding/json"
	"strings"
	"time"
)

// Document is a file that says something of models: their cards, and what is said of
// data that stands beside them.
type Document struct {
	Format  string // "CycloneDX", "SPDX", "CHAI"
	Version string // of the format: "1.7", "3.0.1", "0.2"
	Serial  string
	Created time.Time
	Cards   []*Card
	// Parts are the other components: of a document that was read those that carry
	// data, of one that is written also files and libraries.
	Parts []*Component
	// Root is the ref of what the document is of; "" the first card.
	Root string
	Tool string // what wrote it, name and version: "wardround 1.2"
	// Author is who made the document, "" nobody says.
	Author string
	// Lost are the fields that were there and could not be read.
	Lost []string
}

// Card is what is said of one model.
type Card struct {
	Component

	Approach     string // "supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised"
	Task         string
	Family       string // of architecture: "convolutional neural network"
	Architecture string
	Datasets     []Dataset
	Inputs       []Port
	Outputs      []Port

	Metrics  []Metric
	Graphics *Graphics

	Users       []string
	UseCases    []string
	Limitations []string
	Tradeoffs   []string
	Ethical     []Risk
	Fairness    []Fairness
	Energy      []Energy

	Hyperparameters []Property
	// Said are statements on further topics: those of CHAI's card and of SPDX's AI
	// profile.
	Said map[Topic]string
	// CardRef is the ref of the card itself, CardProperties are its own.
	CardRef        string
	CardProperties []Property
	// Lost are the fields of this card that were there and could not be read.
	Lost []string
}

// Component is a part: a model, a file of it, a library, a set of data.
type Component struct {
	Ref         string
	Type        string // of CycloneDX: "machine-learning-model", "data", "file", "library"
	Maker       string
	Publisher   string
	Supplier    string
	Group       string
	Name        string
	Version     string
	Description string
	PURL        string
	Copyright   string
	Licences    []string // SPDX ids, names or expressions
	Hashes      []Hash
	Links       []Link
	Data        []Dataset
	Properties  []Property
	Parts       []*Component // what it consists of
	DependsOn   []string     // refs
}

// Title is how people call it.
func (c *Component) Title() string {
	return strings.Join(strings.Fields(strings.Join([]string{first(c.Maker, c.Publisher, c.Supplier), c.Name, c.Version}, " ")), " ")
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// Hash is a digest, by its CycloneDX name: "SHA-256".
type Hash struct {
	Algorithm string `json:"alg" xml:"alg,attr"`
	Value     string `json:"content" xml:",chardata"`
}

// Link is a reference to something elsewhere.
type Link struct {
	Type    string `json:"type" xml:"type,attr"`
	URL     string `json:"url" xml:"url"`
	Comment string `json:"comment,omitempty" xml:"comment,omitempty"`
}

// Property is a name with a value.
type Property struct {
	Name  string `json:"name" xml:"name,attr"`
	Value string `json:"value,omitempty" xml:",chardata"`
}

// Port is an input or an output of a model.
type Port struct {
	Format string `json:"format,omitempty" xml:"format"`
	Label  string `json:"-" xml:"-"` // its name
}

// Name is the port's label, or where it has none its format.
func (p Port) Name() string { return first(p.Label, p.Format) }

// Metric is a claim of performance, as it is written.
type Metric struct {
	Type     string    `json:"type,omitempty" xml:"type,omitempty"`
	Value    string    `json:"value,omitempty" xml:"value,omitempty"`
	Slice    string    `json:"slice,omitempty" xml:"slice,omitempty"`
	Interval *Interval `json:"confidenceInterval,omitempty" xml:"confidenceInterval,omitempty"`

	Extra MetricExtra `json:"-" xml:"-"`
}

// Interval is a confidence interval, as it is written.
type Interval struct {
	Low  string `json:"lowerBound,omitempty" xml:"lowerBound,omitempty"`
	High string `json:"upperBound,omitempty" xml:"upperBound,omitempty"`
}

// MetricExtra is what CycloneDX has no place for.
type MetricExtra struct {
	Unit    string `json:"unit,omitempty"`    // "%", "seconds"
	Level   string `json:"level,omitempty"`   // of the interval, in percent
	Kind    string `json:"kind,omitempty"`    // CHAI: "single", "estimate_ci", "mean_sd"
	SD      string `json:"sd,omitempty"`      // standard deviation
	Section string `json:"section,omitempty"` // CHAI: "usefulness", "fairness", "safety"
	Raw     string `json:"raw,omitempty"`     // a value that could not be read
	Dataset string `json:"dataset,omitempty"`
	Units   int64  `json:"units,omitempty"` // patients or studies it was measured on
	Point   string `json:"operating_point,omitempty"`
}

// Attachment is content in the document itself.
type Attachment struct {
	ContentType string `json:"contentType,omitempty" xml:"content-type,attr,omitempty"`
	Encoding    string `json:"encoding,omitempty" xml:"encoding,attr,omitempty"`
	Content     string `json:"content" xml:",chardata"`
}

// Graphics are pictures.
type Graphics struct {
	Description string    `json:"description,omitempty" xml:"description,omitempty"`
	Collection  []Graphic `json:"collection,omitempty" xml:"collection>graphic,omitempty"`
}

// Graphic is a picture.
type Graphic struct {
	Name  string      `json:"name,omitempty" xml:"name,omitempty"`
	Image *Attachment `json:"image,omitempty" xml:"image,omitempty"`
}

// Risk is an ethical consideration.
type Risk struct {
	Name       string `json:"name,omitempty" xml:"name,omitempty"`
	Mitigation string `json:"mitigationStrategy,omitempty" xml:"mitigationStrategy,omitempty"`
}

// Fairness is what the model means for a group at risk.
type Fairness struct {
	Group      string `json:"groupAtRisk,omitempty" xml:"groupAtRisk,omitempty"`
	Benefits   string `json:"benefits,omitempty" xml:"benefits,omitempty"`
	Harms      string `json:"harms,omitempty" xml:"harms,omitempty"`
	Mitigation string `json:"mitigationStrategy,omitempty" xml:"mitigationStrategy,omitempty"`
}

// Energy is what an activity consumed.
type Energy struct {
	Activity   string           `json:"activity" xml:"activity"`
	Providers  []EnergyProvider `json:"energyProviders" xml:"energyProviders"`
	Cost       *Measure         `json:"activityEnergyCost,omitempty" xml:"activityEnergyCost,omitempty"`
	CO2        *Measure         `json:"co2CostEquivalent,omitempty" xml:"co2CostEquivalent,omitempty"`
	Offset     *Measure         `json:"co2CostOffset,omitempty" xml:"co2CostOffset,omitempty"`
	Properties []Property       `json:"properties,omitempty" xml:"properties>property,omitempty"`
}

// EnergyProvider is who provided energy.
type EnergyProvider struct {
	Ref          string   `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	Description  string   `json:"description,omitempty" xml:"description,omitempty"`
	Organization *Entity  `json:"organization,omitempty" xml:"organization,omitempty"`
	Source       string   `json:"energySource" xml:"energySource"`
	Provided     *Measure `json:"energyProvided,omitempty" xml:"energyProvided,omitempty"`
	Links        []Link   `json:"externalReferences,omitempty" xml:"externalReferences>reference,omitempty"`
}

// Measure is a quantity with its unit.
type Measure struct {
	Value json.Number `json:"value" xml:"value"`
	Unit  string      `json:"unit" xml:"unit"`
}

// Entity is an organization.
type Entity struct {
	Ref     string    `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	Name    string    `json:"name,omitempty" xml:"name,omitempty"`
	Address *Address  `json:"address,omitempty" xml:"address,omitempty"`
	URL     []string  `json:"url,omitempty" xml:"url,omitempty"`
	Contact []Contact `json:"contact,omitempty" xml:"contact,omitempty"`
}

// Address is a postal address.
type Address struct {
	Ref        string `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	Country    string `json:"country,omitempty" xml:"country,omitempty"`
	Region     string `json:"region,omitempty" xml:"region,omitempty"`
	Locality   string `json:"locality,omitempty" xml:"locality,omitempty"`
	PostBox    string `json:"postOfficeBoxNumber,omitempty" xml:"postOfficeBoxNumber,omitempty"`
	PostalCode string `json:"postalCode,omitempty" xml:"postalCode,omitempty"`
	Street     string `json:"streetAddress,omitempty" xml:"streetAddress,omitempty"`
}

// Contact is a person or a desk.
type Contact struct {
	Ref   string `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	Name  string `json:"name,omitempty" xml:"name,omitempty"`
	Email string `json:"email,omitempty" xml:"email,omitempty"`
	Phone string `json:"phone,omitempty" xml:"phone,omitempty"`
}

// Dataset is data that a model was made from or that a component carries.
type Dataset struct {
	// To is the ref of a component that is described elsewhere; then there is nothing
	// else.
	To             string
	Ref            string
	Type           string // "dataset", "source-code", "configuration", "definition", "other"
	Name           string
	Description    string
	URL            string
	Attachment     *Attachment
	Classification string
	Sensitive      []string
	Graphics       *Graphics
	Governance     *Governance
	Properties     []Property

	// What CycloneDX has no place for but properties of the contents.
	Digest  string // "sha256:…"
	Use     string // "training", "tuning", "test", "external test"
	Licence string
	Units   string // patients or studies
	Rows    string
	Period  string // "2019-01 to 2021-06"
	Sites   string
	// Of SPDX's dataset profile.
	Kinds        []string // "structured", "text", "image" …
	Availability string
	Size         string // in bytes
	Collection   string
	Preparation  []string
	Bias         []string
	Intended     string
	Personal     string // "yes", "no", "noAssertion": holds sensitive personal information
	Update       string
	Version      string
	Noise        string
	Anonymised   []string   // methods
	Sensors      []Property // and how they were set up
}

// Governance says who answers for data.
type Governance struct {
	Custodians []Party `json:"custodians,omitempty" xml:"custodians>custodian,omitempty"`
	Stewards   []Party `json:"stewards,omitempty" xml:"stewards>steward,omitempty"`
	Owners     []Party `json:"owners,omitempty" xml:"owners>owner,omitempty"`
}

// Party is an organization or a person.
type Party struct {
	Organization *Entity  `json:"organization,omitempty" xml:"organization,omitempty"`
	Contact      *Contact `json:"contact,omitempty" xml:"individual,omitempty"`
}

// Limits bound what is read; zero values mean the defaults.
type Limits struct {
	Bytes      int64 // 64 MiB
	Depth      int   // 128
	Components int   // 1,000,000: of a document, cards and others
	Cards      int   // 1,000
}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	if l.Depth <= 0 {
		l.Depth = 128
	}
	if l.Components <= 0 {
		l.Components = 1_000_000
	}
	if l.Cards <= 0 {
		l.Cards = 1_000
	}
	return l
}

// maxLost is how many lost fields are named; more are counted.
const maxLost = 200
