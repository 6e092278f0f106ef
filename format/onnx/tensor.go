package onnx

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/location"
	"github.com/wardround/wardround/format/protobuf"
)

// width is the bits of an element by TensorProto.DataType; 0 for what has no
// fixed width (8 is STRING).
var width = map[int32]uint64{
	1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 8: 0, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16,
	17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}

// tensor reads a TensorProto and lists it.
func (p *parser) tensor(m *protobuf.Message, path string) Tensor {
	t := Tensor{Graph: path, Offset: -1, At: m.Offset()}
	var raw, typed, external bool
	var ext *External
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 1:
			s.Numbers(func(v uint64) {
				if len(t.Dims) <= 64 {
					t.Dims = append(t.Dims, int64(v))
				}
			})
		case 2:
			t.Type = int32(s.Varint())
		case 8:
			t.Name = s.Text(maxText)
			p.where = t.Name
		case 9:
			if raw {
				p.issues.Add("onnx.repeated-field", issue.Unreadable, t.Name, s.Offset(), "The tensor %q has its data twice.", t.Name)
			}
			raw = true
			t.Offset, t.Len = s.Span()
		case 13:
			if ext == nil {
				ext = &External{Length: -1}
			}
			p.externalEntry(s, t.Name, ext)
		case 14:
			external = s.Varint() == 1
		case 4, 5, 6, 7, 10, 11:
			typed = typed || s.Type() != protobuf.Bytes
			if s.Type() == protobuf.Bytes {
				if _, n := s.Span(); n > 0 {
					typed = true
				}
			}
		case 12:
			p.text(s, "tensor.doc_string")
		case 16:
			p.pair(s, false)
		case 3:
		default:
			p.unknown(s, "tensor")
		}
	})
	if m.Err() != nil {
		return t
	}
	if external || ext != nil {
		if ext == nil {
			ext = &External{Length: -1}
		}
		t.External = ext
	}
	p.check(&t, raw, typed, external)
	if len(p.f.Tensors) < p.lim.Tensors {
		p.f.Tensors = append(p.f.Tensors, t)
	} else {
		p.issues.Add("onnx.too-many-tensors", issue.Unreadable, t.Name, t.At, "The model has more than %d tensors.", p.lim.Tensors)
	}
	return t
}

// check compares a tensor's sizes with its type and shape.
func (p *parser) check(t *Tensor, raw, typed, external bool) {
	bitsPer, known := width[t.Type]
	if !known {
		p.issues.Add("onnx.unknown-type", issue.Unreadable, t.Name, t.At, "The tensor %q has the type %d, which ONNX does not know.", t.Name, t.Type)
	}
	want, fits := sizeOf(t.Dims, bitsPer)
	if !fits {
		p.issues.Add("onnx.size-overflow", issue.Malicious, t.Name, t.At, "The size of the tensor %q overflows: %v × %d bits.", t.Name, t.Dims, bitsPer)
	}
	switch {
	case t.External != nil:
		p.external++
		if raw || typed {
			p.issues.Add("onnx.data-twice", issue.Unreadable, t.Name, t.At, "The tensor %q has data of its own and in another file.", t.Name)
		}
		if !external {
			p.issues.Add("onnx.external-unmarked", issue.Unreadable, t.Name, t.At, "The tensor %q names another file and does not say that its data lies there.", t.Name)
		}
		p.judge(t, want, known && fits && bitsPer > 0)
	case raw && typed && t.Len > 0:
		p.issues.Add("onnx.data-twice", issue.Unreadable, t.Name, t.At, "The tensor %q has raw and typed data: readers take one or the other.", t.Name)
	case raw && known && fits && bitsPer > 0 && t.Len != want:
		p.issues.Add("onnx.size-mismatch", issue.Unreadable, t.Name, t.At, "The tensor %q takes %d bytes by type and shape and has %d.", t.Name, want, t.Len)
	}
}

