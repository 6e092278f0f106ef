package admission

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/performance"
)

// maxPoints is how many operating points are measured.
const maxPoints = 8

// Measure measures a model on predictions with labels, at each operating point of its
// plan, for all and for each subgroup that is named by values. labels may be "" where
// the predictions hold them. Errors: EInvalid for files that cannot be used,
// ECannotTell without a label.
func Measure(ctx context.Context, p *model.Plan, predictions, labels string) ([]model.Measured, error) {
	var points []model.OperatingPoint
	for _, o := range p.Outputs {
		points = append(points, o.Points...)
	}
	if len(points) == 0 {
		points = []model.OperatingPoint{{Threshold: 0.5}}
	}
	var groups []string
	for _, g := range p.Subgroups {
		if len(g.Values) > 0 {
			groups = append(groups, g.Column)
		}
	}
	var out []model.Measured
	for _, pt := range points[:min(len(points), maxPoints)] {
		in := performance.Files{Predictions: performance.File(predictions)}
		if labels != "" {
			in.Labels = performance.File(labels)
		}
		threshold := pt.Threshold
		c := &performance.Config{Threshold: &threshold, Columns: performance.Columns{Unit: p.Units.Column, Groups: groups}}
		r, err := performance.Run(ctx, in, c)
		if err != nil {
			return nil, err
		}
		out = append(out, of(r, pt.Name)...)
	}
	return out, nil
}

// of are the figures of a report.
func of(r *performance.Report, point string) []model.Measured {
	var out []model.Measured
	add := func(group string, units int, figures map[string]performance.Figure) {
		for _, name := range slices.Sorted(maps.Keys(figures)) {
			f := figures[name]
			m := model.Measured{Metric: name, Group: group, Point: point, Value: float64(f.Value), Units: int64(units)}
			if low, high := float64(f.Low), float64(f.High); low <= high {
				m.Low, m.High, m.Ranged = low, high, true
			}
			if m.Value == m.Value { // a figure that is not defined was not measured
				out = append(out, m)
			}
		}
	}
	if r.Whole != nil {
		add("", r.Whole.Units, r.Whole.Realised)
	}
	for _, g := range r.Groups {
		name := g.Group
		if !strings.Contains(name, "=") {
			name = g.Column + "=" + g.Group
		}
		add(name, g.Units, g.Realised)
	}
	return out
}
