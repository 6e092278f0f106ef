package modelcard

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
)

// wireBOM is a CycloneDX document as far as it is read and written here.
type wireBOM struct {
	XMLName      xml.Name         `json:"-" xml:"bom"`
	XMLNS        string           `json:"-" xml:"xmlns,attr,omitempty"`
	Schema       string           `json:"$schema,omitempty" xml:"-"`
	Format       string           `json:"bomFormat" xml:"-"`
	Spec         string           `json:"specVersion" xml:"-"`
	Serial       string           `json:"serialNumber,omitempty" xml:"serialNumber,attr,omitempty"`
	Revision     int              `json:"version" xml:"version,attr"`
	Metadata     *wireMetadata    `json:"metadata,omitempty" xml:"metadata,omitempty"`
	Components   []*wireComponent `json:"components,omitempty" xml:"components>component,omitempty"`
	Dependencies []wireDependency `json:"dependencies,omitempty" xml:"dependencies>dependency,omitempty"`
}

type wireMetadata struct {
	Timestamp string         `json:"timestamp,omitempty" xml:"timestamp,omitempty"`
	Tools     *wireTools     `json:"tools,omitempty" xml:"tools,omitempty"`
	Authors   []Contact      `json:"authors,omitempty" xml:"authors>author,omitempty"`
	Component *wireComponent `json:"component,omitempty" xml:"component,omitempty"`
}

type wireTools struct {
	Components []*wireComponent `json:"components,omitempty" xml:"components>component,omitempty"`
}

// UnmarshalJSON reads nothing: what wrote a document says nothing of its models, and
// older forms are lists.
func (*wireTools) UnmarshalJSON([]byte) error { return nil }

// UnmarshalXML reads nothing, likewise.
func (*wireTools) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error { return d.Skip() }

type wireDependency struct {
	Ref string   `json:"ref" xml:"ref,attr"`
	On  []string `json:"dependsOn,omitempty" xml:"-"`
	XML []wireOn `json:"-" xml:"dependency,omitempty"`
}

type wireOn struct {
	Ref string `xml:"ref,attr"`
}

type wireComponent struct {
	Type         string           `json:"type" xml:"type,attr"`
	Ref          string           `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	Supplier     *Entity          `json:"supplier,omitempty" xml:"supplier,omitempty"`
	Manufacturer *Entity          `json:"manufacturer,omitempty" xml:"manufacturer,omitempty"`
	Publisher    string           `json:"publisher,omitempty" xml:"publisher,omitempty"`
	Group        string           `json:"group,omitempty" xml:"group,omitempty"`
	Name         string           `json:"name" xml:"name"`
	Version      string           `json:"version,omitempty" xml:"version,omitempty"`
	Description  string           `json:"description,omitempty" xml:"description,omitempty"`
	Hashes       []Hash           `json:"hashes,omitempty" xml:"hashes>hash,omitempty"`
	Licences     *wireLicences    `json:"licenses,omitempty" xml:"licenses,omitempty"`
	Copyright    string           `json:"copyright,omitempty" xml:"copyright,omitempty"`
	PURL         string           `json:"purl,omitempty" xml:"purl,omitempty"`
	Links        []Link           `json:"externalReferences,omitempty" xml:"externalReferences>reference,omitempty"`
	Properties   []Property       `json:"properties,omitempty" xml:"properties>property,omitempty"`
	Components   []*wireComponent `json:"components,omitempty" xml:"components>component,omitempty"`
	Card         *wireCard        `json:"modelCard,omitempty" xml:"modelCard,omitempty"`
	Data         []wireData       `json:"data,omitempty" xml:"data,omitempty"`
}

// wireLicences is a list of licences, each by id, name or expression. In XML an
// expression stands for itself.
type wireLicences []wireLicence

type wireLicence struct {
	License *struct {
		ID   string `json:"id,omitempty" xml:"id,omitempty"`
		Name string `json:"name,omitempty" xml:"name,omitempty"`
	} `json:"license,omitempty" xml:"license,omitempty"`
	Expression string `json:"expression,omitempty" xml:"expression,omitempty"`
}

func (l wireLicences) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, x := range l {
		name, v := "expression", any(x.Expression)
		if x.License != nil {
			name, v = "license", x.License
		}
		if err := e.EncodeElement(v, xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

func (l *wireLicences) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	return children(d, func(el xml.StartElement) error {
		var x wireLicence
		var err error
		switch el.Name.Local {
		case "license":
			err = d.DecodeElement(&x.License, &el)
		case "expression":
			err = d.DecodeElement(&x.Expression, &el)
		default:
			return d.Skip()
		}
		*l = append(*l, x)
		return err
	})
}

// children calls f with each element in the one that was just begun. f has to read it
// to its end.
func children(d *xml.Decoder, f func(xml.StartElement) error) error {
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := f(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

type wireCard struct {
	Ref            string              `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	Parameters     *wireParameters     `json:"modelParameters,omitempty" xml:"modelParameters,omitempty"`
	Analysis       *wireAnalysis       `json:"quantitativeAnalysis,omitempty" xml:"quantitativeAnalysis,omitempty"`
	Considerations *wireConsiderations `json:"considerations,omitempty" xml:"considerations,omitempty"`
	Properties     []Property          `json:"properties,omitempty" xml:"properties>property,omitempty"`
}

