package provenance

import (
	"archive/zip"
	"bytes"
	"compress/flate"
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
	"github.com/wardround/wardround/format/tflite"
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
	{"tflite", byHead(tflite.Is), tfliteOf},
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

// onnxOf lists tensors with raw data, in the file itself or beside it. Values in typed
// fields are compared with the rest of the file's bytes.
func onnxOf(r io.ReaderAt, size int64) ([]Tensor, error) {
	f, err := onnx.Read(r, size, onnx.Limits{})
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for _, t := range f.Tensors {
		if t.Offset < 0 && t.External == nil {
			continue // in typed fields, with the rest of the file
		}
		dtype := onnxTypes[t.Type]
		if dtype == "" {
			dtype = fmt.Sprintf("type(%d)", t.Type)
		}
		x := Tensor{Name: path.Join(t.Graph, t.Name), DType: dtype, Offset: t.Offset, Len: t.Len, Order: binary.LittleEndian}
		values := uint64(1)
		for _, d := range t.Dims {
			x.Shape = append(x.Shape, uint64(max(d, 0)))
			values *= uint64(max(d, 0))
		}
		if e := t.External; e != nil {
			x.external, x.Offset, x.Len = e.Location, e.Offset, e.Length
			if w, _ := unit(dtype); e.Length < 0 && w > 0 && values < 1<<50 {
				x.Len = int64(values) * int64(w)
			}
		}
		out = append(out, x)
	}
	return out, broken(f.Issues)
}

// npyOf reads one array whose file begins at an offset.
func npyOf(r io.ReaderAt, size int64, name string, at int64) ([]Tensor, error) {
	ts, err := npyHead(io.NewSectionReader(r, at, size), size, name)
	for i := range ts {
		ts[i].Offset += at
	}
	return ts, err
}

// npyHead reads what an array of size bytes is; offsets are from its beginning.
func npyHead(r io.ReaderAt, size int64, name string) ([]Tensor, error) {
	f, err := npy.Read(r, size)
	if err != nil {
		return nil, err
	}
	if f.Len < 0 || f.Dtype.Object || f.Dtype.Unsure {
		return nil, errors.New("its elements are no plain numbers")
	}
	dtype, order := npyType(f.Dtype.Text)
	t := Tensor{Name: name, DType: dtype, Offset: f.Data, Len: f.Len, Order: order}
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

// hdf5Of lists datasets that lie in one piece; those in chunks or compressed are named,
// and the file is compared as bytes, too.
func hdf5Of(r io.ReaderAt, size int64) ([]Tensor, error) {
	f, err := hdf5.Read(r, size, hdf5.Limits{})
	if err != nil {
		return nil, err
	}
	var out []Tensor
	var packed partly
	for _, d := range f.Datasets {
		if d.Offset < 0 && d.Len > 0 || d.Layout != "contiguous" && d.Layout != "compact" || len(d.Filters) > 0 {
			packed = append(packed, d.Path+" is stored in chunks or compressed")
			continue
		}
		t := Tensor{Name: d.Path, Shape: d.Dims, Offset: max(d.Offset, 0), Len: max(d.Len, 0), Order: binary.LittleEndian, DType: fmt.Sprintf("class %d, %d bytes", d.Class, d.Size)}
		if d.Class == 1 { // IEEE floats; another byte order would show as wild values
			if name := map[uint32]string{2: "F16", 4: "F32", 8: "F64"}[d.Size]; name != "" {
				t.DType = name
			}
		}
		out = append(out, t)
	}
	if err := broken(f.Issues); err != nil || len(packed) == 0 {
		return out, err
	}
	return out, packed
}

// tfliteTypes are TensorType of schema.fbs whose values are read one by one.
var tfliteTypes = map[uint8]string{0: "F32", 1: "F16", 2: "I32", 3: "U8", 4: "I64", 6: "BOOL", 7: "I16", 9: "I8", 10: "F64", 12: "U64", 15: "U32", 16: "U16", 18: "BF16"}

// tfliteOf lists the tensors that have a buffer: weights and constants.
func tfliteOf(r io.ReaderAt, size int64) ([]Tensor, error) {
	f, err := tflite.Read(r, size, tflite.Limits{})
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for _, t := range f.Tensors {
		if t.Offset < 0 || t.Len <= 0 {
			continue
		}
		dtype := tfliteTypes[t.Type]
		if dtype == "" {
			dtype = fmt.Sprintf("type(%d)", t.Type)
		}
		x := Tensor{Name: fmt.Sprintf("%d/%s", t.Subgraph, t.Name), DType: dtype, Offset: t.Offset, Len: t.Len, Order: binary.LittleEndian}
		for _, d := range t.Shape {
			x.Shape = append(x.Shape, uint64(max(d, 0)))
		}
		out = append(out, x)
	}
	return out, broken(f.Issues)
}

// zipOf lists the members of torch archives, of .npz files and of Keras archives with
// the datasets inside, stored or deflated. Another compression makes the whole file be
// compared as bytes.
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
		if m.Method != zip.Store && m.Method != zip.Deflate {
			return nil, fmt.Errorf("its member %.100q is compressed by method %d", m.Name, m.Method)
		}
		at, err := m.DataOffset()
		if err != nil {
			return nil, err
		}
		if len(out) >= maxTensors {
			return nil, errors.New("too many members")
		}
		ts, err := memberOf(r, m, at)
		if err != nil {
			return nil, err
		}
		out = append(out, ts...)
	}
	return out, nil
}

