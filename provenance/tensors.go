package provenance

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// Tensor is one array of weights in a model's file.
type Tensor struct {
	Name  string
	DType string // "F32", "BF16", "I8" …; another name where the values are packed
	Shape []uint64
	File  string // relative to the model
	// Offset and Len say where its bytes stand in the file.
	Offset, Len int64
	// Order is that of the values' bytes.
	Order binary.ByteOrder

	// external is the file beside it that holds the bytes ("" for none), as the file
	// names it; path is where the bytes lie.
	external, path string
	// open unpacks the bytes where they are compressed in the file; nil where they are not.
	open func(io.ReaderAt) io.Reader
}

// reader reads a tensor's bytes from its file.
func (t *Tensor) reader(r io.ReaderAt) io.Reader {
	if t.open != nil {
		return t.open(r)
	}
	return io.NewSectionReader(r, t.Offset, t.Len)
}

// contents is what a version of a model consists of.
type contents struct {
	dir     string
	tensors map[string]Tensor
	files   map[string]string // other files: name → digest
	rest    map[string]part   // files of weights: what they hold besides tensors
	formats []string
}

// part is what a file of weights holds besides values: metadata, a graph.
type part struct {
	layout string // names, types and shapes of its tensors
	digest string
}

// read lists a version's tensors and the digests of its other files. A file of
// weights that breaks its format is compared as bytes, and named.
func readContents(model string, h HashOptions, digest func(rels []string) (map[string]string, error)) (*contents, []string, error) {
	const op = "model diff"
	abs, err := filepath.Abs(model)
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	h = h.fill()
	pieces, err := walk(abs, h, ignoring(h.Ignore))
	if err != nil {
		return nil, nil, err
	}
	c := &contents{dir: abs, tensors: map[string]Tensor{}, files: map[string]string{}, rest: map[string]part{}}
	used := map[string]bool{} // by tensors of another file
	var plain, odd []string
	for _, p := range pieces {
		ts, format, err := listTensors(p.path)
		switch {
		case err != nil && errors.As(err, new(*fs.PathError)):
			return nil, nil, wardround.Wrap(wardround.EForbidden, op, err)
		case errors.As(err, new(partly)): // compared tensor by tensor and as bytes
			odd = append(odd, p.name+": "+err.Error())
			plain = append(plain, p.name)
		case err != nil:
			odd = append(odd, p.name+": "+err.Error())
			fallthrough
		case format == "":
			plain = append(plain, p.name)
			continue
		}
		if !slices.Contains(c.formats, format) {
			c.formats = append(c.formats, format)
		}
		if d := restOf(p.path, format, ts); d != "" {
			c.rest[p.name] = part{layoutOf(ts), d}
		}
		for _, t := range ts {
			t.File, t.path = p.name, p.path
			if t.external != "" {
				beside, err := besideOf(p.path, t.external, t.Offset, t.Len)
				if err != nil {
					odd = append(odd, p.name+": "+t.Name+": "+err.Error())
					continue
				}
				t.path, t.File = beside, path.Join(path.Dir(p.name), t.external)
				used[t.File] = true
			}
			if _, twice := c.tensors[t.Name]; twice {
				t.Name = p.name + ":" + t.Name
			}
			if len(c.tensors) > maxTensors {
				return nil, nil, wardround.Errorf(wardround.EFull, op, "more than %d tensors", maxTensors)
			}
			c.tensors[t.Name] = t
		}
	}
	plain = slices.DeleteFunc(plain, func(name string) bool { return used[name] })
	c.files, err = digest(plain)
	return c, odd, err
}

// maxTensors bounds what is held of one version.
const maxTensors = 1_000_000

// partly says of which tensors of a file the values cannot be read; the others were.
type partly []string

func (p partly) Error() string {
	more := ""
	if len(p) > 20 {
		more = fmt.Sprintf(" and %d more", len(p)-20)
	}
	return strings.Join(p[:min(len(p), 20)], "; ") + more
}

func listTensors(file string) ([]Tensor, string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, "", err
	}
	head := make([]byte, min(4096, st.Size()))
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, "", err
	}
	for _, tf := range tensorFormats {
		if !tf.is(f, head, st.Size()) {
			continue
		}
		ts, err := tf.list(f, st.Size())
		if err != nil && !errors.As(err, new(partly)) {
			return nil, "", err
		}
		for _, t := range ts {
			if t.open == nil && t.external == "" && (t.Offset < 0 || t.Len < 0 || t.Offset > st.Size() || t.Len > st.Size()-t.Offset) {
				return nil, "", errors.New("tensor " + t.Name + " lies outside the file")
			}
		}
		return ts, tf.name, err
	}
	return nil, "", nil
}

// unit is the smallest run of bytes that can be read by itself, and how many values
// are in it; 0 where values can't be read one by one.
func unit(dtype string) (bytes, values int) {
	switch strings.ToUpper(dtype) {
	case "F64", "I64", "U64":
		return 8, 1
	case "F32", "I32", "U32":
		return 4, 1
	case "F16", "BF16", "I16", "U16":
		return 2, 1
	case "I8", "U8", "BOOL":
		return 1, 1
	case "Q8_0": // of GGUF: a half-precision scale, then 32 whole numbers
		return 34, 32
	case "Q4_0": // a scale, then 32 numbers of four bits
		return 18, 32
	}
	return 0, 0
}

// decode turns bytes into values; len(out) is what len(b) holds.
func decode(dtype string, order binary.ByteOrder, b []byte, out []float64) {
	w, n := unit(dtype)
	if n > 1 {
		dequantise(dtype, order, b, out)
		return
	}
	for i := range out {
		v := b[i*w:]
		switch strings.ToUpper(dtype) {
		case "F64":
			out[i] = math.Float64frombits(order.Uint64(v))
		case "I64":
			out[i] = float64(int64(order.Uint64(v)))
		case "U64":
			out[i] = float64(order.Uint64(v))
		case "F32":
			out[i] = float64(math.Float32frombits(order.Uint32(v)))
		case "I32":
			out[i] = float64(int32(order.Uint32(v)))
		case "U32":
			out[i] = float64(order.Uint32(v))
		case "F16":
			out[i] = half(order.Uint16(v))
		case "BF16":
			out[i] = float64(math.Float32frombits(uint32(order.Uint16(v)) << 16))
		case "I16":
			out[i] = float64(int16(order.Uint16(v)))
		case "U16":
			out[i] = float64(order.Uint16(v))
		case "I8":
			out[i] = float64(int8(v[0]))
		default:
			out[i] = float64(v[0])
		}
	}
}

// half reads IEEE 754 binary16.
func half(b uint16) float64 {
	sign, exp, frac := 1.0, int(b>>10&0x1f), float64(b&0x3ff)
	if b>>15 == 1 {
		sign = -1
	}
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// dequantise reads blocks of 32 values, as GGML lays them out (ggml-common.h).
func dequantise(dtype string, order binary.ByteOrder, b []byte, out []float64) {
	w, n := unit(dtype)
	for ; len(out) >= n; b, out = b[w:], out[n:] {
		scale := half(order.Uint16(b))
		for i, q := range b[2:w] {
			if strings.EqualFold(dtype, "Q8_0") {
				out[i] = scale * float64(int8(q))
				continue
			}
			out[i], out[i+16] = scale*float64(int(q&15)-8), scale*float64(int(q>>4)-8)
		}
	}
}
