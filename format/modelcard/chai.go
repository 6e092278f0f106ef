package modelcard

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The wire form of the Applied Model Card, XSD v0.2 of 2025. Its texts are Markdown.
type chaiCard struct {
	XMLName xml.Name    `xml:"AppliedModelCard"`
	XMLNS   string      `xml:"xmlns,attr,omitempty"`
	Basic   chaiBasic   `xml:"BasicInfo"`
	Release chaiRelease `xml:"ReleaseInfo"`
	Summary struct {
		Summary  string        `xml:"Summary"`
		Keywords *chaiKeywords `xml:"Keywords"`
	} `xml:"ModelSummary"`
	Uses struct {
		Intended   string `xml:"IntendedUseAndWorkflow"`
		Users      string `xml:"PrimaryIntendedUsers"`
		How        string `xml:"HowToUse"`
		Population string `xml:"TargetedPatientPopulation"`
		OutOfScope string `xml:"CautionedOutOfScopeSettings"`
	} `xml:"UsesAndDirections"`
	Warnings struct {
		Risks  string `xml:"KnownRisksAndLimitations"`
		Biases string `xml:"KnownBiasesOrEthicalConsiderations"`
		Level  string `xml:"ClinicalRiskLevel"`
	} `xml:"Warnings"`
	Trust struct {
		Facts        chaiFacts        `xml:"AISystemFacts"`
		Transparency chaiTransparency `xml:"TransparencyInformation"`
	} `xml:"TrustIngredients"`
	Metrics struct {
		Usefulness chaiSection `xml:"UsefulnessUsabilityEfficacy"`
		Fairness   chaiSection `xml:"FairnessEquity"`
		Safety     chaiSection `xml:"SafetyReliability"`
	} `xml:"KeyMetrics"`
	Resources    chaiResources `xml:"Resources"`
	Bibliography string        `xml:"Bibliography"`
	Signature    *struct{}     `xml:"Signature"`
}

type chaiBasic struct {
	Name      string `xml:"ModelName"`
	Developer string `xml:"ModelDeveloper"`
	Contact   string `xml:"DeveloperContact"`
}

type chaiRelease struct {
	Stage     string   `xml:"ReleaseStage"`
	Date      string   `xml:"ReleaseDate"`
	Version   string   `xml:"ReleaseVersion"`
	Available string   `xml:"GlobalAvailability"`
	EHR       *chaiEHR `xml:"EHRCompatibility"`
	Approval  string   `xml:"RegulatoryApproval,omitempty"`
}

type chaiEHR struct {
	EHR []string `xml:"EHR"`
}

type chaiKeywords struct {
	Keyword []string `xml:"Keyword"`
}

type chaiFacts struct {
	Outputs      string `xml:"OutcomesAndOutputs"`
	Type         string `xml:"ModelType"`
	Foundation   string `xml:"FoundationModels,omitempty"`
	Source       string `xml:"InputDataSource"`
	DataTypes    string `xml:"OutputAndInputDataTypes"`
	Development  string `xml:"DevelopmentDataCharacterization"`
	Bias         string `xml:"BiasMitigationApproaches"`
	Maintenance  string `xml:"OngoingMaintenance"`
	Security     string `xml:"Security,omitempty"`
	Transparency string `xml:"Transparency,omitempty"`
}

type chaiTransparency struct {
	Funding      string `xml:"FundingSource"`
	ThirdParty   string `xml:"ThirdPartyInformation,omitempty"`
	Stakeholders string `xml:"StakeholdersConsulted"`
}

type chaiSection struct {
	Goal           string       `xml:"MetricGoal"`
	Result         string       `xml:"Result,omitempty"` // v0.1
	Results        *chaiResults `xml:"Results,omitempty"`
	Interpretation string       `xml:"Interpretation"`
	TestType       string       `xml:"TestType"`
	TestData       string       `xml:"TestingDataDescription"`
	Validation     string       `xml:"ValidationProcessAndJustification"`
}

type chaiResults struct {
	Result []chaiResult `xml:"MetricResult"`
}

type chaiResult struct {
	Label string `xml:"Label"`
	Value string `xml:"ValueJson"`
}

