package prompt

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed patterns.yaml
var embedded []byte

// Bounds of a set.
const (
	maxSet      = 1 << 20
	maxPatterns = 500
	maxContext  = 120 // bytes after a match that may say that it is none
)

// Disguised is the id that comes beside the others where a pattern was found only
// under a disguise. ATLAS: AML.T0068, LLM Prompt Obfuscation.
const Disguised = "disguised"

// Canary is the id of a mark of the service's own that a reply held.
const Canary = "reply.canary"

// Pattern is one pattern as the file has it.
type Pattern struct {
	ID     string   `yaml:"id"`
	Atlas  string   `yaml:"atlas"`
	Of     string   `yaml:"of"` // "prompt", the default, or "reply"
	Source string   `yaml:"source"`
	Need   []string `yaml:"need"`
	Is     []string `yaml:"is"`
	But    string   `yaml:"but"`
	// Near are classes of words of which one each stands in one sentence, Within so many
	// words; Without are classes that make that sentence another.
	Near    []string `yaml:"near"`
	Within  int      `yaml:"within"`
	Ordered bool     `yaml:"ordered"`
	Without []string `yaml:"without"`
	// Also are classes of which one must stand anywhere in the text besides.
	Also []string `yaml:"also"`
}

type compiled struct {
	Pattern
	is    []*regexp.Regexp
	but   *regexp.Regexp
	parts *structure
}

// Set is patterns ready for use. It is safe for concurrent use.
type Set struct{ prompts, replies []compiled }

// Match is a pattern that was found: its id, never the text.
type Match struct{ ID, Atlas string }

// Default returns the patterns that come with the program.
func Default() *Set {
	s, err := Read(bytes.NewReader(embedded))
	if err != nil {
		panic(err) // a test reads them
	}
	return s
}

// Read reads a set: strict YAML. Errors name the pattern.
func Read(r io.Reader) (*Set, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSet+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxSet {
		return nil, fmt.Errorf("patterns: more than %d bytes", maxSet)
	}
	var file struct {
		Patterns int                 `yaml:"patterns"`
		Words    map[string][]string `yaml:"words"`
		List     []Pattern           `yaml:"list"`
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("patterns: %w", err)
	}
	if file.Patterns != 1 || len(file.List) == 0 || len(file.List) > maxPatterns {
		return nil, fmt.Errorf("patterns: %d with %d in the list; this program reads patterns: 1, with 1 to %d", file.Patterns, len(file.List), maxPatterns)
	}
	classes := map[string]*words{}
	for _, name := range slices.Sorted(maps.Keys(file.Words)) {
		var err error
		if classes[name], err = class(file.Words[name]); err != nil {
			return nil, fmt.Errorf("patterns: words %s: %w", name, err)
		}
	}
	s := &Set{}
	seen := map[string]bool{Disguised: true, Canary: true}
	for _, p := range file.List {
		c, err := p.compile(classes)
		if err == nil && seen[p.ID] {
			err = errors.New("the id is taken")
		}
		if err != nil {
			return nil, fmt.Errorf("patterns: %s: %w", p.ID, err)
		}
		seen[p.ID] = true
		if p.Of == "reply" {
			s.replies = append(s.replies, c)
		} else {
			s.prompts = append(s.prompts, c)
		}
	}
	return s, nil
}

func (p Pattern) compile(classes map[string]*words) (compiled, error) {
	c := compiled{Pattern: p}
	if p.ID == "" || len(p.ID) > 60 || !strings.HasPrefix(p.Atlas, "AML.T") || p.Source == "" || len(p.Is)+len(p.Near) == 0 {
		return c, errors.New("an id, an ATLAS technique, a source and one expression or structure are needed")
	}
	if p.Of != "" && p.Of != "prompt" && p.Of != "reply" {
		return c, fmt.Errorf("of: %q; want prompt or reply", p.Of)
	}
	for _, x := range p.Is {
		re, err := regexp.Compile(x)
		if err != nil {
			return c, err
		}
		c.is = append(c.is, re)
	}
	if p.But != "" {
		re, err := regexp.Compile(p.But)
		if err != nil {
			return c, err
		}
		c.but = re
	}
	var err error
	c.parts, err = p.structureOf(classes)
	return c, err
}

// in reports whether a folded text holds the pattern.
func (c *compiled) in(r *reading) bool {
	s := r.text
	needed := len(c.Need) == 0
	for _, n := range c.Need {
		needed = needed || strings.Contains(s, n)
	}
	if !needed {
		return false
	}
	if c.parts != nil && c.parts.in(r) {
		return true
	}
	for _, re := range c.is {
		if c.but == nil {
			if re.MatchString(s) {
				return true
			}
			continue
		}
		for _, at := range re.FindAllStringIndex(s, 50) {
			if after := s[at[1]:min(len(s), at[1]+maxContext)]; !c.but.MatchString(after) {
				return true
			}
		}
	}
	return false
}

// Prompt returns the patterns that a prompt holds, in the order of the set.
func (s *Set) Prompt(text string) []Match { return find(s.prompts, text) }

// Reply returns the marks that a reply holds; canaries are those of the service's own.
func (s *Set) Reply(text string, canaries []string) []Match {
	if text == "" {
		return nil
	}
	out := find(s.replies, text)
	if len(canaries) > 0 {
		for _, form := range append(forms(text), strings.ToLower(text)) {
			for _, c := range canaries {
				if strings.Contains(form, fold(c)) || strings.Contains(form, strings.ToLower(c)) {
					return append(out, Match{Canary, "AML.T0057"})
				}
			}
		}
	}
	return out
}

func find(list []compiled, text string) (out []Match) {
	if text == "" {
		return nil
	}
	found := make([]bool, len(list))
	plain := false
	for i, form := range forms(text) {
		r := &reading{text: form}
		for k := range list {
			if !found[k] && list[k].in(r) {
				found[k] = true
				plain = plain || i == 0
			}
		}
	}
	for k, ok := range found {
		if ok {
			out = append(out, Match{list[k].ID, list[k].Atlas})
		}
	}
	if len(out) > 0 && !plain {
		out = append(out, Match{Disguised, "AML.T0068"})
	}
	return out
}

var refusal = regexp.MustCompile(`^\W*(?:i(?: a|')m sorry|sorry|i can(?:no|')?t|i (?:can not|am (?:not able|unable))|i(?: wi|')ll not|i won't|i must decline|i'm (?:not able|unable)|unfortunately,? i can|das kann ich nicht|ich kann (?:das|diese)\b.{0,40}nicht|je ne peux pas|es tut mir leid|desole)`)

// Refusal reports whether a reply begins as one that refuses. Without a reply nothing
// is known, and that is no refusal.
func Refusal(reply string) bool {
	return refusal.MatchString(fold(strings.ReplaceAll(reply[:min(len(reply), 200)], "’", "'")))
}
