package artefact

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jinja"
	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/jsontree"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/pickle"
)

// A configuration can name what a loader imports and calls. The marks are searched in
// the whole text, piece by piece, after what JSON, YAML and tags may write in
// another way has been written plainly.

// A mark is a notation that makes some loader import, call or fetch.
type mark struct {
	rule   string
	words  []string // one of them stands in every match: quick to rule out
	match  func() *regexp.Regexp
	where  func(*item) bool          // nil: in every text
	honest func(value string) string // what is wrong with the first group of a match, "" if nothing; nil: any match counts
	format string
	text   string
}

var marks = []mark{
	{rule: "yaml.python-tag", words: []string{"python/"}, match: yamlPython, format: "yaml", text: "the tag makes PyYAML's unsafe loaders import and call what it names"},
	{rule: "yaml.tag-directive", words: []string{"%TAG"}, match: pattern.Of(`(?m)^%TAG[ \t]+!\S*[ \t]+\S*(?:tag:|yaml)`), format: "yaml", text: "a directive gives other names to tags, so that which of them PyYAML would import can't be told by reading"},
	{rule: "artefact.remote-code", words: []string{"auto_map", "custom_pipelines"}, match: pattern.Of(`["'](?:auto_map|custom_pipelines)["']\s*:\s*[\[{"']`), text: "the configuration names Python modules that a loader runs when it is told to trust remote code"},
	{rule: "artefact.remote-code", words: []string{"_class_name"}, match: pattern.Of(`"_class_name"\s*:\s*\[`), text: "a pipeline of diffusers that lies in a file of its own, which is run when the loader is told to trust remote code"},
	{rule: "artefact.remote-code", words: []string{"parent_library"}, match: pattern.Of(`"parent_library"\s*:\s*"([^"]*)"`), honest: library("transformers", "peft", "diffusers", "torch", "sentence_transformers", "timm"), text: "peft imports this module when it loads the adapter"},
	{rule: "artefact.remote-code", words: []string{`"type"`}, match: pattern.Of(`"type"\s*:\s*"([^"]*\.[^"]*)"`), where: named("modules.json"), honest: library("sentence_transformers"), text: "sentence-transformers imports this class when it loads the model"},
	{rule: "artefact.remote-code", words: []string{"loader_module"}, match: pattern.Of(`loader_module["']?\s*:\s*["']?([^\s"',}]*)`), honest: library("mlflow"), text: "MLflow imports this module to load the model"},
	{rule: "artefact.remote-code", words: []string{"loader_module"}, match: pattern.Of(`\bcode["']?\s*:\s*["']?([A-Za-z./~][^\s"',}]*)`), where: named("mlmodel"), honest: nothing, text: "MLflow puts a folder of code beside the model on Python's path"},
	{rule: "artefact.instantiates", words: []string{"_target_"}, match: pattern.Of(`_target_(["']?\s*[:=]\s*["']?[^\s"',}\]]*|)`), honest: target, text: "Hydra, NeMo and MONAI import and call what is named here"},
	{rule: "artefact.instantiates", words: []string{"$"}, match: pattern.Of(`["'\s]\$(?:import\s|from\s|@?[A-Za-z_][\w.]*\()|["']\$[^"\n0-9][^"\n]*[\w\])]\s*\(|["']\$[^"\n]*[\w\])]\(`), where: bundle, text: "MONAI evaluates a text that begins with $ as Python"},
	{rule: "artefact.instantiates", words: []string{`"lc"`}, match: pattern.Of(`"lc"\s*:\s*[1-9]`), text: "LangChain imports and makes what this names"},
	{rule: "artefact.instantiates", words: []string{"custom_ops_library"}, match: pattern.Of(`["']?custom_ops_library["']?\s*:\s*["']?[^\s"',}]`), text: "ONNX Runtime loads the native library that is named here"},
	{rule: "artefact.text-graph", words: []string{"python_param"}, match: pattern.Of(`python_param\s*:?\s*\{`), text: "Caffe imports the module of a Python layer"},
	{rule: "artefact.text-graph", words: []string{"Python"}, match: pattern.Of(`\btype\s*:\s*["']Python["']`), where: ends(".prototxt", ".pbtxt", ".textproto", ".txt"), text: "Caffe imports the module of a Python layer"},
	{rule: "artefact.text-graph", words: []string{"node", "saved_model_schema_version", "ir_version"}, match: pattern.Of(`\bnode\s*:?\s*[{<][^{}]*\bop\s*:\s*["']|\bsaved_model_schema_version\s*:|\bir_version\s*:\s*\d[^{]*\bgraph\s*:?\s*[{<]`), text: "a graph in text form; its operators are not judged here. Convert it to the binary form and look at that"},
	{rule: "artefact.text-graph", words: []string{"xternal"}, match: pattern.Of(`"(?:externalData|external_data)"\s*:\s*\[`), text: "ONNX in JSON form, with weights in other files; where they lie is not judged here"},
	{rule: "artefact.text-graph", words: []string{"Custom"}, match: pattern.Of(`"op"\s*:\s*"Custom"`), text: "MXNet calls an operator written in Python that somebody registered"},
	{rule: "artefact.requirements", words: []string{"//", "-i", "-f"}, match: pattern.Of(`(?m)^[ \t]*(?:-[ \t]+["']?)?(?:-i\b|-f\b|--index-url|--extra-index-url|--find-links|--trusted-host|(?:[^\s#]+[ \t]*@[ \t]*)?(?:git|hg|svn|bzr)\+|(?:[^\s#]+[ \t]*@[ \t]*)?(?:https?|file|ftp)://)`), where: requirements, text: "a package is fetched from another place than the usual index"},
	{rule: "artefact.code", words: []string{"[components"}, match: pattern.Of(`(?m)^[ \t]*@\w+[ \t]*=[ \t]*"([^"]*)"`), where: ends(".cfg"), honest: library("spacy", "thinc", "spacy-transformers", "spacy-legacy", "spacy-curated-transformers", "catalogue"), text: "spaCy calls a function of that name, which code beside the model registers"},
}

