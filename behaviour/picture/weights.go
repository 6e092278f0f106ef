package picture

import (
	"bytes"
	"encoding/json"
	"math"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/model"
)

// Weights is what two versions of a model differ in, tensor by tensor, as a person
// reads it: "model diff" computes it where the files lie.
type Weights struct {
	Formats []string `json:"formats,omitempty" doc:"Of the files whose tensors were compared."`
	Tensors int64    `json:"tensors" doc:"In both versions, with the same type and shape."`
	Same    int64    `json:"same" doc:"Of those, to the byte."`
	// What became of the others; of tensors that moved: how many weights they hold, and
	// how many of these are other numbers than before.
	Moved   int64    `json:"moved"`
	Retyped int64    `json:"retyped" doc:"Of another type or shape."`
	Added   int64    `json:"added"`
	Removed int64    `json:"removed"`
	Values  int64    `json:"values" doc:"Weights in the tensors that moved, where they can be compared one by one."`
	Changed int64    `json:"changed" doc:"Of those, how many are other numbers."`
	Changes []Tensor `json:"changes" doc:"Added, removed and retyped first, then those that moved farthest."`
	More    int      `json:"more" doc:"Changes that there was no room for."`

	FilesSame    int64    `json:"files_same"`
	FilesChanged []string `json:"files_changed"`
	FilesAdded   []string `json:"files_added"`
	FilesRemoved []string `json:"files_removed"`
	Unread       []string `json:"unread" doc:"Files of weights that break their format: compared as bytes."`
}

// Tensor is what became of one tensor.
type Tensor struct {
	Name  string `json:"name"`
	Kind  string `json:"kind" enum:"values,shape,type,added,removed"`
	From  string `json:"from,omitempty" doc:"Type and shape: F32[768,768]"`
	To    string `json:"to,omitempty"`
	Count int64  `json:"count,omitempty" doc:"Weights in it."`
	Moved *Moved `json:"moved,omitempty" doc:"Absent where values cannot be compared one by one."`
}

// Moved says how far the values of a tensor moved.
type Moved struct {
	Changed  int64   `json:"changed" doc:"Weights that are other numbers."`
	Max      float64 `json:"max" doc:"The largest absolute change."`
	Mean     float64 `json:"mean" doc:"The mean absolute change over all its weights."`
	Relative float64 `json:"relative" doc:"Norm of the change as a share of the norm before; -1 where all were zero before."`
	Cosine   float64 `json:"cosine" doc:"Of the angle between before and after."`
	Odd      int64   `json:"odd,omitempty" doc:"Weights that became or were infinite or no number."`
}

// readWeights reads what "model diff --format json" prints. A count that cannot be is
// refused: what is shown as a share must be one.
func readWeights(b []byte) (*Weights, error) {
	const op = "picture.weights"
	w := &Weights{}
	if err := json.Unmarshal(b, w); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the comparison of the weights cannot be read: %w", err)
	}
	w.Moved, w.Retyped, w.Added, w.Removed, w.Values, w.Changed, w.More = 0, 0, 0, 0, 0, 0, 0
	for i := range w.Changes {
		c := &w.Changes[i]
		switch c.Kind {
		case "added":
			w.Added++
		case "removed":
			w.Removed++
		case "shape", "type":
			w.Retyped++
		case "values":
			w.Moved++
		default:
			return nil, wardround.Errorf(wardround.EInvalid, op, "the comparison of the weights cannot be read: a tensor cannot have changed by %.40q", c.Kind)
		}
		m := c.Moved
		if m == nil {
			continue
		}
		if c.Count < 0 || m.Changed < 0 || m.Changed > c.Count || m.Odd < 0 || m.Max < 0 || m.Mean < 0 || c.Count > math.MaxInt64-w.Values {
			return nil, wardround.Errorf(wardround.EInvalid, op, "the comparison of the weights cannot be read: the counts of %.80q do not fit together", c.Name)
		}
		w.Values, w.Changed = w.Values+c.Count, w.Changed+m.Changed
	}
	if w.Tensors < 0 || w.Same < 0 || w.Same > w.Tensors || w.FilesSame < 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the comparison of the weights cannot be read: more tensors are the same than were compared")
	}
	if n := len(w.Changes) - maxListed; n > 0 {
		w.Changes, w.More = w.Changes[:maxListed], n
	}
	for _, list := range []*[]string{&w.FilesChanged, &w.FilesAdded, &w.FilesRemoved, &w.Unread} {
		*list = (*list)[:min(len(*list), maxListed)]
		if *list == nil {
			*list = []string{}
		}
	}
	if w.Changes == nil {
		w.Changes = []Tensor{}
	}
	return w, nil
}

// weights shows the comparison of the weights that came with a version, and returns
// what of it a plan may bound.
func (m *Models) weights(digest string, out *Comparison) (*model.WeightDiff, error) {
	if digest == "" {
		return nil, nil
	}
	b, err := m.text(digest)
	var diff *model.WeightDiff
	if err == nil {
		out.Weights, err = readWeights(b)
	}
	if err == nil {
		diff, err = behaviour.ReadWeights(bytes.NewReader(b))
	}
	if err != nil && !out.told(err) {
		return nil, err
	}
	return diff, nil
}
