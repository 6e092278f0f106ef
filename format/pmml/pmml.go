// Package pmml judges models in the Predictive Model Markup Language (DMG, PMML
// 2.0 to 4.4): XML in which trees, regressions and their preprocessing are
// written out.
//
// PMML is data, but for three doors. A document type can declare entities that
// expand without end or fetch files: it is refused. Extension elements hold
// whatever a maker wants: they are unknown, and looked into. And a
// transformation applies functions by name: those of the standard and those that
// the document defines are ordinary; a reader on the Java platform takes a name
// with dots for a class and loads it, so such names are unknown, and malicious
// where they lead to the platform itself.
package pmml

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/location"
	"github.com/wardround/wardround/format/payload"
	"github.com/wardround/wardround/format/xmlstream"
	"github.com/wardround/wardround/format/xmlwalk"
)

// File is what a document holds.
type File struct {
	Version   string
	Producer  string   // the application of its header, with its version
	Models    []string // the model elements: "TreeModel", "MiningModel"
	Fields    int      // of the data dictionary
	Functions []string // applied, sorted
	Issues    []issue.Issue
}

// Is reports whether a document begins as PMML does, as far as head shows.
func Is(head []byte) bool { return strings.Contains(string(head[:min(len(head), 4096)]), "<PMML") }

// Check reads a document. Zero limits are 256 MiB and a depth of 512. The error
// is of the reading only.
func Check(r io.Reader, lim xmlstream.Limits) (*File, error) {
	if lim.Bytes <= 0 {
		lim.Bytes = 256 << 20
	}
	c := &checker{f: &File{}, applied: map[string]int64{}, defined: map[string]bool{}}
	err := xmlwalk.Walk("pmml", r, lim, &c.issues, xmlwalk.Visitor{Start: c.start, Text: c.text})
	for fn, at := range c.applied {
		c.f.Functions = append(c.f.Functions, fn)
		c.function(fn, at)
	}
	slices.Sort(c.f.Functions)
	c.f.Issues = c.issues.Issues()
	slices.SortStableFunc(c.f.Issues, func(a, b issue.Issue) int { return int(a.Offset - b.Offset) })
	return c.f, err
}

type checker struct {
	f       *File
	issues  issue.List
	applied map[string]int64
	defined map[string]bool
}

func (c *checker) start(e xml.StartElement, path []string, at int64) {
	name := e.Name.Local
	switch {
	case len(path) == 1:
		c.f.Version = issue.Clip(xmlwalk.Attr(e, "version"), 40)
		if name != "PMML" {
			c.issues.Add("pmml.no-pmml", issue.Unreadable, name, at, "The document is a %q, no PMML.", issue.Clip(name, 60))
		}
	case len(path) == 2 && strings.HasSuffix(name, "Model"), len(path) == 2 && (name == "NeuralNetwork" || name == "Scorecard"):
		if len(c.f.Models) < 1000 {
			c.f.Models = append(c.f.Models, name)
		}
	}
	ns := strings.ToLower(e.Name.Space)
	switch {
	case strings.Contains(ns, "xinclude") || strings.Contains(ns, "xsl/transform"):
		c.issues.Add("pmml.active-element", issue.Malicious, where(path), at, "The element %q makes readers fetch or run something (%s).", issue.Clip(name, 60), issue.Clip(ns, 100))
	case ns != "" && !strings.Contains(ns, "dmg.org") && !within(path, "Extension"):
		c.issues.Add("pmml.foreign-element", issue.Unknown, where(path), at, "The element %q is of %q, not of PMML.", issue.Clip(name, 60), issue.Clip(ns, 100))
	case strings.EqualFold(name, "script") || strings.HasPrefix(name, "X-"):
		c.issues.Add("pmml.vendor-element", issue.Unknown, where(path), at, "The element %q is a maker's own.", issue.Clip(name, 60))
	}
	switch name {
	case "Extension":
		c.issues.Add("pmml.extension", level(e), where(path), at, "An extension of %q, named %q: what it means its maker knows.", issue.Clip(xmlwalk.Attr(e, "extender"), 80), issue.Clip(xmlwalk.Attr(e, "name"), 80))
	case "Application":
		c.f.Producer = issue.Clip(strings.TrimSpace(xmlwalk.Attr(e, "name")+" "+xmlwalk.Attr(e, "version")), 200)
	case "DataField":
		c.f.Fields++
	case "Apply":
		c.apply(xmlwalk.Attr(e, "function"), at)
	case "DefineFunction":
		if len(c.defined) < 100_000 {
			c.defined[xmlwalk.Attr(e, "name")] = true
		}
	case "FieldColumnPair", "TableLocator":
		if name == "TableLocator" {
			c.issues.Add("pmml.external-table", issue.Unknown, where(path), at, "A table lies outside of the document.")
		}
	case "Aggregate":
		c.apply(xmlwalk.Attr(e, "function"), at)
	}
	for _, a := range e.Attr {
		c.attribute(path, a, at)
	}
}

