package sbom

import (
	"fmt"
	"slices"
	"strings"
)

// Profile is a set of rules that a bill of materials is held against.
type Profile string

// The profiles.
const (
	NTIA      Profile = "ntia-minimum" // "The Minimum Elements For a Software Bill of Materials", NTIA, July 2021
	FDA       Profile = "fda-524b"     // FD&C Act section 524B(b)(3), as the premarket guidance of June 2025 reads it
	CRA       Profile = "cra-annex-i"  // Regulation (EU) 2024/2847, Annex I Part II (1)
	Integrity Profile = "integrity"    // whether the document holds together
)

// Profiles are all of them.
var Profiles = []Profile{NTIA, FDA, CRA, Integrity}

// State is an answer.
type State string

// The answers. Unknown is not a pass: the document leaves it open.
const (
	Pass    State = "pass"
	Fail    State = "fail"
	Unknown State = "unknown"
)

// Rule is one thing a profile asks for.
type Rule struct {
	ID        string    `json:"id"`        // "supplier-name"
	Title     string    `json:"title"`     // "Supplier name"
	Reference string    `json:"reference"` // the clause it comes from
	Profiles  []Profile `json:"profiles"`
	// Why is one sentence: what it is good for.
	Why   string `json:"why"`
	judge func(*facts) finding
}

// Answer is what a rule says of one document.
type Answer struct {
	Rule      string `json:"rule"`
	Title     string `json:"title"`
	Reference string `json:"reference"`
	State     State  `json:"state"`
	// Count of Of things fall short; both are 0 where the whole document is asked.
	Count int `json:"count,omitzero"`
	Of    int `json:"of,omitzero"`
	// Where are the references of the first ones, at most [PlacesShown].
	Where    []string `json:"where,omitempty"`
	Sentence string   `json:"sentence"`
}

// PlacesShown is how many places an answer names.
const PlacesShown = 20

// Rules returns the rules of a profile, in the order they are answered.
func Rules(p Profile) []Rule {
	var out []Rule
	for _, r := range rules {
		if slices.Contains(r.Profiles, p) {
			out = append(out, r)
		}
	}
	return out
}

// Quality holds a document against a profile. An unknown profile has no rules and
// gives no answers.
func Quality(d *Document, p Profile) []Answer {
	var out []Answer
	f := factsOf(d)
	for _, r := range Rules(p) {
		got := r.judge(f)
		a := Answer{Rule: r.ID, Title: r.Title, Reference: r.Reference, State: got.state, Count: got.count, Of: got.of, Sentence: got.sentence}
		for _, w := range got.where[:min(len(got.where), PlacesShown)] {
			if w != "" {
				a.Where = append(a.Where, w)
			}
		}
		out = append(out, a)
	}
	return out
}

// finding is what a rule found out.
type finding struct {
	state     State
	count, of int
	where     []string
	sentence  string
}

func pass(sentence string) finding    { return finding{state: Pass, sentence: sentence} }
func fail(sentence string) finding    { return finding{state: Fail, sentence: sentence} }
func unknown(sentence string) finding { return finding{state: Unknown, sentence: sentence} }

// facts are computed once for all rules.
type facts struct {
	*Document
	// parts are the components that are asked for what makes a component: no files,
	// which have neither supplier nor version, no services and no made-up roots.
	parts []int
	// below are the components directly under the product: its parts and what it
	// depends on.
	below map[int]bool
	// tied are components that a parent or a dependency ties to others.
	tied map[int]bool
	// stated are components about which a composition speaks, with the worst word.
	stated map[int]string
}

func factsOf(d *Document) *facts {
	f := &facts{Document: d, below: map[int]bool{}, tied: map[int]bool{}, stated: map[int]string{}}
	inside := func(i int) bool { return i >= 0 && i < len(d.Components) }
	for i := range d.Components {
		c := &d.Components[i]
		if c.Type != File && c.Type != Service && !artificial(c) {
			f.parts = append(f.parts, i)
		}
		if inside(c.Parent) {
			f.tied[i], f.tied[c.Parent] = true, true
			if c.Parent == d.Root {
				f.below[i] = true
			}
		}
	}
	for _, r := range d.Relations {
		if !inside(r.From) || !inside(r.To) || (r.Kind != DependsOn && r.Kind != Contains && r.Kind != BuiltFrom) {
			continue
		}
		f.tied[r.From], f.tied[r.To] = true, true
		if r.From == d.Root && r.To != d.Root {
			f.below[r.To] = true
		}
	}
	rank := func(word string) int {
		switch {
		case word == "complete":
			return 3
		case strings.HasPrefix(word, "incomplete"):
			return 2
		}
		return 1
	}
	for _, c := range d.Compositions {
		about := slices.Concat(c.Assemblies, c.Dependencies)
		if len(about) == 0 && d.Root >= 0 {
			about = []int{d.Root}
		}
		for _, i := range about {
			if old, ok := f.stated[i]; !ok || rank(c.Aggregate) < rank(old) {
				f.stated[i] = c.Aggregate
			}
		}
	}
	return f
}

// each asks every part one question; what words the answer, "name a supplier".
func (f *facts) each(what string, ok func(*Component) bool) finding {
	return f.among(f.parts, what, ok)
}

func (f *facts) among(parts []int, what string, ok func(*Component) bool) finding {
	out := finding{of: len(parts)}
	for _, i := range parts {
		if !ok(&f.Components[i]) {
			out.count++
			if len(out.where) < PlacesShown {
				out.where = append(out.where, f.Components[i].Ref)
			}
		}
	}
	switch {
	case out.of == 0:
		return unknown("The document lists no component that could be asked.")
	case out.count == 0:
		out.state, out.sentence = Pass, fmt.Sprintf("All %d components %s.", out.of, what)
	default:
		out.state, out.sentence = Fail, fmt.Sprintf("%d of %d components (%d %%) do not %s.", out.count, out.of, (100*out.count+out.of-1)/out.of, what)
	}
	return out
}

// problems counts what a reader could not use, by code.
func (f *facts) problems(good, bad string, codes ...string) finding {
	out := finding{state: Pass, sentence: good}
	for _, p := range f.Document.Problems {
		if slices.Contains(codes, p.Code) {
			out.count += max(1, p.Count)
			out.where = append(out.where, p.Where)
		}
	}
	if out.count > 0 {
		out.state, out.sentence = Fail, fmt.Sprintf(bad, out.count)
	}
	return out
}

// placeholders are words that writers put where nothing is known.
var placeholders = map[string]bool{
	"": true, "noassertion": true, "none": true, "unknown": true, "n/a": true, "na": true, "-": true, "?": true, "not available": true, "unspecified": true, "undefined": true, "null": true, "todo": true, "tbd": true,
}

func given(v string) bool { return !placeholders[strings.ToLower(strings.TrimSpace(v))] }
