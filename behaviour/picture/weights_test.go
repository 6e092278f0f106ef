package picture

import (
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// What "model diff" prints is counted by what became of each tensor, and a comparison
// whose counts cannot be is refused rather than drawn.
func TestWeightsAreCounted(t *testing.T) {
	w, err := readWeights([]byte(`{"type":"difference","tensors":5,"same":3,"files_same":1,"changes":[
		{"name":"gate","kind":"added","to":"F32[4]"},{"name":"head","kind":"shape","from":"F32[2]","to":"F32[3]"},{"name":"old","kind":"removed","from":"F32[2]"},
		{"name":"a","kind":"values","count":100,"moved":{"changed":40,"max":0.5,"mean":0.1,"relative":0.2,"cosine":0.9}},
		{"name":"b","kind":"values","count":10,"moved":{"changed":1,"max":1,"mean":0.1,"relative":-1,"cosine":0}}]}`))
	if err != nil || w.Added != 1 || w.Removed != 1 || w.Retyped != 1 || w.Moved != 2 || w.Values != 110 || w.Changed != 41 || w.FilesAdded == nil {
		t.Errorf("%+v, %v", w, err)
	}
	many := `{"tensors":9000,"same":0,"files_same":0,"changes":[` + strings.TrimSuffix(strings.Repeat(`{"name":"x","kind":"added"},`, 9000), ",") + `]}`
	if w, err := readWeights([]byte(many)); err != nil || w.Added != 9000 || len(w.Changes) != maxListed || w.More != 9000-maxListed {
		t.Errorf("of many: %v", err)
	}
	for _, bad := range []string{
		`[]`, `{"tensors":1,"same":2}`, `{"changes":[{"kind":"melted"}]}`, `{"changes":[{"kind":"values","count":1,"moved":{"changed":2}}]}`, `{"changes":[{"kind":"values","count":-1,"moved":{}}]}`,
		`{"changes":[{"kind":"values","count":9223372036854775807,"moved":{}},{"kind":"values","count":1,"moved":{}}]}`, `{"changes":[{"kind":"values","count":1,"moved":{"max":1e999}}]}`,
	} {
		if w, err := readWeights([]byte(bad)); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %+v, %v", bad, w, err)
		}
	}
}

func FuzzWeights(f *testing.F) {
	f.Add([]byte(`{"tensors":5,"same":3,"changes":[{"name":"a","kind":"values","count":100,"moved":{"changed":40,"relative":-1}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := readWeights(b)
		if err == nil && (w.Changed > w.Values || w.Same > w.Tensors || len(w.Changes) > maxListed) {
			t.Errorf("%+v", w)
		}
	})
}