// level is how much an extension matters: one that carries a plain name and value
// is a note, other ones may hold what a reader runs.
func level(e xml.StartElement) issue.Level {
	name, value := strings.ToLower(xmlwalk.Attr(e, "name")), xmlwalk.Attr(e, "value")
	for _, w := range []string{"script", "code", "class", "exec", "command", "function", "java", "python"} {
		if strings.Contains(name, w) {
			return issue.Unknown
		}
	}
	if name != "" && len(value) <= 1024 {
		return issue.Note
	}
	return issue.Unknown
}

func where(path []string) string {
	if len(path) > 6 {
		path = path[len(path)-6:]
	}
	return strings.Join(path, "/")
}

func within(path []string, name string) bool { return slices.Contains(path, name) }

func (c *checker) attribute(path []string, a xml.Attr, at int64) {
	key := strings.ToLower(a.Name.Local)
	switch {
	case strings.HasPrefix(a.Name.Space, "http://www.w3.org/2001/XMLSchema-instance"), a.Name.Space == "xmlns", key == "xmlns":
		return
	case key == "href" || key == "src" || key == "base" && a.Name.Space != "":
		if kind, why := location.Judge(a.Value); kind == location.Outside || kind == location.Remote {
			c.issues.Add("pmml.path-escapes", issue.Malicious, where(path)+"@"+a.Name.Local, at, "The attribute names %q: %s.", issue.Clip(a.Value, 200), why)
		}
	}
	if len(a.Value) >= 8 {
		c.look(a.Value, where(path)+"@"+a.Name.Local, at)
	}
}

func (c *checker) text(s string, path []string, at int64) { c.look(s, where(path), at) }

func (c *checker) look(s, where string, at int64) {
	for _, h := range payload.Look(s) {
		level := issue.Unknown
		if h.Kind == payload.Pickle || h.Kind == payload.Program {
			level = issue.Malicious
		}
		c.issues.Add("pmml.text-"+string(h.Kind), level, where, at, "A text holds %s (%s).", h.What, h.Encoding)
	}
}

func (c *checker) apply(fn string, at int64) {
	if _, seen := c.applied[fn]; !seen && fn != "" && len(c.applied) < 100_000 {
		c.applied[fn] = at
	}
}

func (c *checker) function(fn string, at int64) {
	name := issue.Clip(fn, 120)
	low := strings.ToLower(fn)
	switch {
	case functions[fn] || c.defined[fn]:
	case strings.HasPrefix(low, "java.") || strings.HasPrefix(low, "javax.") || strings.HasPrefix(low, "jdk.") || strings.HasPrefix(low, "sun.") || strings.HasPrefix(low, "com.sun.") || strings.Contains(low, "runtime") || strings.Contains(low, "processbuilder") || strings.Contains(low, "scriptengine"):
		c.issues.Add("pmml.platform-function", issue.Malicious, name, at, "The document applies %q, a class of the platform and no function of numbers.", name)
	default:
		c.issues.Add("pmml.unknown-function", issue.Unknown, name, at, "The document applies %q, which neither the standard nor the document defines.", name)
	}
}

// functions are those of the standard (PMML 4.4, "Built-in functions") and the
// aggregations.
var functions = func() map[string]bool {
	m := map[string]bool{}
	for _, f := range strings.Fields(`+ - * / min max sum avg median product log10 ln sqrt abs exp pow threshold floor ceil round modulo isMissing
		isNotMissing isValid isNotValid equal notEqual lessThan lessOrEqual greaterThan greaterOrEqual and or not isIn isNotIn if
		uppercase lowercase stringLength substring trimBlanks concat replace matches formatNumber formatDatetime dateDaysSinceYear
		dateSecondsSinceYear dateSecondsSinceMidnight normalCDF normalPDF stdNormalCDF stdNormalPDF erf normalIDF stdNormalIDF
		expm1 hypot ln1p rint sin asin sinh cos acos cosh tan atan tanh x-mod average count multiset`) {
		m[f] = true
	}
	return m
}()
