package provenance

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/wardround/wardround/format/gguf"
	"github.com/wardround/wardround/format/hdf5"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/npy"
	"github.com/wardround/wardround/format/onnx"
	"github.com/wardround/wardround/format/safetensors"
)

// tensorFormat recognises a file of weights and lists what is in it.
type tensorFormat struct {
	name string
	is   func(r io.ReaderAt, head []byte, size int64) bool
	list func(r io.ReaderAt, size int64) ([]Tensor, error)
}

func byHead(is func([]byte) bool) func(io.ReaderAt, []byte, int64) bool {
	return func(_ io.ReaderAt, head []byte, _ int64) bool { return is(head) }
}

// tensorFormats are the formats whose tensors are compared one by one.
var tensorFormats = []tensorFormat{
	{"safetensors", func(_ io.ReaderAt, head []byte, size int64) bool { return safetensors.Is(head, size) }, safetensorsOf},
	{"gguf", byHead(gguf.Is), ggufOf},
	{"npy", byHead(npy.Is), func(r io.ReaderAt, size int64) ([]Tensor, error) { return npyOf(r, size, "array", 0) }},
	{"hdf5", byHead(hdf5.Is), hdf5Of},
	{"zip", byHead(func(head []byte) bool { return strings.HasPrefix(string(head), "PK\x03\x04") }), zipOf},
	{"onnx", func(r io.ReaderAt, _ []byte, size int64) bool { return onnx.Is(r, size) }, onnxOf},
}

// broken is the first issue that makes a file's tensors untrustworthy.
func broken(list []issue.Issue) error {
	for _, i := range list {
		if i.Level >= issue.Unreadable {
			return errors.New(i.Text)
		}
	}
	return nil
}

func safetensorsOf(r io.ReaderAt, size int64) ([]Tensor, error) {
	f, err := safetensors.Read(r, size, safetensors.Limits{})
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for _, t := range f.Tensors {
		out = append(out, Tensor{Name: t.Name, DType: t.DType, Shape: t.Shape, Offset: t.Offset, Len: t.Len, Order: binary.LittleEndian})
	}
	return out, broken(f.Issues)
}

