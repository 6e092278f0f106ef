package artefact

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround/format/issue"
)

// Rule explains what a hit means. One text may serve several rules.
type Rule struct {
	ID    string      `yaml:"-" json:"id"`
	Title string      `yaml:"title" json:"title"`
	Level issue.Level `yaml:"-" json:"level"` // the gravest level the rule is told with
	Means string      `yaml:"means" json:"means"`
	Do    string      `yaml:"do" json:"do"`
	Dont  string      `yaml:"dont" json:"dont"`
	Wrong string      `yaml:"wrong" json:"wrong"` // when the rule is wrong
	ATLAS []string    `yaml:"atlas" json:"atlas"` // techniques of MITRE ATLAS
	CWE   []string    `yaml:"cwe" json:"cwe"`

	entry string // the first id that has this text
}

//go:embed rules/*.yaml rules/words/*.yaml
var ruleFiles embed.FS

// Rules are all rules, by id. The catalogue is read when it is first asked for.
var Rules = sync.OnceValue(func() []Rule {
	rules, err := readRules()
	if err != nil {
		panic(err) // embedded; a test reads it
	}
	return rules
})

func readRules() ([]Rule, error) {
	files, err := fs.Glob(ruleFiles, "rules/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Rule
	for _, name := range files {
		b, err := ruleFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var list []struct {
			IDs   []string `yaml:"ids"`
			Level string   `yaml:"level"`
			Rule  `yaml:",inline"`
		}
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err := d.Decode(&list); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, e := range list {
			if err := e.Rule.Level.UnmarshalText([]byte(e.Level)); err != nil {
				return nil, fmt.Errorf("%s: %v: %w", name, e.IDs, err)
			}
			for _, id := range e.IDs {
				r := e.Rule
				r.ID, r.entry = id, e.IDs[0]
				out = append(out, r)
			}
		}
	}
	slices.SortFunc(out, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// LookupRule returns the rule of an id: its own text, else that of its format.
func LookupRule(id string) (Rule, bool) {
	all := Rules()
	find := func(id string) int {
		i := sort.Search(len(all), func(i int) bool { return all[i].ID >= id })
		if i < len(all) && all[i].ID == id {
			return i
		}
		return -1
	}
	i := find(id)
	if family, _, ok := strings.Cut(id, "."); ok && i < 0 {
		i = find(family + ".*")
	}
	if i < 0 {
		return Rule{}, false
	}
	r := all[i]
	r.ID = id
	return r, true
}

// RulesPage is docs/reference/artefact-rules.md.
func RulesPage() string {
	var b strings.Builder
	b.WriteString("# Rules of the artefact gate\n\nWritten by `go test ./artefact -run TestRulesPage -update` from the catalogue. `wardround model scan` names these rules. The level is the gravest\na rule is told with; a file's verdict is the gravest level of its hits: a *note* changes nothing, and neither *unknown* nor *unreadable* is ever clean.\nATLAS: techniques of MITRE ATLAS. CWE: the weakness in whoever loads the file.\n")
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.Title] {
			continue
		}
		seen[r.Title] = true
		var ids []string
		for _, o := range Rules() {
			if o.Title == r.Title {
				ids = append(ids, "`"+o.ID+"`")
			}
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s · %s", r.Title, strings.Join(ids, ", "), r.Level)
		for _, id := range append(slices.Clone(r.ATLAS), r.CWE...) {
			b.WriteString(" · " + id)
		}
		fmt.Fprintf(&b, "\n\n%s\n\n**Do.** %s\n\n**Don't.** %s\n\n**Wrong when:** %s\n", r.Means, r.Do, r.Dont, r.Wrong)
	}
	return b.String()
}
