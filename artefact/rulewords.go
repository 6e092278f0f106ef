package artefact

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// RuleWords is what a rule says, without its numbers.
type RuleWords struct {
	Title string `yaml:"title"`
	Means string `yaml:"means"`
	Do    string `yaml:"do"`
	Dont  string `yaml:"dont"`
	Wrong string `yaml:"wrong"`
}

// wordFile is rules/words/LANGUAGE.yaml. Rules that share one text share its
// translation: it stands under the first of their ids in the catalogue.
type wordFile struct {
	Rules   map[string]RuleWords `yaml:"rules"`
	Reasons map[string]string    `yaml:"reasons"` // why a name counts as it does, by the English
}

// ruleWords are the words of all languages but English, by language. They are read
// when somebody first asks for them.
var ruleWords = sync.OnceValue(func() map[string]wordFile {
	words, err := readRuleWords()
	if err != nil {
		panic(err) // embedded; a test reads it
	}
	return words
})

func readRuleWords() (map[string]wordFile, error) {
	entries, err := ruleFiles.ReadDir("rules/words")
	if err != nil {
		return nil, err
	}
	out := map[string]wordFile{}
	for _, e := range entries {
		b, err := ruleFiles.ReadFile(path.Join("rules/words", e.Name()))
		if err != nil {
			return nil, err
		}
		var f wordFile
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err := d.Decode(&f); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		out[strings.TrimSuffix(e.Name(), ".yaml")] = f
	}
	return out, nil
}

// RuleIn tells a rule in a language; ok is false where nobody translated it.
func RuleIn(language, id string) (words RuleWords, ok bool) {
	r, known := LookupRule(id)
	if !known {
		return words, false
	}
	words, ok = ruleWords()[language].Rules[r.entry]
	return words, ok
}

// ReasonIn tells in a language why loading a name counts as it does; ok is false for a
// reason nobody translated. Some end in a name, which is copied.
func ReasonIn(language, why string) (told string, ok bool) {
	reasons := ruleWords()[language].Reasons
	if told, ok = reasons[why]; ok {
		return told, true
	}
	for _, p := range reasonsWithName {
		rest, begins := strings.CutPrefix(why, p[0])
		name, ends := strings.CutSuffix(rest, p[1])
		if t := reasons[p[0]+"{name}"+p[1]]; begins && ends && t != "" && name != "" && !strings.Contains(name, " ") {
			return strings.ReplaceAll(t, "{name}", name), true
		}
	}
	return why, false
}

// reasonsWithName are the reasons that name something, cut where the name stands.
var reasonsWithName = [][2]string{{"reaches the module ", " through another"}, {"reaches into Python's own machinery by ", ""}}
