package bom

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/gguf"
	"github.com/wardround/wardround/format/onnx"
	"github.com/wardround/wardround/format/safetensors"
	"github.com/wardround/wardround/model"
)

// maxText is the largest text beside the weights that is read, in bytes.
const maxText = 1 << 20

// read takes from one file what its format says.
func (a *Artefact) read(f *File) {
	r, err := os.Open(f.Path)
	if err != nil {
		a.unread(f, err)
		return
	}
	defer r.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(r, head)
	head = head[:n]
	switch name := strings.ToLower(path.Base(f.Name)); {
	case safetensors.Is(head, f.Bytes):
		a.safetensors(f, r)
	case gguf.Is(head):
		a.gguf(f, r)
	case onnx.Is(r, f.Bytes):
		a.onnx(f, r)
	case name == "config.json":
		a.config(f)
	case name == "requirements.txt":
		a.requirements(f)
	}
}

func text(f *File) ([]byte, error) {
	if f.Bytes > maxText {
		return nil, io.ErrShortBuffer
	}
	return os.ReadFile(f.Path)
}

// tensor counts one array; a size beyond 63 bits is not added.
func (a *Artefact) tensor(typ string, shape []uint64) {
	a.Tensors++
	if len(a.Types) < 64 || a.Types[typ] > 0 {
		a.Types[typ]++
	}
	n := uint64(1)
	for _, d := range shape {
		if d != 0 && n > (1<<62)/d {
			return
		}
		n *= d
	}
	if a.Parameters <= (1<<62)-int64(n) {
		a.Parameters += int64(n)
	}
}

func (a *Artefact) safetensors(f *File, r io.ReaderAt) {
	s, err := safetensors.Read(r, f.Bytes, safetensors.Limits{})
	if err != nil {
		a.unread(f, err)
		return
	}
	for _, t := range s.Tensors {
		a.tensor(t.DType, t.Shape)
	}
	for _, p := range s.Metadata {
		if slices.Contains([]string{"format", "license", "modelspec.title", "modelspec.architecture", "modelspec.license"}, p.Key) {
			a.note("safetensors "+p.Key, p.Value)
		}
	}
}

func (a *Artefact) gguf(f *File, r io.ReaderAt) {
	g, err := gguf.Read(r, f.Bytes, gguf.Limits{})
	if err != nil {
		a.unread(f, err)
		return
	}
	for _, t := range g.Tensors {
		a.tensor(t.Type, t.Shape)
	}
	for _, key := range []string{"general.name", "general.license", "general.author", "general.version", "general.organization"} {
		if kv, ok := g.Get(key); ok {
			a.note("gguf "+key, kv.Text)
		}
	}
	if kv, ok := g.Get("general.architecture"); ok && a.Facts.Architecture == "" {
		a.Facts.Architecture = kv.Text
	}
}

// maxOperators bounds the operators that are compared.
const maxOperators = 10_000

func (a *Artefact) onnx(f *File, r io.ReaderAt) {
	o, err := onnx.Read(r, f.Bytes, onnx.Limits{})
	if err != nil {
		a.unread(f, err)
		return
	}
	for _, t := range o.Tensors {
		var shape []uint64
		for _, d := range t.Dims {
			shape = append(shape, uint64(max(d, 0)))
		}
		a.tensor(onnxType(t.Type), shape)
	}
	if a.Facts.Operators == nil {
		a.Facts.Operators = map[string]int{}
	}
	for _, op := range o.Operators {
		name := op.Name
		if op.Domain != "" {
			name = op.Domain + "." + op.Name
		}
		if len(a.Facts.Operators) < maxOperators || a.Facts.Operators[name] > 0 {
			a.Facts.Operators[name] += op.Count
		}
	}
	if a.Producer == "" {
		a.Producer = strings.TrimSpace(o.Producer + " " + o.ProducerVersion)
	}
	if a.Facts.Inputs == nil && len(o.Inputs) < 10_000 && len(o.Outputs) < 10_000 {
		for _, n := range o.Inputs {
			a.Facts.Inputs = append(a.Facts.Inputs, model.Input{Name: n})
		}
		for _, n := range o.Outputs {
			a.Facts.Outputs = append(a.Facts.Outputs, model.Output{Name: n})
		}
	}
	for domain, version := range o.Opsets {
		if domain == "" {
			domain = "ai.onnx"
		}
		a.note("onnx opset "+domain, strconv.FormatInt(version, 10))
	}
}

// onnxTypes are TensorProto.DataType by number.
var onnxTypes = []string{"", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16", "DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16"}

func onnxType(n int32) string {
	if n > 0 && int(n) < len(onnxTypes) {
		return onnxTypes[n]
	}
	return "type " + strconv.Itoa(int(n))
}

// config reads the configuration that transformers and others lay beside weights.
func (a *Artefact) config(f *File) {
	b, err := text(f)
	if err != nil {
		a.unread(f, err)
		return
	}
	var c struct {
		Architectures []string `json:"architectures"`
		Type          string   `json:"model_type"`
		Transformers  string   `json:"transformers_version"`
	}
	if json.Unmarshal(b, &c) != nil {
		return
	}
	if len(c.Architectures) > 0 && a.Facts.Architecture == "" {
		a.Facts.Architecture = strings.Join(c.Architectures, ", ")
	}
	a.note("model type", c.Type)
	if c.Transformers != "" {
		a.library(Library{Name: "transformers", Version: c.Transformers, Module: "transformers", From: f.Name})
	}
}

// requirements reads pinned packages: "numpy==1.26.4".
func (a *Artefact) requirements(f *File) {
	b, err := text(f)
	if err != nil {
		a.unread(f, err)
		return
	}
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		line, _, _ := strings.Cut(s.Text(), "#")
		line, _, _ = strings.Cut(line, ";")
		name, version, pinned := strings.Cut(strings.TrimSpace(line), "==")
		if !pinned {
			name, _, _ = strings.Cut(name+" ", " ")
			if i := strings.IndexAny(name, "<>=!~@"); i >= 0 {
				name = name[:i] // a range says no version
			}
		}
		name, _, _ = strings.Cut(name, "[")
		if name = strings.TrimSpace(name); !packageName(name) {
			continue
		}
		a.library(Library{Name: name, Version: strings.TrimSpace(version), From: f.Name})
	}
}

// packageName reports whether a text is the name of a Python package (PEP 508).
func packageName(s string) bool {
	for i, r := range s {
		alnum := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !alnum && (i == 0 || !strings.ContainsRune("._-", r)) {
			return false
		}
	}
	return s != "" && len(s) < 200
}
