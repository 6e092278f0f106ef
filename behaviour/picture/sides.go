package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// MetricRow is one figure of two versions.
type MetricRow struct {
	Metric string      `json:"metric"`
	Group  string      `json:"group,omitempty"`
	Point  string      `json:"point,omitempty"`
	Source string      `json:"source" enum:"measured,claimed,reference" doc:"Measured here from outcomes, claimed by the card, or of the outcomes in the reference. Only figures of one source are held beside each other."`
	A      *MetricSide `json:"a,omitempty"`
	B      *MetricSide `json:"b,omitempty"`
	Apart  bool        `json:"apart" doc:"Both intervals are known and do not touch."`
}

// MetricSide is the figure of one version.
type MetricSide struct {
	Value float64  `json:"value"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	Units int64    `json:"units,omitempty" doc:"Patients or studies."`
}

// CardChange is one field of two cards that differs.
type CardChange struct {
	Field string   `json:"field" enum:"maker,name,description,licences,task,approach,architecture,inputs,outputs,users,use_cases,limitations,risks,datasets"`
	From  []string `json:"from"`
	To    []string `json:"to"`
}

type metricKey struct{ source, metric, group, point string }

// sides holds two cards and the figures of two versions beside each other.
func (m *Models) sides(a, b Version, plan *model.Plan, out *Comparison) error {
	var cards [2]*Card
	rows := map[metricKey]*MetricRow{}
	for i, v := range []Version{a, b} {
		add := func(source, metric, group, point string, s MetricSide) {
			k := metricKey{source, metric, group, point}
			r := rows[k]
			if r == nil {
				r = &MetricRow{Metric: metric, Group: group, Point: point, Source: source}
				rows[k] = r
			}
			if i == 0 {
				r.A = &s
			} else {
				r.B = &s
			}
		}
		if v.Card != "" {
			d, err := m.Document("card", v.Card)
			if err != nil {
				if !out.told(err) {
					return err
				}
			} else {
				cards[i] = d.Card
				for _, c := range d.Card.Claims {
					add("claimed", c.Metric, c.Slice, c.Point, MetricSide{c.Value, c.Low, c.High, c.Units})
				}
			}
		}
		if v.Key != "" {
			p, err := m.Performance(v.Key, PerformanceQuery{})
			if err != nil && !out.told(err) {
				return err
			}
			if err == nil && p.Whole != nil {
				figures("measured", *p.Whole, add)
			}
		}
		if v.Reference != "" {
			w, err := m.window(v.Reference)
			if err != nil && !out.told(err) {
				return err
			}
			if err == nil {
				ofReference(plan, w, add)
			}
		}
	}
	for _, r := range rows {
		r.Apart = r.A != nil && r.B != nil && r.A.Low != nil && r.A.High != nil && r.B.Low != nil && r.B.High != nil && (*r.A.High < *r.B.Low || *r.B.High < *r.A.Low)
		out.Metrics = append(out.Metrics, *r)
	}
	order := []string{"measured", "reference", "claimed"}
	slices.SortFunc(out.Metrics, func(a, b MetricRow) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Source), slices.Index(order, b.Source)), strings.Compare(a.Metric, b.Metric), strings.Compare(a.Point, b.Point), strings.Compare(a.Group, b.Group))
	})
	out.Metrics = out.Metrics[:min(len(out.Metrics), maxListed)]
	if cards[0] != nil && cards[1] != nil {
		out.CardsKnown = true
		out.Cards = cardChanges(cards[0], cards[1])
	}
	return nil
}

func figures(source string, s PerformanceSpan, add func(source, metric, group, point string, s MetricSide)) {
	for _, f := range s.Figures {
		low, high := f.Low, f.High
		add(source, f.Metric, "", f.Point, MetricSide{f.Value, &low, &high, int64(s.Units)})
	}
}

func ofReference(plan *model.Plan, w *sketch.Window, add func(source, metric, group, point string, s MetricSide)) {
	for _, o := range w.Outcomes {
		if o.Group == "" {
			figures("reference", spanOf(plan, w, o, "", ""), add)
			return // of the first score
		}
	}
}

// cardChanges are the fields of two cards that differ; the version itself always does.
func cardChanges(a, b *Card) []CardChange {
	data := func(list []Dataset) (out []string) {
		for _, d := range list {
			s := strings.Join(slices.DeleteFunc([]string{d.Name, d.Use, cmp.Or(d.Units, d.Rows)}, func(s string) bool { return s == "" }), " · ")
			out = append(out, s)
		}
		return out
	}
	one := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	out := []CardChange{}
	for _, f := range []struct {
		name     string
		from, to []string
	}{
		{"maker", one(a.Maker), one(b.Maker)}, {"name", one(a.Name), one(b.Name)}, {"description", one(a.Description), one(b.Description)}, {"licences", a.Licences, b.Licences}, {"task", one(a.Task), one(b.Task)},
		{"approach", one(a.Approach), one(b.Approach)}, {"architecture", one(a.Architecture), one(b.Architecture)}, {"inputs", a.Inputs, b.Inputs}, {"outputs", a.Outputs, b.Outputs}, {"users", a.Users, b.Users},
		{"use_cases", a.UseCases, b.UseCases}, {"limitations", a.Limitations, b.Limitations}, {"risks", a.Risks, b.Risks}, {"datasets", data(a.Datasets), data(b.Datasets)},
	} {
		if fmt.Sprint(f.from) != fmt.Sprint(f.to) {
			out = append(out, CardChange{f.name, some(f.from), some(f.to)})
		}
	}
	return out
}

func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list[:min(len(list), maxListed)]
}
