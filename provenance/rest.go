package provenance

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/hdf5"
)

// restOf is a digest of what a file holds besides the values of its tensors: metadata,
// a graph, a chat template. "" where that cannot be told from how it is packed, or
// where it cannot be read.
func restOf(file, format string, ts []Tensor) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return ""
	}
	h := sha256.New()
	switch format {
	case "hdf5": // addresses move when nothing else does
		x, err := hdf5.Read(f, st.Size(), hdf5.Limits{})
		if err != nil {
			return ""
		}
		for _, a := range x.Attributes {
			fmt.Fprintf(h, "%q %q %q\n", a.Object, a.Name, a.Value)
		}
	case "safetensors", "gguf", "onnx", "tflite":
		spans := slices.DeleteFunc(slices.Clone(ts), func(t Tensor) bool { return t.external != "" })
		slices.SortFunc(spans, func(a, b Tensor) int { return int(min(max(a.Offset-b.Offset, -1), 1)) })
		at := int64(0)
		for _, t := range append(spans, Tensor{Offset: st.Size()}) {
			if t.Offset > at {
				if _, err := io.Copy(h, io.NewSectionReader(f, at, t.Offset-at)); err != nil {
					return ""
				}
			}
			at = max(at, t.Offset+t.Len)
		}
	default:
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// layoutOf is what a file's tensors are, without their values.
func layoutOf(ts []Tensor) string {
	var lines []string
	for _, t := range ts {
		lines = append(lines, t.Name+"\x00"+described(t))
	}
	slices.Sort(lines)
	h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return string(h[:])
}

// besideOf is where the file lies that holds a tensor's bytes. It must lie beside the
// model, be a file, and hold them.
func besideOf(model, name string, offset, n int64) (string, error) {
	clean := path.Clean(name)
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || strings.Contains(name, "\\") {
		return "", fmt.Errorf("its values would lie at %.100q, outside the model", name)
	}
	at := filepath.Join(filepath.Dir(model), filepath.FromSlash(clean))
	st, err := os.Lstat(at)
	switch {
	case err != nil:
		return "", fmt.Errorf("its values would lie in %.100q, which is not there", name)
	case !st.Mode().IsRegular():
		return "", fmt.Errorf("%.100q is no file", name)
	case offset < 0 || n < 0 || offset > st.Size() || n > st.Size()-offset:
		return "", errors.New("its values lie outside the file that should hold them")
	}
	return at, nil
}