func named(name string) func(*item) bool {
	return func(it *item) bool { return strings.EqualFold(it.name, name) }
}

func ends(names ...string) func(*item) bool {
	return func(it *item) bool { return slices.Contains(names, ext(it.name)) }
}

// bundle: MONAI writes its bundles in either notation; other YAML has variables of its own.
func bundle(it *item) bool {
	return ends(".json")(it) || ends(".yaml", ".yml")(it) && bytes.Contains(it.head, []byte("_target_"))
}

func requirements(it *item) bool {
	name := strings.ToLower(it.name)
	return strings.Contains(name, "requirements") && ext(name) == ".txt" || slices.Contains([]string{"conda.yaml", "conda.yml", "environment.yaml", "environment.yml", "python_env.yaml"}, name)
}

// library accepts names of these packages and of what is below them.
func library(names ...string) func(string) string {
	return func(v string) string {
		for _, n := range names {
			if rest, ok := strings.CutPrefix(v, n); ok && (rest == "" || rest[0] == '.') {
				return ""
			}
		}
		return v
	}
}

// nothing accepts YAML's ways to write no value.
func nothing(v string) string {
	if slices.Contains([]string{"null", "Null", "NULL", "~", "None"}, v) {
		return ""
	}
	return v
}

var (
	targets = library("torch.nn", "torch.optim", "torchvision.transforms", "torchmetrics", "monai", "nemo", "pytorch_lightning", "lightning", "transformers", "diffusers")
	class   = pattern.Of(`(?:^|\.)[A-Z][A-Za-z0-9]*$`)
)

// target judges what Hydra instantiates: a class of a known framework, or something to
// be asked about.
func target(v string) string {
	v = strings.TrimLeft(v, "\"' \t\r\n:=")
	if targets(v) == "" && class().MatchString(v) && !borrows(v) || class().MatchString(v) && !strings.Contains(v, ".") {
		return ""
	}
	if v == "" {
		return "a name that is put together"
	}
	return v
}

const (
	textPiece   = 1 << 20
	textOverlap = 8 << 10
	loosePiece  = 512 << 10
)

// notations searches a text for marks.
func (s *scanner) notations(it *item, f *finding) {
	told := map[string]bool{}
	for at := int64(0); at < it.size && s.ctx.Err() == nil; at += textPiece {
		raw := peek(it.r, at, it.size, textPiece+textOverlap)
		forms := [][]byte{raw}
		if p := plainly(raw); p != nil {
			forms = append(forms, p)
		}
		for _, b := range forms {
			for i := range marks {
				m := &marks[i]
				if m.where != nil && !m.where(it) || !slices.ContainsFunc(m.words, func(w string) bool { return bytes.Contains(b, []byte(w)) }) {
					continue
				}
				m.search(it, at, b, f, told)
			}
		}
	}
}

