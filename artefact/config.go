package artefact

import (
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

var _ = register("hdf5", func(it *item) bool { return hdf5.Start(it.r, it.size) >= 0 }, scanHDF5)

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
		if !a.IsText && (a.Name == "model_config" || a.Name == "training_config") {
			f.hit(it.path, issue.Issue{Rule: "keras.no-text", Level: issue.Unreadable, Where: a.Object + "@" + a.Name, Offset: a.At, Text: "the configuration is stored as something other than a text, which is not read here"})
		}
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
	head := behindBlanks(it)
	if slices.Contains(templateNames, ext(it.name)) {
		f.format = "template"
		if it.size > maxTemplate {
			f.hit(it.path, issue.Issue{Rule: "artefact.long-text", Level: issue.Unreadable, Offset: maxTemplate, Text: "the template is longer than is read"})
		}
		f.issues(it.path, jinja.Analyse(it.name, string(peek(it.r, 0, it.size, maxTemplate)), jinja.Limits{}).Issues)
		return
	}
	if len(head) == 0 || head[0] != '{' && head[0] != '[' {
		s.looseTemplate(it, f)
		return
	}
	f.format = "json"
	has := s.holds(it, `"class_name"`, `"config"`, `"__loader__"`, `"__class__"`, `"chat_template"`, `"auto_map"`, `"custom_pipelines"`, `"trust_remote_code"`)
	s.jsonTemplates(it, f)
	switch {
	case has[`"class_name"`] && has[`"config"`]:
		f.format = "keras configuration"
		f.keras(it, it.name, io.NewSectionReader(it.r, 0, it.size))
	case has[`"__loader__"`] && has[`"__class__"`]:
		f.format = "skops schema"
		c, err := skops.Check(io.NewSectionReader(it.r, 0, it.size), jsontree.Limits{})
		if err != nil {
			f.hit(it.path, unread(err))
			return
		}
		f.issues(it.path, c.Issues)
	case head[0] == '{' && (has[`"chat_template"`] || has[`"auto_map"`] || has[`"custom_pipelines"`] || has[`"trust_remote_code"`]):
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
