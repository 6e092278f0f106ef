package gguf

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/payload"
)

// quant is a type of tensor: so many elements make a block of so many bytes.
type quant struct {
	name  string
	block uint64
	bytes uint64
}

// quants are the types of ggml (ggml.h, enum ggml_type) by number. Numbers that
// are missing were taken out of the format.
var quants = map[uint32]quant{
	0: {"F32", 1, 4}, 1: {"F16", 1, 2}, 2: {"Q4_0", 32, 18}, 3: {"Q4_1", 32, 20}, 6: {"Q5_0", 32, 22}, 7: {"Q5_1", 32, 24},
	8: {"Q8_0", 32, 34}, 9: {"Q8_1", 32, 36}, 10: {"Q2_K", 256, 84}, 11: {"Q3_K", 256, 110}, 12: {"Q4_K", 256, 144},
	13: {"Q5_K", 256, 176}, 14: {"Q6_K", 256, 210}, 15: {"Q8_K", 256, 292}, 16: {"IQ2_XXS", 256, 66}, 17: {"IQ2_XS", 256, 74},
	18: {"IQ3_XXS", 256, 98}, 19: {"IQ1_S", 256, 50}, 20: {"IQ4_NL", 32, 18}, 21: {"IQ3_S", 256, 110}, 22: {"IQ2_S", 256, 82},
	23: {"IQ4_XS", 256, 136}, 24: {"I8", 1, 1}, 25: {"I16", 1, 2}, 26: {"I32", 1, 4}, 27: {"I64", 1, 8}, 28: {"F64", 1, 8},
	29: {"IQ1_M", 256, 56}, 30: {"BF16", 1, 2}, 34: {"TQ1_0", 256, 54}, 35: {"TQ2_0", 256, 66}, 39: {"MXFP4", 32, 17}, 40: {"NVFP4", 64, 36}, 41: {"Q1_0", 128, 18},
}

// maxDims is GGML_MAX_DIMS, maxName GGML_MAX_NAME with its closing zero.
const (
	maxDims = 4
	maxName = 64
)

func (p *parser) tensors(n int64) {
	c := p.c
	seen := map[string]bool{}
	for i := int64(0); i < n && c.Err() == nil; i++ {
		t := Tensor{At: c.Offset(), Len: -1}
		p.what = fmt.Sprintf("tensor %d", i)
		name, length := p.text(1024)
		t.Name = name
		p.what = name
		dims := c.U32()
		if c.Err() == nil && dims > maxDims {
			c.Fail("tensor %q has %d dimensions; at most %d are allowed", name, dims, maxDims)
		}
		for j := uint32(0); j < dims && c.Err() == nil; j++ {
			if p.f.Version == 1 {
				t.Shape = append(t.Shape, uint64(c.U32()))
			} else {
				t.Shape = append(t.Shape, c.U64())
			}
		}
		typ, rel := c.U32(), c.U64()
		if c.Err() != nil {
			return
		}
		if length >= maxName {
			p.unreadable("name-too-long", name, t.At, "A tensor's name has %d bytes; runtimes hold %d.", length, maxName-1)
		}
		if seen[name] {
			p.unreadable("duplicate-tensor", name, t.At, "The tensor %q stands twice: readers take the first or the last.", name)
		}
		seen[name] = true
		q, known := quants[typ]
		if !known {
			t.Type = fmt.Sprintf("type(%d)", typ)
			p.unreadable("unknown-type", name, t.At, "Tensor %q has the type %d, which is unknown.", name, typ)
		} else {
			t.Type = q.name
			p.size(&t, q)
		}
		// Kept relative until the tensors' start is known.
		if rel > math.MaxInt64/2 {
			p.issues.Add("gguf.tensor-offset-overflow", issue.Malicious, name, t.At, "Tensor %q begins at %d: adding to that overflows.", name, rel)
			t.Len, rel = -1, 0
		}
		t.Offset = int64(rel)
		p.f.Tensors = append(p.f.Tensors, t)
	}
	p.what = ""
}

