package modelcard

import (
	"encoding/json"
	"slices"
	"strings"
)

// beyond are the fields of a card that SPDX's AI profile has no field for. Each
// becomes one property with its value in JSON.
type beyond struct {
	name string
	to   any
	set  bool
}

// fullMetric is a metric with all that is said of it.
type fullMetric struct {
	Metric
	Extra MetricExtra `json:"extra,omitzero"`
}

type fullPort struct {
	Format string `json:"format,omitempty"`
	Label  string `json:"label,omitempty"`
}

// beyondSPDX are the properties of a card in SPDX.
func (c *Card) beyondSPDX(l *losses) []Property {
	var metrics []fullMetric
	full := false
	for _, m := range c.Metrics {
		metrics = append(metrics, fullMetric{m, m.Extra})
		full = full || m.Slice != "" || m.Interval != nil || m.Extra != (MetricExtra{}) || m.Type == ""
	}
	ports := func(in []Port) []fullPort {
		var out []fullPort
		for _, p := range in {
			out = append(out, fullPort(p))
		}
		return out
	}
	links := slices.DeleteFunc(slices.Clone(c.Links), func(x Link) bool { return x.Type == "distribution" && x.Comment == "" })
	energy := slices.ContainsFunc(c.Energy, func(e Energy) bool {
		return len(e.Providers) > 0 || e.CO2 != nil || e.Offset != nil || len(e.Properties) > 0 || !slices.Contains([]string{"training", "fine-tuning", "inference"}, e.Activity)
	})
	var out []Property
	for _, b := range []beyond{
		{"publisher", c.Publisher, c.Publisher != ""}, {"group", c.Group, c.Group != ""}, {"task", c.Task, c.Task != ""}, {"architecture", c.Architecture, c.Architecture != ""},
		{"inputs", ports(c.Inputs), len(c.Inputs) > 0}, {"outputs", ports(c.Outputs), len(c.Outputs) > 0}, {"metrics", metrics, full}, {"graphics", c.Graphics, c.Graphics != nil},
		{"users", c.Users, len(c.Users) > 0}, {"use-cases", c.UseCases, len(c.UseCases) > 1}, {"limitations", c.Limitations, len(c.Limitations) > 1}, {"tradeoffs", c.Tradeoffs, len(c.Tradeoffs) > 0},
		{"ethical", c.Ethical, len(c.Ethical) > 0}, {"fairness", c.Fairness, len(c.Fairness) > 0}, {"energy", c.Energy, energy}, {"links", links, len(links) > 0},
	} {
		if !b.set {
			continue
		}
		v, err := json.Marshal(b.to)
		if err != nil {
			l.add("%s: %s", c.Name, b.name)
			continue
		}
		out = put(out, "json:"+b.name, string(v))
	}
	for _, t := range c.saidTopics() {
		if !spdxTopic(t) {
			out = put(out, string(t), c.Said[t])
		}
	}
	if len(c.Data) > 0 {
		l.add("%s: data of the component itself", c.Name)
	}
	return append(out, append(slices.Clone(c.Properties), c.CardProperties...)...)
}

// spdxTopic reports whether a topic has a field of its own in SPDX.
func spdxTopic(t Topic) bool {
	for _, x := range aiTexts {
		if x.topic == t {
			return true
		}
	}
	for _, x := range aiLists {
		if x.topic == t {
			return true
		}
	}
	return t == Threshold
}

// takeSPDX reads what [Card.beyondSPDX] wrote. Where SPDX's own field says something
// else meanwhile, that holds.
func (c *Card) takeSPDX(n node, l *losses) {
	for _, p := range extension(n) {
		name, ours := strings.CutPrefix(p.Name, prefix)
		field, isJSON := strings.CutPrefix(name, "json:")
		switch {
		case ours && isJSON:
			c.takeField(field, []byte(p.Value), l)
		case ours && slices.Contains(topics, Topic(name)):
			c.Say(Topic(name), p.Value)
		default:
			c.CardProperties = append(c.CardProperties, p)
		}
	}
}

func (c *Card) takeField(name string, b []byte, l *losses) {
	var err error
	var metrics []fullMetric
	var list []string
	ports := func(to *[]Port) {
		var in []fullPort
		if err = json.Unmarshal(b, &in); err == nil {
			*to = nil
			for _, p := range in {
				*to = append(*to, Port(p))
			}
		}
	}
	several := func(to *[]string) {
		if err = json.Unmarshal(b, &list); err == nil && strings.Join(list, "\n\n") == strings.Join(*to, "\n\n") {
			*to = list
		} else if err == nil {
			l.add("%s: the property differs from the field, which holds", name)
		}
	}
	switch name {
	case "publisher":
		err = json.Unmarshal(b, &c.Publisher)
	case "group":
		err = json.Unmarshal(b, &c.Group)
	case "task":
		err = json.Unmarshal(b, &c.Task)
	case "architecture":
		err = json.Unmarshal(b, &c.Architecture)
	case "inputs":
		ports(&c.Inputs)
	case "outputs":
		ports(&c.Outputs)
	case "graphics":
		err = json.Unmarshal(b, &c.Graphics)
	case "users":
		err = json.Unmarshal(b, &c.Users)
	case "tradeoffs":
		err = json.Unmarshal(b, &c.Tradeoffs)
	case "use-cases":
		several(&c.UseCases)
	case "limitations":
		several(&c.Limitations)
	case "ethical":
		err = json.Unmarshal(b, &c.Ethical)
	case "fairness":
		err = json.Unmarshal(b, &c.Fairness)
	case "links":
		var more []Link
		if err = json.Unmarshal(b, &more); err == nil {
			c.Links = append(c.Links, more...)
		}
	case "energy":
		var e []Energy
		if err = json.Unmarshal(b, &e); err == nil {
			c.Energy = e
			for i := range c.Energy {
				soundEnergy(&c.Energy[i], l)
			}
		}
	case "metrics":
		if err = json.Unmarshal(b, &metrics); err == nil {
			c.takeMetrics(metrics, l)
		}
	default:
		l.add("the property %s is not known", name)
	}
	if err != nil {
		l.add("the property %s cannot be read", name)
	}
}

// takeMetrics fills in what SPDX's entries do not say, if they are the same metrics.
func (c *Card) takeMetrics(full []fullMetric, l *losses) {
	named := slices.DeleteFunc(slices.Clone(full), func(m fullMetric) bool { return m.Type == "" })
	same := slices.EqualFunc(named, c.Metrics, func(a fullMetric, b Metric) bool { return a.Type == b.Type && a.Value == b.Value })
	if !same {
		l.add("metrics: the property differs from the field, which holds")
		return
	}
	c.Metrics = nil
	for _, m := range full {
		m.Metric.Extra = m.Extra
		c.Metrics = append(c.Metrics, m.Metric)
	}
}
