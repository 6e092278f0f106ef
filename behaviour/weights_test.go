package behaviour

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/provenance"
)

// TestWeightsAgainstThePlan: the diff of two versions' tensors comes as a document, and
// the plan's bound on how far any one may move is held against it.
func TestWeightsAgainstThePlan(t *testing.T) {
	doc, err := os.ReadFile("../docs/reference/model-plan.md")
	if err != nil {
		t.Fatal(err)
	}
	_, plan, _ := strings.Cut(string(doc), "```yaml\n")
	plan, _, _ = strings.Cut(plan, "```")
	diff := func(relative float64) []byte {
		b, err := json.Marshal(provenance.Difference{Formats: []string{"safetensors"}, Tensors: 2, Same: 1, FilesSame: 1,
			Changes: []provenance.Change{{Name: "conv1.weight", Kind: "values", Count: 9, Moved: &provenance.Measure{Changed: 9, Relative: relative}}}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, tc := range []struct {
		name string
		diff []byte
		want wardround.State
		told string
	}{
		{"further than the plan allows", diff(0.9), wardround.Fail, "conv1.weight changed by 0.9"},
		{"within it, and not measured yet", diff(0.1), wardround.Unknown, ""},
		{"cannot be read", []byte(`{"tensors": 2`), wardround.Unknown, ""},
		{"something else", []byte(`{"tensors": 2}`), wardround.Unknown, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t)
			rel := kind.ModelReceivedV1{Maker: "Example Imaging", Product: "Chest Triage"}
			p := rel
			p.Document, p.File = "plan", "plan.yaml"
			s.see(t0, &p, s.blobs.put([]byte(plan)))
			d := rel
			d.Version, d.Document, d.File, d.Format = "2.2", "diff", "diff.json", "provenance"
			s.see(t0, &d, s.blobs.put(tc.diff))
			for i, version := range []string{"2.1", "2.2"} {
				at := t0.AddDate(0, 0, i+1)
				last := s.see(at, &kind.InferenceWindowV1{Model: "chest", Service: "triage", Version: version, Maker: "Example Imaging", Product: "Chest Triage", From: t0.AddDate(0, 0, i), To: at, Rows: 3}, nil)
				if version == "2.2" {
					if j := want(t, last, "change/version", tc.want); !strings.Contains(fmt.Sprint(j.Facts["trouble"]), tc.told) {
						t.Errorf("told: %v", j.Facts)
					}
				}
			}
		})
	}
}

// FuzzReadWeights: whatever comes as a diff is read or refused.
func FuzzReadWeights(f *testing.F) {
	f.Add([]byte(`{"tensors":2,"same":1,"files_same":0,"changes":[{"name":"a","kind":"values","moved":{"changed":1,"relative":-1}},{"name":"b","kind":"shape","from":"F32[2]","to":"F32[3]"}]}`))
	f.Add([]byte(`{"tensors":0,"files_same":1,"files_changed":["a.bin"]}`))
	f.Add([]byte(`[[[`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := readWeights(bytes.NewReader(b))
		if err == nil && d != nil && d.Tensors <= 0 {
			t.Errorf("a diff of %d tensors", d.Tensors)
		}
	})
}