// search tells each value once, and not more of a kind than a person reads.
func (m *mark) search(it *item, at int64, b []byte, f *finding, told map[string]bool) {
	for _, loc := range m.match().FindAllSubmatchIndex(b, 1000) {
		text, level, value := m.text, issue.Unknown, ""
		if m.honest != nil {
			if value = m.honest(string(b[loc[2]:loc[3]])); value == "" {
				continue
			}
			value = issue.Clip(value, 100)
			text = value + ": " + text
			if dangerous(value) || borrows(value) {
				level = issue.Malicious
			}
		}
		if key := m.rule + m.text + value; !told[key] && len(told) < 100 {
			told[key] = true
			if m.format != "" {
				f.format = m.format
			}
			f.hit(it.path, issue.Issue{Rule: m.rule, Level: level, Where: value, Offset: at + int64(loc[0]), Text: text})
		}
	}
}

// borrows reports whether a dotted path leads through a module of a library to what that
// module imported: transformers.utils.hub.subprocess.Popen.
func borrows(path string) bool {
	for at := strings.IndexByte(path, '.'); at >= 0; {
		path = path[at+1:]
		if dangerous(path) || dangerous(path+".x") {
			return true
		}
		at = strings.IndexByte(path, '.')
	}
	return false
}

// dangerous asks the judge of pickles whether a dotted name has no place in a model.
func dangerous(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || !importable().MatchString(name) {
		return false
	}
	rep, err := pickle.Scan(strings.NewReader("c"+name[:dot]+"\n"+name[dot+1:]+"\n."), pickle.Limits{}, pickle.Policy{})
	return err == nil && rep.Class == pickle.Malicious
}

var (
	escapes  = pattern.Of(`\\u00[2-7][0-9A-Fa-f]|\\U000000[2-7][0-9A-Fa-f]|\\x[2-7][0-9A-Fa-f]|\\\r?\n[ \t]*`)
	percents = pattern.Of(`![^\s,\[\]{}]*%[2-7][0-9A-Fa-f][^\s,\[\]{}]*`)
	percent  = pattern.Of(`%[2-7][0-9A-Fa-f]`)
)

// plainly writes letters for their escapes in JSON and YAML, and in YAML's tags; nil if
// there are none.
func plainly(b []byte) []byte {
	out := b
	letter := func(m []byte) []byte {
		v, err := strconv.ParseUint(string(m[len(m)-2:]), 16, 8)
		if err != nil { // a line that goes on
			return nil
		}
		if c := byte(v); c == '"' || c == '\\' {
			return m
		}
		return []byte{byte(v)}
	}
	if hasEscapes(out) {
		out = escapes().ReplaceAllFunc(out, letter)
	}
	if bytes.IndexByte(out, '!') >= 0 && bytes.IndexByte(out, '%') >= 0 {
		out = percents().ReplaceAllFunc(out, func(m []byte) []byte { return percent().ReplaceAllFunc(m, letter) })
	}
	if bytes.Equal(out, b) {
		return nil
	}
	return out
}

// hasEscapes looks for a backslash that writes a letter, or joins two lines. Programs that
// write JSON escape other characters than these.
func hasEscapes(b []byte) bool {
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 >= len(b) {
			return false
		}
		at := -1 // of the upper half of the letter
		switch b[i+1] {
		case '\n', '\r':
			return true
		case 'x':
			at = 2
		case 'u':
			at = 4
		case 'U':
			at = 8
		}
		if at > 0 && i+at < len(b) && b[i+at] >= '2' && b[i+at] <= '7' {
			return true
		}
		b = b[i+2:]
	}
}

// holds reports which of some words stand in a text, also where escapes write them.
func (s *scanner) holds(it *item, words ...string) map[string]bool {
	found := map[string]bool{}
	for at := int64(0); at < it.size && s.ctx.Err() == nil && len(found) < len(words); at += textPiece {
		raw := peek(it.r, at, it.size, textPiece+textOverlap)
		p := plainly(raw)
		for _, w := range words {
			if !found[w] && (bytes.Contains(raw, []byte(w)) || p != nil && bytes.Contains(p, []byte(w))) {
				found[w] = true
			}
		}
	}
	return found
}

// Templates are looked for where only some loaders expect them.
var (
	braces = [][]byte{[]byte("{{"), []byte("{%")}
	insidy = pattern.Of(`__\w{2,}__|\battr\b|\battribute\b|\\x5f|\bimport\b`)
)

