package modelcard_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/modelcard"
)

// applied is a card as a vendor writes one.
const applied = `<?xml version="1.0" encoding="UTF-8"?>
<AppliedModelCard xmlns="https://mc.chai.org/v0.2/schema.xsd">
	<BasicInfo><ModelName>Chest Triage</ModelName><ModelDeveloper>Example Imaging</ModelDeveloper><DeveloperContact>support@example.org</DeveloperContact></BasicInfo>
	<ReleaseInfo><ReleaseStage>Cleared</ReleaseStage><ReleaseDate>July 2026</ReleaseDate><ReleaseVersion>2.1</ReleaseVersion><GlobalAvailability>EU</GlobalAvailability>
		<EHRCompatibility><EHR>One</EHR><EHR>Two</EHR></EHRCompatibility></ReleaseInfo>
	<ModelSummary><Summary>Flags chest images.</Summary><Keywords><Keyword>CT</Keyword><Keyword>triage</Keyword></Keywords></ModelSummary>
	<UsesAndDirections><IntendedUseAndWorkflow>Puts likely cases first.</IntendedUseAndWorkflow><PrimaryIntendedUsers>Radiologists</PrimaryIntendedUsers><HowToUse>Read every image.</HowToUse>
		<TargetedPatientPopulation>Adults</TargetedPatientPopulation><CautionedOutOfScopeSettings>Children</CautionedOutOfScopeSettings></UsesAndDirections>
	<Warnings><KnownRisksAndLimitations>Motion</KnownRisksAndLimitations><KnownBiasesOrEthicalConsiderations>Few from the south</KnownBiasesOrEthicalConsiderations><ClinicalRiskLevel>IIa</ClinicalRiskLevel></Warnings>
	<TrustIngredients><AISystemFacts><OutcomesAndOutputs>A flag</OutcomesAndOutputs><ModelType>3D CNN</ModelType><InputDataSource>CT</InputDataSource><OutputAndInputDataTypes>DICOM</OutputAndInputDataTypes>
		<DevelopmentDataCharacterization>7,000 scans</DevelopmentDataCharacterization><BiasMitigationApproaches>By site</BiasMitigationApproaches><OngoingMaintenance>Yearly</OngoingMaintenance></AISystemFacts>
		<TransparencyInformation><FundingSource>Own</FundingSource><StakeholdersConsulted>Physicians</StakeholdersConsulted></TransparencyInformation></TrustIngredients>
	<KeyMetrics>
		<UsefulnessUsabilityEfficacy><MetricGoal>80 %</MetricGoal><Results>
			<MetricResult><Label>Sensitivity</Label><ValueJson>{"kind":"estimate_ci","estimate":94.39,"lower":90.41,"upper":97.07,"level":95,"unit":"%"}</ValueJson></MetricResult>
			<MetricResult><Label>AUC</Label><ValueJson>{"kind":"single","value":0.98}</ValueJson></MetricResult>
			<MetricResult><Label>Sensitivity (female)</Label><ValueJson>{"kind":"single","value":93.0,"unit":"%"}</ValueJson></MetricResult>
		</Results><Interpretation>Good</Interpretation><TestType>Retrospective</TestType><TestingDataDescription>6 sites</TestingDataDescription><ValidationProcessAndJustification>Two readers</ValidationProcessAndJustification></UsefulnessUsabilityEfficacy>
		<FairnessEquity><MetricGoal/><Results><MetricResult><Label>Mean age</Label><ValueJson>{"kind":"mean_sd","mean":67.4,"sd":12.8,"unit":"years"}</ValueJson></MetricResult></Results>
			<Interpretation/><TestType/><TestingDataDescription/><ValidationProcessAndJustification/></FairnessEquity>
		<SafetyReliability><MetricGoal/><Results><MetricResult><Label>Sensitivity</Label><ValueJson>{"kind":"single","value":"very good"}</ValueJson></MetricResult></Results>
			<Interpretation/><TestType/><TestingDataDescription/><ValidationProcessAndJustification/></SafetyReliability>
	</KeyMetrics>
	<Resources><PeerReviewedPublications>None</PeerReviewedPublications><PatientConsentOrDisclosure>None</PatientConsentOrDisclosure></Resources>
	<Bibliography/>
</AppliedModelCard>`