type wireParameters struct {
	Approach     *wireApproach `json:"approach,omitempty" xml:"approach,omitempty"`
	Task         string        `json:"task,omitempty" xml:"task,omitempty"`
	Family       string        `json:"architectureFamily,omitempty" xml:"architectureFamily,omitempty"`
	Architecture string        `json:"modelArchitecture,omitempty" xml:"modelArchitecture,omitempty"`
	Datasets     wireDatasets  `json:"datasets,omitempty" xml:"datasets,omitempty"`
	Inputs       []Port        `json:"inputs,omitempty" xml:"inputs>input,omitempty"`
	Outputs      []Port        `json:"outputs,omitempty" xml:"outputs>output,omitempty"`
}

type wireApproach struct {
	Type string `json:"type,omitempty" xml:"type,omitempty"`
}

type wireAnalysis struct {
	Metrics  []Metric  `json:"performanceMetrics,omitempty" xml:"performanceMetrics>performanceMetric,omitempty"`
	Graphics *Graphics `json:"graphics,omitempty" xml:"graphics,omitempty"`
}

type wireConsiderations struct {
	Users       []string         `json:"users,omitempty" xml:"users>user,omitempty"`
	UseCases    []string         `json:"useCases,omitempty" xml:"useCases>useCase,omitempty"`
	Limitations []string         `json:"technicalLimitations,omitempty" xml:"technicalLimitations>technicalLimitation,omitempty"`
	Tradeoffs   []string         `json:"performanceTradeoffs,omitempty" xml:"performanceTradeoffs>performanceTradeoff,omitempty"`
	Ethical     []Risk           `json:"ethicalConsiderations,omitempty" xml:"ethicalConsiderations>ethicalConsideration,omitempty"`
	Environment *wireEnvironment `json:"environmentalConsiderations,omitempty" xml:"environmentalConsiderations,omitempty"`
	Fairness    []Fairness       `json:"fairnessAssessments,omitempty" xml:"fairnessAssessments>fairnessAssessment,omitempty"`
}

type wireEnvironment struct {
	Energy     []Energy   `json:"energyConsumptions,omitempty" xml:"energyConsumptions>energyConsumption,omitempty"`
	Properties []Property `json:"properties,omitempty" xml:"properties>property,omitempty"`
}

// wireData is data of a component, or, among the datasets of a model, a reference to
// a component. The schemas have either.
type wireData struct {
	To             string        `json:"ref,omitempty" xml:"-"`
	Ref            string        `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	Type           string        `json:"type,omitempty" xml:"type,omitempty"`
	Name           string        `json:"name,omitempty" xml:"name,omitempty"`
	Contents       *wireContents `json:"contents,omitempty" xml:"contents,omitempty"`
	Classification string        `json:"classification,omitempty" xml:"classification,omitempty"`
	Sensitive      []string      `json:"sensitiveData,omitempty" xml:"sensitiveData,omitempty"`
	Graphics       *Graphics     `json:"graphics,omitempty" xml:"graphics,omitempty"`
	Description    string        `json:"description,omitempty" xml:"description,omitempty"`
	Governance     *Governance   `json:"governance,omitempty" xml:"governance,omitempty"`
}

type wireContents struct {
	Attachment *Attachment `json:"attachment,omitempty" xml:"attachment,omitempty"`
	URL        string      `json:"url,omitempty" xml:"url,omitempty"`
	Properties []Property  `json:"properties,omitempty" xml:"properties>property,omitempty"`
}

// wireDatasets keeps the order in which datasets and references stand in XML.
type wireDatasets []wireData

func (l wireDatasets) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for i := range l {
		name, v := "dataset", any(&l[i])
		if l[i].To != "" {
			name, v = "ref", l[i].To
		}
		if err := e.EncodeElement(v, xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

func (l *wireDatasets) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	return children(d, func(el xml.StartElement) error {
		var x wireData
		var err error
		switch el.Name.Local {
		case "ref":
			err = d.DecodeElement(&x.To, &el)
		case "dataset":
			err = d.DecodeElement(&x, &el)
		default:
			return d.Skip()
		}
		*l = append(*l, x)
		return err
	})
}

// number refuses what is no number in a place of one.
func number(s string) error {
	if s != "" && !json.Valid([]byte(s)) {
		return fmt.Errorf("%.40q is no number", s)
	}
	return nil
}