// judge judges the other file that a tensor names.
func (p *parser) judge(t *Tensor, want int64, sized bool) {
	e := t.External
	kind, why := location.Judge(e.Location)
	switch kind {
	case location.Inside:
	case location.Empty:
		p.issues.Add("onnx.external-no-location", issue.Unreadable, t.Name, t.At, "The tensor %q lies in another file and does not say in which.", t.Name)
	case location.Odd:
		p.issues.Add("onnx.external-path-odd", issue.Unknown, t.Name, t.At, "The tensor %q lies in %q: %s.", t.Name, issue.Clip(e.Location, 200), why)
	case location.Memory:
		p.issues.Add("onnx.external-memory", issue.Malicious, t.Name, t.At, "The tensor %q lies at an address in the reader's memory: a runtime that follows it reads what the model likes.", t.Name)
	default:
		p.issues.Add("onnx.external-path-escapes", issue.Malicious, t.Name, t.At, "The tensor %q lies in %q, outside of the model's folder: %s.", t.Name, issue.Clip(e.Location, 200), why)
	}
	if e.Checksum == "" {
		p.unhashed++
	}
	if sized && e.Length >= 0 && e.Length != want {
		p.issues.Add("onnx.size-mismatch", issue.Unreadable, t.Name, t.At, "The tensor %q takes %d bytes by type and shape and names %d of another file.", t.Name, want, e.Length)
	}
	if sized && e.Length < 0 {
		e.Length = want
	}
	if e.Offset > math.MaxInt64-max(e.Length, 0) {
		p.issues.Add("onnx.external-overflow", issue.Malicious, t.Name, t.At, "The tensor %q begins at %d of another file: adding its length overflows.", t.Name, e.Offset)
	}
}

// externalEntry reads one key and value of external_data.
func (p *parser) externalEntry(m *protobuf.Message, name string, e *External) {
	at := m.Offset()
	var key, value string
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 1:
			key = s.Text(4096)
		case 2:
			value = s.Text(maxText)
		}
	})
	if m.Err() != nil {
		return
	}
	whole := func() int64 {
		v, err := strconv.ParseInt(value, 10, 64)
		if err != nil || v < 0 {
			p.issues.Add("onnx.external-number", issue.Unreadable, name, at, "The %s of the tensor %q in another file is %q, no whole number of bytes.", key, name, issue.Clip(value, 60))
			return 0
		}
		return v
	}
	switch key {
	case "location":
		if e.Location != "" {
			p.issues.Add("onnx.repeated-field", issue.Unreadable, name, at, "The tensor %q names two files.", name)
		}
		e.Location = value
	case "offset":
		e.Offset = whole()
	case "length":
		e.Length = whole()
	case "checksum":
		e.Checksum = value
	default:
		// Some readers set whatever key stands here as an attribute of an object.
		level := issue.Unknown
		if len(key) > 1 && key[0] == '_' {
			level = issue.Malicious
		}
		p.issues.Add("onnx.external-key", level, name, at, "The tensor %q has the external-data key %q, which ONNX does not know and some readers obey.", name, issue.Clip(key, 80))
	}
}

// sizeOf is the bytes of dims × bitsPer, and whether 63 bits hold them.
func sizeOf(dims []int64, bitsPer uint64) (int64, bool) {
	if len(dims) > 64 {
		return 0, false
	}
	n, zero := uint64(1), false
	for _, d := range dims {
		if d < 0 {
			return 0, false
		}
		zero = zero || d == 0
	}
	if zero {
		return 0, true
	}
	for _, d := range dims {
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, false
		}
		n = lo
	}
	hi, lo := bits.Mul64(n, bitsPer)
	if hi != 0 || lo > math.MaxInt64-7 {
		return 0, false
	}
	return int64((lo + 7) / 8), true
}

// CheckExternal compares what tensors name of other files with those files:
// size returns the length of a file, false if there is none.
func (f *File) CheckExternal(size func(location string) (int64, bool)) []issue.Issue {
	var list issue.List
	known := map[string]int64{}
	for _, t := range f.Tensors {
		e := t.External
		if e == nil || e.Location == "" {
			continue
		}
		n, asked := known[e.Location]
		if !asked {
			var ok bool
			if n, ok = size(e.Location); !ok {
				n = -1
				list.Add("onnx.external-missing", issue.Unreadable, e.Location, t.At, "The file %q, in which tensors lie, is not there.", issue.Clip(e.Location, 200))
			}
			if len(known) < 100_000 {
				known[e.Location] = n
			}
		}
		if n >= 0 && (e.Offset > n || e.Length > n-e.Offset) {
			list.Add("onnx.external-outside", issue.Unreadable, t.Name, t.At, "The tensor %q takes %d bytes at %d of %q, which has %d.", t.Name, e.Length, e.Offset, issue.Clip(e.Location, 200), n)
		}
	}
	return list.Issues()
}
