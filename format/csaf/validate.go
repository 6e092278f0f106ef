package csaf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Kind says how much a failure weighs (§6).
type Kind string

// The kinds. Only the first two make a document invalid.
const (
	Schema      Kind = "schema"      // the JSON schema, or no JSON at all
	Mandatory   Kind = "mandatory"   // §6.1: an error
	Optional    Kind = "optional"    // §6.2, "recommended" in 2.1: a warning
	Informative Kind = "informative" // §6.3
	// Unjudged is a test that could not be made for want of something outside the
	// document: a list newer than ours, an extension that is not known.
	Unjudged Kind = "unjudged"
)

// Failure is one place where a document fails a test.
type Failure struct {
	Test    string `json:"test"` // section of the standard: "6.1.27.4"; "schema"
	Kind    Kind   `json:"kind"`
	Pointer string `json:"pointer"` // JSON pointer; "" is the whole document
	Message string `json:"message"`
}

func (f Failure) String() string {
	return fmt.Sprintf("%s (%s) at %q: %s", f.Test, f.Kind, f.Pointer, f.Message)
}

// Result is the verdict on a document.
type Result struct {
	// Valid says that it conforms to its schema and fails no mandatory test.
	Valid    bool      `json:"valid"`
	Version  string    `json:"csaf_version"` // "2.0" or "2.1"; "" if the document does not say
	Failures []Failure `json:"failures,omitempty"`
}

// Tests lists the ids of the tests that failed with one of the kinds, or with any
// if none is given; each once, in the order of the standard.
func (r *Result) Tests(kinds ...Kind) []string {
	var out []string
	for _, f := range r.Failures {
		if (len(kinds) == 0 || slices.Contains(kinds, f.Kind)) && !slices.Contains(out, f.Test) {
			out = append(out, f.Test)
		}
	}
	slices.SortFunc(out, byNumber)
	return out
}

// Options say what is tested. The zero value is the basic validator of the
// standard: schema and mandatory tests.
type Options struct {
	Optional    bool // §6.2 too
	Informative bool // §6.3 too
	// Only names the tests to make ("6.1.8", "schema"), Skip those not to make.
	Only, Skip []string
	// Now is for the few tests that compare with the present. Nil leaves them out.
	Now  func() time.Time
	Read ReadOptions
	// Extensions are those that the validator shall know beside the official ones.
	Extensions []Extension
}

// maxFailures bounds how many places of one test are reported.
const maxFailures = 100

// TestInfo describes a test.
type TestInfo struct {
	ID       string
	Kind     Kind
	Title    string
	Versions []string // of CSAF
	// Made is false for the tests that can't be made within a process and without a
	// network: spelling, grammar, links that resolve.
	Made bool
}

// test is one test of §6: a value in a table.
type test struct {
	id       string
	versions versions
	title    string
	run      func(*subject) // nil: not made here
}

type versions uint8

const (
	in20 versions = 1 << iota
	in21
	both = in20 | in21
)

func (v versions) has(version string) bool {
	return version == "2.0" && v&in20 != 0 || version == "2.1" && v&in21 != 0
}

// tests are all tests in the order of the standard.
var tests = sync.OnceValue(func() []test {
	all := slices.Concat(productTests, statusTests, scoreTests, weaknessTests, namingTests, historyTests, profileTests, remediationTests, versionTests, sharingTests, ssvcTests, licenceTests, extensionTests, overlapTests, adviceTests)
	slices.SortStableFunc(all, func(a, b test) int { return byNumber(a.id, b.id) })
	return all
})

func kindOf(id string) Kind {
	switch {
	case strings.HasPrefix(id, "6.1."):
		return Mandatory
	case strings.HasPrefix(id, "6.2."):
		return Optional
	}
	return Informative
}

// byNumber orders "6.1.9" before "6.1.10"; what is no number comes first.
func byNumber(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m - n
		}
	}
	return len(x) - len(y)
}

