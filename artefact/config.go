package artefact

import (
	"bytes"
	"io"
	"strings"

	"github.com/wardround/wardround/format/hdf5"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jinja"
	"github.com/wardround/wardround/format/jsontree"
	"github.com/wardround/wardround/format/keras"
	"github.com/wardround/wardround/format/skops"
)

var _ = register("hdf5", func(it *item) bool { return hdf5.Is(it.head) }, scanHDF5)

// scanHDF5 reads the structure of an HDF5 file and the configurations that Keras keeps
// in its attributes.
func scanHDF5(s *scanner, it *item) *finding {
	f := &finding{format: "hdf5", whole: true}
	h, err := hdf5.Read(it.r, it.size, hdf5.Limits{})
	if err != nil {
		f.hit(it.path, unread(err))
		return f
	}
	f.issues(it.path, h.Issues)
	s.spans(it, h.Inner, f)
	for _, a := range h.Attributes {
		if a.IsText && (a.Name == "model_config" || a.Name == "training_config") {
			f.format = "keras hdf5"
			f.keras(it, a.Object+"@"+a.Name, strings.NewReader(a.Value))
		}
	}
	return f
}

func unread(err error) issue.Issue {
	return issue.Issue{Rule: "artefact.read", Level: issue.Unreadable, Offset: -1, Text: "the bytes can't be read: " + err.Error()}
}

func (f *finding) keras(it *item, where string, r io.Reader) {
	c, err := keras.Check(where, r, keras.Limits{})
	if err != nil {
		f.hit(it.path, unread(err))
		return
	}
	f.issues(it.path, c.Issues)
}

// configuration judges a text that is JSON, or a template: what loaders build, fetch or
// run because of it.
func (s *scanner) configuration(it *item, f *finding) {
	head := bytes.TrimLeft(bytes.TrimPrefix(it.head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if ext(it.name) == ".jinja" || ext(it.name) == ".jinja2" {
		f.format = "template"
		const most = 4 << 20
		f.issues(it.path, jinja.Analyse(it.name, string(peek(it.r, 0, it.size, most)), jinja.Limits{}).Issues)
		return
	}
	if len(head) == 0 || head[0] != '{' {
		return
	}
	f.format = "json"
	switch {
	case s.contains(it, `"class_name"`) && s.contains(it, `"config"`):
		f.format = "keras configuration"
		f.keras(it, it.name, io.NewSectionReader(it.r, 0, it.size))
	case s.contains(it, `"__loader__"`) && s.contains(it, `"__class__"`):
		f.format = "skops schema"
		c, err := skops.Check(io.NewSectionReader(it.r, 0, it.size), jsontree.Limits{})
		if err != nil {
			f.hit(it.path, unread(err))
			return
		}
		f.issues(it.path, c.Issues)
	case s.contains(it, `"chat_template"`), s.contains(it, `"auto_map"`), s.contains(it, `"custom_pipelines"`):
		c, err := jinja.ReadConfig(io.NewSectionReader(it.r, 0, it.size), jinja.Limits{})
		if err != nil {
			f.hit(it.path, unread(err))
			return
		}
		f.issues(it.path, c.Issues)
	}
}

// contains searches the first 64 MB of an item for a text.
func (s *scanner) contains(it *item, text string) bool {
	if it.size <= int64(len(it.head)) {
		return bytes.Contains(it.head, []byte(text))
	}
	const piece = 1 << 20
	for at := int64(0); at < min(it.size, 64<<20) && s.ctx.Err() == nil; at += piece {
		if bytes.Contains(peek(it.r, at, it.size, piece+len(text)), []byte(text)) {
			return true
		}
	}
	return false
}
