// Package jinja judges chat templates: the programs in the Jinja language that
// language models carry in their GGUF metadata or tokenizer configuration.
//
// A template is run whenever the model is asked something. Where the runtime
// does so outside of Jinja's sandbox, a template that reaches an object's class
// reaches the interpreter (CVE-2024-34359, CVE-2026-5760). Analyse reads a
// template as Jinja does, follows the texts it puts together, and says what it
// uses beyond what a chat template needs:
//
//   - malicious: the road to the interpreter, attributes such as __class__ or
//     gi_frame, written out or hidden in escapes, formats, joins and reversals;
//   - unknown: filters, functions, methods and tests outside the allowlist,
//     names of attributes that are put together from what we can't see, loading
//     of other templates;
//   - unreadable: what is no template.
//
// Variables that the runtime may or may not hand over are no issue: they can do
// nothing by being read.
package jinja

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// Limits bound the work. Zero values mean the defaults.
type Limits struct {
	Bytes  int // of a template; default 1 MiB
	Tokens int // default 200,000
	Depth  int // of expressions and blocks; default 150
}

func (l Limits) filled() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 20
	}
	if l.Tokens <= 0 {
		l.Tokens = 200_000
	}
	if l.Depth <= 0 {
		l.Depth = 150
	}
	return l
}

// Report is what a template uses and what is wrong with it. Offsets are bytes
// from the template's start.
type Report struct {
	Variables []string // read and not set by the template, sorted
	Calls     []string // functions and methods, sorted; methods with a leading dot
	Filters   []string // sorted
	Issues    []issue.Issue
}

// Analyse reads a template. where names it in the issues.
func Analyse(where, src string, lim Limits) *Report {
	lim = lim.filled()
	p := &parser{where: where, lim: lim, vars: map[string]value{}, macros: map[string]bool{}, set: map[string]bool{},
		read: map[string]bool{}, calls: map[string]bool{}, filters: map[string]bool{}, told: map[string]bool{}}
	if len(src) > lim.Bytes {
		p.issues.Add("jinja.too-large", issue.Unreadable, where, 0, "The template has %d bytes; at most %d are read.", len(src), lim.Bytes)
		return p.report()
	}
	p.hidden(src)
	tokens, err := lex(src, lim.Tokens)
	if err == nil {
		p.declare(tokens)
		// Twice, so that what a loop's end sets is known at its beginning.
		for range 2 {
			p.tokens, p.i, p.depth = tokens, 0, 0
			if err = p.template(); err != nil {
				break
			}
		}
	}
	if err != nil {
		at := 0
		if s, ok := err.(*syntaxError); ok {
			at = s.at
		}
		p.issues.Add("jinja.bad-syntax", issue.Unreadable, where, int64(at), "The template can't be read: %v.", err)
	}
	return p.report()
}

func (p *parser) report() *Report {
	var unset []string
	for v := range p.read {
		if !p.set[v] && !p.macros[v] && !functions[v] && v != "loop" {
			unset = append(unset, v)
		}
	}
	slices.Sort(unset)
	return &Report{Variables: unset, Calls: keys(p.calls), Filters: keys(p.filters), Issues: p.issues.Issues()}
}

func keys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// hidden looks for characters that make a template look other than it is.
func (p *parser) hidden(src string) {
	for i, r := range src {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r >= 0xe0000 && r <= 0xe007f:
			p.issues.Add("jinja.hidden-text", issue.Unknown, p.where, int64(i), "The template holds the character U+%04X, which hides or turns text.", r)
			return
		}
	}
}

// tell adds an issue once for each place.
func (p *parser) tell(rule string, level issue.Level, at int, format string, args ...any) {
	k := fmt.Sprintf("%s@%d", rule, at)
	if len(p.told) > 1000 || p.told[k] {
		return
	}
	p.told[k] = true
	p.issues.Add("jinja."+rule, level, p.where, int64(at), format, args...)
}

// attribute judges the name of an attribute or item that is reached.
func (p *parser) attribute(attr string, at int, how string) {
	for part := range strings.SplitSeq(attr, ".") {
		switch grave(part) {
		case 2:
			p.tell("python-internals", issue.Malicious, at, "The template reaches %q%s: that way leads from data to the interpreter.", issue.Clip(part, 60), how)
		case 1:
			p.tell("private-attribute", issue.Unknown, at, "The template reaches %q%s, an internal name that no chat template needs.", issue.Clip(part, 60), how)
		}
	}
}

// texts judges a text of the template: names of Python's internals have no
// place in one.
func (p *parser) texts(v value, at int) {
	for _, s := range v.strs {
		if found, ok := hides(s); ok {
			p.tell("hidden-internals", issue.Malicious, at, "A text of the template is or becomes %q, a name of the interpreter's own.", found)
		}
	}
}
