package modelcard

import "slices"

// Topic is what a statement of a card is about.
type Topic string

// The topics that have no field of their own in a [Card].
const (
	MakerContact Topic = "maker.contact"
	Stage        Topic = "release.stage"
	ReleasedOn   Topic = "release.date"
	Available    Topic = "release.availability"
	EHR          Topic = "release.ehr" // one per line
	Approval     Topic = "release.approval"
	Keywords     Topic = "keywords" // one per line

	HowToUse   Topic = "use.how"
	Population Topic = "use.population"
	OutOfScope Topic = "use.out-of-scope"
	RiskLevel  Topic = "warning.level"

	OutputMeaning    Topic = "facts.outputs"
	FoundationModels Topic = "facts.foundation-models"
	InputSource      Topic = "facts.input-source"
	DataTypes        Topic = "facts.data-types"
	DevelopmentData  Topic = "facts.development-data"
	BiasMitigation   Topic = "facts.bias-mitigation"
	Maintenance      Topic = "facts.maintenance"
	Security         Topic = "facts.security"
	Transparency     Topic = "facts.transparency"
	Funding          Topic = "facts.funding"
	ThirdParty       Topic = "facts.third-party"
	Stakeholders     Topic = "facts.stakeholders"

	// Of each of the three sections of metrics: usefulness, fairness, safety.
	Goal           Topic = "metrics.%s.goal"
	Interpretation Topic = "metrics.%s.interpretation"
	TestType       Topic = "metrics.%s.test-type"
	TestData       Topic = "metrics.%s.test-data"
	Validation     Topic = "metrics.%s.validation"
	OldResult      Topic = "metrics.%s.result" // v0.1: text instead of results

	Evaluations   Topic = "resources.evaluations"
	Trial         Topic = "resources.trial"
	Publications  Topic = "resources.publications"
	Reimbursement Topic = "resources.reimbursement"
	Consent       Topic = "resources.consent"
	Bibliography  Topic = "bibliography"

	// Of SPDX's AI profile.
	TrainingInfo   Topic = "spdx.training"
	Autonomy       Topic = "spdx.autonomy"       // "yes", "no", "noAssertion"
	Personal       Topic = "spdx.personal"       // uses sensitive personal information: "yes", "no", "noAssertion"
	SafetyRisk     Topic = "spdx.safety-risk"    // "serious", "high", "medium", "low"
	Standards      Topic = "spdx.standards"      // one per line
	Explainability Topic = "spdx.explainability" // one per line
	Preprocessing  Topic = "spdx.preprocessing"  // one per line
	Threshold      Topic = "spdx.threshold"      // of a metric's decision: NAME=VALUE, one per line
	Domain         Topic = "spdx.domain"         // one per line
	Summary        Topic = "spdx.summary"
)

// Sections are CHAI's sections of metrics.
var Sections = []string{"usefulness", "fairness", "safety"}

// In is a topic of one section of metrics.
func (t Topic) In(section string) Topic {
	return Topic(replaceOnce(string(t), section))
}

func replaceOnce(s, with string) string {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '%' && s[i+1] == 's' {
			return s[:i] + with + s[i+2:]
		}
	}
	return s
}

// topics are all topics, in the order in which they are written.
var topics = func() []Topic {
	out := []Topic{
		MakerContact, Stage, ReleasedOn, Available, EHR, Approval, Keywords, HowToUse, Population, OutOfScope, RiskLevel,
		OutputMeaning, FoundationModels, InputSource, DataTypes, DevelopmentData, BiasMitigation, Maintenance, Security, Transparency, Funding, ThirdParty, Stakeholders,
	}
	for _, s := range Sections {
		for _, t := range []Topic{Goal, OldResult, Interpretation, TestType, TestData, Validation} {
			out = append(out, t.In(s))
		}
	}
	return append(out, Evaluations, Trial, Publications, Reimbursement, Consent, Bibliography,
		TrainingInfo, Autonomy, Personal, SafetyRisk, Standards, Explainability, Preprocessing, Threshold, Domain, Summary)
}()

// Statement is what the card says on a topic, "" nothing.
func (c *Card) Statement(t Topic) string { return c.Said[t] }

// Say makes a statement; an empty one takes it back.
func (c *Card) Say(t Topic, text string) {
	if text == "" {
		delete(c.Said, t)
		return
	}
	if c.Said == nil {
		c.Said = map[Topic]string{}
	}
	c.Said[t] = text
}

// saidTopics are the topics of a card in their order; those that are not known here
// come last.
func (c *Card) saidTopics() []Topic {
	var out []Topic
	for _, t := range topics {
		if _, ok := c.Said[t]; ok {
			out = append(out, t)
		}
	}
	n := len(out)
	for t := range c.Said {
		if !slices.Contains(out[:n], t) {
			out = append(out, t)
		}
	}
	slices.Sort(out[n:])
	return out
}
