package artefact

import (
	"io"

	"github.com/wardround/wardround/format/gguf"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/onnx"
	"github.com/wardround/wardround/format/openvino"
	"github.com/wardround/wardround/format/pmml"
	"github.com/wardround/wardround/format/safetensors"
	"github.com/wardround/wardround/format/savedmodel"
	"github.com/wardround/wardround/format/tflite"
	"github.com/wardround/wardround/format/torchscript"
	"github.com/wardround/wardround/format/xmlstream"
)

// The formats that are read by a package of their own. One line each: when it may be
// the format, and what its reader says.
var (
	// Numbers of a tensor begin with a length and a brace by chance.
	_ = reader("safetensors", func(it *item) bool {
		return safetensors.Is(it.head, it.size) && (it.role != tensor || len(it.head) > 9 && it.head[9] == '"')
	}, func(r io.ReaderAt, size int64) ([]issue.Issue, [][2]int64, error) {
		f, err := safetensors.Read(r, size, safetensors.Limits{})
		if err != nil {
			return nil, nil, err
		}
		return f.Issues, f.Inner, nil
	})
	_ = reader("gguf", func(it *item) bool { return gguf.Is(it.head) }, func(r io.ReaderAt, size int64) ([]issue.Issue, [][2]int64, error) {
		f, err := gguf.Read(r, size, gguf.Limits{})
		if err != nil {
			return nil, nil, err
		}
		return f.Issues, nil, nil
	})
	_ = reader("onnx", func(it *item) bool { return it.role != tensor && onnx.Is(it.r, it.size) }, func(r io.ReaderAt, size int64) ([]issue.Issue, [][2]int64, error) {
		f, err := onnx.Read(r, size, onnx.Limits{})
		if err != nil {
			return nil, nil, err
		}
		return f.Issues, nil, nil
	})
)

var (
	_ = reader("tensorflow", func(it *item) bool { return it.role != tensor && savedmodel.Detect(it.r, it.size) != savedmodel.None }, func(r io.ReaderAt, size int64) ([]issue.Issue, [][2]int64, error) {
		f, err := savedmodel.Read(r, size, savedmodel.None, savedmodel.Limits{})
		if err != nil {
			return nil, nil, err
		}
		return f.Issues, nil, nil
	})
	_ = reader("tflite", func(it *item) bool { return tflite.Is(it.head) }, func(r io.ReaderAt, size int64) ([]issue.Issue, [][2]int64, error) {
		f, err := tflite.Read(r, size, tflite.Limits{})
		if err != nil {
			return nil, nil, err
		}
		return f.Issues, f.Inner, nil
	})
	_ = reader("pmml", func(it *item) bool { return pmml.Is(it.head) || it.root() == "PMML" }, func(r io.ReaderAt, size int64) ([]issue.Issue, [][2]int64, error) {
		f, err := pmml.Check(io.NewSectionReader(r, 0, size), xmlstream.Limits{})
		if err != nil {
			return nil, nil, err
		}
		return f.Issues, nil, nil
	})
	_ = reader("openvino", func(it *item) bool { return openvino.Is(it.head) || it.root() == "net" }, func(r io.ReaderAt, size int64) ([]issue.Issue, [][2]int64, error) {
		f, err := openvino.Check(io.NewSectionReader(r, 0, size), -1, openvino.Limits{})
		if err != nil {
			return nil, nil, err
		}
		return f.Issues, nil, nil
	})
	_ = register("TorchScript source", func(it *item) bool { return it.role == script }, func(s *scanner, it *item) *finding {
		f := &finding{whole: true}
		const most = 64 << 20
		if it.size > most {
			f.hit(it.path, issue.Issue{Rule: "torchscript.too-large", Level: issue.Unreadable, Offset: most, Text: "the source is longer than is read"})
			return f
		}
		f.issues(it.path, torchscript.Check(it.name, peek(it.r, 0, it.size, most), torchscript.Limits{}).Issues)
		return f
	})
)

// reader registers a format of which a package gives issues and, where it has them,
// spans of bytes that are worth a look of their own. An error of its Read is that of
// reading the bytes.
func reader(name string, looks func(*item) bool, read func(io.ReaderAt, int64) ([]issue.Issue, [][2]int64, error)) bool {
	return register(name, looks, func(s *scanner, it *item) *finding {
		f := &finding{format: name, whole: true}
		issues, inside, err := read(it.r, it.size)
		if err != nil {
			f.hit(it.path, unread(err))
			return f
		}
		f.issues(it.path, issues)
		s.spans(it, inside, f)
		return f
	})
}

// spans looks into bytes that a format's reader found worth it: texts, user blocks,
// gaps. They run only if something loads them.
func (s *scanner) spans(it *item, inside [][2]int64, f *finding) {
	for _, span := range inside {
		if span[0] < 0 || span[1] <= span[0] || span[1] > it.size || s.ctx.Err() != nil {
			continue
		}
		n := span[1] - span[0]
		child := &item{r: io.NewSectionReader(it.r, span[0], n), size: n, path: joinPath(it.path, bytesAt(span[0])), depth: it.depth + 1, role: inner}
		if got := s.item(child); got.verdict() != Inert || len(got.hits) > 0 {
			f.merge(got)
		}
	}
}
