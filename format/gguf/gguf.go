// Package gguf reads GGUF files, in which llama.cpp and its relatives keep
// language models: the metadata, the list of tensors, the layout
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), versions 1 to 3,
// in both byte orders.
//
// The runtimes that load GGUF are written in C. What such a file can do to them
// is make them compute with sizes that overflow (CVE-2026-33298), read and write
// outside of what they allocated, or run a chat template outside of a sandbox
// (CVE-2024-34359). Read checks every count, length and size before anything is
// computed from it, and hands chat templates to package jinja. Tensors are never
// read.
package gguf

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/wardround/wardround/format/cursor"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jinja"
)

// Limits bound what Read takes in. Zero values mean the defaults.
type Limits struct {
	Keys     int   // metadata entries; default 100,000
	Tensors  int   // default 1 million
	Text     int64 // bytes of one text that is kept; default 1 MiB
	Elements int64 // texts and arrays walked within arrays; default 50 million
	Nesting  int   // of arrays; default 4
}

func (l Limits) filled() Limits {
	if l.Keys <= 0 {
		l.Keys = 100_000
	}
	if l.Tensors <= 0 {
		l.Tensors = 1_000_000
	}
	if l.Text <= 0 {
		l.Text = 1 << 20
	}
	if l.Elements <= 0 {
		l.Elements = 50_000_000
	}
	if l.Nesting <= 0 {
		l.Nesting = 4
	}
	return l
}

// Type is the type of a metadata value.
type Type uint32

// The types of metadata values.
const (
	U8 Type = iota
	I8
	U16
	I16
	U32
	I32
	F32
	Bool
	String
	Array
	U64
	I64
	F64
)

var widths = [...]int64{U8: 1, I8: 1, U16: 2, I16: 2, U32: 4, I32: 4, F32: 4, Bool: 1, U64: 8, I64: 8, F64: 8}

// KV is a metadata entry. Of an array only type and length are kept.
type KV struct {
	Key   string
	Type  Type
	Text  string // of a String; empty if it is longer than the limit
	Value uint64 // the bits of a number or bool, as they stand, widened with zeros
	Of    Type   // of an Array: its elements'
	Len   int64  // of a String in bytes, of an Array in elements
	At    int64  // of the key
}

// Tensor is an entry of the tensor list.
type Tensor struct {
	Name   string
	Type   string // "F16", "Q4_K"; "type(99)" if unknown
	Shape  []uint64
	Offset int64 // from the start of the file
	Len    int64 // in bytes; -1 if the type is unknown
	At     int64 // of its entry
}

// File is what a GGUF file holds.
type File struct {
	Version   uint32
	BigEndian bool
	Alignment int64
	Metadata  []KV
	Tensors   []Tensor
	Data      int64                    // where the tensors begin
	Templates map[string]*jinja.Report // by key
	Inner     [][2]int64               // spans that belong to nothing
	Issues    []issue.Issue
}

// Get returns the entry of a key.
func (f *File) Get(key string) (KV, bool) {
	for _, kv := range f.Metadata {
		if kv.Key == key {
			return kv, true
		}
	}
	return KV{}, false
}

// Is reports whether a file that begins with head is GGUF.
func Is(head []byte) bool { return len(head) >= 4 && string(head[:4]) == "GGUF" }

// Read reads everything but the tensors. The error is of the reading only: what
// is wrong with the file stands in Issues, as far as it could be read.
func Read(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := &parser{c: cursor.New(r, size), lim: lim.filled(), f: &File{Alignment: 32, Templates: map[string]*jinja.Report{}}}
	p.file()
	if err := p.c.Err(); err != nil && p.c.IOErr() == nil {
		p.unreadable("malformed", p.what, p.c.Offset(), "The file can't be read on: %v.", err)
	}
	p.f.Issues = p.issues.Issues()
	return p.f, p.c.IOErr()
}

type parser struct {
	c        *cursor.Reader
	lim      Limits
	f        *File
	issues   issue.List
	elements int64
	what     string // the entry being read
}

func (p *parser) unreadable(rule, where string, at int64, format string, args ...any) {
	p.issues.Add("gguf."+rule, issue.Unreadable, where, at, format, args...)
}

func (p *parser) file() {
	c := p.c
	if magic := c.Bytes(4, 4); c.Err() != nil || !Is(magic) {
		if c.Err() == nil {
			c.Goto(0)
			c.Fail("the magic is %q, not GGUF", magic)
		}
		return
	}
	p.f.Version = c.U32()
	if p.f.Version&0xffff == 0 {
		p.f.BigEndian = true
		c.Order = binary.BigEndian
		c.Goto(4)
		p.f.Version = c.U32()
	}
	if c.Err() == nil && (p.f.Version < 1 || p.f.Version > 3) {
		p.unreadable("version", "", 4, "GGUF version %d is unknown; 1 to 3 are.", p.f.Version)
		return
	}
	tensors, keys := p.count(), p.count()
	// Every entry takes some bytes: a count that the file can't hold is a lie.
	if c.Err() == nil && (keys > c.Left()/9 || tensors > c.Left()/20) {
		p.unreadable("count", "", 8, "The file says it has %d metadata entries and %d tensors; its %d bytes can't hold them.", keys, tensors, c.Size())
		return
	}
	if c.Err() == nil && (keys > int64(p.lim.Keys) || tensors > int64(p.lim.Tensors)) {
		p.unreadable("count", "", 8, "The file has %d metadata entries and %d tensors; at most %d and %d are read.", keys, tensors, p.lim.Keys, p.lim.Tensors)
		return
	}
	p.metadata(keys)
	p.tensors(tensors)
	if c.Err() == nil {
		p.layout()
	}
}