// Tests describes every test of both versions of the standard.
func Tests() []TestInfo {
	var out []TestInfo
	for _, t := range tests() {
		info := TestInfo{ID: t.id, Kind: kindOf(t.id), Title: t.title, Made: t.run != nil}
		for _, v := range []string{"2.0", "2.1"} {
			if t.versions.has(v) {
				info.Versions = append(info.Versions, v)
			}
		}
		out = append(out, info)
	}
	return out
}

// Validator judges documents by the same options. It is safe for concurrent use.
type Validator struct {
	options    Options
	schemas    *schemas
	extensions map[string]*extensionRule
}

// NewValidator returns a validator; the error is about the extensions given.
func NewValidator(o Options) (*Validator, error) {
	sc, err := compiled()
	if err != nil {
		return nil, err // never: a test compiles the embedded schemas
	}
	v := &Validator{options: o, schemas: sc}
	if len(o.Extensions) > 0 {
		v.extensions, err = compileExtensions(o.Extensions)
	}
	return v, err
}

// Validate judges one document. It never fails: what can't be read is a failure of
// "schema", and so is an extension among the options that can't be used. See
// [Validator] for many documents with extensions.
func Validate(doc []byte, o Options) *Result {
	v, err := NewValidator(o)
	if err != nil {
		return &Result{Failures: []Failure{{Test: "schema", Kind: Schema, Message: err.Error()}}}
	}
	return v.Validate(doc)
}

// Validate judges one document, by the version that it states.
func (v *Validator) Validate(doc []byte) *Result {
	r := &Result{}
	fail := func(pointer, message string) {
		r.Failures = append(r.Failures, Failure{Test: "schema", Kind: Schema, Pointer: pointer, Message: message})
	}
	t, err := tree.Parse(doc, v.options.Read.limits())
	if err != nil {
		fail("", "no JSON that can be read: "+err.Error())
		return r
	}
	r.Version = t.Root.At("document", "csaf_version")
	for _, d := range t.Duplicates {
		fail(d.Pointer(), "the name occurs twice in its object; which one counts is unclear")
	}
	s := v.schemas.document[r.Version]
	if s == nil {
		r.Version = ""
		fail("/document/csaf_version", "the document states neither 2.0 nor 2.1 as its csaf_version")
		return r
	}
	if v.options.wants("schema") {
		for _, p := range s.Problems(t.Root) {
			fail(p.Node.Pointer(), p.Message)
		}
	}
	v.test(t.Root, r)
	r.Valid = !slices.ContainsFunc(r.Failures, func(f Failure) bool { return f.Kind == Schema || f.Kind == Mandatory })
	return r
}

// test makes the tests of §6 that the options want.
func (v *Validator) test(root *tree.Node, r *Result) {
	s := newSubject(root, r.Version, v.schemas)
	s.known = v.extensions
	if v.options.Now != nil {
		s.now = v.options.Now()
	}
	all := tests()
	for i := range all {
		t := &all[i]
		if t.run == nil || !t.versions.has(r.Version) || !v.options.wants(t.id) {
			continue
		}
		s.test, s.failures, s.left = t, nil, maxResolved
		t.run(s)
		if s.left < 0 {
			// A verdict on what was looked at only would be none.
			s.failures = nil
			s.fail(s.root.Get("product_tree", "product_groups"), "not judged: statements name more than %d members of product groups", maxResolved)
		}
		r.Failures = append(r.Failures, s.failures...)
	}
}

func (o *Options) wants(id string) bool {
	if len(o.Only) > 0 {
		return slices.Contains(o.Only, id)
	}
	if slices.Contains(o.Skip, id) {
		return false
	}
	switch {
	case strings.HasPrefix(id, "6.2."):
		return o.Optional
	case strings.HasPrefix(id, "6.3."):
		return o.Informative
	}
	return true
}
