package safetensors

import (
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/payload"
)

// json reads the header's object and reports whether it is whole.
func (p *parser) json(r io.Reader) bool {
	d := jsonstream.New(r, jsonstream.Limits{Bytes: p.lim.Header, Depth: 8, Text: 16 << 20, Names: p.lim.Tensors + 1, Space: int(p.lim.Header)})
	good := true
	d.Notice = func(n jsonstream.Notice) {
		good = good && n.Code != jsonstream.WrongType
		switch n.Code {
		case jsonstream.DuplicateName:
			p.unreadable("duplicate-key", n.Pointer, 8+n.Offset, "The name %s stands twice in the header: readers take the first or the last.", n.Detail)
		case jsonstream.BadText:
			p.unreadable("bad-text", n.Pointer, 8+n.Offset, "A text of the header is no UTF-8.")
		default:
			p.unreadable("bad-entry", n.Pointer, 8+n.Offset, "The header's entry %s has a value of the wrong type: %s.", n.Pointer, n.Detail)
		}
	}
	if d.Object() {
		for d.Next() {
			name := string(d.Name())
			if name == "__metadata__" {
				p.metadata(d)
				continue
			}
			p.tensor(d, name)
		}
	}
	if err := d.End(); err != nil {
		p.unreadable("bad-json", "", 8+d.Offset(), "The header is no JSON that every reader reads alike: %v.", err)
		return false
	}
	return good
}

func (p *parser) metadata(d *jsonstream.Reader) {
	if d.Peek() != jsonstream.Object {
		p.unreadable("metadata-type", "__metadata__", 8+d.Offset(), "__metadata__ is no object.")
		d.Skip()
		return
	}
	d.Object()
	for d.Next() {
		key, at := string(d.Name()), 8+d.Offset()
		if k := d.Peek(); k != jsonstream.String {
			p.unreadable("metadata-type", key, at, "The metadata %q is a %s; the format allows texts only.", key, k)
			d.Skip()
			continue
		}
		v := d.Text()
		p.f.Metadata = append(p.f.Metadata, Pair{key, v})
		for _, h := range payload.Look(v) {
			level := issue.Unknown
			if h.Kind == payload.Pickle || h.Kind == payload.Program {
				level = issue.Malicious
			}
			p.issues.Add("safetensors.metadata-"+string(h.Kind), level, key, at, "The metadata %q holds %s (%s) at its byte %d.", key, h.What, h.Encoding, h.Offset)
		}
	}
}

func (p *parser) tensor(d *jsonstream.Reader, name string) {
	at := 8 + d.Offset()
	if d.Peek() != jsonstream.Object {
		p.unreadable("bad-entry", name, at, "The entry of tensor %q is no object.", name)
		d.Skip()
		return
	}
	t := Tensor{Name: name, At: at}
	var begin, end uint64
	offsets, seen, ok := 0, 0, true
	whole := func() uint64 {
		if d.Peek() != jsonstream.Number {
			ok = false
			d.Skip()
			return 0
		}
		v, err := strconv.ParseUint(d.Digits(), 10, 64)
		if err != nil {
			ok = false
		}
		return v
	}
	d.Object()
	for d.Next() {
		switch string(d.Name()) {
		case "dtype":
			seen |= 1
			t.DType = d.Text()
		case "shape":
			seen |= 2
			if d.Array() {
				for d.Next() {
					v := whole()
					if len(t.Shape) <= p.lim.Dims {
						t.Shape = append(t.Shape, v)
					}
				}
			}
		case "data_offsets":
			seen |= 4
			if d.Array() {
				for d.Next() {
					switch v := whole(); offsets {
					case 0:
						begin = v
					case 1:
						end = v
					}
					offsets++
				}
			}
		default:
			key := string(d.Name())
			p.unreadable("unknown-field", name, 8+d.Offset(), "The entry of tensor %q has a field %q that the format does not know.", name, key)
			d.Skip()
		}
	}
	if d.Err() != nil {
		return
	}
	p.check(t, begin, end, ok && seen == 7 && offsets == 2)
}

// check judges one entry and puts it on the list if its span can be used.
func (p *parser) check(t Tensor, begin, end uint64, ok bool) {
	data := uint64(p.size - 8 - p.f.Header)
	switch {
	case !ok:
		p.unreadable("bad-entry", t.Name, t.At, "The entry of tensor %q lacks dtype, shape or data_offsets, or they are no whole numbers.", t.Name)
		return
	case !utf8.ValidString(t.Name):
		p.unreadable("bad-text", t.Name, t.At, "A tensor's name is no UTF-8.")
	case len(t.Shape) > p.lim.Dims:
		p.unreadable("too-many-dimensions", t.Name, t.At, "Tensor %q has more than %d dimensions.", t.Name, p.lim.Dims)
		return
	}
	width, known := Bits[t.DType]
	want, fits := bytesOf(t.Shape, width)
	switch {
	case !known:
		p.unreadable("unknown-dtype", t.Name, t.At, "Tensor %q has the type %q, which the format does not know.", t.Name, issue.Clip(t.DType, 40))
	case !fits:
		p.issues.Add("safetensors.overflow", issue.Malicious, t.Name, t.At, "The size of tensor %q is no whole number of bytes that 64 bits can hold: %v × %d bits.", t.Name, t.Shape, width)
	}
	switch {
	case begin > end:
		p.unreadable("bad-offsets", t.Name, t.At, "Tensor %q ends at %d, before it begins at %d.", t.Name, end, begin)
		return
	case end > data:
		p.unreadable("outside", t.Name, t.At, "Tensor %q ends at byte %d of the data, which has %d.", t.Name, end, data)
		return
	case known && fits && uint64(want) != end-begin:
		p.unreadable("size-mismatch", t.Name, t.At, "Tensor %q takes %d bytes by type and shape, its offsets span %d.", t.Name, want, end-begin)
	}
	t.Offset, t.Len = 8+p.f.Header+int64(begin), int64(end-begin)
	p.f.Tensors = append(p.f.Tensors, t)
}
