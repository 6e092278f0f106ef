package modelcard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// prefix begins the names of properties that hold what the form has no field for.
const prefix = "wardround:modelcard:"

// put is one property of ours.
func put(list []Property, name, value string) []Property {
	if value == "" {
		return list
	}
	return append(list, Property{prefix + name, value})
}

// cardExtras are what a card says beyond CycloneDX's fields.
func (c *Card) cardExtras() []Property {
	out := slices.Clone(c.CardProperties)
	for _, t := range c.saidTopics() {
		out = put(out, string(t), c.Said[t])
	}
	for i, m := range c.Metrics {
		if m.Extra != (MetricExtra{}) {
			b, _ := json.Marshal(m.Extra) // strings and a number: it cannot fail
			out = put(out, "metric:"+strconv.Itoa(i), string(b))
		}
	}
	for i, p := range c.Inputs {
		out = put(out, "input:"+strconv.Itoa(i), p.Label)
	}
	for i, p := range c.Outputs {
		out = put(out, "output:"+strconv.Itoa(i), p.Label)
	}
	for _, h := range c.Hyperparameters {
		out = append(out, Property{prefix + "hyperparameter:" + h.Name, h.Value})
	}
	return out
}

// takeExtras takes our properties out of those of a card.
func (c *Card) takeExtras(list []Property, lost func(string, ...any)) {
	for _, p := range list {
		name, ours := strings.CutPrefix(p.Name, prefix)
		if !ours {
			c.CardProperties = append(c.CardProperties, p)
			continue
		}
		kind, rest, _ := strings.Cut(name, ":")
		i, err := strconv.Atoi(rest)
		at := func(n int) bool { return err == nil && i >= 0 && i < n }
		switch {
		case kind == "hyperparameter":
			c.Hyperparameters = append(c.Hyperparameters, Property{rest, p.Value})
		case kind == "metric" && at(len(c.Metrics)):
			if json.Unmarshal([]byte(p.Value), &c.Metrics[i].Extra) != nil {
				c.Metrics[i].Extra = MetricExtra{}
				lost("property %q cannot be read", p.Name)
			}
		case kind == "input" && at(len(c.Inputs)):
			c.Inputs[i].Label = p.Value
		case kind == "output" && at(len(c.Outputs)):
			c.Outputs[i].Label = p.Value
		case slices.Contains(topics, Topic(name)):
			c.Say(Topic(name), p.Value)
		default:
			c.CardProperties = append(c.CardProperties, p)
		}
	}
}

// more are the fields of a dataset beyond CycloneDX's, by the names of their
// properties.
func (d *Dataset) more() []struct {
	name string
	to   *string
} {
	return []struct {
		name string
		to   *string
	}{
		{"digest", &d.Digest}, {"use", &d.Use}, {"licence", &d.Licence}, {"units", &d.Units}, {"rows", &d.Rows}, {"period", &d.Period}, {"sites", &d.Sites},
		{"availability", &d.Availability}, {"size", &d.Size}, {"collection", &d.Collection}, {"intended", &d.Intended}, {"personal", &d.Personal}, {"update", &d.Update}, {"version", &d.Version}, {"noise", &d.Noise},
	}
}

// lists are the fields of a dataset that hold several texts.
func (d *Dataset) lists() []struct {
	name string
	to   *[]string
} {
	return []struct {
		name string
		to   *[]string
	}{{"kind", &d.Kinds}, {"preparation", &d.Preparation}, {"bias", &d.Bias}, {"anonymised", &d.Anonymised}}
}

func (d *Dataset) extras() []Property {
	out := slices.Clone(d.Properties)
	for _, f := range d.more() {
		out = put(out, f.name, *f.to)
	}
	for _, f := range d.lists() {
		for _, s := range *f.to {
			out = put(out, f.name, s)
		}
	}
	for _, p := range d.Sensors {
		out = append(out, Property{prefix + "sensor:" + p.Name, p.Value})
	}
	return out
}

func (d *Dataset) takeExtras(list []Property) {
next:
	for _, p := range list {
		if name, ours := strings.CutPrefix(p.Name, prefix); ours {
			if sensor, ok := strings.CutPrefix(name, "sensor:"); ok {
				d.Sensors = append(d.Sensors, Property{sensor, p.Value})
				continue next
			}
			for _, f := range d.more() {
				if f.name == name && *f.to == "" {
					*f.to = p.Value
					continue next
				}
			}
			for _, f := range d.lists() {
				if f.name == name {
					*f.to = append(*f.to, p.Value)
					continue next
				}
			}
		}
		d.Properties = append(d.Properties, p)
	}
}

// losses collects what could not be read or written.
type losses struct {
	list []string
	more int
}

func (l *losses) add(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	switch {
	case slices.Contains(l.list, s):
	case len(l.list) < maxLost:
		l.list = append(l.list, s)
	default:
		l.more++
	}
}

func (l *losses) all() []string {
	if l.more > 0 {
		return append(l.list, fmt.Sprintf("and %d more", l.more))
	}
	return l.list
}
