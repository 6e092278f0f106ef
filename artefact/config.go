package artefact

import (
	"bytes"
	"io"
	"slices"
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
	if slices.Contains(templateNames, ext(it.name)) {
		f.format = "template"
		f.issues(it.path, jinja.Analyse(it.name, string(peek(it.r, 0, it.size, maxTemplate)), jinja.Limits{}).Issues)
		return
	}
	if len(head) == 0 || head[0] != '{' {
		s.looseTemplate(it, f)
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

// templateNames are extensions of templates.
var templateNames = strings.Fields(".jinja .jinja2 .j2 .template .tmpl .tpl")

const maxTemplate = 4 << 20

// looseTemplate judges a text in which templates may stand: a chat template in YAML,
// say. Braces alone mean nothing, so only what reaches for Python's insides counts.
func (s *scanner) looseTemplate(it *item, f *finding) {
	b := peek(it.r, 0, it.size, maxTemplate)
	if !bytes.Contains(b, []byte("{{")) && !bytes.Contains(b, []byte("{%")) {
		return
	}
	for _, i := range jinja.Analyse(it.name, string(b), jinja.Limits{}).Issues {
		if i.Level == issue.Malicious {
			f.hit(it.path, i)
		}
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