// memberOf lists what a member of an archive holds: an array, datasets, or bytes.
func memberOf(r io.ReaderAt, m *zip.File, at int64) ([]Tensor, error) {
	n, packed := int64(m.UncompressedSize64), int64(m.CompressedSize64)
	if n < 0 || packed < 0 {
		return nil, fmt.Errorf("its member %.100q has no size", m.Name)
	}
	var unpack func(io.ReaderAt) io.Reader
	if m.Method == zip.Deflate {
		unpack = func(r io.ReaderAt) io.Reader { return flate.NewReader(io.NewSectionReader(r, at, packed)) }
	}
	switch {
	case strings.HasSuffix(m.Name, ".npy") && unpack == nil:
		if ts, err := npyOf(io.NewSectionReader(r, 0, at+n), n, strings.TrimSuffix(m.Name, ".npy"), at); err == nil {
			return ts, nil
		}
	case strings.HasSuffix(m.Name, ".npy"):
		if t, err := npyStream(unpack, r, n, strings.TrimSuffix(m.Name, ".npy")); err == nil {
			return []Tensor{t}, nil
		}
	case strings.HasSuffix(m.Name, ".h5") && unpack == nil:
		ts, err := hdf5Of(io.NewSectionReader(r, at, n), n)
		if err == nil {
			for i := range ts {
				ts[i].Name, ts[i].Offset = m.Name+":"+ts[i].Name, ts[i].Offset+at
			}
			return ts, nil
		}
	}
	// A torch archive begins with a folder of the name the file had when it was written.
	_, name, ok := strings.Cut(m.Name, "/")
	if !ok {
		name = m.Name
	}
	return []Tensor{{Name: name, DType: "bytes", Shape: []uint64{m.UncompressedSize64}, Offset: at, Len: n, Order: binary.LittleEndian, open: unpack}}, nil
}

// npyStream is an array in a compressed member: what it is stands in its first bytes.
func npyStream(unpack func(io.ReaderAt) io.Reader, r io.ReaderAt, n int64, name string) (Tensor, error) {
	head, err := io.ReadAll(io.LimitReader(unpack(r), min(n, 1<<20)))
	if err != nil {
		return Tensor{}, err
	}
	ts, err := npyHead(bytes.NewReader(head), n, name)
	if err != nil || len(ts) != 1 {
		return Tensor{}, errors.Join(err, errors.New("no array"))
	}
	t := ts[0]
	skip := t.Offset
	t.open = func(r io.ReaderAt) io.Reader {
		x := unpack(r)
		if _, err := io.CopyN(io.Discard, x, skip); err != nil {
			return strings.NewReader("") // compared, it is too short
		}
		return x
	}
	return t, nil
}
