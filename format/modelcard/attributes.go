package modelcard

import "strings"

// Attribute is one of the source attributes that 45 CFR 170.315(b)(11)(iv)(B) asks of
// a predictive decision support intervention, in our words.
type Attribute struct {
	Clause   string // "(1)(i)": the paragraph within (b)(11)(iv)(B)
	Asks     string
	Answered bool
	By       string // the field of the card that answers it
}

// Attributes says which of the 31 source attributes the card answers. It sees whether
// something is said, not whether it is true or enough: "not applicable" is an answer.
func (c *Card) Attributes() []Attribute {
	said := func(t Topic) string { return c.Said[t] }
	section := func(t Topic, s string) string { return c.Said[t.In(s)] }
	var out []Attribute
	add := func(clause, asks, by string, answers ...string) {
		a := Attribute{Clause: clause, Asks: asks, By: by}
		for _, s := range answers {
			a.Answered = a.Answered || strings.TrimSpace(s) != ""
		}
		out = append(out, a)
	}
	uses, users, limits := strings.Join(c.UseCases, " "), strings.Join(c.Users, " "), strings.Join(c.Limitations, " ")
	var training, external, fair string
	for _, d := range c.Datasets {
		if d.Use == "external test" {
			external += d.Name + d.Description
		} else {
			training += d.Description + d.Collection
		}
	}
	for _, f := range c.Fairness {
		fair += f.Mitigation
	}
	metric := func(sections, uses func(string) bool) string {
		for _, m := range c.Metrics {
			if sections(m.Extra.Section) && uses(m.Extra.Dataset) {
				return m.Type
			}
		}
		return ""
	}
	outside := func(dataset string) bool {
		for _, d := range c.Datasets {
			if d.Name == dataset && d.Use == "external test" {
				return true
			}
		}
		return false
	}
	inside := func(dataset string) bool { return !outside(dataset) }
	fairness := func(s string) bool { return s == "fairness" }
	validity := func(s string) bool { return s != "fairness" }

	add("(1)(i)", "who developed it, and how to reach them", "maker, maker.contact", both(first(c.Maker, c.Publisher, c.Supplier), said(MakerContact)))
	add("(1)(ii)", "who paid for its development", string(Funding), said(Funding))
	add("(1)(iii)", "what value it gives as its output", string(OutputMeaning), said(OutputMeaning), ports(c.Outputs))
	add("(1)(iv)", "whether that is a prediction, classification, recommendation …", "task", c.Task, said(DataTypes))
	add("(2)(i)", "its intended use", "use cases", uses)
	add("(2)(ii)", "the patients it is for", string(Population), said(Population))
	add("(2)(iii)", "the users it is for", "users", users)
	add("(2)(iv)", "its role in the decision: informs, augments, replaces", string(HowToUse), said(HowToUse))
	add("(3)(i)", "tasks, situations, populations where one is cautioned against it", string(OutOfScope), said(OutOfScope))
	add("(3)(ii)", "known risks, unfit settings and uses, limitations", "limitations", limits)
	add("(4)(i)", "whom the training data took in and left out", string(DevelopmentData), said(DevelopmentData), training)
	add("(4)(ii)", "which demographic and social variables are inputs", "inputs", ports(c.Inputs), said(InputSource))
	add("(4)(iii)", "how representative the data is of people", string(DevelopmentData), said(DevelopmentData))
	add("(4)(iv)", "how the training data fits the setting of use", string(InputSource), said(InputSource))
	add("(5)(i)", "how fairness was seen to", "fairness assessments", fair, said(BiasMitigation))
	add("(5)(ii)", "how bias is managed, reduced, removed", string(BiasMitigation), said(BiasMitigation), fair)
	add("(6)(i)", "where it was tried beyond the data it came from", "external test data", external, section(TestData, "usefulness"))
	add("(6)(ii)", "who did the external test", "metrics.*.validation", section(Validation, "usefulness"))
	add("(6)(iii)", "how representative the external data is of people", "metrics.fairness.test-data", section(TestData, "fairness"))
	add("(6)(iv)", "how the external test was done", "metrics.*.validation", section(Validation, "usefulness"), section(TestType, "usefulness"))
	add("(7)(i)", "validity on data of the same source", "metrics", metric(validity, inside))
	add("(7)(ii)", "fairness on data of the same source", "metrics of slices", metric(fairness, inside), c.sliced(inside))
	add("(7)(iii)", "validity on data of another source", "metrics on external test data", metric(validity, outside))
	add("(7)(iv)", "fairness on data of another source", "metrics of slices on external test data", metric(fairness, outside), c.sliced(outside))
	add("(7)(v)", "where its effect on outcomes was evaluated", string(Evaluations), said(Evaluations), said(Publications), said(Trial), said(Bibliography))
	add("(8)(i)", "how and how often its validity is watched", string(Maintenance), said(Maintenance))
	add("(8)(ii)", "its validity on local data", "measured here, not claimed")
	add("(8)(iii)", "how and how often its fairness is watched", string(Maintenance), said(Maintenance))
	add("(8)(iv)", "its fairness on local data", "measured here, not claimed")
	add("(9)(i)", "how and how often it is updated", string(Maintenance), said(Maintenance))
	add("(9)(ii)", "how soon its performance is corrected when it must be", string(Maintenance), said(Maintenance))
	return out
}

func both(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	return a
}

func ports(list []Port) string {
	s := ""
	for _, p := range list {
		s += p.Name()
	}
	return s
}

// sliced is a metric of a slice, measured on data that uses takes.
func (c *Card) sliced(uses func(string) bool) string {
	for _, m := range c.Metrics {
		if m.Slice != "" && uses(m.Extra.Dataset) {
			return m.Type
		}
	}
	return ""
}
