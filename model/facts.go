package model

import (
	"maps"
	"slices"

	"github.com/wardround/wardround/format/modelcard"
)

// Facts are what is known of one version of a model. What is not known is nil: two
// versions of which one thing is known of one alone cannot be compared in it.
type Facts struct {
	Release      string       `json:"release,omitempty"` // name for people
	IntendedUse  *IntendedUse `json:"intended_use,omitempty"`
	Format       string       `json:"format,omitempty"` // of the artefact: "onnx", "safetensors"
	Architecture string       `json:"architecture,omitempty"`
	// Operators are the operations of the graph, with how often each stands there.
	Operators    map[string]int    `json:"operators,omitempty"`
	Inputs       []Input           `json:"inputs,omitempty"`
	Outputs      []Output          `json:"outputs,omitempty"`
	Training     []Dataset         `json:"training,omitempty"`
	Dependencies map[string]string `json:"dependencies,omitempty"` // library: version
	// Weights is one digest over all of the artefact.
	Weights string     `json:"weights,omitempty"`
	Metrics []Measured `json:"metrics,omitempty"`
}

// Measured is a metric as it was measured or is claimed.
type Measured struct {
	Metric  string  `json:"metric"` // as [modelcard.MetricOf] names it
	Group   string  `json:"group,omitempty"`
	Dataset string  `json:"dataset,omitempty"`
	Point   string  `json:"operating_point,omitempty"`
	Value   float64 `json:"value"`
	Low     float64 `json:"low,omitempty"`
	High    float64 `json:"high,omitempty"`
	Ranged  bool    `json:"ranged,omitempty"` // Low and High are known
	Units   int64   `json:"units,omitempty"`
}

// WeightDiff is what differs between the weights of two versions.
type WeightDiff struct {
	Tensors int            // of the new version
	Changed []TensorChange // those whose values differ
	Added   []string
	Removed []string
	// Files beside the weights that differ, were added or removed, by name.
	Files []FileChange
}

// FileChange is a file that is not the same in both versions.
type FileChange struct {
	Name     string
	From, To string // "none" where it is not there
}

// TensorChange is one tensor whose values differ.
type TensorChange struct {
	Name string
	// Relative is the norm of the difference over the norm of the old values.
	Relative float64
}

// OfPlan takes from a plan what it says of its model.
func (f *Facts) OfPlan(p *Plan) {
	use := p.IntendedUse
	f.IntendedUse = &use
	f.Inputs, f.Outputs = slices.Clone(p.Inputs), slices.Clone(p.Outputs)
	if len(p.Training.Datasets) > 0 {
		f.Training = slices.Clone(p.Training.Datasets)
	}
	if f.Release == "" {
		f.Release = p.Model.Product
	}
}

// OfCard takes from a card what it says of its model. What is there already stands:
// a plan says more precisely what goes in and comes out.
func (f *Facts) OfCard(c *modelcard.Card) {
	if f.Release == "" {
		f.Release = c.Title()
	}
	if f.Architecture == "" {
		f.Architecture = c.Architecture
	}
	if f.IntendedUse == nil && len(c.UseCases) > 0 {
		f.IntendedUse = &IntendedUse{Purpose: joinLines(c.UseCases), Users: slices.Clone(c.Users), Population: c.Statement(modelcard.Population), NotFor: nonEmpty(c.Statement(modelcard.OutOfScope))}
	}
	if f.Inputs == nil {
		for _, p := range c.Inputs {
			f.Inputs = append(f.Inputs, Input{Name: p.Name(), Type: p.Format})
		}
	}
	if f.Outputs == nil {
		for _, p := range c.Outputs {
			f.Outputs = append(f.Outputs, Output{Name: p.Name(), Type: p.Format})
		}
	}
	if f.Training == nil {
		for _, d := range c.Datasets {
			f.Training = append(f.Training, Dataset{Name: d.Name, Digest: d.Digest, Source: d.URL, Use: d.Use})
		}
	}
	for _, c := range c.Claims() {
		f.Metrics = append(f.Metrics, Measured{Metric: c.Metric, Group: c.Slice, Value: c.Value, Low: c.Low, High: c.High, Ranged: c.Ranged})
	}
}

func joinLines(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += "\n"
		}
		out += s
	}
	return out
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