// count reads a count or length: 32 bits in version 1, 64 since.
func (p *parser) count() int64 {
	if p.f.Version == 1 {
		return int64(p.c.U32())
	}
	return p.c.Int64()
}

// text reads a string and keeps it up to a limit.
func (p *parser) text(limit int64) (string, int64) {
	n := p.count()
	if n > limit {
		p.c.Skip(n)
		return "", n
	}
	return p.c.Text(n, limit), n
}

func (p *parser) metadata(n int64) {
	c := p.c
	seen := map[string]bool{}
	for i := int64(0); i < n && c.Err() == nil; i++ {
		kv := KV{At: c.Offset()}
		p.what = fmt.Sprintf("metadata entry %d", i)
		kv.Key, kv.Len = p.text(65535)
		if c.Err() == nil && kv.Len > 65535 {
			p.unreadable("key-too-long", p.what, kv.At, "A metadata key has %d bytes; the format allows 65535.", kv.Len)
		}
		kv.Len = 0
		p.what = kv.Key
		kv.Type = Type(c.U32())
		at := c.Offset()
		p.value(&kv)
		if c.Err() != nil {
			return
		}
		if seen[kv.Key] {
			p.unreadable("duplicate-key", kv.Key, kv.At, "The metadata key %q stands twice: readers take the first or the last.", kv.Key)
			p.judge(kv, at)
			continue
		}
		seen[kv.Key] = true
		p.f.Metadata = append(p.f.Metadata, kv)
		p.judge(kv, at)
	}
	p.what = ""
	if kv, ok := p.f.Get("general.alignment"); ok && c.Err() == nil {
		a := kv.Value
		if kv.Type != U32 || a < 8 || a > 1<<20 || a&(a-1) != 0 {
			p.unreadable("alignment", kv.Key, kv.At, "The alignment is %d; it must be a power of two that is a multiple of 8.", a)
		} else {
			p.f.Alignment = int64(a)
		}
	}
}

func (p *parser) value(kv *KV) {
	c := p.c
	switch {
	case kv.Type == String:
		kv.Text, kv.Len = p.text(p.lim.Text)
	case kv.Type == Array:
		kv.Of, kv.Len = p.array(0)
	case int(kv.Type) < len(widths):
		kv.Value = p.number(widths[kv.Type])
		if kv.Type == Bool && kv.Value > 1 && c.Err() == nil {
			p.unreadable("bad-bool", kv.Key, kv.At, "The truth value of %q is %d.", kv.Key, kv.Value)
		}
	default:
		c.Fail("the metadata type %d is unknown", kv.Type)
	}
}

func (p *parser) number(width int64) uint64 {
	switch width {
	case 1:
		return uint64(p.c.U8())
	case 2:
		return uint64(p.c.U16())
	case 4:
		return uint64(p.c.U32())
	}
	return p.c.U64()
}

func (p *parser) array(depth int) (Type, int64) {
	c := p.c
	of := Type(c.U32())
	n := p.count()
	if c.Err() != nil {
		return of, 0
	}
	if depth >= p.lim.Nesting {
		c.Fail("arrays nest deeper than %d", p.lim.Nesting)
		return of, 0
	}
	switch {
	case of == String || of == Array:
		least := int64(8)
		if p.f.Version == 1 {
			least = 4
		}
		if n > c.Left()/least {
			c.Fail("an array of %d elements, which the file can't hold", n)
			return of, 0
		}
		if p.elements += n; p.elements > p.lim.Elements {
			c.Fail("more than %d elements of arrays", p.lim.Elements)
			return of, 0
		}
		for i := int64(0); i < n && c.Err() == nil; i++ {
			if of == Array {
				p.array(depth + 1)
			} else {
				c.Skip(p.count())
			}
		}
	case int(of) < len(widths):
		if n > c.Left()/widths[of] {
			c.Fail("an array of %d elements of %d bytes, which the file can't hold", n, widths[of])
			return of, 0
		}
		c.Skip(n * widths[of])
	default:
		c.Fail("the array type %d is unknown", of)
	}
	return of, n
}

// judge looks at what a text could do.
func (p *parser) judge(kv KV, at int64) {
	if kv.Type != String {
		return
	}
	if kv.Key == "tokenizer.chat_template" || strings.HasPrefix(kv.Key, "tokenizer.chat_template.") || strings.HasSuffix(kv.Key, ".chat_template") {
		if kv.Len > p.lim.Text {
			p.unreadable("template-too-long", kv.Key, kv.At, "The chat template has %d bytes; at most %d are read.", kv.Len, p.lim.Text)
			return
		}
		rep := jinja.Analyse(kv.Key, kv.Text, jinja.Limits{})
		prefix := int64(8)
		if p.f.Version == 1 {
			prefix = 4
		}
		for i := range rep.Issues {
			rep.Issues[i].Offset += at + prefix
			is := rep.Issues[i]
			p.issues.Add(is.Rule, is.Level, is.Where, is.Offset, "%s", is.Text)
		}
		p.f.Templates[kv.Key] = rep
		return
	}
	if kv.Len <= p.lim.Text && (strings.Contains(kv.Text, "{{") || strings.Contains(kv.Text, "{%")) {
		// No reader is known that takes a template from here; what reaches for Python's
		// insides has no other use.
		for _, is := range jinja.Analyse(kv.Key, kv.Text, jinja.Limits{}).Issues {
			if is.Level == issue.Malicious {
				p.issues.Add(is.Rule, is.Level, is.Where, at, "%s", is.Text)
			}
		}
	}
	p.look(kv)
}