func appliedCard(t *testing.T) *modelcard.Document {
	t.Helper()
	d, err := modelcard.Read(strings.NewReader(applied), modelcard.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAppliedCardGoesAround: a vendor's card becomes an ML-BOM, an SPDX document and
// a card again, and says the same.
func TestAppliedCardGoesAround(t *testing.T) {
	want := appliedCard(t)
	if lost := append(want.Lost, want.Cards[0].Lost...); len(lost) > 0 {
		t.Errorf("lost %q", lost)
	}
	ways := map[string]func(*modelcard.Document, *bytes.Buffer) ([]string, error){
		"CHAI":          func(d *modelcard.Document, b *bytes.Buffer) ([]string, error) { return d.CHAI(b) },
		"CycloneDX 1.7": func(d *modelcard.Document, b *bytes.Buffer) ([]string, error) { return d.CycloneDX(b, "1.7") },
		"CycloneDX 1.6": func(d *modelcard.Document, b *bytes.Buffer) ([]string, error) { return d.CycloneDXXML(b, "1.6") },
		"SPDX":          func(d *modelcard.Document, b *bytes.Buffer) ([]string, error) { return d.SPDX(b) },
	}
	refs := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Ref" }, cmp.Ignore())
	for name, write := range ways {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			lost, err := write(want, &b)
			if err != nil || len(lost) > 0 {
				t.Fatalf("%v, lost %q", err, lost)
			}
			got, err := modelcard.Read(&b, modelcard.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, content, refs); diff != "" {
				t.Errorf("(-was +is)\n%.3000s", diff)
			}
		})
	}
}

