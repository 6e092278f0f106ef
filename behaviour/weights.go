package behaviour

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
)

// tensors is a document of the kind "diff", as "model diff --format json" writes it: of
// provenance.Difference what a plan may bound.
type tensors struct {
	Tensors int `json:"tensors"`
	Changes []struct {
		Name  string `json:"name"`
		Kind  string `json:"kind"`
		From  string `json:"from"`
		To    string `json:"to"`
		Moved *struct {
			Relative float64 `json:"relative"`
			Odd      int64   `json:"odd"`
		} `json:"moved"`
	} `json:"changes"`
	FilesSame    *int     `json:"files_same"`
	FilesChanged []string `json:"files_changed"`
	FilesAdded   []string `json:"files_added"`
	FilesRemoved []string `json:"files_removed"`
	Unread       []string `json:"unread"`
}

// maxDiff bounds a diff: some 100,000 tensors.
const maxDiff = 32 << 20

// unbounded is more than any bound of a plan.
const unbounded = 1e308

// ReadWeights reads what "model diff --format json" prints, for a comparison of
// versions under a plan; nil where weights could be compared as bytes only. Errors:
// EInvalid, EFull, those of the reader.
func ReadWeights(r io.Reader) (*model.WeightDiff, error) { return readWeights(r) }

// readWeights reads a diff: nil where files of weights could be compared as bytes only.
func readWeights(r io.Reader) (*model.WeightDiff, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxDiff+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxDiff {
		return nil, wardround.Errorf(wardround.EFull, "behaviour.diff", "a diff of more than %d bytes is not read", maxDiff)
	}
	var d tensors
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&d); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "behaviour.diff", "a diff is JSON as \"model diff --format json\" writes it: %v", err)
	}
	if d.FilesSame == nil || d.Tensors < 0 {
		return nil, wardround.Errorf(wardround.EInvalid, "behaviour.diff", "this JSON is no diff of two versions: it does not say how many tensors and files are the same")
	}
	if d.Tensors == 0 || len(d.Unread) > 0 {
		return nil, nil
	}
	out := &model.WeightDiff{Tensors: d.Tensors}
	for _, list := range []struct {
		names    []string
		from, to string
	}{{d.FilesChanged, "one content", "another"}, {d.FilesAdded, "none", "a file"}, {d.FilesRemoved, "a file", "none"}} {
		for _, name := range list.names {
			out.Files = append(out.Files, model.FileChange{Name: name, From: list.from, To: list.to})
		}
	}
	for _, x := range d.Changes {
		switch {
		case x.Kind == "added":
			out.Added = append(out.Added, x.Name)
		case x.Kind == "removed":
			out.Removed = append(out.Removed, x.Name)
		case x.Kind == "values" && x.Moved != nil && x.Moved.Relative >= 0 && x.Moved.Odd == 0:
			out.Changed = append(out.Changed, model.TensorChange{Name: x.Name, Relative: x.Moved.Relative})
		case x.Kind == "values": // from zero, or to infinity: no relative bound holds
			out.Changed = append(out.Changed, model.TensorChange{Name: x.Name, Relative: unbounded})
		default: // another shape or type is another layer
			out.Removed, out.Added = append(out.Removed, x.Name+" "+x.From), append(out.Added, x.Name+" "+x.To)
		}
	}
	return out, nil
}

// weights is the diff that came with the version in use, nil for none.
func (f *Fold) weights(m *instance) (*model.WeightDiff, error) {
	d := f.inForce(m, "diff", "")
	if d == nil || d.Problem != "" || d.Version != m.Version {
		return nil, nil
	}
	return read(f.opt.Blobs, d.Digest, readWeights)
}
