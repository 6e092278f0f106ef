package safetensors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/internal/testkit"
)

// TestTheMakersLibraryAgrees: files that the safetensors library writes are
// clean, and its own reader lists the same tensors.
func TestTheMakersLibraryAgrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := testkit.RunPython(t, []string{"safetensors", "numpy"}, `
import sys, json, os, numpy as np
from safetensors.numpy import save_file
from safetensors import safe_open
d = sys.argv[1]; r = np.random.default_rng(1); want = {}
for i in range(12):
    ts = {}
    for j in range(i * 3):
        dt = ["float32","float16","float64","int8","uint8","int16","uint16","int32","uint32","int64","uint64","bool"][(i + j) % 12]
        ts["layer.%d.w%d ä" % (j, i)] = r.integers(0, 2, size=tuple(r.integers(0, 5, size=j % 4))).astype(dt)
    p = os.path.join(d, "%d.safetensors" % i)
    save_file(ts, p, metadata={"format": "np", "note": "run %d" % i} if i % 2 else None)
    with safe_open(p, "numpy") as f:
        want[str(i)] = {k: [f.get_slice(k).get_dtype(), list(f.get_slice(k).get_shape())] for k in f.keys()}
print(json.dumps(want))
`, dir)
	var want map[string]map[string][]any
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != 12 {
		t.Fatalf("%d files", len(want))
	}
	for name, tensors := range want {
		b, err := os.ReadFile(filepath.Join(dir, name+".safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		f := read(t, b)
		if len(f.Issues) != 0 {
			t.Errorf("%s: %v", name, f.Issues)
		}
		got := map[string][]any{}
		for _, x := range f.Tensors {
			shape := []any{}
			for _, d := range x.Shape {
				shape = append(shape, float64(d))
			}
			got[x.Name] = []any{x.DType, shape}
		}
		if d := cmp.Diff(tensors, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestWhatTheLibraryRefusesIsNotCleanHere breaks a file in a thousand ways.
func TestWhatTheLibraryRefusesIsNotCleanHere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	base := file(`{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[24,30]},"q":{"dtype":"U8","shape":[1,0],"data_offsets":[30,30]}}`, 30)
	var files [][]byte
	for i := range 1000 {
		b := bytes.Clone(base)
		for range 1 + r.IntN(2) {
			at := 8 + r.IntN(len(b)-40)
			switch r.IntN(4) {
			case 0:
				b[at] = "0123456789[]{},:\" \\U8F\x00\xff"[r.IntN(24)]
			case 1:
				if b[at] >= '0' && b[at] <= '9' {
					b[at] = byte('0' + r.IntN(10))
				} else {
					b[r.IntN(8)] ^= 1 << r.IntN(8)
				}
			case 2:
				b = b[:len(b)-1-r.IntN(5)]
			default:
				b = append(b, make([]byte, r.IntN(3))...)
			}
		}
		files = append(files, b)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := testkit.RunPython(t, []string{"safetensors", "numpy"}, `
import sys, os, json
from safetensors import deserialize
out = []
for i in range(1000):
    try:
        deserialize(open(os.path.join(sys.argv[1], str(i)), "rb").read()); out.append("")
    except Exception as e:
        out.append(str(e) or "refused")
print(json.dumps(out))
`, dir)
	var verdicts []string
	if err := json.Unmarshal(out, &verdicts); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i, v := range verdicts {
		f := read(t, files[i])
		bad := issue.Worst(f.Issues) >= issue.Unreadable
		if v != "" {
			refused++
			if !bad {
				t.Errorf("the library refuses (%s), we find nothing: %q", v, files[i])
			}
		}
	}
	if refused < 300 || refused == len(verdicts) {
		t.Errorf("the library refused %d of %d files: the test proves little", refused, len(verdicts))
	}
}