// TestClaims: what can be held against measurements is taken out as numbers; what
// cannot is left alone.
func TestClaims(t *testing.T) {
	got := appliedCard(t).Cards[0].Claims()
	want := []modelcard.Claim{
		{Metric: "sensitivity", Value: 0.9439, Low: 0.9041, High: 0.9707, Ranged: true, Level: 0.95, Index: 0},
		{Metric: "auroc", Value: 0.98, Index: 1},
		{Metric: "sensitivity", Slice: "female", Value: 0.93, Index: 2},
	}
	near := cmp.Comparer(func(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
	for name, m := range map[string]modelcard.Metric{
		"a share of 94":           {Type: "AUC", Value: "94"},
		"a word":                  {Type: "AUC", Value: "excellent"},
		"an interval beside it":   {Type: "AUC", Value: "0.5", Interval: &modelcard.Interval{Low: "0.8", High: "0.9"}},
		"a time":                  {Type: "Sensitivity", Value: "0.5", Extra: modelcard.MetricExtra{Unit: "seconds"}},
		"a comma":                 {Type: "AUC", Value: "0,94"},
		"hexadecimal":             {Type: "AUC", Value: "0x1p-1"},
		"another metric":          {Type: "time to notification", Value: "0.5"},
		"not a number, literally": {Type: "AUC", Value: "NaN"},
	} {
		if c := (&modelcard.Card{Metrics: []modelcard.Metric{m}}).Claims(); len(c) > 0 {
			t.Errorf("%s claims %+v", name, c)
		}
	}
}

func TestSourceAttributes(t *testing.T) {
	all := appliedCard(t).Cards[0].Attributes()
	if len(all) != 31 {
		t.Fatalf("%d attributes; the rule has 31", len(all))
	}
	var open []string
	for _, a := range all {
		if !a.Answered {
			open = append(open, a.Clause)
		}
	}
	want := []string{"(6)(iii)", "(7)(iii)", "(7)(iv)", "(8)(ii)", "(8)(iv)"}
	if diff := cmp.Diff(want, open); diff != "" {
		t.Error(diff)
	}
	for _, a := range (&modelcard.Card{}).Attributes() {
		if a.Answered {
			t.Errorf("an empty card answers %s", a.Clause)
		}
	}
}

// TestWhatAFormCannotHold is named, field by field.
func TestWhatAFormCannotHold(t *testing.T) {
	d := &modelcard.Document{Cards: []*modelcard.Card{{Component: modelcard.Component{Name: "m", Licences: []string{"MIT"}, PURL: "not a purl"}, Task: "classification", Approach: "by guessing"}}}
	for name, want := range map[string]struct {
		write func(*modelcard.Document, *bytes.Buffer) ([]string, error)
		lost  string
	}{
		"CHAI":      {func(d *modelcard.Document, b *bytes.Buffer) ([]string, error) { return d.CHAI(b) }, "package URL|licences|approach|task"},
		"CycloneDX": {func(d *modelcard.Document, b *bytes.Buffer) ([]string, error) { return d.CycloneDX(b, "") }, `m: the package URL "not a purl"|m: the approach "by guessing"`},
	} {
		var b bytes.Buffer
		lost, err := want.write(d, &b)
		if got := strings.Join(lost, "|"); err != nil || got != want.lost {
			t.Errorf("%s: %v, %s; want %s", name, err, got, want.lost)
		}
	}
	in := `{"bomFormat":"CycloneDX","specVersion":"1.7","version":1,"components":[{"type":"machine-learning-model","name":"m","modelCard":{"colour":"red","considerations":{"users":["a"],"mood":"good"}}}]}`
	got, err := modelcard.Read(strings.NewReader(in), modelcard.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"colour", "considerations/mood"}, got.Cards[0].Lost); diff != "" {
		t.Error(diff)
	}
}

func TestRefused(t *testing.T) {
	deep := `{"bomFormat":"CycloneDX","specVersion":"1.7","components":` + strings.Repeat(`[{"components":`, 200) + "1"
	for name, c := range map[string]struct{ in, want string }{
		"nothing":            {"", "neither CycloneDX"},
		"something else":     {`{"a":1}`, "neither CycloneDX"},
		"cut off":            {`{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type"`, "unexpected"},
		"deep":               {deep, "nested more than"},
		"another type":       {`{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"machine-learning-model","name":7}]}`, "name"},
		"SPDX without graph": {`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}`, "no @graph"},
		"a document type":    {`<!DOCTYPE a [<!ENTITY b "c">]><AppliedModelCard xmlns="https://mc.chai.org/v0.2/schema.xsd"/>`, "document type is refused"},
		"card cut off":       {`<AppliedModelCard xmlns="https://mc.chai.org/v0.2/schema.xsd"><BasicInfo>`, "EOF"},
	} {
		_, err := modelcard.Read(strings.NewReader(c.in), modelcard.Limits{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	if _, err := modelcard.Read(strings.NewReader(applied), modelcard.Limits{Bytes: 100}); err == nil {
		t.Error("a hundred bytes were not enough, and it was read")
	}
}

// TestManyModelsOfManyFiles: their product is not computed, and what is left out is said.
func TestManyModelsOfManyFiles(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"Relationship","spdxId":"urn:r","from":"urn:hub","relationshipType":"contains","to":["urn:x"`)
	for i := range 20_000 {
		fmt.Fprintf(&b, `,"urn:f%d"`, i)
	}
	b.WriteString(`]}`)
	for i := range 500 {
		fmt.Fprintf(&b, `,{"type":"ai_AIPackage","spdxId":"urn:m%d","name":"m"},{"type":"Relationship","spdxId":"urn:r%d","from":"urn:m%d","relationshipType":"contains","to":["urn:hub"]}`, i, i, i)
	}
	b.WriteString(`]}`)
	d, err := modelcard.Read(strings.NewReader(b.String()), modelcard.Limits{})
	if err != nil || len(d.Cards) != 500 {
		t.Fatalf("%v", err)
	}
	if lost := d.Cards[499].Lost; len(lost) != 1 || !strings.Contains(lost[0], "relates too much") {
		t.Errorf("lost %q", lost)
	}
}