func hasTemplate(b []byte) bool {
	return slices.ContainsFunc(braces, func(m []byte) bool { return bytes.Contains(b, m) })
}

// looseTemplate judges a text in which templates may stand: a chat template in YAML,
// say. Braces alone mean nothing, so only what reaches for Python's insides counts.
func (s *scanner) looseTemplate(it *item, f *finding) {
	for at := int64(0); at < it.size && s.ctx.Err() == nil; at += loosePiece {
		b := peek(it.r, at, it.size, loosePiece+textOverlap)
		if !hasTemplate(b) || !insidy().Match(b) {
			continue
		}
		for _, i := range jinja.Analyse(it.name, string(b), jinja.Limits{}).Issues {
			if i.Level == issue.Malicious {
				i.Offset += at
				f.hit(it.path, i)
			}
		}
	}
}

// jsonTemplates judges the templates in the texts of a JSON document.
func (s *scanner) jsonTemplates(it *item, f *finding) {
	if it.size > maxJSON || !hasTemplate(peek(it.r, 0, it.size, maxJSON)) {
		return
	}
	root, _, _ := jsontree.Parse(&from{r: it.r, size: it.size}, jsontree.Limits{}, nil)
	var walk func(n *jsontree.Node)
	walk = func(n *jsontree.Node) {
		if n == nil {
			return
		}
		if n.Kind == jsonstream.String && hasTemplate([]byte(n.Text)) && insidy().MatchString(n.Text) {
			for _, i := range jinja.Analyse(it.name, n.Text, jinja.Limits{}).Issues {
				if i.Level == issue.Malicious {
					i.Offset = n.At
					f.hit(it.path, i)
				}
			}
		}
		for _, k := range n.Kids {
			walk(k)
		}
	}
	walk(root)
}

const maxJSON = 16 << 20

// serialised names a text that is objects of another language's own notation, which may
// hold functions: "" if it is none.
func serialised(head []byte) string {
	has := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	switch {
	case has("RDA1\nA\n"), has("RDA2\nA\n"), has("RDA3\nA\n"), rText().Match(head[:min(len(head), 200)]):
		return "objects of R, which may be promises that run when they are looked at"
	case torch7().Match(head[:min(len(head), 200)]):
		return "objects of Torch 7, which may hold functions of Lua"
	}
	return ""
}

// rText is R's text form: A, the version of the form, and the versions of R that wrote
// it and that can read it, as numbers of five digits or more.
var rText = pattern.Of(`^A\r?\n[23]\r?\n\d{5,7}\r?\n\d{5,7}\r?\n`)

var torch7 = pattern.Of(`^\d+\n\d+\n\d+\nV \d+\n`)

// narrow writes a text in UTF-16 as UTF-8; nil if it is too long.
func narrow(it *item, order binary.ByteOrder) []byte {
	const most = 64 << 20
	if it.size > most {
		return nil
	}
	b := peek(it.r, 2, it.size, most)
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = order.Uint16(b[2*i:])
	}
	out := []byte(string(utf16.Decode(u)))
	head := out[:min(len(out), 200)]
	if i := bytes.Index(bytes.ToUpper(head), []byte(`ENCODING="UTF-16"`)); i >= 0 {
		copy(out[i:], fmt.Sprintf("%-17s", `encoding="UTF-8"`))
	}
	return out
}

// xmlRoot is the local name of a document's outermost element, behind what may stand
// before it; "" if head does not reach it or is no XML.
func xmlRoot(head []byte) string {
	b := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for {
		b = bytes.TrimLeft(b, " \t\r\n")
		end := ""
		switch {
		case bytes.HasPrefix(b, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(b, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(b, []byte("<!DOCTYPE")):
			end = ">"
			if i, j := bytes.IndexByte(b, '['), bytes.IndexByte(b, '>'); i >= 0 && i < j {
				end = "]"
			}
		case len(b) > 1 && b[0] == '<':
			name := b[1:]
			if i := bytes.IndexAny(name, " \t\r\n/>"); i >= 0 {
				name = name[:i]
			}
			if i := bytes.IndexByte(name, ':'); i >= 0 {
				name = name[i+1:]
			}
			return string(name)
		default:
			return ""
		}
		i := bytes.Index(b, []byte(end))
		if i < 0 {
			return ""
		}
		if b = b[i+len(end):]; end == "]" {
			if i := bytes.IndexByte(b, '>'); i >= 0 {
				b = b[i+1:]
			}
		}
	}
}