type chaiResources struct {
	Evaluations   string `xml:"EvaluationReferences,omitempty"`
	Trial         string `xml:"ClinicalTrial,omitempty"`
	Publications  string `xml:"PeerReviewedPublications"`
	Reimbursement string `xml:"ReimbursementStatus,omitempty"`
	Consent       string `xml:"PatientConsentOrDisclosure"`
}

// chaiText is a text of the form with its place on a neutral card.
type chaiText struct {
	topic Topic
	to    *string
}

// texts are the texts that are statements on a card.
func (x *chaiCard) texts() []chaiText {
	out := []chaiText{
		{MakerContact, &x.Basic.Contact}, {Stage, &x.Release.Stage}, {ReleasedOn, &x.Release.Date}, {Available, &x.Release.Available}, {Approval, &x.Release.Approval},
		{HowToUse, &x.Uses.How}, {Population, &x.Uses.Population}, {OutOfScope, &x.Uses.OutOfScope}, {RiskLevel, &x.Warnings.Level},
		{OutputMeaning, &x.Trust.Facts.Outputs}, {FoundationModels, &x.Trust.Facts.Foundation}, {InputSource, &x.Trust.Facts.Source}, {DataTypes, &x.Trust.Facts.DataTypes},
		{DevelopmentData, &x.Trust.Facts.Development}, {BiasMitigation, &x.Trust.Facts.Bias}, {Maintenance, &x.Trust.Facts.Maintenance}, {Security, &x.Trust.Facts.Security},
		{Transparency, &x.Trust.Facts.Transparency}, {Funding, &x.Trust.Transparency.Funding}, {ThirdParty, &x.Trust.Transparency.ThirdParty},
		{Stakeholders, &x.Trust.Transparency.Stakeholders}, {Evaluations, &x.Resources.Evaluations}, {Trial, &x.Resources.Trial}, {Publications, &x.Resources.Publications},
		{Reimbursement, &x.Resources.Reimbursement}, {Consent, &x.Resources.Consent}, {Bibliography, &x.Bibliography},
	}
	for i, s := range x.sections() {
		name := Sections[i]
		out = append(out, chaiText{Goal.In(name), &s.Goal}, chaiText{Interpretation.In(name), &s.Interpretation}, chaiText{TestType.In(name), &s.TestType},
			chaiText{TestData.In(name), &s.TestData}, chaiText{Validation.In(name), &s.Validation}, chaiText{OldResult.In(name), &s.Result})
	}
	return out
}

func (x *chaiCard) sections() []*chaiSection {
	return []*chaiSection{&x.Metrics.Usefulness, &x.Metrics.Fairness, &x.Metrics.Safety}
}

const chaiSpace = "https://mc.chai.org/v0.2/schema.xsd"

// ReadCHAI reads an Applied Model Card of the Coalition for Health AI, v0.1 or v0.2.
// A signature is named in Lost: it is not verified here, and does not hold for what
// is written anew.
func ReadCHAI(r io.Reader, lim Limits) (*Document, error) {
	lim = lim.orDefault()
	b, err := readAll(r, lim.Bytes)
	if err != nil {
		return nil, err
	}
	if !IsCHAI(b) {
		return nil, fmt.Errorf("modelcard: this is no Applied Model Card: no element AppliedModelCard in the namespace https://mc.chai.org/…")
	}
	var x chaiCard
	l := &losses{}
	if err := scanXML(b, lim, l); err != nil {
		return nil, fmt.Errorf("modelcard: %w", err)
	}
	if err := xml.Unmarshal(b, &x); err != nil {
		return nil, fmt.Errorf("modelcard: %w", err)
	}
	version := "0.2"
	if strings.Contains(x.XMLName.Space, "/v0.1/") {
		version = "0.1"
	}
	c := &Card{Component: Component{Type: "machine-learning-model", Maker: x.Basic.Developer, Name: x.Basic.Name, Version: x.Release.Version, Description: x.Summary.Summary}}
	for _, t := range x.texts() {
		c.Say(t.topic, *t.to)
	}
	if x.Release.EHR != nil {
		c.Say(EHR, strings.Join(x.Release.EHR.EHR, "\n"))
	}
	if x.Summary.Keywords != nil {
		c.Say(Keywords, strings.Join(x.Summary.Keywords.Keyword, "\n"))
	}
	for _, t := range []struct {
		from string
		to   *[]string
	}{{x.Uses.Intended, &c.UseCases}, {x.Uses.Users, &c.Users}, {x.Warnings.Risks, &c.Limitations}} {
		if t.from != "" {
			*t.to = []string{t.from}
		}
	}
	if x.Warnings.Biases != "" {
		c.Ethical = []Risk{{Name: x.Warnings.Biases}}
	}
	c.Architecture = x.Trust.Facts.Type
	for i, s := range x.sections() {
		if s.Results == nil {
			continue
		}
		for _, r := range s.Results.Result {
			c.Metrics = append(c.Metrics, chaiMetric(r, Sections[i]))
		}
	}
	if x.Signature != nil {
		l.add("ds:Signature: it is not verified here")
	}
	c.Lost = l.all()
	return &Document{Format: "CHAI", Version: version, Cards: []*Card{c}}, nil
}