// size computes a tensor's length as ggml_nbytes does, without its overflow.
func (p *parser) size(t *Tensor, q quant) {
	elements, over := uint64(1), false
	zero := false
	for _, d := range t.Shape {
		hi, lo := bits.Mul64(elements, d)
		over = over || hi != 0 || lo > math.MaxInt64 || d > math.MaxInt64
		elements = lo
		zero = zero || d == 0
	}
	hi, total := bits.Mul64(elements/q.block, q.bytes)
	// Runtimes add the alignment to it.
	if over && !zero || hi != 0 || total > math.MaxInt64-uint64(p.f.Alignment) {
		p.issues.Add("gguf.tensor-size-overflow", issue.Malicious, t.Name, t.At, "The size of tensor %q overflows 64 bits: %v × %s. Runtimes that don't check allocate too little and write past it.", t.Name, t.Shape, q.name)
		return
	}
	if len(t.Shape) > 0 && t.Shape[0]%q.block != 0 {
		p.unreadable("row-size", t.Name, t.At, "The rows of tensor %q have %d elements, no multiple of the %d of a %s block.", t.Name, t.Shape[0], q.block, q.name)
		return
	}
	t.Len = int64(total)
}

func (p *parser) layout() {
	a := p.f.Alignment
	pad := func(n int64) int64 {
		if n > math.MaxInt64-a {
			return n
		}
		return (n + a - 1) / a * a
	}
	size := p.c.Size()
	p.f.Data = pad(p.c.Offset())
	order := make([]*Tensor, 0, len(p.f.Tensors))
	for i := range p.f.Tensors {
		t := &p.f.Tensors[i]
		if t.Offset%a != 0 {
			p.unreadable("misaligned", t.Name, t.At, "Tensor %q begins at %d, no multiple of the alignment %d.", t.Name, t.Offset, a)
		}
		t.Offset += p.f.Data
		if t.Len >= 0 {
			order = append(order, t)
		}
	}
	slices.SortStableFunc(order, func(x, y *Tensor) int { return cmp.Or(cmp.Compare(x.Offset, y.Offset), cmp.Compare(x.Len, y.Len)) })
	end, last := p.f.Data, ""
	for _, t := range order {
		switch {
		case t.Len > size-min(t.Offset, size) || t.Offset > size:
			p.unreadable("outside", t.Name, t.At, "Tensor %q takes %d bytes at %d; the file has %d.", t.Name, t.Len, t.Offset, size)
			continue
		case t.Offset < end && t.Len > 0:
			p.unreadable("overlap", t.Name, t.At, "Tensor %q begins at %d, inside %q, which ends at %d.", t.Name, t.Offset, last, end)
		case t.Offset > pad(end):
			p.unreadable("hole", t.Name, end, "%d bytes before tensor %q belong to no tensor.", t.Offset-end, t.Name)
			p.f.Inner = append(p.f.Inner, [2]int64{end, t.Offset - end})
		}
		if e := t.Offset + t.Len; e > end {
			end, last = e, t.Name
		}
	}
	// What may follow is padding. Where a tensor could not be placed, what follows may be it.
	if len(order) == len(p.f.Tensors) && size > pad(end) && !slices.ContainsFunc(p.issues.Issues(), func(i issue.Issue) bool { return i.Rule == "gguf.outside" }) {
		p.unreadable("trailing", "", pad(end), "%d bytes after the last tensor belong to no tensor.", size-pad(end))
		p.f.Inner = append(p.f.Inner, [2]int64{pad(end), size - pad(end)})
	}
}

// look judges an ordinary text of the metadata.
func (p *parser) look(kv KV) {
	for _, h := range payload.Look(kv.Text) {
		level := issue.Unknown
		if h.Kind == payload.Pickle || h.Kind == payload.Program {
			level = issue.Malicious
		}
		p.issues.Add("gguf.metadata-"+string(h.Kind), level, kv.Key, kv.At, "The metadata %q holds %s (%s) at its byte %d.", kv.Key, h.What, h.Encoding, h.Offset)
	}
}