func ggufOf(r io.ReaderAt, size int64) ([]Tensor, error) {
	f, err := gguf.Read(r, size, gguf.Limits{})
	if err != nil {
		return nil, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if f.BigEndian {
		order = binary.BigEndian
	}
	var out []Tensor
	for _, t := range f.Tensors {
		out = append(out, Tensor{Name: t.Name, DType: t.Type, Shape: t.Shape, Offset: t.Offset, Len: t.Len, Order: order})
	}
	return out, broken(f.Issues)
}

// onnxTypes are the types of TensorProto whose values are read one by one.
var onnxTypes = map[int32]string{1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 9: "BOOL", 10: "F16", 11: "F64", 12: "U32", 13: "U64", 16: "BF16"}

// onnxOf lists tensors with raw data in the file itself. Values in typed fields and
// in files beside it are compared with the rest of the file's bytes.
func onnxOf(r io.ReaderAt, size int64) ([]Tensor, error) {
	f, err := onnx.Read(r, size, onnx.Limits{})
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for _, t := range f.Tensors {
		if t.Offset < 0 || t.External != nil {
			continue
		}
		dtype := onnxTypes[t.Type]
		if dtype == "" {
			dtype = fmt.Sprintf("type(%d)", t.Type)
		}
		x := Tensor{Name: path.Join(t.Graph, t.Name), DType: dtype, Offset: t.Offset, Len: t.Len, Order: binary.LittleEndian}
		for _, d := range t.Dims {
			x.Shape = append(x.Shape, uint64(max(d, 0)))
		}
		out = append(out, x)
	}
	return out, broken(f.Issues)
}

// npyOf reads one array whose file begins at an offset.
func npyOf(r io.ReaderAt, size int64, name string, at int64) ([]Tensor, error) {
	f, err := npy.Read(io.NewSectionReader(r, at, size), size)
	if err != nil {
		return nil, err
	}
	if f.Len < 0 || f.Dtype.Object || f.Dtype.Unsure {
		return nil, errors.New("its elements are no plain numbers")
	}
	dtype, order := npyType(f.Dtype.Text)
	t := Tensor{Name: name, DType: dtype, Offset: at + f.Data, Len: f.Len, Order: order}
	for _, d := range f.Shape {
		t.Shape = append(t.Shape, uint64(max(d, 0)))
	}
	if f.Fortran {
		t.DType += " by column"
	}
	return []Tensor{t}, broken(f.Issues)
}

// npyType is the type of a description like "<f4".
func npyType(text string) (string, binary.ByteOrder) {
	text = strings.Trim(text, `'" `)
	var order binary.ByteOrder = binary.LittleEndian
	if strings.HasPrefix(text, ">") {
		order = binary.BigEndian
	}
	switch kind := strings.TrimLeft(text, "<>|="); kind {
	case "f2", "f4", "f8":
		return map[string]string{"f2": "F16", "f4": "F32", "f8": "F64"}[kind], order
	case "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8":
		return map[byte]string{'i': "I", 'u': "U"}[kind[0]] + map[byte]string{'1': "8", '2': "16", '4': "32", '8': "64"}[kind[1]], order
	case "b1", "?":
		return "BOOL", order
	}
	return text, order
}

// hdf5Of lists datasets that lie in one piece and are numbers; where there are
// others (in chunks, compressed), the file is compared as bytes.
func hdf5Of(r io.ReaderAt, size int64) ([]Tensor, error) {
	f, err := hdf5.Read(r, size, hdf5.Limits{})
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for _, d := range f.Datasets {
		if d.Offset < 0 && d.Len > 0 || d.Layout != "contiguous" && d.Layout != "compact" || len(d.Filters) > 0 {
			return nil, fmt.Errorf("%s is stored in chunks or compressed", d.Path)
		}
		t := Tensor{Name: d.Path, Shape: d.Dims, Offset: max(d.Offset, 0), Len: max(d.Len, 0), Order: binary.LittleEndian, DType: fmt.Sprintf("class %d, %d bytes", d.Class, d.Size)}
		if d.Class == 1 { // IEEE floats; another byte order would show as wild values
			if name := map[uint32]string{2: "F16", 4: "F32", 8: "F64"}[d.Size]; name != "" {
				t.DType = name
			}
		}
		out = append(out, t)
	}
	return out, broken(f.Issues)
}

// zipOf lists the members of torch archives and .npz files that are stored as they
// are. One that is compressed makes the whole file be compared as bytes.
func zipOf(r io.ReaderAt, size int64) ([]Tensor, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for _, m := range z.File {
		if strings.HasSuffix(m.Name, "/") {
			continue
		}
		if m.Method != zip.Store {
			return nil, fmt.Errorf("its member %.100q is compressed", m.Name)
		}
		at, err := m.DataOffset()
		if err != nil {
			return nil, err
		}
		if len(out) >= maxTensors {
			return nil, errors.New("too many members")
		}
		n := int64(m.UncompressedSize64)
		if strings.HasSuffix(m.Name, ".npy") {
			if ts, err := npyOf(io.NewSectionReader(r, 0, size), n, strings.TrimSuffix(m.Name, ".npy"), at); err == nil {
				out = append(out, ts...)
				continue
			}
		}
		// A torch archive begins with a folder of the name the file had when it was written.
		_, name, ok := strings.Cut(m.Name, "/")
		if !ok {
			name = m.Name
		}
		out = append(out, Tensor{Name: name, DType: "bytes", Shape: []uint64{m.UncompressedSize64}, Offset: at, Len: n, Order: binary.LittleEndian})
	}
	return out, nil
}