// IsCHAI reports whether a file begins as an Applied Model Card.
func IsCHAI(b []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(b[:min(len(b), 64<<10)]))
	for {
		t, err := d.Token()
		if err != nil {
			return false
		}
		if el, ok := t.(xml.StartElement); ok {
			return el.Name.Local == "AppliedModelCard" && strings.HasPrefix(el.Name.Space, "https://mc.chai.org/")
		}
	}
}

// chaiElements are those that are read.
var chaiElements = func() map[string]bool {
	out := map[string]bool{}
	elements(typeOf[chaiCard](), "", out, 0)
	return out
}()

// scanXML refuses what is nested too deep or brings a document type, and names
// elements that are not read.
func scanXML(b []byte, lim Limits, l *losses) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	var path []string
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := d.InputPos()
		switch t := t.(type) {
		case xml.StartElement:
			if path = append(path, t.Name.Local); len(path) > lim.Depth {
				return fmt.Errorf("line %d: nested more than %d deep", line, lim.Depth)
			}
			if at := strings.Join(path[1:], "/"); at != "" && !chaiElements[at] && !strings.HasPrefix(at, "Signature") {
				l.add("line %d: %s", line, at)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.Directive:
			if bytes.Contains(t, []byte("DOCTYPE")) {
				return fmt.Errorf("line %d: a document type is refused", line)
			}
		}
	}
}

// chaiValue is the JSON of a result's value: an estimate with its interval, a mean
// with its standard deviation, or a single value.
type chaiValue struct {
	Kind     string      `json:"kind"`
	Value    json.Number `json:"value,omitempty"`
	Estimate json.Number `json:"estimate,omitempty"`
	Mean     json.Number `json:"mean,omitempty"`
	SD       json.Number `json:"sd,omitempty"`
	Lower    json.Number `json:"lower,omitempty"`
	Upper    json.Number `json:"upper,omitempty"`
	Level    json.Number `json:"level,omitempty"`
	Unit     string      `json:"unit,omitempty"`
}

func chaiMetric(r chaiResult, section string) Metric {
	m := Metric{Type: r.Label, Extra: MetricExtra{Section: section}}
	d := json.NewDecoder(strings.NewReader(r.Value))
	d.DisallowUnknownFields()
	var v chaiValue
	if err := d.Decode(&v); err != nil || d.More() || !slices.Contains([]string{"single", "estimate_ci", "mean_sd"}, v.Kind) {
		m.Value, m.Extra.Raw = r.Value, r.Value
		return m
	}
	m.Extra.Kind, m.Extra.Unit, m.Extra.SD, m.Extra.Level = v.Kind, v.Unit, v.SD.String(), v.Level.String()
	m.Value = first(v.Estimate.String(), v.Value.String(), v.Mean.String())
	if v.Lower != "" || v.Upper != "" {
		m.Interval = &Interval{v.Lower.String(), v.Upper.String()}
	}
	return m
}
